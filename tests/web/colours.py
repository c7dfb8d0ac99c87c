"""Pictures of plain colours, and a server that labels them by these."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.app.labelling import file_of, keep, labelling_application
from tests.models.taggers import BLACK, BLUE, GREEN, RED, YELLOW, blocks
from tests.web.crowd import create, person, put
from tests.web.serving import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import FilePayload, Page

TAGS = "**/v1/tags?*"
SUNSET = file_of(blocks(YELLOW, YELLOW, YELLOW, BLUE, height=90))
"""Red and green, in its left three quarters, and a little blue at its right."""
COAST = file_of(blocks(GREEN, GREEN, BLUE, height=90))
"""Green at its left, and blue at its right."""
NIGHT = file_of(blocks(BLACK))
ROSE = file_of(blocks(RED))


@contextmanager
def serve_labels(home: Path, *, weights: bool = True) -> Iterator[str]:
    """Run a server with a thing to draw for, and unless told otherwise with weights that say labels."""
    if weights:
        keep(home)
    with run(labelling_application(home)) as address:
        create(address, "shoes", "fake")
        put(address, "shoes", "boot", person(1), {})
        yield address


def photo(content: bytes, name: str = "photo.png") -> FilePayload:
    """A picture for the file dialog."""
    return {"name": name, "mimeType": "image/png", "buffer": content}


def give(page: Page, content: bytes, name: str = "photo.png") -> None:
    """Choose a picture in the file dialog."""
    page.locator("#picture-file").set_input_files(photo(content, name))


def chips(page: Page) -> list[str]:
    """Names of the labels that are shown."""
    return page.locator(".label-name").all_inner_texts()
