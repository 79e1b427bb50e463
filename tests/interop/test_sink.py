"""Other people's clients against our sink."""

import hmac
import json
import pathlib
import smtplib
import ssl
import subprocess

import pytest

import packages
from servers import PASSWORD, USER

HERE = pathlib.Path(__file__).parent

MESSAGE = (
    b"From: Ann <ann@example.com>\r\nTo: bob@example.com\r\n"
    b"Subject: to the sink\r\nMessage-ID: <1@example.com>\r\n"
    b"Date: Sun, 22 Nov 2026 09:00:00 +0000\r\n\r\n"
    b".dot\r\n..two\r\n.\r\n\r\nlast\r\n"
)
MODES = ("after-connect", "before-connect")
EVERY = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")


@pytest.fixture
def guarded(sink, certificate, tmp_path):
    """A sink with TLS, a user and a Maildir."""
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)

    def start(mode):
        return sink("--encryption", mode,
                    "--certificate", certificate / "server.pem",
                    "--user", f"{USER}:{secret}",
                    "--maildir", tmp_path / "box")

    return start


def check(server, mechanism, message=MESSAGE):
    """What the sink said and kept of one message."""
    said = server.message()
    assert said["from"] == USER
    assert said["to"] == ["bob@example.com"]
    assert said["auth"] == {"mechanism": mechanism, "username": USER}
    assert said["tls"].startswith("TLSv1.")
    assert said["subject"] == "to the sink"
    kept = pathlib.Path(said["path"]).read_bytes()
    assert said["size"] == len(kept)
    assert kept == message


def run(command, **kwargs):
    done = subprocess.run(list(map(str, command)), capture_output=True,
                          timeout=60, **kwargs)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("mechanism", ("PLAIN", "LOGIN", "CRAM-MD5"))
def test_swaks(guarded, tmp_path, mode, mechanism):
    server = guarded(mode)
    (tmp_path / "message").write_bytes(MESSAGE.replace(b"\r\n", b"\n"))
    run(["swaks", "--server", f"localhost:{server.port}",
         "--tls" if mode == "after-connect" else "--tls-on-connect",
         "--auth", mechanism, "--auth-user", USER, "--auth-password", PASSWORD,
         "--from", USER, "--to", "bob@example.com",
         "--data", f"@{tmp_path / 'message'}"])
    check(server, mechanism, MESSAGE + b"\r\n")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("mechanism", EVERY)
def test_msmtp(guarded, certificate, tmp_path, mode, mechanism):
    server = guarded(mode)
    config = tmp_path / "msmtprc"
    config.write_text(f"""
account default
host localhost
port {server.port}
tls on
tls_starttls {"on" if mode == "after-connect" else "off"}
tls_trust_file {certificate / "ca.pem"}
auth {mechanism.lower()}
user {USER}
password "{PASSWORD}"
from {USER}
""")
    config.chmod(0o600)
    run(["msmtp", "-C", config, "bob@example.com"],
        input=MESSAGE.replace(b"\r\n", b"\n"))
    check(server, mechanism)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("mechanism", ("PLAIN", "LOGIN", "CRAM-MD5"))
def test_curl(guarded, certificate, tmp_path, mode, mechanism):
    server = guarded(mode)
    (tmp_path / "message").write_bytes(MESSAGE)
    scheme = "smtp" if mode == "after-connect" else "smtps"
    run(["curl", "--silent", "--show-error", "--ssl-reqd",
         "--cacert", certificate / "ca.pem",
         "--url", f"{scheme}://localhost:{server.port}/client.example.com",
         "--user", f"{USER}:{PASSWORD}", "--login-options", f"AUTH={mechanism}",
         "--mail-from", USER, "--mail-rcpt", "bob@example.com",
         "--upload-file", tmp_path / "message"])
    check(server, mechanism)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("mechanism", ("PLAIN", "LOGIN", "CRAM-MD5"))
def test_nodemailer(guarded, certificate, tmp_path, mode, mechanism):
    server = guarded(mode)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({
        "modules": str(packages.npm(*packages.NODEMAILER) / "node_modules"),
        "transport": {
            "host": "localhost", "port": server.port,
            "secure": mode == "before-connect", "requireTLS": True,
            "authMethod": mechanism,
            "auth": {"user": USER, "pass": PASSWORD},
            "tls": {"ca": (certificate / "ca.pem").read_text()},
        },
        "message": {
            "envelope": {"from": USER, "to": ["bob@example.com"]},
            "raw": MESSAGE.decode(),
        }}))
    run(["node", HERE / "nodemailer-send.js", config])
    check(server, mechanism)


@pytest.mark.parametrize("mode", MODES)
def test_python(guarded, certificate, mode):
    server = guarded(mode)
    context = ssl.create_default_context(cafile=certificate / "ca.pem")
    if mode == "before-connect":
        client = smtplib.SMTP_SSL("localhost", server.port, context=context)
    else:
        client = smtplib.SMTP("localhost", server.port)
        client.starttls(context=context)
    with client:
        client.ehlo()
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.auth("PLAIN", lambda challenge=None: f"\0{USER}\0wrong")
        client.auth("CRAM-MD5", cram(PASSWORD), initial_response_ok=False)
        client.sendmail(USER, ["bob@example.com"], MESSAGE)
    check(server, "CRAM-MD5")


def cram(password):
    """smtplib's own works in ASCII only."""
    def answer(challenge):
        digest = hmac.new(password.encode(), challenge, "md5").hexdigest()
        return f"{USER} {digest}"

    return answer
