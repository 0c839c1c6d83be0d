# SPDX-License-Identifier: MIT
"""The simulated centers of the soak: they misbehave and die by chance, and tell what is true of their nodes."""
import json
import os
import random
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
INTERVAL = 2  # seconds: how often nodes and jobs are asked for
FAST = f"nodes_interval: {INTERVAL}s, jobs_interval: {INTERVAL}s, diag_interval: {INTERVAL}s, misc_interval: 10s"
MISCHIEF = ("stall", "drip", "cut", "401", "429", "500", "garbage", "types", "redirect", "endless")
RECOVERY = 75  # seconds: a source that failed is asked again after a minute at the latest
SILENT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    """One below those that connections get by themselves, so that it is still free when its fleet comes back."""
    for port in random.sample(range(15000, 32000), 100):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("no free port")


class Fleet:
    """One suantop-fleetsim. Its truth about a center: (up, drained, down), as the overview counts them."""

    def __init__(self, program, scenario, speed, mortal=False):
        port = free_port() if mortal else 0
        self.argv = [program, "-s", f"{HERE}/{scenario}", f"--speed={speed}", f"--port={port}", "--with-parent"]
        self.start()
        self.since = dict.fromkeys(self.urls, -RECOVERY)  # who starts later finds it well

    def start(self):
        self.process = subprocess.Popen(["nice", *self.argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        text = self.process.stdout.read()
        if "centers:" not in text:
            raise RuntimeError(f"{self.argv[0]} does not start (exit {self.process.wait()})")
        self.centers = text.split("centers:\n", 1)[1].replace("insecure: true}", f"insecure: true, {FAST}}}")
        self.urls = dict(re.findall(r'- id: (\w+).*?slurm: \{url: "(http://[\d.:]+)"', text, re.S))
        self.since = dict.fromkeys(self.urls, time.monotonic())  # how long it has behaved; None: it does not

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.since = dict.fromkeys(self.urls)

    def does(self, center, what):
        request = urllib.request.Request(f"{self.urls[center]}/-/mischief?do={what}", b"", method="POST")
        SILENT.open(request, timeout=10).close()
        self.since[center] = time.monotonic() if what == "none" else None

    def healthy(self):
        """Centers that have behaved for so long that everybody knows."""
        now = time.monotonic()
        return [c for c, since in self.since.items() if since is not None and now - since > RECOVERY]

    def truth(self, center):
        for version in (45, 40, 38):
            try:
                with SILENT.open(f"{self.urls[center]}/slurm/v0.0.{version}/nodes", timeout=10) as answer:
                    return counted(json.load(answer)["nodes"])
            except urllib.error.HTTPError:
                continue
        raise RuntimeError(f"{center} knows no version")


def counted(nodes):
    down = drained = 0
    for node in nodes:
        words = node["state"] if isinstance(node["state"], list) else [node["state"], *node.get("state_flags", [])]
        if "DOWN" in [w.upper() for w in words]:
            down += 1
        elif "DRAIN" in [w.upper() for w in words]:
            drained += 1
    return len(nodes) - drained - down, drained, down
