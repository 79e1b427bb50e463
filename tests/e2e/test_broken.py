"""Set-ups that do not work, and what `posthaste test` says of each: how far it
got, which setting is suspect, what to do.  The servers are `posthaste sink` told
to misbehave; what real servers do is in tests/interop."""

import re
import socket

import pytest

from posthaste import PROGRAM, Sink, free_port, run

PASSWORD = "open sesame"
ANN, BOB = "ann@example.com", "bob@example.com"

# What a row is about.
# name: faults of the server, options of the client, then what is expected:
# the stage, the suspects, a word of the advice (or of the error's own advice),
# the exit code.
ROWS = []


def row(name, faults, stage, suspects, advice, code, *, sink=(), client=(),
        scheme="smtp+starttls", user=True, to=False, send=False, like=None):
    # Replies are written here as servers send them; --fault takes the code
    # once.
    faults = re.sub(r"(reply=\d{3})-", r"\1 ", faults)
    faults = re.sub(r"\\n\d{3}[- ]", r"\\n", faults)
    ROWS.append(pytest.param(dict(
        faults=faults.split(" | ") if faults else [], stage=stage,
        suspects=set(suspects.split()), advice=advice, code=code, sink=sink,
        client=client, scheme=scheme, user=user, to=to, send=send, like=like),
        id=name))


# ---- the greeting

row("hangs up at once", "connect:hangup", "greeting", "tls network server",
    "again|mode", 75)
# The reset may come before or after the connection is there.
row("resets at once", "connect:reset", "connect greeting",
    "tls network server port", "again|mode|start", 75)
row("silence", "greeting:stall", "greeting", "tls server network",
    "says nothing", 75, client=["--timeout", "1s"])
row("TLS where text is due", "connect:tls", "greeting", "tls",
    "before-connect", 75, client=["--timeout", "1s"])
row("POP3", r"greeting:garble=+OK POP3 ready\r\n", "greeting", "port",
    "587|465", 76)
row("IMAP", r"greeting:garble=* OK IMAP4rev1 ready\r\n", "greeting", "port",
    "587|465", 76)
row("SSH", r"greeting:garble=SSH-2.0-OpenSSH_9.6p1\r\n", "greeting", "port",
    "587|465", 76)
row("HTTP", r"greeting:garble=HTTP/1.1 400 Bad Request\r\n\r\n", "greeting",
    "port", "587|465", 76)
row("garbage", "greeting:garble", "greeting", "port server", ".", 76)
row("too many sessions", "greeting:reply=421 4.7.0 too many connections from "
    "127.0.0.1", "greeting", "limit", "connections|later|fewer", 75)
row("not now", "greeting:reply=421 4.3.2 Service not available", "greeting",
    "server", "again|later", 75)
row("no PTR", r"greeting:reply=554-mx.example Nemesis ESMTP Service not "
    r"available\n554 Bad DNS PTR resource record", "greeting", "sending-ip",
    "PTR|reverse|relay", 69)
row("blocked address", "greeting:reply=554 5.7.1 Service unavailable; Client "
    "host [192.0.2.7] blocked using zen.spamhaus.org", "greeting",
    "sending-ip", "list|relay", 69)
row("no SMTP for you", "greeting:reply=554 No SMTP service here", "greeting",
    "host server port sending-ip", ".", 69)

# ---- EHLO

row("EHLO needs a domain", "ehlo:reply=504 5.5.2 <myhost>: Helo command "
    "rejected: need fully-qualified hostname", "ehlo", "helo", "helo", 69)
row("EHLO is invalid", "ehlo:reply=501 Syntactically invalid EHLO "
    "argument(s)", "ehlo", "helo", "helo", 69)
row("bad HELO", "ehlo:reply=550 5.7.506 Access denied, Bad HELO", "ehlo",
    "helo", "helo", 69)
row("EHLO invalid domain", "ehlo:reply=501 5.0.0 Invalid domain name", "ehlo",
    "helo", "helo", 69)
row("EHLO unknown", "ehlo:reply=502 Command not implemented", "ehlo",
    "server", ".", 69)
row("EHLO not now", "ehlo:reply=421 4.3.0 Try again later", "ehlo", "server",
    "again|later", 75)
row("EHLO hangs up", "ehlo:hangup", "ehlo", "network server tls", ".", 75)
row("EHLO silence", "ehlo:stall", "ehlo", "timeout server network", ".", 75,
    client=["--timeout", "1s"])

# ---- STARTTLS and TLS

row("no STARTTLS", "ehlo:strip=STARTTLS", "tls", "tls", "STARTTLS", 78)
row("STARTTLS not now", "starttls:reply=454 4.7.0 TLS not available due to "
    "local problem", "tls", "server tls", "again|later|operator|admin", 75)
row("STARTTLS unknown", "starttls:reply=502 5.5.1 Command not implemented",
    "tls", "tls server", "encryption|465", 78)
row("STARTTLS hangs up", "starttls:hangup", "tls", "tls server network", ".",
    75)
row("STARTTLS injected", r"starttls:inject=250 ok\r\n", "tls", "server tls",
    "attack|between|administrator|trust", 76)
row("text in the handshake", "tls:plain", "tls", "tls server", ".", 78)
row("hangs up in the handshake", "tls:hangup", "tls", "tls server network "
    "tls-version", ".", 78)
row("silence in the handshake", "tls:stall", "tls", "tls timeout server", ".",
    75, client=["--timeout", "1s"])
row("TLS first, plain server", "", "tls", "tls", "after-connect|STARTTLS|none",
    78, scheme="smtps", sink=["--encryption", "wanted"])
row("plain, TLS-first server", "", "greeting", "tls", "before-connect", 75,
    scheme="smtp+starttls", sink=["--encryption", "before-connect"],
    client=["--timeout", "1s"])
row("encryption none, server requires it", "", "auth mail", "tls",
    "after-connect|STARTTLS|encrypt", 78, scheme="smtp+none",
    sink=["--encryption", "after-connect"])

# ---- certificates

for mode, scheme in (("after-connect", "smtp+starttls"),
                     ("before-connect", "smtps")):
    for kind, suspects, advice, more in (
            ("expired", "certificate", "clock|renew|expire", ()),
            ("not-yet", "certificate", "clock", ()),
            ("self-signed", "certificate", "pin|ca-file", ()),
            ("weak", "certificate", ".", ()),
            ("chain-missing", "certificate", "chain|ca-file|pin", ())):
        row(f"certificate {kind} {mode}", f"tls:certificate={kind}", "tls",
            suspects, advice, 78, scheme=scheme,
            sink=["--encryption", mode], client=more)
    row(f"certificate wrong-name {mode}", "tls:certificate=wrong-name", "tls",
        "host certificate", "name", 78, scheme=scheme,
        sink=["--encryption", mode])
    row(f"TLS 1.1 alone is allowed {mode}", "", "tls", "tls-version", "1.3", 78,
        scheme=scheme, sink=["--encryption", mode], client=[
            "--tls-versions", "1.1"])
    row(f"another key is pinned {mode}", "", "tls", "certificate", "pin", 78,
        scheme=scheme, sink=["--encryption", mode],
        client=["--pin", "A" * 43 + "=", "--verify", "pin"])

# ---- no login possible

row("no AUTH", "ehlo:strip=AUTH", "auth", "port mechanism server anonymous",
    "587|465|anonymous|without", 78)
row("AUTH in clear alone", "ehlo,secure:strip=AUTH", "auth",
    "port mechanism server anonymous", ".", 78)
row("mechanism is not offered", "", "auth", "mechanism", "auth|offer", 78,
    client=["--auth", "NTLM"])
row("only what we may not use", r"ehlo:add=AUTH NTLM | ehlo:strip=AUTH",
    "auth", "mechanism", "auth|offer|mechanism", 78,
    client=["--auth", "SCRAM-SHA-256"])
row("mechanism too weak", "auth:reply=534 5.7.9 Authentication mechanism is "
    "too weak", "auth", "mechanism", "SCRAM|OAuth|stronger|mechanism", 77,
    client=["--auth", "PLAIN"])
row("mechanism unknown after all", "auth:reply=504 5.7.4 Unrecognized "
    "authentication type", "auth", "mechanism", "mechanism|offer|auth", 78,
    client=["--auth", "PLAIN"])
row("AUTH syntax", "auth:reply=501 5.5.4 Syntax: AUTH mechanism", "auth",
    "mechanism client", ".", 77, client=["--auth", "PLAIN"])
row("AUTH when STARTTLS is due", "auth:reply=538 5.7.11 Encryption required "
    "for requested authentication mechanism", "auth", "tls mechanism",
    "after-connect", 78, client=["--auth", "PLAIN"])

# ---- logins refused: words of many servers

for words, suspects, advice, code in (
        ("535 5.7.8 Error: authentication failed:", "username password",
         "password|user name", 77),
        ("535 Incorrect authentication data", "username password",
         "password|user name", 77),
        ("535 5.7.3 Authentication unsuccessful", "username password",
         "password|user name", 77),
        (r"535-5.7.8 Username and Password not accepted. For more information"
         r", go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredential"
         r"s a1b2 - gsmtp", "password", "app password", 77),
        (r"534-5.7.9 Application-specific password required. For more "
         r"information, go to\n534 5.7.9  https://support.google.com/mail/?p="
         r"InvalidSecondFactor a1b2 - gsmtp", "password", "app password", 77),
        (r"534-5.7.14 Please log in through your web browser and then try "
         r"again.\n534-5.7.14  Learn more at\n534 5.7.14  https://support."
         r"google.com/mail/answer/78754 a1b2 - gsmtp", "account",
         "browser|web", 77),
        ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication "
         "is disabled for the Tenant. [AM0PR04CA0001.eurprd04.prod.outlook.com"
         "]", "account", "SMTP AUTH|administrator", 77),
        ("535 5.7.139 Authentication unsuccessful, the user credentials were "
         "incorrect. [AM0PR04CA0001.eurprd04.prod.outlook.com]",
         "username password", "password|user name", 77),
        ("535 5.7.139 Authentication unsuccessful, user is locked by your "
         "organization's security defaults policy. Contact your "
         "administrator.", "account", "administrator|security defaults", 77),
        ("535 5.7.139 Authentication unsuccessful, the request did not meet "
         "the criteria to be authenticated successfully. Contact your "
         "administrator.", "account", "administrator", 77),
        ("535 Login Fail. Please enter your authorization code to login. More "
         "information in http://service.mail.qq.com/cgi-bin/help", "password",
         "authori[sz]ation code", 77),
        ("535 Authentication Credentials Invalid", "password", "SES|SMTP "
         "credentials|password", 77),
        ("535 5.7.0 Invalid login or password", "password username",
         "password|key", 77),
        ("454 4.7.0 Temporary authentication failure", "server",
         "again|later", 75),
        ("454 4.7.0 Too many login attempts, please try again later. gsmtp",
         "limit", "wait|later|hour", 75),
        ("525 5.7.1 Unauthorized IP address", "account", "address|IP", 77),
        ("535 5.7.8 Error: authentication failed: no mechanism available",
         "mechanism", "mechanism|--auth", 77),
        ("501 5.7.0 Authentication aborted", "mechanism", "mechanism", 77),
        ("421 4.7.0 Too many failed logins", "limit server", "later|wait|hour",
         75),
        ("550 5.4.6 Unusual sending activity detected. Please sign in to "
         "unlock", "account", "unlock|sign in|web", 77),
        ):
    row(f"login {words[:40]}", f"login:reply={words}", "auth", suspects,
        advice, code, client=["--auth", "PLAIN"])
row("login hangs up", "login:hangup", "auth", "username password server "
    "mechanism network", ".", 75, client=["--auth", "PLAIN"])
row("login silence", "login:stall", "auth", "timeout server network "
    "mechanism", ".", 75, client=["--auth", "PLAIN", "--timeout", "1s"])
row("CRAM-MD5 is broken", "auth=CRAM-MD5:challenge=!!!!", "auth",
    "mechanism server", "mechanism|auth", 77, client=["--auth", "CRAM-MD5"])
row("wrong password", "", "auth", "username password", "password|user name",
    77, client=["--password-from", "env:WRONG"])
row("wrong user", "", "auth", "username password", "password|user name", 77,
    client=["--username", "nobody@example.com"])
row("user name without its domain", "", "auth", "username", "ann@example.com",
    77, client=["--username", "ann", "--from", ANN])
for like in ("gmail", "microsoft365", "ses", "sendgrid", "postfix"):
    row(f"wrong password at {like}", "", "auth",
        "password" if like in ("gmail", "ses")
        else "username password", "password|key|user name", 77, like=like,
        client=["--password-from", "env:WRONG"])

# ---- MAIL

for words, suspects, advice, code in (
        ("530 5.7.0 Authentication required", "anonymous", "--username", 77),
        ("530 5.7.57 SMTP; Client was not authenticated to send anonymous "
         "mail during MAIL FROM", "anonymous", "--username", 77),
        ("550 5.7.60 SMTP; Client does not have permissions to send as this "
         "sender", "sender", "sender|address|send as", 69),
        ("553 5.7.1 <x@y>: Sender address rejected: not owned by user "
         "ann@example.com", "sender", "sender|address", 69),
        ("550 The from address does not match a verified Sender Identity.",
         "sender", "verif", 69),
        ("504 5.5.2 <root@myhost>: Sender address rejected: need "
         "fully-qualified address", "sender", "sender|address", 69),
        ("553 5.1.8 <root@x.example>... Domain of sender address does not "
         "exist", "sender", "sender|domain|address", 69),
        ("550 This domain is not associated with your account", "account",
         "verif|domain", 69),
        ("452 4.3.1 Insufficient system storage", "server", "again|later", 75),
        ("452 4.4.5 Messages per second limit exceeded", "limit", "slow|rate",
         75),
        ("451 4.7.1 Too much mail, slow down", "limit", "slow|later|rate", 75),
        ("421 4.7.0 Try again later, closing connection.", "limit server",
         "later|again", 75),
        ("552 5.3.4 Message size exceeds fixed limit", "size", "small|size|"
         "limit", 69),
        ("553 From address must be one of your own: not allowed", "sender",
         "sender|address|from", 69),
        ("501 5.1.7 Bad sender address syntax", "sender", "sender|address",
         69),
        ("550 5.1.8 Access denied, bad outbound sender AS(42004)", "account",
         "administrator|unblock|restricted", 69),
        ("550 5.7.708 Access denied, traffic not accepted from this IP",
         "sending-ip", ".", 69)):
    row(f"mail {words[:40]}", f"mail:reply={words}", "mail", suspects, advice,
        code, to=True)
row("mail wants encryption", "mail:reply=530 5.7.0 Must issue a STARTTLS command "
    "first", "mail", "tls", "after-connect", 77, to=True, user=False,
    scheme="smtp+none")
row("mail wants a login", "mail:reply=530 5.7.0 Authentication required",
    "mail", "anonymous", "--username", 77, to=True, user=False)
row("mail hangs up", "mail:hangup", "mail", "network server", ".", 75, to=True)

# ---- RCPT

for words, suspects, advice, code in (
        ("550 5.1.1 <bob@example.com>: Recipient address rejected: User "
         "unknown", "recipient", "address|recipient", 69),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", "recipient",
         "address|recipient", 69),
        ("550 5.4.1 Recipient address rejected: Access denied. [AM0.prod."
         "outlook.com]", "recipient", "address|recipient", 69),
        ("552 5.2.2 Mailbox full", "recipient", "full|recipient", 69),
        ("452 4.2.2 The email account that you tried to reach is over quota.",
         "recipient", "full|recipient|room", 75),
        ("550 5.2.1 The email account that you tried to reach is disabled",
         "recipient", "address|recipient", 69),
        ("554 5.7.1 <bob@example.com>: Relay access denied", "anonymous",
         "log in|login|relay", 69),
        ("550 relay not permitted", "anonymous", "log in|login|relay", 69),
        ("550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
         "anonymous", "log in|login|relay", 69),
        ("450 4.2.0 Greylisted, see http://postgrey.example/", "none",
         "again|later|wait", 75),
        ("451 4.7.1 Greylisting in action, please come back later", "none",
         "again|later|wait", 75),
        ("450 4.7.25 Client host rejected: cannot find your hostname",
         "sending-ip", "reverse|PTR|relay", 75),
        ("554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked "
         "using b.barracudacentral.org", "sending-ip", "list|relay", 69),
        ("452 4.5.3 Error: too many recipients", "limit", "recipients|split|"
         "fewer", 75),
        ("550 5.7.1 Command rejected: sending mail to this domain is not "
         "allowed in the sandbox", "recipient account", ".", 69),
        ("553 5.1.3 Bad recipient address syntax", "recipient", "address",
         69),
        ("550 5.1.2 Host unknown", "recipient", "domain|address|@", 69),
        ("550 Domain example.com has exceeded the max emails per hour "
         "(100/100 (100%)) allowed. Message discarded.", "limit",
         "hour|wait|later", 69),
        ("450 4.1.8 <ann@example.com>: Sender address rejected: Domain not "
         "found", "sender", "sender|domain|--from", 75),
        ("550-Verification failed for <ann@example.com>\\n550-The mail server "
         "said: 550 5.1.1 no such user\\n550 Sender verify failed", "sender",
         "sender", 69)):
    row(f"rcpt {words[:40]}", f"rcpt:reply={words}", "rcpt", suspects, advice,
        code, to=True)
row("rcpt hangs up", "rcpt:hangup", "rcpt", "network server", ".", 75, to=True)
row("greylisted", "rcpt:greylist", "rcpt", "none", "again|later|wait", 75,
    to=True)
for like in ("microsoft365", "ses", "sendgrid", "postfix", "zoho", "dovecot"):
    row(f"sender of another at {like}", "", "mail rcpt data",
        "sender", "sender|address|verif|send as", 69, like=like, send=True,
        to=True, client=["--from", "carl@example.com"])

# ---- the content

for words, suspects, advice, code in (
        ("550 5.7.509 Access denied, sending domain example.com does not pass "
         "DMARC verification", "sender-domain", "DMARC|DKIM|SPF", 69),
        (r"550-5.7.26 This mail is unauthenticated\n550 5.7.26 SPF and DKIM "
         r"did not pass - gsmtp", "sender-domain", "DKIM|SPF", 69),
        (r"550-5.7.25 [192.0.2.7] The IP address sending this message does not "
         r"have a\n550 5.7.25 PTR record setup - gsmtp", "sending-ip",
         "PTR|reverse", 69),
        ("550 5.7.606 Access denied, banned sending IP [192.0.2.7]",
         "sending-ip", ".", 69),
        (r"550-5.7.1 This message is not RFC 5322 compliant. There are\n550 "
         r"5.7.1 multiple Subject headers. - gsmtp", "message",
         "header|message|program", 69),
        (r"552-5.7.0 This message was blocked because its content presents a "
         r"potential\n552 5.7.0 security issue. - gsmtp", "message",
         "attach|content|leave it out", 69),
        ("552 5.3.4 Message too big", "size", "small|size|limit", 69),
        ("454 Throttling failure: Daily message quota exceeded", "limit",
         "quota|wait|day", 75),
        ("454 Throttling failure: Maximum sending rate exceeded", "limit",
         "slow|rate", 75),
        ("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceeded"
         "Exception", "limit", "quota|wait|limit", 69),
        ("554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.Mapi"
         "ExceptionSendAsDenied", "sender", "send as|sender|from", 69),
        ("554 5.7.1 Message rejected as spam by Content Filtering.",
         "message", ".", 69),
        ("451 4.3.0 Temporary server error", "server", "again|later", 75),
        ("550 5.4.5 Daily user sending limit exceeded. - gsmtp", "limit",
         "day|24|wait|limit", 69),
        ("554 Message rejected: Email address is not verified. The following "
         "identities failed the check in region EU-WEST-1: ann@example.com",
         "sender", "verif", 69)):
    row(f"data {words[:40]}", f"end:reply={words}", "data", suspects, advice,
        code, to=True, send=True)
row("lost after the dot", "end:hangup", "data", "timeout network server", ".",
    74, to=True, send=True)
row("lost while it is sent", "content:hangup", "data", "timeout network "
    "server", ".", 74, to=True, send=True)
row("data refused", "data:reply=451 4.3.0 Queue file write error", "data",
    "server", "again|later", 75, to=True, send=True)

# ---- nobody there, and settings that cannot be right

def closed(**more):
    return dict(no_server=True, **more)


def test_enough_rows():
    assert len(ROWS) >= 150


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("broken")
    (made / "password").write_text(PASSWORD)
    (made / "password").chmod(0o600)
    return made


@pytest.mark.parametrize("case", ROWS)
def test_broken(case, folder, tmp_path):
    ca = tmp_path / "ca.pem"
    options = ["--ca-out", ca, "--user", f"{ANN}:{folder / 'password'}",
               "--login-optional", *case["sink"]]
    if "--encryption" not in options:
        options += ["--encryption", "wanted"]
    for fault in case["faults"]:
        options += ["--fault", fault]
    if case["like"]:
        options += ["--like", case["like"]]
    with Sink(*options) as sink:
        client = ["--ca-file", ca, "--no-memory"]
        if case["user"]:
            client += ["--username", ANN, "--password-from", "env:PW"]
        if case["to"]:
            client += ["--to", BOB]
        if case["send"]:
            client += ["--send"]
        if case["to"] and "--from" not in case["client"]:
            client += ["--from", ANN]
        done = run("test", "--json", "--server",
                   f"{case['scheme']}://localhost:{sink.port}", *client,
                   *case["client"],
                   env={"PW": PASSWORD, "WRONG": "not " + PASSWORD})
    found = done.json
    assert done.code == case["code"], found
    assert found["stage"] in case["stage"].split(), found
    suspects = {s["setting"] for s in found["settings"]
                if s["verdict"] == "suspect"}
    if case["suspects"] == {"none"}:
        assert suspects == set(), found
    else:
        assert suspects and suspects <= case["suspects"], found
    assert re.search(case["advice"], found["advice"], re.I), found
    # With TLS first nothing was said before the handshake.
    if found["stage"] in ("auth", "mail", "rcpt", "data") or (
            found["stage"] == "tls" and case["scheme"] != "smtps"):
        proven = {s["setting"] for s in found["settings"]
                  if s["verdict"] == "proven"}
        assert {"host", "port"} - suspects <= proven, found
    assert PASSWORD not in done.out + done.err
