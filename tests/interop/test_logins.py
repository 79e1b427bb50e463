"""Every mechanism at real servers: Postfix with Cyrus SASL, Dovecot with tokens,
Exim with certificates, Kerberos.  The table of doc/logins.md is what these, and
two other programs in the same situation, do."""

import json

import pytest

import logins
from servers import PASSWORD, USER

PASSWORDS = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
TOKENS = ("OAUTHBEARER", "XOAUTH2")
# server, port, scheme, mechanisms
SERVERS = [
    ("cyrus", "starttls", "smtp+starttls", (*PASSWORDS, "NTLM", "GSSAPI")),
    ("cyrus", "tls", "smtps", (*PASSWORDS, "NTLM", "GSSAPI")),
    ("cyrus", "plain", "smtp+none", ("CRAM-MD5", "SCRAM-SHA-1",
                                     "SCRAM-SHA-256", "NTLM", "GSSAPI")),
    ("tokens", "starttls", "smtp+starttls",
     (*PASSWORDS, *TOKENS, "EXTERNAL")),
    ("tokens", "tls", "smtps", (*PASSWORDS, *TOKENS, "EXTERNAL")),
    ("exim_certificates", "starttls", "smtp+starttls",
     ("PLAIN", "LOGIN", "CRAM-MD5", "EXTERNAL")),
    ("exim_certificates", "tls", "smtps",
     ("PLAIN", "LOGIN", "CRAM-MD5", "EXTERNAL")),
]
LOGINS = [pytest.param(*row[:3], mechanism, id="-".join((*row[:2], mechanism)))
          for row in SERVERS for mechanism in row[3]]
SECRETS = [param for param in LOGINS
           if param.values[3] not in ("GSSAPI", "EXTERNAL")]


@pytest.fixture(name="login")
def fixture_login(posthaste, request, kdc, client_certificate, tmp_path):
    """Runs a command that logs in by one mechanism, with all that is right."""

    def run(command, name, port, scheme, mechanism, *args, secret=None):
        server = request.getfixturevalue(name)
        url = f"{scheme}://localhost:{getattr(server, port)}"
        more, env = [], {}
        if mechanism in TOKENS:
            more = ["--username", USER, "--password-from", "env:SECRET"]
            secret = secret or logins.token()
        elif mechanism == "GSSAPI":
            env = kdc.ticket(tmp_path / "cc")
        elif mechanism == "EXTERNAL":
            more = ["--client-certificate", client_certificate]
        elif mechanism == "NTLM":
            more = ["--username", logins.ASCII_USER, "--password-from",
                    "env:SECRET"]
            secret = secret or logins.ASCII_PASSWORD
        else:
            more = ["--username", USER, "--password-from", "env:SECRET"]
        done = posthaste(command, "--server", url, *more, "--auth", mechanism,
                         "--ca-file", posthaste.certificate / "ca.pem",
                         "--json", *args, password=secret or PASSWORD,
                         more_env=env)
        done.json = json.loads(done.stdout)
        return done

    return run


@pytest.mark.parametrize("name,port,scheme,mechanism", LOGINS)
def test_test(login, name, port, scheme, mechanism):
    done = login("test", name, port, scheme, mechanism)
    assert done.returncode == 0, done.stderr
    assert done.json["ok"] is True
    assert done.json["server"]["mechanism"] == mechanism
    assert [a["mechanism"] for a in done.json["attempts"]] == [mechanism]
    verdicts = {s["setting"]: s["verdict"] for s in done.json["settings"]}
    assert verdicts["mechanism"] == "proven"
    assert verdicts["password"] == ("not-used" if mechanism in
                                    ("GSSAPI", "EXTERNAL") else "proven")


@pytest.mark.parametrize("name,port,scheme,mechanism", LOGINS)
def test_send(login, name, port, scheme, mechanism):
    done = login("send", name, port, scheme, mechanism, "--from", USER, "--to",
                 "bob@example.com", "--subject", mechanism, "--text", "hello")
    assert done.returncode == 0, done.stderr
    assert done.json["outcome"] == "delivered"
    assert done.json["server"]["mechanism"] == mechanism


@pytest.mark.parametrize("name,port,scheme,mechanism", SECRETS)
def test_wrong_secret(login, name, port, scheme, mechanism):
    token = mechanism in TOKENS
    secret = logins.token(key=b"another key") if token else "wrong-guess-17"
    done = login("test", name, port, scheme, mechanism, secret=secret)
    assert done.returncode == 77, done.stderr
    assert done.json["stage"] == "auth"
    assert done.json["cause"] == ("auth-token" if token else "auth-refused")
    assert secret not in done.stdout + done.stderr
    suspects = {s["setting"] for s in done.json["settings"]
                if s["verdict"] == "suspect"}
    assert suspects == ({"token"} if token else {"username", "password"})


@pytest.mark.parametrize("mechanism", TOKENS)
def test_token_that_has_run_out(login, mechanism):
    """The server's own words on it are shown."""
    done = login("test", "tokens", "tls", "smtps", mechanism,
                 secret=logins.token(left=-10))
    assert done.returncode == 77, done.stderr
    assert done.json["cause"] == "auth-token"
    assert 'status "' in done.stderr
    assert "https://login.example.com/openid-configuration" in done.stderr


def test_auto_takes_the_ticket_of_the_user(posthaste, cyrus, kdc, tmp_path):
    """The strongest is SCRAM there; where it and the like are left out by the
    server the ticket is next."""
    env = kdc.ticket(tmp_path / "cc")
    done = posthaste(
        "test", "--server", f"smtp+starttls://localhost:{cyrus.starttls}",
        "--username", USER, "--password-from", "env:SECRET", "--ca-file",
        posthaste.certificate / "ca.pem", "--json", more_env=env)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["server"]["mechanism"] == "SCRAM-SHA-256"
    note = next(line["line"] for line in answer["transcript"]
                if line["line"].startswith("login: "))
    # In the order of strength.
    order = ["SCRAM-SHA-256", "SCRAM-SHA-1", "GSSAPI", "CRAM-MD5", "NTLM",
             "LOGIN", "PLAIN"]
    assert f"the strongest of {' '.join(order)}" in note


def test_a_ticket_of_another_realm(posthaste, cyrus, kdc, tmp_path):
    """A service that the KDC does not know."""
    env = kdc.ticket(tmp_path / "cc")
    done = posthaste(
        "test", "--server", f"smtp+starttls://127.0.0.1:{cyrus.starttls}",
        "--auth", "GSSAPI", "--ca-file", posthaste.certificate / "ca.pem",
        "--json", more_env=env)
    assert done.returncode == 77, done.stderr
    assert "the KDC knows no such service" in done.stderr


def test_the_other_name(posthaste, cyrus):
    """Its users have whole addresses; the local part alone is advised on."""
    done = posthaste(
        "test", "--server", f"smtp+starttls://localhost:{cyrus.starttls}",
        "--from", USER, "--username", USER.split("@")[0], "--password-from",
        "env:SECRET", "--ca-file", posthaste.certificate / "ca.pem", "--json")
    assert done.returncode == 77, done.stderr
    answer = json.loads(done.stdout)
    assert answer["cause"] == "auth-username"
    assert answer["advice"] == f"set the user name to {USER}"
    assert [a["reply"]["code"] for a in answer["attempts"]] == [535, 235]
