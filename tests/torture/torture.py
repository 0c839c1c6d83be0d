#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lets calls of the C library fail, one at a time, in runs of the real program, and looks at how it ends.

Each run must end by itself, in time, with a documented exit status and a word about it, or say "out of memory"
and abort; no file may be torn, no output cut short with status 0, and the terminal is given back as it was.
`make check` takes a seeded sample, so that it is over in seconds; `make torture` (TORTURE=full) each call in turn,
up to TORTURE_MOST of them for each function. TORTURE_ONLY=SCENARIO[/FAMILY[/HOW[/N]]] looks closer at one."""
import concurrent.futures
import csv
import io
import json
import os
import random
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.environ.get("SUANTOP_SRCDIR", os.path.dirname(os.path.dirname(HERE)))
BUILD = os.environ.get("SUANTOP_BUILDDIR", os.getcwd())
sys.path[:0] = [os.path.join(SRC, "tests/e2e"), os.path.join(SRC, "tests/fake"), os.path.join(SRC, "tests/bench")]
import tap  # noqa: E402
from slurmrestd import Fake, healthy  # noqa: E402
from terminal import open_terminal, start_on  # noqa: E402

SUANTOP = os.path.join(BUILD, "suantop")
FAULT = os.path.join(BUILD, "tests/torture/fault.so")
FULL = os.environ.get("TORTURE") == "full"
MOST = int(os.environ.get("TORTURE_MOST", "120"))
SEED = int(os.environ.get("TORTURE_SEED", "1"))
SECONDS = float(os.environ.get("TORTURE_SECONDS", "12"))  # of the sample
ONLY = os.environ.get("TORTURE_ONLY", "").split("/")
PATIENCE = 40.0
FAMILIES = (
    "mem libmem open fopen opendir mkstemp read write fsync rename close mkdir fchmod readlink socket connect send "
    "recv pipe spawn fork thread random eventfd poll termios ioctl fcntl"
).split()
WAYS = {
    "mem": ["once"],
    "libmem": ["once"],
    "read": ["once", "short", "once 4"],  # 4 = EINTR
    "write": ["once", "on", "short", "once 4"],
    "open": ["once", "on"],
    "fopen": ["once"],
    "poll": ["once", "once 12"],
    "send": ["once", "short"],
    "recv": ["once", "short", "once 11"],
    "thread": ["once"],
    "random": ["once", "on"],
    "socket": ["once", "on"],
    "pipe": ["once", "on"],
    "connect": ["once", "on"],
    "spawn": ["once", "on"],
}
DOCUMENTED = {64, 65, 66, 70, 71, 73, 74}
T = tempfile.mkdtemp(prefix="suantop-torture-")


def why_not():
    """Why the faults cannot be told apart from what this build does by itself; "" if they can."""
    if not os.path.exists(FAULT):
        return "no fault.so in this build"
    with open(SUANTOP, "rb") as f:
        program = f.read()
    if b"__tsan_init" in program:
        return "ThreadSanitizer's own calls would fail"
    if b"__asan_init" in program and b"libasan.so" not in program:
        return "AddressSanitizer is linked statically"
    return ""


class Result:
    def __init__(self, status, out, err, seconds, counts, extra=""):
        self.status, self.out, self.err, self.seconds = status, out, err, seconds
        self.counts, self.extra = counts, extra
        self.folder = None


def read_counts(path):
    try:
        with open(path, "rb") as f:
            data = f.read()
        n = len(FAMILIES)
        both = struct.unpack(f"{2 * n}I", data[: 8 * n])
        return {f: (both[i], both[n + i]) for i, f in enumerate(FAMILIES)}
    except (OSError, struct.error):
        return {f: (0, 0) for f in FAMILIES}


def environment(folder, fault):
    env = {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "xterm-256color",
        "LD_PRELOAD": FAULT,
        "TORTURE_COUNTS": f"{folder}/counts",
        "ASAN_OPTIONS": "verify_asan_link_order=0:exitcode=99:detect_leaks=1:handle_abort=0:allocator_may_return_null=1"
        ":strict_string_checks=1:fast_unwind_on_malloc=0",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99",
        "LSAN_OPTIONS": f"suppressions={HERE}/lsan.supp:print_suppressions=0",
    }
    if fault:
        env["TORTURE_FAULT"] = fault
    return env


def once(argv, folder, fault, stop_when=None, longest=3):
    """Runs the program; stop_when(), or after that many seconds: then it gets SIGTERM. Without a fault it has time."""
    began = time.monotonic()
    longest = longest if fault else PATIENCE
    p = subprocess.Popen(
        [SUANTOP, *argv],
        env=environment(folder, fault),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if stop_when:
        while p.poll() is None and not stop_when() and time.monotonic() - began < longest:
            time.sleep(0.02)
        if p.poll() is None:
            p.terminate()
    try:
        out, err = p.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        p.kill()
        out, err = p.communicate()
        return Result(None, out, err, PATIENCE, read_counts(f"{folder}/counts"))
    return Result(p.returncode, out, err, time.monotonic() - began, read_counts(f"{folder}/counts"))


# ---- the dashboard ----


def on_terminal(argv, folder, fault):
    """Runs it on a terminal; q as soon as there is a picture, again until it ends."""
    began = time.monotonic()
    master, slave = open_terminal(80, 24)
    before = termios.tcgetattr(slave)
    with open(f"{folder}/stderr", "wb") as err:
        p = start_on(slave, [SUANTOP, *argv], stderr=err, env=environment(folder, fault), cwd=folder)
    out, pressed = b"", 0.0
    while time.monotonic() - began < PATIENCE:
        if select.select([master], [], [], 0.02)[0]:
            out += os.read(master, 65536)
            continue
        if p.poll() is not None:
            out += rest_of(master, slave)
            break
        now = time.monotonic()
        if (b"\x1b[?1049h" in out and now - began > 0.4 and now - pressed > 0.5) or now - began > 10:
            os.write(master, b"\x1bqQ")
            pressed = now
    status = p.poll()
    if status is None:
        p.kill()
        p.wait()
    complaints = terminal_complaints(out, before, termios.tcgetattr(slave))
    os.close(master)
    os.close(slave)
    with open(f"{folder}/stderr", "rb") as f:
        err = f.read()
    r = Result(status, b"", err, time.monotonic() - began, read_counts(f"{folder}/counts"), complaints)
    r.screen = out
    return r


def rest_of(master, slave):
    """What it wrote before it ended: all that comes before a mark that is written behind it. The kernel takes its time."""
    mark, out, end = b"\x7f", b"", time.monotonic() + PATIENCE
    behind = os.open(os.ttyname(slave), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    sent = False
    while mark not in out and time.monotonic() < end:
        try:
            sent = sent or os.write(behind, mark) == 1
        except BlockingIOError:
            pass
        if select.select([master], [], [], 0.02)[0]:
            out += os.read(master, 65536)
    os.close(behind)
    return out.replace(mark, b"")


def last(out, *both):
    return max(both, key=out.rfind) if any(b in out for b in both) else None


def terminal_complaints(out, before, after):
    said = []
    if before != after:
        said.append("modes of the terminal differ")
    if last(out, b"\x1b[?1049h", b"\x1b[?1049l") == b"\x1b[?1049h":
        said.append("left on the alternate screen")
    if last(out, b"\x1b[?25l", b"\x1b[?25h", b"\x1b[?12l\x1b[?25h") == b"\x1b[?25l":
        said.append("cursor left hidden")
    if last(out, b"\x1b[?1000h", b"\x1b[?1000l") == b"\x1b[?1000h" and b"\x1b[?1006;1000l" not in out:
        said.append("mouse left on")
    return "; ".join(said)


# ---- the runs ----


def good_json(text):
    try:
        doc = json.loads(text)
        return "jobs" in doc and "centers" in doc
    except ValueError:
        return False


def good_ndjson(text):
    try:
        rows = [json.loads(line) for line in text.decode().split("\n")[:-1]]
        return len(rows) > 2 and text.endswith(b"\n")
    except ValueError:
        return False


def good_csv(text):
    try:
        rows = list(csv.reader(io.StringIO(text.decode())))
    except (csv.Error, ValueError):
        return False
    return len(rows) > 0 and text.endswith(b"\n") and len({len(r) for r in rows}) == 1


class Scenario:
    """run(folder, fault) -> Result; statuses that may be; whole(output) when status is one of done."""

    def __init__(self, name, run, done, may=(), whole=None, outfile=None, after=None, silent=()):
        self.name, self.run, self.done, self.may = name, run, set(done), set(may) | set(done) | DOCUMENTED
        self.well = min(done, default=64)  # without a fault
        self.whole, self.outfile, self.after, self.silent = whole, outfile, after, set(silent)


def file_complaint(s, r, folder):
    path = f"{folder}/{s.outfile}"
    try:
        with open(path, "rb") as f:
            text = f.read()
    except OSError:
        return "the file is gone"
    if text == b"OLD\n":
        return "status tells of a new file, the old one is there" if r.status in s.done else ""
    if not s.whole(text):
        return f"a torn file of {len(text)} bytes"
    rest = [n for n in os.listdir(folder) if n.startswith(f"{s.outfile}.")]
    return f"leaves {rest}" if rest and r.status is not None and r.status >= 0 else ""


def complaint(s, r, family, folder, how=""):
    """What is wrong with how it ended; "" if nothing."""
    # What gives the screen back may be just the bytes that were not written; the modes need none.
    deaf = family == "write" and how in ("once", "on") and not r.extra.startswith("modes")
    out_of_memory = b"out of memory" in r.err or b"out of memory" in getattr(r, "screen", b"")
    if r.status is None:
        return f"did not end within {PATIENCE:.0f} s"
    if b"Sanitizer: CHECK failed" in r.err or b"Sanitizer failed to allocate" in r.err:
        return ""  # it ran out of memory itself
    if b"Sanitizer" in r.err or r.status == 99:
        return "a sanitizer complains"
    if r.extra and not deaf:
        return r.extra
    if r.status < 0:
        if r.status == -signal.SIGABRT and family in ("mem", "libmem") and out_of_memory:
            return file_complaint(s, r, folder) if s.outfile else ""
        return f"ended by signal {-r.status}"
    if r.status not in s.may:
        return f"exit status {r.status} is not documented for this"
    if r.status in DOCUMENTED and not r.err.strip():
        return f"exit status {r.status} without a word"
    if s.outfile:
        return file_complaint(s, r, folder)
    if s.whole and r.status in s.done and not s.whole(r.out):
        return f"status {r.status}, but the output is cut short: {len(r.out)} bytes, {r.out[-60:]!r}"
    return s.after(r, folder) if s.after else ""


def after_record(r, folder):
    """What was recorded before the fault can be replayed."""
    if not os.path.exists(f"{folder}/rec/config.yaml"):
        return "" if r.status != 0 else "status 0, nothing recorded"
    env = environment(folder, None)
    del env["LD_PRELOAD"]
    p = subprocess.run(
        [SUANTOP, "replay", f"{folder}/rec", "-f", "json"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    if p.returncode in (0, 3):
        return "" if good_json(p.stdout) else "its replay is torn"
    # A run that told of its failure may leave a recording that is none.
    return "" if r.status != 0 and p.returncode in DOCUMENTED else f"its replay: {p.returncode} {p.stderr!r}"


def after_collect(r, folder):
    """Whatever is left of the history is a database, or was set aside."""
    if not os.path.exists(f"{folder}/h.db"):
        return ""
    try:
        db = sqlite3.connect(f"{folder}/h.db", timeout=10)
        verdict = db.execute("PRAGMA integrity_check").fetchone()[0]
        db.close()
    except sqlite3.Error as e:
        verdict = str(e)
    return "" if verdict == "ok" else f"its history: {verdict}"


def write(path, text, mode=0o600):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def center(name, **options):
    return f"  - id: {name}\n    sources:\n      - slurm: {json.dumps(options)}\n"


def commands():
    """A folder with commands that say what the fixtures hold; squeue with the number that it is asked for."""
    said = os.path.join(SRC, "tests/fixtures/slurm")
    bodies = {
        "sinfo": "exit 1",
        "sdiag": f"exec cat {said}/sdiag.txt",
        "scontrol": f"for w; do [ -f {said}/show_$w.txt ] && exec cat {said}/show_$w.txt; done; exit 1",
        "squeue": "tag=$(printf %s \"$*\" | sed -n 's/.*JobArrayID:.:\\([0-9a-f]*\\).*/\\1/p')\n"
        f"exec sed s/00c0ffee/$tag/g {said}/squeue.txt",
    }
    os.mkdir(f"{T}/bin")
    for name, body in bodies.items():
        write(f"{T}/bin/{name}", f"#!/bin/sh\n{body}\n", 0o755)
    return f"{T}/bin"


def served():
    """A command that speaks HTTP on its stdin and stdout."""
    for key, body in healthy().items():
        with open(f"{T}/{key}.json", "wb") as f:
            f.write(body)
    return write(
        f"{T}/restd",
        f"""#!/bin/bash
while read -r method path rest; do
    while read -r line && [ "${{line%$'\\r'}}" ]; do :; done
    key=${{path%%\\?*}}; key=${{key%/}}; file={T}/${{key##*/}}.json
    case $path in *v0.0.38*) ;; *) file= ;; esac
    if [ -f "$file" ]; then printf 'HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\n'
    else file=/dev/null; printf 'HTTP/1.1 404 NOT FOUND\\r\\nContent-Type: text/plain\\r\\n'; fi
    printf 'Content-Length: %d\\r\\n\\r\\n' "$(wc -c < "$file")"; cat "$file"
done
""",
        0o755,
    )


def configurations(fake):
    token = write(f"{T}/token", "abc.def.ghi\n")
    http = center(
        "http", url=f"http://127.0.0.1:{fake.serve()}", insecure="true", user="root", token_file=token, prefer="rest"
    )
    head = "centers:\n"
    return {
        "http": write(f"{T}/http.yaml", head + http),
        "pipe": write(f"{T}/pipe.yaml", head + center("pipe", command="env", slurmrestd=served(), prefer="rest")),
        "text": write(f"{T}/text.yaml", head + center("text", bin_dir=commands(), prefer="text")),
        "local": write(f"{T}/local.yaml", head + "  - id: here\n    sources:\n      - local: {}\n"),
        "bad": write(f"{T}/bad.yaml", head + "  - id: x\n    sources:\n      - slurm: {nothing: 1}\n    oops: 3\n"),
        "broken": write(f"{T}/broken.yaml", head + "  - id: [x\n"),
    }


def scenarios(conf):
    def plain(*argv):
        def run(folder, fault):
            patient = argv if fault else ["30s" if a == "5s" else a for a in argv]
            return once([a.replace("@", folder) for a in patient], folder, fault)

        return run

    def screen(*argv):
        return lambda folder, fault: on_terminal([a.replace("@", folder) for a in argv], folder, fault)

    def record(folder, fault):
        tape = f"{folder}/rec/0.rec.zst"
        quick = time.monotonic() + 0.5
        return once(
            ["record", f"{folder}/rec", "-c", conf["http"]],
            folder,
            fault,
            lambda: time.monotonic() > quick and os.path.exists(tape) and os.path.getsize(tape) > 2000,
        )

    def collect(folder, fault):
        quick = time.monotonic() + 0.7
        return once(
            ["collect", "-c", conf["local"], "--history", f"{folder}/h.db"],
            folder,
            fault,
            lambda: time.monotonic() > quick and os.path.exists(f"{folder}/h.db"),
        )

    def into(kind):
        return ["-f", kind, "-o", f"@/out.{kind}"]

    def has(*words):
        return lambda out: all(w in out for w in words)

    check = has(b" - ", b"\n")
    return [
        Scenario("version", plain("version"), [0], whole=has(b"MIT licence\n")),
        Scenario("help", plain("help"), [0], whole=has(b"--version", b"\n")),
        Scenario("bad configuration", plain("snapshot", "-c", conf["bad"]), []),
        Scenario("broken configuration", plain("snapshot", "-c", conf["broken"]), []),
        Scenario(
            "snapshot to a file over HTTP",
            plain("snapshot", "-c", conf["http"], "-t", "5s", *into("json")),
            [0, 3],
            whole=good_json,
            outfile="out.json",
        ),
        Scenario(
            "snapshot to standard output",
            plain("snapshot", "-c", conf["http"], "-t", "5s", "-f", "ndjson"),
            [0, 3],
            whole=good_ndjson,
        ),
        Scenario(
            "snapshot over a served command",
            plain("snapshot", "-c", conf["pipe"], "-t", "5s", *into("json")),
            [0, 3],
            whole=good_json,
            outfile="out.json",
        ),
        Scenario(
            "snapshot over commands",
            plain("snapshot", "-c", conf["text"], "-t", "5s", *into("json")),
            [0, 3],
            whole=good_json,
            outfile="out.json",
        ),
        Scenario(
            "snapshot of this machine",
            plain("snapshot", "-c", conf["local"], "-t", "5s", *into("json")),
            [0, 3],
            whole=good_json,
            outfile="out.json",
        ),
        Scenario("check", plain("check", "-c", conf["http"], "-t", "5s"), [0, 1, 2, 3], whole=check),
        Scenario("doctor", plain("doctor", "-c", conf["http"], "-t", "5s"), [0, 1], whole=has(b"failed\n")),
        Scenario("record", record, [0], after=after_record),
        Scenario("collect", collect, [0], after=after_collect),
        Scenario(
            "replay to a file",
            plain("replay", f"{T}/rec", *into("json")),
            [0, 3],
            whole=good_json,
            outfile="out.json",
        ),
        Scenario(
            "replay to standard output",
            plain("replay", f"{T}/rec", "-f", "csv", "--only", "nodes"),
            [0, 3],
            whole=good_csv,
        ),
        Scenario(
            "replay as text",
            plain("replay", f"{T}/rec", "-f", "text"),
            [0, 3],
            whole=lambda out: out.startswith(b"suantop ") and out.endswith(b"\n"),
        ),
        # 1: ncurses ends the process when it runs out of memory reading the terminal's description.
        Scenario("dashboard over HTTP", screen("-c", conf["http"]), [0], may=[1]),
        Scenario("dashboard over a recording", screen("replay", f"{T}/rec"), [0], may=[1]),
    ]


# ---- choosing and judging ----


def folder_for(s):
    folder = tempfile.mkdtemp(dir=T)
    if s.outfile:
        write(f"{folder}/{s.outfile}", "OLD\n")
    return folder


def judge(s, family, how, n):
    """One run: (name of the case, what was hit, complaint)."""
    folder = folder_for(s)
    way, _, error = how.partition(" ")
    r = s.run(folder, f"{family} {n} {way} {error}")
    said = complaint(s, r, family, folder, how)
    if said:
        text = (r.err[-6000:] or getattr(r, "screen", b"")[-300:]).decode("utf-8", "replace")
        said = f"{s.name}/{family}/{how}/{n}: {said}; exit {r.status}\n{text}"
    shutil.rmtree(folder, ignore_errors=True)
    return r.counts[family][1] > 0, said


def pick(calls, family):
    """Which calls fail: all, or the first ones and a seeded sample of the others."""
    if calls <= MOST:
        return list(range(1, calls + 1))
    rest = random.Random(f"{SEED}{family}").sample(range(MOST // 4 + 1, calls + 1), MOST - MOST // 4)
    return list(range(1, MOST // 4 + 1)) + sorted(rest)


def plan(s, calls):
    """[(family, how, n)] of a scenario."""
    return [
        (family, how, n)
        for family in FAMILIES
        for how in WAYS.get(family, ["once"])
        for n in pick(calls[family][0], family)
    ]


def chosen(scenario, family="", how="", n=""):
    wanted = dict(zip(range(4), ONLY))
    return all(
        not wanted.get(i) or wanted[i] == str(v) for i, v in enumerate((scenario, family, how, n)) if v != ""
    )


def baseline(s):
    """A run without a fault: it must be well, and tells how many calls there are."""
    folder = folder_for(s)
    r = s.run(folder, None)
    said = complaint(s, r, "none", folder)
    if not said and r.status != s.well:
        said = f"exit {r.status} instead of {s.well}"
    shutil.rmtree(folder, ignore_errors=True)
    return r.counts, said and f"{said}; exit {r.status}\n{r.err[-3000:].decode('utf-8', 'replace')}"


def run_all(pool, work):
    """Judges [(scenario, family, how, n)]; (how many were hit, complaints, how many were begun)."""
    hits, complaints, begun = 0, [], 0
    for hit, said in pool.map(lambda w: judge(*w), work):
        begun += 1
        hits += hit
        complaints += [said] if said else []
    return hits, complaints, begun


def full(pool, s, calls):
    for family in FAMILIES:
        for how in WAYS.get(family, ["once"]):
            work = [(s, family, how, n) for n in pick(calls[family][0], family) if chosen(s.name, family, how, n)]
            if not work:
                continue
            hits, complaints, begun = run_all(pool, work)
            tap.none(f"{s.name}: {family} {how}, {begun} runs, {hits} hit", complaints[:5])


def shallow(pool, s, calls, seconds):
    work = [(s, *w) for w in plan(s, calls) if chosen(s.name, *w)]
    random.Random(f"{SEED}{s.name}").shuffle(work)
    until, hits, complaints, begun = time.monotonic() + seconds, 0, [], 0
    while work and (begun < 4 or time.monotonic() < until):
        now, work = work[:4], work[4:]
        h, c, b = run_all(pool, now)
        hits, complaints, begun = hits + h, complaints + c, begun + b
    tap.none(f"{s.name}: a sample of {begun} faults, {hits} hit", complaints)


def recording(conf):
    tape = f"{T}/rec/0.rec.zst"
    folder = tempfile.mkdtemp(dir=T)
    began = time.monotonic()
    argv = ["record", f"{T}/rec", "-c", conf["http"]]

    def is_enough():
        return time.monotonic() - began > 1 and os.path.exists(tape) and os.path.getsize(tape) > 2000

    once(argv, folder, None, is_enough, PATIENCE)


def main():
    why = why_not()
    if why:
        tap.skip("faults", why)
        return
    fake = Fake()
    conf = configurations(fake)
    recording(conf)
    todo = [s for s in scenarios(conf) if chosen(s.name)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for s, (calls, said) in zip(todo, pool.map(baseline, todo)):
            if not tap.ok(f"{s.name}: well without a fault", not said, said):
                continue
            if FULL:
                full(pool, s, calls)
            else:
                shallow(pool, s, calls, SECONDS / len(todo))


if __name__ == "__main__":
    try:
        tap.run(main)
    finally:
        shutil.rmtree(T, ignore_errors=True)
