"""Encryption as it is set: versions, names, pins, client keys, staples."""

import base64
import hashlib
import ssl
import subprocess
import warnings

import pytest

from hostile import BOB, LOGIN, attempt, judge
from posthaste import Server, Smtp


def url(server, scheme, user=""):
    return ["--server", f"{scheme}://{user}localhost:{server.port}"]


def words(server):
    return [l.split(" ")[0] for c in server.received for l in c.lines]


# ---- versions

OLD = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1}


def only(context, version):
    """As old a server as OpenSSL can still be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = version
        context.maximum_version = version
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


@pytest.mark.parametrize("version", OLD)
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize("command", ["send", "test"])
def test_old_version(version, scheme, command, certificates, good_pem):
    """Not unless it is named; then each result warns."""
    context = only(certificates.context(good_pem), OLD[version])
    to = BOB if command == "send" else []
    with Server(Smtp(tls=context, implicit=scheme == "smtps")) as server:
        ca = ["--ca-file", certificates.ca]
        usual = attempt(command, *url(server, scheme), *to, *ca)
        named = attempt(command, *url(server, scheme), *to, *ca,
                        "--tls-versions", f"{version} 1.1 1.2")
    judge(usual, 78, "tls", "tls-version", command=command)
    assert usual.json["warnings"] == []
    judge(named, 0, None, command=command)
    spoken = "TLSv1" if version == "1.0" else "TLSv1.1"
    assert named.json["server"]["tls"] == spoken
    allowed, used = named.json["warnings"]
    assert "tls-versions" in allowed and "RFC 8996" in allowed
    assert used.startswith(f"localhost:{server.port} speaks {spoken}, ")
    for warning in (allowed, used):
        assert f"posthaste: note: {command}: {warning}\n" in named.err


def test_old_version_is_warned_of_where_it_is_not_used(certificates,
                                                       good_pem):
    """And in a result that is none."""
    context = certificates.context(good_pem)
    with Server(Smtp({"MAIL": "550 5.7.1 no"}, tls=context,
                     implicit=True)) as server:
        done = attempt("send", *url(server, "smtps"), *BOB, "--ca-file",
                       certificates.ca, "--tls-versions", "1.1,1.2,1.3")
    judge(done, 69, "mail")
    assert len(done.json["warnings"]) == 1
    assert "tls-versions" in done.json["warnings"][0]


def test_quiet_does_not_leave_warnings_out_of_json():
    with Server(Smtp()) as server:
        done = attempt("send", *url(server, "smtp"), *BOB, "--quiet")
    assert done.err == ""
    assert done.json["warnings"] == [
        f"localhost:{server.port} offers no STARTTLS: going on without "
        "encryption"]


def test_people_read_warnings_in_test():
    from posthaste import run
    with Server(Smtp()) as server:
        done = run("test", *url(server, "smtp"))
    assert done.code == 0 and done.err == ""
    assert "\nwarning:        localhost:" in done.out


# ---- names and pins


@pytest.fixture(name="wrong", scope="module")
def fixture_wrong(certificates, good_pem):
    """Certificates that no authority's word makes good."""
    return {"expired": certificates.make("tls-old", end="20210101000000Z"),
            "future": certificates.make("tls-new", start="20480101000000Z"),
            "self": certificates.make("tls-self", signed=False),
            "name": certificates.make("tls-name", host="other.example.com"),
            "untrusted": good_pem}


def pin_of(pem):
    """The key's SHA-256, as openssl has it, in hex and in base64."""
    key = subprocess.run(["openssl", "x509", "-in", pem, "-noout", "-pubkey"],
                         check=True, capture_output=True).stdout
    der = base64.b64decode(b"".join(key.splitlines()[1:-1]))
    digest = hashlib.sha256(der).digest()
    return digest.hex(), base64.b64encode(digest).decode()


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_another_name(scheme, wrong, certificates):
    context = certificates.context(wrong["name"])
    asked = []
    context.sni_callback = lambda sock, name, ctx: asked.append(name)
    ca = ["--ca-file", certificates.ca]
    with Server(Smtp(tls=context, implicit=scheme == "smtps")) as server:
        usual = attempt("send", *url(server, scheme), *BOB, *ca)
        right = attempt("send", *url(server, scheme), *BOB, *ca,
                        "--verify-name", "other.example.com")
        other = attempt("send", *url(server, scheme), *BOB, *ca,
                        "--verify-name", "localhost.example.com")
    judge(usual, 78, "tls", "cert-name")
    assert "for other.example.com, not for localhost\n" in usual.err
    assert "--verify-name" in usual.json["error"]["advice"]
    judge(right, 0, None)
    judge(other, 78, "tls", "cert-name")
    assert "for other.example.com, not for localhost.example.com\n" in other.err
    assert asked == ["localhost"] * 3


KINDS = ["expired", "future", "self", "name", "untrusted"]


@pytest.mark.parametrize("kind", KINDS)
def test_pinned_key_is_enough(kind, wrong, certificates):
    hexed, based = pin_of(wrong[kind])
    none = "0" * 64
    with Server(Smtp(tls=certificates.context(wrong[kind]), implicit=True,
                     offers=["AUTH PLAIN"])) as server:
        colons = ":".join(hexed[i:i + 2] for i in range(0, 64, 2))
        for pins in (["--pin", hexed], ["--pin", based], ["--pin", colons],
                     ["--pin", none, "--pin", hexed],
                     ["--pin", f"{hexed.upper()} {none}"],
                     ["--pin", f"{none},{based}", "--verify", "pin"]):
            # Somebody known, and trusted with the password.
            done = attempt("send", *url(server, "smtps"), *BOB, *LOGIN, *pins)
            judge(done, 0, None)
        done = attempt("send", *url(server, "smtps"), *BOB, *LOGIN, "--pin",
                       none, "--pin", "1" * 64)
    judge(done, 78, "tls", "cert-pin")
    for told in (hexed, none, "1" * 64):
        assert told in done.json["error"]["message"]


def test_expired_tells_both_clocks(wrong, certificates):
    with Server(Smtp(tls=certificates.context(wrong["expired"]),
                     implicit=True)) as server:
        done = attempt("send", *url(server, "smtps"), *BOB, "--ca-file",
                       certificates.ca)
    judge(done, 78, "tls", "cert-expired")
    assert "expired on 2021-01-01T00:00:00Z, and this computer's clock says " \
        "20" in done.err


def test_own_authority_is_named(wrong, certificates, tmp_path):
    other = tmp_path / "other.pem"
    other.write_text((wrong["self"].parent / "crt").read_text())
    with Server(Smtp(tls=certificates.context(wrong["untrusted"]),
                     implicit=True)) as server:
        done = attempt("send", *url(server, "smtps"), *BOB, "--ca-file", other)
    judge(done, 78, "tls", "cert-untrusted")
    assert f'"CN=Test CA", which leads to no authority in {other} (' in done.err


def test_own_authorities(certificates, good_pem, tmp_path):
    """Several in a file, before and after the right one; a folder of them by
    their hashes; and what is none of these."""
    other = certificates.make("tls-other-authority", signed=False)
    alien = (other.parent / "crt").read_text()
    ours = certificates.ca.read_text()
    files = {"first": ours + alien, "last": "Words before it.\n" + alien +
             "and between\n" + ours}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "ours.pem").write_text(ours)
    subprocess.run(["openssl", "rehash", folder], check=True,
                   capture_output=True)
    (tmp_path / "junk").write_text("no certificate\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    with Server(Smtp(tls=certificates.context(good_pem),
                     implicit=True)) as server:
        for place in ("first", "last", "folder"):
            done = attempt("send", *url(server, "smtps"), *BOB, "--ca-file",
                           tmp_path / place)
            judge(done, 0, None)
        # They stand in for the system's, and do not add to them.
        done = attempt("send", *url(server, "smtps"), *BOB, "--ca-file",
                       empty)
        judge(done, 78, "tls", "cert-untrusted")
        assert f"leads to no authority in {empty}" in done.err
        heard = len(server.received)
        for place, words in (("junk", "junk: no certificate in PEM format"),
                             ("none", "none: no such file")):
            done = attempt("send", *url(server, "smtps"), *BOB, "--ca-file",
                           tmp_path / place)
            judge(done, 78, "config", "config")
            assert words in done.err
        assert len(server.received) == heard


def test_self_signed_is_named(wrong, certificates):
    """And one may be trusted by itself."""
    crt = wrong["self"].parent / "crt"
    with Server(Smtp(tls=certificates.context(wrong["self"]),
                     implicit=True)) as server:
        done = attempt("send", *url(server, "smtps"), *BOB, "--ca-file",
                       certificates.ca)
        judge(done, 78, "tls", "cert-self-signed")
        assert "the certificate is self-signed (CN=localhost) and is not in " \
            f"{certificates.ca}\n" in done.err
        done = attempt("send", *url(server, "smtps"), *BOB, "--ca-file", crt)
    judge(done, 0, None)


def test_future_tells_both_clocks(wrong, certificates):
    with Server(Smtp(tls=certificates.context(wrong["future"]),
                     implicit=True)) as server:
        done = attempt("send", *url(server, "smtps"), *BOB, "--ca-file",
                       certificates.ca)
    judge(done, 78, "tls", "cert-not-yet-valid")
    assert "is not valid before 2048-01-01T00:00:00Z, and this computer's " \
        "clock says 20" in done.err
