"""As much of C as the laws need: no parser, but enough to count by."""

import re

_SKIP = re.compile(
    r"/\*.*?\*/|//[^\n]*"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])*'",
    re.S)
_WORD = re.compile(r"[A-Za-z_]\w*|\S")
_BRANCH = {"if", "for", "while", "case", "?", "&&", "||"}


def _blank(match):
    text = match.group()
    if text[0] == "/":
        return re.sub(r"[^\n]", " ", text)
    return text[0] + re.sub(r"[^\n]", " ", text[1:-1]) + text[-1]


def strip(text):
    """Comments and what stands in quotes made blank; every line stays."""
    return _SKIP.sub(_blank, text)


def tokens(code):
    return re.findall(r"[A-Za-z_]\w*|&&|\|\||->|\S", code)


class Function:
    """A definition.  line: where it begins; head: what stands before '{'."""

    def __init__(self, line, head, body):
        self.line = line
        self.head = head
        self.body = body

    @property
    def name(self):
        found = re.findall(r"([A-Za-z_]\w*)\s*\(", self.head)
        # PH_PRINTF(1, 2) and its like stand before the name.
        found = [n for n in found if not n.startswith("PH_")
                 and n not in ("__attribute__", "format")]
        return found[0] if found else "?"

    @property
    def lines(self):
        return self.head.count("\n") + self.body.count("\n") + 1

    def parameters(self):
        at = self.head.index(self.name + "(" if self.name + "(" in self.head
                             else self.name)
        inside = self.head[self.head.index("(", at) + 1:self.head.rindex(")")]
        if inside.strip() in ("", "void"):
            return 0
        depth = 0
        count = 1
        for char in inside:
            depth += (char in "([{") - (char in ")]}")
            count += char == "," and depth == 0
        return count

    def complexity(self):
        """McCabe's: one, and one for each way to turn off."""
        return 1 + sum(t in _BRANCH for t in tokens(self.body))

    def nesting(self):
        """How deep blocks of if, for, while, do, switch stand in another."""
        depth = deepest = 0
        stack = []
        last = ""
        for token in tokens(self.body)[1:]:
            if token == "{":
                stack.append(last in (")", "else", "do"))
                depth += stack[-1]
                deepest = max(deepest, depth)
            elif token == "}" and stack:
                depth -= stack.pop()
            last = token
        return deepest


def functions(text):
    """The definitions, by the layout that clang-format enforces: the brace that
    opens a function stands alone in the first column, and so does its end."""
    lines = strip(text).split("\n")
    raw = text.split("\n")
    found = []
    start = None
    for number, line in enumerate(lines):
        if start is None and line.rstrip() == "{" and raw[number][0] == "{":
            start = number
        elif start is not None and line.startswith("}"):
            first = start
            while first > 0 and lines[first - 1].strip() and \
                    not lines[first - 1].startswith(("}", "#")) and \
                    not lines[first - 1].rstrip().endswith(";"):
                first -= 1
            found.append(Function(
                first + 1, "\n".join(lines[first:start]) + "\n",
                "\n".join(lines[start:number + 1])))
            start = None
    return found


def code_lines(text):
    """Lines that hold more than comment, blank or a lone brace."""
    return sum(1 for line in strip(text).split("\n")
               if line.strip() not in ("", "{", "}", "};"))
