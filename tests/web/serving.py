"""A real server on a free port of this machine, and a small catalogue put in through its own API."""

from __future__ import annotations

import io
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import httpx
import uvicorn
from PIL import Image, ImageDraw

from app.main import create_app
from app.settings import Settings
from tests.models.fakes import FakePredictor, fake_spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from models.predictor import Predictor

PATIENCE = 60


@dataclass(frozen=True)
class Shoe:
    """An item of the small catalogue: a coloured block whose height goes with its kind."""

    key: str
    title: str
    kind: str
    colour: str
    price: float

    @property
    def metadata(self) -> dict[str, Any]:
        """What it can be filtered by."""
        return {"kind": self.kind, "colour": self.colour, "price": self.price, "currency": "EUR"}

    @property
    def picture(self) -> bytes:
        """A PNG of it."""
        image = Image.new("RGB", (120, 120), "white")
        top = {"boot": 10, "pump": 50, "sneaker": 70}[self.kind] + int(self.price) % 10
        ImageDraw.Draw(image).polygon([(10, 100), (60, 90), (70, top), (105, top), (110, 100)], fill=self.colour)
        content = io.BytesIO()
        image.save(content, "PNG")
        return content.getvalue()

    def renamed(self, key: str, title: str) -> Shoe:
        """The same shoe as another item."""
        return replace(self, key=key, title=title)


KINDS = ("boot", "pump", "sneaker")
COLOURS = ("red", "navy", "tan", "black")
SHOES = [
    Shoe(f"{kind}/{place}", f"{colour.title()} {kind} {place}", kind, colour, 40.5 + 11 * place)
    for place, (kind, colour) in enumerate((kind, colour) for kind in KINDS for colour in COLOURS)
]


@contextmanager
def serve(home: Path) -> Iterator[str]:
    """Run the server with the fake model in a thread; gives its address."""
    settings = Settings(home=home, log_level="ERROR")
    with run(
        create_app(
            settings, predictors=lambda _, digest: cast("Predictor", FakePredictor()), specs={"fake": fake_spec()}
        )
    ) as address:
        yield address


@contextmanager
def run(application: FastAPI) -> Iterator[str]:
    """Run an application in a thread until the block ends; gives its address once it answers."""
    server = Started(uvicorn.Config(application, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    try:
        assert server.ready.wait(PATIENCE), "The server did not start."
        assert server.started, "The server gave up while starting."
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


class Started(uvicorn.Server):
    """A server that tells when it has started, or failed to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Start, and tell."""
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()


def fill(address: str) -> None:
    """Make an empty collection, and one with every shoe."""
    for name, title in (("shoes", "Shoes"), ("bare", "Bare shelf")):
        body = {"name": name, "title": title, "model": "fake"}
        httpx.post(f"{address}v1/collections", json=body).raise_for_status()
    for shoe in SHOES:
        store(address, shoe)


def store(address: str, shoe: Shoe) -> None:
    """Put a shoe into the collection."""
    httpx.put(
        f"{address}v1/collections/shoes/items/{shoe.key}",
        files={"image": ("shoe.png", shoe.picture, "image/png")},
        data={"title": shoe.title, "metadata": json.dumps(shoe.metadata)},
    ).raise_for_status()


def remove(address: str, shoe: Shoe) -> None:
    """Take a shoe out of the collection."""
    httpx.delete(f"{address}v1/collections/shoes/items/{shoe.key}").raise_for_status()
