"""What a certificate's issuer says of it (OCSP), handed over by the server: by
openssl's own authority, responder and server."""

import re
import subprocess
import threading

import pytest

from hostile import BOB, attempt, judge
from posthaste import WAIT, Certificates, openssl


class Talker:
    """openssl s_server, which can staple, and behind it a few words of SMTP."""

    ANSWERS = {"EHLO": "250 test", "MAIL": "250 2.1.0 ok",
               "RCPT": "250 2.1.5 ok", "DATA": "354 go on",
               ".": "250 2.0.0 taken", "QUIT": "221 2.0.0 bye"}

    def __init__(self, pem, *args):
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1",
             "-cert", pem, "-key", pem, *map(str, args)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self.lines = []
        self.ready = threading.Event()
        self.port = None
        self.thread = threading.Thread(target=self.talk, daemon=True)
        self.thread.start()
        assert self.ready.wait(WAIT) and self.port

    def say(self, text):
        self.process.stdin.write(text.encode() + b"\r\n")
        self.process.stdin.flush()

    def talk(self):
        try:
            for raw in self.process.stdout:
                line = raw.decode(errors="replace").rstrip()
                found = re.match(r"ACCEPT 127\.0\.0\.1:(\d+)", line)
                if found:
                    self.port = int(found[1])
                    self.ready.set()
                elif "CIPHER is" in line:
                    self.say("220 test ESMTP")
                elif line.split(" ")[0] in self.ANSWERS:
                    self.lines.append(line)
                    self.say(self.ANSWERS[line.split(" ")[0]])
        except OSError:
            pass  # the client hung up
        finally:
            self.ready.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(WAIT)
        self.thread.join(WAIT)
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except OSError:
            pass


class Issuer(Certificates):
    """With a responder, which reads a list of what was issued."""

    def issue(self, name, extra=""):
        folder = self.folder / name
        folder.mkdir()
        (folder / "ext").write_text("subjectAltName=DNS:localhost\n" + extra)
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key", "-out",
                "csr", "-subj", "/CN=localhost", cwd=folder)
        openssl("x509", "-req", "-in", "csr", "-CA", self.ca, "-CAkey",
                self.folder / "ca.key", "-CAcreateserial", "-out", "crt",
                "-days", "30", "-extfile", "ext", cwd=folder)
        pem = folder / "both.pem"
        pem.write_text((folder / "crt").read_text() +
                       (folder / "key").read_text())
        return pem

    def word(self, pem, state, *validity):
        """V good, R revoked, "" unknown: the response's file."""
        crt = pem.parent / "crt"
        serial = subprocess.run(
            ["openssl", "x509", "-in", crt, "-noout", "-serial"], check=True,
            capture_output=True, text=True).stdout.strip().split("=")[1]
        gone = "260101000000Z,keyCompromise" if state == "R" else ""
        row = f"{state}\t490101000000Z\t{gone}\t{serial}\tunknown\t/CN=x\n"
        (pem.parent / "index").write_text(row if state else "")
        out = pem.parent / f"word-{state}{len(validity)}.der"
        openssl("ocsp", "-index", "index", "-CA", self.ca, "-rsigner", self.ca,
                "-rkey", self.folder / "ca.key", "-issuer", self.ca, "-cert",
                crt, "-respout", out, *validity, cwd=pem.parent)
        return out


@pytest.fixture(name="issuer", scope="module")
def fixture_issuer(tmp_path_factory):
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(name="plain", scope="module")
def fixture_plain(issuer):
    return issuer.issue("plain")


@pytest.fixture(name="strict", scope="module")
def fixture_strict(issuer):
    return issuer.issue("strict", "tlsfeature=status_request\n")


def run_against(pem, issuer, *server, command="send", options=()):
    with Talker(pem, *server) as talker:
        done = attempt(command, "--server", f"smtps://localhost:{talker.port}",
                       *(BOB if command == "send" else []), "--ca-file",
                       issuer.ca, *options)
    return done, talker


VERSIONS = ["-tls1_2", "-tls1_3"]
DAY = ["-ndays", "1"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("command", ["send", "test"])
def test_none_and_good(version, command, plain, issuer):
    """Nothing is said where there is nothing to say."""
    good = issuer.word(plain, "V", *DAY)
    for stapled, seen in (([], None), (["-status_file", good], "good")):
        done, _ = run_against(plain, issuer, version, *stapled,
                              command=command)
        judge(done, 0, None, command=command)
        assert done.json["warnings"] == []
        if command == "test":
            assert done.json["certificate"]["ocsp"] == seen


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("command", ["send", "test"])
def test_revoked(version, command, plain, issuer):
    done, talker = run_against(
        plain, issuer, version, "-status_file", issuer.word(plain, "R", *DAY),
        command=command)
    judge(done, 78, "tls", "cert-revoked", command=command)
    assert 'was revoked by its issuer, "CN=Test CA", on ' \
        "2026-01-01T00:00:00Z (keyCompromise)" in done.err
    assert talker.lines == []
    if command == "test":
        assert done.json["certificate"]["ocsp"] == "revoked"


def doubtful(tmp_path, plain, issuer, kind):
    if kind == "unknown":
        return issuer.word(plain, "", *DAY), "that its issuer does not know it"
    path = tmp_path / "word.der"
    if kind == "malformed":
        path.write_bytes(issuer.word(plain, "V", *DAY).read_bytes()[:-9])
        # OpenSSL reads no such file: what it reads must be whole.
        path.write_bytes(b"\x30\x03\x0a\x01\x03")
        return path, "was unable to answer (trylater)"
    other = issuer.folder / "elsewhere"
    if not other.exists():
        issuer.issue("elsewhere")
    return issuer.word(other / "both.pem", "V", *DAY), \
        "is about another certificate"


@pytest.mark.parametrize("kind", ["unknown", "malformed", "another's"])
@pytest.mark.parametrize("command", ["send", "test"])
def test_doubtful(kind, command, plain, issuer, tmp_path):
    """It goes on, and the result says so."""
    path, words = doubtful(tmp_path, plain, issuer, kind)
    done, _ = run_against(plain, issuer, "-status_file", path,
                          command=command)
    judge(done, 0, None, command=command)
    assert len(done.json["warnings"]) == 1
    warning = done.json["warnings"][0]
    assert words in warning and "OCSP staple" in warning
    assert f"posthaste: note: {command}: {warning}\n" in done.err
    if command == "test":
        assert done.json["certificate"]["ocsp"] == "doubtful"


@pytest.mark.parametrize("version", VERSIONS)
def test_demanded(version, strict, issuer):
    """RFC 7633: without a good one the certificate is not believed."""
    none, talker = run_against(strict, issuer, version)
    judge(none, 78, "tls", "cert-staple")
    assert "demands an OCSP staple (RFC 7633), and the server's is missing" \
        in none.err
    assert talker.lines == []
    other, _ = run_against(strict, issuer, version, "-status_file",
                           issuer.word(strict, "", *DAY))
    judge(other, 78, "tls", "cert-staple")
    good, _ = run_against(strict, issuer, version, "-status_file",
                          issuer.word(strict, "V", *DAY))
    judge(good, 0, None)


def test_who_does_not_ask(strict, issuer):
    """A pin is enough, and verify = off asks nobody."""
    for how in (["--verify", "off"], ["--pin", pin_of(strict)]):
        done, _ = run_against(strict, issuer, "-status_file",
                              issuer.word(strict, "R", *DAY), options=how)
        judge(done, 0, None)


def pin_of(pem):
    key = subprocess.run(["openssl", "x509", "-in", pem, "-noout", "-pubkey"],
                         check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"],
                         input=key, check=True, capture_output=True).stdout
    return subprocess.run(["openssl", "dgst", "-sha256"], input=der,
                          check=True, capture_output=True
                          ).stdout.split()[-1].decode()
