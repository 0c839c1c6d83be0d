#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No function over 100 lines, no file over 900; prints medians and 90th percentiles."""
import json
import shutil
import statistics
import subprocess

import lint

MAX_FUNCTION = 100
MAX_FILE = 900


def functions(root):
    """(lines, path, name) of each function, by universal-ctags."""
    paths = [str(root / p) for p in lint.sources(root, (".c", ".h"))]
    if not paths:
        return []
    out = subprocess.run(
        ["ctags", "--languages=C", "--langmap=C:.c.h", "--kinds-C=f", "--fields=+ne",
         "--output-format=json", "-f", "-", *paths],
        check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return [(r["end"] - r["line"] + 1, r["path"], r["name"]) for r in rows if "end" in r]


def file_lengths(root):
    return [(lint.read(root, p).count("\n"), p) for p in lint.sources(root)]


def check(root):
    long = [f"{path}: {name}() has {n} lines, more than {MAX_FUNCTION}"
            for n, path, name in functions(root) if n > MAX_FUNCTION]
    long += [f"{path} has {n} lines, more than {MAX_FILE}"
             for n, path in file_lengths(root) if n > MAX_FILE]
    return long


def figures(what, lengths):
    if not lengths:
        return f"{what}: none"
    p90 = sorted(lengths)[max(0, -(-len(lengths) * 9 // 10) - 1)]
    return (f"{what}: {len(lengths)}, median {statistics.median(lengths):g}, p90 {p90}, "
            f"longest {max(lengths)}")


def note(root):
    found = functions(root)
    return [figures("functions", [n for n, _, _ in found]),
            *(f"  {n} {path}: {name}()" for n, path, name in sorted(found, reverse=True)[:5]),
            figures("files", [n for n, p in file_lengths(root) if p.suffix == ".c"])]


BAD = {
    "a function of 101 lines": {"src/base/a.c": "int f(void)\n{\n" + "    g();\n" * 98 + "}\n"},
    "a file of 901 lines": {"src/base/a.c": "int x;\n" * 901},
}
GOOD = {
    "a function of 100 lines": {"src/base/a.c": "int f(void)\n{\n" + "    g();\n" * 97 + "}\n"},
    "a file of 900 lines": {"src/base/a.c": "int x;\n" * 900},
}

if __name__ == "__main__":
    usable = shutil.which("ctags") and "Universal Ctags" in subprocess.run(
        ["ctags", "--version"], capture_output=True, text=True, check=False).stdout
    lint.run("lengths", check, BAD, GOOD, note, None if usable else "universal-ctags is not installed")
