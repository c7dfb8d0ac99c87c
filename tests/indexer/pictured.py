"""Pictures and source items for builds."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from indexer.sources import SourceItem


def photo(number: int) -> bytes:
    """Return a PNG that no other number has."""
    pixels = np.random.default_rng(number).integers(0, 255, (24, 24, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def refuse_new_files(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let the disk make no new file, for the reason of that number; what is there can be read."""
    real = Path.open

    def opening(path: Path, mode: str = "r", buffering: int = -1, **options: Any) -> Any:
        if "x" in mode:
            raise OSError(number, os.strerror(number))
        return real(path, mode, buffering, **options)

    monkeypatch.setattr(Path, "open", opening)


def source_item(
    key: str, content: bytes | OSError, *, title: str = "", metadata: Mapping[str, Any] | None = None
) -> SourceItem:
    """Return a source item that reads these bytes, or fails like this."""

    def read() -> bytes:
        if isinstance(content, OSError):
            raise content
        return content

    return SourceItem(key=key, title=title, metadata=dict(metadata or {}), read=read)
