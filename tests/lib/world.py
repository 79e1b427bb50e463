"""A network of its own, for set-ups that need names, ports below 1024, both
families, or no network at all.  Run inside namespaces:

    world.py CASES-MODULE FOLDER

builds what the module's cases ask for, runs them side by side, and writes a line
of JSON for each: {"name", "code", "out", "err", "heard", "secret_seen", "again"}.
heard is what each client said, by place; again the same of a second run with
another password.

    world.py alone ROUTE DNS ARGUMENT...

runs the program where nobody is: with a way out that leads nowhere or none, with
a name server that denies every name, that is silent or none.

A case has a name; hosts, its own names and addresses; servers, by address and
port what answers there; args and env.  Everything else of this network is
silent or unknown."""

import concurrent.futures
import contextlib
import importlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

from hostile import shapes
from posthaste import Certificates, Server, run

WORKERS = 6
# Those in which something else is met than what was named.
TWICE = ["587 closed, 465 open", "465 without TLS first", "587 with TLS first",
         "another name of the same domain", "in clear, and STARTTLS is there",
         "25 takes no login", "mail. is not there, smtp. is",
         "IPv6 is silent, IPv4 is not", "no STARTTLS, 465 is there"]


def bind_mount(text, place):
    with tempfile.NamedTemporaryFile("w", delete=False) as f:
        f.write(text)
    os.chmod(f.name, 0o644)
    subprocess.run(["mount", "--bind", f.name, place], check=True)
    pathlib.Path(f.name).unlink()


def name_server(how):
    """Denies every name: what is there stands in the hosts file."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 53))

    def serve():
        while True:
            query, peer = sock.recvfrom(4096)
            if how == "silent":
                continue
            end = query.index(b"\0", 12) + 5
            sock.sendto(query[:2] + b"\x81\x83" + b"\0\1\0\0\0\0\0\0" +
                        query[12:end], peer)

    threading.Thread(target=serve, daemon=True).start()


def bring_up(hosts, dns="denies", route=True):
    """The loopback, its hosts file and name server, and a way out that leads
    nowhere."""
    ip = lambda *args: subprocess.run(["ip", *args], check=True)
    ip("link", "set", "lo", "up")
    if route:
        # What goes out there comes back, is nobody's, and is dropped.
        ip("route", "add", "default", "dev", "lo")
    for address in hosts.values():
        for one in address:
            if ":" in one and one != "::1":
                ip("addr", "add", one + "/128", "dev", "lo", "nodad")
    bind_mount("127.0.0.1 localhost\n" + "".join(
        f"{one} {name}\n" for name, addresses in hosts.items()
        for one in addresses), "/etc/hosts")
    bind_mount("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
               str(pathlib.Path("/etc/resolv.conf").resolve()))
    if dns != "none":
        name_server(dns)


class Hole:
    """A port that swallows: whoever connects gets no answer, since nobody takes
    the one that came first from its full queue."""

    received = []

    def __init__(self, address, port):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(0)
        self.fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex((address, port))
            self.fillers.append(filler)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sock in [*self.fillers, self.listener]:
            sock.close()


HOLE = "hole"


def converse(case, folder, secret):
    with contextlib.ExitStack() as stack:
        servers = {}
        for (address, port), talk in case.servers.items():
            servers[f"{address}:{port}"] = stack.enter_context(
                Hole(address, port) if talk == HOLE else
                Server(talk, address, port))
        done = run(*case.args, env={
            "XDG_STATE_HOME": str(folder / "state" / case.name), **case.env,
            "P": secret})
    heard = {place: sorted(list(c.lines) for c in s.received)
             for place, s in servers.items()}
    seen = {place: any(shape.encode() in c.seen for c in s.received
                       for shape in shapes(secret))
            for place, s in servers.items()}
    return done, heard, seen


def play(case, folder):
    done, heard, seen = converse(case, folder, case.secret)
    again = None
    if case.name in TWICE:
        again = converse(case, folder, case.secret[::-1])[1]
    return {"name": case.name, "code": done.code, "out": done.out,
            "err": done.err, "heard": heard, "secret_seen": seen,
            "again": again}


def alone(route, dns, *args):
    bring_up({}, dns=dns, route=route == "route")
    done = run(*args, env={"P": "correct horse"})
    print(json.dumps({"code": done.code, "out": done.out, "err": done.err}))


def main():
    if sys.argv[1] == "alone":
        alone(*sys.argv[2:])
        return
    module, folder = importlib.import_module(sys.argv[1]), \
        pathlib.Path(sys.argv[2])
    certificates = Certificates(folder)
    cases = module.cases(certificates, folder)
    hosts = {}
    for case in cases:
        for name, addresses in case.hosts.items():
            hosts.setdefault(name, []).extend(addresses)
    bring_up(hosts)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for result in pool.map(lambda c: play(c, folder), cases):
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
