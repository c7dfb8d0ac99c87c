"""Upserts: however many items are on their way, few pictures are in memory."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.batching import DeadlineExceeded
from app.items import TOGETHER, NewItem, Outcome
from app.main import running
from app.services import Services
from app.telemetry import Telemetry
from indexer.catalogue import Item
from models.contracts import UnreadablePicture
from models.images import Picture, decode
from tests.app.serving import SPECS, png, settings_in
from tests.models.fakes import FakePredictor

PATIENCE = 60
THREADS = 2


class Counted:
    """Decodes, and counts the pictures whose pixels somebody still holds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.held = 0
        self.most = 0

    def __call__(self, content: bytes, max_pixels: int) -> Picture:
        """Decode a picture; of what is none, fail with pixels in hand, as on a file that is cut off."""
        pixels = decode(content if content.startswith(b"\x89PNG") else png(0), max_pixels).rgb.copy()
        with self._lock:
            self.held += 1
            self.most = max(self.most, self.held)
        weakref.finalize(pixels, self._let_go)
        if not content.startswith(b"\x89PNG"):
            try:
                raise OSError(pixels.shape)  # noqa: TRY301 - a cause has to have been raised
            except OSError as error:
                message = "The picture is damaged."
                raise UnreadablePicture(message) from error
        return Picture(pixels)

    def _let_go(self) -> None:
        with self._lock:
            self.held -= 1


class Patient(FakePredictor):
    """A model whose device begins only when a number of pictures is prepared, so that all of them wait for it."""

    def __init__(self, expected: int) -> None:
        super().__init__()
        self._expected = expected
        self._prepared = 0
        self._changed = threading.Condition()

    def prepare_item(self, picture: Picture) -> Any:
        """Prepare one, and count it."""
        prepared = super().prepare_item(picture)
        with self._changed:
            self._prepared += 1
            self._changed.notify_all()
        return prepared

    def predict_items(self, batch: Any) -> Any:
        """Wait, then embed."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._prepared >= self._expected, PATIENCE)
        return super().predict_items(batch)


@asynccontextmanager
async def shop(home: Path, model: FakePredictor) -> AsyncIterator[Services]:
    """Run the server's parts without HTTP, with an empty collection and a device that may be waited for."""
    settings = settings_in(home, decode_threads=THREADS, deadline_ms=1000.0 * PATIENCE)
    loaded: Any = model
    async with running(settings, Telemetry(), lambda *_: loaded, specs=SPECS) as parts:
        parts.catalogue.create_collection("shoes", "fake")
        yield parts


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Count the pictures that items hold."""
    counted = Counted()
    monkeypatch.setattr("app.items.decode", counted)
    return counted


async def put_each(parts: Services, batch: Sequence[NewItem]) -> list[Outcome]:
    """Put items beside each other."""
    return list(await asyncio.gather(*(parts.items.put("shoes", new) for new in batch)))


async def put_together(parts: Services, batch: Sequence[NewItem]) -> list[Outcome]:
    """Put items in one batch."""
    kept: list[Outcome] = []

    def present(outcomes: Sequence[Outcome]) -> str:
        kept[:] = outcomes
        return ""

    await parts.items.put_all("shoes", batch, present)
    return kept


@pytest.mark.parametrize(("put", "number"), [(put_each, 20), (put_together, TOGETHER)])
def test_of_items_that_wait_for_the_device_no_picture_is_held(
    tmp_path: Path, counted: Counted, put: Callable[..., Any], number: int
) -> None:
    """The device waits until all are prepared; of their pixels never more are in memory than threads decode."""

    async def scenario() -> None:
        async with shop(tmp_path, Patient(number)) as parts:
            written = await put(parts, [NewItem(str(seed), png(seed)) for seed in range(number)])
            assert all(isinstance(one, Item) for one in written)
            assert len(parts.catalogue.pictures()) == number
            assert len(list((tmp_path / "pictures" / "thumbnails").rglob("*.jpg"))) == number

    asyncio.run(scenario())
    assert 1 <= counted.most <= THREADS
    assert counted.held == 0


def test_damaged_pictures_of_a_batch_are_not_held_until_its_end(tmp_path: Path, counted: Counted) -> None:
    """What is told of each is the error alone, not the pixels it came upon."""
    batch = [NewItem(str(number), b"cut off") for number in range(30)]

    async def scenario() -> None:
        async with shop(tmp_path, FakePredictor()) as parts:
            outcomes = await put_together(parts, [*batch, NewItem("good", png(1))])
            assert counted.held == 0
            assert [isinstance(one, UnreadablePicture) for one in outcomes] == [True] * len(batch) + [False]
            assert {str(one) for one in outcomes[:-1]} == {"The picture is damaged."}

    asyncio.run(scenario())
    assert counted.most <= THREADS


def test_the_picture_is_stored_before_the_device_is_asked(tmp_path: Path) -> None:
    """An item that the device has no time for is not there, its picture is, and sent again it adds no other file."""
    found: list[list[Path]] = []

    class Tired(FakePredictor):
        def predict_items(self, batch: Any) -> Any:
            """Look at the disk, and have no time at first."""
            found.append(sorted(path for path in (tmp_path / "pictures").rglob("*") if path.is_file()))
            if len(found) == 1:
                message = "Too tired."
                raise DeadlineExceeded(message)
            return super().predict_items(batch)

    async def scenario() -> None:
        async with shop(tmp_path, Tired()) as parts:
            with pytest.raises(DeadlineExceeded):
                await parts.items.put("shoes", NewItem("a", png(1)))
            assert parts.catalogue.stored("shoes", ["a"]) == {}
            item = await parts.items.put("shoes", NewItem("a", png(1)))
            assert parts.pictures.open(str(item.picture)).read_bytes() == png(1)

    asyncio.run(scenario())
    assert found[0] == found[1]
    assert len(found[0]) == 2
