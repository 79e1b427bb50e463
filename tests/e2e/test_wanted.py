"""`wanted`: what it makes of each server, with and without a login, and with and
without leave to show a password in clear.  A row a case, all in one table."""

import pytest

from hostile import BOB, LOGIN, attempt, judge
from posthaste import CUT, Server, Smtp

OFFERS = ["AUTH PLAIN"]


@pytest.fixture(name="pems", scope="module")
def fixture_pems(certificates, good_pem):
    return {"good": good_pem,
            "expired": certificates.make("wanted-old", end="20210101000000Z"),
            "self": certificates.make("wanted-self", signed=False),
            "name": certificates.make("wanted-name", host="other.example")}


def no_tls(connection, _):
    """Says go on, and then speaks no TLS."""
    connection.send("220 go")
    connection.sock.recv(65536)
    connection.send(b"500 what?\r\n" * 10)
    return False


def broken_off(connection, _):
    connection.send("220 go")
    connection.sock.recv(65536)
    return False


def injected(connection, _):
    connection.send(b"220 go\r\n250 test\r\n")
    connection.sock.recv(65536)
    return False


# The server's certificate (None: it has no TLS), what it answers to STARTTLS
# where not by TLS, how the client checks.  Then what has to come of it: tls,
# verified (is it safe for a password), how many connections, the warning.
IN_CLEAR = "going on without encryption"
UNTRUSTED = "going on without a certificate that can be trusted"
SERVERS = {
    "offered and good": ("good", None, "ca", True, True, 1, None),
    "absent": (None, None, "ca", False, False, 1, IN_CLEAR),
    "refused 454": (None, "454 4.7.0 not now", "ca", False, False, 1,
                    IN_CLEAR),
    "refused 502": (None, "502 5.5.1 what?", "ca", False, False, 1, IN_CLEAR),
    "answers no TLS": (None, no_tls, "ca", False, False, 2, IN_CLEAR),
    "breaks off": (None, broken_off, "ca", False, False, 2, IN_CLEAR),
    "hangs up": (None, CUT, "ca", False, False, 2, IN_CLEAR),
    "expired": ("expired", None, "ca", True, False, 2, UNTRUSTED),
    "self-signed": ("self", None, "ca", True, False, 2, UNTRUSTED),
    "another name": ("name", None, "ca", True, False, 2, UNTRUSTED),
    "unknown issuer": ("good", None, "none", True, False, 2, UNTRUSTED),
    "another key": ("good", None, "pin", True, False, 2, UNTRUSTED),
    "not checked": ("self", None, "off", True, True, 1, None),
}


def how_checked(how, certificates):
    return {"ca": ["--ca-file", certificates.ca], "none": [],
            "pin": ["--pin", "0" * 64], "off": ["--verify", "off"]}[how]


def serve(row, pems, certificates):
    pem, answer = row[:2]
    if answer is not None:
        return Server(Smtp({"STARTTLS": answer},
                           offers=["STARTTLS", *OFFERS]))
    if pem is None:
        return Server(Smtp(offers=OFFERS))
    return Server(Smtp(tls=certificates.context(pems[pem]), offers=OFFERS))


def words(connection):
    return [line.split(" ")[0] for line in connection.lines]


def of_server(done):
    """Without those about the settings alone."""
    return [w for w in done.json["warnings"] if w.startswith("localhost:")]


def check(done, server, row, code, cause=None):
    """What is the same with any login."""
    _, _, _, tls, _, connections, warning = row
    judge(done, code, None if code == 0 else "auth", cause)
    assert bool(done.json["server"]["tls"]) == tls, done
    assert len(server.received) == connections, done
    told = of_server(done)
    if warning is None:
        assert told == [], done
    else:
        assert len(told) == 1 and warning in told[0], done
        assert told[0] in done.err, done
    # Nothing of a message goes over what was given up.
    for given_up in server.received[:-1]:
        assert "MAIL" not in words(given_up) and "AUTH" not in words(given_up)


@pytest.mark.parametrize("name", SERVERS)
def test_no_login(name, pems, certificates):
    """The message goes, come what may."""
    row = SERVERS[name]
    with serve(row, pems, certificates) as server:
        done = attempt("send", "--server",
                       f"smtp://localhost:{server.port}", *BOB,
                       *how_checked(row[2], certificates))
    check(done, server, row, 0)


@pytest.mark.parametrize("name", SERVERS)
def test_login(name, pems, certificates):
    """A password goes over TLS that is trusted, and nowhere else."""
    row = SERVERS[name]
    with serve(row, pems, certificates) as server:
        done = attempt("send", "--server",
                       f"smtp://localhost:{server.port}", *BOB, *LOGIN,
                       *how_checked(row[2], certificates))
    if row[4]:
        check(done, server, row, 0)
        assert "AUTH" in words(server.received[-1])
        return
    check(done, server, row, 78, "auth-plaintext")
    assert not any("AUTH" in words(c) for c in server.received)
    assert "MAIL" not in words(server.received[-1])


@pytest.mark.parametrize("name", SERVERS)
def test_login_allowed_in_clear(name, pems, certificates):
    """The connection's own word."""
    row = SERVERS[name]
    with serve(row, pems, certificates) as server:
        done = attempt("send", "--server",
                       f"smtp://localhost:{server.port}", *BOB, *LOGIN,
                       "--allow-plaintext-password",
                       *how_checked(row[2], certificates))
    check(done, server, row, 0)
    assert "AUTH" in words(server.received[-1])


@pytest.mark.parametrize("name", SERVERS)
def test_another_mechanism(name, pems, certificates):
    """One that shows no password needs no leave."""
    row = SERVERS[name]
    with serve(row, pems, certificates) as server:
        server.talk.offers = [o for o in server.talk.offers
                              if not o.startswith("AUTH")]
        server.talk.offers.append("AUTH CRAM-MD5 PLAIN")
        server.talk.answers["AUTH"] = cram
        done = attempt("send", "--server",
                       f"smtp://localhost:{server.port}", *BOB, *LOGIN,
                       *how_checked(row[2], certificates))
    check(done, server, row, 0)
    assert done.json["server"]["mechanism"] == "CRAM-MD5"


def cram(connection, line):
    if line.split()[1] != "CRAM-MD5":
        connection.send("504 5.5.4 not that")
        return True
    connection.send("334 PDFAYj4=")
    connection.line()
    connection.send("235 2.7.0 in")
    return True


@pytest.mark.parametrize("login", [[], LOGIN])
@pytest.mark.parametrize("command", ["send", "test"])
def test_injected(command, login):
    """Somebody is at work in between: no `wanted` puts up with that."""
    with Server(Smtp({"STARTTLS": injected}, offers=["STARTTLS", *OFFERS])
                ) as server:
        done = attempt(command, "--server",
                       f"smtp://localhost:{server.port}", *login,
                       *(BOB if command == "send" else []))
    judge(done, 76, "tls", "tls-injected", command=command)
    assert len(server.received) == 1
    assert set(words(server.received[0])) <= {"EHLO", "STARTTLS"}


@pytest.mark.parametrize("name", SERVERS)
def test_test_says_the_same(name, pems, certificates):
    row = SERVERS[name]
    with serve(row, pems, certificates) as server:
        done = attempt("test", "--server",
                       f"smtp://localhost:{server.port}",
                       *how_checked(row[2], certificates))
    judge(done, 0, None, command="test")
    assert bool(done.json["server"]["tls"]) == row[3]
    assert (of_server(done) == []) == (row[6] is None)
    if row[0] not in (None, "good"):
        assert done.json["certificate"]["subject"]
