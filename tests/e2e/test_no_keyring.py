"""The keyring where there is none: what is said, and how soon."""

import time

import pytest

from hostile import BOB
from keyring import Bus, SilentKeyring
from posthaste import Server, Smtp, is_chain, run


def add(home, server, *more):
    done = run("connection", "add", "k", "--server",
               f"smtp+none://ann@127.0.0.1:{server.port}",
               "allow-plaintext-password=yes", "password-from=keyring",
               "timeout=1s", *more, env=home)
    assert done.code == 0, done


@pytest.fixture(name="home")
def fixture_home(tmp_path):
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def all_ways(home, env):
    """Each command that would ask it."""
    env = {**home, **env}
    yield run("send", "-n", "k", *BOB, env=env)
    yield run("test", "-n", "k", env=env)
    yield run("secret", "set", "k", stdin=b"hunter2", env=env)
    yield run("secret", "forget", "k", env=env)


def test_no_bus(home, tmp_path):
    with Server(Smtp()) as server:
        add(home, server)
        for env in ({}, {"DBUS_SESSION_BUS_ADDRESS": ""},
                    {"DBUS_SESSION_BUS_ADDRESS":
                     f"unix:path={tmp_path / 'none'}"}):
            for done in all_ways(home, env):
                assert done.code == 78, done
                is_chain(done, "config", "there is no session bus (")
                assert "file:PATH, command:CMD, credential:NAME or stored" \
                    in done.err
                assert "hunter2" not in done.out + done.err
        assert server.received == []


def test_nobody_keeps_one(home, tmp_path):
    with Server(Smtp()) as server, Bus(tmp_path) as bus:
        add(home, server)
        for done in all_ways(home, bus.env):
            assert done.code == 78, done
            is_chain(done, "config", "nobody keeps one "
                     "(org.freedesktop.secrets) on the session bus")
            assert "file:PATH" in done.err
        assert server.received == []


def test_no_answer(home, tmp_path):
    """The connection's timeout, not for ever."""
    with Server(Smtp()) as server, SilentKeyring(tmp_path) as bus:
        add(home, server)
        for done in all_ways(home, bus.env):
            assert done.code == 78, done
            is_chain(done, "config", "did not answer within 1000 ms")
        assert server.received == []


def test_no_bus_that_speaks(home, tmp_path):
    """Something listens, and says nothing."""
    import socket
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as mute, Server(Smtp()) as server:
        mute.bind(str(path))
        mute.listen()
        add(home, server)
        began = time.monotonic()
        done = run("test", "-n", "k", env={
            **home, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"})
        assert done.code == 78, done
        is_chain(done, "config", "the keyring ")
        assert time.monotonic() - began < 15


def test_on_the_spot(home):
    done = run("send", "--server", "smtp+none://ann@127.0.0.1:1", *BOB,
               "--password-from", "keyring", env=home)
    assert done.code == 78, done
    is_chain(done, "config", "named on the spot has no entry")


def test_usage(home):
    for args in (["list", "--keyring"], ["set", "--keyring"],
                 ["set", "k", "--keyring=yes"]):
        assert run("secret", *args, env=home).code == 64
