"""Several processes that change the connections at once: none undoes what
another did."""

import os
import subprocess

import pytest

from posthaste import PROGRAM, WAIT, run


@pytest.fixture
def home(tmp_path):
    def call(*args):
        return run(*args, env={"XDG_CONFIG_HOME": str(tmp_path)})
    call.place = tmp_path
    call.file = lambda name: (
        tmp_path / "posthaste" / "connections" / f"{name}.conf")
    return call


def together(home, *commands):
    """All of them started before any is waited for: exit code and stdout."""
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent",
           "XDG_CONFIG_HOME": str(home.place)}
    env.update({name: value for name, value in os.environ.items()
                if name.startswith(("ASAN_", "UBSAN_", "LSAN_", "GCOV_"))})
    running = [subprocess.Popen([PROGRAM, "connection", *command], env=env,
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
               for command in commands]
    done = [process.communicate(timeout=WAIT) for process in running]
    return [(process.returncode, out.decode(), err.decode())
            for process, (out, err) in zip(running, done)]


SETTINGS = {"helo": "me.example.com", "timeout": "20s", "port": "2525",
            "from": "ann@example.com", "username": "ann", "attempts": "3",
            "sessions": "4", "size": "10M"}


def test_every_setting_stays(home):
    assert home("connection", "add", "w", "host=h").code == 0
    done = together(home, *(["set", "w", f"{key}={value}"]
                            for key, value in SETTINGS.items()))
    assert [code for code, _, _ in done] == [0] * len(SETTINGS), done
    lines = home.file("w").read_text().splitlines()
    for key, value in SETTINGS.items():
        assert f"{key} = {value}" in lines, (key, lines)


def test_one_is_the_first(home):
    for _ in range(2):
        names = ["c1", "c2", "c3", "c4"]
        done = together(home, *(["add", name, f"host={name}"]
                                for name in names))
        assert [code for code, _, _ in done] == [0] * 4, done
        marked = [name for name in names
                  if "default = yes" in home.file(name).read_text()]
        assert len(marked) == 1, marked
        for name in names:
            assert home("connection", "remove", name).code == 0
        assert os.listdir(home.file("c1").parent) == []


def test_one_gets_the_name(home):
    for _ in range(2):
        done = together(home, *(["add", "same", "--host", f"h{n}"]
                                for n in range(3)))
        winners = [n for n, (code, _, _) in enumerate(done) if code == 0]
        assert len(winners) == 1, done
        assert f"host = h{winners[0]}\n" in home.file("same").read_text()
        for code, out, err in done:
            if code != 0:
                assert code == 78 and out == ""
                assert 'there is a connection "same" already' in err
        assert home("connection", "remove", "same").code == 0


def test_one_default_of_two(home):
    for name in ("a", "b", "c"):
        assert home("connection", "add", name, "host=h").code == 0
    for _ in range(2):
        done = together(home, ["default", "b"], ["default", "c"],
                        ["set", "a", "helo=x"], ["unset", "a", "helo"])
        assert [code for code, _, _ in done] == [0] * 4, done
        marked = [name for name in ("a", "b", "c")
                  if "default = yes" in home.file(name).read_text()]
        assert len(marked) == 1 and marked != ["a"], marked


def test_imports(home, tmp_path):
    for n in range(4):
        (tmp_path / f"{n}.rc").write_text(
            f"account a{n}\nhost h{n}.example.com\nfrom a@example.com\n")
    done = together(home, *(["import", str(tmp_path / f"{n}.rc")]
                            for n in range(4)))
    assert [code for code, _, _ in done] == [0] * 4, done
    marked = [n for n in range(4)
              if "default = yes" in home.file(f"a{n}").read_text()]
    assert len(marked) == 1, marked
