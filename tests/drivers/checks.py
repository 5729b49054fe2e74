# SPDX-License-Identifier: MIT
"""What the sessions here check with: the first check that fails ends them."""
import sys
import time

HOST, PORT, PROTOCOL = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
checked = 0


def equal(got, want, what):
    global checked
    checked += 1
    if got != want:
        sys.exit(f"{what}: wanted {want!r}, got {got!r}")


def refused(call, fragment, what):
    """The server (or the mapper) refuses, and says so with these words."""
    try:
        call()
    except Exception as problem:  # each driver has classes of its own
        equal(fragment in str(problem), True, f"{what}: {problem}")
        return
    equal("accepted", "refused", what)


def settled(read, want, what):
    """What a view or an index shows a moment later."""
    for _ in range(100):
        if read() == want:
            break
        time.sleep(0.1)
    equal(read(), want, what)


def report(name):
    print(f"{name}, protocol {PROTOCOL}: {checked} checks")
