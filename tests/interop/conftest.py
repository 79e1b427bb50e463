import json
import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import capture
import logins
import packages
import servers

PROGRAM = os.environ.get("POSTHASTE", str(packages.ROOT / "build" / "posthaste"))


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True,
                   stdin=subprocess.DEVNULL, capture_output=True)


@pytest.fixture(scope="session")
def certificate():
    """A folder with ca.pem and, for localhost and 127.0.0.1, server.pem.
    Not one of pytest's, which are closed to the accounts that servers use."""
    with tempfile.TemporaryDirectory(prefix="posthaste-ca-") as name:
        folder = pathlib.Path(name)
        make_certificates(folder)
        folder.chmod(0o755)
        (folder / "server.pem").chmod(0o644)
        yield folder


def make_certificates(folder):
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=Test CA", "-days", "3")
    openssl(folder, "req", *key, "-keyout", "server.key", "-out", "server.csr",
            "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem",
            "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.crt",
            "-days", "3", "-extfile", "names")
    (folder / "server.pem").write_text(
        (folder / "server.key").read_text() + (folder / "server.crt").read_text())


def running(cls, *args, **kwargs):
    server = cls(*args, **kwargs)
    yield server
    server.close()


@pytest.fixture(scope="session")
def postfix(certificate):
    yield from running(servers.Postfix, certificate / "server.pem")


@pytest.fixture(scope="session")
def exim(certificate):
    yield from running(servers.Exim, certificate / "server.pem")


@pytest.fixture(scope="session")
def opensmtpd(certificate):
    yield from running(servers.OpenSmtpd, certificate / "server.pem")


@pytest.fixture(scope="session")
def aiosmtpd(certificate, tmp_path_factory):
    yield from running(capture.Aiosmtpd, tmp_path_factory.mktemp("aiosmtpd"),
                       certificate / "server.pem",
                       (servers.USER, servers.PASSWORD))


@pytest.fixture(scope="session")
def dovecot(certificate, tmp_path_factory):
    """What it hands on lies with the server behind it."""
    behind = capture.Aiosmtpd(tmp_path_factory.mktemp("behind"))
    front = servers.DovecotSubmission(certificate / "server.pem", behind.plain)
    front.mail.close()
    front.mail = behind.mail
    yield front
    front.close()
    behind.controller.stop()


class Node:
    """nodemailer's smtp-server."""

    def __init__(self, folder, certificate):
        for sub in ("new", "tmp"):
            (folder / sub).mkdir()
        self.mail = servers.Folder(folder / "new")
        config = folder / "config.json"
        config.write_text(json.dumps({
            "modules": str(packages.npm(*packages.NODEMAILER)
                           / "node_modules"),
            "certificate": str(certificate), "folder": str(self.mail.path),
            "mechanisms": ["PLAIN", "LOGIN", "CRAM-MD5"],
            "user": servers.USER, "password": servers.PASSWORD}))
        self.process = subprocess.Popen(
            ["node", pathlib.Path(__file__).parent / "smtp-server.js", config],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.starttls = self.ready_port()
        self.tls = self.ready_port()

    def ready_port(self):
        word, port = self.process.stdout.readline().split()
        assert word == "ready"
        return int(port)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
        self.mail.close()


@pytest.fixture(scope="session")
def nodemailer(certificate, tmp_path_factory):
    yield from running(Node, tmp_path_factory.mktemp("node"),
                       certificate / "server.pem")


@pytest.fixture
def posthaste(tmp_path, certificate):
    """Runs the program with no configuration but the test's."""

    def run(*args, password=servers.PASSWORD, more_env=None, **kwargs):
        env = dict(os.environ, XDG_CONFIG_HOME=str(tmp_path / "config"),
                   HOME=str(tmp_path), SECRET=password, LC_ALL="C.UTF-8")
        env.update(more_env or {})
        kwargs.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([PROGRAM, *map(str, args)], env=env, timeout=60,
                              capture_output=True, text=True, **kwargs)

    run.certificate = certificate
    return run


@pytest.fixture
def sink(tmp_path, certificate):
    """Starts sinks: sink("--encryption", "after-connect", ...).  A dict of the
    first line, with .messages() for those that follow."""
    started = []

    def start(*args):
        server = Sink([PROGRAM, "sink", "--listen", "127.0.0.1:0", *args])
        started.append(server)
        return server

    yield start
    for server in started:
        server.close()


class Sink:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, text=True)
        self.first = json.loads(self.process.stdout.readline())
        self.port = int(self.first["listening"].rsplit(":", 1)[1])

    def message(self):
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture(scope="session")
def kdc():
    yield from running(logins.Kdc)


@pytest.fixture(scope="session")
def cyrus(certificate, kdc):
    yield from running(logins.PostfixCyrus, certificate / "server.pem", kdc)


@pytest.fixture(scope="session")
def tokens(certificate, tmp_path_factory):
    """Dovecot's submission, before a server that keeps what it hands on."""
    behind = capture.Aiosmtpd(tmp_path_factory.mktemp("behind-tokens"))
    front = logins.DovecotTokens(certificate / "server.pem", behind.plain)
    yield front
    front.close()
    behind.controller.stop()


@pytest.fixture(scope="session")
def exim_certificates(certificate):
    yield from running(logins.EximCertificates, certificate / "server.pem")


@pytest.fixture(scope="session")
def client_certificate(certificate):
    """Of the same CA, for USER: in the name, and as its mail address."""
    openssl(certificate, "req", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", "client.key",
            "-out", "client.csr", "-subj", f"/CN={servers.USER}")
    (certificate / "client.names").write_text(
        f"subjectAltName=email:{servers.USER}\n")
    openssl(certificate, "x509", "-req", "-in", "client.csr", "-CA", "ca.pem",
            "-CAkey", "ca.key", "-CAcreateserial", "-out", "client.crt",
            "-days", "3", "-extfile", "client.names")
    both = certificate / "client.pem"
    both.write_text((certificate / "client.key").read_text() +
                    (certificate / "client.crt").read_text())
    return both
