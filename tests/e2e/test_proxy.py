"""Through proxies: what goes there, what comes back, and what is said of it."""

import hashlib
import re

import pytest

from hostile import BOB
from posthaste import CUT, Server, Smtp, free_port, is_chain, run
from proxies import Connect, Socks4, Socks5

SECRET = "op3n:s\"same"
MAIL = "mail.invalid"  # nobody but the proxy can look it up


def proxy_args(kind, port, user=""):
    args = ["--proxy", f"{kind}://{user}127.0.0.1:{port}"]
    if user:
        args += ["--proxy-password-from", "env:P"]
    return args


def through(command, server, proxy, kind="socks5", *more, user="",
            scheme="smtp+none", host=MAIL, env=None):
    to = BOB if command == "send" else []
    with Server(proxy) as at:
        done = run(command, "--json", "--server",
                   f"{scheme}://{host}:{server.port}", *to,
                   *proxy_args(kind, at.port, user), *more,
                   env={"P": SECRET, **(env or {})})
    assert SECRET not in done.out + done.err
    return done


def setting(done, name):
    return next(s for s in done.json["settings"] if s["setting"] == name)


@pytest.mark.parametrize("one_segment", [False, True])
@pytest.mark.parametrize("kind", ["socks5", "http"])
def test_delivery(kind, one_segment):
    make = Socks5 if kind == "socks5" else Connect
    with Server(Smtp()) as server:
        proxy = make(server.port, one_segment=one_segment)
        done = through("send", server, proxy, kind)
    assert done.code == 0, done
    assert done.json["outcome"] == "delivered"
    assert done.json["server"]["proxy"].startswith(f"{kind}://127.0.0.1:")
    # Which address the server has, only the proxy knows.
    assert done.json["server"]["address"] is None
    assert done.json["timing_ms"]["proxy"] > 0
    if kind == "socks5":
        assert proxy.asked == [(MAIL, server.port)]
    else:
        assert proxy.heads == [[f"CONNECT {MAIL}:{server.port} HTTP/1.1",
                                f"Host: {MAIL}:{server.port}"]]


@pytest.mark.parametrize("kind,host,asked", [
    ("socks4", "localhost", "127.0.0.1"), ("socks4a", MAIL, MAIL),
    ("socks4", "127.0.0.1", "127.0.0.1"),
    ("socks4a", "127.0.0.1", "127.0.0.1")])
def test_socks4(kind, host, asked):
    with Server(Smtp()) as server:
        proxy = Socks4(server.port)
        done = through("test", server, proxy, kind, host=host, user="bob@")
    assert done.code == 0, done
    assert proxy.asked == [(asked, server.port, "bob")]


def test_socks4_has_no_ipv6():
    for kind, code in (("socks4", 68), ("socks4a", 78)):
        with Server(lambda c: c.drain()) as at:
            done = run("test", "--server", "smtp://[2001:db8::1]", "--proxy",
                       f"{kind}://127.0.0.1:{at.port}")
        assert done.code == code, done
        assert "IPv4" in done.err, done
        assert "socks5" in done.err, done


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls", "smtp"])
@pytest.mark.parametrize("kind", ["socks5", "http", "https"])
def test_encrypted(kind, scheme, certificates, good_pem):
    """With https it is TLS in TLS; the server's name is checked in each."""
    context = certificates.context(good_pem)
    with Server(Smtp(tls=context, implicit=scheme == "smtps")) as server:
        if kind == "socks5":
            proxy = Socks5(server.port)
        else:
            proxy = Connect(server.port,
                            tls=context if kind == "https" else None)
        done = through("send", server, proxy, kind, "--ca-file",
                       certificates.ca, "--proxy-ca-file", certificates.ca,
                       scheme=scheme, host="localhost")
    assert done.code == 0, done
    assert done.json["server"]["tls"] == "TLSv1.3"


def test_https_proxy_is_verified(certificates, good_pem):
    context = certificates.context(good_pem)
    with Server(Smtp()) as server:
        done = through("test", server, Connect(server.port, tls=context),
                       "https", scheme="smtps")
    assert done.code == 78, done
    assert done.json["cause"] == "proxy-tls"
    assert done.json["stage"] == "proxy"
    assert setting(done, "proxy")["verdict"] == "suspect"
    assert setting(done, "certificate")["verdict"] == "not-reached"
    assert server.received == []
    is_chain(done, "proxy", "proxy 127.0.0.1:")


# ---- logins

def basic(port):
    no = (b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
          b"Content-Length: 3\r\n\r\nno!")
    return Connect(port, [no, None])


def test_basic():
    with Server(Smtp()) as server:
        proxy = basic(server.port)
        done = through("test", server, proxy, "http", user="ann@")
    assert done.code == 0, done
    # ann:op3n:s"same
    assert proxy.heads[1][2] == \
        "Proxy-Authorization: Basic YW5uOm9wM246cyJzYW1l"
    lines = [e["line"] for e in done.json["transcript"]]
    assert "Proxy-Authorization: Basic ***" in lines
    assert any("without encryption" in line for line in lines)
    assert "YW5uOm9" not in done.out


@pytest.mark.parametrize("algorithm,function", [
    ("MD5", hashlib.md5), ("SHA-256", hashlib.sha256)])
def test_digest(algorithm, function):
    """Worked out again by other hands."""
    no = (f"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Digest realm=\"a b\", "
          f"nonce=\"n0nce\", qop=\"auth\", algorithm={algorithm}, "
          f"opaque=\"o\"\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
          f"Connection: close\r\n\r\n").encode()
    with Server(Smtp()) as server:
        proxy = Connect(server.port, [no, None])
        done = through("test", server, proxy, "http", user="ann@")
    assert done.code == 0, done
    field = proxy.heads[1][2]
    parts = dict(re.findall(r'(\w+)="?([^",]*)"?', field.split("Digest ")[1]))
    digest = lambda *p: function(":".join(p).encode()).hexdigest()
    assert parts["uri"] == f"{MAIL}:{server.port}"
    assert parts["opaque"] == "o"
    assert parts["response"] == digest(
        digest("ann", "a b", SECRET), parts["nonce"], parts["nc"],
        parts["cnonce"], parts["qop"], digest("CONNECT", parts["uri"]))


@pytest.mark.parametrize("right", [True, False])
def test_socks5_login(right):
    with Server(Smtp()) as server:
        proxy = Socks5(server.port, ("ann", SECRET if right else "other"))
        done = through("test", server, proxy, user="ann@")
    assert done.code == (0 if right else 77), done
    if not right:
        assert done.json["cause"] == "proxy-login-refused"
        assert "of ann" in done.json["message"]


def test_password_from_a_connection_file(tmp_path):
    (tmp_path / "password").write_text(SECRET)
    (tmp_path / "password").chmod(0o600)
    with Server(Smtp()) as server:
        with Server(Socks5(server.port, ("ann", SECRET))) as at:
            (tmp_path / "work.conf").write_text(
                f"[connection]\nhost = {MAIL}\nport = {server.port}\n"
                "encryption = none\n[proxy]\ntype = socks5\n"
                f"host = 127.0.0.1:{at.port}\nuse-credentials = yes\n"
                "username = ann\n"
                f"password-from = file:{tmp_path}/password\n")
            done = run("-c", tmp_path / "work.conf", "test", "--json")
            other = run("-c", tmp_path / "work.conf", "test", "--json",
                        "--proxy", f"socks5://127.0.0.1:{at.port}")
    assert done.code == 0, done
    # Another proxy than the file's gets nothing of the file's.
    assert other.code == 77, other
    assert other.json["cause"] == "proxy-login-required"


# ---- what goes wrong

def says(data):
    """Reads a little, says it, hangs up."""
    def talk(connection):
        connection.more()
        connection.send(data)
    return talk


def socks_says(*answers):
    def talk(connection):
        for answer in answers:
            connection.more()
            connection.send(answer)
    return talk


def status(line, *fields):
    return says("\r\n".join([f"HTTP/1.1 {line}", *fields, "", ""]).encode())


def greets(connection):
    connection.send("220 mail.example.com ESMTP")
    connection.drain()


WRONG = [
    ("socks5", socks_says(b"\x05\xff"), 77, "proxy-login-required", "suspect",
     "05 ff"),
    ("socks5", socks_says(b"\x05\0", b"\x05\x02\0\x01"), 69,
     "proxy-forbidden", "suspect", "05 02|02"),
    ("socks5", socks_says(b"\x05\0", b"\x05\x05\0\x01"), 75,
     "proxy-target-closed", "proven", "05"),
    ("socks5", socks_says(b"\x05\0", b"\x05\x04\0\x01"), 75,
     "proxy-target-failed", "proven", "unknown or unreachable"),
    ("socks5", socks_says(b"\x05\0", b"\x05\x01\0\x01"), 75,
     "proxy-target-failed", "proven", "could not reach"),
    ("socks4a", socks_says(b"\0\x5b\0\0\0\0\0\0"), 75, "proxy-target-failed",
     "proven", "91"),
    ("http", status("403 Forbidden"), 69, "proxy-forbidden", "suspect", "403"),
    ("http", status("407 Who?", "Proxy-Authenticate: Basic realm=x"), 77,
     "proxy-login-required", "suspect", "407"),
    ("http", status("401 Who?"), 77, "proxy-login-required", "suspect", "401"),
    ("http", status("500 Unable to connect"), 75, "proxy-target-failed",
     "proven", "500"),
    ("http", status("502 Bad Gateway"), 75, "proxy-target-failed", "proven",
     "502"),
    ("http", status("503 Down", "X-Squid-Error: ERR_DNS_FAIL 0"), 68,
     "proxy-target-unknown", "proven", "ERR_DNS_FAIL"),
    ("http", status("504 Late"), 75, "proxy-target-failed", "proven", "504"),
    ("http", says(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                  b"Content-Length: 6\r\n\r\n<html>"), 76, "proxy-kind",
     "suspect", "web page"),
    ("http", says(b"<!DOCTYPE html>\n<html>"), 76, "proxy-kind", "suspect",
     "web page"),
    ("http", greets, 76, "proxy-kind", "suspect", "is a mail server"),
    ("socks5", greets, 76, "proxy-kind", "suspect", "is a mail server"),
    ("socks5", says(b"HTTP/1.0 400 Bad Request\r\n\r\n"), 76, "proxy-kind",
     "suspect", "in HTTP, not in SOCKS"),
    ("http", says(b"\x05\xff"), 76, "proxy-kind", "suspect", "SOCKS 5"),
    ("http", says(b"\x15\x03\x03\0\x02\x02\x46"), 76, "proxy-kind", "suspect",
     "TLS"),
    ("http", says(b""), 75, "proxy-lost", "suspect", "without an answer"),
    ("socks5", says(b"\x05"), 75, "proxy-lost", "suspect", "in the midst"),
    ("https", says(b"HTTP/1.0 400 Bad Request\r\n\r\n"), 78, "proxy-tls",
     "suspect", "proxy 127.0.0.1:"),
    ("http", says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20000), 76,
     "proxy-protocol", "suspect", "does not end"),
]


@pytest.mark.parametrize("kind,talk,code,cause,verdict,words", WRONG,
                         ids=[f"{w[0]}-{w[3]}-{i}"
                              for i, w in enumerate(WRONG)])
def test_wrong(kind, talk, code, cause, verdict, words):
    with Server(Smtp()) as server:
        done = through("test", server, talk, kind)
    assert done.code == code, done
    assert done.json["stage"] == "proxy"
    assert done.json["cause"] == cause
    assert setting(done, "proxy")["verdict"] == verdict
    assert any(word in done.json["message"] for word in words.split("|")), done
    assert done.json["message"].startswith("proxy 127.0.0.1:")
    assert server.received == []
    is_chain(done, "proxy")


@pytest.mark.parametrize("kind", ["socks4a", "socks5", "http", "https"])
def test_silence(kind):
    def talk(connection):
        connection.drain()
    with Server(Smtp()) as server:
        done = through("send", server, talk, kind, "--timeout", "300ms")
    assert done.code == 75, done
    assert done.json["error"]["cause"] == "proxy-timeout"
    assert done.json["error"]["setting"] == "proxy"


@pytest.mark.parametrize("kind", ["socks5", "http", "https"])
def test_nobody_there(kind):
    port = free_port()
    done = run("test", "--json", "--server", f"smtp://{MAIL}", "--proxy",
               f"{kind}://127.0.0.1:{port}")
    assert done.code == 75, done
    assert done.json["stage"] == "proxy"
    assert done.json["cause"] == "proxy-unreachable"
    assert done.json["message"] == \
        f"proxy 127.0.0.1:{port}: connection refused"
    assert setting(done, "proxy")["verdict"] == "suspect"
    assert setting(done, "port")["verdict"] == "not-reached"


def test_proxy_not_found():
    done = run("test", "--json", "--server", "smtp://localhost", "--proxy",
               "socks5://proxy.invalid", "--timeout", "5s")
    assert done.code in (68, 75), done
    assert done.json["stage"] == "proxy"
    assert "proxy proxy.invalid:1080" in done.json["message"]


# ---- again and again

def test_wanted_steps_down_through_the_proxy(certificates):
    """STARTTLS fails: the clear conversation goes through the proxy, too."""
    with Server(Smtp({"STARTTLS": CUT}, offers=["STARTTLS"])) as server:
        proxy = Connect(server.port)
        done = through("send", server, proxy, "http", scheme="smtp")
    assert done.code == 0, done
    assert len(proxy.heads) == 2
    assert len(server.received) == 2


def test_login_goes_on_through_the_proxy():
    with Server(Smtp({"AUTH": [CUT, "235 in"]},
                     offers=["AUTH CRAM-MD5 PLAIN"])) as server:
        proxy = Socks5(server.port)
        done = through("test", server, proxy, "socks5", "--username", "bob", "--password-from", "env:P",
                       "--allow-plaintext-password")
    assert done.code == 0, done
    assert len(proxy.asked) == 2


def test_source_address():
    seen = []

    def talk(connection):
        seen.append(connection.sock.getpeername()[0])
        proxy(connection)
    with Server(Smtp()) as server:
        proxy = Socks5(server.port)
        done = through("test", server, talk, "socks5", "--source-address",
                       "127.0.0.2")
    assert done.code == 0, done
    assert seen == ["127.0.0.2"]


# ---- the command line

@pytest.mark.parametrize("url,words", [
    ("socks5://ann:s3cret@127.0.0.1", "a password in a URL"),
    ("ftp://127.0.0.1", "unknown kind"), ("127.0.0.1:1080", "no kind"),
    ("socks5://", ""), ("socks5://h:0", "")])
def test_bad_url(url, words):
    done = run("test", "--server", "smtp://localhost", "--proxy", url)
    assert done.code == 64, done
    assert words in done.err and "s3cret" not in done.err
    is_chain(done, "config", "--proxy")


def test_none_beats_the_file(tmp_path):
    with Server(Smtp()) as server:
        (tmp_path / "work.conf").write_text(
            f"[connection]\nhost = 127.0.0.1\nport = {server.port}\n"
            "encryption = none\n[proxy]\ntype = socks5\nhost = 127.0.0.1:1\n")
        with_it = run("-c", tmp_path / "work.conf", "test")
        without = run("-c", tmp_path / "work.conf", "test", "--proxy", "none")
    assert with_it.code == 75, with_it
    assert without.code == 0, without


def test_credentials_without_a_user(tmp_path):
    (tmp_path / "work.conf").write_text(
        "[connection]\nhost = localhost\n[proxy]\ntype = http\n"
        "host = localhost\nuse-credentials = yes\n")
    done = run("-c", tmp_path / "work.conf", "test")
    assert done.code == 78, done
    assert "username" in done.err


def test_no_password_for_the_proxy():
    done = run("test", "--server", "smtp://localhost", "--proxy",
               "http://ann@127.0.0.1:1")
    assert done.code == 78, done
    assert "ann at the proxy 127.0.0.1" in done.err
    assert "--proxy-password-from" in done.err


# ---- the environment

def system(server, env, host=MAIL, asked="system"):
    return run("test", "--json", "--server",
               f"smtp+none://{host}:{server.port}", "--proxy", asked, env=env)


def notes(done):
    return [e["line"] for e in done.json["transcript"] if e["dir"] == "*"]


@pytest.mark.parametrize("variable", ["all_proxy", "ALL_PROXY", "https_proxy",
                                      "HTTPS_PROXY"])
def test_system(variable):
    with Server(Smtp()) as server:
        proxy = basic(server.port)
        with Server(proxy) as at:
            done = system(server, {
                variable: f"http://ann:op3n%3As%22same@127.0.0.1:{at.port}"})
    assert done.code == 0, done
    assert len(proxy.heads) == 2
    assert notes(done)[0] == \
        f"{variable} names the proxy http://127.0.0.1, port {at.port}"
    assert "op3n" not in done.out


def test_system_only_when_asked():
    with Server(Smtp()) as server:
        env = {"all_proxy": "socks5://127.0.0.1:1",
               "https_proxy": "http://127.0.0.1:1"}
        done = run("test", "--json", "--server",
                   f"smtp+none://127.0.0.1:{server.port}", env=env)
    assert done.code == 0, done
    assert done.json["server"]["proxy"] is None
    assert setting(done, "proxy")["verdict"] == "not-used"


@pytest.mark.parametrize("env,note", [
    ({}, "all_proxy, https_proxy: none of them is set: no proxy is used"),
    ({"all_proxy": ""}, "all_proxy is empty: no proxy is used"),
    ({"all_proxy": "socks5://127.0.0.1:1", "no_proxy": "localhost"},
     "no_proxy lists the server: no proxy is used"),
    ({"all_proxy": "socks5://127.0.0.1:1", "NO_PROXY": "*"},
     "NO_PROXY lists the server: no proxy is used")])
def test_system_says_none(env, note):
    with Server(Smtp()) as server:
        done = system(server, env, "localhost")
    assert done.code == 0, done
    assert notes(done)[0] == note
    assert done.json["server"]["proxy"] is None


def test_system_is_nonsense():
    with Server(Smtp()) as server:
        done = system(server, {"all_proxy": "ftp://u:s3cret@x"})
    assert done.code == 78, done
    assert "all_proxy" in done.err and "s3cret" not in done.err


def test_people_see_the_proxy():
    with Server(Smtp()) as server:
        with Server(Socks5(server.port)) as at:
            done = run("test", "--server", f"smtp+none://{MAIL}:{server.port}",
                       "--proxy", f"socks5://127.0.0.1:{at.port}")
    assert done.code == 0, done
    assert re.search(r"^proxy +ok +[0-9.]+ ms$", done.out, re.M), done
    assert re.search(rf"^proxy: +socks5://127.0.0.1:{at.port}$", done.out, re.M)
    assert f"Connected to: {MAIL}\n" in done.out
