"""`discover` in a network of its own (world.py), for each layout of a domain in
layouts.py."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

import layouts
import packages

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("POSTHASTE", str(packages.ROOT / "build" / "posthaste"))
HOSTED = ("hoster.plain A 127.0.0.10", "autoconfig.hoster.plain A 127.0.0.10",
          "config.hoster.plain A 127.0.0.10", "uni.plain A 127.0.0.10",
          "autoconfig.uni.plain A 127.0.0.10", "mx.uni.plain A 127.0.0.1",
          "mx.hoster.plain A 127.0.0.20")
SINKS = [
    {"listen": "127.0.0.20:465", "encryption": "before-connect",
     "certificate": "good", "user": True},
    {"listen": "127.0.0.20:587", "encryption": "after-connect",
     "certificate": "good", "user": True},
    {"listen": "127.0.0.21:465", "encryption": "before-connect",
     "certificate": "other", "user": True},
    {"listen": "127.0.0.21:587", "encryption": "after-connect",
     "certificate": "other", "user": True},
    {"listen": "127.0.0.22:25", "encryption": "none"},
    {"listen": "127.0.0.23:2525", "encryption": "after-connect",
     "certificate": "good", "user": True},
    {"listen": "127.0.0.26:587", "encryption": "before-connect",
     "certificate": "good", "user": True},
]
# It ends within 10 s, and has to be started on a busy machine.
LONGEST = 15
SILENT = [["127.0.0.24", 465], ["127.0.0.24", 587]]


def domain_of(index, layout):
    return layout.domain or f"l{index:02}.{layout.zone}"


DOMAINS = [domain_of(i, layout) for i, layout in enumerate(layouts.LAYOUTS)]


def fill(value, domain):
    """{d} in all texts of it."""
    if isinstance(value, str):
        return value.replace("{d}", domain)
    if isinstance(value, dict):
        return {fill(k, domain): fill(v, domain) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [fill(item, domain) for item in value]
    return value


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True,
                   stdin=subprocess.DEVNULL, capture_output=True)


def certify(folder, name, hosts):
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(folder, "req", *key, "-keyout", f"{name}.key", "-out", "csr",
            "-subj", "/CN=x")
    (folder / "names").write_text(
        "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts) + "\n")
    openssl(folder, "x509", "-req", "-in", "csr", "-CA", "ca.pem", "-CAkey",
            "ca.key", "-CAcreateserial", "-out", f"{name}.crt", "-days", "3",
            "-extfile", "names")
    pem = folder / f"{name}.pem"
    pem.write_text((folder / f"{name}.key").read_text() +
                   (folder / f"{name}.crt").read_text())
    return str(pem)


def make_certificates(folder, hosts):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out",
            "ca.pem", "-subj", "/CN=Test CA", "-days", "3")
    (folder / "password").write_text("hunter2\n")
    (folder / "password").chmod(0o600)
    return {"good": certify(folder, "good", hosts),
            "other": certify(folder, "other", ["www.another.plain"]),
            "password": str(folder / "password")}


def make_zones():
    """A flat root, signed; one zone that is not, and one whose signature the
    root vouches for in vain."""
    texts = {".": "ns. 60 IN A 127.0.0.1\nplain. 60 IN NS ns.\n"
                  "bogus. 60 IN NS ns.\nbogus. 60 IN DS 1 13 2 " + "0" * 64 +
                  "\n",
             "plain.": "", "bogus.": ""}
    for record in HOSTED:
        left, right = record.split(" ", 1)
        texts["plain."] += f"{left}. 60 IN {right}\n"
    for domain, layout in zip(DOMAINS, layouts.LAYOUTS):
        zone = next((z for z in ("plain.", "bogus.")
                     if f"{domain}.".endswith("." + z)), ".")
        for record in fill(layout.records, domain):
            left, right = record.split(" ", 1)
            name = domain if left == "@" else f"{left}.{domain}"
            texts[zone] += f"{name}. 60 IN {right}\n"
    return {name: {"text": text, "signed": name == "."}
            for name, text in texts.items()}


def hosts_with(*addresses):
    """Names that a certificate is for."""
    found = [record.split()[0] for record in HOSTED]
    for domain, layout in zip(DOMAINS, layouts.LAYOUTS):
        for record in layout.records:
            left, right = record.split(" ", 1)
            if right in addresses and left != "*":
                found.append(domain if left == "@" else f"{left}.{domain}")
        if layout.everything:
            found += [f"*.{domain}", domain]
    return found


def make_run(name, domain, layout, folder):
    home = folder / "homes" / name.replace(" ", "-").replace("/", "-")
    home.mkdir(parents=True)
    args = [a for a in layout.args if not a.startswith("@")]
    address = next((f"ann{a}" for a in layout.args if a.startswith("@")),
                   f"ann@{domain}")
    return {"name": name, "home": str(home),
            "args": ["discover", "--json", "--ca-file", str(folder / "ca.pem"),
                     address, *args]}


def make_world(folder):
    hosts = hosts_with(layouts.WEB, layouts.MAIL, layouts.MAIL_ODD,
                       layouts.MAIL_SILENT, layouts.MAIL_SWAPPED)
    pages, everything = {}, []
    for domain, layout in zip(DOMAINS, layouts.LAYOUTS):
        pages |= fill(layout.pages, domain)
        everything += [domain] if layout.everything else []
    return {
        "resolv_conf": "nameserver 127.0.0.1\noptions timeout:5 attempts:1\n",
        "knot": str(packages.unpack("knot")), "names": make_zones(),
        "certificates": make_certificates(folder, hosts),
        "pages": pages, "everything": everything, "sinks": SINKS,
        "silent": SILENT, "workers": 4,
        "runs": [make_run(layout.name, domain, layout, folder)
                 for domain, layout in zip(DOMAINS, layouts.LAYOUTS)] +
                [more_run(name, folder) for name in MORE],
    }


# Further runs: the layout, and what is said besides.
MORE = {
    "people": ("MX at Zoho, and a file of one's own", []),
    "people, probes": ("probe: smtp.", ["--probe"]),
    "people, nothing": ("redirect to a file", []),
    "saved": ("autoconfig", ["--json", "--save", "x"]),
    "saved, OAuth2": ("OAuth2 only", ["--json", "--save", "x"]),
    "saved, outside": ("autoconfig elsewhere", ["--json", "--save", "x"]),
    "saved, http": ("http only", ["--json", "--save", "x"]),
    "saved, a guess": ("probe: smtp.", ["--json", "--probe", "--save", "x"]),
    "saved, a guess, yes":
        ("probe: smtp.", ["--json", "--probe", "--save", "x", "--yes"]),
}


def domain_named(layout):
    names = [one.name for one in layouts.LAYOUTS]
    return DOMAINS[names.index(layout)]


def more_run(name, folder):
    layout, args = MORE[name]
    home = folder / "homes" / f"more-{list(MORE).index(name)}"
    home.mkdir(parents=True)
    return {"name": name, "home": str(home),
            "args": ["discover", "--ca-file", str(folder / "ca.pem"),
                     f"ann@{domain_named(layout)}", *args]}


def go(folder, world):
    path = folder / "world.json"
    path.write_text(json.dumps(world))
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    done = subprocess.run(
        ["unshare", *user, "--mount", "--net", "--kill-child=KILL", "--fork",
         "--pid", "--mount-proc", sys.executable, HERE / "world.py", path],
        capture_output=True, timeout=120, check=False, text=True,
        env={**os.environ, "POSTHASTE": PROGRAM})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def outcome():
    """What came of every layout."""
    with tempfile.TemporaryDirectory(prefix="posthaste-world-") as name:
        folder = pathlib.Path(name)
        found = go(folder, make_world(folder))
        found["saved"] = {
            more: read(folder / "homes" / f"more-{i}" / ".config/posthaste"
                       "/connections/x.conf")
            for i, more in enumerate(MORE)}
        yield found


def read(path):
    return path.read_text().splitlines() if path.exists() else None


def shown(candidate):
    return tuple(candidate[key] for key in
                 ("host", "port", "encryption", "username", "source"))


def check_asked(layout, domain, contacted):
    for start in fill(layout.asks, domain):
        assert any(c.startswith(start) for c in contacted), (start, contacted)
    for start in fill(layout.asks_not, domain):
        assert not any(c.startswith(start) for c in contacted), (start,
                                                                 contacted)


@pytest.mark.parametrize("layout", layouts.LAYOUTS, ids=lambda l: l.name)
def test_layout(outcome, layout):
    domain = DOMAINS[layouts.LAYOUTS.index(layout)]
    result = outcome["results"][layout.name]
    assert result["code"] == layout.code, result
    assert "Sanitizer" not in result["err"], result
    found = json.loads(result["out"])
    address = found["address"]
    assert (found["error"] is None) == (layout.code == 0), found

    def expect(row):
        row = fill(row, domain)
        if row[3] is not None:
            row[3] = row[3].replace(f"ann@{domain}", address)
        return tuple(row)

    wanted = [layout.first, *layout.others] if layout.first else []
    got = [shown(c) for c in found["candidates"]]
    assert got[:len(wanted)] == [expect(row) for row in wanted], found
    if not wanted:
        assert all(c["ok"] is False for c in found["candidates"]), found
    for key, value in layout.also.items():
        assert found["candidates"][0][key] == fill(value, domain), (key, found)
    notes = found["notes"] + [n for c in found["candidates"]
                              for n in c["notes"]]
    for words in fill(layout.notes, domain):
        assert any(words in note for note in notes), (words, notes)
    check_asked(layout, domain, found["contacted"])
    assert ("the time was up" in result["err"]) == layout.late, result
    assert result["took"] < LONGEST, result


def test_what_is_told(outcome):
    """Every web server that was asked is in the list, the address went to
    Autodiscover alone, and no cookie or login to anybody."""
    told = set()
    for result in outcome["results"].values():
        if result["out"].startswith("{"):
            told |= set(json.loads(result["out"])["contacted"])
    assert outcome["asked"]
    for request in outcome["asked"]:
        assert request["url"] in told, request
        assert ("ann" in request["url"]) == (
            "/autodiscover.json/" in request["url"]), request
        assert not {"Cookie", "Authorization", "Referer", "From"} & set(
            request["headers"]), request
        assert "ann" not in json.dumps(request["headers"]), request


@pytest.mark.parametrize("name", ["people", "people, probes"])
def test_what_a_person_sees(outcome, name):
    result = outcome["results"][name]
    domain = domain_named(MORE[name][0])
    assert result["code"] == 0, result
    lines = result["out"].splitlines()
    assert lines[0] == f"Settings for ann@{domain}, best first:"
    for line in lines:
        # A word is not cut.
        assert len(line) <= 80 or len(line.split()) <= 2, line
    assert sum(line.startswith(" 1. ") for line in lines) == 1
    assert f"note: discover: asked dns:{domain}?type=MX" in result["err"]
    # The yes is the person's own.
    assert "--yes" not in result["out"]
    # No progress where no terminal is.
    assert "\r" not in result["err"]
    if "probes" in name:
        assert "it answers as it should" in result["out"]
        assert "careful:   it was guessed" in result["out"]


def test_what_a_person_sees_of_nothing(outcome):
    result = outcome["results"]["people, nothing"]
    assert result["code"] == 69, result
    assert result["out"] == ""
    lines = result["err"].splitlines()
    assert lines[-2].startswith("posthaste: error: discover: config: "
                                "no settings were found for ann@"), result
    assert lines[-1] == "advice: --probe tries the usual names and ports"


def test_saved(outcome):
    domain = domain_named("autoconfig")
    result = outcome["results"]["saved"]
    assert json.loads(result["out"])["saved"] == "x", result
    lines = outcome["saved"]["saved"]
    for line in (f"host = smtp.{domain}", "port = 465",
                 "encryption = before-connect", f"username = ann@{domain}",
                 f"from = ann@{domain}"):
        assert line in lines, lines
    assert not any(line.startswith("mechanisms") for line in lines), lines
    assert any(line.startswith("ca-file = /") for line in lines), lines
    assert "mechanisms = OAUTHBEARER XOAUTH2" in \
        outcome["saved"]["saved, OAuth2"]


@pytest.mark.parametrize("name", ["saved, outside", "saved, http",
                                  "saved, a guess"])
def test_not_saved_without_a_yes(outcome, name):
    result = outcome["results"][name]
    found = json.loads(result["out"])
    assert result["code"] == 64, result
    assert found["saved"] is None
    assert found["candidates"]
    assert "without a yes" in found["error"]["message"]
    assert "--yes" in found["error"]["advice"]
    assert outcome["saved"][name] is None


def test_saved_with_a_yes(outcome):
    result = outcome["results"]["saved, a guess, yes"]
    assert result["code"] == 0, result
    domain = domain_named("probe: smtp.")
    assert f"host = smtp.{domain}" in outcome["saved"]["saved, a guess, yes"]


def test_enough_layouts():
    assert len(layouts.LAYOUTS) >= 30
    assert len({layout.name for layout in layouts.LAYOUTS}) == len(
        layouts.LAYOUTS)


@pytest.fixture(scope="module")
def silence():
    """Nobody answers a question about a name."""
    with tempfile.TemporaryDirectory(prefix="posthaste-world-") as name:
        folder = pathlib.Path(name)
        world = make_world(folder) | {"names": "silent", "runs": []}
        for run, args in (("plain", []), ("probe", ["--probe"]),
                          ("known", ["--all"])):
            domain = "gmail.com" if run == "known" else "l00.plain"
            world["runs"].append(
                {"name": run, "home": str(folder),
                 "args": ["discover", "--json", f"ann@{domain}", *args]})
        yield go(folder, world)


@pytest.mark.parametrize("name", ["plain", "probe"])
def test_silent_name_server(silence, name):
    result = silence["results"][name]
    found = json.loads(result["out"])
    assert result["code"] == 75, result
    assert found["error"]["cause"] == "dns-temporary", found
    assert found["candidates"] == []
    assert result["took"] < LONGEST, result


def test_silent_name_server_and_a_known_domain(silence):
    result = silence["results"]["known"]
    assert result["code"] == 0, result
    assert json.loads(result["out"])["candidates"][0]["host"] == \
        "smtp.gmail.com"
    assert result["took"] < LONGEST, result
