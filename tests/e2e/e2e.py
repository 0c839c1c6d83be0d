# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: clusters, configurations, the program once, the program on a terminal."""
import fcntl
import json
import os
import pwd
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

SRC = os.environ["SUANTOP_SRCDIR"]
SUANTOP = os.environ["SUANTOP"]
T = os.environ["T"]
sys.path[:0] = [os.path.join(SRC, "tests/bench"), os.path.join(SRC, "tests/fake")]
from ptybench import Screen, key_bytes  # noqa: E402
from terminal import open_terminal, start_on  # noqa: E402


class Cluster:
    """A running cluster; its commands run with its environment."""

    def __init__(self, work):
        self.work = work
        text = subprocess.run(["bash", "-c", f". {work}/env && env -0"], stdout=subprocess.PIPE, check=True).stdout
        self.env = dict(v.split("=", 1) for v in text.decode().split("\0") if "=" in v)
        self.name = self.env["CLUSTER"]
        self.conf, self.url, self.socket = (self.env[k] for k in ("SLURM_CONF", "URL", "SOCK"))
        self.user, self.operator = self.env["USR"], self.env["OPER"]

    def run(self, *argv, check=True):
        r = subprocess.run(argv, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        if check and r.returncode != 0:
            raise RuntimeError(f"{argv}: exit {r.returncode}: {r.stdout.decode()}")
        return r.stdout.decode("utf-8", "replace").strip()

    def submit(self, *argv, wrap="sleep 600"):
        """sbatch as the ordinary user; the job's id."""
        u = pwd.getpwnam(self.user)
        argv = ["sbatch", "--parsable", "-o", "/dev/null", *argv, "--wrap", wrap]
        env = {**self.env, "HOME": u.pw_dir, "USER": self.user}
        out = subprocess.run(
            argv,
            env=env,
            cwd=u.pw_dir,
            user=u.pw_uid,
            group=u.pw_gid,
            extra_groups=[],
            check=True,
            stdout=subprocess.PIPE,
            timeout=60,
        ).stdout
        return out.decode().split(";")[0].strip()

    def state(self, job):
        return self.run("squeue", "-a", "-h", "-t", "all", "-j", str(job), "-o", "%T")

    def node(self, name):
        return re.search(r"State=(\S+)", self.run("scontrol", "-o", "show", "node", name)).group(1)

    def daemon(self, name):
        with open(f"{self.work}/run/{name}.pid") as f:
            return int(f.read())

    def kill(self, name, sig=signal.SIGKILL):
        """Ends a daemon of up.sh and waits until it is gone."""
        pid = self.daemon(name)
        os.kill(pid, sig)
        until(10, lambda: not alive(pid))

    def up(self):
        """Starts again whatever of it is not running."""
        number = re.search(r"SlurmctldPort=(\d+)", open(self.conf).read()).group(1)
        count = open(self.conf).read().count("NodeName=")
        env = {**os.environ, "W": self.work, "PORT": number, "CLUSTER": self.name, "NODES": str(count)}
        env["DB"] = "1" if "accounting_storage/slurmdbd" in open(self.conf).read() else "0"
        subprocess.run([f"{SRC}/tests/slurm/up.sh"], env=env, check=True, stdout=subprocess.DEVNULL, timeout=300)

    def secret(self, text=None, mode=0o600, name="token"):
        """A file that holds the token (root's, unless told)."""
        path = f"{T}/{self.name}.{name}"
        with open(path, "w") as f:
            f.write((self.env["TOKEN"] if text is None else text) + "\n")
        os.chmod(path, mode)
        return path


def alpha():
    return Cluster(os.environ["ALPHA"])


def beta():
    return Cluster(os.environ["BETA"])


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def patience(seconds):
    """The seconds that a wait takes at most where the machine is busy with other things. Short ones are tries, made again."""
    return seconds if seconds <= 1 else 10 * seconds


def in_vain(seconds, what):
    """Leaves a line in the log where a wait that nobody looks at has failed: it costs time, and what follows may be wrong for it."""
    if seconds > 1:
        caller = next(f for f in iter_frames(sys._getframe(1)) if f.f_code.co_filename != __file__)
        print(f"# in vain: {what} ({os.path.basename(caller.f_code.co_filename)}:{caller.f_lineno})", flush=True)


def iter_frames(frame):
    while frame:
        yield frame
        frame = frame.f_back


def until(seconds, condition, every=0.1):
    """The first true value of condition(), or the last false one when the time is over (see patience())."""
    end = time.monotonic() + patience(seconds)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            in_vain(seconds, f"{patience(seconds)} s")
            return value
        time.sleep(every)


def config(centers, name="config.yaml", head=""):
    """Writes a configuration. centers: {id: source or [source...]}, a source is {"slurm": {option: value}}."""
    lines = [head] if head else []
    lines.append("centers:")
    for center, sources in centers.items():
        lines += [f"  - id: {center}", "    sources:"]
        for source in sources if isinstance(sources, list) else [sources]:
            for kind, options in source.items():
                lines.append(f"      - {kind}: {json.dumps(options, ensure_ascii=False)}")
    path = f"{T}/{name}"
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")
    return path


def suantop(*argv, env=None, seconds=180, stdin=subprocess.DEVNULL):
    """Runs it once: (exit status, stdout, stderr); a time-out is status None."""
    env = {**os.environ, **(env or {})}
    p = subprocess.Popen([SUANTOP, *argv], env=env, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = p.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        p.kill()
        out, err = p.communicate()
        return None, out, err
    return p.returncode, out, err


def snapshot(*argv, env=None, seconds=180):
    """(exit status, the JSON or None, stderr). Sources that answer or fail end the wait for them; it is long for the others."""
    wait = [] if {"-t", "--timeout"} & set(argv) else ["--timeout", "60s"]
    status, out, err = suantop("snapshot", "-f", "json", *wait, *argv, env=env, seconds=seconds)
    try:
        doc = json.loads(out) if out else None
    except ValueError as e:
        doc, err = None, err + f"\nnot JSON: {e}".encode()
    return status, doc, err.decode("utf-8", "replace")


def source(doc, center):
    return next((s for s in doc["sources"] if s["center"] == center), None)


class Dashboard:
    """The program on a pseudo-terminal of its own."""

    def __init__(self, *argv, size=(200, 60), env=None):
        self.screen, self.raw = Screen(*size), b""
        self.master, slave = open_terminal(*size)
        self.terminal = os.ttyname(slave)
        env = {**os.environ, "TERM": "xterm-256color", **(env or {})}
        for key in ("COLUMNS", "LINES", "NO_COLOR"):
            env.pop(key, None)
        self.process = start_on(slave, [SUANTOP, *argv], env=env)
        os.close(slave)
        self.pid = self.process.pid

    def pump(self, seconds):
        """Takes what comes for so long; false once the terminal is closed."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if not select.select([self.master], [], [], max(0, left))[0]:
                return True
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return False
            self.raw += data
            self.screen.feed(data)
            if left <= 0:
                return True

    def text(self):
        return self.screen.text()

    def is_waiting(self):
        """Whether it has read what was typed and sleeps until something happens."""
        try:
            with open(f"/proc/{self.pid}/task/{self.pid}/stat") as f:
                asleep = f.read().rsplit(")", 1)[1].split()[0] == "S"
            fd = os.open(self.terminal, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            return True  # it is gone
        try:
            return asleep and struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))[0] == 0
        except OSError:
            return True
        finally:
            os.close(fd)

    def settle(self, seconds=5):
        """Takes what comes until it waits: what is typed while it is busy would come to it in one piece with what follows."""
        end, calm = time.monotonic() + patience(seconds), 0
        while calm < 2 and time.monotonic() < end and self.process.poll() is None:
            calm = calm + 1 if self.is_waiting() else 0
            if not self.pump(0.005):
                break

    def wait(self, pattern, seconds=20):
        """Until the screen matches; the match, or None when the time is over (see patience())."""
        end = time.monotonic() + patience(seconds)
        while True:
            found = re.search(pattern, self.text(), re.M)
            if found or time.monotonic() > end or not self.pump(0.1):
                break
        found = re.search(pattern, self.text(), re.M)
        if not found:
            in_vain(seconds, pattern)
        return found

    def keys(self, *names, wait=0.15):
        for name in names:
            os.write(self.master, key_bytes(name, True))
            self.pump(wait)
            self.settle()

    def answer(self, name, seconds=5):
        """Seconds until the first byte of the answer to a key."""
        self.pump(0.05)
        before, started = len(self.raw), time.monotonic()
        os.write(self.master, key_bytes(name, True))
        until(seconds, lambda: not self.pump(0.002) or len(self.raw) > before, 0)
        return time.monotonic() - started

    def quit(self):
        """Ends it with q, one for each step back that it may need; the exit status, None if it had to be killed."""
        end = time.monotonic() + patience(5)
        while self.process.poll() is None and time.monotonic() < end:
            try:
                self.keys("q")
            except OSError:
                break
        return self.close()

    def close(self):
        """Ends it by SIGTERM if it still runs; the exit status, None if that did not help."""
        if self.process.poll() is None:
            self.process.terminate()
        until(3, lambda: not self.pump(0.05) or self.process.poll() is not None, 0)
        try:
            status = self.process.wait(patience(2))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        os.close(self.master)
        return status
