#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 35 s
"""Two clusters in one overview, one by slurmrestd and one by commands; each fails and heals without the other."""
import signal
import time

import compare
import tap
from e2e import Dashboard, alpha, beta, config, snapshot, source, suantop, until


def settle(*clusters):
    for c in clusters:
        until(20, lambda: "unk" not in c.run("sinfo", "-h", "-o", "%t") and "*" not in c.run("sinfo", "-h", "-o", "%t"))


def error_of(doc, center):
    return next((e for e in doc["errors"] if e["center"] == center), None)


def main():
    a, b = alpha(), beta()
    settle(a, b)
    conf = config(
        {
            "alpha": {
                "slurm": {
                    "url": a.url,
                    "insecure": "true",
                    "user": "root",
                    "token_file": a.secret(),
                    "prefer": "rest",
                    "jobs_interval": "2s",
                    "nodes_interval": "2s",
                    "diag_interval": "2s",
                }
            },
            "beta": {"slurm": {"conf": b.conf, "jobs_interval": "2s", "nodes_interval": "2s", "diag_interval": "2s"}},
        }
    )
    a.submit("-J", "ofalpha", "--gres=gpu:3", "--mem=100")
    b.submit("-J", "ofbeta", "--gres=gpu:1", "--mem=100")
    b.submit("-J", "waits", "-H")
    until(10, lambda: a.run("squeue", "-h", "-t", "R") and b.run("squeue", "-h", "-t", "R"))

    status, doc, err = snapshot("-c", conf)
    tap.ok("both answer: complete, exit 0", status == 0 and doc and doc["complete"] and not doc["errors"], err or doc)
    for c in a, b:
        tap.none(f"{c.name} is what its own commands say", compare.differences(compare.truth(c.env), doc, c.name))
    total = doc["totals"]
    tap.equal(
        "the totals are those of both",
        [total[k] for k in ("nodes_total", "devices_total", "jobs_running", "jobs_held")],
        [6, 24, 2, 1],
    )

    ui = Dashboard("-c", conf)
    tap.ok("one overview shows both", ui.wait("alpha", 15) and ui.wait("beta", 5), ui.text())
    shown = ui.wait(r"alpha.*\b4\b", 10)
    tap.ok("with their nodes", shown and ui.wait(r"beta.*\b2\b", 10), ui.text())
    ui.keys("5")
    tap.ok("the running jobs of both are in one table", ui.wait("ofalpha", 10) and ui.wait("ofbeta", 10), ui.text())

    outage(a, b, conf, ui)
    commands_fail(a, b, conf)
    tap.equal("the dashboard ends well", ui.quit(), 0)


def outage(a, b, conf, ui):
    """slurmrestd of alpha goes away and comes back."""
    a.kill("slurmrestd-tcp")
    b.submit("-J", "meanwhile", "--mem=100")
    tap.ok(
        "rows of the dead source stay while the other goes on",
        ui.wait("meanwhile", 20) and "ofalpha" in ui.text(),
        ui.text(),
    )
    ui.keys("8")
    tap.ok("view 8 says failed", ui.wait(r"alpha.*(failed|stale)", 20), ui.text())
    ui.keys("home", "d")
    tap.ok("and what to do", ui.wait(r"(?i)is the service running|refused|connect", 10), ui.text())
    ui.keys("esc", "1")
    tap.ok("the overview shows it as not live", ui.wait(r"(?i)alpha.*(stale|down)", 60), ui.text())
    tap.ok("the header counts it", ui.wait(r"(?i)1 .*(stale|down|bad|fail)", 5), ui.text().splitlines()[0])

    status, doc, err = snapshot("-c", conf)
    e = doc and error_of(doc, "alpha")
    tap.ok(
        "a snapshot meanwhile: exit 3, not complete",
        status == 3 and doc and doc["complete"] is False,
        f"{status} {err}",
    )
    tap.ok(
        "errors[] names the source, the class and a mend",
        e and e["class"] == "net" and e["source"] and e["mend"] and e["message"],
        e,
    )
    tap.none("the other center is whole in it", compare.differences(compare.truth(b.env), doc, "beta"))
    status, out, _ = suantop("check", "-c", conf)
    tap.ok("check says so", status in (1, 2, 3) and b"alpha" in out, f"{status} {out}")
    status, out, _ = suantop("doctor", "-c", conf)
    tap.ok(
        "doctor says what and what to do, and exits 1",
        status == 1 and b"FAIL" in out and b"mend:" in out,
        f"{status} {out}",
    )

    a.submit("-J", "afterwards", "--mem=100")
    a.up()
    ui.keys("8")
    tap.ok("its return heals the source without a restart", ui.wait(r"alpha.* ok ", 75), ui.text())
    ui.keys("5")
    tap.ok("and the new rows come", ui.wait("afterwards", 30), ui.text())


def commands_fail(a, b, conf):
    """The controller of beta goes away: its commands fail, in words."""
    b.kill("slurmctld", signal.SIGTERM)
    started = time.monotonic()
    status, doc, err = snapshot("-c", conf, "--timeout", "8s")
    took = time.monotonic() - started
    e = doc and error_of(doc, "beta")
    tap.ok("a controller that is gone: exit 3 in time", status == 3 and took < 60, f"{status} {took:.1f} {err}")
    tap.ok(
        "the error tells what the command said or that it kept silent",
        e and e["class"] in ("child", "timeout", "net") and e["message"],
        e,
    )
    tap.ok("the first center is whole", doc and source(doc, "alpha")["state"] == "ok", doc and source(doc, "alpha"))
    b.up()
    settle(b)
    status, doc, err = snapshot("-c", conf)
    tap.equal("and back", status, 0)
    broken = config(
        {
            "nowhere": {"slurm": {"conf": b.conf, "bin_dir": "/proc/nonexistent", "prefer": "text"}},
            "nohost": {"slurm": {"command": "/proc/nonexistent/ssh x", "prefer": "text"}},
            "refused": {"slurm": {"command": "false", "prefer": "text"}},
            "talks": {"slurm": {"command": "echo Last login: today;", "prefer": "text"}},
            "nosocket": {"slurm": {"socket": "/proc/nonexistent/socket", "prefer": "rest"}},
            "beta": {"slurm": {"conf": b.conf}},
        },
        "broken.yaml",
    )
    status, doc, err = snapshot("-c", broken)
    tap.ok("sources that cannot work: exit 3", status == 3 and doc, f"{status} {err}")
    for center in "nowhere", "nohost", "refused", "talks", "nosocket":
        e = doc and error_of(doc, center)
        tap.ok(f"{center}: says why", e and len(e["message"]) > 10, e)
    tap.none("and the good one beside them is whole", compare.differences(compare.truth(b.env), doc, "beta"))


if __name__ == "__main__":
    tap.run(main)
