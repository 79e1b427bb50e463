#!/usr/bin/python3
"""Writes data/replies.tsv as the C table that src/diagnose/explain.c reads.

usage: replies.py IN.tsv OUT.c
"""

import re
import sys

COLUMNS = ("code enhanced stage setting who retry "
           "meaning cause advice rfc").split()
STAGES = ("config dns connect proxy greeting tls ehlo auth mail rcpt data "
          "quit -").split()
SETTINGS = ("host port tls tls-version certificate mechanism username password "
            "username-or-password token account anonymous helo proxy network "
            "server sender sender-domain sending-ip recipient message size "
            "limit timeout client earlier-error none -").split()
WHO = "you admin provider recipient nobody -".split()
RETRY = "never after-fix later other-mechanism other-server -".split()


def check(row, place):
    """A word outside its vocabulary must not get into the program."""
    for column, words in (("stage", STAGES), ("setting", SETTINGS),
                          ("who", WHO), ("retry", RETRY)):
        if row[column] not in words:
            sys.exit(f"{place}: {column} {row[column]!r} is none")
    if not re.fullmatch(r"[2-5]\d\d!?|-", row["code"]):
        sys.exit(f"{place}: code {row['code']!r}")
    if not re.fullmatch(r"[245*]\.\d{1,3}\.\d{1,3}|-", row["enhanced"]):
        sys.exit(f"{place}: enhanced {row['enhanced']!r}")
    for column in ("meaning", "cause", "advice", "rfc"):
        if not row[column] or '"' in row[column] or "\\" in row[column]:
            sys.exit(f"{place}: {column} {row[column]!r}")


def text(word):
    return "NULL" if word == "-" else f'"{word}"'


def c_row(row):
    code = row["code"].rstrip("!")
    enhanced = row["enhanced"].replace("*", "0").split(".")
    if row["enhanced"] == "-":
        enhanced = ["0", "0", "0"]
    fields = [
        "0" if code == "-" else code,
        "{ " + ", ".join(enhanced) + " }",
        "true" if row["enhanced"] != "-" else "false",
        "true" if row["code"].endswith("!") else "false",
    ]
    fields += [text(row[c]) for c in COLUMNS[2:]]
    return "\t{ " + ",\n\t  ".join(fields) + " },\n"


def main():
    source, target = sys.argv[1:]
    rows = []
    seen = set()
    with open(source, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            fields = line.rstrip("\n").split("\t")
            if line.startswith("#") or fields == COLUMNS:
                continue
            place = f"{source}:{number}"
            if len(fields) != len(COLUMNS):
                sys.exit(f"{place}: {len(fields)} fields")
            row = dict(zip(COLUMNS, fields))
            check(row, place)
            key = (row["code"].rstrip("!"), row["enhanced"])
            if key in seen:
                sys.exit(f"{place}: {key} stands twice")
            seen.add(key)
            rows.append(row)
    with open(target, "w", encoding="utf-8") as out:
        out.write('#include "diagnose/reply_row.h"\n\n'
                  "const struct ph_reply_row ph_reply_rows[] = {\n")
        out.writelines(c_row(row) for row in rows)
        out.write("};\n\nconst size_t ph_reply_rows_count = "
                  f"{len(rows)};\n")


if __name__ == "__main__":
    main()
