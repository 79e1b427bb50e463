"""A network of its own for `posthaste discover` (unshare --mount --net): name
servers, web servers and mail servers on the loopback address, and the program
run in it.

    world.py WORLD.json

The document says what there is and what is run; what came of it is printed as
another.  A name server is Knot, which signs what it is told to sign, or silent.
"""

import concurrent.futures
import fcntl
import http.server
import json
import os
import pathlib
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

PROGRAM = os.environ["POSTHASTE"]
WAIT = 30
WEB, WEB_OF_ANOTHER = "127.0.0.10", "127.0.0.11"


def bring_up_loopback():
    siocgifflags, siocsifflags, iff_up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16xH14x", fcntl.ioctl(
            sock, siocgifflags, request))[0]
        fcntl.ioctl(sock, siocsifflags,
                    struct.pack("16sH14x", b"lo", flags | iff_up))


def lay_over(path, place):
    subprocess.run(["mount", "--bind", path, place], check=True)


# ---- names

KNOT = """
server:
    rundir: "{folder}/run"
    listen: 127.0.0.1@53
    background-workers: 1
    udp-workers: 1
    tcp-workers: 2
log:
  - target: stderr
    any: info
database:
    storage: "{folder}/db"
    journal-db-max-size: 16M
    kasp-db-max-size: 16M
    timer-db-max-size: 1M
policy:
  - id: p
    algorithm: ecdsap256sha256
    single-type-signing: on
zone:
"""
SIGNED = """    dnssec-signing: on
    dnssec-policy: p
    zonefile-load: difference-no-serial
    journal-content: all
    zonefile-sync: -1
"""
HEAD = """{name} 60 IN SOA ns. hostmaster. 1 3600 600 86400 60
{name} 60 IN NS ns.
"""


class Knot:
    def __init__(self, root, folder, zones):
        self.root, self.folder = root, folder
        for sub in ("run", "db"):
            (folder / sub).mkdir()
        text = KNOT.format(folder=folder)
        for name, zone in zones.items():
            file = folder / f"zone-{name}"
            file.write_text(HEAD.format(name=name) + zone["text"])
            text += f'  - domain: "{name}"\n    file: "{file}"\n'
            text += SIGNED if zone["signed"] else ""
        (folder / "knot.conf").write_text(text)
        self.process = subprocess.Popen(
            [root / "usr/sbin/knotd", "-c", folder / "knot.conf"],
            env=self.environment(), stderr=subprocess.PIPE, text=True)
        # It answers once every zone is there.
        waiting = set(zones)
        for line in self.process.stderr:
            for name in list(waiting):
                if f"[{name}] loaded, serial" in line or \
                        f"[{name.rstrip('.')}.] loaded, serial" in line or \
                        f"[{name}] DNSSEC, next signing" in line:
                    waiting.discard(name)
            if not waiting:
                break
            assert " error: " not in line, line
        self.reader = threading.Thread(
            target=self.process.stderr.read, daemon=True)
        self.reader.start()

    def environment(self):
        return {"LD_LIBRARY_PATH":
                str(self.root / "usr/lib/x86_64-linux-gnu")}

    def anchor(self, zone):
        """The DS records of its key, as a trust anchor is written."""
        done = subprocess.run(
            [self.root / "usr/sbin/keymgr", "-c", self.folder / "knot.conf",
             zone, "ds"],
            env=self.environment(), capture_output=True, check=True, text=True)
        return done.stdout

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAIT)


class Silent:
    """Takes every question and answers none."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 53))

    def end(self):
        self.sock.close()


# ---- the web

class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        url = f"{self.server.scheme}://{self.headers['Host']}{self.path}"
        self.server.web.asked.append(
            {"url": url, "headers": dict(self.headers.items())})
        page = self.server.web.find(self.headers["Host"], url)
        self.close_connection = True
        if "stall" in page:
            self.server.web.over.wait(WAIT)
            return
        self.send_response(page.get("status", 200))
        if "location" in page:
            self.send_header("Location", page["location"])
        if "drip" in page:
            self.end_headers()
            self.drip()
            return
        body = page.get("body", "").encode() * page.get("times", 1)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def drip(self):
        try:
            while not self.server.web.over.wait(0.05):
                self.wfile.write(b" ")
        except OSError:
            pass


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, web, address, port, context):
        self.web = web
        self.scheme = "http" if context is None else "https"
        self.context = context
        super().__init__((address, port), Page)

    def get_request(self):
        sock, peer = super().get_request()
        if self.context is not None:
            sock = self.context.wrap_socket(sock, server_side=True,
                                            do_handshake_on_connect=False)
        return sock, peer

    def handle_error(self, *_):
        pass


class Web:
    def __init__(self, pages, everything, certificates):
        self.pages, self.everything = pages, everything
        self.asked = []
        self.over = threading.Event()
        self.listeners = []
        for address, pem in ((WEB, certificates["good"]),
                             (WEB_OF_ANOTHER, certificates["other"])):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            for port, tls in ((80, None), (443, context)):
                listener = Listener(self, address, port, tls)
                threading.Thread(target=listener.serve_forever,
                                 daemon=True).start()
                self.listeners.append(listener)

    def find(self, host, url):
        if url in self.pages:
            return self.pages[url]
        if any(host == one or host.endswith("." + one)
               for one in self.everything):
            return {"body": "<!DOCTYPE html><html><body><p>Buy this domain<br>"}
        return {"status": 404}

    def end(self):
        self.over.set()
        for listener in self.listeners:
            listener.shutdown()
            listener.server_close()


# ---- mail

def start_sink(spec, certificates):
    command = [PROGRAM, "sink", "--quiet", "--listen", spec["listen"],
               "--encryption", spec["encryption"]]
    if spec["encryption"] != "none":
        command += ["--certificate", certificates[spec["certificate"]]]
    if spec.get("user"):
        command += ["--user", f"ann:{certificates['password']}"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True)
    assert "listening" in process.stdout.readline()
    return process


# ---- what is tried

def one(run):
    began = time.monotonic()
    done = subprocess.run(
        [PROGRAM, *run["args"]], capture_output=True, timeout=WAIT, check=False,
        stdin=subprocess.DEVNULL, text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": run["home"],
             **{name: value for name, value in os.environ.items()
                if name.startswith(("ASAN_", "UBSAN_", "LSAN_", "GCOV_"))}})
    return run["name"], {"code": done.returncode, "out": done.stdout,
                         "err": done.stderr,
                         "took": time.monotonic() - began}


def main():
    world = json.loads(pathlib.Path(sys.argv[1]).read_text())
    folder = pathlib.Path(sys.argv[1]).parent
    certificates = world["certificates"]
    bring_up_loopback()
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    (folder / "resolv.conf").write_text(world["resolv_conf"])
    lay_over(folder / "resolv.conf",
             str(pathlib.Path("/etc/resolv.conf").resolve()))
    if world["names"] == "silent":
        names = Silent()
    else:
        names = Knot(pathlib.Path(world["knot"]), folder, world["names"])
        (folder / "root.key").write_text(names.anchor("."))
        lay_over(folder / "root.key", "/usr/share/dns/root.key")
    web = Web(world["pages"], world["everything"], certificates)
    silent = [socket.create_server((address, port))
              for address, port in world["silent"]]
    sinks = [start_sink(spec, certificates) for spec in world["sinks"]]
    with concurrent.futures.ThreadPoolExecutor(world["workers"]) as pool:
        results = dict(pool.map(one, world["runs"]))
    for sink in sinks:
        sink.send_signal(signal.SIGTERM)
        sink.wait(WAIT)
    web.end()
    for sock in silent:
        sock.close()
    names.end()
    json.dump({"results": results, "asked": web.asked}, sys.stdout)


main()
