"""`discover` without a network: what is known here, what is saved, what a person
is asked and shown.  With one: tests/interop/test_discover.py."""

import json
import os
import re

import pytest

from posthaste import is_chain, run
from terminal import Terminal


def home(path):
    return {"XDG_CONFIG_HOME": str(path), "HOME": str(path)}


def saved(path, name):
    return (path / "posthaste" / "connections" / f"{name}.conf").read_text()


def test_a_known_domain():
    done = run("discover", "--json", "Ann@GMX.de")
    assert done.code == 0, done
    first = done.json["candidates"][0]
    assert first == {
        "host": "mail.gmx.net", "port": 465, "encryption": "before-connect",
        "username": "Ann@gmx.de", "anonymous": False, "mechanisms": [],
        "source": "preset", "detail": "GMX Freemail", "preset": "gmx.net",
        "dnssec": None, "probed": False, "ok": None, "needs_yes": False,
        "doubts": [], "notes": first["notes"]}
    assert first["notes"]
    # The table is enough: nobody learned of it.
    assert done.json["contacted"] == []
    assert done.json["error"] is None
    assert done.err == ""


def test_what_a_person_sees():
    done = run("discover", "ann@gmail.com")
    assert done.code == 0, done
    lines = done.out.splitlines()
    assert lines[0] == "Settings for ann@gmail.com, best first:"
    assert lines[2] == (" 1. smtp.gmail.com, port 465, encryption "
                        "before-connect")
    assert all(len(line) <= 80 for line in lines), done
    assert "posthaste discover ann@gmail.com --save NAME" in done.out
    # The command that is shown is one that can be run.
    command = re.search(r"posthaste (test --server \\\n +\S+)", done.out)
    words = command.group(1).replace("\\\n", "").split()
    tried = run(*words, "--timeout", "1ms", "--json", "--password-from",
                "env:SECRET", env={"SECRET": "x"})
    assert tried.json["server"]["host"] == "smtp.gmail.com", tried
    assert tried.json["server"]["port"] == 465, tried


@pytest.mark.parametrize("address", ["ann@tuta.io", "ann@hey.com"])
def test_a_provider_without_smtp(address):
    done = run("discover", "--json", address)
    assert done.code == 69, done
    assert done.json["error"]["cause"] == "nothing-found"
    assert "lets no program send mail by SMTP" in done.json["error"]["message"]
    assert done.json["candidates"] == []
    assert done.json["notes"]


def test_offline():
    done = run("discover", "--offline", "--json", "ann@posthaste.example")
    assert done.code == 69, done
    assert done.json["contacted"] == []
    assert "without --offline" in done.json["error"]["advice"]


@pytest.mark.parametrize("domain, meant", [
    ("gmial.com", "gmail.com"), ("gmail.con", "gmail.com"),
    ("hotmial.com", "hotmail.com"), ("yaho.com", "yahoo.com")])
def test_a_typing_error(domain, meant, tmp_path):
    done = run("discover", "--offline", "--json", f"ann@{domain}", "--save",
               "x", "--yes", env=home(tmp_path))
    # What was meant is shown, flagged, and never taken for it.
    assert done.code == 69, done
    assert done.json["did_you_mean"] == meant
    assert done.json["error"]["advice"] == f"did you mean {meant}?"
    assert done.json["saved"] is None
    for candidate in done.json["candidates"]:
        assert candidate["doubts"] == ["typo"]
        assert candidate["needs_yes"] is True
        assert candidate["username"] == f"ann@{meant}"
    assert done.json["candidates"]
    assert not (tmp_path / "posthaste").exists()


def test_a_typing_error_is_asked_about():
    with_yes = Terminal("discover", "--offline", "ann@gmial.com")
    with_yes.answer("gmial.com: did you mean gmail.com (yes/no)? ", "yes")
    assert with_yes.end() == 0, with_yes.screen
    assert "Settings for ann@gmail.com, best first:" in with_yes.screen
    assert "careful" not in with_yes.screen
    with_no = Terminal("discover", "--offline", "ann@gmial.com")
    with_no.answer("(yes/no)? ", "no")
    assert with_no.end() == 69, with_no.screen
    assert "careful:" in with_no.screen


@pytest.mark.parametrize("option", ["--json", "--quiet"])
def test_nobody_is_asked(option):
    """On a terminal, too."""
    terminal = Terminal("discover", "--offline", option, "ann@gmial.com")
    assert terminal.end() == 69
    assert "yes/no" not in terminal.screen


WRONG = {
    "nothing": ([], 64, "one mail address"),
    "two": (["a@b.example", "c@d.example"], 64, "one mail address"),
    "no address": (["example.com"], 65, ""),
    "a literal": (["ann@[127.0.0.1]"], 65, "no name that settings"),
    "probing offline": (["--offline", "--probe", "a@b.example"], 64,
                        "--offline contacts nobody"),
    "a collection offline":
        (["--offline", "--collection", "https://x/", "a@b.example"], 64,
         "--offline contacts nobody"),
    "a collection over http": (["--collection", "http://x/", "a@b.example"],
                               64, "https://"),
    "a name for a path": (["--save", "../x", "a@b.example"], 64, "--save"),
    "no time": (["--timeout", "0", "a@b.example"], 64, "--timeout"),
    "too much time": (["--timeout", "10s", "a@b.example"], 64, "--timeout"),
    "no certificates": (["--ca-file", "/nonexistent", "a@b.example"], 64,
                        "--ca-file"),
    "a control byte": (["ann@exam\nple.com"], 65, ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use(name):
    args, code, words = WRONG[name]
    done = run("discover", *args)
    assert done.code == code, done
    is_chain(done, "config", words)
    assert done.out == ""
    as_json = run("discover", "--json", *args)
    assert as_json.code == code
    assert as_json.json["error"]["stage"] == "config"
    assert as_json.json["candidates"] == []


def test_save(tmp_path):
    done = run("discover", "ann@gmail.com", "--save", "work",
               env=home(tmp_path))
    assert done.code == 0, done
    text = saved(tmp_path, "work")
    for line in ("host = smtp.gmail.com", "port = 465",
                 "encryption = before-connect", "username = ann@gmail.com",
                 "from = ann@gmail.com", "default = yes"):
        assert line in text.splitlines(), text
    assert "mechanisms" not in text
    path = tmp_path / "posthaste" / "connections" / "work.conf"
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert str(path) in done.out
    assert "posthaste secret set work stores the password" in done.err
    # It is one that can be used.
    shown = run("connection", "show", "work", "--json", env=home(tmp_path))
    assert shown.code == 0, shown
    # The name is taken, and nothing of it is changed.
    again = run("discover", "ann@gmx.de", "--save", "work", "--json",
                env=home(tmp_path))
    assert again.code != 0, again
    assert again.json["saved"] is None
    assert saved(tmp_path, "work") == text
    # The second is not the default.
    other = run("discover", "ann@gmx.de", "--save", "home", "--json",
                env=home(tmp_path))
    assert other.code == 0, other
    assert other.json["saved"] == "home"
    assert "default" not in saved(tmp_path, "home")


def test_save_keeps_the_certificates(tmp_path):
    (tmp_path / "ca.pem").write_text("")
    done = run("discover", "ann@gmx.de", "--save", "x", "--ca-file", "ca.pem",
               env=home(tmp_path), cwd=tmp_path)
    assert done.code == 0, done
    assert f"ca-file = {tmp_path}/ca.pem" in saved(tmp_path, "x")


def test_save_where_it_cannot_be(tmp_path):
    (tmp_path / "posthaste").write_text("a file")
    done = run("discover", "ann@gmx.de", "--save", "x", "--json",
               env=home(tmp_path))
    assert done.code in (73, 74, 78), done
    assert done.json["saved"] is None
    assert json.loads(done.out)["candidates"]
