"""Run inside namespaces of its own (unshare --user --uts --mount --net): takes
the machine's name, its hosts file and what its name server does, sends a message
to a server there, and prints how it was greeted and how long that took.

    namespace.py NAME HOSTS-FILE answers|denies|silent|none
"""

import fcntl
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from posthaste import Server, Smtp, run


def bring_up_loopback():
    siocgifflags, siocsifflags, iff_up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16xH14x", fcntl.ioctl(
            sock, siocgifflags, request))[0]
        fcntl.ioctl(sock, siocsifflags,
                    struct.pack("16sH14x", b"lo", flags | iff_up))


def answer(query, how):
    """An A record for every name, or NXDOMAIN."""
    end = query.index(b"\0", 12) + 5
    question = query[12:end]
    kind = question[-4:-2]
    if how == "denies":
        return query[:2] + b"\x81\x83" + b"\0\1\0\0\0\0\0\0" + question
    if kind != b"\0\1":
        return query[:2] + b"\x81\x80" + b"\0\1\0\0\0\0\0\0" + question
    return (query[:2] + b"\x81\x80" + b"\0\1\0\1\0\0\0\0" + question +
            b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + bytes([192, 0, 2, 1]))


def name_server(how):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 53))

    def serve():
        while True:
            query, peer = sock.recvfrom(4096)
            if how != "silent":
                sock.sendto(answer(query, how), peer)

    threading.Thread(target=serve, daemon=True).start()


def bind(text, place):
    with tempfile.NamedTemporaryFile("w", delete=False) as f:
        f.write(text)
    subprocess.run(["mount", "--bind", f.name, place], check=True)
    pathlib.Path(f.name).unlink()


def main():
    name, hosts, how = sys.argv[1:]
    bring_up_loopback()
    socket.sethostname(name)
    bind(pathlib.Path(hosts).read_text(), "/etc/hosts")
    bind("nameserver 127.0.0.1\noptions timeout:5 attempts:1\n",
         str(pathlib.Path("/etc/resolv.conf").resolve()))
    if how != "none":
        name_server(how)
    with Server(Smtp()) as server:
        began = time.monotonic()
        done = run("send", "--server", f"smtp+none://127.0.0.1:{server.port}",
                   "--from", "ann@example.com", "--text", "hi",
                   "bob@example.com")
        took = time.monotonic() - began
        assert done.code == 0, done
        ehlo = [line for line in server.received[0].lines
                if line.startswith("EHLO")]
    print(ehlo[0], took)


main()
