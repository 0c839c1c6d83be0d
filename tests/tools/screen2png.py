#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Render a terminal screen to a PNG, so that it can be looked at.

    tmux capture-pane -ept NAME | screen2png.py -o screen.png [--cols 120] [--font 16] [--bg 0d1117] [--fg c9d1d9]

Input: lines of text with SGR escapes (16, 256 and 24-bit colours, bold, dim, italic, underline, reverse, strike), as
`tmux capture-pane -e -p` prints them. Wide (CJK) characters take two cells. Blocks and braille are drawn, not typeset.
Needs Debian's python3-pil, fonts-jetbrains-mono, fonts-dejavu-core, fonts-noto-cjk.
"""
import argparse, re, sys, unicodedata
from PIL import Image, ImageDraw, ImageFont

BASE16 = ["1c2128", "f85149", "3fb950", "d29922", "58a6ff", "bc8cff", "39c5cf", "b1bac4",
          "6e7681", "ff7b72", "56d364", "e3b341", "79c0ff", "d2a8ff", "56d4dd", "f0f6fc"]
SGR = re.compile(r"\x1b\[([0-9;:]*)m")
OTHER = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|.)")


def rgb(hexa): return tuple(int(hexa[i:i + 2], 16) for i in (0, 2, 4))


def palette(n):
    if n < 16: return rgb(BASE16[n])
    if n < 232:
        n -= 16; lv = (0, 95, 135, 175, 215, 255)
        return lv[n // 36], lv[n // 6 % 6], lv[n % 6]
    return (8 + (n - 232) * 10,) * 3


def width(ch):
    if unicodedata.combining(ch) or unicodedata.category(ch) in ("Mn", "Me", "Cf"): return 0
    return 2 if unicodedata.east_asian_width(ch) in "WF" else 1


class Pen:
    def __init__(self): self.fg = self.bg = None; self.flags = set()

    def sgr(self, text):
        p = [int(x) if x else 0 for x in re.split("[;:]", text)] if text else [0]
        i = 0
        while i < len(p):
            n = p[i]
            if n == 0: self.__init__()
            elif n in (1, 2, 3, 4, 7, 9): self.flags.add(n)
            elif n == 22: self.flags -= {1, 2}
            elif n in (23, 24, 27, 29): self.flags.discard(n - 20)
            elif n in (38, 48):
                if i + 1 < len(p) and p[i + 1] == 5: c = palette(p[i + 2]); i += 2
                else:
                    if len(p) - i > 5 and ":" in text and p[i + 2] == 0 and len(p) - i >= 6: i += 1
                    c = tuple(p[i + 2:i + 5]); i += 4
                if n == 38: self.fg = c
                else: self.bg = c
            elif n == 39: self.fg = None
            elif n == 49: self.bg = None
            elif 30 <= n <= 37: self.fg = palette(n - 30)
            elif 40 <= n <= 47: self.bg = palette(n - 40)
            elif 90 <= n <= 97: self.fg = palette(n - 82)
            elif 100 <= n <= 107: self.bg = palette(n - 92)
            i += 1


def cells(line, pen):
    out, i = [], 0
    while i < len(line):
        m = SGR.match(line, i)
        if m: pen.sgr(m.group(1)); i = m.end(); continue
        m = OTHER.match(line, i)
        if m: i = m.end(); continue
        ch = line[i]; i += 1
        if ch < " ": continue
        w = width(ch)
        if w == 0 and out: out[-1] = (out[-1][0] + ch,) + out[-1][1:]
        elif w: out.append((ch, w, pen.fg, pen.bg, frozenset(pen.flags)))
    return out


def block(d, o, x, y, w, h, fg):
    """Draw U+2580..259F and braille; False if it is another character."""
    if 0x2581 <= o <= 0x2588: t = round(h * (o - 0x2580) / 8); d.rectangle((x, y + h - t, x + w - 1, y + h - 1), fill=fg)
    elif 0x2589 <= o <= 0x258F: t = max(1, round(w * (0x2590 - o) / 8)); d.rectangle((x, y, x + t - 1, y + h - 1), fill=fg)
    elif o == 0x2580: d.rectangle((x, y, x + w - 1, y + h // 2 - 1), fill=fg)
    elif o == 0x2590: d.rectangle((x + w // 2, y, x + w - 1, y + h - 1), fill=fg)
    elif 0x2591 <= o <= 0x2593:
        step = {0x2591: 4, 0x2592: 3, 0x2593: 2}[o]
        for yy in range(y, y + h, 2):
            for xx in range(x + (yy // 2) % step, x + w, step): d.point((xx, yy), fill=fg)
    elif 0x2596 <= o <= 0x259F:
        q = {0x2596: 4, 0x2597: 8, 0x2598: 1, 0x2599: 13, 0x259A: 9, 0x259B: 7, 0x259C: 11, 0x259D: 2, 0x259E: 6, 0x259F: 14}[o]
        for b, (qx, qy) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
            if q >> b & 1: d.rectangle((x + qx * w // 2, y + qy * h // 2, x + (qx + 1) * w // 2 - 1, y + (qy + 1) * h // 2 - 1), fill=fg)
    elif 0x2800 <= o <= 0x28FF:
        for b, (cx, cy) in enumerate(((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))):
            if o - 0x2800 >> b & 1:
                px, py = x + w * (2 * cx + 1) / 4, y + h * (2 * cy + 1) / 8; r = max(1, w / 9)
                d.ellipse((px - r, py - r, px + r, py + r), fill=fg)
    else: return False
    return True


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("-o", default="screen.png"); a.add_argument("--cols", type=int); a.add_argument("--font", type=int, default=16)
    a.add_argument("--bg", default="0d1117"); a.add_argument("--fg", default="c9d1d9"); a.add_argument("file", nargs="?")
    a = a.parse_args()
    text = (open(a.file, encoding="utf-8", errors="replace") if a.file else open(0, encoding="utf-8", errors="replace")).read()
    pen = Pen(); rows = [cells(l, pen) for l in text.rstrip("\n").split("\n")]
    cols = a.cols or max((sum(c[1] for c in r) for r in rows), default=80)
    jb = "/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-%s.ttf"
    reg, bold = (ImageFont.truetype(jb % s, a.font) for s in ("Regular", "Bold"))
    sym = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", a.font)
    cjk = ImageFont.truetype("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", a.font, index=2)
    cw = round(reg.getlength("M")); chh = round(a.font * 1.32)
    fg0, bg0 = rgb(a.fg), rgb(a.bg)
    im = Image.new("RGB", (cols * cw, len(rows) * chh), bg0); d = ImageDraw.Draw(im)
    for y, row in enumerate(rows):
        x = 0
        for ch, w, fg, bg, fl in row:
            f, b = fg or fg0, bg or bg0
            if 7 in fl: f, b = b, f
            if 2 in fl: f = tuple((2 * p + q * 2) // 4 for p, q in zip(f, b))
            px, py = x * cw, y * chh
            if b != bg0: d.rectangle((px, py, px + w * cw - 1, py + chh - 1), fill=b)
            o = ord(ch[0])
            if ch[0] != " " and not block(d, o, px, py, w * cw, chh, f):
                font = cjk if w == 2 else sym if 0x2000 <= o < 0x3000 and not 0x2500 <= o <= 0x257F else (bold if 1 in fl else reg)
                d.text((px, py + round(a.font * 0.02)), ch, font=font, fill=f)
            if 4 in fl: d.line((px, py + chh - 2, px + w * cw, py + chh - 2), fill=f)
            if 9 in fl: d.line((px, py + chh // 2, px + w * cw, py + chh // 2), fill=f)
            x += w
    im.save(a.o); print(f"{a.o}: {cols}x{len(rows)} cells, {im.width}x{im.height} pixels")


if __name__ == "__main__":
    main()
