"""What is remembered between runs: mechanisms, good offers, refused logins; and
what it does when a server changes for the worse."""

import base64
import concurrent.futures
import os
import pathlib
import stat
import threading
import time

import pytest

from hostile import BOB
from posthaste import CUT, Server, Smtp, is_chain, run

CHALLENGE = base64.b64encode(b"<1@example>").decode()


class Home:
    """A user's state, and a password in a file."""

    def __init__(self, folder):
        self.folder = folder
        self.state = folder / "state"
        self.password = folder / "password"
        self.password.write_text("secret\n")
        self.password.chmod(0o600)
        # The password is older than anything that happens to it.
        os.utime(self.password, (1, 1))
        self.env = {"XDG_STATE_HOME": str(self.state),
                    "XDG_CONFIG_HOME": str(folder / "config")}

    def run(self, *args, **kwargs):
        return run(*args, env=self.env, **kwargs)

    def send(self, port, *args, url="smtp", code=0, login=True):
        more = ["--username", "ann", "--password-from",
                f"file:{self.password}"] if login else []
        done = self.run("send", "--server", f"{url}://localhost:{port}", *BOB,
                        *more, "--json", *args)
        assert done.code == code or (code is None and done.code), done
        return done

    def files(self):
        return sorted(str(p.relative_to(self.state / "posthaste"))
                      for p in self.state.rglob("*") if p.is_file())

    def server(self, port):
        return self.state / "posthaste" / "servers" / f"localhost:{port}"

    def refused(self, port):
        return self.state / "posthaste" / "refused" / f"localhost:{port}"

    def known(self, port, *args):
        """As `connection show` tells it."""
        name = f"c{port}"
        self.run("connection", "add", name, f"host=localhost:{port}",
                 "encryption=wanted", "username=ann", *args)
        done = self.run("connection", "show", name, "--json")
        assert done.code == 0, done
        return done.json["known"]


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def tried(server):
    return [[line.split(" ")[1] for line in c.lines
             if line.startswith("AUTH ")] for c in server.received]


def by_mechanism(answers=None, **more):
    answers = answers if answers is not None else more

    def talk(connection, line):
        answer = answers[line.split(" ")[1].upper().replace("-", "_")]
        if answer is CUT:
            return False
        if callable(answer):
            return answer(connection, line)
        connection.send(answer)
        return True
    return talk


def cram(last):
    def talk(connection, line):
        connection.send("334 " + CHALLENGE)
        connection.line()
        connection.send(last)
        return True
    return talk


PLAIN_TOO = ["--allow-plaintext-password"]

BROKEN = {
    "unknown": "504 5.5.4 no",
    "refused though it takes the password": cram("535 5.7.8 no"),
    "hung up": CUT,
    "no challenge": "334 %%%",
}


@pytest.mark.parametrize("how", BROKEN)
def test_broken_goes_last(home, how):
    """Twice it is tried first, then no more; and still it is when nothing else
    works."""
    answers = {"CRAM_MD5": BROKEN[how], "PLAIN": "235 2.7.0 in"}
    talk = Smtp({"AUTH": by_mechanism(answers)},
                offers=["AUTH CRAM-MD5 PLAIN"])
    with Server(talk) as server:
        for _ in range(3):
            home.send(server.port, *PLAIN_TOO)
        all_tried = [m for c in tried(server) for m in c]
        assert all_tried == ["CRAM-MD5", "PLAIN"] * 2 + ["PLAIN"]
        answers["PLAIN"] = "504 5.5.4 no"
        home.send(server.port, *PLAIN_TOO, code=None)
        all_tried = [m for c in tried(server) for m in c]
        assert all_tried[5:7] == ["PLAIN", "CRAM-MD5"]


def test_advice(home):
    talk = Smtp({"AUTH": by_mechanism(CRAM_MD5="504 5.5.4 no",
                                      LOGIN="504 5.5.4 no",
                                      PLAIN="235 2.7.0 in")},
                offers=["AUTH CRAM-MD5 PLAIN"])
    with Server(talk) as server:
        port = server.port
        home.send(port, *PLAIN_TOO)
        known = home.known(port)
        names = {m["name"]: m for m in known["mechanisms"]}
        assert names["CRAM-MD5"]["advice"] is None
        assert names["CRAM-MD5"]["failed_running"] == 1
        assert names["PLAIN"]["worked"] is not None
        home.send(port, *PLAIN_TOO)
        shown = home.run("connection", "show", f"c{port}")
        assert shown.code == 0, shown
        advice = [line for line in shown.out.splitlines()
                  if line.startswith("advice: ")]
        assert len(advice) == 1, shown
        assert "CRAM-MD5 is offered here and always fails" in advice[0]
        assert f"connection set c{port} mechanisms=PLAIN" in advice[0]
        # It works as it stands there.
        done = home.run("connection", "set", f"c{port}", "mechanisms=PLAIN")
        assert done.code == 0, done
        done = home.run("connection", "forget", f"c{port}")
        assert done.code == 0 and "forgot" in done.out, done
        assert home.known(port) is None
        done = home.run("connection", "forget", f"localhost:{port}")
        assert done.code == 0 and "nothing was known" in done.out, done


def test_forget_a_host_at_any_port(home):
    with Server(Smtp({"AUTH": "535 5.7.8 no"},
                     offers=["AUTH PLAIN"])) as server:
        home.send(server.port, *PLAIN_TOO, code=77)
        assert home.known(server.port) is not None
        assert len(home.files()) >= 2
        done = home.run("connection", "forget", "localhost")
        assert done.code == 0 and "forgot" in done.out, done
        assert home.known(server.port) is None
        assert not [f for f in home.files() if str(server.port) in f]
        done = home.run("connection", "forget", "localhost")
        assert done.code == 0 and "nothing was known" in done.out, done


def test_secrets_stay_out(home):
    talk = Smtp({"AUTH": "535 5.7.8 no"}, offers=["AUTH PLAIN"])
    with Server(talk) as server:
        home.send(server.port, *PLAIN_TOO, code=77)
        text = "".join((home.state / "posthaste" / f).read_text()
                       for f in home.files())
        assert "refused " in text
        for word in ("ann", "secret", base64.b64encode(b"secret").decode()):
            assert word not in text
        for path in home.state.rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path


# refused logins

def refusing(**kwargs):
    return Smtp({"AUTH": "535 5.7.8 no"}, offers=["AUTH PLAIN"], **kwargs)


def test_attempts_over_processes(home):
    with Server(refusing()) as server:
        home.send(server.port, *PLAIN_TOO, code=77)
        home.send(server.port, *PLAIN_TOO, code=77)
        before = len(server.received)
        done = home.send(server.port, *PLAIN_TOO, code=77)
        error = is_chain(done, "auth", "refused 2 logins as ann since",
                         "nothing was tried", "attempts = 2")
        assert "UTC" in error
        assert "--attempts" in done.err
        assert done.json["error"]["cause"] == "auth-used-up"
        assert len(server.received) == before, "it connected"
        test = home.run("test", "--server", f"smtp://localhost:{server.port}",
                        "--username", "ann", "--password-from",
                        f"file:{home.password}", *PLAIN_TOO, "--json")
        assert test.code == 77 and test.json["cause"] == "auth-used-up", test
        # Another account, or none, is not held up.
        home.send(server.port, login=False)
        done = home.send(server.port, *PLAIN_TOO, "--username", "bob", code=77)
        assert done.json["error"]["cause"] == "auth-refused"
        # Deliberately.
        done = home.send(server.port, *PLAIN_TOO, "--attempts", "3", code=77)
        assert done.json["error"]["cause"] == "auth-refused"
        known = home.known(server.port)
        assert known["refused"]["count"] == 3
        assert known["refused"]["free_at"].endswith(" UTC")


def test_new_password_is_tried_at_once(home):
    talk = refusing()
    with Server(talk) as server:
        for _ in range(2):
            home.send(server.port, *PLAIN_TOO, code=77)
        home.send(server.port, *PLAIN_TOO, code=77)
        home.password.write_text("better\n")
        talk.answers["AUTH"] = "235 2.7.0 in"
        home.send(server.port, *PLAIN_TOO)
        # And the success wipes the slate.
        assert not home.refused(server.port).exists()


def test_password_from_the_future(home):
    """A file's time that is yet to come makes no password a new one."""
    with Server(refusing()) as server:
        os.utime(home.password, (time.time() + 1e6,) * 2)
        causes = [home.send(server.port, *PLAIN_TOO, code=77)
                  .json["error"]["cause"] for _ in range(3)]
    assert causes == ["auth-refused"] * 2 + ["auth-used-up"]


def test_password_from_a_pipe(home, tmp_path):
    """Nor does a pipe, which always is as new as what was read of it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)

    def fill():
        with open(pipe, "wb") as out:
            out.write(b"wrong")

    causes = []
    with Server(refusing()) as server:
        for _ in range(3):
            filler = threading.Thread(target=fill, daemon=True)
            filler.start()
            done = home.send(server.port, *PLAIN_TOO, "--password-from",
                             f"file:{pipe}", code=77)
            filler.join(20)
            causes.append(done.json["error"]["cause"])
    assert causes == ["auth-refused"] * 2 + ["auth-used-up"]


def test_secret_set_is_tried_at_once(home):
    talk = refusing()
    with Server(talk) as server:
        home.run("connection", "add", "work", f"host=localhost:{server.port}",
                 "encryption=wanted", "username=ann",
                 "allow-plaintext-password=yes")

        def send():
            return home.run("send", "-n", "work", *BOB, "--json")

        home.run("secret", "set", "work", stdin=b"wrong")
        causes = [send().json["error"]["cause"] for _ in range(3)]
        assert causes == ["auth-refused"] * 2 + ["auth-used-up"]
        # The same again is none that could be right now.
        assert home.run("secret", "set", "work", stdin=b"wrong").code == 0
        assert send().json["error"]["cause"] == "auth-used-up"
        assert home.run("secret", "set", "work", stdin=b"right").code == 0
        assert send().json["error"]["cause"] == "auth-refused"
        talk.answers["AUTH"] = "235 2.7.0 in"
        assert send().code == 0


def test_an_hour_later(home):
    with Server(refusing()) as server:
        home.send(server.port, *PLAIN_TOO, code=77)
        home.send(server.port, *PLAIN_TOO, code=77)
        path = home.refused(server.port)
        lines = path.read_text().splitlines()
        lines[2] = " ".join(lines[2].split(" ")[:2] +
                            [str(int(time.time() * 1000) - 3600_000)])
        path.write_text("\n".join(lines) + "\n")
        done = home.send(server.port, *PLAIN_TOO, code=77)
        assert done.json["error"]["cause"] == "auth-refused"
        done = home.send(server.port, *PLAIN_TOO, code=77)
        assert done.json["error"]["cause"] == "auth-used-up"


def test_attempts_none(home):
    with Server(refusing()) as server:
        for _ in range(4):
            done = home.send(server.port, *PLAIN_TOO, "--attempts", "0",
                             code=77)
            assert done.json["error"]["cause"] == "auth-refused"


@pytest.mark.parametrize("why", ["a file in its place", "no home"])
def test_refused_and_not_counted(home, why):
    """Whoever counts on `attempts` is told where it cannot hold."""
    env = {"XDG_STATE_HOME": "", "HOME": ""}
    if why != "no home":
        blocked = home.password.parent / "blocked"
        blocked.write_text("")
        env = {"XDG_STATE_HOME": str(blocked)}
    with Server(refusing()) as server:
        done = run("send", "--server", f"smtp://localhost:{server.port}", *BOB,
                   "--username", "ann", "--password-from",
                   f"file:{home.password}", *PLAIN_TOO, env=env)
        assert done.code == 77, done
        assert "the refused login cannot be counted" in done.err, done
        done = run("send", "--server", f"smtp://localhost:{server.port}", *BOB,
                   "--username", "ann", "--password-from",
                   f"file:{home.password}", *PLAIN_TOO, "--no-memory", env=env)
        assert "counted" not in done.err, done


def test_two_at_once(home):
    """Eight at the same time: never more than two logins under way, and two
    refused in all."""
    lock = threading.Lock()
    counts = {"now": 0, "most": 0, "all": 0}

    def talk_auth(connection, line):
        with lock:
            counts["now"] += 1
            counts["all"] += 1
            counts["most"] = max(counts["most"], counts["now"])
        # Long enough that all of them would be here if they were let.
        full.wait(0.3)
        with lock:
            counts["now"] -= 1
        connection.send("535 5.7.8 no")
        return True

    full = threading.Event()
    with Server(Smtp({"AUTH": talk_auth}, offers=["AUTH PLAIN"])) as server:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            done = list(pool.map(lambda _: home.send(
                server.port, *PLAIN_TOO, code=77), range(8)))
    assert counts["all"] == 2, counts
    assert counts["most"] <= 2
    causes = sorted(d.json["error"]["cause"] for d in done)
    assert causes == ["auth-refused"] * 2 + ["auth-used-up"] * 6


def test_many_at_once_get_in(home):
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: home.send(server.port, *PLAIN_TOO),
                          range(8)))
    assert not home.refused(server.port).exists()


# what was better before

class Changing:
    """An SMTP server that may become another one."""

    def __init__(self, talk):
        self.talk = talk

    def __call__(self, connection):
        self.talk(connection)


SCRAM = "AUTH SCRAM-SHA-256 PLAIN"


def good(certificates, pem, offers="AUTH PLAIN"):
    return Smtp(offers=[offers], tls=certificates.context(pem))


def test_starttls_gone(home, certificates, good_pem):
    change = Changing(good(certificates, good_pem))
    with Server(change) as server:
        home.send(server.port, "--ca-file", certificates.ca)
        change.talk = Smtp(offers=["AUTH PLAIN"])
        today = time.strftime("%Y-%m-%d", time.gmtime())
        for mode in ("smtp", "smtp+starttls"):
            for _ in range(2):
                done = home.send(server.port, *PLAIN_TOO, "--ca-file",
                                 certificates.ca, url=mode, code=78)
                error = is_chain(done, "tls", "no STARTTLS", today)
                assert "AUTH" not in str(server.received[-1].lines), error
        assert "forget" in home.send(server.port, *PLAIN_TOO, code=78).err
        # Without a login it goes on, flagged.
        done = home.send(server.port, login=False)
        assert any(today in w for w in done.json["warnings"]), done
        # Accepted by a person.
        home.run("connection", "forget", f"localhost:{server.port}")
        done = home.send(server.port, *PLAIN_TOO)
        assert "offers no STARTTLS" in done.err


def test_starttls_fails(home, certificates, good_pem):
    """Refused, or the handshake broken off: `wanted` comes down no more."""
    change = Changing(good(certificates, good_pem))
    with Server(change) as server:
        home.send(server.port, "--ca-file", certificates.ca)
        for answer in ("454 4.7.0 not now", lambda c, line: False):
            change.talk = Smtp({"STARTTLS": answer},
                               offers=["AUTH PLAIN", "STARTTLS"])
            done = home.send(server.port, *PLAIN_TOO, "--ca-file",
                             certificates.ca, code=78)
            assert done.json["error"]["cause"] == "tls-downgrade", done
            assert "AUTH" not in str(server.received[-1].lines)


def test_certificate_gone_bad(home, certificates, good_pem):
    """`wanted` goes on, as it does anyway, and tells what was there before."""
    bad = certificates.make("memory-bad", host="elsewhere.example")
    change = Changing(good(certificates, good_pem))
    with Server(change) as server:
        home.send(server.port, "--ca-file", certificates.ca)
        change.talk = good(certificates, bad)
        done = home.send(server.port, "--ca-file", certificates.ca,
                         login=False)
        assert any("good certificate on" in w for w in done.json["warnings"])


def test_scram_gone(home, certificates, good_pem):
    ca = ["--ca-file", certificates.ca]
    change = Changing(Smtp({"AUTH": by_mechanism(
        SCRAM_SHA_256="504 5.5.4 no", PLAIN="235 2.7.0 in")},
        offers=[SCRAM], tls=certificates.context(good_pem)))
    with Server(change) as server:
        # Broken there: who takes it out does nothing wrong.
        home.send(server.port, *ca, url="smtp+starttls")
        change.talk = good(certificates, good_pem)
        home.send(server.port, *ca, url="smtp+starttls")
        home.run("connection", "forget", f"localhost:{server.port}")
        # Not tried (the list): it may well have worked.
        change.talk = good(certificates, good_pem, SCRAM)
        home.send(server.port, *ca, "--auth", "PLAIN", url="smtp+starttls")
        change.talk = good(certificates, good_pem)
        for _ in range(2):
            done = home.send(server.port, *ca, url="smtp+starttls", code=78)
            is_chain(done, "auth", "offered SCRAM-SHA-256 on",
                     "PLAIN would show it the password")
            assert done.json["error"]["cause"] == "auth-downgrade"
            assert "AUTH" not in str(server.received[-1].lines)
        # `wanted` over TLS flags it; a list that leaves it out has chosen.
        done = home.send(server.port, *ca)
        assert any("does not any more" in w for w in done.json["warnings"])
        done = home.send(server.port, *ca, "--auth", "PLAIN",
                         url="smtp+starttls")
        assert done.json["warnings"] == []


def test_key_changes(home, certificates, good_pem):
    other = certificates.make("memory-other")
    change = Changing(good(certificates, good_pem))
    with Server(change) as server:
        url = f"smtp+starttls://localhost:{server.port}"
        ca = ["--ca-file", certificates.ca]
        home.send(server.port, *ca, url="smtp+starttls")
        change.talk = good(certificates, other)
        # Not verified: it may be anybody's.
        done = home.send(server.port, "--verify", "off", url="smtp+starttls")
        assert any("another key" in w for w in done.json["warnings"]), done
        # Verified: told in a test, once.
        done = home.run("test", "--server", url, *ca)
        assert "another key was known since" in done.out, done
        assert "warning" not in done.out
        done = home.run("test", "--server", url, *ca, "--json")
        assert done.json["key_changed_since"] is None
        done = home.send(server.port, "--verify", "off", url="smtp+starttls")
        assert not any("another key" in w for w in done.json["warnings"])


# files

def test_quiet_days(home):
    """The same again is not worth a write."""
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        home.send(server.port, *PLAIN_TOO)
        before = home.server(server.port).stat()
        home.send(server.port, *PLAIN_TOO)
        after = home.server(server.port).stat()
        assert (before.st_ino, before.st_mtime_ns) == \
            (after.st_ino, after.st_mtime_ns)
        assert home.files() == ["lock", f"servers/localhost:{server.port}"]


@pytest.mark.parametrize("text", [b"", b"garbage", b"\0" * 100,
                                  b"posthaste server 1\nhost h 25\nseen x\n",
                                  b"a" * 20000])
def test_damaged(home, text):
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        home.send(server.port, *PLAIN_TOO)
        path = home.server(server.port)
        path.write_bytes(text)
        done = home.send(server.port, *PLAIN_TOO)
        if text:
            assert "was damaged" in done.err
            assert pathlib.Path(f"{path}.damaged").read_bytes() == text
        assert path.read_text().startswith("posthaste server 1\n")
        # So is the other file.
        refused = home.refused(server.port)
        refused.parent.mkdir()
        refused.write_bytes(text)
        home.send(server.port, *PLAIN_TOO)


def test_no_home(tmp_path):
    """Nothing to write to, or not writable: mail goes out, and the transcript
    tells."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        for env in ({"HOME": ""}, {"XDG_STATE_HOME": str(blocked)},
                    {"XDG_STATE_HOME": "relative", "HOME": "/nonexistent"},
                    {"XDG_STATE_HOME": "/proc/nothing"}):
            log = tmp_path / "log"
            done = run("send", "--server",
                       f"smtp://ann@localhost:{server.port}", *BOB,
                       "--password-from", "env:P", *PLAIN_TOO,
                       "--transcript", log, env={**env, "P": "secret"})
            assert done.code == 0, done
            assert "memory" not in done.err and "damaged" not in done.err
            if "XDG_STATE_HOME" in env and env["XDG_STATE_HOME"][0] == "/":
                assert "memory: cannot" in log.read_text()


@pytest.mark.parametrize("how", ["--no-memory", "--memory=no"])
def test_no_memory(home, how):
    with Server(refusing()) as server:
        for _ in range(3):
            done = home.send(server.port, *PLAIN_TOO, how, code=77)
            assert done.json["error"]["cause"] == "auth-refused"
    assert not home.state.exists()


def test_many_servers(home):
    """The oldest of more than a thousand go."""
    servers = home.state / "posthaste" / "servers"
    servers.mkdir(parents=True)
    now = int(time.time())
    for i in range(1005):
        path = servers / f"h{i}:25"
        path.write_text(f"posthaste server 1\nhost h{i} 25\nseen {now}\n")
        os.utime(path, (now - 2000 + i, now - 2000 + i))
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        home.send(server.port, login=False)
        left = {p.name for p in servers.iterdir()}
        assert len(left) == 1000
        assert f"localhost:{server.port}" in left
        assert "h5:25" not in left and "h6:25" in left
