#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench_snapshot.py BUILDDIR - `suantop snapshot` of 50 centers, beside the slowest of them.

Each center is an exporter's page of 100 nodes' worth of lines, answered after a delay of its own: 20 to 400 ms, one after
1000 ms. Prints tab-separated lines: what, seconds. "slowest" is that one page fetched alone, the same way, in the same run."""
import http.server
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

CENTERS, SLOWEST_S, ROUNDS = 50, 1.0, 5
BUILD = os.path.abspath(sys.argv[1])


def page(center):
    lines = ["# TYPE suantop_gpu_temperature_celsius gauge"]
    for gpu in range(64):
        lines.append(f'suantop_gpu_temperature_celsius{{gpu="{gpu}"}} {40 + (gpu + center) % 40}')
    return ("\n".join(lines) + "\n").encode()


def serve(center, delay):
    body = page(center)

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            time.sleep(delay)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_address[1]}"


def delays():
    return [SLOWEST_S if c == 0 else 0.02 + 0.38 * c / CENTERS for c in range(CENTERS)]


def timed(work):
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main():
    targets = [serve(c, d) for c, d in enumerate(delays())]
    with tempfile.TemporaryDirectory(prefix="suantop-bench.") as folder:
        config = folder + "/config.yaml"
        with open(config, "w") as f:
            f.write("history: off\ncenters:\n" + "".join(
                f'  - id: c{c}\n    sources:\n      - exporter: {{insecure: true, targets: "{t}/metrics"}}\n'
                for c, t in enumerate(targets)))

        def snapshot():
            subprocess.run([BUILD + "/suantop", "snapshot", "-c", config, "-f", "json", "-o", folder + "/out.json"], check=True)

        print(f"snapshot\t{timed(snapshot):.3f}")
        print(f"slowest\t{timed(lambda: urllib.request.urlopen(f'http://{targets[0]}/metrics').read()):.3f}")


main()
