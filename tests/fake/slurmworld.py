# SPDX-License-Identifier: MIT
"""A small Slurm cluster behind a slurmrestd (v0.0.40) that can be changed: it does what it is told, writes down every
request whole, and does wrong what a test wants.

    world = World(nodes=("n1", "n2"), jobs={14: "RUNNING"})
    world.fault("POST", "/node/n1", "lost")
    ... http://127.0.0.1:{world.port} ...
    world.mutations()                     # the requests that would change something, in the order of their arrival

Faults: error (200 with an errors entry), lost (done, and the connection ends without a byte), reset (done, and it is
reset), unread (not done, and it ends), silence (done, and nothing is ever said), cut (answered, and the connection that
looked as if it were kept ends), broken (done, and half an answer), 401, 500, 502, redirect, other (the answer is about
another thing), gone (the thing is removed first), slow (answered late), empty, html, and a function of the world, which
is called before the answer."""
import json
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

API = 40
PATH = re.compile(rf"/slurm/v0\.0\.{API}/(\w+)(?:/([^/?]+))?(/requeue)?/?(?:\?.*)?$")


@dataclass
class Request:
    at: float
    connection: int
    method: str
    path: str
    headers: dict
    body: str

    def mutates(self):
        return self.method in ("POST", "DELETE", "PUT", "PATCH") or "/requeue" in self.path


@dataclass
class Fault:
    method: str
    path: str
    what: object
    times: int
    seconds: float
    used: int = field(default=0)


def number(value):
    return {"set": True, "infinite": False, "number": int(value)}


class World:
    def __init__(self, cluster="hpc", nodes=("n1", "n2"), jobs=None):
        now = int(time.time())
        self.cluster, self.lock, self.requests, self.faults = cluster, threading.Lock(), [], []
        self.nodes = {n: {"state": ["IDLE"], "reason": "", "by": ""} for n in nodes}
        self.jobs = {str(j): {"state": s, "submit": now - 900, "start": now - 300 if s == "RUNNING" else 0,
                              "restarts": 0, "user": "li"} for j, s in (jobs or {}).items()}
        self.redirected = []  # what came to the place that redirects point to
        self.seen = None  # called with each Request before it is answered
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def fault(self, method, path, what, times=1000, seconds=60):
        """For requests of that method ("*" = any) whose path holds `path`. The newest fault counts."""
        with self.lock:
            self.faults.insert(0, Fault(method, path, what, times, seconds))

    def mutations(self, path=""):
        with self.lock:
            return [r for r in self.requests if r.mutates() and path in r.path]

    def reads(self, path):
        with self.lock:
            return [r for r in self.requests if not r.mutates() and r.path.endswith(path)]

    def close(self):
        self.listener.close()

    # ---- the wire

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(sock, self.connections), daemon=True).start()

    def _read(self, sock, data, connection):
        while b"\r\n\r\n" not in data:
            piece = sock.recv(65536)
            if not piece:
                return None, b""
            data += piece
        head, data = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        length = int(headers.get("content-length", 0))
        while len(data) < length:
            piece = sock.recv(65536)
            if not piece:
                return None, b""
            data += piece
        method, path, _ = lines[0].split(" ", 2)
        body, data = data[:length].decode("utf-8", "surrogateescape"), data[length:]
        return Request(time.monotonic(), connection, method, path, headers, body), data

    def _talk(self, sock, connection):
        data = b""
        with sock:
            sock.settimeout(150)
            try:
                while True:
                    request, data = self._read(sock, data, connection)
                    if request is None or not self._answer(sock, request):
                        return
            except OSError:
                return

    def _fault_of(self, request):
        for fault in self.faults:
            if fault.method in ("*", request.method) and fault.path in request.path and fault.used < fault.times:
                fault.used += 1
                return fault
        return None

    def _answer(self, sock, request):
        """False: the connection ends."""
        with self.lock:
            self.requests.append(request)
            fault = self._fault_of(request)
        if self.seen:
            self.seen(request)
        what = fault.what if fault else None
        if callable(what):
            what(self)
        elif what == "slow":
            time.sleep(fault.seconds)
        elif what == "gone":
            self._remove(request)
        early = {"unread": b"", "500": self._plain("500 Internal Server Error", "oops"),
                 "401": self._plain("401 UNAUTHORIZED", "Authentication failure"),
                 "502": self._plain("502 Bad Gateway", "<html>bad gateway</html>"),
                 "redirect": b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /redirected\r\nContent-Length: 0\r\n\r\n",
                 "error": self._json({"errors": [{"description": "x", "error_number": 2018,
                                                  "error": "Invalid node name specified"}]}),
                 "empty": self._plain("200 OK", ""),
                 "html": self._plain("200 OK", "<!DOCTYPE html><h1>Log in</h1>", "text/html")}
        if isinstance(what, str) and what in early:
            sock.sendall(early[what])
            return what != "unread"
        answer = self._do(request, what == "other")
        if what == "silence":
            time.sleep(fault.seconds)
            return False
        if what == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if what in ("lost", "reset"):
            return False
        sock.sendall(answer[:-len(answer) // 3] if what == "broken" else answer)
        return what not in ("cut", "broken")

    def _plain(self, status, text, kind="text/plain"):
        return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()

    def _json(self, document, status="200 OK"):
        meta = {"slurm": {"release": "23.11.4", "cluster": self.cluster}}
        text = json.dumps({"meta": meta, "errors": [], "warnings": [], **document})
        return self._plain(status, text, "application/json")

    # ---- the cluster

    def _do(self, request, other):
        m = PATH.match(request.path)
        if request.path.startswith("/redirected"):
            self.redirected.append(request)
        if not m:
            return self._plain("404 NOT FOUND", "Unable to find requested URL")
        kind, name, requeue = m.groups()
        with self.lock:
            if kind == "node" and name:
                return self._node(request, name, other)
            if kind == "job" and name:
                return self._job(request, name, bool(requeue), other)
            return self._list(kind)

    def _remove(self, request):
        m = PATH.match(request.path)
        with self.lock:
            if m:
                self.nodes.pop(m.group(2), None)
                self.jobs.pop(m.group(2), None)

    def node_record(self, name):
        n = self.nodes[name]
        return {"name": name, "state": n["state"], "reason": n["reason"], "reason_set_by_user": n["by"], "cpus": 64,
                "alloc_cpus": 0, "real_memory": 64000, "gres": "gpu:h200:4", "gres_used": "gpu:h200:0(IDX:N/A)",
                "partitions": ["batch"], "reason_changed_at": number(0), "version": "23.11.4"}

    def job_record(self, job):
        j = self.jobs[job]
        return {"job_id": int(job), "job_state": [j["state"]], "user_name": j["user"], "partition": "batch",
                "name": f"job{job}", "nodes": "n1" if j["start"] else "", "restart_cnt": j["restarts"],
                "submit_time": number(j["submit"]), "start_time": number(j["start"]), "hold": j["state"] == "HELD",
                "state_reason": "JobHeldAdmin" if j.get("hold") else "None", "priority": number(0 if j.get("hold") else 9)}

    def _node(self, request, name, other):
        if name not in self.nodes:
            return self._json({"errors": [{"error_number": 0, "error": f"Failure to query node {name}"}]})
        if request.method == "GET":
            shown = next(n for n in self.nodes if n != name) if other else name
            return self._json({"nodes": [self.node_record(shown)]})
        wanted = json.loads(request.body)
        if "DRAIN" in wanted["state"]:
            self.nodes[name] = {"state": ["IDLE", "DRAIN"], "reason": wanted["reason"], "by": "li"}
        else:
            self.nodes[name] = {"state": ["IDLE"], "reason": "", "by": ""}
        return self._json({})

    def _job(self, request, name, requeue, other):
        if name not in self.jobs:
            return self._json({"errors": [{"error_number": 2017, "error": "Invalid job id specified"}]}, "404 NOT FOUND")
        job = self.jobs[name]
        if requeue:
            job.update(state="PENDING", start=0, submit=int(time.time()), restarts=job["restarts"] + 1)
        elif request.method == "DELETE":
            job["state"] = "CANCELLED"
        elif request.method == "POST":
            job["hold"] = json.loads(request.body)["hold"]
        else:
            shown = next(j for j in self.jobs if j != name) if other else name
            return self._json({"jobs": [self.job_record(shown)]})
        return self._json({})

    def _list(self, kind):
        documents = {
            "ping": {"pings": [{"hostname": "ctl", "pinged": "UP", "mode": "primary"}]},
            "diag": {"statistics": {"jobs_pending": 0, "jobs_running": 1}},
            "nodes": {"nodes": [self.node_record(n) for n in self.nodes]},
            "jobs": {"jobs": [self.job_record(j) for j in self.jobs]},
            "partitions": {"partitions": [{"name": "batch"}]},
            "reservations": {"reservations": []},
            "licenses": {"licenses": []},
        }
        if kind not in documents:
            return self._plain("404 NOT FOUND", "Unable to find requested URL")
        return self._json(documents[kind])
