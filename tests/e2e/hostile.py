# SPDX-License-Identifier: MIT
"""Texts that a name or a reason may hold, and how to tell that nothing of them came through."""
import re
import unicodedata

from slurmrestd import Raw

TEXTS = {
    "ESC[2J clears": "\x1b[2J",
    "OSC 52 writes the clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "OSC 0 sets the title": "\x1b]0;pwned\x07",
    "OSC 8 links": "\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\",
    "DCS": "\x1bP$q\"p\x1b\\",
    "APC": "\x1b_Gi=1\x1b\\",
    "ESC c resets": "\x1bc",
    "ESC # 8 fills": "\x1b#8",
    "mouse on": "\x1b[?1003h",
    "U+009B is CSI": "\u009b31m",
    "U+009D is OSC": "\u009d0;x\u009c",
    "raw 0x9B": b"\x9b31m",
    "CR": "ab\rc",
    "BS": "abc\b\b\bxyz",
    "LF": "a\nb",
    "TAB": "a\tb",
    "NUL": "a\0b",
    "BEL": "\a",
    "DEL": "a\x7fb",
    "SO and SI": "\x0eqqq\x0f",
    "RLO": "\u202egnp.exe",
    "isolates": "\u2067a\u2069",
    "ALM and marks": "\u061ca\u200e\u200f",
    "ZWJ chain": "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 20,
    "zero width": "a\u200b\u200c\u2060\ufeffb",
    "1000 combining marks": "e" + "\u0301" * 1000,
    "U+3164": "\u3164" * 9,
    "wide characters": "\u4f5c\u4e1a" * 60,
    "tags": "\U000e0041\U000e007f",
    "variation selectors": "a\ufe0f\U000e0100",
    "line separators": "a\u2028b\u2029c\u0085d",
    "private use": "\ue000\U000f0000",
    "noncharacters": "\ufffe\uffff\ufdd0",
    "64 kB": "A" * 65536,
    "64 kB wide": "\u4f5c" * 21845,
    "lone high surrogate": Raw('"a\\ud800b"'),
    "lone low surrogate": Raw('"a\\udc00b"'),
    "surrogates the wrong way round": Raw('"a\\udc00\\ud800b"'),
    "bytes FF FE": b"a\xff\xfeb",
    "overlong slash": b"a\xc0\xafb",
    "overlong NUL": b"a\xc0\x80b",
    "cut off sequence": b"a\xe4\xbd",
    "surrogate in UTF-8": b"a\xed\xa0\x80b",
    "beyond U+10FFFF": b"a\xf4\x90\x80\x80b",
    "shell": "$(id);`id`|id",
    "format": "%s%n%100000d",
    "quotes": "'\"\\",
    "another field": 'x" state=resume',
    "host list": "a,b[1-999999999]",
    "path": "../../../etc/passwd",
    "query": "?force=1#x",
    "option": "-R",
    "empty": "",
    "blank": "   ",
}
# What a payload would look like on its way to the terminal.
PAYLOADS = [
    b"\x1b]52;c;",
    b"\x1b]0;pwned",
    b"\x1b]8;;",
    b"\x1bP$q",
    b"\x1b_G",
    b"\x1bc",
    b"\x1b#8",
    b"\x1b[?1003h",
    b"\x9b31m",
    b"\xc2\x9b",
    b"\xc2\x9d",
    b"\xe2\x80\xae",
    b"\xe2\x81\xa7",
    b"\xd8\x9c",
    b"\xe2\x80\x8d",
    b"\xe2\x80\x8b",
    b"\xcc\x81" * 3,
    b"\xf3\xa0\x81\x81",
    b"\xe2\x80\xa8",
    b"\xee\x80\x80",
    b"\xef\xbf\xbe",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
]


def is_harmless(text):
    """May stand in a snapshot: nothing that a terminal, a spreadsheet's line or a reader's eye is led astray by."""
    marks = 0
    for c in text:
        kind = unicodedata.category(c)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if kind in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") or marks > 2:
            return False
    return True


def strings(value, path=""):
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for k, v in value.items():
            yield from strings(v, f"{path}.{k}")
    elif isinstance(value, list):
        for i, v in enumerate(value):
            yield from strings(v, f"{path}[{i}]")


def clean_utf8(raw):
    text = raw.decode("utf-8", "strict") if isinstance(raw, bytes) else raw
    text = re.sub(
        r"\x1b(\[[0-9;:?<=>]*[ -/]*[@-~]|[()][0-9A-Za-z]|[=>78MDEH]|\][^\x07\x1b]*(\x07|\x1b\\))|[\x0e\x0f\r\n\b\t]",
        "",
        text,
    )
    return all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for c in text)
