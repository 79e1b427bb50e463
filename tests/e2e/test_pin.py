"""posthaste connection pin: what is shown, what is asked, what is written."""

import json

import pytest

from posthaste import Server, Smtp, is_chain, run
from terminal import Terminal
from test_tls import pin_of


@pytest.fixture(name="home")
def fixture_home(tmp_path):
    """Runs the program with a configuration of its own."""
    env = {"XDG_CONFIG_HOME": str(tmp_path)}

    def call(*args, **kwargs):
        return run("connection", *args, env=env, **kwargs)
    call.env = env
    call.file = tmp_path / "posthaste" / "connections" / "lan.conf"
    return call


@pytest.fixture(name="keys", scope="module")
def fixture_keys(certificates):
    return {name: certificates.make("pin-" + name, **how) for name, how in {
        "self": {"signed": False}, "next": {"signed": False},
        "expired": {"end": "20210101000000Z"},
        "name": {"host": "other.example.com"}, "good": {}}.items()}


def add(home, server, *more, scheme="smtps"):
    done = home("add", "lan", "--server", f"{scheme}://localhost:{server.port}",
                *more)
    assert done.code == 0, done


def serve(certificates, pem, implicit=True, **kwargs):
    return Server(Smtp(tls=certificates.context(pem), implicit=implicit,
                       **kwargs))


def pins(home):
    rows = dict(line.split(" = ", 1) for line in
                home.file.read_text().splitlines() if " = " in line)
    return rows.get("verify"), rows.get("pin", "").split()


WRONG = {"self": ("cert-self-signed", "is self-signed (CN=localhost)"),
         "expired": ("cert-expired", "expired on 2021-01-01T00:00:00Z"),
         "name": ("cert-name", "for other.example.com, not for localhost")}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls", "smtp"])
def test_typed(kind, scheme, home, keys, certificates):
    """What is wrong is told; yes pins it, and then the server is trusted."""
    cause, words = WRONG[kind]
    ca = [] if kind == "self" else [f"ca-file={certificates.ca}"]
    with serve(certificates, keys[kind], scheme == "smtps",
               offers=["AUTH PLAIN"]) as server:
        add(home, server, *ca, "username=ann", "password-from=file:/none",
            scheme=scheme)
        with Terminal("connection", "pin", "lan", env=home.env) as t:
            t.answer("Type yes: ", "yes")
            assert t.end() == 0, t.screen
        # Nobody logs in for that, and no password is asked for.
        words_said = [line.split(" ")[0] for c in server.received
                      for line in c.lines]
        assert "AUTH" not in words_said
        hexed, _ = pin_of(keys[kind])
        assert hexed in t.screen and words in t.screen.replace("\n", " ")
        assert "CN=localhost" in t.screen or "other.example.com" in t.screen
        assert pins(home) == ("pin", [hexed])
        home("unset", "lan", "username")
        done = run("test", "-n", "lan", "--json", env=home.env)
    assert done.code == 0, done
    assert cause.startswith("cert-")


@pytest.mark.parametrize("how", [["--pin"], ["pin="], ["--pin", "--verify",
                                                       "ca"]])
def test_set_by_hand(how, home, keys, certificates):
    """Who names a key has it checked, unless something else is said."""
    none = "0" * 64
    args = [a + none if a.endswith("=") else a for a in how]
    if "--pin" in args:
        args.insert(args.index("--pin") + 1, none)
    with serve(certificates, keys["good"]) as server:
        add(home, server, f"ca-file={certificates.ca}")
        assert home("set", "lan", *args).code == 0
        done = run("test", "-n", "lan", "--json", env=home.env)
    wanted = 0 if "ca" in how else 78
    assert done.code == wanted, done
    assert pins(home) == ("ca" if "ca" in how else "pin", [none])
    # One that is taken away asks for nothing.
    assert home("set", "lan", "verify=ca", "pin=").code == 0
    assert "verify = ca" in home.file.read_text()


@pytest.mark.parametrize("answer", ["no", "y", "", "yes please", "ja"])
def test_not_yes(answer, home, keys, certificates):
    with serve(certificates, keys["self"]) as server:
        add(home, server)
        before = home.file.read_bytes()
        with Terminal("connection", "pin", "lan", env=home.env) as t:
            t.answer("Type yes: ", answer)
            assert t.end() == 75
        assert "nothing is pinned" in t.screen
        assert home.file.read_bytes() == before


def test_nobody_to_ask(home, keys, certificates):
    """A script names the key that it was told of; nothing else is pinned."""
    hexed, based = pin_of(keys["self"])
    with serve(certificates, keys["self"]) as server:
        add(home, server)
        before = home.file.read_bytes()
        done = home("pin", "lan", start_new_session=True, stdin=b"yes\n")
        assert done.code == 64, done
        is_chain(done, "config", "no terminal to ask on: nothing is pinned")
        assert f"--yes {hexed}" in done.err and hexed in done.out
        wrong = home("pin", "lan", "--yes", "0" * 64)
        assert wrong.code == 78, wrong
        is_chain(wrong, "tls", f"the server's key is {hexed}, and --yes names")
        for bad in ("yes", hexed[:-1], ""):
            done = home("pin", "lan", "--yes", bad)
            assert done.code == 64, done
        assert home.file.read_bytes() == before
        for how in (hexed, hexed.upper(), based):
            done = home("pin", "lan", "--yes", how)
            assert done.code == 0, done
            assert pins(home) == ("pin", [hexed])


def test_json(home, keys, certificates):
    hexed, _ = pin_of(keys["self"])
    with serve(certificates, keys["self"]) as server:
        add(home, server)
        done = home("pin", "lan", "--json")
        assert done.code == 64, done
        seen = json.loads(done.out)
        assert not seen["ok"] and not seen["pinned"] and not seen["file"]
        assert seen["certificate"]["spki_sha256"] == hexed
        assert seen["problem"]["cause"] == "cert-self-signed"
        assert seen["error"]["cause"] == "usage"
        assert pins(home) == (None, [])
        done = home("pin", "lan", "--json", "--yes", hexed)
    assert done.code == 0, done
    assert done.json["pinned"] and done.json["error"] is None
    assert done.json["file"] == str(home.file)
    assert pins(home) == ("pin", [hexed])


def test_roll_over(home, keys, certificates):
    """The new key beside the old one, then the new one alone."""
    old, new = pin_of(keys["self"])[0], pin_of(keys["next"])[0]
    with serve(certificates, keys["self"]) as first, \
            serve(certificates, keys["next"]) as second:
        add(home, first)
        assert home("pin", "lan", "--yes", old).code == 0
        assert home("set", "lan", f"port={second.port}").code == 0
        changed = run("test", "-n", "lan", env=home.env)
        assert changed.code == 78 and "none of those pinned" in changed.err
        assert home("pin", "lan", "--add", "--yes", new).code == 0
        assert pins(home) == ("pin", [old, new])
        # Once more changes nothing.
        assert home("pin", "lan", "--add", "--yes", new).code == 0
        assert pins(home) == ("pin", [old, new])
        for port in (first.port, second.port):
            home("set", "lan", f"port={port}")
            assert run("test", "-n", "lan", env=home.env).code == 0
        assert home("pin", "lan", "--yes", new).code == 0
    assert pins(home) == ("pin", [new])


def test_good_without_a_pin(home, keys, certificates):
    with serve(certificates, keys["good"]) as server:
        add(home, server, f"ca-file={certificates.ca}")
        done = home("pin", "lan", "--yes", pin_of(keys["good"])[0])
    assert done.code == 0, done
    assert "its authority and its name are good" in done.out


def test_comments_stay(home, keys, certificates):
    with serve(certificates, keys["self"]) as server:
        add(home, server)
        home.file.write_text("# mine\n" + home.file.read_text() +
                             "[encryption]\n# see below\nverify = off\n")
        hexed = pin_of(keys["self"])[0]
        assert home("pin", "lan", "--yes", hexed).code == 0
    text = home.file.read_text()
    assert text.startswith("# mine\n") and "# see below\nverify = pin\n" in text


def test_nothing_to_pin(home, tmp_path):
    with Server(Smtp()) as server:
        add(home, server, scheme="smtp+none")
        done = home("pin", "lan")
        assert done.code == 78
        is_chain(done, "config", 'connection "lan" is not encrypted')
        home("set", "lan", "encryption=after-connect")
        done = home("pin", "lan", "--json")
        assert done.code == 78, done
        is_chain(done, "tls", "STARTTLS")
        assert json.loads(done.out)["certificate"] is None
    done = home("pin", "lan")
    assert done.code == 75, done
    assert home("pin", "nosuch").code == 78
    assert home("pin").code == 64
    assert home("pin", "lan", "host=x").code == 64
    assert home("list", "--add").code == 64
