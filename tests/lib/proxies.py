"""Scripted proxies: talks of a posthaste.Server."""

import select
import socket
import ssl
import struct

from posthaste import WAIT

HTTP_GOOD = b"HTTP/1.1 200 Connection established\r\n\r\n"
SOCKS_GOOD = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"


def has_more(sock):
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0


def pump(one, other):
    """Both ways, until both have ended, by one thread: a TLS socket is not for
    two."""
    ways = {one: other, other: one}
    try:
        while ways:
            ready = [s for s in ways if has_more(s)] or select.select(
                list(ways), [], [], WAIT)[0]
            if not ready:
                break
            for sock in ready:
                data = sock.recv(65536)
                if data:
                    ways[sock].sendall(data)
                else:
                    ways.pop(sock).shutdown(socket.SHUT_WR)
    except OSError:
        pass


def join(connection, port, first=b""):
    """What comes from the server goes behind first, in one segment."""
    with socket.create_connection(("127.0.0.1", port)) as server:
        server.settimeout(WAIT)
        if first:
            hello = server.recv(65536) if first.endswith(b"+") else b""
            connection.sock.sendall(first.removesuffix(b"+") + hello)
        if connection.buffer:
            server.sendall(connection.buffer)
        pump(connection.sock, server)


class Socks5:
    """asked: (host, port) of each; login: (user, password) or None."""

    def __init__(self, port, login=None, one_segment=False):
        self.port = port
        self.login = login
        self.one_segment = one_segment
        self.asked = []

    def __call__(self, c):
        version, count = c.octets(2)
        methods = c.octets(count)
        assert version == 5
        wanted = 2 if self.login else 0
        if wanted not in methods:
            c.send(b"\x05\xff")
            return
        c.send(bytes([5, wanted]))
        if self.login:
            assert c.octets(1) == b"\x01"
            user = c.octets(c.octets(1)[0]).decode()
            password = c.octets(c.octets(1)[0]).decode()
            if (user, password) != self.login:
                c.send(b"\x01\x01")
                return
            c.send(b"\x01\x00")
        assert c.octets(3) == b"\x05\x01\x00"
        kind = c.octets(1)[0]
        if kind == 3:
            host = c.octets(c.octets(1)[0]).decode()
        else:
            family = socket.AF_INET if kind == 1 else socket.AF_INET6
            host = socket.inet_ntop(family, c.octets(4 if kind == 1 else 16))
        port, = struct.unpack("!H", c.octets(2))
        self.asked.append((host, port))
        if not self.admit(c, host, port):
            return
        join(c, self.port, SOCKS_GOOD + (b"+" if self.one_segment else b""))

    def admit(self, connection, host, port):
        """False where it has said no."""
        return True


class Socks4:
    def __init__(self, port):
        self.port = port
        self.asked = []

    def __call__(self, c):
        assert c.octets(2) == b"\x04\x01"
        port, = struct.unpack("!H", c.octets(2))
        host = socket.inet_ntoa(c.octets(4))
        user = self.text(c)
        if host == "0.0.0.1":
            host = self.text(c)
        self.asked.append((host, port, user))
        join(c, self.port, b"\x00\x5a\x00\x00\x00\x00\x00\x00")

    @staticmethod
    def text(c):
        data = b""
        while not data.endswith(b"\x00"):
            data += c.octets(1)
        return data[:-1].decode()


class Connect:
    """answers: what is said to each request, in turn, over all connections; a
    function of the head, or bytes; None opens the way."""

    def __init__(self, port, answers=(None,), tls=None, one_segment=False):
        self.port = port
        self.answers = list(answers)
        self.tls = tls
        self.one_segment = one_segment
        self.heads = []

    def __call__(self, c):
        if self.tls:
            c.start_tls(self.tls)
        while True:
            head = []
            while not head or head[-1]:
                head.append(c.line())
            self.heads.append(head[:-1])
            answer = self.answers.pop(0) if len(self.answers) > 1 \
                else self.answers[0]
            if answer is None:
                join(c, self.port,
                     HTTP_GOOD + (b"+" if self.one_segment else b""))
                return
            c.send(answer)
            if b"close" in answer.lower():
                return
