#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No include cycles: neither among headers nor among modules.

foo.c, foo.h and foo_int.h (what the files of a module tell each other) are one module.
"""
import re

import lint
from layers import resolve


def graph_of(root, node):
    graph = {}
    for path in lint.sources(root):
        me = node(path)
        graph.setdefault(me, set())
        for _, bracket, name in lint.includes(root, path):
            target = resolve(root, path, name) if bracket == '"' else None
            if target:
                full = root / "src" / target
                other = node((full if full.is_file() else root / target).relative_to(root))
                if other != me:
                    graph[me].add(other)
    return graph


def cycles(graph):
    """Strongly connected sets of more than one node (Tarjan, without recursion)."""
    index, low, stack, on, found = {}, {}, [], set(), []
    for start in graph:
        if start in index:
            continue
        work = [(start, iter(sorted(graph[start])))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on.add(start)
        while work:
            node, edges = work[-1]
            for other in edges:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on.add(other)
                    work.append((other, iter(sorted(graph.get(other, ())))))
                    break
                if other in on:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        on.discard(group[-1])
                    if len(group) > 1:
                        found.append(sorted(group))
    return found


def module(path):
    # A table (.def) is part of whoever includes it, so it stands for itself.
    if path.suffix not in (".c", ".h"):
        return path.as_posix()
    return re.sub(r"_int$", "", path.with_suffix("").as_posix())


def check(root):
    headers = cycles(graph_of(root, lambda path: path.as_posix()))
    modules = cycles(graph_of(root, module))
    return ["include cycle: " + " <-> ".join(group) for group in headers + modules]


BAD = {
    "two headers that include each other": {
        "src/base/a.h": '#include "base/b.h"\n', "src/base/b.h": '#include "base/a.h"\n'},
    "a cycle through a .c file": {
        "src/base/a.h": "", "src/base/a.c": '#include "base/a.h"\n#include "base/b.h"\n',
        "src/base/b.h": '#include "base/c.h"\n', "src/base/c.h": '#include "base/a.h"\n'},
}
GOOD = {
    "a module's own private header": {
        "src/base/a.h": "", "src/base/a_int.h": '#include "base/a.h"\n',
        "src/base/a.c": '#include "base/a_int.h"\n', "src/base/b.c": '#include "base/a_int.h"\n'},
    "a diamond": {
        "src/base/a.h": '#include "base/b.h"\n#include "base/c.h"\n', "src/base/b.h": '#include "base/d.h"\n',
        "src/base/c.h": '#include "base/d.h"\n', "src/base/d.h": ""},
}

if __name__ == "__main__":
    lint.run("cycles", check, BAD, GOOD)
