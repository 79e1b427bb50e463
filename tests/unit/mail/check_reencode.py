"""Messages made by Python, encoded anew by ph_message_reencode(), read again by
Python: the same parts with the same contents, now 7-bit with short lines."""

import email
import email.header
import email.policy
import email.utils
import pathlib
import re
import subprocess
import sys
import tempfile

LONG = "0123456789" * 150
checks = 0
failures = 0


def same(name, what, got, want):
    global checks, failures
    checks += 1
    if got != want:
        failures += 1
        print(f"{name}: {what}: got {got!r:.300}, want {want!r:.300}",
              file=sys.stderr)


def head(*lines):
    return ("\r\n".join(lines) + "\r\n").encode()


BASE = ("From: a@example.com", "To: b@example.com",
        "Date: Sun, 22 Nov 2026 08:48:57 +0000", "Message-ID: <x@y>",
        "MIME-Version: 1.0")
U8 = ("Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: 8bit", "")

GOOD = {
    "plain": head(*BASE, "Subject: x", "", "hello", ".", "From me", "bye "),
    "eight-bit": head(*BASE, "Subject: x", *U8, "grüße", "zwei = drei"),
    "lf": head(*BASE, "Subject: x", *U8, "grüße", "zwei").replace(
        b"\r\n", b"\n"),
    "long-line": head(*BASE, "Subject: x", "", LONG, "end"),
    "long-last-line": head(*BASE, "Subject: x", "", LONG)[:-2],
    "long-last-line-lf": head(*BASE, "Subject: x", "", "a", LONG).replace(
        b"\r\n", b"\n")[:-1],
    "long-last-line-labelled": head(
        *BASE, "Subject: x", "Content-Transfer-Encoding: 7bit", "", "a",
        LONG)[:-2],
    "long-line-of-a-part": head(
        *BASE, "Subject: x", "Content-Type: multipart/mixed; boundary=b1",
        "", "--b1", "Content-Type: text/html", "", "<p>", LONG, "--b1",
        "Content-Type: application/x-y", "", LONG, "--b1--"),
    "long-base64": head(
        *BASE, "Subject: x", "Content-Type: application/pdf",
        "Content-Transfer-Encoding: base64", "", "AAEC" * 500),
    "long-quoted": head(
        *BASE, "Subject: x", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable", "",
        "a=3Db" * 300, "=C3=BC", "end"),
    "eight-bit-labelled": head(
        *BASE, "Subject: x", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 7bit", "", "grüße"),
    "eight-bit-quoted": head(
        *BASE, "Subject: x", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable", "", "grü=C3=9Fe"),
    "no-mime": head(*BASE[:4], "Subject: x", "", "plain"),
    "raw-subject": head(*BASE, "Subject: Grüße aus Köln", *U8, "x"),
    "raw-names": head("From: Jörg <a@example.com>",
                      "To: Müller <m@example.com>, \"A, B\" <c@example.com>",
                      *BASE[2:], "Subject: x", *U8, "x"),
    "long-subject": head(*BASE, "Subject: " + "word " * 300, *U8, "x"),
    "long-to": head(BASE[0], "To: " + ", ".join(
        f"\"Name {i}\" <n{i}@example.com>" for i in range(100)), *BASE[2:],
        "Subject: x", *U8, "ü"),
    "encoded-long": head(
        BASE[0], "To: " + ", ".join(
            "=?utf-8?B?TcO8bGxlciwgSGFucw==?= =?utf-8?Q?_x?= "
            f"<n{i}@example.com>" for i in range(40)), *BASE[2:],
        "Subject: " + "=?utf-8?B?TcO8bGxlciwgSGFucw==?= " * 40, *U8, "ü"),
    "raw-file-name": head(
        *BASE, "Subject: x", "Content-Type: multipart/mixed; boundary=b1", "",
        "--b1", "Content-Type: application/pdf; name=\"Grüße.pdf\"",
        "Content-Disposition: attachment; filename=\"Grüße.pdf\"",
        "Content-Transfer-Encoding: base64", "", "AAECAwQF", "--b1",
        "Content-Type: text/plain; name=\"" + "x" * 1200 + "\"", "", "x",
        "--b1--"),
    "mixed": head(
        *BASE, "Subject: x", "Content-Type: multipart/mixed; boundary=b1",
        "", "preamble ü", "--b1",
        "Content-Type: multipart/alternative; boundary=b2", "", "--b2", *U8,
        "grüße", "--b2", "Content-Type: text/html; charset=iso-8859-1",
        "Content-Transfer-Encoding: quoted-printable", "", "gr=FC=DFe",
        "--b2--", "--b1", "Content-Type: application/pdf; name=x.pdf",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename=x.pdf", "", "AAECAwQF",
        "--b1--", "epilogue ü"),
    "binary": head(
        *BASE, "Subject: x", "Content-Type: application/octet-stream",
        "Content-Transfer-Encoding: 8bit", "") + bytes(range(128, 256)) * 20
    + b"\r\n",
    "nested": head(
        *BASE, "Subject: outer", "Content-Type: multipart/mixed; boundary=b1",
        "", "--b1", *U8, "outer ü", "--b1", "Content-Type: message/rfc822",
        "Content-Transfer-Encoding: 8bit", "", *BASE, "Subject: inner",
        *U8, "inner ü", LONG, "--b1--"),
    "pgp-inline": head(*BASE, "Subject: x", *U8,
                       "-----BEGIN PGP MESSAGE-----", "ü",
                       "-----END PGP MESSAGE-----"),
    "empty-body": head(*BASE, "Subject: ü", ""),
    "unclosed": head(*BASE, "Subject: x",
                     "Content-Type: multipart/mixed; boundary=b1", "", "--b1",
                     *U8, "grüße"),
    "deep-ish": head(*BASE, "Subject: x", *sum(
        ((f"Content-Type: multipart/mixed; boundary=b{i}x", "", f"--b{i}x")
         for i in range(30)), ()), *U8, "ü"),
}

BAD = {
    "signed": (head(*BASE, "Content-Type: multipart/signed; boundary=b1; "
                    "protocol=\"application/pgp-signature\"; micalg=pgp-sha1",
                    "", "--b1", *U8, "ü", "--b1",
                    "Content-Type: application/pgp-signature", "", "x",
                    "--b1--"), "signed"),
    "signed-inside": (head(
        *BASE, "Content-Type: multipart/mixed; boundary=b0", "", "--b0",
        "Content-Type: multipart/signed; boundary=b1; "
        "protocol=\"application/pgp-signature\"; micalg=pgp-sha1",
        "", "--b1", *U8, "ü", "--b1",
        "Content-Type: application/pgp-signature", "", "x", "--b1--",
        "--b0--"), "signed"),
    "deep": (head(*BASE, "Subject: x", *sum(
        ((f"Content-Type: multipart/mixed; boundary=b{i}x", "", f"--b{i}x")
         for i in range(500)), ()), *U8, "ü"), "nested too deep"),
    "very-deep": (head(*BASE, "Subject: x", *sum(
        ((f"Content-Type: multipart/mixed; boundary=b{i}x", "", f"--b{i}x")
         for i in range(5000)), ()), *U8, "ü"), "nested too deep"),
}


def text_of(part):
    raw = part.get_payload(decode=True)
    if part.get_content_maintype() != "text":
        return raw
    text = raw.decode(part.get_content_charset() or "us-ascii", "replace")
    return text.replace("\r\n", "\n").rstrip("\n")


def words(value):
    value = re.sub(r"\r?\n(?=[ \t])", "", value)
    return str(email.header.make_header(email.header.decode_header(value)))


def leaves(message):
    return [(p.get_content_type(), p.get_filename(), text_of(p))
            for p in message.walk() if not p.is_multipart()]


def check_good(name, raw, out):
    policy = email.policy.default
    before = email.message_from_bytes(raw, policy=policy)
    after = email.message_from_bytes(out, policy=policy)
    same(name, "octets over 127", [b for b in out if b > 127], [])
    same(name, "line ends", re.findall(rb"(?<!\r)\n|\r(?!\n)", out), [])
    same(name, "long lines",
         [len(x) for x in out.split(b"\r\n") if len(x) > 998], [])
    same(name, "leaves", leaves(after), leaves(before))
    text = raw.replace(b"\r\n", b"\n").split(b"\n\n")[0].decode()
    old = email.message_from_bytes(out, policy=email.policy.compat32)
    for field in ("Subject", "From", "To", "Message-ID", "Date"):
        meant = re.search(rf"(?im)^{field}: (.*)$", text)
        if meant is None:
            continue
        got = re.sub(r"\r?\n(?=[ \t])", "", old[field]).strip()
        want = meant.group(1).strip()
        if field in ("From", "To"):
            got, want = ([(words(n), a) for n, a in
                          email.utils.getaddresses([v])] for v in (got, want))
        else:
            got, want = words(got), words(want)
        same(name, field, got, want)


def main():
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "in")
        target = pathlib.Path(folder, "out")
        for name, raw in GOOD.items():
            source.write_bytes(raw)
            run = subprocess.run([sys.argv[1], source, target], check=False,
                                 capture_output=True, text=True)
            same(name, "result", (run.returncode, run.stderr), (0, ""))
            check_good(name, raw, target.read_bytes())
        for name, (raw, why) in BAD.items():
            source.write_bytes(raw)
            run = subprocess.run([sys.argv[1], source, target], check=False,
                                 capture_output=True, text=True)
            same(name, "result", run.returncode, 1)
            same(name, "says why", why in run.stderr, True)
            same(name, "nothing written", target.read_bytes(), b"")
    print(f"{checks - failures} passed, {failures} failed")
    return 1 if failures or not checks else 0


sys.exit(main())
