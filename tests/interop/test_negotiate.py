"""Logins by Kerberos at a proxy: squid with its own helper, and MIT's library
where the proxy proves who it is.  Deliveries are test_proxies.py's."""

import json
import os
import struct
import subprocess

import pytest

import gss_proxy
import kerberos
import proxy_servers
from conftest import PROGRAM
from posthaste import Server, Smtp

PASSWORD = proxy_servers.PASSWORD


@pytest.fixture(scope="module")
def squid(kdc, certificate):
    proxy = proxy_servers.Squid("negotiate", certificate / "server.pem", kdc)
    yield proxy
    proxy.close()


@pytest.fixture
def env(kdc, tmp_path):
    """Kerberos without a ticket."""
    return {"KRB5_CONFIG": str(kdc.config),
            "KRB5CCNAME": f"FILE:{tmp_path / 'cc'}",
            "KRB5_CLIENT_KTNAME": f"FILE:{tmp_path / 'none'}"}


def through(port, env, user="", host="localhost", password=PASSWORD):
    """Through the proxy to a mail server that takes anything."""
    login = [] if not user else ["--proxy-password-from", "env:Q"]
    with Server(Smtp()) as server:
        done = subprocess.run(
            [PROGRAM, "test", "--json", "--server",
             f"smtp+none://localhost:{server.port}", "--proxy",
             f"http://{user}{host}:{port}", *login],
            env={**os.environ, **env, "Q": password, "HOME": "/nonexistent",
                 "XDG_CONFIG_HOME": "/nonexistent"},
            capture_output=True, text=True, timeout=60, check=False)
    assert PASSWORD not in done.stdout + done.stderr
    result = json.loads(done.stdout)
    result["lines"] = [e["line"] for e in result["transcript"]]
    assert not any("YII" in line or "oY" in line for line in result["lines"])
    print(result.get("cause"), result.get("message"), *result["lines"],
          sep="\n")
    return done.returncode, result


def shown(result):
    """The schemes by which a login was tried."""
    begin = "Proxy-Authorization: "
    return [line.removeprefix(begin).split(" ")[0] for line in result["lines"]
            if line.startswith(begin)]


@pytest.mark.parametrize("user", ["", "ann@", "ann%40EXAMPLE.COM@"])
def test_ticket(squid, kdc, tmp_path, user):
    """Before Basic, which is offered, too."""
    code, result = through(squid.port, kdc.ticket(tmp_path / "cc"), user)
    assert code == 0, result
    assert shown(result) == ["Negotiate"]
    assert "login to the proxy: by the Kerberos ticket of ann@EXAMPLE.COM" \
        in result["lines"]


def test_ticket_of_another(squid, kdc, tmp_path):
    """Nobody is named, so the ticket goes; the proxy says no, and that is the
    end of it."""
    code, result = through(squid.port, kdc.ticket(tmp_path / "cc", "bob"))
    assert (code, result["cause"]) == (77, "proxy-login-refused")
    assert "refused the Kerberos ticket (Negotiate)" in result["message"]
    assert shown(result) == ["Negotiate"]


def test_refused_with_a_password_at_hand(squid, kdc, tmp_path):
    """It would be one for Basic: it is not shown after a refusal."""
    code, result = through(squid.port, kdc.ticket(tmp_path / "cc", "bob"),
                           "bob@")
    assert (code, result["cause"]) == (77, "proxy-login-refused")
    assert shown(result) == ["Negotiate"]


def test_user_who_has_no_ticket(squid, kdc, tmp_path):
    """Bob's is no login of ann: her password is."""
    code, result = through(squid.port, kdc.ticket(tmp_path / "cc", "bob"),
                           "ann@")
    assert code == 0, result
    assert shown(result) == ["Basic"]


def test_no_ticket(squid, env):
    code, result = through(squid.port, env)
    assert (code, result["cause"]) == (77, "proxy-login-required")
    assert "there is no Kerberos ticket; kinit gets one" in result["message"]
    assert "klist" in result["advice"]
    assert shown(result) == []
    code, result = through(squid.port, env, "ann@")
    assert (code, shown(result)) == (0, ["Basic"])


def test_ticket_that_has_run_out(squid, env, tmp_path):
    kerberos.cache(tmp_path / "cc", left=-30)
    code, result = through(squid.port, env)
    assert (code, result["cause"]) == (77, "proxy-login-required")
    assert "kinit gets a new one" in result["message"]
    code, result = through(squid.port, env, "ann@")
    assert (code, shown(result)) == (0, ["Basic"])


def test_unknown_service(squid, kdc, tmp_path):
    """The KDC knows no HTTP/127.0.0.1."""
    code, result = through(squid.port, kdc.ticket(tmp_path / "cc"),
                           host="127.0.0.1")
    assert (code, result["cause"]) == (77, "proxy-login-required")
    assert "the KDC knows no such service" in result["message"]
    assert "HTTP/127.0.0.1@EXAMPLE.COM" in result["message"]


def spoil_last_ticket(path):
    """In the cache it stands at the end, before an empty second one."""
    octets = bytearray(path.read_bytes())
    assert octets[-4:] == struct.pack(">I", 0)
    octets[-10] ^= 1
    path.write_bytes(octets)


def test_tampered_ticket(squid, kdc, tmp_path):
    """The proxy's, so that the proxy says no."""
    env = kdc.ticket(tmp_path / "cc")
    assert through(squid.port, env)[0] == 0
    spoil_last_ticket(tmp_path / "cc")
    code, result = through(squid.port, env)
    assert (code, result["cause"]) == (77, "proxy-login-refused")
    assert shown(result) == ["Negotiate"]


def test_tampered_ticket_for_the_kdc(squid, kdc, tmp_path):
    """The KDC says no, the proxy is not asked by it."""
    env = kdc.ticket(tmp_path / "cc")
    spoil_last_ticket(tmp_path / "cc")
    code, result = through(squid.port, env, "ann@")
    assert (code, shown(result)) == (0, ["Basic"])
    assert any(line.startswith("the login by Negotiate does not work here: ")
               for line in result["lines"])


# ---- who is it

@pytest.fixture
def accepting(kdc, monkeypatch):
    """This process holds the key of HTTP/localhost."""
    monkeypatch.setenv("KRB5_CONFIG", str(kdc.config))
    monkeypatch.setenv("KRB5_KTNAME", f"FILE:{kdc.keytab}")
    monkeypatch.setenv("KRB5RCACHENAME", "none:")


def spoil(proof):
    return proof[:-1] + bytes([proof[-1] ^ 1])


@pytest.mark.usefixtures("accepting")
def test_proof(kdc, tmp_path):
    env = kdc.ticket(tmp_path / "cc")
    with Server(Smtp()) as mail:
        proxy = gss_proxy.Proxy(mail.port)
        with Server(proxy) as at:
            code, result = through(at.port, env)
    assert proxy.majors == [0]
    assert code == 0, result
    assert "the proxy proved that it is HTTP/localhost" in result["lines"]


@pytest.mark.usefixtures("accepting")
def test_no_proof(kdc, tmp_path):
    """As most do."""
    env = kdc.ticket(tmp_path / "cc")
    with Server(Smtp()) as mail:
        with Server(gss_proxy.Proxy(mail.port, None)) as at:
            code, result = through(at.port, env)
    assert code == 0, result


@pytest.mark.parametrize("how", [spoil, lambda proof: proof[:-1],
                                 lambda proof: b"abc"],
                         ids=["spoilt", "cut", "nonsense"])
@pytest.mark.usefixtures("accepting")
def test_false_proof(kdc, tmp_path, how):
    """Somebody else let us in: not a word of mail goes there."""
    env = kdc.ticket(tmp_path / "cc")
    with Server(Smtp()) as mail:
        with Server(gss_proxy.Proxy(mail.port, how)) as at:
            code, result = through(at.port, env)
        assert all(not c.lines for c in mail.received)
    assert (code, result["cause"]) == (77, "proxy-false")
    assert "did not prove that it is HTTP/localhost" in result["message"]


@pytest.mark.usefixtures("accepting")
def test_tampered_ticket_and_why(kdc, tmp_path):
    """What Kerberos says in the proxy's no is told."""
    env = kdc.ticket(tmp_path / "cc")
    with Server(Smtp()) as mail:
        proxy = gss_proxy.Proxy(mail.port)
        with Server(proxy) as at:
            assert through(at.port, env)[0] == 0
            spoil_last_ticket(tmp_path / "cc")
            code, result = through(at.port, env)
    assert proxy.majors[0] == 0 and proxy.majors[1] != 0
    assert (code, result["cause"]) == (77, "proxy-login-refused")
    assert "Decrypt integrity check failed" in result["message"]
