"""`likeness tags`: ask a running server for the labels of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypedDict

import typer

from app.commands.search import percent
from app.commands.sentences import Refusal
from app.commands.server import DEFAULT_URL, Url, connect
from app.commands.terminal import AsJson, show, table

if TYPE_CHECKING:
    from rich.table import Table

    from app.tag_answers import Evidence, LabelledPicture, Region

# What is wanted of a picture's labels, of whatever command.
Count: TypeAlias = Annotated[
    int | None, typer.Option("-k", min=1, max=200, help="So many labels of each, whatever their thresholds.")
]
LeastProbability: TypeAlias = Annotated[
    float | None, typer.Option(min=0, max=1, help="Labels at least so probable, whatever their thresholds.")
]
Precision: TypeAlias = Annotated[float | None, typer.Option(help="Thresholds fitted for this precision.")]
Allowed: TypeAlias = Annotated[
    list[str] | None, typer.Option("--label", help="A label that may be said; repeatable; all unless named.")
]
Weights: TypeAlias = Annotated[
    str | None, typer.Option(help="Weights other than those promoted last: a digest, or its first 8 digits.")
]


class Wanted(TypedDict):
    """What is wanted, as the client takes it."""

    k: int | None
    min_probability: float | None
    precision: float | None
    labels: Sequence[str]
    checkpoint: str | None


def wanted(
    count: int | None,
    min_probability: float | None,
    precision: float | None,
    labels: Sequence[str] | None,
    checkpoint: str | None,
) -> Wanted:
    """Put together what the options say.

    Raises:
        Refusal: thresholds are chosen, and also what heeds none.
    """
    if precision is not None and (count is not None or min_probability is not None):
        message = "--precision chooses thresholds, of which -k and --min-probability heed none; give one or the other."
        raise Refusal(message)
    return {
        "k": count,
        "min_probability": min_probability,
        "precision": precision,
        "labels": labels or (),
        "checkpoint": checkpoint,
    }


def tags(
    pictures: Annotated[
        list[Path], typer.Argument(metavar="PICTURE...", exists=True, dir_okay=False, help="Picture files.")
    ],
    count: Count = None,
    min_probability: LeastProbability = None,
    precision: Precision = None,
    labels: Allowed = None,
    checkpoint: Weights = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Say what is on pictures: labels, how sure each is, where it was seen, and which one before made it likelier."""
    asked = wanted(count, min_probability, precision, labels, checkpoint)
    found: list[LabelledPicture] = []
    with connect(url) as client:
        for path in pictures:
            found += client.tags(_content(path), **asked)
    told = [{"picture": str(path), "tags": one.tags} for path, one in zip(pictures, found, strict=True)]
    show(told, as_json, lambda: _table(pictures, found))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise Refusal(message) from None


def _table(paths: list[Path], pictures: list[LabelledPicture]) -> Table:
    rows: list[tuple[str | None, ...]] = []
    for path, picture in zip(paths, pictures, strict=True):
        rows += (
            (path.name, tag.label, percent(tag.probability), _where(tag.region), _after(tag.evidence))
            for tag in picture.tags
        )
        if not picture.tags:
            rows.append((path.name, None, None, None, None))
    return table(("picture", "label", "sure", "where", "after"), rows)


def _where(region: Region | None) -> str | None:
    return None if region is None else f"{region.width} x {region.height} at {region.x}, {region.y}"


def _after(evidence: Evidence | None) -> str | None:
    return None if evidence is None else f"{evidence.label} (x {evidence.factor:.1f})"
