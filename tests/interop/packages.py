"""Debian packages unpacked privately under the build folder, never installed."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Of the npm registry; versions whose own dependencies are there too.
NODEMAILER = ("smtp-server@3.21.6", "nodemailer@10.6.0")
MAILPARSER = ("mailparser@3.7.2",)
STORE = pathlib.Path(os.environ.get("POSTHASTE_PEERS", ROOT / "build" / "peers"))


@contextlib.contextmanager
def alone():
    """One process at a time: tests run side by side."""
    STORE.mkdir(parents=True, exist_ok=True)
    with open(STORE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def unpack(*names):
    """The folder that holds the packages and what they need beyond what is
    installed here.  Fetched once; a half-made folder is made again."""
    key = hashlib.sha256(" ".join(names).encode()).hexdigest()[:8]
    folder = STORE / f"{names[0]}-{key}"
    with alone():
        if not (folder / "complete").exists():
            fill(folder, names)
    return folder / "root"


def fill(folder, names):
    shutil.rmtree(folder, ignore_errors=True)
    debs = folder / "debs"
    (debs / "partial").mkdir(parents=True)
    (folder / "root").mkdir()
    fetch(debs, names)
    for deb in sorted(debs.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", deb, folder / "root"], check=True)
    shutil.rmtree(debs)
    (folder / "complete").touch()


def fetch(debs, names):
    command = [
        "apt-get", "install", "--yes", "--quiet", "--download-only",
        "--no-install-recommends", "-o", f"Dir::Cache::archives={debs}", *names,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        subprocess.run(["apt-get", "update", "--quiet"], check=True)
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"cannot fetch {names}: {done.stderr}")
    # A package that is installed here is not fetched, and need not be.
    if not list(debs.glob("*.deb")):
        raise RuntimeError(f"nothing to unpack for {names}")


def npm(*names):
    """The folder whose node_modules holds these packages of the npm registry."""
    key = hashlib.sha256(" ".join(names).encode()).hexdigest()[:8]
    folder = STORE / f"npm-{key}"
    with alone():
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            subprocess.run(
                ["npm", "install", "--silent", "--no-audit", "--no-fund",
                 "--prefix", folder, *names],
                check=True, stdin=subprocess.DEVNULL)
            (folder / "complete").touch()
    return folder
