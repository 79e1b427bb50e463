"""Every key of a connection acts, from its file and as an option of its own
name; and how a machine greets that was told nothing."""

import os
import pathlib
import re
import subprocess
import sys
import threading
import time

import pytest

from posthaste import ROOT, SILENT, Server, Smtp, is_chain, run

TO = ["--from", "ann@example.com", "--text", "hi", "bob@example.com"]


@pytest.fixture(params=["option", "file"])
def send(request, tmp_path):
    """send(server, key, value, *args): the setting as an option, or in a
    connection's file."""
    def with_option(server, section, key, value, *args, code=0):
        done = run("send", "--server", f"smtp+none://127.0.0.1:{server.port}",
                   *args, f"--{key}={value}", "--json")
        assert done.code == code, done
        return done

    def with_file(server, section, key, value, *args, code=0):
        folder = tmp_path / "posthaste" / "connections"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "c.conf").write_text(
            f"[connection]\nhost = 127.0.0.1:{server.port}\n"
            f"encryption = none\n[{section}]\n{key} = {value}\n")
        done = run("send", "-n", "c", *args, "--json",
                   env={"XDG_CONFIG_HOME": str(tmp_path)})
        assert done.code == code, done
        return done

    return with_option if request.param == "option" else with_file


@pytest.mark.parametrize("step,verb,code", [
    ("mail", "MAIL", 75), ("rcpt", "RCPT", 75), ("data", "DATA", 75),
    ("final", ".", 74)])
def test_timeouts(send, step, verb, code):
    with Server(Smtp({verb: SILENT})) as server:
        began = time.monotonic()
        done = send(server, "connection", f"timeout-{step}", "300ms", *TO,
                    code=code)
        assert time.monotonic() - began < 20
    assert "300 ms" in done.json["error"]["message"], done


def test_timeout(send):
    with Server(Smtp({"": SILENT})) as server:
        done = send(server, "connection", "timeout", "300ms", *TO, code=75)
    assert "300 ms" in done.json["error"]["message"], done


def test_timeout_block(send, tmp_path):
    """The server stops reading in the midst of the content."""
    def stall(connection, line):
        connection.send("354 go on")
        stop.wait(20)
        return False

    stop = threading.Event()
    big = tmp_path / "big"
    with open(big, "wb") as f:
        f.truncate(64 * 1024 * 1024)
    with Server(Smtp({"DATA": stall})) as server:
        done = send(server, "connection", "timeout-block", "300ms", *TO,
                    "--attach", f"{big};type=application/octet-stream",
                    code=75)
        stop.set()
    assert "300 ms" in done.json["error"]["message"], done


def test_code_page(send):
    with Server(Smtp()) as server:
        send(server, "connection", "code-page", "iso-8859-1", *TO,
             "--subject", "Gr\u00fc\u00dfe")
        body = server.received[0].body.lower()
    assert b"=?iso-8859-1?" in body


def test_helo(send):
    with Server(Smtp()) as server:
        send(server, "connection", "helo", "me.example.org", *TO)
        assert "EHLO me.example.org" in server.received[0].lines


def test_source_address(send):
    peers = []

    def talk(connection):
        peers.append(connection.sock.getpeername()[0])
        Smtp()(connection)

    with Server(talk) as server:
        send(server, "connection", "source-address", "127.0.0.9", *TO)
    assert peers == ["127.0.0.9"]


LOGIN = ["--username", "ann", "--password-from", "env:HOME",
         "--allow-plaintext-password"]


def test_mechanisms(send):
    with Server(Smtp(offers=["AUTH LOGIN PLAIN"])) as server:
        send(server, "authentication", "mechanisms", "PLAIN", *TO, *LOGIN)
        assert any(line.startswith("AUTH PLAIN")
                   for line in server.received[0].lines)


def test_anonymous(send):
    with Server(Smtp(offers=["AUTH LOGIN PLAIN"])) as server:
        send(server, "authentication", "anonymous", "yes", *TO, *LOGIN)
        assert not any(line.startswith("AUTH")
                       for line in server.received[0].lines)


def test_attempts(send):
    """One refused login is enough."""
    with Server(Smtp({"AUTH": "535 5.7.8 no"},
                     offers=["AUTH LOGIN PLAIN"])) as server:
        send(server, "authentication", "attempts", "1", *TO, *LOGIN, code=77)
        assert len([line for line in server.received[0].lines
                    if line.startswith("AUTH")]) == 1


def test_recipients(send):
    with Server(Smtp()) as server:
        done = send(server, "limits", "recipients-per-message", "2", *TO,
                    "c@example.com", "d@example.com", "e@example.com",
                    "f@example.com")
        words = [line[:4] for line in server.received[0].lines
                 if line[:4] in ("MAIL", "RCPT")]
    assert words == ["MAIL", "RCPT", "RCPT"] * 2 + ["MAIL", "RCPT"]
    assert done.json["outcome"] == "delivered"


def test_recipient_domains():
    """RFC 9422: what the server says of domains."""
    to = ["--from", "ann@example.com", "--text", "hi", "a@one.example",
          "b@two.example", "c@one.example", "d@three.example",
          "e@two.example"]
    with Server(Smtp(offers=["LIMITS RCPTDOMAINMAX=2"])) as server:
        done = run("send", "--server", f"smtp+none://127.0.0.1:{server.port}",
                   *to, "--json")
        lines = [line.split(" ")[0] if line.startswith("MAIL") else
                 line[9] for line in server.received[0].lines
                 if line[:4] in ("MAIL", "RCPT")]
    assert done.code == 0, done
    assert lines == ["MAIL", "a", "b", "c", "e", "MAIL", "d"]
    assert [r["address"][0] for r in done.json["recipients"]] == list("abcde")


def test_size(send):
    with Server(Smtp()) as server:
        done = send(server, "limits", "size", "10", *TO, code=69)
        assert done.json["error"]["cause"] == "too-big"
        assert server.received == []


@pytest.mark.parametrize("key,value", [
    ("sessions", "3"), ("messages-per-session", "5"), ("session-age", "1min"),
    ("rate", "14/s"), ("quota", "2000/day")])
def test_for_many(send, key, value):
    """What is about many messages is read, and lets one pass."""
    with Server(Smtp()) as server:
        send(server, "limits", key, value, *TO)
    bad = run("send", "--server", "smtp+none://127.0.0.1:1", *TO,
              f"--{key}", "x")
    assert bad.code == 64 or bad.code == 78, bad
    assert f"--{key}" in bad.err


def test_rewrite_from(tmp_path):
    folder = tmp_path / "posthaste" / "connections"
    folder.mkdir(parents=True)
    with Server(Smtp()) as server:
        (folder / "c.conf").write_text(
            f"[connection]\nhost = 127.0.0.1:{server.port}\n"
            "encryption = none\n[message]\nfrom = own@example.org\n")
        done = run("send", "-n", "c", *TO, "--rewrite-from", "envelope",
                   env={"XDG_CONFIG_HOME": str(tmp_path)})
        assert done.code == 0, done
        assert "MAIL FROM:<own@example.org>" in \
            server.received[0].lines[1]


def test_every_setting_is_an_option():
    """But those that name the connection, and the sections [proxy] and [oauth]
    whose keys have options of their own or none."""
    page = (ROOT / "src/connection/setting.c").read_text()
    table = page[page.index("ph_settings[] = {"):page.index("};")]
    rows = [line.split('"')[1::2][:2] for line in table.splitlines()
            if line.startswith("\t{ \"")]
    assert len(rows) > 40
    for section, name in rows:
        if section in ("proxy", "oauth") or name in ("default", "inherits"):
            continue
        flag = name == "allow-plaintext-password"
        for command in ("send", "test"):
            done = run(command, f"--{name}" if flag else f"--{name}=?",
                       "--host", "localhost:1", "--help")
            assert done.code == 0, (name, done)


# greeting

HOSTS = "127.0.0.1 localhost\n"
LISTED = HOSTS + "127.0.1.1 box.example.org box\n"
GREETINGS = {
    "full, listed": ("box.example.org", LISTED, "none", "box.example.org"),
    "short, listed": ("box", LISTED, "none", "box.example.org"),
    "full, in DNS": ("m.example.org", HOSTS, "answers", "m.example.org"),
    "full, not in DNS": ("m.example.org", HOSTS, "denies", "[127.0.0.1]"),
    "no DNS": ("m.example.org", HOSTS, "none", "[127.0.0.1]"),
    "silent DNS": ("m.example.org", HOSTS, "silent", "[127.0.0.1]"),
    "short": ("box", HOSTS, "answers", "[127.0.0.1]"),
    "localhost": ("localhost", HOSTS, "answers", "[127.0.0.1]"),
    "localdomain": ("localhost.localdomain",
                    HOSTS + "127.0.0.1 localhost.localdomain\n", "answers",
                    "[127.0.0.1]"),
}


@pytest.mark.parametrize("name", GREETINGS)
def test_greeting(name, tmp_path):
    host, hosts, dns, expected = GREETINGS[name]
    (tmp_path / "hosts").write_text(hosts)
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    done = subprocess.run(
        ["unshare", *user, "--uts", "--mount", "--net", sys.executable,
         ROOT / "tests/lib/namespace.py", host, tmp_path / "hosts", dns],
        capture_output=True, timeout=60, check=False, text=True,
        env={**os.environ,
             "PYTHONPATH": str(pathlib.Path(ROOT) / "tests/lib")})
    assert done.returncode == 0, done
    words = done.stdout.split()
    assert words[:2] == ["EHLO", expected], done
    assert float(words[2]) < (4 if dns == "silent" else 3)


def test_an_option_again_and_again(certificates, good_pem):
    """The last one counts, and no other is forgotten for it."""
    with Server(Smtp(tls=certificates.context(good_pem),
                     implicit=True)) as server:
        done = run("test", "--server", f"smtps://localhost:{server.port}",
                   "--ca-file", certificates.ca,
                   *["--timeout-final", "1min"] * 300, "--pin", "0" * 64)
    assert done.code == 78, done
    assert "is not the pinned one" in done.err, done


@pytest.mark.parametrize("command", ["send", "test"])
def test_every_setting_is_an_option(command):
    """As --help says of all but two."""
    page = (ROOT / "src" / "connection" / "setting.c").read_text()
    rows = re.findall(r'^\t\{ "([a-z]+)", "([a-z-]+)", PH_SETTING', page, re.M)
    assert len(rows) > 50
    help_ = run(command, "--help").out
    assert "inherits" in help_
    for section, name in rows:
        if name in ("inherits", "default"):
            continue
        option = f"--{section}.{name}" if section in ("proxy", "oauth") else \
            f"--{name}"
        done = run(command, option)
        assert "unknown option" not in done.err, done


@pytest.mark.parametrize("name, value", [
    ("proxy.type", "bogus"), ("proxy.port", "99999"),
    ("proxy.use-credentials", "maybe"), ("oauth.provider", "bogus"),
    ("oauth.client-secret-from", "bogus")])
def test_option_of_a_section(name, value, tmp_path):
    done = run("test", "--server", "smtp://127.0.0.1:9", f"--{name}", value)
    assert done.code == 78
    is_chain(done, "config", f"--{name}: {name.split('.')[1]}: ")
    env = {"XDG_CONFIG_HOME": str(tmp_path)}
    done = run("connection", "add", "c", "--host", "h.example", f"--{name}",
               value, env=env)
    assert done.code == 78, done


def test_plaintext_is_taken_back(tmp_path):
    path = tmp_path / "c.conf"
    path.write_text("[connection]\nhost = 127.0.0.1\nencryption = none\n"
                    "[authentication]\nusername = ann\n"
                    "password-from = env:PW\n"
                    "allow-plaintext-password = yes\n")
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        args = ["test", "-c", path, "--port", server.port]
        assert run(*args, env={"PW": "x"}).code == 0
        done = run(*args, "--no-allow-plaintext-password", env={"PW": "x"})
        assert done.code == 78, done
    assert not any(line.startswith("AUTH")
                   for line in server.received[1].lines)
