"""posthaste connection and posthaste secret, from outside."""

import json
import stat

import pytest

from posthaste import Sink, is_chain, run


@pytest.fixture
def home(tmp_path):
    """Runs the program with a configuration of its own."""
    def call(*args, **kwargs):
        return run(*args, env={"XDG_CONFIG_HOME": str(tmp_path)}, **kwargs)
    call.place = tmp_path / "posthaste"
    call.file = lambda name: call.place / "connections" / f"{name}.conf"
    return call


def add(home, *args):
    done = home("connection", "add", *args)
    assert done.code == 0, done
    return done


def names(home):
    done = home("connection", "list", "--json")
    assert done.code == 0, done
    return {row["name"]: row for row in done.json["connections"]}


def test_nothing_yet(home):
    done = home("connection", "list")
    assert done.code == 0 and done.out == ""
    assert "no connection is configured" in done.err
    assert names(home) == {}
    assert not home.place.exists()
    done = home("connection", "show")
    assert done.code == 78
    is_chain(done, "config", "none is the default")


def test_first_is_the_default(home):
    add(home, "work", "--host", "smtp.example.com", "--port", "587",
        "--username", "ann@example.com")
    add(home, "home", "--server", "smtps://bob%40example.org@mail.example.org")
    assert home.file("work").read_text() == (
        "[connection]\nhost = smtp.example.com\nport = 587\ndefault = yes\n"
        "\n[authentication]\nusername = ann@example.com\n")
    assert stat.S_IMODE(home.file("work").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.place.stat().st_mode) == 0o700
    rows = names(home)
    assert list(rows) == ["home", "work"]
    assert rows["work"]["default"] and not rows["home"]["default"]
    assert rows["work"]["encryption"] == "after-connect"
    assert rows["home"] == {
        "name": "home", "default": False, "host": "mail.example.org",
        "port": 465, "encryption": "before-connect",
        "username": "bob@example.org", "error": None}


def test_list_fits_the_screen(home):
    add(home, "a" * 64, "--host", ".".join(["b" * 60] * 4), "--username",
        "c" * 200, "encryption=before-connect", "port=65535")
    done = home("connection", "list")
    assert done.code == 0
    lines = done.out.splitlines()
    assert len(lines) == 2 and all(len(line) <= 80 for line in lines)
    assert lines[1].startswith("* aaaa")


@pytest.mark.parametrize("host, shown", [
    ("smtp://ann:open%20ses:ame@mail.example.com:587",
     "smtp://ann:***@mail.example.com:587"),
    ("smtp://ann@mail.example.com:587", "smtp://ann@mail.example.com:587"),
])
def test_show_hides_passwords(home, host, shown):
    # By hand: what writes connections takes no password in them.
    home.file("main").parent.mkdir(parents=True, exist_ok=True)
    home.file("main").write_text(f"[connection]\nhost = {host}\n")
    for done in (home("connection", "show", "main"),
                 home("connection", "show", "main", "--json")):
        assert shown in done.out, done
        assert "ame@" not in done.out and "ame@" not in done.err


def test_show_says_where_from(home):
    add(home, "base", "host=base.example.com", "port=2525", "helo=me")
    add(home, "leaf", "host=leaf.example.com", "inherits=base")
    done = home("connection", "show", "leaf", "--json")
    assert done.code == 0
    doc = done.json
    assert doc["inherits"] == ["base"] and doc["file"] == str(home.file("leaf"))
    rows = {(r["section"], r["name"]): r for r in doc["settings"]}
    host = rows["connection", "host"]
    assert (host["value"], host["origin"], host["line"]) == (
        "leaf.example.com", "file", 2)
    port = rows["connection", "port"]
    assert (port["value"], port["origin"]) == ("2525", "inherited")
    assert port["file"] == str(home.file("base")) and port["line"] == 3
    assert rows["connection", "timeout"]["origin"] == "default"
    assert rows["connection", "encryption"]["origin"] == "derived"
    assert rows["connection", "encryption"]["value"] == "wanted"
    text = home("connection", "show", "leaf").out
    assert all(len(line) <= 80 for line in text.splitlines()
               if "/" not in line)
    assert "inherited, base:3" in text and "leaf:2" in text
    # Without a name: the default.
    assert home("connection", "show", "--json").json["name"] == "base"


def test_set_keeps_the_rest(home):
    add(home, "work", "host=h")
    text = "# mine\n[connection]\nhost=h   \n\n; old\n[limits]\n"
    home.file("work").write_text(text)
    assert home("connection", "set", "work", "host", "g").code == 0
    assert home.file("work").read_text() == text.replace("host=h   ", "host=g")
    assert home("connection", "set", "work", "port=26", "--rate",
                "14/s").code == 0
    assert home.file("work").read_text() == (
        "# mine\n[connection]\nhost=g\nport = 26\n\n; old\n[limits]\n"
        "rate = 14/s\n")
    assert home("connection", "unset", "work", "port", "rate").code == 0
    assert home.file("work").read_text() == text.replace("host=h   ", "host=g")


@pytest.mark.parametrize("args, code, words", [
    (["host=smtp://ann:hunter2@h"], 78, ["host", "URL"]),
    (["host=h:25", "port=26"], 78, ["25", "26", "disagree"]),
    (["host=h", "port=0"], 78, ["port", "1 to 65535"]),
    (["host=h", "encryption=tls"], 78, ["encryption", "after-connect"]),
    (["host=h", "mechanisms=password"], 78, ["mechanisms"]),
    (["host=h", "username=ann", "mechanisms="], 78, ["mechanisms"]),
    (["host=h", "verify=pin"], 78, ["verify", "pin"]),
    (["host=h", "pin=hunter2"], 78, ["pin", "SHA-256"]),
    (["host=h", "proxy.type=socks5"], 78, ["type", "a proxy needs its host"]),
    (["host=h", "password-from=hunter2"], 78, ["password-from"]),
    (["host=h", "hots=x"], 64, ["hots"]),
    (["host=h", "password=hunter2"], 64, ["password"]),
    (["host=h", "hunter2"], 64, ["KEY=VALUE"]),
    (["--server", "smtp://ann:hunter2@h"], 64, ["password", "URL"]),
    (["--server", "http://h"], 64, ["--server"]),
    (["--hots", "h"], 64, ["hots"]),
    (["host=h\nport = 1"], 78, ["host"]),
])
def test_refused(home, args, code, words):
    for extra in [], ["--json"]:
        done = home("connection", "add", "x", *args, *extra)
        assert done.code == code, done
        is_chain(done, "config", *words)
        # A pin is no secret, and it is what was wrong.
        if "pin=" not in " ".join(args):
            assert "hunter2" not in done.err + done.out
    assert not home.file("x").exists()


def test_usage(home):
    for args in ([], ["lst"], ["add"], ["set"], ["set", "x"], ["unset", "x"],
                 ["remove"], ["default"], ["list", "x"], ["show", "a", "b"],
                 ["list", "--host", "h"]):
        done = home("connection", *args)
        assert done.code == 64, (args, done)
        is_chain(done, "config")


def test_unknown_name(home):
    add(home, "work", "host=h")
    for action in (["show", "wrok"], ["set", "wrok", "port=1"],
                   ["unset", "wrok", "port"], ["remove", "wrok"],
                   ["default", "wrok"]):
        done = home("connection", *action)
        assert done.code == 78, done
        is_chain(done, "config", '"wrok"')
        assert 'did you mean "work"?' in done.err
    for name in ("../x", ".x", "a b", "", "x" * 65):
        assert home("connection", "add", name, "host=h").code == 78


@pytest.mark.parametrize("args, port", [
    (["--server", "smtps://a.example:465", "--port", "25"], None),
    (["--port", "25", "--server", "smtps://a.example:465"], None),
    (["--host", "a.example:465", "--port", "25"], None),
    (["--server", "smtps://a.example:465", "--port", "465"], "465"),
    # A URL without a port is no word against one.
    (["--port", "2465", "--server", "smtps://a.example"], "2465"),
    (["--server", "smtps://a.example", "--port", "2465"], "2465"),
    (["--server", "smtps://a.example"], "465")])
def test_ports_disagree(home, args, port):
    done = home("connection", "add", "a", *args)
    if port is None:
        assert done.code == 78 and "disagree" in done.err, done
        assert names(home) == {}
    else:
        assert done.code == 0, done
        assert f"port = {port}\n" in home.file("a").read_text()


def test_proxy_as_a_url(home):
    """The URL is the whole of a proxy; what is said besides is said of it."""
    add(home, "base", "host=h", "proxy.username=eve", "proxy.type=http",
        "proxy.host=old")
    add(home, "a", "--proxy", "socks5://p.example:1081")
    add(home, "b", "--proxy.username", "bob", "--proxy", "http://ann@p.example",
        "--proxy.password-from", "env:P")

    def proxy(name):
        return {row["name"]: row["value"] for row in home(
            "connection", "show", name, "--json").json["settings"]
            if row["section"] == "proxy"}
    kept = proxy("a")
    assert (kept["type"], kept["host"], kept["port"], kept["username"],
            kept["use-credentials"]) == (
        "socks5", "p.example", "1081", "", "no")
    kept = proxy("b")
    assert (kept["type"], kept["port"], kept["username"],
            kept["password-from"], kept["use-credentials"]) == (
        "http", "8080", "bob", "env:P", "yes")
    assert home("connection", "set", "a", "--proxy", "none").code == 0
    assert proxy("a")["type"] == "none"
    done = home("connection", "set", "a", "--proxy", "http://u:hunter2@p")
    assert done.code == 64 and "hunter2" not in done.err + done.out, done
    done = home("connection", "set", "a", "--proxy", "gopher://p")
    assert done.code == 64 and "--proxy" in done.err, done


def test_default_moves(home):
    add(home, "a", "host=a")
    add(home, "b", "host=b")
    done = home("connection", "default", "b")
    assert done.code == 0
    rows = names(home)
    assert rows["b"]["default"] and not rows["a"]["default"]
    assert "default" not in home.file("a").read_text()
    assert home("connection", "set", "a", "default=yes").code == 0
    rows = names(home)
    assert rows["a"]["default"] and not rows["b"]["default"]


def test_remove(home):
    add(home, "a", "host=a")
    add(home, "b", "host=b", "inherits=a")
    done = home("connection", "remove", "a")
    assert done.code == 78
    is_chain(done, "config", '"b" inherits from "a"')
    assert home("secret", "set", "b", stdin=b"x\n").code == 0
    done = home("connection", "remove", "b", "--json")
    assert done.code == 0 and done.json == {"ok": True, "name": "b"}
    assert not (home.place / "secrets" / "b").exists()
    assert home("connection", "remove", "a").code == 0
    assert names(home) == {}


def test_broken_file(home):
    add(home, "work", "host=h")
    home.file("bad").write_text("[connection]\n\nhots = x\n")
    done = home("connection", "list")
    assert done.code == 78
    error = is_chain(done, "config", "bad.conf:3:")
    assert error.endswith('unknown key "hots" in [connection]; the nearest '
                          'known key is "host"')
    assert "* work" in done.out and "! bad" in done.out
    doc = home("connection", "list", "--json").json
    assert [bool(r["error"]) for r in doc["connections"]] == [True, False]
    assert home("connection", "set", "work", "port=26").code == 0
    assert home("connection", "remove", "bad").code == 0
    assert home("connection", "list").code == 0


def test_other_places(home, tmp_path):
    where = tmp_path / "else"
    done = home("-c", where, "connection", "list")
    assert done.code == 78
    is_chain(done, "config", str(where))
    assert home("-c", where, "connection", "add", "x", "host=h").code == 0
    path = where / "connections" / "x.conf"
    assert path.exists() and not home.place.exists()
    doc = home("-c", path, "connection", "show", "--json").json
    assert doc["name"] == "x" and doc["file"] == str(path)
    done = home("-c", path, "connection", "add", "y", "host=h")
    assert done.code == 78
    is_chain(done, "config", "one connection's file")


def test_secret(home):
    add(home, "work", "host=smtp.example.com", "username=ann")
    done = home("secret", "set", "work", stdin=b"open sesame\n")
    assert done.code == 0 and "sesame" not in done.out + done.err
    path = home.place / "secrets" / "work"
    assert path.read_bytes() == b"smtp.example.com\nopen sesame"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    done = home("secret", "forget", "work", "--json")
    assert done.code == 0 and done.json["forgotten"] is True
    assert not path.exists()
    done = home("secret", "forget", "work")
    assert done.code == 78
    is_chain(done, "config", "no password is stored")


def test_secret_sources(home, password):
    add(home, "work", "host=h", "username=ann", "password-from=env:X")
    path = home.place / "secrets" / "work"
    done = home("secret", "set", "work", "--from", f"file:{password}")
    assert done.code == 0 and "password-from" in done.err
    assert path.read_bytes() == b"h\nopen sesame"
    done = home("secret", "set", "work", "--from", "command:printf 'two words'")
    assert done.code == 0 and path.read_bytes() == b"h\ntwo words"
    password.chmod(0o644)
    done = home("secret", "set", "work", "--from", f"file:{password}")
    assert done.code == 78
    assert "chmod 600" in done.err
    assert path.read_bytes() == b"h\ntwo words"


@pytest.mark.parametrize("args, code", [
    ([], 64), (["set"], 64), (["set", "work", "hunter2"], 64),
    (["forget", "work", "--from", "prompt"], 64), (["show", "work"], 64),
    (["set", "work", "--from", "hunter2"], 64),
    (["set", "work", "--from", "keyring"], 64),
    (["set", "work", "--from", "oauth"], 64),
    (["set", "work", "--for", "hunter2"], 64), (["list", "work"], 64),
    (["list", "--for", "proxy"], 64), (["set", "work", "--for", "proxy"], 78),
    (["set", "nope"], 78), (["forget", "../x"], 78), (["set", "work"], 78)])
def test_secret_refused(home, args, code):
    add(home, "work", "host=h", "username=ann")
    done = home("secret", *args)
    assert done.code == code, done
    is_chain(done, "config")
    assert "hunter2" not in done.err + done.out


def test_secret_roles(home):
    """One of each beside the other, each for its own place."""
    add(home, "work", "host=h", "username=ann", "proxy.type=socks5",
        "proxy.host=proxy.example.com", "client-certificate=/etc/ann.pem",
        "oauth.provider=google", "client-id=app")
    for role, file, place in (
            ("password", "work", "h"),
            ("proxy", "work@proxy", "proxy.example.com"),
            ("client-key", "work@client-key", "/etc/ann.pem"),
            ("oauth-client", "work@oauth-client", "google")):
        done = home("secret", "set", "work", "--for", role, "--json",
                    stdin=f"hunter2 {role}\n".encode())
        assert done.code == 0, done
        assert done.json["for"] == role and done.json["host"] == place
        assert (home.place / "secrets" / file).read_text() == \
            f"{place}\nhunter2 {role}"
    done = home("secret", "list")
    assert done.code == 0 and "hunter2" not in done.out + done.err
    assert [line.split() for line in done.out.splitlines()[1:]] == [
        ["work", "password", "h"], ["work", "client-key", "/etc/ann.pem"],
        ["work", "oauth-client", "google"],
        ["work", "proxy", "proxy.example.com"]]
    done = home("secret", "list", "--json")
    assert {"name": "work", "for": "proxy", "host": "proxy.example.com"} in \
        done.json["secrets"]
    assert home("secret", "forget", "work", "--for", "proxy").code == 0
    assert not (home.place / "secrets" / "work@proxy").exists()
    done = home("secret", "forget", "work", "--for", "proxy")
    assert done.code == 78 and "secret set work --for proxy" in done.err
    done = home("connection", "remove", "work")
    assert done.code == 0 and "stored passphrase" in done.err
    assert not list((home.place / "secrets").iterdir())


def test_nothing_is_stored(home):
    done = home("secret", "list")
    assert done.code == 0 and done.out == "" and "no secret" in done.err
    assert home("secret", "list", "--json").json == {"ok": True, "secrets": []}


def test_stored_secret_is_used_and_bound(home, password):
    """The password goes to the host that it was stored for, and no other."""
    sink = Sink("--user", f"ann:{password}")
    with sink:
        add(home, "here", f"host=127.0.0.1:{sink.port}", "encryption=none",
            "username=ann", "mechanisms=SCRAM-SHA-256")
        assert home("secret", "set", "here", stdin=b"open sesame\n").code == 0
        done = home("test", "-n", "here", "--json")
        assert done.code == 0, done
        assert done.json["server"]["mechanism"] == "SCRAM-SHA-256"
        assert home("connection", "set", "here",
                    f"host=localhost:{sink.port}").code == 0
        done = home("test", "-n", "here", "--json", start_new_session=True)
        assert done.code == 78, done
        assert "belongs to another host" in done.err
        assert "sesame" not in done.out + done.err
        assert json.loads(done.out)["ok"] is False


# ---- presets

def test_preset(home):
    done = add(home, "g", "--preset", "gmail", "--username", "ann@gmail.com")
    assert home.file("g").read_text() == (
        "[connection]\nhost = smtp.gmail.com\nport = 465\n"
        "encryption = before-connect\ndefault = yes\n\n"
        "[limits]\nquota = 500/day\n\n"
        "[authentication]\nusername = ann@gmail.com\n\n"
        "[message]\nfrom = ann@gmail.com\n")
    notes = done.err.splitlines()
    assert all(line.startswith("posthaste: note: ") for line in notes)
    assert any("app password" in line for line in notes), done
    assert any("posthaste secret set g" in line for line in notes), done
    assert any("2026-03" in line for line in notes), done


def test_preset_is_overridden(home):
    add(home, "x", "--preset", "office365", "--username", "ann@example.com",
        "--port", "25", "rate=5/min")
    text = home.file("x").read_text()
    assert "port = 25\n" in text and "port = 587" not in text
    assert "rate = 5/min\n" in text and "sessions = 3\n" in text


def test_preset_asks_for_the_region(home):
    done = home("connection", "add", "s", "--preset", "ses", "--username", "A")
    assert done.code == 64
    is_chain(done, "config", "in each region")
    assert " eu-west-1 " in done.err
    assert not home.file("s").exists()
    add(home, "s", "--preset", "ses", "--region", "eu-west-1",
        "--username", "A")
    assert "host = email-smtp.eu-west-1.amazonaws.com\n" in \
        home.file("s").read_text()


@pytest.mark.parametrize("args, code, words, advice", [
    (("--preset", "gmail", "--username", "ann"), 78,
     "wants the whole address", "--username ann@gmail.com"),
    (("--preset", "tuta", "--username", "ann@tuta.io"), 78, "no SMTP",
     "another provider"),
    (("--preset", "gmial"), 64, 'no preset "gmial"', "gmail"),
    (("--region", "eu-west-1"), 64, "--region belongs", ""),
    (("--preset", "exchange", "--username", "F\\ann"), 0, "", ""),
])
def test_preset_refused(home, args, code, words, advice):
    done = home("connection", "add", "x", *args)
    assert done.code == code, done
    if code == 0:
        assert "it names no host" in done.err
        return
    is_chain(done, "config", words)
    assert advice in done.err.splitlines()[-1]
    assert not home.file("x").exists()


def test_preset_belongs_to_add(home):
    add(home, "x", "--host", "h")
    done = home("connection", "set", "x", "--preset", "gmail")
    assert done.code == 64 and "set takes no --preset" in done.err


def test_presets(home):
    done = home("connection", "presets")
    assert done.code == 0
    lines = done.out.splitlines()
    assert len(lines) > 150 and all(len(line) <= 80 for line in lines)
    done = home("connection", "presets", "zoho")
    assert [line.split()[0] for line in done.out.splitlines()[1:]][:2] == [
        "zoho-us", "zoho-eu"]
    done = home("connection", "presets", "office365")
    assert "host:          smtp.office365.com\n" in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines())
    assert home("connection", "presets", "no-such-thing").code == 64


def test_presets_json(home):
    every = home("connection", "presets", "--json").json["presets"]
    assert len(every) > 150
    [row] = home("connection", "presets", "gmail", "--json").json["presets"]
    assert row in every
    assert row["host"] == "smtp.gmail.com" and row["port"] == 465
    assert row["limits"] == {"quota": "500/day"}
    assert row["logins"] == ["password", "oauth"]
    assert row["oauth_provider"] == "google"
    [row] = home("connection", "presets", "tuta", "--json").json["presets"]
    assert row["port"] is None and row["kind"] == "mailbox-no-smtp"


def test_broken_file_and_no_default(home):
    home.file("bad").parent.mkdir(parents=True)
    home.file("bad").write_text("[connection]\nhots = x\n")
    home.file("n").write_text("[connection]\nhost = 127.0.0.1\nport = 9\n")
    done = home("connection", "list")
    assert done.code == 78
    assert "! bad" in done.out and "127.0.0.1" in done.out, done
    is_chain(done, "config", "bad.conf:2:")
    assert home("connection", "show", "n").code == 0
    add(home, "other", "host=h")
    assert home("test", "-n", "n", "--timeout", "5s").code == 75


def test_a_password_stays_with_its_server(home, tmp_path):
    """That of the default goes to no other server by inheritance."""
    secret = tmp_path / "pw"
    secret.write_text("hunter2")
    secret.chmod(0o600)
    add(home, "home", "--preset", "gmail", "--username", "ann@gmail.com",
        f"password-from=file:{secret}")
    done = add(home, "work", "--host", "127.0.0.1", "--port", "587")
    for key in ("password-from", "encryption"):
        assert (f"{key} is not inherited from home: there it is for "
                "smtp.gmail.com") in done.err, done
    assert names(home)["work"]["encryption"] == "after-connect"

    rows = {r["name"]: r for r in home("connection", "show", "work",
                                       "--json").json["settings"]
            if r["section"] != "proxy"}
    assert rows["username"]["value"] == "ann@gmail.com"
    source = rows["password-from"]
    assert (source["value"], source["origin"]) == ("", "default")
    assert source["not_inherited"] == {
        "file": str(home.file("home")), "belongs_to": "smtp.gmail.com",
        "line": 1 + home.file("home").read_text().splitlines().index(
            f"password-from = file:{secret}")}
    assert "not_inherited" not in rows["helo"]
    text = home("connection", "show", "work").out
    assert "not inherited, home:" in text and " is for smtp.gmail.com" in text

    users = tmp_path / "users"
    users.write_text("hunter2")
    users.chmod(0o600)
    with Sink("--user", f"ann@gmail.com:{users}") as sink:
        assert home("connection", "set", "work", "encryption=none",
                    f"port={sink.port}", "mechanisms=PLAIN",
                    "allow-plaintext-password=yes").code == 0
        done = home("test", "-n", "work", "--json")
        assert done.code == 78 and done.json["cause"] == "no-password", done
        assert done.json["attempts"] == [], done


def test_file_names_are_kept_whole(home, tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    assert home("connection", "add", "r", "host=h", "--ca-file", "ca.pem",
                "--password-from", "file:pwf", cwd=here).code == 0
    assert home("connection", "set", "r", "client-certificate", "./c.pem",
                cwd=here).code == 0
    lines = home.file("r").read_text().splitlines()
    assert f"ca-file = {here}/ca.pem" in lines
    assert f"password-from = file:{here}/pwf" in lines
    assert f"client-certificate = {here}/c.pem" in lines
    done = home("connection", "import", "--as", "i", "-", cwd=here,
                stdin=b"curl --cacert ca.pem smtp://h\n")
    assert done.code == 0, done
    assert f"ca-file = {here}/ca.pem" in done.out
    assert f"ca-file = {here}/ca.pem\n" in home.file("i").read_text()


def test_mistyped_folders_are_not_made(home, tmp_path):
    gone = tmp_path / "gone"
    add(home, "n", "host=127.0.0.1", "port=9")
    for args in (["test", "-n", "n", "--transcript", gone / "t"],
                 ["sink", "--listen", "127.0.0.1:0", "--encryption",
                  "after-connect", "--ca-out", gone / "x"],
                 ["connection", "export", "n", "--format", "msmtprc", "-o",
                  gone / "rc"]):
        done = home(*args)
        assert done.code == 73 and not gone.exists(), done
        assert "No such file or directory" in done.err \
            or "no such file" in done.err.lower(), done


@pytest.mark.parametrize("text, near", [
    ("[authentication]\npasswd = hunter2\n", '"password-from"'),
    ("[authentication]\nlogin = ann\n", '"username"'),
    ("[connection]\nhostname = h\n", '"host"'),
    ("[connection]\nssl = yes\n", '"encryption"'),
    ("[auth]\n", "[authentication]"),
    ("[ssl]\n", "[encryption]"),
])
def test_other_programs_words(home, text, near):
    home.file("n").parent.mkdir(parents=True)
    home.file("n").write_text(text)
    done = home("connection", "show", "n")
    assert done.code == 78
    assert near in is_chain(done, "config", "nearest known"), done
    assert "hunter2" not in done.err


def test_all_sections_are_offered(home):
    home.file("n").parent.mkdir(parents=True)
    home.file("n").write_text("[qqqqqq]\n")
    done = home("connection", "show", "n")
    for section in ("connection", "authentication", "oauth", "encryption",
                    "proxy", "message", "limits"):
        assert f"[{section}]" in done.err.splitlines()[1], done
