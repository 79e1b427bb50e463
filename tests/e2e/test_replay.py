"""A conversation that was written down becomes a server that behaves the same:
sink --script, --transcript, replay."""

import base64
import json
import pathlib
import re
import socket
import struct

import pytest

from hostile import keeps
from posthaste import CUT, SILENT, Server, Sink, Smtp, run

CASES = sorted((pathlib.Path(__file__).parent.parent / "wire" /
                "cases").glob("*.txt"))
PASSWORD = "Sesame-7-open"
# Long enough for a machine that is busy, for those who are answered.
PATIENCE = "20s"
TIRED = ["greeting-silence", "quit-unanswered", "quit-unheard"]
NAMES = ["timeout", "timeout-mail", "timeout-rcpt", "timeout-data",
         "timeout-final", "timeout-block"]


class Replay(Sink):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, command="replay", **kwargs)


def normal(text, port):
    """Without what differs from run to run."""
    return re.sub(r"Posthaste self-made CA \w+", "CA",
                  text.replace(str(port), "PORT"))


def lines_of(path, port):
    """What was said, in the order in which each side said it: whether an answer
    or the next question was written down first is chance."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [[(e["dir"], e["tls"], e["stage"], normal(e["line"], port))
             for e in lines if e["dir"] == way] for way in "<>*"]


def result_of(done, port):
    said = done.json
    error = said.get("error") or said
    rcpts = [(r["outcome"], r["stage"], r.get("reply"))
             for r in said.get("recipients", [])]
    return {"exit": done.code, "outcome": said.get("outcome"),
            "stage": said.get("stage"), "cause": error.get("cause"),
            "message": normal(error.get("message") or "", port),
            "rcpts": rcpts}


def talk(command, port, *args, transcript, ca=None, scheme="smtp+none",
         user="", **kwargs):
    host = "localhost" if ca else "127.0.0.1"
    trust = ["--ca-file", ca] if ca else []
    # What `test` tries besides is another conversation.
    alone = ["--no-probes"] if command == "test" else []
    done = run(command, "--json", "--no-memory", *alone, "--server",
               f"{scheme}://{user}{host}:{port}", *trust, *args,
               "--transcript", transcript, env={"P": PASSWORD}, **kwargs)
    return result_of(done, port), lines_of(transcript, port)


def same(first, command, *args, tmp, ways="<>*", users=(), **kwargs):
    """The transcript of the first, replayed: its result, and its lines."""
    ca = ["--ca-out", tmp / "ca2.pem"] if "ca" in kwargs else []
    if ca:
        kwargs["ca"] = tmp / "ca2.pem"
    with Replay(*ca, *users, tmp / "1") as server:
        again = talk(command, server.port, *args, transcript=tmp / "2",
                     **kwargs)
        assert server.line()["unexpected"] == 0
    for result in again[0], first[0]:
        # Whether the end of a stream is met by reading or by writing is chance.
        if "*" not in ways:
            result["message"] = None
    assert again[0] == first[0]
    for way, one, other in zip("<>*", first[1], again[1]):
        assert other == one or way not in ways


def options_of(case):
    words = {}
    for line in case.read_text().splitlines():
        if line.startswith("option:"):
            for word in line.split()[1:]:
                key, _, value = word.partition("=")
                words[key] = value
    return words


def command_of(case):
    """How a person would have the client of that case do the same."""
    text = case.read_text()
    words = options_of(case)
    scheme = "smtp+none"
    args = []
    if "tls" in words:
        scheme = {"required": "smtp+starttls", "wanted": "smtp"}[words["tls"]]
        if words["tls"] == "wanted":
            args += ["--encryption", "wanted"]
    if "secure" in words:
        scheme = "smtps"
    if "auth" in words:
        args += ["--username", "ann", "--password-from", "env:P",
                 "--allow-plaintext-password"]
    patience = words["timeout"] + "ms" if "timeout" in words else PATIENCE
    for name in NAMES:
        args += ["--" + name,
                 "300ms" if case.stem in TIRED else patience]
    mail = next((line for line in text.splitlines()
                 if line.startswith("mail:")), None)
    if mail is None:
        return "test", scheme, args
    rcpts = [f"r{n}@example.com" for n in range(mail.count(" to="))]
    if "probe" in mail:
        return "test", scheme, [*args, "--from", "a@example.com", "--to",
                                "r@example.com"]
    return "send", scheme, [*args, "--from", "a@example.com", *rcpts,
                            "--text", "hi"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_wire_case(case, tmp_path):
    """A script that is played, and the transcript of that replayed."""
    command, scheme, args = command_of(case)
    kwargs = {"scheme": scheme}
    if scheme != "smtp+none":
        kwargs["ca"] = tmp_path / "ca.pem"
    with Sink("--script", case, "--ca-out", tmp_path / "ca.pem") as sink:
        first = talk(command, sink.port, *args, transcript=tmp_path / "1",
                     **kwargs)
    assert any(first[1])
    same(first, command, *args, tmp=tmp_path, **kwargs)


# ---- servers that mean no good


def say(octets, more=True):
    """An answer that is no line."""
    def answer(connection, _):
        connection.send(octets)
        return more
    return answer


def cut_content(connection, _):
    """Hangs up amid content that is larger than any socket's buffers."""
    connection.send("354 go on")
    connection.octets(100000)
    return False


def two_logins(connection, _):
    """Hangs up on the first that fails."""
    connection.send("535 5.7.8 no")
    return False


SHORT = [arg for name in NAMES for arg in ("--" + name, "400ms")]
LOGIN = ["--username", "ann", "--password-from", "env:P",
         "--allow-plaintext-password"]
AUTH = ["AUTH LOGIN PLAIN CRAM-MD5"]
HOSTILE = {
    "greeting cut": ({"": CUT}, (), []),
    "greeting of octets": ({"": say(b"\xff\xfe\x00\x80\r\n")}, (), []),
    "greeting half": ({"": say(b"220-wel", False)}, (), []),
    "greeting half, silence": ({"": say(b"220-welcome\r\n22")}, (), SHORT),
    "ehlo cut": ({"EHLO": CUT}, (), []),
    "ehlo silent": ({"EHLO": SILENT}, (), SHORT),
    "ehlo half": ({"EHLO": say(b"250-test\r\n250-SIZ", False)}, (), []),
    "ehlo by LF": ({"EHLO": say(b"250-test\n250 SIZE 5000000\n")}, (), []),
    "ehlo with NUL": ({"EHLO": say(b"250 te\0st\r\n")}, (), []),
    "ehlo of two minds": ({"EHLO": say(b"250-a\r\n550 b\r\n")}, (), []),
    "ehlo too long": ({"EHLO": "250 " + "x" * 3000}, (), []),
    "ehlo much too long": ({"EHLO": say(b"250-x\r\n" * 600)}, (), []),
    "ehlo in another tongue": ({"EHLO": say("250 gr\u00fc\u00df Gott\r\n"
                                            .encode("latin-1"))}, (), []),
    "ehlo 999": ({"EHLO": "999 what"}, (), []),
    "ehlo 421 unasked": ({"EHLO": "250 ok\r\n421 4.3.2 down"}, (), []),
    "starttls cut": ({"STARTTLS": CUT}, ["STARTTLS"], ["tls"]),
    "starttls 334": ({"STARTTLS": "334 x"}, ["STARTTLS"], ["tls"]),
    "mail 334": ({"MAIL": "334 what"}, (), []),
    "mail 550 of many lines": ({"MAIL": "550-5.7.1 no\r\n550 5.7.1 never"},
                               (), []),
    "rcpt cut": ({"RCPT": CUT}, ["PIPELINING"], []),
    "rcpt 452": ({"RCPT": ["250 ok", "452 4.5.3 too many", "550 5.1.1 no"]},
                 ["PIPELINING"], []),
    "data 250": ({"DATA": "250 ok"}, (), []),
    "content cut": ({"DATA": cut_content}, (), ["large"]),
    "bdat cut": ({"BDAT": CUT}, ["CHUNKING"], []),
    "bdat 552": ({"BDAT": "552 5.3.4 big"}, ["CHUNKING", "PIPELINING"], []),
    "dot cut": ({".": CUT}, (), []),
    "dot silent": ({".": SILENT}, (), SHORT),
    "dot half": ({".": say(b"250 2.0", False)}, (), []),
    "dot 421": ({".": "421 4.3.2 down"}, (), []),
    "dot 354": ({".": "354 more"}, (), []),
    "quit cut": ({"QUIT": CUT}, (), []),
    "login cut": ({"AUTH": CUT}, AUTH, LOGIN),
    "login 535, cut": ({"AUTH": two_logins}, AUTH, LOGIN),
    "login 454": ({"AUTH": "454 4.7.0 later"}, AUTH, LOGIN),
    "login by none": ({"AUTH": "504 5.5.4 no"}, AUTH, LOGIN),
    "login 334 nonsense": ({"AUTH": "334 %%%"}, AUTH, LOGIN),
    "login 421": ({"AUTH": "421 4.3.2 down"}, AUTH, LOGIN),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_server(name, tmp_path, certificates, good_pem):
    answers, offers, args = HOSTILE[name]
    kwargs = {}
    if args == ["tls"]:
        kwargs = {"ca": certificates.ca, "scheme": "smtp+starttls"}
        args = []
    text = ["--text", "hi"]
    ways = "<>*"
    if args == ["large"]:
        ways = "<>"
        text = ["--text", "hi", "--attach", tmp_path / "large"]
        (tmp_path / "large").write_text(("0123456789" * 7 + "\n") * 200000)
        args = []
    rcpts = ["bob@example.com", "eve@example.com", "zoe@example.com"]
    args = [*args, "--from", "ann@example.com", *rcpts, *text]
    with Server(Smtp(answers, offers=offers)) as server:
        first = talk("send", server.port, *args, transcript=tmp_path / "1",
                     **kwargs)
    assert any(first[1])
    same(first, "send", *args, tmp=tmp_path, ways=ways, **kwargs)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_handshakes(scheme, tmp_path):
    """What becomes of TLS is the same again, for each way in which a script can
    spoil it."""
    results = set()
    for way in "hangs-up", "stalls", "plaintext", "alert":
        tmp = tmp_path / way
        tmp.mkdir()
        (tmp / "script").write_text(
            f"D: tls {way}\n" if scheme == "smtps" else
            "S: 220 a\nC: EHLO x\nS: 250-b\nS: 250 STARTTLS\nC: STARTTLS\n"
            f"S: 220 c\nD: tls {way}\n")
        kwargs = {"scheme": scheme, "ca": tmp / "ca.pem"}
        args = ["--timeout", "400ms" if way == "stalls" else PATIENCE]
        with Sink("--script", tmp / "script", "--ca-out",
                  tmp / "ca.pem") as sink:
            first = talk("test", sink.port, *args, transcript=tmp / "1",
                         **kwargs)
        same(first, "test", *args, tmp=tmp, **kwargs)
        assert first[0]["stage"] == "tls"
        results.add(first[0]["cause"])
    assert results == {"tls-closed", "timeout", "tls-plaintext",
                       "tls-version"}


# ---- logins

SECRETS = ["short-one-5", "a.much~longer+secret/with=signs_in-it=="]
SERVED = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS",
          "SCRAM-SHA-1", "CRAM-MD5", "LOGIN", "PLAIN"]


def log_in(mechanism, port, secret, tmp, ca):
    done = run("test", "--json", "--no-memory", "--server",
               f"smtps://ann@localhost:{port}", "--ca-file", ca, "--auth",
               mechanism, "--password-from", "env:P", "--transcript",
               tmp / "1", env={"P": secret})
    text = (tmp / "1").read_text()
    keeps(secret, text, done.out, done.err)
    return result_of(done, port), lines_of(tmp / "1", port)


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("mechanism", SERVED)
def test_login(mechanism, right, tmp_path):
    """Two secrets leave the same transcript, which does not hold them; and the
    login comes to the same end once more, whatever the password."""
    said = []
    for secret in SECRETS:
        password = tmp_path / "password"
        password.write_text(secret if right else "another")
        password.chmod(0o600)
        with Sink("--user", f"ann:{password}", "--encryption",
                  "before-connect", "--ca-out", tmp_path / "ca.pem") as sink:
            said.append(log_in(mechanism, sink.port, secret, tmp_path,
                               tmp_path / "ca.pem"))
    # The number of CRAM-MD5's challenge is another each time.
    if mechanism != "CRAM-MD5":
        assert said[0] == said[1]
    assert said[0][0]["exit"] == (0 if right else 77)
    again = []
    password.write_text(SECRETS[1])
    for secret in SECRETS if "SCRAM" not in mechanism else SECRETS[1:]:
        with Replay("--ca-out", tmp_path / "ca2.pem", "--user",
                    f"ann:{password}", tmp_path / "1") as server:
            text = (tmp_path / "1").read_text()
            again.append(log_in(mechanism, server.port, secret, tmp_path,
                                tmp_path / "ca2.pem"))
            (tmp_path / "1").write_text(text)
            assert server.line()["unexpected"] == 0
    assert all(one == said[1] for one in again)


def test_scram_takes_the_password(tmp_path, password):
    """Without it the server cannot prove anything, and says so."""
    with Sink("--user", f"ann:{password}", "--encryption", "before-connect",
              "--ca-out", tmp_path / "ca.pem") as sink:
        first = log_in("SCRAM-SHA-256", sink.port, "open sesame", tmp_path,
                       tmp_path / "ca.pem")
    with Replay("--ca-out", tmp_path / "ca.pem", tmp_path / "1") as server:
        again = log_in("SCRAM-SHA-256", server.port, "open sesame",
                       tmp_path / "..", tmp_path / "ca.pem")
        server.process.terminate()
        said = server.process.communicate()[1].decode()
    assert first[0]["exit"] == 0
    assert again[0]["exit"] != 0
    assert "takes the password" in said and "--user" in said


def b64(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return base64.b64encode(raw).decode()


def wide(text):
    return text.encode("utf-16-le")


def ntlm_challenge():
    """[MS-NLMP] 2.2.1.2, with names."""
    target, domain = wide("CORP"), wide("corp.example")
    info = struct.pack("<HH", 2, len(target)) + target + \
        struct.pack("<HH", 4, len(domain)) + domain + b"\0\0\0\0"
    head = b"NTLMSSP\0" + struct.pack(
        "<IHHIIQQHHIQ", 2, len(target), len(target), 56, 0x00828201,
        0x1122334455667788, 0, len(info), len(info), 56 + len(target), 0)
    return b64(head + target + info)


EXCHANGES = {
    "NTLM": [ntlm_challenge(), None],
    "LOGIN": [b64("User Name\0"), b64("Password\0"), None],
    "CRAM-MD5": [b64("<1896.697@server.example>"), None],
    "XOAUTH2": [b64('{"status":"401","schemes":"bearer","scope":"mail"}'),
                None],
    "OAUTHBEARER": [b64('{"status":"invalid_token","scope":"send"}'), None],
}
TOLD = {
    "NTLM": ["NTLM begins, flags 0x", "NTLM challenge, flags 0x00828201, "
             "target CORP, domain CORP, DNS domain corp.example",
             "NTLM answer, flags 0x", "user ann"],
    "LOGIN": [],
    "CRAM-MD5": ["challenge: <1896.697@server.example>"],
    "XOAUTH2": ['challenge: {"status":"401","schemes":"bearer",'
                '"scope":"mail"}'],
    "OAUTHBEARER": ['challenge: {"status":"invalid_token","scope":"send"}'],
}


@pytest.mark.parametrize("end", ["235 2.7.0 in", "535 5.7.8 no"])
@pytest.mark.parametrize("mechanism", EXCHANGES)
def test_login_that_is_told(mechanism, end, tmp_path, certificates, good_pem):
    """Challenges that are no secret, in words; and the same again."""
    # A token that was refused is not taken behind it.
    if "OAUTH" in mechanism:
        end = end.replace("235 2.7.0 in", "535 5.7.1 no")

    def answer(connection, _):
        for challenge in EXCHANGES[mechanism]:
            if challenge is not None:
                connection.send("334 " + challenge)
                connection.line()
        connection.send(end)
        return True

    said = []
    for secret in SECRETS:
        smtp = Smtp({"AUTH": answer}, offers=["AUTH " + mechanism],
                    implicit=True, tls=certificates.context(good_pem))
        with Server(smtp) as server:
            said.append(log_in(mechanism, server.port, secret, tmp_path,
                               certificates.ca))
    assert said[0] == said[1]
    notes = [line for _, _, _, line in said[0][1][2]]
    for words in TOLD[mechanism]:
        assert any(words in note for note in notes), (words, notes)
    text = (tmp_path / "1").read_text()
    for secret in SECRETS:
        with Replay("--ca-out", tmp_path / "ca2.pem", tmp_path / "1") as s:
            again = log_in(mechanism, s.port, secret, tmp_path,
                           tmp_path / "ca2.pem")
            assert s.line()["unexpected"] == 0
        (tmp_path / "1").write_text(text)
        assert again[0] == said[0][0]
        if mechanism != "NTLM":
            assert again[1][0] == said[0][1][0]


@pytest.mark.parametrize("shape", ["{}", "x{}x", "{}=="])
def test_secret_in_a_challenge(shape, tmp_path):
    """A server that repeats it there: the challenge is not told."""
    for coded in (str, b64, lambda s: s.encode().hex(),
                  lambda s: b64("x" + s), lambda s: b64("xx" + s)):
        words = shape.format(coded(PASSWORD))
        answers = {"AUTH": "334 " + b64(words)}
        for mechanism in "LOGIN", "CRAM-MD5":
            smtp = Smtp(answers, offers=["AUTH " + mechanism])
            with Server(smtp) as server:
                talk("test", server.port, *LOGIN, "--timeout", "10s",
                     transcript=tmp_path / "1")
            keeps(PASSWORD, (tmp_path / "1").read_text())


@pytest.mark.parametrize("cut", range(1, 40))
def test_secret_cut_off(cut, tmp_path):
    """What came of a line when the server hung up holds no part of it."""
    words = f"535 5.7.8 ann/{PASSWORD} is wrong"[:cut].encode()
    smtp = Smtp({"AUTH": say(words, False)}, offers=["AUTH PLAIN"])
    with Server(smtp) as server:
        talk("test", server.port, *LOGIN, transcript=tmp_path / "1")
    text = (tmp_path / "1").read_text()
    assert "unfinished: 5" in text
    assert "ann/S" not in text and PASSWORD[:4] not in text


def test_secret_of_the_last_connection(tmp_path):
    """A server that hung up on a login greets with what it was told."""
    greetings = ["220 test", f"220 test, for {PASSWORD}"]
    smtp = Smtp({"": greetings, "AUTH": CUT},
                offers=["AUTH CRAM-MD5 PLAIN"])
    with Server(smtp) as server:
        done = run("test", "--json", "--no-memory", "--server",
                   f"smtp+none://127.0.0.1:{server.port}", *LOGIN,
                   "--transcript", tmp_path / "1", env={"P": PASSWORD})
    assert "220 test, for ****" in (tmp_path / "1").read_text()
    keeps(PASSWORD, (tmp_path / "1").read_text(), done.out, done.err)


# ---- reconnecting, and others than the recorded one


def test_session_by_session(tmp_path):
    """A login that is cut off goes on over another connection."""
    answers = {"AUTH": say(b"", False)}
    with Server(Smtp(answers, offers=["AUTH CRAM-MD5 PLAIN"])) as server:
        first = talk("test", server.port, *LOGIN, transcript=tmp_path / "1")
        count = len(server.received)
    assert count > 1
    with Replay("--count", 2 * count, tmp_path / "1") as server:
        for _ in range(2):
            again = talk("test", server.port, *LOGIN,
                         transcript=tmp_path / "2")
            assert again == first
        ended = sorted((line["n"], line["session"])
                       for line in (server.line() for _ in range(2 * count)))
        assert server.process.wait(timeout=30) == 0
    assert ended == [(n + 1, n % count + 1) for n in range(2 * count)]


def record(tmp, *args, answers=None, offers=(), command="send"):
    with Server(Smtp(answers, offers=offers)) as server:
        return talk(command, server.port, "--from", "ann@example.com", *args,
                    transcript=tmp / "1")


def test_another_client(tmp_path):
    """One that says more, less, and something else."""
    record(tmp_path, "bob@example.com", "--text", "hi",
           answers={"RCPT": "550 5.1.1 nobody"})
    with Replay(tmp_path / "1") as server:
        more = talk("send", server.port, "--from", "eve@example.com",
                    "a@example.com", "b@example.com", "--text", "x",
                    transcript=tmp_path / "2")
        assert server.line() == {"n": 1, "session": 1, "unexpected": 1}
        with socket.create_connection(("127.0.0.1", server.port)) as sock:
            sock.sendall(b"VRFY x\r\nNOOP\r\nQUIT\r\n")
            said = sock.makefile().read()
        assert server.line()["unexpected"] == 2
        server.process.terminate()
        notes = server.process.communicate()[1].decode().splitlines()
    assert [r[0] for r in more[0]["rcpts"]] == ["failed", "failed"]
    assert [line[:4] for line in said.splitlines()] == [
        "220 ", "451 ", "250 ", "221 "]
    assert notes == [
        "posthaste: note: replay: session 1: the client says RCPT once more "
        "than the recorded one: answered as it was last",
        "posthaste: note: replay: session 2: the client says VRFY, which the "
        "recording has no answer to",
        "posthaste: note: replay: session 2: the client says QUIT where the "
        "recorded one said EHLO: going on there"]


def test_document_of_test(tmp_path):
    """`test --json` has a transcript too."""
    with Server(Smtp({"EHLO": "554 5.7.1 not you"})) as server:
        done = run("test", "--json", "--no-memory", "--server",
                   f"smtp+none://127.0.0.1:{server.port}")
        first = result_of(done, server.port)
    (tmp_path / "1").write_text(done.out)
    with (tmp_path / "1").open("rb") as file, \
            Replay("-", stdin=file) as server:
        again = talk("test", server.port, transcript=tmp_path / "2")
    assert again[0] == first


# ---- addresses


def test_hide_addresses(tmp_path):
    """The same name for the same address, in both directions; the transcript
    can be replayed all the same."""
    answers = {"MAIL": "250 2.1.0 ann@Example.com ok",
               "RCPT": ["250 2.1.5 BOB@example.com ok",
                        "550 5.1.1 <eve@other.example> unknown"]}
    args = ["bob@example.com", "eve@other.example", "--text", "hi"]
    first = record(tmp_path, *args, "--hide-addresses", answers=answers)
    said = [line for way in first[1] for _, _, _, line in way]
    assert "MAIL FROM:<address1@domain1.example>" in said[0:99]
    assert "250 2.1.0 address1@domain1.example ok" in said
    assert "RCPT TO:<address2@domain1.example>" in said
    assert "250 2.1.5 address2@domain1.example ok" in said
    assert "RCPT TO:<address3@domain2.example>" in said
    assert "550 5.1.1 <address3@domain2.example> unknown" in said
    text = (tmp_path / "1").read_text().lower()
    assert "example.com" not in text and "other.example" not in text
    with Replay(tmp_path / "1") as server:
        again = talk("send", server.port, "--from", "ann@example.com", *args,
                     transcript=tmp_path / "2")
    assert [r[0] for r in again[0]["rcpts"]] == ["delivered", "failed"]


def test_marks(tmp_path, certificates, good_pem):
    """As swaks has them."""
    smtp = Smtp({"MAIL": "550 5.7.1 no"}, offers=["STARTTLS"],
                tls=certificates.context(good_pem))
    with Server(smtp) as server:
        done = run("send", "--no-memory", "--server",
                   f"smtp+starttls://localhost:{server.port}", "--ca-file",
                   certificates.ca, "--from", "a@example.com",
                   "b@example.com", "--text", "x", "-v")
    assert "=== TLS begins" in done.err
    assert "<-  220 test ESMTP" in done.err
    assert " -> STARTTLS" in done.err
    assert " ~> MAIL FROM:<a@example.com>" in done.err
    assert "<~* 550 5.7.1 no" in done.err
    with Server(Smtp({"MAIL": "451 4.3.0 no", "QUIT": CUT})) as server:
        done = run("test", "--no-memory", "--server",
                   f"smtp+none://127.0.0.1:{server.port}", "--from",
                   "a@example.com", "--to", "b@example.com", "-v")
    assert "<** 451 4.3.0 no" in done.err
    with Server(Smtp({"EHLO": CUT})) as server:
        done = run("test", "--no-memory", "--server",
                   f"smtp+none://127.0.0.1:{server.port}", "-v")
    assert "*** connection lost: hung up after EHLO" in done.err


def test_pin(tmp_path):
    """Every command that talks to a server writes down what was said."""
    env = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path),
           "XDG_STATE_HOME": str(tmp_path)}
    with Sink("--encryption", "after-connect") as sink:
        done = run("connection", "add", "n", "--host", "localhost", "--port",
                   sink.port, "--encryption", "after-connect", env=env)
        assert done.code == 0, done
        run("connection", "pin", "n", "--yes", "0" * 64, "--transcript",
            tmp_path / "1", env=env)
    said = [json.loads(line)
            for line in (tmp_path / "1").read_text().splitlines()]
    assert [">", "STARTTLS"] in [[e["dir"], e["line"]] for e in said]


# ---- wrong use


@pytest.mark.parametrize("args, words", [
    ([], "takes one file"),
    (["a", "b"], "takes one file"),
    (["--count", "0", "a"], "--count"),
    (["--count", "x", "a"], "--count"),
    (["--certificate", "a", "--ca-out", "b", "c"], "--ca-out"),
    (["--user", "ann", "a"], "--user"),
])
def test_usage(args, words):
    done = run("replay", *args)
    assert done.code == 64 and words in done.err


def test_files(tmp_path):
    done = run("replay", tmp_path / "gone")
    assert done.code == 66 and "gone" in done.err
    (tmp_path / "empty").write_text("")
    done = run("replay", tmp_path / "empty")
    assert done.code == 65 and "no conversation" in done.err
    assert "--transcript" in done.err
    done = run("sink", "--script", tmp_path / "gone")
    assert done.code == 66 and "gone" in done.err
    (tmp_path / "wrong").write_text("S: 220 a\nwhat\n")
    done = run("sink", "--script", tmp_path / "wrong")
    assert done.code == 65 and "line 2" in done.err and "wrong" in done.err
    (tmp_path / "tls").write_text("option: secure\nS: 220 a\n")
    done = run("sink", "--script", tmp_path / "tls", "--encryption", "none")
    assert done.code == 64 and "TLS in the script" in done.err
