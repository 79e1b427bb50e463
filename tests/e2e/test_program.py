"""The program as a whole: first screen, help, version, completions."""

import json
import subprocess

import pytest

from posthaste import PROGRAM, is_chain, run

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


def test_closed_stdout():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([PROGRAM, "explain", "550"], stdout=full,
                              stderr=subprocess.PIPE, check=False)
    assert done.returncode == 74
    assert b"error" in done.stderr
