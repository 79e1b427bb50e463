"""Other programs take what `connection export` writes, and what they say of it
comes to our sink; and their own settings lead there."""

import json
import pathlib
import select
import shlex
import smtplib
import subprocess

import pytest

import packages
import servers
from servers import PASSWORD, USER

HERE = pathlib.Path(__file__).parent
MODES = ("after-connect", "before-connect")
MESSAGE = (b"From: Ann <ann@example.com>\nTo: bob@example.com\n"
           b"Subject: by another program\n\nhello\n")


@pytest.fixture
def connected(posthaste, sink, certificate, tmp_path):
    """A sink with TLS and a user, and the connection `there` to it."""
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)

    def start(mode, *settings):
        server = sink("--encryption", mode, "--certificate",
                      certificate / "server.pem", "--user", f"{USER}:{secret}")
        for args in (["add", "there", "--host", "localhost", "--port",
                      server.port, "--encryption", mode, "--username", USER,
                      f"from={USER}", f"ca-file={certificate / 'ca.pem'}",
                      *settings],):
            done = posthaste("connection", *args)
            assert done.returncode == 0, done.stderr
        done = posthaste("secret", "set", "there", "--from", f"file:{secret}")
        assert done.returncode == 0, done.stderr
        return server

    return start


@pytest.fixture
def exported(posthaste, tmp_path):
    def export(form):
        path = tmp_path / "exported"
        done = posthaste("connection", "export", "there", "--format", form,
                         "--with-passwords", "-o", path)
        assert done.returncode == 0, done.stderr
        assert path.stat().st_mode & 0o777 == 0o600
        return path
    return export


def came(server, **wanted):
    assert select.select([server.process.stdout], [], [], 30)[0]
    said = server.message()
    assert said["from"] == USER and said["to"] == ["bob@example.com"]
    assert said["auth"]["username"] == USER
    assert said["tls"].startswith("TLSv1.")
    assert said["subject"] == "by another program"
    for key, value in wanted.items():
        assert said["auth"][key] == value


def run(command, **kwargs):
    done = subprocess.run(list(map(str, command)), capture_output=True,
                          timeout=60, **kwargs)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("mode", MODES)
def test_msmtp(connected, exported, mode):
    server = connected(mode)
    path = exported("msmtprc")
    run(["msmtp", "-C", path, "bob@example.com"], input=MESSAGE)
    came(server)


@pytest.mark.parametrize("mode", MODES)
def test_curl(connected, exported, tmp_path, mode):
    server = connected(mode, "helo=client.example.com", "mechanisms=PLAIN")
    (tmp_path / "message").write_bytes(MESSAGE.replace(b"\n", b"\r\n"))
    run(["sh", exported("curl"), "--silent", "--show-error", "--mail-rcpt",
         "bob@example.com", "--upload-file", tmp_path / "message"])
    came(server, mechanism="PLAIN")


@pytest.mark.parametrize("mode", MODES)
def test_nodemailer(connected, exported, certificate, tmp_path, mode):
    server = connected(mode, "mechanisms=LOGIN")
    transport = json.loads(exported("nodemailer").read_text())
    # A file of certificates is the one thing of these that it cannot hold.
    transport["tls"]["ca"] = (certificate / "ca.pem").read_text()
    config = tmp_path / "config.json"
    config.write_text(json.dumps({
        "modules": str(packages.npm(*packages.NODEMAILER) / "node_modules"),
        "transport": transport,
        "message": {"envelope": {"from": USER, "to": ["bob@example.com"]},
                    "raw": MESSAGE.decode().replace("\n", "\r\n")}}))
    run(["node", HERE / "nodemailer-send.js", config])
    came(server, mechanism="LOGIN")


def test_postconf(connected, exported, tmp_path):
    """Postfix knows each parameter, and its value is what was written."""
    connected("after-connect", "timeout-mail=2min", "size=25M")
    path = exported("postfix")
    root = packages.unpack("postfix")
    folder = tmp_path / "postfix"
    folder.mkdir()
    (folder / "main.cf").write_text(path.read_text())
    (folder / "master.cf").write_text("smtp unix - - n - - smtp\n")
    done = run([root / "usr/sbin/postconf", "-c", folder, "-n"],
               env={"LD_LIBRARY_PATH": str(root / "usr/lib/postfix")})
    told = done.stderr.decode()
    assert "unused parameter" not in told and "bad" not in told, told
    values = dict(line.split(" = ", 1) for line in
                  done.stdout.decode().splitlines() if " = " in line)
    written = dict(line.split(" = ", 1) for line in
                   path.read_text().splitlines() if " = " in line)
    for name, value in written.items():
        assert values[name] == value, name


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("form, text", [
    ("swaks", "swaks --server localhost:{port} {swaks} --auth-user {user} "
     "--auth-password {word} --from {user}"),
    ("curl", "curl {scheme}://localhost:{port} --ssl-reqd -u {user}:{word}"),
    ("mailrc", "set mta={scheme}://localhost:{port} {mailrc}\n"
     "set user={user} password={word} from={user}\n"),
    ("msmtprc", "account a\nhost localhost\nport {port}\ntls on\n{msmtp}\n"
     "auth on\nuser {user}\npassword {plain}\n"),
])
def test_import(posthaste, sink, certificate, tmp_path, mode, form, text):
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    server = sink("--encryption", mode, "--certificate",
                  certificate / "server.pem", "--user", f"{USER}:{secret}")
    first = mode == "before-connect"
    path = tmp_path / "settings"
    path.write_text(text.format(
        port=server.port, user=USER, word=shlex.quote(PASSWORD),
        plain=PASSWORD, scheme="smtps" if first else "smtp",
        swaks="--tls-on-connect" if first else "--tls",
        mailrc="" if first else "smtp-use-starttls",
        msmtp="tls_starttls off" if first else ""))
    done = posthaste("connection", "import", path, "--as", "taken",
                     "--with-passwords", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["format"] == form
    done = posthaste("send", "-n", "taken", "--ca-file",
                     certificate / "ca.pem", "--from", USER, "--to",
                     "bob@example.com", "--subject", "by another program",
                     "--text", "hello")
    assert done.returncode == 0, done.stderr
    came(server)


class Relay(servers.Server):
    """A Postfix that hands on all it is given, as lines that were exported
    say."""

    packages = ("postfix", "libsasl2-modules")
    users = ("postfix", "postdrop")

    def __init__(self, certificate, lines, password_map):
        self.lines, self.map = lines, password_map
        super().__init__(certificate)

    def configure(self):
        self.port = servers.free_port()
        self.etc("postfix/sasl_passwd", self.map, 0o600)
        self.etc("postfix/main.cf", f"""
compatibility_level = 3.6
myhostname = relay.example.com
mydestination =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
inet_protocols = ipv4
maillog_file = /dev/stdout
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_host_lookup = native
{self.lines}
""")
        self.etc("postfix/master.cf", f"""
127.0.0.1:{self.port} inet n - n - - smtpd
smtp unix - - n - - smtp
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
error unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
""")

    def ports(self):
        return (self.port,)

    def command(self):
        return ["sh", "-c", "chown postfix /var/lib/postfix;"
                "postfix check && exec postfix start-fg"]


@pytest.mark.parametrize("mode", MODES)
def test_postfix(connected, exported, certificate, mode):
    server = connected(mode, "mechanisms=PLAIN LOGIN")
    path = exported("postfix")
    password_map = path.with_name(path.name + ".sasl_passwd")
    assert password_map.stat().st_mode & 0o777 == 0o600
    lines = path.read_text().replace(str(password_map),
                                     "/etc/postfix/sasl_passwd")
    relay = Relay(certificate / "server.pem", lines, password_map.read_text())
    try:
        with smtplib.SMTP("127.0.0.1", relay.port) as client:
            client.sendmail(USER, ["bob@example.com"], MESSAGE)
        try:
            came(server)
        except Exception:
            print(relay.log_text())
            raise
    finally:
        relay.close()
