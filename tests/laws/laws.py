"""The laws of the house, each a function that takes the root of a tree and
yields what offends, as "file:line: what".  test_laws.py holds each to this tree,
and to small bad ones that it must notice."""

import pathlib
import re
import subprocess

import csource

# As pure as the others, and a floor above them: made of the settings of
# connections, and of what a server says.
UPPER = ["foreign", "discover", "inject"]

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 1000
PARAMETERS_MAX = 6
COMPLEXITY_MAX = 20
NESTING_MAX = 4
COLUMNS_MAX = 80

BANNED = """strcpy strcat strncpy sprintf vsprintf strtok strtok_r atoi atol atoll
    atof gets gmtime localtime asctime ctime alloca system popen mktemp tmpnam
    """.split()

# What a pure room may include of the system without being named in floors: the
# language, without what opens, waits, reads clocks or asks the locale.
HEADERS = """assert.h errno.h inttypes.h limits.h math.h stdalign.h stdarg.h
    stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h strings.h""".split()

# And what of those headers it may not call all the same.
IMPURE = """fopen fdopen freopen fclose fread fwrite fgets fputs fputc puts putchar
    printf fprintf vprintf vfprintf perror getchar fflush remove rename tmpfile
    getenv secure_getenv setenv unsetenv putenv exit _exit rand srand random
    srandom rand_r time clock_gettime gettimeofday getrandom""".split()

# The room mail re-encodes through GMime streams: memory only.
C_DIRS = ("include", "src", "tests", "examples")


def files(root, *dirs, suffixes=(".c", ".h")):
    for name in dirs:
        for path in sorted((root / name).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


def rooms(root):
    return sorted(p.name for p in (root / "src").iterdir() if p.is_dir())


def where(root, path, line):
    return f"{path.relative_to(root)}:{line}"


def read(path):
    return path.read_text(errors="replace")


# ---- floors

def table(root):
    """room -> (rooms, headers), in the order of the file."""
    found = {}
    for line in read(root / "tests/laws/floors").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        left, _, right = line.partition(" /")
        room, *below = left.split()
        found[room] = (below, right.split())
    return found


def pure(root):
    """The rooms below io, without the modules, each of which knows a library."""
    found = []
    for room in table(root):
        if room == "io":
            break
        if not (root / "src" / room / "module.c").exists():
            found.append(room)
    return found


def floors_are_a_stack(root):
    """A room may only name rooms above it in the file: no circles."""
    seen = []
    flat = set(pure(root)) - set(UPPER)
    for room, (below, _) in table(root).items():
        for other in below:
            if other not in seen:
                yield f"tests/laws/floors: {room} names {other} before it"
            if other in flat and room in flat and other != "base":
                yield f"tests/laws/floors: pure {room} names pure {other}"
        seen.append(room)
    for room in rooms(root):
        if room not in seen:
            yield f"tests/laws/floors: no line for src/{room}"


def includes_obey_floors(root):
    floors = table(root)
    for path in files(root, "src"):
        room = path.relative_to(root / "src").parts[0]
        below, headers = floors.get(room, ([], []))
        for number, line in enumerate(read(path).splitlines(), 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if found is None:
                continue
            kind, name = found.groups()
            if name == "posthaste/posthaste.h":
                allowed = room == "lib"
            elif kind == '"':
                allowed = name.split("/")[0] in below + [room] and "/" in name
            else:
                allowed = name in headers + HEADERS or "*" in headers
            if not allowed:
                yield f"{where(root, path, number)}: {room} includes {name}"


def libraries_have_one_room(root):
    """DESIGN: each library has one room that knows it."""
    home = {"uv.h": {"io"}, "gmime/": {"mime"}, "glib": {"mime"},
            "gsasl.h": {"gsasl"}, "nettle/": {"legacy"}, "unicase.h": {"sasl"},
            "gssapi/": {"gsasl"},
            "openssl/": {"io"}, "curl/": {"http"}, "gio/": {"keyring"},
            "libsecret/": {"keyring"}, "expat.h": {"xml"},
            "unbound.h": {"dns"}, "libpsl.h": {"dns"},
            "jansson.h": {"cli", "oauth", "foreign", "sasl", "script"},
            "idn2.h": {"mail", "connection"}}
    for path in files(root, "src"):
        room = path.relative_to(root / "src").parts[0]
        for number, line in enumerate(read(path).splitlines(), 1):
            found = re.match(r"\s*#\s*include\s*<([^>]+)>", line)
            for prefix, owners in home.items():
                if found and found.group(1).startswith(prefix) and \
                        room not in owners:
                    yield (f"{where(root, path, number)}: <{found.group(1)}>"
                           f" is known to {' and '.join(sorted(owners))} only")


# ---- numbers

def functions_are_small(root):
    for path in files(root, *C_DIRS):
        for f in csource.functions(read(path)):
            for what, value, most in [
                    ("lines", f.lines, FUNCTION_LINES_MAX),
                    ("parameters", f.parameters(), PARAMETERS_MAX),
                    ("complexity", f.complexity(), COMPLEXITY_MAX),
                    ("nesting", f.nesting(), NESTING_MAX)]:
                if value > most:
                    yield (f"{where(root, path, f.line)}: {f.name}: {what} "
                           f"{value} is over {most}")


def files_are_small(root):
    for path in files(root, *C_DIRS):
        count = read(path).count("\n")
        if count > FILE_LINES_MAX:
            yield f"{where(root, path, 1)}: {count} lines"


def lines_are_short(root):
    for path in files(root, *C_DIRS):
        for number, line in enumerate(read(path).splitlines(), 1):
            width = len(line.expandtabs(8))
            if width > COLUMNS_MAX:
                yield f"{where(root, path, number)}: {width} columns"


# ---- words

def no_goto(root):
    for path in files(root, *C_DIRS):
        for number, line in enumerate(
                csource.strip(read(path)).splitlines(), 1):
            if re.search(r"\bgoto\b", line):
                yield f"{where(root, path, number)}: goto"


def _guard(path, root):
    """The include guard's name: PH_ROOM_NOUN_H."""
    parts = path.relative_to(root).with_suffix("").parts[1:]
    return ("PH_" + "_".join(parts) + "_H").upper().replace("-", "_")


def no_ifdef_outside_io(root):
    for path in files(root, "src", "include"):
        inner = path.relative_to(root).parts
        if inner[:2] == ("src", "io"):
            continue
        guard = None
        for number, line in enumerate(
                csource.strip(read(path)).splitlines(), 1):
            found = re.match(r"\s*#\s*(ifdef|ifndef|if|elif)\b\s*(\S*)", line)
            if found is None:
                continue
            word, name = found.groups()
            if path.suffix == ".h" and word == "ifndef" and guard is None:
                guard = name
                continue
            # The installed header is read by C++, and by any compiler.
            if inner[0] == "include" and re.search(
                    r"__(cplusplus|GNUC__)", line):
                continue
            yield f"{where(root, path, number)}: #{word} {name}"


def headers_are_guarded(root):
    for path in files(root, "src", "include", suffixes=(".h",)):
        want = _guard(path, root)
        lines = [l for l in csource.strip(read(path)).splitlines()
                 if l.strip()]
        if inner_is_public(root, path):
            want = None
        if len(lines) < 3 or not lines[0].startswith("#ifndef ") or \
                lines[1] != "#define " + lines[0].split()[1] or \
                (want is not None and lines[0].split()[1] != want):
            yield f"{where(root, path, 1)}: no guard {want or ''}"


def inner_is_public(root, path):
    return path.relative_to(root).parts[0] == "include"


def no_banned_calls(root):
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    for path in files(root, *C_DIRS):
        for number, line in enumerate(
                csource.strip(read(path)).splitlines(), 1):
            for name in pattern.findall(line):
                yield f"{where(root, path, number)}: {name}()"


def pure_rooms_are_pure(root):
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(IMPURE) + r")\s*\(")
    for room in pure(root):
        for path in files(root, f"src/{room}"):
            for number, line in enumerate(
                    csource.strip(read(path)).splitlines(), 1):
                for name in pattern.findall(line):
                    yield f"{where(root, path, number)}: {name}()"


def no_typedef_of_structs(root):
    """Nor of enums, unions or pointers.  Scalars with a unit may have one, and
    the types of functions."""
    pattern = re.compile(r"\btypedef\s[^;{]*[{;]")
    for path in files(root, *C_DIRS):
        code = csource.strip(read(path))
        for found in pattern.finditer(code):
            text = " ".join(found.group().split())
            name, is_function, _ = text.partition("(")
            if is_function:
                bad = re.match(r"[^(]*\(\s*\*", text)
            else:
                bad = re.search(r"\b(struct|enum|union)\b|\*", name)
            if bad:
                line = code.count("\n", 0, found.start()) + 1
                yield f"{where(root, path, line)}: {text}"


# Written so that this file does not hold them.
FORBIDDEN = ["TO" "DO", "FIX" "ME", "shar" "ed/"]
FORBIDDEN_PATH = re.compile(r"(?<![\w.$})\-])/wo" r"rk(?![\w.-])")
FORBIDDEN_WORD = re.compile(
    r"(?<!\w)(?:" + "|".join(map(re.escape, FORBIDDEN[:2])) + r")(?!\w)"
    r"|(?<![\w/])" + re.escape(FORBIDDEN[2]))


def project_files(root):
    """What belongs to the project: what git knows, or all in an archive."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if listed.returncode == 0 and listed.stdout:
        names = listed.stdout.decode().split("\0")
        return [root / n for n in sorted(names) if n and (root / n).is_file()]
    return [p for p in sorted(root.rglob("*")) if p.is_file() and not
            re.match(r"(build|\.git/)", str(p.relative_to(root)))]


def no_forbidden_words(root):
    for path in project_files(root):
        data = path.read_bytes()
        if b"\0" in data[:4096]:
            continue
        for number, line in enumerate(
                data.decode(errors="replace").splitlines(), 1):
            for pattern in (FORBIDDEN_PATH, FORBIDDEN_WORD):
                if found := pattern.search(line):
                    yield f"{where(root, path, number)}: {found.group()}"


# ---- tests

# Memory that runs out anywhere in the room; the library's example programs.
WHOLE = ["memory", "alloc", "examples"]


def tests_mirror_sources(root):
    for path in sorted((root / "tests/unit").rglob("test_*.c")):
        room = path.parent.name
        noun = path.stem[len("test_"):]
        # test_NOUN.c, or in parts test_NOUN_PART.c; and those that are about a
        # room as a whole.
        words = noun.split("_")
        nouns = ["_".join(words[:n]) for n in range(1, len(words) + 1)]
        if noun not in WHOLE and not any(
                (root / "src" / room / (n + suffix)).is_file()
                for n in nouns for suffix in (".c", ".h")):
            yield f"{where(root, path, 1)}: no src/{room}/{noun}.c"
        build = path.parent / "meson.build"
        if not re.search(rf"\b{re.escape(noun)}\b",
                         read(build) if build.exists() else ""):
            yield f"{where(root, path, 1)}: not built"


def pure_rooms_are_tested(root):
    """At least as many lines of test as of code.  What checks with another
    parser is Python; the scripted servers of tests/wire are tests of the client
    engine."""
    for room in pure(root):
        code = sum(csource.code_lines(read(p))
                   for p in files(root, f"src/{room}"))
        test = sum(csource.code_lines(read(p))
                   for p in files(root, f"tests/unit/{room}",
                                  suffixes=(".c", ".h", ".py")))
        if room == "smtp":
            test += sum(csource.code_lines(read(p)) for p in
                        files(root, "tests/wire", suffixes=(".c", ".txt")))
        if test < code:
            yield (f"tests/unit/{room}: {test} lines of test for {code} of "
                   "code")


def fuzz_targets_have_dictionaries(root):
    for path in sorted((root / "tests/fuzz").glob("fuzz_*.c")):
        name = path.stem[len("fuzz_"):]
        if not (path.parent / (name + ".dict")).is_file():
            yield f"{where(root, path, 1)}: no {name}.dict"


def wire_cases_are_run(root):
    named = root / "tests/wire/meson.build"
    text = read(named) if named.exists() else ""
    for path in sorted((root / "tests/wire/cases").glob("*.txt")):
        if f"'{path.stem}'" not in text:
            yield f"{where(root, path, 1)}: not run"


def build_files_are_reached(root):
    """A folder's meson.build is named by that of the folder above."""
    for top in ("src", "tests", "doc"):
        for path in sorted((root / top).rglob("meson.build")):
            above = path.parent.parent / "meson.build"
            text = read(above) if above.exists() else ""
            if f"'{path.parent.name}'" not in text:
                yield f"{where(root, path, 1)}: nobody names this folder"


# ---- other people's judges

def is_formatted(root):
    names = [str(p) for p in files(root, *C_DIRS)]
    run = subprocess.run(
        ["xargs", "-0", "-n", "16", "-P", "4", "clang-format", "--dry-run",
         "-Werror", "--style=file"],
        input="\0".join(names), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, cwd=root)
    bad = sorted({line.split(":")[0] for line in run.stdout.splitlines()
                  if "error:" in line})
    for name in bad:
        yield f"{name}: clang-format would change it"
    if run.returncode != 0 and not bad:
        yield run.stdout


def manuals_are_clean(root):
    for path in sorted((root / "doc/man").glob("*.[1-8]*")):
        run = subprocess.run(
            ["mandoc", "-T", "lint", "-W", "warning", str(path)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
        yield from run.stdout.splitlines()
        if run.returncode != 0 and not run.stdout:
            yield f"{path.name}: mandoc ended with {run.returncode}"


# ---- what was built

def exports_are_ours(library):
    run = subprocess.run(["nm", "-D", "--defined-only", str(library)],
                         stdout=subprocess.PIPE, text=True, check=True)
    for line in run.stdout.splitlines():
        name = line.split()[-1]
        # A version node is named as the library, not as a function.
        if not name.startswith("ph_") and " A " not in line:
            yield f"{library.name}: exports {name}"


def no_globals(archive):
    """Data that can change: .data and .bss, not tables of pointers that are
    fixed once loaded.  A library that must be started once in a process needs a
    flag for that; it is called so: "..._once"."""
    run = subprocess.run(["objdump", "-t", str(archive)],
                         stdout=subprocess.PIPE, text=True, check=True)
    for line in run.stdout.splitlines():
        found = re.match(
            r"[0-9a-f]+ .{7} (\.t?(?:data|bss)(?!\.rel\.ro)\S*|\*COM\*)"
            r"\s+([0-9a-f]+)\s+(?:\.hidden )?(\S+)", line)
        if found and int(found.group(2), 16) > 0 and \
                not re.match(r"\.|\w*once(\.\d+)?$", found.group(3)):
            yield f"{archive.name}: {found.group(3)} in {found.group(1)}"


def hardening(program):
    """PIE, full RELRO, no executable stack, and stack protection."""
    run = subprocess.run(["readelf", "-hldW", str(program)],
                         stdout=subprocess.PIPE, text=True, check=True)
    text = run.stdout
    if not re.search(r"Type:\s+DYN", text):
        yield f"{program.name}: position is fixed"
    if "GNU_RELRO" not in text:
        yield f"{program.name}: no RELRO"
    if not re.search(r"BIND_NOW|Flags:.*\bNOW\b", text):
        yield f"{program.name}: binds late"
    if re.search(r"GNU_STACK.*\bRWE\b", text):
        yield f"{program.name}: stack is executable"


ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
