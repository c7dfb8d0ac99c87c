"""`likeness items tag`: which pictures are labelled together, what is written, and what is told of the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.answers import Item
from app.client import LikenessClient, LikenessError
from app.commands.labelling import MOST_BYTES, MOST_PICTURES, outcomes
from app.tag_answers import LabelledPicture, Tag
from tests.app.commands.conftest import Run
from tests.app.labelling import file_of, keep, labelling_application
from tests.models.taggers import BLACK, BLUE, RED, YELLOW, blocks
from tests.web.serving import run as serve

PICTURES = {
    "rose": file_of(blocks(RED)),
    "sun": file_of(blocks(YELLOW)),
    "night": file_of(blocks(BLACK)),
    "sea": file_of(blocks(BLUE)),
}
LABELS = {"rose": ["red", "crimson"], "sun": ["red", "green", "crimson"], "night": [], "sea": ["blue"]}


def item(key: str) -> Item:
    """An item of which nothing but its key matters."""
    return Item(key, "", {}, "/p", None, "1", datetime.now(UTC))


class Labeller:
    """Labels a picture by what its bytes say, refuses requests with a bad one, and writes down their sizes."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def __call__(self, *pictures: bytes) -> Sequence[LabelledPicture]:
        """Label."""
        self.sizes.append(len(pictures))
        if b"bad" in pictures:
            message = "It cannot be read."
            raise LikenessError(message, 422)
        return [LabelledPicture(1, 1, (Tag(one.decode()[:9], 1.0, None, None, (), None),)) for one in pictures]


def test_every_item_has_an_outcome_in_its_turn() -> None:
    """Whatever is bad among them, and however many there are; a bad picture keeps no other from its labels."""
    given: list[tuple[Item, bytes | str]] = [
        (item(str(number)), b"bad" if number in {3, 20} else f"label {number}".encode()) for number in range(40)
    ]
    given.insert(10, (item("bare"), "No picture."))
    labeller = Labeller()
    found = list(outcomes(labeller, iter(given)))
    assert [one.item.key for one in found] == [one.key for one, _ in given]
    for outcome in found:
        if outcome.item.key in {"3", "20", "bare"}:
            assert (outcome.labels, bool(outcome.reason)) == (None, True)
        else:
            assert (outcome.labels, outcome.reason) == ((f"label {outcome.item.key}"[:9],), "")
    assert max(labeller.sizes) == MOST_PICTURES


def test_large_pictures_go_in_smaller_requests() -> None:
    """No request is larger than what a server takes, unless one picture is."""
    third = b"x" * (MOST_BYTES // 3)
    labeller = Labeller()
    given: list[tuple[Item, bytes | str]] = [(item(str(number)), third) for number in range(7)]
    assert len(list(outcomes(labeller, [*given, (item("large"), third * 4)]))) == 8
    assert labeller.sizes == [3, 3, 1, 1]


def test_what_is_no_fault_of_a_picture_ends_it() -> None:
    """A server that is gone is not asked for every single picture."""

    def gone(*pictures: bytes) -> Sequence[LabelledPicture]:
        message = "No server answers."
        raise LikenessError(message)

    with pytest.raises(LikenessError):
        list(outcomes(gone, [(item("a"), b"x"), (item("b"), b"y")]))


def test_an_option_that_the_server_refuses_ends_it(run: Run, address: str) -> None:
    """It is told once, and not of every item."""
    told = run("items", "tag", "things", "--field", "odd", "--precision", "2", "--url", address)
    assert told.exit_code not in {0, 1}
    assert told.stderr.count("precision") == 1
    assert "Not labelled" not in told.stderr


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that labels, with four pictures."""
    home: Path = tmp_path_factory.mktemp("home")
    keep(home)
    with serve(labelling_application(home)) as running:
        with LikenessClient(running) as client:
            client.create_collection("things", "fake")
            for key, content in PICTURES.items():
                client.put_item("things", key, content, metadata={"kept": key})
        yield running


def tags_of(address: str) -> dict[str, object]:
    """What stands in the metadata."""
    with LikenessClient(address) as client:
        return {one.key: one.metadata.get("tags") for one in client.items("things")}


def test_labels_are_written_and_filtered_by(run: Run, address: str) -> None:
    """The real server: every item has its labels beside what it had, and is found by each of them."""
    told = run("items", "tag", "things", "--url", address)
    assert (told.exit_code, told.stdout) == (0, "Labelled 4 of 4 items.\n")
    assert tags_of(address) == LABELS
    with LikenessClient(address) as client:
        assert client.item("things", "sea").metadata == {"kept": "sea", "tags": ["blue"]}
        found = client.items("things", where={"tags": "red"})
        assert {one.key for one in found} == {"rose", "sun"}
        versions = [one.version for one in client.items("things")]
        assert run("items", "tag", "things", "--url", address).exit_code == 0
        assert [one.version for one in client.items("things")] == versions, "What is there already is not written."


def test_what_is_wanted_is_written(run: Run, address: str) -> None:
    """Under another name, of some items, with some labels."""
    options = ("--field", "colours", "--filter", '{"kept": "sun"}', "--label", "green", "--json", "--url", address)
    assert json.loads(run("items", "tag", "things", *options).stdout) == {"labelled": 1, "refused": []}
    with LikenessClient(address) as client:
        assert client.item("things", "sun").metadata["colours"] == ["green"]
        assert "colours" not in client.item("things", "rose").metadata


def test_a_change_meanwhile_is_kept(run: Run, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wrote the item last is right; the others are labelled, and the exit code says that one is not."""
    tags = LikenessClient.tags

    def while_somebody_writes(client: LikenessClient, *pictures: bytes, **wanted: object) -> Sequence[LabelledPicture]:
        httpx.patch(f"{address}v1/collections/things/items/sea", json={"title": "Mine"}).raise_for_status()
        return tags(client, *pictures, **wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(LikenessClient, "tags", while_somebody_writes)
    told = run("items", "tag", "things", "--field", "again", "--url", address)
    assert told.exit_code == 1
    assert "Labelled 3 of 4 items." in told.stdout
    assert "Not labelled, sea:" in told.stderr
    with LikenessClient(address) as client:
        assert client.item("things", "sea").title == "Mine"
        assert "again" not in client.item("things", "sea").metadata
