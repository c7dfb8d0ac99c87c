"""The catalogue as a whole: balanced, without doubles, the same everywhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from itertools import combinations, islice

from app.demo.shoes.catalogue import CLOSEST, KINDS, DemoShoe, catalogue
from app.demo.shoes.outlines import Drawing, apart
from app.demo.shoes.painter import paint
from tests.app.demo.shoes.conftest import FULL

FINGERPRINT = """
import hashlib
from app.demo.shoes.catalogue import catalogue
from app.demo.shoes.painter import paint
digest = hashlib.sha256()
for shoe in catalogue(5):
    digest.update(f"{shoe.key} {shoe.title} {shoe.metadata}".encode() + paint(shoe.shape, 128).tobytes())
print(digest.hexdigest())
"""


def test_there_are_as_many_as_asked(shoes: list[DemoShoe]) -> None:
    """The whole catalogue has 600 shoes, each with a key of its own, in the order of their keys."""
    keys = [shoe.key for shoe in shoes]
    assert len(keys) == FULL
    assert keys == sorted(set(keys))


def test_kinds_are_balanced(shoes: list[DemoShoe]) -> None:
    """Every kind comes equally often."""
    assert Counter(shoe.shape.kind for shoe in shoes) == dict.fromkeys(KINDS, FULL // len(KINDS))


def test_kinds_asked_for_are_there() -> None:
    """A visitor finds every common kind of shoe."""
    low = {"sneaker", "running shoe", "loafer", "oxford", "ballerina", "mule", "clog", "sandal", "flip-flop"}
    high = {"high-top", "boot", "ankle boot", "chelsea boot", "pump", "stiletto", "wedge", "platform"}
    assert low | high <= set(KINDS)


def test_no_two_of_a_kind_share_an_outline(shoes: list[DemoShoe], drawings: list[Drawing]) -> None:
    """Of any two shoes of a kind, at least the promised share of the lines tells them apart."""
    kinds: dict[str, list[Drawing]] = {}
    for shoe, drawn in zip(shoes, drawings, strict=True):
        kinds.setdefault(shoe.shape.kind, []).append(drawn)
    nearest = {kind: min(apart(a, b) for a, b in combinations(group, 2)) for kind, group in kinds.items()}
    assert min(nearest.values()) >= CLOSEST, nearest


def test_no_two_shoes_at_all_are_drawn_alike(drawings: list[Drawing]) -> None:
    """Not even across kinds are two line drawings the same."""
    assert len({drawn.lines.tobytes() for drawn in drawings}) == len(drawings)


def test_a_longer_catalogue_begins_with_a_shorter_one(shoes: list[DemoShoe]) -> None:
    """How many are asked for does not change the first of them."""
    assert list(catalogue(45)) == shoes[:45]


def test_shoes_come_one_by_one() -> None:
    """Whoever takes three shoes does not wait for a million."""
    assert [shoe.key for shoe in islice(catalogue(1_000_000), 3)] == ["shoe-0000", "shoe-0001", "shoe-0002"]


def test_another_process_draws_the_same() -> None:
    """Words and pixels are the same in another process with another seed for hashes."""
    digest = hashlib.sha256()
    for shoe in catalogue(5):
        digest.update(f"{shoe.key} {shoe.title} {shoe.metadata}".encode() + paint(shoe.shape, 128).tobytes())
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    run = subprocess.run(
        [sys.executable, "-c", FINGERPRINT], capture_output=True, text=True, check=True, env=environment
    )
    assert run.stdout.strip() == digest.hexdigest()
