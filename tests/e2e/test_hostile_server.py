"""Servers that are none, that fall silent, that say too much, the wrong thing or
the right one in the wrong place: the chain, the exit code and the stage of each,
in bounded time."""

import select
import socket
import threading
import time

import pytest

from hostile import ANN, BOB, LOGIN, attempt, judge
from posthaste import CUT, SILENT, WAIT, Server, Smtp, free_port, run

SCHEMES = {"smtp": "wanted", "smtp+none": "none",
           "smtp+starttls": "after-connect", "smtps": "before-connect"}
CLEAR = "--allow-plaintext-password"


def url(server, scheme="smtp+none"):
    return ["--server", f"{scheme}://localhost:{server.port}"]


@pytest.fixture(name="impatient")
def fixture_impatient(tmp_path):
    """A configuration in which nothing takes long."""
    path = tmp_path / "impatient.conf"
    path.write_text(
        "[connection]\nhost = localhost\nencryption = none\ntimeout = 300ms\n" +
        "".join(f"timeout-{step} = 300ms\n"
                for step in ("mail", "rcpt", "data", "block", "final")))
    return path


# ---- something else is on that port

FOREIGN = {
    "pop3": "+OK Dovecot ready. <1896.697170952@x>",
    "imap": "* OK [CAPABILITY IMAP4rev1] ready",
    "imap-bye": "* BYE too many of you",
    "http": "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n",
    "html": "<html><body>400</body></html>",
    "ssh": "SSH-2.0-OpenSSH_9.2p1 Debian-2",
    "nntp": "200 news server ready",
}


@pytest.mark.parametrize("protocol", FOREIGN)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("command", ["send", "test"])
def test_foreign_protocol(command, scheme, protocol):
    with Server(Smtp(greeting=FOREIGN[protocol])) as server:
        done = attempt(command, *url(server, scheme), "--timeout", "10s",
                       *(BOB if command == "send" else []))
    if scheme == "smtps":
        judge(done, 78, "tls", "tls-plaintext", command)
    else:
        judge(done, 76, "greeting", "other-protocol", command)
    # nothing that another protocol might take for a command
    assert not any(l.startswith(("EHLO", "MAIL"))
                   for c in server.received for l in c.lines)


@pytest.mark.parametrize("greeting", ["220 ProFTPD Server (Debian)",
                                      "220 FTP server ready"])
@pytest.mark.parametrize("scheme", ["smtp", "smtp+none", "smtp+starttls"])
def test_ftp(greeting, scheme):
    answers = {"EHLO": "500 EHLO not understood", "HELO": "500 HELO neither"}
    with Server(Smtp(answers, greeting=greeting)) as server:
        done = attempt("send", *url(server, scheme), *BOB)
    judge(done, 76, "ehlo", "other-protocol")


def test_web_server_that_waits_for_a_request():
    def talk(connection):
        connection.line()
        connection.send("HTTP/1.1 400 Bad Request")

    with Server(talk) as server:
        done = attempt("send", *url(server), *BOB, "--timeout", "300ms")
    judge(done, 75, "greeting", "silence")
    assert server.received[0].seen == b""


def test_echo_server():
    """What it sends back is no answer."""
    def talk(connection):
        connection.send("220 echo")
        while True:
            connection.send(connection.line())

    with Server(talk) as server:
        done = attempt("send", *url(server), *BOB, "--timeout", "10s")
    judge(done, 76, "ehlo", "protocol")


def test_tls_where_text_is_due(certificates, good_pem):
    """Such a server waits for the client, as the client does for it."""
    with Server(Smtp(tls=certificates.context(good_pem),
                     implicit=True)) as server:
        for scheme in ("smtp", "smtp+none", "smtp+starttls"):
            done = attempt("send", *url(server, scheme), *BOB, "--timeout",
                           "300ms")
            judge(done, 75, "greeting", "silence")
            assert "before-connect" in done.err


def test_tls_alert_where_text_is_due():
    for alert in (b"\x15\x03\x01\x00\x02\x02\x46",
                  b"\x16\x03\x03\x00\x02\x02\n\r\n"):
        with Server(Smtp({"": alert})) as server:
            done = attempt("send", *url(server, "smtp+starttls"), *BOB,
                           "--timeout", "10s")
        judge(done, 78, "greeting", "tls-expected")


# ---- nobody is there

@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("command", ["send", "test"])
def test_nobody(command, scheme):
    args = BOB if command == "send" else []
    done = attempt(command, "--server", f"{scheme}://127.0.0.1:{free_port()}",
                   *args, *LOGIN)
    judge(done, 75, "connect", "connect-refused", command)
    done = attempt(command, "--server", f"{scheme}://no.invalid:2525", *args,
                   "--timeout", "5s")
    # Without a name server nobody can say that it does not exist.
    code = 68 if "host-not-found" in done.out else 75
    judge(done, code, "dns", command=command)


def test_full_backlog():
    """A port whose server takes no connection: the kernel answers, or nobody."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    port = listener.getsockname()[1]
    held = []
    for _ in range(4):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", port))
        held.append(sock)
    done = attempt("send", "--server", f"smtp+none://127.0.0.1:{port}", *BOB,
                   "--timeout", "300ms")
    for sock in [listener, *held]:
        sock.close()
    judge(done, 75, ("connect", "greeting"))
    assert done.json["error"]["cause"] in ("connect-timeout", "silence")


# ---- silence and its kin

STEPS = [("", 75, "greeting"), ("EHLO", 75, "ehlo"), ("AUTH", 75, "auth"),
         ("MAIL", 75, "mail"), ("RCPT", 75, "rcpt"), ("DATA", 75, "data"),
         (".", 74, "data"), ("QUIT", 0, "data")]
OFFERS = ["AUTH PLAIN"]


@pytest.mark.parametrize("verb, code, stage", STEPS)
def test_silence(verb, code, stage, impatient):
    begun = time.monotonic()
    with Server(Smtp({verb: SILENT}, offers=OFFERS)) as server:
        done = attempt("send", "-c", impatient, "--port", server.port, *BOB,
                       *LOGIN, CLEAR)
    judge(done, code, stage)
    assert time.monotonic() - begun < 15
    if code == 75 and verb:
        assert done.json["error"]["cause"] == "timeout"
    if code == 74:
        assert done.json["error"]["cause"] == "lost-after-dot"


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
@pytest.mark.parametrize("begin", [b"", b"\x16\x03\x03\x40\x00\x02"])
def test_silence_amid_the_handshake(scheme, begin):
    def stall(connection, _=None):
        connection.send((b"220 go\r\n" if scheme != "smtps" else b"") )
        connection.more()
        connection.send(begin)
        connection.drain()

    talk = Smtp({"STARTTLS": stall}, offers=["STARTTLS"])
    with Server(stall if scheme == "smtps" else talk) as server:
        done = attempt("send", *url(server, scheme), *BOB, "--timeout", "300ms")
    judge(done, 75, "tls", "timeout")


def drip(start, pace=0.02):
    """One octet at a time, for ever or until the other side has had enough."""
    def answer(connection, _):
        connection.send(start)
        while not select.select([connection.sock], [], [], pace)[0]:
            connection.send(b"x")
        return False

    return answer


@pytest.mark.parametrize("verb, code, stage", STEPS)
def test_drip(verb, code, stage, impatient):
    """A reply that never ends, slowly: the time is for the whole of it."""
    begun = time.monotonic()
    with Server(Smtp({verb: drip(b"250-")}, offers=OFFERS)) as server:
        done = attempt("send", "-c", impatient, "--port", server.port, *BOB,
                       *LOGIN, CLEAR)
    judge(done, code, stage)
    assert time.monotonic() - begun < 15


def test_reader_that_stalls(impatient, tmp_path):
    """It stops taking the content."""
    big = tmp_path / "big"
    big.write_bytes(b"x" * 30_000_000)

    over = threading.Event()

    def stall(connection, _):
        connection.send("354 go")
        connection.more()
        over.wait(WAIT)
        return False

    with Server(Smtp({"DATA": stall})) as server:
        done = attempt("send", "-c", impatient, "--port", server.port, *BOB,
                       "--attach", big)
        over.set()
    judge(done, 75, "data", "timeout")


# ---- too much


def flood(code):
    def answer(connection, _):
        lines = code + b"-more and more\r\n"
        while True:
            connection.send(lines * 100)

    return answer


def long_line(code):
    return lambda connection, _: connection.send(
        code + b" " + b"x" * 10_000_000 + b"\r\n") or True


def many_lines(code):
    return lambda connection, _: connection.send(
        (code + b"-x\r\n") * 501 + code + b" x\r\n") or True


def broken(done, verb, cause=None):
    """Before the first RCPT it is the protocol's fault; behind it the
    recipients decide; behind the dot nobody can tell."""
    stage = {"": "greeting", ".": "data"}.get(verb, verb.lower())
    code, outcome = {"RCPT": (75, "retry"), "DATA": (75, "retry"),
                     ".": (74, "unsure"), "MAIL": (76, "retry")}.get(
                         verb, (76, "failed"))
    judge(done, code, stage, cause)
    assert done.json["outcome"] == outcome, done


CODES = {"": b"220", "EHLO": b"250", "AUTH": b"334", "MAIL": b"250",
         "RCPT": b"250", "DATA": b"354", ".": b"250"}


@pytest.mark.parametrize("much", [flood, long_line, many_lines])
@pytest.mark.parametrize("verb", CODES)
def test_too_much(verb, much):
    with Server(Smtp({verb: much(CODES[verb])}, offers=OFFERS)) as server:
        done = attempt("send", *url(server), *BOB, *LOGIN, CLEAR, "--timeout",
                       "20s")
    broken(done, verb, "reply-too-big")
    assert len(done.err) < 4000


@pytest.mark.parametrize("size", [2000, 2100, 70000])
def test_ehlo_of_any_size(size):
    """The line is as long as allowed, one longer, far longer."""
    with Server(Smtp({"EHLO": "250-" + "x" * (size - 6) + "\r\n250 OK"},
                     )) as server:
        done = attempt("send", *url(server), *BOB, "--timeout", "10s")
    if size <= 2048:
        judge(done, 0, "data")
    else:
        judge(done, 76, "ehlo", "reply-too-big")


# ---- the wrong thing

WRONG = [
    ("", "250 ok"), ("", "354 go"), ("", "334 "), ("", "235 in"),
    ("EHLO", "354 go"), ("EHLO", "220 hi"), ("EHLO", "334 "),
    ("AUTH", "354 go"), ("AUTH", "220 hi"),
    ("MAIL", "354 go"), ("MAIL", "334 "), ("RCPT", "354 go"),
    ("DATA", "250 ok"), ("DATA", "220 hi"), ("DATA", "334 "),
    (".", "354 go"), (".", "334 "),
]
NONSENSE = ["", "25", "250x", "2 50", "-250", "950 no", "150 hm", "abc",
            "250\t", "\u0661\u0662\u0663 x"]
MORE = [(verb, text) for verb in CODES for text in NONSENSE]
NUL = [(verb, CODES[verb] + b" a\0b\r\n") for verb in CODES] + [
    (verb, b"\0" + CODES[verb] + b" a\r\n") for verb in CODES]
MIXED = [(verb, CODES[verb] + b"-a\r\n" + b"251 b\r\n") for verb in CODES]


@pytest.mark.parametrize("verb, answer", WRONG + MORE + NUL + MIXED)
def test_wrong_answer(verb, answer):
    with Server(Smtp({verb: answer, "HELO": answer}, offers=OFFERS)) as server:
        done = attempt("send", *url(server), *BOB, *LOGIN, CLEAR, "--timeout",
                       "10s")
    broken(done, verb)


@pytest.mark.parametrize("text", ["220 hi", "250 a\rb", "250 a\r\r", "250", "250 "])
def test_what_is_tolerated(text):
    """Odd and harmless."""
    verbs = ("EHLO", "MAIL", "RCPT", ".") if text[:3] == "250" else (
        "MAIL", "RCPT", ".")
    answers = dict.fromkeys(verbs, text)
    with Server(Smtp(answers)) as server:
        done = attempt("send", *url(server), *BOB)
    judge(done, 0, "data")
    assert "\r" not in done.out


@pytest.mark.parametrize("verb", ["", "EHLO", "MAIL", "RCPT", "DATA"])
def test_answer_to_nothing(verb):
    """One reply more than there were commands: whose is the next?"""
    def twice(connection, _):
        connection.send(CODES[verb].decode() + " first\r\n250 second")
        if verb == "DATA":
            connection.drain()
        return True

    with Server(Smtp({verb: twice}, offers=[])) as server:
        done = attempt("send", *url(server), *BOB, "--timeout", "10s")
    assert done.code in (74, 75, 76), done
    assert not any(c.body for c in server.received)
    assert done.json["outcome"] != "delivered"


# ---- 421


def answers_421(connection, _):
    connection.send("421 4.3.2 going down")
    return False


@pytest.mark.parametrize("verb, stage", [
    ("", "greeting"), ("EHLO", "ehlo"), ("HELO", "ehlo"), ("STARTTLS", "tls"),
    ("AUTH", "auth"), ("MAIL", "mail"), ("RCPT", "rcpt"), ("DATA", "data"),
    (".", "data"), ("QUIT", None)])
@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize("command", ["send", "test"])
def test_421(verb, stage, pipelining, command):
    answers = {verb: answers_421}
    scheme, login = "smtp+none", [*LOGIN, CLEAR]
    offers = [*OFFERS, *(["PIPELINING"] if pipelining else [])]
    if verb == "HELO":
        answers["EHLO"] = "502 5.5.1 no"
        login = []
    if verb == "STARTTLS":
        scheme = "smtp+starttls"
        offers.append("STARTTLS")
    args = BOB if command == "send" else [
        "--send", "--from", ANN, "--to", "bob@example.com"]
    with Server(Smtp(answers, offers=offers)) as server:
        done = attempt(command, *url(server, scheme), *args, *login,
                       "--timeout", "10s")
    if stage is None:
        assert done.code == 0, done
        return
    judge(done, 75, stage, command=command)
    assert "421 4.3.2" in done.err and "going down" in done.err
    if command == "send":
        assert done.json["outcome"] == "retry"


@pytest.mark.parametrize("answer, outcome, code", [
    (answers_421, "retry", 75), (lambda c, _: False, "unsure", 74),
    (SILENT, "unsure", 74), (lambda c, _: c.send("999 x"), "unsure", 74)])
def test_bdat(answer, outcome, code, tmp_path):
    """Once a message was taken the next goes by BDAT, and fares ill."""
    path = tmp_path / "c.conf"
    path.write_text("[connection]\nhost = localhost\nencryption = none\n"
                    "timeout-final = 300ms\n"
                    "[limits]\nrecipients-per-message = 1\n")
    with Server(Smtp({"BDAT": answer},
                     offers=["PIPELINING", "CHUNKING"])) as server:
        done = attempt("send", "-c", path, "--port", server.port, *BOB,
                       "eve@example.com", "zoe@example.com")
    judge(done, code, "data")
    assert any(l.startswith("BDAT") for l in server.received[0].lines)
    assert [r["outcome"] for r in done.json["recipients"]] == [
        "delivered", "delivered", outcome]
    assert done.json["outcome"] == "partial"


@pytest.mark.parametrize("behind", ["", "EHLO", "MAIL", "RCPT"])
def test_421_unasked(behind):
    """Said of its own accord, right behind another answer."""
    def answer(connection, _):
        connection.send(CODES[behind].decode() +
                        " ok\r\n421 4.3.2 going down")
        return False

    with Server(Smtp({behind: answer})) as server:
        done = attempt("send", *url(server), *BOB, "--timeout", "10s")
    judge(done, 75, ("greeting", "ehlo", "mail", "rcpt", "data"),
          "shutting-down")
    assert done.json["outcome"] == "retry"


def test_421_amid_the_login():
    def answer(connection, _):
        connection.send("334 VXNlcm5hbWU6")
        connection.line()
        return answers_421(connection, _)

    with Server(Smtp({"AUTH": answer}, offers=["AUTH LOGIN"])) as server:
        done = attempt("send", *url(server), *BOB, *LOGIN, CLEAR)
    judge(done, 75, "auth")


# ---- EHLO


@pytest.mark.parametrize("code", ["500 5.5.1", "501 5.5.4", "502 5.5.1",
                                  "504 5.5.4", "550 5.7.1", "554 5.0.0"])
@pytest.mark.parametrize("scheme, login, helo", [
    ("smtp+none", False, True), ("smtp", False, True),
    ("smtp+none", True, False), ("smtp", True, False),
    ("smtp+starttls", False, False), ("smtp+starttls", True, False)])
def test_ehlo_refused(code, scheme, login, helo):
    """HELO is tried where neither encryption nor a login is needed."""
    with Server(Smtp({"EHLO": code + " not here"})) as server:
        done = attempt("send", *url(server, scheme), *BOB,
                       *(LOGIN if login else []))
    words = [l.split()[0] for l in server.received[0].lines]
    assert ("HELO" in words) == helo, words
    if helo:
        judge(done, 0, "data")
    else:
        judge(done, 69, "ehlo", "ehlo-refused")
        assert "MAIL" not in words and "AUTH" not in words


def test_helo_behind_tls(certificates, good_pem):
    """EHLO is refused once encryption stands."""
    with Server(Smtp({"EHLO": "502 no"}, implicit=True,
                     tls=certificates.context(good_pem))) as server:
        plain = attempt("send", *url(server, "smtps"), *BOB, "--ca-file",
                        certificates.ca)
        login = attempt("send", *url(server, "smtps"), *BOB, "--ca-file",
                        certificates.ca, *LOGIN)
    judge(plain, 0, "data")
    judge(login, 69, "ehlo", "ehlo-refused")


# ---- offers that lie


@pytest.mark.parametrize("offers", [
    ["SIZE 99999999999999999999999"], ["SIZE -1"], ["SIZE x"], ["SIZE"],
    ["LIMITS RCPTMAX=0 MAILMAX=0"], ["LIMITS RCPTMAX=99999999999999999999"],
    ["LIMITS ="], ["AUTH"], ["AUTH=PLAIN"], ["AUTH " + "X" * 1500],
    ["DSN", "DSN", "PIPELINING", "PIPELINING"], ["\x7f\x01"], [" "], [""],
    ["8BITMIME BODY=7BIT"], ["CHUNKING x"], ["X" * 1900] * 30])
def test_odd_offers(offers):
    with Server(Smtp(offers=offers)) as server:
        done = attempt("send", *url(server), *BOB, "--timeout", "10s")
        tried = attempt("test", *url(server), "--timeout", "10s")
    judge(done, 0, "data")
    judge(tried, 0, None, command="test")
    assert server.received[0].body


@pytest.mark.parametrize("offers, answers", [
    (["PIPELINING"], {"MAIL": "503 5.5.1 one at a time"}),
    (["PIPELINING", "CHUNKING"], {"BDAT": "500 5.5.1 what is BDAT"}),
    (["DSN"], {"RCPT": "555 5.5.4 what is NOTIFY"}),
    (["SIZE 5000000"], {"MAIL": "555 5.5.4 what is SIZE"}),
])
def test_offers_that_are_not_kept(offers, answers):
    with Server(Smtp(answers, offers=offers)) as server:
        done = attempt("send", *url(server), *BOB, "--dsn", "failure",
                       "--timeout", "10s")
    assert done.code in (0, 69), done
    if done.code:
        assert "answered" in done.err and "advice: " in done.err


# ---- the login


@pytest.mark.parametrize("challenge", [
    "334 ", "334", "334 !!!!", "334 =", "334 AAAA", "334 " + "A" * 2000,
    "334 cj0=", "334 " + "QQ" * 20, "334 \u20ac"])
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "CRAM-MD5", "LOGIN",
                                       "PLAIN"])
def test_login_of_nonsense(mechanism, challenge, tmp_path):
    """The same challenge for ever: bounded, and no password in what is said."""
    def answer(connection, _):
        for _ in range(50):
            connection.send(challenge)
            if connection.line() == "*":
                connection.send("501 5.7.0 so be it")
                return True
        return False

    with Server(Smtp({"AUTH": answer}, offers=[f"AUTH {mechanism}"])) as server:
        done = attempt("send", *url(server), *BOB, *LOGIN, CLEAR, "--timeout",
                       "10s", tmp=tmp_path)
    assert done.code in (75, 76, 77, 78), done
    judge(done, done.code, "auth")
    assert len(server.received[0].lines) < 40


SCRAM = ["r=fixed,s=c2FsdA==,i=1", "r=,s=,i=0", "r=x", "e=other-error",
         "r=%s,s=c2FsdA==,i=1", "r=%s,s=c2FsdA==,i=2147483647",
         "r=%s,s=c2FsdA==,i=99999999999999999999", "r=%s,s=!,i=4096",
         "m=x,r=%s,s=c2FsdA==,i=4096", "r=%s,s=c2FsdA==,i=-1"]


@pytest.mark.parametrize("first", SCRAM)
def test_scram_of_a_thief(first, tmp_path):
    """It would have a weak proof of the password, or keep the client busy for
    hours: ends before any proof is sent, and soon."""
    import base64

    def answer(connection, line):
        nonce = base64.b64decode(line.split()[2]).decode().split("r=")[1]
        words = first.replace("%s", nonce + "server")
        connection.send("334 " + base64.b64encode(words.encode()).decode())
        reply = connection.line()
        if reply != "*":
            proofs.append(base64.b64decode(reply))
        connection.send("535 5.7.8 no")
        return True

    proofs = []
    begun = time.monotonic()
    with Server(Smtp({"AUTH": answer}, offers=["AUTH SCRAM-SHA-256"])) as s:
        done = attempt("send", *url(s), *BOB, *LOGIN, "--timeout", "10s",
                       tmp=tmp_path)
    judge(done, done.code, "auth")
    assert done.code in (76, 77, 78), done
    assert proofs == []
    assert time.monotonic() - begun < 15


def test_scram_without_proof(tmp_path):
    """A server that says 235 and never showed that it knows the password."""
    def answer(connection, _):
        connection.send("235 2.7.0 welcome")
        return True

    with Server(Smtp({"AUTH": answer}, offers=["AUTH SCRAM-SHA-256"])) as s:
        done = attempt("send", *url(s), *BOB, *LOGIN, tmp=tmp_path)
    judge(done, 77, "auth", "auth-server-false")
    assert not any("MAIL" in c.seen.decode() for c in s.received)


# ---- recipients


def test_one_of_five_by_test_and_five_of_five():
    def rcpt(connection, line):
        connection.send("550 5.1.1 no such user" if "r3@" in line or all_bad
                        else "250 2.1.5 ok")
        return True

    five = ["--from", ANN, "--text", "x", *[f"r{i}@x.example"
                                            for i in range(5)]]
    for pipelining in ([], ["PIPELINING"], ["PIPELINING", "CHUNKING"]):
        for all_bad in (False, True):
            with Server(Smtp({"RCPT": rcpt}, offers=pipelining)) as server:
                done = attempt("send", *url(server), *five)
            judge(done, 69, "rcpt", "recipient-refused")
            outcomes = [r["outcome"] for r in done.json["recipients"]]
            if all_bad:
                assert outcomes == ["failed"] * 5
                assert not any(c.body.strip() for c in server.received)
            else:
                assert outcomes == ["delivered"] * 3 + ["failed", "delivered"]
            people = run("send", *url(server), *BOB)
            assert people.code == 75  # the server is gone by now


def test_hangs_up_at_once():
    with Server(lambda connection: None) as server:
        for scheme in SCHEMES:
            done = attempt("send", *url(server, scheme), *BOB)
            if scheme == "smtps":
                judge(done, 78, "tls", "tls-closed")
            else:
                judge(done, 75, "greeting", "connection-lost")


def test_resets_the_connection():
    """RST and not FIN."""
    def talk(connection):
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   b"\1\0\0\0\0\0\0\0")
        connection.sock.close()

    with Server(talk) as server:
        done = attempt("send", *url(server), *BOB)
    # It may come before the kernel has told of the connection.
    judge(done, 75, ("connect", "greeting"))


def test_answer_and_cut():
    """A refusal is believed though the line goes dead behind it."""
    def refuse(connection, _):
        connection.send("550 5.7.1 not you")
        return False

    for verb, stage in (("MAIL", "mail"), ("RCPT", "rcpt"), (".", "data")):
        with Server(Smtp({verb: refuse, "QUIT": CUT})) as server:
            done = attempt("send", *url(server), *BOB)
        judge(done, 69, stage)
