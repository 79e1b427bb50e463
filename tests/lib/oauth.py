"""An OAuth2 authorization server for tests (RFC 6749, 8628), and a mail server
that takes its tokens."""

import base64
import http.server
import itertools
import json
import threading
import urllib.parse

from posthaste import WAIT

CLIENT = "posthaste-test"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = WAIT

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.owner.strays.append(self.path)
        self.say(404, "")

    def do_POST(self):
        owner = self.server.owner
        length = int(self.headers["Content-Length"])
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode(),
                                           strict_parsing=True))
        assert self.headers["Content-Type"] == \
            "application/x-www-form-urlencoded"
        with owner.lock:
            owner.requests.append((self.path, form))
            answer = owner.next_answer(self.path)
        if answer is not None:
            answer(self)
        elif self.path == "/device":
            owner.give_code(self, form)
        elif self.path == "/token":
            owner.give_token(self, form)
        else:
            self.say(404, "")

    def say(self, status, body, kind="application/json", headers=()):
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def html(status=200):
    return lambda h: h.say(status, "<html>Sign in to the hotel</html>",
                           "text/html")


def error(name, words=None, status=400):
    body = {"error": name}
    if words:
        body["error_description"] = words
    return lambda h: h.say(status, body)


def redirect(url, status=307):
    return lambda h: h.say(status, "", headers=[("Location", url)])


def endless(h):
    h.send_response(200)
    h.end_headers()
    try:
        while True:
            h.wfile.write(b" " * 65536)
    except OSError:
        h.close_connection = True


def hanging(h):
    """Says nothing until the client is gone."""
    h.connection.settimeout(WAIT)
    h.connection.recv(1)
    h.close_connection = True


def hang_up(h):
    h.close_connection = True


class TokenServer:
    """Every refresh token is good for one use, and one that is used twice ends
    the consent, as real servers take that for theft."""

    def __init__(self, context=None, secret=None):
        self.lock = threading.Lock()
        self.requests = []
        self.strays = []
        self.failures = []
        self.answers = {}       # by path, used up in turn; None: as usual
        self.secret = secret
        self.interval = 1
        self.code_lifetime = 600
        self.lifetime = 3600
        self.more = {}          # what else stands in an answer with tokens
        self.rotates = True
        self.gives_refresh = True
        self.numbers = itertools.count(1)
        self.device_codes = set()
        self.refresh_tokens = {}    # token: still good
        self.access_tokens = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.server.daemon_threads = True
        self.server.owner = self
        self.server.handle_error = lambda *_: None
        self.scheme = "http"
        if context is not None:
            self.scheme = "https"
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True,
                do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={"poll_interval": 0.05},
                                       daemon=True)
        self.thread.start()

    def url(self, path, host="localhost"):
        return f"{self.scheme}://{host}:{self.port}{path}"

    def next_answer(self, path):
        answers = self.answers.get(path, [])
        if not answers:
            return None
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def says(self, path, *answers):
        """The last one stays."""
        with self.lock:
            self.answers[path] = list(answers)

    def asked(self, grant=None):
        with self.lock:
            return [form for path, form in self.requests if path == "/token"
                    and (grant is None or form["grant_type"] == grant)]

    def knows(self, handler, form):
        if form.get("client_id") == CLIENT and \
                form.get("client_secret") == self.secret:
            return True
        handler.say(401, {"error": "invalid_client",
                          "error_description": "who is "
                          + form.get("client_secret", "that") + "?"})
        return False

    def give_code(self, handler, form):
        if not self.knows(handler, form):
            return
        code = f"device-{next(self.numbers)}-hush"
        self.device_codes.add(code)
        handler.say(200, {
            "device_code": code, "user_code": "BDWP-HQPK",
            "verification_uri": self.url("/go"),
            "verification_uri_complete": self.url("/go?code=BDWP-HQPK"),
            "expires_in": self.code_lifetime, "interval": self.interval})

    def grant(self, refresh=True):
        """Tokens as an answer has them."""
        number = next(self.numbers)
        access = f"access-{number}-hush"
        self.access_tokens.append(access)
        answer = {"access_token": access, "token_type": "Bearer",
                  "expires_in": self.lifetime, **self.more}
        if refresh and self.gives_refresh:
            token = f"refresh-{number}-hush"
            self.refresh_tokens[token] = True
            answer["refresh_token"] = token
        return answer

    def give_token(self, handler, form):
        kind = form["grant_type"]
        if not self.knows(handler, form):
            return
        with self.lock:
            if kind == "client_credentials":
                answer = self.grant(refresh=False)
            elif kind == "refresh_token":
                answer = self.refresh(form["refresh_token"])
            else:
                assert kind == \
                    "urn:ietf:params:oauth:grant-type:device_code"
                known = form["device_code"] in self.device_codes
                self.device_codes.discard(form["device_code"])
                answer = self.grant() if known else None
        if answer is None:
            handler.say(400, {"error": "invalid_grant"})
        else:
            handler.say(200, answer)

    def refresh(self, token):
        if not self.refresh_tokens.get(token):
            if token in self.refresh_tokens:
                self.refresh_tokens = dict.fromkeys(self.refresh_tokens,
                                                    False)
            return None
        if not self.rotates:
            return self.grant(refresh=False)
        self.refresh_tokens[token] = False
        return self.grant()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(WAIT)
        assert not self.strays, self.strays


def token_of(mechanism, response):
    """The user and the token of a first response, strictly."""
    text = base64.b64decode(response, validate=True).decode()
    if mechanism == "XOAUTH2":
        user, token, *rest = text.split("\x01")
        assert rest == ["", ""], text
        assert user.startswith("user="), text
        user = user[5:]
    else:
        assert mechanism == "OAUTHBEARER", mechanism
        header, *fields = text.split("\x01")
        assert fields[-2:] == ["", ""], text
        assert header.startswith("n,a=") and header.endswith(","), text
        user = header[4:-1]
        token = next(f for f in fields if f.startswith("auth="))
    assert token.startswith("auth=Bearer "), text
    return user, token[12:]


class Gate:
    """AUTH of a posthaste.Smtp: takes the tokens that is_good(user, token)
    takes, and answers others as RFC 7628 3.2.2 says."""

    def __init__(self, is_good):
        self.is_good = is_good
        self.seen = []

    def __call__(self, connection, line):
        _, mechanism, *initial = line.split(" ")
        if not initial:
            connection.send("334 ")
            initial = [connection.line()]
        user, token = token_of(mechanism.upper(), initial[0])
        self.seen.append((mechanism, user, token))
        if self.is_good(user, token):
            connection.send("235 2.7.0 in")
            return True
        told = json.dumps({"status": "invalid_token", "schemes": "bearer",
                           "scope": "mail"})
        connection.send("334 " + base64.b64encode(told.encode()).decode())
        connection.line()
        connection.send("535 5.7.8 not you")
        return True
