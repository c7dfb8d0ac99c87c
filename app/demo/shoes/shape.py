"""What a drawn shoe is, before any pixel: surfaces and lines with roles, in millimetres, y upwards, toe at the left."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.demo.curves import Path, Point
    from app.demo.finish import Finish


class Role(StrEnum):
    """Which part of a shoe a surface or a line is."""

    LINING = "lining"
    FOOTBED = "footbed"
    SOLE = "sole"
    HEEL = "heel"
    UPPER = "upper"
    PANEL = "panel"
    TOE_CAP = "toe cap"
    TONGUE = "tongue"
    STRAP = "strap"
    ELASTIC = "elastic"
    LACE = "lace"
    BUCKLE = "buckle"
    ORNAMENT = "ornament"
    SEAM = "seam"
    STITCH = "stitch"
    GROOVE = "groove"


class Form(StrEnum):
    """Which volume catches the light for a surface: a panel bends with the upper that it is sewn on."""

    UPPER = "upper"
    SOLE = "sole"
    HEEL = "heel"
    INSIDE = "inside"
    OWN = "own"


class Style(StrEnum):
    """How a line is drawn."""

    SEAM = "seam"
    STITCH = "stitch"
    CORD = "cord"
    GROOVE = "groove"


@dataclass(frozen=True)
class Surface:
    """A closed outline filled with a finish.

    `raised` is how thick its edge stands above what lies under it; nothing of it shows outside the outlines `within`.
    """

    role: Role
    path: Path
    finish: Finish
    form: Form
    raised: float = 0.0
    within: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Line:
    """An open path drawn with a width in millimetres."""

    role: Role
    path: Path
    finish: Finish
    style: Style
    width: float
    within: tuple[Path, ...] = ()


@dataclass(frozen=True)
class ShoeShape:
    """One shoe: its heel's height in millimetres, its marks in painting order and the volumes that light them."""

    kind: str
    heel: int
    marks: tuple[Surface | Line, ...]
    volumes: tuple[tuple[Form, Path], ...]

    @property
    def surfaces(self) -> tuple[Surface, ...]:
        """The filled parts alone."""
        return tuple(mark for mark in self.marks if isinstance(mark, Surface))

    @property
    def lines(self) -> tuple[Line, ...]:
        """The drawn lines alone."""
        return tuple(mark for mark in self.marks if isinstance(mark, Line))


@dataclass
class Bench:
    """Where one shoe is put together, part by part, from the back to the front.

    What is laid down meanwhile shows only inside all outlines of `within`.
    """

    kind: str
    heel: float
    marks: list[Surface | Line] = field(default_factory=list)
    volumes: list[tuple[Form, Path]] = field(default_factory=list)
    within: tuple[Path, ...] = ()

    def fill(self, role: Role, path: Sequence[Point], finish: Finish, form: Form, raised: float = 0.0) -> None:
        """Lay a surface on top of what is there."""
        self.marks.append(Surface(role, tuple(path), finish, form, raised, self.within))

    def draw(self, role: Role, path: Sequence[Point], finish: Finish, style: Style, width: float) -> None:
        """Draw a line on top of what is there."""
        self.marks.append(Line(role, tuple(path), finish, style, width, self.within))

    @contextmanager
    def inside(self, outline: Path) -> Iterator[None]:
        """Clip what is laid down meanwhile to an outline."""
        before, self.within = self.within, (*self.within, outline)
        yield
        self.within = before

    def seam(self, path: Sequence[Point], finish: Finish, width: float = 1.1) -> None:
        """Draw the edge where two pieces of the upper meet."""
        self.draw(Role.SEAM, path, finish, Style.SEAM, width)

    def stitch(self, path: Sequence[Point], finish: Finish, width: float = 0.9) -> None:
        """Draw a row of stitches."""
        self.draw(Role.STITCH, path, finish, Style.STITCH, width)

    def volume(self, form: Form, path: Sequence[Point]) -> None:
        """Say which outline the light rounds for a form."""
        self.volumes.append((form, tuple(path)))

    def finish(self) -> ShoeShape:
        """Take the finished shoe off the bench."""
        return ShoeShape(self.kind, round(self.heel), tuple(self.marks), tuple(self.volumes))
