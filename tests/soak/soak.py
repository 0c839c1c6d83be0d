#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the dashboard and `record` for a long time over clusters that never stand still, and watches what they use.

    SUANTOP=build/suantop tests/soak/soak.py [MINUTES] [JOBS]

A fake slurmrestd answers once a second from a fleet in which jobs come, change and go, nodes fail and return, and
every so often an answer is cut off, an error, silence or nonsense. Keys are pressed and the window changes its size.
Prints memory, descriptors and threads; the slope is that of the last half, as kB an hour. Exit status 1 when
something grew: the slope beyond 64 kB/h is only judged from two hours on, as before that it is noise."""
import fcntl
import os
import pty
import random
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUANTOP = os.path.abspath(os.environ.get("SUANTOP", "suantop"))
sys.path[:0] = [os.path.join(SRC, "tests/fake")]
from slurmrestd import Fake, broken_off, document, healthy, job, node, reply, statistics  # noqa: E402

MINUTES = float(sys.argv[1]) if len(sys.argv) > 1 else 10
JOBS = int(sys.argv[2]) if len(sys.argv) > 2 else 500
NODES = 60
STATES = ("idle", "mixed", "allocated", "down", "drained", "idle")
KEYS = "1 2 4 5 8 j j j k G g \r \x1b d \x1b y \x1b ? \x1b s t /gpu\r /\x1b \t r z z \x1b[<0;9;9M \x1b[<0;9;9m".split(" ")
SLOPE = 64.0


class Churn:
    """A cluster whose rows appear, change and vanish; some of its answers are no good."""

    def __init__(self, seed):
        self.random, self.lock = random.Random(seed), threading.Lock()
        self.next, self.jobs, self.faults, self.polls = 1, {}, 0, 0
        self.states = [self.random.choice(STATES) for _ in range(NODES)]

    def step(self):
        r = self.random
        now = int(time.time())
        # A job that runs ends, and shows it for a while: one that is gone and waits again would be an interruption,
        # and each of these is remembered for 28 days.
        for number in [n for n, j in self.jobs.items() if j["job_state"] == "COMPLETED" and j["end_time"] < now - 20]:
            del self.jobs[number]
        for number in [n for n, j in self.jobs.items() if j["job_state"] != "COMPLETED" and r.random() < 0.02]:
            self.jobs[number].update(job_state="COMPLETED", end_time=now)
        for number in [n for n, j in self.jobs.items() if j["job_state"] == "PENDING" and r.random() < 0.05]:
            self.jobs[number].update(
                job_state="RUNNING", nodes=f"c{r.randrange(NODES)}", cpus=r.randint(1, 64), start_time=now
            )
        while len(self.jobs) < JOBS + r.randint(-JOBS // 10, JOBS // 10):
            # Numbers and names come back: what is gone is remembered for an hour, which is no leak but looks like one.
            number = 1 + self.next % (3 * JOBS)
            self.jobs[number] = job(
                number,
                job_state="PENDING",
                nodes="",
                submit_time=now,
                eligible_time=now,
                start_time=0,
                name=f"run-{r.randrange(2000)}",
                user_name=f"u{r.randrange(200)}",
                state_reason=r.choice(("Resources", "Priority", "Dependency", "QOSMaxCpuPerUserLimit")),
            )
            self.next += 1

    def nodes(self):
        r = self.random
        # Seldom: each outage is remembered for 28 days, which is no leak but looks like one.
        if r.random() < 0.01:
            self.states[r.randrange(NODES)] = r.choice(STATES)
        out = ("down", "drained")
        return [
            node(f"c{i}", state=s, cpu_load=r.randrange(6400), reason=f"ticket {i}" if s in out else "")
            for i, s in enumerate(self.states)
            if r.random() > 0.01
        ]

    def answer(self, key):
        """The bytes of an answer, or a function that spoils one."""
        with self.lock:
            self.polls += 1
            if key == "jobs":
                self.step()
                body = document("jobs", list(self.jobs.values()))
            elif key == "nodes":
                body = document("nodes", self.nodes())
            elif key == "diag":
                body = document("statistics", statistics(jobs_pending=len(self.jobs)))
            else:
                body = healthy()[key]
            whole = reply(body)
            what = self.random.random()
            if what > 0.06:
                return whole
            self.faults += 1
            if what > 0.04:
                return broken_off(whole[: self.random.randrange(len(whole))], self.random.choice(("fin", "rst")))
            if what > 0.02:
                return reply(b'{"errors":[{"error":"busy"}]}', "500 INTERNAL SERVER ERROR")
            return reply(body[: len(body) // 2] + b"\x00{{" + body[len(body) // 2 :])

    def answers(self):
        def write(key):
            def send(sock):
                answer = self.answer(key)
                if callable(answer):
                    answer(sock)
                else:
                    sock.sendall(answer)

            return send

        return {key: write(key) for key in healthy()}


def configure(folder, fake, churns):
    token = f"{folder}/token"
    with open(token, "w") as f:
        f.write("abc.def.ghi\n")
    os.chmod(token, 0o600)
    every = "nodes_interval: 1s, jobs_interval: 1s, diag_interval: 1s, misc_interval: 5s"
    with open(f"{folder}/config.yaml", "w") as f:
        f.write("centers:\n")
        for i, churn in enumerate(churns):
            url = f"http://127.0.0.1:{fake.serve(churn.answers())}"
            f.write(f"  - id: c{i}\n    sources:\n      - slurm: {{url: '{url}', insecure: true, user: root, ")
            f.write(f"token_file: {token}, prefer: rest, {every}}}\n")
        f.write("  - id: here\n    sources:\n      - local: {}\n")
    return f"{folder}/config.yaml"


class Dashboard:
    def __init__(self, config, folder):
        self.master, slave = pty.openpty()
        self.random, self.written, self.restarts = random.Random(5), 0, 0
        self.size(slave)
        env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": folder}
        self.process = subprocess.Popen(
            [SUANTOP, "-c", config],
            stdin=slave,
            stdout=slave,
            env=env,
            preexec_fn=lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)),
        )
        self.slave = slave

    def size(self, fd):
        rows, columns = self.random.randint(10, 70), self.random.randint(40, 250)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def live(self):
        """A fifth of a second of use."""
        end = time.monotonic() + 0.2
        if self.random.random() < 0.3:
            os.write(self.master, self.random.choice(KEYS).encode())
        if self.random.random() < 0.05:
            self.size(self.slave)
        while time.monotonic() < end:
            if select.select([self.master], [], [], 0.05)[0]:
                self.written += len(os.read(self.master, 1 << 20))


def usage(pid):
    """(resident kB, descriptors, threads)"""
    with open(f"/proc/{pid}/status") as f:
        words = dict(line.split(":", 1) for line in f)
    return int(words["VmRSS"].split()[0]), len(os.listdir(f"/proc/{pid}/fd")), int(words["Threads"])


def slope(samples):
    """kB an hour, by least squares over [(seconds, kB)]."""
    n = len(samples)
    mt, mk = sum(t for t, _ in samples) / n, sum(k for _, k in samples) / n
    below = sum((t - mt) ** 2 for t, _ in samples)
    return 3600 * sum((t - mt) * (k - mk) for t, k in samples) / below if below else 0.0


def verdict(name, process, samples, status):
    times = [(t, rss) for t, rss, _, _ in samples]
    late = samples[len(samples) // 2 :]
    rise = slope(times[len(times) // 2 :])
    print(
        f"{name}: RSS {times[0][1]} kB at first, {times[-1][1]} kB at last, {rise:+.0f} kB/h over the last half; "
        f"descriptors {min(s[2] for s in late)}..{max(s[2] for s in late)}, "
        f"threads {min(s[3] for s in late)}..{max(s[3] for s in late)}; exit {status}"
    )
    good = status == 0 and max(s[3] for s in late) - min(s[3] for s in late) <= 1
    good = good and max(s[2] for s in late) - min(s[2] for s in late) <= 12  # connections and children come and go
    return good and (MINUTES < 120 or rise <= SLOPE)


def run(folder):
    fake, churns = Fake(), [Churn(1), Churn(2), Churn(3)]
    config = configure(folder, fake, churns)
    screen = Dashboard(config, folder)
    recorder = subprocess.Popen([SUANTOP, "record", f"{folder}/rec", "-c", config], stderr=subprocess.DEVNULL)
    both = {"dashboard": screen.process, "record": recorder}
    samples = {name: [] for name in both}
    began = last = time.monotonic()
    while time.monotonic() - began < MINUTES * 60 and all(p.poll() is None for p in both.values()):
        screen.live()
        if time.monotonic() - last >= 5:
            last = time.monotonic()
            for name, process in both.items():
                samples[name].append((last - began, *usage(process.pid)))
    for process in both.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    end = time.monotonic() + 5
    while time.monotonic() < end and screen.process.poll() is None:
        screen.live()
    good = [verdict(n, p, samples[n], p.wait(10)) for n, p in both.items()]
    taped = sum(os.path.getsize(f"{folder}/rec/{f}") for f in os.listdir(f"{folder}/rec"))
    print(
        f"{(time.monotonic() - began) / 60:.1f} min, {sum(c.polls for c in churns)} answers, "
        f"{sum(c.faults for c in churns)} of them spoiled, {sum(c.next for c in churns)} jobs submitted, "
        f"{screen.written} bytes to the terminal, {taped} bytes recorded"
    )
    replay = subprocess.run([SUANTOP, "replay", f"{folder}/rec", "-f", "json"], stdout=subprocess.PIPE)
    print(f"replay of the recording: exit {replay.returncode}, {len(replay.stdout)} bytes")
    return all(good) and replay.returncode in (0, 3)


def main():
    folder = tempfile.mkdtemp(prefix="suantop-soak-")
    try:
        sys.exit(0 if run(folder) else 1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
