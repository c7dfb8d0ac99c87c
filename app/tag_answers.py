"""What a server says of labels, as the client's values; names that a newer server adds are passed over."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from typing import Self

from app.answers import Json


@dataclass(frozen=True)
class Region:
    """A rectangle in pixels of the picture as it was sent, x to the right and y down."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read a rectangle."""
        return cls(*(int(answer[name]) for name in ("x", "y", "width", "height")))


@dataclass(frozen=True)
class Evidence:
    """What made a label more probable than the picture alone does.

    Attributes:
        label: the one said before that does most by itself.
        factor: by which it alone multiplies the probability, above 1.
        all_before: by which all labels said before multiply it together.
    """

    label: str
    factor: float
    all_before: float

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read evidence."""
        return cls(answer["label"], float(answer["factor"]), float(answer["all_before"]))


@dataclass(frozen=True)
class Tag:
    """A label of a picture.

    Attributes:
        label: its name.
        probability: how likely it is true, 0 to 1.
        region: box around the place that speaks most for it; None where no place does.
        evidence: which label said before made it more probable; None where none did.
        merged: less probable labels that mean the same, where that was asked for.
        attention: PNG with transparency that shows where it was seen if it is stretched and laid over the picture; None
            where that was not asked for.
    """

    label: str
    probability: float
    region: Region | None
    evidence: Evidence | None
    merged: tuple[str, ...]
    attention: bytes | None

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read a label."""
        region, evidence, shown = answer["region"], answer["evidence"], answer.get("explanation")
        return cls(
            label=answer["label"],
            probability=float(answer["probability"]),
            region=None if region is None else Region.from_json(region),
            evidence=None if evidence is None else Evidence.from_json(evidence),
            merged=tuple(answer["merged"]),
            attention=None if shown is None else b64decode(shown["picture"].partition(",")[2], validate=True),
        )


@dataclass(frozen=True)
class LabelledPicture:
    """A picture, its size in pixels as it was sent, after its EXIF rotation, and its labels."""

    width: int
    height: int
    tags: tuple[Tag, ...]

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read what is said of a picture."""
        return cls(int(answer["width"]), int(answer["height"]), tuple(map(Tag.from_json, answer["tags"])))


@dataclass(frozen=True)
class Label:
    """A label that weights know, and the probability from which on it is said."""

    label: str
    threshold: float

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read a label."""
        return cls(answer["label"], float(answer["threshold"]))


@dataclass(frozen=True)
class Neighbour:
    """A label that means nearly the same as another, and the cosine of both, -1 to 1."""

    label: str
    cosine: float

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read a neighbour."""
        return cls(answer["label"], float(answer["cosine"]))
