# SPDX-License-Identifier: MIT
"""A TCP proxy that writes down which HTTP requests pass, and can cut the line."""
import re
import socket
import threading
import time

REQUEST = re.compile(rb"^(GET|POST|PUT|PATCH|DELETE) (\S+) HTTP/1\.[01]\r?$", re.M)


class Proxy:
    """Listens on 127.0.0.1:port (0 = any) and passes everything on to host:to."""

    def __init__(self, to, host="127.0.0.1", port=0):
        self.target, self.requests, self.seen = (host, to), [], b""
        self.open, self.lines, self.lock = True, set(), threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", port), reuse_port=False)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if not self.open:
                near.close()
                continue
            try:
                far = socket.create_connection(self.target, 5)
            except OSError:
                near.close()
                continue
            with self.lock:
                self.lines |= {near, far}
            threading.Thread(target=self._pass, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, False), daemon=True).start()

    def _pass(self, source, sink, is_request):
        try:
            while data := source.recv(65536):
                if is_request:
                    with self.lock:
                        self.seen += data
                        for m in REQUEST.finditer(data):
                            self.requests.append((time.monotonic(), m.group(1).decode(), m.group(2).decode()))
                sink.sendall(data)
        except OSError:
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """Breaks all lines and refuses new ones."""
        self.open = False
        with self.lock:
            for s in self.lines:
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.lines.clear()

    def mend(self):
        self.open = True

    def take(self):
        """The requests since the last call: [(monotonic time, method, path)]."""
        with self.lock:
            out, self.requests = self.requests, []
        return out

    def close(self):
        self.cut()
        self.listener.close()
