# SPDX-License-Identifier: MIT
"""A program under the soak: its terminal, its use, what it costs."""
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../bench"))
from ptybench import Screen, key_bytes  # noqa: E402
from terminal import open_terminal, set_size, start_on  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
HOME_SIZE = (160, 45)


class Watched:
    """One of the programs, on a terminal of its own if it has one."""

    def __init__(self, name, argv, env, terminal=True):
        self.name, self.samples, self.output, self.worst_frame = name, [], 0, 0.0
        self.began = time.monotonic()
        self.master = self.screen = None
        if terminal:
            self.master, slave = open_terminal(*HOME_SIZE)
            self.process = start_on(slave, argv, stderr=subprocess.DEVNULL, env=env)
            os.close(slave)
            self.screen = Screen(*HOME_SIZE)
        else:
            nothing = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            self.process = subprocess.Popen(argv, env=env, start_new_session=True, **nothing)

    def resize(self, columns, rows):
        if self.screen and (self.screen.w, self.screen.h) == (columns, rows):
            return  # no signal would come, and nothing be drawn anew
        self.screen = Screen(columns, rows)
        set_size(self.master, columns, rows)

    def take(self):
        """What has come from its terminal."""
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:  # it has ended
            data = b""
        self.output += len(data)
        self.screen.feed(data)

    def keys(self, *names):
        for name in names:
            os.write(self.master, key_bytes(name, True))

    def sample(self):
        """(seconds, resident kB, data kB, descriptors, threads, CPU seconds)"""
        pid = self.process.pid
        with open(f"/proc/{pid}/status") as f:
            words = dict(line.split(":", 1) for line in f)
        with open(f"/proc/{pid}/stat") as f:
            cpu = sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13])) / TICKS
        kilobytes = [int(words[k].split()[0]) for k in ("VmRSS", "VmData")]
        fds = len(os.listdir(f"/proc/{pid}/fd"))
        self.samples.append((time.monotonic() - self.began, *kilobytes, fds, int(words["Threads"]), cpu))

    def frame_age(self):
        """Seconds since the second that its clock shows; None if no clock is on the screen."""
        shown = re.search(r"(\d\d):(\d\d):(\d\d)\s*$", "\n".join(self.screen.text().split("\n")[:2]), re.M)
        if not shown:
            return None
        h, m, s = map(int, shown.groups())
        late = (time.time() - (h * 3600 + m * 60 + s)) % 86400
        return late if late < 43200 else 0.0

    def end(self):
        """Its exit status after SIGTERM, None if it had to be killed."""
        self.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + 10
        while self.process.poll() is None and time.monotonic() < end:
            if self.master is None:
                time.sleep(0.05)
            else:
                self.take()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            return None
        return self.process.returncode
