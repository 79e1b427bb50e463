"""An HTTP proxy of a few lines whose logins by Negotiate MIT's library judges:
it reads our SPNEGO, and proves who it is, as squid does not."""

import base64
import ctypes

import proxies

SPNEGO = b"\x2b\x06\x01\x05\x05\x02"


class Buffer(ctypes.Structure):
    _fields_ = [("length", ctypes.c_size_t), ("value", ctypes.c_void_p)]


def accept(gss, token):
    """The major status, and what is to be said."""
    minor, context = ctypes.c_uint32(), ctypes.c_void_p()
    text = ctypes.create_string_buffer(token, len(token))
    heard = Buffer(len(token), ctypes.cast(text, ctypes.c_void_p))
    said = Buffer()
    major = gss.gss_accept_sec_context(
        ctypes.byref(minor), ctypes.byref(context), None, ctypes.byref(heard),
        None, None, None, ctypes.byref(said), None, None, None)
    words = ctypes.string_at(said.value, said.length) if said.length else b""
    gss.gss_release_buffer(ctypes.byref(minor), ctypes.byref(said))
    if context:
        gss.gss_delete_sec_context(ctypes.byref(minor), ctypes.byref(context),
                                   None)
    return major & 0xffffffff, words


class Proxy:
    """spoil: what becomes of the proof; None: it is left out.  Its key is where
    the environment says."""

    def __init__(self, port, spoil=lambda proof: proof):
        self.gss = ctypes.CDLL("libgssapi_krb5.so.2")
        self.port = port
        self.spoil = spoil
        self.majors = []

    def __call__(self, c):
        token = b""
        while not token:
            head = [c.line()]
            while head[-1]:
                head.append(c.line())
            fields = dict(line.split(": ", 1) for line in head[1:-1])
            kind, _, value = fields.get("Proxy-Authorization",
                                        "None ").partition(" ")
            token = base64.b64decode(value)
            if not token:
                c.send(b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Negotiate\r\n"
                       b"Content-Length: 0\r\n\r\n")
        assert kind == "Negotiate"
        assert token[0] == 0x60 and SPNEGO in token[:16]
        major, words = accept(self.gss, token)
        self.majors.append(major)
        if major == 0:
            proof = None if self.spoil is None else self.spoil(words)
            answer = "HTTP/1.1 200 Connection established\r\n"
        else:
            proof = words
            answer = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n"
        if proof is not None:
            answer += ("Proxy-Authenticate: Negotiate "
                       f"{base64.b64encode(proof).decode()}\r\n")
        answer = (answer + "\r\n").encode()
        if major == 0:
            proxies.join(c, self.port, answer + b"+")
        else:
            c.send(answer)
            c.drain()
