#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What other programs make of the output formats: Python's json and csv, jsonschema, jq.

The fleets are those of tests/unit/export_fixture.c, printed by export_dump.
"""
import csv
import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SRC = Path(os.environ.get("SUANTOP_SRCDIR") or Path(__file__).resolve().parents[2])
BUILD = Path(os.environ.get("SUANTOP_BUILDDIR") or ".")
DUMP = BUILD / "tests/unit/export_dump"
SCHEMAGEN = BUILD / "src/export/schemagen"
SCHEMA = SRC / "docs/schema/snapshot-1.json"
FLEETS = ("fleet", "partial", "hostile", "dead", "empty", "long")
LISTS = {"centers": "center", "pools": "pool", "nodes": "node", "devices": "device", "jobs": "job",
         "interruptions": "interruption", "offenders": "offender", "alerts": "alert",
         "interruptions": "interruption", "offenders": "offender", "alerts": "alert",
         "reservations": "reservation", "licenses": "license", "sources": "source"}

# Written only when --only names them.
DETAILS = {"attempts", "outages", "hours", "actions"}

try:
    import jsonschema
except ImportError:
    jsonschema = None


def dump(*args):
    return subprocess.run([DUMP, *args], check=True, capture_output=True).stdout


def strict(text):
    """JSON as the standard has it: no NaN, no key twice."""
    def pairs(items):
        assert len({k for k, _ in items}) == len(items), f"a key twice in {items[:3]}"
        return dict(items)

    def constant(word):
        raise AssertionError(f"{word} is no JSON")
    return json.loads(text.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant)


def validator(definition=None):
    schema = strict(SCHEMA.read_bytes())
    if definition:
        schema = {"$defs": schema["$defs"], "$ref": f"#/$defs/{definition}"}
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def test_the_schema_is_in_step_with_the_tables():
    made = subprocess.run([SCHEMAGEN], check=True, capture_output=True).stdout
    assert made == SCHEMA.read_bytes(), "run: make schema"


def test_the_schema_is_a_schema():
    assert jsonschema, "SKIP python3-jsonschema is not installed"
    jsonschema.Draft202012Validator.check_schema(strict(SCHEMA.read_bytes()))


def test_json_follows_the_schema():
    assert jsonschema, "SKIP python3-jsonschema is not installed"
    for fleet in FLEETS:
        validator().validate(strict(dump(fleet, "json")))


def test_the_schema_refuses_what_is_wrong():
    assert jsonschema, "SKIP python3-jsonschema is not installed"
    good = strict(dump("fleet", "json"))
    for path, value in ((("jobs", 0, "state"), "lost"), (("nodes", 0, "load"), "0.5"), (("schema",), "x"),
                        (("nodes", 0, "pools"), "gpu"), (("jobs", 0, "center"), None),
                        (("totals", "nodes_total"), "many"), (("nodes", 0, "flags"), ["lazy"])):
        bad = json.loads(json.dumps(good))
        at = bad
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        assert not validator().is_valid(bad), f"accepts {value!r} at {path}"


def test_no_member_is_missing_or_unheard_of():
    schema = strict(SCHEMA.read_bytes())
    for fleet in FLEETS:
        snapshot = strict(dump(fleet, "json"))
        assert set(snapshot) == set(schema["properties"]) - DETAILS
        for plural, entity in LISTS.items():
            known = schema["$defs"][entity]
            for row in snapshot[plural]:
                assert set(row) - {"raw_name_base64"} == set(known["required"])
                assert set(row) <= set(known["properties"])


def test_ndjson_has_the_same_rows():
    for fleet in FLEETS:
        lines = [strict(line) for line in dump(fleet, "ndjson").split(b"\n")[:-1]]
        snapshot = strict(dump(fleet, "json"))
        head = lines.pop(0)
        assert head.pop("entity") == "snapshot"
        assert head == {k: snapshot[k] for k in ("schema", "generated_at", "complete", "totals")}
        for plural, entity in {"errors": "error", **LISTS}.items():
            rows = [dict(line) for line in lines if line["entity"] == entity]
            for row in rows:
                del row["entity"]
            assert rows == snapshot[plural], f"{fleet}: {plural}"
        assert len(lines) == sum(len(snapshot[p]) for p in ("errors", *LISTS))


def tables(text):
    """{entity: [row]} of a csv with several tables."""
    found = {}
    header = None
    for cells in csv.reader(io.StringIO(text.decode("utf-8"), newline=""), strict=True):
        if not cells:
            header = None
        elif header is None:
            header = cells
            assert cells[0] == "entity"
        else:
            assert len(cells) == len(header), f"{len(cells)} cells under {len(header)} names"
            found.setdefault(cells[0], []).append(dict(zip(header, cells)))
    return found


def same_cell(cell, value):
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == ("true" if value else "false")
    if isinstance(value, (int, float)):
        return float(cell) == value
    if isinstance(value, list):
        return True  # folded in one, expanded in the other
    return cell.removeprefix("'") == value.removeprefix("'")


def test_csv_has_the_same_rows():
    for fleet in FLEETS:
        text = dump(fleet, "csv")
        assert text.count(b"\n") == text.count(b"\r\n")
        found = tables(text)
        snapshot = strict(dump(fleet, "json"))
        for plural, entity in LISTS.items():
            rows = found.get(entity, [])
            assert len(rows) == len(snapshot[plural])
            for row, wanted in zip(rows, snapshot[plural]):
                if entity == "center":  # a list of objects: more than a cell holds
                    del wanted["flops"]
                assert set(row) == set(wanted) - {"raw_name_base64"} | {"entity"}
                for key in wanted.keys() & row.keys():
                    assert same_cell(row[key], wanted[key]), f"{entity}.{key}: {row[key]!r}, {wanted[key]!r}"


def is_number(cell):
    return cell[1:].replace(".", "", 1).isdecimal()


def test_no_csv_cell_is_a_formula():
    cells = 0
    for fleet in FLEETS:
        for row in csv.reader(io.StringIO(dump(fleet, "csv").decode("utf-8"), newline="")):
            for cell in row:
                cells += 1
                assert cell[:1] not in tuple("=+-@\t\r") or is_number(cell), repr(cell)
    assert cells > 1000


def test_one_table_has_no_entity_column():
    rows = list(csv.DictReader(io.StringIO(dump("fleet", "csv", "jobs").decode("utf-8"), newline="")))
    assert [row["id"] for row in rows] == ["13", "14", "15_[6-99]", "16"]
    assert "entity" not in rows[0]


SAMPLE = re.compile(r'([a-z0-9_]+)((?:\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+\})?) (-?[0-9.]+(?:e[+-]?[0-9]+)?)')


def metrics(text):
    """{name and labels: value}; each family is announced once, before its samples, and they stand together."""
    found, types, at = {}, [], ""
    lines = text.decode("utf-8").split("\n")
    assert lines[-2:] == ["# EOF", ""], lines[-2:]
    for line in lines[:-2]:
        if line.startswith("# TYPE "):
            at = line.split()[2]
            assert at not in types, line
            types.append(at)
        elif not line.startswith("# HELP "):
            name, labels, value = SAMPLE.fullmatch(line).groups()
            assert name == at and name + labels not in found, line
            found[name + labels] = float(value)
    return found


def test_openmetrics_tell_what_json_tells():
    for fleet in FLEETS:
        found = metrics(dump(fleet, "openmetrics"))
        centers = json.loads(dump(fleet, "json"))["centers"]
        for center in centers:
            for key, value in (("nodes_total", center["nodes_total"]), ("jobs_queued", center["jobs_queued"])):
                name = f'suantop_center_{key.removesuffix("_total")}{{center="{center["id"]}"}}'
                assert found.get(name) == value, (name, found.get(name), value)
    assert found["suantop_snapshot_complete"] in (0, 1)
    assert not any(name.startswith("suantop_job") for name in found)
    assert any(name.startswith("suantop_job_") for name in metrics(dump("fleet", "openmetrics", "jobs")))


class Page(html.parser.HTMLParser):
    """Holds that tags are closed in order, and that nothing comes from elsewhere or runs."""

    VOID = {"meta"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.texts, self.rows, self.classes = [], [], 0, set()
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "img", "link", "iframe", "object", "form", "base"), tag
        for name, value in attrs:
            assert not name.startswith("on") and name not in ("href", "src", "action"), (tag, name)
            self.classes |= set((value or "").split()) if name == "class" else set()
        self.rows += tag == "tr"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.texts.append(data)


def test_the_page_is_whole_and_needs_nothing_else():
    for fleet in FLEETS:
        text = dump(fleet, "html").decode("utf-8")
        page = Page(text)
        shown = "".join(page.texts)
        assert "http" not in re.sub(r"http-equiv", "", text) or "http" in shown, fleet
        for center in json.loads(dump(fleet, "json"))["centers"]:
            assert (center["name"] or "") in shown, (fleet, center["name"])
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text), fleet
    assert "warn" in Page(dump("dead", "html").decode()).classes | Page(dump("partial", "html").decode()).classes


def ask_chromium(program, folder, tries, is_good, *argv):
    """What it wrote, once that is good; None after so many tries."""
    for attempt in range(tries):
        profile = f"--user-data-dir={folder}/{len(os.listdir(folder))}.{attempt}"
        try:
            done = subprocess.run([program, "--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", *argv, profile],
                                  capture_output=True, text=True, timeout=90, env={**os.environ, "HOME": folder})
        except subprocess.TimeoutExpired:
            continue
        if is_good(done.stdout):
            return done.stdout
    return None


def chromium(folder, is_good, *argv):
    """What it wrote, once that is good: a large program of others, which on a busy machine now and then gives up."""
    program = shutil.which("chromium")
    assert program, "SKIP chromium is not installed"
    wrote = ask_chromium(program, folder, 4, is_good, *argv)
    if wrote is None:
        plain = Path(folder) / "plain.html"
        plain.write_text("<p>plain")
        assert ask_chromium(program, folder, 2, lambda text: "<p>plain</p>" in text, "--dump-dom", plain.as_uri()), \
            "SKIP chromium shows no page at all here"
    assert wrote is not None, f"{program} {' '.join(argv)} does not do it, in four tries"
    return wrote


def test_a_browser_shows_the_page():
    with tempfile.TemporaryDirectory(prefix="suantop-html.") as folder:
        for fleet in ("fleet", "hostile"):
            page = Path(folder) / f"{fleet}.html"
            page.write_bytes(dump(fleet, "html"))
            rows = Page(page.read_text()).rows
            shown = chromium(folder, lambda text: text.count("<tr>") == rows, "--dump-dom", page.as_uri())
            assert shown.count("<script") == 0


PHONE, TABLET, LAPTOP, DESK = 390, 820, 1100, 1300
# The page has no script of its own, so another one measures it: how wide it would like to be in frames of some width.
RULER = """<!DOCTYPE html><iframe id="f" src="%s" style="width:%dpx;height:844px;border:0"></iframe><p id="said"></p><script>
f.onload=()=>{const d=f.contentDocument.documentElement,b=f.contentDocument.body;
const out=[...b.querySelectorAll('*')].filter(e=>!e.closest('thead')&&e.getBoundingClientRect().right>d.clientWidth+1).length;
said.textContent='wide '+d.scrollWidth+' of '+d.clientWidth+' outside '+out}</script>"""


def test_nothing_stands_outside_of_a_phone_or_a_desk():
    with tempfile.TemporaryDirectory(prefix="suantop-html.") as folder:
        for fleet in ("fleet", "hostile"):
            (Path(folder) / "page.html").write_bytes(dump(fleet, "html"))
            for width in (PHONE, TABLET, LAPTOP, DESK):
                ruler = Path(folder) / "ruler.html"
                ruler.write_text(RULER % ("page.html", width))
                measured = re.compile(r"wide (\d+) of (\d+) outside (\d+)")
                said = measured.search(chromium(folder, measured.search, "--allow-file-access-from-files", "--virtual-time-budget=5000",
                                                "--dump-dom", ruler.as_uri()))
                wide, room, outside = map(int, said.groups())
                assert wide <= room and outside == 0 and width - 20 <= room <= width, (fleet, width, said[0])


def test_it_prints():
    with tempfile.TemporaryDirectory(prefix="suantop-html.") as folder:
        page, pdf = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_bytes(dump("fleet", "html"))
        chromium(folder, lambda _: pdf.exists(), "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
        assert pdf.read_bytes().startswith(b"%PDF-"), "no PDF"
        if shutil.which("pdftotext"):
            text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
            for center in json.loads(dump("fleet", "json"))["centers"]:
                assert (center["name"] or center["id"])[:4] in text, (center, text)


def test_promtool_has_nothing_against_the_metrics():
    promtool = shutil.which("promtool")
    assert promtool, "SKIP promtool is not installed"
    for fleet in FLEETS:
        done = subprocess.run([promtool, "check", "metrics"], input=dump(fleet, "openmetrics"), capture_output=True)
        said = [line for line in done.stderr.decode().splitlines() if 'use base unit "seconds" instead of "hours"' not in line]
        assert not said, said


def test_jq_reads_it():
    jq = shutil.which("jq")
    assert jq, "SKIP jq is not installed"
    for fleet in FLEETS:
        for form in ("json", "ndjson"):
            subprocess.run([jq, "-e", "."], input=dump(fleet, form), check=True, capture_output=True)
    out = subprocess.run([jq, "-r", '.nodes[] | select(.flags // [] | index("drain")) | .name'],
                         input=dump("fleet", "json"), check=True, capture_output=True).stdout
    assert out == b"cn2\n"


def main():
    tests = [(name, fn) for name, fn in sorted(globals().items()) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, fn) in enumerate(tests, 1):
        label = name[5:].replace("_", " ")
        try:
            fn()
            print(f"ok {number} - {label}")
        except Exception as error:  # pylint: disable=broad-except
            text = str(error)
            if text.startswith("SKIP"):
                print(f"ok {number} - {label} # {text}")
                continue
            failed += 1
            print(f"not ok {number} - {label}")
            for line in f"{type(error).__name__}: {text}".splitlines()[:20]:
                print(f"# {line[:300]}")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
