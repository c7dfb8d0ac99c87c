"""Taggers are loaded once, and go over to weights that are promoted while others answer."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.queues import Queues
from app.taggers import Asked, Taggers
from app.telemetry import Telemetry
from app.workers import Workers
from models.choosing import Wanted
from models.contracts import CorruptCheckpoint, MissingCheckpoint
from models.tagging import TaggingPredictor
from tests.app.labelling import keep, store_in, tagger_loader
from tests.app.serving import settings_in
from tests.models.taggers import RED, WEIGHTS, blocks


@asynccontextmanager
async def taggers_in(
    home: Path, load: Callable[[str, str | None], TaggingPredictor] | None = None
) -> AsyncIterator[Taggers]:
    """Make taggers, and close them."""
    queues = Queues(settings_in(home, max_wait_ms=200.0), Telemetry())
    taggers = Taggers(load or tagger_loader(home), store_in(home), queues, Workers(2))
    try:
        yield taggers
    finally:
        await taggers.close()
        queues.close()


async def settled(taggers: Taggers) -> None:
    """Wait until nothing is being loaded."""
    while taggers._following:  # noqa: SLF001 - there is nothing else to wait for
        await asyncio.gather(*taggers._following.values())  # noqa: SLF001


def test_weights_are_loaded_once_however_they_are_named(tmp_path: Path) -> None:
    """Unnamed, by their digest, by its first digits and by their network they are the same."""
    checkpoint = keep(tmp_path)

    async def scenario() -> None:
        async with taggers_in(tmp_path) as taggers:
            names = (None, checkpoint.digest, checkpoint.digest[:8], "colours")
            found = await asyncio.gather(*(taggers.get("tiny", name) for name in names))
            assert len({id(tagger) for tagger in found}) == 1
            assert {tagger.predictor.digest for tagger in found} == {checkpoint.digest}

    asyncio.run(scenario())


def test_wishes_of_several_callers_share_a_batch(tmp_path: Path) -> None:
    """Pictures that wait at the same time meet the network together, whatever is wanted of each."""
    keep(tmp_path)
    sizes: list[int] = []

    async def scenario() -> None:
        async with taggers_in(tmp_path) as taggers:
            tagger = await taggers.get("tiny")
            tag = tagger.predictor.tag

            def counted(batch: object, wanted: list[Wanted]) -> object:
                sizes.append(len(wanted))
                return tag(batch, wanted)  # type: ignore[arg-type]

            tagger.predictor.tag = counted  # type: ignore[method-assign, assignment]
            picture = tagger.predictor.prepare_item(blocks(RED))
            wishes = (Wanted(), Wanted(most=1), Wanted(allowed=(1,)), Wanted(beam=16))
            answers = await asyncio.gather(*(tagger.tags.submit(Asked(picture, one)) for one in wishes))
            assert [len(answer.value) for answer in answers] == [2, 1, 0, 2]

    asyncio.run(scenario())
    assert sizes == [4]


def test_promoted_weights_take_over_without_a_pause(tmp_path: Path) -> None:
    """Until they are loaded the ones before answer; these stay and can be named; promoting them again goes back."""
    old, new = keep(tmp_path), keep(tmp_path, WEIGHTS * 0.5)
    store = store_in(tmp_path)
    store.promote(old)
    loading, release = threading.Event(), threading.Event()
    real = tagger_loader(tmp_path)

    def load(model: str, digest: str | None) -> TaggingPredictor:
        if digest == new.digest:
            loading.set()
            assert release.wait(10)
        return real(model, digest)

    async def scenario() -> None:
        async with taggers_in(tmp_path, load) as taggers:
            assert (await taggers.get("tiny")).predictor.digest == old.digest
            store.promote(new)
            assert (await taggers.get("tiny")).predictor.digest == old.digest
            assert await asyncio.to_thread(loading.wait, 10)
            assert (await taggers.get("tiny")).predictor.digest == old.digest
            release.set()
            await settled(taggers)
            assert (await taggers.get("tiny")).predictor.digest == new.digest
            assert (await taggers.get("tiny", old.digest)).predictor.digest == old.digest
            store.promote(old)
            await taggers.get("tiny")
            await settled(taggers)
            assert (await taggers.get("tiny")).predictor.digest == old.digest

    asyncio.run(scenario())


@pytest.mark.parametrize("error", [MissingCheckpoint("They are gone."), RuntimeError("They are gone.")], ids=repr)
def test_weights_that_cannot_be_loaded_change_nothing(
    error: Exception, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so once, and the ones before go on answering."""
    old, bad = keep(tmp_path), keep(tmp_path, WEIGHTS * 0.5)
    store = store_in(tmp_path)
    asked: list[str | None] = []
    real = tagger_loader(tmp_path)

    def load(model: str, digest: str | None) -> TaggingPredictor:
        asked.append(digest)
        if digest == bad.digest:
            raise error
        return real(model, digest)

    async def scenario() -> None:
        async with taggers_in(tmp_path, load) as taggers:
            store.promote(old)
            await taggers.get("tiny")
            store.promote(bad)
            for _ in range(3):
                assert (await taggers.get("tiny")).predictor.digest == old.digest
                await settled(taggers)

    with caplog.at_level(logging.WARNING, "likeness.taggers"):
        asyncio.run(scenario())
    assert asked == [old.digest, bad.digest]
    (told,) = caplog.records
    assert told.getMessage() == "The model tiny stays with the weights it has: They are gone."


def test_weights_that_were_mended_are_promoted_once_more(tmp_path: Path) -> None:
    """Whoever goes back to the ones before, and over again, need not start the server anew."""
    old, new = keep(tmp_path), keep(tmp_path, WEIGHTS * 0.5)
    store = store_in(tmp_path)
    store.promote(old)
    file = new.folder / "weights.safetensors"
    sound = file.read_bytes()

    async def scenario() -> None:
        async with taggers_in(tmp_path) as taggers:
            for promoted, content, answers in ((old, b"", old), (new, b"", old), (old, sound, old), (new, sound, new)):
                file.write_bytes(content)
                store.promote(promoted)
                await taggers.get("tiny")
                await settled(taggers)
                assert (await taggers.get("tiny")).predictor.digest == answers.digest

    asyncio.run(scenario())


def test_what_is_promoted_may_be_illegible(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A tagger that answers goes on, and the log says so once; one that does not yet is refused with the reason."""
    checkpoint = keep(tmp_path)
    promoted = checkpoint.folder.parent / "promoted"

    async def scenario() -> None:
        async with taggers_in(tmp_path) as taggers:
            await taggers.get("tiny")
            promoted.write_text("no digest")
            for _ in range(2):
                assert (await taggers.get("tiny")).predictor.digest == checkpoint.digest
        async with taggers_in(tmp_path) as taggers:
            with pytest.raises(CorruptCheckpoint, match="holds no digest"):
                await taggers.get("tiny")

    with caplog.at_level(logging.WARNING, "likeness.taggers"):
        asyncio.run(scenario())
    assert len(caplog.records) == 1
