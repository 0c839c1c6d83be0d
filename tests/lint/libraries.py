#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each third-party library is known by exactly one file of a program, so that it can be replaced there."""
import re

import lint

LIBRARIES = {
    "ncurses": r"(ncursesw?/)?(n?curses|term|panel|menu|form)\.h",
    "libcurl": r"curl/.*",
    "cJSON": r"(cjson/)?cJSON\.h",
    "libsensors": r"sensors/.*",
    "libcyaml": r"cyaml/.*",
    "zstd": r"zstd.*\.h|zdict\.h",
    "SQLite": r"sqlite3\.h",
    "libyaml": r"yaml\.h",
    "libmicrohttpd": r"microhttpd\.h",
    "GnuTLS": r"gnutls/.*",
    "zlib": r"zlib\.h",
    "libxcrypt": r"crypt\.h",
    "OpenSSL": r"openssl/.*",
    "vendor libraries": r"(nvml|dcmi_interface_api|rocm_smi/.*)\.h",
}


# Programs of their own, which share no code that knows a library: those of a real node and of a simulated fleet both serve HTTP.
PROGRAMS = ("src/node/", "src/httpd/")


def program_of(path):
    return next((p for p in PROGRAMS if path.as_posix().startswith(p)), "suantop")


def check(root):
    users = {}
    for path in lint.sources(root):
        for line, bracket, name in lint.includes(root, path):
            # <term.h> is ncurses, "term.h" a file of ours.
            if bracket == '"' and not name.startswith(("gnutls/", "curl/", "cjson/", "cyaml/", "sensors/")):
                continue
            for library, pattern in LIBRARIES.items():
                if re.fullmatch(pattern, name):
                    users.setdefault((library, program_of(path)), {}).setdefault(path, line)
    complaints = []
    for (library, _), files in users.items():
        if len(files) > 1:
            places = ", ".join(f"{p}:{n}" for p, n in sorted(files.items()))
            complaints.append(f"{library} is included by {len(files)} files: {places}")
        complaints += [f"{p}:{n}: a header lets {library} out of its one file"
                       for p, n in sorted(files.items()) if p.suffix != ".c"]
    return complaints


BAD = {
    "two files with curses": {"ui/a.c": "#include <curses.h>\n", "ui/b.c": "#include <ncursesw/curses.h>\n"},
    "two files with curl": {"src/io/a.c": "#include <curl/curl.h>\n", "src/io/b.c": "#include <curl/multi.h>\n"},
    "two files of one program": {"src/node/a.c": "#include <zlib.h>\n", "src/node/b.c": "#include <zlib.h>\n"},
    "a header that includes cJSON": {"src/codec/json.h": "#include <cjson/cJSON.h>\n"},
}
GOOD = {
    "one file a library": {"ui/a.c": "#include <curses.h>\n", "src/io/a.c": "#include <curl/curl.h>\n"},
    "two programs": {"src/node/a.c": "#include <microhttpd.h>\n", "src/httpd/b.c": "#include <microhttpd.h>\n"},
    "a header of ours called term.h": {"ui/a.c": '#include "term.h"\n', "ui/b.c": '#include "term.h"\n'},
}


def note(root):
    out = []
    for path in lint.sources(root):
        for _, bracket, name in lint.includes(root, path):
            out += [f"{library}: {path}" for library, pattern in LIBRARIES.items()
                    if bracket == "<" and re.fullmatch(pattern, name)]
    return sorted(set(out))


if __name__ == "__main__":
    lint.run("libraries", check, BAD, GOOD, note)
