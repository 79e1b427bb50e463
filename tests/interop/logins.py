"""Servers that know more ways to log in: Postfix with Cyrus SASL, Dovecot that
reads tokens, Exim that takes certificates, and a KDC for them."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import subprocess
import tempfile
import time

import packages
import servers
from servers import PASSWORD, USER

REALM = "EXAMPLE.COM"
# Cyrus's NTLM takes each octet of a password for a character.
ASCII_USER, ASCII_PASSWORD = "nt@example.com", "correct horse 7"
TOKEN_KEY = b"a key of the test that signs tokens"


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def token(user=USER, left=3600, key=TOKEN_KEY):
    """A signed JWT that is good for so many seconds."""
    head = {"alg": "HS256", "typ": "JWT", "kid": "default"}
    now = int(time.time())
    claims = {"sub": user, "email": user, "iat": now - 60, "nbf": now - 60,
              "exp": now + left, "scope": "mail", "iss": "test"}
    text = ".".join(base64url(json.dumps(part).encode())
                    for part in (head, claims))
    sign = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64url(sign)}"


class Kdc:
    """MIT's, on high ports, with users ann and bob, and the services smtp and
    HTTP on localhost."""

    def __init__(self):
        self.root = packages.unpack("krb5-kdc", "krb5-admin-server",
                                    "krb5-user")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="posthaste-kdc-"))
        self.folder.chmod(0o755)
        self.port = servers.free_port()
        self.keytab = self.folder / "keytab"
        self.config = self.folder / "krb5.conf"
        self.configure()
        self.env = {**os.environ, "KRB5_CONFIG": str(self.config),
                    "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf"),
                    "LD_LIBRARY_PATH":
                        str(self.root / "usr/lib/x86_64-linux-gnu")}
        self.make()
        self.log = open(self.folder / "log", "w+b")
        self.process = subprocess.Popen(
            [self.root / "usr/sbin/krb5kdc", "-n"], env=self.env,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.ports = lambda: (self.port,)
        self.log_text = lambda: (self.folder / "log").read_text()
        servers.Server.wait_ready(self)

    def configure(self):
        self.config.write_text(f"""[libdefaults]
 default_realm = {REALM}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 udp_preference_limit = 1
[realms]
 {REALM} = {{
  kdc = 127.0.0.1:{self.port}
 }}
[domain_realm]
 localhost = {REALM}
""")
        (self.folder / "kdc.conf").write_text(f"""[kdcdefaults]
 kdc_listen = 127.0.0.1:{self.port}
 kdc_tcp_listen = 127.0.0.1:{self.port}
[realms]
 {REALM} = {{
  database_name = {self.folder}/principal
  key_stash_file = {self.folder}/stash
  acl_file = {self.folder}/acl
 }}
[dbmodules]
 db_module_dir = {self.root}/usr/lib/x86_64-linux-gnu/krb5/plugins/kdb
""")

    def run(self, *command, text="", **env):
        subprocess.run(command, input=text, text=True, check=True,
                       capture_output=True, env={**self.env, **env})

    def make(self):
        self.run(self.root / "usr/sbin/kdb5_util", "create", "-s", "-r", REALM,
                 text="master\nmaster\n")
        for query in ("addprinc -pw secret ann", "addprinc -pw secret bob",
                      "addprinc -randkey smtp/localhost",
                      "addprinc -randkey HTTP/localhost",
                      f"ktadd -k {self.keytab} smtp/localhost HTTP/localhost"):
            self.run(self.root / "usr/sbin/kadmin.local", "-q", query)
        self.keytab.chmod(0o644)

    def ticket(self, cache, user="ann", *args):
        """What a program needs in its environment to log in as that user."""
        self.run(self.root / "usr/bin/kinit", *args, user, text="secret\n",
                 KRB5CCNAME=f"FILE:{cache}")
        return {"KRB5_CONFIG": str(self.config),
                "KRB5CCNAME": f"FILE:{cache}"}

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


class PostfixCyrus(servers.Server):
    """Logins by Cyrus SASL against its own database, and by Kerberos.  In clear
    on a third port, where it offers the same."""

    packages = ("postfix", "sasl2-bin", "libsasl2-modules",
                "libsasl2-modules-gssapi-mit", "libsasl2-modules-db")
    users = ("postfix", "postdrop")

    def __init__(self, certificate, kdc):
        self.kdc = kdc
        super().__init__(certificate)

    def configure(self):
        self.starttls, self.tls, self.plain = (servers.free_port()
                                               for _ in range(3))
        self.etc("postfix/main.cf", f"""
compatibility_level = 3.6
myhostname = localhost
mydestination =
alias_maps =
alias_database =
mynetworks =
inet_protocols = ipv4
maillog_file = /dev/stdout
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C
  KRB5_KTNAME={self.kdc.keytab} KRB5_CONFIG={self.kdc.config}
smtpd_tls_chain_files = {self.certificate}
smtpd_tls_security_level = may
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
cyrus_sasl_config_path = /etc/postfix/sasl
smtpd_sasl_auth_enable = yes
smtpd_sasl_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
default_transport = discard
""")
        service = "inet n - n - - smtpd"
        self.etc("postfix/master.cf", f"""
127.0.0.1:{self.starttls} {service}
127.0.0.1:{self.tls} {service} -o smtpd_tls_wrappermode=yes
127.0.0.1:{self.plain} {service} -o smtpd_tls_security_level=none
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
discard unix - - n - - discard
error unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
""")
        self.etc("postfix/sasl/smtpd.conf", """pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: /etc/sasldb2
mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 NTLM SCRAM-SHA-1 SCRAM-SHA-256 GSSAPI
""")
        (self.state / USER).write_text(PASSWORD)
        (self.state / ASCII_USER).write_text(ASCII_PASSWORD)

    def ports(self):
        return (self.starttls, self.tls, self.plain)

    def command(self):
        add = "".join(
            f"saslpasswd2 -p -c -f /etc/sasldb2 -u {user.split('@')[1]} "
            f"{user.split('@')[0]} < {self.state}/{user} &&"
            for user in (USER, ASCII_USER))
        return ["sh", "-c",
                "mkdir -p /var/spool/postfix &&"
                f"chown postfix /var/lib/postfix; {add}"
                "chmod 644 /etc/sasldb2 &&"
                "postfix check && exec postfix start-fg"]


class DovecotTokens(servers.DovecotSubmission):
    """It judges tokens by itself, and takes client certificates."""

    def configure(self):
        super().configure()
        path = self.state / "etc/dovecot/dovecot.conf"
        path.write_text(path.read_text().replace(
            "auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256",
            "auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 "
            "oauthbearer xoauth2 external") + f"""
auth_ssl_username_from_cert = yes
ssl_ca = <{self.certificate.parent}/ca.pem
ssl_require_crl = no
ssl_verify_client_cert = yes
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = /etc/dovecot/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = external
  args = nopassword=y
}}
""")
        self.etc("dovecot/oauth2.conf", """introspection_mode = local
local_validation_key_dict = fs:posix:prefix=/etc/dovecot/keys/
username_attribute = email
openid_configuration_url = https://login.example.com/openid-configuration
""")
        self.etc("dovecot/keys/default/HS256/default",
                 base64.b64encode(TOKEN_KEY).decode())


class EximCertificates(servers.Exim):
    """EXTERNAL by the name in the client's certificate."""

    def configure(self):
        super().configure()
        path = self.state / "etc/exim4/exim4.conf"
        path.write_text(path.read_text().replace(
            "log_file_path", "tls_try_verify_hosts = *\n"
            f"tls_verify_certificates = {self.certificate.parent}/ca.pem\n"
            "log_file_path", 1) + f"""
external:
  driver = external
  public_name = EXTERNAL
  server_param2 = ${{certextract{{subj_altname,mail,>:}}{{$tls_in_peercert}}}}
  server_condition = ${{if eq{{$auth2}}{{{USER}}}}}
  server_set_id = $auth2
""")
