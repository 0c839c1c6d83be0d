#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The C files are formatted as .clang-format says (mend with `make format`)."""
import re
import shutil
import subprocess

import lint

VERSION = 14  # another version breaks lines elsewhere, so only this one is asked


def check(root):
    style = lint.tree() / ".clang-format"
    paths = [str(root / p) for p in lint.sources(root, (".c", ".h"))]
    paths += [str(p) for p in sorted((root / "tests").rglob("*.[ch]"))]
    if not paths:
        return []
    out = subprocess.run(["clang-format", f"--style=file:{style}", "--dry-run", *paths],
                         capture_output=True, text=True, check=False).stderr
    count = {}
    for match in re.finditer(r"^(.*?):(\d+):\d+: warning", out, re.M):
        count.setdefault(match.group(1), []).append(match.group(2))
    return [f"{path}: {len(lines)} places, first in line {lines[0]}" for path, lines in sorted(count.items())]


BAD = {"crooked code": {"src/base/a.c": "int f( void ) {return  1;}\n"}}
GOOD = {"straight code": {"src/base/a.c": "int f(void)\n{\n    return 1;\n}\n"}}


def unusable():
    if not shutil.which("clang-format"):
        return "clang-format is not installed"
    out = subprocess.run(["clang-format", "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"version (\d+)", out)
    if not match or int(match.group(1)) != VERSION:
        return f"clang-format is not version {VERSION}"
    return None


if __name__ == "__main__":
    lint.run("format", check, BAD, GOOD, skip=unusable())
