#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every text that is marked for translation has one in each catalogue; none is there that no source has any more."""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import lint

_ENTRY = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) "(.*)"$')


def entries(text):
    """(context, id, translations, flags) of each entry of a .po or .pot file, texts as written there."""
    for block in re.split(r"\n\s*\n", text):
        parts, field, flags = {}, None, ""
        for line in block.splitlines():
            m = _ENTRY.match(line)
            if line.startswith("#,"):
                flags += line
            elif m:
                field = m[1]
                parts[field] = m[2]
            elif line.startswith('"') and field:
                parts[field] += line[1:-1]
        if "msgid" in parts:
            said = [v for k, v in parts.items() if k.startswith("msgstr")]
            yield parts.get("msgctxt"), parts["msgid"], said, flags


def keywords():
    return re.search(r"^POT_KEYWORDS = (.*)$", lint.read(lint.tree(), "po/local.mk"), re.M)[1].split()


def template(root):
    """What xgettext finds in the sources and, written out for it, in the tables; as the rule pot of po/local.mk."""
    with tempfile.TemporaryDirectory() as folder:
        files = [str(p) for p in lint.sources(root)]
        if (root / "src/data/xid.conf").exists():
            tables = Path(folder) / "tables.c"
            tables.write_text(subprocess.run([sys.executable, "-B", root / "po/extract.py", "tables", root], check=True,
                                             capture_output=True, encoding="utf-8").stdout, encoding="utf-8")
            files.insert(0, str(tables))
        out = Path(folder) / "all.pot"
        subprocess.run(["xgettext", "-L", "C", "--from-code=UTF-8", *keywords(), "-c", "-f", "-", "-o", out],
                       check=True, cwd=root, input="\n".join(files), encoding="utf-8", capture_output=True)
        return out.read_text(encoding="utf-8") if out.exists() else ""


def check_catalogue(root, path, wanted):
    complaints, there = [], set()
    for context, text, said, flags in entries(lint.read(root, path)):
        there.add((context, text))
        where = f'{path}: "{text[:60]}"'
        if not text:
            continue
        if (context, text) not in wanted:
            complaints.append(f"{where} is in no source any more: make update-po")
        if "fuzzy" in flags:
            complaints.append(f"{where} is marked as fuzzy: look at it, then take the mark away")
        if not all(said):
            complaints.append(f"{where} has no translation")
    complaints += [f'{path}: "{text[:60]}"{f" ({context})" if context else ""} is missing: make update-po, then translate it'
                   for context, text in wanted if text and (context, text) not in there]
    if re.search(r"(?m)^#~", lint.read(root, path)):
        complaints.append(f"{path}: holds entries that are commented out (#~)")
    done = subprocess.run(["msgfmt", "--check", "-o", "/dev/null", root / path], capture_output=True, encoding="utf-8")
    complaints += done.stderr.splitlines() if done.returncode else []
    return complaints


def check(root):
    wanted = {(context, text): None for context, text, _, _ in entries(template(root))}
    return [c for path in sorted((root / "po").glob("*.po"))
            for c in check_catalogue(root, path.relative_to(root), wanted)]


HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n'
SOURCE = {"ui/x.c": 'f(_("%d nodes")); g(_c("head", "USED"));\n'}
NODES = '\n#, c-format\nmsgid "%d nodes"\nmsgstr "%d 节点"\n'
USED = '\nmsgctxt "head"\nmsgid "USED"\nmsgstr "已用"\n'


def po(*parts):
    return {**SOURCE, "po/xx.po": HEADER + "".join(parts)}


BAD = {
    "a text without its entry": po(NODES),
    "another context": po(NODES, USED.replace("head", "foot")),
    "an entry without a translation": po(NODES, USED.replace("已用", "")),
    "an entry that nobody wants": po(NODES, USED, '\nmsgid "pools"\nmsgstr "分区"\n'),
    "an entry that is not sure": po(NODES.replace("#, ", "#, fuzzy, "), USED),
    "other directives": po(NODES.replace("%d 节点", "%s 节点"), USED),
    "an old entry": po(NODES, USED, '\n#~ msgid "pools"\n#~ msgstr "分区"\n'),
}
GOOD = {"a whole catalogue": po(NODES, USED)}

if __name__ == "__main__":
    tools = [t for t in ("xgettext", "msgfmt") if not shutil.which(t)]
    lint.run("translated", check, BAD, GOOD, skip=f"no {' and '.join(tools)}" if tools else None)
