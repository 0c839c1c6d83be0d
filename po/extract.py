#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""extract.py tables|sentences.def SRCDIR: texts that xgettext does not see by itself, on standard output.

tables         the words of the tables (.def, xid.conf), as C that xgettext reads: N_("..."), NC_("context", "...")
sentences.def  the formats marked with S_("..."), for src/base/sentence.c (make update-sentences)
"""
import pathlib
import re
import sys

STRING = r'"((?:[^"\\]|\\.)*)"'
# Words that mean something else here: they have the id of the field as their context.
OWN_WORDS = {"health": "health", "center_tier": "tier"}
# Table, macro, and which of its arguments are words, each with the number of the argument that names its kind, or None.
TABLES = (
    ("src/model/*.def", "FIELD", ((4, None), (6, None))),
    ("src/model/derived.def", "DERIVED", ((7, None), (9, None))),
    ("src/model/entities.def", "ENTITY", ((2, None), (3, None))),
    ("src/model/enums.def", "WORD", ((2, 0),)),
    ("src/model/alerts.def", "RULE", ((9, None),)),
    ("src/model/reasons.def", "REASON", ((1, None), (2, None))),
    ("src/action/verbs.def", "VERB", ((4, None), (5, None))),
    ("src/app/options.def", "COMMAND", ((3, None),)),
    ("src/app/options.def", "OPTION", ((5, None),)),
    ("ui/keys.def", "CMD", ((4, None), (5, None))),
    ("src/node/collectors.def", "COLLECTOR", ((3, None),)),
)


def arguments(text, at):
    """The arguments of a macro whose parenthesis was opened before `at`."""
    args, depth = [""], 1
    while True:
        c = text[at]
        if c in "\"'":
            end = at + 1
            while text[end] != c:
                end += 2 if text[end] == "\\" else 1
            args[-1] += text[at:end + 1]
            at = end + 1
            continue
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return [a.strip() for a in args]
        if c == "," and depth == 1:
            args.append("")
        else:
            args[-1] += c
        at += 1


def literal(argument):
    """The pieces of a C string, put together; "" if it is none."""
    return "".join(re.findall(STRING, argument, re.S))


def uses(path, macro):
    text = path.read_text(encoding="utf-8")
    for m in re.finditer(rf"(?m)^{macro}\(", text):
        yield arguments(text, m.end())


def octal_as_utf8(text):
    """xgettext takes the \\302\\260 of a table for two letters."""
    return re.sub(r"(?:\\[0-7]{3})+",
                  lambda m: bytes(int(o, 8) for o in m[0][1:].split("\\")).decode("utf-8"), text)


def mark(text, context):
    text = octal_as_utf8(text)
    return f'NC_("{context}", "{text}")' if context else f'N_("{text}")'


def table_words(src):
    for pattern, macro, columns in TABLES:
        for path in sorted(src.glob(pattern)):
            for args in uses(path, macro):
                for column, kind in columns:
                    context = None if kind is None else OWN_WORDS.get(args[kind])
                    if literal(args[column]):
                        yield path, mark(literal(args[column]), context)
    conf = src / "src/data/xid.conf"
    for line in conf.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if not line.startswith("#") and len(cells) == 4:
            for words in cells[2:]:
                yield conf, mark(words.replace('"', '\\"'), None)


def tables(src):
    seen = set()
    for path, marked in table_words(src):
        if marked not in seen:
            seen.add(marked)
            print(f'#line 1 "{path.relative_to(src)}"\n/* xgettext:no-c-format */ {marked}')


def sentences(src):
    found = set()
    for path in sorted([*src.glob("src/**/*.c"), *src.glob("collectors/**/*.c"), *src.glob("ui/**/*.c"),
                        *src.glob("src/**/*.def"), *src.glob("src/**/*.h")]):
        if path.name != "sentence.h" and path.name != "sentences.def":
            text = path.read_text(encoding="utf-8")
            found |= {literal(m[1]) for m in re.finditer(rf"\bS_\(((?:\s*{STRING})+)\s*\)", text)}
    print("/* SPDX-License-Identifier: MIT\n"
          " * sentences.def - made by make update-sentences: every format that is marked with S_(), see sentence.h. */")
    for text in sorted(found):
        print(f'SENTENCE("{text}")')


def main():
    src = pathlib.Path(sys.argv[2])
    {"tables": tables, "sentences.def": sentences}[sys.argv[1]](src)


main()
