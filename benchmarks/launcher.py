"""Runs one command and says what it took: `python -I -S launcher.py WORDS…`.

A process begins with the peak memory of the one it was forked from, so that a small one must do it: nothing is imported
here beyond the standard library.
"""

import json
import os
import sys
import time


def main() -> None:
    """Run the words with this Python; the last line of the standard error is what they took."""
    began = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - began
    took = {
        "code": os.waitstatus_to_exitcode(status),
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024),
    }
    print(json.dumps(took), file=sys.stderr)


if __name__ == "__main__":
    main()
