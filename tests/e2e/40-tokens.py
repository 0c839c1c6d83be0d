#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 40 s
"""Tokens: wrong, open to others, expired, changed; and that a good one is nowhere to be found."""
import base64
import glob
import json
import os
import re
import subprocess
import time

import tap
from e2e import SUANTOP, T, Dashboard, alpha, config, snapshot, source, suantop, until
from proxy import Proxy
from slurmrestd import Fake


def rest(url, token_file, **more):
    return {
        "slurm": {"url": url, "insecure": "true", "user": "root", "token_file": token_file, "prefer": "rest", **more}
    }


def forged():
    part = lambda d: base64.urlsafe_b64encode(json.dumps(d).encode()).rstrip(b"=").decode()
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'exp': 4102444800, 'iat': 1, 'sun': 'root'})}.{'A' * 43}"


def refusals(c):
    cases = {
        "forged": (c.secret(forged(), name="forged"), "root", "(?i)token|auth"),
        "nonsense": (c.secret("not-a-token-at-all", name="nonsense"), "root", "(?i)token|auth"),
        "open": (c.secret(mode=0o644, name="open"), "root", "(?i)0644|others"),
        "empty": (c.secret("", name="empty"), "root", "(?i)no token"),
        "twolines": (c.secret("a\nb", name="twolines"), "root", "(?i)token"),
        "missing": (f"{T}/nowhere", "root", "(?i)no such file|cannot read"),
        "folder": (T, "root", "(?i)not a file|cannot"),
    }
    centers = {k: rest(c.url, f, user=u) for k, (f, u, _) in cases.items()}
    status, doc, err = snapshot("-c", config({**centers, "good": rest(c.url, c.secret())}, "refusals.yaml"))
    tap.ok(
        "wrong tokens: exit 3, the good center beside them answers",
        status == 3 and source(doc, "good")["state"] == "ok",
        f"{status} {err} {source(doc, 'good')}",
    )
    for name, (_, _, words) in cases.items():
        s = source(doc, name)
        tap.ok(
            f"token {name}: an auth error that says why and what to do",
            s["error_code"] == "auth" and re.search(words, s["error"]) and s["mend"],
            s,
        )


def pause(c):
    """A refused token is not tried again until it changes; then all goes on by itself."""
    proxy = Proxy(int(c.url.rsplit(":", 1)[1]))
    path = c.secret(forged(), name="changing")
    ui = Dashboard(
        "-c",
        config(
            {"alpha": rest(proxy.url, path, nodes_interval="2s", jobs_interval="2s", diag_interval="2s")}, "pause.yaml"
        ),
        "--view",
        "sources",
    )
    tap.ok("view 8 shows the source paused", ui.wait("alpha.*paused", 15), ui.text())
    ui.pump(2)  # what was on its way then
    first = proxy.take()
    tap.ok("after few requests", 1 <= len(first) <= 12, first)
    ui.pump(12)
    tap.none("then none at all for 12 s", proxy.take())
    with open(path, "w") as f:
        f.write(c.env["TOKEN"] + "\n")
    tap.ok("a new token in the file: it goes on by itself", ui.wait(r"alpha.* ok ", 20), ui.text())
    tap.equal("ends well", ui.quit(), 0)
    proxy.close()


def commanded(c):
    token = c.secret(name="bycommand")
    source_ = {
        "slurm": {"url": c.url, "insecure": "true", "user": "root", "token_command": f"cat {token}", "prefer": "rest"}
    }
    broken = {"slurm": {"url": c.url, "insecure": "true", "user": "root", "token_command": "false", "prefer": "rest"}}
    status, doc, err = snapshot("-c", config({"good": source_, "bad": broken}, "command.yaml"))
    tap.ok("a token by command works", doc and source(doc, "good")["state"] == "ok", doc and source(doc, "good"))
    tap.ok(
        "a token command that fails is an auth error",
        doc and source(doc, "bad")["error_code"] == "auth",
        doc and source(doc, "bad"),
    )


def contains(path, words):
    """Which of these words a file holds."""
    data = b""
    try:
        with open(path, "rb") as f:
            data = f.read()
    except OSError:
        pass
    return [w for w in words if w in data]


def canary(c):
    """The token is in no file that suantop writes, no argument list and no child's environment."""
    secret = c.env["TOKEN"]
    words = [secret.encode(), secret.split(".")[2].encode(), base64.b64encode(secret.encode())]
    fake = Fake()
    echo = fake.serve(
        everything=lambda s: s.sendall(
            b"HTTP/1.1 500 X\r\nContent-Length: %d\r\n\r\n%s" % (len(secret), secret.encode())
        )
    )
    with open(f"{T}/spy", "w") as f:
        f.write(
            f"#!/bin/sh\ncat /proc/$$/environ /proc/$PPID/cmdline /proc/$$/cmdline >>{T}/spied\necho >>{T}/spied\nexec \"$@\"\n"
        )
    os.chmod(f"{T}/spy", 0o755)
    conf = config(
        {
            "rest": rest(c.url, c.secret()),
            "echo": rest(f"http://127.0.0.1:{echo}", c.secret(name="again")),
            "spied": {"slurm": {"conf": c.conf, "command": f"{T}/spy", "prefer": "text"}},
        },
        "canary.yaml",
    )
    env = {"SUANTOP_CANARY": secret}
    for name, argv in {
        "snapshot": ["snapshot", "-f", "json", "-o", f"{T}/c.json", "-v", "--log", f"{T}/c.log"],
        "csv": ["snapshot", "-f", "csv", "-o", f"{T}/c.csv", "-v", "--log", f"{T}/c.log"],
        "doctor": ["doctor", "-v", "--log", f"{T}/c.log"],
        "check": ["check", "-v"],
    }.items():
        _, out, err = suantop(argv[0], "-c", conf, *argv[1:], env=env)
        tap.none(f"canary: not in what {name} prints", [w for w in words if w in out + err])
    ui = Dashboard("-c", conf, "-v", "--log", f"{T}/c.log", "--view", "sources", env=env)
    ui.wait("echo", 10)
    ui.keys("d", "esc", "down", "d", "esc", "down", "d", "esc", "2", "y")
    ui.pump(2)
    with open(f"/proc/{ui.pid}/cmdline", "rb") as f:
        tap.none("canary: not in the argument list", [w for w in words if w in f.read()])
    tap.ok(
        "canary: the process cannot be dumped",
        os.stat(f"/proc/{ui.pid}/mem").st_uid == 0
        and "Max core file size        0" in open(f"/proc/{ui.pid}/limits").read(),
    )
    ui.quit()
    tap.none("canary: not on the terminal", [w for w in words if w in ui.raw])

    def recorded():
        """What of each source can be read already."""
        out = {}
        for path in glob.glob(f"{T}/rec/*.zst"):
            out[path] = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        return out

    recorder = subprocess.Popen(
        [SUANTOP, "record", f"{T}/rec", "-c", conf, "-v", "--log", f"{T}/c.log"],
        env={**os.environ, **env},
        stderr=subprocess.PIPE,
    )
    until(20, lambda: len(recorded()) == 3 and all(recorded().values()), 1)
    time.sleep(3)  # and more answers
    recorder.terminate()
    _, err = recorder.communicate(timeout=60)
    tap.none("canary: not in what record prints", [w for w in words if w in err])
    for file in sorted(os.listdir(f"{T}/rec")):
        path = f"{T}/rec/{file}"
        if file.endswith(".zst"):
            with open(f"{T}/plain", "wb") as f:
                subprocess.run(["zstd", "-dcq", path], stdout=f, stderr=subprocess.DEVNULL)
            tap.ok(f"canary: {file} holds an answer", os.path.getsize(f"{T}/plain") > 0)
            tap.none(f"canary: not in {file}", contains(f"{T}/plain", words))
        tap.none(f"canary: not in the bytes of {file}", contains(path, words))
    for file in "c.json", "c.csv", "c.log", "spied":
        tap.ok(f"canary: {file} was written", os.path.getsize(f"{T}/{file}") > 0)
        tap.none(f"canary: not in {file}", contains(f"{T}/{file}", words))
    tap.ok(
        "canary: the other server did see it (or this test is blind)", any(words[0] in r[3] for r in fake.seen(echo))
    )
    for root in ("state", "cache"):
        for folder, _, files in os.walk(f"{T}/{root}"):
            for file in files:
                tap.none(f"canary: not in {file} of the user's {root}", contains(os.path.join(folder, file), words))


def main():
    c = alpha()
    until(20, lambda: "unk" not in c.run("sinfo", "-h", "-o", "%t"))
    refusals(c)
    pause(c)
    commanded(c)
    canary(c)


if __name__ == "__main__":
    tap.run(main)
