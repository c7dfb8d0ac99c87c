"""What the catalogue refuses, and why."""

from __future__ import annotations

from models.contracts import RetrievalError


class CatalogueUnavailable(RetrievalError):
    """The database does not answer, or is locked for too long; asking again later may help."""


class UnusableDatabase(RetrievalError):
    """The address names no database that Likeness can use, or its tables are not those of this version."""


class UnknownCollection(RetrievalError):
    """No collection of that name exists."""


class CollectionExists(RetrievalError):
    """A collection of that name exists already."""


class UnknownItem(RetrievalError):
    """The collection holds no item of that key."""


class UnmetExpectation(RetrievalError):
    """An item is not what the writer took it for; somebody else has written or deleted it."""


class ReusedRequestKey(RetrievalError):
    """A caller's key stands for another request than the one it comes with."""


class InvalidName(RetrievalError):
    """A collection's name breaks the rules for names."""


class InvalidKey(RetrievalError):
    """An item's key breaks the rules for keys."""


class InvalidMetadata(RetrievalError):
    """An item's title or metadata is too large, too deep, or nothing that JSON can hold."""


class InvalidThreshold(RetrievalError):
    """What a collection asks of a match is no cosine."""


class InvalidKeepDays(RetrievalError):
    """For how long a collection keeps its items is no number of days."""


class InvalidFilter(RetrievalError):
    """A filter is not in the language of filters."""


class InvalidCursor(RetrievalError):
    """A cursor was not handed out by the catalogue for this collection."""


class WrongModel(RetrievalError):
    """A collection is embedded by another model than the one asked for."""


class BuildLockLost(RetrievalError):
    """The lock of a collection's indexer is no longer held: another has taken over, or the collection is gone."""


class VectorsLacking(RetrievalError):
    """Items were not embedded with all weights that their collection is, or is about to be, searched with."""


class PublishedGeneration(RetrievalError):
    """A generation cannot be forgotten while searches use it."""


class ApiKeyExists(RetrievalError):
    """A key of that name is in use already."""


class UnknownApiKey(RetrievalError):
    """No key in use has that id or name."""
