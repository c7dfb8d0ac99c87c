"""What a collection must hold after any history, kept in a dict by the rules alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tests.indexer.stock import vector_of

QUERY = np.array([1, 0.5, -0.25, 0], dtype=np.float32)


@dataclass
class Row:
    """One item.

    Attributes:
        id: what the catalogue calls it.
        colour: its metadata.
        picture: its number; None if it has none.
        digests: the weights that the picture was embedded with.
    """

    id: int
    colour: str
    picture: int | None
    digests: frozenset[str]


@dataclass
class Oracle:
    """The live items by key."""

    rows: dict[str, Row] = field(default_factory=dict)

    def put(self, key: str, row: Row) -> None:
        """Replace an item; vectors of an unchanged picture stay, and so does the id of the key."""
        before = self.rows.get(key)
        if before is not None:
            assert row.id == before.id
            if row.picture is not None and row.picture == before.picture:
                row.digests |= before.digests
        self.rows[key] = row

    def embed(self, digest: str) -> None:
        """Give every picture a vector of a checkpoint, as a build does."""
        for row in self.rows.values():
            if row.picture is not None:
                row.digests |= {digest}

    def is_complete(self, digest: str) -> bool:
        """Tell whether every picture has a vector of a checkpoint."""
        return all(digest in row.digests for row in self.rows.values() if row.picture is not None)

    def expected(self, digest: str, colour: str | None) -> dict[int, float]:
        """Return the score of every item that may be found; None for any colour."""
        return {
            row.id: float(vector_of(row.picture, digest) @ QUERY)
            for row in self.rows.values()
            if row.picture is not None and digest in row.digests and colour in {None, row.colour}
        }
