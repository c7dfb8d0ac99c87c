"""`likeness items tag`: have a running server label the pictures of items, and write the labels to their metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from app.commands.building import BuildProgress
from app.commands.server import DEFAULT_URL, Url, connect
from app.commands.tags import Allowed, Count, LeastProbability, Precision, Weights, wanted
from app.commands.terminal import AsJson, note, parsed_object, show

if TYPE_CHECKING:
    from app.answers import Item
    from app.client import LikenessClient
    from app.tag_answers import LabelledPicture

MOST_PICTURES = 16
MOST_BYTES = 4 * 2**20
"""Of a request's pictures; a server takes bodies of 10 MiB unless it is set to take less or more."""
INCOMPLETE = 1
_OF_ONE = frozenset({HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY})
"""What one picture of several can be the reason for."""

Label: TypeAlias = Callable[..., Sequence["LabelledPicture"]]
"""Labels pictures, given as the bytes of files: `LikenessClient.tags` with all that is wanted."""


@dataclass(frozen=True)
class Outcome:
    """What became of an item: the labels of its picture, or why it has none."""

    item: Item
    labels: tuple[str, ...] | None
    reason: str = ""


def tag(
    collection: Annotated[str, typer.Argument(metavar="COLLECTION", help="Name of the collection.")],
    *,
    field: Annotated[str, typer.Option(help="Name in the metadata that holds the labels.")] = "tags",
    count: Count = None,
    min_probability: LeastProbability = None,
    precision: Precision = None,
    labels: Allowed = None,
    merge: Annotated[bool, typer.Option("--merge", help="Put labels together that mean the same.")] = False,
    checkpoint: Weights = None,
    filter_: Annotated[str | None, typer.Option("--filter", help="Only items with this metadata, as JSON.")] = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Label the pictures of a collection, so that searches filter by the labels; exit code 1 if some have none.

    An item that somebody changes meanwhile is left as it is; items that have their labels already are not written.
    """
    where = parsed_object(filter_, "--filter")
    asked = wanted(count, min_probability, precision, labels, checkpoint)
    written, refused = 0, []
    with connect(url) as client, BuildProgress() as progress:

        def label(*pictures: bytes) -> Sequence[LabelledPicture]:
            return client.tags(*pictures, merge=merge, **asked)

        # All of them first: what is written must not move what is still to come.
        items = list(client.items(collection, where=where))
        for done, outcome in enumerate(outcomes(label, with_pictures(client, items)), 1):
            reason = outcome.reason or _write(client, collection, outcome, field)
            written += not reason
            refused += [{"key": outcome.item.key, "reason": reason}] if reason else []
            progress(done, len(items), "Labelling")
    show({"labelled": written, "refused": refused}, as_json, lambda: f"Labelled {written} of {len(items)} items.")
    for one in refused:
        note(f"Not labelled, {one['key']}: {one['reason']}")
    if refused:
        raise typer.Exit(INCOMPLETE)


def with_pictures(client: LikenessClient, items: Iterable[Item]) -> Iterator[tuple[Item, bytes | str]]:
    """Fetch the picture of each item, or say why there is none."""
    from app.client import LikenessError

    for item in items:
        if item.image_url is None:
            yield item, "The item has no picture: put one."
            continue
        try:
            yield item, client.picture(item.image_url)
        except LikenessError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            yield item, str(error)


def outcomes(label: Label, given: Iterable[tuple[Item, bytes | str]]) -> Iterator[Outcome]:
    """Have pictures labelled, several at once; what has none, but a reason, is passed on in its place."""
    batch: list[tuple[Item, bytes]] = []
    for item, content in given:
        if isinstance(content, str):
            yield from _labelled(label, batch)
            batch = []
            yield Outcome(item, None, content)
            continue
        if batch and (len(batch) == MOST_PICTURES or sum(len(one) for _, one in batch) + len(content) > MOST_BYTES):
            yield from _labelled(label, batch)
            batch = []
        batch.append((item, content))
    yield from _labelled(label, batch)


def _labelled(label: Label, batch: Sequence[tuple[Item, bytes]]) -> list[Outcome]:
    """Label a batch, in halves where one of its pictures is refused, until that is alone."""
    from app.client import LikenessError

    if not batch:
        return []
    try:
        pictures = label(*(content for _, content in batch))
    except LikenessError as error:
        # A parameter that is wrong, which the server names, would be wrong with every picture.
        if error.status not in _OF_ONE or error.errors:
            raise
        if len(batch) == 1:
            return [Outcome(batch[0][0], None, str(error))]
        half = len(batch) // 2
        return [*_labelled(label, batch[:half]), *_labelled(label, batch[half:])]
    return [
        Outcome(item, tuple(one.label for one in picture.tags))
        for (item, _), picture in zip(batch, pictures, strict=True)
    ]


def _write(client: LikenessClient, collection: str, outcome: Outcome, field: str) -> str:
    """Write an item's labels, unless it has them; tell why that cannot be done."""
    from app.client import LikenessError

    labels = list(outcome.labels or ())
    if outcome.item.metadata.get(field) == labels:
        return ""
    try:
        client.patch_item(collection, outcome.item.key, metadata={field: labels}, version=outcome.item.version)
    except LikenessError as error:
        if error.status not in {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise
        return str(error)
    return ""
