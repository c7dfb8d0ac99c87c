"""The Python client of a running Likeness server, one module per capability."""

from __future__ import annotations

from app.client.collections import Collections
from app.client.connection import DEFAULT_URL
from app.client.items import Items
from app.client.models import Models
from app.client.searches import Searches
from app.client.tags import Tags
from app.failures import LikenessError

__all__ = ["DEFAULT_URL", "LikenessClient", "LikenessError"]


class LikenessClient(Searches, Collections, Items, Models, Tags):
    """Talks to one server; thread safe; close it, or use it in a `with` statement.

    Every call raises `LikenessError`, and nothing else, when it comes to nothing.
    """
