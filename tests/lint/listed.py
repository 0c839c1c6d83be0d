#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every source file is named in a Makefile fragment, or it is missing from the release; each
C file says its licence first and each header has its guard."""
import re

import lint


def fragments(root):
    """{path: line} of the files that the fragments name, %D% put in."""
    named = set()
    for part in [root / "Makefile.am", *sorted(root.rglob("*.mk"))]:
        if not part.is_file():
            continue
        folder = part.parent.relative_to(root).as_posix()
        prefix = "" if folder == "." else folder
        for word in re.findall(r"[^\s\\=]+", re.sub(r"#.*", "", part.read_text())):
            named.add(word.replace("%D%", prefix).lstrip("/"))
    return named


def check(root):
    named = fragments(root)
    complaints = []
    for path in lint.sources(root):
        if path.as_posix() not in named:
            complaints.append(f"{path} is named in no local.mk")
        text = lint.read(root, path)
        if "SPDX-License-Identifier: MIT" not in text[:200]:
            complaints.append(f"{path} does not begin with its licence")
        if path.suffix == ".h" and not re.search(r"^#ifndef SUAN_\w+_H\n#define SUAN_\w+_H$", text, re.M):
            complaints.append(f"{path} has no SUAN_..._H guard")
    return complaints


SPDX = "/* SPDX-License-Identifier: MIT */\n"
LOCAL = "x_SOURCES += %D%/a.c\n"
BAD = {
    "a file that no fragment names": {"src/base/local.mk": LOCAL, "src/base/b.c": SPDX},
    "a file named in a comment only": {"src/base/local.mk": "# %D%/b.c\n", "src/base/b.c": SPDX},
    "a file without its licence": {"src/base/local.mk": LOCAL, "src/base/a.c": "int x;\n"},
    "a header without a guard": {"src/base/local.mk": "x += %D%/a.h\n", "src/base/a.h": SPDX},
}
GOOD = {
    "a listed file": {"src/base/local.mk": LOCAL, "src/base/a.c": SPDX},
    "a guarded header": {"src/base/local.mk": "x += %D%/a.h\n",
                         "src/base/a.h": SPDX + "#ifndef SUAN_BASE_A_H\n#define SUAN_BASE_A_H\n#endif\n"},
}

if __name__ == "__main__":
    lint.run("listed", check, BAD, GOOD)
