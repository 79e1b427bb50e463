"""Broken set-ups: what a person configured, what is really there, and what
`posthaste test` has to say of it.  Built by world.py, judged by
tests/e2e/test_verdict.py."""

import base64
import dataclasses
import ssl
import time
import warnings

from posthaste import CUT, SILENT, Smtp, openssl
from world import HOLE

SECRET = "correct horse 7 battery"
USER = "ann@ann.example"
LOGINS = ["AUTH PLAIN"]


@dataclasses.dataclass
class Case:
    name: str
    args: list
    servers: dict
    hosts: dict
    code: int           # of exit
    stage: str
    cause: str          # None: it works
    suspects: set
    fix: dict           # a part of it; None: there is none
    words: list         # of the advice; of the hints where they begin with ?
    proven: set = dataclasses.field(default_factory=set)
    mend: str = None    # in the command of a suspect setting
    contact: str = None
    env: dict = dataclasses.field(default_factory=dict)
    secret: str = SECRET


class Builder:
    """Numbers the cases: each has an address and a host of its own."""

    def __init__(self, certificates, folder):
        self.certificates = certificates
        self.folder = folder
        self.cases = []
        self.contexts = {}

    def tls(self, name="good", host="*.ann.example", **more):
        """A context; a certificate is made once."""
        if name not in self.contexts:
            pem = self.certificates.make(name, host, **more)
            self.contexts[name] = self.certificates.context(pem)
        return self.contexts[name]

    def foreign(self, name, subject, host="*.ann.example"):
        """Signed by somebody whom nobody trusts."""
        if name not in self.contexts:
            folder = self.folder / name
            folder.mkdir()
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
                    "-out", "ca.pem", "-days", "30", "-subj", subject,
                    cwd=folder)
            openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key",
                    "-out", "csr", "-subj", f"/CN={host}", cwd=folder)
            (folder / "ext").write_text(f"subjectAltName=DNS:{host}\n")
            openssl("x509", "-req", "-in", "csr", "-CA", "ca.pem", "-CAkey",
                    "ca.key", "-CAcreateserial", "-out", "crt", "-days", "30",
                    "-extfile", "ext", cwd=folder)
            pem = folder / "both.pem"
            pem.write_text((folder / "crt").read_text() +
                           (folder / "key").read_text())
            self.contexts[name] = self.certificates.context(pem)
        return self.contexts[name]

    def starttls(self, answers=None, tls="", **more):
        more.setdefault("offers", LOGINS)
        return Smtp(answers, tls=tls or self.tls(), **more)

    def early(self, answers=None, tls="", **more):
        return self.starttls(answers, tls, implicit=True, **more)

    def add(self, name, scheme, port, servers, expect, *options, **more):
        """scheme and port are what was configured; servers what is at the
        host's own address, by port, or elsewhere, by (address, port)."""
        number = len(self.cases) + 1
        address = f"127.1.{number // 200}.{number % 200 + 1}"
        host = more.pop("host", f"c{number}.ann.example")
        hosts = {h: [a.replace("SELF", address) for a in at]
                 for h, at in more.pop("hosts", {host: ["SELF"]}).items()}
        user = more.pop("user", USER)
        secret = more.pop("secret", SECRET)
        spot = host.replace("SELF", address)
        at = f"{user.replace('@', '%40')}@" if user else ""
        args = ["test", "--json", "--server",
                f"{scheme}://{at}{spot}:{port}", "--ca-file",
                self.certificates.ca, *options]
        if "--timeout" not in options:
            args += ["--timeout", "5s"]
        if user and "--password-from" not in options:
            args += ["--password-from", "env:P"]
        keys = ["code", "stage", "cause", "suspects", "fix", "words"]
        self.cases.append(Case(
            name=name, args=args, hosts=hosts, secret=secret,
            servers={(k if isinstance(k, tuple) else (address, k)):
                     v for k, v in servers.items()},
            env={"P": secret}, **dict(zip(keys, expect)), **more))


def hang_up_in_tls(connection, _):
    connection.send("220 go")
    connection.more()
    return False


def spoil_tls(connection, _):
    connection.send("220 go")
    connection.more()
    connection.send("no TLS here")
    connection.drain()


def inject(connection, _):
    connection.send(b"220 go\r\n250 hidden\r\n")
    connection.drain()


def says(text):
    def talk(connection):
        connection.send(text)
        connection.drain()
    return talk


def waits(connection):
    """A web server: nothing before it was asked."""
    connection.drain()


def dated(offset):
    return "220 mx ESMTP Exim 4.96 " + time.strftime(
        "%a, %d %b %Y %H:%M:%S +0000", time.gmtime(time.time() + offset))


def old_context(tls):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.load_cert_chain(tls)
    return context


AFTER = {"port": 587, "encryption": "after-connect"}
BEFORE = {"port": 465, "encryption": "before-connect"}


def way_cases(b):
    """Nobody is met where the settings say."""
    refused = (75, "connect", "connect-refused")
    late = (75, "connect", "connect-timeout")
    b.add("587 closed, 465 open", "smtp+starttls", 587, {465: b.early()},
          (*refused, {"port"}, BEFORE, ["port 465"]), proven={"host"},
          mend="smtps://ann@ann.example@")
    b.add("465 closed, 587 open", "smtps", 465, {587: b.starttls()},
          (*refused, {"port"}, AFTER, ["port 587"]), proven={"host"},
          mend="smtp+starttls://")
    b.add("25 closed, 587 open", "smtp", 25, {587: b.starttls()},
          (*refused, {"port"}, AFTER, ["port 587"]))
    b.add("only 2525 is open", "smtp+starttls", 587, {2525: b.starttls()},
          (*refused, {"port"}, {"port": 2525, "encryption": "after-connect"},
           ["port 2525"]))
    b.add("only 25 is open, with logins", "smtp+starttls", 587,
          {25: b.starttls()},
          (*refused, {"port"}, {"port": 25, "encryption": "after-connect"},
           ["port 25"]))
    b.add("only 25 is open, without logins", "smtp+starttls", 587,
          {25: b.starttls(offers=[])},
          (*refused, {"port"}, None, ["no other usual one"]),
          proven={"host"})
    b.add("only 25 is open, and none is wanted", "smtp+starttls", 587,
          {25: b.starttls(offers=[])},
          (*refused, {"port"}, {"port": 25}, ["port 25"]), user="")
    b.add("two are open: that of the mode first", "smtps", 466,
          {465: b.early(), 587: b.starttls()},
          (*refused, {"port"}, BEFORE, []))
    b.add("two are open: 587 first", "smtp+starttls", 588,
          {465: b.early(), 587: b.starttls()},
          (*refused, {"port"}, AFTER, []))
    b.add("an open one whose certificate is bad is no way out",
          "smtp+starttls", 587,
          {465: b.early(tls=b.tls("expired", end="20210101000000Z"))},
          (*refused, {"port"}, None, []), proven=set())
    b.add("an open one in clear is no way out", "smtp+starttls", 587,
          {2525: Smtp(offers=LOGINS)},
          (*refused, {"port"}, None, []), proven={"host"})
    b.add("in clear, as it was", "smtp+none", 26,
          {2525: Smtp(offers=LOGINS)},
          (*refused, {"port"}, {"port": 2525, "encryption": "none"}, []),
          "--allow-plaintext-password")
    b.add("closed everywhere", "smtp+starttls", 587, {},
          (*refused, {"host"}, None, ["no mail server on any usual port"]))
    b.add("25 is blocked", "smtp", 25, {25: HOLE, 587: b.starttls()},
          (*late, {"port"}, AFTER, ["blocks port 25", "port 587"]),
          "--timeout", "1500ms", proven={"host"})
    b.add("25 is blocked, 465 answers", "smtp", 25,
          {25: HOLE, 465: b.early()},
          (*late, {"port"}, BEFORE, ["blocks port 25", "port 465"]),
          "--timeout", "1500ms")
    b.add("587 is blocked", "smtp+starttls", 587,
          {587: HOLE, 465: b.early()},
          (*late, {"port"}, BEFORE, ["port 465"]), "--timeout", "1500ms")
    b.add("all are blocked", "smtp+starttls", 587,
          {port: HOLE for port in (25, 465, 587, 2525)},
          (*late, {"network"}, None, ["firewall"]), "--timeout", "800ms")
    b.add("nobody has that address", "smtp+starttls", 587, {},
          (*late, {"network"}, None, ["firewall"]), "--timeout", "800ms",
          hosts={"gone.ann.example": ["198.51.100.77"]},
          host="gone.ann.example")


def other_service_cases(b):
    other = (76, "greeting", "other-protocol")
    good = {587: b.starttls()}
    b.add("POP3", "smtp", 110, {110: says("+OK POP3 ready"), **good},
          (*other, {"port"}, AFTER, ["port 587"]), proven={"host"})
    b.add("IMAP", "smtp", 143, {143: says("* OK IMAP4rev1"), **good},
          (*other, {"port"}, AFTER, ["port 587"]))
    b.add("IMAP over TLS", "smtps", 993,
          {993: lambda c: (c.start_tls(b.tls()), c.send("* OK IMAP"),
                           c.drain()), 465: b.early()},
          (*other, {"port"}, BEFORE, ["port 465"]))
    b.add("SSH", "smtp", 22, {22: says("SSH-2.0-OpenSSH_9.2"), **good},
          (*other, {"port"}, AFTER, ["port 587"]))
    b.add("the web", "smtp+starttls", 80, {80: waits, **good},
          (75, "greeting", "silence", {"port"}, AFTER, ["port 587"]),
          "--timeout", "1500ms")
    b.add("the web, at once", "smtp+starttls", 8080,
          {8080: says("HTTP/1.1 400 Bad Request"), **good},
          (*other, {"port"}, AFTER, []))
    b.add("a captive portal", "smtp+starttls", 587,
          {p: says("HTTP/1.1 302 Found") for p in (25, 465, 587, 2525)},
          (*other, {"network"}, None, ["captive portal"]))
    b.add("nonsense", "smtp+starttls", 587,
          {587: says("hello, who is it?"), 465: b.early()},
          (76, "greeting", "protocol", {"port"}, BEFORE, []))
    b.add("nonsense, and nobody else", "smtp+starttls", 587,
          {587: says("hello, who is it?")},
          (76, "greeting", "protocol", {"server"}, None, []))


def host_cases(b):
    unknown = (68, "dns", "host-not-found")
    own = lambda name: b.tls(name, name)
    b.add("mail. is not there, smtp. is", "smtp+starttls", 587,
          {587: b.starttls(tls=own("smtp.one.test"))},
          (*unknown, {"host"}, {"host": "smtp.one.test", "port": 587},
           ["smtp.one.test works"]),
          host="mail.one.test", hosts={"smtp.one.test": ["SELF"]},
          mend="smtp.one.test")
    b.add("smtp. is not there, mail. is", "smtps", 465,
          {465: b.early(tls=own("mail.two.test"))},
          (*unknown, {"host"}, {"host": "mail.two.test", "port": 465},
           ["mail.two.test works"]),
          host="smtp.two.test", hosts={"mail.two.test": ["SELF"]})
    b.add("the web's name", "smtp+starttls", 587,
          {587: b.starttls(tls=own("smtp.three.test"))},
          (75, "connect", "connect-refused", {"host"},
           {"host": "smtp.three.test"}, ["smtp.three.test works"]),
          host="three.test", hosts={"three.test": ["127.2.0.3"],
                                    "smtp.three.test": ["SELF"]})
    b.add("www.", "smtp+starttls", 587,
          {587: b.starttls(tls=own("smtp.four.test"))},
          (75, "connect", "connect-refused", {"host"},
           {"host": "smtp.four.test"}, ["?for reading mail"]),
          host="www.four.test", hosts={"www.four.test": ["127.2.0.4"],
                                       "smtp.four.test": ["SELF"]})
    b.add("imap. for smtp.", "smtps", 465,
          {465: b.early(tls=own("smtp.five.test"))},
          (*unknown, {"host"}, {"host": "smtp.five.test"},
           ["?is for reading mail"]),
          host="imap.five.test", hosts={"smtp.five.test": ["SELF"]})
    b.add("a typo; the user's domain has one", "smtp+starttls", 587,
          {587: b.starttls(tls=own("smtp.six.test"))},
          (*unknown, {"host"}, {"host": "smtp.six.test"}, []),
          host="smtp.sxi.test", hosts={"smtp.six.test": ["SELF"]},
          user="ann@six.test")
    b.add("nobody knows it", "smtp+starttls", 587, {},
          (*unknown, {"host"}, None, []), host="mail.seven.test", hosts={},
          mend="--host HOST")
    b.add("a provider's, misspelt", "smtp+starttls", 587, {},
          (*unknown, {"host"}, None, ["did you mean smtp.office365.com?"]),
          host="smtp.offfice365.com", hosts={}, mend="smtp.office365.com")
    b.add("another provider's, misspelt", "smtp+starttls", 587, {},
          (*unknown, {"host"}, None, ["did you mean smtp.gmail.com?"]),
          host="smtp.gmial.com", hosts={}, mend="smtp.gmail.com")
    b.add("without a dot", "smtp+starttls", 587, {},
          (*unknown, {"host"}, None, ["no dot"]), host="mailhost", hosts={})
    b.add("a provider's own address", "smtp+starttls", 587, {},
          (*unknown, {"host"}, None, ["smtp.gmail.com"]),
          host="mail.eight.test", hosts={}, user="ann@gmail.com",
          mend="smtp.gmail.com")


def mode_cases(b):
    b.add("465 without TLS first", "smtp+starttls", 465, {465: b.early()},
          (75, "greeting", "silence", {"tls"}, BEFORE,
           ["encryption before-connect"]), "--timeout", "1500ms",
          proven={"host", "port"}, mend="smtps://")
    b.add("465, wanted", "smtp", 465, {465: b.early()},
          (75, "greeting", "silence", {"tls"}, BEFORE, []),
          "--timeout", "1500ms")
    b.add("587 with TLS first", "smtps", 587, {587: b.starttls()},
          (78, "tls", "tls-plaintext", {"tls"}, AFTER,
           ["encryption after-connect"]), proven={"host", "port"},
          mend="smtp+starttls://", contact="tls-refused")
    b.add("25 with TLS first", "smtps", 25, {25: b.starttls()},
          (78, "tls", "tls-plaintext", {"tls"},
           {"port": 25, "encryption": "after-connect"}, []))
    b.add("TLS comes where text is due", "smtp", 587,
          {587: says(b"\x15\x03\x01\x00\x02\x02\x28")},
          (78, "greeting", "tls-expected", {"tls"}, None, []))
    plain = Smtp(offers=LOGINS)
    missing = (78, "tls", "tls-not-offered")
    b.add("no STARTTLS, 465 is there", "smtp+starttls", 587,
          {587: plain, 465: b.early()},
          (*missing, {"tls"}, BEFORE, ["port 465"]),
          proven={"host", "port", "helo"}, contact="tls-refused")
    b.add("no STARTTLS anywhere", "smtp+starttls", 587, {587: plain},
          (*missing, {"tls"}, None, ["no other usual one"]),
          proven={"host", "port"})
    b.add("a masked greeting, 465 is there", "smtp+starttls", 587,
          {587: Smtp(greeting="220 ***************", offers=LOGINS),
           465: b.early()},
          (*missing, {"tls"}, BEFORE, ["blots out", "port 465"]))
    b.add("masked words", "smtp+starttls", 587,
          {587: Smtp(offers=["SIZE 1000", "XXXXXXXA"])},
          (*missing, {"network"}, None, ["blots out", "inspection"]))
    b.add("STARTTLS refused, 465 is there", "smtp+starttls", 587,
          {587: b.starttls({"STARTTLS": "454 4.7.0 not now"}),
           465: b.early()},
          (75, "tls", "tls-refused", {"server"}, BEFORE, ["port 465"]))
    b.add("STARTTLS refused for good", "smtp+starttls", 587,
          {587: b.starttls({"STARTTLS": "554 5.7.3 no"})},
          (78, "tls", "tls-refused", {"tls"}, None,
           ["no other usual port"]))
    b.add("hung up in the handshake, 465 is there", "smtp+starttls", 587,
          {587: b.starttls({"STARTTLS": hang_up_in_tls}), 465: b.early()},
          (78, "tls", "tls-closed", {"port"}, BEFORE, ["port 465"]),
          contact="tls-refused")
    b.add("no TLS behind STARTTLS", "smtp+starttls", 587,
          {587: b.starttls({"STARTTLS": spoil_tls}), 465: b.early()},
          (78, "tls", "tls-plaintext", {"port"}, BEFORE, []))
    b.add("words put in before TLS", "smtp+starttls", 587,
          {587: b.starttls({"STARTTLS": inject}), 465: b.early()},
          (76, "tls", "tls-injected", {"server"}, None, []))
    old = old_context(b.folder / "good" / "both.pem")
    b.add("an old server", "smtp+starttls", 587,
          {587: b.starttls(tls=old)},
          (78, "tls", "tls-version", {"tls-version"}, None,
           ["TLSv1.1 and nothing newer"]), mend="--tls-versions")
    b.add("old on 587, new on 465", "smtp+starttls", 587,
          {587: b.starttls(tls=old), 465: b.early()},
          (78, "tls", "tls-version", {"tls-version"}, BEFORE, ["port 465"]))


def certificate_cases(b):
    expired = b.tls("expired", end="20210101000000Z")
    bad = (78, "tls")
    b.add("expired", "smtp+starttls", 587,
          {587: b.starttls(tls=expired), 465: b.early(tls=expired)},
          (*bad, "cert-expired", {"certificate"}, None, ["clock"]),
          proven={"host", "port"}, contact="certificate-refused")
    b.add("expired, TLS first", "smtps", 465, {465: b.early(tls=expired)},
          (*bad, "cert-expired", {"certificate"}, None, []),
          contact="certificate-refused")
    b.add("expired here, good on 465", "smtp+starttls", 587,
          {587: b.starttls(tls=expired), 465: b.early()},
          (*bad, "cert-expired", {"certificate"}, BEFORE, ["port 465"]),
          mend="smtps://")
    b.add("two are expired", "smtp+starttls", 587,
          {587: b.starttls(tls=expired),
           465: b.early(tls=b.tls("expired2", end="20220101000000Z"))},
          (*bad, "cert-expired", {"certificate"}, None,
           ["further certificates", "clock"]))
    b.add("expired, and the server's clock is right", "smtp+starttls", 587,
          {587: b.starttls(tls=expired, greeting=dated(0))},
          (*bad, "cert-expired", {"certificate"}, None,
           ["agrees with this computer's", "renew"]))
    b.add("expired by this computer's clock", "smtp+starttls", 587,
          {587: b.starttls(tls=expired, greeting=dated(-864000 - 3600))},
          (*bad, "cert-expired", {"certificate"}, None,
           ["10 days ahead of the server's", "check this computer's clock"]))
    early = b.tls("early", start="20480101000000Z")
    b.add("not valid yet", "smtp+starttls", 587,
          {587: b.starttls(tls=early)},
          (*bad, "cert-not-yet-valid", {"certificate"}, None,
           ["probably behind", "clock"]))
    b.add("not valid yet, by the server's clock", "smtp+starttls", 587,
          {587: b.starttls(tls=early, greeting=dated(86400 * 3 + 3600))},
          (*bad, "cert-not-yet-valid", {"certificate"}, None,
           ["3 days behind the server's"]))
    b.add("self-signed", "smtp+starttls", 587,
          {587: b.starttls(tls=b.tls("self", signed=False))},
          (*bad, "cert-self-signed", {"certificate"}, None, ["--ca-file"]),
          mend="--ca-file FILE", contact="certificate-refused")
    b.add("nobody known signed it", "smtp+starttls", 587,
          {587: b.starttls(tls=b.foreign("some", "/CN=Some CA"))},
          (*bad, "cert-untrusted", {"certificate"}, None, ["--ca-file"]))
    b.add("a scanner on this computer", "smtps", 465,
          {465: b.early(tls=b.foreign(
              "avast", "/CN=avast! Web\\/Mail Shield Root"))},
          (*bad, "cert-untrusted", {"certificate"}, None,
           ["Mail Shield", "on this computer"]))
    b.add("Kaspersky", "smtps", 465,
          {465: b.early(tls=b.foreign(
              "kaspersky", "/CN=Kaspersky Anti-Virus Personal Root"))},
          (*bad, "cert-untrusted", {"certificate"}, None, ["Kaspersky"]))
    b.add("the network's proxy", "smtp+starttls", 587,
          {587: b.starttls(tls=b.foreign(
              "zscaler", "/O=Zscaler Inc./CN=Zscaler Root CA"))},
          (*bad, "cert-untrusted", {"certificate"}, None,
           ["Zscaler of the network"]))
    b.add("a firewall", "smtp+starttls", 587,
          {587: b.starttls(tls=b.foreign(
              "forti", "/O=Fortinet/CN=FGT60E"))},
          (*bad, "cert-untrusted", {"certificate"}, None, ["FortiGate"]))
    b.add("not a known provider's", "smtp+starttls", 587,
          {587: b.starttls(tls=b.foreign("fake", "/CN=Firm CA",
                                         "smtp.mailgun.org"))},
          (*bad, "cert-untrusted", {"certificate"}, None,
           ["not a certificate of", "do not log in"]),
          host="smtp.mailgun.org")
    b.add("another name of the same domain", "smtp+starttls", 587,
          {587: b.starttls(tls=b.tls("smtp.own.test", "smtp.own.test"))},
          (*bad, "cert-name", {"host"},
           {"host": "smtp.own.test", "port": 587}, ["smtp.own.test works"]),
          host="mail.own.test", hosts={"mail.own.test": ["SELF"],
                                       "smtp.own.test": ["SELF"]},
          mend="smtp.own.test", contact="certificate-refused")
    b.add("the hoster's name", "smtp+starttls", 587,
          {587: b.starttls(tls=b.tls("s12.hoster.test", "s12.hoster.test"))},
          (*bad, "cert-name", {"host"}, None, []),
          host="mail.mine.test", hosts={"mail.mine.test": ["SELF"],
                                        "s12.hoster.test": ["SELF"]})
    b.add("a wildcard below the domain", "smtp+starttls", 587,
          {587: b.starttls(tls=b.tls("wild", "*.wild.test"))},
          (*bad, "cert-name", {"host"}, {"host": "smtp.wild.test"}, []),
          host="wild.test", hosts={"wild.test": ["SELF"],
                                   "smtp.wild.test": ["SELF"]})
    b.add("an address, whose certificate has a name", "smtp+starttls", 587,
          {587: b.starttls(tls=b.tls("n.addr.test", "n.addr.test"))},
          (*bad, "cert-name", {"host"}, {"host": "n.addr.test"}, []),
          host="SELF", hosts={"n.addr.test": ["SELF"]})
    b.add("an address, and the name is elsewhere", "smtp+starttls", 587,
          {587: b.starttls(tls=b.tls("n.far.test", "n.far.test")),
           ("127.2.0.9", 587): b.starttls(
               tls=b.tls("n.far.test", "n.far.test"))},
          (*bad, "cert-name", {"host"}, None, []),
          host="SELF", hosts={"n.far.test": ["127.2.0.9"]})
    b.add("another key than the pinned one", "smtp+starttls", 587,
          {587: b.starttls(), 465: b.early()},
          (*bad, "cert-pin", {"certificate"}, None, ["administrator"]),
          "--verify", "pin", "--pin", "0" * 64)


def greeting_cases(b):
    b.add("a doorman on 25", "smtp", 25,
          {25: Smtp(greeting="554 5.7.1 dynamic addresses are not served"),
           587: b.starttls()},
          (69, "greeting", "greeting-refused", {"port"}, AFTER,
           ["port 587"]), proven={"host"})
    b.add("a refusal, and nobody else", "smtp+starttls", 587,
          {587: Smtp(greeting="554 5.7.1 go away")},
          (69, "greeting", "greeting-refused", None, None, []),
          proven={"host", "port"})
    b.add("later", "smtp+starttls", 587,
          {587: Smtp(greeting="421 4.3.2 busy")},
          (75, "greeting", None, None, None, []), proven={"host", "port"})
    b.add("silence, whatever is said", "smtp+starttls", 587, {587: waits},
          (75, "greeting", "silence", {"server"}, None,
           ["with TLS first or without"]), "--timeout", "1s")
    b.add("it hangs up", "smtp+starttls", 587, {587: lambda c: None,
                                               465: b.early()},
          (75, "greeting", "connection-lost", {"port"}, BEFORE, []))
    picky = lambda connection, line: connection.send(
        "550 5.7.1 bad name" if "wrong" in line else "250 test") or True
    b.add("the name in the greeting", "smtp+none", 587,
          {587: Smtp({"EHLO": picky, "HELO": picky})},
          (69, "ehlo", "ehlo-refused", {"helo"}, {"helo": ""},
           ["leave helo out"]), "--helo", "wrong.example", user="",
          proven={"host", "port", "tls"})
    b.add("any name", "smtp+none", 587,
          {587: Smtp({"EHLO": "550 5.7.1 who?", "HELO": "550 5.7.1 who?"})},
          (69, "ehlo", "ehlo-refused", {"helo"}, None, []), user="",
          proven={"host", "port"}, mend="--helo")
    six = {"v6.ann.example": ["fd00::6", "SELF"]}
    b.add("IPv6 is silent, IPv4 is not", "smtp+starttls", 587,
          {("fd00::6", 587): waits, 587: b.starttls()},
          (75, "greeting", "silence", {"network"},
           {"source-address": "0.0.0.0"}, ["over IPv4 it works"]),
          "--timeout", "1500ms", host="v6.ann.example", hosts=six,
          mend="--source-address 0.0.0.0")
    b.add("IPv6 is not served, IPv4 is", "smtp+starttls", 587,
          {("fd00::7", 587): Smtp(greeting="550 5.7.25 no PTR record"),
           587: b.starttls()},
          (69, "greeting", "greeting-refused", {"network"},
           {"source-address": "0.0.0.0"}, ["over IPv4 it works"]),
          host="v7.ann.example",
          hosts={"v7.ann.example": ["fd00::7", "SELF"]})


def login_cases(b):
    place = {"host", "port", "tls", "certificate", "helo"}
    b.add("25 takes no login", "smtp+starttls", 25,
          {25: b.starttls(offers=[]), 587: b.starttls()},
          (78, "auth", "auth-not-offered", {"port"}, AFTER, ["port 587"]))
    b.add("nobody takes one", "smtp+starttls", 587,
          {587: b.starttls(offers=[])},
          (78, "auth", "auth-not-offered", {"port"}, None, []),
          proven=place - {"port"})
    b.add("in clear, and STARTTLS is there", "smtp+none", 587,
          {587: b.starttls()},
          (78, "auth", "auth-plaintext", {"tls"},
           {"port": 587, "encryption": "after-connect"},
           ["encryption after-connect"]), mend="smtp+starttls://")
    no = "535 5.7.8 authentication failed"
    wrong = (77, "auth", "auth-refused")
    b.add("a wrong password", "smtp+starttls", 587,
          {587: b.starttls({"AUTH": no})},
          (*wrong, {"username", "password"}, None, []), proven=place,
          mend="--password-from prompt")
    b.add("a wrong password, TLS first", "smtps", 465,
          {465: b.early({"AUTH": no})},
          (*wrong, {"username", "password"}, None, []), proven=place)

    def local_only(connection, line):
        good = b"\0ann\0" in base64.b64decode(line.split()[-1] + "==")
        connection.send("235 2.7.0 in" if good else no)
        return True

    b.add("the name's other shape", "smtp+starttls", 587,
          {587: b.starttls({"AUTH": local_only}, offers=["AUTH PLAIN"])},
          (77, "auth", "auth-username", {"username"}, {"username": "ann"},
           []), proven=place | {"mechanism", "password"},
          mend="smtp+starttls://ann@c")
    b.add("no mechanism in common", "smtp+starttls", 587,
          {587: b.starttls(offers=["AUTH PLAIN"])},
          (78, "auth", "auth-no-common", {"mechanism"},
           {"mechanisms": "auto"}, ["mechanisms = auto"]),
          "--auth", "CRAM-MD5", proven=place, mend="--mechanisms auto")
    b.add("none that is known", "smtp+starttls", 587,
          {587: b.starttls(offers=["AUTH X-OWN"])},
          (78, "auth", "auth-no-common", {"mechanism"}, None, []),
          proven=place)
    b.add("a password in quotes", "smtp+starttls", 587,
          {587: b.starttls({"AUTH": no})},
          (*wrong, {"password"}, None, ["stands in quotes"]),
          secret='"two birds 8 stone"')
    b.add("a blank behind the password", "smtp+starttls", 587,
          {587: b.starttls({"AUTH": no})},
          (*wrong, {"password"}, None, ["white space"]),
          secret="two birds 8 stone ")
    b.add("a user name in brackets", "smtp+starttls", 587,
          {587: b.starttls({"AUTH": no})},
          (*wrong, {"username"}, None, ["quotes or brackets"]),
          "--username", "<ann@ann.example>", "--password-from", "env:P",
          user="")
    b.add("Gmail without an app password", "smtp+starttls", 587,
          {587: b.starttls(
              {"AUTH": "535-5.7.8 Username and Password not accepted.\r\n"
               "535 5.7.8 https://support.example/?p=BadCredentials"},
              tls=b.tls("gmail", "smtp.gmail.com"))},
          (*wrong, {"password"}, None, ["app password", "16 letters"]),
          host="smtp.gmail.com", user="ann@gmail.com",
          secret="hunter22-and-more")
    b.add("Outlook with a password", "smtp+starttls", 587,
          {587: b.starttls(
              {"AUTH": "535 5.7.139 Authentication unsuccessful, basic "
               "authentication is disabled."},
              tls=b.tls("outlook", "smtp-mail.outlook.com"))},
          (*wrong, None, None, ["?basic authentication was withdrawn"]),
          host="smtp-mail.outlook.com", user="ann@hotmail.com")
    b.add("Microsoft 365 on 465", "smtps", 465,
          {587: b.starttls(tls=b.tls("office", "smtp.office365.com"))},
          (75, "connect", "connect-refused", {"port"}, AFTER,
           ["port 587", "?publishes port 587"]), host="smtp.office365.com")
    b.add("no logins now", "smtp+starttls", 587,
          {587: b.starttls({"AUTH": "454 4.7.0 later"})},
          (75, "auth", "auth-deferred", {"server"}, None, []), proven=place)
    b.add("it hangs up at the login", "smtp+starttls", 587,
          {587: b.starttls({"AUTH": CUT})},
          (75, "auth", "connection-lost", {"network"}, None, []),
          proven=place)


def mail_cases(b):
    to = ["--from", "ann@ann.example", "--to", "bob@example.com"]
    inside = {"host", "port", "tls", "mechanism", "username", "password"}
    b.add("a login is wanted", "smtp+none", 587,
          {587: Smtp({"MAIL": "530 5.7.0 Authentication required"})},
          (77, "mail", "auth-required", {"anonymous"}, None, []), *to,
          user="", mend="--username NAME")
    b.add("TLS is wanted first", "smtp+none", 587,
          {587: b.starttls(
              {"MAIL": "530 5.7.0 Must issue a STARTTLS command first"},
              offers=[])},
          (77, "mail", "auth-required", {"tls"},
           {"encryption": "after-connect"}, ["encryption after-connect"]),
          *to, user="")
    b.add("not her address", "smtp+starttls", 587,
          {587: b.starttls({"MAIL": "553 5.7.1 not owned by ann"})},
          (69, "mail", "sender-refused", None, None, []), *to, proven=inside)
    b.add("nobody of that name", "smtp+starttls", 587,
          {587: b.starttls({"RCPT": "550 5.1.1 no such user"})},
          (69, "rcpt", "recipient-refused", {"recipient"}, None, []), *to,
          proven=inside | {"sender"})
    b.add("a full inbox", "smtp+starttls", 587,
          {587: b.starttls({"RCPT": "452 4.2.2 mailbox full"})},
          (75, "rcpt", "recipient-deferred", {"recipient"}, None,
           ["make room"]), *to, proven=inside | {"sender"})
    b.add("a full inbox, for good", "smtp+starttls", 587,
          {587: b.starttls({"RCPT": "552 5.2.2 over quota"})},
          (69, "rcpt", "recipient-refused", {"recipient"}, None,
           ["make room"]), *to, proven=inside | {"sender"})
    b.add("a full inbox, without a code", "smtp+starttls", 587,
          {587: b.starttls({"RCPT": "552 Mailbox full"})},
          (69, "rcpt", "recipient-refused", {"recipient"}, None,
           ["make room"]), *to, proven=inside | {"sender"})
    b.add("greylisted", "smtp+starttls", 587,
          {587: b.starttls({"RCPT": "451 4.7.1 greylisted, try again"})},
          (75, "rcpt", "recipient-deferred", None, None, []), *to,
          proven=inside | {"sender"})
    b.add("the content is refused", "smtp+starttls", 587,
          {587: b.starttls({".": "554 5.7.1 spam"})},
          (69, "data", "message-refused", None, None, []), "--send", *to,
          proven=inside | {"sender", "recipient"})
    b.add("too big", "smtp+starttls", 587,
          {587: b.starttls(offers=[*LOGINS, "SIZE 10"])},
          (69, "mail", "too-big", {"size"}, None, []), "--send", *to,
          proven=inside)
    b.add("all is well", "smtp+starttls", 587, {587: b.starttls()},
          (0, "rcpt", None, set(), None, []), *to,
          proven=inside | {"sender", "recipient"})
    b.add("well, and in clear: better is there", "smtp", 25,
          {25: Smtp(offers=LOGINS), 587: b.starttls()},
          (0, "auth", None, set(), AFTER, []),
          "--allow-plaintext-password")


def cases(certificates, folder):
    b = Builder(certificates, folder)
    b.tls()
    for make in (way_cases, other_service_cases, host_cases, mode_cases,
                 certificate_cases, greeting_cases, login_cases, mail_cases):
        make(b)
    return b.cases
