# SPDX-License-Identifier: MIT
"""What the kernel tells of processes: which signals one heeds, who listens on a port; servers of others on a port of their own."""
import glob
import os
import re
import signal
import socket
import subprocess
import time


def heeds(pid, number=signal.SIGTERM):
    """Whether it has come so far that it catches this signal or waits for it, which would just end it before."""
    masks = []
    for task in glob.glob(f"/proc/{pid}/task/*/status"):  # where one thread waits for signals the others block them
        try:
            with open(task, encoding="utf-8") as f:
                masks += re.findall(r"^Sig(?:Blk|Cgt):\s+(\w+)", f.read(), re.M)
        except OSError:
            pass
    return any(int(mask, 16) >> (number - 1) & 1 for mask in masks)


def listener(port):
    """The socket that listens there, as a number that no other will have; None = nobody."""
    with open("/proc/net/tcp", encoding="ascii") as f:
        for line in f.readlines()[1:]:
            words = line.split()
            if words[1].endswith(f":{port:04X}") and words[3] == "0A":
                return words[9]
    return None


def listens(pid, port):
    who = listener(port)
    for path in glob.glob(f"/proc/{pid}/fd/*") if who else []:
        try:
            if os.readlink(path) == f"socket:[{who}]":
                return True
        except OSError:
            pass
    return False


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def serve(argv, seconds=400, **more):
    """A server that must be told its port, as argv(port), once it listens there: (process, port). Somebody else may be quicker
    to take a port that was free: then on another one."""
    for _ in range(5):
        port = free_port()
        process = subprocess.Popen(argv(port), **more)
        end = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < end:
            if listens(process.pid, port):
                return process, port
            time.sleep(0.05)
        process.kill()
        process.wait()
    raise RuntimeError(f"{argv(port)}: does not serve, exit {process.returncode}")
