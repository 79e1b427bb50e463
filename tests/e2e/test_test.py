"""posthaste test, from outside."""

import json
import signal
import subprocess
import threading

import pytest

from posthaste import (CUT, PROGRAM, SILENT, WAIT, Server, Sink, Smtp,
                       free_port, is_chain, run)

SETTINGS = ("host port tls tls-version certificate proxy helo mechanism username "
            "password sender recipient size").split()
STAGES = "dns connect greeting tls ehlo auth mail rcpt data".split()


def url(server, scheme="smtp+none", user="", host="127.0.0.1"):
    return ["--server", f"{scheme}://{user}{host}:{server.port}"]


def verdicts(document):
    return {s["setting"]: s["verdict"] for s in document["settings"]}


def stages(done):
    rows = [l.split(None, 1) for l in done.out.splitlines()[:len(STAGES)]]
    assert [r[0] for r in rows] == STAGES, done
    return {name: " ".join(rest.split()[:2]) if rest.startswith("not") else
            rest.split()[0] for name, rest in rows}


def test_good(tmp_path, password):
    ca = tmp_path / "ca.pem"
    with Sink("--encryption", "after-connect", "--user", f"ann:{password}",
              "--ca-out", ca) as sink:
        args = ["test", *url(sink, "smtp+starttls", "ann@", "localhost"),
                "--ca-file", ca, "--password-from", f"file:{password}"]
        done = run(*args)
        said = run(*args, "--json").json
        to = run(*args, "--json", "--from", "ann@example.com", "--to",
                 "bob@example.com").json
        sent = run(*args, "--json", "--from", "ann@example.com", "--send").json
        line = sink.line()
    assert done.code == 0 and done.err == ""
    lines = done.out.splitlines()
    assert lines[-1] == "Connected to: localhost"
    facts = dict(l.split(":", 1) for l in lines if ": " in l)
    assert facts["host"].strip() == "localhost"
    assert facts["port"].strip() == str(sink.port)
    assert facts["mechanism"].strip() == "SCRAM-SHA-256-PLUS"
    assert facts["user name"].strip() == "ann"
    assert "after-connect, TLSv1.3" in facts["encryption"]
    assert stages(done) == {
        **dict.fromkeys(STAGES[:6], "ok"), "mail": "not used",
        "rcpt": "not used", "data": "not used"}

    assert said["ok"] is True and said["cause"] is None
    assert said["stage"] == "auth" and to["stage"] == "rcpt"
    assert sent["stage"] == "data"
    assert said["advice"] is None
    assert [s["setting"] for s in said["settings"]] == SETTINGS
    assert verdicts(said) == {
        **dict.fromkeys(SETTINGS, "proven"), "proxy": "not-used",
        "sender": "not-used", "recipient": "not-used", "size": "not-used"}
    assert "PIPELINING" in said["capabilities"]
    certificate = said["certificate"]
    assert "localhost" in certificate["names"]
    assert len(certificate["sha256"]) == len(certificate["spki_sha256"]) == 64
    assert certificate["not_after"].endswith("Z") and certificate["issuer"]
    evidence = {s["setting"]: s["evidence"] for s in said["settings"]}
    assert evidence["host"].startswith("220 ")
    assert evidence["username"] == "ann" and evidence["password"] is None
    assert said["transcript"][0]["t_ms"] >= 0
    assert {t["dir"] for t in said["transcript"]} == {"<", ">", "*"}
    assert any(t["tls"] for t in said["transcript"])
    assert "open sesame" not in repr((done, said, to, sent))
    # each way of going further proves more, and only --send sends
    assert verdicts(to)["sender"] == verdicts(to)["recipient"] == "proven"
    assert verdicts(to)["size"] == "not-used"
    assert set(verdicts(sent).values()) == {"proven", "not-used"}
    assert verdicts(sent)["size"] == "proven"
    assert (line["n"], line["to"]) == (1, ["ann@example.com"])
    assert "test" in line["subject"].lower()


def test_sends_nothing():
    with Server(Smtp()) as server:
        assert run("test", *url(server)).code == 0
        assert run("test", *url(server), "--from", "a@example.com", "--to",
                   "b@example.com").code == 0
    first, second = [[l.split()[0] for l in c.lines] for c in server.received]
    assert first == ["EHLO", "QUIT"]
    assert second == ["EHLO", "MAIL", "RCPT", "RSET", "QUIT"]


def test_clear():
    with Server(Smtp()) as server:
        done = run("test", *url(server))
        said = run("test", *url(server), "--json").json
    assert done.code == 0 and "not encrypted" in done.out
    assert stages(done)["tls"] == stages(done)["auth"] == "not used"
    assert verdicts(said)["tls"] == "proven"
    for setting in ("tls-version", "certificate", "mechanism", "password"):
        assert verdicts(said)[setting] == "not-used"
    assert said["certificate"] is None


FAULTS = [
    # answers, options, exit code, stage, suspects, what is proven
    ({"": "554 5.7.1 no"}, 69, "greeting", None, set()),
    ({"": SILENT}, 75, "greeting", {"tls"}, set()),
    ({"": "+OK ready"}, 76, "greeting", {"port"}, set()),
    ({"EHLO": "501 5.5.4 bad name", "HELO": "501 5.5.4 bad name"}, 69, "ehlo",
     {"helo"}, {"host", "port"}),
    ({"AUTH": "535 5.7.8 no"}, 77, "auth", {"username", "password"},
     {"host", "port", "helo", "tls"}),
    ({"AUTH": "454 4.7.0 later"}, 75, "auth", {"server"},
     {"host", "port", "helo", "tls"}),
    ({"AUTH": CUT}, 75, "auth", {"network"}, {"host", "port", "helo"}),
    ({"MAIL": "550 5.7.1 not you"}, 69, "mail", None,
     {"host", "port", "mechanism", "username", "password"}),
    ({"RCPT": "550 5.1.1 nobody"}, 69, "rcpt", {"recipient"},
     {"host", "mechanism", "username", "password", "sender"}),
    ({"RCPT": "450 4.2.2 full"}, 75, "rcpt", {"recipient"}, {"sender"}),
]


@pytest.mark.parametrize("answers, code, stage, suspects, proven", FAULTS,
                         ids=[str(i) for i in range(len(FAULTS))])
def test_faults(answers, code, stage, suspects, proven):
    with Server(Smtp(answers, offers=["AUTH PLAIN"])) as server:
        args = ["test", *url(server, user="ann@"), "--timeout", "1s",
                "--password-from", "env:P", "--allow-plaintext-password",
                "--from", "a@example.com", "--to", "b@example.com"]
        done = run(*args, env={"P": "s3cret"})
        said = run(*args, "--json", env={"P": "s3cret"}).json
    assert done.code == code, done
    assert "Connected to" not in done.out
    assert stages(done)[stage] == "failed"
    error = is_chain(done, stage, str(server.port))
    assert said["ok"] is False and said["stage"] == stage
    assert said["message"].split(":")[0] in error
    assert said["cause"] and said["advice"]
    judged = verdicts(said)
    found = {s for s, v in judged.items() if v == "suspect"}
    if suspects is not None:
        assert found == suspects
    for setting in found:
        assert f"suspect:        {setting}" in done.out
    assert proven <= {s for s, v in judged.items() if v == "proven"}, judged
    if stage == "auth" and said["attempts"]:
        assert said["attempts"][0]["mechanism"] == "PLAIN"
    assert "s3cret" not in repr((done, said))
    # it is said that the server answered only where it did
    answer = list(answers.values())[0]
    if answer in (SILENT, CUT):
        assert "answered" not in error


def test_nobody_there():
    done = run("test", "--server", f"smtp+none://127.0.0.1:{free_port()}")
    assert done.code == 75
    is_chain(done, "connect")
    assert "answered" not in done.out + done.err
    assert "server said" not in done.out + done.err


def test_wrong_use(tmp_path):
    assert run("test", "word").code == 64
    with Server(Smtp()) as server:
        done = run("test", *url(server), "--to", "b@example.com")
        assert done.code == 64
        is_chain(done, "config", "--from")
        done = run("test", *url(server), "--from", "a@b.example", "--to", "b")
        assert done.code == 65
        is_chain(done, "config", "--to")
    assert not server.received
    done = run("test", "--json")
    assert done.code == 78 and done.json["stage"] == "config"


def test_hostile_words():
    """What a server says is shown and not obeyed."""
    with Server(Smtp(greeting="220 \x1b]0;x\x07\u009b31m", offers=[
            "X\x1b[2J", "XÄ"])) as server:
        done = run("test", *url(server))
        said = run("test", *url(server), "--json")
    assert done.code == 0
    for char in "\x1b\x07\u009b":
        assert char not in done.out + done.err
    assert said.json["ok"] is True


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("verb, stage", [
    ("STARTTLS", "tls"), ("handshake", "tls"), ("EHLO", "ehlo"), ("", "greeting"),
    ("MAIL", "mail")])
def test_stage_of_an_interruption(verb, stage, signum):
    """What it was at, though it had been further once."""
    reached = threading.Event()

    def stall(connection, _=None):
        if verb == "handshake":
            connection.send("220 go")
            connection.more()
        reached.set()
        connection.drain()

    smtp = Smtp({"STARTTLS" if verb == "handshake" else verb: stall},
                offers=["STARTTLS"] if verb in ("STARTTLS", "handshake")
                else [])
    if verb == "EHLO":
        smtp.ehlo = stall
    with Server(smtp) as server:
        with subprocess.Popen(
                [PROGRAM, "test", "--json", "--no-memory",
                 *url(server, "smtp"), "--from", "a@example.com",
                 "--to", "b@example.com"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE) as process:
            assert reached.wait(20)
            process.send_signal(signum)
            out, err = process.communicate(timeout=WAIT)
    assert process.returncode == 75, err
    said = json.loads(out)
    assert (said["cause"], said["stage"]) == ("interrupted", stage)


@pytest.mark.parametrize("option, setting", [
    ("--port=99999", "port"), ("--encryption=bogus", "tls"),
    ("--tls-versions=9", "tls-version"), ("--auth=bogus", "mechanism"),
    ("--ca-file=/nonexistent", "certificate"), ("--pin=zz", "certificate"),
    ("--client-certificate=/nonexistent", "certificate"),
    ("--verify-name=a/b", "certificate"), ("--timeout=x", "timeout"),
    ("--helo=a b", "helo"), ("--source-address=x", "network"),
    ("--proxy=x", "proxy"), ("--server=smtp://", "host"), ("-nnope", "host"),
    ("--password-from=x", "password"), ("--rate=x", "limit"),
    ("--size=x", "size"), ("--to=b@example.com", "sender"),
    ("--from=a@", "sender"), ("--bogus", "none")])
def test_what_is_wrong_is_suspect(option, setting):
    """A wrong setting is no fault in the program."""
    with Server(Smtp()) as server:
        done = run("test", "--json",
                   *([] if option[:4] in ("--se", "-nno") else
                     url(server, "smtps")),
                   *(["--to", "b@example.com"] if setting == "sender" else []),
                   option)
    assert done.code in (64, 65, 78), done
    assert done.json["error"]["setting"] == setting
    suspects = [s["setting"] for s in done.json["settings"]
                if s["verdict"] == "suspect"]
    assert suspects == ([] if setting == "none" else [setting])


def test_what_is_wrong_in_a_file_is_suspect(tmp_path):
    path = tmp_path / "c.conf"
    path.write_text("[connection]\nhost = h.example\n[proxy]\nport = x\n")
    done = run("test", "--json", "-c", path)
    assert done.code == 78
    assert done.json["error"]["setting"] == "proxy"
