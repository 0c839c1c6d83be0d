#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py BUILDDIR - one table of what suantop costs on this machine, beside limits and beside other programs.

Run by `make bench`. Environment: BENCH=json,ingest,exporter,count,model,memory,keys,start,snapshot,node,tui,growth,nation
(which parts; the last two only when they are named), JOBS and NODES (size of the bodies),
IDLE (seconds), ROUNDS, PEERS="htop -d 10;btop;top -d 1", CONFIG (a configuration for the dashboard; without one it
watches this machine), READY (a pattern: measure from when it is on the screen). Bodies are kept in BENCH_DIR (default: a temporary folder that is removed).
Times depend on the machine and on who else uses it: the first line tells how much. Counts do not.
"""
import json, os, re, shutil, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
PARTS = os.environ.get("BENCH", "json,ingest,exporter,count,model,memory,keys,start,snapshot,node,tui").split(",")
JOBS = int(os.environ.get("JOBS", 100000))
NODES = int(os.environ.get("NODES", 10000))
IDLE = os.environ.get("IDLE", "20")
ROUNDS = os.environ.get("ROUNDS", "3")
PEERS = os.environ.get("PEERS", "htop -d 10;btop;top -d 1").split(";")


def row(what, figure, bar="", peer=""):
    print(f"{what:<58} {figure:>16}  {bar:<14} {peer}", flush=True)


def run(*args, **kw):
    p = subprocess.run([str(a) for a in args], stdout=subprocess.PIPE, text=True, **kw)
    if p.returncode:
        sys.exit(f"bench: {args[0]} ended with {p.returncode}")
    return p.stdout


def program(name):
    return os.path.join(BUILD, "tests/bench", name)


def noise():
    """The same little work, again and again: how far the worst is from the best, of the processor and of the memory.
    Beside other guests of one host the memory is often what is missing, and the load average does not show it."""
    loops, copies, block = [], [], bytes(32 << 20)
    for _ in range(40):
        t = time.perf_counter()
        sum(range(100000))
        loops.append(time.perf_counter() - t)
        t = time.perf_counter()
        bytearray(block)
        copies.append(len(block) / 1e9 / (time.perf_counter() - t))
    with open("/proc/loadavg") as f:
        load = f.read().split()[0]
    best = min(loops)
    row("this machine: load; a loop's median and worst over its best",
        f"{load}; {statistics.median(loops) / best:.2f} {max(loops) / best:.2f}")
    row("  copying 32 MB: median, worst, best", f"{statistics.median(copies):.1f} {min(copies):.1f} {max(copies):.1f} GB/s")


def body(where, kind, count, *more):
    path = os.path.join(where, "-".join([kind, str(count), *more]).replace("--", "") + ".json")
    if not os.path.exists(path):
        run(sys.executable, os.path.join(HERE, "slurmgen.py"), kind, count, *more, "-o", path)
    return path


def bodies(where, count):
    return body(where, "jobs38", count), body(where, "jobs38", count, "--churn", "5", "--tick", "1")


def bench_json(where):
    small = body(where, "jobs38", 10000)
    text = run(program("bench_json"), "-r", "5", "-m", "read", "-m", "whole", small)
    speed = {m[0]: float(m[1]) for m in re.findall(r"^(\w+) +([\d.]+) MB/s", text, re.M)}
    row("JSON from memory, 24 values of 108", f"{speed['read']:.0f} MB/s", "",
        f"cJSON, whole body {speed['whole']:.0f} MB/s: {speed['read'] / speed['whole']:.1f} x")


def polls(text):
    return [line.split("\t") for line in text.splitlines() if line.count("\t") == 8]


def bench_ingest(where):
    nodes = body(where, "nodes38", NODES)
    text = run(program("bench_ingest"), "-t", "-p", "7", "-n", nodes, *bodies(where, JOBS))
    first, *later = polls(text)
    row(f"first poll, {float(first[1]):.0f} MB, {JOBS} jobs, CPU of the net thread", first[2] + " MB/s", ">= 600")
    row("  with the thread that merges", first[3] + " MB/s")
    for name, column in (("repeat poll, 5 % changed, net thread", 2), ("  with the thread that merges", 3)):
        row(name, f"{statistics.median(float(p[column]) for p in later):.0f} MB/s", ">= 1200" if column == 2 else "")
    row(f"resident after 7 polls; peak, {JOBS} jobs and {NODES} nodes", f"{later[-1][7]}; {later[-1][8]} MB",
        "<= 60 at 100k" if JOBS == 100000 else "")
    m = re.search(r"([\d.]+) s$", text.strip())
    row("export as ndjson, 500,000 jobs (scaled)", m.group(1) + " s CPU", "<= 0.3")


def bench_exporter(_):
    """Metric pages: parsed, with memchr over the same bytes as the limit; and ten thousand targets on the loopback."""
    text = run(program("bench_exporter"), "parse", "100")
    for name, bar in (("new targets", ">= 1000"), ("the same series", ">= 4000"), ("memchr alone", "")):
        m = re.search(name + r" +(\d+) MB/s.*?(?:rows: (\d+) MB/s)?$", text, re.M)
        row("metric pages, " + name, (m.group(2) or m.group(1)) + " MB/s", bar, m.group(2) and f"with rows {m.group(1)} MB/s" or "")
    for mode, words in (("targets", "10,000 exporters every 5 s, net thread"), ("scrape", "  with the fleet, net thread")):
        m = re.search(r"net thread ([\d.]+) %.*ingest ([\d.]+) %, ([\d.]+) KiB", run(program("bench_exporter"), mode))
        row(words, f"{m.group(1)} % of a core; {m.group(3)} KiB each", "<= 20; 5" if mode == "targets" else "",
            f"all threads {m.group(2)} %")


def bench_nation(_):
    """All of `suantop-fleetsim -s scale`: some four minutes; not among the usual parts."""
    text = run(sys.executable, os.path.join(HERE, "nation.py"), BUILD, env=dict(os.environ, STEADY=IDLE, MISCHIEF="1"))
    limits = {"steady rss MiB": 300, "first picture: all centers live s": 5, "fleetsim starts s": 5,
              "mischief oldest s of the fiftieth": 60}
    for line in text.splitlines():
        name, _, value = line.partition("\t")
        if not value:
            continue
        limit = limits.get(name) or (16 if name.endswith("ms p50/p99") else None)
        own = value.split()[-1]
        row(name, value, f"<= {limit}" if limit else "", f"{float(own) / limit:.2f} of it" if limit and own != "never" else "")


def instructions(count, where, number):
    text = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program("bench_ingest"), "-p",
                           str(number), *bodies(where, count)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    return int(re.findall(r"refs: +([\d,]+)", text.stderr)[-1].replace(",", ""))


def bench_count(where):
    if not shutil.which("valgrind"):
        row("instructions a byte", "no valgrind")
        return
    size = {n: os.path.getsize(bodies(where, n)[0]) for n in (2000, 6000)}
    first = (instructions(6000, where, 1) - instructions(2000, where, 1)) / (size[6000] - size[2000])
    again = (instructions(6000, where, 4) - instructions(6000, where, 1)) / 3 / size[6000]
    row("first poll, all threads, with the export", f"{first:.1f} Ir/byte", "<= 18", "cJSON, whole body 60")
    row("repeat poll, 5 % changed, all threads", f"{again:.1f} Ir/byte")


def bench_model(_):
    text = run(program("bench_model"), "-r", "5")
    print(text, end="")
    for what in ("sort jobs by any column, worst", "sort nodes by any column, worst", "filter jobs, one key typed, worst"):
        m = re.search("^" + what + r" +([\d.]+) ms +(\S.*)$", text, re.M)
        row(what, m.group(1) + " ms", "<= 10", m.group(2))


def bench_keys(where):
    """Keys of a dashboard with 500,000 job records loaded, of which a fifth are over and some fold into arrays, while job lists
    are being read: ten centers of 60,000, each asked again three seconds after its answer, 2 % changed."""
    nodes = body(where, "nodes38", 2000)
    jobs = body(where, "jobs38", 60000), body(where, "jobs38", 60000, "--churn", "2", "--tick", "1")
    servers = [subprocess.Popen([sys.executable, os.path.join(HERE, "jobs_server.py"), nodes, *jobs], stdout=subprocess.PIPE,
                                text=True) for _ in range(10)]
    config = os.path.join(where, "keys.yaml")
    with open(config, "w") as f:
        f.write("centers:\n")
        for i, server in enumerate(servers):
            f.write(f"""  - id: c{i}
    sources:
      - slurm: {{url: "http://127.0.0.1:{int(server.stdout.readline())}", insecure: "true", prefer: rest, rest_limit: 64G,
          jobs_interval: 3s, nodes_interval: 10h, diag_interval: 10h, misc_interval: 10h}}
""")
    try:
        keys = pty([os.path.join(BUILD, "suantop"), "-c", config], "--keys", "4,down,pgdn,5,down,pgup,1", "--warmup", "25",
                   "--nkeys", "420", "--idle", "1")["keys"]
    finally:
        for server in servers:
            server.terminate()
    settled, cpu = keys["settled_ms"], keys["main_thread_cpu_ms"]
    row("key to settled screen, 500,000 jobs, lists being read: p50", f"{settled['p50']} ms", "<= 2")
    row("  p99; the worst", f"{settled['p99']}; {settled['max']} ms", "<= 16")
    row("  processor time of the first thread: p50, p99, worst", f"{cpu['p50']} {cpu['p99']} {cpu['max']} ms")
    for name, ms in keys["by_key"].items():
        row(f"  key {name}: p50, p99", f"{ms['p50']} {ms['p99']} ms")


SIZES = {"1,000 nodes, 10,000 jobs": (1000, 0, 10000, 20), "10,000 nodes, 100,000 jobs": (10000, 0, 100000, 60),
         "100,000 nodes, 800,000 devices, 500,000 jobs": (100000, 800000, 500000, 300)}


def bench_memory(_):
    """Resident memory of the model alone; the limits are for the whole dashboard."""
    for words, (nodes, devices, jobs, limit) in SIZES.items():
        text = run(program("bench_memory"), "-n", nodes, "-d", devices, "-j", jobs)
        first, churned, new, peak = (float(v) for v in text.split())
        row("resident: " + words, f"{first:.0f} MB", f"<= {limit}", f"{first / limit:.2f} x")
        row("  5 % changed, a picture held; all values new; peak", f"{churned:.0f} {new:.0f} {peak:.0f} MB", f"<= {limit}",
            f"{churned / limit:.2f} x")


def bench_growth(_):
    """The same number of changed rows in fleets of three sizes: instructions a changed row, applied and in the picture."""
    if not shutil.which("valgrind"):
        row("instructions a changed row", "no valgrind")
        return
    changed, rounds = 250, (4, 12)
    for nodes in (1000, 10000, 100000):
        count = [int(re.findall(r"refs: +([\d,]+)", subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program("bench_memory"), "-c", str(changed), "-r", str(r),
             "-n", str(nodes), "-d", "0", "-j", str(nodes * 5)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            text=True).stderr)[-1].replace(",", "")) for r in rounds]
        row(f"instructions a changed row, {nodes} nodes and {nodes * 5} jobs",
            f"{(count[1] - count[0]) / (rounds[1] - rounds[0]) / (2 * changed):.0f} Ir")


def bench_node(_):
    text = run(sys.executable, os.path.join(HERE, "bench_node.py"), BUILD, IDLE)
    got = dict(line.split("\t") for line in text.splitlines())
    peer = "node_exporter us" if "node_exporter fresh us/scrape" in got else ""

    def beside(name, key, bar=""):
        own, other = float(got["suantop-node " + key]), float(got.get("node_exporter " + key, 0))
        row(name, f"{own:.0f} us", bar, f"node_exporter {other:.0f} us: 1/{other / own:.1f}" if peer else "")

    beside("suantop-node: CPU per scrape, new values each second", "fresh us/scrape", "<= 1/5")
    beside("  one scrape after another", "storm us/scrape", "<= 1/5")
    row("  a round of its collectors alone", got["suantop-node us/round"] + " us")
    for name in ("suantop-node", "node_exporter"):
        if name + " bytes" in got:
            rss, of_all, pss = (int(v) / 1024 for v in got[name + " rss/all/pss KiB"].split())
            row(f"{name}: RSS; with children; PSS of all", f"{rss:.1f} {of_all:.1f} {pss:.1f} MB",
                "<= 6" if name == "suantop-node" else "",
                f"{got[name + ' wakeups/s']} wake-ups/s, page {got[name + ' bytes']} B")


def pty(command, *more):
    with tempfile.NamedTemporaryFile("r", suffix=".json") as f:
        env = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8")
        subprocess.run([sys.executable, os.path.join(HERE, "ptybench.py"), "--size", "200x60", "--nkeys", "200", "--idle", IDLE,
                        "--warmup", "6", "--json", f.name, *more, "--", *command], env=env, check=True,
                       stdout=subprocess.DEVNULL)
        return json.load(open(f.name))


def bench_start(where):
    """From exec to the first picture, no source answering: median and best of ROUNDS times five, by turns with the peers. As
    root and with COLD=1 also with nothing of any file in memory."""
    empty = os.path.join(where, "empty.yaml")
    with open(empty, "w") as f:
        f.write('history: off\ncenters: [{id: c, sources: [{exporter: {insecure: true, targets: "127.0.0.1:9"}}]}]\n')
    programs = [[os.path.join(BUILD, "suantop"), "-c", empty]] + [p.split() for p in PEERS if shutil.which(p.split()[0])]
    for how in ["warm"] + (["cold"] if os.environ.get("COLD") else []):
        paints = {p[0]: [] for p in programs}
        for _ in range(int(ROUNDS) * 5):
            for p in programs:
                if how == "cold":
                    os.sync()
                    with open("/proc/sys/vm/drop_caches", "w") as f:
                        f.write("3")
                paints[p[0]].append(first_paint(p))
        said = [f"{os.path.basename(n)} {statistics.median(t):.0f}" for n, t in list(paints.items())[1:]]
        own = paints[programs[0][0]]
        row(f"first picture, {how} start: median, best", f"{statistics.median(own):.1f}, {min(own):.1f} ms", "<= 20" if how == "warm" else "",
            ", ".join(said))


def bench_snapshot(_):
    text = run(sys.executable, "-B", os.path.join(HERE, "bench_snapshot.py"), BUILD)
    got = {name: float(v) for name, v in (line.split("\t") for line in text.splitlines())}
    row("snapshot of 50 centers, one slow", f"{got['snapshot']:.2f} s", f"<= {1.1 * got['slowest']:.2f}",
        f"that one alone {got['slowest']:.2f} s: {got['snapshot'] / got['slowest']:.2f} x")


def first_paint(command):
    with tempfile.NamedTemporaryFile("r", suffix=".json") as f:
        env = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8")
        subprocess.run([sys.executable, os.path.join(HERE, "ptybench.py"), "--size", "200x60", "--nkeys", "0", "--idle", "0",
                        "--warmup", "0", "--json", f.name, "--", *command], env=env, check=True, stdout=subprocess.DEVNULL)
        return json.load(open(f.name))["start"]["first_paint_ms"]


def figures(r):
    k, s, i, x = r["keys"], r["start"], r["idle"], r["exit"]
    return [s["first_paint_ms"], k["settled_ms"]["p50"], k["settled_ms"]["p99"], k["bytes_per_key"]["p50"],
            i["bytes_per_s"], i["cpu_s_per_min"], i["wakeups_per_s"], i["rss_mb"], "yes" if x["clean"] else "no"]


def bench_tui(_):
    head = ["paint ms", "key p50", "p99 ms", "B/key", "idle B/s", "CPU s/min", "wake/s", "RSS MB", "clean"]
    print("%-20s" % "200x60" + "".join("%10s" % h for h in head))
    own = [os.path.join(BUILD, "suantop")]
    if os.environ.get("CONFIG"):
        own += ["-c", os.environ["CONFIG"]]
    ready = ["--ready", os.environ["READY"], "--timeout", "90"] if os.environ.get("READY") else []
    for command in [own] + [p.split() for p in PEERS]:
        if not shutil.which(command[0]):
            continue
        # Keys of which each changes the picture: without a fleet there are no rows to go through.
        mine = "4,down,pgdn,down,pgup,1" if os.environ.get("CONFIG") else "4,5,8,1"
        keys = ["--keys", mine if command is own else "down,up,pgdn,pgup"]
        cells = figures(pty(command, *keys, *(ready if command is own else [])))
        print("%-20s" % os.path.basename(command[0]) + "".join("%10s" % c for c in cells), flush=True)


def main():
    keep = os.environ.get("BENCH_DIR")
    where = keep or tempfile.mkdtemp(prefix="suantop-bench.")
    try:
        noise()
        for part in PARTS:
            globals()["bench_" + part](where)
        noise()
    finally:
        if not keep:
            shutil.rmtree(where)


main()
