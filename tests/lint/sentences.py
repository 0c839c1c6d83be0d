#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""src/base/sentences.def lists every format that is marked with S_(): else what was written into a row would not be
known again, and would be shown in English. And whoever complains, or prints, marks his words."""
import re
import subprocess
import sys

import lint

LIST = "src/base/sentences.def"
# Where complaints are written, with the argument that holds a place (a path, a field) and no words.
COMPLAINING = {"err_set": 2, "err_sys": 3, "refuse": None, "map_wrong": None, "wrong": None, "fail": None,
               "lexer_error": None, "complain": None, "not_that": None, "scenario_complain": None}
PRINTING = {"printf": None, "fprintf": None, "puts": None, "fputs": None}
# The service's collectors and tools of the build, whose words are for a log; where the simulated fleet speaks as Slurm and
# Prometheus do.
SILENT = re.compile(r"src/node/(?!main|listen|server|tls|webconf)|src/fleetsim/(?!main|scenario|serve\.)|src/export/schemagen|src/app/mangen")
# What comes before a language is known, is no sentence, or is a file for this program.
AS_THEY_ARE = ("suantop: refuses to run", "\\nMIT licence", "audit: %s/audit.log")
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_MARKED = re.compile(r"\b(?:S_|_n?|_c|N_|NC_)\(")
_CONVERSION = re.compile(r"%[-+ #0-9.*$]*(?:hh?|ll?|[zjt])?[a-zA-Z%]|\\.")


def arguments(text, at):
    """(begin, end) of each argument of the call whose parenthesis was opened before `at`."""
    depth, found = 1, [at]
    while depth and at < len(text):
        quoted = _LITERAL.match(text, at) if text[at] == '"' else re.compile(r"'(?:\\.|[^'\\])+'").match(text, at)
        if quoted:
            at = quoted.end()
            continue
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if text[at] == "," and depth == 1:
            found.append(at + 1)
        at += 1
    return [(begin, end - 1) for begin, end in zip(found, found[1:] + [at])]


def unmarked(text, at, end):
    """(where, words) of each string of an argument that no mark stands around; neighbours are one."""
    found, open_run = [], False
    while at < end:
        marked, quoted = _MARKED.match(text, at), _LITERAL.match(text, at)
        if marked:
            at = arguments(text, marked.end())[-1][1] + 1
            open_run = False
        elif quoted:
            if open_run:
                found[-1] = (found[-1][0], found[-1][1] + quoted[1])
            else:
                found.append((at, quoted[1]))
            open_run, at = True, quoted.end()
        else:
            open_run = open_run and text[at].isspace()
            at += 1
    return found


def unmarked_words(root, path, functions):
    text = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), lint.read(root, path), flags=re.S)
    for m in re.finditer(rf"\b({'|'.join(functions)})\(", text):
        for number, (begin, end) in enumerate(arguments(text, m.end())):
            for at, words in unmarked(text, begin, end):
                if (number != functions[m[1]] and not words.startswith(AS_THEY_ARE)
                        and len(re.findall(r"[A-Za-z_][A-Za-z_-]+", _CONVERSION.sub(" ", words))) > 1):
                    mark = "S_" if functions is COMPLAINING else "_"
                    yield f'{path}:{lint.line_of(text, at)}: "{words[:60]}" is not marked: {mark}("...")'


def check_marks(root):
    for path in lint.sources(root, (".c",)):
        if not SILENT.search(str(path)):
            yield from unmarked_words(root, path, COMPLAINING)
            if str(path).startswith(("src/app/", "src/fleetsim/", "src/node/main")):
                yield from unmarked_words(root, path, PRINTING)


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
    return complaints + list(check_marks(root))


HEAD = ("/* SPDX-License-Identifier: MIT\n * sentences.def - made by make update-sentences: every format that is marked "
        "with S_(), see sentence.h. */\n")
GONE = {LIST: HEAD + 'SENTENCE("it is gone")\n'}
BAD = {
    "a sentence that is not listed": {LIST: HEAD, "src/io/a.c": 'x(S_("it is gone"));\n'},
    "one that nothing writes": {LIST: HEAD + 'SENTENCE("it is gone")\n', "src/io/a.c": "int x;\n"},
    "no order": {LIST: HEAD + 'SENTENCE("b %s")\nSENTENCE("a")\n', "src/io/a.c": 'x(S_("a"), S_("b "\n "%s"));\n'},
    "a complaint without a mark": {LIST: HEAD, "src/io/a.c": 'err_set(e, RC_IO, "the place", "%s "\n  "is gone", x);\n'},
    "one beside a mark": {**GONE, "ui/a.c": 'return err_sys(e, RC_IO, f(1, 2), p, x ? S_("it is gone") : "it is there");\n'},
    "words that are printed": {LIST: HEAD, "src/app/a.c": 'fprintf(stderr, "suantop: %s is gone\\n", x);\n'},
}
GOOD = {
    "a list of all": {LIST: HEAD + 'SENTENCE("a")\nSENTENCE("b %s")\n',
                      "src/io/a.c": 'x(S_("b "\n     "%s"), S_("a"));\n'},
    "marked complaints": {**GONE, "src/io/a.c": 'err_set(e, RC_IO, "the place", "%s: " S_("it is gone") ": %s", g("x"), \',\');\n'
                                                '/* err_set(e, RC_IO, "", "not a call") */\n'},
    "what is printed marked, or is no words": {LIST: HEAD, "src/app/a.c": 'printf(_("%s is gone\\n"), x); puts("%s: %d");\n'},
}

if __name__ == "__main__":
    lint.run("sentences", check, BAD, GOOD)
