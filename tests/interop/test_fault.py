"""Other people's clients against our sink when it misbehaves: each names what was
done to it."""

import subprocess

import pytest

from servers import PASSWORD, USER

MESSAGE = b"Subject: x\r\n\r\nhello\r\n"


def run(command, **kwargs):
    done = subprocess.run(list(map(str, command)), capture_output=True,
                          timeout=60, text=True, check=False, **kwargs)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    path.chmod(0o600)
    return path


# Exit codes as their manuals have them.
SWAKS = [
    ("greeting:reply=554 5.7.1 go away", [], 21, "554 5.7.1 go away"),
    ("ehlo:reply=501 5.5.4 bad name", [], 22, "501 5.5.4 bad name"),
    ("mail:reply=550 5.7.1 not you", [], 23, "550 5.7.1 not you"),
    ("rcpt:reply=550 5.1.1 a\\n5.1.1 b", [], 24, "550-5.1.1 a"),
    ("rcpt:say=greylisted", [], 24, "450 4.2.0 <bob@example.com>"),
    ("data:reply=554 5.7.1 no", [], 25, "554 5.7.1 no"),
    ("end:reply=550 5.7.1 spam", [], 26, "550 5.7.1 spam"),
    ("login:say=bad-login", ["--auth", "PLAIN"], 28,
     "535 5.7.8 Error: authentication failed"),
    ("ehlo:strip=AUTH", ["--auth", "PLAIN"], 28, "not advertise"),
    ("auth:challenge=!", ["--auth", "CRAM-MD5"], 28, "334 !"),
]


@pytest.mark.parametrize("fault, args, code, words", SWAKS,
                         ids=[row[0] for row in SWAKS])
def test_swaks(sink, secret, fault, args, code, words):
    server = sink("--like", "postfix", "--user", f"{USER}:{secret}",
                  "--login-optional", "--fault", fault)
    if args:
        args = ["--auth-user", USER, "--auth-password", PASSWORD, *args]
    got, said = run(["swaks", "--server", f"127.0.0.1:{server.port}", "--helo",
                     "client.example.com", "--from", USER, "--to",
                     "bob@example.com", *args])
    assert got == code, said
    assert words in said


CURL = [
    ("connect:hangup", "smtp", [], 56),        # receiving failed
    ("greeting:reply=554 no", "smtp", [], 8),  # weird server reply
    ("greeting:stall", "smtp", ["--connect-timeout", "1"], 28),
    ("mail:reply=550 no", "smtp", [], 55),
    ("rcpt:reply=550 no", "smtp", [], 55),
    ("ehlo:strip=STARTTLS", "smtp", ["--ssl-reqd"], 64),
    ("starttls:reply=454 no", "smtp", ["--ssl-reqd"], 64),
    ("starttls:inject=250 x\\r\\n", "smtp", ["--ssl-reqd"], 8),
    ("tls:plain", "smtp", ["--ssl-reqd"], 35),
    ("tls:certificate=expired", "smtp", ["--ssl-reqd"], 60),
    ("tls:certificate=wrong-name", "smtp", ["--ssl-reqd"], 60),
    ("tls:certificate=self-signed", "smtp", ["--ssl-reqd"], 60),
    ("tls:plain", "smtps", [], 35),
    ("login:reply=535 no", "smtp",
     ["--ssl-reqd", "--user", f"{USER}:{PASSWORD}"], 67),
    ("kept:hangup", "smtp", [], 56),
]


@pytest.mark.parametrize("fault, scheme, args, code", CURL,
                         ids=[f"{row[1]} {row[0]}" for row in CURL])
def test_curl(sink, secret, tmp_path, fault, scheme, args, code):
    (tmp_path / "message").write_bytes(MESSAGE)
    mode = "before-connect" if scheme == "smtps" else "wanted"
    server = sink("--encryption", mode, "--ca-out", tmp_path / "ca.pem",
                  "--user", f"{USER}:{secret}", "--login-optional",
                  "--fault", fault)
    got, said = run(["curl", "--silent", "--show-error", "--cacert",
                     tmp_path / "ca.pem", "--url",
                     f"{scheme}://localhost:{server.port}/client.example.com",
                     "--mail-from", USER, "--mail-rcpt", "bob@example.com",
                     "--upload-file", tmp_path / "message", *args])
    assert got == code, said
