#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No function is defined twice: in static libraries the linker silently takes the first it meets,
and a caller of the other one gets the wrong function. Reads the built libraries with nm."""
import collections
import os
import subprocess
from pathlib import Path

LAYERS = ("src", "collectors", "ui")


def defined(nm_text):
    """(symbol, object) of each global definition in the output of nm -A."""
    for line in nm_text.splitlines():
        fields = line.split()
        if len(fields) >= 3 and fields[-2] in "TDBR" and not fields[-1].startswith("__"):
            yield fields[-1], fields[0].rpartition(":")[0]


def twice(nm_text):
    objects = collections.defaultdict(set)
    for symbol, name in defined(nm_text):
        objects[symbol].add(name)
    return [f"{s} is defined in {' and '.join(sorted(o))}" for s, o in sorted(objects.items()) if len(o) > 1]


def report(number, label, complaints):
    for complaint in complaints:
        print(f"# {complaint}")
    print(f"{'not ok' if complaints else 'ok'} {number} - {label}")


def main():
    build = Path(os.environ.get("SUANTOP_BUILDDIR", "."))
    libraries = [str(p) for top in LAYERS for p in sorted((build / top).rglob("*.a"))]
    bad = "a.a:x.o:0000 T same\nb.a:y.o:0000 T same\n"
    good = "a.a:x.o:0000 T one\nb.a:y.o:0000 T two\nb.a:y.o:0000 t same\na.a:x.o: U two\n"
    print("1..3")
    report(1, "complains about a function in two objects", [] if twice(bad) else ["nothing was said"])
    report(2, "is silent about different functions", twice(good))
    text = subprocess.run(["nm", "-A", "-g", "--defined-only", *libraries], text=True, check=True,
                          capture_output=True).stdout if libraries else ""
    report(3, "no function is defined twice", twice(text) if text else ["no built library found"])


main()
