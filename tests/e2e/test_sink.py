"""The built-in test server, from outside."""

import base64
import concurrent.futures
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import resource
import secrets
import select
import signal
import smtplib
import socket
import ssl
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("POSTHASTE", str(ROOT / "build" / "posthaste"))
USER, PASSWORD = "ann@example.com", "sécret, with a comma"
WAIT = 120
MESSAGE = (
    b"From: Ann <ann@example.com>\r\nTo: bob@example.com\r\n"
    b"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?B?IPCfmoA=?=\r\n"
    b"\r\n.dot\r\n..two\r\n.\r\n\r\n\xc3\xa9 last\r\n")


class Sink:
    def __init__(self, *args, **kwargs):
        self.process = subprocess.Popen(
            [PROGRAM, "sink", "--listen", "127.0.0.1:0", *map(str, args)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **kwargs)
        self.first = self.line()
        self.port = int(self.first["listening"].rsplit(":", 1)[1])

    def line(self):
        """The next line, and no wait without an end."""
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

    def end(self, signum=signal.SIGTERM):
        """What is left on stdout and stderr, and the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signum)
        out, err = self.process.communicate(timeout=WAIT)
        return self.process.returncode, out, err.decode()

    def raw(self):
        return Raw(socket.create_connection(("127.0.0.1", self.port), WAIT))

    def client(self):
        return smtplib.SMTP("127.0.0.1", self.port, timeout=WAIT)

    def peak_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])


class Raw:
    """SMTP by hand."""

    def __init__(self, sock):
        self.sock = sock
        self.file = sock.makefile("rb")
        self.reply()

    def reply(self):
        """The last line of a reply; "" at the end of the connection."""
        while True:
            line = self.file.readline().decode()
            if line[3:4] != "-":
                return line.rstrip("\r\n")

    def send(self, data):
        self.sock.sendall(data)

    def ask(self, data):
        self.send(data)
        return self.reply()

    def hello(self):
        assert self.ask(b"EHLO client.example.com\r\n").startswith("250 ")

    def envelope(self):
        self.hello()
        self.send(b"MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.com>\r\n")
        assert self.reply() == "250 2.1.0 Sender OK"
        assert self.reply() == "250 2.1.5 Recipient OK"

    def data(self):
        self.envelope()
        assert self.ask(b"DATA\r\n").startswith("354 ")

    def close(self):
        self.file.close()
        self.sock.close()


@pytest.fixture
def sink():
    started = []

    def start(*args, **kwargs):
        started.append(Sink(*args, **kwargs))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate(timeout=WAIT)


@pytest.fixture
def user(tmp_path):
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    path.chmod(0o600)
    return ("--user", f"{USER}:{path}")


@contextlib.contextmanager
def closing(raw):
    try:
        yield raw
    finally:
        raw.close()


def names(capabilities):
    return set(capabilities["auth"].split())


# --- what is printed and kept


def test_message(sink, tmp_path):
    server = sink("--maildir", tmp_path / "box")
    with server.client() as client:
        client.sendmail("ann@example.com", ["b@example.com", "c@example.com"],
                        MESSAGE, mail_options=["BODY=8BITMIME"])
    said = server.line()
    path = pathlib.Path(said.pop("path"))
    assert said == {
        "n": 1, "from": "ann@example.com",
        "to": ["b@example.com", "c@example.com"], "size": len(MESSAGE),
        "auth": None, "tls": None, "subject": "Grüße 🚀"}
    assert path.parent == tmp_path / "box" / "new"
    assert path.read_bytes() == MESSAGE
    assert list((tmp_path / "box" / "tmp").iterdir()) == []
    assert server.end() == (0, b"", "")


@pytest.mark.parametrize("headers, subject", [
    (b"", ""),
    (b"From: a@b\r\n", ""),
    (b"SUBJECT:upper\r\nSubject: second\r\n", "upper"),
    (b"Subject: folded\r\n\tover\r\n  lines\r\n", "folded over lines"),
    (b"X: " + b"y" * 60000 + b"\r\nSubject: far\r\n", "far"),
    (b"no field at all\r\nSubject: still\r\n", "still"),
    (b"Subject: \xff\xfe\r\n", "\ufffd\ufffd"),
    (b"Subject: =?utf-8?Q?a=0D=0Ab?=\r\n", "a b"),
])
def test_subject(sink, headers, subject):
    server = sink()
    with closing(server.raw()) as client:
        client.data()
        client.ask(headers + b"\r\nSubject: of the body\r\n.\r\n")
    said = server.line()["subject"]
    assert " ".join(said.split()) == subject


def test_many_in_one_session_and_null_sender(sink):
    server = sink()
    with server.client() as client:
        for _ in range(3):
            client.sendmail("", ["Postmaster"], b"Subject: x\r\n\r\ny\r\n")
    assert [server.line()["n"] for _ in range(3)] == [1, 2, 3]


def test_pipelined_in_one_packet(sink):
    server = sink()
    with closing(server.raw()) as client:
        client.send(b"EHLO c.example.com\r\nMAIL FROM:<a@b.org>\r\n"
                    b"RCPT TO:<c@d.org>\r\nDATA\r\nx\r\n.\r\n"
                    b"MAIL FROM:<a@b.org>\r\nRCPT TO:<c@d.org>\r\n"
                    b"BDAT 3 LAST\r\ny\r\nQUIT\r\n")
        codes = [client.reply()[:3] for _ in range(9)]
        assert codes == ["250", "250", "250", "354", "250", "250", "250", "250",
                         "221"]
        assert client.reply() == ""
    assert [server.line()["size"] for _ in range(2)] == [3, 3]


def test_quiet_prints_only_where_it_listens(sink):
    server = sink("--quiet")
    with server.client() as client:
        client.sendmail("a@b.org", ["c@d.org"], "x")
    assert server.end() == (0, b"", "")


def test_count(sink):
    server = sink("--count", 2)
    with server.client() as client:
        for _ in range(2):
            client.sendmail("a@b.org", ["c@d.org"], "x")
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("a@b.org", ["c@d.org"], "x")
    assert [server.line()["n"] for _ in range(2)] == [1, 2]
    assert server.process.wait(WAIT) == 0
    with pytest.raises(OSError):
        server.raw()


# --- options and ends


@pytest.mark.parametrize("args, code", [
    (["--fault", "x"], 64),
    (["--script", "x"], 64),
    (["--nonsense"], 64),
    (["extra"], 64),
    (["--listen", "nowhere"], 78),
    (["--encryption", "perhaps"], 64),
    (["--encryption", "none", "--ca-out", "x"], 64),
    (["--certificate", "/nonexistent/file"], 78),
    (["--user", "nobody"], 64),
    (["--user", ":x"], 64),
    (["--user", "u:/nonexistent/file"], 78),
    (["--size-limit", "much"], 64),
    (["--count", "0"], 64),
    (["--hostname", "not a name"], 64),
    (["--maildir", "/proc/nowhere/box"], 73),
])
def test_wrong_options(args, code):
    done = subprocess.run([PROGRAM, "sink", "--listen", "127.0.0.1:0", *args],
                          capture_output=True, timeout=WAIT, text=True)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("posthaste: error: sink: ")
    assert "\nadvice: " in done.stderr


def test_address_in_use(sink):
    server = sink()
    done = subprocess.run(
        [PROGRAM, "sink", "--listen", f"127.0.0.1:{server.port}"],
        capture_output=True, timeout=WAIT, text=True)
    assert done.returncode == 73
    assert "in use" in done.stderr


def test_password_file_that_others_can_read(sink, tmp_path):
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    path.chmod(0o644)
    done = subprocess.run(
        [PROGRAM, "sink", "--listen", "127.0.0.1:0", "--user", f"u:{path}"],
        capture_output=True, timeout=WAIT, text=True)
    assert done.returncode == 78
    assert PASSWORD not in done.stderr


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_signal_tells_the_idle_and_lets_a_message_be_finished(sink, signum):
    server = sink()
    with closing(server.raw()) as idle, closing(server.raw()) as busy:
        idle.hello()
        busy.data()
        server.process.send_signal(signum)
        assert idle.reply().startswith("421 4.3.2 ")
        assert idle.reply() == ""
        assert busy.ask(b"x\r\n.\r\n").startswith("250 2.0.0 ")
        assert busy.reply().startswith("421 4.3.2 ")
    assert server.line()["n"] == 1
    assert server.process.wait(WAIT) == 0


def test_second_signal_does_not_wait(sink):
    server = sink()
    with closing(server.raw()) as busy:
        busy.data()
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(OSError):
            for _ in range(1000):
                server.raw().close()
        before = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(WAIT) == 0
        assert time.monotonic() - before < 4


def test_reader_gone(sink):
    server = sink()
    server.process.stdout.close()
    with server.client() as client:
        with contextlib.suppress(smtplib.SMTPException):
            client.sendmail("a@b.org", ["c@d.org"], "x")
            client.sendmail("a@b.org", ["c@d.org"], "x")
    assert server.process.wait(WAIT) == 141
    server.process.stdout = open(os.devnull, "rb")


# --- TLS


def context(server):
    return ssl.create_default_context(cafile=server.first["ca_file"])


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_starttls(sink, tmp_path, version):
    server = sink("--ca-out", tmp_path / "ca.pem")
    tls = context(server)
    tls.maximum_version = tls.minimum_version = ssl.TLSVersion[version]
    with smtplib.SMTP("localhost", server.port, timeout=WAIT) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        client.starttls(context=tls)
        client.ehlo()
        assert not client.has_extn("starttls")
        client.sendmail("a@b.org", ["c@d.org"], MESSAGE)
    said = server.line()
    assert said["tls"] == version.replace("_", ".")
    assert said["size"] == len(MESSAGE)


def test_tls_first(sink, tmp_path):
    server = sink("--encryption", "BeforeConnect", "--ca-out",
                  tmp_path / "ca.pem")
    with smtplib.SMTP_SSL("localhost", server.port, timeout=WAIT,
                          context=context(server)) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
        client.sendmail("a@b.org", ["c@d.org"], MESSAGE)
    assert server.line()["tls"] == "TLSv1.3"


def test_wanted_takes_mail_in_clear(sink):
    server = sink("--encryption", "wanted")
    with server.client() as client:
        client.sendmail("a@b.org", ["c@d.org"], "x")
    assert server.line()["tls"] is None


def test_after_connect_wants_tls(sink, user):
    server = sink("--encryption", "after-connect", *user)
    with server.client() as client:
        client.ehlo()
        assert not client.has_extn("auth")
        assert client.mail("a@b.org")[0] == 530
        assert client.docmd("AUTH", "PLAIN")[0] == 530


def test_wrong_certificate_is_the_clients_to_refuse(sink):
    server = sink("--encryption", "before-connect")
    with pytest.raises(ssl.SSLError):
        smtplib.SMTP_SSL("localhost", server.port, timeout=WAIT,
                         context=ssl.create_default_context())
    with socket.create_connection(("127.0.0.1", server.port)) as plain:
        plain.sendall(b"EHLO me\r\n")
        plain.settimeout(WAIT)
        while plain.recv(100):
            pass
    assert server.process.poll() is None


def test_nothing_may_follow_starttls(sink):
    server = sink("--encryption", "wanted")
    with closing(server.raw()) as client:
        client.hello()
        client.send(b"STARTTLS\r\nRSET\r\n")
        assert client.reply().startswith("220 ")
        assert client.reply().startswith("421 ")
        assert client.reply() == ""


def test_tls_where_text_is_due(sink):
    server = sink()
    with socket.create_connection(("127.0.0.1", server.port), WAIT) as sock:
        with pytest.raises(ssl.SSLError):
            ssl.create_default_context().wrap_socket(
                sock, server_hostname="localhost")


# --- logins


def scram(digest, password, binding, plus):
    """A client of RFC 5802, by the book: give it the server's words, get ours."""
    nonce = base64.b64encode(secrets.token_bytes(18)).decode()
    gs2 = f"p={binding[0]},," if plus else "n,,"
    bare = f"n={USER},r={nonce}"
    server_first = yield (gs2 + bare).encode()
    fields = dict(f.split("=", 1) for f in server_first.decode().split(","))
    salted = hashlib.pbkdf2_hmac(digest, password.encode(),
                                 base64.b64decode(fields["s"]), int(fields["i"]))
    bound = gs2.encode() + (binding[1] if plus else b"")
    final = (f"c={base64.b64encode(bound).decode()},r={fields['r']}")
    signed = f"{bare},{server_first.decode()},{final}".encode()

    def sign(key, text):
        return hmac.new(key, text, digest).digest()

    key = sign(salted, b"Client Key")
    proof = bytes(a ^ b for a, b in zip(
        key, sign(hashlib.new(digest, key).digest(), signed)))
    server_final = yield f"{final},p={base64.b64encode(proof).decode()}".encode()
    verifier = base64.b64encode(sign(sign(salted, b"Server Key"), signed))
    assert server_final == b"v=" + verifier
    yield b""


def cram(password):
    challenge = yield None
    digest = hmac.new(password.encode(), challenge, "md5").hexdigest()
    yield f"{USER} {digest}".encode()


def plain(password):
    yield f"\0{USER}\0{password}".encode()


def login(password):
    assert (yield None) == b"Username:"
    assert (yield USER.encode()) == b"Password:"
    yield password.encode()


def exchange(mechanism, password, binding=None):
    name = mechanism.removesuffix("-PLUS")
    plus = mechanism != name
    return {
        "PLAIN": lambda: plain(password),
        "LOGIN": lambda: login(password),
        "CRAM-MD5": lambda: cram(password),
        "SCRAM-SHA-1": lambda: scram("sha1", password, binding, plus),
        "SCRAM-SHA-256": lambda: scram("sha256", password, binding, plus),
    }[name]()


def authenticate(client, mechanism, steps):
    """The code that ended it, whether the first response goes with AUTH (when
    there is one) or after an empty challenge."""
    first = next(steps)
    command = mechanism
    if first is not None:
        command += " " + base64.b64encode(first).decode()
    code, text = client.docmd("AUTH", command)
    while code == 334:
        answer = steps.send(base64.b64decode(text)) \
            if first is not None or text else next(steps)
        code, text = client.docmd(base64.b64encode(answer).decode())
        first = first or b""
    return code


MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"]


@pytest.mark.parametrize("mode", ["none", "after-connect", "before-connect"])
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_login(sink, user, tmp_path, mechanism, mode):
    ca = [] if mode == "none" else ["--ca-out", tmp_path / "ca.pem"]
    server = sink("--encryption", mode, *ca, *user)
    if mode == "before-connect":
        client = smtplib.SMTP_SSL("localhost", server.port, timeout=WAIT,
                                  context=context(server))
    else:
        client = smtplib.SMTP("localhost", server.port, timeout=WAIT)
    with client:
        if mode == "after-connect":
            client.starttls(context=context(server))
        client.ehlo()
        assert mechanism in names(client.esmtp_features)
        assert client.mail("a@b.org")[0] == 530
        assert authenticate(client, mechanism,
                            exchange(mechanism, "wrong")) == 535
        assert client.mail("a@b.org")[0] == 530
        assert authenticate(client, mechanism,
                            exchange(mechanism, PASSWORD)) == 235
        client.sendmail("a@b.org", ["c@d.org"], "x")
    assert server.line()["auth"] == {"mechanism": mechanism, "username": USER}


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"])
def test_login_bound_to_the_channel(sink, user, tmp_path, mechanism):
    server = sink("--ca-out", tmp_path / "ca.pem", *user)
    tls = context(server)
    # Python has no exporter; tls-unique is TLS 1.2's.
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    with smtplib.SMTP("localhost", server.port, timeout=WAIT) as client:
        client.ehlo()
        assert mechanism not in names(client.esmtp_features)
        client.starttls(context=tls)
        client.ehlo()
        assert mechanism in names(client.esmtp_features)
        binding = ("tls-unique", client.sock.get_channel_binding("tls-unique"))
        other = ("tls-unique", bytes(len(binding[1])))
        for password, bound, code in ((PASSWORD, other, 535),
                                      ("wrong", binding, 535),
                                      (PASSWORD, binding, 235)):
            assert authenticate(client, mechanism, exchange(
                mechanism, password, bound)) == code
        client.sendmail("a@b.org", ["c@d.org"], "x")
    assert server.line()["auth"]["mechanism"] == mechanism


def test_unknown_user_and_broken_exchange(sink, user):
    server = sink(*user)
    with server.client() as client:
        client.ehlo()
        bad = base64.b64encode(b"\0eve\0" + PASSWORD.encode()).decode()
        assert client.docmd("AUTH", "PLAIN " + bad)[0] == 535
        assert client.docmd("AUTH", "PLAIN !")[0] == 501
        assert client.docmd("AUTH", "LOGIN")[0] == 334
        assert client.docmd("*")[0] == 501
        assert client.docmd("AUTH", "GSSAPI")[0] == 504
        assert client.mail("a@b.org")[0] == 530


def test_plaintext_needs_tls_where_there_is_some(sink, user):
    server = sink("--encryption", "wanted", *user)
    with server.client() as client:
        client.ehlo()
        assert names(client.esmtp_features).isdisjoint({"PLAIN", "LOGIN"})
        assert client.docmd("AUTH", "PLAIN")[0] == 538
    server = sink("--encryption", "wanted", "--allow-plaintext-password", *user)
    with server.client() as client:
        client.ehlo()
        assert names(client.esmtp_features) >= {"PLAIN", "LOGIN"}


def test_anonymous_and_optional(sink, user):
    server = sink("--anonymous", "--login-optional", *user)
    with server.client() as client:
        client.sendmail("a@b.org", ["c@d.org"], "x")
        trace = base64.b64encode(b"guest").decode()
        assert client.docmd("AUTH", "ANONYMOUS " + trace)[0] == 235
        client.sendmail("a@b.org", ["c@d.org"], "x")
    assert server.line()["auth"] is None
    assert server.line()["auth"]["mechanism"] == "ANONYMOUS"


# --- what clients must not get away with


@pytest.mark.parametrize("fake_end", [
    b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n"])
def test_smuggling(sink, fake_end, tmp_path):
    server = sink("--maildir", tmp_path)
    with closing(server.raw()) as client:
        client.data()
        client.send(b"x" + fake_end +
                    b"MAIL FROM:<eve@example.com>\r\n"
                    b"RCPT TO:<bob@example.com>\r\nDATA\r\nsmuggled\r\n.\r\n")
        assert client.reply().startswith("550 5.6.0 ")
        assert client.ask(b"QUIT\r\n").startswith("221 ")
    assert list((tmp_path / "new").iterdir()) == []
    assert list((tmp_path / "tmp").iterdir()) == []
    assert server.end() == (0, b"", "")


def test_bdat(sink, tmp_path):
    content = b"Subject: chunks\r\n\r\n.\r\n..\r\n" + b"z" * 100000 + b"\r\n"
    server = sink("--maildir", tmp_path)
    with closing(server.raw()) as client:
        client.envelope()
        for at in range(0, len(content), 7777):
            piece = content[at:at + 7777]
            client.send(b"BDAT %d\r\n" % len(piece) + piece)
            assert client.reply() == f"250 2.0.0 {len(piece)} octets"
        assert client.ask(b"BDAT 0 LAST\r\n").startswith("250 2.0.0 ")
    said = server.line()
    assert said["subject"] == "chunks"
    assert pathlib.Path(said["path"]).read_bytes() == content


def test_size_limit(sink):
    server = sink("--size-limit", "1000")
    with server.client() as client:
        client.ehlo()
        assert client.esmtp_features["size"] == "1000"
        assert client.mail("a@b.org", ["SIZE=1001"])[0] == 552
        assert client.mail("a@b.org")[0] == 250
        client.rcpt("c@d.org")
        assert client.data("x" * 2000)[0] == 552
        client.sendmail("a@b.org", ["c@d.org"], "x" * 900)
    assert server.line()["n"] == 1


def test_recipients_limit(sink):
    server = sink("--recipients-limit", "2")
    with server.client() as client:
        client.sendmail("a@b.org", ["c@d.org", "e@f.org", "g@h.org"], "x")
    assert server.line()["to"] == ["c@d.org", "e@f.org"]


def test_sessions_limit(sink):
    server = sink("--sessions-limit", "2")
    with closing(server.raw()) as one, closing(server.raw()) as other:
        with socket.create_connection(("127.0.0.1", server.port), WAIT) as third:
            said = third.makefile("rb").read()
        assert said.startswith(b"421 4.3.2 ")
        one.hello()
        other.hello()


def test_silent_client(sink):
    server = sink("--timeout", "1s")
    with closing(server.raw()) as client:
        assert client.reply().startswith("421 4.4.2 ")
        assert client.reply() == ""
    with closing(server.raw()) as client:
        client.data()
        client.send(b"half of")
        assert client.reply().startswith("421 4.4.2 ")
    assert server.end() == (0, b"", "")


def test_client_that_never_reads(sink):
    server = sink()
    with closing(server.raw()) as client:
        client.sock.settimeout(1)
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 200_000_000:
                sent += client.sock.send(b"HELP\r\n" * 10000)
        assert sent < 200_000_000
    assert server.peak_kib() < 32 * 1024


# --- how much


def test_hundred_sessions_at_once(sink, tmp_path):
    server = sink("--maildir", tmp_path)

    def talk(number):
        client = server.raw()
        client.hello()
        return number, client

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        clients = list(pool.map(talk, range(100)))
    for number, client in clients:
        client.send(b"MAIL FROM:<a%d@b.org>\r\nRCPT TO:<c@d.org>\r\nDATA\r\n"
                    % number)
    for number, client in clients:
        assert [client.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
        client.send(b"half of %d" % number)
    for number, client in clients:
        client.send(b" whole\r\n.\r\n")
    for _, client in clients:
        assert client.reply().startswith("250 2.0.0 ")
        client.close()
    said = [server.line() for _ in range(100)]
    assert {s["n"] for s in said} == set(range(1, 101))
    for one in said:
        number = one["from"][1:].split("@")[0].encode()
        assert pathlib.Path(one["path"]).read_bytes() == \
            b"half of " + number + b" whole\r\n"


@pytest.mark.parametrize("tls", [False, True])
def test_large_message_in_flat_memory(sink, tmp_path, tls):
    mode = ["--encryption", "before-connect", "--ca-out", tmp_path / "ca.pem"]
    server = sink("--maildir", tmp_path / "box", *(mode if tls else []))
    before = server.peak_kib()
    line = b".".ljust(70, b"x") + b"\r\n"
    block = line * 14000
    sock = socket.create_connection(("127.0.0.1", server.port), WAIT)
    if tls:
        sock = context(server).wrap_socket(sock, server_hostname="localhost")
    with closing(Raw(sock)) as client:
        client.data()
        for _ in range(100):
            client.send(block.replace(b"\r\n.", b"\r\n..").replace(
                b".", b"..", 1))
        assert client.ask(b".\r\n").startswith("250 ")
    said = server.line()
    assert said["size"] == 100 * len(block)
    kept = hashlib.sha256()
    with open(said["path"], "rb") as file:
        while piece := file.read(1 << 20):
            kept.update(piece)
    want = hashlib.sha256()
    for _ in range(100):
        want.update(block)
    assert kept.digest() == want.digest()
    assert server.peak_kib() - before < 4 * 1024


def test_memory_stays_flat_over_many_messages(sink):
    server = sink("--quiet")
    body = b"Subject: x\r\n\r\n" + b"y" * 500 + b"\r\n.\r\n"
    batch = (b"MAIL FROM:<a@b.org>\r\nRCPT TO:<c@d.org>\r\nDATA\r\n" + body)

    def send(count):
        with closing(server.raw()) as client:
            client.hello()
            for _ in range(count // 100):
                client.send(batch * 100)
                for _ in range(400):
                    assert client.reply()[0] in "23"

    send(1000)
    before = server.peak_kib()
    send(20000)
    assert server.peak_kib() - before < 512


# --- a full disk


def full(server, box):
    """A message that does not fit, then small ones on the same session."""
    with closing(server.raw()) as client:
        client.data()
        client.send(b"z" * 70 + b"\r\n")
        client.send((b"z" * 70 + b"\r\n") * 20000 + b".\r\n")
        assert client.reply().startswith("452 4.3.1 ")
        assert list((box / "new").iterdir()) == []
        assert list((box / "tmp").iterdir()) == []
        client.data()
        assert client.ask(b"small\r\n.\r\n").startswith("250 2.0.0 ")
    assert server.line()["size"] == 7
    code, out, err = server.end()
    assert (code, out) == (0, b"")
    assert err.startswith("posthaste: error: sink: ")
    assert err.count("posthaste: error: ") == 1


def test_file_too_large(sink, tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    box = tmp_path / "box"
    full(sink("--maildir", box, preexec_fn=limit, restore_signals=False), box)


def test_disk_full(tmp_path):
    """On a file system of its own, which the test looks into by /proc."""
    box = tmp_path / "box"
    box.mkdir()
    command = ('mount -t tmpfs -o size=256k none "$2" && '
               'exec "$1" sink --listen 127.0.0.1:0 --maildir "$2"')
    process = subprocess.Popen(
        ["unshare", "--mount", "--map-root-user", "--propagation", "private",
         "sh", "-c", command, "sh", PROGRAM, box],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    server = Sink.__new__(Sink)
    server.process = process
    try:
        server.first = server.line()
        server.port = int(server.first["listening"].rsplit(":", 1)[1])
        full(server, pathlib.Path(f"/proc/{process.pid}/root{box}"))
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=WAIT)
