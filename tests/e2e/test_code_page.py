"""The charset of a composed message: the connection's code-page, --charset over
it, and what happens to a character that it lacks."""

import email
import email.policy

import pytest

from posthaste import Server, Smtp, is_chain, run

TO = ["--from", "ann@example.com", "bob@example.com"]
EURO = "the character U+20AC \"€\" is not in iso-8859-1"


def connection(tmp_path, server, code_page):
    folder = tmp_path / "connections"
    folder.mkdir()
    (folder / "here.conf").write_text(
        f"[connection]\ndefault = yes\nhost = 127.0.0.1:{server.port}\n"
        f"encryption = none\ncode-page = {code_page}\n")
    return ["-c", tmp_path]


def message(server):
    octets = server.received[-1].body
    return octets, email.message_from_bytes(
        octets.replace(b"\r\n", b"\n"), policy=email.policy.default)


@pytest.mark.parametrize("given, text, charset", [
    ([], "größer", "iso-8859-1"),
    (["--charset", "KOI8-R"], "больше", "koi8-r"),
    (["--charset", "utf-8"], "größer", "utf-8"),
    (["--charset", "auto"], "größer", "iso-8859-1"),
    (["--charset", "Auto"], "5 €", "utf-8"),
])
def test_which(given, text, charset, tmp_path):
    with Server(Smtp()) as server:
        done = run(*connection(tmp_path, server, "iso-8859-1"), "send", *TO,
                   *given, "--text", text, "--subject", text)
    assert done.code == 0, done
    octets, read = message(server)
    assert f"charset={charset}".encode() in octets
    assert f"=?{charset}?".encode() in octets
    assert read["Subject"] == text
    assert read.get_content().strip() == text


@pytest.mark.parametrize("given, place", [
    (["--subject", "5 €", "--text", "x"], "Subject"),
    (["--text", "one\ntwo\nthree €\nfour €"], "text, line 3"),
    (["--text", "x", "--html", "<p>\r\n€"], "html, line 2"),
    (["--text", "x", "--cc", "€uro <c@example.com>"], "the name in Cc"),
    (["--text", "x", "--header", "X-Price: 5 €"], "X-Price"),
    (["--text", "x", "--attach", "FILE;name=5 €.txt"],
     'the name of the file "5 €.txt"'),
])
def test_missing_character(given, place, tmp_path):
    (tmp_path / "f").write_text("x")
    given = [arg.replace("FILE", str(tmp_path / "f")) for arg in given]
    with Server(Smtp()) as server:
        done = run(*connection(tmp_path, server, "latin1"), "send", *TO,
                   *given)
        assert not server.received
        assert done.code == 65
        assert f"{place}: {EURO}" in is_chain(done, "config")
        assert "auto" in done.err.splitlines()[-1]
        assert run("-c", tmp_path, "send", *TO, *given, "--charset",
                   "auto").code == 0
    assert b"utf-8" in message(server)[0]


@pytest.mark.parametrize("charset", ["iso-8859-1", "us-ascii", "windows-1252",
                                     "koi8-r", "auto", "shift_jis"])
@pytest.mark.parametrize("character", "\u560d\u560a\u5600\u0d0d\u0d0a\u010d"
                         "\u2028\u0a00\uff0d\U0001f60d")
def test_narrowed(charset, character):
    """Cut to eight bits these would be CR, LF or NUL."""
    bad = f"a{character}{character}Bcc: x@example.com"
    with Server(Smtp()) as server:
        done = run("send", "--server", f"smtp+none://127.0.0.1:{server.port}",
                   *TO, "--charset", charset, "--subject", bad, "--text", bad,
                   "--header", f"X-A: {bad}")
    if done.code == 65:
        assert f"U+{ord(character):04X}" in done.err
        assert not server.received
        return
    assert done.code == 0
    octets, read = message(server)
    assert read["Bcc"] is None and read["Subject"] == bad == read["X-A"]
    assert b"\nBcc" not in octets


@pytest.mark.parametrize("name", ["utf-7", "utf-16", "utf-32le", "ebcdic-us",
                                  "hz", "iso-2022-kr", "nonsense",
                                  "utf-8//TRANSLIT", "utf-8\r\nBcc: x@y"])
def test_not_for_mail(name, tmp_path):
    done = run("send", "--server", "smtp+none://127.0.0.1:1", *TO, "--text",
               "x", "--charset", name)
    assert done.code == 65
    assert "charset: " in is_chain(done, "config")


@pytest.mark.parametrize("octets, said, advice", [
    ("über\nGrün\n".encode("latin1"), "line 1: not UTF-8 at octet 1 (0xFC)",
     "iconv"),
    ("ok\nGrün\n".encode("latin1"), "line 2: not UTF-8 at octet 6 (0xFC)",
     "iconv"),
    ("ok\n".encode("utf-16"), "line 1: not UTF-8 at octet 1 (0xFF)",
     "UTF-16"),
])
@pytest.mark.parametrize("option", ["--text-file", "--html-file", "stdin"])
def test_text_in_another_charset(option, octets, said, advice, tmp_path):
    (tmp_path / "t").write_bytes(octets)
    given = [] if option == "stdin" else [option, tmp_path / "t"]
    done = run("send", "--server", "smtp+none://127.0.0.1:1", *TO, *given,
               stdin=octets if option == "stdin" else b"")
    assert done.code == 65
    part = "html" if option == "--html-file" else "text"
    assert f"{part}, {said}" in is_chain(done, "config")
    assert advice in done.err.splitlines()[-1]


@pytest.mark.parametrize("option", ["--text-file", "stdin"])
def test_byte_order_mark(option, tmp_path):
    octets = "Grün\n".encode("utf-8-sig")
    (tmp_path / "t").write_bytes(octets)
    given = [] if option == "stdin" else [option, tmp_path / "t"]
    with Server(Smtp()) as server:
        done = run("send", "--server", f"smtp+none://127.0.0.1:{server.port}",
                   *TO, *given, stdin=octets if option == "stdin" else b"")
    assert done.code == 0
    assert message(server)[1].get_content().splitlines() == ["Grün"]
