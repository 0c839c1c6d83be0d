#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""suantop demo comes within seconds and goes without leftovers, however it ends: by a key, by a signal, killed, or with its
fleet killed under it. Nothing stays: no process, no folder, no port; and the terminal is given back."""
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

SOURCE, BUILD = os.environ["SUANTOP_SRCDIR"], os.environ["SUANTOP_BUILDDIR"]
folder = tempfile.TemporaryDirectory(prefix="suantop-demo-test.")
os.environ.update(T=folder.name, SUANTOP=BUILD + "/suantop", XDG_STATE_HOME=folder.name + "/state",
                  XDG_CONFIG_HOME=folder.name + "/config", TMPDIR=folder.name, TZ="UTC", LC_ALL="C.UTF-8")
sys.path.insert(0, SOURCE + "/tests/e2e")
import tap  # noqa: E402
from e2e import Dashboard, until  # noqa: E402
from procs import listener  # noqa: E402

SMALL = SOURCE + "/tests/fleetsim/small.conf"
GIVEN_BACK = b"\x1b[?1049l"  # out of the alternate screen


def folders():
    return glob.glob(folder.name + "/suantop-demo-*")


def child_of(pid):
    out = subprocess.run(["pgrep", "-P", str(pid), "-f", "suantop-fleetsim"], capture_output=True, text=True, check=False).stdout.split()
    return int(out[0]) if out else None


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Demo:
    def __init__(self, *options, scenario=SMALL):
        self.ui = Dashboard("demo", *(["--scenario", scenario] if scenario else []), *options, size=(120, 36))
        self.came = bool(self.ui.wait(r"SIMULATED", 20) and self.ui.wait(r"\d+ live", 20))
        self.child = child_of(self.ui.pid)
        self.ports = {}
        for path in glob.glob(folder.name + "/suantop-demo-*/config.yaml"):
            with open(path, encoding="utf-8") as f:
                ports = [int(p) for p in re.findall(r"http://127\.0\.0\.1:(\d+)", f.read())]
                self.ports = {p: listener(p) for p in ports}  # another test may soon have the same port

    def check_gone(self, how):
        tap.ok(f"{how}: the fleet is gone", until(8, lambda: not is_alive(self.child)))
        tap.none(f"{how}: no folder stays", until(3, lambda: not folders()) and [] or folders())
        tap.none(f"{how}: no port stays open", [p for p, who in self.ports.items() if who and listener(p) == who])


def it_comes_and_goes(how, end, status):
    demo = Demo()
    tap.ok(f"{how}: it was there", demo.came and demo.child and len(demo.ports) == 2 and all(demo.ports.values()),
           (demo.ui.text(), demo.ports))
    end(demo)
    until(5, lambda: not demo.ui.pump(0.05) or demo.ui.process.poll() is not None, 0)
    until(5, lambda: not demo.ui.pump(0.05) or GIVEN_BACK in demo.ui.raw, 0)
    tap.ok(f"{how}: the terminal is given back", GIVEN_BACK in demo.ui.raw, demo.ui.raw[-200:])
    got = demo.ui.close()
    tap.ok(f"{how}: exit status {status}", got in status, got)
    demo.check_gone(how)


def it_is_killed():
    demo = Demo()
    demo.ui.process.kill()
    demo.ui.process.wait()
    demo.check_gone("killed")
    os.close(demo.ui.master)


def its_fleet_is_killed():
    demo = Demo()
    os.kill(demo.child, signal.SIGKILL)
    tap.ok("its fleet is killed: the dashboard tells", demo.ui.wait(r"refused|failed|cannot connect|0 live|retry", 40), demo.ui.text())
    demo.ui.keys("2", "3")
    tap.ok("and its keys work on", demo.ui.process.poll() is None and demo.ui.wait(r"e-g\d\d\d\d", 5), demo.ui.text())
    tap.equal("and q ends it", demo.ui.quit(), 0)
    demo.check_gone("its fleet is killed")


def it_is_ended_while_it_begins():
    """Over the national fleet, which takes a moment to be made."""
    for seconds in (0.02, 0.1, 0.4):
        ui = Dashboard("demo", size=(80, 24))
        time.sleep(seconds)
        child = child_of(ui.pid)
        os.kill(ui.pid, signal.SIGTERM)
        tap.ok(f"ended after {seconds} s: it went at once", until(5, lambda: (ui.pump(0.05), ui.process.poll())[1] is not None, 0))
        ui.close()
        tap.ok(f"ended after {seconds} s: its fleet, too", child is None or until(10, lambda: not is_alive(child)))
        tap.ok(f"ended after {seconds} s: no folder stays", until(10, lambda: not folders()), folders())


def its_folder_may_have_any_name():
    odd = folder.name + '/a: "b" #c\\'
    os.mkdir(odd)
    os.environ["TMPDIR"] = odd
    ui = Dashboard("demo", "--scenario", SMALL, size=(120, 36))
    tap.ok("an odd TMPDIR: it is there", ui.wait(r"SIMULATED", 20) and ui.wait(r"\d+ live", 20), ui.text())
    tap.equal("an odd TMPDIR: q ends it", ui.quit(), 0)
    tap.none("an odd TMPDIR: nothing stays in it", until(3, lambda: not os.listdir(odd)) and [] or os.listdir(odd))
    os.environ["TMPDIR"] = folder.name


def the_nation_is_there():
    """All of it within seconds; keys act on it."""
    began = time.monotonic()
    demo = Demo(scenario=None)
    tap.ok("the national fleet is on the screen within 20 s", demo.came and demo.ui.wait(r"11 centers . 11 live", 20), demo.ui.text())
    print(f"# it took {time.monotonic() - began:.1f} s")
    demo.ui.keys("2")
    demo.ui.wait(r"^ +NODE", 5)
    demo.ui.keys("/", *"zb-g0007", "enter")
    tap.ok("one node is found by its name", demo.ui.wait(r"zb-g0007", 10), demo.ui.text())
    for _ in range(10):  # not while the row under the cursor has just changed
        demo.ui.keys("D")
        if demo.ui.wait(r"POST /slurm/v0\.0\.45/node/zb-g0007", 1):
            break
    tap.ok("D asks before it drains", demo.ui.wait(r"POST /slurm/v0\.0\.45/node/zb-g0007", 5), demo.ui.text())
    demo.ui.keys("esc")
    tap.equal("the nation: q ends it", demo.ui.quit(), 0)
    demo.check_gone("the nation")


def main():
    it_comes_and_goes("q", lambda d: d.ui.keys("q"), (0,))
    it_comes_and_goes("Ctrl-C", lambda d: os.write(d.ui.master, b"\x03"), (0, 130, -signal.SIGINT))
    for name in ("INT", "TERM", "HUP"):
        number = getattr(signal, "SIG" + name)
        it_comes_and_goes(f"SIG{name}", lambda d, n=number: os.kill(d.ui.pid, n), (0, 128 + number, -number))
    it_is_killed()
    its_fleet_is_killed()
    it_is_ended_while_it_begins()
    its_folder_may_have_any_name()
    the_nation_is_there()


tap.run(main)
