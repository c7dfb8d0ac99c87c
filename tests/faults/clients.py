"""Clients that write and search as fast as they are answered, and judge every answer by what they know."""

from __future__ import annotations

import io
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PIL import Image, ImageDraw

from app.answers import Item
from app.client import LikenessClient, LikenessError
from app.requests import NewItem
from app.retries import RetryPolicy
from app.search_answers import Hit
from tests.faults.ledger import Content, Ledger, State
from tests.processes import PATIENCE

COLLECTION = "shoes"
PICTURES = 6
KEYS = 6
BATCH = 3
EVERYTHING = 200
"""More hits than there are items."""


def picture(number: int) -> bytes:
    """Draw one of the pictures, none of which looks like another, as a PNG file."""
    chance = random.Random(number)
    image = Image.new("RGB", (240, 240), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(3):
        corners = [(chance.randrange(10, 230), chance.randrange(10, 230)) for _ in range(chance.randrange(3, 6))]
        draw.polygon(corners, fill=None, outline="black", width=5)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def connect(url: str) -> LikenessClient:
    """Return a client that asks once, so that it knows what was answered."""
    return LikenessClient(url, timeout_s=PATIENCE, retries=RetryPolicy(attempts=1))


def content_of(found: Item | Hit) -> Content:
    """Return what an item or a hit holds."""
    return Content(found.metadata["picture"], found.title, found.metadata["colour"])


@dataclass(frozen=True)
class Batch:
    """Several items in one request, which may be sent again under its key."""

    key: str
    contents: Mapping[str, Content]

    def send(self, server: LikenessClient) -> None:
        """Store the items; each must be taken."""
        items = [
            NewItem(key, picture(content.picture), content.title, metadata_of(content))
            for key, content in self.contents.items()
        ]
        results = server.put_items(COLLECTION, items, idempotency_key=self.key)
        assert [result.key for result in results] == list(self.contents)
        assert {result.status for result in results} <= {200, 201}, results


def metadata_of(content: Content) -> dict[str, int | str]:
    """Return what is stored as an item's metadata."""
    return {"picture": content.picture, "colour": content.colour}


class Client:
    """Writes to keys of its own, one request at a time."""

    def __init__(self, name: str, seed: int) -> None:
        """Draw everything from a seed."""
        self._chance = random.Random(f"{seed} {name}")
        self._name = name
        self._sent = 0
        self._cut_off: Batch | None = None
        self.ledger = Ledger(f"{name}/{number}" for number in range(KEYS))

    def work(self, url: str, enough: threading.Event) -> int:
        """Write and search until it is enough, or the server is gone; returns how many requests were answered.

        Raises:
            AssertionError: a search did not find exactly what had been written.
            LikenessError: a request was refused.
        """
        answered = 0
        with connect(url) as server:
            while not enough.is_set():
                try:
                    self._ask(server)
                except LikenessError as error:
                    if error.status is not None:
                        raise
                    break
                answered += 1
        return answered

    def take_up(self, server: LikenessClient) -> None:
        """Send the batch again that was not answered when the server was killed; it happens once."""
        batch, self._cut_off = self._cut_off, None
        if batch is not None:
            self._batch(server, batch)

    def check(self, hits: Sequence[Hit]) -> None:
        """Find all of one's own items among the hits of everything, as they are, and no other."""
        found = {hit.key: content_of(hit) for hit in hits if hit.key.startswith(f"{self._name}/")}
        assert found == {key: self.ledger.state(key) for key in self.ledger.stored()}

    def _ask(self, server: LikenessClient) -> None:
        (ask,) = self._chance.choices(
            [self._put, self._patch, self._delete, self._some, self._search], weights=[5, 2, 2, 2, 2]
        )
        ask(server)

    def _put(self, server: LikenessClient) -> None:
        key, content = self._chance.choice(self.ledger.keys), self._content()
        image = picture(content.picture)
        put = partial(server.put_item, COLLECTION, key, image, title=content.title, metadata=metadata_of(content))
        self._change({key: content}, put)

    def _patch(self, server: LikenessClient) -> None:
        for key in self._one_stored():
            before, new = self.ledger.state(key), self._content()
            assert before is not None
            changed = replace(new, picture=before.picture)
            colour = {"colour": new.colour}
            self._change({key: changed}, partial(server.patch_item, COLLECTION, key, title=new.title, metadata=colour))

    def _delete(self, server: LikenessClient) -> None:
        for key in self._one_stored():
            self._change({key: None}, partial(server.delete_item, COLLECTION, key))

    def _some(self, server: LikenessClient) -> None:
        self._sent += 1
        keys = self._chance.sample(self.ledger.keys, BATCH)
        self._cut_off = Batch(f"{self._name} {self._sent}", {key: self._content() for key in keys})
        self._batch(server, self._cut_off)
        self._cut_off = None

    def _search(self, server: LikenessClient) -> None:
        self.check(server.search_sketch(picture(self._chance.randrange(PICTURES)), k=EVERYTHING).hits)

    def _batch(self, server: LikenessClient, batch: Batch) -> None:
        self._change(batch.contents, partial(batch.send, server))

    def _change(self, changes: Mapping[str, State], send: Callable[[], object]) -> None:
        self.ledger.ask(changes)
        send()
        self.ledger.answered(changes)

    def _one_stored(self) -> list[str]:
        """Choose a key that holds something; none if none does."""
        stored = self.ledger.stored()
        return [self._chance.choice(stored)] if stored else []

    def _content(self) -> Content:
        colour = self._chance.choice(["red", "blue"])
        return Content(self._chance.randrange(PICTURES), f"{self._chance.getrandbits(32):08x}", colour)
