"""Searches and writes keep to the weights of the index, while those are exchanged beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.items import NewItem
from app.main import running
from app.predictors import Loader
from app.search import Scope
from app.services import Services
from app.telemetry import Telemetry
from indexer.catalogue import UnknownCollection, WrongModel
from models.contracts import MissingCheckpoint
from tests.app.serving import OTHER, SPECS, build, embed_again, load, png, settings_in, vector_of
from tests.models.fakes import DIGEST, FakePredictor

HERE = Scope("shoes", k=3)


@asynccontextmanager
async def shop(home: Path, loader: Loader = load) -> AsyncIterator[Services]:
    """Run the server's parts without HTTP, with three shoes."""
    async with running(settings_in(home), Telemetry(), loader, specs=SPECS) as parts:
        parts.catalogue.create_collection("shoes", "fake")
        for seed in range(3):
            await parts.items.put("shoes", NewItem(str(seed), png(seed)))
        yield parts


def exchange(parts: Services, digest: str = OTHER) -> int:
    """Publish a generation of other weights, as a build beside the server does."""
    embed_again(parts.catalogue, parts.pictures, "shoes", digest)
    return build(parts.catalogue, parts.generations, "shoes", digest)


def test_a_search_follows_the_weights_of_a_new_generation(tmp_path: Path) -> None:
    """Before, the query is embedded with the old weights, after the swap with the new; scores prove which."""

    async def scenario() -> None:
        async with shop(tmp_path) as parts:
            before = await parts.search.by_drawing("fake", png(7), HERE)
            assert before.checkpoint == DIGEST
            number = exchange(parts)
            await asyncio.to_thread(parts.live.load, "shoes")
            after = await parts.search.by_drawing("fake", png(7), HERE)
            assert (after.checkpoint, after.generation) == (OTHER, number)
            for found, digest in ((before, DIGEST), (after, OTHER)):
                for hit in found.hits:
                    cosine = vector_of(png(int(hit.item.key)), digest) @ vector_of(png(7), digest)
                    assert hit.score == pytest.approx(float(cosine), abs=1e-5)
            assert list(after.took)[:4] == ["decode", "prepare", "queue", "predict"]

    asyncio.run(scenario())


def test_searches_during_an_exchange_are_answered_by_one_set_of_weights_or_the_other(tmp_path: Path) -> None:
    """No score ever mixes two sets, whenever the swap happens."""
    expected = {
        (digest, seed): float(vector_of(png(seed), digest) @ vector_of(png(7), digest))
        for digest in (DIGEST, OTHER)
        for seed in range(3)
    }

    async def scenario() -> None:
        async with shop(tmp_path) as parts:
            build_ = asyncio.create_task(asyncio.to_thread(exchange, parts))
            checkpoints: list[str] = []
            while not checkpoints or checkpoints[-1] == DIGEST:
                found = await parts.search.by_drawing("fake", png(7), HERE)
                checkpoints.append(found.checkpoint)
                for hit in found.hits:
                    assert hit.score == pytest.approx(expected[found.checkpoint, int(hit.item.key)], abs=1e-5)
            assert await build_ == 1

    asyncio.run(scenario())


def test_a_write_is_embedded_for_what_is_published_and_for_what_still_answers(tmp_path: Path) -> None:
    """An item put while a new generation waits to be loaded is found before and after the swap."""

    async def scenario() -> None:
        async with shop(tmp_path) as parts:
            await parts.search.by_drawing("fake", png(7), HERE)
            exchange(parts)
            await parts.items.put("shoes", NewItem("new", png(9)))
            assert parts.catalogue.stored("shoes", ["new"])["new"].digests == {DIGEST, OTHER}
            await asyncio.to_thread(parts.live.load, "shoes")
            found = await parts.search.by_drawing("fake", png(9), HERE)
            assert (found.hits[0].item.key, found.checkpoint) == ("new", OTHER)
            assert found.hits[0].score == pytest.approx(1, abs=1e-5)

    asyncio.run(scenario())


def test_the_default_weights_embed_the_first_item(tmp_path: Path) -> None:
    """A collection without vectors takes the default, and keeps to it from then on."""

    async def scenario() -> None:
        async with shop(tmp_path) as parts:
            assert parts.catalogue.collection("shoes").checkpoint == DIGEST
            writing = await parts.weights.for_writing("shoes")
            assert [serving.predictor.digest for serving in writing.servings] == [DIGEST]
            assert writing.digests == {DIGEST}

    asyncio.run(scenario())


@pytest.mark.parametrize("moment", ["begin", "publish"])
def test_a_write_that_an_exchange_overtakes_is_embedded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Other weights come to be needed after the item was embedded: it gets their vector, and each network ran once."""
    made: dict[str, FakePredictor] = {}

    def watched(model: str, digest: str | None) -> Any:
        return made.setdefault(digest or DIGEST, load(model, digest))

    async def scenario() -> None:
        async with shop(tmp_path, watched) as parts:
            made[DIGEST].batches.clear()
            upsert = parts.catalogue.upsert

            def overtaken(*arguments: Any, **options: Any) -> Any:
                monkeypatch.setattr(parts.catalogue, "upsert", upsert)
                if moment == "begin":
                    parts.catalogue.begin_build("shoes", OTHER)
                else:
                    exchange(parts)
                return upsert(*arguments, **options)

            monkeypatch.setattr(parts.catalogue, "upsert", overtaken)
            await parts.items.put("shoes", NewItem("new", png(9)))
            assert parts.catalogue.stored("shoes", ["new"])["new"].digests == {DIGEST, OTHER}
            assert {digest: predictor.batches for digest, predictor in made.items()} == {DIGEST: [1], OTHER: [1]}

    asyncio.run(scenario())


def test_writes_go_on_without_weights_that_are_not_here(tmp_path: Path) -> None:
    """A build with weights that this server cannot load stops no write; without those of the index none is made."""

    def some(model: str, digest: str | None) -> Any:
        if digest == OTHER:
            message = "The weights are not here."
            raise MissingCheckpoint(message)
        return load(model, digest)

    async def scenario() -> None:
        async with shop(tmp_path, some) as parts:
            parts.catalogue.begin_build("shoes", OTHER)
            await parts.items.put("shoes", NewItem("new", png(9)))
            assert parts.catalogue.stored("shoes", ["new"])["new"].digests == {DIGEST}
            exchange(parts)
            with pytest.raises(MissingCheckpoint):
                await parts.items.put("shoes", NewItem("more", png(9)))

    asyncio.run(scenario())


def test_the_model_is_checked_against_the_collection_as_it_is_now(tmp_path: Path) -> None:
    """A remembered collection that was made anew is asked about again before anything is refused."""

    async def scenario() -> None:
        async with shop(tmp_path) as parts:
            await parts.search.by_drawing("fake", png(7), HERE)
            with pytest.raises(WrongModel, match="by the model fake, not by other"):
                await parts.weights.serving("shoes", "other")
            parts.catalogue.delete_collection("shoes")
            parts.catalogue.create_collection("shoes", "other")
            assert (await parts.weights.serving("shoes", "other")).predictor.spec.name == "other"
            parts.catalogue.delete_collection("shoes")
            with pytest.raises(UnknownCollection):
                await parts.weights.serving("shoes")

    asyncio.run(scenario())


def test_a_batch_is_embedded_with_all_weights_in_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that are published while a batch is embedded are caught up with, and nothing is written without them."""

    async def scenario() -> None:
        async with shop(tmp_path) as parts:
            embedded = parts.items._draft  # noqa: SLF001 - the moment between asking and writing
            exchanged: list[bool] = []

            async def late(*arguments: Any) -> Any:
                draft = await embedded(*arguments)
                if not exchanged:
                    exchanged.append(True)
                    await asyncio.to_thread(exchange, parts)
                return draft

            monkeypatch.setattr(parts.items, "_draft", late)
            batch = [NewItem("x", png(8)), NewItem("bad", b"text"), NewItem("y", png(9))]
            for key in (None, "k"):
                written = await parts.items.put_all("shoes", batch, str, key)
                assert "UnreadablePicture" in written
                stored = parts.catalogue.stored("shoes", ["x", "bad", "y"])
                assert {key: one.digests for key, one in stored.items()} == {key: {DIGEST, OTHER} for key in "xy"}
            assert exchanged

    asyncio.run(scenario())
