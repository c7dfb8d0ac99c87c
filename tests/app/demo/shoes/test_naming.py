"""Titles and metadata."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from app.demo.shades import SHADES
from app.demo.shoes import naming, palette
from app.demo.shoes.catalogue import KINDS, DemoShoe, draft

SCHEMA = {
    "kind": str, "colour": str, "shade": str, "material": str, "heel": str, "heel_height_mm": int, "gender": str,
    "brand": str, "price": float, "currency": str, "season": str, "in_stock": bool,
}  # fmt: skip


@pytest.mark.parametrize(
    ("millimetres", "name"),
    [(0, "flat"), (30, "flat"), (31, "low"), (50, "low"), (51, "mid"), (80, "mid"), (81, "high"), (130, "high")],
)
def test_heels_are_called_by_their_height(millimetres: int, name: str) -> None:
    """Each class ends where the next begins."""
    assert naming.heel_class(millimetres) == name


def test_metadata_has_its_schema(shoes: list[DemoShoe]) -> None:
    """Every shoe has the same twelve facts, each of its type."""
    for shoe in shoes:
        assert {name: type(value) for name, value in shoe.metadata.items()} == SCHEMA


def test_metadata_tells_what_was_drawn(shoes: list[DemoShoe]) -> None:
    """Kind, heel and colour are those of the shape and of its look."""
    colours = {palette.family(shade) for shade in SHADES}
    for shoe in shoes:
        facts = shoe.metadata
        assert facts["kind"] == shoe.shape.kind
        assert facts["heel_height_mm"] == shoe.shape.heel
        assert facts["heel"] == naming.heel_class(shoe.shape.heel)
        assert facts["colour"] in colours


def test_facts_keep_to_their_words(shoes: list[DemoShoe]) -> None:
    """Prices, people and seasons are those of a shop."""
    for shoe in shoes:
        facts = shoe.metadata
        assert facts["gender"] in {"women", "men", "unisex"}
        assert facts["season"] in {"spring/summer", "autumn/winter", "all year"}
        assert 9 < float(facts["price"]) < 500
        assert round(float(facts["price"]) * 100) % 500 == 495


def test_titles_name_brand_kind_and_colour(shoes: list[DemoShoe]) -> None:
    """A title reads like "Corvo ankle boot, cognac suede"."""
    for shoe in shoes:
        facts = shoe.metadata
        head, _, tail = shoe.title.partition(", ")
        assert head == f"{facts['brand']} {facts['kind']}"
        assert str(facts["shade"]) in tail


def test_high_heels_are_for_women(shoes: list[DemoShoe]) -> None:
    """Nothing above 48 mm is called a man's or anybody's."""
    assert {shoe.metadata["gender"] for shoe in shoes if shoe.shape.heel > 48} == {"women"}


def test_the_shop_is_stocked_but_not_wholly(shoes: list[DemoShoe]) -> None:
    """Most shoes are in stock, some are not; every filter finds something."""
    stock = Counter(shoe.metadata["in_stock"] for shoe in shoes)
    assert stock[True] > 4 * stock[False] > 0
    assert {shoe.metadata["heel"] for shoe in shoes} == {"flat", "low", "mid", "high"}
    assert len({shoe.metadata["brand"] for shoe in shoes}) >= 12


@pytest.mark.parametrize("kind", KINDS)
def test_words_are_the_same_for_the_same_seed(kind: str) -> None:
    """Words are drawn from the generator they are given and from nothing else."""
    shape, look = draft(kind, 11)
    assert naming.describe(shape, look, Random(2)) == naming.describe(shape, look, Random(2))
