"""The running server that a command talks to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from app.commands.configuration import load_settings

if TYPE_CHECKING:
    from app.client import LikenessClient

Url: TypeAlias = Annotated[str, typer.Option("--url", help="Where the server runs.")]
DEFAULT_URL = "http://127.0.0.1:8000"


def connect(url: str) -> LikenessClient:
    """Make a client of the server at `url`, with the key that is set."""
    from app.client import LikenessClient

    key = load_settings().api_key
    return LikenessClient(url, api_key=None if key is None else key.get_secret_value())
