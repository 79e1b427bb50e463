"""A Kerberos of the test's own: a configuration, a KDC that never answers, and
tickets that nobody gave."""

import socket
import struct
import threading
import time


def text(octets):
    return struct.pack(">I", len(octets)) + octets


def principal(realm, *names):
    return struct.pack(">II", 1, len(names)) + text(realm) + \
        b"".join(text(name) for name in names)


def cache(path, owner=b"ann", realm=b"EXAMPLE.COM", left=36000):
    """A credential cache (MIT's format 4) with a ticket-granting ticket that
    looks good from here: it ends in so many seconds."""
    client = principal(realm, owner)
    now = int(time.time())
    key = struct.pack(">H", 18) + text(b"k" * 32)
    times = struct.pack(">IIII", now - 60, now - 60, now + left, 0)
    path.write_bytes(
        b"\x05\x04\0\0" + client + client +
        principal(realm, b"krbtgt", realm) + key + times +
        b"\0" + struct.pack(">I", 0x40e00000) + struct.pack(">II", 0, 0) +
        # Ticket ::= [APPLICATION 1], which only the KDC can read.
        text(b"\x61\x53\x30\x51\xa0\x03\x02\x01\x05\xa1\x0d\x1b\x0b" + realm +
             b"\xa2\x20\x30\x1e\xa0\x03\x02\x01\x02\xa1\x17\x30\x15\x1b\x06"
             b"krbtgt\x1b\x0b" + realm +
             b"\xa3\x19\x30\x17\xa0\x03\x02\x01\x12\xa2\x10\x04\x0e" +
             b"x" * 14) + text(b""))
    return path


def configure(path, kdc, realm="EXAMPLE.COM"):
    path.write_text(f"""[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 udp_preference_limit = 1
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{kdc}
 }}
[domain_realm]
 localhost = {realm}
""")
    return path


class SilentKdc:
    """Takes connections and says nothing.  asked is set by the first."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.asked = threading.Event()
        self.held = []
        self.thread = threading.Thread(target=self.hold, daemon=True)
        self.thread.start()

    def hold(self):
        while True:
            try:
                self.held.append(self.listener.accept()[0])
            except OSError:
                return
            self.asked.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)
        for sock in self.held:
            sock.close()
