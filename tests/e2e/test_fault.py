"""The server that misbehaves, from outside: by hand, by Python's client, and by
posthaste itself, which has to say what is wrong."""

import base64
import contextlib
import json
import os
import pathlib
import re
import select
import shlex
import signal
import smtplib
import socket
import ssl
import subprocess
import time

import pytest

from posthaste import PROGRAM, WAIT, Sink, run

MESSAGE = "Subject: x\r\n\r\nhello\r\n"
ENVELOPE = b"MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.com>\r\n"


def faulty(*faults, args=()):
    """A sink with these faults."""
    given = [word for fault in faults for word in ("--fault", fault)]
    return Faulty(*given, *args)


class Faulty(Sink):
    """What it printed and noted is read when it has ended."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.notes = []
        self.messages = []
        self.ended = False

    def line(self):
        said = super().line()
        if "listening" in said:
            self.first = said
        return said

    def note(self):
        """The next one, as soon as it is there."""
        data = b""
        end = time.monotonic() + WAIT
        while not data.endswith(b"\n"):
            left = max(end - time.monotonic(), 0)
            assert select.select([self.process.stderr], [], [], left)[0]
            octet = os.read(self.process.stderr.fileno(), 1)
            assert octet, data
            data += octet
        return data.decode().strip()

    def end(self):
        if self.ended:
            return
        self.ended = True
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=WAIT)
        self.messages += [json.loads(line) for line in out.splitlines()]
        self.notes += [line.removeprefix("posthaste: note: sink: ")
                       for line in err.decode().splitlines()]
        assert "Sanitizer" not in err.decode(), err.decode()
        assert "runtime error" not in err.decode(), err.decode()
        assert self.process.returncode == 0


@contextlib.contextmanager
def raw(sink):
    sock = socket.create_connection(("127.0.0.1", sink.port), WAIT)
    with sock, sock.makefile("rb") as file:
        yield Raw(sock, file)


class Raw:
    def __init__(self, sock, file):
        self.sock = sock
        self.file = file

    def send(self, data):
        self.sock.sendall(data)

    def reply(self):
        """All lines of one, without their ends; [] at the end."""
        lines = []
        while True:
            line = self.file.readline().decode()
            if not line:
                return lines
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return lines

    def ask(self, data):
        self.send(data)
        return self.reply()

    def code(self, data):
        return self.ask(data)[-1][:3]

    def rest(self):
        """What comes until the server hangs up; None: it was a reset."""
        try:
            return self.file.read()
        except ConnectionResetError:
            return None

    def hello(self):
        assert self.reply()[0].startswith("220 ")
        return [line[4:] for line in self.ask(b"EHLO client.test\r\n")]

    def data(self):
        self.hello()
        self.send(ENVELOPE)
        assert self.reply()[-1][:3] == self.reply()[-1][:3] == "250"
        assert self.code(b"DATA\r\n") == "354"


@pytest.fixture
def user(password):
    return ["--user", f"ann@example.com:{password}"]


# --- what cannot be meant is said before the server listens


@pytest.mark.parametrize("args, words", [
    (["--fault", "rctp:hangup"], ['no stage "rctp"', 'did you mean "rcpt"']),
    (["--fault", "rcpt:hangp"], ['no action "hangp"', 'mean "hangup"']),
    (["--fault", "rcpt,time=2:hangup"],
     ['no condition "time"', 'mean "times"']),
    (["--fault", "login:say=badlogin"], ['mean "bad-login"']),
    (["--fault", "login:say=xyzzy"], ["there are unavailable too-many"]),
    (["--fault", "rcpt:strip=SIZE"], ["strip goes only with ehlo"]),
    (["--fault", "rcpt"], ["no colon"]),
    (["--fault", "tls:plain"], ["needs TLS", "--encryption"]),
    (["--fault", "tls:certificate=expird", "--encryption", "wanted"],
     ['mean "expired"']),
    (["--fault", "tls:certificate=expired", "--encryption", "wanted",
      "--certificate", "/dev/null"], ["fresh CA"]),
    (["--like", "gmial"], ['no server of that name', 'mean "gmail"']),
    (["--like", "xyzzyplugh"], ["there are posthaste gmail microsoft365"]),
    (["--seed", "x"], ["not a number"]),
    (["--rate-limit", "10"], ["10/1min"]),
    (["--messages-limit", "0"], ['"0" cannot be used']),
    ([w for _ in range(65) for w in ("--fault", "rcpt:hangup")],
     ["more than 64"]),
])
def test_wrong(args, words):
    done = run("sink", "--listen", "127.0.0.1:0", *args)
    assert done.code == 64 and done.out == ""
    for word in words:
        assert word in done.err, done
    if args[0] == "--fault" and len(args) == 2 and "TLS" not in words[0]:
        assert 'advice: for example: posthaste sink --fault "' in done.err


ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = [line.removeprefix(".Dl posthaste sink ").replace(
                "\\(dq", '"').replace("\\e", "\\")
            for line in (ROOT / "doc/man/posthaste-sink.1").read_text()
            .splitlines() if line.startswith(".Dl posthaste sink ")]


@pytest.mark.parametrize("example", EXAMPLES)
def test_manual(example, password):
    """Each example of the manual does something: it was understood."""
    args = shlex.split(example.replace("password.txt", str(password)), posix=1)
    with Faulty(*args) as sink:
        assert sink.port


def test_manual_names_all():
    manual = (ROOT / "doc/man/posthaste-sink.1").read_text()
    for name in LIKES:
        assert re.search(rf"\.Cm .*\b{name}\b", manual) or re.search(
            rf"^\.Cm {name}\b", manual, re.M), name
    done = run("sink", "--help")
    words = re.sub(r".*\nstages", "stages", done.out, flags=re.S)
    for word in words.split():
        assert word in manual or word in ("stages", "conditions", "actions")
    assert len(EXAMPLES) >= 10


def test_example_of_a_wrong_one_is_right():
    done = run("sink", "--listen", "127.0.0.1:0", "--fault", "ehlo:drip")
    example = re.search(r'--fault "([^"]*)"; all', done.err).group(1)
    with faulty(example):
        pass


# --- each action, by hand


def test_connect():
    with faulty("connect,session=1:hangup", "connect,session=2:reset",
                "connect,session=3:slow=1ms") as sink:
        with raw(sink) as client:
            assert client.rest() == b""
        # so early that it may be seen in connect() already
        with contextlib.suppress(ConnectionResetError), raw(sink) as client:
            assert client.rest() is None
        with raw(sink) as client:
            client.hello()
    assert sink.notes == ["session 1: connect,session=1:hangup",
                          "session 2: connect,session=2:reset",
                          "session 3: connect,session=3:slow=1ms"]


def test_quiet_says_nothing_of_it():
    with faulty("connect:hangup", args=["--quiet"]) as sink:
        with raw(sink) as client:
            assert client.rest() == b""
    assert sink.notes == []


@pytest.mark.parametrize("stage, before", [
    ("connect", b""), ("greeting", b""), ("ehlo", b"EHLO c\r\n"),
    ("mail", b"EHLO c\r\n" + ENVELOPE), ("rcpt", b"EHLO c\r\n" + ENVELOPE),
    ("data", b"EHLO c\r\n" + ENVELOPE + b"DATA\r\n"),
    ("end", b"EHLO c\r\n" + ENVELOPE + b"DATA\r\nx\r\n.\r\n"),
    ("kept", b"EHLO c\r\n" + ENVELOPE + b"DATA\r\nx\r\n.\r\n"),
    ("any", b"NOOP\r\n"), ("rset", b"RSET\r\n"), ("quit", b"QUIT\r\n"),
])
def test_stall_lasts_until_the_client_goes(stage, before):
    """And the server stops although somebody waits."""
    with faulty(f"{stage}:stall") as sink:
        with raw(sink) as client, raw(sink) as other:
            client.send(before)
            assert sink.note().endswith(f"session 1: {stage}:stall")
            # what is sent is read, and nothing said to it
            client.send(b"NOOP\r\n" * 1000)
            client.sock.shutdown(socket.SHUT_WR)
            said = client.rest()
            other.send(before)
            assert sink.note().endswith(f"session 2: {stage}:stall")
            before = time.monotonic()
            sink.end()
            assert time.monotonic() - before < 4
    assert b"2.0.0 OK" not in said
    assert said.count(b"\n") == {
        "connect": 0, "greeting": 0, "ehlo": 1, "any": 1, "rset": 1, "quit": 1,
        "mail": 11, "rcpt": 12, "data": 13, "end": 14, "kept": 14}[stage] - (
            1 if stage in ("mail", "rcpt", "data", "end", "kept") else 0)
    assert len(sink.messages) == (2 if stage == "kept" else 0)


def test_greeting_reply():
    with faulty("greeting,session=1:reply=554 5.7.1 go\\n5.7.1 away, {peer}",
                "greeting,session=2:reply=220 {hostname} other words",
                "greeting,session=3:say=unavailable") as sink:
        with raw(sink) as client:
            assert client.reply() == ["554-5.7.1 go",
                                      "554 5.7.1 away, 127.0.0.1"]
            assert client.reply() == []
        with raw(sink) as client:
            assert client.reply() == ["220 localhost other words"]
            assert client.code(b"EHLO c\r\n") == "250"
        with raw(sink) as client:
            assert client.reply() == [
                "421 4.3.2 Service not available, closing"]
            assert client.reply() == []


def test_garble():
    with faulty("greeting:garble=* OK IMAP4 ready\\r\\n", "mail:garble",
                "kept:garble=\\x00\\xff\\r\\n") as sink:
        with raw(sink) as client:
            assert client.file.readline() == b"* OK IMAP4 ready\r\n"
            client.ask(b"EHLO c\r\n")
            client.send(b"MAIL FROM:<a@b.org>\r\n")
            assert client.file.readline().startswith(b"\x80\x00\xff nothing")
            assert client.code(b"RCPT TO:<b@c.org>\r\n") == "503"


def test_slow_and_drip_wait_and_then_are_right():
    with faulty("mail:slow=30ms", "mail:slow=30ms", "rcpt:drip=1ms") as sink:
        with raw(sink) as client:
            client.hello()
            before = time.monotonic()
            # pipelined, so that input waits too
            client.send(ENVELOPE + b"NOOP\r\n")
            assert client.reply() == ["250 2.1.0 Sender OK"]
            assert time.monotonic() - before >= 0.055
            before = time.monotonic()
            assert client.reply() == ["250 2.1.5 Recipient OK"]
            assert time.monotonic() - before >= 0.02
            assert client.reply() == ["250 2.0.0 OK"]


def test_drip_leaves_in_single_octets():
    with faulty("greeting:drip=1ms") as sink:
        sock = socket.create_connection(("127.0.0.1", sink.port), WAIT)
        with sock:
            pieces = []
            while not pieces or not pieces[-1].endswith(b"\n"):
                pieces.append(sock.recv(4096))
    assert b"".join(pieces) == b"220 localhost ESMTP Posthaste\r\n"
    assert len(pieces) > 5


def test_strip_and_add():
    with faulty("ehlo:strip=SIZE", "ehlo:strip=chunking", "ehlo:add=SIZE 17",
                "ehlo:add=X-OTHER a b", "ehlo,times=1:strip=DSN") as sink:
        with raw(sink) as client:
            offered = client.hello()
            assert "SIZE 17" in offered and offered[-1] == "X-OTHER a b"
            assert "CHUNKING" not in offered and "SIZE 0" not in offered
            assert "DSN" not in offered
            again = client.ask(b"EHLO c\r\n")
            assert "250-DSN" in again and "250-CHUNKING" not in again
            client.send(ENVELOPE)
            assert client.reply() and client.reply()
            assert client.code(b"BDAT 2 LAST\r\n") == "502"


def test_rcpt_by_address():
    with faulty("rcpt=bob@example.com:reply=550 5.1.1 No {address}",
                "rcpt=*@EXAMPLE.org:reply=450 4.2.1 Full") as sink:
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=WAIT) as client:
            refused = client.sendmail("ann@example.com", [
                "bob@example.com", "Bob@example.com", "b@example.org",
                "carol@example.com"], MESSAGE)
    assert refused == {
        "bob@example.com": (550, b"5.1.1 No bob@example.com"),
        "Bob@example.com": (550, b"5.1.1 No Bob@example.com"),
        "b@example.org": (450, b"4.2.1 Full")}
    assert sink.messages[0]["to"] == ["carol@example.com"]


def test_counts():
    with faulty("rcpt,times=2:reply=451 4.7.1 Later",
                "mail,from=3,times=1:reply=451 4.7.1 Slow",
                "any,from=6,each-session:reply=421 4.7.0 Enough") as sink:
        codes = []
        for _ in range(2):
            with raw(sink) as client:
                client.hello()
                for _ in range(2):
                    client.send(ENVELOPE + b"RSET\r\n")
                    codes += [client.reply()[-1][:3] for _ in range(2)]
                    client.reply()
        # the first that applies decides, and all of them count
        assert codes == ["250", "451", "250", "451", "451", "503", "250", "421"]


def test_421_hangs_up():
    with faulty("any,from=3:reply=421 4.7.0 Enough") as sink:
        with raw(sink) as client:
            client.hello()
            client.send(ENVELOPE)
            assert client.reply() == ["250 2.1.0 Sender OK"]
            assert client.reply() == ["421 4.7.0 Enough"]
            assert client.reply() == []


def test_data_and_bdat_refused():
    with faulty("data:reply=554 5.7.1 No") as sink:
        with raw(sink) as client:
            client.hello()
            client.send(ENVELOPE + b"DATA\r\n")
            assert [client.reply()[0][:3] for _ in range(3)] == [
                "250", "250", "554"]
            client.send(ENVELOPE + b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n")
            assert [client.reply()[0][:3] for _ in range(4)] == [
                "250", "250", "554", "250"]
    assert sink.messages == []


@pytest.mark.parametrize("fault, taken", [
    ("end:hangup", 0), ("kept:hangup", 1), ("end:reset", 0), ("kept:reset", 1)])
def test_lost_behind_the_dot_and_kept_or_not(fault, taken, tmp_path):
    with faulty(fault, args=["--maildir", tmp_path / "box"]) as sink:
        with raw(sink) as client:
            client.data()
            client.send(b"x\r\n.\r\n")
            assert client.rest() == (None if "reset" in fault else b"")
    assert len(sink.messages) == taken
    assert len(list((tmp_path / "box" / "new").iterdir())) == taken
    assert list((tmp_path / "box" / "tmp").iterdir()) == []


def test_end_and_kept_refused():
    with faulty("end,times=1:reply=550 5.7.1 Spam",
                "kept,times=1:reply=451 4.3.0 Taken, but denied",
                "kept,from=2:reply=250 2.0.0 queued as {address}X") as sink:
        with raw(sink) as client:
            client.data()
            assert client.ask(b"x\r\n.\r\n") == ["550 5.7.1 Spam"]
            for reply in ("451 4.3.0 Taken, but denied",
                          "250 2.0.0 queued as X"):
                client.send(ENVELOPE + b"DATA\r\ny\r\n.\r\n")
                assert [client.reply()[0][:3] for _ in range(3)] == [
                    "250", "250", "354"]
                assert client.reply() == [reply]
    assert len(sink.messages) == 2


def test_content_is_cut_where_it_says():
    with faulty("content,after=100K,session=1:reset",
                "content,after=100K,session=2:reply=421 4.4.2 Too slow",
                "content,after=10,session=3:slow=1ms") as sink:
        with raw(sink) as client:
            client.data()
            client.send(b"x" * 50000 + b"\r\n")
            with pytest.raises(OSError):
                for _ in range(1000):
                    client.send(b"x" * 50000 + b"\r\n")
        with raw(sink) as client:
            client.data()
            client.send(b"x" * 102401)
            assert client.reply() == ["421 4.4.2 Too slow"]
            assert client.reply() == []
        with raw(sink) as client:
            client.data()
            client.send(b"x" * 30 + b"\r\n.\r\nQUIT\r\n")
            assert client.reply()[0].startswith("250 ")
            assert client.reply()[0].startswith("221 ")
    assert [m["size"] for m in sink.messages] == [32]


def test_greylist():
    with faulty("rcpt=*@example.com:greylist",
                "rcpt=*@example.org:greylist=1h") as sink:
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=WAIT) as client:
            to = ["a@example.com", "b@example.org", "c@example.net"]
            late = client.sendmail("ann@example.com", to, MESSAGE)
            assert {code for code, _ in late.values()} == {451}
            assert set(late) == set(to[:2])
            late = client.sendmail("ann@example.com", to, MESSAGE)
            assert set(late) == {"b@example.org"}
            late = client.sendmail("other@example.com", to, MESSAGE)
            assert set(late) == set(to[:2])


# --- TLS


def tls(sink, name="localhost"):
    return ssl.create_default_context(cafile=sink.first["ca_file"])


def wanted(tmp_path, mode="wanted"):
    return ["--encryption", mode, "--ca-out", tmp_path / "ca.pem"]


CERTIFICATES = {
    "expired": "certificate has expired",
    "not-yet": "certificate is not yet valid",
    "wrong-name": "not valid for 'localhost'",
    "weak": "key too weak",
    "chain-missing": "unable to get local issuer certificate",
    "self-signed": "self-signed certificate",
}


@pytest.mark.parametrize("kind", CERTIFICATES)
@pytest.mark.parametrize("mode", ["wanted", "before-connect"])
def test_certificates(tmp_path, kind, mode):
    with faulty(f"tls,times=1:certificate={kind}",
                args=wanted(tmp_path, mode)) as sink:
        def connect():
            if mode == "before-connect":
                return smtplib.SMTP_SSL("localhost", sink.port, timeout=WAIT,
                                        context=tls(sink))
            client = smtplib.SMTP("localhost", sink.port, timeout=WAIT)
            with contextlib.ExitStack() as stack:
                stack.callback(client.close)
                client.starttls(context=tls(sink))
                stack.pop_all()
            return client
        with pytest.raises(ssl.SSLCertVerificationError) as error:
            connect()
        assert CERTIFICATES[kind] in error.value.verify_message.replace(
            "self signed", "self-signed")
        # the second time all is well
        with connect() as client:
            client.sendmail("a@b.org", ["c@d.org"], MESSAGE)
    assert sink.messages[0]["tls"] == "TLSv1.3"


def test_starttls_is_stripped_refused_and_injected(tmp_path):
    with faulty("ehlo,session=1:strip=STARTTLS",
                "starttls,session=2:reply=454 4.7.0 TLS not available",
                "starttls,session=3:inject=250 owned\\r\\n",
                "starttls,session=4:reply=220 2.0.0 Other words",
                args=wanted(tmp_path)) as sink:
        with raw(sink) as client:
            assert "STARTTLS" not in client.hello()
            assert client.code(b"STARTTLS\r\n") == "502"
        with raw(sink) as client:
            assert "STARTTLS" in client.hello()
            assert client.ask(b"STARTTLS\r\n") == [
                "454 4.7.0 TLS not available"]
            assert client.code(b"NOOP\r\n") == "250"
        with raw(sink) as client:
            client.hello()
            client.send(b"STARTTLS\r\n")
            # in one segment
            got = client.sock.recv(4096)
            assert got == b"220 2.0.0 Ready to start TLS\r\n250 owned\r\n"
        with smtplib.SMTP("localhost", sink.port, timeout=WAIT) as client:
            assert client.starttls(context=tls(sink)) == (
                220, b"2.0.0 Other words")


def test_handshake(tmp_path):
    with faulty("tls,session=1:hangup", "tls,session=2:reset",
                "tls,session=3:plain", "tls,session=4:slow=10ms",
                args=wanted(tmp_path)) as sink:
        def shake():
            client = smtplib.SMTP("localhost", sink.port, timeout=WAIT)
            with contextlib.ExitStack() as stack:
                stack.callback(client.close)
                client.starttls(context=tls(sink))
                stack.pop_all()
            return client
        with pytest.raises((ssl.SSLError, OSError)):
            shake()
        with pytest.raises(OSError):
            shake()
        with pytest.raises(ssl.SSLError) as error:
            shake()
        assert "WRONG_VERSION_NUMBER" in str(error.value).upper().replace(
            " ", "_")
        with shake() as client:
            assert client.noop()[0] == 250


def test_wrong_mode(tmp_path):
    with faulty("tls:plain", args=wanted(tmp_path, "before-connect")) as sink:
        with pytest.raises(ssl.SSLError):
            smtplib.SMTP_SSL("localhost", sink.port, timeout=WAIT,
                             context=tls(sink))
        with raw(sink) as client:
            assert "STARTTLS" not in client.hello()
            client.send(ENVELOPE + b"DATA\r\nx\r\n.\r\n")
    with faulty("connect:tls", args=wanted(tmp_path)) as sink:
        with raw(sink) as client:
            client.send(b"EHLO c\r\n")
            assert not (client.rest() or b"").startswith(b"220")
        with smtplib.SMTP_SSL("localhost", sink.port, timeout=WAIT,
                              context=tls(sink)) as client:
            client.sendmail("a@b.org", ["c@d.org"], MESSAGE)
    assert sink.messages[0]["tls"] == "TLSv1.3"


# --- logins


def plain(password):
    return base64.b64encode(b"\0ann@example.com\0" + password.encode()).decode()


def test_login(user):
    with faulty("login,times=1:reply=535 5.7.8 Not you",
                "login=nobody*:reply=235 2.7.0 Anybody, {hostname}",
                "auth=login:reply=504 5.5.4 Not that one", args=user) as sink:
        with raw(sink) as client:
            assert "AUTH" in " ".join(client.hello())
            good = b"AUTH PLAIN " + plain("open sesame").encode() + b"\r\n"
            assert client.ask(good) == ["535 5.7.8 Not you"]
            assert client.ask(b"AUTH LOGIN\r\n") == [
                "504 5.5.4 Not that one"]
            assert client.ask(good) == ["235 2.7.0 Authentication successful"]
        with raw(sink) as client:
            client.hello()
            nobody = base64.b64encode(b"\0nobody1\0what")
            assert client.ask(b"AUTH PLAIN " + nobody + b"\r\n") == [
                "235 2.7.0 Anybody, localhost"]
            client.send(ENVELOPE + b"DATA\r\nx\r\n.\r\n")
            assert [client.reply()[0][:3] for _ in range(4)] == [
                "250", "250", "354", "250"]
    assert sink.messages[0]["auth"] == {
        "mechanism": "PLAIN", "username": "nobody1"}
    assert "open sesame" not in repr(sink.notes)


def test_auth_is_stripped(user):
    with faulty("ehlo:strip=AUTH", args=user) as sink:
        with raw(sink) as client:
            assert "AUTH" not in " ".join(client.hello())
            assert client.code(b"AUTH PLAIN\r\n") == "502"
            assert client.code(b"MAIL FROM:<a@b.org>\r\n") == "530"


def test_broken_challenges(user):
    with faulty("auth=CRAM-MD5,times=1:challenge=!not base64!",
                "auth=CRAM-MD5,times=2:challenge=PDEyMz4=",
                args=user) as sink:
        with raw(sink) as client:
            client.hello()
            assert client.ask(b"AUTH CRAM-MD5\r\n") == ["334 !not base64!"]
            assert client.code(b"*\r\n") == "501"
        for _ in range(2):
            with smtplib.SMTP("127.0.0.1", sink.port, timeout=WAIT) as client:
                client.ehlo()
                client.user, client.password = "ann@example.com", "open sesame"
                # what is answered is right for the challenge, and refused
                with pytest.raises(smtplib.SMTPAuthenticationError) as error:
                    client.auth("CRAM-MD5", client.auth_cram_md5)
                assert error.value.smtp_code == 535
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=WAIT) as client:
            client.ehlo()
            client.user, client.password = "ann@example.com", "open sesame"
            assert client.auth("CRAM-MD5", client.auth_cram_md5)[0] == 235


# --- chance


def by_chance(*args):
    with faulty("rcpt,probability=50%:reply=451 4.7.1 Perhaps",
                args=args) as sink:
        seed = sink.first["seed"]
        codes = ""
        for _ in range(4):
            with raw(sink) as client:
                client.hello()
                client.code(b"MAIL FROM:<a@b.org>\r\n")
                for _ in range(10):
                    codes += client.code(b"RCPT TO:<c@d.org>\r\n")[0]
    return seed, codes


def test_seed_repeats_a_run():
    assert by_chance("--seed", 7) == by_chance("--seed", 7)
    assert by_chance("--seed", 7)[1] != by_chance("--seed", 8)[1]
    seed, codes = by_chance()
    assert set(codes) == {"2", "4"}
    assert by_chance("--seed", seed) == (seed, codes)


def test_seed_is_told_only_where_it_counts():
    with faulty("rcpt:hangup", args=["--seed", 7]) as sink:
        assert set(sink.first) == {"listening"}


# --- limits


def test_limits():
    with Faulty("--like", "postfix", "--rate-limit", "2/1h", "--rate-limit",
                "3/1d", "--size-limit", "1K", "--recipients-limit", 2,
                "--sessions-limit", 1) as sink:
        with raw(sink) as client:
            assert "SIZE 1024" in client.hello()
            assert client.ask(b"MAIL FROM:<a@b.org> SIZE=2000\r\n") == [
                "552 5.3.4 Message size exceeds fixed limit"]
            client.ask(b"MAIL FROM:<a@b.org>\r\n")
            client.ask(b"RCPT TO:<c@d.org>\r\n")
            client.ask(b"RCPT TO:<c@d.org>\r\n")
            assert client.ask(b"RCPT TO:<c@d.org>\r\n") == [
                "452 4.5.3 Error: too many recipients"]
            client.ask(b"RSET\r\n")
            # the one that was too big counted
            assert client.ask(b"MAIL FROM:<a@b.org>\r\n") == [
                "450 4.7.1 Error: too much mail from 127.0.0.1"]
            with raw(sink) as other:
                assert other.reply() == [
                    "421 4.7.0 mail.example.com Error: too many connections "
                    "from 127.0.0.1"]
                assert other.reply() == []


def test_messages_limit():
    with Faulty("--messages-limit", 2, "--like", "exim") as sink:
        with raw(sink) as client:
            client.data()
            client.ask(b"x\r\n.\r\n")
            client.send(ENVELOPE + b"DATA\r\nx\r\n.\r\n")
            assert [client.reply()[0][:3] for _ in range(4)] == [
                "250", "250", "354", "250"]
            assert client.ask(b"MAIL FROM:<a@b.org>\r\n") == [
                "421 mail.example.com no more messages accepted on this "
                "connection"]
            assert client.reply() == []


# --- likenesses

LIKES = {
    "gmail": (r"220 smtp\.gmail\.com ESMTP .* - gsmtp",
              ["LOGIN", "PLAIN"], "535-5.7.8 Username and Password not",
              "530-5.7.0 Authentication Required"),
    "microsoft365": (r"220 \S+\.office365\.com Microsoft ESMTP MAIL Service",
                     ["LOGIN"], "535 5.7.3 Authentication unsuccessful",
                     "530 5.7.57 Client not authenticated"),
    "ses": (r"220 email-smtp\.\S+\.amazonaws\.com ESMTP", ["PLAIN", "LOGIN"],
            "535 Authentication Credentials Invalid",
            "530 Authentication required"),
    "sendgrid": (r"220 SG ESMTP service ready", ["PLAIN", "LOGIN"],
                 "535 Authentication failed: Bad username / password",
                 "550 Unauthenticated senders not allowed"),
    "mailgun": (r"220 Mailgun Influx ready", ["PLAIN", "LOGIN"],
                "535 5.7.0 Mailgun is not loving", "550 5.7.1 Relaying denied"),
    "brevo": (r"220 smtp-relay\.brevo\.com ESMTP",
              ["PLAIN", "LOGIN", "CRAM-MD5"], "535 5.7.8 Authentication failed",
              "502 5.7.0 Please authenticate first"),
    "yahoo": (r"220 smtp\.mail\.yahoo\.com ESMTP ready", ["PLAIN", "LOGIN"],
              "535 5.7.0 (#AUTH005)", "530 5.7.1 Authentication required"),
    "zoho": (r"220 mx\.zohomail\.eu SMTP Server ready", ["LOGIN", "PLAIN"],
             "535 Authentication Failed", "530 5.7.0 Must issue"),
    "postfix": (r"220 mail\.example\.com ESMTP Postfix",
                ["SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"],
                "535 5.7.8 Error: authentication failed",
                "530 5.7.0 Authentication required"),
    "exim": (r"220 mail\.example\.com ESMTP Exim 4",
             ["PLAIN", "LOGIN", "CRAM-MD5"],
             "535 Incorrect authentication data",
             "550 Please turn on SMTP Authentication"),
    "dovecot": (r"220 mail\.example\.com Dovecot", ["PLAIN", "LOGIN"],
                "535 5.7.8 Authentication failed.",
                "530 5.7.0 Authentication required."),
    "sendmail": (r"220 mail\.example\.com ESMTP Sendmail",
                 ["CRAM-MD5", "LOGIN", "PLAIN"],
                 "535 5.7.0 authentication failed",
                 "530 5.7.0 Authentication required"),
}


@pytest.mark.parametrize("like", LIKES)
def test_like(like, user):
    greeting, mechanisms, bad_login, login_required = LIKES[like]
    with Faulty("--like", like, *user) as sink:
        with raw(sink) as client:
            assert re.match(greeting, client.reply()[0])
            offered = [line[4:] for line in client.ask(b"EHLO c.test\r\n")]
            auth = [o for o in offered if o.startswith("AUTH ")][0]
            assert auth.split()[1:] == mechanisms
            assert client.ask(b"MAIL FROM:<ann@example.com>\r\n")[0].startswith(
                login_required)
            mechanism = "PLAIN" if "PLAIN" in mechanisms else None
            steps = ([b"AUTH PLAIN " + plain("wrong").encode()] if mechanism
                     else [b"AUTH LOGIN", base64.b64encode(b"ann@example.com"),
                           base64.b64encode(b"wrong")])
            for step in steps:
                answer = client.ask(step + b"\r\n")
            assert answer[0].startswith(bad_login)
            steps[-1] = (b"AUTH PLAIN " + plain("open sesame").encode()
                         if mechanism else base64.b64encode(b"open sesame"))
            for step in steps:
                answer = client.ask(step + b"\r\n")
            assert answer[0].startswith("235 ")
            client.send(ENVELOPE + b"DATA\r\nx\r\n.\r\nQUIT\r\n")
            assert [client.reply()[0][:3] for _ in range(5)] == [
                "250", "250", "354", "250", "221"]
    assert sink.messages[0]["auth"]["username"] == "ann@example.com"


def test_every_likeness_is_tried():
    done = run("sink", "--like", "xyzzyplugh")
    names = re.search("there are (.*)", done.err).group(1).split()
    assert set(names) == {"posthaste", *LIKES}


def test_like_one_without_users_lets_nobody_in():
    with Faulty("--like", "gmail") as sink:
        with raw(sink) as client:
            assert "AUTH LOGIN PLAIN" in client.hello()
            answer = client.ask(
                b"AUTH PLAIN " + plain("x").encode() + b"\r\n")
            assert "BadCredentials" in answer[-1]
    # and this one takes mail from all
    with Faulty("--like", "postfix") as sink:
        with raw(sink) as client:
            client.data()


@pytest.mark.parametrize("like, at, text", [
    ("dovecot", 0, "553 5.7.1"), ("postfix", 1, "553 5.7.1"),
    ("microsoft365", 3, "554 5.2.252 SendAsDenied")])
def test_sender_of_somebody_else(like, at, text, user):
    with Faulty("--like", like, *user) as sink:
        with raw(sink) as client:
            client.hello()
            for step in (b"AUTH LOGIN", base64.b64encode(b"ann@example.com"),
                         base64.b64encode(b"open sesame")):
                client.ask(step + b"\r\n")
            answers = [client.ask(line) for line in (
                b"MAIL FROM:<other@example.com>\r\n",
                b"RCPT TO:<bob@example.com>\r\n")]
            if at == 3:
                client.ask(b"DATA\r\n")
                answers += [None, client.ask(b"x\r\n.\r\n")]
            assert answers[at][0].startswith(text)
    assert sink.messages == []


@pytest.mark.parametrize("like, at, text", [
    ("gmail", 0, "421-4.7.0 Our system has detected an unusual rate"),
    ("sendgrid", 0, "450 too many requests"),
    ("postfix", 0, "450 4.7.1 Error: too much mail from 127.0.0.1"),
    ("ses", 3, "454 Throttling failure: Maximum sending rate exceeded."),
    ("microsoft365", 3, "432 4.3.2 STOREDRV.ClientSubmit"),
])
def test_too_fast_for_each(like, at, text):
    with Faulty("--like", like, "--login-optional", "--rate-limit",
                "1/1h") as sink:
        with raw(sink) as client:
            client.data()
            assert client.ask(b"x\r\n.\r\n")[0].startswith("250 ")
            client.send(ENVELOPE + b"DATA\r\nx\r\n.\r\n")
            answers = [client.reply() for _ in range(at + 1)]
            assert answers[at][0].startswith(text)
            if like == "gmail":
                assert client.reply() == []
    assert len(sink.messages) == 1


@pytest.mark.parametrize("like, text", [
    ("gmail", "530-5.7.0 Must issue a STARTTLS command first."),
    ("microsoft365", "451 5.7.3 STARTTLS is required to send mail"),
    ("exim", "503 STARTTLS command required before mail")])
def test_tls_required_in_its_words(like, text):
    with Faulty("--like", like, "--encryption", "after-connect") as sink:
        with raw(sink) as client:
            assert "STARTTLS" in client.hello()
            assert client.ask(b"MAIL FROM:<a@b.org>\r\n")[0].startswith(text)


def test_say_in_anothers_words():
    with faulty("rcpt=nobody@*:say=unknown-recipient",
                "login:say=login-forbidden",
                args=["--like", "gmail", "--login-optional"]) as sink:
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=WAIT) as client:
            client.ehlo()
            with pytest.raises(smtplib.SMTPAuthenticationError) as error:
                client.login("ann@example.com", "x")
            assert error.value.smtp_code == 534
            assert b"InvalidSecondFactor" in error.value.smtp_error
            refused = client.sendmail(
                "a@b.org", ["nobody@c.org", "b@c.org"], MESSAGE)
            assert refused["nobody@c.org"][0] == 550
            assert b"NoSuchUser" in refused["nobody@c.org"][1]


# --- what posthaste makes of it

SEND = [
    # faults, encryption, login; exit code, outcome, stage, cause, setting
    (["connect:hangup"], None, 0, 75, "retry", "greeting", "connection-lost",
     "network"),
    (["greeting:reply=554 5.7.1 go away"], None, 0, 69, "failed", "greeting",
     "greeting-refused", "sending-ip"),
    (["greeting:reply=421 4.7.0 later"], None, 0, 75, "retry", "greeting",
     "shutting-down", "server"),
    (["greeting:stall"], None, 0, 75, "retry", "greeting", "silence", "tls"),
    (["greeting:garble"], None, 0, 76, "failed", "greeting", "protocol",
     "server"),
    (["greeting:garble=* OK IMAP4 ready\\r\\n"], None, 0, 76, "failed",
     "greeting", "other-protocol", "port"),
    (["greeting:garble=\\x15\\x03\\x03\\x00\\x02\\x02\\x46"], None, 0, 78,
     "failed", "greeting", "tls-expected", "tls"),
    (["ehlo:reply=501 5.5.4 bad name"], None, 0, 69, "failed", "ehlo",
     "ehlo-refused", "helo"),
    (["ehlo:hangup"], None, 0, 75, "retry", "ehlo", "connection-lost",
     "network"),
    (["ehlo:drip=1h"], None, 0, 75, "retry", "ehlo", "timeout", "timeout"),
    (["ehlo:reset"], None, 0, 75, "retry", "ehlo", "connection-lost",
     "network"),
    (["mail:drip=1ms"], None, 0, 0, "delivered", "data", None, None),
    (["ehlo:strip=STARTTLS"], "wanted", 0, 78, "failed", "tls",
     "tls-not-offered", "tls"),
    (["starttls:reply=454 4.7.0 no"], "wanted", 0, 75, "retry", "tls",
     "tls-refused", "server"),
    (["starttls:inject=250 owned\\r\\n"], "wanted", 0, 76, "failed", "tls",
     "tls-injected", "server"),
    (["tls:hangup"], "wanted", 0, 78, "failed", "tls", "tls-closed", "tls"),
    (["tls:stall"], "wanted", 0, 75, "retry", "tls", "timeout", "timeout"),
    (["tls:plain"], "wanted", 0, 78, "failed", "tls", "tls-plaintext", "tls"),
    (["tls:plain"], "before-connect", 0, 78, "failed", "tls", "tls-plaintext",
     "tls"),
    (["connect:tls"], "wanted", 0, 75, "retry", "greeting", "silence", "tls"),
    (["tls:certificate=expired"], "wanted", 0, 78, "failed", "tls",
     "cert-expired", "certificate"),
    (["tls:certificate=not-yet"], "wanted", 0, 78, "failed", "tls",
     "cert-not-yet-valid", "certificate"),
    (["tls:certificate=wrong-name"], "before-connect", 0, 78, "failed", "tls",
     "cert-name", "host"),
    (["tls:certificate=weak"], "wanted", 0, 78, "failed", "tls", "cert-other",
     "certificate"),
    (["tls:certificate=chain-missing"], "wanted", 0, 78, "failed", "tls",
     "cert-untrusted", "certificate"),
    (["tls:certificate=self-signed"], "wanted", 0, 78, "failed", "tls",
     "cert-self-signed", "certificate"),
    (["ehlo,secure:strip=AUTH"], "wanted", 1, 78, "failed", "auth",
     "auth-not-offered", "port"),
    (["login:reply=535 5.7.8 no"], "wanted", 1, 77, "failed", "auth",
     "auth-refused", "username-or-password"),
    (["login:say=login-later"], "wanted", 1, 75, "retry", "auth",
     "auth-deferred", "server"),
    (["auth:hangup"], "wanted", 1, 75, "retry", "auth", "connection-lost",
     "network"),
    (["auth:challenge=*not base64*"], "wanted", 1, 77, "failed", "auth",
     "auth-mechanism", "mechanism"),
    (["mail:reply=550 5.7.1 no"], None, 0, 69, "failed", "mail",
     "sender-refused", "sender"),
    (["mail:hangup"], None, 0, 75, "retry", "mail", "connection-lost",
     "network"),
    (["rcpt:reply=550 5.1.1 no"], None, 0, 69, "failed", "rcpt",
     "recipient-refused", "recipient"),
    (["rcpt:greylist"], None, 0, 75, "retry", "rcpt", "recipient-deferred",
     "none"),
    (["data:reply=554 5.7.1 no"], None, 0, 69, "failed", "data",
     "message-refused", "message"),
    (["data:hangup"], None, 0, 75, "retry", "data", "connection-lost",
     "network"),
    (["end:hangup"], None, 0, 74, "unsure", "data", "lost-after-dot",
     "network"),
    (["kept:reset"], None, 0, 74, "unsure", "data", "lost-after-dot",
     "network"),
    (["kept:stall"], None, 0, 74, "unsure", "data", "lost-after-dot",
     "network"),
    (["kept:reply=451 4.0.0 later"], None, 0, 75, "retry", "data",
     "message-deferred", "server"),
    (["end:reply=550 5.7.1 spam"], None, 0, 69, "failed", "data",
     "message-refused", "message"),
    (["end:slow=20ms"], None, 0, 0, "delivered", "data", None, None),
    (["quit:hangup"], None, 0, 0, "delivered", "data", None, None),
]


def client_args(sink, mode, login, tmp_path, password, wait="20s"):
    scheme = {None: "smtp+none", "wanted": "smtp+starttls",
              "before-connect": "smtps"}[mode]
    name = "ann%40example.com@" if login else ""
    args = ["--server", f"{scheme}://{name}localhost:{sink.port}", "--json",
            "--timeout", wait, "--timeout-final", wait, "--no-memory",
            "--from", "ann@example.com", "--to", "bob@example.com"]
    if mode:
        args += ["--ca-file", tmp_path / "ca.pem"]
    if login:
        args += ["--password-from", f"file:{password}"]
    return args


@pytest.mark.parametrize("faults, mode, login, code, outcome, stage, cause, "
                         "setting", SEND, ids=[" ".join(r[0]) for r in SEND])
def test_send_names_it(faults, mode, login, code, outcome, stage, cause,
                       setting, tmp_path, password, user):
    args = [*(wanted(tmp_path, mode) if mode else []), *(user if login else [])]
    with faulty(*faults, args=args) as sink:
        # only where nothing will come is it not waited for long
        silent = re.search("stall|1h|connect:tls", faults[0])
        done = run("send", *client_args(sink, mode, login, tmp_path, password,
                                        "400ms" if silent else "20s"),
                   "--text", "hello")
    said = done.json
    error = said["error"] or {}
    assert (done.code, said["outcome"], said["stage"], error.get("cause"),
            error.get("setting")) == (code, outcome, stage, cause,
                                      setting), done
    assert sink.notes and all(n.startswith("session ") for n in sink.notes)


@pytest.mark.parametrize("faults, mode, login, setting, stage", [
    (["rcpt:reply=550 5.1.1 no"], None, 0, "recipient", "rcpt"),
    (["mail:reply=550 5.7.1 no"], None, 0, "sender", "mail"),
    (["tls:certificate=expired"], "wanted", 0, "certificate", "tls"),
    (["login:reply=535 5.7.8 no"], "wanted", 1, "password", "auth"),
])
def test_test_suspects_it(faults, mode, login, setting, stage, tmp_path,
                          password, user):
    args = [*(wanted(tmp_path, mode) if mode else []), *(user if login else [])]
    with faulty(*faults, args=args) as sink:
        done = run("test", *client_args(sink, mode, login, tmp_path, password))
    said = done.json
    verdicts = {s["setting"]: s["verdict"] for s in said["settings"]}
    assert said["stage"] == stage and not said["ok"]
    assert verdicts[setting] == "suspect", done
    assert verdicts["host"] == "proven"


def test_what_a_person_is_told_of_gmail(tmp_path, password):
    with Faulty("--like", "gmail", *wanted(tmp_path)) as sink:
        done = run("send", *[a for a in client_args(
            sink, "wanted", 1, tmp_path, password) if a != "--json"],
            "--text", "x")
    assert done.code == 77
    assert "535 5.7.8" in done.err and "Username and Password not" in done.err


# --- it stays a server


def test_many_sessions_and_faults_at_once():
    """Half of them are cut somewhere; the others are not disturbed."""
    with faulty("any,probability=10%:reset", "content,probability=20%:hangup",
                "kept,probability=20%:slow=1ms", "rcpt,probability=20%:stall",
                args=["--seed", "3"]) as sink:
        clients = []
        with contextlib.ExitStack() as stack:
            for _ in range(60):
                client = stack.enter_context(raw(sink))
                clients.append(client)
                with contextlib.suppress(OSError):
                    client.send(b"EHLO c\r\n" + ENVELOPE +
                                b"DATA\r\nx\r\n.\r\nQUIT\r\n")
                    client.sock.shutdown(socket.SHUT_WR)
            said = [client.rest() for client in clients]
        done = sum(1 for s in said if s and b"221 2.0.0 Bye" in s)
    assert 10 < done < 50
    assert len(sink.messages) >= done


def test_nothing_of_it_without_an_option():
    done = subprocess.run([PROGRAM, "sink", "--help"], capture_output=True,
                          timeout=WAIT, text=True, check=True)
    assert "--fault" in done.stdout and "certificate challenge" in done.stdout
