"""make bench: Posthaste beside its peers, in one run, alternating.

Each line: bench NAME ours=VALUE peer=PEER:VALUE ratio=R goal=G ok|short.
VALUEs are medians; a ratio above its goal (or, where small is good, below) is
ok.  Processes that talk to each other are pinned to different cores."""

import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("BUILD", TOP / "build"))
sys.path[:0] = [str(HERE), str(TOP / "tests" / "interop")]

import delay_line
import packages

POSTHASTE = pathlib.Path(os.environ.get("POSTHASTE", BUILD / "posthaste"))
LOAD = BUILD / "tests" / "bench" / "load"
CURL_LOOP = BUILD / "tests" / "bench" / "curl_loop"
CORES = sorted(os.sched_getaffinity(0))
ROUNDS = int(os.environ.get("ROUNDS", "9"))
SHORT = []


def say(name, ours, peer, theirs, ratio, goal, small_is_good=False):
    good = ratio <= goal if small_is_good else ratio >= goal
    print(f"bench {name} ours={ours:.4g} peer={peer}:{theirs:.4g} "
          f"ratio={ratio:.3f} goal={'<=' if small_is_good else '>='}{goal} "
          f"{'ok' if good else 'short'}", flush=True)
    if not good:
        SHORT.append(name)


def pinned(core, *command):
    return ["taskset", "--cpu-list", str(CORES[core % len(CORES)]),
            *map(str, command)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    def __init__(self, command, port, host="127.0.0.1"):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.port = port
        if host:
            end = time.monotonic() + 20
            while socket.socket().connect_ex((host, port)) != 0:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{command[0]} did not start")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()


def postfix_tool(name):
    root = packages.unpack("postfix")
    libs = root / "usr" / "lib" / "postfix"
    os.environ["LD_LIBRARY_PATH"] = f"{libs}:{root / 'usr/lib/x86_64-linux-gnu'}"
    return root / "usr" / "sbin" / name


def smtp_sink(port, *options):
    tool = postfix_tool("smtp-sink")
    return Process(pinned(1, tool, "-u", "root", *options,
                          f"127.0.0.1:{port}", "1000"), port)


def our_sink(port, *options):
    return Process(pinned(1, POSTHASTE, "sink", "--quiet", "--listen",
                          f"127.0.0.1:{port}", *options), port)


def wall(command):
    begin = time.perf_counter()
    done = subprocess.run([str(part) for part in command], env=quiet_env(),
                          stdin=subprocess.DEVNULL, capture_output=True)
    took = time.perf_counter() - begin
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stdout} {done.stderr}")
    return took, done.stdout.decode()


def lone(core, command):
    """Milliseconds from the start of the program to its end.  It inherits the
    core from here: another program in between would be measured too."""
    nothing = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0)
               for fd in (0, 1, 2)]
    program = shutil.which(str(command[0]))
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {CORES[core % len(CORES)]})
    try:
        begin = time.perf_counter()
        pid = os.posix_spawn(program, [str(part) for part in command],
                             quiet_env(), file_actions=nothing)
        _, status = os.waitpid(pid, 0)
        took = time.perf_counter() - begin
    finally:
        os.sched_setaffinity(0, everywhere)
    if status != 0:
        raise RuntimeError(f"{command[0]} ended with status {status}")
    return took * 1000


def quiet_env():
    return dict(os.environ, XDG_CONFIG_HOME="/nonexistent")


def alternate(rounds, *measures):
    """Medians of each, measured in turns."""
    values = [[] for _ in measures]
    for _ in range(rounds):
        for kept, measure in zip(values, measures):
            kept.append(measure())
    return [statistics.median(kept) for kept in values]


def message_file(folder, octets):
    path = folder / f"message-{octets}"
    line = b"x" * 70 + b"\r\n"
    path.write_bytes(b"From: load@example.com\r\nTo: sink@example.com\r\n"
                     b"Subject: load\r\n\r\n" + line * (octets // len(line)))
    return path


def start(folder):
    """One message of 4 KiB, from the start of the program to its end."""
    message = message_file(folder, 4096)
    port = free_port()
    ours = [POSTHASTE, "send", "--server", f"smtp+none://127.0.0.1:{port}",
            "--from", "load@example.com", "--to", "sink@example.com",
            "--raw", message]
    curl = ["curl", "--silent", "--url", f"smtp://127.0.0.1:{port}",
            "--mail-from", "load@example.com", "--mail-rcpt",
            "sink@example.com", "--upload-file", message]
    swaks = ["swaks", "--silent", "3", "--server", f"127.0.0.1:{port}",
             "--from", "load@example.com", "--to", "sink@example.com",
             "--data", f"@{message}"]
    with smtp_sink(port):
        values = alternate(ROUNDS * 3, *[
            (lambda c=command: lone(0, c)) for command in (ours, curl, swaks)])
    say("start-ms", values[0], "curl", values[1], values[0] / values[1], 1.3, True)
    say("start-ms", values[0], "swaks", values[2], values[0] / values[2], 0.2, True)


def session(folder):
    """20,000 messages of 4 KiB to smtp-sink: libcurl, smtp-source."""
    count, size = 20000, 4096
    port = free_port()
    source = postfix_tool("smtp-source")

    def ours(sessions):
        return count / float(wall(pinned(
            0, LOAD, "127.0.0.1", port, sessions, count, size))[1])

    def theirs(sessions):
        return count / wall(pinned(
            0, source, "-d", "-s", sessions, "-m", count, "-l", size,
            "-f", "load@example.com", "-t", "sink@example.com",
            f"127.0.0.1:{port}"))[0]

    def curl():
        return count / float(wall(pinned(
            0, CURL_LOOP, f"smtp://127.0.0.1:{port}", count, size))[1])

    with smtp_sink(port):
        mine, other = alternate(min(ROUNDS, 5), lambda: ours(1), curl)
        say("session-libcurl-per-s", mine, "libcurl", other, mine / other, 5)
        for sessions in (1, 4, 20):
            mine, other = alternate(ROUNDS, lambda: ours(sessions),
                                    lambda: theirs(sessions))
            say(f"sessions-{sessions}-per-s", mine, "smtp-source", other,
                mine / other, 1)


def delay(folder):
    """120 messages of 4 KiB over a line of 50 ms each way."""
    count, size, port = 120, 4096, 2525
    line = delay_line.DelayLine(0.050)
    sink = line.command(1, str(POSTHASTE), "sink", "--quiet", "--listen",
                        f"{line.far}:{port}")
    try:
        with Process(sink, port, host=None):
            def reach():
                probe = line.command(0, sys.executable, "-c",
                    f"import socket;socket.create_connection(('{line.far}',{port}),5)")
                return subprocess.run(probe, stderr=subprocess.DEVNULL).returncode

            for _ in range(50):
                if reach() == 0:
                    break

            def ours(*mode):
                return float(wall(line.command(0, str(LOAD), line.far, str(port),
                                               "1", str(count), str(size), *mode))[1])

            def curl():
                return float(wall(line.command(
                    0, str(CURL_LOOP), f"smtp://{line.far}:{port}", str(count),
                    str(size)))[1])

            data, chunking, other = alternate(
                5, lambda: ours("data"), ours, curl)
    finally:
        line.close()
    say("delay-data-s", data, "libcurl", other, other / data, 3.7)
    say("delay-chunking-s", chunking, "libcurl", other, other / chunking,
        max(3.7, other / data))


def big(folder):
    """A 500 MiB attachment, composed and sent."""
    size = 500 * 1024 * 1024
    attachment = folder / "attachment.bin"
    with open(attachment, "wb") as out:
        block = os.urandom(1024 * 1024)
        for _ in range(size // len(block)):
            out.write(block)
    port = free_port()
    ready = folder / "ready.eml"
    make_ready(attachment, ready)
    url = f"smtp://127.0.0.1:{port}"
    common = ["--mail-from", "load@example.com", "--mail-rcpt", "sink@example.com"]
    ours = [POSTHASTE, "send", "--quiet", "--server", f"smtp+none://127.0.0.1:{port}",
            "--from", "load@example.com", "--to", "sink@example.com",
            "--text", "see attachment", "--attach", attachment]
    form = ["curl", "--silent", "--url", url, *common, "-F", "=see attachment",
            "-F", f"file=@{attachment};encoder=base64"]
    upload = ["curl", "--silent", "--url", url, *common, "--upload-file", ready]
    with smtp_sink(port):
        values = alternate(5, *[(lambda c=command: wall(pinned(0, *c))[0])
                                for command in (ours, form, upload)])
        peak = peak_memory(ours)
    say("big-compose-s", values[0], "curl-F", values[1], values[1] / values[0], 4)
    say("big-compose-s", values[0], "curl-T", values[2], values[2] / values[0], 1)
    say("big-memory-MiB", peak, "limit", 32, peak, 32, True)


def make_ready(attachment, ready):
    import base64
    with open(ready, "wb") as out, open(attachment, "rb") as data:
        out.write(b"From: load@example.com\r\nSubject: big\r\nMIME-Version: 1.0\r\n"
                  b"Content-Type: application/octet-stream\r\n"
                  b"Content-Transfer-Encoding: base64\r\n\r\n")
        while chunk := data.read(57 * 18000):
            out.write(base64.encodebytes(chunk).replace(b"\n", b"\r\n"))


def peak_memory(command):
    """The largest resident size, in MiB, as the kernel counts it.  That of
    wait4 is no less than ours: the child began as a copy."""
    program = subprocess.Popen([str(part) for part in command], env=quiet_env(),
                               stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
    peak = 0
    while program.poll() is None:
        with open(f"/proc/{program.pid}/status", encoding="ascii") as status:
            peak = max([peak] + [int(line.split()[1]) for line in status
                                 if line.startswith("VmHWM")])
    if program.returncode != 0:
        raise RuntimeError(f"{command[0]} failed")
    return peak / 1024


MEASURES = {m.__name__: m for m in (start, session, delay, big)}


def main():
    only = os.environ.get("ONLY") or None
    if only and only not in MEASURES:
        sys.exit(f"ONLY is one of: {' '.join(MEASURES)}")
    with tempfile.TemporaryDirectory(prefix="posthaste-bench-") as folder:
        for name, measure in MEASURES.items():
            if only in (None, name):
                measure(pathlib.Path(folder))
    if SHORT:
        print(f"short of the goal: {' '.join(SHORT)}")


if __name__ == "__main__":
    main()
