"""The variants of reid's training that are compared: other branches, networks in place of branches, one switch off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from models.reid.augmentation import Augmentation
from models.reid.network import STRIPES, Design
from models.reid.recipe import PersonRecipe

MOST = 4
"""Branches, or networks in their place."""
ANOTHER_START = 1000
"""By how much the seeds of two trainings differ that begin from other weights and see other batches."""


@dataclass(frozen=True)
class Member:
    """One network that is trained, as the recipe has it but for some of its parts.

    Attributes:
        stripes: for each branch, how many.
        without: what is switched off, one of `SWITCHES`; none where everything is on.
        start: 0, or the number of another start.
    """

    stripes: tuple[int, ...] = STRIPES
    without: str = ""
    start: int = 0

    @property
    def name(self) -> str:
        """What its state is kept under: equal members of several variants are trained once."""
        return f"{'-'.join(map(str, self.stripes))}{self.without and f' without {self.without}'} start {self.start}"

    def design(self, trunk: str) -> Design:
        """What the network is made of."""
        return Design(trunk, self.stripes, neck=self.without != "neck")

    def recipe(self, base: PersonRecipe) -> PersonRecipe:
        """Change the recipe."""
        changes = SWITCHES[self.without] if self.without else {}
        seed = base.seed + ANOTHER_START * self.start
        return replace(base, **{"design": self.design(base.design.trunk), "seed": seed, **changes})


@dataclass(frozen=True)
class Variant:
    """One way to embed people: the features of all members side by side."""

    name: str
    members: tuple[Member, ...] = field(default=(Member(),))


SWITCHES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "triplet loss": {"triplet": 0.0},
        "neck": {},  # a field of the design
        "smoothing": {"smoothing": 0.0},
        "erasing": {"augmentation": Augmentation(erase=0.0)},
        "warm-up": {"warm_up": 0.0},
        # Which the triplet loss needs, so that it goes too.
        "identity sampler": {"by_picture": 1.0},
        "identity sampler at first": {"by_picture": PersonRecipe.by_picture},
    }
)
WHOLE = Variant(f"{len(STRIPES)} branches")
BRANCHES = tuple(
    Variant(f"{count} {'branch' if count == 1 else 'branches'}", (Member(tuple(range(1, count + 1))),))
    for count in range(1, MOST + 1)
)
"""The paper's: branch i of so many has i stripes."""
NETWORKS = tuple(
    Variant(f"{count} networks", tuple(Member((stripes,)) for stripes in range(1, count + 1)))
    for count in range(2, MOST + 1)
)
"""In place of each branch a whole trunk of its own, each trained apart."""
EQUAL_NETWORKS = tuple(
    Variant(f"{count} equal networks", tuple(Member((1,), start=start) for start in range(count)))
    for count in range(2, MOST + 1)
)
"""What the paper starts from: networks of the whole person that differ in their starts, each trained apart."""
WITHOUT = tuple(Variant(f"without {name}", (Member(without=name),)) for name in SWITCHES)
VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {one.name: one for one in (*BRANCHES, *NETWORKS, *EQUAL_NETWORKS, *WITHOUT)}
)
