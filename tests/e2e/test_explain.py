"""posthaste explain, from outside."""

import pytest

from posthaste import is_chain, run

CODES = [211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 432,
         *range(450, 456), *range(500, 505), 521, 523, 524, 525, 530, 534, 535,
         538, *range(550, 557)]
SETTINGS = set("""host port tls tls-version certificate mechanism username
    password username-or-password token account anonymous helo proxy network
    server sender sender-domain sending-ip recipient message size limit timeout
    client earlier-error none""".split())
KEYS = {"code", "enhanced", "class", "stage", "setting", "who", "retry",
        "cause", "advice", "provider"}


@pytest.mark.parametrize("code", CODES)
def test_known(code):
    done = run("explain", "--json", code)
    assert done.code == 0 and done.err == ""
    said = done.json
    assert KEYS <= set(said)
    assert said["code"] == code and said["enhanced"] is None
    assert said["class"] == {"2": "success", "3": "success", "4": "temporary",
                             "5": "permanent"}[str(code)[0]]
    assert said["setting"] in SETTINGS
    assert said["who"] in ("you", "admin", "provider", "recipient", "nobody")
    assert said["retry"] in ("never", "after-fix", "later", "other-mechanism",
                             "other-server")
    assert said["cause"] and said["advice"] and said["provider"] is None
    assert str(code) in run("explain", code).out


@pytest.mark.parametrize("words", [
    ("535", "5.7.8", "no"), ("535 5.7.8 no",), ("535-5.7.8 no\n535 5.7.8 no",),
    ("mx[192.0.2.1]:587 said: 535 5.7.8 no",)])
def test_shapes(words):
    said = run("explain", "--json", *words).json
    assert (said["code"], said["enhanced"]) == (535, "5.7.8")
    assert said["stage"] == "auth"
    assert said["setting"] == "username-or-password"


def test_stdin():
    done = run("explain", "--json", "-", stdin=b"550-5.1.1 no\r\n550 5.1.1 x\r\n")
    assert done.json["enhanced"] == "5.1.1"
    assert done.code == 0


@pytest.mark.parametrize("text, code, kind", [
    ("599", 599, "permanent"), ("499 x", 499, "temporary"),
    ("299", 299, "success"), ("nothing here", None, "unknown"), ("", None,
                                                                 "unknown"),
    ("5.7.1399", None, "unknown"), ("\xff\xfe", None, "unknown")])
def test_unknown(text, code, kind):
    done = run("explain", "--json", text)
    assert done.code == 1
    assert (done.json["code"], done.json["class"]) == (code, kind)
    assert done.json["setting"] is None and done.json["who"] is None
    assert done.json["stage"] is None
    assert (done.json["retry"] is None) == (kind == "unknown")
    assert done.json["cause"] and done.json["advice"]
    assert run("explain", text).code == 1


def test_nothing_known_is_said_in_whole_sentences():
    first = run("explain", "nothing here").out.splitlines()[0]
    assert first.endswith(".") and not first.endswith("..")


def test_whole_tokens():
    """5.7.139 is known to nobody here, and 5.7.1399 holds none."""
    assert run("explain", "--json", "535 5.7.139 x").json["enhanced"] == \
        "5.7.139"
    assert run("explain", "--json", "535 5.7.1399 x").json["enhanced"] is None


def test_wrong_use():
    done = run("explain")
    assert done.code == 64 and done.out == ""
    is_chain(done, "config")
    done = run("explain", "--jso", "550")
    assert done.code == 64
    is_chain(done, "config", "--jso; did you mean --json?")
    done = run("explain", "-", stdin=b"x" * (1024 * 1024 + 1))
    assert done.code == 65
    is_chain(done, "config")
