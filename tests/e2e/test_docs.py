"""The manual pages name every option, and the README shows true output."""

import re

import pytest

from posthaste import ROOT, run

PAGES = ROOT / "doc" / "man"


def options(command):
    shown = run("help", command).out.split("\nEverywhere:")[0]
    return re.findall(r"^ +(?:-\w, )?--([\w.-]+)", shown, re.M)


@pytest.mark.parametrize("command", ["setup", "send", "test", "discover",
                                     "explain", "secret", "login", "sink",
                                     "replay"])
def test_options_are_in_the_manual(command):
    page = (PAGES / f"posthaste-{command}.1").read_text()
    if command == "test":  # says that the server's options are those of send
        page += (PAGES / "posthaste-send.1").read_text()
    for option in options(command):
        assert re.search(rf"Fl (\w , )?-{option}(?![\w-])", page), option


def test_settings_are_in_the_manual():
    page = (PAGES / "posthaste-connection.5").read_text()
    command = (PAGES / "posthaste-connection.1").read_text()
    for setting in options("connection"):
        section, dot, setting = setting.rpartition(".")
        if dot:
            assert re.search(rf"\[{section}\].*\n\.It Li {setting} = ",
                             page, re.S), setting
            continue
        # Those that are no settings stand with the command.
        if not re.search(rf"Fl (\w , )?-{setting}(?![\w-])", command):
            assert f"\n.It Li {setting} = " in page, setting


def test_readme_explains():
    readme = (ROOT / "README.md").read_text()
    found = re.findall(r"\$ posthaste explain ([^\n]*)\n(.*?)```", readme,
                       re.S)
    assert found
    for words, output in found:
        assert run("explain", *words.split()).out == output
