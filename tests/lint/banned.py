#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Functions that are not called: unsafe, not thread-safe, or a clock where time is an argument."""
import re

import lint

EVERYWHERE = {
    "sprintf": "use buf or snprintf", "vsprintf": "use buf or vsnprintf", "strcpy": "use buf",
    "strcat": "use buf", "strncpy": "it may leave no NUL", "strncat": "use buf",
    "stpcpy": "use buf", "strtok": "it keeps state", "strtok_r": "cut with lengths",
    "atoi": "it hides errors", "atol": "it hides errors", "atoll": "it hides errors",
    "atof": "it hides errors", "gets": "unbounded", "scanf": "unbounded", "sscanf": "unbounded numbers",
    "gmtime": "use gmtime_r", "localtime": "use localtime_r", "ctime": "not thread-safe",
    "asctime": "not thread-safe", "system": "no shell", "popen": "no shell", "alloca": "unbounded",
    "mktemp": "a race", "tmpnam": "a race", "strerror": "not thread-safe: use strerror_r or err",
    "rand": "randomness is an argument", "srand": "randomness is an argument", "signal": "use sigaction",
    "setlocale": "only main may", "vfork": "undefined in threads",
}
ALLOWED = {("setlocale", "src/app/main.c")}
ENDS = ("exit", "_Exit", "quick_exit", "abort")
END_FILES = ("src/app/main.c", "src/base/xmem.c")
CLOCKS = ("time", "clock_gettime", "gettimeofday", "clock", "ftime", "timespec_get",
          "clock_wall", "clock_mono")
# A collector's probe is a program of its own, run as a child.
CLOCKLESS = re.compile(r"src/(model|codec|export)/|ui/(view_|canvas|theme|table|chart)|collectors/(?!.*probe)")
_CALL = re.compile(r"(?<![\w.>])([A-Za-z_]\w*)\s*\(")
_DECLARES = re.compile(r"\b(struct|enum|union)\s*$")


def complaint(path, name):
    if name in EVERYWHERE and (name, path) not in ALLOWED:
        return f"{name}(): {EVERYWHERE[name]}"
    if name in ENDS and path not in END_FILES:
        return f"{name}(): the program ends in main and in the out-of-memory handler only"
    if name in CLOCKS and CLOCKLESS.match(path):
        return f"{name}(): here time is an argument"
    return None


def check(root):
    complaints = []
    for path in lint.sources(root):
        text = lint.code(root, path)
        for match in _CALL.finditer(text):
            why = complaint(path.as_posix(), match.group(1))
            if why and not _DECLARES.search(text[:match.start()][-16:]):
                complaints.append(f"{path}:{lint.line_of(text, match.start())}: {why}")
    return complaints


BAD = {f"{name}()": {"src/io/a.c": f"void f(void)\n{{\n    {name} (x);\n}}\n"}
       for name in ("sprintf", "strcpy", "strcat", "strtok", "atoi", "gets", "gmtime", "localtime", "system",
                    "exit", "abort")}
BAD["a clock in the model"] = {"src/model/a.c": "long f(void) { return time(0); }\n"}
BAD["a clock in a view"] = {"ui/view_a.c": "void f(void) { clock_gettime(0, 0); }\n"}
BAD["our clock in a collector"] = {"collectors/slurm/a.c": "long f(void) { return clock_wall(); }\n"}
BAD["a clock in a codec"] = {"src/codec/a.c": "void f(void) { clock_gettime(0, 0); }\n"}
GOOD = {
    "exit() in main": {"src/app/main.c": "int main(void) { exit(0); }\n"},
    "abort() in the out-of-memory handler": {"src/base/xmem.c": "void f(void) { abort(); }\n"},
    "a clock in io": {"src/io/a.c": "long f(void) { return time(0); }\n"},
    "names in comments, strings and members": {
        "src/model/a.c": '/* exit( */ // strcpy(\nconst char *s = "atoi(";\nvoid f(void) { x->time(); y.exit(); }\n'},
    "longer names": {"src/model/a.c": "void f(void) { my_exit(); snprintf(x); run_time(); }\n"},
}

if __name__ == "__main__":
    lint.run("banned", check, BAD, GOOD)
