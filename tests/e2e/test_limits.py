"""[limits] of a connection, kept over all programs of a user: rate, quota,
sessions."""

import concurrent.futures
import os
import pathlib
import re
import signal
import stat
import subprocess
import threading
import time

import pytest

from hostile import BOB
from posthaste import (CUT, PROGRAM, WAIT, Server, Smtp, free_port, is_chain,
                       run)


class Home:
    """A user's state, and a connection of theirs."""

    def __init__(self, folder):
        self.folder = folder
        self.state = folder / "state" / "posthaste"
        self.env = {"XDG_STATE_HOME": str(folder / "state"),
                    "XDG_CONFIG_HOME": str(folder / "config")}

    def connection(self, port, *limits, name="c"):
        path = self.folder / "config/posthaste/connections" / f"{name}.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"[connection]\nhost = localhost:{port}\n"
                        "encryption = none\n[limits]\n" +
                        "".join(f"{line}\n" for line in limits))
        path.chmod(0o600)
        return path

    def send(self, *args, code=0):
        done = run("send", *BOB, "--json", *args, env=self.env)
        assert done.code == code, done
        return done

    def start(self, *args):
        return subprocess.Popen(
            [PROGRAM, "send", *BOB, *args],
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **self.env},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def sent(self, port):
        return self.state / "sent" / f"localhost:{port}"

    def used(self):
        done = run("connection", "show", "c", "--json", env=self.env)
        assert done.code == 0, done
        return done.json["used"]


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def refused(done, *words):
    assert done.json["error"]["cause"] == "rate-limited", done
    assert done.json["error"]["setting"] == "limit"
    assert done.json["recipients"][0]["outcome"] == "retry"
    is_chain(done, "config", "nothing was sent", *words)


def test_quota(home):
    with Server(Smtp()) as server:
        conf = home.connection(server.port, "rate = 100/s", "quota = 2/day")
        assert home.used()["quota"]["used"] == 0
        home.send()
        home.send()
        refused(home.send(code=75), f"{conf}:6: quota = 2/day: 2 of 2",
                "the next is free at 20")
        assert len(server.received) == 2
        path = home.sent(server.port)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert re.fullmatch(
            r"posthaste sent 1\nsalt [0-9a-f]{32}\n"
            r"(sent [0-9a-f]{32} (rate|quota) [0-9]{13} [12]\n)+",
            path.read_text())
        used = home.used()
        assert (used["quota"]["used"], used["quota"]["allowed"]) == (2, 2)
        assert used["quota"]["period_ms"] == 24 * 3600 * 1000
        assert 0 < used["quota"]["free_in_ms"] <= 24 * 3600 * 1000
        shown = run("connection", "show", "c", env=home.env)
        assert re.search(r"^quota: +2 of 2 messages used, the next is free at "
                         r"20\d\d-\d\d-\d\d \d\d:\d\d UTC$", shown.out, re.M)
        # Another user name is another account; more is a matter of settings.
        home.send("--username", "ann", "--anonymous", "yes")
        home.send("--quota", "3/day")
        refused(home.send("--quota", "3/day", code=75), "--quota: quota = 3")
        # Nothing is counted, and that is said.
        done = home.send("--no-memory")
        assert any("rate and quota do not hold" in w
                   for w in done.json["warnings"])
        # It may be deleted, and damaged.
        path.unlink()
        home.send()
        path.write_text("posthaste sent 1\nsent x\n")
        done = home.send()
        assert "was damaged" in done.err
        assert path.with_name(path.name + ".damaged").exists()
        assert home.used()["quota"]["used"] == 1


def test_quota_counts_what_went(home):
    """Neither what was not taken nor what never got there."""
    home.connection(free_port(), "quota = 1/day")
    home.send(code=75)
    assert home.used()["quota"]["used"] == 0
    talk = Smtp({"RCPT": ["550 5.1.1 no", "250 2.1.5 ok"]})
    with Server(talk) as server:
        home.connection(server.port, "quota = 1/day")
        home.send(code=69)
        assert home.used()["quota"]["used"] == 0
        home.send()
        refused(home.send(code=75))
        done = run("test", "-n", "c", "--send", "--from", "a@example.com",
                   "--json", env=home.env)
        assert done.code == 75 and done.json["cause"] == "rate-limited", done
        done = run("test", "-n", "c", env=home.env)
        assert done.code == 0, done


def test_transactions_count(home):
    """One for each that recipients-per-message makes of it."""
    with Server(Smtp()) as server:
        home.connection(server.port, "quota = 3/day",
                        "recipients-per-message = 2")
        home.send("--to", "c@example.com,d@example.com")
        assert home.used()["quota"]["used"] == 2
        refused(home.send("--to", "c@example.com,d@example.com", code=75),
                "2 of 3", "(this one goes out as 2)")
        home.send()
        refused(home.send(code=75), "3 of 3")


def test_quota_of_many(home):
    """Thirty at once: as many go as may."""
    with Server(Smtp()) as server:
        home.connection(server.port, "quota = 5/day", "sessions = 50")
        running = [home.start() for _ in range(30)]
        for process in running:
            process.communicate(timeout=WAIT)
        codes = [process.returncode for process in running]
        assert sorted(codes) == [0] * 5 + [75] * 25
        assert len(server.received) == 5


def test_rate(home):
    """Two in a second: the third waits for the first to be a second old."""
    times = []

    def talk(connection):
        times.append(time.monotonic())
        Smtp()(connection)

    with Server(talk) as server:
        home.connection(server.port, "rate = 2/s", "sessions = 9")
        running = [home.start() for _ in range(4)]
        for process in running:
            _, err = process.communicate(timeout=WAIT)
            assert process.returncode == 0, err
        times.sort()
        # They are apart by when they were admitted, and start a little later.
        assert times[2] - times[0] > 0.7 and times[3] - times[1] > 0.7, times


def test_rate_is_waited_for(home):
    """Told where it takes longer, ended by Ctrl-C, and no turn is lost."""
    with Server(Smtp()) as server:
        conf = home.connection(server.port, "rate = 1/min")
        home.send()
        before = home.sent(server.port).read_text()
        process = home.start()
        note = process.stderr.readline().decode()
        assert re.fullmatch(r"posthaste: note: send: waiting (60|5\d) s for a "
                            rf"turn \(rate, {conf}:5\)\n", note)
        # Who comes after it would wait for longer than a minute.
        refused(home.send(code=75), f"{conf}:5: rate = 1/minute: 2 of 1")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=WAIT)
        assert process.returncode == 75, err
        assert b"interrupted while waiting: nothing was sent" in err
        assert home.sent(server.port).read_text() == before
        assert len(server.received) == 1


class Held:
    """A server whose sessions stay open until they are let go."""

    def __init__(self):
        self.go = threading.Event()
        self.came = threading.Semaphore(0)

    def __call__(self, connection):
        self.came.release()
        connection.send("220 test ESMTP")
        connection.line()
        self.go.wait(WAIT)
        connection.send("250 test")
        Smtp({"": "250 2.0.0 ok"})
        smtp = Smtp()
        said = True
        while said:
            line = connection.line()
            verb = line.split(" ")[0]
            said = smtp.say(connection, verb, line)
            if verb == "DATA":
                connection.until_dot()
                smtp.say(connection, ".")
            if verb == "QUIT":
                return


def test_sessions(home):
    """One too many waits, and goes on when another ends, however it ends."""
    held = Held()
    with Server(held) as server:
        home.connection(server.port, "sessions = 2")
        first, second = home.start(), home.start()
        for _ in range(2):
            assert held.came.acquire(timeout=WAIT)
        third = home.start()
        note = third.stderr.readline().decode()
        assert "waiting for one of the 2 sessions with localhost:" in note
        assert len(server.received) == 2
        done = home.send("--timeout", "100ms", code=75)
        assert done.json["error"]["cause"] == "too-many-sessions"
        assert done.json["error"]["stage"] == "connect"
        is_chain(done, "connect", "sessions = 2:", "within 0.1 s")
        assert "--sessions 3" in done.json["error"]["advice"]
        done = run("test", "-n", "c", "--timeout", "100ms", "--json",
                   env=home.env)
        assert done.code == 75, done
        assert done.json["cause"] == "too-many-sessions"
        # Its place is free, though nobody gave it back.
        first.kill()
        assert held.came.acquire(timeout=WAIT)
        # Ctrl-C while it waits.
        fourth = home.start()
        fourth.stderr.readline()
        fourth.send_signal(signal.SIGINT)
        _, err = fourth.communicate(timeout=WAIT)
        assert fourth.returncode == 75 and b"interrupted" in err
        held.go.set()
        for process in (first, second, third):
            process.communicate(timeout=WAIT)
        assert (second.returncode, third.returncode) == (0, 0)
        assert len(server.received) == 3


PEOPLE = [f"{name}@{domain}.example" for name in "abc" for domain in "xyz"]


def envelopes(server):
    """The recipients of each transaction, over each connection."""
    found = []
    for connection in server.received:
        found.append([])
        for line in connection.lines:
            if line.startswith("MAIL"):
                found[-1].append([])
            elif line.startswith("RCPT"):
                found[-1][-1].append(line[9:-1])
    return found


@pytest.mark.parametrize("offer, options", [
    ("LIMITS MAILMAX=2 RCPTMAX=2", []),
    ("LIMITS MAILMAX=2", ["--recipients-per-message", "2"]),
    ("LIMITS RCPTMAX=2", ["--messages-per-session", "2"]),
    ("HELP", ["--messages-per-session", "2",
              "--recipients-per-message", "2"])])
def test_another_session(home, offer, options):
    """What does not fit into one goes over another one, logged in anew."""
    password = home.folder / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    talk = Smtp(offers=["AUTH PLAIN", offer])
    with Server(talk) as server:
        home.connection(server.port, "sessions = 1")
        done = run("send", "--from", "a@example.com", "--to",
                   ",".join(PEOPLE), "--text", "x", "--json", *options,
                   "--username", "ann", "--password-from",
                   f"file:{password}", "--allow-plaintext-password",
                   env=home.env)
        assert done.code == 0, done
        assert done.json["outcome"] == "delivered"
        assert len(done.json["recipients"]) == 9
        found = envelopes(server)
        assert [len(c) for c in found] == [2, 2, 1]
        assert [len(m) for c in found for m in c] == [2, 2, 2, 2, 1]
        assert [r for c in found for m in c for r in m] == PEOPLE
        for connection in server.received:
            assert sum(line.startswith("AUTH")
                       for line in connection.lines) == 1
            assert connection.lines[-1] == "QUIT"


def test_another_session_refused(home):
    """The login fails there: who has the message has it, the others wait."""
    password = home.folder / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    talk = Smtp({"AUTH": ["235 2.7.0 in", "454 4.7.0 later"]},
                offers=["AUTH PLAIN", "LIMITS MAILMAX=1 RCPTMAX=6"])
    with Server(talk) as server:
        home.connection(server.port)
        done = run("send", "--from", "a@example.com", "--to",
                   ",".join(PEOPLE), "--text", "x", "--json",
                   "--username", "ann", "--password-from",
                   f"file:{password}", "--allow-plaintext-password",
                   env=home.env)
        assert done.code == 75, done
        assert [r["outcome"] for r in done.json["recipients"]] == \
            ["delivered"] * 6 + ["retry"] * 3
        assert done.json["error"]["cause"] == "auth-deferred"


def login(connection, _):
    for question in "VXNlcm5hbWU6", "UGFzc3dvcmQ6":
        connection.send("334 " + question)
        connection.line()
    connection.send("235 2.7.0 in")
    return True


def test_another_session_another_mechanism(home):
    """The login there is one like the first: a mechanism that breaks it is
    followed by the next, over one connection more."""
    password = home.folder / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    talk = Smtp({"AUTH": ["235 2.7.0 in", CUT, login]},
                offers=["AUTH PLAIN LOGIN", "LIMITS MAILMAX=1 RCPTMAX=6"])
    with Server(talk) as server:
        home.connection(server.port)
        done = run("send", "--from", "a@example.com", "--to",
                   ",".join(PEOPLE), "--text", "x", "--json",
                   "--username", "ann", "--password-from",
                   f"file:{password}", "--allow-plaintext-password",
                   "--auth", "PLAIN,LOGIN", env=home.env)
        assert done.code == 0, done
        assert [len(c) for c in envelopes(server)] == [1, 0, 1]
        assert [a["mechanism"] for a in done.json["attempts"]] == \
            ["PLAIN", "PLAIN", "LOGIN"]
        assert done.json["server"]["mechanism"] == "LOGIN"


def test_domains(home):
    """RCPTDOMAINMAX: no more domains in a transaction than that."""
    with Server(Smtp(offers=["LIMITS RCPTDOMAINMAX=1 MAILMAX=2"])) as server:
        home.connection(server.port)
        done = run("send", "--from", "a@example.com", "--to",
                   ",".join(PEOPLE), "--text", "x", "--json", env=home.env)
        assert done.code == 0, done
        found = envelopes(server)
        assert [len(c) for c in found] == [2, 1]
        assert sorted(r for c in found for m in c for r in m) == PEOPLE
        for message in (m for c in found for m in c):
            assert len({r.split("@")[1] for r in message}) == 1
