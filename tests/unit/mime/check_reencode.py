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

# Each way to say nothing true about 8-bit text, in charsets of every kind.
LABELS = (None, "7bit", "8BIT ", "x-unheard-of")
TEXTS = {
    "utf-8": "Grüße, 日本 – 😀",
    "iso-8859-1": "Grüße café",
    "windows-1252": "Grüße – 5 €",
    "koi8-r": "Привет, мир",
    "shift_jis": "日本語のメール",
    "gb18030": "中文邮件",
}


def labelled(kind, charset, label, text):
    lines = [*BASE, "Subject: x", f"Content-Type: {kind}; charset={charset}"]
    if label is not None:
        lines.append(f"Content-Transfer-Encoding: {label}")
    return head(*lines, "") + text.encode(charset) + b"\r\nend\r\n"


GOOD.update({
    f"label-{kind}-{charset}-{label}": labelled(kind, charset, label, text)
    for kind in ("text/plain", "text/html")
    for charset, text in TEXTS.items()
    for label in LABELS})

# Lines at the limit of 998 octets, and one over it.
GOOD.update({
    f"line-{length}-{kind[-5:]}-{end!r}": head(
        *BASE, "Subject: x", f"Content-Type: {kind}", "", "first")
    + b"y" * length + end
    for length in (998, 999, 5000)
    for kind in ("text/plain", "text/html", "application/x-y")
    for end in (b"", b"\r\n", b"\r\nlast\r\n")})

GOOD.update({
    "tree": head(
        *BASE, "Subject: x", "Content-Type: multipart/mixed; boundary=m", "",
        "--m", "Content-Type: multipart/alternative; boundary=a", "", "--a",
        *U8, "grüße", "--a",
        "Content-Type: multipart/related; boundary=r; type=\"text/html\"",
        "", "--r", "Content-Type: text/html; charset=utf-8", "",
        "<p>" + LONG + "ü", "--r", "Content-Type: image/png; name=l.png",
        "Content-Transfer-Encoding: base64", "Content-ID: <l.png>",
        "Content-Disposition: inline; filename=l.png", "", "iVBORw0KGgo=",
        "--r--", "--a--", "--m", "Content-Type: text/csv",
        "Content-Disposition: attachment; filename=\"a b.csv\"", "",
        "a;b;" + LONG, "--m--"),
    "tree-of-one": head(
        *BASE, "Subject: x", "Content-Type: multipart/mixed; boundary=m", "",
        "--m", "Content-Type: multipart/mixed; boundary=mm", "", "--mm",
        "Content-Type: multipart/mixed; boundary=mmm", "", "--mmm", *U8, "ü",
        "--mmm--", "--mm--", "--m--"),
    "empty-parts": head(
        *BASE, "Subject: x", "Content-Type: multipart/mixed; boundary=m", "",
        "--m", "", "", "--m", *U8, "", "--m",
        "Content-Type: text/html", "", "ü", "--m--"),
    "digest": head(
        *BASE, "Subject: x", "Content-Type: multipart/digest; boundary=m", "",
        "--m", "Content-Type: message/rfc822", "", *BASE, "Subject: eins",
        *U8, "grün", "--m", "Content-Type: message/rfc822", "", *BASE,
        "Subject: zwei", "", LONG, "--m--"),
    "message-in-message": head(
        *BASE, "Subject: x", "Content-Type: message/rfc822", "", *BASE,
        "Subject: y", "Content-Type: message/rfc822", "", *BASE, "Subject: z",
        *U8, "grün"),
    "report": head(
        *BASE, "Subject: x", "Content-Type: multipart/report; boundary=m; "
        "report-type=delivery-status", "", "--m", *U8, "unzustellbar: ü",
        "--m", "Content-Type: message/delivery-status", "",
        "Reporting-MTA: dns; mx.example.com", "",
        "Final-Recipient: rfc822; b@example.com", "Action: failed",
        "Status: 5.1.1", "", "--m", "Content-Type: text/rfc822-headers", "",
        "From: a@example.com", "--m--"),
    "calendar": head(
        *BASE, "Subject: x", "Content-Type: text/calendar; charset=utf-8; "
        "method=REQUEST", "Content-Transfer-Encoding: 8bit", "",
        "BEGIN:VCALENDAR", "SUMMARY:Prüfung", "END:VCALENDAR"),
    "odd-boundary": head(
        *BASE, "Subject: x", "Content-Type: multipart/mixed; "
        "boundary=\"=_(a) 'b'+_,-./:=?c\"", "", "--=_(a) 'b'+_,-./:=?c", *U8,
        "ü", "--=_(a) 'b'+_,-./:=?c--"),
    "longest-boundary": head(
        *BASE, "Subject: x", "Content-Type: multipart/mixed;",
        " boundary=\"" + "b" * 70 + "\"", "", "--" + "b" * 70, *U8, "ü",
        "--" + "b" * 70, *U8, "ö", "--" + "b" * 70 + "--"),
    "boundary-like": head(
        *BASE, "Subject: x", "Content-Type: multipart/mixed; boundary=m", "",
        "--m", *U8, "ü", "-- m", "---m", "--n", " --m", "--m--"),
    "blanks-and-dots": head(
        *BASE, "Subject: x", *U8, "ü  ", "\t", ".", "..", " .", "From me",
        ">From you", "=", "=3D", "-- ", "x"),
    "empty-lines": head(*BASE, "Subject: x", *U8, "", "", "ü", "", "", "z"),
    "only-long-html": head(
        *BASE, "Subject: x", "Content-Type: text/html; charset=utf-8", "",
        "<td>ü</td>" * 400),
    "format-flowed": head(
        *BASE, "Subject: x",
        "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes",
        "Content-Transfer-Encoding: 8bit", "", "flows \u00fc ", "on", "> q "),
    "upper-case": head(
        *BASE, "Subject: x", "CONTENT-TYPE: TEXT/PLAIN; CHARSET=UTF-8",
        "CONTENT-TRANSFER-ENCODING: 8BIT", "", "ü"),
    "base64-kept": head(
        *BASE, "Subject: ü", "Content-Type: image/png",
        "Content-Transfer-Encoding: base64", "", "iVBORw0KGgo="),
    "quoted-kept": head(
        *BASE, "Subject: ü", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable", "", "gr=C3=BCn=20",
        "soft=", " line"),
    "quoted-8bit-html": head(
        *BASE, "Subject: x", "Content-Type: text/html; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable", "",
        "<p title=3D\"x\">" + "grün " * 300 + "</p>"),
    "smime-signed-blob": head(
        *BASE, "Subject: ü", "Content-Type: application/pkcs7-mime; "
        "smime-type=signed-data; name=smime.p7m",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename=smime.p7m", "",
        "MIAGCSqGSIb3"),
    "raw-groups": head(
        BASE[0], "To: Team: Jörg <j@example.com>, b@example.com;", *BASE[2:],
        "Cc: undisclosed-recipients:;", "Subject: x", *U8, "x"),
    "raw-reply-to": head(
        *BASE, "Reply-To: \"Büro, Süd\" <r@example.com>, s@example.com",
        "Cc: Zoë <z@example.com>", "Subject: x", *U8, "x"),
    "raw-note": head(*BASE, "X-Note: ein schöner  Hinweis", "Subject: x",
                     *U8, "x"),
    "emoji-subject": head(*BASE, "Subject: " + "😀" * 60, *U8, "x"),
    "long-raw-subject": head(*BASE, "Subject: " + "grüne Wörter " * 90 + "x",
                             *U8, "x"),
    "long-word-subject": head(*BASE, "Subject: " + "w" * 1500, *U8, "x"),
    "long-references": head(
        *BASE, "References: " + " ".join(
            f"<{i:040}@mail.example.com>" for i in range(60)),
        "Subject: x", *U8, "x"),
    "many-raw-fields": head(*BASE, "Subject: x", *(
        f"X-Field-{i}: Wört {i}" for i in range(300)), *U8, "x"),
    "raw-inside": head(
        *BASE, "Subject: x", "Content-Type: message/rfc822", "",
        "From: Jörg <j@example.com>", "Subject: innen grün", *U8, "ü"),
    "raw-description": head(
        *BASE, "Subject: x", "Content-Description: schönes Bild", *U8, "x"),
})

# Fields in a charset that nobody names: raw octets, field, as read after.
UNNAMED = {
    "latin1-subject": (b"Subject: Gr\xfc\xdfe", "Subject", "Grüße"),
    "latin1-folded": (b"Subject: Gr\xfc\xdfe\r\n aus K\xf6ln", "Subject",
                      "Grüße aus Köln"),
    "cp1252-subject": (b"Subject: 5 \x80 \x96 \x93ok\x94", "Subject",
                       "5 € – “ok”"),
    "latin1-name": (b"Cc: J\xf6rg M\xfcller <j@example.com>", "Cc",
                    "Jörg Müller <j@example.com>"),
    "latin1-comment": (b"Comments: \xe9t\xe9", "Comments", "été"),
    "broken-utf8": (b"Subject: \xc3\xa4\xc3", "Subject", "Ã¤Ã"),
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
    "encrypted": (head(
        *BASE, "Content-Type: multipart/encrypted; boundary=b1; "
        "protocol=\"application/pgp-encrypted\"", "", "--b1",
        "Content-Type: application/pgp-encrypted", "", "Version: 1", "--b1",
        "Content-Type: application/octet-stream", "", LONG, "--b1--"),
                  "signed or encrypted"),
    "signed-in-message": (head(
        *BASE, "Content-Type: message/rfc822", "", *BASE,
        "Content-Type: multipart/signed; boundary=b1; "
        "protocol=\"application/pkcs7-signature\"; micalg=sha-256",
        "", "--b1", *U8, "ü", "--b1",
        "Content-Type: application/pkcs7-signature", "", "x", "--b1--"),
                          "signed"),
    "second-part-signed": (head(
        *BASE, "Content-Type: multipart/mixed; boundary=b0", "", "--b0", *U8,
        "ü", "--b0", "Content-Type: multipart/signed; boundary=b1", "",
        "--b1", *U8, "ü", "--b1--", "--b0", *U8, "ö", "--b0--"), "signed"),
    "too-many-fields": (head(*BASE, *(["X: ü"] * 20001), *U8, "x"),
                        "too many header fields"),
    "groups-in-groups": (head(BASE[0], "To: " + "a:" * 2000, *BASE[2:], "",
                              LONG), "more groups"),
    "empty": (b"", "no headers"),
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
    for field in ("Subject", "From", "To", "Cc", "Reply-To", "Message-ID",
                  "Date", "References", "X-Note", "Content-Description"):
        meant = re.search(rf"(?im)^{field}: (.*)$", text)
        if meant is None:
            continue
        got = re.sub(r"\r?\n(?=[ \t])", "", old[field]).strip()
        want = meant.group(1).strip()
        if field in ("From", "To", "Cc", "Reply-To"):
            got, want = ([(words(n), a) for n, a in
                          email.utils.getaddresses([v])] for v in (got, want))
        else:
            got, want = words(got), words(want)
        same(name, field, got, want)


def check_unnamed(name, out, field, want):
    same(name, "octets over 127", [b for b in out if b > 127], [])
    old = email.message_from_bytes(out, policy=email.policy.compat32)
    new = email.message_from_bytes(out, policy=email.policy.default)
    same(name, field + ", compat32", words(old[field]).strip(), want)
    same(name, field, str(new[field]), want)


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
        for name, (raw, field, want) in UNNAMED.items():
            source.write_bytes(raw + b"\r\n" + head(*BASE, *U8, "x"))
            run = subprocess.run([sys.argv[1], source, target], check=False,
                                 capture_output=True, text=True)
            same(name, "result", (run.returncode, run.stderr), (0, ""))
            check_unnamed(name, target.read_bytes(), field, want)
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
