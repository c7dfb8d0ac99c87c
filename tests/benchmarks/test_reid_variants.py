"""The variants of reid: each differs from the whole recipe in what its name says, and in nothing else."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from torch import nn

from benchmarks.reid_variants import BRANCHES, EQUAL_NETWORKS, NETWORKS, SWITCHES, VARIANTS, WHOLE, Member
from models.reid.network import Design
from models.reid.recipe import PersonRecipe
from models.reid.trunks import LITE
from tests.models.reid.people import crops


def keep_random(trunk: nn.Module) -> None:
    """Load nothing."""


PEOPLE = crops(2, shots=1)
BASE = PersonRecipe(PEOPLE, PEOPLE, keep_random, size=(64, 32), steps=7, by_picture=0.0)


def changed(member: Member) -> dict[str, Any]:
    """What a member's recipe has otherwise than the whole one."""
    made = member.recipe(BASE)
    names = (field.name for field in fields(PersonRecipe))
    return {name: getattr(made, name) for name in names if getattr(made, name) != getattr(BASE, name)}


def test_the_whole_is_the_recipe_itself() -> None:
    """The paper's three branches are compared as they are trained, and are among the numbers of branches."""
    (member,) = WHOLE.members
    assert changed(member) == {}
    assert VARIANTS[WHOLE.name] in BRANCHES
    assert VARIANTS[WHOLE.name] == WHOLE


def test_branch_i_has_i_stripes() -> None:
    """N branches are one network of 1 to N stripes; N networks have the same stripes, each a trunk of its own."""
    for count, variant in enumerate(BRANCHES, 1):
        (member,) = variant.members
        assert member.recipe(BASE).design == Design(LITE, tuple(range(1, count + 1)))
    for count, variant in enumerate(NETWORKS, 2):
        assert [changed(member) for member in variant.members] == [
            {"design": Design(LITE, (stripes,))} for stripes in range(1, count + 1)
        ]


def test_equal_networks_differ_in_their_starts() -> None:
    """All see the whole person; no two begin with the same weights and batches, whatever the seed of the run."""
    for count, variant in enumerate(EQUAL_NETWORKS, 2):
        recipes = [member.recipe(BASE) for member in variant.members]
        assert {recipe.design for recipe in recipes} == {Design(LITE, (1,))}
        assert len({recipe.seed for recipe in recipes}) == count
        assert recipes[0].seed == BASE.seed


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("triplet loss", {"triplet": 0.0}),
        ("neck", {"design": Design(LITE, neck=False)}),
        ("smoothing", {"smoothing": 0.0}),
        ("warm-up", {"warm_up": 0.0}),
        ("identity sampler", {"by_picture": 1.0}),
        ("identity sampler at first", {"by_picture": 0.73}),
    ],
)
def test_a_switch_is_off(name: str, expected: dict[str, Any]) -> None:
    """Nothing else changes."""
    (member,) = VARIANTS[f"without {name}"].members
    assert changed(member) == expected


def test_erasing_is_off_alone() -> None:
    """The other changes of crops go on."""
    (member,) = VARIANTS["without erasing"].members
    assert {**vars(BASE.augmentation), "erase": 0.0} == vars(changed(member)["augmentation"])
    assert {f"without {name}" for name in SWITCHES} <= set(VARIANTS)


def test_equal_members_have_one_name() -> None:
    """A state is found again by whoever needs the same network, and by nobody who needs another."""
    members = [member for variant in VARIANTS.values() for member in variant.members]
    assert len({member.name for member in members}) == len(set(members))
    assert NETWORKS[0].members[0].name == BRANCHES[0].members[0].name == EQUAL_NETWORKS[0].members[0].name
