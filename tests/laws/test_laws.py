"""Holds this tree to the laws, and each law to a tree it must find wanting."""

import os
import pathlib
import subprocess

import pytest

import csource
import laws

BUILD = pathlib.Path(os.environ.get("POSTHASTE_BUILD", laws.ROOT / "build"))

TREE = [
    laws.floors_are_a_stack,
    laws.includes_obey_floors,
    laws.libraries_have_one_room,
    laws.functions_are_small,
    laws.files_are_small,
    laws.lines_are_short,
    laws.no_goto,
    laws.no_ifdef_outside_io,
    laws.headers_are_guarded,
    laws.no_banned_calls,
    laws.pure_rooms_are_pure,
    laws.no_typedef_of_structs,
    laws.no_forbidden_words,
    laws.tests_mirror_sources,
    laws.pure_rooms_are_tested,
    laws.fuzz_targets_have_dictionaries,
    laws.wire_cases_are_run,
    laws.build_files_are_reached,
    laws.is_formatted,
    laws.manuals_are_clean,
]


def nothing(found):
    """All that was found, a line each, and no Python about it."""
    found = list(found)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def built(name):
    path = (BUILD / name).resolve()
    if not path.exists():
        pytest.fail(f"{path} was not built", pytrace=False)
    return path


@pytest.mark.parametrize("law", TREE, ids=lambda law: law.__name__)
def test_tree(law):
    nothing(law(laws.ROOT))


def test_library_exports():
    nothing(laws.exports_are_ours(built("libposthaste.so")))


def test_no_globals():
    archives = sorted(BUILD.glob("src/*/libph_*.a"))
    assert archives
    nothing(bad for a in archives for bad in laws.no_globals(a))


@pytest.mark.parametrize("name", ["posthaste", "libposthaste.so"])
def test_hardening(name):
    nothing(laws.hardening(built(name)))


# ---- each law against a tree that breaks it

FLOORS = """
base        /
mail        base / idn2.h
io          base / *
cli         base mail io / *
"""

GOOD = {
    "tests/laws/floors": FLOORS,
    "src/base/span.h": "#ifndef PH_BASE_SPAN_H\n#define PH_BASE_SPAN_H\n"
                       "int ph_span(void);\n#endif\n",
    "src/base/span.c": '#include "base/span.h"\n\nint ph_span(void)\n{\n'
                       "\treturn 1;\n}\n",
    "src/mail/scan.c": '#include "base/span.h"\n#include <idn2.h>\n',
    "src/io/loop.c": "#ifdef __linux__\n#include <uv.h>\n#endif\n",
    "src/cli/main.c": '#include "io/loop.h"\ntypedef int64_t ph_msec;\n'
                      "typedef struct x *ph_fn(struct x *a);\n",
    "tests/unit/base/test_span.c": '#include "base/span.h"\n' * 20,
    "tests/unit/base/meson.build": "foreach noun : ['span']\n",
    "tests/unit/mail/test_scan.c": '#include "base/span.h"\n' * 20,
    "tests/unit/mail/meson.build": "foreach noun : ['scan']\n",
    "tests/fuzz/fuzz_scan.c": "int x;\n",
    "tests/fuzz/scan.dict": 'a="b"\n',
    "tests/wire/cases/one.txt": "S: 220\n",
    "tests/wire/meson.build": "['one']",
    "tests/unit/meson.build": "['base', 'mail']",
    "tests/meson.build": "subdir('unit')\nsubdir('wire')\n",
    "meson.build": "subdir('tests')\n",
}


def function(body, head="static int f(int a)"):
    return f"\n{head}\n{{\n{body}\treturn 0;\n}}\n"


BAD = [
    (laws.floors_are_a_stack, {"tests/laws/floors": "mail base /\nbase /\n"
                               "io /\ncli /\n"}, "mail names base"),
    (laws.floors_are_a_stack, {"tests/laws/floors":
                               FLOORS.replace("io ", "sasl base mail /\nio ")},
     "pure mail"),
    (laws.floors_are_a_stack, {"src/new/x.c": ""}, "src/new"),
    (laws.includes_obey_floors,
     {"src/base/x.c": '#include "mail/scan.h"\n'}, "mail/scan.h"),
    (laws.includes_obey_floors,
     {"src/io/x.c": '  #  include "cli/cli.h"\n'}, "cli/cli.h"),
    (laws.includes_obey_floors,
     {"src/base/x.c": '#include "span.h"\n'}, "span.h"),
    (laws.includes_obey_floors,
     {"src/mail/x.c": "#include <sys/socket.h>\n"}, "sys/socket.h"),
    (laws.includes_obey_floors,
     {"src/base/x.c": "#include <time.h>\n"}, "time.h"),
    (laws.libraries_have_one_room,
     {"src/cli/x.c": "#include <uv.h>\n"}, "known to io"),
    (laws.libraries_have_one_room,
     {"src/io/x.c": "#include <glib/gstring.h>\n"}, "known to mime"),
    (laws.functions_are_small,
     {"src/base/x.c": function("\ta++;\n" * 67)}, "lines 71"),
    (laws.functions_are_small,
     {"src/base/x.c": function("", "int f(int a, int b, int c, int d,\n"
                               "    int (*e)(int, int), int f, int g)")},
     "parameters 7"),
    (laws.functions_are_small,
     {"src/base/x.c": function("\tif (a && a)\n\t\ta++;\n" * 10)},
     "complexity 21"),
    (laws.functions_are_small,
     {"src/base/x.c": function("\tif (a) {\n" * 5 + "\ta++;\n" +
                               "\t}\n" * 5)}, "nesting 5"),
    (laws.files_are_small, {"src/base/x.c": "\n" * 1001}, "1001 lines"),
    (laws.lines_are_short,
     {"src/base/x.c": "\t" + "x" * 73 + "\n"}, "81 columns"),
    (laws.no_goto, {"src/base/x.c": function("\tgoto out;\n")}, "goto"),
    (laws.no_ifdef_outside_io, {"src/cli/x.c": "#if 1\n#endif\n"}, "#if 1"),
    (laws.no_ifdef_outside_io,
     {"src/cli/x.c": "# ifdef X\n#endif\n"}, "#ifdef X"),
    (laws.no_ifdef_outside_io,
     {"src/cli/x.h": "#ifndef PH_CLI_X_H\n#define PH_CLI_X_H\n"
                     "#ifndef Y\n#endif\n#endif\n"}, "#ifndef Y"),
    (laws.headers_are_guarded, {"src/cli/x.h": "int x;\n"}, "PH_CLI_X_H"),
    (laws.headers_are_guarded,
     {"src/cli/x.h": "#ifndef A\n#define A\nint x;\n#endif\n"},
     "PH_CLI_X_H"),
    (laws.no_banned_calls,
     {"src/base/x.c": function("\tstrcpy(a, b);\n")}, "strcpy()"),
    (laws.no_banned_calls,
     {"tests/unit/base/x.c": function("\tsystem (b);\n")}, "system()"),
    (laws.pure_rooms_are_pure,
     {"src/mail/x.c": function("\ta = time(NULL);\n")}, "time()"),
    (laws.pure_rooms_are_pure,
     {"src/base/x.c": function("\t(void)fprintf(stderr, x);\n")},
     "fprintf()"),
    (laws.no_typedef_of_structs,
     {"src/base/x.h": "typedef struct x {\n\tint a;\n} x;\n"}, "struct x"),
    (laws.no_typedef_of_structs,
     {"src/base/x.h": "typedef int\n    *p;\n"}, "int *p"),
    (laws.no_typedef_of_structs,
     {"src/base/x.h": "typedef int (*p)(int *);\n"}, "(*p)"),
    (laws.no_forbidden_words,
     {"README.md": "see /wo" "rk/main\n"}, "/wo" "rk"),
    (laws.no_forbidden_words,
     {"README.md": "see shar" "ed/x\n"}, "shar" "ed/"),
    (laws.no_forbidden_words,
     {"src/base/x.c": "/* TO" "DO: all */\n"}, "TO" "DO"),
    (laws.no_forbidden_words,
     {"src/base/x.c": "/* FIX" "ME */\n"}, "FIX" "ME"),
    (laws.tests_mirror_sources,
     {"tests/unit/base/test_gone.c": "",
      "tests/unit/base/meson.build": "['span', 'gone']"}, "gone.c"),
    (laws.tests_mirror_sources,
     {"tests/unit/base/meson.build": "['spans']"}, "not built"),
    (laws.pure_rooms_are_tested,
     {"src/base/x.c": function("\ta++;\n" * 20)}, "tests/unit/base"),
    (laws.fuzz_targets_have_dictionaries,
     {"tests/fuzz/fuzz_more.c": ""}, "more.dict"),
    (laws.wire_cases_are_run,
     {"tests/wire/cases/two.txt": ""}, "two.txt"),
    (laws.build_files_are_reached,
     {"tests/meson.build": "subdir('unit')\n"}, "tests/wire/meson.build"),
    (laws.is_formatted,
     {"src/base/x.c": "int  f( void );\n",
      ".clang-format": "BasedOnStyle: LLVM\n"}, "src/base/x.c"),
    (laws.manuals_are_clean,
     {"doc/man/x.1": ".Dd January 1, 2026\n.Dt X 1\n.Os\n.Sh NAM\n.Zz\n"},
     "x.1"),
]


def plant(root, *trees):
    for tree in trees:
        for name, text in tree.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


@pytest.mark.parametrize("law,tree,said", BAD,
                         ids=lambda v: getattr(v, "__name__", ""))
def test_law_notices(law, tree, said, tmp_path):
    plant(tmp_path, GOOD, tree)
    found = "\n".join(law(tmp_path))
    assert said in found


@pytest.mark.parametrize("law", TREE, ids=lambda law: law.__name__)
def test_law_is_content(law, tmp_path):
    plant(tmp_path, GOOD)
    if law is not laws.is_formatted:
        assert list(law(tmp_path)) == []


def test_pure_rooms_are_those_below_io(tmp_path):
    """Nobody has to remember to name a new one; a module is none."""
    floors = FLOORS.replace("io ", "xml  base /\nmemory  base /\nio ")
    plant(tmp_path, GOOD, {"tests/laws/floors": floors,
                           "src/xml/module.c": ""})
    assert laws.pure(tmp_path) == ["base", "mail", "memory"]


def test_words_in_passing():
    """What only looks like a forbidden word."""
    for text in ["net/wo" "rk", "/wo" "rker", "$dir/wo" "rk", "TO" "DOS",
                 "share/posthaste", "/usr/shar" "ed/"]:
        assert not laws.FORBIDDEN_PATH.search(text), text
        assert not laws.FORBIDDEN_WORD.search(text), text


def test_comments_and_strings_are_no_code():
    text = ('/* goto, strcpy( */\nchar *s = "goto \\" strcpy(";\n'
            "char c = '\"'; // goto\nint x;\n")
    code = csource.strip(text)
    assert "goto" not in code and "strcpy" not in code
    assert "int x;" in code
    assert code.count("\n") == text.count("\n")


def test_functions_are_found():
    text = ("PH_PRINTF(1, 2)\nstatic void a(\n    const char *f, ...)\n{\n}\n\n"
            "static const struct {\n\tint x;\n} t[] = {\n\t{ 1 },\n};\n\n"
            "int b(void)\n{\n\tif (x) {\n\t}\n\treturn \"}\"[0];\n}\n")
    found = csource.functions(text)
    assert [f.name for f in found] == ["a", "b"]
    assert [f.parameters() for f in found] == [2, 0]
    assert [f.lines for f in found] == [5, 6]
    assert [f.line for f in found] == [1, 13]
    assert found[1].complexity() == 2 and found[1].nesting() == 1


def compile_c(tmp_path, code, *flags):
    source = tmp_path / "x.c"
    source.write_text(code)
    out = tmp_path / "x.out"
    subprocess.run(["gcc", str(source), "-o", str(out), *flags], check=True)
    return out


def test_exports_are_noticed(tmp_path):
    library = compile_c(tmp_path, "int ph_ok(void) { return 1; }\n"
                        "int other(void) { return 1; }\n", "-shared", "-fPIC")
    assert list(laws.exports_are_ours(library)) == ["x.out: exports other"]


def test_globals_are_noticed(tmp_path):
    code = ("const int a = 1; static int b = 2; int c; static int d;\n"
            "static int my_once; "
            "static const char *const e[] = { \"x\" };\n"
            "const char *const *f(void) { b++; d++; my_once++; return e; }\n")
    found = " ".join(laws.no_globals(
        compile_c(tmp_path, code, "-c", "-fPIE")))
    assert "b in" in found and "c in" in found and "d in" in found
    assert "a in" not in found and "e in" not in found
    assert "once" not in found


def test_softness_is_noticed(tmp_path):
    program = compile_c(tmp_path, "int main(void) { return 0; }\n", "-no-pie",
                        "-Wl,-z,norelro", "-Wl,-z,lazy", "-z", "execstack")
    assert len(list(laws.hardening(program))) == 4
