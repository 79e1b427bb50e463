"""Through other people's proxies to other people's mail server.  What the table
of doc/proxies.md says is what is checked here."""

import json
import os
import subprocess

import pytest

import proxy_servers
import servers
from conftest import PROGRAM

WRONG = "wr0ng"
ALL = ["microsocks", "microsocks-user", "dante", "dante-user", "dante-socks4",
       "tinyproxy", "tinyproxy-basic", "squid", "squid-basic",
       "squid-digest", "squid-ntlm", "squid-negotiate", "squid-tls",
       "squid-tls-basic", "squid-tls-ntlm", "squid-tls-negotiate"]
WITH_LOGIN = [name for name in ALL if name.endswith(("user", "basic", "digest",
                                                     "ntlm"))]
LOGINS = ("user", "basic", "digest", "ntlm", "negotiate")
WITH_RULES = [name for name in ALL if not name.startswith("microsocks")]


@pytest.fixture(scope="module")
def running(nodemailer, certificate, request):
    """Proxies by name, started when they are first asked for."""
    found = {}
    closed = servers.free_port()

    def start(name):
        kind, *rest = name.split("-")
        login = next((r for r in rest if r in LOGINS), "none")
        key = (kind, login)
        if key not in found:
            if kind == "microsocks":
                found[key] = proxy_servers.Microsocks(login)
            elif kind == "dante":
                found[key] = proxy_servers.Dante(login)
            elif kind == "tinyproxy":
                found[key] = proxy_servers.Tinyproxy(
                    login, [nodemailer.starttls, nodemailer.tls, closed])
            elif login == "ntlm":
                found[key] = proxy_servers.SquidSamba(
                    login, certificate / "server.pem")
            else:
                kdc = request.getfixturevalue("kdc") \
                    if login == "negotiate" else None
                found[key] = proxy_servers.Squid(
                    login, certificate / "server.pem", kdc)
        return found[key]
    start.closed = closed
    yield start
    for proxy in found.values():
        proxy.close()


def url_of(name, proxy, user=True):
    scheme = "socks4" if name.endswith("socks4") else proxy.url
    port = proxy.port
    if "-tls" in name:
        scheme, port = "https", proxy.tls_port
    if proxy.login == "negotiate":
        return f"{scheme}://localhost:{port}"
    login = f"{proxy_servers.USER}@" if user and proxy.login != "none" else ""
    return f"{scheme}://{login}127.0.0.1:{port}"


def host_of(name):
    """SOCKS 4 has the name looked up here."""
    return "localhost" if name.endswith("socks4") else proxy_servers.MAIL


def run(name, proxy, ca, server, *args, command="test", password=None,
        user=True):
    env = dict(os.environ, P=servers.PASSWORD,
               Q=password or proxy_servers.PASSWORD, HOME="/nonexistent",
               XDG_CONFIG_HOME="/nonexistent")
    if proxy.login == "negotiate":
        env.update(proxy.kdc.ticket(proxy.state / "cache"))
    done = subprocess.run(
        [PROGRAM, command, "--json", "--server", server, "--proxy",
         url_of(name, proxy, user), "--proxy-password-from", "env:Q",
         "--ca-file", ca, "--proxy-ca-file", ca, "--verify-name", "localhost",
         *args],
        env=env, capture_output=True, text=True, timeout=60, check=False)
    for secret in (proxy_servers.PASSWORD, WRONG, servers.PASSWORD):
        assert secret not in done.stdout + done.stderr
    result = json.loads(done.stdout)
    error = result["error"] if command == "send" else result
    print(name, done.returncode, error and error.get("cause"),
          error and error.get("message"))
    return done.returncode, result


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
@pytest.mark.parametrize("name", ALL)
def test_delivery(name, scheme, running, nodemailer, certificate):
    """Encrypted, logged in, handed over, and it arrived."""
    port = nodemailer.tls if scheme == "smtps" else nodemailer.starttls
    subject = f"{name} {scheme}"
    code, result = run(
        name, running(name), certificate / "ca.pem",
        f"{scheme}://{host_of(name)}:{port}", "--username", servers.USER,
        "--password-from", "env:P", "--from", servers.USER, "--subject",
        subject, "--text", "hello", "bob@example.com", command="send")
    assert code == 0, result
    assert result["server"]["tls"] == "TLSv1.3"
    assert result["server"]["proxy"] is not None
    assert result["timing_ms"]["proxy"] > 0
    assert f"Subject: {subject}".encode() in nodemailer.mail.next()


@pytest.mark.parametrize("name", WITH_LOGIN)
def test_wrong_password(name, running, nodemailer, certificate):
    code, result = run(name, running(name), certificate / "ca.pem",
                       f"smtps://{host_of(name)}:{nodemailer.tls}", password=WRONG)
    assert (code, result["stage"]) == (77, "proxy"), result
    assert result["cause"] == "proxy-login-refused"


@pytest.mark.parametrize("name", WITH_LOGIN)
def test_no_password(name, running, nodemailer, certificate):
    code, result = run(name, running(name), certificate / "ca.pem",
                       f"smtps://{host_of(name)}:{nodemailer.tls}", user=False)
    assert (code, result["stage"]) == (77, "proxy"), result
    assert result["cause"] == "proxy-login-required"


@pytest.mark.parametrize("name", WITH_RULES)
def test_forbidden_port(name, running, nodemailer, certificate):
    proxy = running(name)
    code, result = run(name, proxy, certificate / "ca.pem",
                       f"smtp://{host_of(name)}:{proxy.forbidden}")
    assert result["stage"] == "proxy", result
    if "socks4" in name:  # which has one word for all of it
        assert (code, result["cause"]) == (75, "proxy-target-failed")
    else:
        assert (code, result["cause"]) == (69, "proxy-forbidden")


@pytest.mark.parametrize("name", ALL)
def test_closed_port(name, running, nodemailer, certificate):
    code, result = run(name, running(name), certificate / "ca.pem",
                       f"smtp://{host_of(name)}:{running.closed}")
    assert (code, result["stage"]) == (75, "proxy"), result
    assert result["cause"] in ("proxy-target-closed", "proxy-target-failed")


@pytest.mark.parametrize("name", [n for n in ALL if not n.endswith("socks4")])
def test_unknown_host(name, running, nodemailer, certificate):
    code, result = run(name, running(name), certificate / "ca.pem",
                       f"smtp://nobody.invalid:{running.closed}")
    assert result["stage"] == "proxy", result
    assert (code, result["cause"]) in [(75, "proxy-target-failed"),
                                       (68, "proxy-target-unknown")]


@pytest.mark.parametrize("name,scheme", [
    ("microsocks", "http"), ("microsocks", "https"), ("dante", "http"),
    ("tinyproxy", "socks5"), ("tinyproxy", "socks4a"), ("squid", "socks5"),
    ("squid", "https"), ("tinyproxy", "https")])
def test_another_kind(name, scheme, running, nodemailer, certificate):
    """Taken for what it is not."""
    proxy = running(name)
    other = type("Other", (), {"url": scheme, "port": proxy.port,
                               "login": "none"})
    code, result = run("other", other, certificate / "ca.pem",
                       f"smtp://localhost:{nodemailer.starttls}", "--timeout",
                       "2s")
    assert result["stage"] == "proxy", result
    assert code in (75, 76, 78)
    assert next(s for s in result["settings"] if s["setting"] == "proxy")[
        "verdict"] == "suspect"


def test_a_mail_server_for_a_proxy(nodemailer, certificate):
    other = type("Other", (), {"url": "http", "port": nodemailer.starttls,
                               "login": "none"})
    code, result = run("mail", other, certificate / "ca.pem",
                       f"smtp://localhost:{nodemailer.starttls}")
    assert (code, result["cause"]) == (76, "proxy-kind"), result
