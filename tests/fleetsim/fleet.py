# SPDX-License-Identifier: MIT
"""A simulated fleet of a test's own, told to misbehave; and what a process takes."""
import collections
import os
import re
import subprocess
import urllib.error
import urllib.request

BUILD = os.environ["SUANTOP_BUILDDIR"]
Proc = collections.namedtuple("Proc", "cpu rss fds threads switches")


def proc(pid):
    """Processor seconds, KiB resident, descriptors, threads, times that it was put to sleep by its own will."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        stat = f.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        status = dict(line.split(":", 1) for line in f.read().splitlines())
    switches = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/status", encoding="utf-8") as f:
                switches += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", f.read(), re.M)[1])
        except OSError:
            pass
    return Proc((int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"), int(status["VmRSS"].split()[0]),
                len(os.listdir(f"/proc/{pid}/fd")), int(stat[17]), switches)


class Fleet:
    """every: how often suantop asks each slurmrestd; None = as its configuration has it. exporters: whether it reads pages."""

    def __init__(self, scenario, folder, *options, exporters=True, every=None, head=""):
        self.config = f"{folder}/fleet.yaml"
        command = [BUILD + "/suantop-fleetsim", "--with-parent", *(["-s", scenario] if scenario else []), *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        start_new_session=True)  # ends with this one, however it ends
        text = self.process.stdout.read()  # it closes it when the configuration is whole
        self.urls = dict(re.findall(r'- id: (\w+).*?slurm: \{url: "(http://[\d.:]+)"', text, re.S))
        if not exporters:
            text = re.sub(r"^ +- exporter:.*\n", "", text, flags=re.M)
        if every:
            each = "".join(f", {what}_interval: {every}" for what in ("nodes", "jobs", "diag", "misc"))
            text = text.replace(", insecure: true}", each + ", accounting: off, insecure: true}")
            text = text.replace("node_names: path", f"node_names: path, interval: {every}")
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(f"audit: {folder}/audit.log\nhistory: off\n{head}{text}")

    def does(self, center, what):
        request = urllib.request.Request(f"{self.urls[center]}/-/mischief?do={what}", b"", method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 200, answer.read()

    def end(self):
        self.process.terminate()
        return self.process.wait(60)
