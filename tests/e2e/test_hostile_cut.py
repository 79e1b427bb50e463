"""The connection is cut at every octet of every step, on either side: nobody is
ever told that a message arrived which did not, or that it did not arrive when it
may have."""

import pytest

from hostile import ANN, BOB, LOGIN, Relay, attempt, judge, together
from posthaste import CUT, Server, Smtp, run

FIVE = ["--from", ANN, "--text", "hi", *[f"r{i}@x.example" for i in range(5)]]
TWICE = ["--helo", "h", "--timeout", "20s"]

PLAIN = {"greeting": "220-t\r\n220 t", "answers": {
    "MAIL": "250 2.1.0 s", "RCPT": "250 2.1.5 r", "DATA": "354 d",
    ".": "250-2.0.0 a\r\n250 2.0.0 b", "QUIT": "221 q"}}


def conversation(server, args, scheme="smtp+none", **kwargs):
    """What a whole one looks like: both directions, octet for octet."""
    with Relay(server.port) as relay:
        done = attempt("send", "--server", f"{scheme}://localhost:{relay.port}",
                       *args, **kwargs)
        assert done.code == 0, done
    return relay.up, relay.down


class Counting(Smtp):
    """Knows to whom a whole message came."""

    def __init__(self, **more):
        answers = {**PLAIN["answers"], ".": self.take, "BDAT": self.take}
        super().__init__(**{"greeting": "220-t\r\n220 t", "answers": answers,
                            **more})
        self.arrived = set()

    def take(self, connection, line):
        if not line or line.endswith(" LAST"):
            for said in reversed(connection.lines):
                if said.startswith("MAIL"):
                    break
                if said.startswith("RCPT"):
                    self.arrived.add(said.split("<")[1][:-1])
        connection.send("250-2.0.0 a\r\n250 2.0.0 b")
        return True


def law(talk, done):
    """What came to the server in full tells what may be said."""
    outcomes = set()
    for one in done.json["recipients"]:
        outcomes.add(one["outcome"])
        here = one["address"] in talk.arrived
        assert one["outcome"] in (
            ("delivered", "unsure") if here else ("unsure", "retry")), done
    code = (74 if "unsure" in outcomes else 75 if "retry" in outcomes else 0)
    judge(done, code, ("greeting", "tls", "ehlo", "auth", "mail", "rcpt",
                       "data"))
    if "unsure" in outcomes:
        assert done.json["error"]["cause"] == "lost-after-dot", done


def stage_at(down, count):
    """Of a conversation without pipelining, after so many octets."""
    lines = down[:count].count(b"\n")
    for last, stage in ((2, "greeting"), (3, "ehlo"), (4, "mail"),
                        (5, "rcpt")):
        if lines < last:
            return stage
    return "data"


def test_server_falls_silent_amid_its_replies():
    """At every octet of every reply."""
    with Server(Smtp(**PLAIN)) as server:
        _, down = conversation(server, [*BOB, *TWICE])
    taken = down.rindex(b"221 q")
    ready = down.index(b"354 d\r\n") + 7

    def one(count):
        talk = Counting()
        with Server(talk) as server, Relay(server.port, down=count) as relay:
            done = attempt("send", "--server",
                           f"smtp+none://localhost:{relay.port}", *BOB, *TWICE)
        law(talk, done)
        if count >= taken:
            judge(done, 0, "data")
        elif count >= ready:
            judge(done, 74, "data", "lost-after-dot")
        else:
            judge(done, 75, stage_at(down, count), "connection-lost")

    together(one, range(len(down) + 1))


@pytest.mark.parametrize("offers", [[], ["PIPELINING"],
                                    ["PIPELINING", "CHUNKING"]])
def test_client_is_cut_off(offers, tmp_path):
    """At every octet of every command, amid the contents and behind them; with
    three messages in the session, the last by BDAT where that is offered."""
    path = tmp_path / "c.conf"
    path.write_text("[connection]\nhost = localhost\nencryption = none\n"
                    "[limits]\nrecipients-per-message = 1\n")
    args = ["-c", path, *BOB, *(["b@x.example", "c@x.example"] if offers else []), *TWICE]
    with Server(Counting(offers=offers)) as server, \
            Relay(server.port) as relay:
        done = attempt("send", "--port", relay.port, *args)
        assert done.code == 0, done
        up = relay.up
    assert (b"BDAT" in up) == ("CHUNKING" in offers)
    # Of the contents every 29th octet will do.
    counts = []
    is_content = False
    at = 0
    for line in up.splitlines(keepends=True):
        is_content = is_content or line.startswith(b"Date:")
        is_content = is_content and not line.startswith(
            (b".\r", b"MAIL", b"RSET", b"QUIT"))
        counts += [n for n in range(at, at + len(line))
                   if not is_content or n % 29 == 0]
        at += len(line)

    def one(count):
        talk = Counting(offers=offers)
        with Server(talk) as server, Relay(server.port, up=count) as relay:
            law(talk, attempt("send", "--port", relay.port, *args))

    together(one, [*counts, len(up)])


def test_cut_amid_the_login():
    """At every octet of it, at each side: never taken for a refusal."""
    def talk():
        return Smtp({"AUTH": answer_auth}, offers=["AUTH CRAM-MD5"])

    def answer_auth(connection, _):
        connection.send("334 PDEyMy40NTZAdD4=")
        connection.line()
        connection.send("235 2.7.0 in")
        return True

    args = [*BOB, *TWICE, *LOGIN, "--auth", "CRAM-MD5"]
    with Server(talk()) as server:
        up, down = conversation(server, args)
    cases = [("down", n) for n in range(down.index(b"334"),
                                        down.index(b"in\r\n") + 4)]
    cases += [("up", n) for n in range(up.index(b"AUTH") + 1,
                                      up.index(b"MAIL"))]

    def one(case):
        way, count = case
        with Server(talk()) as server, \
                Relay(server.port, **{way: count}) as relay:
            done = attempt("send", "--server",
                           f"smtp+none://localhost:{relay.port}", *args)
        stages = ("auth", "mail") if count >= cases[-1][1] else "auth"
        judge(done, 75, stages, "connection-lost")
        assert sum("AUTH" in l for c in server.received for l in c.lines) <= 1

    together(one, cases)


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_cut_amid_the_handshake(scheme, certificates, good_pem):
    """In steps that meet the edge of every record and every command."""
    context = certificates.context(good_pem)
    args = [*BOB, *TWICE, "--ca-file", certificates.ca]

    def counting():
        return Counting(tls=context, implicit=scheme == "smtps",
                        offers=["PIPELINING"])

    with Server(counting()) as server:
        up, down = conversation(server, args, scheme)
    clear = down.index(b"220 go\r\n") + 8 if scheme != "smtps" else 0
    cases = [("down", n) for n in [*range(0, clear + 12),
                                   *range(clear + 12, len(down), 61)]]
    cases += [("up", n) for n in range(0, len(up), 61)]

    def one(case):
        way, count = case
        talk = counting()
        with Server(talk) as server, \
                Relay(server.port, **{way: count}) as relay:
            done = attempt("send", "--server",
                           f"{scheme}://localhost:{relay.port}", *args)
        if done.json["stage"] in ("greeting", "ehlo") and clear:
            judge(done, 75, ("greeting", "ehlo"), "connection-lost")
        elif done.json["stage"] == "tls":
            assert done.code in (75, 78), done
            assert done.json["error"]["cause"] in (
                "tls-closed", "connection-lost"), done
            # What is not known to be encrypted is not used.
            assert not any("MAIL" in l for c in server.received
                           for l in c.lines)
        else:
            law(talk, done)

    together(one, cases)


@pytest.mark.parametrize("verb, code, stage", [
    ("AUTH", 75, "auth"), ("MAIL", 75, "mail"), ("RCPT", 75, "rcpt"),
    ("DATA", 75, "data"), (".", 74, "data"), ("QUIT", 0, "data")])
def test_hung_up_after(verb, code, stage):
    """Five recipients share one fate, each with an answer of its own."""
    with Server(Smtp({verb: CUT}, offers=["AUTH PLAIN"])) as server:
        done = attempt("send", "--server",
                       f"smtp+none://127.0.0.1:{server.port}", *FIVE, *LOGIN,
                       "--allow-plaintext-password")
    judge(done, code, stage)
    outcome = {75: "retry", 74: "unsure", 0: "delivered"}[code]
    assert [r["outcome"] for r in done.json["recipients"]] == [outcome] * 5


@pytest.mark.parametrize("test", [(), ("--to", "bob@example.com", "--from",
                                       ANN), ("--send", "--from", ANN)])
def test_test_is_cut_off(test):
    """posthaste test, at every octet of the replies."""
    with Server(Smtp(**PLAIN)) as server, Relay(server.port) as relay:
        assert run("test", "--server", f"smtp+none://localhost:{relay.port}",
                   *test, *TWICE).code == 0
    down = relay.down
    end = down.rindex(b"221 q")

    def one(count):
        with Server(Smtp(**PLAIN)) as server, \
                Relay(server.port, down=count) as relay:
            done = attempt("test", "--server",
                           f"smtp+none://localhost:{relay.port}", *test, *TWICE)
        if count >= end:
            assert done.code == 0 and done.json["ok"], done
        elif done.code != 0:
            stages = ("greeting", "ehlo", "mail", "rcpt", "data")
            assert done.code in (75, 74 if test[:1] == ("--send",) else 75)
            judge(done, done.code, stages, command="test")

    together(one, range(0, len(down), 3))
