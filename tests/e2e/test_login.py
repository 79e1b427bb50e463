"""Logging in at servers that make it hard: mechanisms that are broken, servers
that hang up, and what of it is told."""

import base64
import socket

import pytest

from hostile import ANN, BOB, LOGIN, attempt, judge
from posthaste import CUT, Server, Smtp

CHALLENGE = base64.b64encode(b"<1@example>").decode()
PLAIN = ["--allow-plaintext-password"]


def cram(*last):
    """AUTH by CRAM-MD5: a challenge, its response, then what is said; None
    hangs up."""
    def talk(connection, line):
        connection.send("334 " + CHALLENGE)
        connection.line()
        for said in last:
            if said is None:
                return False
            connection.send(said)
        return True
    return talk


def by_mechanism(**answers):
    """An answer for each mechanism (CRAM_MD5 for CRAM-MD5)."""
    def talk(connection, line):
        name = line.split(" ")[1].upper().replace("-", "_")
        answer = answers[name]
        if answer is CUT:
            return False
        if callable(answer):
            return answer(connection, line)
        connection.send(answer)
        return True
    return talk


def tried(server):
    """The mechanisms, connection by connection."""
    return [[line.split(" ")[1] for line in connection.lines
             if line.startswith("AUTH ")] for connection in server.received]


def send(server, *args, code=0, **kwargs):
    done = attempt("send", "--server", f"smtp://127.0.0.1:{server.port}", *BOB,
                   *LOGIN, *args, **kwargs)
    assert done.code == code, done
    return done


CASES = {
    "refused, and hung up on":
        ({"CRAM_MD5": cram("535 5.7.8 no", None), "PLAIN": "235 2.7.0 in"},
         [["CRAM-MD5"], ["PLAIN"]], 0),
    "broken":
        ({"CRAM_MD5": "504 5.5.4 no", "PLAIN": "235 2.7.0 in"},
         [["CRAM-MD5", "PLAIN"]], 0),
    "broken, and hung up on":
        ({"CRAM_MD5": CUT, "PLAIN": "235 2.7.0 in"},
         [["CRAM-MD5"], ["PLAIN"]], 0),
    "a challenge that is none":
        ({"CRAM_MD5": "334 %%%", "PLAIN": "235 2.7.0 in"},
         [["CRAM-MD5", "PLAIN"]], 0),
    "too weak":
        ({"CRAM_MD5": "534 5.7.9 too weak", "PLAIN": "235 2.7.0 in"},
         [["CRAM-MD5", "PLAIN"]], 0),
    "refused at first":
        ({"CRAM_MD5": cram("535 5.7.8 no"), "PLAIN": "235 2.7.0 in"},
         [["CRAM-MD5", "PLAIN"]], 0),
    "refused twice":
        ({"CRAM_MD5": cram("535 5.7.8 no"), "LOGIN": "535 5.7.8 no",
          "PLAIN": "235 2.7.0 in"}, [["CRAM-MD5", "LOGIN"]], 77),
    "not now":
        ({"CRAM_MD5": "454 4.7.0 later", "PLAIN": "235 2.7.0 in"},
         [["CRAM-MD5"]], 75),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("encrypted", [False, True])
def test_next(name, encrypted, certificates, good_pem, tmp_path):
    """The same in clear and over STARTTLS, which is begun anew with every
    connection."""
    answers, expected, code = CASES[name]
    offers = ["AUTH CRAM-MD5 PLAIN" +
              (" LOGIN" if "LOGIN" in answers else "")]
    talk = Smtp({"AUTH": by_mechanism(**answers)}, offers=offers,
                tls=certificates.context(good_pem) if encrypted else None)
    more = ["--ca-file", certificates.ca] if encrypted else PLAIN
    with Server(talk) as server:
        done = send(server, *more, code=code, tmp=tmp_path)
    if "a challenge that is none" == name:
        assert all("*" in c.lines for c in server.received)
    assert tried(server) == expected, done
    if encrypted:
        for connection in server.received:
            assert "STARTTLS" in connection.lines
    if code != 0:
        judge(done, code, "auth")


def test_attempts(tmp_path):
    """Each attempt in the JSON and in the transcript."""
    talk = Smtp({"AUTH": by_mechanism(
        CRAM_MD5=cram("535 5.7.8 no", None), PLAIN="235 2.7.0 in")},
        offers=["AUTH PLAIN CRAM-MD5"])
    with Server(talk) as server:
        done = send(server, *PLAIN, tmp=tmp_path)
    first, second = done.json["attempts"]
    assert first["mechanism"] == "CRAM-MD5"
    assert first["reply"] == {"code": 535, "enhanced": "5.7.8", "text": "no"}
    assert first["reconnected"] is False
    assert second["mechanism"] == "PLAIN"
    assert second["reply"]["code"] == 235
    assert second["reconnected"] is True
    assert all(a["ms"] >= 0 for a in done.json["attempts"])
    assert done.transcript.count("connected to 127.0.0.1") == 2
    assert "connecting anew, to go on with PLAIN" in done.transcript


def test_same_address(tmp_path):
    """A name with several addresses: the one that answered is asked again."""
    talk = Smtp({"AUTH": by_mechanism(CRAM_MD5=CUT, PLAIN="235 2.7.0 in")},
                offers=["AUTH PLAIN CRAM-MD5"])
    with Server(talk) as server:
        done = attempt("send", "--server", f"smtp://localhost:{server.port}",
                       *BOB, *LOGIN, *PLAIN, tmp=tmp_path)
    assert done.code == 0, done
    assert tried(server) == [["CRAM-MD5"], ["PLAIN"]]
    assert done.json["server"]["host"] == "localhost"
    assert done.transcript.count("connected to 127.0.0.1") == 2


def test_gone_before_the_next():
    """It hangs up and listens no more: that is told."""
    def once(connection, line):
        server.listener.shutdown(socket.SHUT_RDWR)
        return False
    with Server(Smtp({"AUTH": once}, offers=["AUTH PLAIN CRAM-MD5"])) as server:
        done = send(server, *PLAIN, code=75)
        judge(done, 75, "connect", "connect-refused")
        server.listener.close()
        server.listener = socket.create_server(("127.0.0.1", 0))


def test_test_tries_no_weaker_one():
    talk = Smtp({"AUTH": by_mechanism(CRAM_MD5=cram("535 5.7.8 no"),
                                      PLAIN="235 2.7.0 in")},
                offers=["AUTH PLAIN CRAM-MD5"])
    with Server(talk) as server:
        done = attempt("test", "--server", f"smtp://127.0.0.1:{server.port}",
                       "--from", ANN, *LOGIN, *PLAIN)
    judge(done, 77, "auth", "auth-refused", command="test")
    # Once more as ann@example.com, by the same mechanism.
    assert tried(server) == [["CRAM-MD5", "CRAM-MD5"]]
