"""Commands that compute start themselves anew, once, with the settings that only a starting process reads."""

from __future__ import annotations

import os
import sys


def start_anew() -> None:
    """Replace this process by the same command with the whole startup environment; return if it has it already."""
    from app.settings import environment_lacking
    from models.startup import STARTUP_ENVIRONMENT

    environment = environment_lacking(STARTUP_ENVIRONMENT)
    if environment is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 (itself)
