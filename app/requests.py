"""What the client asks of a server: addresses, parameters and bodies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from app.answers import Json

Lines = Sequence[Sequence[Sequence[float]]]
"""Lines of (x, y) points, y downwards, at any scale."""


@dataclass(frozen=True)
class Call:
    """What one call sends; `body` holds httpx's arguments of that name."""

    method: str
    path: str
    parameters: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool | None = None


@dataclass(frozen=True)
class NewItem:
    """An item to be stored; `image` is the bytes of its picture file."""

    key: str
    image: bytes
    title: str = ""
    metadata: Json = field(default_factory=dict)


def segment(text: str) -> str:
    """Quote a name for a path so that nothing between here and the server takes it for more than one name."""
    return text.replace(".", "%2E") if text in {".", ".."} else quote(text, safe="")


def items_path(collection: str) -> str:
    """Return where the items of a collection are."""
    return f"/v1/collections/{segment(collection)}/items"


def item_path(collection: str, key: str) -> str:
    """Return where an item is."""
    return f"{items_path(collection)}/{segment(key)}"


def picture(image: bytes) -> dict[str, Any]:
    """Put a picture into a body."""
    return {"files": {"image": ("image", image)}}


def together(images: Sequence[bytes]) -> dict[str, Any]:
    """Put several pictures into a body, in parts of one name."""
    return {"files": [("image", ("image", image)) for image in images]}


def strokes(lines: Lines) -> list[list[list[float]]]:
    """Write lines as JSON has them."""
    return [[list(point) for point in line] for line in lines]


def drawing(query: bytes | Lines) -> dict[str, Any]:
    """Put a picture or lines into a body."""
    return picture(query) if isinstance(query, bytes) else {"json": {"strokes": strokes(query)}}


def filtering(where: Json | None) -> dict[str, str]:
    """Return the parameter that filters by metadata."""
    return {} if where is None else {"filter": json.dumps(where)}


def explaining(explain: bool) -> dict[str, str]:  # noqa: FBT001 - it is the parameter's value
    """Return the parameter that asks why hits were found."""
    return {"explain": "true"} if explain else {}


def writing(method: str, path: str, body: Mapping[str, Any], version: str | None, *, only_new: bool = False) -> Call:
    """Write an item, only if it is in a version, or only if there is none yet, where that is asked for."""
    match = {} if version is None else {"If-Match": f'"{version}"'}
    headers = {**match, **({"If-None-Match": "*"} if only_new else {})}
    # Sent again after a lost answer it would meet its own change, and be refused.
    return Call(method, path, body=body, headers=headers, repeatable=False if headers else None)


def refining(query: bytes | Lines | str, liked: Sequence[str], disliked: Sequence[str]) -> dict[str, Any]:
    """Put what is searched for, a picture, lines or an item's key, into a body with what is liked and disliked."""
    if isinstance(query, bytes):
        return {**picture(query), "data": {"liked": json.dumps(list(liked)), "disliked": json.dumps(list(disliked))}}
    asked = {"item": query} if isinstance(query, str) else {"strokes": strokes(query)}
    return {"json": {**asked, "liked": list(liked), "disliked": list(disliked)}}


def batch(collection: str, items: Sequence[NewItem], idempotency_key: str) -> Call:
    """Store several items in one request, which may be sent again."""
    facts = [
        {"key": item.key, "title": item.title, "metadata": item.metadata, "image": str(place)}
        for place, item in enumerate(items)
    ]
    body = {
        "files": {str(place): ("image", item.image) for place, item in enumerate(items)},
        "data": {"items": json.dumps(facts)},
    }
    headers = {"Idempotency-Key": idempotency_key}
    return Call("POST", items_path(collection), body=body, headers=headers, repeatable=True)
