"""What the kernel would write of a process that holds a password: nothing."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import tempfile
import threading

import pytest

from hostile import BOB
from posthaste import PROGRAM, ROOT, WAIT, Server, Smtp, run

SECRET = "correct horse battery staple 7"
PATTERN = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
# A core lies in the folder that the process ran in, where the kernel is told
# nothing else.
IS_HERE = not PATTERN.startswith(("|", "/"))


class Hanging(Smtp):
    """Never answers a login."""

    def __init__(self, *offers):
        super().__init__({"AUTH": self.hang}, offers=offers)
        self.reached = threading.Event()

    def hang(self, connection, _):
        self.reached.set()
        connection.drain()
        return False


def start(*args, env=None, cwd=None, user=None, stdin=subprocess.DEVNULL,
          program=PROGRAM):
    def no_limit():
        most = resource.RLIM_INFINITY if os.geteuid() == 0 else \
            resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        if user is not None:
            os.setgid(user)
            os.setuid(user)

    # AddressSanitizer forbids cores itself, which would prove nothing.
    clean = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent",
             "XDG_CONFIG_HOME": "/nonexistent",
             "ASAN_OPTIONS": "disable_coredump=0"}
    return subprocess.Popen(
        [program, *map(str, args)], env={**clean, **(env or {})}, cwd=cwd,
        preexec_fn=no_limit, stdin=stdin,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def abort(process):
    process.send_signal(signal.SIGABRT)
    process.communicate(timeout=WAIT)
    assert process.returncode == -signal.SIGABRT


SOURCES = ["file", "env", "command", "url"]


def sourced(source, tmp_path, port):
    """The options and the environment by which it is known."""
    there = f"127.0.0.1:{port}"
    path = tmp_path / "password"
    path.write_text(SECRET)
    path.chmod(0o600)
    if source == "url":
        word = SECRET.replace(" ", "%20")
        return [], {"POSTHASTE_SERVER": f"smtp+none://ann:{word}@{there}"}
    how = {"file": f"file:{path}", "env": "env:WORD",
           "command": f"command:cat {path}"}[source]
    return ["--server", f"smtp+none://ann@{there}", "--password-from", how], \
        {"WORD": SECRET} if source == "env" else {}


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5",
                                       "SCRAM-SHA-256"])
@pytest.mark.parametrize("source", SOURCES)
def test_no_core(mechanism, source, tmp_path):
    where = tmp_path / "cwd"
    where.mkdir()
    talk = Hanging("AUTH " + mechanism)
    with Server(talk) as server:
        how, env = sourced(source, tmp_path, server.port)
        process = start("send", *how, *BOB, "--auth", mechanism,
                        "--allow-plaintext-password", env=env, cwd=where)
        assert talk.reached.wait(WAIT)
        command = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert SECRET.encode() not in command
        abort(process)
    assert list(where.iterdir()) == []


def test_the_kernel_would(tmp_path):
    """Where no secret was loaded a core is written as ever: it is what tells
    of a fault in the program.  Else the test above proves nothing."""
    process = start("sink", "--listen", "127.0.0.1:0", cwd=tmp_path)
    assert process.stdout.readline()
    abort(process)
    assert bool(list(tmp_path.iterdir())) == IS_HERE


def test_a_server_with_users(tmp_path):
    word = tmp_path / "word"
    word.write_text(SECRET)
    word.chmod(0o600)
    where = tmp_path / "cwd"
    where.mkdir()
    process = start("sink", "--listen", "127.0.0.1:0", "--user", f"ann:{word}",
                    cwd=where)
    assert process.stdout.readline()
    abort(process)
    assert list(where.iterdir()) == []


def test_import(tmp_path):
    """Another program's settings hold its passwords."""
    process = start("connection", "import", "-", "--format", "msmtprc",
                    env={"XDG_CONFIG_HOME": str(tmp_path / "config")},
                    cwd=tmp_path, stdin=subprocess.PIPE)
    # More than a pipe holds: some of it has been read when all is written.
    process.stdin.write(b"# \n" * 22000)
    process.stdin.flush()
    abort(process)
    assert list(tmp_path.iterdir()) == []


def test_sign_in(tmp_path, certificates):
    reached = threading.Event()

    def hang(connection):
        reached.set()
        connection.drain()

    where = tmp_path / "cwd"
    where.mkdir()
    with Server(hang) as server:
        env = {"XDG_CONFIG_HOME": str(tmp_path)}
        there = f"https://localhost:{server.port}/"
        done = run("connection", "add", "work", "--server",
                   "smtps://ann@localhost", f"oauth.device-endpoint={there}",
                   f"oauth.token-endpoint={there}", "oauth.client-id=app",
                   "oauth.scope=mail", f"oauth.ca-file={certificates.ca}",
                   env=env)
        assert done.code == 0, done
        process = start("login", "work", env=env, cwd=where)
        assert reached.wait(WAIT)
        abort(process)
    assert list(where.iterdir()) == []


@pytest.fixture(name="open_to_all")
def fixture_open_to_all():
    """The program and its modules where any user may read them; the build may
    lie in somebody's home."""
    build = pathlib.Path(os.environ.get("POSTHASTE_BUILD", ROOT / "build"))
    with tempfile.TemporaryDirectory(prefix="posthaste-open-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        for path in [PROGRAM, *build.glob("src/*/posthaste-*.so")]:
            shutil.copy(path, folder)
        yield folder


def test_hidden_from_others(tmp_path, open_to_all):
    """A process that cannot be dumped belongs to root in /proc, and nobody else
    may look into it (proc(5))."""
    user = os.geteuid() or 65534
    talk = Hanging("AUTH PLAIN")
    with Server(talk) as server:
        _, env = sourced("env", tmp_path, server.port)
        process = start(
            "send", "--server", f"smtp+none://ann@127.0.0.1:{server.port}",
            "--password-from", "env:WORD", *BOB, "--allow-plaintext-password",
            env={**env, "LD_LIBRARY_PATH": str(open_to_all)},
            user=user if os.geteuid() == 0 else None,
            program=open_to_all / "posthaste")
        assert talk.reached.wait(WAIT)
        owner = os.stat(f"/proc/{process.pid}/environ").st_uid
        process.kill()
        process.communicate(timeout=WAIT)
    assert owner == 0 != user


def maps(process):
    return pathlib.Path(f"/proc/{process.pid}/maps").read_text()


def test_glib_is_not_loaded(tmp_path):
    """A login without the keyring costs nothing of it."""
    talk = Hanging("AUTH PLAIN")
    with Server(talk) as server:
        how, env = sourced("file", tmp_path, server.port)
        process = start("send", *how, *BOB, "--allow-plaintext-password",
                        env=env)
        assert talk.reached.wait(WAIT)
        loaded = maps(process)
        process.kill()
        process.communicate(timeout=WAIT)
    assert "libssl" in loaded
    for name in ("libglib", "libgio", "libsecret", "posthaste-keyring"):
        assert name not in loaded
