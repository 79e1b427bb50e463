"""Encryption that is missing, refused, tampered with or not to be trusted; and
the law of the two passwords: where no password may be sent, every octet a server
gets is the same whatever the password is."""

import pytest

from hostile import BOB, LOGIN, SECRET, Wiretap, attempt, judge, records
from posthaste import CUT, Server, Smtp

PASSWORDS = ["short one 5", "a much longer password, with = and \u00fc in it"]
CLEARTEXT = ["AUTH PLAIN LOGIN"]
KINDS = ["expired", "future", "self", "name", "untrusted"]
CAUSES = {"expired": "cert-expired", "future": "cert-not-yet-valid",
          "self": "cert-self-signed", "name": "cert-name",
          "untrusted": "cert-untrusted"}


@pytest.fixture(name="chains", scope="module")
def fixture_chains(certificates, good_pem):
    """By kind, a certificate that is wrong in one way alone."""
    more = {"expired": {"end": "20210101000000Z"},
            "future": {"start": "20480101000000Z"},
            "self": {"signed": False}, "name": {"host": "other.example.com"}}
    made = {kind: certificates.make("hostile-" + kind, **how)
            for kind, how in more.items()}
    return {"untrusted": good_pem, **made}


def url(server, scheme):
    return ["--server", f"{scheme}://localhost:{server.port}"]


def words(server):
    return [l.split(" ")[0] for c in server.received for l in c.lines]


class Tapped(Smtp):
    """Keeps the very octets, of the text before encryption and of the records
    of it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.raw = []

    def __call__(self, connection):
        raw = []
        self.raw.append((connection, raw))
        connection.start_tls = lambda context: self.encrypt(connection, raw)
        super().__call__(connection)

    def encrypt(self, connection, raw):
        connection.buffer = b""
        # What came so far came in clear.
        connection.clear = connection.seen
        connection.sock = Wiretap(connection.sock, self.tls, raw)

    def ehlo(self, connection):
        offers = ["test", *self.offers]
        if self.tls and not isinstance(connection.sock, Wiretap):
            offers.append("STARTTLS")
        for offer in offers[:-1]:
            connection.send("250-" + offer)
        connection.send("250 " + offers[-1])
        return True

    def heard(self):
        """All of it that may not depend on a password: the text and the shapes
        of the records (their contents are new in each session)."""
        return [(records(c.seen) if c.seen[:1] == b"\x16" else c.seen,
                 records(b"".join(raw))) for c, raw in self.raw]


# ---- STARTTLS is not there, or refused


@pytest.mark.parametrize("answer, code", [
    ("454 4.7.0 TLS not available", 75), ("502 5.5.1 what?", 78),
    ("501 5.5.4 no", 78), ("554 5.7.0 never", 78), ("421 4.3.2 bye", 75)])
@pytest.mark.parametrize("command", ["send", "test"])
def test_starttls_refused(command, answer, code):
    """Where it is required nothing more is said but QUIT."""
    with Server(Smtp({"STARTTLS": answer}, offers=["STARTTLS", *CLEARTEXT])
                ) as server:
        done = attempt(command, *url(server, "smtp+starttls"), *LOGIN,
                       *(BOB if command == "send" else []), "--timeout", "10s")
    judge(done, code, "tls", command=command)
    assert answer[:3] in done.err
    assert set(words(server)) <= {"EHLO", "STARTTLS", "QUIT"}


@pytest.mark.parametrize("offers", [[], CLEARTEXT, ["STARTTLSX"],
                                    ["XSTARTTLS"], ["AUTH STARTTLS"]])
def test_starttls_stripped(offers):
    with Server(Smtp(offers=offers)) as server:
        done = attempt("send", *url(server, "smtp+starttls"), *BOB, *LOGIN)
    judge(done, 78, "tls", "tls-not-offered")
    assert set(words(server)) <= {"EHLO", "QUIT"}


@pytest.mark.parametrize("answer", [
    "250 go", b"220-go\r\n", "334 ", "354 go", "999 x", b"220 a\0\r\n", CUT])
def test_starttls_answered_wrongly(answer):
    with Server(Smtp({"STARTTLS": answer}, offers=["STARTTLS"])) as server:
        done = attempt("send", *url(server, "smtp+starttls"), *BOB,
                       "--timeout", "300ms")
    assert done.code in (75, 76, 78), done
    judge(done, done.code, "tls")
    assert "MAIL" not in words(server)


# ---- octets behind the answer to STARTTLS

INJECTED = [b"x", b"\r\n", b"\n", b"\0", b"250 ok\r\n", b"220 go\r\n",
            b"250-test\r\n250 AUTH PLAIN\r\n", b"\x16\x03\x03",
            b"235 2.7.0 in\r\n" * 100]


@pytest.mark.parametrize("injected", INJECTED)
@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtp"])
def test_injected_in_the_same_segment(injected, scheme, certificates,
                                      good_pem):
    def inject(connection, _):
        connection.send(b"220 go\r\n" + injected)
        connection.start_tls(context)
        return True

    context = certificates.context(good_pem)
    with Server(Smtp({"STARTTLS": inject}, tls=context,
                     offers=["STARTTLS"])) as server:
        done = attempt("send", *url(server, scheme), *BOB, *LOGIN,
                       "--ca-file", certificates.ca, "--timeout", "10s")
    # `wanted` does not do without TLS for that.
    judge(done, 76, "tls", "tls-injected")
    assert len(server.received) == 1
    assert "AUTH" not in words(server) and "MAIL" not in words(server)


@pytest.mark.parametrize("injected", INJECTED)
def test_injected_in_a_later_segment(injected, certificates, good_pem):
    """When the client has begun to speak TLS: it is no TLS, and no reply."""
    def inject(connection, _):
        connection.send(b"220 go\r\n")
        hello = connection.sock.recv(65536)
        assert hello[0] == 0x16
        connection.send(injected)
        connection.more()
        return False

    with Server(Smtp({"STARTTLS": inject}, offers=["STARTTLS"],
                     )) as server:
        done = attempt("send", *url(server, "smtp+starttls"), *BOB, *LOGIN,
                       "--ca-file", certificates.ca, "--timeout", "300ms")
    assert done.code in (75, 76, 78), done
    judge(done, done.code, "tls")
    assert "AUTH" not in words(server) and "MAIL" not in words(server)


def test_old_offers_are_forgotten(certificates, good_pem):
    """What was offered in clear is not offered once encryption stands."""
    class Two(Smtp):
        def ehlo(self, connection):
            self.offers = [] if hasattr(connection.sock, "version") else [
                "AUTH PLAIN", "PIPELINING", "CHUNKING", "SIZE 10", "DSN"]
            return super().ehlo(connection)

    with Server(Two(tls=certificates.context(good_pem))) as server:
        done = attempt("send", *url(server, "smtp+starttls"), *BOB,
                       "--ca-file", certificates.ca)
        login = attempt("send", *url(server, "smtp+starttls"), *BOB, *LOGIN,
                        "--ca-file", certificates.ca)
    judge(done, 0, "data")
    judge(login, 78, "auth", "auth-not-offered")


# ---- certificates


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_bad_certificate_in_test(kind, scheme, chains, certificates):
    """posthaste test names the cause, shows the certificate, and goes no
    further."""
    ca = [] if kind == "untrusted" else ["--ca-file", certificates.ca]
    with Server(Smtp(tls=certificates.context(chains[kind]), offers=CLEARTEXT,
                     implicit=scheme == "smtps")) as server:
        done = attempt("test", *url(server, scheme), *LOGIN, *ca)
    judge(done, 78, "tls", CAUSES[kind], command="test")
    assert done.json["certificate"]["subject"]
    verdicts = {s["setting"]: s["verdict"] for s in done.json["settings"]}
    assert "suspect" in (verdicts["certificate"], verdicts["host"])
    assert verdicts["password"] == "not-reached"
    assert "AUTH" not in words(server)


@pytest.mark.parametrize("kind", KINDS)
def test_wanted_puts_up_with_a_bad_certificate(kind, chains, certificates):
    """It is said, the message goes, and a password does not."""
    ca = [] if kind == "untrusted" else ["--ca-file", certificates.ca]
    with Server(Smtp(tls=certificates.context(chains[kind]),
                     offers=CLEARTEXT)) as server:
        done = attempt("send", *url(server, "smtp"), *BOB, *ca)
        login = attempt("send", *url(server, "smtp"), *BOB, *LOGIN, *ca)
    judge(done, 0, "data")
    assert "certificate" in done.err and done.json["server"]["tls"]
    judge(login, 78, "auth", "auth-plaintext")
    assert "AUTH" not in words(server)


def test_unknown_versions_only(certificates, good_pem):
    """Nothing in common; it says so and does not go below what is allowed."""
    import ssl
    context = certificates.context(good_pem)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    for scheme in ("smtps", "smtp+starttls"):
        with Server(Smtp(tls=context, implicit=scheme == "smtps")) as server:
            done = attempt("send", *url(server, scheme), *BOB, "--ca-file",
                           certificates.ca, "--tls-versions", "1.3")
        judge(done, 78, "tls", "tls-version")


# ---- the law of the two passwords


def two(talk_of, scheme, *args, code=None, tmp=None):
    """The same run with each password; what the servers got."""
    heard = []
    for secret in PASSWORDS:
        talk = talk_of()
        with Server(talk) as server:
            done = attempt("send", *url(server, scheme), *BOB, *LOGIN,
                           "--timeout", "10s", "--helo", "h.example", *args,
                           secret=secret, tmp=tmp)
        assert code is None or done.code == code, done
        assert done.code != 0, done
        assert "AUTH" not in words(server), done
        heard.append(talk.heard())
    assert heard[0] == heard[1]
    assert heard[0]
    return done


STRIPPED = {
    "none": ("smtp+none", {}, CLEARTEXT, 78),
    "none-login": ("smtp+none", {}, ["AUTH LOGIN"], 78),
    "none-old-form": ("smtp+none", {}, ["AUTH=PLAIN LOGIN", "AUTH PLAIN"], 78),
    "none-nothing": ("smtp+none", {}, [], 78),
    "none-unknown": ("smtp+none", {}, ["AUTH XYZZY DIGEST-MD5"], 78),
    "none-ehlo-refused": ("smtp+none", {"EHLO": "502 no"}, [], 69),
    "wanted-absent": ("smtp", {}, CLEARTEXT, 78),
    "wanted-454": ("smtp", {"STARTTLS": "454 4.7.0 not now"},
                   ["STARTTLS", *CLEARTEXT], 78),
    "wanted-502": ("smtp", {"STARTTLS": "502 5.5.1 no"},
                   ["STARTTLS", *CLEARTEXT], 78),
    "wanted-cut": ("smtp", {"STARTTLS": CUT}, ["STARTTLS", *CLEARTEXT], None),
    "after-absent": ("smtp+starttls", {}, CLEARTEXT, 78),
    "after-454": ("smtp+starttls", {"STARTTLS": "454 4.7.0 not now"},
                  ["STARTTLS", *CLEARTEXT], 75),
    "after-502": ("smtp+starttls", {"STARTTLS": "502 5.5.1 no"},
                  ["STARTTLS", *CLEARTEXT], 78),
    "after-lie": ("smtp+starttls", {"STARTTLS": "250 it is on"},
                  ["STARTTLS", *CLEARTEXT], None),
    "before-plain": ("smtps", {}, CLEARTEXT, 78),
}


@pytest.mark.parametrize("name", STRIPPED)
def test_two_passwords_in_clear(name, tmp_path):
    scheme, answers, offers, code = STRIPPED[name]
    two(lambda: Tapped(answers, offers=offers), scheme, code=code,
        tmp=tmp_path)


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN", "LOGIN,PLAIN"])
@pytest.mark.parametrize("scheme", ["smtp+none", "smtp"])
def test_two_passwords_and_a_mechanism_named(mechanisms, scheme):
    """To name one is not to allow it in clear."""
    two(lambda: Tapped(offers=CLEARTEXT), scheme, "--auth", mechanisms,
        code=78)


def spoilt(connection, _):
    """A handshake that fails: text where the hello is due."""
    connection.send(b"220 go\r\n")
    connection.sock.recv(65536)
    connection.send(b"250 never mind\r\n" * 20)
    return False


def injected(connection, _):
    connection.send(b"220 go\r\n250-h\r\n250 AUTH PLAIN\r\n")
    connection.sock.recv(65536)
    return False


@pytest.mark.parametrize("answer", [spoilt, injected])
@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtp"])
def test_two_passwords_and_a_spoilt_handshake(answer, scheme):
    two(lambda: Tapped({"STARTTLS": answer}, offers=["STARTTLS", *CLEARTEXT]),
        scheme)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls", "smtp"])
def test_two_passwords_and_a_bad_certificate(kind, scheme, chains,
                                             certificates, tmp_path):
    ca = [] if kind == "untrusted" else ["--ca-file", certificates.ca]
    context = certificates.context(chains[kind])
    done = two(lambda: Tapped(tls=context, implicit=scheme == "smtps",
                              offers=CLEARTEXT), scheme, *ca, code=78,
               tmp=tmp_path)
    judge(done, 78, "auth" if scheme == "smtp" else "tls")


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_two_passwords_and_another_key(scheme, certificates, good_pem):
    context = certificates.context(good_pem)
    two(lambda: Tapped(tls=context, implicit=scheme == "smtps",
                       offers=CLEARTEXT), scheme, "--pin", "0" * 64, code=78)


@pytest.mark.parametrize("stop", ["greeting", "EHLO"])
def test_two_passwords_before_the_login(stop, certificates, good_pem):
    """Encrypted and trusted, but it never comes to a login."""
    context = certificates.context(good_pem)
    answers = {"" if stop == "greeting" else stop: "554 5.7.1 go away"}
    two(lambda: Tapped(answers, tls=context, implicit=True, offers=CLEARTEXT),
        "smtps", "--ca-file", certificates.ca, code=69)


def test_the_law_can_see(certificates, good_pem):
    """Where a password is sent the tap tells two of them apart."""
    heard = []
    for secret in PASSWORDS:
        talk = Tapped(tls=certificates.context(good_pem), implicit=True,
                      offers=["AUTH PLAIN"])
        with Server(talk) as server:
            done = attempt("send", *url(server, "smtps"), *BOB, *LOGIN,
                           "--ca-file", certificates.ca, secret=secret)
        assert done.code == 0, done
        heard.append([shape for _, shape in talk.heard()])
    assert heard[0] != heard[1]


def test_nothing_left_behind(tmp_path, certificates, good_pem):
    """A good login, by each mechanism: the password is in nothing that is
    written or said."""
    from posthaste import Sink
    password = tmp_path / "password"
    password.write_text(SECRET)
    password.chmod(0o600)
    ca = tmp_path / "ca.pem"
    with Sink("--encryption", "wanted", "--user", f"ann:{password}",
              "--ca-out", ca) as sink:
        for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1",
                          "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"):
            for command in ("send", "test"):
                done = attempt(command, *url(sink, "smtp"), "--ca-file", ca,
                               *(BOB if command == "send" else []), *LOGIN,
                               "--auth", mechanism, "-v", tmp=tmp_path)
                judge(done, 0, None, command=command)
                assert done.json["server"]["mechanism"] == mechanism
                assert "AUTH" in done.transcript
