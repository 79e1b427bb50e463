"""Two readers that know nothing of each other find in a composed message what
was put in."""

import base64
import email
import email.policy
import encodings.aliases
import json
import pathlib
import subprocess

import pytest

import packages

# Python has it under its other name only.
encodings.aliases.aliases["windows_874"] = "cp874"

HERE = pathlib.Path(__file__).parent
WRITER = "Jörg Ätz"
LONG = "ein sehr langer Dateiname mit Umläuten äöü, Komma; Strichpunkt und " * 2

MESSAGES = {
    "plain": {"subject": "plain", "text": "hello\n"},
    "empty": {"subject": "", "text": ""},
    "umlauts": {"subject": "Grüße: \N{SNOWMAN} =?utf-8?q?not=20encoded?=",
                "text": "Straße\n.\n..\nFrom here\n"},
    "long lines": {"subject": "wort" + " wort" * 60, "text": "x" * 5000 + "\nende\n"},
    "long word": {"subject": "ü" * 300, "text": "y\n"},
    "both": {"subject": "both", "text": "t ä\n", "html": "<p>h ä</p>"},
    "html only": {"subject": "html", "html": "<p>größer</p>\n"},
    "file": {"subject": "file", "text": "see\n", "files": {"a.txt": b"abc"}},
    "names": {"subject": "names", "text": "see\n", "files": {
        "Menü 1.pdf": b"%PDF-1.4 \x00\xff", LONG[:100] + ".txt": b"1",
        'quo"te\\back.bin': b"", "日本語.txt": b"x" * 1000}},
    "latin 1": {"subject": "Größe", "text": "Straße\n",
                "options": ["--charset", "iso-8859-1"]},
    "japanese": {"subject": "日本語の件名", "text": "こんにちは\n",
                 "name": "山田太郎", "options": ["--charset", "iso-2022-jp"]},
    "everything": {"subject": "alles \N{SNOWMAN}", "text": "t\n",
                   "html": '<img src="cid:logo.png">', "inline": {"logo.png": b"\x89PNG"},
                   "files": {"a.bin": bytes(range(256)) * 300}},
}

# What is written with each charset; it stands in the subject, a name, both
# texts and the name of a file.
CHARSETS = {
    "utf-8": "Grüße 日本 \N{SNOWMAN}",
    "us-ascii": "plain words",
    "iso-8859-1": "Größe naïve",
    "iso-8859-2": "Łódź őrült",
    "iso-8859-3": "ĝojo ĥoro",
    "iso-8859-4": "ķēniņš",
    "iso-8859-5": "Привет мир",
    "iso-8859-6": "مرحبا",
    "iso-8859-7": "Καλημέρα",
    "iso-8859-8": "שלום",
    "iso-8859-9": "İstanbul ğüzel",
    "iso-8859-10": "Þór ģ",
    "iso-8859-13": "Žalgiris ģ",
    "iso-8859-14": "ẁ ŵ ŷ",
    "iso-8859-15": "5 € œuvre",
    "iso-8859-16": "ș ț €",
    "windows-874": "สวัสดี",
    "windows-1250": "Łódź „őrült“",
    "windows-1251": "Привет — мир",
    "windows-1252": "5 € “quoted” – ž",
    "windows-1253": "Καλημέρα €",
    "windows-1254": "İstanbul ğ €",
    "windows-1255": "שלום ₪",
    "windows-1256": "مرحبا €",
    "windows-1257": "Žalgiris €",
    "koi8-r": "Привет мир",
    "koi8-u": "Привіт їжак",
    "tis-620": "สวัสดี",
    "iso-2022-jp": "日本語の件名と長い本文、" * 8 + "end",
    "shift_jis": "表示 ソース 十能 " * 5 + "end",
    "euc-jp": "日本語の件名",
    "euc-kr": "안녕하세요 " * 12 + "end",
    "gb2312": "你好世界",
    "gbk": "你好鎔",
    "gb18030": "你好 ä 😀 " * 10 + "end",
    "big5": "你好功許蓋 " * 12 + "end",
}


@pytest.fixture
def composed(posthaste, sink, tmp_path):
    """Sends one of MESSAGES to a sink; the path of what arrived."""
    def send(row):
        server = sink("--maildir", tmp_path / "box")
        args = ["--subject", row["subject"], *row.get("options", [])]
        for name in ("text", "html"):
            if name in row:
                args += [f"--{name}", row[name]]
        for option, folder in (("--attach", "files"), ("--inline", "inline")):
            (tmp_path / folder).mkdir()
            for name, content in row.get(folder, {}).items():
                (tmp_path / folder / name).write_bytes(content)
                args += [option, tmp_path / folder / name]
        done = posthaste(
            "send", "--server", f"smtp+none://127.0.0.1:{server.port}",
            "--from", f"{row.get('name', WRITER)} <ann@example.com>",
            "--to", '"Last, First" <bob@example.com>, Team: c@example.com, d@bücher.example;',
            "--cc", "e@example.com", *args)
        assert done.returncode == 0, done.stderr
        return pathlib.Path(server.message()["path"])

    return send


def with_python(path):
    m = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = {kind: m.get_body((kind,)) for kind in ("plain", "html")}
    return {
        "subject": m["Subject"],
        "from": [(a.display_name, a.addr_spec) for a in m["From"].addresses],
        "to": [a.addr_spec for a in m["To"].addresses],
        "cc": [a.addr_spec for a in m["Cc"].addresses],
        "text": body["plain"] and body["plain"].get_content(),
        "html": body["html"] and body["html"].get_content(),
        "files": {p.get_filename(): p.get_payload(decode=True)
                  for p in m.walk() if p.get_filename() is not None},
        "defects": [str(d) for p in m.walk() for d in p.defects],
    }


def with_mailparser(path):
    modules = packages.npm(*packages.MAILPARSER) / "node_modules"
    done = subprocess.run(["node", HERE / "read-message.js", modules, path],
                          capture_output=True, check=True, timeout=60)
    m = json.loads(done.stdout)
    to = [a for entry in m["to"] for a in entry.get("group", [entry])]
    return {
        "subject": m.get("subject", ""),
        "from": [(a["name"], a["address"]) for a in m["from"]],
        "to": [a["address"] for a in to],
        "cc": [a["address"] for a in m["cc"]],
        "text": m.get("text"),
        "html": m.get("html") or None,
        "files": {a["name"]: base64.b64decode(a["content"])
                  for a in m["attachments"]},
        "defects": [],
    }


@pytest.mark.parametrize("reader", (with_python, with_mailparser))
@pytest.mark.parametrize("name", MESSAGES)
def test_reads_what_was_meant(composed, reader, name):
    row = MESSAGES[name]
    got = reader(composed(row))
    assert got["defects"] == []
    assert got["subject"] == row["subject"].strip()
    assert got["from"] == [(row.get("name", WRITER), "ann@example.com")]
    assert got["to"][:2] == ["bob@example.com", "c@example.com"]
    assert got["to"][2] in ("d@xn--bcher-kva.example", "d@bücher.example")
    assert got["cc"] == ["e@example.com"]
    for kind in ("text", "html"):
        want = row.get(kind)
        # mailparser makes a text of HTML, and keeps no last line end.
        if want is None and kind == "text" and reader is with_mailparser:
            continue
        found = (got[kind] or "").replace("\r\n", "\n")
        assert found.rstrip("\n") == (want or "").rstrip("\n")
    assert got["files"] == {**row.get("files", {}), **row.get("inline", {})}


@pytest.mark.parametrize("reader", (with_python, with_mailparser))
@pytest.mark.parametrize("charset", CHARSETS)
def test_reads_each_charset(composed, reader, charset):
    words = CHARSETS[charset]
    # One encoded word: Python puts blanks between those of a phrase.
    author = words[:8].strip()
    name = words.replace(" ", "_")[:40] + ".txt"
    path = composed({
        "subject": words, "text": f"{words}\n.\n{words}\n",
        "html": f"<p>{words}", "name": f'"{author}"',
        "files": {name: b"x"}, "options": ["--charset", charset.upper()]})
    octets = path.read_bytes()
    assert all(octet < 0x80 for octet in octets)
    header = octets[:octets.index(b"\r\n\r\n")]
    assert max(map(len, header.split(b"\r\n"))) <= 78
    assert octets.lower().count(b"charset=" + charset.encode()) == 2
    if charset == "iso-2022-jp":
        assert b"Content-Transfer-Encoding: 7bit" in octets
    got = reader(path)
    assert got["defects"] == []
    assert got["subject"] == words
    assert got["from"] == [(author, "ann@example.com")]
    assert got["text"].replace("\r\n", "\n").rstrip("\n") == \
        f"{words}\n.\n{words}"
    assert got["html"].strip() == f"<p>{words}"
    assert got["files"] == {name: b"x"}
