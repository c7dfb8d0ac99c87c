"""Whether the server lives, and whether it is ready."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Models are warm, and every published index is loaded and sound."""

    status: Literal["ready"] = "ready"
