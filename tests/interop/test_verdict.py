"""Wrong settings at real servers: which is suspect, what is found instead, and
that it works."""

import json

import pytest

from servers import PASSWORD, USER

SERVERS = ["postfix", "exim", "dovecot", "nodemailer"]
LOGIN = USER.replace("@", "%40") + "@"


def at(posthaste, scheme, port, *args, user=LOGIN):
    done = posthaste("test", "--json", "--server",
                     f"{scheme}://{user}localhost:{port}", "--ca-file",
                     posthaste.certificate / "ca.pem", "--password-from",
                     "env:SECRET", *args)
    said = json.loads(done.stdout)
    assert PASSWORD not in done.stdout + done.stderr
    suspects = {s["setting"] for s in said["settings"]
                if s["verdict"] == "suspect"}
    proven = {s["setting"] for s in said["settings"]
              if s["verdict"] == "proven"}
    return done, said, suspects, proven


@pytest.mark.parametrize("name", SERVERS)
def test_tls_first_where_starttls_is_meant(posthaste, request, name, tmp_path):
    """And what is found is proven by a login, and saved."""
    port = request.getfixturevalue(name).starttls
    done, said, suspects, proven = at(
        posthaste, "smtps", port, "-c", tmp_path, "--fix", "work", "--yes")
    assert (said["stage"], said["cause"]) == ("tls", "tls-plaintext"), done
    assert suspects == {"tls"} and {"host", "port"} <= proven, said
    assert said["fix"]["port"] == port
    assert said["fix"]["encryption"] == "after-connect"
    assert done.returncode == 0 and said["fixed"]["name"] == "work", done
    again = posthaste("test", "-c", tmp_path, "-n", "work")
    assert again.returncode == 0, again.stderr
    assert "Connected to: localhost" in again.stdout


@pytest.mark.parametrize("name", ["postfix", "exim", "dovecot"])
def test_starttls_where_tls_is_first(posthaste, request, name):
    port = request.getfixturevalue(name).tls
    done, said, suspects, proven = at(posthaste, "smtp+starttls", port,
                                      "--timeout", "2s")
    assert suspects == {"tls"} and {"host", "port"} <= proven, done
    assert said["fix"]["port"] == port
    assert said["fix"]["encryption"] == "before-connect"


@pytest.mark.parametrize("name", SERVERS)
def test_a_wrong_password(posthaste, request, name):
    """Nothing before the login is doubted, and nobody else is asked."""
    port = request.getfixturevalue(name).starttls
    done = posthaste("test", "--json", "--server",
                     f"smtp+starttls://{LOGIN}localhost:{port}", "--ca-file",
                     posthaste.certificate / "ca.pem", "--auth", "PLAIN",
                     "--password-from", "env:SECRET", "--no-memory",
                     password="not it")
    said = json.loads(done.stdout)
    verdicts = {s["setting"]: s["verdict"] for s in said["settings"]}
    assert done.returncode == 77 and said["stage"] == "auth", done
    assert said["probes"] == [] and said["fix"] is None
    assert {verdicts[s] for s in ("host", "port", "tls", "certificate",
                                  "helo")} == {"proven"}
    assert {verdicts["username"], verdicts["password"]} == {"suspect"}


def test_a_port_without_logins(posthaste, postfix):
    done, said, suspects, _ = at(posthaste, "smtp+none", postfix.plain,
                                 "--allow-plaintext-password")
    assert said["cause"] == "auth-not-offered", done
    assert suspects == {"port"} and said["fix"] is None


def test_advertised_and_broken(posthaste, opensmtpd):
    """Reached, and it is TLS that is refused: never "could not connect"."""
    done, said, _, proven = at(posthaste, "smtp+starttls", opensmtpd.starttls)
    assert done.returncode == 78 and said["contact"] == "tls-refused", done
    assert {"host", "port", "helo"} <= proven
    assert "connect" not in done.stderr.split(":")[2]
