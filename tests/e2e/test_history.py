"""Every test is kept, and what has changed since is told."""

import json
import re
import time

import pytest

from hostile import keeps
from posthaste import Server, Smtp, free_port, run

SECRET = "correct horse 7 battery"
DAY = 86400


def state(tmp_path):
    return {"XDG_STATE_HOME": str(tmp_path / "state"), "P": SECRET}


def try_it(tmp_path, server, *args):
    return run("test", "--server", f"smtp+none://127.0.0.1:{server.port}",
               *args, env=state(tmp_path))


def history(tmp_path, server, *args):
    done = run("test", "--history", "--server",
               f"smtp+none://127.0.0.1:{server.port}", *args,
               env=state(tmp_path))
    assert done.code == 0, done
    return done


def file_of(tmp_path, name):
    return tmp_path / "state/posthaste/tests" / name


def test_kept(tmp_path):
    smtp = Smtp(offers=["PIPELINING", "SIZE 1000", "AUTH PLAIN"])
    with Server(smtp) as server:
        assert "no test is kept" in history(tmp_path, server).out
        try_it(tmp_path, server)
        smtp.answers[""] = "554 5.7.1 no"
        assert try_it(tmp_path, server, "--no-probes").code == 69
        people = history(tmp_path, server)
        lines = history(tmp_path, server, "--json").out.splitlines()
        count = len(server.received)
    good, bad = map(json.loads, lines)
    assert count == 2  # whoever asks for the history asks no server
    assert good["ok"] is True and good["cause"] is None
    assert good["capabilities"] == ["PIPELINING", "SIZE", "AUTH", "AUTH=PLAIN"]
    assert good["timing_ms"]["total"] is not None
    assert good["timing_ms"]["proxy"] is None and good["tls"] is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", good["at"])
    assert abs(time.time() - time.mktime(time.strptime(
        good["at"], "%Y-%m-%dT%H:%M:%SZ")) + time.timezone) < 120
    assert (bad["ok"], bad["stage"], bad["cause"], bad["code"]) == \
        (False, "greeting", "greeting-refused", 554)
    rows = people.out.splitlines()
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d  ok +\d+ ms", rows[0])
    assert "greeting-refused" in rows[1]
    assert all(len(row) <= 80 for row in rows[:2]), rows
    assert "it fails since" in people.out


def test_fifty(tmp_path):
    """No more are kept, and the oldest goes."""
    with Server(Smtp()) as server:
        try_it(tmp_path, server)
        path = file_of(tmp_path, f"127.0.0.1:{server.port}")
        head, *rest = path.read_text().splitlines(True)
        one = "".join(rest)
        many = "".join(one.replace(one.split()[1], str(1000 + i))
                       for i in range(50))
        path.write_text(head + many)
        try_it(tmp_path, server)
        lines = history(tmp_path, server, "--json").out.splitlines()
        assert path.stat().st_mode & 0o777 == 0o600
    assert len(lines) == 50
    assert json.loads(lines[0])["at"] == "1970-01-01T00:16:41Z"
    assert json.loads(lines[-1])["at"] > "2026"


def age(path, days, since=None):
    """Moves what was kept so far into the past."""
    text = path.read_text()
    path.write_text(re.sub(
        r"^test (\d+)", lambda m: f"test {int(m[1]) - days * DAY}", text,
        flags=re.M))


def day_of(days):
    t = time.gmtime(time.time() - days * DAY)
    day = f"{t.tm_mday} {time.strftime('%b', t)}"
    return day if t.tm_year == time.gmtime().tm_year else \
        f"{day} {t.tm_year}"


def test_drift(tmp_path):
    smtp = Smtp(offers=["PIPELINING", "SIZE 1000"])
    folder = tmp_path / "connections"
    folder.mkdir()
    with Server(smtp) as server:
        (folder / "work.conf").write_text(
            f"[connection]\nhost = 127.0.0.1\nport = {server.port}\n"
            "encryption = none\n")
        args = ["-c", tmp_path, "-n", "work"]
        path = file_of(tmp_path, "work")
        first = run("test", "--json", *args, env=state(tmp_path))
        age(path, 3)
        smtp.offers = ["SIZE 1000", "DSN"]
        run("test", *args, env=state(tmp_path))
        age(path, 2)
        third = run("test", *args, env=state(tmp_path))
        said = run("test", "--json", *args, env=state(tmp_path)).json
        show = run("connection", "show", *args[:2], "work",
                   env=state(tmp_path))
        known = run("connection", "show", "--json", *args[:2], "work",
                    env=state(tmp_path)).json
        table = run("test", "--history", *args, env=state(tmp_path))
        forgot = run("connection", "forget", *args[:2], "work",
                     env=state(tmp_path))
    gone = f"PIPELINING is no longer offered since {day_of(2)}"
    new = f"DSN is offered since {day_of(2)}"
    assert first.json["changes"] == []
    for text in (third.out, show.out, table.out):
        assert gone in text and new in text, text
    assert said["changes"] == [gone, new]
    assert known["tests"]["changes"] == [gone, new]
    assert known["tests"]["kept"] == 4 and known["tests"]["ok"] is True
    assert known["tests"]["p50_ms"] <= known["tests"]["p90_ms"]
    assert "4 kept" in show.out and "p50 " in show.out and "p90 " in show.out
    assert forgot.code == 0 and not path.exists()


def test_certificate_ends(tmp_path, certificates):
    """Nine days before, it is told."""
    end = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(
        time.time() + 9 * DAY + 3600))
    pem = certificates.make("ends", end=end)
    with Server(Smtp(tls=certificates.context(pem), implicit=True)) as server:
        done = run("test", "--server", f"smtps://localhost:{server.port}",
                   "--ca-file", certificates.ca, env=state(tmp_path))
    assert done.code == 0, done
    assert "certificate ends in 9 days" in done.out


def test_not_kept(tmp_path):
    """Without memory nothing is written, and a damaged file stops nothing."""
    with Server(Smtp()) as server:
        try_it(tmp_path, server, "--no-memory")
        path = file_of(tmp_path, f"127.0.0.1:{server.port}")
        assert not path.exists()
        try_it(tmp_path, server)
        path.write_text("rubbish\n")
        done = try_it(tmp_path, server)
        assert done.code == 0, done
        assert (path.parent / (path.name + ".damaged")).exists()
        assert len(history(tmp_path, server, "--json").out.splitlines()) == 1


def test_no_secret_is_kept(tmp_path):
    with Server(Smtp(offers=["AUTH PLAIN"])) as server:
        done = run("test", "--server",
                   f"smtp+none://ann%40example.com@127.0.0.1:{server.port}",
                   "--password-from", "env:P", "--allow-plaintext-password",
                   env=state(tmp_path))
        assert done.code == 0, done
        text = file_of(tmp_path, f"127.0.0.1:{server.port}").read_text()
    keeps(SECRET, text)
    assert "ann" not in text and "login PLAIN" in text


def test_nobody_there(tmp_path):
    port = free_port()
    done = run("test", "--no-probes", "--server",
               f"smtp+none://127.0.0.1:{port}", env=state(tmp_path))
    assert done.code == 75
    text = file_of(tmp_path, f"127.0.0.1:{port}").read_text()
    assert "failed connect connect-refused 0" in text


@pytest.mark.parametrize("args, code", [
    (["-n", "nope"], 78), (["--server", "smtp://"], 64)])
def test_history_of_nothing(tmp_path, args, code):
    done = run("test", "--history", *args, env=state(tmp_path))
    assert done.code == code, done
    assert "advice: " in done.err
