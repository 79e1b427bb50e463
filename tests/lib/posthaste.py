"""Helpers of the tests that run whole programs: the program itself, its sink,
servers that say what a test wants, and certificates."""

import json
import os
import pathlib
import select
import signal
import socket
import ssl
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("POSTHASTE", str(ROOT / "build" / "posthaste"))
WAIT = 120


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    @property
    def json(self):
        """The one document on stdout, and nothing else there."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}"


def run(*args, stdin=b"", env=None, **kwargs):
    """Runs the program with a bare environment; never longer than WAIT."""
    clean = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent",
             "XDG_CONFIG_HOME": "/nonexistent"}
    for name, value in os.environ.items():
        if name.startswith(("ASAN_", "UBSAN_", "LSAN_", "GCOV_")):
            clean[name] = value
    clean.update(env or {})
    done = subprocess.run([PROGRAM, *map(str, args)], input=stdin, env=clean,
                          capture_output=True, timeout=WAIT, check=False,
                          **kwargs)
    result = Result(done)
    assert result.code >= 0, result
    assert "Sanitizer" not in result.err, result
    assert "runtime error" not in result.err, result
    return result


def is_chain(result, stage, *words):
    """The error chain and the advice, as people and programs read them."""
    lines = result.err.splitlines()
    errors = [i for i, line in enumerate(lines)
              if line.startswith("posthaste: error: ")]
    assert len(errors) == 1, result
    error = lines[errors[0]]
    assert f": {stage}: " in error, result
    for word in words:
        assert word in error, (word, result)
    assert lines[errors[0] + 1].startswith("advice: "), result
    assert len(lines[errors[0] + 1]) > 12, result
    return error


class Sink:
    """The built-in test server."""

    def __init__(self, *args, **kwargs):
        self.process = subprocess.Popen(
            [PROGRAM, "sink", "--listen", "127.0.0.1:0", *map(str, args)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **kwargs)
        self.port = int(self.line()["listening"].rsplit(":", 1)[1])

    def line(self):
        data = b""
        end = time.monotonic() + WAIT
        while not data.endswith(b"\n"):
            left = end - time.monotonic()
            ready = select.select([self.process.stdout], [], [], max(left, 0))
            assert ready[0], "no line came"
            octet = os.read(self.process.stdout.fileno(), 1)
            assert octet, self.process.stderr.read()
            data += octet
        return json.loads(data)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=WAIT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class Server:
    """A server on a free port whose every conversation is a function of a
    socket: talk(connection).  received: what each client sent, in order."""

    def __init__(self, talk):
        self.talk = talk
        self.received = []
        self.failures = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = []
        self.main = threading.Thread(target=self.accept, daemon=True)
        self.main.start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self.serve, args=(sock,),
                                      daemon=True)
            thread.start()
            self.threads.append(thread)

    def serve(self, sock):
        sock.settimeout(WAIT)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(sock)
        self.received.append(connection)
        try:
            self.talk(connection)
        except (OSError, EOFError):
            pass
        except Exception as error:  # told to the test when it ends
            self.failures.append(error)
        finally:
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(WAIT)
        assert not self.failures, self.failures


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""
        self.lines = []
        self.body = b""
        self.seen = b""

    def send(self, text):
        self.sock.sendall(text if isinstance(text, bytes) else
                          text.encode() + b"\r\n")

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError
        self.seen += data
        self.buffer += data

    def line(self):
        while b"\n" not in self.buffer:
            self.more()
        line, self.buffer = self.buffer.split(b"\n", 1)
        self.lines.append(line.rstrip(b"\r").decode(errors="replace"))
        return self.lines[-1]

    def octets(self, count):
        while len(self.buffer) < count:
            self.more()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def until_dot(self):
        self.buffer = b"\r\n" + self.buffer
        while b"\r\n.\r\n" not in self.buffer:
            self.more()
        body, self.buffer = self.buffer.split(b"\r\n.\r\n", 1)
        return body[2:] + b"\r\n"

    def start_tls(self, context):
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.sock.settimeout(WAIT)
        self.buffer = b""

    def drain(self):
        """Until the other side hangs up."""
        while True:
            self.more()

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


CUT = object()
SILENT = object()


class Smtp:
    """A plain SMTP server as the talk of a Server.  answers: by verb what it
    says, a string, or a list used up in turn (the last stays), CUT to hang up,
    SILENT to say nothing any more, or a function of (connection, line)."""

    GOOD = {"HELO": "250 test", "STARTTLS": "220 go", "AUTH": "235 2.7.0 in",
            "MAIL": "250 2.1.0 ok", "RCPT": "250 2.1.5 ok",
            "DATA": "354 go on", ".": "250 2.0.0 taken as 4F1",
            "BDAT": "250 2.0.0 taken", "RSET": "250 2.0.0 ok",
            "NOOP": "250 2.0.0 ok", "QUIT": "221 2.0.0 bye"}

    def __init__(self, answers=None, offers=(), tls=None, implicit=False,
                 greeting="220 test ESMTP"):
        self.answers = {**self.GOOD, "": greeting, **(answers or {})}
        self.offers = list(offers)
        self.tls = tls
        self.implicit = implicit
        self.lock = threading.Lock()

    def answer(self, verb):
        with self.lock:
            answer = self.answers.get(verb, "500 5.5.1 what?")
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            return answer

    def say(self, connection, verb, line=""):
        """False when the conversation is over."""
        answer = self.answer(verb)
        if answer is CUT:
            return False
        if answer is SILENT:
            connection.drain()
        if callable(answer):
            return answer(connection, line)
        connection.send(answer)
        return answer

    def ehlo(self, connection):
        offers = ["test", *self.offers]
        if self.tls and not isinstance(connection.sock, ssl.SSLSocket):
            offers.append("STARTTLS")
        for offer in offers[:-1]:
            connection.send("250-" + offer)
        connection.send("250 " + offers[-1])
        return True

    def __call__(self, connection):
        if self.implicit:
            connection.start_tls(self.tls)
        said = self.say(connection, "")
        while said:
            line = connection.line()
            verb = line.split(" ")[0].upper()
            if verb == "EHLO" and "EHLO" not in self.answers:
                said = self.ehlo(connection)
                continue
            if verb == "BDAT":
                connection.body += connection.octets(int(line.split()[1]))
            said = self.say(connection, verb, line)
            if verb == "STARTTLS" and isinstance(said, str) and \
                    said.startswith("220"):
                connection.start_tls(self.tls)
            elif verb == "DATA" and isinstance(said, str) and \
                    said.startswith("354"):
                connection.body = connection.until_dot()
                said = self.say(connection, ".")
            elif verb == "QUIT":
                return


def openssl(*args, cwd):
    subprocess.run(["openssl", *map(str, args)], cwd=cwd, check=True,
                   capture_output=True)


class Certificates:
    """A CA in a folder, and what it signs: PEM files of chain and key."""

    def __init__(self, folder):
        self.folder = folder
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
                "-out", "ca.pem", "-days", "30", "-subj", "/CN=Test CA",
                cwd=folder)
        self.ca = folder / "ca.pem"

    def make(self, name, host="localhost", start=None, end=None, signed=True):
        """start and end: YYYYMMDDHHMMSSZ."""
        folder = self.folder / name
        folder.mkdir()
        (folder / "ext").write_text(
            f"subjectAltName=DNS:{host},IP:127.0.0.1\n" if host == "localhost"
            else f"subjectAltName=DNS:{host}\n")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key",
                "-out", "csr", "-subj", f"/CN={host}", cwd=folder)
        if signed:
            (folder / "index").write_text("")
            (folder / "serial").write_text("01\n")
            (folder / "cnf").write_text(
                "[ca]\ndefault_ca=a\n[a]\ndatabase=index\nserial=serial\n"
                "new_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
                "[p]\ncommonName=supplied\n")
            dates = ["-startdate", start or "20200101000000Z",
                     "-enddate", end or "20490101000000Z"]
            openssl("ca", "-batch", "-notext", "-config", "cnf", "-in", "csr",
                    "-out", "crt", "-cert", self.ca, "-keyfile",
                    self.folder / "ca.key", "-extfile", "ext", *dates,
                    cwd=folder)
        else:
            openssl("x509", "-req", "-in", "csr", "-signkey", "key", "-out",
                    "crt", "-days", "30", "-extfile", "ext", cwd=folder)
        pem = folder / "both.pem"
        pem.write_text((folder / "crt").read_text() +
                       (folder / "key").read_text())
        return pem

    def context(self, pem):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context


def free_port():
    """One that nothing listens on (for refused connections)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
