"""What every reader of a data set promises, and how each reads a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.contracts import RetrievalError
from models.images import decode

if TYPE_CHECKING:
    from pathlib import Path

    from models.images import Picture


class MissingData(RetrievalError):
    """A folder does not hold the data set it is said to hold."""


def read_picture(path: Path) -> Picture:
    """Decode one file of a data set.

    Raises:
        MissingData: it is no picture, has too many pixels, or is gone.
    """
    try:
        return decode(path.read_bytes())
    except (RetrievalError, OSError) as error:
        reason = str(error).rstrip(".")
        message = f"{path} cannot be read as a picture ({reason}); restore it, or take it out of the data set."
        raise MissingData(message) from error
