"""What posthaste test says of broken set-ups: the stage, the suspect setting,
what to use instead and what to do; and that no try carries a credential."""

import json
import os
import pathlib
import select
import subprocess
import sys

import pytest

from hostile import keeps
from posthaste import ROOT, Certificates, Server, Smtp, run
from proxies import Socks5
from terminal import Terminal

sys.path.insert(0, str(ROOT / "tests/lib"))
import broken  # noqa: E402  (found where the line above says)


SECRET = broken.SECRET


def in_namespaces(*args, timeout=400):
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    done = subprocess.run(
        ["unshare", *user, "--uts", "--mount", "--net", sys.executable, *args],
        capture_output=True, timeout=timeout, check=False, text=True,
        env={**os.environ,
             "PYTHONPATH": str(pathlib.Path(ROOT) / "tests/lib")})
    assert done.returncode == 0, done
    return done.stdout


@pytest.fixture(name="world", scope="module")
def fixture_world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    out = in_namespaces(ROOT / "tests/lib/world.py", "broken", folder)
    return {r["name"]: r for r in map(json.loads, out.splitlines())}


@pytest.fixture(name="cases", scope="module")
def fixture_cases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    return {c.name: c for c in broken.cases(Certificates(folder), folder)}


def names():
    class Paper:
        """Stands in for certificates: names alone are asked for."""
        ca = "ca"

        def make(self, *_, **__):
            return None

        def context(self, *_):
            return None

    class Named(broken.Builder):
        def foreign(self, *_, **__):
            return None

    before, broken.Builder = broken.Builder, Named
    old, broken.old_context = broken.old_context, lambda _: None
    try:
        found = [c.name for c in broken.cases(Paper(), pathlib.Path())]
    finally:
        broken.Builder, broken.old_context = before, old
    return found


def test_names_are_unique():
    assert len(set(names())) == len(names()) >= 100


@pytest.mark.parametrize("name", names())
def test_broken(name, world, cases):
    case, result = cases[name], world[name]
    said = json.loads(result["out"])
    told = (result["code"], json.dumps(said, indent=1), result["err"])
    assert result["code"] == case.code, told
    assert said["ok"] is (case.code == 0)
    assert said["stage"] == case.stage, told
    if case.cause is not None or case.code == 0:
        assert said["cause"] == case.cause, told
    judged = {s["setting"]: s for s in said["settings"]}
    suspects = {s for s, j in judged.items() if j["verdict"] == "suspect"}
    if case.suspects is not None:
        assert suspects == case.suspects, told
    proven = {s for s, j in judged.items() if j["verdict"] == "proven"}
    assert case.proven <= proven, told
    for setting in proven - {"password", "size", "sender", "recipient"}:
        assert judged[setting]["evidence"], (setting, told)
    for setting in suspects:
        assert judged[setting]["evidence"], (setting, told)
    if case.fix is None:
        assert said["fix"] is None, told
    else:
        assert said["fix"], told
        assert {k: said["fix"][k] for k in case.fix} == case.fix, told
        assert said["fix"]["command"], told
    hints = " ".join(h["text"] for h in said["hints"])
    for words in case.words:
        if words.startswith("?"):
            assert words[1:] in hints, told
        else:
            assert words in said["advice"], told
    if case.mend is not None:
        mends = [judged[s]["mend"] or "" for s in suspects]
        assert any(case.mend in m for m in mends), told
    if case.contact is not None:
        assert said["contact"] == case.contact, told
    if case.code != 0:
        assert "could not connect" not in result["err"].lower()
    keeps(case.secret, result["out"], result["err"])


def place_of(case, said):
    """Where the test itself was: address:port of the server it named."""
    at = said["server"]
    return f"{at['address']}:{at['port']}"


@pytest.mark.parametrize("name", names())
def test_no_try_carries_a_credential(name, world, cases):
    case, result = cases[name], world[name]
    said = json.loads(result["out"])
    for place, sessions in result["heard"].items():
        tried = [lines for lines in sessions if any(
            line.upper().startswith("AUTH") for line in lines)]
        if place == place_of(case, said):
            assert len(tried) <= len(said["attempts"]), (place, sessions)
        else:
            assert tried == [], (place, sessions)
            assert not result["secret_seen"][place], place
    for line in said["transcript"]:
        if line["line"].startswith("probe "):
            assert line["dir"] == "*"
            assert " AUTH " not in line["line"].split("> ")[-1][:5], line


def plain(heard):
    """Without a ClientHello that was taken for words: no two are alike."""
    return {place: [lines for lines in sessions
                    if not "".join(lines).startswith("\x16\x03")]
            for place, sessions in heard.items()}


def test_two_passwords(world):
    """What is said to those who were tried does not depend on it."""
    twice = {n: r for n, r in world.items() if r["again"] is not None}
    assert len(twice) >= 9
    for name, result in twice.items():
        assert plain(result["again"]) == plain(result["heard"]), name


def test_the_law_can_see(world):
    """A login is heard, and the password in it, where one is made."""
    result = world["a wrong password"]
    (place, sessions), = result["heard"].items()
    assert any(line.startswith("AUTH PLAIN ") for lines in sessions
               for line in lines)
    assert result["secret_seen"][place]


def test_tries_are_in_the_transcript(world):
    lines = [t["line"] for t in json.loads(
        world["587 closed, 465 open"]["out"])["transcript"]]
    assert any(line.startswith("probe c1.ann.example:465 before-connect > EHLO")
               for line in lines), lines
    assert "tried c1.ann.example:465 before-connect: works, TLSv1.3, " \
        "verified" in lines


def test_the_hosters_name_is_not_tried(world):
    """A certificate may hold anybody's name: nobody goes there for it."""
    said = json.loads(world["the hoster's name"]["out"])
    assert said["probes"], said
    assert {p["host"] for p in said["probes"]} == {"mail.mine.test"}


ALONE = {
    # route, DNS, server, timeout -> code, stage, cause, suspect, words
    "no way out": ("none", "none", "192.0.2.1", "3s",
                   (75, "connect", "connect-unreachable", "network",
                    "no way out at all")),
    "no way out, IPv6": ("none", "none", "[2001:db8::1]", "3s",
                         (75, "connect", "connect-unreachable", "network",
                          "no way out at all")),
    "no way out, by name": ("none", "none", "mail.example.org", "3s",
                            (75, "dns", "dns-temporary", "network",
                             "no way out at all")),
    "no name server": ("route", "none", "mail.example.org", "3s",
                       (75, "dns", "dns-temporary", "network",
                        "name server")),
    "a silent one": ("route", "silent", "mail.example.org", "400ms",
                     (75, "dns", "dns-timeout", "network", "name server")),
    "a way out that leads nowhere": (
        "route", "denies", "198.51.100.7", "400ms",
        (75, "connect", "connect-timeout", "network", "firewall")),
    "the name is unknown": ("route", "denies", "mail.example.org", "3s",
                            (68, "dns", "host-not-found", "host",
                             "check the spelling")),
}


@pytest.mark.parametrize("name", ALONE)
def test_alone(name):
    route, dns, host, timeout, expected = ALONE[name]
    result = json.loads(in_namespaces(
        ROOT / "tests/lib/world.py", "alone", route, dns, "test", "--json",
        "--server", f"smtp+starttls://ann@{host}", "--password-from", "env:P",
        "--timeout", timeout))
    said = json.loads(result["out"])
    code, stage, cause, setting, words = expected
    assert (result["code"], said["stage"], said["cause"]) == \
        (code, stage, cause), result
    assert [s["setting"] for s in said["settings"]
            if s["verdict"] == "suspect"] == [setting], result
    assert words in said["advice"], result
    assert said["fix"] is None


# ---- --fix

def catalog(tmp_path, **settings):
    folder = tmp_path / "connections"
    folder.mkdir(exist_ok=True)
    (folder / "work.conf").write_text(
        "[connection]\n# mine\n" + "".join(
            f"{k} = {v}\n" for k, v in settings.items()) +
        "[authentication]\nusername = ann@ann.example\n"
        "password-from = env:P\n")
    return folder / "work.conf"


def fix(tmp_path, server, *args, ca, name="work", **kwargs):
    return run("test", "-c", tmp_path, "-n", "work", "--ca-file", ca, "--fix",
               name, *args, env={"P": SECRET, "XDG_STATE_HOME":
                                 str(tmp_path / "state")}, **kwargs)


@pytest.fixture(name="late")
def fixture_late(certificates, good_pem):
    """STARTTLS, where TLS first was configured."""
    return Smtp(tls=certificates.context(good_pem), offers=["AUTH PLAIN"])


def test_fix(tmp_path, late, certificates):
    with Server(late) as server:
        path = catalog(tmp_path, host="localhost", port=server.port,
                       encryption="before-connect")
        before = path.read_text()
        no = fix(tmp_path, server, ca=certificates.ca)
        assert path.read_text() == before
        said = fix(tmp_path, server, "--yes", "--json", ca=certificates.ca)
        after = path.read_text()
        kept = run("test", "-c", tmp_path, "-n", "work", "--history",
                   env={"XDG_STATE_HOME": str(tmp_path / "state")})
        path.write_text(before)
        done = fix(tmp_path, server, "--yes", ca=certificates.ca)
    # without a terminal and --yes nothing is changed, and nobody logs in
    assert no.code == 78 and "no terminal" in no.err, no
    assert "--yes" in no.err
    assert "use this instead" in no.out
    assert f"posthaste connection set work encryption=after-connect" in no.out
    assert said.code == 0 and said.json["ok"] is False, said
    assert said.json["fixed"] == {"name": "work", "file": str(path)}
    assert said.json["fix"]["encryption"] == "after-connect"
    assert "encryption = after-connect" in after and "# mine" in after
    assert f"port = {server.port}" in after
    # the second test is one, too
    assert [" ok " in line for line in kept.out.splitlines()[:3]] == \
        [False, False, True], kept
    assert done.code == 0 and f"changed work: {path}" in done.out
    assert path.read_text() == after
    keeps(SECRET, no.out, no.err, said.out, said.err, done.out, done.err)


def test_fix_of_another_name(tmp_path, late, certificates):
    """It is made, with all that it takes."""
    with Server(late) as server:
        catalog(tmp_path, host="localhost", port=server.port,
                encryption="before-connect")
        done = fix(tmp_path, server, "--yes", ca=certificates.ca, name="new")
        again = run("test", "-c", tmp_path, "-n", "new", "--password-from",
                    "env:P", env={"P": SECRET})
    assert done.code == 0, done
    text = (tmp_path / "connections/new.conf").read_text()
    for line in ("host = localhost", f"port = {server.port}",
                 "encryption = after-connect", "username = ann@ann.example"):
        assert line in text, text
    assert again.code == 0, again


def test_fix_is_proven(tmp_path, late, certificates):
    """What the second test refuses is not written."""
    late.answers["AUTH"] = "535 5.7.8 no"
    with Server(late) as server:
        path = catalog(tmp_path, host="localhost", port=server.port,
                       encryption="before-connect")
        before = path.read_text()
        done = fix(tmp_path, server, "--yes", ca=certificates.ca)
        said = fix(tmp_path, server, "--yes", "--json", ca=certificates.ca)
    assert done.code == 78, done
    assert "the second test failed" in done.err and "535" in done.err
    assert path.read_text() == before
    assert said.json["fixed"] is None


def test_fix_where_nothing_is_wrong(tmp_path, certificates, good_pem):
    with Server(Smtp(tls=certificates.context(good_pem),
                     offers=["AUTH PLAIN"])) as server:
        path = catalog(tmp_path, host="localhost", port=server.port,
                       encryption="after-connect")
        before = path.read_text()
        done = fix(tmp_path, server, "--yes", ca=certificates.ca)
    assert done.code == 0 and "nothing is changed" in done.err, done
    assert path.read_text() == before


def test_fix_where_nothing_works(tmp_path, certificates):
    with Server(lambda c: None) as server:
        catalog(tmp_path, host="localhost", port=server.port,
                encryption="after-connect")
        done = fix(tmp_path, server, "--yes", ca=certificates.ca)
    assert done.code == 75 and "nothing was found" in done.err, done


def test_fix_used_wrongly(tmp_path):
    assert run("test", "--yes", "--server", "smtp://h.example").code == 64
    done = run("test", "--fix", "a/b", "--server", "smtp://h.example")
    assert done.code == 64 and "connection's name" in done.err


def test_no_probes(certificates, good_pem):
    """Nobody else is asked, and what is known is said all the same."""
    with Server(Smtp(tls=certificates.context(good_pem))) as server:
        done = run("test", "--json", "--no-probes", "--server",
                   f"smtps://localhost:{server.port}", "--ca-file",
                   certificates.ca)
    assert len(server.received) == 1
    assert done.json["probes"] == [] and done.json["fix"] is None
    assert done.json["cause"] == "tls-plaintext"


def test_slow_is_marked():
    """Beside the one second that is good."""
    def tarry(connection, _=None):
        # whoever speaks before the greeting is a spammer: none may
        assert not select.select([connection.sock], [], [], 1.05)[0]
        connection.send("220 test ESMTP")
        return True

    with Server(Smtp({"": tarry})) as server:
        at = f"smtp+none://127.0.0.1:{server.port}"
        done = run("test", "--server", at)
        said = run("test", "--json", "--server", at).json
    line = next(l for l in done.out.splitlines() if l.startswith("greeting"))
    assert " s (slow; under 1 s is good)" in line, done
    assert said["slow"] == ["greeting"]
    assert not any("slow" in l for l in done.out.splitlines()
                   if not l.startswith("greeting"))


def test_stage_of_clear_words_that_went_wrong():
    """`wanted`, in clear: TLS was not used, whatever failed behind it."""
    with Server(Smtp({"AUTH": "535 5.7.8 no"}, offers=["AUTH PLAIN"])) as server:
        args = ["test", "--no-probes", "--server",
                f"smtp://ann@127.0.0.1:{server.port}", "--password-from",
                "env:P", "--allow-plaintext-password"]
        done = run(*args, env={"P": SECRET})
        said = run(*args, "--json", env={"P": SECRET}).json
    assert "tls       not used" in done.out, done
    judged = {s["setting"]: s["verdict"] for s in said["settings"]}
    assert judged["tls"] == "proven" and judged["tls-version"] == "not-used"


def test_width():
    """Nothing but commands and what others said is wider than a terminal."""
    with Server(Smtp(greeting="554 no")) as server:
        done = run("test", "--server", f"smtp+starttls://ann@localhost:"
                   f"{server.port}", "--password-from", "env:P",
                   env={"P": SECRET})
    for line in done.out.splitlines():
        assert len(line) <= 80 or "--" in line, line


def test_a_url_for_a_host():
    done = run("test", "--json", "--host", "smtp://mail.example.com")
    assert done.code == 78, done
    assert "holds a URL, not a host" in done.json["message"]
    assert [s["setting"] for s in done.json["settings"]
            if s["verdict"] == "suspect"] == ["host"]


def test_this_computer_is_meant_as_it_is():
    """From 127.0.0.1 nobody is led to the domain of the user."""
    with Server(lambda c: None) as server:
        port = server.port
    done = run("test", "--json", "--server",
               f"smtp+none://ann%40example.com@127.0.0.1:{port}",
               "--password-from", "env:P", env={"P": SECRET})
    assert done.code == 75, done
    assert {p["host"] for p in done.json["probes"]} == {"127.0.0.1"}


# ---- on a terminal

@pytest.mark.parametrize("word, code", [("yes", 0), ("no", 78), ("", 78)])
def test_fix_is_asked_about(word, code, tmp_path, late, certificates):
    """Only a yes changes anything, and the second test comes behind it."""
    with Server(late) as server:
        path = catalog(tmp_path, host="localhost", port=server.port,
                       encryption="before-connect")
        before = path.read_text()
        with Terminal("test", "-c", tmp_path, "-n", "work", "--ca-file",
                      certificates.ca, "--fix", "work",
                      env={"P": SECRET}) as terminal:
            terminal.until(f"Log in at localhost:{server.port}")
            assert not any(line.startswith("AUTH") for c in server.received
                           for line in c.lines)
            terminal.answer("Type yes: ", word)
            assert terminal.end() == code, terminal.screen
    assert (path.read_text() != before) is (word == "yes")
    assert ("changed work" in terminal.screen) is (word == "yes")
    keeps(SECRET, terminal.screen)


def test_progress_is_shown():
    """From a second on, and taken off the screen again."""
    with Server(lambda c: c.drain()) as server:
        with Terminal("test", "--server",
                      f"smtp+starttls://127.0.0.1:{server.port}",
                      "--timeout", "1200ms") as terminal:
            terminal.until("looking further: ")
            assert terminal.end() == 75
    assert " tries are over\r" in terminal.screen
    assert terminal.screen.rstrip().split("\n")[-1].startswith("advice: ")


class Doorkeeper(Socks5):
    """Lets one port through, to the server that stands there."""

    def __init__(self, port, lets, login=None):
        super().__init__(port, login)
        self.lets = lets

    def admit(self, connection, host, port):
        if port == self.lets:
            return True
        # not allowed by ruleset (RFC 1928 6)
        connection.send(b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00")
        return False


def test_through_a_proxy(certificates, good_pem):
    """Its rules decide which port is let through; the login there is made as
    always, and none at the server."""
    smtp = Smtp(tls=certificates.context(good_pem), implicit=True,
                offers=["AUTH PLAIN"])
    with Server(smtp) as server:
        door = Doorkeeper(server.port, 465, ("ann", "open the door"))
        with Server(door) as proxy:
            done = run("test", "--json", "--server",
                       "smtp://ann@localhost:25", "--password-from", "env:P",
                       "--ca-file", certificates.ca, "--proxy",
                       f"socks5://ann@127.0.0.1:{proxy.port}",
                       "--proxy-password-from", "env:Q",
                       env={"P": SECRET, "Q": "open the door"})
        said = done.json
        assert said["cause"] == "proxy-forbidden", done
        assert said["fix"]["port"] == 465, done
        assert said["fix"]["encryption"] == "before-connect"
        assert {port for _, port in door.asked} == {25, 465, 587, 2525}
        assert [c.lines for c in server.received] == \
            [["EHLO [127.0.0.1]", "QUIT"]]
    keeps(SECRET, done.out, done.err)
    keeps("open the door", done.out, done.err)
