"""The startup environment: a process that has it starts as quietly as any, and finds it heeded."""

from __future__ import annotations

import os
import subprocess
import sys

from models.startup import STARTUP_ENVIRONMENT

# A thousand blocks from each of eight threads at once; then how many heaps malloc tells of.
ARENAS = """
import ctypes, threading
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
start = threading.Barrier(8)
def take():
    start.wait()
    for _ in range(1000):
        libc.malloc(ctypes.c_size_t(5000))
    start.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc.malloc_stats()
"""


def arenas(environment: dict[str, str]) -> int:
    """Count the arenas of a process with many threads."""
    told = subprocess.run([sys.executable, "-c", ARENAS], env=environment, capture_output=True, text=True, check=True)
    return told.stderr.count("Arena ")


def test_all_threads_share_one_arena() -> None:
    """Glibc heeds the settings: many threads take memory from one arena, where they would take it from many."""
    plain = {name: value for name, value in os.environ.items() if name not in STARTUP_ENVIRONMENT}
    assert arenas({**plain, **STARTUP_ENVIRONMENT}) == 1
    assert arenas(plain) > 1


def test_its_values_are_numbers() -> None:
    """Both libraries read numbers, and ignore what is none without a word."""
    assert all(int(value) > 0 for value in STARTUP_ENVIRONMENT.values())
