"""Filters over metadata: which items may be found. What each kind means is written in `indexer.catalogue.matching`."""

from __future__ import annotations

from dataclasses import dataclass

Scalar = str | float | bool | None
"""What a value is compared with. Numbers are doubles, so that 3 and 3.0 are the same."""


@dataclass(frozen=True)
class Equal:
    """Some value at `path` is one of `values`, in type and content."""

    path: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Between:
    """Some value at `path` lies within all the bounds, which are all numbers or all text."""

    path: str
    bounds: tuple[tuple[str, float | str], ...]
    """Operators (`gt`, `gte`, `lt`, `lte`) and what they compare with."""


@dataclass(frozen=True)
class Both:
    """All parts hold."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Either:
    """At least one part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Filter


Filter = Equal | Between | Both | Either | Not
