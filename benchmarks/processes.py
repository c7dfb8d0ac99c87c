"""What a process and its children have used: processor time and memory, and nothing of who measures them."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

MIB = 2**20


@dataclass(frozen=True)
class Usage:
    """Use of the machine by a process and its children.

    Attributes:
        cpu_s: processor time so far, in user and system mode, in seconds.
        resident_mib: memory held now, in MiB.
    """

    cpu_s: float
    resident_mib: float


def usage(pid: int) -> Usage:
    """Read what a running process and its running children have used."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    times = [member.cpu_times() for member in family]
    resident = sum(member.memory_info().rss for member in family)
    return Usage(sum(time.user + time.system for time in times), resident / MIB)
