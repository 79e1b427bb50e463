"""Logins at a proxy by Kerberos that come to nothing, against scripted proxies:
no ticket, another's, a KDC that does not answer.  Those that succeed are
interop/test_negotiate.py's."""

import os
import signal
import subprocess
import time

import pytest

import kerberos
from hostile import BOB
from posthaste import PROGRAM, WAIT, Server, Smtp, is_chain, run
from proxies import Connect

SECRET = "op3n:s\"same"
BASIC = "Proxy-Authenticate: Basic realm=\"x\"\r\n"


def offers(port, *more, close=False):
    """Says 407 to the first, lets in the second."""
    end = "Connection: close\r\n\r\n" if close else "Content-Length: 0\r\n\r\n"
    no = ("HTTP/1.1 407 Who?\r\nProxy-Authenticate: Negotiate\r\n" +
          "".join(more) + end)
    return Connect(port, [no.encode(), None])


@pytest.fixture
def env(tmp_path):
    """A Kerberos without a ticket, and nothing behind it."""
    return {"KRB5_CONFIG": str(kerberos.configure(tmp_path / "krb5.conf", 1)),
            "KRB5CCNAME": f"FILE:{tmp_path / 'cc'}",
            "KRB5_CLIENT_KTNAME": f"FILE:{tmp_path / 'none'}"}


def through(proxy, env, user="", *more):
    login = ["--proxy-password-from", "env:P"] if user else []
    with Server(proxy) as at:
        done = run("test", "--json", "--server",
                   f"smtp+none://mail.invalid:{proxy.port}", "--proxy",
                   f"http://{user}localhost:{at.port}", *login, *more,
                   env={"P": SECRET, **env})
    assert SECRET not in done.out + done.err
    return done


def tried(proxy):
    begin = "Proxy-Authorization: "
    return [line.removeprefix(begin).split(" ")[0] for head in proxy.heads
            for line in head if line.startswith(begin)]


def judge(done, words):
    """A ticket is what is missing, and how to get one is told."""
    assert done.code == 77, done
    assert done.json["cause"] == "proxy-login-required"
    assert done.json["stage"] == "proxy"
    assert words in done.json["message"], done
    assert "klist" in done.json["advice"]
    is_chain(done, "proxy", "proxy localhost:")


def test_no_ticket(env):
    with Server(Smtp()) as server:
        proxy = offers(server.port, BASIC)
        done = through(proxy, env)
    judge(done, "there is no Kerberos ticket; kinit gets one")
    assert tried(proxy) == []


def test_password_where_there_is_no_ticket(env):
    """Nobody's ticket is ann's."""
    with Server(Smtp()) as server:
        proxy = offers(server.port, BASIC)
        done = through(proxy, env, "ann@")
    assert done.code == 0, done
    assert tried(proxy) == ["Basic"]
    assert "the login by Negotiate does not work here: there is no Kerberos " \
        "ticket of ann" in [e["line"] for e in done.json["transcript"]]


def test_ticket_of_another(env, tmp_path):
    kerberos.cache(tmp_path / "cc", owner=b"bob")
    with Server(Smtp()) as server:
        proxy = offers(server.port, BASIC)
        done = through(proxy, env, "ann@")
    assert done.code == 0, done
    assert tried(proxy) == ["Basic"]


def test_only_negotiate_and_a_ticket_of_another(env, tmp_path):
    kerberos.cache(tmp_path / "cc", owner=b"bob")
    with Server(Smtp()) as server:
        done = through(offers(server.port), env, "ann@")
    judge(done, "there is no Kerberos ticket of ann")


@pytest.mark.parametrize("close", [False, True])
def test_ticket_that_has_run_out(env, tmp_path, close):
    """The next scheme, also where that takes a new connection."""
    kerberos.cache(tmp_path / "cc", left=-30)
    with Server(Smtp()) as server:
        proxy = offers(server.port, BASIC, close=close)
        done = through(proxy, env, "ann@")
        nobody = through(offers(server.port, close=close), env)
    assert done.code == 0, done
    assert tried(proxy) == ["Basic"]
    judge(nobody, "the Kerberos ticket has run out; kinit gets a new one")


def test_no_kdc(env, tmp_path):
    kerberos.cache(tmp_path / "cc")
    with Server(Smtp()) as server:
        done = through(offers(server.port), env)
    judge(done, "the KDC cannot be reached")


def test_silent_kdc(env, tmp_path):
    """It would hold us for half a minute."""
    kerberos.cache(tmp_path / "cc")
    with kerberos.SilentKdc() as kdc, Server(Smtp()) as server:
        kerberos.configure(tmp_path / "krb5.conf", kdc.port)
        begun = time.monotonic()
        proxy = offers(server.port, BASIC)
        done = through(proxy, env, "ann@", "--timeout", "300ms")
        nobody = through(offers(server.port), env, "", "--timeout", "300ms")
        assert kdc.asked.is_set()
        assert time.monotonic() - begun < 15
    assert done.code == 0, done
    assert tried(proxy) == ["Basic"]
    judge(nobody, "Kerberos did not answer in 300 ms")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_the_kdc_is_silent(env, tmp_path, number):
    kerberos.cache(tmp_path / "cc")
    with kerberos.SilentKdc() as kdc, Server(Smtp()) as server:
        kerberos.configure(tmp_path / "krb5.conf", kdc.port)
        with Server(offers(server.port)) as at:
            process = subprocess.Popen(
                [PROGRAM, "send", "--server",
                 f"smtp://mail.invalid:{server.port}", *BOB, "--proxy",
                 f"http://localhost:{at.port}"], env={**os.environ, **env},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            assert kdc.asked.wait(WAIT)
            begun = time.monotonic()
            process.send_signal(number)
            _, err = process.communicate(timeout=WAIT)
            assert time.monotonic() - begun < 15
    assert process.returncode == 75, err
    assert b"interrupted" in err


def test_the_proxy_hangs_up_while_the_kdc_is_silent(env, tmp_path):
    """It is of no matter: the login goes on over a new connection."""
    kerberos.cache(tmp_path / "cc")
    with kerberos.SilentKdc() as kdc, Server(Smtp()) as server:
        kerberos.configure(tmp_path / "krb5.conf", kdc.port)
        proxy = offers(server.port, BASIC)
        first = []

        def talk(connection):
            if first:
                proxy(connection)
                return
            first.append(connection)
            while connection.line():
                pass
            connection.send(proxy.answers.pop(0))
            assert kdc.asked.wait(WAIT)

        talk.port = server.port
        done = through(talk, env, "ann@", "--timeout", "300ms")
    assert done.code == 0, done
    assert tried(proxy) == ["Basic"]
