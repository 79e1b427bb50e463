"""Secrets in GNOME Keyring, over a session bus of the test's own."""

import pytest

import packages
from keyring import GnomeKeyring
from posthaste import Server, Smtp, is_chain, run
from terminal import Terminal

SECRET = "hunter2 of the keyring"
LOGIN = ["AUTH PLAIN"]


@pytest.fixture(name="ring", scope="module")
def fixture_ring(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ring")
    with GnomeKeyring(folder, packages.unpack("gnome-keyring")) as ring:
        yield ring


@pytest.fixture(name="call")
def fixture_call(ring, tmp_path):
    env = {"XDG_CONFIG_HOME": str(tmp_path), **ring.env}

    def call(*args, **kwargs):
        # Nobody is at a terminal.
        done = run(*args, env=env, start_new_session=True, **kwargs)
        assert SECRET not in done.out + done.err
        return done
    return call


def add(call, name, server, *more):
    done = call("connection", "add", name, "--server",
                f"smtp+none://ann@127.0.0.1:{server.port}",
                "allow-plaintext-password=yes", *more)
    assert done.code == 0, done


def logins(server):
    return [line for c in server.received for line in c.lines
            if line.startswith("AUTH")]


def plain(secret):
    import base64
    return "AUTH PLAIN " + base64.b64encode(
        b"\0ann\0" + secret.encode()).decode()


def test_kept_used_forgotten(call, ring):
    with Server(Smtp(offers=LOGIN)) as server:
        add(call, "one", server)
        done = call("secret", "set", "one", "--keyring",
                    stdin=SECRET.encode())
        assert done.code == 0, done
        assert done.out == \
            "stored the password of one in the keyring, for 127.0.0.1 alone\n"
        assert "connection set one password-from=keyring" in done.err
        assert ("Posthaste: password for ann at 127.0.0.1",
                {"connection": "one", "role": "password",
                 "host": "127.0.0.1"}) in ring.items()
        assert call("connection", "set", "one",
                    "password-from=keyring").code == 0
        done = call("test", "-n", "one", "--json")
        assert done.code == 0, done
        assert logins(server) == [plain(SECRET)]
        # Set anew it replaces the old one, and --keyring need not be said.
        again = call("secret", "set", "one", stdin=b"another one\n")
        assert again.code == 0 and again.err == "", again
        assert call("test", "-n", "one").code == 0
        assert logins(server)[-1] == plain("another one")
        assert len([i for i in ring.items()
                    if i[1]["connection"] == "one"]) == 1
        done = call("secret", "forget", "one")
        assert done.code == 0, done
        assert not [i for i in ring.items() if i[1]["connection"] == "one"]
        done = call("secret", "forget", "one")
        assert done.code == 78, done
        is_chain(done, "config", 'keyring holds no password of connection "one"')
        done = call("test", "-n", "one")
        assert done.code == 78, done
        is_chain(done, "config", 'keyring holds no password of connection "one"')
        assert "posthaste secret set one --keyring" in done.err


def test_bound_to_its_host(call, ring):
    """Another host gets nothing, and is named; stored anew it has it alone."""
    with Server(Smtp(offers=LOGIN)) as server:
        add(call, "two", server, "password-from=keyring")
        assert call("secret", "set", "two", stdin=SECRET.encode()).code == 0
        assert call("connection", "set", "two", "host=localhost").code == 0
        done = call("test", "-n", "two")
        assert done.code == 78, done
        is_chain(done, "config", "belongs to another host than localhost")
        assert "posthaste secret set two --keyring" in done.err
        assert logins(server) == []
        assert call("secret", "set", "two", stdin=b"second").code == 0
        assert call("test", "-n", "two").code == 0
        assert logins(server) == [plain("second")]
    hosts = [i[1]["host"] for i in ring.items() if i[1]["connection"] == "two"]
    assert hosts == ["localhost"]


def test_outlives_its_connection(call, ring):
    """Removing the connection opens no keyring; what to do is said, and
    done."""
    with Server(Smtp(offers=LOGIN)) as server:
        add(call, "gone", server, "password-from=keyring")
        assert call("secret", "set", "gone", stdin=SECRET.encode()).code == 0
    done = call("connection", "remove", "gone")
    assert done.code == 0, done
    command = "secret forget gone --for password --keyring"
    assert f"posthaste {command} removes it" in done.err
    assert call(*command.split()).code == 0
    assert not [i for i in ring.items() if i[1]["connection"] == "gone"]


def test_another_host_is_asked_for(call, ring, tmp_path):
    with Server(Smtp(offers=LOGIN)) as server:
        add(call, "six", server, "password-from=keyring")
        assert call("secret", "set", "six", stdin=SECRET.encode()).code == 0
        assert call("connection", "set", "six", "host=localhost").code == 0
        with Terminal("test", "-n", "six", env={
                "XDG_CONFIG_HOME": str(tmp_path), **ring.env}) as t:
            t.answer("Password for ann at localhost: ", "typed")
            assert t.end() == 0, t.screen
        assert "belongs to another host than localhost" in t.screen
        assert logins(server) == [plain("typed")]


def test_roles_are_apart(call, ring):
    with Server(Smtp(offers=LOGIN)) as server:
        add(call, "three", server, "password-from=keyring")
        assert call("secret", "set", "three", stdin=b"login").code == 0
        assert call("connection", "set", "three", "proxy.type=socks5",
                    "proxy.host=proxy.example.com",
                    "proxy.username=pat").code == 0
        done = call("secret", "set", "three", "--for", "proxy", "--keyring",
                    stdin=b"proxy")
        assert done.code == 0, done
        assert call("connection", "set", "three", "proxy.type=none").code == 0
        assert call("test", "-n", "three").code == 0
        assert logins(server) == [plain("login")]
    roles = {(i[1]["role"], i[1]["host"]) for i in ring.items()
             if i[1]["connection"] == "three"}
    assert roles == {("password", "127.0.0.1"),
                     ("proxy", "proxy.example.com")}


def test_any_octets(call):
    secret = "p\u00e4ss w\u00f6rd, with \"quotes\" and = and \u4e2d"
    with Server(Smtp(offers=LOGIN)) as server:
        add(call, "four", server, "password-from=keyring")
        assert call("secret", "set", "four", stdin=secret.encode()).code == 0
        assert call("test", "-n", "four").code == 0
        assert logins(server) == [plain(secret)]


def test_locked(call, ring):
    """Nobody is there to open it: said, and nothing hangs.  The last one: it
    stays locked."""
    with Server(Smtp(offers=LOGIN)) as server:
        add(call, "five", server, "password-from=keyring")
        assert call("secret", "set", "five", stdin=SECRET.encode()).code == 0
        ring.lock()
        done = call("test", "-n", "five")
        assert done.code == 78, done
        is_chain(done, "config", "the keyring")
        assert server.received == []
