"""Drawn people, a collection of them on a server that knows them, and what such a server may answer."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from PIL import Image, ImageDraw

from app.problems import of_error
from models.calibration import Calibration
from tests.app.people import people_server
from tests.web.answers import answer
from tests.web.serving import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import FilePayload, Page, Route

    from models.contracts import RetrievalError

SEARCH = "**/v1/search/person?*"
STRICT = Calibration(slope=40.0, intercept=-36.0, items=20, threshold=0.8, false_matches=(0.93, 0.96))
"""For the fake network, to which all drawn people look much alike."""
CLOTHES = [("#c33", "#223"), ("#eee", "#16a"), ("#284", "#ddd"), ("#111", "#a73"), ("#fb3", "#335")]


@dataclass(frozen=True)
class Sighting:
    """A picture of a drawn person, by a camera that may have no name, at a time."""

    identity: int
    camera: str | int | None
    time: str

    @property
    def key(self) -> str:
        """Key of the item."""
        return f"{self.identity}/{self.camera}"

    @property
    def picture(self) -> bytes:
        """A PNG of 64 x 128; another camera has another light and sees the person a little elsewhere."""
        return person(self.identity, shift=len(str(self.camera)) % 5)


def person(identity: int, shift: int = 0) -> bytes:
    """Draw a person as head, shirt and trousers, a little further right for every shift."""
    shirt, trousers = CLOTHES[identity % len(CLOTHES)]
    image = Image.new("RGB", (64, 128), (200 - 6 * shift, 205 - 4 * shift, 210))
    pen = ImageDraw.Draw(image)
    x = 30 + shift // 2
    pen.ellipse((x - 7, 8, x + 7, 24), fill="#c9956b")
    pen.rectangle((x - 14, 26, x + 14, 66), fill=shirt)
    if identity % 2:
        pen.rectangle((x + 10, 34, x + 22, 60), fill="#521")
    pen.rectangle((x - 12, 66, x - 1, 118), fill=trousers)
    pen.rectangle((x + 1, 66, x + 12, 118), fill=trousers)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


CROWD = [
    Sighting(identity, camera, f"2025-01-31T{8 + identity:02}:{10 * place:02}:00Z")
    for identity in range(len(CLOTHES))
    for place, camera in enumerate(("door", "hall", 3, None))
]


@contextmanager
def serve_people(home: Path, *, crowd: bool = True) -> Iterator[str]:
    """Run a server with a few things to draw for, and unless told otherwise a personal collection of the crowd."""
    with run(people_server(home, STRICT)) as address:
        create(address, "shoes", "sketch")
        put(address, "shoes", "boot", person(1), {})
        if crowd:
            create(address, "people", "reid", personal=True)
            create(address, "empty", "reid")
            for seen in CROWD:
                camera = {} if seen.camera is None else {"camera": seen.camera}
                put(address, "people", seen.key, seen.picture, {**camera, "time": seen.time})
        yield address


def create(address: str, name: str, model: str, *, personal: bool = False) -> None:
    """Make a collection."""
    body = {"name": name, "title": name.title(), "model": model, "personal": personal}
    httpx.post(f"{address}v1/collections", json=body).raise_for_status()


def put(address: str, collection: str, key: str, picture: bytes, metadata: dict[str, Any]) -> None:
    """Store an item."""
    httpx.put(
        f"{address}v1/collections/{collection}/items/{key}",
        files={"image": ("person.png", picture, "image/png")},
        data={"title": f"Picture {key}", "metadata": json.dumps(metadata)},
    ).raise_for_status()


def crop(identity: int, name: str | None = None) -> FilePayload:
    """A picture for the file dialog, of somebody as no camera saw them."""
    return {"name": name or f"{identity}.png", "mimeType": "image/png", "buffer": person(identity, shift=2)}


def give(page: Page, *crops: FilePayload) -> None:
    """Choose pictures in the file dialog."""
    page.locator("#crop-files").set_input_files(list(crops))


def found(*hits: tuple[str, str, str | None]) -> str:
    """Body of an answer with hits of these keys, verdicts and cameras, best first."""
    body = json.loads(answer(*(key for key, _, _ in hits), sure=0.9))
    for hit, (_, verdict, camera) in zip(body["hits"], hits, strict=True):
        hit.update(verdict=verdict, metadata={} if camera is None else {"camera": camera})
    verdict = hits[0][1] if hits else "no match"
    return json.dumps({**body, "verdict": verdict, "collection": "people"})


def fulfil(route: Route, *hits: tuple[str, str, str | None]) -> None:
    """Answer a search with such hits; their picture is that of an item of the crowd, where there is one."""
    route.fulfill(content_type="application/json", body=found(*hits))


def fail(route: Route, error: RetrievalError) -> None:
    """Answer as the server answers this error."""
    real = of_error("/v1/search/person", error)
    route.fulfill(status=real.status_code, headers=dict(real.headers), body=bytes(real.body))
