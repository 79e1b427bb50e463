"""The client's own certificate and key: every kind of file, the passphrase from
its source, and what is said when one of them will not do."""

import ssl

import pytest

from hostile import BOB, attempt, judge
from posthaste import Server, Smtp, openssl, run
from terminal import Terminal

WORD = "open the key"


@pytest.fixture(name="files", scope="module")
def fixture_files(certificates, tmp_path_factory):
    """A client's certificate by an authority in the middle, as each kind of
    file."""
    folder = tmp_path_factory.mktemp("client")
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    def sign(name, subject, ca, key, extra):
        (folder / "ext").write_text(extra)
        openssl("req", "-new", *new, "-keyout", name + ".key", "-out",
                name + ".csr", "-subj", "/CN=" + subject, cwd=folder)
        openssl("x509", "-req", "-in", name + ".csr", "-CA", ca, "-CAkey", key,
                "-CAcreateserial", "-out", name + ".crt", "-days", "30",
                "-extfile", "ext", cwd=folder)

    sign("middle", "Middle", certificates.ca, certificates.folder / "ca.key",
         "basicConstraints=critical,CA:TRUE\n")
    sign("ann", "ann", "middle.crt", "middle.key",
         "extendedKeyUsage=clientAuth\n")
    sign("other", "other", "middle.crt", "middle.key",
         "extendedKeyUsage=clientAuth\n")
    read = {p: (folder / p).read_text()
            for p in ("ann.crt", "ann.key", "middle.crt", "other.key")}
    (folder / "chain.pem").write_text(read["ann.crt"] + read["middle.crt"])
    (folder / "all.pem").write_text(read["ann.crt"] + read["middle.crt"] +
                                    read["ann.key"])
    word = ["-passout", "pass:" + WORD]
    openssl("pkcs8", "-topk8", "-in", "ann.key", "-out", "locked.key", *word,
            cwd=folder)
    openssl("ec", "-in", "ann.key", "-aes256", "-out", "older.key", *word,
            cwd=folder)
    pack = ["pkcs12", "-export", "-inkey", "ann.key", "-in", "ann.crt",
            "-certfile", "middle.crt"]
    openssl(*pack, "-out", "ann.p12", *word, cwd=folder)
    openssl(*pack, "-out", "open.p12", "-passout", "pass:", cwd=folder)
    openssl(*pack, "-legacy", "-out", "legacy.p12", *word, cwd=folder)
    (folder / "junk").write_text("junk\n")
    for name, text in (("word", WORD), ("wrong", "something else")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    return folder


def asking(certificates, pem, version=None):
    context = certificates.context(pem)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates.ca)
    if version:
        context.maximum_version = version
    return context



class Asking(Smtp):
    """Knows who logs in by the certificate alone."""

    def __init__(self, **kwargs):
        super().__init__({"AUTH": self.login}, offers=["AUTH EXTERNAL PLAIN"],
                         **kwargs)
        self.names = []

    def login(self, connection, line):
        subject = dict(pair[0] for pair in
                       connection.sock.getpeercert()["subject"])
        self.names.append((subject["commonName"], line))
        connection.send("235 2.7.0 in")
        return True


def url(server, scheme):
    return ["--server", f"{scheme}://localhost:{server.port}"]


WAYS = {
    "one PEM file": ("all.pem", None, None),
    "two": ("chain.pem", "ann.key", None),
    "two, a passphrase nobody needs": ("chain.pem", "ann.key", "word"),
    "PKCS#8, protected": ("chain.pem", "locked.key", "word"),
    "OpenSSL's older form": ("chain.pem", "older.key", "word"),
    "PKCS#12": ("ann.p12", None, "word"),
    "PKCS#12 with the empty passphrase": ("open.p12", None, None),
    "PEM and the key from PKCS#12": ("chain.pem", "ann.p12", "word"),
}


def options(files, certificate, key, word):
    args = ["--client-certificate", files / certificate]
    if key:
        args += ["--client-key", files / key]
    if word:
        args += ["--client-key-password-from", f"file:{files / word}"]
    return args


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls", "smtp"])
def test_external(way, scheme, files, certificates, good_pem):
    talk = Asking(tls=asking(certificates, good_pem),
                  implicit=scheme == "smtps")
    with Server(talk) as server:
        done = attempt("send", *url(server, scheme), *BOB, "--auth",
                       "EXTERNAL", "--ca-file", certificates.ca,
                       *options(files, *WAYS[way]))
    judge(done, 0, None)
    assert done.json["server"]["mechanism"] == "EXTERNAL"
    assert talk.names == [("ann", "AUTH EXTERNAL =")]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2,
                                     ssl.TLSVersion.TLSv1_3])
def test_versions(version, files, certificates, good_pem):
    talk = Asking(tls=asking(certificates, good_pem, version), implicit=True)
    with Server(talk) as server:
        ca = ["--ca-file", certificates.ca, "--auth", "EXTERNAL"]
        done = attempt("test", *url(server, "smtps"), *ca,
                       *options(files, *WAYS["PKCS#12"]))
        # Without one the server refuses, and that is what is said.
        none = attempt("test", *url(server, "smtps"), "--ca-file",
                       certificates.ca)
    judge(done, 0, None, command="test")
    assert none.code in (75, 78), none
    assert "certificate" in none.err or "handshake failure" in none.err


def test_a_certificate_put_up_with(files, certificates, good_pem):
    """`wanted` goes on with a server that it cannot verify, and is asked for
    the certificate again: the passphrase is still there.  To log in by it there
    is another thing."""
    talk = Asking(tls=asking(certificates, good_pem))
    shows = options(files, *WAYS["PKCS#12"])
    with Server(talk) as server:
        done = attempt("send", *url(server, "smtp"), *BOB, *shows)
        login = attempt("send", *url(server, "smtp"), *BOB, *shows, "--auth",
                        "EXTERNAL")
    judge(done, 0, None)
    assert done.json["server"]["tls"]
    assert "without a certificate that can be trusted" in done.err
    judge(login, 78, "auth", "auth-no-common")
    assert talk.names == []


FAULTS = {
    "no certificate": (("none.pem", None, None), "client-certificate",
                       "none.pem: no such file", "client-certificate"),
    "junk": (("junk", None, None), "client-certificate",
             "junk: it is neither PEM nor PKCS#12", "client-certificate"),
    "no key in it": (("chain.pem", None, None), "client-key",
                     "chain.pem: there is no key in it", "client-key"),
    "no key": (("chain.pem", "none.key", None), "client-key",
               "none.key: no such file", "client-key"),
    "another's key": (("chain.pem", "other.key", None), "client-key",
                      "other.key: it does not belong to the certificate",
                      "client-key"),
    "protected": (("chain.pem", "locked.key", None), "client-key",
                  "locked.key: it is protected by a passphrase, and no source "
                  "of that is named", "client-key-password-from = prompt"),
    "protected PKCS#12": (("ann.p12", None, None), "client-certificate",
                          "ann.p12: it is protected by a passphrase",
                          "client-key-password-from = prompt"),
    "wrong": (("chain.pem", "locked.key", "wrong"), "client-key",
              "locked.key: the passphrase for it is wrong",
              "client-key-password-from"),
    "wrong, older": (("chain.pem", "older.key", "wrong"), "client-key",
                     "older.key: the passphrase for it is wrong",
                     "client-key-password-from"),
    "wrong for PKCS#12": (("ann.p12", None, "wrong"), "client-certificate",
                          "ann.p12: the passphrase for it is wrong",
                          "client-key-password-from"),
    "a cipher put aside": (("legacy.p12", None, "word"), "client-certificate",
                           "legacy.p12: it is protected by a cipher that",
                           "openssl pkcs12 -legacy -in "),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("command", ["send", "test"])
def test_will_not_do(name, command, files):
    """Said before anything is connected to; 78."""
    way, cause, text, advice = FAULTS[name]
    with Server(Smtp()) as server:
        done = attempt(command, *url(server, "smtps"),
                       *(BOB if command == "send" else []),
                       *options(files, *way))
        assert server.received == []
    judge(done, 78, "config", cause, command=command)
    assert text in done.err and advice in done.err
    assert WORD not in done.err and "something else" not in done.err
    if command == "send":
        assert done.json["error"]["setting"] == "certificate"


def test_missing_source(files):
    done = attempt("send", "--server", "smtps://localhost:1", *BOB,
                   "--client-certificate", files / "ann.p12",
                   "--client-key-password-from", "file:/none/such")
    judge(done, 78, "config", "no-password")


def test_prompt(files, certificates, good_pem):
    """Asked for by the key's path, without echo; and by nobody else."""
    talk = Asking(tls=asking(certificates, good_pem), implicit=True)
    with Server(talk) as server:
        base = ["send", *url(server, "smtps"), *BOB, "--ca-file",
                certificates.ca, "--auth", "EXTERNAL", "--client-certificate"]
        asked = ["--client-key-password-from", "prompt"]
        for certificate, key in (("chain.pem", "locked.key"),
                                 ("ann.p12", None)):
            path = files / (key or certificate)
            more = ["--client-key", files / key] if key else []
            with Terminal(*base, files / certificate, *more, *asked) as t:
                t.answer(f"Passphrase for the key {path}: ", WORD)
                assert t.end() == 0, t.screen
                assert WORD not in t.screen
            with Terminal(*base, files / certificate, *more) as t:
                assert t.end() == 78, t.screen
                assert "Enter" not in t.screen and "rompt:" not in t.screen
    assert len(talk.names) == 2


def test_stored_for_its_file(tmp_path, files, certificates, good_pem):
    """A stored passphrase belongs to the file, also where the key lies in the
    certificate's."""
    home = {"XDG_CONFIG_HOME": str(tmp_path)}
    talk = Asking(tls=asking(certificates, good_pem), implicit=True)
    with Server(talk) as server:
        for args in (
                ["connection", "add", "ext", *url(server, "smtps"),
                 f"ca-file={certificates.ca}", "mechanisms=EXTERNAL",
                 f"client-certificate={files / 'ann.p12'}",
                 "client-key-password-from=stored"],
                ["secret", "set", "ext", "--for", "client-key"]):
            done = run(*args, env=home, stdin=WORD.encode())
            assert done.code == 0, done
        good = run("send", "-n", "ext", "--json", *BOB, env=home)
        assert good.code == 0, good
        moved = tmp_path / "moved.p12"
        moved.write_bytes((files / "ann.p12").read_bytes())
        assert run("connection", "set", "ext", f"client-certificate={moved}",
                   env=home).code == 0
        other = run("send", "-n", "ext", "--json", *BOB, env=home)
    assert other.code == 78, other
    assert f"belongs to another key than {moved}" in other.err
    assert len(talk.names) == 1
