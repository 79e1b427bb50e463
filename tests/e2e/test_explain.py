"""posthaste explain, from outside."""

import pathlib

import pytest

from posthaste import is_chain, run

DATA = pathlib.Path(__file__).resolve().parent / "data"

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


def table(name, setting, text):
    """Rows of a table of wordings: the setting, and what was said."""
    found = []
    for line in (DATA / name).read_text().splitlines():
        fields = line.split("\t")
        if line.startswith("#") or fields[setting] == "setting":
            continue
        found.append((fields[setting], fields[text].replace("\\n", "\n")
                      .replace("\\t", "\t")))
    return found


# Every row is run by tests/unit/diagnose/test_explain_wordings.c; through the
# program goes every row of the symptoms, and of the rest a sample.
@pytest.mark.parametrize("rows", [
    table("symptoms.tsv", 2, 3)[n::8] for n in range(8)] + [
    table("wordings.tsv", 0, 1)[n::40] for n in range(0, 40, 10)])
def test_wordings(rows):
    assert len(rows) >= 10
    for setting, text in rows:
        done = run("explain", "--json", "-", stdin=text.encode())
        said = done.json
        assert (said["setting"], done.code) == (setting, 0), text
        assert said["who"] and said["retry"] and said["advice"], text
        assert said["text"] in text


def test_nothing_is_made_up():
    lines = (DATA / "unknown.txt").read_text().splitlines()
    lines = [line for line in lines if not line.startswith("#")]
    assert len(lines) >= 40
    for line in lines[::4]:
        done = run("explain", "--json", "-", stdin=line.encode())
        said = done.json
        assert (done.code, said["known"]) == (1, False), line
        assert said["setting"] is None and said["who"] is None, line
        assert said["text"] == line.strip()
        shown = run("explain", "-", stdin=line.encode())
        assert shown.code == 1 and line.strip() in shown.out, line
        assert "nknown" in shown.out.splitlines()[0], line


@pytest.mark.parametrize("text, provider", [
    ("535 5.7.139 Authentication unsuccessful, user is locked by your "
     "organization's security defaults policy.", "microsoft365"),
    ("534 5.7.9 Application-specific password required - gsmtp", "gmail"),
    ("454 Throttling failure: Maximum sending rate exceeded", "ses"),
    ("host mx1.mail.icloud.com said: 552 5.2.2 full", "icloud"),
    ("550 5.1.1 <bob@gmail.com>: User unknown", None)])
def test_provider(text, provider):
    done = run("explain", "--json", text)
    assert done.json["provider"] == provider
    shown = run("explain", text).out
    assert (f"\nprovider: {provider}\n" in shown) == (provider is not None)


def test_first_refusal_of_a_conversation():
    talk = (DATA / "conversation.txt").read_bytes()
    done = run("explain", "--json", "-", stdin=talk)
    said = done.json
    assert (said["code"], said["stage"], said["setting"]) == \
        (550, "mail", "sender")
    assert said["text"].startswith("<** 550 5.7.60 ")
    assert "503" not in said["text"]


def test_people_read_it_at_80_columns():
    text = "534-5.7.9 Application-specific password required.\r\n" \
        "534 5.7.9  https://support.google.com/mail/?p=x - gsmtp\r\n"
    out = run("explain", "-", stdin=text.encode()).out
    lines = out.splitlines()
    assert all(len(line) <= 80 for line in lines), out
    assert lines[0] == "534 5.7.9: permanent"
    assert lines[1:3] == ["said:     " + text.splitlines()[0],
                          "          " + text.splitlines()[1]]
    assert [line[:10].strip() for line in lines if line[0] != " "][2:] == [
        "provider:", "meaning:", "cause:", "advice:", "stage:", "setting:",
        "who:", "retry:"]
    advice = out[out.index("advice:"):out.index("stage:")]
    assert "app password" in " ".join(advice.split())


def test_a_terminal_is_not_obeyed():
    done = run("explain", "-", stdin=b"550 \x1b[2J\xc2\x9b no\ttab \xff\n")
    assert "\x1b" not in done.out and "\x9b" not in done.out
    assert "said:     550 ?[2J? no\ttab ?\n" in done.out
    long = "\n".join(f"line {n} of nothing" for n in range(30))
    out = run("explain", "-", stdin=long.encode()).out
    assert "line 19 of nothing\n" in out and "line 20 " not in out
    assert "(and 10 lines more)" in out


def test_whole_tokens():
    """5.7.1399 holds no 5.7.139."""
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
