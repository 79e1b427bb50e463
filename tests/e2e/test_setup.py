"""posthaste setup: the dialogue on a terminal, and the same by options."""

import json
import time

import pytest

from posthaste import WAIT, Sink, run
from terminal import Terminal

ANN, PASSWORD = "ann@example.com", "open sesame"


@pytest.fixture
def place(tmp_path):
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    return tmp_path


def sink(place, *more, user=ANN):
    return Sink("--ca-out", place / "ca.pem", "--user",
                f"{user}:{place / 'password'}", "--maildir", place / "mail",
                *more)


def env(place, **more):
    return {"XDG_CONFIG_HOME": str(place / "config"),
            "XDG_STATE_HOME": str(place / "state"), "HOME": str(place),
            "PW": PASSWORD, "WRONG": "not " + PASSWORD, **more}


def server(s, place, user=""):
    return ["--server", f"smtp+starttls://{user}localhost:{s.port}",
            "--ca-file", place / "ca.pem"]


def connection(place, name):
    return (place / "config" / "posthaste" / "connections" /
            f"{name}.conf").read_text()


def saved(place):
    folder = place / "config" / "posthaste" / "connections"
    return sorted(p.name for p in folder.glob("*.conf"))


def arrived(place):
    return list((place / "mail" / "new").glob("*"))


def by_options(place, *args, **more):
    return run("setup", *args, env=env(place, **more))


def test_by_options(place):
    with sink(place) as s:
        done = by_options(place, ANN, *server(s, place), "--password-from",
                          "env:PW", "--save", "work", "--send")
        assert done.code == 0, done
        assert len(arrived(place)) == 1
        text = connection(place, "work")
        for line in (f"port = {s.port}", "host = localhost",
                     f"username = {ANN}", f"from = {ANN}", "default = yes"):
            assert line in text.splitlines()
        assert PASSWORD not in text + done.out + done.err
        # What was saved is enough to send.
        assert run("send", "bob@example.com", "--text", "hi",
                   env=env(place)).code == 0
        assert len(arrived(place)) == 2
    mark = [m.read_bytes() for m in arrived(place)]
    assert sum(b"X-Posthaste-Test: yes" in m for m in mark) == 1


def test_json(place):
    with sink(place) as s:
        done = by_options(place, ANN, *server(s, place), "--password-from",
                          "env:PW", "--save", "work", "--json")
    assert done.code == 0
    assert done.json == {
        "ok": True, "address": ANN, "name": "work",
        "file": str(place / "config/posthaste/connections/work.conf"),
        "default": True, "tested": True, "sent": False, "error": None,
        "server": {"host": "localhost", "port": s.port,
                   "encryption": "after-connect", "username": ANN,
                   "source": None}}


def test_other_shape_of_the_user_name(place):
    with sink(place, user="ann") as s:
        done = by_options(place, ANN, *server(s, place), "--password-from",
                          "env:PW", "--save", "work")
    assert done.code == 0, done
    assert "knows you as ann." in done.out
    assert "username = ann" in connection(place, "work").splitlines()


@pytest.mark.parametrize("force", [False, True])
def test_wrong_password(place, force):
    with sink(place) as s:
        done = by_options(place, ANN, *server(s, place), "--password-from",
                          "env:WRONG", "--save", "work", "--json",
                          *["--force"] * force)
    assert done.code == 77, done
    assert done.json["error"]["stage"] == "auth"
    assert not done.json["tested"]
    assert saved(place) == ["work.conf"] * force
    assert "not open sesame" not in done.out + done.err


def test_preset_alone(place):
    """Nobody is contacted for it, and nothing is there to try."""
    done = by_options(place, "ann@gmail.com", "--offline", "--password-from",
                      "env:PW", "--save", "g", "--set", "host=localhost",
                      "--set", "port=1", "--force", "--json")
    assert done.code == 75, done
    assert done.json["error"]["stage"] == "connect"
    text = connection(place, "g")
    assert "host = localhost" in text and "username = ann@gmail.com" in text
    assert done.json["server"]["source"] == "preset"


@pytest.mark.parametrize("args, code, words", [
    ([], 64, "setup ADDRESS"),
    (["ann"], 65, "ann"),
    ([ANN, ANN], 64, "one address"),
    ([ANN, "--offline"], 69, "no settings were found"),
    (["ann@gmail.com", "--offline", "--choose", "99"], 64, "number from 1"),
    ([ANN, "--server", "smtp://ann:secret@localhost"], 64, "password in a URL"),
    ([ANN, "--server", "smtp://localhost", "--set", "nonsense"], 64, "--set"),
    ([ANN, "--server", "smtp://localhost", "--set", "prot=1"], 64, "--set"),
    ([ANN, "--server", "smtp://localhost", "--set", "port=x"], 78, "port"),
    ([ANN, "--server", "smtp://localhost", "--save", "a/b"], 78, "--save"),
    ([ANN, "--server", "smtp://localhost", "--password-from", "open sesame"],
     64, "--password-from takes"),
], ids=range(11))
def test_wrong_use(place, args, code, words):
    done = by_options(place, *args)
    assert done.code == code, done
    assert words in done.err, done
    assert saved(place) == []
    assert "secret" not in done.err and PASSWORD not in done.err


def test_a_name_that_is_taken(place):
    with sink(place) as s:
        args = [ANN, *server(s, place), "--password-from", "env:PW"]
        assert by_options(place, *args, "--save", "work").code == 0
        done = by_options(place, *args, "--save", "work")
        assert done.code == 78 and "already" in done.err
        # Nobody is there to be asked: the next free name is taken.
        assert by_options(place, *args, "--no-default").code == 0
        assert by_options(place, *args, "--no-default").code == 0
    assert saved(place) == ["example-2.conf", "example.conf", "work.conf"]


# ---- on a terminal

def asked_again(t, question):
    """What is typed before the question is there is lost."""
    while t.screen.count(question) < 2:
        assert t.more(time.monotonic() + WAIT), t.screen


def test_dialogue(place):
    with sink(place) as s, Terminal(
            "setup", "--set", f"ca-file={place / 'ca.pem'}", "--offline",
            env=env(place)) as t:
        t.answer("Your mail address?", "ann at example.com")
        asked_again(t, "Your mail address?")
        t.type(ANN + "\n")
        t.answer("The server's name?", f"smtp+starttls://localhost:{s.port}")
        t.answer(f"User name? [{ANN}]", "")
        t.answer("Name for these settings? [example]", "")
        t.answer(f"Password for {ANN} at localhost", PASSWORD)
        t.answer("Send a message to yourself", "")
        assert t.end() == 0, t.screen
        assert PASSWORD not in t.screen and t.echoed
    assert saved(place) == ["example.conf"]
    assert len(arrived(place)) == 1


def test_dialogue_asks_a_password_again(place):
    with sink(place) as s, Terminal(
            "setup", ANN, *server(s, place), "--username", ANN, "--save",
            "work", "--no-send", env=env(place)) as t:
        t.answer("Password for", "wrong")
        asked_again(t, "Password for")
        assert "answered 535" in t.screen
        t.type(PASSWORD + "\n")
        assert t.end() == 0, t.screen
    assert saved(place) == ["work.conf"]


@pytest.mark.parametrize("answer, kept", [("", []), ("no", []),
                                          ("yes", ["work.conf"])])
def test_dialogue_of_what_does_not_work(place, answer, kept):
    with Terminal("setup", ANN, "--server", "smtp+none://localhost:1",
                  "--set", "anonymous=yes", "--save", "work",
                  env=env(place)) as t:
        t.answer("Save it all the same? [no]", answer)
        assert t.end() == 75, t.screen
    assert saved(place) == kept


def test_dialogue_a_choice(place):
    with Terminal("setup", "ann@online.de", "--offline", "--set",
                  "host=localhost", "--set", "port=1", "--save", "g",
                  env=env(place)) as t:
        t.until("1: smtp.1und1.de, port 465, before-connect")
        t.until("2: smtp.1und1.de, port 587, after-connect")
        t.answer("Which one? [1]", "0")
        asked_again(t, "Which one? [1]")
        t.type("2\n")
        t.answer("Password for", "x")
        t.answer("Save it all the same? [no]", "yes")
        assert t.end() == 75, t.screen
    assert "encryption = after-connect" in connection(place, "g")


def test_dialogue_ends_with_the_input(place):
    with Terminal("setup", env=env(place)) as t:
        t.until("Your mail address?")
        t.type("\x04")
        assert t.end() == 75, t.screen
    assert saved(place) == []


def test_password_goes_nowhere_without_a_yes(place):
    """A domain that was mistyped: the provider that may have been meant is
    offered, and a password goes there only when somebody says so."""
    done = by_options(place, "ann@gmial.com", "--offline", "--password-from",
                      "env:PW", "--save", "g", "--json")
    assert done.code != 0 and saved(place) == []
    assert "--server" in done.json["error"]["advice"] or \
        "gmail.com" in json.dumps(done.json)
