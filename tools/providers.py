#!/usr/bin/python3
"""Writes data/providers.tsv as the C table that src/connection/preset.c reads.

usage: providers.py IN.tsv OUT.c
"""

import re
import sys

COLUMNS = ("key name kind domains host port security alt_endpoints "
           "username_form auth prerequisites limits as_of confidence conflict "
           "aliases").split()
KINDS = "mailbox mailbox-no-smtp transactional relay test-sink".split()
SECURITY = {"implicit": "BEFORE_CONNECT", "starttls": "AFTER_CONNECT",
            "plain": "NONE", "-": "NONE"}
FORMS = "none email localpart own windows".split()
LOGINS = "password oauth ntlm gssapi".split()
OAUTH = "google microsoft yahoo".split()
LIMITS = ("sessions messages-per-session rate quota recipients-per-message "
          "size").split()
HOST = r"(\{domain\}|[a-z0-9-]+)(\.(\{domain\}|[a-z0-9-]+))*"
WORD = r"[a-z0-9][a-z0-9.-]*"


class Bad(Exception):
    pass


def demand(ok, what):
    """A word outside its vocabulary must not get into the program."""
    if not ok:
        raise Bad(what)


def check(row):
    for column in COLUMNS:
        demand(row[column] != "" and not re.search(r"[\x00-\x1f]", row[column]),
               f"{column} is empty or holds a control byte")
    demand(re.fullmatch(WORD, row["key"]), f"key {row['key']!r}")
    demand(row["kind"] in KINDS, f"kind {row['kind']!r}")
    demand(row["security"] in SECURITY, f"security {row['security']!r}")
    demand(re.fullmatch(r"\d{1,5}", row["port"]) and int(row["port"]) < 65536,
           f"port {row['port']!r}")
    has_smtp = row["kind"] != "mailbox-no-smtp"
    demand((row["port"] != "0") == has_smtp and
           (row["security"] != "-") == has_smtp, "no SMTP, or a port")
    demand(row["host"] == "-" or re.fullmatch(HOST, row["host"]),
           f"host {row['host']!r}")
    demand(row["confidence"].isdigit(), f"confidence {row['confidence']!r}")
    for column in ("domains", "aliases"):
        for word in words(row[column]):
            demand(re.fullmatch(WORD, word), f"{column} {word!r}")
    for place in filter(None, plain(row["alt_endpoints"]).split(", ")):
        demand(re.fullmatch(HOST + r":\d+/(implicit|starttls)", place),
               f"alt_endpoints {place!r}")


def plain(value):
    return "" if value == "-" else value


def words(value):
    return plain(value).split()


def text(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def form(row):
    kind, _, word = row["username_form"].partition(":")
    if kind == "fixed" and word:
        return "PH_PRESET_FORM_FIXED", word
    demand(kind in FORMS and not word, f"username_form {kind!r}")
    return "PH_PRESET_FORM_" + kind.upper(), ""


def logins(row):
    bits, provider = [], "NONE"
    for word in words(row["auth"].replace("none", "-")):
        kind, _, whose = word.partition(":")
        demand(kind in LOGINS, f"auth {word!r}")
        demand((kind == "oauth") == (whose in OAUTH), f"auth {word!r}")
        bits.append("PH_PRESET_" + kind.upper())
        if whose:
            provider = whose.upper()
    return " | ".join(bits) or "0", "PH_OAUTH_" + provider


def limits(row):
    """What goes into [limits], and what is only told."""
    found, told = [], []
    for part in filter(None, plain(row["limits"]).split("; ")):
        key = part.partition("=")[0]
        (found if key in LIMITS and " " not in part else told).append(part)
    return " ".join(found), "; ".join(told)


def c_row(row):
    shape, username = form(row)
    bits, provider = logins(row)
    settings, notes = limits(row)
    fields = [
        ("key", text(row["key"])),
        ("name", text(row["name"])),
        ("kind", "PH_PRESET_" + row["kind"].upper().replace("-", "_")),
        ("aliases", text(plain(row["aliases"]))),
        ("domains", text(plain(row["domains"]))),
        ("host", text(plain(row["host"]))),
        ("port", row["port"]),
        ("encryption", "PH_ENCRYPTION_" + SECURITY[row["security"]]),
        ("alternatives", text(plain(row["alt_endpoints"]))),
        ("form", shape),
        ("username", text(username)),
        ("logins", bits),
        ("oauth", provider),
        ("prerequisites", text(plain(row["prerequisites"]))),
        ("limits", text(settings)),
        ("notes", text(notes)),
        ("as_of", text(plain(row["as_of"]))),
        ("confidence", row["confidence"]),
        ("conflict", text(plain(row["conflict"]))),
    ]
    return "\t{\n" + "".join(f"\t\t.{n} = {v},\n" for n, v in fields) + "\t},\n"


def read(source):
    """The rows as C; the first that is wrong ends it."""
    rows, seen = [], {}
    with open(source, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            fields = line.rstrip("\n").split("\t")
            if line.startswith("#") or fields == COLUMNS:
                continue
            try:
                demand(len(fields) == len(COLUMNS), f"{len(fields)} fields")
                row = dict(zip(COLUMNS, fields))
                check(row)
                names = [row["key"], *words(row["aliases"])]
                names += ["@" + d for d in words(row["domains"])]
                for name in names:
                    demand(name not in seen, f"{name!r} stands twice")
                    seen[name] = number
                rows.append(c_row(row))
            except Bad as bad:
                sys.exit(f"{source}:{number}: {bad}")
    return rows


def main():
    source, target = sys.argv[1:]
    rows = read(source)
    with open(target, "w", encoding="utf-8") as out:
        out.write('#include "connection/preset.h"\n\n'
                  "const struct ph_preset ph_presets[] = {\n")
        out.writelines(rows)
        out.write("};\n\nconst size_t ph_presets_count = "
                  f"{len(rows)};\n")


if __name__ == "__main__":
    main()
