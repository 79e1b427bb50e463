"""The tools that judge and install must not err on the easy side."""

import importlib.machinery
import importlib.util
import os
import subprocess
import xml.etree.ElementTree as xml

import pytest

import laws

TOOLS = laws.ROOT / "tools"


def load(name):
    loader = importlib.machinery.SourceFileLoader(name, str(TOOLS / name))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


# ---- check

UNIT = [
    ("OK", "5 passed, 0 failed\n", (1, 0, 0)),
    ("OK", "no count of its own\n", (1, 0, 0)),
    ("FAIL", "4 passed, 1 failed\n", (0, 1, 0)),
    # It says all is well and dies: of a sanitizer, say, at its end.
    ("FAIL", "5 passed, 0 failed\n", (0, 1, 0)),
    ("TIMEOUT", "", (0, 1, 0)),
    ("ERROR", "", (0, 1, 0)),
    ("SKIP", "", (0, 0, 1)),
    # It counts a skip: that must be seen, though the rest passed.
    ("OK", "5 passed, 0 failed, 2 skipped\n", (1, 0, 1)),
]


@pytest.mark.parametrize("result,stdout,want", UNIT)
def test_programs_are_counted(result, stdout, want):
    check = load("check")
    tally = check.Tally()
    check.unit_result(tally, {"name": "x", "result": result,
                              "stdout": stdout})
    assert (tally.passed, tally.failed, tally.skipped) == want
    assert len(tally.notes) == want[1] + want[2]


CASES = [
    ("<testcase name='a'/>", (1, 0, 0)),
    ("<testcase name='a'><failure message='m'>t</failure></testcase>",
     (0, 1, 0)),
    ("<testcase name='a'><error message='m'/></testcase>", (0, 1, 0)),
    ("<testcase name='a'><skipped message='m'/></testcase>", (0, 0, 1)),
]


@pytest.mark.parametrize("text,want", CASES)
def test_cases_are_counted(text, want):
    check = load("check")
    tally = check.Tally()
    check.case_result(tally, xml.fromstring(text))
    assert (tally.passed, tally.failed, tally.skipped) == want


def test_suites_have_names():
    check = load("check")
    assert check.choose(["unit", "laws"], [], ["laws"]) == ["unit"]
    with pytest.raises(SystemExit):
        check.choose(["unit"], ["unti"], [])


# ---- rewrap

WRAPS = [
    ["short"],
    ["/* " + "word " * 15 + "word */"],
    ["\t/* " + "word " * 20 + "*/", "\tint x;"],
    ["/* " + "word " * 17 + "word", "   and more", "", "   last. */", "int y;"],
    ["int x; /* " + "word " * 16 + "*/"],
    ['char *s = "/* ' + "word " * 20 + '";'],
]


@pytest.mark.parametrize("lines", WRAPS)
def test_comments_are_broken(lines):
    rewrap = load("rewrap")
    fresh = rewrap.rewrap(lines)
    assert " ".join(fresh).split() == " ".join(lines).split()
    if lines[0].startswith("char"):
        assert fresh == lines
    else:
        assert all(rewrap.width(line) <= 80 for line in fresh)
    assert "*/" not in [line.strip() for line in fresh]
    assert rewrap.rewrap(fresh) == fresh


# ---- setup

STUB = """#!/bin/sh
echo "$(basename "$0") $*" >>"$LOG"
"""


def run_setup(tmp_path, stubs, *args):
    """Runs tools/setup where only these commands exist; what they were asked."""
    log = tmp_path / "log"
    log.touch()
    place = tmp_path / "bin"
    place.mkdir()
    for name in ["bash", "grep", "sort", "basename", "env", "cat", "sh",
                 "touch"]:
        (place / name).symlink_to(f"/usr/bin/{name}")
    for name, body in stubs.items():
        (place / name).write_text(STUB + body)
        (place / name).chmod(0o755)
    done = subprocess.run(
        [str(TOOLS / "setup"), *args], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
        env={"PATH": str(place), "LOG": str(log), "STATE": str(tmp_path)})
    return done, [line for line in log.read_text().splitlines()
                  if line.startswith(("apt", "sudo"))]


# Knows of no package until apt-get has installed "them".
NOTHING = {
    "dpkg-query": 'if [ -e "$STATE/installed" ]; then\n'
                  'for p in "$@"; do echo "installed $p"; done; fi\n',
    "id": "echo 0\n",
    "apt-cache": 'test -e "$STATE/updated"\n',
    "apt-get": 'case "$*" in *update*) touch "$STATE/updated";;\n'
               '*install*) touch "$STATE/installed";\n'
               "for c in gcc ninja pkg-config; do\n"
               'printf "#!/bin/sh\\n" >"$STATE/bin/$c"; done;\n'
               '/usr/bin/chmod 755 "$STATE"/bin/*;; esac\n',
}


def test_setup_installs_what_is_missing(tmp_path):
    done, asked = run_setup(tmp_path, NOTHING, "build")
    assert done.returncode == 0, done.stdout
    assert [a.split()[0] for a in asked] == ["apt-cache", "apt-get",
                                             "apt-get"]
    assert "update" in asked[1] and "install" in asked[2]
    for package in ("gcc", "ninja-build", "libuv1-dev", "libgmime-3.0-dev"):
        assert package in asked[2].split()
    assert "not installed: " in done.stdout


def test_setup_does_not_update_in_vain(tmp_path):
    (tmp_path / "updated").touch()
    done, asked = run_setup(tmp_path, NOTHING, "build")
    assert done.returncode == 0
    assert [a.split()[0] for a in asked] == ["apt-cache", "apt-get"]


def test_setup_says_so_without_root(tmp_path):
    done, asked = run_setup(tmp_path, dict(NOTHING, id="echo 1000\n"), "build")
    assert done.returncode == 77
    assert "as root" in done.stdout and "libuv1-dev" in done.stdout
    assert asked == []


def test_setup_uses_sudo(tmp_path):
    stubs = dict(NOTHING, id="echo 1000\n", sudo='exec "$@"\n')
    done, asked = run_setup(tmp_path, stubs, "build")
    assert done.returncode == 0, done.stdout
    assert any(a.startswith("sudo env") and "install" in a for a in asked)


def test_setup_notices_what_did_not_help(tmp_path):
    stubs = {"apt-get": "true\n"}
    done, _ = run_setup(tmp_path, dict(NOTHING, **stubs), "build")
    assert done.returncode == 69
    assert "still not there" in done.stdout


def test_setup_leaves_alone_what_is_there():
    done = subprocess.run([str(TOOLS / "setup")], stdout=subprocess.PIPE,
                          text=True, check=False, timeout=10,
                          env=dict(os.environ))
    assert (done.returncode, done.stdout) == (0, "")


def test_setup_knows_its_groups():
    done = subprocess.run([str(TOOLS / "setup"), "everything"],
                          stderr=subprocess.PIPE, check=False)
    assert done.returncode == 64
