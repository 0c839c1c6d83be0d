#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 45 s
"""Sources that lie, stall or attack. Each case is a center of its own beside a healthy one, in one run: the program
must live, the healthy center must be whole, and the case's own rows or its own error must be right."""
import gzip
import json
import os
import re
import resource
import time
import zlib

import tap
from e2e import Dashboard, config, snapshot, source
from hostile import PAYLOADS, TEXTS, clean_utf8, is_harmless, strings
from slurmrestd import Fake, Raw, broken_off, chunked, document, dripping, encode, healthy, job, license_, node
from slurmrestd import partition, reply, reservation, silent, statistics, zipped

fake = Fake()
MIB = 1 << 20

# --- texts --------------------------------------------------------------------------------------

# Where each text goes: a row of its own for each field.
JOB_TEXTS = """
    name user_name account partition state_reason state_description qos nodes licenses dependency features
    required_nodes resv_name job_state tres_per_node array_task_string
""".split()
NODE_TEXTS = """
    reason reason_set_by_user operating_system state gres gres_used slurmd_version address active_features
    tres_used
""".split()


def poisoned(text):
    """The answers of a center in which every text is this one, a field in each row, and the lists of names."""
    return {
        "jobs": reply(document("jobs", [job(1000 + i, **{f: text}) for i, f in enumerate(JOB_TEXTS)] + [job(1)])),
        "nodes": reply(
            document(
                "nodes",
                [node(f"p{i}", **{f: text}) for i, f in enumerate(NODE_TEXTS)]
                + [node("c1"), node(text), node("tail", partitions=[text, "batch"])],
            )
        ),
        "partitions": reply(
            document("partitions", [partition(text), partition(nodes=text), partition("state", state=text)])
        ),
        "reservations": reply(
            document("reservations", [reservation(text), reservation("r", users=text, node_list=text)])
        ),
        "licenses": reply(document("licenses", [license_(text), license_()])),
        "ping": reply(document("pings", [{"hostname": text, "ping": text, "mode": text, "status": 0}])),
    }


def of(doc, entity, center):
    return [r for r in doc[entity] if r["center"] == center]


def check_texts(doc, center, name):
    """One case for each field that the text was put into."""
    jobs = {r["id"]: r for r in of(doc, "jobs", center)}
    nodes = {r["name"]: r for r in of(doc, "nodes", center)}
    for i, field in enumerate(JOB_TEXTS):
        row = jobs.get(str(1000 + i), {})
        bad = [f"{p}: {s[:80]!r}" for p, s in strings(row) if not is_harmless(s)]
        if field == "array_task_string":
            row = row or next((r for r in jobs.values() if r.get("array_job") == "1015"), {})
        rest = row.get("priority") == 2000 + i or field == "array_task_string"
        tap.ok(f"{name}: job {field}", rest and not bad, f"{bad or row}")
    for i, field in enumerate(NODE_TEXTS):
        row = nodes.get(f"p{i}", {})
        bad = [f"{p}: {s[:80]!r}" for p, s in strings(row) if not is_harmless(s)]
        tap.ok(f"{name}: node {field}", row.get("cpus_total") == 64 and not bad, f"{bad or row}")
    for entity in ("nodes", "pools", "reservations", "licenses", "centers", "sources"):
        rows = of(doc, entity, center) if entity != "centers" else [r for r in doc[entity] if r["id"] == center]
        bad = [f"{p}: {s[:80]!r}" for r in rows for p, s in strings(r) if not is_harmless(s)]
        tap.ok(f"{name}: {entity} are harmless", rows and not bad, bad or "no rows")
    tap.ok(f"{name}: the rest of the center is there", {"c1", "tail"} <= set(nodes) and "1" in jobs, sorted(nodes))


# --- numbers ------------------------------------------------------------------------------------

NUMBERS = {
    "NaN": Raw("NaN"),
    "Infinity": Raw("Infinity"),
    "-Infinity": Raw("-Infinity"),
    "1e999": Raw("1e999"),
    "-1e999": Raw("-1e999"),
    "-0": Raw("-0"),
    "-1": -1,
    "2^63": 1 << 63,
    "2^64": 1 << 64,
    "-2^63": -(1 << 63),
    "400 digits": Raw("9" * 400),
    "1e308": Raw("1e308"),
    "5e-324": Raw("5e-324"),
    "0.1": 0.1,
    "text 12": "12",
    "text": "many",
    "empty text": "",
    "true": True,
    "null": None,
    "list": [1, 2],
    "object": {"a": 1},
    "unset 2^32-2": 4294967294,
    "infinite 2^32-1": 4294967295,
    "set/infinite/number": {"set": True, "infinite": False, "number": 7},
    "not set": {"set": False, "infinite": False, "number": 7},
    "infinite": {"set": True, "infinite": True, "number": 0},
    "number of text": {"set": True, "infinite": False, "number": "x"},
    "leading zero": Raw("007"),
    "hex": Raw("0x10"),
    "plus": Raw("+1"),
    "bare point": Raw("1."),
}
BROKEN_NUMBERS = {"NaN", "Infinity", "-Infinity", "leading zero", "hex", "plus", "bare point"}  # not JSON
JOB_NUMBERS = """
    priority cpus node_count submit_time eligible_time start_time end_time restart_cnt time_limit exit_code
    preempt_time array_job_id array_task_id requeue
""".split()
NODE_NUMBERS = """
    cpus alloc_cpus real_memory free_memory alloc_memory cpu_load boot_time reason_changed_at last_busy
""".split()


def wild(value):
    counted = statistics(jobs_pending=value, jobs_running=value, server_thread_count=value, schedule_cycle_last=value)
    return {
        "jobs": reply(
            document(
                "jobs",
                [job(1000 + i, **{f: value}) for i, f in enumerate(JOB_NUMBERS)] + [job(1), job(7, job_id=value)],
            )
        ),
        "nodes": reply(
            document("nodes", [node(f"p{i}", **{f: value}) for i, f in enumerate(NODE_NUMBERS)] + [node("c1")])
        ),
        "partitions": reply(
            document("partitions", [partition(total_cpus=value, total_nodes=value, max_time_limit=value)])
        ),
        "reservations": reply(
            document("reservations", [reservation(node_count=value, start_time=value, end_time=value)])
        ),
        "licenses": reply(document("licenses", [license_(Total=value, Used=value, Free=value, Reserved=value)])),
        "diag": reply(document("statistics", counted)),
    }


def check_numbers(doc, center, name):
    whole = name not in BROKEN_NUMBERS
    found = {
        "jobs": {r["id"]: r for r in of(doc, "jobs", center)},
        "nodes": {r["name"]: r for r in of(doc, "nodes", center)},
    }
    for entity, fields, first in (("jobs", JOB_NUMBERS, 1000), ("nodes", NODE_NUMBERS, 0)):
        for i, field in enumerate(fields):
            ident = str(first + i) if entity == "jobs" else f"p{i}"
            row = found[entity].get(ident)
            lost = row is None and whole and not field.startswith("array_")
            minus = [
                k
                for k, v in (row or {}).items()
                if isinstance(v, (int, float))
                and v < 0
                and k
                not in (
                    "time_limit_seconds",
                    "waited_seconds",
                    "ran_seconds",
                    "left_seconds",
                    "age_seconds",
                    "starts_in_seconds",
                    "waited",
                    "ran",
                    "left",
                    "starts_in",
                    "exit_code",
                )
            ]
            tap.ok(
                f"{name}: {entity[:-1]} {field}", not lost and not minus, f"lost: {lost}, negative: {minus}, row: {row}"
            )
    sums = next((r for r in doc["centers"] if r["id"] == center), {})
    wrong = {k: v for k, v in sums.items() if isinstance(v, (int, float)) and k != "age_seconds" and not 0 <= v < 1e21}
    tap.ok(f"{name}: the sums stay sane", sums and not wrong, wrong)
    tap.ok(f"{name}: the rest of the center is there", "1" in found["jobs"] and "c1" in found["nodes"])


# --- shapes of JSON -----------------------------------------------------------------------------

GOOD_JOBS = document("jobs", [job(i) for i in range(1, 9)])


def around(element):
    """A list of jobs with this among them."""
    return document("jobs", [job(1), Raw(element), job(3)])


# name: (body of /jobs, what must be: "rows" = jobs 1 and 3 are there; "error" = the source says what is wrong)
SHAPES = {
    "element null": (around("null"), "rows"),
    "element number": (around("7"), "rows"),
    "element text": (around('"x"'), "rows"),
    "element list": (around("[1]"), "rows"),
    "element true": (around("true"), "rows"),
    "element {}": (around("{}"), "rows"),
    "element of 1001 levels": (around("[" * 1001 + "]" * 1001), "rows"),
    "name of 1001 levels": (around('{"job_id":2,"name":' + "[" * 1001 + "]" * 1001 + "}"), "rows"),
    "element of 100000 levels": (around("[" * 100000 + "]" * 100000), "any"),
    "element of 100000 members": (around("{" + ",".join(f'"k{i}":{i}' for i in range(100000)) + "}"), "any"),
    "element with the same key 9999 times": (
        around("{" + ",".join(f'"job_id":{i}' for i in range(9999)) + "}"),
        "rows",
    ),
    "key given twice": (around('{"job_id":2,"name":"one","name":"two"}'), "rows"),
    "key in another case": (around('{"Job_Id":9,"job_id":2,"NAME":"x"}'), "rows"),
    "everything null": (around(json.dumps({k: None for k in job(2)})), "rows"),
    "everything a list": (around(json.dumps({k: [] for k in job(2)})), "rows"),
    "everything an object": (around(json.dumps({k: {} for k in job(2)})), "rows"),
    "everything a number": (around(json.dumps({k: 5 for k in job(2)})), "rows"),
    "everything a text": (around(json.dumps({k: "x" for k in job(2)})), "rows"),
    "a text of 2 MiB in an element": (around('{"job_id":2,"name":"' + "x" * (2 * MIB) + '"}'), "any"),
    "a text with a control character": (around('{"job_id":2,"name":"a\x01b\nc"}'), "rows"),
    "a key of 64 kB": (around('{"job_id":2,"' + "k" * 65536 + '":1}'), "rows"),
    "root null": (b"null", "error"),
    "root []": (b"[]", "error"),
    "root {}": (b"{}", "error"),
    "root text": (b'"x"', "error"),
    "root number": (b"17", "error"),
    "blanks only": (b" \n\t ", "error"),
    "NUL bytes": (b"\0" * 100, "error"),
    "no jobs member": (document("nodes", []), "error"),
    "jobs null": (document("jobs", None), "any"),
    "jobs number": (document("jobs", 5), "error"),
    "jobs text": (document("jobs", "none"), "error"),
    "jobs object": (document("jobs", {"1": job(1)}), "error"),
    "jobs []": (document("jobs", []), "any"),
    "jobs twice": (document("jobs", [job(1), job(3)])[:-1] + b',"jobs":[' + encode(job(3)) + b"]}", "any"),
    "Jobs in another case": (document("Jobs", [job(1)]), "error"),
    "meta missing": (encode({"errors": [], "jobs": [job(1), job(3)]}), "any"),
    "meta null": (encode({"meta": None, "errors": [], "jobs": [job(1), job(3)]}), "any"),
    "meta a list": (encode({"meta": [1], "errors": [], "jobs": [job(1), job(3)]}), "any"),
    "errors a text": (encode({"meta": {}, "errors": "no", "jobs": [job(1), job(3)]}), "any"),
    "errors of numbers": (encode({"meta": {}, "errors": [1, None], "jobs": [job(1), job(3)]}), "any"),
    "an error beside no rows": (
        document("jobs", [])[:-1].replace(
            b'"errors":[]', b'"errors":[{"error_number":-1,"error":"Unexpected message received"}]'
        )
        + b"}",
        "error",
    ),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD_JOBS, "any"),
    "UTF-16": (GOOD_JOBS.decode().encode("utf-16"), "error"),
    "garbage behind": (GOOD_JOBS + b"<<<garbage", "any"),
    "two documents": (GOOD_JOBS + GOOD_JOBS, "any"),
    "a million brackets": (b"[" * 1000000, "error"),
    "a million braces": (b'{"a":' * 1000000, "error"),
    "brackets in meta": (b'{"meta":' + b"[" * 200000 + b"]" * 200000 + b',"jobs":[]}', "any"),
    "comma too many": (b'{"meta":{},"jobs":[' + encode(job(1)) + b",,]}", "any"),
    "single quotes": (b"{'jobs':[]}", "error"),
    "comments": (b'{/* x */"jobs":[]}', "error"),
    "200000 empty elements": (document("jobs", [Raw("{}")] * 200000), "any"),
    "100000 small texts": (document("jobs", ["x"] * 100000), "any"),
}


def cut_offs():
    """The list of jobs cut off at forty places, with a Content-Length that fits."""
    step = max(1, len(GOOD_JOBS) // 40)
    return {f"cut off at byte {n}": (GOOD_JOBS[:n], "error") for n in range(1, len(GOOD_JOBS) - 1, step)}


def check_shape(doc, center, name, want):
    said = source(doc, center)
    ids = {r["id"] for r in of(doc, "jobs", center)}
    if want == "rows":
        tap.ok(f"{name}: the good rows stay", {"1", "3"} <= ids and said["state"] == "ok", f"{sorted(ids)[:20]} {said}")
    elif want == "error":
        tap.ok(
            f"{name}: the source says what is wrong",
            said["state"] != "ok" and said["error_code"] and len(said["error"]) > 8,
            said,
        )
    else:
        tap.ok(f"{name}: taken or refused with a word", said["state"] == "ok" or said["error"], said)
    tap.ok(f"{name}: its nodes are there all the same", len(of(doc, "nodes", center)) == 2, of(doc, "nodes", center))


# --- HTTP ---------------------------------------------------------------------------------------

BODY = healthy()["jobs"]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def bomb(megabytes):
    """gzip of a document with a text of so many megabytes, made without having it."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = pack.compress(document("jobs", [])[:-1] + b',"x":"')
    for _ in range(megabytes):
        out += pack.compress(b"A" * MIB)
    return out + pack.compress(b'"}') + pack.flush()


HTML = b"<html><body><h1>Sign in</h1><form action=/login></form></body></html>"


def endless(sock):
    sock.sendall(HEAD + b'Transfer-Encoding: chunked\r\n\r\n15\r\n{"meta":{},"jobs":[{}\r\n')
    while True:
        sock.sendall(b"%x\r\n%s\r\n" % (3 * 4096, b",{}" * 4096))


def many_headers(sock):
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    for i in range(20000):
        sock.sendall(b"X-%d: %s\r\n" % (i, b"y" * 100))
    sock.sendall(b"Content-Length: 2\r\n\r\n{}")


def hundred_continues(sock):
    sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 2000 + reply(BODY))


# name: (answer, classes of which the source's error must be one, or None for "works")
def http_cases(second):
    def moved(code, to):
        return reply(b"moved", f"{code} Moved", "text/plain", Location=to)

    return {
        "gzip bomb": (reply(bomb(1000), Content_Encoding="gzip"), "limit|syntax|schema|http|net"),
        "gzip cut off": (reply(gzip.compress(BODY)[:-20], Content_Encoding="gzip"), "net|syntax|http|limit|schema"),
        "said to be gzip, is not": (reply(BODY, Content_Encoding="gzip"), "net|syntax|http|schema"),
        "gzip in gzip": (reply(gzip.compress(gzip.compress(BODY)), Content_Encoding="gzip"), "syntax|schema|net|http"),
        "unknown encoding": (reply(BODY, Content_Encoding="zstd-x"), "syntax|schema|net|http|any"),
        "honest gzip": (zipped(BODY), "any"),
        "Content-Length too long": (broken_off(reply(BODY, length=len(BODY) + 500)), "net|syntax|timeout"),
        "Content-Length too short": (reply(BODY, length=len(BODY) - 300), "net|syntax|schema|http"),
        "Content-Length negative": (reply(BODY, length=-5), "net|syntax|schema|http|any"),
        "Content-Length 10^18": (broken_off(reply(BODY, length=10**18)), "net|limit|syntax"),
        "two Content-Lengths": (
            HEAD + b"Content-Length: 5\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY,
            "net|syntax|schema|http|any",
        ),
        "no length, ends at close": (broken_off(reply(BODY, length=False)), "any"),
        "chunks": (chunked([BODY[:10], BODY[10:]]), "any"),
        "chunks of one byte": (chunked([BODY[i : i + 1] for i in range(len(BODY))]), "any"),
        "chunk size is a word": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", "net|http|syntax"),
        "chunk of 2^63": (
            broken_off(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n"),
            "net|http|syntax",
        ),
        "endless chunks": (endless, "limit|schema"),
        "a header of 1 MB": (reply(BODY, X_Big="y" * MIB), "net|limit|http"),
        "20000 headers": (many_headers, "net|limit|http"),
        "2000 times 100 Continue": (hundred_continues, "net|limit|http|any"),
        "status line is garbage": (b"\x00\xff\x00garbage\r\n\r\n", "net|http|syntax"),
        "HTTP/0.9": (broken_off(BODY), "net|http|syntax"),
        "status 999": (reply(BODY, "999 What"), "http|net|syntax"),
        "status 200 with escapes": (reply(BODY, "200 \x1b[2J\x1b]0;x\x07"), "any|net|http"),
        "301 to another server": (moved(301, second), "http|net"),
        "302 to another server": (moved(302, second), "http|net"),
        "303 to another server": (moved(303, second), "http|net"),
        "307 to another server": (moved(307, second), "http|net"),
        "308 to another server": (moved(308, second), "http|net"),
        "302 to file:": (moved(302, "file:///etc/passwd"), "http|net"),
        "302 to the metadata address": (moved(302, "http://169.254.169.254/"), "http|net"),
        "302 to itself": (moved(302, "/slurm/v0.0.38/jobs"), "http|net"),
        "302 without a place": (reply(b"", "302 Found"), "http|net"),
        "302 with escapes": (moved(302, "http://\x1b[2Jevil/"), "http|net"),
        "401": (reply(b"Authentication failure", "401 Unauthorized", "text/plain"), "auth"),
        "403": (reply(b"no", "403 Forbidden", "text/plain"), "auth"),
        "404": (reply(b"nowhere", "404 Not Found", "text/plain"), "http|unsupported|schema"),
        "429 for ever": (reply(b"slow down", "429 Too Many", "text/plain", Retry_After="99999999"), "http"),
        "429 with nonsense": (reply(b"", "429 Too Many", "text/plain", Retry_After="-1e9"), "http"),
        "500 with HTML": (reply(HTML, "500 Internal", "text/html"), "http|syntax"),
        "502": (reply(HTML, "502 Bad Gateway", "text/html"), "http|syntax"),
        "503": (reply(b"", "503 Unavailable", None), "http"),
        "500 with escapes": (reply(b"\x1b[2J\x1b]0;x\x07oops", "500 Oops", "text/plain"), "http"),
        "511": (
            reply(encode({"errors": [{"error_number": 1007, "error": "Protocol authentication error"}]}), "511 Auth"),
            "auth",
        ),
        "200 with a login page": (reply(HTML, kind="text/html"), "syntax|schema|http|auth"),
        "200 with a login page as JSON": (reply(HTML), "syntax|schema|http"),
        "200 and nothing": (reply(b""), "syntax|schema|http|net"),
        "204": (reply(b"", "204 No Content", None, length=False), "syntax|schema|http|net"),
        "206": (reply(BODY, "206 Partial"), "any|http|net"),
        "304 unasked": (reply(b"", "304 Not Modified", None, length=False), "any|http|schema|syntax"),
        "closed at once": (broken_off(b""), "net"),
        "reset at once": (broken_off(b"", "rst"), "net"),
        "reset in the body": (broken_off(reply(BODY, length=len(BODY))[:-200], "rst"), "net"),
        "closed in the body": (broken_off(reply(BODY)[:-200]), "net"),
        "closed in the header": (broken_off(b"HTTP/1.1 200 OK\r\nContent-"), "net|http|syntax|schema"),
        "body before it was asked for": (reply(BODY) + reply(BODY) + b"HTTP/1.1 200 OK\r\n\r\n", "any|net|http"),
    }


SLOW = {
    "silent": silent(),
    "silent after the header": silent(reply(b"", length=500)),
    "silent in the body": silent(reply(BODY)[:-100]),
    "a header byte at a time": dripping(reply(BODY)),
    "a body byte at a time": lambda s: (s.sendall(reply(b"", length=len(BODY))), dripping(BODY)(s)),
}


# --- running it ---------------------------------------------------------------------------------


def at(port, **options):
    return {"slurm": {"url": f"http://127.0.0.1:{port}", "insecure": "true", "prefer": "rest", **options}}


def slug(name):
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def check_healthy(doc, label, took):
    said = source(doc, "healthy") or {}
    jobs, nodes = of(doc, "jobs", "healthy"), of(doc, "nodes", "healthy")
    tap.ok(
        f"{label}: the healthy center beside it is whole and fresh",
        said.get("state") == "ok" and len(jobs) == 2 and len(nodes) == 2 and said["age_seconds"] < took + 2,
        f"{said} {jobs} {nodes}",
    )


def take(label, centers, seconds=120, memory_mb=400, **more):
    """One snapshot of all these centers and the healthy one; {} if it did not survive. It ends as soon as all is told."""
    path = config({**centers, "healthy": at(fake.serve())}, f"{slug(label)}.yaml")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    started = time.monotonic()
    status, doc, err = snapshot("-c", path, "--timeout", f"{seconds}s", seconds=seconds + 60, **more)
    took = time.monotonic() - started
    peak = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) >> 10
    tap.ok(
        f"{label}: lives through {len(centers)} such centers",
        status in (0, 3) and doc,
        f"status {status}: {err[:2000]}",
    )
    tap.ok(
        f"{label}: within {seconds} s and {memory_mb} MB",
        took < seconds + 30 and peak < memory_mb,
        f"{took:.1f} s, {peak} MB",
    )
    print(f"# {label}: {took:.1f} s, {peak} MB")
    if doc:
        check_healthy(doc, label, took)
    return doc


def main():
    ports = {n: fake.serve(poisoned(t)) for n, t in TEXTS.items()}
    doc = take("texts", {slug(n): at(p) for n, p in ports.items()})
    for name in TEXTS:
        doc and check_texts(doc, slug(name), name)

    ports = {n: fake.serve(wild(v)) for n, v in NUMBERS.items()}
    doc = take("numbers", {"n-" + slug(n).replace("-", "_") + str(i): at(p) for i, (n, p) in enumerate(ports.items())})
    for i, name in enumerate(NUMBERS):
        doc and check_numbers(doc, "n-" + slug(name).replace("-", "_") + str(i), name)

    shapes = {**SHAPES, **cut_offs()}
    ids = {n: f"s{i}" for i, n in enumerate(shapes)}
    doc = take("shapes", {ids[n]: at(fake.serve({"jobs": reply(body)})) for n, (body, _) in shapes.items()})
    for name, (_, want) in shapes.items():
        doc and check_shape(doc, ids[name], name, want)

    http(doc)
    slow()
    screen()


def http(_):
    second = fake.serve()
    token = os.path.join(os.environ["T"], "canary")
    with open(os.open(token, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
        f.write("CANARY-eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.c2ln\n")
    cases = http_cases(f"http://127.0.0.1:{second}/slurm/v0.0.38/jobs")
    ids = {n: f"h{i}" for i, n in enumerate(cases)}
    doc = take(
        "answers to /jobs",
        {ids[n]: at(fake.serve({"jobs": a}), user="root", token_file=token) for n, (a, _) in cases.items()},
    )
    for name, (_, classes) in cases.items():
        if not doc:
            break
        said = source(doc, ids[name])
        bad = said["state"] != "ok"
        good = (bad and said["error_code"] in classes.split("|") and len(said["error"] or "") > 8) or (
            not bad and "any" in classes.split("|")
        )
        tap.ok(
            f"{name}: {'is an error of class ' if 'any' not in classes else 'works, or is '}{classes}",
            good and all(is_harmless(s) for _, s in strings(said)),
            said,
        )
        tap.ok(f"{name}: its nodes are there all the same", len(of(doc, "nodes", ids[name])) == 2)
    tap.ok(
        "a redirect names where it leads",
        doc and "127.0.0.1" in (source(doc, ids["302 to another server"])["error"] or ""),
        doc and source(doc, ids["302 to another server"]),
    )
    tap.ok("no redirect was followed: the second server heard nothing", not fake.seen(second), fake.seen(second)[:3])
    everywhere = {n: v for n, v in cases.items() if n not in ("2000 times 100 Continue",)}
    ids = {n: f"e{i}" for i, n in enumerate(everywhere)}
    doc = take("answers to everything", {ids[n]: at(fake.serve(everything=a)) for n, (a, _) in everywhere.items()})
    for name in everywhere:
        said = doc and source(doc, ids[name])
        tap.ok(
            f"{name} to every request: an error in words",
            said and said["state"] != "ok" and said["error_code"] and len(said["error"]) > 8,
            said,
        )


def slow():
    centers = {slug(n): at(fake.serve({"jobs": a})) for n, a in SLOW.items()}
    doc = take("slow sources", centers, 5)
    for name in SLOW:
        tap.ok(
            f"{name}: its nodes are there, its jobs are not",
            doc and len(of(doc, "nodes", slug(name))) == 2 and not of(doc, "jobs", slug(name)),
        )


def screen():
    """Every view over every text, page by page, with details and raw records."""
    centers = {slug(n): at(fake.serve(poisoned(t))) for n, t in TEXTS.items()}
    centers.update({slug(n): at(fake.serve({"jobs": a})) for n, a in SLOW.items()})
    path = config({"healthy": at(fake.serve()), **centers}, "screen.yaml")
    ui = Dashboard("-c", path, "--no-mouse", size=(160, 50))
    tap.ok("screen: comes up over all of them", ui.wait("healthy", 20), ui.text())
    around = "home down down d esc y esc t t t right right left left > <".split()
    for view in "1", "2", "4", "5", "8":
        ui.keys(view)
        for key in ["pgdn"] * 12 + around:
            ui.keys(key, wait=0.03)
        tap.ok(f"screen: view {view} lives", ui.process.poll() is None, ui.process.poll())
    waits = [ui.answer(key) for key in ["2", "4", "5", "8", "1"] * 8]
    ui.keys("1")
    found = [p for p in PAYLOADS if p in ui.raw]
    tap.none("screen: nothing of any payload came to the terminal", found)
    tap.ok("screen: every byte is UTF-8 of characters with a known width", clean_utf8(ui.raw))
    # Who waited for one of the slow ones would wait for ten seconds and more.
    tap.ok("screen: a change of views is never kept waiting", max(waits) < 5, f"{sorted(waits)[-5:]} s")
    status = ui.quit()
    tap.ok("screen: ends with q", status == 0, status)


if __name__ == "__main__":
    tap.run(main)
