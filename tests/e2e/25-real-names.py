#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 12 s
"""Hostile names in a real Slurm: users can call their jobs what they like, and every transport carries it."""
import subprocess

import compare
import tap
from e2e import Dashboard, alpha, config, snapshot, until
from hostile import PAYLOADS, TEXTS, clean_utf8, is_harmless, strings


def names():
    """Those that an argument list can carry and sbatch takes."""
    for name, text in TEXTS.items():
        if isinstance(text, str) and not text.startswith('"a\\u') and "\0" not in text and text.strip():
            yield name, text.encode("utf-8", "surrogatepass")[:900]
        elif isinstance(text, bytes):
            yield name, text
    yield "a record of squeue", b"a|b|c\n99|x|y|z|low|RUNNING|n1"
    yield "a record of scontrol", b"x\nNodeName=evil State=DOWN\nJobId=1 JobName=y"
    yield "keys of scontrol", b"x JobState=FAILED UserId=root(0) NodeList=n[1-4]"


def main():
    c = alpha()
    until(20, lambda: c.run("sinfo", "-h", "-p", "low", "-t", "idle", "-o", "%D") == "4")
    jobs = {c.submit("-J", text, "-H", "--mem=10", "--comment", text[:200]): name for name, text in names()}
    for node, reason in (
        ("n1", b"\x1b]52;c;cm0gLXJmIC8=\x07\x1b[2J"),
        ("n2", "\u202egnp \u200b e\u0301\u0301\u0301\u0301".encode()),
        ("n3", b"a\xff\xfe|b Reason=x [root@2020-01-01T00:00:00]"),
    ):
        subprocess.run(
            [b"scontrol", b"update", b"nodename=" + node.encode(), b"state=drain", b"reason=" + reason],
            env=c.env,
            check=True,
        )
    conf = config(
        {
            "tcp": {
                "slurm": {"url": c.url, "insecure": "true", "user": "root", "token_file": c.secret(), "prefer": "rest"}
            },
            "text": {"slurm": {"conf": c.conf, "prefer": "text"}},
        }
    )
    status, doc, err = snapshot("-c", conf)
    tap.ok("a snapshot is complete", status == 0 and doc, f"{status} {err}")
    truth = compare.truth(c.env)
    for center in "tcp", "text":
        tap.none(
            f"{center}: all but the names is what squeue and scontrol say",
            compare.differences(truth, doc, center, ("jobs.name", "nodes.reason")),
        )
        rows = {r["id"]: r for r in doc["jobs"] if r["center"] == center}
        for job, name in jobs.items():
            row = rows.get(job)
            tap.ok(
                f"{center}: job named with {name}",
                row and row["name"] and all(is_harmless(s) for _, s in strings(row)),
                row,
            )
    one, two = ({r["id"]: r["name"] for r in doc["jobs"] if r["center"] == k} for k in ("tcp", "text"))
    # A line's end is all that the text way cannot tell from a blank.
    different = [
        k for k in one if one[k] != two.get(k) and b"\n" not in dict((j, dict(names())[n]) for j, n in jobs.items())[k]
    ]
    tap.none("both transports show the same names", [f"{jobs[k]}: {one[k]!r} {two.get(k)!r}" for k in different])
    screens(conf)


def screens(conf):
    ui = Dashboard("-c", conf, "--view", "queued", "--no-mouse", size=(160, 50))
    tap.ok("the dashboard shows the queue", ui.wait("suanusr", 20), ui.text())
    for view in "4", "2", "1", "5", "8":
        ui.keys(view, *["pgdn"] * 4, "home", "d", "esc", "y")
        ui.pump(1)
        ui.keys("esc", "down", "d", "esc")
        if view == "4":
            ui.keys("home")
            lines = [line for line in ui.text().splitlines() if "suanusr" in line]
            places = {columns(line).index("suanusr") for line in lines}
            tap.ok(
                "the column behind the names stays where it is", len(lines) > 20 and len(places) == 1, "\n".join(lines)
            )
    tap.none("nothing of any payload came to the terminal", [p for p in PAYLOADS if p in ui.raw])
    tap.ok("every byte is UTF-8 of characters with a known width", clean_utf8(ui.raw))
    tap.equal("and ends well", ui.quit(), 0)


def columns(line):
    """A character for each cell: wide ones twice."""
    from ptybench import char_width

    return "".join(ch * char_width(ch) for ch in line)


if __name__ == "__main__":
    tap.run(main)
