#!/usr/bin/python3
"""Writes data/meanings.tsv, data/wordings.tsv and data/marks.tsv as the C tables
that src/diagnose/explain.c reads, with the hosts of data/providers.tsv.

usage: wordings.py MEANINGS.tsv WORDINGS.tsv MARKS.tsv PROVIDERS.tsv OUT.c
"""

import itertools
import re
import sys

import replies

MEANING = "name stage setting who retry meaning cause advice".split()
WORDING = "meaning provider code enhanced stage words".split()
MARK = "provider hosts words".split()
# Its words for "any rest of the word" and "some words between".
GAP = "..."


class Bad(Exception):
    pass


def demand(ok, what):
    """A word outside its vocabulary must not get into the program."""
    if not ok:
        raise Bad(what)


def table(source, columns):
    """Each row as a dictionary, with its place."""
    with open(source, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            fields = line.rstrip("\n").split("\t")
            if line.startswith("#") or fields == columns:
                continue
            place = f"{source}:{number}"
            if len(fields) != len(columns):
                sys.exit(f"{place}: {len(fields)} fields")
            yield place, dict(zip(columns, fields))


def is_ideograph(c):
    return 0x3040 <= ord(c) <= 0xd7ff or 0xf900 <= ord(c) <= 0xfaff


def words(text):
    """The words of a term as diagnose/wordlist.c writes those of a text."""
    text = text.lower().replace("n't", "nt")
    text = re.sub(r"(?<!\w)[.@]|[.@](?!\w)", " ", text)
    text = "".join(f" {c} " if is_ideograph(c) else c for c in text)
    return re.sub(r"[^\w.@*~]+", " ", text).split()


def term(text, first):
    wanted = not text.startswith("!")
    demand(wanted or not first, f"{text!r} is not there, and what is?")
    out = ""
    for word in text.lstrip("!").split():
        for one in [GAP] if word == GAP else words(word):
            demand("*" not in one[:-1] and one != "*", f"{one!r}")
            out += one[:-1] if one.endswith("*") else one
            out += "* " if one.endswith("*") else " "
    demand(out and not out.startswith(GAP) and not out.endswith(GAP + " "),
           f"term {text!r}")
    # The beginning of a word, at the end of the term.
    out = out.removesuffix("* ")
    demand(len(out.split(GAP)[0].encode()) > 2, f"term {text!r} is too short")
    return ("" if wanted else "!") + out


def is_telling(alternative):
    """More than one word, or one that nobody writes in prose, so that a text
    does not hold it by chance."""
    found = [w for w in re.split(r"[ &]+|[.]{3}", alternative)
             if w and not w.startswith("!")]
    return len(found) > 1 or re.search(r"[_.\d]|.{14}", found[0]) is not None


def pattern(text, telling=False):
    if text == "-":
        return None
    return "|".join(
        "&".join(term(t, i == 0) for i, t in enumerate(one.split(" & ")))
        for one in text.split(" | ") if not telling or is_telling(one))


def string(text):
    if text is None or text == "-":
        return "NULL"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def codes(row):
    """The code and the enhanced code of a row, each of those it names."""
    for code in row["code"].split("|"):
        demand(re.fullmatch(r"[2-5]|[2-5]\d\d|none|-", code), f"code {code!r}")
    for enhanced in row["enhanced"].split("|"):
        demand(re.fullmatch(r"[45*]\.\d{1,3}\.\d{1,3}|-", enhanced),
               f"enhanced {enhanced!r}")
    return itertools.product(row["code"].split("|"),
                             row["enhanced"].split("|"),
                             row["stage"].split("|"))


def wording_rows(row, names, providers):
    demand(row["meaning"] in names, f"meaning {row['meaning']!r}")
    demand(row["provider"] in providers | {"-"},
           f"provider {row['provider']!r}")
    for code, enhanced, stage in codes(row):
        # Without a code nothing says that it is a server's answer at all.
        telling = code == "none" and row["code"] != "none"
        demand(stage in replies.STAGES, f"stage {stage!r}")
        demand((code, enhanced, row["words"]) != ("-", "-", "-"), "any text")
        terms = pattern(row["words"], telling)
        if terms == "":
            continue
        three = enhanced.replace("*", "0").split(".")
        yield ("\t{ " + ", ".join([
            {"-": "0", "none": "PH_WORDING_NO_CODE"}.get(code, code),
            "{ 0 }" if enhanced == "-" else "{ " + ", ".join(three) + " }",
            "false" if enhanced == "-" else "true",
            string(row["provider"]), string(stage),
            string(terms),
            str(names[row["meaning"]])]) + " },\n")


def meaning_row(row, names):
    demand(row["name"] not in names, f"{row['name']!r} stands twice")
    for column, known in (("stage", replies.STAGES),
                          ("setting", replies.SETTINGS), ("who", replies.WHO),
                          ("retry", replies.RETRY)):
        demand(row[column] in known and (row[column] != "-" or
                                         column == "stage"),
               f"{column} {row[column]!r}")
    names[row["name"]] = len(names)
    return "\t{ " + ",\n\t  ".join(string(row[c]) for c in MEANING) + " },\n"


def mark_rows(row, providers):
    demand(row["provider"] not in providers,
           f"{row['provider']!r} stands twice")
    providers.add(row["provider"])
    for host in row["hosts"].replace("-", " ", row["hosts"] == "-").split():
        demand(re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*", host),
               f"host {host!r}")
        yield f"\t{{ {string(row['provider'])}, {string(host)}, NULL }},\n"
    if row["words"] != "-":
        yield (f"\t{{ {string(row['provider'])}, NULL, "
               f"{string(pattern(row['words']))} }},\n")


def presets(source):
    """The rows of providers.tsv as (key, aliases, host)."""
    with open(source, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines
                if not line.startswith("#")]
    for fields in rows[1:]:
        row = dict(zip(rows[0], fields))
        aliases = [] if row["aliases"] == "-" else row["aliases"].split()
        yield row["key"], aliases, row["host"]


def provider_rows(source, marked):
    """Each host of providers.tsv, under the word its preset is called by; what
    marks.tsv names has to be a preset, or one with regions."""
    called = set()
    found = []
    for key, aliases, host in presets(source):
        called |= {n for name in [key, *aliases]
                   for n in (name, name.split("-")[0])}
        named = aliases and len(aliases[0]) <= len(key)
        if re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9.-]+", host):
            found.append(f"\t{{ {string(aliases[0] if named else key)}, "
                         f"{string(host)}, NULL }},\n")
    for name in sorted(marked - called):
        sys.exit(f"{source}: no provider {name!r}")
    return found


def collect(source, columns, make):
    found = []
    for place, row in table(source, columns):
        try:
            found += make(row)
        except Bad as bad:
            sys.exit(f"{place}: {bad}")
    return found


def main():
    meanings, wordings, marks, providers, target = sys.argv[1:]
    names, known, used = {}, set(), set()
    parts = [
        ("struct ph_meaning ph_meanings",
         collect(meanings, MEANING, lambda r: [meaning_row(r, names)])),
        ("struct ph_mark ph_marks",
         collect(marks, MARK, lambda r: mark_rows(r, known)) +
         provider_rows(providers, known)),
    ]

    def make(row):
        used.add(row["meaning"])
        return wording_rows(row, names, known)

    parts.append(("struct ph_wording_row ph_wording_rows",
                  collect(wordings, WORDING, make)))
    for name in names:
        if name not in used:
            sys.exit(f"{meanings}: no wording means {name!r}")
    with open(target, "w", encoding="utf-8") as out:
        out.write('#include "diagnose/wording_row.h"\n')
        for name, found in parts:
            out.write(f"\nconst {name}[] = {{\n{''.join(found)}}};\n\n"
                      f"const size_t {name.split()[-1]}_count = "
                      f"{len(found)};\n")


if __name__ == "__main__":
    main()
