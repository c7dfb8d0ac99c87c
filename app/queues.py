"""The queues that lead to the one device, of all models that are loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from app.batching import BatchQueue, Device, Limits
from app.settings import Settings
from app.telemetry import Telemetry

if TYPE_CHECKING:
    from models.contracts import ModelSpec

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class Queues:
    """Makes the queues of each model; all of them take turns at one device thread."""

    def __init__(self, settings: Settings, telemetry: Telemetry) -> None:
        """Make none yet."""
        self._settings = settings
        self._telemetry = telemetry
        self._device = Device()

    def queue(
        self, spec: ModelSpec, side: str, compute: Callable[[Sequence[Asked]], Sequence[Answered]]
    ) -> BatchQueue[Asked, Answered]:
        """Make one; `side` says in the metrics what is computed."""
        limits = Limits(
            max_batch=spec.max_batch,
            max_wait=self._settings.max_wait_ms / 1000,
            capacity=self._settings.queue_size,
            deadline=self._settings.deadline_ms / 1000,
        )
        return BatchQueue(compute, self._device, limits, partial(self._telemetry.batch, spec.name, side))

    def close(self) -> None:
        """End the device's thread; the queues are closed by now."""
        self._device.close()
