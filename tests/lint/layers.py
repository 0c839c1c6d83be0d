#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who may include whom: the layer rules of ARCHITECTURE.md, read from the #include lines."""
import re

import lint

# layer: patterns of what its files may include besides their own layer. Paths as in #include "...".
ACTION_REQUEST = r"action/request\.h"
# What the ui may know of actions: what is wanted and what it would do. Sending is not among it.
ACTION_PLAN = r"action/(request|plan)\.h|action/verbs\.def"
ALLOWED = {
    "base": [],
    "data": [],
    "model": [r"base/.*"],
    "codec": [r"base/.*"],
    "action": [r"base/.*", r"model/.*"],
    "export": [r"base/.*", r"model/.*"],
    "collectors": [r"base/.*", r"codec/.*", ACTION_REQUEST, r"model/.*", r"data/data\.h"],
    "ui": [r"base/.*", ACTION_PLAN, r"model/.*"],
    "io": [r"base/.*", r"model/.*", r"codec/.*", r"action/.*",
           r"collectors/collector\.h", r"collectors/registry\.h", r"collectors/collectors\.def"],
    # A program of its own; what reads this machine is shared with `suantop probe`.
    "node": [r"base/.*", r"codec/.*", r"collectors/local/probe\.h"],
    # The simulated fleet: a world without I/O, and what it says on the wire.
    "httpd": [r"base/.*"],
    "fleetsim": [r"base/.*", r"codec/.*", r"httpd/.*"],
    "app": [r".*"],
}
# The model has two sides: who reads snapshots may not change the fleet, who makes deltas sees neither.
FORBIDDEN = {
    "ui": r"model/(delta|fleet)\.h",
    "export": r"model/(delta|fleet)\.h",
    "collectors": r"model/(fleet|snapshot|query|value)\.h",
}
GENERATED = {"autoconf.h"}


def layer_of(path):
    parts = path.parts
    return parts[1] if parts[0] == "src" else parts[0]


def resolve(root, path, name):
    """The path of an included project header as written from src/ or the top, or None."""
    here = (root / path).parent / name
    for base in (root / "src", root):
        if (base / name).is_file():
            return name
        if here.is_file():
            try:
                return here.resolve().relative_to(base.resolve()).as_posix()
            except ValueError:
                continue
    return None


def check(root):
    complaints = []
    for path in lint.sources(root):
        layer = layer_of(path)
        if layer not in ALLOWED:
            complaints.append(f"{path}: folder {layer} is not a layer; give it its rule in {__file__}")
            continue
        for line, bracket, name in lint.includes(root, path):
            where = f"{path}:{line}"
            target = resolve(root, path, name)
            if bracket == "<":
                if target and "/" in name and name.split("/")[0] in ALLOWED:
                    complaints.append(f'{where}: project header {name} needs "quotes"')
                continue
            if name in GENERATED:
                continue
            if target is None:
                complaints.append(f"{where}: {name} is no header of this tree")
            elif not target.startswith(layer + "/") and \
                    not any(re.fullmatch(p, target) for p in ALLOWED[layer]):
                complaints.append(f"{where}: {layer} may not include {target}")
            elif layer in FORBIDDEN and re.fullmatch(FORBIDDEN[layer], target):
                complaints.append(f"{where}: {target} is the side of the model that {layer} must not see")
    return complaints


HEADERS = {p: "" for p in ("src/base/buf.h", "src/model/snapshot.h", "src/model/fleet.h", "src/model/delta.h",
                           "src/codec/json.h", "src/action/request.h", "src/action/guard.h",
                           "src/io/http.h", "src/export/csv.h", "src/app/config.h",
                           "collectors/collector.h", "collectors/slurm/jobs.h", "ui/canvas.h")}


def one(path, name):
    return {**HEADERS, path: f'#include "{name}"\n'}


BAD = {
    "base knowing the model": one("src/base/x.c", "model/snapshot.h"),
    "the model knowing a codec": one("src/model/x.c", "codec/json.h"),
    "a codec knowing the model": one("src/codec/x.c", "model/snapshot.h"),
    "a collector knowing io": one("collectors/slurm/x.c", "io/http.h"),
    "a collector knowing the guard": one("collectors/slurm/x.c", "action/guard.h"),
    "a collector changing the fleet": one("collectors/slurm/x.c", "model/fleet.h"),
    "a collector reading snapshots": one("collectors/slurm/x.c", "model/snapshot.h"),
    "ui naming a collector": one("ui/view_x.c", "collectors/collector.h"),
    "ui changing the fleet": one("ui/view_x.c", "model/fleet.h"),
    "ui knowing io": one("ui/view_x.c", "io/http.h"),
    "ui reaching io by a relative path": one("ui/view_x.c", "../src/io/http.h"),
    "export knowing ui": one("src/export/x.c", "ui/canvas.h"),
    "io knowing a collector family": one("src/io/x.c", "collectors/slurm/jobs.h"),
    "the node's program knowing the model": one("src/node/x.c", "model/snapshot.h"),
    "the node's program knowing a collector": one("src/node/x.c", "collectors/collector.h"),
    "io knowing the app": one("src/io/x.c", "app/config.h"),
    "a header in angle brackets": {**HEADERS, "ui/x.c": "#include <io/http.h>\n"},
    "a header that is not there": one("ui/x.c", "ui/nowhere.h"),
    "a folder without a rule": one("src/other/x.c", "base/buf.h"),
}
GOOD = {
    "the model using base": one("src/model/x.c", "base/buf.h"),
    "a collector making a delta": one("collectors/slurm/x.c", "model/delta.h"),
    "a collector in its own family": one("collectors/slurm/x.c", "collectors/slurm/jobs.h"),
    "ui making an action request": one("ui/view_x.c", "action/request.h"),
    "io knowing the collector contract": one("src/io/x.c", "collectors/collector.h"),
    "the app knowing all": one("src/app/x.c", "collectors/slurm/jobs.h"),
    "an include in a comment": {**HEADERS, "ui/x.c": '/*\n#include "io/http.h"\n*/\n'},
}

if __name__ == "__main__":
    lint.run("layers", check, BAD, GOOD)
