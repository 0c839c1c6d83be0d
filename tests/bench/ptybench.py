#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ptybench - measure a terminal program from the outside, through a pseudo-terminal.

Standard library only.  Starts any TUI command in a pty of a given size and reports (JSON):

  start   time to first byte, first paint, settled screen, and (--ready REGEX) to wanted content
  keys    keypress -> first output byte and -> settled screen: p50/p95/p99/max, bytes per key
  held    the same key sent at a fixed rate (auto-repeat): bytes, CPU, lag after the last key
  resize  SIGWINCH -> settled
  idle    bytes/s, bytes per refresh, refreshes/s, ssh wire estimate, ssh -C (zlib) estimate,
          where the bytes go (text / colour / cursor / erase ...), CPU s per minute, wake-ups/s, RSS/PSS
  exit    status, how long it took, and whether the terminal was handed back as it was found

  ptybench.py --size 200x60 --keys down,up,pgdn,pgup --nkeys 200 --idle 20 -- htop -d 10
  ptybench.py --rounds 5 --vs "top -d 1" -- htop -d 10        # interleaved A B A B ..., with ratios
  ptybench.py --selftest                                      # floor of the harness on this machine
  ptybench.py --held down:30:5 --resize 120x40 --assert 'keys.settled_ms.p99<16' --assert 'exit.clean==true' -- CMD

How it measures: the hot loop only does poll/read/clock; the byte stream is replayed afterwards through
a small built-in VT interpreter to know what was on the screen at each instant.  "Settled" is the last
byte before a gap of --settle-ms without output.  A key is only sent when the line has been quiet for
--quiet-ms, so that a periodic refresh is seldom taken for an answer; keys.collision_est says how often
that is still expected.  CPU is summed over the whole process tree from /proc/PID/task/*/schedstat
(nanoseconds) plus reaped children.  Run on an idle machine, or compare with --vs and read the ratios.
"""
import argparse, base64, errno, json, os, re, select, shlex, signal, statistics, sys
import termios, time, unicodedata, zlib

from terminal import open_terminal, set_size, take_terminal

NOW = time.perf_counter_ns
MS = 1_000_000

# ----------------------------------------------------------------------------- keys
_NAMED = {"enter": b"\r", "tab": b"\t", "esc": b"\x1b", "space": b" ", "backspace": b"\x7f", "comma": b",",
          "btab": b"\x1b[Z", "ins": b"\x1b[2~", "del": b"\x1b[3~", "pgup": b"\x1b[5~", "pgdn": b"\x1b[6~"}
_CURSOR = {"up": b"A", "down": b"B", "right": b"C", "left": b"D", "home": b"H", "end": b"F"}
_FKEY = {1: b"\x1bOP", 2: b"\x1bOQ", 3: b"\x1bOR", 4: b"\x1bOS", 5: b"\x1b[15~", 6: b"\x1b[17~", 7: b"\x1b[18~",
         8: b"\x1b[19~", 9: b"\x1b[20~", 10: b"\x1b[21~", 11: b"\x1b[23~", 12: b"\x1b[24~"}


def key_bytes(name, app_cursor):
    low = name.lower()
    if low in _CURSOR:
        return (b"\x1bO" if app_cursor else b"\x1b[") + _CURSOR[low]
    if low in _NAMED:
        return _NAMED[low]
    m = re.fullmatch(r"f(\d{1,2})", low)
    if m and int(m.group(1)) in _FKEY:
        return _FKEY[int(m.group(1))]
    if len(name) == 3 and name[:2] in ("C-", "c-"):
        return bytes([ord(name[2].upper()) & 0x1F])
    if low.startswith("text:"):
        return name[5:].encode()
    return name.encode()


# ----------------------------------------------------------------------------- screen
_CSI = re.compile(rb"\x1b\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])")
_OSC = re.compile(rb"\x1b[\]P_^X].*?(?:\x07|\x1b\\)", re.S)
_TEXT = re.compile(rb"[^\x00-\x1f\x7f]+")
_WIDE = {}
_ACS = dict(zip("`afgijklmnopqrstuvwxyz{|}~", "◆▒°±␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"))


def char_width(ch):
    w = _WIDE.get(ch)
    if w is None:
        if unicodedata.combining(ch) or unicodedata.category(ch) in ("Mn", "Me", "Cf"):
            w = 0
        else:
            w = 2 if unicodedata.east_asian_width(ch) in "WF" else 1
        _WIDE[ch] = w
    return w


class Screen:
    """Text-only VT: enough of ECMA-48/xterm to replay what curses-like programs write."""

    def __init__(self, cols, rows):
        self.w, self.h = cols, rows
        self.rest = b""
        self.main = self._blank()
        self.alt = self._blank()
        self.g = self.main
        self.x = self.y = 0
        self.top, self.bot = 0, rows - 1
        self.wrapnext = False
        self.saved = (0, 0)
        self.last = " "
        self.modes = {}
        self.keypad = False
        self.acs = [False, False]
        self.gl = 0
        self.bytes_by = dict(text=0, sgr=0, cursor=0, erase=0, mode=0, control=0, osc=0, other=0)
        self.unknown = {}
        self.sync_frames = 0

    def _blank(self):
        return [[" "] * self.w for _ in range(self.h)]

    def text(self):
        return "\n".join("".join(c for c in r if c != "") for r in self.g)

    def nonblank(self):
        return sum(1 for r in self.g for c in r if c not in (" ", ""))

    def resize(self, cols, rows):
        for grid in (self.main, self.alt):
            for r in grid:
                del r[cols:]
                r.extend([" "] * (cols - len(r)))
            del grid[rows:]
            while len(grid) < rows:
                grid.append([" "] * cols)
        self.w, self.h, self.top, self.bot = cols, rows, 0, rows - 1
        self.x, self.y = min(self.x, cols - 1), min(self.y, rows - 1)

    def _scroll(self, n=1, top=None):
        top = self.top if top is None else top
        for _ in range(min(n, self.bot - top + 1)):
            del self.g[top]
            self.g.insert(self.bot, [" "] * self.w)

    def _rscroll(self, n=1, top=None):
        top = self.top if top is None else top
        for _ in range(min(n, self.bot - top + 1)):
            del self.g[self.bot]
            self.g.insert(top, [" "] * self.w)

    def _lf(self):
        if self.y == self.bot:
            self._scroll()
        elif self.y < self.h - 1:
            self.y += 1

    def _put(self, ch):
        w = char_width(ch)
        if w == 0:
            return
        if self.wrapnext or self.x + w > self.w:
            self.x = 0
            self._lf()
            self.wrapnext = False
        row = self.g[self.y]
        if row[self.x] == "" and self.x:
            row[self.x - 1] = " "
        row[self.x] = ch
        if w == 2 and self.x + 1 < self.w:
            row[self.x + 1] = ""
        nx = self.x + w
        if nx < self.w and row[nx] == "":
            row[nx] = " "
        if nx >= self.w:
            self.x, self.wrapnext = self.w - 1, True
        else:
            self.x = nx
        self.last = ch

    def feed(self, data):
        data = self.rest + data
        self.rest = b""
        i, n, B = 0, len(data), self.bytes_by
        while i < n:
            c = data[i]
            if c >= 0x20 and c != 0x7F:
                m = _TEXT.match(data, i)
                j = m.end()
                if j == n:  # keep an incomplete UTF-8 tail for the next chunk
                    for back in range(1, min(4, j - i) + 1):
                        b = data[j - back]
                        if b & 0xC0 == 0xC0:
                            need = 2 if b < 0xE0 else 3 if b < 0xF0 else 4
                            if back < need:
                                j -= back
                            break
                        if b < 0x80:
                            break
                if j == i:
                    self.rest = data[i:]
                    return
                B["text"] += j - i
                acs = self.acs[self.gl]
                for ch in data[i:j].decode("utf-8", "replace"):
                    self._put(_ACS.get(ch, ch) if acs else ch)
                i = j
            elif c == 0x1B:
                j = self._escape(data, i)
                if j < 0:
                    self.rest = data[i:]
                    return
                i = j
            else:
                B["control"] += 1
                if c == 13:
                    self.x, self.wrapnext = 0, False
                elif c in (10, 11, 12):
                    self._lf()
                    self.wrapnext = False
                elif c == 8:
                    self.x, self.wrapnext = max(0, self.x - 1), False
                elif c == 9:
                    self.x = min(self.w - 1, (self.x // 8 + 1) * 8)
                elif c == 14:
                    self.gl = 1
                elif c == 15:
                    self.gl = 0
                i += 1

    def _escape(self, d, i):
        if i + 1 >= len(d):
            return -1
        c = d[i + 1]
        if c == 0x5B:
            m = _CSI.match(d, i)
            if not m:
                if len(d) - i > 64:
                    self.bytes_by["other"] += 2
                    return i + 2
                return -1
            self._csi(m)
            return m.end()
        if c in b"]P_^X":
            m = _OSC.match(d, i)
            if not m:
                return -1 if len(d) - i < 8192 else i + 2
            self.bytes_by["osc"] += m.end() - i
            return m.end()
        if c in b"()*+":
            if i + 2 >= len(d):
                return -1
            if c in b"()":
                self.acs[0 if c == 0x28 else 1] = d[i + 2] == 0x30
            self.bytes_by["mode"] += 3
            return i + 3
        self.bytes_by["cursor" if c in b"78MDE" else "mode"] += 2
        if c == 0x37:
            self.saved = (self.x, self.y)
        elif c == 0x38:
            self.x, self.y = self.saved
            self.wrapnext = False
        elif c == 0x4D:
            if self.y == self.top:
                self._rscroll()
            else:
                self.y = max(0, self.y - 1)
        elif c == 0x44:
            self._lf()
        elif c == 0x45:
            self.x = 0
            self._lf()
        elif c == 0x3D:
            self.keypad = True
        elif c == 0x3E:
            self.keypad = False
        elif c == 0x63:
            self.g[:] = self._blank()
            self.x = self.y = 0
        return i + 2

    def _csi(self, m):
        priv, ps, inter, fin = m.group(1), m.group(2), m.group(3), m.group(4)
        size, B = m.end() - m.start(), self.bytes_by
        p = [int(v.split(b":")[0] or 0) if v else 0 for v in ps.split(b";")] if ps else [0]
        a = p[0] or 1
        if fin == b"m" and not priv:
            B["sgr"] += size
            return
        if fin in b"hl" and priv == b"?":
            B["mode"] += size
            on = fin == b"h"
            for v in p:
                self.modes[v] = on
                if v in (1049, 1047, 47):
                    self.g = self.alt if on else self.main
                    if on and v != 47:
                        self.g[:] = self._blank()
                elif v == 2026 and not on:
                    self.sync_frames += 1
            return
        if priv or inter:
            B["mode"] += size
            return
        self.wrapnext = False
        g, x, y = self.g, self.x, self.y
        kind = "cursor"
        if fin in b"Hf":
            self.y = min(self.h - 1, a - 1)
            self.x = min(self.w - 1, (p[1] if len(p) > 1 and p[1] else 1) - 1)
        elif fin == b"A":
            self.y = max(0, y - a)
        elif fin in b"Be":
            self.y = min(self.h - 1, y + a)
        elif fin in b"Ca":
            self.x = min(self.w - 1, x + a)
        elif fin == b"D":
            self.x = max(0, x - a)
        elif fin == b"E":
            self.y, self.x = min(self.h - 1, y + a), 0
        elif fin == b"F":
            self.y, self.x = max(0, y - a), 0
        elif fin in b"G`":
            self.x = min(self.w - 1, a - 1)
        elif fin == b"d":
            self.y = min(self.h - 1, a - 1)
        elif fin == b"I":
            for _ in range(a):
                self.x = min(self.w - 1, (self.x // 8 + 1) * 8)
        elif fin == b"Z":
            for _ in range(a):
                self.x = max(0, (self.x - 1) // 8 * 8)
        elif fin == b"r":
            self.top = max(0, a - 1)
            self.bot = min(self.h, p[1] if len(p) > 1 and p[1] else self.h) - 1
            self.x = self.y = 0
        elif fin == b"s":
            self.saved = (x, y)
        elif fin == b"u":
            self.x, self.y = self.saved
        else:
            kind = "erase"
            if fin == b"J":
                if p[0] == 0:
                    g[y][x:] = [" "] * (self.w - x)
                    for r in range(y + 1, self.h):
                        g[r] = [" "] * self.w
                elif p[0] == 1:
                    g[y][:x + 1] = [" "] * (x + 1)
                    for r in range(y):
                        g[r] = [" "] * self.w
                else:
                    g[:] = self._blank()
            elif fin == b"K":
                if p[0] == 0:
                    g[y][x:] = [" "] * (self.w - x)
                elif p[0] == 1:
                    g[y][:x + 1] = [" "] * (x + 1)
                else:
                    g[y] = [" "] * self.w
            elif fin == b"X":
                a = min(a, self.w - x)
                g[y][x:x + a] = [" "] * a
            elif fin == b"P":
                a = min(a, self.w - x)
                del g[y][x:x + a]
                g[y].extend([" "] * a)
            elif fin == b"@":
                a = min(a, self.w - x)
                g[y][x:x] = [" "] * a
                del g[y][self.w:]
            elif fin == b"L" and self.top <= y <= self.bot:
                self._rscroll(a, y)
            elif fin == b"M" and self.top <= y <= self.bot:
                self._scroll(a, y)
            elif fin == b"S":
                self._scroll(a)
            elif fin == b"T":
                self._rscroll(a)
            elif fin == b"b":
                for _ in range(min(a, self.w * self.h)):
                    self._put(self.last)
                kind = "text"
            elif fin in b"hlntcxtqg":
                kind = "mode"
            else:
                kind = "other"
                k = fin.decode("latin1")
                self.unknown[k] = self.unknown.get(k, 0) + 1
        B[kind] += size


# ----------------------------------------------------------------------------- /proc
def _tree(root):
    kids = {}
    for d in os.listdir("/proc"):
        if d.isdigit():
            try:
                with open(f"/proc/{d}/stat", "rb") as f:
                    s = f.read()
                ppid = int(s[s.rindex(b")") + 2:].split()[1])
                kids.setdefault(ppid, []).append(int(d))
            except (OSError, ValueError):
                pass
    out, todo = [], [root]
    while todo:
        p = todo.pop()
        out.append(p)
        todo.extend(kids.get(p, ()))
    return out


def thread_ns(pid):
    """Processor time of the first thread: what a key costs, however busy the machine is."""
    try:
        with open(f"/proc/{pid}/task/{pid}/schedstat") as f:
            return int(f.read().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def usage(root):
    """CPU seconds, voluntary switches, RSS/PSS KiB, threads, processes of the tree under root."""
    tck = os.sysconf("SC_CLK_TCK")
    cpu = rss = pss = vol = thr = procs = 0
    for p in _tree(root):
        try:
            with open(f"/proc/{p}/stat", "rb") as f:
                s = f.read()
            f_ = s[s.rindex(b")") + 2:].split()
            cpu += (int(f_[13]) + int(f_[14])) / tck  # reaped children
            for t in os.listdir(f"/proc/{p}/task"):
                with open(f"/proc/{p}/task/{t}/schedstat") as f:
                    cpu += int(f.read().split()[0]) / 1e9
                with open(f"/proc/{p}/task/{t}/status") as f:
                    for line in f:
                        if line.startswith("voluntary_ctxt"):
                            vol += int(line.split()[1])
                thr += 1
            with open(f"/proc/{p}/smaps_rollup") as f:
                for line in f:
                    if line.startswith("Rss:"):
                        rss += int(line.split()[1])
                    elif line.startswith("Pss:"):
                        pss += int(line.split()[1])
            procs += 1
        except (OSError, IndexError, ValueError):
            continue
    return dict(cpu=cpu, vol=vol, rss=rss, pss=pss, threads=thr, procs=procs)


# ----------------------------------------------------------------------------- session
_QUERY = re.compile(rb"\x1b\[(?:0?c|>0?c|[56]n|\?2026\$p|\?u|14t|16t|18t)|\x1b\]1[01];\?(?:\x07|\x1b\\)")


class Session:
    def __init__(self, argv, o):
        self.o, self.argv = o, argv
        self.cols, self.rows = o.size
        self.log = []           # (t_ns, bytes) and (t_ns, ("resize", c, r))
        self.total = 0
        self.dead = None
        self.app_cursor = False
        self.master, self.slave = open_terminal(self.cols, self.rows)
        self.termios0 = termios.tcgetattr(self.slave)
        env = dict(os.environ)
        for k in ("COLUMNS", "LINES", "TMUX", "STY", "TERM_PROGRAM", "COLORTERM", "NO_COLOR"):
            env.pop(k, None)
        env.update(TERM=o.term, LANG=o.lang, LC_ALL=o.lang)
        env.update(kv.split("=", 1) for kv in o.env)
        self.t0 = NOW()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                for fd in (0, 1, 2):
                    os.dup2(self.slave, fd)
                take_terminal()
                os.closerange(3, 256)
                if o.cwd:
                    os.chdir(o.cwd)
                os.execvpe(argv[0], argv, env)
            except BaseException as e:  # noqa
                os.write(2, f"ptybench: {argv[0]}: {e}\r\n".encode())
                os._exit(127)
        os.set_blocking(self.master, False)
        self.poll = select.poll()
        self.poll.register(self.master, select.POLLIN)
        self.budget_t, self.credit = NOW(), 0.0

    def _allow(self):
        """Throttle: how many bytes may be read now (simulates a slow line)."""
        if not self.o.throttle:
            return 65536
        t = NOW()
        self.credit = min(self.credit + (t - self.budget_t) / 1e9 * self.o.throttle, self.o.throttle / 20 + 64)
        self.budget_t = t
        return int(self.credit)

    def pump(self, timeout_ms):
        """Wait up to timeout_ms for output. Returns time of the chunk, or None."""
        end = NOW() + int(timeout_ms * MS)
        while True:
            allow = self._allow()
            if allow < 1:
                if NOW() >= end:
                    return None
                time.sleep(0.002)
                continue
            left = (end - NOW()) / MS
            if not self.poll.poll(max(0, left)):
                return None
            t = NOW()
            try:
                data = os.read(self.master, min(allow, 65536))
            except BlockingIOError:
                if NOW() >= end:
                    return None
                continue
            except OSError as e:
                if e.errno == errno.EIO:
                    return None
                raise
            if not data:
                return None
            self.credit -= len(data)
            self.log.append((t, data))
            self.total += len(data)
            if b"\x1b" in data:
                self._react(data)
            return t

    def _react(self, data):
        a, b = data.rfind(b"\x1b[?1h"), data.rfind(b"\x1b[?1l")
        if a != b:
            self.app_cursor = a > b
        for m in _QUERY.finditer(data):
            q = m.group(0)
            if q.endswith(b"c"):
                r = b"\x1b[>41;354;0c" if b">" in q else b"\x1b[?62;22c"
            elif q.endswith(b"5n"):
                r = b"\x1b[0n"
            elif q.endswith(b"6n"):
                r = b"\x1b[1;1R"
            elif q.endswith(b"$p"):
                r = b"\x1b[?2026;%d$y" % (2 if self.o.sync_ok else 0)
            elif q.endswith(b"18t"):
                r = b"\x1b[8;%d;%dt" % (self.rows, self.cols)
            elif q.startswith(b"\x1b]"):
                r = q[:4] + b";rgb:0000/0000/0000\x1b\\"
            else:
                continue
            self.send(r)

    def send(self, b):
        while b:
            try:
                b = b[os.write(self.master, b):]
            except BlockingIOError:
                self.pump(5)
            except OSError:
                return

    def alive(self):
        if self.dead is None:
            p, st = os.waitpid(self.pid, os.WNOHANG)
            if p:
                self.dead = st
        return self.dead is None

    def run_for(self, seconds):
        end = NOW() + int(seconds * 1e9)
        while NOW() < end and self.alive():
            self.pump(min(200, (end - NOW()) / MS))

    def until_quiet(self, quiet_ms, limit_ms):
        """Read until quiet_ms without output. Returns (first, last) output times or (None, None)."""
        end = NOW() + int(limit_ms * MS)
        first = last = None
        while NOW() < end:
            t = self.pump(min(quiet_ms, max(0, (end - NOW()) / MS)))
            if t is None:
                if not self.alive():
                    break
                if last is None or NOW() - last >= quiet_ms * MS:
                    break
                continue
            first = first or t
            last = t
        return first, last

    def resize(self, c, r):
        self.cols, self.rows = c, r
        self.log.append((NOW(), ("resize", c, r)))
        set_size(self.master, c, r)

    def close(self):
        if self.alive():
            for sig in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.kill(self.pid, sig)
                except ProcessLookupError:
                    pass
                self.run_for(1.0)
                if not self.alive():
                    break
        os.close(self.master)
        os.close(self.slave)


# ----------------------------------------------------------------------------- helpers
def pct(v, q):
    v = sorted(v)
    return v[min(len(v) - 1, max(0, int(round(q / 100 * (len(v) - 1)))))] if v else None


def dist(v, nd=3):
    if not v:
        return None
    r = lambda x: round(x, nd)
    return dict(n=len(v), p50=r(pct(v, 50)), p95=r(pct(v, 95)), p99=r(pct(v, 99)), max=r(max(v)), min=r(min(v)),
                mean=r(statistics.fmean(v)))


def bursts(chunks, gap_ms):
    out, last = [], None
    for t, d in chunks:
        if last is None or t - last > gap_ms * MS:
            out.append([t, t, b"", 0])
        out[-1][1] = t
        out[-1][2] += d
        out[-1][3] += 1
        last = t
    return out


def ssh_wire(n):
    """Rough wire bytes of n payload bytes in one SSH data packet (chacha20-poly1305) in one TCP segment train."""
    total = 0
    while n > 0:
        k = min(n, 32768)
        body = k + 9 + 1
        body += 8 - body % 8 if body % 8 else 0
        pkt = 4 + body + 4 + 16
        total += pkt + 52 * max(1, -(-pkt // 1448))
        n -= k
    return total


# ----------------------------------------------------------------------------- one run
def measure(argv, o, keys, quit_keys):
    s = Session(argv, o)
    res = dict(cmd=argv, size=f"{o.size[0]}x{o.size[1]}", term=o.term)
    marks = {}
    try:
        # -- start
        first = None
        deadline = NOW() + int(o.timeout * 1e9)
        while first is None and NOW() < deadline and s.alive():
            first = s.pump(100)
        settled, scr, used = first, Screen(*o.size), 0
        while first and NOW() < deadline:
            settled = s.until_quiet(o.start_settle_ms, o.timeout * 1000)[1] or settled
            while used < len(s.log):
                scr.feed(s.log[used][1])
                used += 1
            if scr.nonblank() or not s.alive():
                break
        if o.ready:
            rx = re.compile(o.ready)
            while NOW() < deadline and s.alive():
                while used < len(s.log):
                    scr.feed(s.log[used][1])
                    used += 1
                if rx.search(scr.text()):
                    break
                s.pump(100)
            res["ready_seen"] = bool(rx.search(scr.text()))
        n_start = len(s.log)
        marks["start"] = (0, n_start)
        u0 = usage(s.pid) if s.alive() else None
        res["start"] = dict(first_byte_ms=(first - s.t0) / MS if first else None, settled_ms=(settled - s.t0) / MS if settled else None,
                            bytes=s.total, cpu_ms=round(u0["cpu"] * 1000, 1) if u0 else None)
        if o.warmup:
            s.run_for(o.warmup)
        # -- idle
        if o.idle and s.alive():
            i0, b0, a = len(s.log), s.total, usage(s.pid)
            t_idle, rss = NOW(), []
            while (NOW() - t_idle) / 1e9 < o.idle and s.alive():
                s.run_for(min(1.0, o.idle - (NOW() - t_idle) / 1e9))
                if s.alive():
                    x = usage(s.pid)
                    rss.append((x["rss"], x["pss"]))
            b = usage(s.pid) if s.alive() else a
            el = (NOW() - t_idle) / 1e9
            marks["idle"] = (i0, len(s.log))
            ch = [c for c in s.log[i0:] if isinstance(c[1], bytes)]
            bu = bursts(ch, o.burst_gap_ms)
            z, zb, wire = zlib.compressobj(6), 0, 0
            for x in bu:
                zb += len(z.compress(x[2])) + len(z.flush(zlib.Z_PARTIAL_FLUSH))
                wire += ssh_wire(len(x[2]))
            res["idle"] = dict(seconds=round(el, 2), bytes_per_s=round((s.total - b0) / el, 1), refreshes_per_s=round(len(bu) / el, 3),
                               bytes_per_refresh=dist([len(x[2]) for x in bu], 0), reads_per_refresh=dist([x[3] for x in bu], 1),
                               refresh_spread_ms=dist([(x[1] - x[0]) / MS for x in bu], 2),
                               ssh_wire_bytes_per_s_est=round(wire / el, 1), ssh_C_payload_bytes_per_s_est=round(zb / el, 1),
                               cpu_s_per_min=round((b["cpu"] - a["cpu"]) / el * 60, 3), wakeups_per_s=round((b["vol"] - a["vol"]) / el, 1),
                               rss_mb=round(max((r[0] for r in rss), default=0) / 1024, 1), pss_mb=round(max((r[1] for r in rss), default=0) / 1024, 1),
                               threads=b["threads"], procs=b["procs"])
        # -- keys
        if keys and o.nkeys and s.alive():
            f_ms, s_ms, nb, none, quietfail, by_key, cpu_by = [], [], [], 0, 0, {}, {}
            i0, a, t_keys = len(s.log), usage(s.pid), NOW()
            spans = []
            for k in range(o.nkeys):
                if not s.alive():
                    break
                end = NOW() + int(o.quiet_wait_ms * MS)
                while True:  # wait for a quiet line
                    if s.pump(o.quiet_ms) is None:
                        break
                    if NOW() > end:
                        quietfail += 1
                        break
                kb, tot, li = key_bytes(keys[k % len(keys)], s.app_cursor), s.total, len(s.log)
                ran, t = thread_ns(s.pid), NOW()
                s.send(kb)
                ta = s.pump(o.key_timeout_ms)
                if ta is None:
                    none += 1
                    spans.append((li, len(s.log), t, None))
                    continue
                _, tb = s.until_quiet(o.settle_ms, o.key_timeout_ms)
                f_ms.append((ta - t) / MS)
                s_ms.append(((tb or ta) - t) / MS)
                by_key.setdefault(keys[k % len(keys)], []).append(s_ms[-1])
                cpu_by.setdefault(keys[k % len(keys)], []).append((thread_ns(s.pid) - ran) / MS)
                nb.append(s.total - tot)
                spans.append((li, len(s.log), t, ta))
                if o.key_gap_ms:
                    s.run_for(o.key_gap_ms / 1000)
            b = usage(s.pid) if s.alive() else a
            el = (NOW() - t_keys) / 1e9
            marks["keys"] = (i0, len(s.log))
            col = None
            if "idle" in res and res["idle"]["refreshes_per_s"] and f_ms:
                col = round(min(1.0, res["idle"]["refreshes_per_s"] * pct(f_ms, 50) / 1000), 4)
            res["keys"] = dict(sequence=keys, sent=len(spans), no_response=none, never_quiet=quietfail, first_byte_ms=dist(f_ms), settled_ms=dist(s_ms),
                               bytes_per_key=dist(nb, 0), cpu_ms_per_key=round((b["cpu"] - a["cpu"]) * 1000 / max(1, len(spans)), 3),
                               collision_est=col, seconds=round(el, 2),
                               by_key={name: dist(ms) for name, ms in by_key.items()},
                               main_thread_cpu_ms=dist([ms for v in cpu_by.values() for ms in v]),
                               main_thread_cpu_ms_by_key={name: dist(ms) for name, ms in cpu_by.items()})
            res["_spans"] = spans
        # -- held key
        if o.held and s.alive():
            s.until_quiet(o.quiet_ms, 3000)
            name, rate, secs = o.held
            i0, tot, a = len(s.log), s.total, usage(s.pid)
            t, n, period = NOW(), 0, 1e9 / rate
            while (NOW() - t) / 1e9 < secs and s.alive():
                tl = NOW()
                s.send(key_bytes(name, s.app_cursor))
                n += 1
                nxt = t + int(n * period)
                while NOW() < nxt:
                    s.pump(max(0, (nxt - NOW()) / MS))
            s.until_quiet(max(o.settle_ms, 80), 10000)
            b = usage(s.pid) if s.alive() else a
            el = (NOW() - t) / 1e9
            ch = [c for c in s.log[i0:] if isinstance(c[1], bytes)]
            tb = max([c[0] for c in ch if c[0] > tl], default=tl)
            res["held"] = dict(key=name, rate_hz=rate, sent=n, bytes_per_s=round((s.total - tot) / el), bytes_per_key=round((s.total - tot) / n),
                               frames=len(bursts(ch, 4)), lag_after_last_ms=round((tb - tl) / MS, 2), cpu_percent=round((b["cpu"] - a["cpu"]) / el * 100, 1))
        # -- resize
        if o.resize and s.alive():
            out = []
            for i in range(6):
                s.until_quiet(o.quiet_ms, 3000)
                c, r = o.resize if i % 2 == 0 else o.size
                tot = s.total
                s.resize(c, r)
                t = NOW()
                ta = s.pump(2000)
                _, tb = s.until_quiet(o.settle_ms, 2000) if ta else (None, None)
                out.append((((tb or ta) - t) / MS if ta else None, s.total - tot))
            res["resize"] = dict(to=f"{o.resize[0]}x{o.resize[1]}", settled_ms=dist([x[0] for x in out if x[0] is not None]), bytes=dist([x[1] for x in out], 0),
                                 no_response=sum(1 for x in out if x[0] is None))
        # -- exit
        early = None if s.alive() else s.dead
        n_exit, t = len(s.log), NOW()
        if s.alive():
            if o.exit_by == "key":
                for i, q in enumerate(quit_keys):
                    if i:
                        s.run_for(0.05)
                    s.send(key_bytes(q, s.app_cursor))
            else:
                os.kill(s.pid, getattr(signal, "SIG" + o.exit_by))
        while s.alive() and NOW() - t < 5e9:
            s.pump(1)
        t_exit = NOW()
        while s.pump(20):
            pass
        tio = termios.tcgetattr(s.slave)
        st = s.dead
        scr = Screen(*o.size)
        fp = ready_t = None
        rx = re.compile(o.ready) if o.ready else None
        tail_text = None
        by0 = None
        changed = 0
        span_i, spans = 0, res.pop("_spans", [])
        prev = None
        for i, (tt, d) in enumerate(s.log):
            if i == n_exit and o.dump_screen:
                with open(o.dump_screen, "w") as f:
                    f.write(scr.text() + "\n")
            while span_i < len(spans) and i == spans[span_i][0]:
                prev = scr.text()
                break
            if marks.get("idle") and i == marks["idle"][0]:
                by0 = dict(scr.bytes_by)
            if isinstance(d, tuple):
                scr.resize(d[1], d[2])
                continue
            scr.feed(d)
            if fp is None and scr.nonblank():
                fp = tt
            if rx and ready_t is None and i < max(n_start, 1) + 4000 and rx.search(scr.text()):
                ready_t = tt
            if marks.get("idle") and i == marks["idle"][1] - 1 and by0 is not None:
                n = sum(scr.bytes_by[k] - by0[k] for k in by0) or 1
                res["idle"]["share_of_bytes"] = {k: round((scr.bytes_by[k] - by0[k]) / n, 3) for k in by0 if scr.bytes_by[k] - by0[k]}
            while span_i < len(spans) and i == spans[span_i][1] - 1:
                if prev is not None and scr.text() != prev:
                    changed += 1
                prev = None
                span_i += 1
                break
            while span_i < len(spans) and spans[span_i][1] <= i:
                span_i += 1
        if "keys" in res:
            res["keys"]["screen_changed"] = changed
        res["start"]["first_paint_ms"] = (fp - s.t0) / MS if fp else None
        if o.ready:
            res["start"]["ready_ms"] = (ready_t - s.t0) / MS if ready_t else None
        for k, v in list(res["start"].items()):
            if isinstance(v, float):
                res["start"][k] = round(v, 2)
        md = scr.modes
        left_on = sorted(m for m in (1, 7727, 1000, 1002, 1003, 1004, 1006, 1015, 2004, 2026) if md.get(m))
        flags = lambda x: [x[0], x[1], x[2] & ~getattr(termios, "HUPCL", 0), x[3]]
        res["exit"] = dict(by=o.exit_by, ended_by_itself_early=early is not None, exited=st is not None,
                           code=None if st is None else (os.WEXITSTATUS(st) if os.WIFEXITED(st) else None),
                           signal=None if st is None or not os.WIFSIGNALED(st) else os.WTERMSIG(st), ms=round((t_exit - t) / MS, 1),
                           used_alt_screen=1049 in md or 1047 in md or 47 in md, alt_screen_left=not (md.get(1049) or md.get(1047) or md.get(47)),
                           cursor_visible=md.get(25, True), keypad_off=not scr.keypad, modes_left_on=left_on, termios_restored=flags(tio) == flags(s.termios0))
        x = res["exit"]
        x["clean"] = bool(x["exited"] and early is None and x["alt_screen_left"] and x["cursor_visible"] and x["keypad_off"] and not left_on and x["termios_restored"])
        res["vt"] = dict(sync_frames=scr.sync_frames, unknown_csi=scr.unknown, total_bytes=s.total)
        if o.raw:
            with open(o.raw, "w") as f:
                for tt, d in s.log:
                    v = {"resize": d[1:]} if isinstance(d, tuple) else {"b64": base64.b64encode(d).decode()}
                    f.write(json.dumps({"ms": round((tt - s.t0) / MS, 3), **v}) + "\n")
        return res
    finally:
        s.close()


# ----------------------------------------------------------------------------- summary over rounds
_PATHS = [("start", "first_byte_ms"), ("start", "first_paint_ms"), ("start", "settled_ms"), ("start", "ready_ms"), ("start", "cpu_ms"),
          ("keys", "first_byte_ms", "p50"), ("keys", "first_byte_ms", "p95"), ("keys", "first_byte_ms", "p99"), ("keys", "settled_ms", "p50"), ("keys", "settled_ms", "p95"), ("keys", "settled_ms", "p99"),
          ("keys", "bytes_per_key", "p50"), ("keys", "cpu_ms_per_key"), ("held", "bytes_per_s"), ("held", "frames"), ("held", "lag_after_last_ms"), ("held", "cpu_percent"),
          ("resize", "settled_ms", "p50"), ("idle", "bytes_per_s"), ("idle", "bytes_per_refresh", "p50"), ("idle", "ssh_wire_bytes_per_s_est"), ("idle", "ssh_C_payload_bytes_per_s_est"),
          ("idle", "cpu_s_per_min"), ("idle", "wakeups_per_s"), ("idle", "rss_mb"), ("idle", "pss_mb"), ("exit", "ms")]


def get(d, path):
    for p in path:
        d = d.get(p) if isinstance(d, dict) else None
    return d


def summarise(runs):
    out = {}
    for p in _PATHS:
        v = [x for x in (get(r, p) for r in runs) if x is not None]
        if v:
            out[".".join(p)] = round(statistics.median(v), 3)
    out["exit.clean"] = all(r["exit"]["clean"] for r in runs)
    return out


def selftest(o):
    """Floor: kernel echo in a pty, i.e. what the harness itself costs."""
    o.idle, o.warmup, o.ready, o.resize, o.held, o.exit_by = 0, 0, None, None, None, "key"
    o.nkeys = max(o.nkeys, 200)
    r = measure(["cat"], argparse.Namespace(**{**vars(o), "timeout": 0.5}), ["x"], ["C-c"])
    return dict(what="kernel echo through a pty: harness floor", first_byte_ms=r["keys"]["first_byte_ms"])


def check(out, exprs):
    """--assert 'keys.settled_ms.p99<16': returns the list of what does not hold."""
    bad = []
    for e in exprs:
        m = re.fullmatch(r"\s*([\w.]+)\s*(<=|>=|==|<|>)\s*(\S+)\s*", e)
        if not m:
            bad.append(f"cannot read: {e}")
            continue
        root = out["a"]["median"] if "a" in out else out
        v = root.get(m.group(1)) if "a" in out else get(out, m.group(1).split("."))
        w = {"true": True, "false": False}.get(m.group(3), None)
        w = float(m.group(3)) if w is None else w
        ok = v is not None and {"<": v < w, "<=": v <= w, ">": v > w, ">=": v >= w, "==": v == w}[m.group(2)]
        if not ok:
            bad.append(f"{e} (measured {v})")
    return bad


def wxh(s):
    c, r = s.lower().split("x")
    return int(c), int(r)


def main():
    p = argparse.ArgumentParser(description="Measure a TUI from the outside through a pty.", usage="%(prog)s [options] -- command args...")
    A = p.add_argument
    A("--size", type=wxh, default=(200, 60), metavar="COLSxROWS")
    A("--term", default="xterm-256color")
    A("--lang", default="C.UTF-8")
    A("--env", action="append", default=[], metavar="K=V")
    A("--cwd")
    A("--ready", metavar="REGEX", help="time until the screen text matches")
    A("--warmup", type=float, default=2.0, metavar="S", help="let it run before measuring idle")
    A("--idle", type=float, default=15.0, metavar="S")
    A("--keys", default="", help="comma separated: down,up,pgdn,f6,C-l,text:abc,/ ...")
    A("--nkeys", type=int, default=100)
    A("--quiet-ms", type=float, default=40, help="silence wanted before a key is sent")
    A("--quiet-wait-ms", type=float, default=3000)
    A("--settle-ms", type=float, default=30, help="silence which ends the answer to a key")
    A("--start-settle-ms", type=float, default=150)
    A("--key-timeout-ms", type=float, default=1000)
    A("--key-gap-ms", type=float, default=0)
    A("--held", type=lambda v: (v.split(":")[0], float(v.split(":")[1]), float(v.split(":")[2])), metavar="KEY:HZ:SECONDS")
    A("--resize", type=wxh, metavar="COLSxROWS")
    A("--throttle", type=float, default=0, metavar="BYTES_PER_S", help="read the pty no faster than this")
    A("--sync-ok", action="store_true", help="answer that DECSET 2026 is supported")
    A("--burst-gap-ms", type=float, default=50, help="gap which separates two refreshes")
    A("--quit", default="q", help="keys which quit (as --keys)")
    A("--exit-by", default="key", choices=["key", "TERM", "INT", "HUP", "QUIT"])
    A("--timeout", type=float, default=15.0, metavar="S")
    A("--rounds", type=int, default=1)
    A("--vs", metavar="COMMAND", help="second command (one string), interleaved with the first")
    A("--vs-keys")
    A("--vs-quit")
    A("--dump-screen", metavar="FILE")
    A("--raw", metavar="FILE", help="write the timed byte stream as JSON lines")
    A("--json", metavar="FILE", help="write the result here instead of stdout")
    A("--full", action="store_true", help="with --rounds > 1: keep every run in the output")
    A("--assert", dest="asserts", action="append", default=[], metavar="EXPR", help="e.g. 'keys.settled_ms.p99<16'; exit status 1 if it fails")
    A("--selftest", action="store_true")
    A("command", nargs="*")
    o = p.parse_args()
    sp = lambda v: [k for k in (v or "").split(",") if k]
    if o.selftest:
        out = selftest(o)
    else:
        if not o.command:
            p.error("no command")
        sides = [("a", o.command, sp(o.keys), sp(o.quit))]
        if o.vs:
            sides.append(("b", shlex.split(o.vs), sp(o.vs_keys if o.vs_keys is not None else o.keys), sp(o.vs_quit if o.vs_quit is not None else o.quit)))
        runs = {n: [] for n, *_ in sides}
        for i in range(o.rounds):
            for n, argv, ks, qs in (sides if i % 2 == 0 else sides[::-1]):
                runs[n].append(measure(argv, o, ks, qs))
        if o.rounds == 1 and not o.vs:
            out = runs["a"][0]
        else:
            out = {n: dict(cmd=argv, rounds=o.rounds, median=summarise(runs[n]), **({"runs": runs[n]} if o.full else {})) for n, argv, *_ in sides}
            if o.vs:
                ma, mb = out["a"]["median"], out["b"]["median"]
                out["ratio_a_over_b"] = {k: round(ma[k] / mb[k], 3) for k in ma if k in mb and not isinstance(ma[k], bool) and mb[k]}
    bad = check(out, o.asserts)
    if o.asserts:
        out["failed_asserts"] = bad
    txt = json.dumps(out, indent=1, ensure_ascii=False)
    if o.json:
        with open(o.json, "w") as f:
            f.write(txt + "\n")
    else:
        print(txt)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
