#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The simulated fleet through the real program: every figure, the verbs from the keyboard, a center that misbehaves, the
wall, the demo; and that nothing of it stays behind."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

SOURCE, BUILD = os.environ["SUANTOP_SRCDIR"], os.environ["SUANTOP_BUILDDIR"]
folder = tempfile.TemporaryDirectory(prefix="suantop-fleetsim.")
os.environ.update(T=folder.name, SUANTOP=BUILD + "/suantop", XDG_STATE_HOME=folder.name + "/state",
                  XDG_CONFIG_HOME=folder.name + "/config", TMPDIR=folder.name, TZ="UTC", LC_ALL="C.UTF-8")
sys.path.insert(0, SOURCE + "/tests/e2e")
import tap  # noqa: E402
from e2e import Dashboard, alive, snapshot, source, suantop, until  # noqa: E402

SMALL = SOURCE + "/tests/fleetsim/small.conf"
BEHAVED = "none"


class Fleet:
    def __init__(self, *options, scenario=SMALL):
        self.config = f"{folder.name}/fleet.yaml"
        self.process = subprocess.Popen([BUILD + "/suantop-fleetsim", "-s", scenario, *options],
                                        stdout=subprocess.PIPE, text=True)
        text = self.process.stdout.read()  # it closes it when the configuration is whole
        with open(self.config, "w") as f:
            f.write(f"audit: {folder.name}/audit.log\nhistory: off\n" + text)
        self.urls = dict(re.findall(r'- id: (\w+).*?slurm: \{url: "(http://[\d.:]+)"', text, re.S))

    def get(self, center, path, data=None, method=None):
        request = urllib.request.Request(self.urls[center] + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()

    def list(self, center, version, what):
        return json.loads(self.get(center, f"/slurm/v0.0.{version}/{what}")[1])[what]

    def list_accounts(self, center, version, query):
        return json.loads(self.get(center, f"/slurmdb/v0.0.{version}/jobs?{query}")[1])["jobs"]

    def node(self, name):
        return json.loads(self.get("east", f"/slurm/v0.0.45/node/{name}")[1])["nodes"][0]

    def job(self, job):
        return json.loads(self.get("east", f"/slurm/v0.0.45/job/{job}")[1])["jobs"][0]

    def does(self, center, what):
        status, said = self.get(center, f"/-/mischief?do={what}", b"", "POST")
        assert status == 200, said

    def end(self):
        self.process.terminate()
        return self.process.wait(60)


def everything_is_told(fleet):
    status, doc, err = snapshot("-c", fleet.config, "-t", "20s")
    tap.ok("the snapshot is complete", status == 0, err)
    centers = {c["id"]: c for c in doc["centers"]}
    for center, version in (("east", 45), ("west", 38)):
        nodes, jobs = fleet.list(center, version, "nodes"), fleet.list(center, version, "jobs")
        states = [j["job_state"] if isinstance(j["job_state"], str) else j["job_state"][0] for j in jobs]
        tap.equal(f"{center}: nodes, running, queued",
                  tuple(int(centers[center][k]) for k in ("nodes_total", "jobs_running", "jobs_queued")),
                  (len(nodes), states.count("RUNNING"), states.count("PENDING")))
    tap.equal("east: 16 nodes of 8 devices", int(centers["east"]["devices_total"]), 128)
    devices = [d for d in doc["devices"] if d["center"] == "east"]
    tap.equal("a row for each device", len(devices), 128)
    page = fleet.get("east", "/e-g0003/metrics")[1]
    told = dict(re.findall(r'DCGM_FI_DEV_GPU_TEMP\{gpu="(\d)".*?\} ([\d.]+)', page))
    shown = {str(int(d["index"])): d["temperature_celsius"] for d in devices if d["node"] == "e-g0003"}
    tap.none("its temperatures are those of its page",
             [(i, told[i], shown.get(i)) for i in told if abs(float(told[i]) - (shown.get(i) or 0)) > 15])
    flops = [f for f in centers["east"]["flops"] if f["provenance"] == "estimated" and f["precision"] == "fp16"]
    tap.ok("FP16 is estimated from all devices", flops and flops[0]["devices_reporting"] == 128, centers["east"]["flops"])
    return doc


def verbs_work(fleet):
    ui = Dashboard("-c", fleet.config, size=(140, 40))
    tap.ok("the dashboard shows both centers", ui.wait(r"2 centers . 2 live", 20), ui.text())
    ui.keys("2")
    ui.wait(r"^ +NODE", 5)
    ui.keys("/", *"e-g0005", "enter")
    for _ in range(10):  # not while the row under the cursor has just changed
        ui.keys("D")
        if ui.wait(r"Drain 1 node.*east", 1):
            break
    tap.ok("D asks", ui.wait(r"Drain 1 node.*east", 5) and "POST /slurm/v0.0.45/node/e-g0005" in ui.text(), ui.text())
    ui.close()
    # The same from the command line, which is how cron would.
    status, out, err = suantop("drain", "e-g0005", "-c", fleet.config, "--center", "east", "-R", "fan test", "--yes",
                               "-t", "20s")
    tap.equal("drain ends well", status, 0) or print("#", out, err)
    node = fleet.node("e-g0005")
    tap.ok("the node is drained, with the reason", "DRAIN" in node["state"] and "fan test" in node["reason"], node)
    status, out, err = suantop("resume", "e-g0005", "-c", fleet.config, "--center", "east", "--yes", "-t", "20s")
    tap.equal("resume ends well", status, 0) or print("#", out, err)
    tap.ok("the node takes work again", "DRAIN" not in fleet.node("e-g0005")["state"], fleet.node("e-g0005"))
    job = next(j["job_id"] for j in fleet.list("east", 45, "jobs") if j["job_state"] == ["RUNNING"])
    status, out, err = suantop("requeue", str(job), "-c", fleet.config, "--center", "east", "--yes", "--hold", "-t", "20s")
    tap.equal("requeue ends well", status, 0) or print("#", out, err)
    tap.ok("the job waits, held", fleet.job(job)["job_state"] == ["PENDING"] and fleet.job(job)["hold"], fleet.job(job))
    status, out, err = suantop("release", str(job), "-c", fleet.config, "--center", "east", "--yes", "-t", "20s")
    tap.ok("release lets it run again", status == 0 and not fleet.job(job)["hold"], (status, out, err))


def accounts_tell_how_runs_ended(fleet):
    """A run that somebody cancelled or requeued is known for it, with accounting as the witness; in each version."""
    ended = {}
    for center, version in (("east", 45), ("west", 38)):
        running = [j["job_id"] for j in fleet.list(center, version, "jobs") if j["job_state"] in ("RUNNING", ["RUNNING"])]
        status, out, err = suantop("cancel", str(running[0]), "-c", fleet.config, "--center", center, "-R", "test", "--yes", "-t", "20s")
        tap.equal(f"{center}: cancel ends well", status, 0) or print("#", out, err)
        ended[center] = str(running[0])
        records = fleet.list_accounts(center, version, "start_time=now-3600")
        state = [r["state"]["current"] for r in records if r["job_id"] == running[0]]
        tap.ok(f"{center}: the accounts have it", state in (["CANCELLED"], [["CANCELLED"]]), state)
    _, doc, err = snapshot("-c", fleet.config, "-t", "20s")
    for center, job in ended.items():
        rows = [i for i in doc["interruptions"] if i["center"] == center and i["job"] == job]
        tap.ok(f"{center}: the interruption has a cause, and a name that only the accounts know", rows and
               rows[0]["cause"] == "operator" and "cancelled by root" in rows[0]["evidence"], (rows, err))
        tap.ok(f"{center}: the source has accounts", "no accounting" not in (source(doc, center)["note"] or ""), source(doc, center))


def mischief_stays_where_it_is(fleet):
    for what in ("401", "429", "500", "garbage", "types", "redirect", "cut", "endless", "stall"):
        fleet.does("west", what)
        seconds = "6s" if what in ("stall", "endless") else "40s"
        _, doc, err = snapshot("-c", fleet.config, "-t", seconds)
        east = next(c for c in doc["centers"] if c["id"] == "east")
        bad = source(doc, "west")
        tap.ok(f"{what}: the other center is whole", east["nodes_total"] == 16 and east["jobs_running"] > 0, err)
        tap.ok(f"{what}: it is told", doc["complete"] is False and bad["state"] != "ok", bad)
        fleet.does("west", BEHAVED)
    status, _, err = snapshot("-c", fleet.config, "-t", "15s")
    tap.ok("then all is well again", status == 0, err)


def wrong_scenarios_are_refused():
    path = folder.name + "/bad.conf"
    with open(path, "w") as f:
        f.write("title | x\ncenter | a | load=7\n")
    done = subprocess.run([BUILD + "/suantop-fleetsim", "-s", path], capture_output=True, text=True, check=False)
    tap.ok("a wrong scenario is refused with its line",
           done.returncode == 64 and "bad.conf:2" in done.stderr and "load" in done.stderr, done.stderr)
    for what, content, line in (("an empty one", b"", 0), ("one with a NUL", b"title | x\n\0", 2), ("a program", b"\n\x7fELF\x02\n", 2),
                                ("YAML", b"centers:\n\t- id: a\n", 1)):
        with open(path, "wb") as f:
            f.write(content)
        done = subprocess.run([BUILD + "/suantop-fleetsim", "-s", path], capture_output=True, text=True, check=False)
        tap.ok(f"{what} is refused with its line", done.returncode == 64 and f"bad.conf:{line}:" in done.stderr, done.stderr)
    done = subprocess.run([BUILD + "/suantop-fleetsim", "-s", "/dev/zero"], capture_output=True, text=True, check=False, timeout=20)
    tap.ok("one without an end is refused", done.returncode == 64 and "4096 KiB" in done.stderr, done.stderr)
    with open(path, "w") as f:  # for the demo below
        f.write("title | x\ncenter | a | load=7\n")
    done = subprocess.run([BUILD + "/suantop-fleetsim", "-s", path + "x"], capture_output=True, text=True, check=False)
    tap.ok("one that is not there, too", done.returncode == 65 and "badx" not in done.stdout and path + "x" in done.stderr,
           done.stderr)


def the_wall_shows_and_does_nothing(fleet):
    wall = Dashboard("wall", "-c", fleet.config, "--dwell", "1s", "--title", "NOC", size=(120, 36))
    tap.ok("the wall shows the centers", wall.wait(r"东部", 20), wall.text())
    tap.ok("its figures, its title, its clock", until(10, lambda: wall.pump(0.1) and re.search(
        r"NOC +.*\d\d:\d\d:\d\d", wall.text()) and "QUEUED" in wall.text() and "FP16" in wall.text()), wall.text())
    tap.ok("its pages turn", wall.wait("hot devices", 10) and wall.wait("waiting longest", 10), wall.text())
    before = fleet.list("east", 45, "nodes"), len(fleet.list("east", 45, "jobs"))
    wall.keys("D", "R", "C", "H", "U", "L", "enter", "y", "/", "2", wait=0.05)
    tap.ok("no key changes anything but q", wall.process.poll() is None and "QUEUED" in wall.text(), wall.text())
    after = fleet.list("east", 45, "nodes"), len(fleet.list("east", 45, "jobs"))
    tap.equal("nothing was drained or cancelled", [n["state"] for n in after[0]], [n["state"] for n in before[0]])
    tap.equal("q ends it", wall.quit(), 0)


def left_behind():
    return glob.glob(folder.name + "/suantop-demo-*")


def the_demo_comes_and_goes():
    demo = Dashboard("demo", "--scenario", SMALL, "--seed", "3", size=(120, 36))
    tap.ok("the demo is there", demo.wait(r"SIMULATED", 20) and demo.wait(r"2 live", 20), demo.text())
    children = subprocess.run(["pgrep", "-P", str(demo.pid), "-f", "suantop-fleetsim"], capture_output=True, text=True,
                              check=False).stdout.split()
    tap.ok("its fleet runs", len(children) == 1, children)
    tap.ok("in a folder of its own", glob.glob(folder.name + "/suantop-demo-*/config.yaml"))
    demo.keys("3")
    tap.ok("view 3 shows devices", demo.wait(r"e-g\d\d\d\d", 10), demo.text())
    tap.equal("q ends it", demo.quit(), 0)
    tap.ok("the fleet ended with it", until(5, lambda: not alive(children[0])))
    tap.none("nothing stays behind", until(3, lambda: not left_behind()) and [] or left_behind())
    demo = Dashboard("demo", "--scenario", SMALL, size=(80, 24))
    demo.wait(r"SIMULATED", 20)
    child = subprocess.run(["pgrep", "-P", str(demo.pid), "-f", "suantop-fleetsim"], capture_output=True, text=True,
                           check=False).stdout.split()
    demo.process.kill()
    demo.process.wait()
    tap.ok("the fleet ends even if the dashboard was killed", until(5, lambda: not alive(child[0])))
    demo = Dashboard("demo", "--scenario", folder.name + "/bad.conf", size=(80, 24))
    until(5, lambda: not demo.pump(0.1) or demo.process.poll() is not None, 0)
    until(5, lambda: not demo.pump(0.1) or b"bad.conf:2" in demo.raw, 0)
    tap.ok("a wrong scenario ends it with the reason", b"bad.conf:2" in demo.raw and demo.process.wait(60) != 0, demo.raw)
    demo.close()


def main():
    fleet = Fleet("--seed", "5")
    everything_is_told(fleet)
    verbs_work(fleet)
    accounts_tell_how_runs_ended(fleet)
    mischief_stays_where_it_is(fleet)
    the_wall_shows_and_does_nothing(fleet)
    tap.equal("the fleet ends when it is told", fleet.end(), 0)
    wrong_scenarios_are_refused()
    the_demo_comes_and_goes()


tap.run(main)
