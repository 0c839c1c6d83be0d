#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manual and the completions: made without warnings, complete, and true.

Complete: each row of the tables has a help text and stands in its page. True: the example
configuration loads, the keys of the configuration are those of the code.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SRC = Path(os.environ.get("SUANTOP_SRCDIR") or Path(__file__).resolve().parents[2])
BUILD = Path(os.environ.get("SUANTOP_BUILDDIR") or ".")
PAGES = ("suantop.1", "suantop.conf.5", "suantop-themes.5", "suantop-reasons.7", "suantop-node.8",
         "suantop-fleetsim.8")
COMPLETIONS = {"bash": "suantop", "zsh": "_suantop", "fish": "suantop.fish"}


class Skip(Exception):
    pass


def need(program):
    if not shutil.which(program):
        raise Skip(f"{program} is not installed")
    return program


def page(name):
    return (BUILD / "docs/man" / name).read_text(encoding="utf-8")


def plain(name):
    """A page with the font changes and escapes taken out."""
    text = re.sub(r"\\f[BIR]", "", page(name))
    for roff, char in ((r"\-", "-"), (r"\(ti", "~"), (r"\(ha", "^"), (r"\(aq", "'"), (r"\(ga", "`"),
                       (r"\(dq", '"'), (r"\&", ""), (r"\e", "\\")):
        text = text.replace(roff, char)
    return text


def rows(path, macro):
    """The arguments of each MACRO(...) line of a table, strings without their quotes."""
    found = []
    text = re.sub(r"/\*.*?\*/", "", (SRC / path).read_text(encoding="utf-8"), flags=re.S)
    for body in re.findall(rf"^{macro}\((.*?)\)$", text, re.M | re.S):
        cells = re.findall(r'"((?:[^"\\]|\\.)*)"|([^\s",][^",]*)', body)
        found.append([a.replace('\\"', '"').replace("\\\\", "\\") if not b else b.strip() for a, b in cells])
    assert found, f"no {macro} in {path}"
    return found


def has_help(row):
    return len(row[-1]) >= 3


def test_no_page_holds_an_unfilled_table():
    for name in PAGES:
        assert not re.search(r"^@\w+@$", page(name), re.M), name
        assert page(name).count("\n") > 20


def test_groff_has_no_warning():
    need("groff")
    for name in PAGES:
        done = subprocess.run(["groff", "-man", "-K", "utf8", "-T", "utf8", "-ww", "-z", "-rLL=100n",
                               BUILD / "docs/man" / name], capture_output=True, text=True)
        assert not done.stderr, done.stderr


def test_man_has_no_warning():
    need("man")
    env = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100", "MANPAGER": "cat"}
    for name in PAGES:
        done = subprocess.run(["man", "--warnings", "-l", BUILD / "docs/man" / name], env=env,
                              capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr, done.stderr


def test_mandoc_has_no_warning():
    need("mandoc")
    for name in PAGES:
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", BUILD / "docs/man" / name],
                              capture_output=True, text=True)
        assert not done.stdout, done.stdout


def test_each_command_and_option_is_there():
    text = plain("suantop.1")
    for row in rows("src/app/options.def", "COMMAND"):
        assert has_help(row), row
        assert f"suantop {row[1]}".strip() in text, row
    for row in rows("src/app/options.def", "OPTION"):
        assert has_help(row), row
        assert f"--{row[1]}" in text and row[-1][1:] in text, row


def test_what_is_chosen_by_name_is_told():
    """Options that take one of a table's words name all of them."""
    told = {row[1]: set(re.findall(r"[a-z]+", row[-1])) for row in rows("src/app/options.def", "OPTION")}
    assert {row[0] for row in rows("ui/views.def", "VIEW")} <= told["view"], told["view"]
    assert {row[0] + "s" for row in rows("src/model/entities.def", "ENTITY")} <= told["only"], told["only"]


def test_each_key_is_there():
    text = plain("suantop.1")
    for row in rows("ui/keys.def", "CMD"):
        assert has_help(row), row
        assert f"{row[2]}  ({row[1]})" in text, row


def test_each_field_is_there():
    text = plain("suantop.1")
    for entity, *_ in rows("src/model/entities.def", "ENTITY"):
        for row in rows(f"src/model/{entity}.def", "FIELD"):
            assert has_help(row), row
            assert f"\n{row[0]}  (" in text and row[-1][1:] in text, row
    for row in rows("src/model/derived.def", "DERIVED"):
        assert has_help(row), row
        assert f"\n{row[2]}  (" in text and row[-1][1:] in text, row


def test_each_role_and_reason_is_there():
    text = plain("suantop-themes.5")
    for row in rows("ui/roles.def", "ROLE"):
        assert f"\n{row[1]}  (#" in text, row
    text = plain("suantop-reasons.7")
    for code, words, _ in rows("src/model/reasons.def", "REASON"):
        assert f"\n{code}\n" in text and words[1:] in text, code


def test_each_configuration_key_is_there():
    text = plain("suantop.conf.5")
    keys = re.findall(r'CYAML_FIELD_\w+\(\s*"(\w+)"', (SRC / "src/app/config_schema.c").read_text())
    assert {"id", "sources", "refresh", "capacity"} <= set(keys)
    for key in keys:
        assert re.search(rf"^(\.B[IR]? )?{key}:|\b{key}\b", text, re.M), key
    described = set(re.findall(r"^\.B[I]? (\w+):", text, re.M))
    assert described <= set(keys), f"no such key: {described - set(keys)}"


def test_the_example_configuration_loads():
    program = BUILD / "suantop"
    example = re.search(r"^\.SH EXAMPLE\n.*?\.nf\n(.*?)\.fi\n", page("suantop.conf.5"), re.M | re.S)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_text(example.group(1).replace(r"\-", "-"), encoding="utf-8")
        for name in ("zb.jwt", "zb.pem"):
            (Path(folder) / name).touch(mode=0o600)
        done = subprocess.run([program, "snapshot", "-f", "json", "-c", path, "--timeout", "100ms"],
                              capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 3), f"{done.returncode} {done.stderr}"
    assert '"center":"tianjin"' in done.stdout


def test_the_examples_have_options_that_exist():
    options = {f"--{row[1]}" for row in rows("src/app/options.def", "OPTION")}
    options |= {"--user", "--now"}  # of systemctl
    source = (SRC / "src/node/main.c").read_text()
    of_node = {f"--{name}" for name in re.findall(r'\{"([a-z-]+)", (?:no|required)_argument', source)}
    source = (SRC / "src/fleetsim/main.c").read_text()
    of_fleet = {f"--{name}" for name in re.findall(r'\{"([a-z-]+)", [01], NULL', source)}
    assert len(of_node) > 5 and len(of_fleet) > 5, (of_node, of_fleet)
    for name in PAGES:
        known = of_node if name.startswith("suantop-node") else of_fleet if "fleetsim" in name else options
        used = set(re.findall(r"(?<!\S)--[a-z][a-z-]+", plain(name)))
        assert used <= known, f"{name}: {used - known}"


def test_the_shells_accept_the_completions():
    done = 0
    for shell, name in COMPLETIONS.items():
        if shutil.which(shell):
            subprocess.run([shell, "-n", BUILD / "docs/completions" / name], check=True, capture_output=True)
            done += 1
    if done == 0:
        raise Skip("no shell of the three is installed")


def test_the_completions_know_each_option():
    options = rows("src/app/options.def", "OPTION")
    for shell, name in COMPLETIONS.items():
        text = (BUILD / "docs/completions" / name).read_text()
        for row in options:
            assert f"--{row[1]}" in text or f"-l {row[1]} " in text, f"{shell}: {row[1]}"
        for command in rows("src/app/options.def", "COMMAND"):
            assert re.search(rf"\b{command[1]}\b", text), f"{shell}: {command[1]}"


ASK_BASH = """. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _suantop; echo "${COMPREPLY[*]}" """


def test_bash_completes():
    need("bash")
    cases = {("suantop", "sn"): "snapshot", ("suantop", "snapshot", "-f", "n"): "ndjson",
             ("suantop", "snapshot", "--format", "=", "j"): "json",
             ("suantop", "snapshot", "--only", "nodes,j"): "nodes,jobs",
             ("suantop", "--view", "q"): "queued", ("suantop", "check", "--warn-t"): "--warn-temp",
             ("suantop", "check", "--theme"): "", ("suantop", "--colour", "2"): "24bit 256"}
    for words, wanted in cases.items():
        done = subprocess.run(["bash", "-c", ASK_BASH, "bash", BUILD / "docs/completions/suantop", *words],
                              check=True, capture_output=True, text=True)
        assert done.stdout.strip() == wanted, f"{words}: {done.stdout!r}"


def test_fish_completes():
    need("fish")
    cases = {"suantop sn": "snapshot", "suantop snapshot -f n": "ndjson", "suantop check --warn-t": "--warn-temp",
             "suantop snapshot --only nodes,j": "nodes,jobs"}
    with tempfile.TemporaryDirectory() as home:
        for line, wanted in cases.items():
            script = f"source {BUILD}/docs/completions/suantop.fish; complete -C '{line}'"
            done = subprocess.run(["fish", "--no-config", "-c", script], check=True, capture_output=True, text=True,
                                  env={**os.environ, "HOME": home})
            assert [row.split("\t")[0] for row in done.stdout.splitlines()] == [wanted], f"{line}: {done.stdout!r}"


def main():
    tests = [(name, fn) for name, fn in sorted(globals().items()) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, fn) in enumerate(tests, 1):
        label = name[5:].replace("_", " ")
        try:
            fn()
            print(f"ok {number} - {label}")
        except Skip as why:
            print(f"ok {number} - {label} # SKIP {why}")
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {label}")
            for line in f"{type(error).__name__}: {error}".splitlines()[:20]:
                print(f"# {line[:300]}")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
