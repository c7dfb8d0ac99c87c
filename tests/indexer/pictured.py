"""Pictures and source items for builds."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from indexer.sources import SourceItem


def photo(number: int) -> bytes:
    """Return a PNG that no other number has."""
    pixels = np.random.default_rng(number).integers(0, 255, (24, 24, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def source_item(
    key: str, content: bytes | OSError, *, title: str = "", metadata: Mapping[str, Any] | None = None
) -> SourceItem:
    """Return a source item that reads these bytes, or fails like this."""

    def read() -> bytes:
        if isinstance(content, OSError):
            raise content
        return content

    return SourceItem(key=key, title=title, metadata=dict(metadata or {}), read=read)
