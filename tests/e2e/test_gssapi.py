"""Logins by Kerberos that come to nothing: no ticket, another's ticket, a KDC
that does not answer.  Those that succeed are interop/test_logins.py's."""

import base64
import os
import signal
import subprocess
import time

import pytest

import kerberos
from hostile import ANN, BOB, LOGIN, attempt, judge
from posthaste import PROGRAM, WAIT, Server, Smtp

CHALLENGE = "334 PDFAZXhhbXBsZT4="


def auth(connection, line):
    if line.startswith("AUTH CRAM-MD5"):
        connection.send(CHALLENGE)
        connection.line()
        connection.send("235 2.7.0 in")
        return True
    connection.send("535 5.7.8 no")
    return True


def server(*mechanisms):
    return Server(Smtp({"AUTH": auth}, offers=["AUTH " + " ".join(mechanisms)]))


def tried(listener):
    return [line.split(" ")[1] for connection in listener.received
            for line in connection.lines if line.startswith("AUTH ")]


@pytest.fixture
def env(tmp_path):
    """A Kerberos without a ticket, and nothing behind it."""
    return {"KRB5_CONFIG": str(kerberos.configure(tmp_path / "krb5.conf", 1)),
            "KRB5CCNAME": f"FILE:{tmp_path / 'cc'}",
            "KRB5_CLIENT_KTNAME": f"FILE:{tmp_path / 'none'}"}


def send(listener, *args, **kwargs):
    return attempt("send", "--server", f"smtp://localhost:{listener.port}",
                   *BOB, *args, **kwargs)


def test_named_without_a_ticket(env):
    """Also without a user name: the ticket says who one is."""
    with server("GSSAPI") as s:
        done = send(s, "--auth", "GSSAPI", env=env)
    judge(done, 77, "auth", "auth-mechanism")
    assert "there is no Kerberos ticket; kinit gets one" in done.err
    assert "klist" in done.err
    assert tried(s) == []
    assert done.json["attempts"][0]["mechanism"] == "GSSAPI"


def test_auto_without_a_ticket(env, tmp_path):
    """Not even tried, and Kerberos is not loaded."""
    with server("GSSAPI", "CRAM-MD5") as s:
        done = send(s, *LOGIN, env=env, tmp=tmp_path)
    assert done.code == 0, done
    assert tried(s) == ["CRAM-MD5"]
    assert "GSSAPI (no Kerberos ticket for this user)" in done.transcript
    assert [a["mechanism"] for a in done.json["attempts"]] == ["CRAM-MD5"]


def test_plain_beside_it(env):
    """Whom GSSAPI would act as is no word of PLAIN's."""
    with Server(Smtp(offers=["AUTH PLAIN GSSAPI"])) as s:
        done = send(s, *LOGIN, "--auth", "PLAIN,GSSAPI",
                    "--allow-plaintext-password", env=env, secret="s3cret")
    assert done.code == 0, done
    said = next(line for line in s.received[0].lines if "AUTH" in line)
    assert base64.b64decode(said.split(" ")[2]) == b"\0ann\0s3cret"


def test_auto_with_a_ticket_of_another(env, tmp_path):
    kerberos.cache(tmp_path / "cc", owner=b"bob")
    with server("GSSAPI", "CRAM-MD5") as s:
        done = send(s, *LOGIN, env=env)
    assert done.code == 0, done
    assert tried(s) == ["CRAM-MD5"]


def test_a_ticket_that_has_run_out(env, tmp_path):
    kerberos.cache(tmp_path / "cc", left=-30)
    with server("GSSAPI", "CRAM-MD5") as s:
        done = send(s, *LOGIN, env=env)
    assert done.code == 0, done
    assert tried(s) == ["CRAM-MD5"]
    first = done.json["attempts"][0]
    assert first["mechanism"] == "GSSAPI"
    assert "kinit gets a new one" in first["problem"], first


def test_no_kdc(env, tmp_path):
    """Nothing listens there: told at once."""
    kerberos.cache(tmp_path / "cc")
    with server("GSSAPI") as s:
        done = send(s, "--auth", "GSSAPI", env=env)
    judge(done, 77, "auth", "auth-mechanism")
    assert "the KDC cannot be reached" in done.err


def test_silent_kdc(env, tmp_path):
    """It would hold us for half a minute; the next mechanism does not wait."""
    kerberos.cache(tmp_path / "cc")
    with kerberos.SilentKdc() as kdc, server("GSSAPI", "CRAM-MD5") as s:
        kerberos.configure(tmp_path / "krb5.conf", kdc.port)
        begun = time.monotonic()
        done = send(s, *LOGIN, "--timeout", "1s", env=env)
        took = time.monotonic() - begun
        assert kdc.asked.is_set()
    assert done.code == 0, done
    assert tried(s) == ["CRAM-MD5"]
    assert took < 15
    first = done.json["attempts"][0]
    assert "Kerberos did not answer in 1000 ms" in first["problem"]
    assert first["ms"] >= 900


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_the_kdc_is_silent(env, tmp_path, number):
    kerberos.cache(tmp_path / "cc")
    with kerberos.SilentKdc() as kdc, server("GSSAPI") as s:
        kerberos.configure(tmp_path / "krb5.conf", kdc.port)
        process = subprocess.Popen(
            [PROGRAM, "send", "--server", f"smtp://localhost:{s.port}", *BOB,
             "--auth", "GSSAPI"], env={**os.environ, **env},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        assert kdc.asked.wait(WAIT)
        begun = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=WAIT)
        assert time.monotonic() - begun < 15
    assert process.returncode == 75, err
    assert b"interrupted" in err


def test_the_server_hangs_up_while_the_kdc_is_silent(env, tmp_path):
    kerberos.cache(tmp_path / "cc")
    with kerberos.SilentKdc() as kdc:
        kerberos.configure(tmp_path / "krb5.conf", kdc.port)

        def talk(connection):
            connection.send("220 test")
            connection.line()
            connection.send("250-test\r\n250 AUTH GSSAPI")
            assert kdc.asked.wait(WAIT)

        with Server(talk) as s:
            done = send(s, "--auth", "GSSAPI", env=env)
    judge(done, 75, "auth")


def test_test_with_the_other_name():
    """ann@example.com is refused, and ann is taken: told as advice."""
    talk = Smtp({"AUTH": lambda c, line: named(c)}, offers=["AUTH CRAM-MD5"])

    def named(connection):
        connection.send(CHALLENGE)
        name = base64.b64decode(connection.line()).rsplit(b" ", 1)[0]
        connection.send("235 2.7.0 in" if name == b"ann" else "535 5.7.8 no")
        return True

    with Server(talk) as s:
        done = attempt("test", "--server", f"smtp://127.0.0.1:{s.port}",
                       "--from", ANN, "--username", ANN, "--password-from",
                       "env:P")
    judge(done, 77, "auth", "auth-username", command="test")
    assert done.json["ok"] is False
    assert "set the user name to ann" in done.json["advice"]
    assert [a["username"] for a in done.json["attempts"]] == [None, "ann"]
    verdicts = {v["setting"]: v["verdict"] for v in done.json["settings"]}
    assert verdicts["username"] == "suspect"
    assert verdicts["password"] != "suspect"
