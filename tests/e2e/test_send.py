"""posthaste send, from outside: what goes out, what comes of it, what is said."""

import email
import email.policy
import json
import os
import signal
import stat
import subprocess
import threading
import time

import pytest

from posthaste import (CUT, PROGRAM, SILENT, WAIT, Server, Sink, Smtp,
                       free_port, is_chain, run)

BOB = ["--from", "ann@example.com", "bob@example.com", "--text", "hi"]
PASSWORD = "open sesame"


def to(server, scheme="smtp+none"):
    return ["--server", f"{scheme}://127.0.0.1:{server.port}"]


def named(server, scheme="smtp+starttls", user=""):
    return ["--server", f"{scheme}://{user}localhost:{server.port}"]


def parse(octets):
    """By another parser, with the line ends of this system."""
    assert b"\n" not in octets.replace(b"\r\n", b"")
    return email.message_from_bytes(octets.replace(b"\r\n", b"\n"),
                                    policy=email.policy.default)


# ---- what goes out


def test_whole_message(tmp_path, password):
    """Text, HTML, UTF-8, an attachment with a non-ASCII name, everyone named
    in another way, over STARTTLS with a login."""
    attachment = tmp_path / "Größe \N{SNOWMAN}.bin"
    attachment.write_bytes(bytes(range(256)) * 40)
    ca = tmp_path / "ca.pem"
    with Sink("--encryption", "after-connect", "--user", f"ann:{password}",
              "--ca-out", ca, "--maildir", tmp_path / "box") as sink:
        done = run(
            "send", "--json", *named(sink, user="ann@"), "--ca-file", ca,
            "--password-from", f"file:{password}",
            "--from", "Änn <ann@example.com>", "--to", "Bob <bob@example.com>",
            "--to", "b2@example.com", "--cc", "cc@example.org", "--bcc",
            "hidden@example.net", "--subject", "Grüße \N{GRINNING FACE}",
            "--text", "hällo\n.\n..x\n", "--html", "<p>hällo",
            "--attach", attachment, "--header", "X-One: ä", "--priority",
            "high", "--reply-to", "r@example.com", "--request-receipt")
        line = sink.line()
    assert done.code == 0 and done.err == ""
    said = done.json
    assert said["outcome"] == "delivered" and said["stage"] == "data"
    assert [r["address"] for r in said["recipients"]] == [
        "bob@example.com", "b2@example.com", "cc@example.org",
        "hidden@example.net"]
    assert {r["outcome"] for r in said["recipients"]} == {"delivered"}
    assert said["recipients"][0]["reply"]["code"] == 250
    assert said["server"]["mechanism"] == "SCRAM-SHA-256-PLUS"
    assert said["server"]["tls"] == "TLSv1.3"
    assert said["server"]["encryption"] == "after-connect"
    assert said["server"]["host"] == "localhost"
    assert said["server"]["port"] == sink.port
    assert said["error"] is None
    assert said["timing_ms"]["total"] > 0
    assert said["timing_ms"]["proxy"] is None
    assert set(said["timing_ms"]) >= {"dns", "connect", "greeting", "tls",
                                      "auth", "data"}
    assert line["auth"] == {"mechanism": "SCRAM-SHA-256-PLUS",
                            "username": "ann"}
    assert line["to"] == [r["address"] for r in said["recipients"]]
    with open(line["path"], "rb") as file:
        octets = file.read()
    assert len(octets) == said["size"] == line["size"]
    message = parse(octets)
    assert message["Message-ID"] == said["message_id"]
    assert message["Subject"] == "Grüße \N{GRINNING FACE}"
    assert message["From"].addresses[0].display_name == "Änn"
    assert message["To"] == "Bob <bob@example.com>, b2@example.com"
    assert message["Cc"] == "cc@example.org" and message["Bcc"] is None
    assert b"hidden" not in octets
    assert message["X-One"] == "ä" and message["Reply-To"] == "r@example.com"
    assert message["Importance"].lower() == "high"
    assert "ann@example.com" in message["Disposition-Notification-To"]
    text = message.get_body(("plain",)).get_content()
    assert text.splitlines() == ["hällo", ".", "..x"]
    assert message.get_body(("html",)).get_content().strip() == "<p>hällo"
    parts = list(message.iter_attachments())
    assert [p.get_filename() for p in parts] == ["Größe \N{SNOWMAN}.bin"]
    assert parts[0].get_content() == attachment.read_bytes()


def test_attachment_parameters(tmp_path):
    odd = tmp_path / "a;b=c.txt"
    odd.write_text("x")
    picture = tmp_path / "p.png"
    picture.write_bytes(b"\x89PNG")
    with Server(talk := Smtp()) as server:
        done = run("send", *to(server), *BOB, "--attach", odd, "--attach",
                   f"{odd};type=application/x-odd;name=Ünï.dat",
                   "--html", "<img src=cid:p.png>", "--inline", picture)
    assert done.code == 0, done
    assert talk
    message = parse(server.received[0].body)
    parts = {p.get_filename(): p for p in message.walk() if p.get_filename()}
    assert set(parts) == {"a;b=c.txt", "Ünï.dat", "p.png"}
    assert parts["Ünï.dat"].get_content_type() == "application/x-odd"
    assert parts["p.png"]["Content-ID"] == "<p.png>"


def test_text_from_stdin():
    with Server(Smtp()) as server:
        done = run("send", *to(server), "--from", "a@example.com", "-s", "S",
                   "b@example.com", "c@example.com", stdin="zwölf\n".encode())
    assert done.code == 0
    message = parse(server.received[0].body)
    assert message.get_content().splitlines() == ["zwölf"]
    assert message["To"] == "b@example.com, c@example.com"


def test_texts_from_files(tmp_path):
    (tmp_path / "t").write_text("text\n")
    (tmp_path / "h").write_text("<b>html</b>\n")
    with Server(Smtp()) as server:
        done = run("send", *to(server), *BOB[:3], "--text-file",
                   tmp_path / "t", "--html-file", tmp_path / "h",
                   "--charset", "utf-8")
    assert done.code == 0
    message = parse(server.received[0].body)
    assert message.get_body(("plain",)).get_content() == "text\n"
    assert message.get_body(("html",)).get_content() == "<b>html</b>\n"


RAW = (b"From: Ann <ann@example.com>\nTo: b@example.com, Team: c@example.com,"
       b"\n d@example.com;\nBcc: secret@example.net\nSubject: x\n"
       b"Date: Sun, 22 Nov 2026 08:00:00 +0000\nMessage-ID: <1@example.com>\n"
       b"\n.dot\nlast")


@pytest.mark.parametrize("way", ["file", "stdin"])
def test_raw_reads_recipients(way, tmp_path):
    path = tmp_path / "m.eml"
    path.write_bytes(RAW)
    with Server(Smtp()) as server:
        done = run("send", *to(server), "--raw",
                   path if way == "file" else "-", "--read-recipients",
                   "e@example.com", stdin=RAW if way == "stdin" else b"")
    assert done.code == 0, done
    connection = server.received[0]
    assert [l for l in connection.lines if l.startswith("MAIL")][0].startswith(
        "MAIL FROM:<ann@example.com>")
    assert {l[9:-1] for l in connection.lines if l.startswith("RCPT")} == {
        "b@example.com", "c@example.com", "d@example.com",
        "secret@example.net", "e@example.com"}
    body = connection.body
    assert b"secret" not in body and b"Bcc" not in body
    assert body.endswith(b"\r\n\r\n..dot\r\nlast\r\n")
    assert b"Subject: x\r\n" in body and b"\n" not in body.replace(b"\r\n", b"")


def test_raw_with_named_recipients(tmp_path):
    path = tmp_path / "m.eml"
    path.write_bytes(RAW)
    with Server(Smtp()) as server:
        done = run("send", *to(server), "--raw", path, "--from", "<>",
                   "z@example.com")
    assert done.code == 0, done
    lines = server.received[0].lines
    assert [l for l in lines if l[:4] in ("MAIL", "RCPT")] == [
        l for l in lines if l.startswith("MAIL FROM:<>")] + [
        "RCPT TO:<z@example.com>"]
    assert b"To: b@example.com, Team" in server.received[0].body


def test_doubles_are_sent_once():
    with Server(Smtp()) as server:
        done = run("send", *to(server), *BOB, "--to", "B <bob@EXAMPLE.com>",
                   "--cc", "bob@example.com, x@example.com")
    assert done.code == 0
    assert [l for l in server.received[0].lines if l.startswith("RCPT")] == [
        "RCPT TO:<bob@example.com>", "RCPT TO:<x@example.com>"]


def test_dsn():
    with Server(Smtp(offers=["DSN"])) as server:
        assert run("send", *to(server), *BOB, "--dsn",
                   "success, Failure,delay").code == 0
    rcpt = [l for l in server.received[0].lines if l.startswith("RCPT")][0]
    notify = rcpt.split("NOTIFY=")[1].split(" ")[0]
    assert set(notify.split(",")) == {"SUCCESS", "FAILURE", "DELAY"}
    with Server(Smtp()) as server:
        done = run("send", *to(server), *BOB, "--dsn", "success")
    assert done.code == 0
    assert "NOTIFY" not in "".join(server.received[0].lines)
    assert "note: send: the server offers no DSN" in done.err


def test_many_recipients_take_several_transactions(tmp_path):
    (tmp_path / "c.conf").write_text(
        "[connection]\nhost = 127.0.0.1\nencryption = none\n"
        "[limits]\nrecipients-per-message = 2\n")
    everyone = [f"r{i}@example.com" for i in range(5)]
    with Server(Smtp()) as server:
        done = run("-c", tmp_path / "c.conf", "send", "--json", "--port",
                   server.port, "--from", "a@example.com", "--text", "x",
                   *everyone)
    assert done.code == 0, done
    assert [r["address"] for r in done.json["recipients"]] == everyone
    assert sum(l.startswith("MAIL") for l in server.received[0].lines) == 3


def test_sender_of_the_connection(tmp_path):
    conf = tmp_path / "c.conf"

    def send(settings, *args):
        conf.write_text("[connection]\nhost = 127.0.0.1\nencryption = none\n"
                        "[message]\nfrom = Me <me@example.com>\n" + settings)
        with Server(Smtp()) as server:
            done = run("-c", conf, "send", "--port", server.port, "--text",
                       "x", "b@example.com", *args)
        assert done.code == 0, done
        connection = server.received[0]
        mail = [l for l in connection.lines if l.startswith("MAIL")][0]
        return mail.split(">")[0][11:], parse(connection.body)

    sender, message = send("")
    assert sender == "me@example.com" and message["From"] == \
        "Me <me@example.com>"
    sender, message = send("", "--from", "x@example.org")
    assert sender == "x@example.org" == message["From"]
    sender, message = send("rewrite-from = both\n", "--from", "x@example.org")
    assert sender == "me@example.com"
    assert "me@example.com" in message["From"]
    assert message["Reply-To"] == "x@example.org"
    sender, message = send("rewrite-from = envelope\n", "--from",
                           "X <x@example.org>")
    assert sender == "me@example.com"
    assert message["From"] == "X <x@example.org>"
    assert message["Reply-To"] is None
    sender, message = send("rewrite-from = envelope\n")
    assert sender == "me@example.com"
    assert message["From"] == "Me <me@example.com>"


def test_sender_of_the_connection_and_raw(tmp_path):
    conf = tmp_path / "c.conf"
    raw = tmp_path / "m.eml"
    long = "x" * 2000

    def send(how, text, *args):
        raw.write_text(text)
        conf.write_text("[connection]\nhost = 127.0.0.1\nencryption = none\n"
                        "[message]\nfrom = Mé <me@example.com>\n"
                        f"rewrite-from = {how}\n")
        with Server(Smtp()) as server:
            done = run("-c", conf, "send", "--port", server.port, "--raw",
                       raw, "b@example.com", *args)
        assert done.code == 0, done
        connection = server.received[0]
        mail = [l for l in connection.lines if l.startswith("MAIL")][0]
        return mail.split(">")[0][11:], parse(connection.body), done

    text = "From: X Y <x@example.org>\nSubject: s\n\nhello\n"
    sender, message, _ = send("never", text)
    assert sender == "x@example.org"
    assert message["From"] == "X Y <x@example.org>"
    sender, message, _ = send("envelope", text)
    assert sender == "me@example.com"
    assert message["From"] == "X Y <x@example.org>"
    assert message["Reply-To"] is None
    for body in ("", long + "\n"):
        sender, message, done = send("both", text + body)
        assert sender == "me@example.com"
        assert message.get_all("From") == ["Mé <me@example.com>"]
        assert message.get_all("Reply-To") == ["X Y <x@example.org>"]
        assert "From was replaced" in done.err
    _, message, _ = send("both", "Reply-To: r@example.org\n" + text)
    assert message.get_all("Reply-To") == ["r@example.org"]
    assert message["From"] == "Mé <me@example.com>"
    _, message, _ = send("both", "Subject: s\n\nhello\n")
    assert message.get_all("From") == ["me@example.com"]


def test_text_in_another_charset():
    """Nobody here can know which; what can be done about it is said."""
    done = run("send", "--server", "smtp+none://127.0.0.1:1", "--from",
               "a@example.com", "b@example.com", stdin=b"caf\xe9\n")
    assert done.code == 65
    is_chain(done, "config", "text, line 1: not UTF-8 at octet 4")
    assert "iconv" in done.err and "attachment" in done.err


def test_server_from_the_environment():
    """A password in it is fine there, and is used."""
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        done = run("send", *BOB, "--allow-plaintext-password", "--transcript",
                   "-", env={"POSTHASTE_SERVER":
                             f"smtp+none://u:s3cret@127.0.0.1:{server.port}"})
    assert done.code == 0, done
    assert any(l.startswith("AUTH PLAIN AHUAczNjcmV0")
               for l in server.received[0].lines)
    assert "s3cret" not in done.out + done.err
    assert "AHUAczNjcmV0" not in done.err


def test_wrong_server_in_the_environment():
    done = run("send", *BOB, env={
        "POSTHASTE_SERVER": "smtp://u:s3cret@127.0.0.1:x"})
    assert done.code == 78
    is_chain(done, "config", "POSTHASTE_SERVER: the server's URL: a port")
    assert "s3cret" not in done.err and "--server" not in done.err


# ---- what is said


def test_people_read():
    with Server(Smtp()) as server:
        done = run("send", *to(server), *BOB)
        quiet = run("send", *to(server), *BOB, "--quiet")
    assert done.code == 0 and done.err == ""
    lines = done.out.splitlines()
    assert lines[0] == "delivered  bob@example.com  250 2.0.0 taken as 4F1"
    assert lines[1].startswith(f"1 of 1 delivered by 127.0.0.1:{server.port}")
    assert quiet.code == 0 and quiet.out == quiet.err == ""


def test_server_id():
    with Server(Smtp({".": "250 2.0.0 Ok: queued as 4FA1B2"})) as server:
        said = run("send", "--json", *to(server), *BOB).json
    assert said["recipients"][0]["server_id"] == "4FA1B2"


def test_transcript(tmp_path):
    path = tmp_path / "t"
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        done = run("send", *to(server), *BOB, "--transcript", path,
                   "--username", "ann", "--password-from", "env:P",
                   "--allow-plaintext-password", env={"P": "s3cret"})
    assert done.code == 0, done
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = [json.loads(l) for l in path.read_text().splitlines()]
    assert {"t_ms", "dir", "tls", "stage", "line"} == set(lines[1])
    assert [l["line"] for l in lines if l["dir"] == "<"][0] == "220 test ESMTP"
    assert any(l["dir"] == ">" and l["line"].startswith("MAIL FROM:")
               for l in lines)
    assert "s3cret" not in path.read_text()
    assert "AGFubgBzM2NyZXQ" not in path.read_text()


def test_verbose():
    with Server(Smtp(greeting="220 t\x1b[2J\u009b0m")) as server:
        done = run("send", *to(server), *BOB, "-v")
    assert done.code == 0
    assert "\x1b" not in done.err and "\u009b" not in done.err
    assert "\n -> MAIL FROM:<ann@example.com>" in done.err
    assert "\n<-  250 2.1.0 ok" in done.err


def test_transcript_cannot_be_made(tmp_path):
    with Server(Smtp()) as server:
        done = run("send", *to(server), *BOB, "--transcript",
                   tmp_path / "no" / "t")
    assert done.code == 73
    is_chain(done, "config", "--transcript")
    assert not server.received


def test_transcript_cannot_be_written():
    with Server(Smtp()) as server:
        done = run("send", *to(server), *BOB, "--transcript", "/dev/full")
    assert done.code == 0
    assert "--transcript /dev/full: " in done.err


def test_raw_is_empty(tmp_path):
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    for path, stdin in ((empty, b"x"), ("-", b"")):
        done = run("send", "--server", "smtp+none://127.0.0.1:1", "--raw",
                   path, "--from", "a@example.com", "b@example.com",
                   stdin=stdin)
        assert done.code == 65, done
        assert "the message is empty" in done.err
    done = subprocess.run(
        [PROGRAM, "send", "--server", "smtp+none://127.0.0.1:1", "--raw", "-",
         "--from", "a@example.com", "b@example.com"],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=WAIT, check=False)
    assert done.returncode == 66
    assert b"standard input is neither a file nor a pipe" in done.stderr


# ---- one of five, all, each step


def rcpt(answers):
    """An answer for each local part."""
    def answer(connection, line):
        name = line.split("<")[1].split("@")[0]
        connection.send(answers.get(name, "250 2.1.5 ok"))
        return True
    return answer


@pytest.mark.parametrize("refused, outcome, code", [
    ({}, "delivered", 0),
    ({"r3": "550 5.1.1 no such user"}, "partial", 69),
    ({"r3": "450 4.2.1 busy"}, "partial", 75),
    ({"r1": "450 4.2.1 busy", "r2": "550 5.1.1 no"}, "partial", 69),
    ({f"r{i}": "550 5.1.1 no" for i in range(5)}, "failed", 69),
    ({f"r{i}": "450 4.2.1 busy" for i in range(5)}, "retry", 75),
])
def test_recipients(refused, outcome, code):
    everyone = [f"r{i}@example.com" for i in range(5)]
    with Server(Smtp({"RCPT": rcpt(refused),
                      "DATA": "354 go" if len(refused) < 5 else
                              "554 5.5.1 no valid recipients"})) as server:
        done = run("send", "--json", *to(server), "--from", "a@example.com",
                   "--text", "x", *everyone)
    assert done.code == code, done
    assert done.json["outcome"] == outcome
    for one in done.json["recipients"]:
        name = one["address"].split("@")[0]
        want = {"5": "failed", "4": "retry", "2": "delivered"}[
            refused.get(name, "2")[0]]
        assert one["outcome"] == want, one
        assert one["stage"] == ("rcpt" if name in refused else "data")
    if refused:
        is_chain(done, "rcpt", "example.com")
        assert done.json["error"]["stage"] == "rcpt"
    else:
        assert done.json["error"] is None


def test_recipient_needs_smtputf8():
    with Server(Smtp()) as server:
        done = run("send", "--json", *to(server), "--from", "a@example.com",
                   "--text", "x", "bob@example.com", "--bcc",
                   "jörg@example.com")
    assert done.code == 69, done
    assert done.json["outcome"] == "partial"
    joerg, bob = done.json["recipients"]
    assert (bob["outcome"], bob["stage"]) == ("delivered", "data")
    assert (joerg["outcome"], joerg["stage"]) == ("failed", "rcpt")
    assert done.json["error"]["cause"] == "no-smtputf8"
    assert "jörg@example.com" in done.json["error"]["message"]

    # Where the sender or a header needs it, nobody gets it.
    for needs in (["--from", "jörg@example.com"],
                  ["--from", "a@example.com", "--to", "jörg@example.com"]):
        with Server(Smtp()) as server:
            done = run("send", "--json", *to(server), *needs, "--text", "x",
                       "bob@example.com")
        assert done.code == 69, done
        assert done.json["outcome"] == "failed"
        assert done.json["error"]["cause"] == "no-smtputf8"

    with Server(Smtp()) as server:
        done = run("send", *to(server), "--from", "a@example.com",
                   "--text", "x", "bob@example.com", "--bcc",
                   "jörg@example.com")
    assert any("jörg@example.com" in line and "SMTPUTF8" in line and
               line.startswith("failed") for line in
               done.out.splitlines()), done


STEPS = [
    # verb, answer, exit code, stage, outcome
    ("", "554 5.7.1 go away", 69, "greeting", "failed"),
    ("", "421 4.3.2 later", 75, "greeting", "retry"),
    ("EHLO", "421 4.3.2 later", 75, "ehlo", "retry"),
    ("EHLO", "550 5.7.1 no", 69, "ehlo", "failed"),
    ("MAIL", "421 4.3.2 later", 75, "mail", "retry"),
    ("MAIL", "451 4.3.0 later", 75, "mail", "retry"),
    ("MAIL", "550 5.7.1 not you", 69, "mail", "failed"),
    ("MAIL", "530 5.7.0 log in", 77, "mail", "failed"),
    ("MAIL", "552 5.3.4 too big", 69, "mail", "failed"),
    ("RCPT", "421 4.3.2 later", 75, "rcpt", "retry"),
    ("DATA", "421 4.3.2 later", 75, "data", "retry"),
    ("DATA", "554 5.7.1 no", 69, "data", "failed"),
    (".", "421 4.3.2 later", 75, "data", "retry"),
    (".", "451 4.3.0 later", 75, "data", "retry"),
    (".", "554 5.6.0 spam", 69, "data", "failed"),
    (".", CUT, 74, "data", "unsure"),
    ("MAIL", CUT, 75, "mail", "retry"),
    ("RCPT", CUT, 75, "rcpt", "retry"),
    ("", CUT, 75, "greeting", "retry"),
    ("EHLO", CUT, 75, "ehlo", "retry"),
    ("EHLO", "999 what", 76, "ehlo", "failed"),
    ("", "hello", 76, "greeting", "failed"),
    ("", b"220 a\0b\r\n", 76, "greeting", "failed"),
    ("", "+OK POP3 ready", 76, "greeting", "failed"),
    ("", "* OK IMAP4rev1 ready", 76, "greeting", "failed"),
    ("", "HTTP/1.1 400 Bad Request", 76, "greeting", "failed"),
    ("", "SSH-2.0-OpenSSH_9.6", 76, "greeting", "failed"),
    ("", b"\x15\x03\x01\x00\x02\x02\x46", 78, "greeting", "failed"),
    ("", b"220-" + b"x" * 10_000_000 + b"\r\n", 76, "greeting", "failed"),
    ("QUIT", CUT, 0, "data", "delivered"),
    ("QUIT", "500 what", 0, "data", "delivered"),
]


@pytest.mark.parametrize("verb, answer, code, stage, outcome", STEPS, ids=[
    f"{s[0]}-{str(s[1])[:20]}" for s in STEPS])
def test_step(verb, answer, code, stage, outcome):
    with Server(Smtp({verb: answer, "HELO": answer})) as server:
        done = run("send", "--json", *to(server), *BOB, "--timeout", "10s")
    assert done.code == code, done
    assert done.json["outcome"] == outcome
    assert done.json["stage"] == stage
    assert [r["outcome"] for r in done.json["recipients"]] == [outcome]
    if code == 0:
        assert done.err == ""
        return
    error = is_chain(done, stage, str(server.port))
    assert done.json["error"]["message"] in error
    assert done.json["error"]["advice"] and done.json["error"]["setting"]
    if isinstance(answer, str) and answer[:1] in "45":
        assert answer[:3] in error and "answered" in error


def test_endless_reply():
    def flood(connection, _):
        while True:
            connection.send("220-more and more")

    with Server(Smtp({"": flood})) as server:
        done = run("send", *to(server), *BOB)
    assert done.code == 76
    is_chain(done, "greeting")


def test_silence():
    with Server(Smtp({"": SILENT})) as server:
        done = run("send", "--json", *to(server), *BOB, "--timeout", "500ms")
    assert done.code == 75
    is_chain(done, "greeting")
    assert done.json["error"]["cause"] == "silence"


def test_refused_port():
    done = run("send", "--json", "--server",
               f"smtp+none://127.0.0.1:{free_port()}", *BOB)
    assert done.code == 75 and done.json["stage"] == "connect"
    assert done.json["outcome"] == "retry"
    is_chain(done, "connect", "127.0.0.1")


def test_unknown_host():
    done = run("send", "--json", "--server",
               "smtp+none://no-such-host.invalid:2525", *BOB, "--timeout",
               "5s")
    # Without a name server nobody can say that it does not exist.
    assert (done.code, done.json["error"]["cause"]) in [
        (68, "host-not-found"), (75, "dns-temporary"), (75, "dns-timeout")]
    is_chain(done, "dns", "no-such-host.invalid")


# ---- encryption


def test_starttls_is_required():
    with Server(Smtp()) as server:
        done = run("send", "--json", *named(server), *BOB)
    assert done.code == 78 and done.json["stage"] == "tls"
    is_chain(done, "tls")
    assert not any("MAIL" in l for l in server.received[0].lines)


def test_bytes_behind_starttls(certificates, good_pem):
    def inject(connection, _):
        connection.send(b"220 go\r\n250 injected\r\n")
        return False

    with Server(Smtp({"STARTTLS": inject},
                     tls=certificates.context(good_pem))) as server:
        done = run("send", *named(server), *BOB, "--ca-file", certificates.ca)
        assert done.code == 76
        is_chain(done, "tls")
        # It is no reason to do without TLS.
        done = run("send", *named(server, "smtp"), *BOB, "--ca-file",
                   certificates.ca)
        assert done.code == 76
        is_chain(done, "tls")
    assert len(server.received) == 2


def test_plain_where_tls_is_due():
    with Server(Smtp()) as server:
        done = run("send", *named(server, "smtps"), *BOB)
    assert done.code == 78
    is_chain(done, "tls")


@pytest.mark.parametrize("kind, cause", [
    ("expired", "cert-expired"), ("future", "cert-not-yet-valid"),
    ("self", "cert-self-signed"), ("name", "cert-name"),
    ("unknown", "cert-untrusted")])
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_bad_certificate(kind, cause, scheme, certificates, good_pem,
                         tmp_path):
    path = certificates.folder / kind
    if kind == "unknown":
        pem = good_pem
    elif path.exists():
        pem = path / "both.pem"
    else:
        pem = certificates.make(kind, **{
            "expired": {"end": "20210101000000Z"},
            "future": {"start": "20480101000000Z"},
            "self": {"signed": False},
            "name": {"host": "other.example.com"}}[kind])
    ca = [] if kind == "unknown" else ["--ca-file", certificates.ca]
    with Server(Smtp(tls=certificates.context(pem), offers=["AUTH PLAIN"],
                     implicit=scheme == "smtps")) as server:
        done = run("send", "--json", *named(server, scheme, "ann@"), *BOB,
                   *ca, "--password-from", "env:P", env={"P": "s3cret"})
        off = run("send", "--json", *named(server, scheme, "ann@"), *BOB,
                  "--verify", "off", "--password-from", "env:P",
                  env={"P": "s3cret"})
    assert done.code == 78 and done.json["stage"] == "tls"
    is_chain(done, "tls")
    assert done.json["error"]["cause"] == cause
    assert not any("AUTH" in l for l in server.received[0].lines)
    assert off.code == 0, off


def test_pin(certificates, good_pem):
    with Server(Smtp(tls=certificates.context(good_pem))) as server:
        seen = run("test", "--json", *named(server), "--verify", "off")
        pin = seen.json["certificate"]["spki_sha256"]
        good = run("send", *named(server), *BOB, "--pin", pin)
        bad = run("send", *named(server), *BOB, "--pin", "0" * 64)
    assert good.code == 0, good
    assert bad.code == 78
    is_chain(bad, "tls")


# ---- logins


def test_login_refused_once_only():
    """The wire is the same whatever the password is, beyond the login."""
    with Server(Smtp({"AUTH": "535 5.7.8 no"}, offers=["AUTH PLAIN"])) as s:
        done = run("send", "--json", *to(s), *BOB, "--username", "ann",
                   "--password-from", "env:P", "--allow-plaintext-password",
                   env={"P": "s3cret"})
    assert done.code == 77 and done.json["stage"] == "auth"
    is_chain(done, "auth", "535 5.7.8")
    assert "s3cret" not in repr(done)
    assert sum("AUTH" in l for c in s.received for l in c.lines) <= 2


def test_password_is_not_shown_in_clear():
    seen = []
    for secret in ("one", "another"):
        with Server(Smtp(offers=["AUTH PLAIN LOGIN"])) as server:
            done = run("send", *to(server), *BOB, "--username", "ann",
                       "--password-from", "env:P", env={"P": secret})
        assert done.code == 78, done
        is_chain(done, "auth")
        seen.append(server.received[0].seen)
    assert seen[0] == seen[1] and b"AUTH" not in seen[0]


def test_password_sources(tmp_path, password):
    exposed = tmp_path / "exposed"
    exposed.write_text("x")
    exposed.chmod(0o644)
    base = ["send", "--server", "smtp+none://ann@127.0.0.1:1", *BOB]
    for source, code in [("file:/nonexistent", 78), (f"file:{exposed}", 78),
                         ("env:NOT_THERE", 78), ("nonsense:", None)]:
        done = run(*base, "--password-from", source)
        assert done.code in ((64, 78) if code is None else (code,)), done
        is_chain(done, "config")
    # a URL's password, and one on the command line at all
    done = run("send", "--server", "smtp://ann:s3cret@127.0.0.1:1", *BOB)
    assert done.code == 64
    is_chain(done, "config", "password")
    assert "s3cret" not in repr(done)


# ---- wrong use and wrong input, before anything connects


WRONG = [
    (["a@b", "--text", "x", "--from", "nobody"], 65, "nobody"),
    (["--from", "a@example.com", "--to", "x@example.com, bad", "--text", "x"],
     65, "bad"),
    (["--from", "a@example.com", "--text", "x"], 64, "recipients"),
    (["b@example.com", "--text", "x"], 64, "sender"),
    ([*BOB, "--raw", "/x"], 64, "--raw"),
    ([*BOB, "--read-recipients"], 64, "--read-recipients"),
    ([*BOB, "--text-file", "/x"], 64, "--text"),
    ([*BOB, "--priority", "urgent"], 64, "urgent"),
    ([*BOB, "--dsn", "always"], 64, "always"),
    ([*BOB, "--dsn", "never,delay"], 64, "never"),
    ([*BOB, "--header", "no colon"], 64, "no colon"),
    ([*BOB, "--header", "subject: x"], 65, "--subject"),
    ([*BOB, "--header", "Bcc: x@example.com"], 65, "--bcc"),
    ([*BOB, "--attach", ""], 64, "attachment"),
    ([*BOB, "--attach", "/nonexistent/file"], 66, "/nonexistent/file"),
    ([*BOB, "--attach", "/"], 66, "/"),
    ([*BOB[:3], "--text-file", "/nonexistent"], 66, "/nonexistent"),
    ([*BOB[:3], "--raw", "/nonexistent"], 66, "/nonexistent"),
    ([*BOB, "--subject", "a\nBcc: x@y"], 65, ""),
    ([*BOB, "--header", "X: a\r\nBcc: x@y"], 65, ""),
    ([*BOB, "--header", "Bad Name: x"], 65, ""),
    ([*BOB, "--to", "x@example.com>\r\nRCPT TO:<y"], 65, ""),
    ([*BOB, "--to", "a b@example.com"], 65, "a b"),
    ([*BOB, "--cc", "<x@example.com"], 65, ""),
    ([*BOB, "--reply-to", "nobody"], 65, "nobody"),
    ([*BOB, "--helo", "a b"], 78, "helo"),
    ([*BOB, "--helo", "a\r\nQUIT"], 78, ""),
    ([*BOB, "--port", "70000"], None, ""),
    ([*BOB, "--encryption", "maybe"], None, "maybe"),
    ([*BOB, "--ca-file", "/nonexistent", "--encryption", "after-connect"],
     78, "/nonexistent"),
    ([*BOB, "--charset", "no-such-charset"], 65, ""),
]


@pytest.mark.parametrize("args, code, word", WRONG,
                         ids=[str(i) for i in range(len(WRONG))])
def test_wrong(args, code, word):
    with Server(Smtp()) as server:
        done = run("send", "--json", *to(server), *args)
    # a wrong value of a setting is told with 78, as in a file, or 64
    assert done.code in ((64, 78) if code is None else (code,)), done
    is_chain(done, "config", word)
    assert not server.received
    assert done.json["stage"] == "config"
    assert done.json["error"]["message"] in done.err


def test_no_connection():
    done = run("send", *BOB)
    assert done.code == 78 and done.out == ""
    is_chain(done, "config")
    assert "posthaste setup" in done.err


def test_two_servers():
    done = run("send", "-n", "x", "--server", "smtp://h", *BOB)
    assert done.code == 64
    is_chain(done, "config", "-n")


def test_ports_disagree():
    done = run("send", "--server", "smtp://127.0.0.1:2525", "--host",
               "127.0.0.1:26", "--port", "27", *BOB)
    assert done.code == 78
    is_chain(done, "config")


def test_list_of_a_megabyte():
    everyone = ", ".join(f"recipient{i}@example.com" for i in range(37000))
    assert len(everyone) > 1_000_000
    with Sink("--encryption", "none", "--quiet") as sink:
        done = run("send", "--json", *to(sink), "--raw", "-", "-t",
                   stdin=b"From: a@example.com\nTo: " +
                   everyone.replace(", ", ",\n ").encode() + b"\n\nx\n")
    assert done.code == 0, done.err
    assert len(done.json["recipients"]) == 37000


def test_shrinking_file(tmp_path):
    big = tmp_path / "big"
    big.write_bytes(b"x" * 8_000_000)

    def shrink(connection, _):
        os.truncate(big, 1000)
        connection.send("354 go")
        connection.drain()

    with Server(Smtp({"DATA": shrink})) as server:
        done = run("send", "--json", *to(server), *BOB, "--attach", big)
    assert done.code == 74, done
    assert done.json["error"]["cause"] == "input-changed"
    is_chain(done, "data", "big")
    assert not server.received[0].seen.endswith(b"\r\n.\r\n")


def test_size_limits(tmp_path):
    big = tmp_path / "big"
    big.write_bytes(b"x" * 100_000)
    with Server(Smtp(offers=["SIZE 50000"])) as server:
        done = run("send", "--json", *to(server), *BOB, "--attach", big)
    assert done.code == 69 and done.json["error"]["cause"] == "too-big"
    assert not any(l.startswith("DATA") for l in server.received[0].lines)
    (tmp_path / "c.conf").write_text(
        "[connection]\nhost = 127.0.0.1\nencryption = none\n"
        "[limits]\nsize = 50K\n")
    with Server(Smtp()) as server:
        done = run("-c", tmp_path / "c.conf", "send", "--port", server.port,
                   *BOB, "--attach", big)
    assert done.code == 69 and not server.received
    is_chain(done, "config")


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(signum):
    reached = threading.Event()

    def stall(connection, _):
        reached.set()
        connection.drain()

    with Server(Smtp({".": stall})) as server:
        with subprocess.Popen(
                [PROGRAM, "send", "--json", *to(server), *BOB],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE) as process:
            assert reached.wait(20)
            process.send_signal(signum)
            out, err = process.communicate(timeout=WAIT)
    assert process.returncode == 74, err
    assert json.loads(out)["outcome"] == "unsure"
    assert b"posthaste: error: send: data: " in err


def test_stdin_is_a_terminal():
    master, slave = os.openpty()
    try:
        done = subprocess.run(
            [PROGRAM, "send", "--server", "smtp+none://127.0.0.1:1", "--from",
             "a@example.com", "b@example.com"], stdin=slave,
            capture_output=True, timeout=WAIT, check=False)
    finally:
        os.close(master)
        os.close(slave)
    assert done.returncode == 64
    assert b"nothing to send" in done.stderr


def on_terminal(*args):
    """What goes to a terminal as standard error."""
    master, slave = os.openpty()
    with subprocess.Popen([PROGRAM, *map(str, args)], stderr=slave,
                          stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE) as process:
        os.close(slave)
        seen = b""
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:
                break
            if not data:
                break
            seen += data
        process.communicate(timeout=WAIT)
    os.close(master)
    assert process.returncode == 0, seen
    return seen.decode()


def test_progress(tmp_path):
    """On a terminal, after a second; not with --quiet."""
    big = tmp_path / "big"
    big.write_bytes(b"x" * 30_000_000)

    def slowly(connection, _):
        """Takes some, waits until a bar must have been drawn (nothing but
        time makes a second pass), takes the rest."""
        connection.send("354 go")
        tail = connection.sock.recv(65536)
        time.sleep(1.6)
        while not tail.endswith(b"\r\n.\r\n"):
            data = connection.sock.recv(1 << 20)
            if not data:
                return False
            tail = (tail + data)[-5:]
        connection.send("250 2.0.0 ok")
        return True

    with Server(Smtp({"DATA": slowly})) as server:
        seen = on_terminal("send", *to(server), *BOB, "--attach", big)
        quiet = on_terminal("send", *to(server), *BOB, "--attach", big, "-q")
    assert " of 39.2 MiB" in seen and "%" in seen
    assert seen.rstrip("\r\n ").count("\n") == 0
    assert quiet == ""
