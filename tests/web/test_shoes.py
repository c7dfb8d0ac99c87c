"""The whole product: shoes drawn by hand in the page bring up shoes of that kind, with the weights that ship."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from app.commands.demo import prepare
from app.main import create_app
from app.settings import Settings
from models.checkpoints import CheckpointStore
from models.contracts import MissingCheckpoint
from models.registry import spec
from tests.web.drawings import BOOT, PUMP, SNEAKER, STILETTO, Line, find
from tests.web.serving import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

# Two of each of the twenty kinds.
ITEMS = 40
HEELS = {"stiletto", "pump", "heeled sandal"}
BOOTS = {"boot", "ankle boot", "chelsea boot", "lace-up boot", "high-top"}
TRAINERS = {"sneaker", "running shoe", "high-top", "lace-up boot", "oxford"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo with fewer shoes, built and served as `likeness demo` does it; gives its address."""
    home = tmp_path_factory.mktemp("shop")
    try:
        CheckpointStore(home).find("sketch", default_network=spec("sketch").default_network)
    except MissingCheckpoint:
        pytest.skip("The sketch system's weights do not lie in models/sketch/weights: there is nothing to find with.")
    settings = Settings(home=home, log_level="ERROR")
    prepare(settings, ITEMS)
    with run(create_app(settings)) as address:
        yield address


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [(BOOT, BOOTS), (STILETTO, HEELS), (PUMP, HEELS), (SNEAKER, TRAINERS)],
    ids=["boot", "stiletto", "pump", "sneaker"],
)
def test_a_drawn_shoe_brings_up_its_kind(
    context: BrowserContext, shop: str, lines: list[Line], kinds: set[str]
) -> None:
    """Of the five best hits three are of the drawn kind or its nearest relatives; by chance it would be one."""
    page = context.new_page()
    page.goto(shop)
    page.locator(".card:not(.place)").first.wait_for()
    hits = find(page, lines).json()["hits"]
    expect(page.locator(".card-title").first).to_have_text(hits[0]["title"])
    best = [hit["metadata"]["kind"] for hit in hits[:5]]
    assert sum(kind in kinds for kind in best) >= 3, best
