# SPDX-License-Identifier: MIT
"""Servers for the tests of the collector `prometheus`: pages of made-up exporters, real Prometheus and VictoriaMetrics."""
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

import procs

SOURCE, BUILD = os.environ["SUANTOP_SRCDIR"], os.environ["SUANTOP_BUILDDIR"]
H100 = "NVIDIA H100 80GB HBM3"


def until(probe, seconds=300):
    end = time.monotonic() + seconds
    while True:
        got = probe()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.1)


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


class Page:
    """One path, whatever is asked for; `answer` gets the request and returns (status, type, body)."""

    def __init__(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                status, kind, body = answer(self, self.rfile.read(length).decode())
                if body is None:
                    return
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            do_POST = do_GET

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def exporter(lines):
    return Page(lambda *_: (200, "text/plain; version=0.0.4", "\n".join(lines()) + "\n"))


def dcgm():
    """Eight GPUs of cn1, as dcgm-exporter tells them."""
    out = []
    for i in range(8):
        labels = (f'gpu="{i}",UUID="GPU-made-up-{i}",pci_bus_id="00000000:{i:02d}:00.0",device="nvidia{i}",'
                  f'modelName="{H100}",Hostname="cn1.example.org",DCGM_FI_DRIVER_VERSION="1"')
        out += [f"DCGM_FI_DEV_GPU_TEMP{{{labels}}} {50 + i}", f"DCGM_FI_DEV_MEMORY_TEMP{{{labels}}} {60 + i}",
                f"DCGM_FI_DEV_POWER_USAGE{{{labels}}} {300 + i}.5", f"DCGM_FI_DEV_SM_CLOCK{{{labels}}} 1500",
                f"DCGM_FI_DEV_GPU_UTIL{{{labels}}} {10 * i}", f"DCGM_FI_DEV_XID_ERRORS{{{labels}}} {79 if i == 3 else 0}",
                f"DCGM_FI_DEV_FB_USED{{{labels}}} 1024", f"DCGM_FI_DEV_FB_FREE{{{labels}}} 80000",
                f"DCGM_FI_DEV_FB_RESERVED{{{labels}}} 535",
                f"DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{{{labels}}} {i / 10}"]
    return out


def npu():
    """Two NPUs with times of their own, as npu-exporter writes them."""
    now, out = int(time.time() * 1000), []
    for i in range(2):
        labels = f'id="{i}",model_name="Ascend910B3",pcie_bus_info="0000:C{i}:00.0",vdie_id="x"'
        out += [f"npu_chip_info_temperature{{{labels}}} {40 + i} {now}", f"npu_chip_info_power{{{labels}}} 150 {now}",
                f"npu_chip_info_utilization{{{labels}}} 30 {now}", f"npu_chip_info_health_status{{{labels}}} {1 - i} {now}",
                f"npu_chip_info_hbm_used_memory{{{labels}}} 1000 {now}", f"npu_chip_info_hbm_temperature{{{labels}}} -1 {now}"]
    return out


def amd():
    labels = 'gpu_id="0",card_model="MI300X",hostname="cn3",serial_number="1"'
    return [f"gpu_junction_temperature{{{labels}}} 45", f"gpu_package_power{{{labels}}} 500",
            f"gpu_used_vram{{{labels}}} 100", f"gpu_total_vram{{{labels}}} 196592"]


def mlu():
    """One of a maker that only the metric map knows."""
    labels = 'mlu="2",model="MLU590",node="cn4",sn="1",type="590",uuid="mlu-2"'
    return [f"mlu_temperature{{{labels}}} 55", f"mlu_power_usage{{{labels}}} 350", f"mlu_tensor_util{{{labels}}} 80"]


class DeadPort:
    """A port on which nobody listens, and nobody else will."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def stop(self):
        self.socket.close()


class Program:
    def __init__(self, *argv, log=None):
        """The word PORT in argv is the port that it gets."""
        self.log = open(log, "w+", encoding="utf-8") if log else subprocess.DEVNULL
        self.process, self.port = procs.serve(lambda port: [a.replace("PORT", str(port)) for a in argv], stdout=self.log,
                                              stderr=self.log)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        if self.log is not subprocess.DEVNULL:
            self.log.close()


def suantop_node(folder):
    """The real one over a made-up driver: (program, port); (None, 0) where that driver was not built."""
    stub = BUILD + "/tests/unit/stub"
    if not os.path.exists(stub + "/libnvidia-ml.so.1"):
        return None, 0
    for bus in ("41", "c1"):
        device = f"{folder}/root/sys/bus/pci/devices/0000:{bus}:00.0"
        os.makedirs(device)
        write(device + "/class", "0x030200\n")
        write(device + "/vendor", "0x10de\n")
    zone = folder + "/root/sys/class/thermal/thermal_zone0"
    os.makedirs(zone)
    write(zone + "/type", "x86_pkg_temp\n")
    write(zone + "/temp", "47500\n")
    os.makedirs(folder + "/root/proc")
    os.makedirs(folder + "/root/etc")
    for name in ("loadavg", "meminfo", "stat", "uptime"):
        shutil.copy("/proc/" + name, folder + "/root/proc/")
    write(folder + "/root/etc/hostname", "made-up\n")
    process = subprocess.Popen(
        [BUILD + "/suantop-node", "--listen", "127.0.0.1:0", "--interval", "1", "--root", folder + "/root"],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "STUB_NVML": "ok", "LD_LIBRARY_PATH": stub})
    said = None
    while said is None:
        said = re.search(r"listening on 127\.0\.0\.1:(\d+)", process.stderr.readline())
    port = int(said.group(1))
    program = Program.__new__(Program)
    program.process, program.log = process, subprocess.DEVNULL
    return program, port


def query(port, expression):
    """{label text: value} of an instant query; {} while the server does not answer."""
    data = urllib.parse.urlencode({"query": expression, "latency_offset": "1ms", "nocache": "1"}).encode()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query", data, timeout=30) as r:
            return {json.dumps(s["metric"], sort_keys=True): float(s["value"][1])
                    for s in json.load(r)["data"]["result"]}
    except OSError:
        return {}


def snapshot(folder, port, center="zb", **options):
    """What `suantop snapshot` says of a center with that server alone."""
    lines = "".join(f"          {k}: {json.dumps(v)}\n" for k, v in options.items())
    write(folder + "/suantop.yaml",
          f"history: off\ncenters:\n  - id: {center}\n    kind: intelligent\n    sources:\n      - prometheus:\n"
          f"          url: http://127.0.0.1:{port}\n          insecure: true\n          interval: 5s\n{lines}")
    done = subprocess.run([BUILD + "/suantop", "snapshot", "-c", folder + "/suantop.yaml", "-f", "json", "-t", "60s"],
                          capture_output=True, text=True, check=False, timeout=180)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"exit {done.returncode}: {done.stderr[:500]} {done.stdout[:200]}") from None
