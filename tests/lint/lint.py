# SPDX-License-Identifier: MIT
"""What the lints share: the source files, C without comments and strings, and TAP output.

A lint is a function from a tree to a list of complaints. Each is first shown to complain about
bad samples and to be silent on good ones, in a temporary tree, then it reads the real tree.
"""
import os
import re
import sys
import tempfile
from pathlib import Path

ROOTS = ("src", "collectors", "ui")
_SKIP = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def tree():
    """Top of the source tree: from the test harness, else from where this file lies."""
    return Path(os.environ.get("SUANTOP_SRCDIR") or Path(__file__).resolve().parents[2])


def sources(root, suffixes=(".c", ".h", ".def")):
    """The program's own source files, as paths relative to root."""
    found = []
    for top in ROOTS:
        for path in (root / top).rglob("*"):
            if path.suffix in suffixes and path.is_file():
                found.append(path.relative_to(root))
    return sorted(found)


def read(root, path):
    return (root / path).read_text(encoding="utf-8", errors="replace")


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def code(root, path):
    """Text of a file with comments and literals blanked; line numbers stay."""
    return _SKIP.sub(_blank, read(root, path))


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def includes(root, path):
    """(line, bracket, name) of each #include; comments do not count."""
    # Literals must stay (they hold the names), so only comments are blanked here.
    text = _COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), read(root, path))
    return [(line_of(text, m.start()), m.group(1), m.group(2)) for m in _INCLUDE.finditer(text)]


def run(name, check, bad, good, note=None, skip=None):
    """Runs a lint as TAP. bad and good: {label: {path: text}}; note: more lines to print."""
    if skip:
        print(f"1..0 # SKIP {skip}")
        return
    results = []
    for expect, samples in ((True, bad), (False, good)):
        for label, files in samples.items():
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder)
                for path, text in files.items():
                    (root / path).parent.mkdir(parents=True, exist_ok=True)
                    (root / path).write_text(text)
                complaints = check(root)
            verb = "complains about" if expect else "accepts"
            results.append((bool(complaints) == expect, f"{name} lint {verb} {label}",
                            [] if expect else complaints))
    complaints = check(tree())
    results.append((not complaints, f"{name}: the tree is clean", complaints))
    print(f"1..{len(results)}")
    for number, (ok, label, lines) in enumerate(results, 1):
        print(f"{'ok' if ok else 'not ok'} {number} - {label}")
        for line in lines:
            print(f"# {line}")
    for line in note(tree()) if note else ():
        print(f"# {line}")
    sys.exit(0 if all(ok for ok, _, _ in results) else 1)
