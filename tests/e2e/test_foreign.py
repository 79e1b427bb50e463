"""posthaste connection import and export, from outside."""

import stat

import pytest

from posthaste import is_chain, run

MSMTPRC = """\
# ann's
defaults
auth on
tls on
logfile ~/.msmtp.log

account work
host smtp.example.com
port 587
from ann@example.com
user ann@example.com
password hunter2

account home : work
host mail.example.org
passwordeval pass show home
tls_starttls off
port 465
password

account default : home
"""


@pytest.fixture
def home(tmp_path):
    """Runs the program with a configuration of its own."""
    def call(*args, **kwargs):
        return run(*args, env={"XDG_CONFIG_HOME": str(tmp_path)}, **kwargs)
    call.place = tmp_path / "posthaste"
    call.file = lambda name: call.place / "connections" / f"{name}.conf"
    return call


def imported(home, text, *args):
    done = home("connection", "import", "-", "--json", *args,
                stdin=text.encode())
    assert done.code == 0, done
    return done.json


def settings(row):
    return {(s["section"], s["name"]): s["value"] for s in row["settings"]}


def test_import(home, tmp_path):
    (tmp_path / "rc").write_text(MSMTPRC)
    done = home("connection", "import", str(tmp_path / "rc"))
    assert done.code == 0, done
    assert home.file("work").read_text() == (
        "[connection]\ninherits = \nhost = smtp.example.com\nport = 587\n"
        "encryption = after-connect\n\n[authentication]\n"
        "username = ann@example.com\n\n[message]\nfrom = ann@example.com\n")
    assert "default = yes" in home.file("home").read_text()
    assert stat.S_IMODE(home.file("work").stat().st_mode) == 0o600
    assert "read as msmtprc" in done.err
    assert "not taken: line 5: logfile" in done.err
    assert "line 12: the password was not taken" in done.err
    assert "secret set work" in done.err
    everything = done.out + done.err + "".join(
        f.read_text() for f in home.place.rglob("*") if f.is_file())
    assert "hunter2" not in everything
    assert "password-from = command:pass show home" in everything


def test_import_json(home):
    doc = imported(home, MSMTPRC, "--account", "work", "--as", "office")
    assert doc["format"] == "msmtprc" and doc["guessed"] is True
    (row,) = doc["connections"]
    assert row["name"] == "office" and row["account"] == "work"
    assert row["default"] is True and row["line"] == 7
    assert row["file"] == str(home.file("office"))
    assert settings(row)["connection", "port"] == "587"
    assert row["secrets"] == [{"for": "password", "line": 12,
                               "stored": False}]
    assert doc["not_taken"] == [{
        "line": 5, "what": "logfile",
        "why": "posthaste keeps no log of what it sends"}]


def test_import_takes_passwords_when_told(home):
    doc = imported(home, MSMTPRC, "--with-passwords")
    rows = {r["name"]: r for r in doc["connections"]}
    assert rows["work"]["secrets"][0]["stored"] is True
    assert rows["home"]["secrets"] == []
    listed = home("secret", "list", "--json").json["secrets"]
    assert listed == [{"name": "work", "for": "password",
                       "host": "smtp.example.com"}]
    assert "hunter2" not in home.file("work").read_text()
    assert (home.place / "secrets" / "work").read_text() == (
        "smtp.example.com\nhunter2")


def test_dry_run(home):
    doc = imported(home, MSMTPRC, "--dry-run", "--with-passwords")
    assert doc["dry_run"] is True and len(doc["connections"]) == 2
    assert doc["connections"][0]["file"] is None
    assert not home.place.exists()
    done = home("connection", "import", "-", "--dry-run",
                stdin=MSMTPRC.encode())
    assert done.out.startswith("would import work\n  host = smtp.example.com")


def test_import_overwrites_nothing(home):
    imported(home, MSMTPRC)
    home("connection", "set", "home", "helo=me")
    home.file("home").write_text("# mine\n" + home.file("home").read_text())
    for extra in ([], ["--dry-run"], ["--account", "home"]):
        done = home("connection", "import", "-", *extra,
                    stdin=MSMTPRC.encode())
        assert done.code == 78
        is_chain(done, "config", "already")
        assert "--replace" in done.err
    imported(home, MSMTPRC, "--replace")
    text = home.file("home").read_text()
    assert text.startswith("# mine\n") and "helo" not in text
    assert "default = yes" in text


def test_import_replaces_no_default(home):
    home("connection", "add", "first", "--host", "h", "--username", "bob",
         "helo=other")
    imported(home, MSMTPRC)
    assert "default" not in home.file("home").read_text()
    shown = home("connection", "show", "work", "--json").json
    assert shown["inherits"] == []
    doc = imported(home, MSMTPRC, "--replace", "--default")
    assert [r["name"] for r in doc["connections"] if r["default"]] == ["home"]
    assert "default = yes" in home.file("home").read_text()
    assert "default = yes" not in home.file("first").read_text()


@pytest.mark.parametrize("args, text, code, words", [
    (["-"], "", 65, ["no program's settings"]),
    (["-"], "hello hunter2 world\n", 65, ["no program's settings"]),
    (["-", "--format", "pine"], MSMTPRC, 64, ["pine", "msmtprc"]),
    (["-", "--format", "msmtprc"], "host\n", 65, ["no server is named"]),
    (["-"], "account a\nhost h\0\n", 65, ["NUL"]),
    (["-", "--as", "x"], MSMTPRC, 64, ["--as", "2", "--account"]),
    (["-", "--account", "x"], MSMTPRC, 64, ["no account \"x\""]),
    (["-", "--account", "work", "--as", "../x"], MSMTPRC, 64, ["--as"]),
    (["-"], "account a b\nhost h\naccount a-b\nhost h\n", 65,
     ["lines 1 and 3"]),
    (["/nonexistent"], "", 66, ["/nonexistent"]),
    (["https://example.com/rc"], "", 64, ["web", "curl"]),
    (["smtp://ann:hunter2@h"], "", 64, ["password", "command line"]),
    (["sendgrid+smtp://hunter2@default"], "", 64, ["password"]),
    (["-"], "x" * (1024 * 1024 + 2), 65, ["1048576"]),
    (["-"], "account a\nhost h\naccount b : c\npassword hunter2\n", 65,
     ["line 3", "--format"]),
    (["-"], "account a\nhost h:26\nport 27\npassword hunter2\n", 78,
     ["26", "27", "disagree"]),
    ([], "", 64, ["usage"]),
    (["-", "--preset", "gmail"], "", 64, ["--preset"]),
])
def test_import_refuses(home, args, text, code, words):
    done = home("connection", "import", *args, stdin=text.encode())
    assert done.code == code, done
    for word in words:
        assert word in done.err, done
    assert "hunter2" not in done.err
    assert not home.place.exists()


def test_export(home, tmp_path):
    imported(home, MSMTPRC, "--with-passwords")
    done = home("connection", "export", "work", "--format", "msmtp")
    assert done.code == 0
    assert 'host "smtp.example.com"\n' in done.out
    assert "hunter2" not in done.out
    assert "not in msmtprc" not in done.err
    assert "the password is not in it; --with-passwords" in done.err
    home("connection", "set", "work", "encryption=wanted", "rate=14/s",
         "timeout-mail=1min")
    doc = home("connection", "export", "work", "--format", "msmtprc",
               "--json").json
    assert doc["not_held"] == [
        {"section": "connection", "name": "encryption", "value": "wanted",
         "there": "after-connect"},
        {"section": "connection", "name": "timeout-mail", "value": "1min",
         "there": ""},
        {"section": "limits", "name": "rate", "value": "14/s", "there": ""}]
    assert doc["text"].startswith("account work\n")
    done = home("connection", "export", "work", "--format", "msmtprc")
    assert "not in msmtprc: encryption = wanted; it is after-connect" in (
        done.err)
    assert "not in msmtprc: rate = 14/s\n" in done.err


def test_export_with_passwords(home, tmp_path):
    imported(home, MSMTPRC, "--with-passwords")
    export = ("connection", "export", "work", "--format", "msmtprc",
              "--with-passwords")
    for extra in ([], ["--json"], ["-o", "-"]):
        done = home(*export, *extra)
        assert done.code == 64 and "hunter2" not in done.out, done
        is_chain(done, "config", "passwords")
        assert "-o FILE" in done.err
    target = tmp_path / "out"
    done = home(*export, "-o", str(target))
    assert done.code == 0 and done.out == f"exported work: {target}\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert 'password "hunter2"\n' in target.read_text()
    target.write_text("mine")
    done = home(*export, "-o", str(target))
    assert done.code == 73 and target.read_text() == "mine", done
    done = home("connection", "export", "work", "--format", "postfix", "-o",
                str(target))
    assert done.code == 73 and not target.with_name("out.sasl_passwd").exists()
    assert home(*export, "-o", str(target), "--replace").code == 0
    assert "hunter2" in target.read_text()


@pytest.mark.parametrize("args, code, words", [
    (["work"], 64, ["--format"]),
    (["work", "--format", "pine"], 64, ["pine"]),
    (["nobody", "--format", "msmtprc"], 78, ["nobody"]),
    (["work", "--format", "msmtprc", "--as", "x"], 64, ["--as"]),
    (["work", "--format", "msmtprc", "-o", "/dev/null/x"], 73,
     ["/dev/null"]),
])
def test_export_refuses(home, args, code, words):
    imported(home, MSMTPRC)
    done = home("connection", "export", *args)
    assert done.code == code, done
    for word in words:
        assert word in done.err, done


ACCOUNTS = [
    ("mailrc", "set mta=smtps://ann@h.example:465 from=ann@x.example\n", 465),
    ("swaks", "swaks -s h.example -tls -au ann -t bob@x.example\n", 25),
    ("url", "MAILER_DSN='smtp://ann@h.example:2525'\n", 2525),
    ("nodemailer", '{"host":"h.example","secure":true}', 465),
    ("postfix", "relayhost = [h.example]:587\n", 587),
    ("curl", "curl smtps://h.example -u ann -T m\n", 465),
    ("autoconfig", "<clientConfig><outgoingServer type='smtp'><hostname>"
     "h.example</hostname><port>465</port><socketType>SSL</socketType>"
     "<username>%EMAILADDRESS%</username></outgoingServer></clientConfig>",
     465),
]


@pytest.mark.parametrize("form, text, port", ACCOUNTS)
def test_every_format(home, tmp_path, form, text, port):
    # Guessed, named, and from a file of Windows'.
    for number, (args, given) in enumerate([
            ([], text), (["--format", form], text),
            ([], "\ufeff" + text.replace("\n", "\r\n"))]):
        doc = imported(home, given, "--as", f"c{number}", "--address",
                       "ann@x.example", *args)
        assert doc["format"] == form and doc["guessed"] is (not args)
        (row,) = doc["connections"]
        assert settings(row)["connection", "host"] == "h.example"
        shown = home("connection", "show", f"c{number}", "--json").json
        values = {(s["section"], s["name"]): s["value"]
                  for s in shown["settings"]}
        assert values["connection", "port"] == str(port)


@pytest.mark.parametrize("form", ["msmtprc", "nodemailer", "postfix", "curl"])
def test_there_and_back(home, tmp_path, form):
    """What comes back differs in what was told, and in nothing else."""
    home("connection", "add", "one", "host=h.example", "port=465",
         "username=ann@x.example", "from=Ann <ann@x.example>", "helo=me.example",
         "timeout=7s", "tls-versions=1.3", "sessions=5", "rate=14/s",
         "mechanisms=PLAIN", "proxy.type=socks5", "proxy.host=p.example",
         "proxy.port=1081")
    home("secret", "set", "one", stdin=b"it's \"x\" #1 $y")
    path = tmp_path / "out"
    doc = home("connection", "export", "one", "--format", form, "-o", str(path),
               "--with-passwords", "--json").json
    told = {(g["section"], g["name"]) for g in doc["not_held"]}
    text = path.read_text()
    if doc["map"] is not None:
        text += open(doc["map"]).read()
    back = imported(home, text, "--as", "two", "--with-passwords",
                    "--format", form)
    assert back["connections"][0]["secrets"][0]["stored"] is True
    one, two = ({(s["section"], s["name"]): s["value"] for s in
                 home("connection", "show", name, "--json").json["settings"]}
                for name in ("one", "two"))
    # What is written in another way and means the same.
    same = {"7s": ("7", "7000ms"), "5min": ("300s",), "PLAIN": ("plain",),
            "Ann <ann@x.example>": ('"Ann" <ann@x.example>',)}
    for key, here in one.items():
        if key in (("connection", "default"), ("connection", "inherits")):
            continue
        equal = here == two[key] or two[key] in same.get(here, ())
        assert equal is (key not in told), (key, here, two[key], told)
    stored = (home.place / "secrets" / "two").read_text()
    assert stored == "h.example\nit's \"x\" #1 $y"


def test_nothing_is_taken_for_granted(home):
    done = home("connection", "import", "-", "--as", "x",
                stdin=b"smtps://h.example?verify_peer=0\n")
    assert "certificate is not checked" in done.err
    done = home("connection", "import", "-", "--as", "y",
                stdin=b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    assert done.code == 65
    is_chain(done, "config", "declarations of its own")
