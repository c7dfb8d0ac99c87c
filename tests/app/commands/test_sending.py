"""A source on its way to a server: cut into batches that a server takes, nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from app.answers import BatchResult
from app.client import LikenessError
from app.commands.sending import batches, send
from app.requests import NewItem
from indexer.sources import SourceItem, SourceReject
from models.contracts import UnreadablePicture

sizes = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12)), max_size=30)


@given(wanted=sizes, most_items=st.integers(1, 5), most_bytes=st.integers(1, 20))
def test_batches_are_the_items_in_order_within_bounds(
    wanted: list[tuple[str, int]], most_items: int, most_bytes: int
) -> None:
    """Joined they are the items, no batch is too large unless its only picture is, and none holds a key twice."""
    items = [NewItem(key, bytes(size)) for key, size in wanted]
    found = [list(batch) for batch in batches(items, most_items, most_bytes)]
    assert [item for batch in found for item in batch] == items
    for batch in found:
        assert 1 <= len(batch) <= most_items
        assert len(batch) == 1 or sum(len(item.image) for item in batch) <= most_bytes
        assert len({item.key for item in batch}) == len(batch)


class Server:
    """Takes bodies of a few bytes, and keeps what it stored."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.stored: list[str] = []

    def put_items(self, collection: str, items: Sequence[NewItem]) -> tuple[BatchResult, ...]:
        """Store a batch, or refuse it as too large."""
        assert collection == "shoes"
        if sum(len(item.image) for item in items) > self._limit:
            message = "Too large."
            raise LikenessError(message, 413)
        self.stored += [item.key for item in items]
        return tuple(BatchResult(item.key, 200, None, "") for item in items)


def entry(key: str, size: int) -> SourceItem:
    """Make an entry whose picture has that many bytes; none at all cannot be read."""

    def read() -> bytes:
        if size == 0:
            message = "There is no file."
            raise UnreadablePicture(message)
        return bytes(size)

    return SourceItem(key, "", {}, read)


@given(wanted=st.lists(st.integers(0, 12), max_size=120), limit=st.integers(1, 40))
def test_everything_is_stored_or_told(wanted: list[int], limit: int) -> None:
    """Whatever a server takes at once, what fits alone is stored once, and everything else is told with a reason."""
    server = Server(limit)
    read = [entry(str(place), size) for place, size in enumerate(wanted)]
    source: list[SourceItem | SourceReject] = [*read, SourceReject("line 9", "No key.")]
    told = [result for results in send(server.put_items, "shoes", source) for result in results]
    fitting = [str(place) for place, size in enumerate(wanted) if 0 < size <= limit]
    assert server.stored == fitting
    assert sorted(result.key for result in told) == sorted([*map(str, range(len(wanted))), "line 9"])
    assert {result.key for result in told if result.reason} == {result.key for result in told} - set(fitting)
