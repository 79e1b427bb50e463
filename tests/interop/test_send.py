"""Posthaste's messages as real servers received them."""

import email
import email.policy
import json

import pytest

from servers import PASSWORD, USER

PASSWORDS = ("PLAIN", "LOGIN")
CRAM = (*PASSWORDS, "CRAM-MD5")
ALL = (*CRAM, "SCRAM-SHA-1", "SCRAM-SHA-256")

# server, its port, how it is spoken to, mechanisms, its "refused" answers
SERVERS = [
    ("postfix", "starttls", "smtp+starttls", ALL),
    ("postfix", "tls", "smtps", ALL),
    ("postfix", "plain", "smtp+none", ()),
    ("exim", "starttls", "smtp+starttls", CRAM),
    ("exim", "tls", "smtps", CRAM),
    ("opensmtpd", "plain", "smtp+none", ()),
    ("dovecot", "starttls", "smtp+starttls", ALL),
    ("dovecot", "tls", "smtps", ALL),
    ("aiosmtpd", "starttls", "smtp+starttls", PASSWORDS),
    ("nodemailer", "starttls", "smtp+starttls", CRAM),
    ("nodemailer", "tls", "smtps", CRAM),
]
WAYS = [pytest.param(*row[:3], row[3][-1] if row[3] else None,
                     id="-".join(row[:2])) for row in SERVERS]
LOGINS = [pytest.param(*row[:3], mechanism, id="-".join((*row[:2], mechanism)))
          for row in SERVERS for mechanism in row[3]]

# Servers that keep a copy for each recipient.
ONE_EACH = ("postfix", "exim", "opensmtpd")

# Headers that servers put before what they were given.
TRACE = {"return-path", "x-original-to", "delivered-to", "received"}

TRICKY = (
    b"From: Ann <ann@example.com>\r\n"
    b"To: Bob <bob@example.com>\r\n"
    b"Subject: dots and ends\r\n"
    b"Date: Sun, 22 Nov 2026 09:00:00 +0000\r\n"
    b"Message-ID: <tricky@example.com>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"\r\n"
    b".\r\n..\r\n.a dot\r\n...\r\n \r\n\ttab \r\n"
    + "Größe, ☃\r\n".encode()
    + b"x" * 998 + b"\r\n"
    b"From here it goes on\r\n"
    b"QUIT\r\n\r\n.\r\n\r\n\r\n"
)


def options(posthaste, request, name, port, scheme, mechanism):
    server = request.getfixturevalue(name)
    port = getattr(server, port)
    login = USER.replace("@", "%40") + "@" if mechanism else ""
    args = ["--server", f"{scheme}://{login}localhost:{port}",
            "--ca-file", posthaste.certificate / "ca.pem"]
    if mechanism:
        args += ["--password-from", "env:SECRET", "--auth", mechanism]
    return server, args


def landed(server):
    """What a server kept, with CRLF again, and without what it put before."""
    raw = server.mail.next().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    while True:
        name = raw.split(b":", 1)[0].decode().lower()
        if name not in TRACE:
            return raw
        end = raw.index(b"\r\n") + 2
        while raw[end:end + 1] in b" \t":
            end = raw.index(b"\r\n", end) + 2
        raw = raw[end:]


@pytest.mark.parametrize("name,port,scheme,mechanism", WAYS)
def test_ready_made_message_arrives_byte_for_byte(
        posthaste, request, tmp_path, name, port, scheme, mechanism):
    server, args = options(posthaste, request, name, port, scheme, mechanism)
    (tmp_path / "message").write_bytes(TRICKY)
    done = posthaste("send", *args, "--from", USER, "--to", "bob@example.com",
                     "--raw", tmp_path / "message", "--json")
    assert done.returncode == 0, done.stderr
    assert landed(server) == TRICKY


@pytest.mark.parametrize("name,port,scheme,mechanism", LOGINS)
def test_each_mechanism_logs_in(
        posthaste, request, name, port, scheme, mechanism):
    server, args = options(posthaste, request, name, port, scheme, mechanism)
    done = posthaste("send", *args, "--from", USER, "--to", "bob@example.com",
                     "--subject", mechanism, "--text", "hello", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["outcome"] == "delivered"
    assert answer["server"]["mechanism"] == mechanism
    assert answer["server"]["tls"].startswith("TLSv1.")
    message = email.message_from_bytes(landed(server))
    assert message["Subject"] == mechanism


@pytest.mark.parametrize("name,port,scheme,mechanism", LOGINS)
def test_wrong_password_is_refused(
        posthaste, request, name, port, scheme, mechanism):
    _, args = options(posthaste, request, name, port, scheme, mechanism)
    done = posthaste("send", *args, "--from", USER, "--to", "bob@example.com",
                     "--text", "hello", "--json", password="wrong-guess-17")
    assert done.returncode == 77, done.stderr
    answer = json.loads(done.stdout)
    assert answer["stage"] == "auth"
    assert answer["error"]["cause"] == "auth-refused"
    assert "wrong-guess-17" not in done.stdout + done.stderr


@pytest.mark.parametrize("name,port,scheme,mechanism", WAYS)
def test_one_recipient_of_five_refused(
        posthaste, request, name, port, scheme, mechanism):
    server, args = options(posthaste, request, name, port, scheme, mechanism)
    to = [f"{who}@example.com" for who in ("a", "b", "refused", "c", "d")]
    done = posthaste("send", *args, "--from", USER, "--subject", "five",
                     "--text", "hello", "--json", *to)
    assert done.returncode == 69, done.stderr
    answer = json.loads(done.stdout)
    outcomes = {r["address"]: r["outcome"] for r in answer["recipients"]}
    assert outcomes.pop("refused@example.com") == "failed"
    assert set(outcomes.values()) == {"delivered"}
    refused = answer["recipients"][2]
    assert refused["stage"] == "rcpt" and refused["reply"]["code"] == 550
    assert answer["outcome"] == "partial"
    for _ in range(4 if name in ONE_EACH else 1):
        assert b"five" in landed(server)


ATTACHED = bytes(range(256)) * 1000
NAME = "Grüße ☃.bin"
WRITER = "Jörg, M"
SUBJECT = "Prix: 5 €," + " déjà vu" * 12


@pytest.mark.parametrize("name,port,scheme,mechanism", WAYS)
def test_composed_message_is_read_as_it_was_meant(
        posthaste, request, tmp_path, name, port, scheme, mechanism):
    server, args = options(posthaste, request, name, port, scheme, mechanism)
    (tmp_path / NAME).write_bytes(ATTACHED)
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    done = posthaste(
        "send", *args, "--from", f'"{WRITER}" <ann@example.com>',
        "--to", "Bob <bob@example.com>", "--cc", "carol@example.com",
        "--bcc", "dave@example.com", "--subject", SUBJECT,
        "--text", "Straße\n.dot\n", "--html",
        "<p>Straße <img src=\"cid:logo.png\"></p>",
        "--attach", tmp_path / NAME, "--inline", tmp_path / "logo.png",
        "--header", "X-Test: ☃", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [r["outcome"] for r in answer["recipients"]] == ["delivered"] * 3
    raw = landed(server)
    for _ in range(2 if name in ONE_EACH else 0):
        landed(server)
    assert b"dave" not in raw
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == SUBJECT
    assert message["From"].addresses[0].display_name == WRITER
    assert message["To"].addresses[0].addr_spec == "bob@example.com"
    assert message["Cc"].addresses[0].addr_spec == "carol@example.com"
    assert message["X-Test"] == "☃"
    assert message["Message-ID"] == answer["message_id"]
    assert message["Date"].datetime is not None
    text = message.get_body(("plain",)).get_content()
    assert text.replace("\r\n", "\n") == "Straße\n.dot\n"
    assert "Straße" in message.get_body(("html",)).get_content()
    attached = list(message.iter_attachments())
    assert [part.get_filename() for part in attached] == [NAME]
    assert attached[0].get_content() == ATTACHED
    inline = [part for part in message.walk()
              if part["Content-ID"] == "<logo.png>"]
    assert len(inline) == 1 and inline[0].get_content()[:4] == b"\x89PNG"


def test_advertised_but_broken_starttls(posthaste, opensmtpd):
    """OpenSMTPD 6.8 fails the handshake it offers: required, it is an error of
    the encryption; wanted, the message goes on in clear."""
    args = ["--ca-file", posthaste.certificate / "ca.pem", "--from", USER,
            "--to", "bob@example.com", "--subject", "wanted", "--text", "x",
            "--json"]
    port = opensmtpd.starttls
    done = posthaste("send", "--server", f"smtp+starttls://localhost:{port}", *args)
    assert done.returncode == 78
    assert json.loads(done.stdout)["stage"] == "tls"
    done = posthaste("send", "--server", f"smtp://localhost:{port}", *args)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["server"]["tls"] is None
    assert b"wanted" in landed(opensmtpd)
