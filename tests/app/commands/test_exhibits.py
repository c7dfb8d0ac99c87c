"""The demo's people, up to the point where they are served: with weights of reid and without them."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from PIL import Image

from app.commands import demo
from app.commands.configuration import load_settings
from app.commands.demo import QUERIES, prepare, show_people
from app.commands.exhibits import PEOPLE, SHOES
from app.commands.stores import opened
from app.demo.people import catalogue as people
from app.demo.people.catalogue import catalogue, queries
from app.demo.shoes import painter
from app.settings import Settings
from models import registry
from tests.app.commands.conftest import Shipped
from tests.models.fakes import fake_spec

COUNT = 2


@pytest.fixture
def settings(home: Path, shipped: Shipped, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an empty data folder, with a fake of the name "reid" and cameras that are done at once."""
    monkeypatch.setattr(registry, "specs", lambda: {name: fake_spec(name) for name in ("sketch", "reid")})
    shipped.name = "reid"
    greys = count(1)
    monkeypatch.setattr(painter, "paint", lambda _: Image.new("RGB", (16, 16), (0, next(greys), 0)))
    monkeypatch.setattr(people, "shoot", lambda *_: Image.new("RGB", (16, 16), (next(greys), 0, 0)))
    monkeypatch.setattr(demo, "generator_digest", lambda _: "cd" * 32)
    return load_settings()


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was told since the last time; nothing of it may stand on stdout."""
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_people_are_a_personal_collection_of_crops(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Every crop of everybody asked for is an item that says who, where and when; searches of them are noted."""
    show_people(settings, COUNT)
    assert "once" in said(capsys)
    with opened(settings) as stores:
        made = stores.catalogue.collection("people")
        items = stores.catalogue.page("people", limit=100).items
    assert (made.model, made.personal, made.keep_days) == ("reid", True, None)
    assert {item.key: dict(item.metadata) for item in items} == {
        crop.key: dict(crop.metadata) for crop in catalogue(COUNT)
    }
    show_people(settings, None)
    assert said(capsys) == ""


def test_crops_to_look_for_lie_in_a_folder_that_is_told(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever starts the demo is told where, and finds them there."""
    show_people(settings, COUNT)
    folder = settings.paths.home / PEOPLE.folder / QUERIES
    assert str(folder) in said(capsys)
    assert {path.stem for path in folder.iterdir()} == {query.key for query in queries(COUNT)}


def test_without_weights_the_demo_says_so_and_goes_on(
    settings: Settings, shipped: Shipped, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence names what is missing and the command that makes it; no collection is made."""
    shipped.name = "sketch"
    show_people(settings, COUNT)
    told = said(capsys)
    assert "likeness models train reid" in told
    assert told.count("\n") == 1
    with opened(settings) as stores:
        assert stores.catalogue.collections() == []
    shipped.name = "reid"
    show_people(settings, COUNT)
    with opened(settings) as stores:
        assert stores.catalogue.collection("people").published is not None


def test_new_weights_index_the_people_anew(
    settings: Settings, shipped: Shipped, capsys: pytest.CaptureFixture[str]
) -> None:
    """People follow the weights of their own model, from the same pictures."""
    show_people(settings, COUNT)
    said(capsys)
    new = shipped.change()
    show_people(settings, None)
    assert new.digest[:12] in said(capsys)
    with opened(settings) as stores:
        assert stores.catalogue.state("people").digest == new.digest


def test_people_of_somebody_else_are_left_alone(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A collection `people` that the demo did not make stays as it is, is told of, and stops nothing."""
    with opened(settings) as stores:
        stores.catalogue.create_collection("people", "reid")
    show_people(settings, COUNT)
    assert "not the demo's" in said(capsys)
    with opened(settings) as stores:
        assert stores.catalogue.collection("people").items == 0


def test_people_and_shoes_do_not_touch_each_other(settings: Settings, shipped: Shipped) -> None:
    """When shoes are drawn anew, because another number of them is asked for, people stay as they are."""
    show_people(settings, COUNT)
    shipped.name = "sketch"
    for shoes in (1, 2):
        prepare(settings, shoes, SHOES)
    with opened(settings) as stores:
        assert stores.catalogue.collection("shoes").items == 2
        assert stores.catalogue.collection("people").items == len(list(catalogue(COUNT)))
    assert (settings.paths.home / PEOPLE.folder / "demo.json").exists()
