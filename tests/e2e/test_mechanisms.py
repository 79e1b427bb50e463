"""Tokens, client certificates, and the law of the two secrets over every
mechanism: where one may not be sent, what a hostile server hears does not depend
on it."""

import base64
import socket
import ssl

import pytest

from hostile import BOB, LOGIN, attempt, judge
from posthaste import CUT, Server, Smtp
from test_hostile_tls import Tapped, url, words

# Neither is a shape that the checks for spaces would catch.
SECRETS = ["short-one-5", "a.much~longer+secret/with=signs_in-it=="]
READABLE = ["OAUTHBEARER", "XOAUTH2", "LOGIN", "PLAIN"]
OTHERS = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS",
          "SCRAM-SHA-1", "GSSAPI", "EXTERNAL", "CRAM-MD5", "NTLM"]
ALL = ["AUTH " + " ".join(READABLE + OTHERS)]
REFUSAL = base64.b64encode(
    b'{"status":"401","schemes":"bearer","scope":"mail.send",'
    b'"openid-configuration":"https://login.example.com/"}').decode()


def two(talk_of, scheme, mechanism, *args):
    heard = []
    for secret in SECRETS:
        talk = talk_of()
        with Server(talk) as server:
            done = attempt("send", *url(server, scheme), *BOB, *LOGIN,
                           "--auth", mechanism, "--timeout", "10s", "--helo",
                           "h.example", *args, secret=secret)
        assert done.code != 0, done
        assert "AUTH" not in words(server), done
        heard.append(talk.heard())
    assert heard[0] == heard[1]
    assert heard[0]


def greet_late(connection, _):
    """Once the client's first octets are here: else it may hang up before it
    has said any."""
    connection.sock.recv(1, socket.MSG_PEEK)
    connection.send("220 test ESMTP")
    return True


# What a server does, and what is asked of it: no secret may be sent in any shape.
NEVER = {
    "after-absent": ("smtp+starttls", lambda: Tapped(offers=ALL)),
    "after-refused": ("smtp+starttls", lambda: Tapped(
        {"STARTTLS": "454 4.7.0 not now"}, offers=["STARTTLS", *ALL])),
    "after-cut": ("smtp+starttls", lambda: Tapped(
        {"STARTTLS": CUT}, offers=["STARTTLS", *ALL])),
    "before-plain": ("smtps", lambda: Tapped(
        {"": greet_late}, offers=ALL)),
}
# What may be sent in clear, but not readable.
CLEAR = {
    "none": ("smtp+none", lambda: Tapped(offers=ALL)),
    "wanted-absent": ("smtp", lambda: Tapped(offers=ALL)),
    "wanted-refused": ("smtp", lambda: Tapped(
        {"STARTTLS": "454 4.7.0 not now"}, offers=["STARTTLS", *ALL])),
    "wanted-cut": ("smtp", lambda: Tapped(
        {"STARTTLS": CUT}, offers=["STARTTLS", *ALL])),
}


@pytest.mark.parametrize("mechanism", READABLE + OTHERS)
@pytest.mark.parametrize("name", NEVER)
def test_no_login_where_encryption_is_required(name, mechanism):
    scheme, talk_of = NEVER[name]
    two(talk_of, scheme, mechanism)


@pytest.mark.parametrize("mechanism", READABLE)
@pytest.mark.parametrize("name", CLEAR)
def test_nothing_readable_in_clear(name, mechanism):
    scheme, talk_of = CLEAR[name]
    two(talk_of, scheme, mechanism)


@pytest.mark.parametrize("scheme,mechanism", [
    *[(scheme, m) for scheme in ("smtps", "smtp+starttls")
      for m in READABLE + OTHERS], *[("smtp", m) for m in READABLE]])
def test_no_login_over_a_bad_certificate(scheme, mechanism, certificates,
                                         good_pem):
    """Signed by nobody known; `wanted` goes on, and what is not readable may be
    tried then."""
    context = certificates.context(good_pem)
    two(lambda: Tapped(tls=context, implicit=scheme == "smtps", offers=ALL),
        scheme, mechanism)


@pytest.mark.parametrize("mechanism,other", [
    ("XOAUTH2", "PLAIN LOGIN CRAM-MD5"), ("OAUTHBEARER", "PLAIN SCRAM-SHA-256"),
    ("PLAIN", "XOAUTH2 OAUTHBEARER"), ("CRAM-MD5", "XOAUTH2 OAUTHBEARER")])
def test_a_token_is_no_password(mechanism, other, certificates, good_pem):
    """Nor the other way round: what is offered is only what the secret is not."""
    talk = Smtp(offers=["AUTH " + other], implicit=True,
                tls=certificates.context(good_pem))
    with Server(talk) as server:
        done = attempt("send", *url(server, "smtps"), *BOB, *LOGIN, "--auth",
                       mechanism, "--ca-file", certificates.ca, secret="s3cret")
    judge(done, 78, "auth", "auth-no-common")
    assert "AUTH" not in words(server)
    assert mechanism in done.err and other.split()[0] in done.err


def refused(connection, line):
    connection.send("334 " + REFUSAL)
    connection.line()
    connection.send("535 5.7.8 token not good")
    return True


@pytest.mark.parametrize("mechanism,farewell", [("XOAUTH2", ""),
                                                ("OAUTHBEARER", "AQ==")])
def test_why_a_token_is_refused(mechanism, farewell, certificates, good_pem,
                                tmp_path):
    talk = Smtp({"AUTH": refused}, offers=["AUTH " + mechanism], implicit=True,
                tls=certificates.context(good_pem))
    with Server(talk) as server:
        done = attempt("send", *url(server, "smtps"), *BOB, *LOGIN, "--auth",
                       mechanism, "--ca-file", certificates.ca,
                       secret=SECRETS[1], tmp=tmp_path)
    judge(done, 77, "auth", "auth-token")
    assert done.json["error"]["setting"] == "token"
    for word in ('status "401"', 'scope "mail.send"',
                 "https://login.example.com/", "token not good"):
        assert word in done.json["error"]["message"]
    lines = server.received[0].lines
    said = next(line for line in lines if line.startswith("AUTH"))
    assert lines[lines.index(said) + 1] == farewell
    first = base64.b64decode(said.split(" ")[2])
    assert b"auth=Bearer " + SECRETS[1].encode() in first
    if mechanism == "OAUTHBEARER":
        assert first.startswith(b"n,a=ann,\x01host=localhost\x01port=")


@pytest.mark.parametrize("length", [10, 400, 4000, 60000])
def test_tokens_of_any_length(length, certificates, good_pem):
    """Those that fit in no command line wait for the server's empty 334."""
    secret = "t" * length

    def taken(connection, line):
        if len(line.split(" ")) == 2:
            connection.send("334 ")
            line += " " + connection.line()
        said = base64.b64decode(line.split(" ")[2])
        good = said == f"user=ann\x01auth=Bearer {secret}\x01\x01".encode()
        connection.send("235 2.7.0 in" if good else "535 5.7.8 no")
        return True

    talk = Smtp({"AUTH": taken}, offers=["AUTH XOAUTH2"], implicit=True,
                tls=certificates.context(good_pem))
    with Server(talk) as server:
        done = attempt("send", *url(server, "smtps"), *BOB, *LOGIN, "--auth",
                       "XOAUTH2", "--ca-file", certificates.ca, secret=secret)
    assert done.code == 0, done
    assert done.json["server"]["mechanism"] == "XOAUTH2"


@pytest.mark.parametrize("auth", [["--auth", "EXTERNAL"], LOGIN])
def test_external(auth, certificates, good_pem):
    """By the client's certificate, named, or the strongest of "auto"."""
    mine = certificates.folder / "mine"
    if not mine.exists():
        certificates.make("mine", host="ann.example.com")
    context = certificates.context(good_pem)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates.ca)
    seen = []

    def external(connection, line):
        seen.append((line, connection.sock.getpeercert()["subject"]))
        connection.send("235 2.7.0 in")
        return True

    talk = Smtp({"AUTH": external}, offers=["AUTH PLAIN EXTERNAL CRAM-MD5"],
                tls=context)
    with Server(talk) as server:
        done = attempt("send", *url(server, "smtp+starttls"), *BOB, *auth,
                       "--ca-file", certificates.ca, "--client-certificate",
                       mine / "both.pem")
    assert done.code == 0, done
    assert done.json["server"]["mechanism"] == "EXTERNAL"
    assert seen == [("AUTH EXTERNAL =",
                     ((("commonName", "ann.example.com"),),))]


class Dropping(Smtp):
    """Offers STARTTLS to the first connection alone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.greeted = []

    def ehlo(self, connection):
        if connection not in self.greeted:
            self.greeted.append(connection)
        if len(self.greeted) == 1:
            return super().ehlo(connection)
        connection.send("250-test\r\n250 " + self.offers[0])
        return True


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtp"])
def test_starttls_is_gone_the_second_time(scheme, certificates, good_pem):
    """CRAM-MD5 is refused and hung up on; what PLAIN would say over TLS it does
    not say in clear.  The refusal is what is told."""

    def auth(connection, line):
        if line.startswith("AUTH CRAM-MD5"):
            connection.send("334 PDFAZXhhbXBsZT4=")
            connection.line()
            connection.send("535 5.7.8 no")
            return False
        connection.send("235 2.7.0 in")
        return True

    talk = Dropping({"AUTH": auth}, offers=["AUTH CRAM-MD5 PLAIN LOGIN"],
                    tls=certificates.context(good_pem))
    with Server(talk) as server:
        done = attempt("send", *url(server, scheme), *BOB, *LOGIN, "--ca-file",
                       certificates.ca)
    assert len(server.received) == 2
    assert done.json["error"]["cause"] == "auth-refused", done
    judge(done, 77, "auth")
    assert [line for line in server.received[1].lines if "AUTH" in line] == []
    assert "MAIL" not in words(server)
