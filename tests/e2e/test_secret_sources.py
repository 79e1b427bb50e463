"""Where a password may come from: each source, and each way it can fail."""

import base64
import os
import pathlib
import select
import signal
import subprocess
import termios

import pytest

from hostile import BOB
from posthaste import PROGRAM, Server, Smtp, WAIT, is_chain, run
from terminal import Terminal

SECRET = "open sesame, \u00fc"


def login(server, source, *more, env=None, **kwargs):
    done = run("send", "--server", f"smtp+none://ann@127.0.0.1:{server.port}",
               "--allow-plaintext-password", "--password-from", source, *BOB,
               *more, env=env, **kwargs)
    assert SECRET not in done.out + done.err, done
    return done


def offered(server):
    """The passwords that were tried."""
    return [base64.b64decode(line.split()[2]).decode().split("\0")[2]
            for c in server.received for line in c.lines
            if line.startswith("AUTH PLAIN")]


@pytest.fixture(name="server")
def fixture_server():
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        yield server


@pytest.fixture(name="secret")
def fixture_secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    return path


def refused(server, done, *words, advice=""):
    assert done.code == 78, done
    is_chain(done, "config", *words)
    assert advice in done.err.split("advice: ")[1], done
    assert server.received == []


# ---- file


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_file(mode, server, secret):
    secret.chmod(mode)
    assert login(server, f"file:{secret}").code == 0
    assert offered(server) == [SECRET]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602, 0o610,
                                  0o601])
def test_file_open_to_others(mode, server, secret):
    """Refused, with the command that mends it; which then does."""
    secret.chmod(mode)
    done = login(server, f"file:{secret}")
    refused(server, done, f"{secret} holds a secret and is open to others "
            f"(mode {mode:04o})", advice=f"chmod 600 {secret}\n")
    os.system(done.err.split("advice: ")[1])
    assert login(server, f"file:{secret}").code == 0


def test_file_of_another(server, secret):
    """Root's files are anybody's to use; another user's are not."""
    if os.geteuid() == 0:
        os.chown(secret, 65534, 65534)
        done = login(server, f"file:{secret}")
        refused(server, done, "belongs to another user (uid 65534)",
                advice=f"chown 0 {secret} && chmod 600 {secret}\n")
    else:
        done = login(server, "file:/etc/passwd")
        refused(server, done, "/etc/passwd holds a secret and is open")


def test_file_that_is_none(server, tmp_path):
    refused(server, login(server, f"file:{tmp_path / 'none'}"),
            "none: no such file")
    tmp_path.chmod(0o700)
    refused(server, login(server, f"file:{tmp_path}"), "is no file")
    empty = tmp_path / "empty"
    empty.write_text("\n")
    empty.chmod(0o600)
    refused(server, login(server, f"file:{empty}"), "gave an empty password")
    empty.write_bytes(b"x" * 70000)
    refused(server, login(server, f"file:{empty}"),
            "gave a password that is too long")


# ---- env and fd


def test_env(server):
    assert login(server, "env:WORD", env={"WORD": SECRET}).code == 0
    assert offered(server) == [SECRET]


def test_env_that_is_none(server):
    refused(server, login(server, "env:WORD"), 'variable "WORD" is not set')
    refused(server, login(server, "env:WORD", env={"WORD": ""}),
            "gave an empty password")


def test_fd(server, secret):
    with secret.open("rb") as stream:
        fd = stream.fileno()
        assert login(server, f"fd:{fd}", pass_fds=[fd]).code == 0
    assert login(server, "fd:0", stdin=SECRET.encode()).code == 0
    assert offered(server) == [SECRET, SECRET]


def test_fd_that_is_none(server):
    refused(server, login(server, "fd:99"),
            "cannot read the file descriptor: ")
    refused(server, login(server, "fd:0", stdin=b""),
            "standard input gave an empty password")
    done = login(server, "fd:x")
    assert done.code in (64, 78), done


def test_no_file_for_a_secret(server, tmp_path):
    """No chmod of somebody's folder is advised."""
    for path in (tmp_path, "/dev/null"):
        done = login(server, f"file:{path}")
        refused(server, done, f"{path} is no file that could hold a secret",
                advice="name a file")
        assert "chmod" not in done.err


def test_no_text(server, secret):
    secret.write_bytes(b"half\0half")
    refused(server, login(server, f"file:{secret}"),
            "gave a password with a NUL octet in it")


def test_advice_that_can_be_followed(server, tmp_path):
    """Each command names options of its own."""
    env = {"XDG_CONFIG_HOME": str(made(tmp_path, server, []))}
    done = run("secret", "set", "c", stdin=b"", env=env)
    assert done.code == 78
    assert "--password-from" not in done.err and "--from env:" in done.err
    done = run("sink", "--user", "ann:/nonexistent/file")
    assert done.code == 78
    assert "--password-from" not in done.err and "--user NAME:" in done.err
    done = run("sink", "--listen", f"127.0.0.1:{server.port}")
    assert done.code == 73
    assert "folder" not in done.err and "port 0" in done.err
    big = tmp_path / "big"
    big.write_bytes(b"a" * 10_000_000)
    done = run("connection", "import", big, env=env)
    assert done.code == 65
    assert "send it again" not in done.err and "settings" in done.err


# ---- command


def test_command(server, secret, tmp_path):
    """No shell: quotes are taken off, and nothing else is done."""
    odd = tmp_path / "a name; $(with) * all"
    odd.write_text(SECRET)
    assert login(server, f"command:cat '{odd}'").code == 0
    assert login(server, f"command: cat  \"{secret}\" ").code == 0
    assert login(server, "command:printf %s $HOME", env={
        "HOME": "/root"}).code == 0
    assert offered(server) == [SECRET, SECRET, "$HOME"]


@pytest.mark.parametrize("command, words", [
    ("false", "command false failed with exit status 1"),
    ("sh -c 'exit 77'", "failed with exit status 77"),
    ("sh -c 'echo half; exit 2'", "failed with exit status 2"),
    ("sh -c 'kill -9 $$'", "was killed by signal 9"),
    ("true", "gave an empty password"),
    ("no-such-program-here", "no-such-program-here: no such file"),
    ("/etc/passwd", "/etc/passwd: permission denied"),
    ("cat 'x", "a single quote has no end"),
    ("head -c 70000 /dev/zero", "said too much"),
    ("yes", "said too much"),
])
def test_command_that_fails(command, words, server):
    refused(server, login(server, f"command:{command}"), words)


def test_what_a_command_says_besides(server):
    """Its complaints are the person's to read."""
    done = login(server, "command:sh -c 'echo no agent here >&2; exit 3'")
    refused(server, done, "failed with exit status 3")
    assert "no agent here\n" in done.err


def test_a_command_gets_no_secret(server, tmp_path):
    """Neither by its environment nor by a descriptor."""
    seen = tmp_path / "seen"
    left = os.memfd_create("left by a parent", 0)
    os.write(left, b"not for children")
    script = (f"env >{seen}; ls -l /proc/self/fd >>{seen}; "
              f"cat /proc/self/fd/{left} >>{seen}; echo word")
    done = run("send", "-n", "c", *BOB, pass_fds=[left], env={
        "POSTHASTE_SERVER": "smtp://ann:not-for-children@h.example",
        "PROXYWORD": "not for children", "KEPT": "a variable like any",
        "XDG_CONFIG_HOME": str(made(tmp_path, server, [
            f'password-from=command:sh -c "{script}"',
            "proxy.password-from=env:PROXYWORD"]))})
    os.close(left)
    assert done.code == 0, done
    text = seen.read_text()
    assert "KEPT=a variable like any" in text
    assert "PATH=" in text and "not-for-children" not in text
    assert "not for children" not in text
    # 0 to 2, and the folder that ls reads.
    assert len([x for x in text.splitlines() if " -> " in x]) == 4, text
    assert offered(server) == ["word"]


def made(tmp_path, server, settings):
    done = run("connection", "add", "c", "--server",
               f"smtp+none://ann@127.0.0.1:{server.port}",
               "allow-plaintext-password=yes", *settings,
               env={"XDG_CONFIG_HOME": str(tmp_path)})
    assert done.code == 0, done
    return tmp_path


def test_command_may_give_a_token(tmp_path):
    with Server(Smtp(offers=["AUTH XOAUTH2 PLAIN"])) as server:
        done = login(server, "command:printf tok.en", "--auth", "XOAUTH2")
    assert done.code == 0, done
    sent = [line for c in server.received for line in c.lines
            if line.startswith("AUTH")]
    assert base64.b64decode(sent[0].split()[2]) == \
        b"user=ann\x01auth=Bearer tok.en\x01\x01"


ASK = r"""#!/bin/sh
trap 'exit 3' INT
stty -echo </dev/tty
printf 'PIN: ' >/dev/tty
read answer </dev/tty
stty echo </dev/tty
printf %s "$answer"
"""


def asks(server, path, script):
    path.write_text(script)
    path.chmod(0o755)
    return Terminal("send", "--server",
                    f"smtp+none://ann@127.0.0.1:{server.port}",
                    "--allow-plaintext-password", *BOB,
                    "--password-from", f"command:{path}")


def test_command_that_asks(server, tmp_path):
    """It may read from the terminal that it was started at."""
    with asks(server, tmp_path / "ask", ASK) as t:
        t.answer("PIN: ", SECRET)
        assert t.end() == 0, t.screen
    assert offered(server) == [SECRET]
    assert SECRET not in t.screen and t.echoed


def test_command_that_asks_is_interrupted(server, tmp_path):
    """Control-C is for both, and the terminal is as it was."""
    with asks(server, tmp_path / "ask", ASK) as t:
        t.until("PIN: ")
        assert not is_echoing(t)
        t.type("half\x03")
        assert t.end() == -signal.SIGINT, t.screen
    assert t.echoed
    assert server.received == []


class Held:
    """A named pipe whose writers are a command and all that it starts."""

    def __init__(self, folder):
        self.path = folder / "held"
        os.mkfifo(self.path)
        # Itself a writer, so that opening does not wait.
        self.pipe = os.open(self.path, os.O_RDWR)
        self.read = ""
        self.script = f"#!/bin/sh\nexec 9>{self.path}\necho up >&9\n"

    def until(self, text):
        while not self.read.startswith(text):
            assert text.startswith(self.read), self.read
            assert select.select([self.pipe], [], [], WAIT)[0]
            self.read += os.read(self.pipe, 100).decode()
        self.read = self.read[len(text):]

    def until_all_ended(self):
        reader = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        os.close(self.pipe)
        poll = select.poll()
        poll.register(reader, select.POLLIN)
        assert poll.poll(1000 * WAIT) == [(reader, select.POLLHUP)]
        os.close(reader)


@pytest.mark.parametrize("rest, number", [
    ("sleep 600 & sleep 600", signal.SIGTERM),
    ("exec sleep 600", signal.SIGHUP),
    ("trap '' TERM; sleep 600 & wait", signal.SIGINT),
])
def test_command_ends_with_us(rest, number, server, tmp_path):
    """Whoever is told to end leaves none of it behind."""
    held = Held(tmp_path)
    command = tmp_path / "command"
    command.write_text(held.script + rest)
    command.chmod(0o755)
    process = subprocess.Popen(
        [PROGRAM, "test", "--server", f"smtp+none://ann@127.0.0.1:"
         f"{server.port}", "--password-from", f"command:{command}"],
        start_new_session=True, stdin=subprocess.DEVNULL)
    held.until("up\n")
    process.send_signal(number)
    assert process.wait(WAIT) == -number
    held.until_all_ended()


def test_command_at_a_terminal_ends_with_us(server, tmp_path):
    held = Held(tmp_path)
    with asks(server, tmp_path / "ask", held.script +
              "stty -echo </dev/tty; echo set >&9; sleep 600 & sleep 600"
              ) as t:
        held.until("up\n")
        held.until("set\n")
        os.kill(t.pid, signal.SIGTERM)
        assert t.end() == -signal.SIGTERM, t.screen
    assert t.echoed
    held.until_all_ended()


# ---- credential


def test_credential(server, tmp_path):
    """As systemd lays it out: who may read it stands in an access list, which
    shows as rights of the group."""
    (tmp_path / "smtp").write_text(SECRET)
    (tmp_path / "smtp").chmod(0o440)
    env = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert login(server, "credential:smtp", env=env).code == 0
    assert offered(server) == [SECRET]


def test_credential_that_is_none(server, tmp_path):
    env = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    refused(server, login(server, "credential:smtp"),
            "CREDENTIALS_DIRECTORY is not set",
            advice="LoadCredential=smtp:PATH")
    refused(server, login(server, "credential:smtp", env=env),
            f"credential {tmp_path / 'smtp'}: no such file")
    for name in ("../smtp", "/etc/passwd", ".", ".."):
        refused(server, login(server, f"credential:{name}", env=env),
                f'"{name}" cannot be the name of a credential')


# ---- prompt


def is_echoing(terminal):
    return bool(termios.tcgetattr(terminal.tty)[3] & termios.ECHO)


def asked(server, *more):
    return Terminal("send", "--server",
                    f"smtp+none://ann@127.0.0.1:{server.port}",
                    "--allow-plaintext-password", *BOB, *more)


QUESTION = "Password for ann at 127.0.0.1: "


@pytest.mark.parametrize("how", [[], ["--password-from", "prompt"]])
def test_prompt(how, server):
    """Also where no source is named and none is stored."""
    with asked(server, *how) as t:
        t.until(QUESTION)
        assert not is_echoing(t)
        t.type(SECRET + "\n")
        assert t.end() == 0, t.screen
    assert SECRET not in t.screen
    assert offered(server) == [SECRET]


@pytest.mark.parametrize("key, number", [("\x03", signal.SIGINT),
                                         ("\x1c", signal.SIGQUIT)])
def test_prompt_ended_by_a_signal(key, number, server):
    """The terminal is as it was."""
    with asked(server) as t:
        t.until(QUESTION)
        t.type("half of it" + key)
        assert t.end() == -number, t.screen
    assert t.echoed
    assert server.received == []


def test_prompt_ended_by_its_end(server):
    for typed in ("\x04", "\n"):
        with asked(server) as t:
            t.until(QUESTION)
            t.type(typed)
            assert t.end() == 78, t.screen
        assert "posthaste: error: send: config: " in t.screen
        assert t.echoed
    assert server.received == []


def test_nobody_to_ask(server):
    done = login(server, "prompt", start_new_session=True)
    refused(server, done, "there is no terminal to ask for the password on")


# ---- stored


def test_stored_for_another_host(server, tmp_path):
    """Where nobody can be asked anew, that is said."""
    env = {"XDG_CONFIG_HOME": str(made(tmp_path, server, []))}
    assert run("secret", "set", "c", stdin=SECRET.encode(),
               env=env).code == 0
    assert run("send", "-n", "c", *BOB, env=env).code == 0
    run("connection", "set", "c", "host=localhost", env=env)
    done = run("send", "-n", "c", *BOB, env=env, start_new_session=True)
    assert done.code == 78, done
    is_chain(done, "config", "belongs to another host than localhost")
    assert "posthaste secret set c" in done.err
    assert offered(server) == [SECRET]
    # At a terminal the host's own is asked for; the one that is kept stays.
    for source in ([], ["--password-from", "stored"]):
        with Terminal("send", "-n", "c", *BOB, *source, env=env) as t:
            t.answer("Password for ann at localhost: ", "for the new host")
            assert t.end() == 0, t.screen
        assert "note: send: the password stored for connection \"c\" " \
            "belongs to another host than localhost" in t.screen
    assert offered(server) == [SECRET, "for the new host", "for the new host"]
    path = pathlib.Path(tmp_path / "posthaste" / "secrets" / "c")
    path.chmod(0o640)
    run("connection", "set", "c", "host=127.0.0.1", env=env)
    done = run("send", "-n", "c", *BOB, env=env)
    assert done.code == 78, done
    is_chain(done, "config", "is open to others")
