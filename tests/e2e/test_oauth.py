"""Signing in with OAuth2: the device-code flow, fresh tokens in time, and what
goes wrong at a token server."""

import base64
import json
import os
import pathlib
import re
import signal
import stat
import subprocess

import time

import pytest

import oauth
from oauth import CLIENT, Gate, TokenServer
from proxies import Connect, Socks4, Socks5
from posthaste import PROGRAM, WAIT, Server, Smtp, free_port, is_chain, run

ANN = "ann@example.com"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
MESSAGE = ["--from", ANN, "bob@example.com", "--text", "hi"]


class Desk:
    """A configuration with one connection, `work`, whose tokens come from a
    server of the test's own."""

    def __init__(self, folder, certificates, tokens, port=1):
        self.folder = folder
        self.ca = certificates.ca
        self.secrets = folder / "secrets"
        self.kept = self.secrets / "work@token"
        self.settings = {
            "connection": {"host": "localhost", "port": port,
                           "encryption": "before-connect"},
            "authentication": {"username": ANN, "password-from": "oauth"},
            "encryption": {"ca-file": self.ca},
            "oauth": {"client-id": CLIENT, "scope": "mail",
                      "device-endpoint": tokens.url("/device"),
                      "token-endpoint": tokens.url("/token"),
                      "ca-file": self.ca},
        }
        (folder / "connections").mkdir()
        self.write()

    def write(self, **changes):
        """Sets `section__key=value`; None takes a setting out."""
        for name, value in changes.items():
            section, key = name.split("__")
            self.settings[section][key.replace("_", "-")] = value
        text = "".join(
            f"[{section}]\n" + "".join(
                f"{key} = {value}\n" for key, value in keys.items()
                if value is not None)
            for section, keys in self.settings.items())
        (self.folder / "connections" / "work.conf").write_text(text)

    def run(self, command, *args, code=0, **kwargs):
        done = run(command, "-c", self.folder, *args, **kwargs)
        assert code is None or done.code == code, done
        assert "hush-" not in done.out + done.err, done
        assert "-hush" not in done.out + done.err, done
        return done

    def login(self, *args, **kwargs):
        return self.run("login", "work", *args, **kwargs)

    def send(self, *args, **kwargs):
        return self.run("send", "-n", "work", *MESSAGE, *args, **kwargs)

    def values(self):
        lines = self.kept.read_text().splitlines()
        return dict(line.split(" ", 1) for line in lines[1:])

    def change(self, **values):
        """As time would: access_ends=..."""
        text = self.kept.read_text()
        for key, value in values.items():
            key = key.replace("_", "-")
            text, count = re.subn(rf"^{key} .*$", f"{key} {int(value)}", text,
                                  flags=re.M)
            assert count == 1
        self.kept.write_text(text)

    def age(self, left=-10):
        """The token was taken an hour ago and is good for so many seconds."""
        now = time.time()
        self.change(access_taken=now - 3600, access_ends=now + left)

    def files(self):
        return sorted(os.listdir(self.secrets)) if self.secrets.exists() \
            else []


@pytest.fixture
def tokens(certificates, good_pem):
    with TokenServer(certificates.context(good_pem)) as server:
        yield server


@pytest.fixture
def desk(tmp_path, certificates, tokens):
    return Desk(tmp_path, certificates, tokens)


@pytest.fixture
def mail(certificates, good_pem, desk, tokens):
    """A mail server that takes the newest token only."""
    gate = Gate(lambda user, token: user == ANN and
                token == tokens.access_tokens[-1])
    talk = Smtp({"AUTH": gate}, offers=["AUTH XOAUTH2 OAUTHBEARER PLAIN"],
                tls=certificates.context(good_pem), implicit=True)
    with Server(talk) as server:
        server.gate = gate
        desk.write(connection__port=server.port)
        yield server


# ---- login


def test_device_flow(desk, tokens):
    tokens.says("/token", oauth.error("authorization_pending"),
                oauth.error("slow_down"), None)
    start = time.monotonic()
    done = desk.login()
    # 1 s, 1 s, and then the 6 s that slow_down makes of it
    assert time.monotonic() - start >= 8
    assert tokens.url("/go") + "\n" in done.out
    assert "    BDWP-HQPK\n" in done.out
    assert ANN in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines()[:16]), done
    assert stat.S_IMODE(desk.kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.secrets.stat().st_mode) == 0o700
    assert desk.files() == ["work@token"]
    kept = desk.values()
    assert kept["refresh-token"] in tokens.refresh_tokens
    assert kept["access-token"] == tokens.access_tokens[-1]
    assert abs(int(kept["access-ends"]) - time.time() - 3600) < 60
    assert desk.kept.read_text().startswith("localhost\n")
    path, first = tokens.requests[0]
    assert path == "/device"
    assert first == {"client_id": CLIENT, "scope": "mail"}
    polls = tokens.asked(DEVICE)
    assert len(polls) == 3
    assert set(polls[0]) == {"grant_type", "client_id", "device_code"}


def test_device_flow_json(desk, tokens):
    tokens.more = {"refresh_token_expires_in": 86400}
    done = desk.login("--json")
    code, stored = map(json.loads, done.out.splitlines())
    assert code == {
        "event": "code", "name": "work", "page": tokens.url("/go"),
        "page_complete": tokens.url("/go?code=BDWP-HQPK"),
        "user_code": "BDWP-HQPK", "expires_in": 600}
    assert stored["ok"] is True and stored["event"] == "stored"
    assert stored["name"] == "work" and stored["host"] == "localhost"
    assert stored["password_from_set"] is False
    assert stored["token"]["refreshes"] is True
    for key in ("access_ends", "consented", "consent_ends"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
                            stored["token"][key])
    # it ends within a week: said at once
    assert "the sign-in ends" in done.err
    assert "posthaste login work" in done.err


def test_login_is_used(desk, tokens):
    """A connection that names no source uses what was got; one that names
    another is left as it is, and that is said."""
    desk.write(authentication__password_from=None)
    done = desk.login()
    assert "password-from = oauth" in done.out
    text = (desk.folder / "connections" / "work.conf").read_text()
    assert "password-from = oauth\n" in text
    desk.write(authentication__password_from="env:NAME")
    done = desk.login()
    assert "password-from names another source" in done.err


def test_no_refresh_token(desk, tokens):
    tokens.gives_refresh = False
    done = desk.login()
    assert "no refresh token came" in done.err
    desk.age()
    done = desk.send(code=77)
    is_chain(done, "auth", "no refresh token came with it")


REFUSED = {
    "denied": (oauth.error("access_denied", "Ann said no"), 77, "auth",
               'access_denied "Ann said no"'),
    "declined": (oauth.error("authorization_declined"), 77, "auth",
                 "authorization_declined"),
    "expired": (oauth.error("expired_token"), 75, "auth",
                "nobody entered the code BDWP-HQPK"),
    "unknown": (oauth.error("invalid_client", status=401), 78, "auth",
                "invalid_client"),
    "a hotel": (oauth.html(), 76, "auth", "not a JSON object"),
    "endless": (oauth.endless, 76, "auth", "longer than any such answer"),
    "elsewhere": (oauth.redirect("/elsewhere"), 76, "auth",
                  "points elsewhere"),
    "no token": (lambda h: h.say(200, {"token_type": "Bearer"}), 76, "auth",
                 "no access_token"),
    "another type": (lambda h: h.say(200, {"token_type": "mac",
                                           "access_token": "x-hush"}),
                     76, "auth", "token_type is not Bearer"),
    "a line in it": (lambda h: h.say(200, {"token_type": "Bearer",
                                           "access_token": "x\r\n-hush"}),
                     76, "auth", "characters that no token has"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_device_refused(name, desk, tokens):
    """The code is out, and then nothing comes of it; nothing is stored."""
    answer, code, stage, words = REFUSED[name]
    tokens.says("/token", answer)
    done = desk.login(code=code)
    is_chain(done, stage, f"localhost:{tokens.port}"
             if name != "expired" else "BDWP", words)
    assert desk.files() == []
    assert len(tokens.requests) == 2


@pytest.mark.parametrize("name", ["unknown", "a hotel", "endless",
                                  "elsewhere"])
def test_no_code(name, desk, tokens):
    answer, code, stage, words = REFUSED[name]
    tokens.says("/device", answer)
    done = desk.login(code=code)
    is_chain(done, stage, words)
    assert len(tokens.requests) == 1
    failed = json.loads(desk.login("--json", code=code).out)
    assert failed["ok"] is False
    assert failed["error"]["setting"] == "token"


def test_polls_survive_a_bad_minute(desk, tokens):
    """A server that is busy or hangs up is asked again, and less often."""
    tokens.says("/token", oauth.html(503), oauth.hang_up, None)
    desk.login()
    assert len(tokens.asked(DEVICE)) == 3


def test_code_ends(desk, tokens):
    tokens.code_lifetime = 3
    tokens.says("/token", oauth.error("authorization_pending"))
    done = desk.login(code=75)
    is_chain(done, "auth", "nobody entered the code BDWP-HQPK")
    assert 1 <= len(tokens.asked(DEVICE)) <= 3
    tokens.says("/token", oauth.html(503))
    is_chain(desk.login(code=75), "auth", "HTTP 503")
    assert desk.files() == []


def test_redirect_takes_no_secret_along(desk, tokens, certificates, good_pem):
    with TokenServer(certificates.context(good_pem)) as other:
        for status in (301, 302, 303, 307, 308):
            tokens.says("/device", oauth.redirect(other.url("/device"),
                                                  status))
            desk.login(code=76)
        assert other.requests == []


def test_hanging(desk, tokens):
    desk.write(connection__timeout="1s")
    tokens.says("/device", oauth.hanging)
    done = desk.login(code=75)
    is_chain(done, "auth", f"localhost:{tokens.port}", "no answer in time")


def test_content_type_does_not_matter(desk, tokens):
    tokens.says("/token", lambda h: h.say(200, tokens.grant(), "text/plain"))
    desk.login()
    assert desk.files() == ["work@token"]


def test_untrusted(desk, tokens, certificates, tmp_path):
    """No secret goes to a server that cannot show who it is."""
    desk.write(oauth__ca_file=None)
    done = desk.login(code=78)
    is_chain(done, "auth", f"localhost:{tokens.port}", "certificate")
    assert "oauth.ca-file" in done.err
    other = certificates.context(certificates.make("tokens", "t.example"))
    with TokenServer(other) as named:
        desk.write(oauth__ca_file=certificates.ca,
                   oauth__device_endpoint=named.url("/device"))
        is_chain(desk.login(code=78), "auth", f"localhost:{named.port}")
        assert tokens.requests == named.requests == []


def test_not_reached(desk, tokens):
    port = free_port()
    desk.write(oauth__device_endpoint=f"https://localhost:{port}/device")
    done = desk.login(code=75)
    is_chain(done, "auth", f"localhost:{port}", "connection refused")
    desk.write(oauth__device_endpoint="https://no.such.host.invalid/device")
    is_chain(desk.login(code=75), "auth", "no.such.host.invalid",
             "cannot be looked up")


def test_proxy_only_when_asked(desk, tokens):
    """Whoever sets a variable does not get the refresh token; with [proxy]
    type = system it is the way."""
    dead = f"http://127.0.0.1:{free_port()}"
    env = {"https_proxy": dead, "HTTPS_PROXY": dead, "ALL_PROXY": dead}
    desk.login(env=env)
    desk.settings["proxy"] = {"type": "system"}
    desk.write()
    is_chain(desk.login(env=env, code=75), "auth", "localhost")


BASIC = b"HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"x\"\r\n" \
    b"Content-Length: 0\r\n\r\n"
FORBIDDEN = b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def through(desk, tokens):
    """`work` signs in for itself, and its proxy is the one given."""
    def settle(kind, port, **more):
        desk.settings["proxy"] = {"type": kind, "host": "localhost",
                                  "port": port, **more}
        desk.write(oauth__grant="client-credentials")
        # Neither what the environment says of a proxy nor of none counts.
        dead = f"http://127.0.0.1:{free_port()}"
        return {"https_proxy": dead, "ALL_PROXY": dead, "no_proxy": "*",
                "PROXY": "hush-proxy"}
    return settle


LOGIN = {"use-credentials": "yes", "username": "pat",
         "password-from": "env:PROXY"}


@pytest.mark.parametrize("kind", ["socks5", "socks4", "socks4a"])
def test_through_socks(desk, tokens, through, kind):
    """The name goes to the proxy, where its kind carries names."""
    port = int(tokens.url("").rsplit(":", 1)[1])
    talk = Socks5(port, ("pat", "hush-proxy")) if kind == "socks5" else \
        Socks4(port)
    with Server(talk) as proxy:
        env = through(kind, proxy.port, **(LOGIN if kind == "socks5" else {}))
        desk.login(env=env)
    host = "127.0.0.1" if kind == "socks4" else "localhost"
    assert [a[:2] for a in talk.asked] == [(host, port)]
    assert len(tokens.requests) == 1


@pytest.mark.parametrize("kind", ["http", "https"])
def test_through_connect(desk, tokens, through, kind, certificates, good_pem):
    """The form is seen by the server alone; the password by a proxy that asks
    for it."""
    port = int(tokens.url("").rsplit(":", 1)[1])
    talk = Connect(port, [BASIC, None],
                   tls=certificates.context(good_pem) if kind == "https"
                   else None)
    more = {"ca-file": desk.ca} if kind == "https" else {}
    with Server(talk) as proxy:
        desk.login(env=through(kind, proxy.port, **LOGIN, **more))
    assert len(talk.heads) == 2
    for head in talk.heads:
        assert head[0] == f"CONNECT localhost:{port} HTTP/1.1"
    assert not any("uthorization" in line for line in talk.heads[0])
    assert any(line == "Proxy-Authorization: Basic " +
               base64.b64encode(b"pat:hush-proxy").decode()
               for line in talk.heads[1])


def test_proxy_says_no(desk, tokens, through, certificates, good_pem):
    """Each by its name: wants a login, refuses one, does not let through, is
    not the one it should be, is not there."""
    port = int(tokens.url("").rsplit(":", 1)[1])
    with Server(Connect(port, [BASIC])) as proxy:
        env = through("http", proxy.port)
        is_chain(desk.login(env=env, code=77), "proxy", "wants a login")
        env = through("http", proxy.port, **LOGIN)
        is_chain(desk.login(env=env, code=77), "proxy",
                 f"localhost:{proxy.port}", "refused the login as pat")
    with Server(Connect(port, [FORBIDDEN])) as proxy:
        env = through("http", proxy.port)
        is_chain(desk.login(env=env, code=75), "auth", "403",
                 f"through the proxy localhost:{proxy.port}")
    for login in {}, LOGIN:
        with Server(Socks5(port, ("pat", "other"))) as proxy:
            env = through("socks5", proxy.port, **login)
            is_chain(desk.login(env=env, code=77), "proxy",
                     "refused the login" if login else "wants a login")
    with Server(Connect(port, tls=certificates.context(good_pem))) as proxy:
        env = through("https", proxy.port)
        is_chain(desk.login(env=env, code=78), "auth", "certificate")
    env = through("http", free_port())
    is_chain(desk.login(env=env, code=75), "auth", "connection refused",
             "through the proxy")
    assert tokens.requests == []


def test_system_proxy_as_for_mail(desk, tokens):
    """all_proxy goes before https_proxy, and no_proxy has networks."""
    port = int(tokens.url("").rsplit(":", 1)[1])
    talk = Connect(port)
    dead = f"http://127.0.0.1:{free_port()}"
    desk.settings["proxy"] = {"type": "system"}
    desk.write(oauth__grant="client-credentials")
    with Server(talk) as proxy:
        env = {"all_proxy": f"http://127.0.0.1:{proxy.port}",
               "https_proxy": dead}
        desk.login(env=env)
        assert len(talk.heads) == 1
        desk.login(env={**env, "no_proxy": f"localhost:{port}"})
        desk.login(env={**env, "no_proxy": "localhost:1", "NO_PROXY": "*"})
        assert len(talk.heads) == 2


class AnySocks5(Socks5):
    """To wherever it is asked for."""

    @property
    def port(self):
        return self.asked[-1][1]

    @port.setter
    def port(self, _):
        pass


def test_sent_through_proxy(desk, tokens, mail, through):
    """The token and the mail by the same way; a password that can be read once
    is read once."""
    talk = AnySocks5(0, ("pat", "hush-proxy"))
    with Server(talk) as proxy:
        env = through("socks5", proxy.port, **{**LOGIN,
                                               "password-from": "fd:0"})
        desk.send(env=env, stdin=b"hush-proxy\n")
    port = int(tokens.url("").rsplit(":", 1)[1])
    assert talk.asked == [("localhost", port), ("localhost", mail.port)]
    assert [r[0] for r in tokens.requests] == ["/token"]


MISSING = {
    "client-id": ({"oauth__client_id": None}, "no client-id",
                  "register one with who runs the server"),
    "of microsoft": ({"oauth__client_id": None,
                      "oauth__provider": "microsoft"},
                     "no client-id", "entra.microsoft.com"),
    "of google": ({"oauth__client_id": None, "oauth__provider": "google"},
                  "no client-id", "console.cloud.google.com"),
    "endpoint": ({"oauth__token_endpoint": None}, "whose sign-in",
                 "oauth.token-endpoint=URL"),
    "device endpoint": ({"oauth__device_endpoint": None},
                        "no device-endpoint", "--refresh-token-from"),
    "yahoo": ({"oauth__device_endpoint": None, "oauth__token_endpoint": None,
               "oauth__provider": "yahoo"}, "no device-endpoint",
              "app password"),
    "user name": ({"authentication__username": None}, "no user name",
                  "username=ADDRESS"),
    "in clear": ({"oauth__token_endpoint": "http://login.example.com/"},
                 "token-endpoint = http://login.example.com/", "advice"),
    "client secret": ({"oauth__client_secret_from": "stored"},
                      "no client secret",
                      "posthaste secret set work --for oauth-client"),
}


@pytest.mark.parametrize("name", MISSING)
def test_missing(name, desk, tokens):
    changes, words, advice = MISSING[name]
    desk.write(**changes)
    done = desk.login(code=78)
    is_chain(done, "config", words)
    assert advice in done.err, done
    assert tokens.requests == []


def start_login(desk, *args):
    return subprocess.Popen(
        [PROGRAM, "login", "-c", desk.folder, "work", *args],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number, desk, tokens):
    tokens.says("/token", oauth.error("authorization_pending"))
    process = start_login(desk, "--json")
    assert json.loads(process.stdout.readline())["event"] == "code"
    process.send_signal(number)
    out, err = process.communicate(timeout=WAIT)
    assert process.returncode == 75, err
    assert "interrupted before anybody consented" in err
    assert json.loads(out)["error"]["cause"] == "interrupted"
    assert desk.files() == []


def test_terminal(desk, tokens):
    """On a terminal it is seen that something is waited for."""
    import pty
    tokens.says("/token", oauth.error("authorization_pending"), None)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "login", "-c", desk.folder, "work"], stderr=slave,
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
    os.close(slave)
    seen = b""
    try:
        while True:
            seen += os.read(master, 4096)
    except OSError:
        pass
    os.close(master)
    process.communicate(timeout=WAIT)
    assert process.returncode == 0
    assert re.search(rb"\rwaiting: (10:00|9:59) left", seen), seen


def test_client_secret(desk, tokens):
    tokens.secret = "s3cret-hush"
    is_chain(desk.login(code=78), "auth", "invalid_client")
    desk.write(oauth__client_secret_from="env:SECRET")
    # the server repeats what it was given, which is shown to nobody
    is_chain(desk.login(code=78, env={"SECRET": "wrong-hush"}), "auth",
             "invalid_client")
    desk.login(env={"SECRET": "s3cret-hush"})
    assert tokens.asked(DEVICE)[-1]["client_secret"] == "s3cret-hush"


def test_refresh_token_from(desk, tokens):
    tokens.refresh_tokens["refresh-0-hush"] = True
    desk.write(oauth__device_endpoint=None)
    desk.login("--refresh-token-from", "env:TOKEN",
               env={"TOKEN": "refresh-0-hush"})
    assert tokens.refresh_tokens[desk.values()["refresh-token"]]
    tokens.rotates = False
    token = desk.values()["refresh-token"]
    desk.login("--refresh-token-from", "env:TOKEN", env={"TOKEN": token})
    assert desk.values()["refresh-token"] == token
    is_chain(desk.login("--refresh-token-from", "env:TOKEN", code=77,
                        env={"TOKEN": "nobody-hush"}), "auth",
             "invalid_grant")
    is_chain(desk.login("--refresh-token-from", "env:TOKEN", code=64,
                        env={"TOKEN": "two words-hush"}), "config",
             "no token")
    is_chain(desk.login("--refresh-token-from", "token-hush", code=64),
             "config", "takes prompt")


def test_prompt_can_be_left(desk, tokens):
    """Ctrl-C where the refresh token is asked for ends the program at once."""
    import pty
    pid, master = pty.fork()
    if pid == 0:
        os.execve(PROGRAM, [PROGRAM, "login", "-c", str(desk.folder), "work",
                            "--refresh-token-from", "prompt"],
                  {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
    seen = b""
    while b"oken for" not in seen:
        seen += os.read(master, 4096)
    os.write(master, b"\x03")
    _, status = os.waitpid(pid, 0)
    os.close(master)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT
    assert desk.files() == [] and tokens.requests == []


def test_usage(desk):
    for args in ([], ["work", "token-hush"]):
        done = run("login", "-c", desk.folder, *args)
        assert done.code == 64
        assert "-hush" not in done.err
    assert desk.run("login", "home", code=78)


# ---- a fresh token


def test_send(desk, mail, tokens):
    desk.login()
    desk.send()
    desk.send()
    assert [seen[0] for seen in mail.gate.seen] == ["OAUTHBEARER"] * 2
    # the kept one was good: nobody was asked
    assert tokens.asked("refresh_token") == []


@pytest.mark.parametrize("left", [-10, 200, 290])
def test_refreshed_in_time(left, desk, mail, tokens):
    """Within five minutes of its end; and the new refresh token is on disk
    before the new access token is used."""
    desk.login()
    desk.age(left)
    old = desk.values()["refresh-token"]
    on_disk = []
    is_good = mail.gate.is_good

    def look(user, token):
        on_disk.append(desk.values())
        return is_good(user, token)

    mail.gate.is_good = look
    desk.send()
    assert [form["refresh_token"]
            for form in tokens.asked("refresh_token")] == [old]
    assert on_disk[0]["refresh-token"] != old
    assert on_disk[0]["access-token"] == mail.gate.seen[0][2]
    assert tokens.refresh_tokens[on_disk[0]["refresh-token"]]
    assert desk.files() == ["work@token"]


def test_not_refreshed_too_soon(desk, mail, tokens):
    desk.login()
    desk.age(400)
    desk.send()
    assert tokens.asked("refresh_token") == []


def test_without_rotation(desk, mail, tokens):
    tokens.rotates = False
    desk.login()
    token = desk.values()["refresh-token"]
    for _ in range(2):
        desk.age()
        desk.send()
    assert desk.values()["refresh-token"] == token


def test_many_at_once(desk, mail, tokens):
    """One of them asks, and all have the new token.  A refresh token that was
    used twice would have ended the consent."""
    desk.login()
    desk.age()
    together = [subprocess.Popen(
        [PROGRAM, "send", "-c", desk.folder, "-n", "work", *MESSAGE],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
        for _ in range(8)]
    for process in together:
        err = process.communicate(timeout=WAIT)[1]
        assert process.returncode == 0, err
    assert len(tokens.asked("refresh_token")) == 1
    assert len({seen[2] for seen in mail.gate.seen}) == 1
    assert tokens.refresh_tokens[desk.values()["refresh-token"]]
    assert desk.files() == ["work@token"]


def test_interrupted_refresh(desk, mail, tokens):
    """Ctrl-C after the form went out: the answer is stored before the program
    ends, since the old refresh token is worth nothing any more."""
    desk.login()
    desk.age()
    old = desk.values()["refresh-token"]
    holder = []

    def late(handler):
        process = holder[0]
        process.send_signal(signal.SIGINT)
        tokens.give_token(handler, tokens.asked("refresh_token")[-1])

    tokens.says("/token", late)
    with tokens.lock:       # until the process is known
        holder.append(subprocess.Popen(
            [PROGRAM, "send", "-c", desk.folder, "-n", "work", *MESSAGE],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}))
    holder[0].communicate(timeout=WAIT)
    assert holder[0].returncode == -signal.SIGINT
    assert desk.values()["refresh-token"] != old
    assert tokens.refresh_tokens[desk.values()["refresh-token"]]
    assert desk.files() == ["work@token"]
    tokens.says("/token", None)
    desk.send()


def test_consent_ended(desk, mail, tokens):
    desk.login()
    desk.age()
    tokens.says("/token", oauth.error("invalid_grant",
                                      "AADSTS70043: expired"))
    done = desk.send("--json", code=77)
    is_chain(done, "auth", f"the consent for {ANN} ended", "AADSTS70043")
    assert "advice: run posthaste login work" in done.err
    assert done.json["error"]["cause"] == "token-ended"
    assert done.json["error"]["setting"] == "token"
    done = desk.run("test", "-n", "work", "--json", code=77)
    assert done.json["cause"] == "token-ended"
    suspects = [s["setting"] for s in done.json["settings"]
                if s["verdict"] == "suspect"]
    assert suspects == ["token"]
    assert mail.received == []


DOWN = {
    "busy": (oauth.html(503), 75),
    "too many": (oauth.error("slow", status=429), 75),
    "hang-up": (oauth.hang_up, 75),
    "hanging": (oauth.hanging, 75),
    "a hotel": (oauth.html(), 76),
    "elsewhere": (oauth.redirect("https://localhost/"), 76),
    "endless": (oauth.endless, 76),
}


@pytest.mark.parametrize("name", DOWN)
def test_token_server_down(name, desk, mail, tokens):
    """With a token that has ended, later; with one that is good for some
    seconds more, it is used."""
    answer, code = DOWN[name]
    desk.write(connection__timeout="1s")
    desk.login()
    tokens.says("/token", answer)
    desk.age()
    is_chain(desk.send(code=code), "auth", f"localhost:{tokens.port}")
    assert mail.received == []
    desk.age(120)
    desk.send()


def test_refused_token(desk, mail, tokens):
    """The mail server takes the old one no more: one fresh one is fetched, one
    more try is made, and no third."""
    desk.login()
    desk.change(access_taken=time.time() - 600)
    tokens.access_tokens.append("another")
    desk.send()
    assert len(tokens.asked("refresh_token")) == 1
    assert mail.gate.seen[-1][2] == desk.values()["access-token"]
    assert len(mail.received) == 2

    mail.gate.is_good = lambda user, token: False
    for command in (["send", "-n", "work", *MESSAGE], ["test", "-n", "work"]):
        mail.received.clear()
        desk.change(access_taken=time.time() - 600)
        before = len(tokens.asked("refresh_token"))
        done = desk.run(*command, code=77)
        is_chain(done, "auth", "535")
        assert len(tokens.asked("refresh_token")) == before + 1
        assert len(mail.received) == 2
        # the newest is not a minute old: another would fare no better
        mail.received.clear()
        desk.run(*command, code=77)
        assert len(tokens.asked("refresh_token")) == before + 1
        assert len(mail.received) == 1


def test_refused_and_remembered(desk, mail, tokens):
    """Where refused logins are counted, a fresh token is tried all the same;
    but the next run counts every one of them, until somebody signs in anew."""
    env = {"XDG_STATE_HOME": str(desk.folder / "state")}
    tries = mail.gate.seen

    def forget_time():
        desk.change(access_taken=time.time() - 600,
                    consented=time.time() - 600)

    desk.login()
    forget_time()
    tokens.access_tokens.append("another")
    desk.send(env=env)
    # by both mechanisms, and then with a fresh token
    assert len(tries) == 3 and len(tokens.asked("refresh_token")) == 1
    mail.gate.is_good = lambda user, token: False
    forget_time()
    tries.clear()
    desk.send(code=77, env=env)
    assert len(tries) == 4 and len(tokens.asked("refresh_token")) == 2
    forget_time()
    tries.clear()
    is_chain(desk.send(code=77, env=env), "auth", "nothing was tried")
    assert tries == []
    mail.gate.is_good = lambda user, token: True
    desk.login(env=env)
    desk.send(env=env)
    assert len(tries) == 1


def test_refused_and_ended(desk, mail, tokens):
    desk.login()
    desk.change(access_taken=time.time() - 600)
    mail.gate.is_good = lambda user, token: False
    tokens.says("/token", oauth.error("invalid_grant"))
    done = desk.send(code=77)
    is_chain(done, "auth", "the consent for")
    assert "posthaste login work" in done.err


def test_client_credentials(desk, mail, tokens):
    tokens.secret = "s3cret-hush"
    desk.write(oauth__grant="client-credentials",
               oauth__client_secret_from="env:SECRET",
               oauth__device_endpoint=None)
    env = {"SECRET": "s3cret-hush"}
    # nobody has to sign in first
    desk.send(env=env)
    assert tokens.asked()[0] == {
        "grant_type": "client_credentials", "client_id": CLIENT,
        "client_secret": "s3cret-hush", "scope": "mail"}
    desk.send(env=env)
    assert len(tokens.asked()) == 1
    # and with login it is proved
    done = desk.login(env=env)
    assert "signed in" not in done.out
    assert len(tokens.asked()) == 2
    desk.age()
    desk.send(env=env)
    assert len(tokens.asked()) == 3
    assert mail.gate.seen[-1][2] == desk.values()["access-token"]


def test_client_credentials_without_a_place(desk, mail, tokens):
    """A server whose configuration is not its own to write asks each time."""
    desk.write(oauth__grant="client-credentials")
    desk.secrets.write_text("not a folder")
    desk.send()
    desk.send()
    assert len(tokens.asked()) == 2


# ---- what is kept


def test_nobody_signed_in(desk, tokens):
    done = desk.send(code=78)
    is_chain(done, "config", "nobody has signed in")
    assert "advice: posthaste login work" in done.err
    assert tokens.requests == []


@pytest.mark.parametrize("change", [
    {"connection__host": "127.0.0.1"},
    {"authentication__username": "bob@example.com"},
    {"oauth__client_id": "another"},
    {"oauth__token_endpoint": "https://elsewhere.example.com/token"},
])
def test_bound(change, desk, mail, tokens):
    """The tokens are for the settings they were got for, and go nowhere
    else."""
    desk.login()
    count = len(tokens.requests)
    desk.write(**change)
    done = desk.send(code=78)
    is_chain(done, "config", "was for another host, user name")
    assert "posthaste login work" in done.err
    assert mail.received == [] and len(tokens.requests) == count


def test_damaged_and_open(desk, tokens):
    desk.login()
    text = desk.kept.read_text()
    desk.kept.write_text(text[:-20])
    is_chain(desk.send(code=78), "config", "damaged")
    desk.kept.write_text(text)
    desk.kept.chmod(0o644)
    is_chain(desk.send(code=78), "config", "open to others")


def test_show_list_forget(desk, tokens):
    done = desk.run("connection", "show", "work")
    assert "none is stored: posthaste login work" in done.out
    assert desk.run("connection", "show", "work",
                    "--json").json["token"] is None
    tokens.more = {"refresh_token_expires_in": 90 * 86400}
    desk.login()
    done = desk.run("connection", "show", "work")
    assert re.search(r"^token: +ends \S+Z, in (59|60) min$", done.out, re.M)
    assert re.search(r"^that ends: +\S+Z, in (89|90) days$", done.out, re.M)
    assert desk.run("connection", "show", "work",
                    "--json").json["token"]["refreshes"] is True
    listed = desk.run("secret", "list", "--json").json["secrets"]
    assert listed == [{"name": "work", "for": "token", "host": "localhost"}]
    desk.run("secret", "set", "work", "--for", "token", code=64)
    desk.run("secret", "forget", "work", "--for", "token")
    assert desk.files() == []
    done = desk.run("secret", "forget", "work", "--for", "token", code=78)
    assert "posthaste login work" in done.err
    desk.login()
    done = desk.run("connection", "remove", "work")
    assert "its stored token is removed" in done.err
    assert desk.files() == []


def test_test_tells(desk, mail, tokens):
    tokens.more = {"refresh_token_expires_in": 3 * 86400}
    desk.login()
    done = desk.run("test", "-n", "work")
    assert re.search(r"^token: +ends ", done.out, re.M)
    assert done.out.splitlines()[-1] == "Connected to: localhost"
    assert "the sign-in ends" in done.err
    found = desk.run("test", "-n", "work", "--json").json
    assert found["ok"] is True
    assert found["token"]["consent_ends"] is not None
    assert found["server"]["mechanism"] == "OAUTHBEARER"


# ---- tokens from elsewhere, and none


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("source", ["command", "file", "env", "fd"])
def test_token_from_elsewhere(mechanism, source, desk, mail, tokens):
    """Where only mechanisms by token are allowed, what is given is one."""
    tokens.access_tokens.append("elsewhere-hush")
    path = desk.folder / "token"
    path.write_text("elsewhere-hush\n")
    path.chmod(0o600)
    reader, writer = os.pipe()
    os.write(writer, b"elsewhere-hush\n")
    os.close(writer)
    word = {"command": f"command:cat {path}", "file": f"file:{path}",
            "env": "env:TOKEN", "fd": f"fd:{reader}"}[source]
    desk.write(authentication__password_from=word,
               authentication__mechanisms=mechanism, oauth__client_id=None)
    desk.send(env={"TOKEN": "elsewhere-hush"}, pass_fds=[reader])
    os.close(reader)
    assert mail.gate.seen == [(mechanism, ANN, "elsewhere-hush")]
    assert tokens.requests == []


def test_password_is_no_token(desk, mail):
    """And where others are allowed too, it is a password, which no mechanism
    by token sees."""
    desk.write(authentication__password_from="env:TOKEN")
    mail.talk.answers["AUTH"] = "235 2.7.0 in"
    desk.send(env={"TOKEN": "word"})
    auth = [line for line in mail.received[0].lines
            if line.startswith("AUTH")]
    assert len(auth) == 1 and auth[0].startswith("AUTH PLAIN")


def loaded(*args, **kwargs):
    env = {"LD_DEBUG": "files", **kwargs.pop("env", {})}
    return run(*args, env=env, **kwargs).err



def test_libcurl_is_loaded_on_need(desk, mail, tokens):
    """Not for a login by password, nor for a token that is still good."""
    desk.login()
    args = ["send", "-c", desk.folder, "-n", "work", *MESSAGE]
    assert "libcurl" not in loaded(*args)
    desk.age()
    assert "libcurl" in loaded(*args)
    assert len(mail.received) == 2


def by_library(desk, *args):
    build = pathlib.Path(os.environ["POSTHASTE_BUILD"])
    done = subprocess.run(
        [build / "tests" / "unit" / "lib" / "send_by_name", desk.folder,
         "work", *args], capture_output=True, text=True, timeout=WAIT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}, check=False)
    assert "-hush" not in done.stdout + done.stderr
    return done.stdout.splitlines()


def test_library(desk, mail, tokens):
    """The same by libposthaste: kept, renewed in time, renewed once where the
    server takes one no more, given by the caller."""
    assert by_library(desk)[0] == "config"
    desk.login()
    assert by_library(desk)[0] == "ok"
    desk.age()
    assert by_library(desk)[0] == "ok"
    assert len(tokens.asked("refresh_token")) == 1
    desk.change(access_taken=time.time() - 600)
    tokens.access_tokens.append("another")
    assert by_library(desk)[0] == "ok"
    assert len(tokens.asked("refresh_token")) == 2
    tokens.says("/token", oauth.error("invalid_grant"))
    desk.age()
    status, text = by_library(desk)
    assert status == "login"
    assert text.startswith(f"the consent for {ANN} ended")
    tokens.access_tokens.append("own-hush")
    assert by_library(desk, "own-hush")[0] == "ok"
    assert mail.gate.seen[-1] == ("XOAUTH2", ANN, "own-hush")
