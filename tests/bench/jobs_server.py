#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""jobs_server.py NODES JOBS [JOBS2] - answers like slurmrestd v0.0.38, from files that slurmgen.py made; prints its port. The job
list is JOBS and JOBS2 by turns. Ends with its parent."""
import ctypes, itertools, os, signal, socket, sys, threading

META = (b'{"meta":{"plugin":{"type":"openapi/v0.0.38","name":"bench"},"Slurm":{"version":{"major":22,"micro":11,"minor":5},'
        b'"release":"22.05.11"}},"errors":[],')
TEXTS = {"ping": b'"pings":[{"hostname":"bench","ping":"UP","status":0,"mode":"primary"}]}',
         "diag": b'"statistics":{"server_thread_count":1,"jobs_submitted":1,"jobs_pending":1,"jobs_running":1}}'}
TURNS = itertools.count()


def send_file(c, path):
    with open(path, "rb") as f:
        size, at = os.fstat(f.fileno()).st_size, 0
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size)
        while at < size:
            at += os.sendfile(c.fileno(), f.fileno(), at, size - at)


def send_text(c, text):
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text) + text)


def answer(c, path, jobs, nodes):
    name = path.split("?")[0].rsplit("/", 1)[-1]
    if name == "jobs":
        send_file(c, jobs[next(TURNS) % len(jobs)])
    elif name == "nodes":
        send_file(c, nodes)
    else:
        send_text(c, META + TEXTS.get(name, b'"%s":[]}' % name.encode()))


def serve(c, jobs, nodes):
    have = b""
    try:
        while True:
            while b"\r\n\r\n" not in have:
                more = c.recv(65536)
                if not more:
                    return
                have += more
            request, _, have = have.partition(b"\r\n\r\n")
            answer(c, request.split(b" ")[1].decode(), jobs, nodes)
    except OSError:
        pass
    finally:
        c.close()


def main():
    nodes, *jobs = sys.argv[1:]
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    s = socket.create_server(("127.0.0.1", 0))
    print(s.getsockname()[1], flush=True)
    while True:
        c, _ = s.accept()
        c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(c, jobs, nodes), daemon=True).start()


main()
