#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One way to change anything elsewhere: a confirmed plan, through the actor. Who makes mutating requests, who hands
confirmed orders over, who makes them, and who writes intents is each in one place."""
import re

import lint

ACTOR = re.compile(r"src/io/actor\w*\.c")
RULES = (
    # The initialiser in a collector's table is no call.
    (re.compile(r"(?:->|\.)\s*encode\b(?!\s*=[^=])"), ACTOR, "a collector's encode is the actor's only"),
    (re.compile(r"\bnet_act_commit\s*\("), re.compile(r"src/app/.*|src/io/net\.[ch]"),
     "orders are handed over by the app only"),
    (re.compile(r"\bactor_commit\s*\("), re.compile(r"src/io/(actor\w*|net)\.[ch]"),
     "orders reach the actor through net.h only"),
    (re.compile(r"\bjournal_intent\b"), re.compile(r"src/io/actor\w*\.c|src/action/journal.*"),
     "intents are written by who sends"),
    (re.compile(r"\bstruct\s+confirmed_order\s*\{"), re.compile(r"src/action/confirm\.c"),
     "a confirmed order is made by plan_confirm only"),
    (re.compile(r"\bsizeof\s*\(?\s*(?:struct\s+confirmed_order|\*+\s*\w*confirmed\w*)\b"),
     re.compile(r"src/action/confirm\.c"), "a confirmed order is made by plan_confirm only"),
)


def check(root):
    complaints = []
    for path in lint.sources(root):
        text = lint.code(root, path)
        for pattern, allowed, why in RULES:
            if not allowed.fullmatch(path.as_posix()):
                complaints += [f"{path}:{lint.line_of(text, m.start())}: {why}" for m in pattern.finditer(text)]
    return complaints


def body(text):
    return f"void f(void)\n{{\n    {text};\n}}\n"


BAD = {
    "a view that encodes": {"ui/a.c": body("ops->act->encode(state, o, t, rq, e)")},
    "a source that encodes": {"src/io/source.c": body("rc = act.encode(state, o, t, rq, e)")},
    "an encode that is only taken": {"src/io/net.c": body("fn = ops->act->encode")},
    "an encode over two lines": {"src/app/a.c": body("ops->act\n        ->encode(x)")},
    "a view that commits": {"ui/act.c": body("net_act_commit(n, c, e)")},
    "another way to the actor": {"src/io/source.c": body("actor_commit(a, c, e)")},
    "an intent from the screen": {"src/app/a.c": body("journal_intent(j)")},
    "a second maker": {"src/io/actor.c": "struct confirmed_order {\n    int x;\n};\n"},
    "a maker by size": {"src/app/a.c": body("p = calloc(1, sizeof(struct confirmed_order))")},
}
GOOD = {
    "the actor": {"src/io/actor_way.c": body("source_act_ops(s)->encode(state, o, t, rq, e)")},
    "a collector's table": {"collectors/slurm/act.c": "const struct x y = {\n    .encode = slurm_act_encode,\n};\n"},
    "the app": {"src/app/act.c": body("net_act_commit(n, c, e)")},
    "other encoders": {"collectors/slurm/ask.c": body("request_encode(rq, s)"), "ui/a.c": body("encode(s)")},
    "a comment": {"ui/a.c": "/* net_act_commit(x); act->encode(x) */\n"},
}

if __name__ == "__main__":
    lint.run("acting", check, BAD, GOOD)
