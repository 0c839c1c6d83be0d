# SPDX-License-Identifier: MIT
"""A program on a pseudo-terminal of its own: how the tests and benchmarks in Python start one."""
import fcntl
import os
import signal
import struct
import subprocess
import termios

SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM)


def set_size(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def open_terminal(columns, rows):
    """(master, slave)"""
    master, slave = os.openpty()
    set_size(slave, columns, rows)
    return master, slave


def take_terminal():
    """In the new process, its standard input the terminal: a session of its own, and no signal ignored that who
    started the tests ignores, as in the background of a shell or below nohup."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for s in SIGNALS:
        signal.signal(s, signal.SIG_DFL)


def start_on(slave, argv, stderr=None, **more):
    """The program on that terminal; stderr: somewhere else than there."""
    return subprocess.Popen(
        argv, stdin=slave, stdout=slave, stderr=slave if stderr is None else stderr, preexec_fn=take_terminal, **more
    )
