"""What every reader of a data set promises."""

from __future__ import annotations

from models.contracts import RetrievalError


class MissingData(RetrievalError):
    """A folder does not hold the data set it is said to hold."""
