"""Who is drawn: proportions, skin and hair, clothes and luggage; what stays the same from camera to camera."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.demo.finish import Finish

if TYPE_CHECKING:
    from app.demo.finish import Colour


class Hair(StrEnum):
    """How hair is worn."""

    BALD = "bald"
    SHORT = "short"
    BOB = "bob"
    LONG = "long"
    BUN = "bun"
    TAIL = "tail"
    CURLS = "curls"


class Detail(StrEnum):
    """What makes two tops of one colour differ."""

    PLAIN = "plain"
    BAND = "band"
    SLEEVES = "sleeves"
    YOKE = "yoke"
    LOGO = "logo"


@dataclass(frozen=True)
class Garment:
    """One thing that is worn or carried.

    Attributes:
        kind: what it is, in a word or two.
        shade: the word for its colour.
        finish: what it is made of.
        trim: what its bands, sleeves or straps are made of.
        detail: where the trim shows.
    """

    kind: str
    shade: str
    finish: Finish
    trim: Finish
    detail: Detail = Detail.PLAIN


@dataclass(frozen=True)
class Build:
    """Proportions: stature in millimetres; girth, shoulders and hips as shares of the usual."""

    stature: float
    girth: float
    shoulders: float
    hips: float


@dataclass(frozen=True)
class Person:
    """One person, dressed for a day.

    Attributes:
        build: proportions.
        skin: colour of the skin.
        hair: how it is worn.
        hair_colour: its colour, a beard's too.
        beard: whether there is one.
        top: what is next to the skin above the waist; a dress is a top and a bottom.
        bottom: trousers, shorts or a skirt.
        coat: what is worn open over the top, or None.
        shoes: on both feet.
        hat: cap, beanie, hat or scarf, or None.
        bags: what is carried; no kind twice.
        side: the side of the body, -1 or 1, on which bags hang.
    """

    build: Build
    skin: Colour
    hair: Hair
    hair_colour: Colour
    beard: bool
    top: Garment
    bottom: Garment
    coat: Garment | None
    shoes: Garment
    hat: Garment | None
    bags: tuple[Garment, ...]
    side: int

    @property
    def skin_finish(self) -> Finish:
        """What bare skin is made of, to a painter."""
        return Finish("foam", self.skin)

    @property
    def worn(self) -> tuple[Garment, ...]:
        """Everything worn and carried, what one sees first first."""
        found = (self.coat, self.top, self.bottom, *self.bags, self.hat, self.shoes)
        return tuple(garment for garment in found if garment is not None)
