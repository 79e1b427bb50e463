#!/usr/bin/python3
"""Writes data/likenesses.tsv as the C table that src/inject/likeness.c reads.

usage: likenesses.py IN.tsv OUT.c
"""

import re
import sys

TEXTS = "about hostname extensions mechanisms".split()
NUMBERS = {"size-limit": "size_max", "recipients-limit": "rcpt_max",
           "messages-limit": "mail_max", "errors-limit": "errors_max"}
STAGES = {"sender-not-owned-at": "owner_at", "too-fast-at": "rate_at"}
STAGE_WORDS = "mail rcpt end".split()
# A phrase, and what its code may begin with.
PHRASES = {
    "greeting": "220", "hello": "250", "tls-go": "220", "login-ok": "235",
    "sender-ok": "250", "recipient-ok": "250", "go-ahead": "354",
    "taken": "250", "reset": "250", "bye": "221",
    **{name: "[45]" for name in """unavailable too-many-sessions unknown-command
        too-many-errors tls-required login-required mechanism-unknown bad-login
        login-forbidden login-later sender-not-owned relay-denied
        unknown-recipient greylisted too-many-recipients too-big
        too-many-messages too-fast quota content-refused""".split()}}
LINE_MAX = 400
LINES_MAX = 20


def c_string(text):
    return '"' + text.replace('"', '\\"') + '"'


def c_reply(value, want, place):
    """CODE TEXT, with \\n between lines."""
    found = re.fullmatch(r"(\d{3}) (.*)", value)
    if not found or not re.match(want, found.group(1)):
        sys.exit(f"{place}: {value!r} does not begin with {want}")
    lines = found.group(2).split("\\n")
    if len(lines) > LINES_MAX or max(map(len, lines)) > LINE_MAX:
        sys.exit(f"{place}: too long")
    return f"{{ {found.group(1)}, NULL,\n\t\t" + \
        f"{c_string(found.group(2))} }}"


def c_field(key, value, place):
    if "\\" in value.replace("\\n", ""):
        sys.exit(f"{place}: a backslash")
    if key in TEXTS:
        return f".{key} = {c_string(value)}"
    if key in NUMBERS and value.isdigit():
        return f".{NUMBERS[key]} = {value}"
    if key in STAGES and value in STAGE_WORDS:
        return f".{STAGES[key]} = PH_SMTPD_STAGE_{value.upper()}"
    if key == "login" and value == "required":
        return ".login_required = true"
    if key in PHRASES:
        name = key.upper().replace("-", "_")
        return (f".words[PH_PHRASE_{name}] = "
                f"{c_reply(value, PHRASES[key], place)}")
    return sys.exit(f"{place}: {key} {value!r} is none")


def read(source):
    """name -> {key: C}, in the order of the file."""
    found = {}
    with open(source, encoding="ascii") as lines:
        for number, line in enumerate(lines, 1):
            fields = line.rstrip("\n").split("\t")
            place = f"{source}:{number}"
            if line.startswith("#") or fields == ["like", "key", "value"]:
                continue
            if len(fields) != 3 or not all(fields):
                sys.exit(f"{place}: not three fields")
            name, key, value = fields
            keys = found.setdefault(name, {})
            if key in keys:
                sys.exit(f"{place}: {key} stands twice")
            keys[key] = c_field(key, value, place)
    return found


def main():
    source, target = sys.argv[1:]
    found = read(source)
    first = next(iter(found))
    for name, keys in found.items():
        missing = {"about", "hostname", "extensions", "mechanisms"} - {*keys}
        if name == first:
            missing |= {p for p, want in PHRASES.items()
                        if want == "[45]"} - {*keys}
            missing.discard("mechanisms")
        if missing:
            sys.exit(f"{source}: {name} has no {sorted(missing)}")
    with open(target, "w", encoding="ascii") as out:
        out.write('#include "inject/likeness.h"\n\n'
                  "const struct ph_inject_likeness ph_inject_likenesses[] = {\n")
        for name, keys in found.items():
            keys.setdefault("mechanisms", '.mechanisms = ""')
            out.write(f"\t{{ .name = {c_string(name)},\n\t  " +
                      ",\n\t  ".join(keys.values()) + " },\n")
        out.write("};\n\nconst size_t ph_inject_likenesses_count = "
                  f"{len(found)};\n")


if __name__ == "__main__":
    main()
