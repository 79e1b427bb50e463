"""How domains say where their mail is handed in, and how some lie about it: the
table behind test_discover.py.  In every text {d} is the layout's own domain."""

import dataclasses

# Addresses: two web servers, the second with a certificate for another name, and
# mail servers.
WEB, WEB_OF_ANOTHER = "A 127.0.0.10", "A 127.0.0.11"
MAIL = "A 127.0.0.20"            # 465 before-connect, 587 after-connect
MAIL_OF_ANOTHER = "A 127.0.0.21"  # the same, the certificate is for another name
MAIL_CLEAR = "A 127.0.0.22"      # 25 in clear, no login
MAIL_ODD = "A 127.0.0.23"        # 2525 after-connect
MAIL_SILENT = "A 127.0.0.24"     # 465, 587: says nothing
MAIL_SWAPPED = "A 127.0.0.26"    # 587 before-connect

AUTO = "https://autoconfig.{d}/mail/config-v1.1.xml"
KNOWN = "https://{d}/.well-known/autoconfig/mail/config-v1.1.xml"
DISCOVER = ("https://autodiscover.{d}/autodiscover/autodiscover.json/v1.0/"
            "ann%40{d}?Protocol=AutodiscoverV1")


def server(host="smtp.{d}", port=465, socket="SSL", user="%EMAILADDRESS%",
           auth="password-cleartext", more=""):
    return (f'<outgoingServer type="smtp"><hostname>{host}</hostname>'
            f"<port>{port}</port><socketType>{socket}</socketType>"
            f"<username>{user}</username>"
            f"<authentication>{auth}</authentication>{more}</outgoingServer>")


def config(*servers, head=""):
    return (f'{head}<clientConfig version="1.1"><emailProvider id="{{d}}">'
            '<domain>{d}</domain><displayName>X</displayName>'
            '<incomingServer type="imap"><hostname>imap.{d}</hostname>'
            "<port>993</port></incomingServer>" + "".join(servers) +
            "</emailProvider></clientConfig>")


def page(*servers, **kwargs):
    return {"body": config(*servers, **kwargs)}


@dataclasses.dataclass
class Layout:
    name: str
    records: tuple = ()       # "smtp A 127.0.0.1"; "@" is the domain itself
    pages: dict = dataclasses.field(default_factory=dict)
    everything: bool = False  # every name of it is a web server's
    args: tuple = ()
    zone: str = "plain"       # "signed", "bogus"
    domain: str = None        # else made of the zone
    # What is expected:
    code: int = 0
    first: tuple = None       # host, port, encryption, user name, source
    others: tuple = ()        # likewise, in this order, behind it
    also: dict = dataclasses.field(default_factory=dict)  # of the first
    notes: tuple = ()         # words in the document's, or the first's, notes
    asks: tuple = ()          # beginnings of what was contacted
    asks_not: tuple = ()
    late: bool = False        # the time was up


A = "ann@{d}"
BEFORE, AFTER = "before-connect", "after-connect"
OUTSIDE = {"needs_yes": True, "doubts": ["outside-domain"]}
TRUSTED = {"needs_yes": False, "doubts": []}

BOMB = ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in
    zip("abcdefgh", "bcdefghi")) + "]>")

LAYOUTS = [
    Layout("autoconfig", ("autoconfig " + WEB, "smtp " + MAIL),
           {AUTO: page(server())},
           first=("smtp.{d}", 465, BEFORE, A, "autoconfig"),
           also={**TRUSTED, "detail": AUTO, "mechanisms": ["PLAIN", "LOGIN"],
                 "probed": False, "ok": None, "dnssec": None},
           asks=(AUTO, KNOWN, "dns:{d}?type=MX",
                 "dns:_submissions._tcp.{d}?type=SRV",
                 "dns:_submission._tcp.{d}?type=SRV"),
           asks_not=("http:", "smtp")),
    Layout("well-known", ("@ " + WEB,), {KNOWN: page(server(port=587,
           socket="STARTTLS", user="%EMAILLOCALPART%"))},
           first=("smtp.{d}", 587, AFTER, "ann", "autoconfig"), also=TRUSTED),
    Layout("both places, the same", ("@ " + WEB, "autoconfig " + WEB),
           {AUTO: page(server()), KNOWN: page(server())},
           first=("smtp.{d}", 465, BEFORE, A, "autoconfig")),
    Layout("autoconfig elsewhere", ("autoconfig " + WEB,),
           {AUTO: page(server("smtp.hoster.plain"))},
           first=("smtp.hoster.plain", 465, BEFORE, A, "autoconfig"),
           also=OUTSIDE),
    Layout("several servers", ("autoconfig " + WEB,),
           {AUTO: page(server("b.{d}", 587, "STARTTLS"),
                       server("c.{d}", 25, "plain"),
                       server("a.{d}"))},
           first=("b.{d}", 587, AFTER, A, "autoconfig"),
           others=(("a.{d}", 465, BEFORE, A, "autoconfig"),
                   ("c.{d}", 25, "none", A, "autoconfig"))),
    Layout("placeholders", ("autoconfig " + WEB,),
           {AUTO: page(server("mail.%EMAILDOMAIN%",
                              user="x.%EMAILLOCALPART%@%EMAILDOMAIN%"))},
           first=("mail.{d}", 465, BEFORE, "x.ann@{d}", "autoconfig")),
    Layout("unknown elements and words", ("autoconfig " + WEB,),
           {AUTO: page(server(user="%REALNAME%", auth="telepathy",
                              more="<future><port>1</port></future>"))},
           first=("smtp.{d}", 465, BEFORE, None, "autoconfig"),
           notes=("made of what is not known", "no such word is known")),
    Layout("OAuth2 only", ("autoconfig " + WEB,),
           {AUTO: page(server(auth="OAuth2"))},
           first=("smtp.{d}", 465, BEFORE, A, "autoconfig"),
           also={"mechanisms": ["OAUTHBEARER", "XOAUTH2"]}),
    Layout("redirect to another host", ("@ " + WEB,),
           {KNOWN: {"status": 302,
                    "location": "https://config.hoster.plain/{d}.xml"},
            "https://config.hoster.plain/{d}.xml": page(server())},
           first=("smtp.{d}", 465, BEFORE, A, "autoconfig"),
           asks=("https://config.hoster.plain/{d}.xml",)),
    Layout("http only", ("autoconfig " + WEB_OF_ANOTHER,),
           {"http://autoconfig.{d}/mail/config-v1.1.xml": page(server())},
           first=("smtp.{d}", 465, BEFORE, A, "autoconfig"),
           also={"needs_yes": True, "doubts": ["http"]},
           asks=("http://autoconfig.{d}/",), notes=("certificate",)),
    Layout("https beside http",
           ("autoconfig " + WEB, "@ " + WEB),
           {AUTO: page(server("good.{d}")),
            "http://{d}/.well-known/autoconfig/mail/config-v1.1.xml":
                page(server("bad.{d}"))},
           first=("good.{d}", 465, BEFORE, A, "autoconfig"),
           asks_not=("http:",)),
    Layout("SRV", ("_submissions._tcp SRV 0 1 465 smtp.{d}.",
                   "_submission._tcp SRV 0 1 587 smtp.{d}.", "smtp " + MAIL),
           first=("smtp.{d}", 465, BEFORE, A, "srv"),
           others=(("smtp.{d}", 587, AFTER, A, "srv"),),
           also={**TRUSTED, "dnssec": "insecure",
                 "detail": "_submissions._tcp.{d}"}),
    Layout("SRV, signed", ("_submissions._tcp SRV 0 1 465 smtp.{d}.",),
           zone="signed", first=("smtp.{d}", 465, BEFORE, A, "srv"),
           also={"dnssec": "secure"}),
    Layout("SRV by priority and weight",
           ("_submission._tcp SRV 20 0 587 d.{d}.",
            "_submission._tcp SRV 10 5 587 c.{d}.",
            "_submission._tcp SRV 10 60 1587 b.{d}.",
            "_submission._tcp SRV 5 0 587 a.{d}."),
           first=("a.{d}", 587, AFTER, A, "srv"),
           others=(("b.{d}", 1587, AFTER, A, "srv"),
                   ("c.{d}", 587, AFTER, A, "srv"),
                   ("d.{d}", 587, AFTER, A, "srv"))),
    Layout("SRV to another domain",
           ("_submissions._tcp SRV 0 1 465 smtp.evil.plain.",),
           first=("smtp.evil.plain", 465, BEFORE, A, "srv"), also=OUTSIDE),
    Layout("SRV: TLS first is not offered",
           ("_submissions._tcp SRV 0 0 0 .",
            "_submission._tcp SRV 0 1 587 smtp.{d}."),
           first=("smtp.{d}", 587, AFTER, A, "srv"),
           notes=("_submissions._tcp.{d} says that it is not offered",)),
    Layout("SRV through a CNAME",
           ("_submissions._tcp CNAME _x._tcp.{d}.",
            "_x._tcp SRV 0 1 465 smtp.{d}."),
           first=("smtp.{d}", 465, BEFORE, A, "srv")),
    Layout("SRV in a circle",
           ("_submissions._tcp CNAME _submission._tcp.{d}.",
            "_submission._tcp CNAME _submissions._tcp.{d}.", "@ MX 5 mx.{d}."),
           code=69),
    Layout("SRV that no host can be", (
           "_submissions._tcp SRV 0 1 465 a\\032b.{d}.",
           "_submissions._tcp SRV 0 1 0 port.{d}.",
           "_submissions._tcp SRV 1 1 465 smtp.{d}."),
           first=("smtp.{d}", 465, BEFORE, A, "srv")),
    Layout("a wrong signature",
           ("_submissions._tcp SRV 0 1 465 smtp.{d}.", "@ MX 5 mx.{d}."),
           zone="bogus", code=69,
           notes=("the signature of the MX records of {d} is wrong",
                  "the signature of the SRV records of")),
    Layout("MX at Google", ("@ MX 1 aspmx.l.google.com.",),
           first=("smtp.gmail.com", 465, BEFORE, A, "mx"),
           also={**OUTSIDE, "preset": "googlemail.com",
                 "detail": "aspmx.l.google.com", "dnssec": "insecure"},
           asks_not=("https://autoconfig.l.google.com",
                     "https://autoconfig.google.com")),
    Layout("MX at Microsoft, signed",
           ("@ MX 1 example.mail.protection.outlook.com.",), zone="signed",
           first=("smtp.office365.com", 587, AFTER, A, "mx"),
           also={**OUTSIDE, "dnssec": "secure"}),
    Layout("MX at Zoho, and a file of one's own",
           ("@ MX 1 mx.zoho.eu.", "autoconfig " + WEB),
           {AUTO: page(server())},
           first=("smtp.zoho.eu", 465, BEFORE, A, "mx"),
           others=(("smtp.zoho.eu", 587, AFTER, A, "mx"),
                   ("smtp.{d}", 465, BEFORE, A, "autoconfig"))),
    Layout("MX at who has no SMTP", ("@ MX 1 mail.tutanota.de.",), code=69,
           notes=("has no SMTP for its users",)),
    Layout("MX at a hoster with a file", ("@ MX 10 mx1.mail.hoster.plain.",),
           {"https://autoconfig.hoster.plain/mail/config-v1.1.xml":
                page(server("smtp.hoster.plain"))},
           first=("smtp.hoster.plain", 465, BEFORE, A, "autoconfig"),
           also=OUTSIDE,
           asks=("https://autoconfig.mail.hoster.plain/",
                 "https://autoconfig.hoster.plain/"),
           asks_not=("https://autoconfig.plain/",)),
    Layout("MX above the domain", ("@ MX 10 mx.uni.plain.", "autoconfig " + WEB),
           {AUTO: page(server()),
            "https://autoconfig.uni.plain/mail/config-v1.1.xml":
                page(server("smtp.uni.plain"))},
           domain="dept.uni.plain",
           first=("smtp.{d}", 465, BEFORE, A, "autoconfig"),
           asks_not=("https://autoconfig.uni.plain/", "https://uni.plain/")),
    Layout("MX in a public suffix", ("@ MX 10 plain.",), code=69,
           asks_not=("https://autoconfig.plain/", "https://plain/")),
    Layout("null MX, and a server all the same",
           ("@ MX 0 .", "_submissions._tcp SRV 0 1 465 smtp.{d}."),
           first=("smtp.{d}", 465, BEFORE, A, "srv"),
           notes=("takes no mail (null MX)",)),
    Layout("no such domain", domain="nothing.plain", code=68),
    Layout("a typing error", domain="gmial.com", code=68,
           first=("smtp.gmail.com", 465, BEFORE, "ann@gmail.com", "preset"),
           also={"needs_yes": True, "doubts": ["typo"]}),
    Layout("a typing error that exists",
           ("_submissions._tcp SRV 0 1 465 smtp.{d}.",), domain="gmal.com",
           zone="signed", first=("smtp.{d}", 465, BEFORE, A, "srv"),
           others=(("smtp.gmail.com", 465, BEFORE, "ann@gmail.com",
                    "preset"),)),
    Layout("IDN", ("autoconfig " + WEB, "_submission._tcp SRV 0 0 587 a.{d}."),
           {AUTO: page(server("smtp.%EMAILDOMAIN%"))},
           domain="xn--bcher-kva.plain",
           args=("@b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.plain",),
           first=("smtp.{d}", 465, BEFORE, A, "autoconfig"), also=TRUSTED,
           others=(("a.{d}", 587, AFTER, A, "srv"),)),
    Layout("Autodiscover: Microsoft 365", ("autodiscover " + WEB,),
           {DISCOVER: {"body": '{"Protocol":"AutodiscoverV1","Url":"https://'
                               'outlook.office365.com/autodiscover.xml"}'}},
           first=("smtp.office365.com", 587, AFTER, A, "autodiscover"),
           also={**OUTSIDE, "preset": "office365.com"}, asks=(DISCOVER,)),
    Layout("Autodiscover: a server of one's own", ("autodiscover " + WEB,),
           {DISCOVER: {"body": '{"Url":"https://exchange.{d}/x"}'}},
           first=("exchange.{d}", 587, AFTER, A, "autodiscover"),
           also=TRUSTED, notes=("an Exchange server is there",)),
    Layout("Autodiscover that leads elsewhere", ("autodiscover " + WEB,),
           {DISCOVER: {"status": 302, "location":
                       "https://config.hoster.plain/?ann%40{d}"}},
           code=69, asks_not=("https://config.hoster.plain/",)),
    Layout("a collection", ("@ MX 10 mx.{d}.",),
           {"https://config.hoster.plain/v1.1/{d}": page(server())},
           args=("--collection", "https://config.hoster.plain/v1.1/"),
           first=("smtp.{d}", 465, BEFORE, A, "collection"), also=TRUSTED),
    Layout("a collection that nobody named", ("@ MX 10 mx.{d}.",),
           {"https://config.hoster.plain/v1.1/{d}": page(server())}, code=69,
           asks_not=("https://config.hoster.plain/",)),
    Layout("offline",
           ("autoconfig " + WEB, "_submissions._tcp SRV 0 1 465 smtp.{d}."),
           {AUTO: page(server())}, args=("--offline",), code=69,
           asks_not=("",)),
    # Found by asking the servers.
    Layout("probe: smtp.", ("smtp " + MAIL,), args=("--probe",),
           first=("smtp.{d}", 465, BEFORE, A, "guess"),
           others=(("smtp.{d}", 587, AFTER, A, "guess"),),
           also={"needs_yes": True, "doubts": ["guess"], "probed": True,
                 "ok": True},
           asks=("smtps://smtp.{d}:465", "smtp+starttls://smtp.{d}:587",
                 "smtp+starttls://smtp.{d}:25", "smtps://mail.{d}:465")),
    Layout("probe: mail. and another port", ("mail " + MAIL_ODD,),
           args=("--probe",),
           first=("mail.{d}", 2525, AFTER, A, "guess"), also={"ok": True}),
    Layout("probe: the domain itself, in clear, no login",
           ("@ " + MAIL_CLEAR,), args=("--probe",),
           first=("{d}", 25, "none", A, "guess"),
           notes=("offers no login",)),
    Layout("probe: the MX host", ("@ MX 10 mx.{d}.", "mx " + MAIL),
           args=("--probe",), first=("mx.{d}", 465, BEFORE, A, "guess"),
           others=(("mx.{d}", 587, AFTER, A, "guess"),)),
    Layout("probe: not an MX host outside", ("@ MX 10 mx.hoster.plain.",),
           args=("--probe",), code=69, asks_not=("smtps://mx.hoster.plain",)),
    Layout("probe: TLS first on 587", ("smtp " + MAIL_SWAPPED,),
           args=("--probe", "--timeout", "8s"),
           first=("smtp.{d}", 587, BEFORE, A, "guess")),
    Layout("probe: what was said is proven",
           ("autoconfig " + WEB, "smtp " + MAIL),
           {AUTO: page(server("smtp.{d}", 587, "STARTTLS"),
                       server("gone.{d}"))}, args=("--probe",),
           first=("smtp.{d}", 587, AFTER, A, "autoconfig"),
           also={"probed": True, "ok": True, "needs_yes": False}),
    Layout("probe: what was said does not work",
           ("autoconfig " + WEB, "smtp " + MAIL, "_submissions._tcp SRV 0 0 "
            "465 smtp.{d}."),
           {AUTO: page(server("gone.{d}"))}, args=("--probe",),
           first=("smtp.{d}", 465, BEFORE, A, "srv"),
           also={"ok": True}),
    Layout("probe: a certificate for another name",
           ("smtp " + MAIL_OF_ANOTHER,), args=("--probe",), code=69,
           notes=("certificate",)),
    Layout("probe: a silent server", ("smtp " + MAIL_SILENT, "mail " + MAIL),
           args=("--probe", "--timeout", "3s"),
           first=("mail.{d}", 465, BEFORE, A, "guess")),
    # Hostile.
    Layout("a bomb", ("autoconfig " + WEB, "@ " + WEB),
           {AUTO: page(server("&i;"), head=BOMB), KNOWN: page(server())},
           first=("smtp.{d}", 465, BEFORE, A, "autoconfig"),
           notes=("declarations",)),
    Layout("10 MB", ("autoconfig " + WEB,),
           {AUTO: {"body": "<x>" + "y" * 1020, "times": 10240}}, code=69,
           notes=("longer than any such answer",)),
    Layout("a drip that never ends", ("autoconfig " + WEB,
           "_submissions._tcp SRV 0 0 465 smtp.{d}."),
           {AUTO: {"drip": True}}, args=("--timeout", "1s"),
           first=("smtp.{d}", 465, BEFORE, A, "srv"), late=True),
    Layout("a web server that says nothing", ("autoconfig " + WEB,
           "@ " + WEB), {AUTO: page(server()), KNOWN: {"stall": True}},
           first=("smtp.{d}", 465, BEFORE, A, "autoconfig")),
    Layout("redirect to http", ("autoconfig " + WEB,),
           {AUTO: {"status": 301, "location":
                   "http://config.hoster.plain/x.xml"},
            "http://config.hoster.plain/x.xml": page(server())}, code=69,
           asks_not=("http://config.hoster.plain",),
           notes=("leads away from https",)),
    Layout("redirect to a file", ("autoconfig " + WEB,),
           {AUTO: {"status": 302, "location": "file:///etc/passwd"}}, code=69),
    Layout("redirect with a password", ("autoconfig " + WEB,),
           {AUTO: {"status": 302, "location":
                   "https://ann:secret@config.hoster.plain/x.xml"},
            "https://config.hoster.plain/x.xml": page(server())}, code=69),
    Layout("endless redirects", ("autoconfig " + WEB,),
           {AUTO: {"status": 302, "location": AUTO}}, code=69,
           notes=("leads elsewhere, and is not followed",)),
    Layout("every name is a web site", everything=True, code=69,
           records=("@ " + WEB, "* " + WEB),
           notes=("https://autoconfig.{d}/",)),
    Layout("every name is a web site, and probes",
           records=("@ " + WEB, "* " + WEB), everything=True,
           args=("--probe",), code=69),
    Layout("a certificate for another name", ("autoconfig " + WEB_OF_ANOTHER,),
           {AUTO: page(server())}, code=69, notes=("certificate",)),
    Layout("servers that are none", ("autoconfig " + WEB,),
           {AUTO: page(server("-oProxyCommand=x"), server("a b"),
                       server("a&#10;b"))}, code=69),
]
