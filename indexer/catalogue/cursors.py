"""Cursors: where a list of items goes on. Opaque, so that what is in them may change."""

from __future__ import annotations

import base64
import binascii
import re

from indexer.catalogue.errors import InvalidCursor

_CONTENT = re.compile(r"(\d{1,19})/(\d{1,19})")


def write_cursor(collection_id: int, after: int) -> str:
    """Return a cursor that goes on after an item of a collection."""
    return base64.urlsafe_b64encode(f"{collection_id}/{after}".encode()).decode().rstrip("=")


def read_cursor(cursor: str, collection_id: int) -> int:
    """Return the id of the item to go on after.

    Raises:
        InvalidCursor: it is no cursor, or one of another collection.
    """
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        content = ""
    found = _CONTENT.fullmatch(content)
    if found is None or int(found[1]) != collection_id or int(found[2]) >= 2**63:
        message = "The cursor is not one of this list: pass on next_cursor as it came, or none to begin anew."
        raise InvalidCursor(message)
    return int(found[2])
