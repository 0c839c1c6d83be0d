# SPDX-License-Identifier: MIT
"""A slurmrestd that answers whatever a test wants, byte by byte; one port for each of its cases.

    fake = Fake()
    port = fake.serve({"jobs": reply(jobs([job(1)])), "nodes": reset_after(b"HTTP/1.1 200 OK...")})

The keys are the last parts of /slurm/v0.0.38/...; what a case does not name is answered like a small healthy cluster.
A value is the bytes of the whole response, or a function of the connection. Every request is written down."""
import gzip
import json
import re
import selectors
import socket
import struct
import threading
import time

API = 38


class Raw(str):
    """Text that goes into JSON as it is, without quotes: 1e999, or a string with bytes of its own."""


def encode(value):
    """JSON as bytes. Raw goes in as it is; bytes become a string of exactly these bytes."""
    if isinstance(value, Raw):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        return b'"' + value + b'"'
    if isinstance(value, dict):
        return b"{" + b",".join(encode(k) + b":" + encode(v) for k, v in value.items()) + b"}"
    if isinstance(value, (list, tuple)):
        return b"[" + b",".join(encode(v) for v in value) + b"]"
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def document(key, rows, **more):
    meta = {
        "plugin": {"type": "openapi/v0.0.38", "name": "Slurm OpenAPI v0.0.38"},
        "Slurm": {"version": {"major": 22, "micro": 8, "minor": 5}, "release": "22.05.8"},
    }
    return encode({"meta": meta, "errors": [], key: rows, **more})


def job(number, **fields):
    now = int(time.time())
    return {
        "account": "lab",
        "array_job_id": 0,
        "array_task_id": None,
        "array_task_string": "",
        "cpus": 2,
        "dependency": "",
        "eligible_time": now - 600,
        "end_time": 0,
        "exit_code": 0,
        "features": "",
        "gres_detail": [],
        "job_id": number,
        "job_state": "RUNNING",
        "licenses": "",
        "name": f"job{number}",
        "nodes": "c1",
        "node_count": 1,
        "partition": "batch",
        "preempt_time": 0,
        "priority": 1000 + number,
        "qos": "normal",
        "requeue": True,
        "required_nodes": "",
        "restart_cnt": 0,
        "resv_name": "",
        "start_time": now - 300,
        "state_description": "",
        "state_reason": "None",
        "submit_time": now - 900,
        "time_limit": 600,
        "tres_alloc_str": "",
        "tres_per_job": "",
        "tres_per_node": "",
        "user_name": "ada",
        **fields,
    }


def node(name, **fields):
    now = int(time.time())
    return {
        "active_features": "",
        "address": "10.0.0.1",
        "alloc_cpus": 2,
        "alloc_memory": 1000,
        "boot_time": now - 90000,
        "cpu_load": 100,
        "cpus": 64,
        "features": "",
        "free_memory": 9000,
        "gres": "gpu:h200:4",
        "gres_used": "gpu:h200:1(IDX:0)",
        "hostname": name,
        "idle_cpus": 62,
        "last_busy": now,
        "name": name,
        "operating_system": "Linux",
        "partitions": ["batch"],
        "real_memory": 64000,
        "reason": "",
        "reason_changed_at": 0,
        "reason_set_by_user": None,
        "slurmd_version": "22.05.8",
        "state": "mixed",
        "state_flags": [],
        "tres": "cpu=64",
        "tres_used": "cpu=2",
        **fields,
    }


def partition(name="batch", **fields):
    return {
        "flags": ["default"],
        "max_time_limit": -1,
        "name": name,
        "nodes": "c[1-2]",
        "preemption_mode": ["disabled"],
        "priority_tier": 1,
        "state": "UP",
        "total_cpus": 128,
        "total_nodes": 2,
        **fields,
    }


def reservation(name="maint", **fields):
    now = int(time.time())
    return {
        "accounts": "",
        "end_time": now + 7200,
        "flags": ["MAINT"],
        "name": name,
        "node_count": 1,
        "node_list": "c1",
        "partition": "",
        "start_time": now + 3600,
        "users": "root",
        "watts": 4294967294,
        **fields,
    }


def license_(name="matlab", **fields):
    return {"LicenseName": name, "Total": 10, "Used": 3, "Free": 7, "Reserved": 0, "Remote": False, **fields}


def statistics(**fields):
    return {
        "jobs_pending": 1,
        "jobs_running": 1,
        "server_thread_count": 2,
        "agent_queue_size": 0,
        "schedule_cycle_last": 90,
        "rpcs_by_user": [{"user": "root", "count": 9, "average_time": 300}],
        **fields,
    }


def healthy():
    """Two nodes, one running and one waiting job."""
    return {
        "ping": document("pings", [{"hostname": "ctl", "ping": "UP", "status": 0, "mode": "primary"}]),
        "diag": document("statistics", statistics()),
        "nodes": document(
            "nodes", [node("c1"), node("c2", state="idle", alloc_cpus=0, gres_used="gpu:h200:0(IDX:N/A)")]
        ),
        "jobs": document(
            "jobs", [job(1), job(2, job_state="PENDING", nodes="", start_time=0, state_reason="Resources")]
        ),
        "partitions": document("partitions", [partition()]),
        "reservations": document("reservations", [reservation()]),
        "licenses": document("licenses", [license_()]),
    }


def reply(body=b"", status="200 OK", kind="application/json", length=True, **headers):
    """A whole response; length False = none told, or the number to tell."""
    head = [f"HTTP/1.1 {status}"]
    if kind:
        head.append(f"Content-Type: {kind}")
    if length is not False:
        head.append(f"Content-Length: {len(body) if length is True else length}")
    head += [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def chunked(pieces):
    def write(sock):
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in pieces:
            sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        sock.sendall(b"0\r\n\r\n")

    return write


def zipped(body, name="gzip"):
    return reply(gzip.compress(body), Content_Encoding=name)


def broken_off(data, how="fin"):
    """Sends data, then ends the connection politely ("fin") or not ("rst")."""

    def write(sock):
        sock.sendall(data)
        if how == "rst":
            time.sleep(0.05)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionError

    return write


def dripping(data, pause=0.5):
    """One byte after the other, for as long as somebody listens."""

    def write(sock):
        for i in range(len(data)):
            sock.sendall(data[i : i + 1])
            time.sleep(pause)

    return write


def silent(data=b"", seconds=120):
    def write(sock):
        sock.sendall(data)
        time.sleep(seconds)

    return write


class Fake:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.requests, self.lock = [], threading.Lock()  # (time, port, path, head)
        self.cases = {}
        self.listeners = []

    def serve(self, answers=None, everything=None):
        """A new port. answers: by what is asked for; everything: the answer to all that is asked."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        port = listener.getsockname()[1]
        self.cases[port] = (answers or {}, everything)
        self.listeners.append(listener)
        self.selector.register(listener, selectors.EVENT_READ)
        if len(self.listeners) == 1:
            threading.Thread(target=self._accept, daemon=True).start()
        return port

    def _accept(self):
        while True:
            for key, _ in self.selector.select(0.2):
                try:
                    sock, _ = key.fileobj.accept()
                except OSError:
                    continue
                port = key.fileobj.getsockname()[1]
                threading.Thread(target=self._talk, args=(sock, port), daemon=True).start()

    def _talk(self, sock, port):
        sock.settimeout(150)
        data = b""
        try:
            while True:
                while b"\r\n\r\n" not in data:
                    piece = sock.recv(65536)
                    if not piece:
                        return
                    data += piece
                head, data = data.split(b"\r\n\r\n", 1)
                if not self._answer(sock, port, head):
                    return
        except OSError:
            pass
        finally:
            sock.close()

    def _answer(self, sock, port, head):
        m = re.match(rb"(\w+) (\S+) ", head)
        path = m.group(2).decode("latin-1") if m else "?"
        with self.lock:
            self.requests.append((time.monotonic(), port, path, head))
        answers, everything = self.cases[port]
        part = re.fullmatch(r".*/slurm/v0\.0\.(\d+)/([a-z]+)/?(\?.*)?", path)
        if everything is not None:
            answer = everything
        elif not part or int(part.group(1)) != API:
            answer = reply(b"Unable to find requested URL", "404 NOT FOUND", "text/plain")
        else:
            key = part.group(2)
            answer = answers.get(key)
            if answer is None:
                body = healthy().get(key)
                answer = reply(body) if body else reply(b"Unable to find requested URL", "404 NOT FOUND", "text/plain")
        if callable(answer):
            answer(sock)
        else:
            sock.sendall(answer)
        return b"Connection: close" not in (answer if isinstance(answer, bytes) else b"")

    def seen(self, port=None):
        with self.lock:
            return [r for r in self.requests if port is None or r[1] == port]

    def close(self):
        for listener in self.listeners:
            self.selector.unregister(listener)
            listener.close()
