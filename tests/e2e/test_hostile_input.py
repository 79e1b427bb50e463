"""Bad input from the user's side: what would break out of a command or a header,
lists without end, files that are not what they seem, broken configuration, full
disks."""

import email
import email.policy
import os
import subprocess
import threading
import time

import pytest

from hostile import ANN, BOB, LOGIN, SECRET, attempt, judge, keeps
from posthaste import PROGRAM, WAIT, Result, Server, Sink, Smtp, run

VERBS = {"EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT", "RSET"}
NOBODY = 65534


def url(server, scheme="smtp+none"):
    return ["--server", f"{scheme}://127.0.0.1:{server.port}"]


# ---- what would break out

BREAKS = {"cr": "\r", "lf": "\n", "crlf": "\r\n", "gt": ">", "space": " ",
          "tab": "\t", "bracket": "> ", "esc": "\x1b", "del": "\x7f",
          "gt-crlf": ">\r\n", "dot": "\r\n.\r\n", "bell": "\a", "nel": "\u0085",
          "ls": "\u2028", "quote": '"', "comma": ",", "paren": "("}
PLACES = {
    "from": lambda x: ["--from", x, "bob@example.com", "--text", "hi"],
    "from-name": lambda x: ["--from", f"{x} <{ANN}>", "bob@example.com",
                            "--text", "hi"],
    "to": lambda x: [*BOB, "--to", x],
    "cc": lambda x: [*BOB, "--cc", x],
    "bcc": lambda x: [*BOB, "--bcc", x],
    "operand": lambda x: [*BOB, "--", x],
    "reply-to": lambda x: [*BOB, "--reply-to", x],
    "helo": lambda x: [*BOB, "--helo", x],
    "subject": lambda x: [*BOB, "--subject", x],
    "header": lambda x: [*BOB, "--header", f"X-Mine: {x}"],
    "header-name": lambda x: [*BOB, "--header", f"{x}: v"],
    "dsn": lambda x: [*BOB, "--dsn", x],
    "charset": lambda x: [*BOB, "--charset", x],
    "username": lambda x: [*BOB, "--username", x, "--password-from", "env:P",
                           "--allow-plaintext-password"],
    "auth": lambda x: [*BOB, *LOGIN, "--auth", x,
                       "--allow-plaintext-password"],
    "source-address": lambda x: [*BOB, "--source-address", x],
}


def nothing_broke_out(server):
    for connection in server.received:
        for line in connection.lines:
            assert line.split(" ")[0] in VERBS, connection.lines
            assert "\r" not in line and "\0" not in line
            assert not line.startswith(("RCPT", "MAIL")) or (
                line.count("<") == line.count(">") == 1), line
        head = connection.body.split(b"\r\n\r\n")[0]
        assert b"\n" not in head.replace(b"\r\n", b"")
        assert b"\r" not in head.replace(b"\r\n", b"")
        for line in head.split(b"\r\n"):
            assert not line.upper().startswith((b"XEVIL", b"BCC")), head
        message = email.message_from_bytes(connection.body)
        assert not message.defects, message.defects


@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.parametrize("place", PLACES)
def test_break_out(place, name, tmp_path):
    """Refused before anything connects, or harmless on the wire."""
    value = f"a@example.com{BREAKS[name]}XEVIL: x"
    with Server(Smtp(offers=["AUTH PLAIN", "DSN"])) as server:
        done = attempt("send", *url(server), *PLACES[place](value),
                       "--timeout", "10s", tmp=tmp_path)
    nothing_broke_out(server)
    if done.code != 0:
        assert done.code in (64, 65, 69, 75, 78), done
        judge(done, done.code, ("config", "connect", "auth", "mail"))
    assert "\x1b" not in done.err and "\a" not in done.err
    assert "\x1b" not in done.out
    for one in done.json["recipients"]:
        assert "evil" not in one["address"].lower() or done.code != 0, done
    if place in ("from", "to", "cc", "bcc", "operand", "reply-to") and (
            done.code == 0):
        # What is behind a name may be a comment, never an address.
        assert all("EVIL" not in l for c in server.received for l in c.lines)


@pytest.mark.parametrize("more", [
    "\r\nRCPT TO:<evil@example.com>", "\nBcc: evil@example.com",
    "\nBcc: evil@example.com;", "\rX: evil@example.com;"])
@pytest.mark.parametrize("place", ["to", "cc", "bcc", "operand", "reply-to"])
def test_smuggled_recipient(place, more):
    """A line that looks like a command or a field is no group of addresses."""
    with Server(Smtp()) as server:
        done = attempt("send", *url(server),
                       *PLACES[place]("a@example.com" + more))
    assert done.code == 65, done
    judge(done, 65, "config")
    assert server.received == []


@pytest.mark.parametrize("name", ["cr", "lf", "crlf", "gt", "space", "esc",
                                  "nel"])
def test_host_that_would_break_out(name):
    host = f"localhost{BREAKS[name]}XEVIL"
    for args in (["--host", host], ["--server", f"smtp+none://{host}"],
                 ["--server", f"smtp+none://u{BREAKS[name]}@localhost:1"]):
        done = attempt("send", *args, *BOB, "--timeout", "1s")
        assert done.code in (64, 68, 75, 78), done
        judge(done, done.code, ("config", "dns", "connect"))
        assert "\x1b" not in done.err + done.out


@pytest.mark.parametrize("name", BREAKS)
def test_user_names_are_encoded(name):
    """In a login anything but NUL goes: it is base64."""
    import base64
    user = f"ann{BREAKS[name]}x"
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        done = attempt("send", *url(server), *BOB, "--username", user,
                       "--password-from", "env:P", "--allow-plaintext-password")
    if done.code == 0:
        auth = [l for l in server.received[0].lines if l.startswith("AUTH")][0]
        plain = base64.b64decode(auth.split()[2]).decode()
        assert plain == f"\0{user}\0{SECRET}"
    else:
        judge(done, done.code, ("config", "auth"))
        assert done.code in (64, 65, 78), done
    nothing_broke_out(server)


@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.parametrize("option", ["--attach", "--inline"])
def test_file_names(option, name, tmp_path):
    """A file may be called anything."""
    called = f"a{BREAKS[name]}XEVIL: x.txt"
    (tmp_path / called).write_text("in it")
    with Server(Smtp()) as server:
        done = attempt("send", *url(server), *BOB, "--html", "<p>", option,
                       tmp_path / called)
    nothing_broke_out(server)
    if done.code == 0:
        message = email.message_from_bytes(server.received[0].body,
                                           policy=email.policy.default)
        bodies = [p.get_content() for p in message.walk() if p.get_filename()]
        assert bodies and bodies[0] in ("in it", b"in it")
    else:
        assert done.code in (64, 65, 66), done
        judge(done, done.code, "config")


@pytest.mark.parametrize("option, code", [
    ("--raw", 65), ("--text-file", 0), ("--html-file", 0)])
def test_nul_in_a_file(option, code, tmp_path):
    path = tmp_path / "m"
    path.write_bytes(b"From: a@example.com\nSubject: a\0b\nTo: c@example.com\n"
                     b"\nx\0y\n")
    with Server(Smtp()) as server:
        done = attempt("send", *url(server), "--from", ANN, "bob@example.com",
                       option, path)
    nothing_broke_out(server)
    assert done.code in (0, 65), done
    judge(done, done.code, ("config", "data"))
    if done.code == 0:
        # RFC 5321 2.3.8 and 4.5.2: no NUL on the wire.
        assert b"\0" not in server.received[0].seen


@pytest.mark.parametrize("raw", [
    b"", b"\n", b"no header", b": x\n\n", b"From a@b Mon\n\nx", b"\0" * 100,
    b"To: a@example.com\r\nRCPT TO:<evil@example.com>\r\n\r\nx",
    b"To: <a@example.com>\n .\n\n.\n.\n..\n\nQUIT\n.\n", b"\xff\xfe\x00",
    b"To: " + b"(" * 5000 + b"a@example.com\n\nx",
    b"Subject: x\n" + b" y\n" * 20000 + b"\nz",
    b"X: " + b"y" * 2_000_000 + b"\n\nz",
    b"To: a@example.com\n\n" + b"z" * 3_000_000,
    b"\r\r\r\n\n\r", b"A: b\rQUIT\r\n.\r\n\r\nx"], ids=range(15))
@pytest.mark.parametrize("recipients", [True, False])
def test_raw_of_any_kind(raw, recipients):
    with Server(Smtp()) as server:
        done = attempt("send", *url(server), "--raw", "-", "--from", ANN,
                       *(["-t"] if recipients else ["b@example.com"]),
                       stdin=raw)
    assert done.code in (0, 64, 65), done
    judge(done, done.code, ("config", "data"))
    for connection in server.received:
        seen = connection.seen
        assert b"\n" not in seen.replace(b"\r\n", b"")
        assert b"\r" not in seen.replace(b"\r\n", b"")
        assert {l.split(" ")[0] for l in connection.lines} <= VERBS
        assert not any("evil" in l for l in connection.lines)
        assert max(map(len, connection.body.split(b"\r\n"))) <= 998


# ---- lists of a megabyte


def megabyte(last=""):
    everyone = [f"recipient{i}@example.com" for i in range(40000)]
    return ",\n ".join([*everyone, *([last] if last else [])])


@pytest.mark.parametrize("last", ["nobody", "a b@example.com", "<x@example.com",
                                  "x@example.com>", '"x', "x@example.com (",
                                  "x@-bad-.example"], ids=range(7))
def test_megabyte_with_one_bad(last):
    """Named before anything connects, and soon."""
    text = megabyte(last)
    assert len(text) > 1_000_000
    begun = time.monotonic()
    with Server(Smtp()) as server:
        done = attempt("send", *url(server), "--raw", "-", "-t",
                       stdin=f"From: {ANN}\nTo: {text}\n\nx\n".encode())
    judge(done, 65, "config", "bad-address")
    assert time.monotonic() - begun < 20
    assert not server.received
    assert len(done.err) < 4000
    assert last.strip('"(<> ').split(" ", maxsplit=1)[0] in done.err


@pytest.mark.parametrize("text", [
    "," * 1_000_000, "(" * 1_000_000, '"' * 1_000_000, "<" * 1_000_000,
    "a@b.example," * 100_000, ";" * 1_000_000, "x" * 1_000_000,
    "g:" * 500_000, "@" * 1_000_000, "a." * 500_000 + "a@example.com",
    "(a)" * 300_000 + "b@example.com", "\\" * 1_000_000,
    "a@" + "b." * 500_000 + "com", "[" * 1_000_000], ids=range(14))
def test_megabyte_of_nonsense(text):
    begun = time.monotonic()
    with Sink("--encryption", "none", "--quiet") as sink:
        done = attempt("send", *url(sink), "--raw", "-", "-t",
                       stdin=f"From: {ANN}\nTo: {text}\n\nx\n".encode())
    assert done.code in (0, 64, 65), done.err[:500]
    judge(done, done.code, ("config", "data"))
    assert time.monotonic() - begun < 20
    assert len(done.err) < 4000


def test_options_without_number():
    """As many as the kernel lets through, and each as long as it does."""
    args = []
    for i in range(4000):
        args += ["--to", f"r{i}@example.com"]
    with Sink("--encryption", "none", "--quiet") as sink:
        done = attempt("send", *url(sink), *BOB, *args, "--subject",
                       "s" * 60000)
        long = attempt("send", *url(sink), *BOB, "--to",
                       ",".join(f"x{i}@example.com" for i in range(6000)))
        wrong = attempt("send", *url(sink), *BOB, "--to",
                        "a" * 120000 + "@example.com")
        subject = attempt("send", *url(sink), *BOB, "--subject", "s" * 120000)
    assert len(judge(done, 0, "data").json["recipients"]) == 4001
    assert len(judge(long, 0, "data").json["recipients"]) == 6001
    judge(wrong, 65, "config", "bad-address")
    judge(subject, 65, "config")


# ---- files

OPTIONS = [("--attach", BOB), ("--inline", [*BOB, "--html", "<p>"]),
           ("--text-file", BOB[:3]), ("--html-file", BOB[:3]),
           ("--raw", BOB[:3])]


@pytest.mark.parametrize("option, rest", OPTIONS)
@pytest.mark.parametrize("kind", ["missing", "folder", "socket", "device",
                                  "loop", "under-a-file"])
def test_no_file(option, rest, kind, tmp_path):
    path = tmp_path / "thing"
    if kind == "folder":
        path.mkdir()
    elif kind == "socket":
        import socket
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(f"/proc/self/fd/{os.open(tmp_path, os.O_PATH)}/thing")
    elif kind == "device":
        path = "/dev/zero"
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "under-a-file":
        path.write_text("x")
        path = path / "below"
    with Server(Smtp()) as server:
        done = attempt("send", *url(server), *rest, option, path)
    # What never ends is too big before it is no file.
    endless = kind == "device" and option in ("--text-file", "--html-file")
    judge(done, 65 if endless and done.code == 65 else 66, "config")
    assert done.code == 65 or str(path) in done.err
    assert not server.received


@pytest.mark.parametrize("option, rest", OPTIONS)
def test_fifo(option, rest, tmp_path):
    """As with cat(1) it waits for a writer and takes what comes, once."""
    path = tmp_path / "fifo"
    os.mkfifo(path)

    def write():
        with open(path, "wb") as file:
            file.write(b"Subject: x\n\nfrom the fifo\n")

    writer = threading.Thread(target=write)
    writer.start()
    with Server(Smtp()) as server:
        done = attempt("send", *url(server), *rest, option, path)
    writer.join(WAIT)
    judge(done, 0, "data")
    message = email.message_from_bytes(server.received[0].body)
    assert any(b"from the fifo" in (p.get_payload(decode=True) or b"")
               for p in message.walk())


@pytest.mark.parametrize("option, rest", [*OPTIONS, ("--ca-file", BOB),
                                          ("--config", BOB)])
def test_unreadable_file(option, rest, tmp_path):
    """As somebody who may not read it."""
    path = tmp_path / "mine"
    path.write_text("[connection]\nhost = localhost\n")
    path.chmod(0)
    tmp_path.chmod(0o755)
    program = tmp_path / "posthaste"
    program.write_bytes(open(PROGRAM, "rb").read())
    program.chmod(0o755)
    server = ["--server", "smtps://localhost:1"] if option != "--config" else []
    command = [program, "send", "--json", *server, *rest, option, path]
    if os.getuid() == 0:
        command = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY),
                   "--clear-groups", *command]
        for parent in tmp_path.parents:
            if parent.stat().st_uid == 0 and parent != parent.parent:
                parent.chmod(parent.stat().st_mode | 0o011)
    done = Result(subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL,
        capture_output=True, timeout=WAIT, check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent",
             "XDG_CONFIG_HOME": "/nonexistent"}))
    judge(done, 78 if option in ("--ca-file", "--config") else 66, "config")
    assert str(path) in done.err
    assert "ermission" in done.err


@pytest.mark.parametrize("option, rest", [OPTIONS[0], OPTIONS[4]])
@pytest.mark.parametrize("to", [0, 1000, 7_999_999])
@pytest.mark.parametrize("offers", [[], ["PIPELINING", "CHUNKING"]])
def test_file_that_shrinks(option, rest, to, offers, tmp_path):
    """While the server stalls: the message is not completed, and nobody takes
    what there is of it for a whole one."""
    big = tmp_path / "big"
    big.write_bytes((b"Subject: x\n\n" + b"x" * 70 + b"\n") * 100_000)

    def shrink(connection, _):
        os.truncate(big, to)
        connection.send("354 go")
        connection.drain()

    with Server(Smtp({"DATA": shrink}, offers=offers)) as server:
        done = attempt("send", *url(server), *rest, option, big)
    judge(done, 74, "data", "input-changed")
    assert "big" in done.err
    assert not server.received[0].seen.endswith(b"\r\n.\r\n")
    assert not any("LAST" in l for l in server.received[0].lines)


def test_file_that_grows(tmp_path):
    """Only what was there when it was opened goes out."""
    big = tmp_path / "big"
    big.write_bytes(b"x" * 3_000_000)

    def grow(connection, _):
        with open(big, "ab") as file:
            file.write(b"y" * 100_000)
        connection.send("354 go")
        connection.body = connection.until_dot()
        connection.send("250 2.0.0 ok")
        return True

    with Server(Smtp({"DATA": grow})) as server:
        done = attempt("send", *url(server), *BOB, "--attach", big)
    judge(done, 0, "data")
    message = email.message_from_bytes(server.received[0].body)
    parts = [p for p in message.walk() if p.get_filename()]
    assert parts[0].get_payload(decode=True) == b"x" * 3_000_000


def test_file_that_is_removed(tmp_path):
    """It is open: that harms nobody."""
    big = tmp_path / "big"
    big.write_bytes(b"x" * 3_000_000)

    def remove(connection, _):
        big.unlink()
        connection.send("354 go")
        connection.body = connection.until_dot()
        connection.send("250 2.0.0 ok")
        return True

    with Server(Smtp({"DATA": remove})) as server:
        done = attempt("send", *url(server), *BOB, "--attach", big)
    assert done.code in (0, 74), done
    judge(done, done.code, "data")


# ---- configuration

BROKEN = [
    (b"host = x\n", "1"), (b"[connection\nhost = x\n", "1"),
    (b"[connection]\nhost\n", "2"), (b"[connection]\n= x\n", "2"),
    (b"[conection]\nhost = x\n", "1"), (b"[connection]\nhots = x\n", "2"),
    (b"[connection]\nhost = x\nhost = y\n", "3"),
    (b"[connection]\nport = 0\n", "2"), (b"[connection]\nport = 65536\n", "2"),
    (b"[connection]\nport = -1\n", "2"), (b"[connection]\nport = 25x\n", "2"),
    (b"[connection]\nencryption = maybe\n", "2"),
    (b"[connection]\ntimeout = soon\n", "2"),
    (b"[connection]\ntimeout = 99999999999999999999s\n", "2"),
    (b"[connection]\ntimeout = -5s\n", "2"),
    (b"[connection]\nhost = a\0b\n", None), (b"\0\0\0\0", None),
    (b"\xff\xfeh\0o\0s\0t\0", None), (b"[connection]\nhost = \xff\n", "2"),
    (b"[connection]\nhelo = a b\n", None),
    (b"[connection]\nhost = " + b"x" * 2_000_000 + b"\n", None),
    (b"#\n" * 1_000_000 + b"oops\n", None),
    (b"[authentication]\nmechanisms = password\n", "2"),
    (b"[authentication]\nusername = a\nmechanisms =\n", None),
    (b"[encryption]\nverify = perhaps\n", "2"),
    (b"[encryption]\ntls-versions = 0.9\n", "2"),
    (b"[limits]\nsize = huge\n", "2"),
    (b"[message]\nfrom = nobody\n", None),
    (b"[connection]\ninherits = mine\n", None),
    (b"[connection]\ninherits = ../../etc/passwd\n", None),
]


@pytest.mark.parametrize("text, line", BROKEN, ids=[
    str(i) for i in range(len(BROKEN))])
@pytest.mark.parametrize("command", ["send", "test"])
def test_broken_configuration(command, text, line, tmp_path):
    """The file and the line are named; nothing connects."""
    path = tmp_path / "mine.conf"
    path.write_bytes(text)
    begun = time.monotonic()
    with Server(Smtp()) as server:
        port = [] if b"port =" in text else ["--port", server.port]
        done = attempt(command, "-c", path, *port,
                       *(BOB if command == "send" else []))
    assert not server.received
    judge(done, 65 if b"from = nobody" in text and done.code == 65 else 78,
          "config", command=command)
    if line is not None:
        assert f"mine.conf:{line}:" in done.err, done
    assert len(done.err) < 4000
    assert "\0" not in done.err
    assert time.monotonic() - begun < 20


def test_configuration_in_a_circle(tmp_path):
    folder = tmp_path / "connections"
    folder.mkdir()
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (folder / f"{name}.conf").write_text(
            f"[connection]\ninherits = {other}\n")
    (folder / "lost.conf").write_text("[connection]\ninherits = gone\n")
    for name in ("a", "lost", "gone", "../x", "a/b", "", "x" * 5000, "a\nb"):
        done = attempt("send", "-c", tmp_path, "-n", name, *BOB)
        assert done.code in (64, 78), done
        judge(done, done.code, "config")


@pytest.mark.parametrize("kind", ["folder", "fifo", "device"])
def test_configuration_that_is_no_file(kind, tmp_path):
    path = tmp_path / "connections" / "a.conf"
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    done = attempt("send", "-c", tmp_path, "-n", "a", *BOB)
    judge(done, 78, "config")
    assert "a.conf" in done.err


def test_secret_in_a_broken_configuration(tmp_path):
    """The line that is wrong is not repeated where it may hold a password."""
    for text in (f"[authentication]\npassword = {SECRET}\n",
                 f"[authentication]\npassword-from = {SECRET}\n",
                 f"[connection]\nhost = smtp://ann:{SECRET}@localhost\n",
                 f"[authentication]\n{SECRET}\n"):
        path = tmp_path / "c.conf"
        path.write_text(text)
        path.chmod(0o600)
        done = run("send", "--json", "-c", path, *BOB)
        judge(done, 78, "config")
        keeps(SECRET, done.out, done.err)


# ---- full disks


def full_disk(*args, **kwargs):
    with open("/dev/full", "wb") as full, Server(Smtp()) as server:
        return subprocess.run(
            [PROGRAM, "send", *url(server), *BOB, *map(str, args)],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=WAIT,
            check=False, **{"stdout": full, **kwargs})


def test_full_disk_for_the_result():
    """The message went: it is not sent again for that, but it is said."""
    done = full_disk("--json")
    assert done.returncode == 74
    assert done.stderr.count(b"posthaste: error: ") == 1
    assert b"\nadvice: " in done.stderr


def test_full_disk_for_the_transcript():
    done = full_disk("--transcript", "/dev/full", stdout=subprocess.DEVNULL)
    assert done.returncode == 0
    assert b"posthaste: note: " in done.stderr
    assert b"transcript" in done.stderr and b"No space left" in done.stderr


def test_closed_streams():
    """Started without any: no file it opens takes their numbers."""
    with Server(Smtp()) as server:
        done = subprocess.run(
            ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", PROGRAM, "send",
             *url(server), *BOB, "-v"], timeout=WAIT, check=False)
    assert done.returncode in (0, 74)
    for connection in server.received:
        assert b"posthaste" not in connection.seen
        assert {l.split()[0] for l in connection.lines} <= VERBS


def test_endless_input_is_bounded():
    """A text that never ends is not kept in memory for ever."""
    over = threading.Event()
    with Server(Smtp()) as server:
        with subprocess.Popen(
                [PROGRAM, "send", *url(server), *BOB[:3], "--text-file",
                 "/dev/zero"], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.communicate(timeout=WAIT)
        over.set()
    assert process.returncode in (65, 66)
