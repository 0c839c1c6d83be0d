#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""suantop-node's server as it faces others: TLS, passwords, gzip, slow clients, and a real Prometheus that asks with all of it."""
import atexit
import base64
import contextlib
import faulthandler
import gzip
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

SOURCE, BUILD = os.environ["SUANTOP_SRCDIR"], os.environ["SUANTOP_BUILDDIR"]
sys.path.insert(0, SOURCE + "/tests/e2e")
import tap  # noqa: E402
from procs import serve  # noqa: E402

PROGRAM = BUILD + "/suantop-node"
# "open sesame", at a cost of 5 and of 12.
CHEAP = "$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW"
DEAR = "$2y$12$abcdefghijklmnopqrstuuq2uHH4t8IjTa8PV9VUUF1vssBH6WaR2"


def until(probe, seconds=180):
    end = time.monotonic() + seconds
    while True:
        got = probe()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.05)


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


started = []


def start(*options, before=()):
    p = subprocess.Popen([*before, PROGRAM, *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    started.append(p)
    return p


def said(process, words):
    """The line with these words, or "" when it ended without it. Collectors may have said something before."""
    for line in iter(process.stderr.readline, ""):
        if words in line:
            return line
    return ""


@atexit.register
def end_all():
    for p in started:
        if p.poll() is None:
            p.kill()


def refusal(*options):
    """Exit status and what it said of a start that must fail."""
    p = start(*options)
    try:
        words = p.communicate(timeout=180)[1]
    except subprocess.TimeoutExpired:
        p.kill()
        return None, p.communicate()[1]
    return p.returncode, words


class Node:
    def __init__(self, folder, *options, scheme="https"):
        self.process = start("--listen", "127.0.0.1:0", "--interval", "1", *options)
        self.port = int(re.search(r":(\d+)\n", said(self.process, "listening on")).group(1))
        self.url, self.folder = f"{scheme}://127.0.0.1:{self.port}", folder

    def curl(self, *arguments, path="/metrics"):
        return subprocess.run(["curl", "-sS", "-m", "60", "--cacert", self.folder + "/ca.pem", *arguments, self.url + path],
                              capture_output=True, text=True, errors="replace", check=False).stdout

    def status(self, *arguments, path="/metrics"):
        return self.curl("-o", "/dev/null", "-w", "%{http_code}", *arguments, path=path)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        words = self.process.stderr.read()
        self.process.stderr.close()
        return status, words


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certificate(folder, name, usage, ca="ca"):
    write(f"{folder}/{name}.ext", f"subjectAltName=IP:127.0.0.1\nextendedKeyUsage={usage}\n")
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", name + ".key", "-out", name + ".csr")
    openssl(folder, "x509", "-req", "-in", name + ".csr", "-CA", ca + ".pem", "-CAkey", ca + ".key", "-CAcreateserial",
            "-days", "2", "-extfile", name + ".ext", "-out", name + ".pem")
    os.chmod(f"{folder}/{name}.key", 0o600)


def certificates(folder):
    for ca in ("ca", "other-ca"):
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=" + ca, "-keyout", ca + ".key", "-out", ca + ".pem")
        os.chmod(f"{folder}/{ca}.key", 0o600)
    certificate(folder, "server", "serverAuth")
    certificate(folder, "client", "clientAuth")
    certificate(folder, "stranger", "clientAuth", "other-ca")


TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
USER = f"basic_auth_users:\n  ops: {CHEAP}\n"


def config(folder, text):
    return write(folder + "/web.yml", text)


def compression(folder):
    node = Node(folder, scheme="http")
    until(lambda: 'collector="sensors"' in node.curl())
    packed = subprocess.run(["curl", "-s", "-H", "Accept-Encoding: gzip", "-D", "-", "-o", folder + "/page.gz", node.url + "/metrics"],
                            capture_output=True, text=True, check=True).stdout
    with open(folder + "/page.gz", "rb") as f:
        raw = f.read()
    tap.ok("gzip where it is taken", "Content-Encoding: gzip" in packed and "Vary: Accept, Accept-Encoding" in packed
           and gzip.decompress(raw).startswith(b"# HELP suantop_"), packed)
    tap.ok("with a third of the bytes at most", len(raw) * 3 <= len(gzip.decompress(raw)), len(raw))
    tap.ok("the length is that of what is sent", f"Content-Length: {len(raw)}" in packed, packed)
    plain = node.curl("-i", "-H", "Accept-Encoding: gzip;q=0.2, identity")
    tap.ok("not where it is liked less", "Content-Encoding" not in plain and "# HELP suantop_" in plain, plain)
    tap.ok("HEAD tells the same of gzip", "Content-Encoding: gzip" in node.curl("-I", "-H", "Accept-Encoding: gzip"))
    node.stop()


def access_list(folder, group):
    """A user may read it by name, as systemd's credentials are handed over, and the group if told."""
    entries = [(1, 6, -1), (2, 4, 12345), (4, group, -1), (16, 4, -1), (32, 0, -1)]
    os.setxattr(folder + "/server.key", "system.posix_acl_access",
                struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *e) for e in entries))


def access_lists(folder):
    try:
        access_list(folder, 0)
    except OSError as e:
        tap.skip("access lists of a key", str(e))
        return
    node = start("--listen", "127.0.0.1:0", "--web-config", config(folder, TLS))
    tap.ok("a key that one more user may read by an access list", said(node, "listening on"))
    node.terminate()
    node.wait(60)
    node.stderr.close()
    access_list(folder, 4)
    status, words = refusal("--listen", "127.0.0.1:0", "--web-config", config(folder, TLS))
    tap.ok("not one that a group may", status == 64 and "others can read this key" in words, words)
    os.removexattr(folder + "/server.key", "system.posix_acl_access")
    os.chmod(folder + "/server.key", 0o600)


def refusals(folder):
    cases = [
        ("tls_server_config:\n  cert_fil: a\n", r"web.yml:2: unknown key \"cert_fil\"; accepted here: cert_file key_file"),
        ("http_server_config:\n  http2: true\n", r"web.yml:1: unknown key .*accepted here: tls_server_config basic_auth_users"),
        ("tls_server_config:\n  cert_file: server.pem\n", r"web.yml:2: .*needs cert_file and key_file"),
        (TLS + "  min_version: TLS14\n", r"web.yml:4: .*accepted: TLS10 TLS11 TLS12 TLS13"),
        (TLS + "  client_auth_type: Yes\n", r"web.yml:4: .*accepted: NoClientCert RequestClientCert"),
        (TLS + "  client_auth_type: RequireAndVerifyClientCert\n", r"web.yml:2: .*needs a client_ca_file"),
        (TLS + "  client_ca_file: ca.pem\n", r"web.yml:2: client_ca_file means nothing"),
        ("basic_auth_users:\n  ops: secret\n", r"web.yml:2: the password of ops is no bcrypt hash"),
        (USER + f"  ops: {CHEAP}\n", r"web.yml:3: user ops is there twice"),
        ("basic_auth_users: [a]\n", r"web.yml:1: basic_auth_users is no mapping"),
        ("a: [\n", r"web.yml:\d+: is not YAML"),
        (TLS.replace("server.key", "client.key"), r"server.pem: certificate and key: "),
        (TLS.replace("server.key", "none.key"), r"none.key: cannot be opened"),
    ]
    for text, wanted in cases:
        status, words = refusal("--listen", "127.0.0.1:0", "--web-config", config(folder, text))
        tap.ok(f"refused: {wanted}", status == 64 and re.search(wanted, words), f"{status} {words}")
    os.chmod(folder + "/server.key", 0o640)
    status, words = refusal("--listen", "127.0.0.1:0", "--web-config", config(folder, TLS))
    tap.ok("a key that others can read is refused", status == 64 and "others can read this key" in words, words)
    os.chmod(folder + "/server.key", 0o600)
    access_lists(folder)
    for name, text in (("nothing", ""), ("TLS alone", TLS), ("a password alone", USER)):
        status, words = refusal("--listen", "0.0.0.0:0", "--web-config", config(folder, text))
        tap.ok(f"an open address with {name} is refused", status == 64 and "--insecure" in words, words)
    node = start("--listen", "0.0.0.0:0", "--web-config", config(folder, TLS + USER))
    tap.ok("with both it is served", said(node, "listening on"))
    node.terminate()
    node.wait(60)
    node.stderr.close()
    node = start("--listen", "0.0.0.0:0", "--insecure")
    tap.ok("and with neither when told so", said(node, "listening on"))
    node.terminate()
    node.wait(60)
    node.stderr.close()


def passwords(folder):
    node = Node(folder, "--web-config", config(folder, TLS + USER))
    tap.equal("TLS and the right password", node.status("-u", "ops:open sesame"), "200")
    challenge = node.curl("-i")
    tap.ok("without one it is asked for", challenge.startswith("HTTP/1.1 401") and 'WWW-Authenticate: Basic realm="suantop-node"' in challenge, challenge)
    tap.equal("health needs none", node.curl(path="/-/healthy"), "ok\n")
    tap.equal("nothing is told of other paths", [node.status(path="/"), node.status(path="/x")], ["401", "401"])
    tap.equal("clear text is not answered", Node.status(node_over(node, "http"), "-u", "ops:open sesame"), "000")
    tap.equal("TLS 1.1 is not spoken", node.status("--tls-max", "1.1", "-u", "ops:open sesame"), "000")
    tap.equal("a wrong password", node.status("-u", "ops:wrong"), "401")
    tap.ok("the next guess from there has to wait", until(lambda: node.status("-u", "ops:wrong2") == "429"))
    tap.equal("who is known does not", node.status("-u", "ops:open sesame"), "200")
    for name, header in (("no base64", "Basic !!!"), ("another scheme", "Bearer x"), ("a NUL", "Basic " + base64.b64encode(b"ops\0:x").decode()),
                         ("no colon", "Basic b3Bz"), ("too long", "Basic " + "QUJD" * 300)):
        tap.equal(f"a header with {name}", node.status("-H", "Authorization: " + header), "401")
    status, words = node.stop()
    tap.ok("wrong passwords are told in the log, not the words", "wrong user or password" in words and "127.0.0.1" in words
           and "wrong2" not in words, words)
    tap.equal("it ended well", status, 0)


def node_over(node, scheme):
    other = Node.__new__(Node)
    other.url, other.folder = f"{scheme}://127.0.0.1:{node.port}", node.folder
    return other


def cpu(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def dear_passwords(folder):
    """A hash that takes a quarter of a second costs that once, and a storm of guesses does not hold up who is known."""
    node = Node(folder, "--web-config", config(folder, f"basic_auth_users:\n  ops: {DEAR}\n"), scheme="http")
    before = cpu(node.process.pid)
    node.status("-u", "ops:open sesame")
    price = max(0.25, cpu(node.process.pid) - before)
    before = cpu(node.process.pid)
    codes = {node.status("-u", "ops:open sesame") for _ in range(20)}
    tap.ok("20 scrapes cost no bcrypt", codes == {"200"} and cpu(node.process.pid) - before < 3 * price,
           f"{codes} {cpu(node.process.pid) - before} {price}")
    before, began = cpu(node.process.pid), time.monotonic()
    guesses = [node.status("-u", f"ops:guess{i}", "--interface", f"127.0.0.{i + 2}") for i in range(60)]
    spent = cpu(node.process.pid) - before
    tap.ok("60 guesses from 60 addresses cost no more than the burst and a tenth of the time",
           spent < 11 * price + (time.monotonic() - began) / 5 and "429" in guesses, f"{spent} {price} {guesses}")
    took = []
    while len(took) < 5 or min(took)[0] > 1 and len(took) < 50:
        began = time.monotonic()
        status = node.status("-u", "ops:open sesame")
        took.append((time.monotonic() - began, status))
    tap.equal("meanwhile who is known is answered", {status for _, status in took}, {"200"})
    tap.ok("at once", min(took)[0] < 1, took)
    node.stop()


def client_certificates(folder):
    text = TLS + "  client_ca_file: ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n"
    node = Node(folder, "--web-config", config(folder, text))
    own = ("--cert", folder + "/client.pem", "--key", folder + "/client.key")
    tap.equal("a client with its certificate", node.status(*own), "200")
    tap.equal("one without", node.status(), "000")
    tap.equal("one with a stranger's", node.status("--cert", folder + "/stranger.pem", "--key", folder + "/stranger.key"), "000")
    tap.equal("one with a server's", node.status("--cert", folder + "/server.pem", "--key", folder + "/server.key"), "000")
    node.stop()
    node = Node(folder, "--web-config", config(folder, text.replace("RequireAndVerifyClientCert", "VerifyClientCertIfGiven")))
    tap.equal("where it may be left out", [node.status(), node.status(*own), node.status(
        "--cert", folder + "/stranger.pem", "--key", folder + "/stranger.key")], ["200", "200", "000"])
    node.stop()


def reloading(folder):
    node = Node(folder, "--web-config", config(folder, TLS + USER))
    tap.equal("before", node.status("-u", "ops:open sesame"), "200")
    config(folder, TLS + USER.replace("ops", "eve"))
    node.process.send_signal(signal.SIGHUP)
    tap.ok("SIGHUP reads users anew", until(lambda: node.status("-u", "eve:open sesame") == "200"))
    tap.equal("the one that was taken out", node.status("-u", "ops:open sesame"), "401")
    config(folder, "nonsense: 1\n")
    node.process.send_signal(signal.SIGHUP)
    words = said(node.process, "nonsense")
    tap.equal("after a broken file it goes on as before", node.status("-u", "eve:open sesame"), "200")
    status, _ = node.stop()
    tap.ok("and says why", 'unknown key "nonsense"' in words, words)
    tap.equal("it ends well", status, 0)


def slow_clients(folder):
    """One byte a second, in clear and within TLS: gone after ten seconds, and others do not notice."""
    node = Node(folder, "--web-config", config(folder, TLS + USER))
    began, gone = time.monotonic(), {}
    raw = socket.create_connection(("127.0.0.1", node.port))
    raw.sendall(b"\x16\x03\x01\x02\x00")  # a handshake of 512 bytes
    inner = ssl.create_default_context(cafile=folder + "/ca.pem").wrap_socket(
        socket.create_connection(("127.0.0.1", node.port)), server_hostname="127.0.0.1")
    inner.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
    while len(gone) < 2 and time.monotonic() - began < 120:
        for name, s in (("clear", raw), ("TLS", inner)):
            try:
                if name not in gone:
                    s.sendall(b"\x01" if name == "clear" else b"a")
            except OSError:
                gone[name] = time.monotonic() - began
        time.sleep(0.5)
    tap.ok("slow clients are gone after ten seconds", len(gone) == 2 and all(8 < t < 100 for t in gone.values()), gone)
    tap.equal("others are answered", node.status("-u", "ops:open sesame"), "200")
    raw.close()
    inner.close()
    node.stop()


def capabilities(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        found = dict(re.findall(r"^Cap(\w+):\s+(\w+)", f.read(), re.M))
    return [int(found[k], 16) for k in ("Prm", "Eff", "Amb")]


def collector_children(parent):
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    return {m[1]: int(m[0]) for m in re.findall(r"(\d+) \S*suantop-node-probe (\w+)", listed.stdout)}


def privileges(folder):
    """As the unit starts it: no root, two capabilities that only those collectors keep that need them."""
    name = "it runs as nobody with two capabilities"
    if os.getuid() != 0 or not shutil.which("setpriv"):
        tap.skip(name, "only root can give capabilities, with setpriv")
        return
    names = "+perfmon,+syslog"
    process = start("--listen", "127.0.0.1:0", "--interval", "1", before=[
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all," + names, "--ambient-caps=-all," + names,
        "--bounding-set=-all," + names])
    if not said(process, "listening on"):
        tap.skip(name, "setpriv cannot")
        process.wait(60)
        return
    perfmon, syslog = 1 << 38, 1 << 34
    tap.equal("the program uses none of them", capabilities(process.pid)[1], 0)
    wanted, rest = {"cpu_flops": perfmon, "xid": syslog, "nvml": perfmon | syslog}, {}

    def is_content():  # each gives up the others' when it begins
        rest.clear()
        with contextlib.suppress(OSError):
            rest.update((c, capabilities(pid)[1]) for c, pid in collector_children(process.pid).items())
        return all(have & ~wanted.get(c, 0) == 0 for c, have in rest.items())

    until(lambda: len(collector_children(process.pid)) >= 2, 3)  # as many as this machine has work for
    tap.ok("each collector keeps its own only", until(is_content), rest)
    process.terminate()
    tap.equal(name, process.wait(60), 0)
    process.stderr.close()


def unit(folder):
    if not shutil.which("systemd-analyze"):
        tap.skip("the unit is what systemd takes", "no systemd-analyze")
        return
    with open(SOURCE + "/dist/suantop-node.service.in", encoding="utf-8") as f:
        path = write(folder + "/suantop-node.service", f.read().replace("@bindir@/suantop-node", PROGRAM))
    checked = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, check=False)
    tap.equal("the unit is what systemd takes", (checked.returncode, checked.stderr), (0, ""))
    exposed = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=30", path], capture_output=True,
                             text=True, check=False)
    tap.ok("and little exposed", exposed.returncode == 0, exposed.stdout)


def query(url, expression):
    try:
        with urllib.request.urlopen(f"{url}/api/v1/query?" + urllib.parse.urlencode({"query": expression}), timeout=30) as r:
            return json.load(r)["data"]["result"]
    except OSError:
        return []


def prometheus(folder):
    name = "a real Prometheus scrapes it over TLS with a password"
    if shutil.which("prometheus") is None:
        tap.skip(name, "prometheus is not installed")
        return
    node = Node(folder, "--web-config", config(folder, TLS + USER))
    write(folder + "/password", "open sesame")
    write(folder + "/prometheus.yml", "global: {scrape_interval: 2s, scrape_timeout: 2s}\nscrape_configs:\n"
          f"  - job_name: node\n    scheme: https\n    tls_config: {{ca_file: {folder}/ca.pem}}\n"
          f"    basic_auth: {{username: ops, password_file: {folder}/password}}\n"
          f"    static_configs: [{{targets: ['127.0.0.1:{node.port}']}}]\n")
    server, port = serve(lambda port: [
        "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        got = until(lambda: query(url, "suantop_memory_size_bytes > 0 and on(instance) up == 1"))
        tap.equal(name, len(got), 1)

        def peers():
            return subprocess.run(["ss", "-Htn", "state", "established", f"( sport = :{node.port} )"], capture_output=True,
                                  text=True, check=False).stdout.splitlines() if shutil.which("ss") else [""]

        tap.ok("on one connection that it keeps", until(lambda: len(peers()) == 1, 60), peers())
    finally:
        server.terminate()
        server.wait(60)
        node.stop()


def main():
    faulthandler.dump_traceback_later(1500, exit=True)
    with tempfile.TemporaryDirectory() as folder:
        certificates(folder)
        for part in (compression, refusals, passwords, dear_passwords, client_certificates, reloading, slow_clients,
                     privileges, unit, prometheus):
            part(folder)


tap.run(main)
