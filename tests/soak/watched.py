# SPDX-License-Identifier: MIT
"""A program under the soak: its terminal, its use, what it costs."""
import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../bench"))
from ptybench import Screen, key_bytes  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
HOME_SIZE = (160, 45)


class Watched:
    """One of the programs, on a terminal of its own if it has one."""

    def __init__(self, name, argv, env, terminal=True):
        self.name, self.samples, self.output, self.worst_frame = name, [], 0, 0.0
        self.began = time.monotonic()
        self.master = slave = self.screen = None
        if terminal:
            self.master, slave = os.openpty()
        self.process = subprocess.Popen(
            argv,
            env=env,
            stdin=slave if terminal else subprocess.DEVNULL,
            stdout=slave if terminal else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=start_clean if terminal else os.setsid,
        )
        if terminal:
            os.close(slave)
            self.resize(*HOME_SIZE)

    def resize(self, columns, rows):
        if self.screen and (self.screen.w, self.screen.h) == (columns, rows):
            return  # no signal would come, and nothing be drawn anew
        self.screen = Screen(columns, rows)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

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


def start_clean():
    """A session with the terminal, and no signal ignored that the soak's own caller ignores."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for s in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(s, signal.SIG_DFL)
