"""aiosmtpd as a server whose messages lie in a folder, byte for byte."""

import itertools
import os
import pathlib
import ssl

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

import servers


class Handler:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.numbers = itertools.count(1)
        self.envelopes = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 5.7.1 not here"
        if address.startswith("later@"):
            return "450 4.2.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        name = f"{next(self.numbers):06}"
        part = self.folder.parent / "tmp" / name
        part.write_bytes(envelope.original_content)
        os.rename(part, self.folder / name)
        return "250 2.0.0 OK"


class Aiosmtpd:
    """STARTTLS and, unless login is None, PLAIN and LOGIN."""

    def __init__(self, state, certificate=None, login=None):
        self.state = pathlib.Path(state)
        for sub in ("new", "tmp"):
            (self.state / sub).mkdir(parents=True, exist_ok=True)
        self.mail = servers.Folder(self.state / "new")
        self.handler = Handler(self.mail.path)
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
        self.starttls = self.plain = servers.free_port()
        self.controller = Controller(
            self.handler, hostname="127.0.0.1", port=self.starttls,
            enable_SMTPUTF8=True, decode_data=False, tls_context=context,
            authenticator=self.check if login else None,
            auth_required=bool(login), auth_require_tls=True,
            data_size_limit=100 * 1024 * 1024)
        self.login = login
        self.controller.start()

    def check(self, server, session, envelope, mechanism, data):
        good = (isinstance(data, LoginPassword)
                and data.login.decode() == self.login[0]
                and data.password.decode() == self.login[1])
        return AuthResult(success=good, handled=False)

    def close(self):
        self.controller.stop()
        self.mail.close()
