#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""src/base/sentences.def lists every format that is marked with S_(): else what was written into a row would not be
known again, and would be shown in English."""
import subprocess
import sys

import lint

LIST = "src/base/sentences.def"


def check(root):
    script = lint.tree() / "po/extract.py"
    made = subprocess.run([sys.executable, "-B", str(script), "sentences.def", str(root)], check=True,
                          capture_output=True, encoding="utf-8").stdout
    path = root / LIST
    have = path.read_text(encoding="utf-8") if path.is_file() else ""
    wanted, listed = set(made.splitlines()), set(have.splitlines())
    complaints = [f"{LIST} lacks {line}: make update-sentences" for line in sorted(wanted - listed)]
    complaints += [f"{LIST} has {line}, which nothing writes: make update-sentences"
                   for line in sorted(listed - wanted)]
    if not complaints and made != have:
        complaints.append(f"{LIST} is not in order: make update-sentences")
    return complaints


HEAD = ("/* SPDX-License-Identifier: MIT\n * sentences.def - made by make update-sentences: every format that is marked "
        "with S_(), see sentence.h. */\n")
BAD = {
    "a sentence that is not listed": {LIST: HEAD, "src/io/a.c": 'x(S_("it is gone"));\n'},
    "one that nothing writes": {LIST: HEAD + 'SENTENCE("it is gone")\n', "src/io/a.c": "int x;\n"},
    "no order": {LIST: HEAD + 'SENTENCE("b %s")\nSENTENCE("a")\n', "src/io/a.c": 'x(S_("a"), S_("b "\n "%s"));\n'},
}
GOOD = {
    "a list of all": {LIST: HEAD + 'SENTENCE("a")\nSENTENCE("b %s")\n',
                      "src/io/a.c": 'x(S_("b "\n     "%s"), S_("a"));\n'},
}

if __name__ == "__main__":
    lint.run("sentences", check, BAD, GOOD)
