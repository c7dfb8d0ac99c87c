"""`likeness search`: ask a running server what looks like a drawing, like one of its items, or like a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from app.commands.server import DEFAULT_URL, Url, connect
from app.commands.terminal import AsJson, note, parsed_object, show, table

if TYPE_CHECKING:
    from rich.table import Table

    from app.search_answers import SearchAnswer

LEAST_SAID = 0.01
"""Below this a probability is printed as less than it."""

application = typer.Typer(no_args_is_help=True, help="Search a running server.")

CollectionName: TypeAlias = Annotated[str, typer.Option("--collection", help="Where to search.")]
Count: TypeAlias = Annotated[int, typer.Option("-k", min=1, max=200, help="How many hits at most.")]
Filter: TypeAlias = Annotated[str | None, typer.Option("--filter", help="Only items with this metadata, as JSON.")]

Liked: TypeAlias = Annotated[
    list[str] | None, typer.Option("--liked", help="Key of an item to come nearer to; repeatable.")
]
Disliked: TypeAlias = Annotated[
    list[str] | None, typer.Option("--disliked", help="Key of an item to leave out and keep away from; repeatable.")
]


@application.command()
def sketch(
    drawing: Annotated[typer.FileBinaryRead, typer.Argument(metavar="FILE", help="The drawing; - for stdin.")],
    collection: CollectionName = "shoes",
    count: Count = 10,
    filter_: Filter = None,
    liked: Liked = None,
    disliked: Disliked = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Find the items most like a drawing."""
    where = parsed_object(filter_, "--filter")
    with connect(url) as client:
        content = drawing.read()
        if liked or disliked:
            answer = client.refine(
                content, liked=liked or (), disliked=disliked or (), collection=collection, k=count, where=where
            )
        else:
            answer = client.search_sketch(content, collection=collection, k=count, where=where)
    _print(answer, as_json)


@application.command()
def similar(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Key of the item.")],
    collection: CollectionName = "shoes",
    count: Count = 10,
    filter_: Filter = None,
    liked: Liked = None,
    disliked: Disliked = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Find the items most like an item."""
    where = parsed_object(filter_, "--filter")
    with connect(url) as client:
        if liked or disliked:
            answer = client.refine(
                key, liked=liked or (), disliked=disliked or (), collection=collection, k=count, where=where
            )
        else:
            answer = client.search_similar(collection, key, k=count, where=where)
    _print(answer, as_json)


@application.command()
def person(
    crops: Annotated[
        list[typer.FileBinaryRead],
        typer.Argument(metavar="CROP...", help="Pictures that all show one person; - for stdin.", lazy=True),
    ],
    collection: CollectionName = "people",
    count: Count = 10,
    filter_: Filter = None,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out-camera", help="A camera whose pictures are no hits; repeatable.")
    ] = None,
    fmr: Annotated[
        float, typer.Option(help="Of searches for people who are not there so many may say match: 0.01 or 0.001.")
    ] = 0.01,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Find the other pictures of a person, or hear that nobody matches."""
    where = parsed_object(filter_, "--filter")
    with connect(url) as client:
        contents = [crop.read() for crop in crops]
        answer = client.search_person(
            *contents, collection=collection, k=count, where=where, leave_out_cameras=leave_out or (), fmr=fmr
        )
    show(answer, as_json, lambda: _people(answer))
    if answer.verdict != "match" and not as_json:
        note(_nobody(answer))


def _people(answer: SearchAnswer) -> Table:
    rows = (
        (place, hit.verdict, percent(hit.probability), hit.score, hit.key, hit.title, hit.metadata)
        for place, hit in enumerate(answer.hits, 1)
    )
    return table(("", "verdict", "sure", "score", "key", "title", "metadata"), rows)


def _nobody(answer: SearchAnswer) -> str:
    """Say in a sentence what a search without a match found."""
    if not answer.hits:
        return "Nobody was found: no picture is searched here, or none that the options let through."
    if answer.verdict == "unsure":
        return "It is not sure that the best hit is this person."
    return "Nobody here matches; these come nearest."


def _print(answer: SearchAnswer, as_json: bool) -> None:
    """Print hits, with a word on stderr where none is near enough."""
    show(answer, as_json, lambda: _hits(answer))
    if answer.matched is False and not as_json:
        note("Nothing looks enough like it to be it; these come nearest." if answer.hits else "Nothing was found.")


def _hits(answer: SearchAnswer) -> Table:
    rows = (
        (place, hit.score, percent(hit.probability), hit.key, hit.title, hit.metadata)
        for place, hit in enumerate(answer.hits, 1)
    )
    return table(("", "score", "sure", "key", "title", "metadata"), rows)


def percent(probability: float | None) -> str | None:
    """Say how sure, without more digits than are known."""
    if probability is None:
        return None
    return "< 1 %" if probability < LEAST_SAID else f"{min(round(100 * probability), 99)} %"
