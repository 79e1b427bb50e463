"""Helpers of the tests in which the other side, or the input, means no good."""

import base64
import concurrent.futures
import json
import select
import socket
import ssl
import threading

from posthaste import WAIT, run

ANN = "ann@example.com"
SECRET = "correct horse 7 battery"
BOB = ["--from", ANN, "bob@example.com", "--text", "hi"]
LOGIN = ["--username", "ann", "--password-from", "env:P"]


def shapes(secret):
    """All that a password may look like where it must not be seen: itself,
    in base64 at each of the three offsets, in hexadecimal, in a URL."""
    raw = secret.encode()
    found = {secret, raw.hex(), raw.hex().upper(), secret.replace(" ", "%20"),
             secret.replace(" ", "+")}
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + raw).decode()
        # the first and the last group hold bits of their neighbours
        found.add(text[4 if offset else 0:-4])
    return found


def keeps(secret, *texts):
    for text in texts:
        for shape in shapes(secret):
            assert shape not in text, (shape, text)


def errors_of(done):
    return [line for line in done.err.split("\n")
            if line.startswith("posthaste: error: ")]


def attempt(command, *args, secret=SECRET, tmp=None, **kwargs):
    """One run with --json and a transcript; what holds for every one of them is
    checked here.  A number of its own for each run keeps threads apart."""
    more = []
    if tmp is not None:
        transcript = tmp / f"transcript-{threading.get_ident()}"
        transcript.unlink(missing_ok=True)
        more = ["--transcript", transcript]
    env = {"P": secret, **kwargs.pop("env", {})}
    done = run(command, "--json", *args, *more, env=env, **kwargs)
    assert done.code in (0, 64, 65, 66, 68, 69, 70, 73, 74, 75, 76, 77, 78)
    assert done.code != 70, done
    assert done.json is not None
    keeps(secret, done.out, done.err)
    if more and transcript.exists():
        done.transcript = transcript.read_text()
        for line in done.transcript.splitlines():
            json.loads(line)
        keeps(secret, done.transcript)
    return done


def judge(done, code, stage, cause=None, command="send"):
    """One chain, its advice on the next line, and the same in JSON."""
    assert done.code == code, done
    lines = done.err.split("\n")
    if code == 0:
        assert not errors_of(done), done
        return done
    assert len(errors_of(done)) == 1, done
    at = lines.index(errors_of(done)[0])
    stages = stage if isinstance(stage, tuple) else (stage,)
    assert any(lines[at].startswith(f"posthaste: error: {command}: {s}: ")
               for s in stages), done
    assert at + 1 < len(lines) and lines[at + 1].startswith("advice: "), done
    assert len(lines[at + 1]) > 18, done
    said = done.json
    assert said["stage"] in stages, done
    told = said if command == "test" else said["error"]
    assert told["message"] in lines[at], done
    assert lines[at + 1] == "advice: " + told["advice"], done
    if cause is not None:
        assert told["cause"] == cause, done
    return done


def together(work, cases, threads=4):
    """work(case) for each, several at a time; the first failure is raised with
    its case."""
    def one(case):
        try:
            work(case)
        except Exception as error:
            raise AssertionError(f"case {case!r}: {error!r}") from error

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(one, cases):
            pass


class Relay:
    """Stands between a client and a server and hangs up on both after so many
    octets of one direction.  up: what the client sent; down: what it got."""

    def __init__(self, port, up=None, down=None):
        self.target = port
        self.limits = {"up": up, "down": down}
        self.up = b""
        self.down = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.up = self.down = b""
            try:
                self.carry(client, server)
            except OSError:
                pass
            client.close()
            server.close()

    def take(self, direction, data):
        """What of it goes on, and whether that was all."""
        seen = getattr(self, direction)
        limit = self.limits[direction]
        if limit is not None:
            data = data[:limit - len(seen)]
        setattr(self, direction, seen + data)
        return data, limit is not None and len(seen) + len(data) >= limit

    def carry(self, client, server):
        ways = {client: (server, "up"), server: (client, "down")}
        if 0 in self.limits.values():
            return
        while ways:
            ready = select.select(list(ways), [], [], WAIT)[0]
            if not ready:
                return
            for sock in ready:
                target, direction = ways[sock]
                data = sock.recv(65536)
                if not data:
                    return
                data, is_over = self.take(direction, data)
                target.sendall(data)
                if is_over:
                    return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(WAIT)


class Wiretap:
    """A server's TLS over memory, so that the test sees the very octets a
    client sent.  Used in place of a socket by posthaste.Connection."""

    def __init__(self, sock, context, seen):
        self.sock = sock
        self.seen = seen
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing,
                                    server_side=True)
        self.until(self.tls.do_handshake)

    def flush(self):
        data = self.outgoing.read()
        if data:
            self.sock.sendall(data)

    def until(self, work):
        while True:
            try:
                result = work()
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                data = self.sock.recv(65536)
                if not data:
                    raise EOFError from None
                self.seen.append(data)
                self.incoming.write(data)

    def recv(self, count):
        try:
            return self.until(lambda: self.tls.read(count))
        except ssl.SSLError:
            return b""

    def sendall(self, data):
        self.tls.write(data)
        self.flush()

    def shutdown(self, how):
        self.sock.shutdown(how)

    def close(self):
        self.sock.close()


def records(octets):
    """The type and length of each TLS record: all of it that does not change
    from one session to the next.  The close_notify at the end is left out: a
    server that has hung up does not get it."""
    found = []
    while len(octets) >= 5:
        length = int.from_bytes(octets[3:5], "big")
        found.append((octets[0], octets[1:3].hex(), length))
        octets = octets[5 + length:]
    if found and found[-1] == (23, "0303", 19):
        found.pop()
    return found
