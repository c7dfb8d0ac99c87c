"""What `python -m benchmarks` is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """How much is measured, and where it is written down."""

    items: int
    requests: int
    pictures: int
    overload: float
    device: str | None
    peer: Path | None
    output: Path

    @property
    def command(self) -> str:
        """What measures the same again."""
        chosen = (
            f"--items {self.items} --requests {self.requests} --pictures {self.pictures} --overload {self.overload:g}"
        )
        named = f" --device {self.device}" if self.device else ""
        return f'make bench BENCH="{chosen}{named}{" --peer FILE" if self.peer else ""}"'
