"""The program as a whole: first screen, help, version, completions."""

import json
import os
import subprocess

import pytest

from hostile import BOB
from posthaste import PROGRAM, Server, Smtp, is_chain, run

COMMANDS = ["send", "test", "explain", "connection", "secret", "sink"]


def test_alone():
    done = run()
    assert done.code == 64 and done.out == ""
    for command in COMMANDS:
        assert f"\n  {command} " in done.err
    assert done.err.count("posthaste") >= 5


def test_help():
    assert run("help").out == run().err
    assert run("help").code == 0
    for option in ("--help", "-h"):
        done = run(option)
        assert done.code == 0 and done.err == ""
        for command in COMMANDS:
            assert f"\n  {command} " in done.out
        assert "--config" in done.out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of(command):
    done = run(command, "--help")
    assert done.code == 0 and done.err == ""
    assert done.out.startswith(f"usage: posthaste {command}")
    assert done.out == run("help", command).out
    assert max(map(len, done.out.splitlines())) <= 80
    for later in ("--queue", "--retry-for", "--check-domains"):
        assert later not in done.out


def test_version():
    for args in (["--version"], ["-V"], ["send", "--version"]):
        done = run(*args)
        assert done.code == 0
        assert done.out.startswith("posthaste 0.")
        assert "openssl 3" in done.out


@pytest.mark.parametrize("typed, meant", [
    ("sned", "send"), ("tset", "test"), ("explian", "explain"),
    ("conection", "connection"), ("exit", None)])
def test_unknown_command(typed, meant):
    done = run(typed)
    assert done.code == 64 and done.out == ""
    is_chain(done, "config", f"did you mean {meant}?" if meant else typed)


@pytest.mark.parametrize("option", [
    "--queue", "--retry-for=1h", "--check-domains"])
def test_options_of_later(option):
    done = run("send", option, "a@example.com")
    assert done.code == 64
    is_chain(done, "config", option.split("=")[0])


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("words", [
    ["--bogus", "--json"], ["--json", "--bogus"], ["--json", "--config"]])
def test_wrong_usage_as_json(command, words):
    done = run(command, *words)
    assert done.code == 64 and is_chain(done, "config")
    [line] = done.out.splitlines()
    doc = json.loads(line)
    assert (doc["ok"], doc["outcome"], doc["stage"]) == (
        False, "failed", "config")
    assert doc["error"]["cause"] == "usage"
    assert doc["error"]["message"] in done.err
    assert f"{command} --help" in doc["error"]["advice"]


@pytest.mark.parametrize("command, more", [
    ("send", "a@example.com --from b@example.com --text x"), ("test", "")])
def test_one_shape_of_json(command, more):
    """Whatever is wrong, a program finds the same keys."""
    shapes = []
    for words in (["--bogus"], ["--port"], ["-n", "nope"], [],
                  ["--server", "smtp://127.0.0.1:9", "--port", "x"]):
        done = run(command, "--json", *more.split(), *words)
        assert done.code in (64, 78), done
        assert done.json["ok"] is False
        assert done.json["error"]["message"] in done.err
        shapes.append(set(done.json) - {"outcome"})
    assert all(shape == shapes[0] for shape in shapes), shapes
    assert {"send": {"recipients", "timing_ms", "message_id"},
            "test": {"settings", "attempts", "cause", "advice",
                     "transcript"}}[command] <= shapes[0]


@pytest.mark.parametrize("words", [
    ["bogus", "--json"], ["--json", "bogus"], ["help", "bogus", "--json"],
    ["--json"], ["completions", "--json"],
    ["sink", "--json", "--listen", "nonsense"],
    ["sink", "--json", "--user", "ann:/nonexistent/file"],
    ["connection", "show", "nope", "--json"], ["secret", "set", "x", "--json"]])
def test_json_of_every_error(words):
    done = run(*words)
    assert done.code != 0 and is_chain(done, "config")
    assert (done.json["ok"], done.json["outcome"], done.json["stage"]) == (
        False, "failed", "config")
    assert done.json["error"]["message"] in done.err


def test_list_as_json_says_ok(tmp_path):
    env = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert run("connection", "list", "--json", env=env).json["ok"] is True
    folder = tmp_path / "posthaste" / "connections"
    folder.mkdir(parents=True)
    (folder / "a.conf").write_text("[connection]\nhost = a b\n")
    done = run("connection", "list", "--json", env=env)
    assert done.code == 78 and done.json["ok"] is False


def test_json_behind_the_options_is_a_word():
    done = run("explain", "--bogus", "--", "--json")
    assert done.code == 64 and done.out == ""


def test_options_before_the_command():
    done = run("--json", "explain", "550")
    assert done.json["code"] == 550
    assert run("--jsn", "explain", "550").code == 64


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions(shell, tmp_path):
    done = run("completions", shell)
    assert done.code == 0
    for word in [*COMMANDS, "subject", "password-from"]:
        assert word in done.out
    if shell == "bash":
        script = tmp_path / "c"
        script.write_text(done.out)
        got = subprocess.run(
            ["bash", "-c", f". {script}; COMP_WORDS=(posthaste send --sub); "
             "COMP_CWORD=2; _posthaste; echo ${COMPREPLY[@]}"],
            capture_output=True, text=True, check=True)
        assert got.stdout == "--subject\n"


def into_a_closed_pipe(*args, **kwargs):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([PROGRAM, *args], stdout=writer, check=False,
                          stderr=subprocess.PIPE, **kwargs)
    os.close(writer)
    return done


@pytest.mark.parametrize("words", [
    ["explain", "550"], ["explain", "550", "--json"], ["send", "--help"],
    ["help"], ["completions", "bash"], ["connection", "presets"],
    ["connection", "presets", "--json"]])
def test_reader_that_went_away(words):
    """As head does: no fault, and no word about disks."""
    done = into_a_closed_pipe(*words)
    assert done.returncode == 141, done
    assert done.stderr == b""


@pytest.mark.parametrize("how", [[], ["--json"]])
def test_sent_is_sent_though_nobody_listens(how):
    with Server(Smtp()) as server:
        done = into_a_closed_pipe(
            "send", "--server", f"smtp+none://127.0.0.1:{server.port}", *BOB,
            *how)
    assert (done.returncode, done.stderr) == (0, b"")


def test_closed_stdin():
    """A text that nobody gave is not an empty one."""
    done = subprocess.run(
        [PROGRAM, "send", "--server", "smtp+none://127.0.0.1:9", "--from",
         "a@example.com", "b@example.com"], capture_output=True, text=True,
        check=False, preexec_fn=lambda: os.close(0))
    assert done.returncode == 66, done
    assert ("posthaste: error: send: config: cannot read standard input: "
            in done.stderr)
    assert "advice: give the text with --text" in done.stderr


def test_closed_stdout():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([PROGRAM, "explain", "550"], stdout=full,
                              stderr=subprocess.PIPE, check=False)
    assert done.returncode == 74
    assert b"error" in done.stderr
