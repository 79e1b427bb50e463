"""Real proxies as child processes of a test, as servers.py has mail servers."""

import subprocess

import logins
from servers import Server, free_port

USER = "ann"
PASSWORD = "op3n-sesame"
MAIL = "mail.internal"


def crypt(password):
    return subprocess.run(["openssl", "passwd", "-6", password], check=True,
                          capture_output=True, text=True).stdout.strip()


class Proxy(Server):
    """login: none, basic, digest, ntlm, negotiate (which needs a KDC) or user.
    forbidden: a port that its rules do not let through."""

    def __init__(self, login="none", certificate=None, kdc=None):
        self.login = login
        self.kdc = kdc
        self.port = free_port()
        self.forbidden = free_port()
        super().__init__(certificate)

    def write_accounts(self):
        """A name that only the proxy knows, by IPv4 alone."""
        super().write_accounts()
        self.etc("hosts", f"127.0.0.1 localhost {MAIL}\n")

    def ports(self):
        return [self.port]


class Microsocks(Proxy):
    """Knows no rules."""

    packages = ("microsocks",)
    url = "socks5"

    def configure(self):
        pass

    def command(self):
        login = ["-u", USER, "-P", PASSWORD] if self.login == "user" else []
        return ["microsocks", "-i", "127.0.0.1", "-p", str(self.port), *login]


class Dante(Proxy):
    """SOCKS 4 and 5; users are the system's."""

    packages = ("dante-server",)
    users = (USER,)
    url = "socks5"

    def configure(self):
        self.etc("shadow", f"root:*:19000:0:99999:7:::\n{USER}:"
                 f"{crypt(PASSWORD)}:19000:0:99999:7:::\n", 0o600)
        method = "username" if self.login == "user" else "none"
        self.etc("danted.conf", f"""
logoutput: stderr
internal: 127.0.0.1 port = {self.port}
external: lo
clientmethod: none
socksmethod: {method}
user.privileged: root
user.unprivileged: nobody
client pass {{
  from: 127.0.0.0/8 to: 0.0.0.0/0
}}
socks block {{
  from: 0.0.0.0/0 to: 0.0.0.0/0 port = {self.forbidden}
}}
socks pass {{
  from: 0.0.0.0/0 to: 0.0.0.0/0
  protocol: tcp
}}
""")

    def command(self):
        return ["danted", "-f", "/etc/danted.conf"]


class Tinyproxy(Proxy):
    """Lets through the ports that are named."""

    packages = ("tinyproxy",)
    url = "http"

    def __init__(self, login, allowed):
        self.allowed = allowed
        super().__init__(login)

    def configure(self):
        login = f"BasicAuth {USER} {PASSWORD}\n" \
            if self.login == "basic" else ""
        ports = "".join(f"ConnectPort {port}\n" for port in self.allowed)
        self.etc("tinyproxy.conf", f"""
User nobody
Group nogroup
Port {self.port}
Listen 127.0.0.1
Timeout 60
Allow 127.0.0.1
MaxClients 20
{login}{ports}""")

    def command(self):
        return ["tinyproxy", "-d", "-c", "/etc/tinyproxy.conf"]


class Squid(Proxy):
    """In clear, and on a second port in TLS.  Where it offers Negotiate it offers
    Basic, too; it lets in ann alone."""

    packages = ("squid", "squid-langpack")
    users = ("proxy",)
    url = "http"

    def configure(self):
        self.tls_port = free_port()
        login = self.more_logins()
        if self.login in ("basic", "negotiate"):
            login = ("auth_param basic program /usr/lib/squid/basic_ncsa_auth "
                     "/etc/squid/users\n")
            self.etc("squid/users", f"{USER}:{crypt(PASSWORD)}\n")
        elif self.login == "digest":
            login = ("auth_param digest program "
                     "/usr/lib/squid/digest_file_auth /etc/squid/users\n"
                     "auth_param digest realm a realm\n")
            self.etc("squid/users", f"{USER}:{PASSWORD}\n")
        if self.login == "negotiate":
            login = ("auth_param negotiate program "
                     "/usr/lib/squid/negotiate_kerberos_auth -s HTTP/localhost "
                     f"-k {self.kdc.keytab}\n{login}")
        if login:
            who = f"{USER} {USER}@{logins.REALM}" \
                if self.login == "negotiate" else "REQUIRED"
            login += (f"acl known proxy_auth {who}\n"
                      "http_access deny !known\n")
        self.etc("squid/squid.conf", f"""
http_port 127.0.0.1:{self.port}
https_port 127.0.0.1:{self.tls_port} tls-cert={self.certificate}
pid_filename none
cache_log stdio:/dev/stderr
access_log none
cache deny all
visible_hostname proxy.example.com
shutdown_lifetime 1 seconds
acl forbidden port {self.forbidden}
http_access deny forbidden
{login}http_access allow all
""")

    def more_logins(self):
        return ""

    def command(self):
        kerberos = [] if self.kdc is None else [
            "env", f"KRB5_CONFIG={self.kdc.config}", "KRB5RCACHENAME=none:"]
        return [*kerberos, "squid", "-N", "-f", "/etc/squid/squid.conf"]

    def ports(self):
        return [self.port, self.tls_port]


class SquidSamba(Squid):
    """Logins by NTLM, which Samba judges, against one user.  Squid's own helpers do
    not: one wants a domain's server, and what ntlm_fake_auth gives for a
    challenge is none (its fields lie beyond its end)."""

    packages = ("squid", "squid-langpack", "winbind")

    def more_logins(self):
        self.etc("samba/smb.conf", "[global]\nworkgroup = CORP\n"
                 "server role = standalone server\nlog file = /dev/null\n")
        return ("auth_param ntlm program /usr/bin/ntlm_auth "
                f"--helper-protocol=squid-2.5-ntlmssp --username={USER} "
                f"--domain=CORP --password={PASSWORD}\n"
                "auth_param ntlm children 4\n")
