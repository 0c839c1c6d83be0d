# SPDX-License-Identifier: MIT
"""TAP for Python tests: import it, call ok/equal/skip, end with done()."""
import sys
import traceback

count = failed = 0


def ok(name, good, detail=""):
    """One case. detail: shown when it fails; anything with a str()."""
    global count, failed
    count += 1
    if good:
        print(f"ok {count} - {name}", flush=True)
        return True
    failed += 1
    print(f"not ok {count} - {name}")
    for line in str(detail).splitlines()[:60]:
        print(f"# {line[:2000]}")
    sys.stdout.flush()
    return False


def equal(name, got, wanted):
    return ok(name, got == wanted, f"got:    {got!r}\nwanted: {wanted!r}")


def none(name, complaints):
    """Passes when the list is empty; shows it otherwise."""
    return ok(name, not complaints, "\n".join(map(str, complaints)))


def skip(name, why):
    global count
    count += 1
    print(f"ok {count} - {name} # SKIP {why}", flush=True)


def done():
    print(f"1..{count}", flush=True)
    sys.exit(1 if failed else 0)


def run(main):
    """Runs main() and ends the test; an exception is a failed case that shows where."""
    try:
        main()
    except Exception:
        ok("the test itself runs to its end", False, traceback.format_exc())
    done()
