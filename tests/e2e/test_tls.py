"""Encryption as it is set: versions, names, pins, client certificates, staples."""

import ssl
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
