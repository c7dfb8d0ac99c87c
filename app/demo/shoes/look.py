"""What a shoe is made of, part by part, apart from its outline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.demo.finish import Finish


@dataclass(frozen=True)
class Look:
    """Finishes of one shoe's parts, and the words for its colour and material."""

    colour: str
    material: str
    upper: Finish
    second: Finish
    sole: Finish
    outsole: Finish
    heel: Finish
    lining: Finish
    footbed: Finish
    lace: Finish
    stitch: Finish
    metal: Finish
