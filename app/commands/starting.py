"""How a command's process starts: with the settings that only a starting process reads, and seldom collecting garbage.

Commands that compute start themselves anew, once, to get those settings.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

COLLECT_EVERY = 10_000
"""Objects that are made, net of those that go, before Python looks for garbage among the youngest; 700 by itself."""


def collect_seldom() -> None:
    """Spare this process the search for garbage among what it imports: up to a third of a short command's time.

    Imported modules are a million objects that stay. At the end of the process nobody needs to tell them apart either.
    """
    gc.set_threshold(COLLECT_EVERY)
    atexit.register(gc.freeze)


def start_anew() -> None:
    """Replace this process by the same command with the whole startup environment; return if it has it already."""
    from app.settings import environment_lacking
    from models.startup import STARTUP_ENVIRONMENT

    environment = environment_lacking(STARTUP_ENVIRONMENT)
    if environment is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 (itself)
