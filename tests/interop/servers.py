"""Real mail servers as child processes of a test: loopback, high ports, their
own namespaces.  Each keeps what it accepted, and ends with its `close`."""

import ctypes
import os
import pathlib
import select
import shutil
import socket
import subprocess
import tempfile
import time

import packages

HERE = pathlib.Path(__file__).resolve().parent
USER = "ann@example.com"
PASSWORD = "correct horse \N{SNOWMAN}"
LONGEST_WAIT = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Folder:
    """A folder whose new files can be waited for."""

    IN_CREATE, IN_MOVED_TO, IN_CLOSE_WRITE = 0x100, 0x80, 0x8

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd = self.libc.inotify_init1(os.O_CLOEXEC)
        mask = self.IN_CREATE | self.IN_MOVED_TO | self.IN_CLOSE_WRITE
        self.libc.inotify_add_watch(self.fd, bytes(self.path), mask)
        self.seen = set()

    def next(self, timeout=LONGEST_WAIT):
        """The bytes of the next file that was not returned before."""
        end = time.monotonic() + timeout
        while True:
            for path in sorted(self.path.iterdir()):
                if path.name not in self.seen:
                    self.seen.add(path.name)
                    return path.read_bytes()
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise TimeoutError(f"no message came to {self.path}")
            os.read(self.fd, 65536)

    def close(self):
        os.close(self.fd)


class Server:
    """One server in a jail.  Subclasses say which packages, which files in /etc
    and which command."""

    packages = ()
    users = ()

    def __init__(self, certificate):
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="posthaste-interop-"))
        self.state.chmod(0o755)
        self.certificate = certificate
        self.root = packages.unpack(*self.packages)
        self.mail = Folder(self.state / "mail" / "new")
        for sub in ("cur", "tmp"):
            (self.state / "mail" / sub).mkdir()
        for path in (self.state / "mail").rglob("*"):
            path.chmod(0o777)
        (self.state / "mail").chmod(0o777)
        (self.state / "logs").mkdir()
        (self.state / "logs").chmod(0o777)
        self.write_accounts()
        self.configure()
        self.log = open(self.state / "log", "w+b")
        self.process = subprocess.Popen(
            [HERE / "jail", self.root, self.state, *self.command()],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.wait_ready()

    def write_accounts(self):
        passwd = ["root:x:0:0:root:/root:/bin/sh",
                  "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin"]
        group = ["root:x:0:", "nogroup:x:65534:", "mail:x:8:", "tty:x:5:"]
        for number, name in enumerate(self.users, 2001):
            passwd.append(f"{name}:x:{number}:{number}:{name}:/nonexistent:/bin/false")
            group.append(f"{name}:x:{number}:")
        self.etc("passwd", "\n".join(passwd) + "\n")
        self.etc("group", "\n".join(group) + "\n")
        self.etc("hosts", "127.0.0.1 localhost\n::1 localhost\n")

    def etc(self, name, text, mode=0o644):
        path = self.state / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def wait_ready(self):
        """Ready is when every port takes a connection: the kernel's own word."""
        end = time.monotonic() + LONGEST_WAIT
        for port in self.ports():
            while True:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{type(self).__name__} did not start:\n"
                                       + self.log_text())
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                select.select([], [], [], 0.02)

    def log_text(self):
        paths = [self.state / "log", *sorted((self.state / "logs").iterdir())]
        return "".join(path.read_text(errors="replace") for path in paths)

    def close(self):
        """With the jail ends all that runs in it; a server that is asked to end
        is not heard there, as the first process of its namespace."""
        self.process.kill()
        self.process.wait()
        self.log.close()
        self.mail.close()
        shutil.rmtree(self.state, ignore_errors=True)


DOVECOT_AUTH = """
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
disable_plaintext_auth = yes
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
log_path = /dev/stderr
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
default_login_user = dovenull
default_internal_user = dovecot
default_internal_group = dovecot
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u /etc/dovecot/users
}}
userdb {{
  driver = static
  args = uid=vmail gid=vmail home=/tmp
}}
"""


class Postfix(Server):
    """Submission with STARTTLS and TLS first, logins by Dovecot; port 25's
    manners (no login) on a third port."""

    packages = ("postfix", "dovecot-core")
    users = ("postfix", "postdrop", "dovecot", "dovenull", "vmail")

    def configure(self):
        self.starttls, self.tls, self.plain = (free_port() for _ in range(3))
        self.etc("postfix/main.cf", f"""
compatibility_level = 3.6
myhostname = mail.example.com
mydestination =
alias_maps =
alias_database =
mynetworks =
inet_protocols = ipv4
maillog_file = /dev/stdout
smtpd_tls_chain_files = {self.certificate}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sasl_auth_enable = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{{
  {{ refused@example.com = 550 5.7.1 not here }}
  {{ later@example.com = 450 4.2.1 come back later }} }}
virtual_mailbox_domains = example.com, xn--bcher-kva.example
virtual_mailbox_base = {self.state}
virtual_mailbox_maps = static:mail/
virtual_uid_maps = static:2005
virtual_gid_maps = static:2005
virtual_mailbox_limit = 0
mailbox_size_limit = 0
message_size_limit = 104857600
smtputf8_enable = yes
default_transport = discard
""")
        service = "inet n - n - - smtpd"
        self.etc("postfix/master.cf", f"""
127.0.0.1:{self.starttls} {service}
127.0.0.1:{self.tls} {service} -o smtpd_tls_wrappermode=yes
127.0.0.1:{self.plain} {service} -o smtpd_tls_security_level=none
  -o smtpd_sasl_auth_enable=no
pickup unix n - n 60 1 pickup
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
virtual unix - n n - - virtual
discard unix - - n - - discard
error unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
""")
        self.etc("dovecot/dovecot.conf", DOVECOT_AUTH.format(
            certificate=self.certificate) + """
protocols =
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0666
  }
}
""")
        self.etc("dovecot/users", f"{USER}:{{PLAIN}}{PASSWORD}\n", 0o600)

    def ports(self):
        return (self.starttls, self.tls, self.plain)

    def command(self):
        return ["sh", "-c",
                "chown dovecot /etc/dovecot/users;"
                "mkdir -p /var/spool/postfix/private /run/dovecot &&"
                "chown postfix /var/spool/postfix/private /var/lib/postfix &&"
                "postfix check && { dovecot -F & exec postfix start-fg; }"]


class Exim(Server):
    """No enhanced codes, and it hangs up after three errors."""

    packages = ("exim4-daemon-heavy",)
    users = ("Debian-exim", "vmail")

    def configure(self):
        self.starttls, self.tls = free_port(), free_port()
        self.etc("exim4/exim4.conf", f"""
primary_hostname = mail.example.com
local_interfaces = 127.0.0.1
daemon_smtp_ports = {self.starttls} : {self.tls}
tls_on_connect_ports = {self.tls}
tls_advertise_hosts = *
tls_certificate = {self.certificate}
tls_privatekey = {self.certificate}
log_file_path = {self.state}/logs/%s
domainlist local_domains = example.com : xn--bcher-kva.example
acl_smtp_rcpt = rcpt
acl_smtp_data = data
auth_advertise_hosts = ${{if def:tls_in_cipher {{*}}}}
rfc1413_query_timeout = 0s
host_lookup =
prdr_enable = false
chunking_advertise_hosts = *
smtputf8_advertise_hosts = *
message_size_limit = 100M
queue_only = false

begin acl
rcpt:
  deny message = not here
       recipients = refused@example.com
  defer message = come back later
       recipients = later@example.com
  accept authenticated = *
  accept domains = +local_domains
  deny message = relay not permitted
data:
  accept

begin routers
local:
  driver = accept
  domains = +local_domains
  transport = maildir
rest:
  driver = redirect
  data = :blackhole:

begin transports
maildir:
  driver = appendfile
  directory = {self.state}/mail
  maildir_format
  user = vmail
  return_path_add = false

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and {{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth2
  server_prompts = :
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${{if and {{{{eq{{$auth1}}{{{USER}}}}}{{eq{{$auth2}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{{USER}}}{{{PASSWORD}}}fail}}
  server_set_id = $auth1
""")

    def ports(self):
        return (self.starttls, self.tls)

    def command(self):
        return ["sh", "-c",
                "mkdir -p /var/spool/exim4 &&"
                "chown Debian-exim /var/spool/exim4 &&"
                "exec exim4 -bdf -q1h"]


class OpenSmtpd(Server):
    """Under OpenSSL 3 it advertises STARTTLS and fails the handshake, so its
    plain port is the one that takes mail."""

    packages = ("opensmtpd",)
    users = ("opensmtpd", "opensmtpq", "vmail")

    def configure(self):
        self.plain, self.starttls = free_port(), free_port()
        self.etc("mailname", "mail.example.com\n")
        key = self.state / "key.pem"
        shutil.copy(self.certificate, key)
        key.chmod(0o600)
        self.etc("smtpd.conf", f"""
pki mail cert "{key}"
pki mail key "{key}"
table here {{ "example.com", "xn--bcher-kva.example" }}
table nobody-home {{ "refused@example.com" }}
listen on 127.0.0.1 port {self.plain}
listen on 127.0.0.1 port {self.starttls} tls pki mail
action "keep" maildir "{self.state}/mail" virtual {{ "@" = vmail }}
match for rcpt-to <nobody-home> reject
match from any for domain <here> action "keep"
""")

    def ports(self):
        return (self.plain, self.starttls)

    def command(self):
        return ["sh", "-c",
                "mkdir -p /var/spool/smtpd /run/smtpd /var/lib/opensmtpd/empty;"
                "chmod 711 /var/spool/smtpd; exec smtpd -d -f /etc/smtpd.conf"]


class DovecotSubmission(Server):
    """A submission front that hands on to another server: relay_port."""

    packages = ("dovecot-core", "dovecot-submissiond")
    users = ("dovecot", "dovenull", "vmail", "x4", "x5")

    def __init__(self, certificate, relay_port):
        self.relay_port = relay_port
        super().__init__(certificate)

    def configure(self):
        self.starttls, self.tls = free_port(), free_port()
        self.etc("dovecot/dovecot.conf", DOVECOT_AUTH.format(
            certificate=self.certificate) + f"""
protocols = submission
hostname = mail.example.com
listen = 127.0.0.1
mail_location = maildir:{self.state}/mail
submission_relay_host = 127.0.0.1
submission_relay_port = {self.relay_port}
submission_relay_trusted = no
submission_max_mail_size = 100M
service submission-login {{
  inet_listener submission {{
    port = {self.starttls}
  }}
  inet_listener submissions {{
    port = {self.tls}
    ssl = yes
  }}
}}
""")
        self.etc("dovecot/users", f"{USER}:{{PLAIN}}{PASSWORD}\n", 0o600)

    def ports(self):
        return (self.starttls, self.tls)

    def command(self):
        return ["sh", "-c",
                "mkdir -p /run/dovecot; chown dovecot /etc/dovecot/users;"
                "exec dovecot -F"]
