"""The catalogue: collections, items, vectors, generations and rejects in SQL, which is the record of what is true."""

from __future__ import annotations

from indexer.catalogue.contracts import Catalogue
from indexer.catalogue.errors import (
    CatalogueUnavailable,
    CollectionExists,
    InvalidCursor,
    InvalidFilter,
    InvalidKey,
    InvalidMetadata,
    InvalidName,
    PublishedGeneration,
    UnknownCollection,
    UnknownItem,
    UnusableDatabase,
    WrongModel,
)
from indexer.catalogue.filters import Filter
from indexer.catalogue.records import (
    Changes,
    Collection,
    GenerationRecord,
    Ids,
    Item,
    ItemDraft,
    Page,
    Reject,
    State,
    Stored,
    VectorPage,
)

__all__ = [
    "Catalogue",
    "CatalogueUnavailable",
    "Changes",
    "Collection",
    "CollectionExists",
    "Filter",
    "GenerationRecord",
    "Ids",
    "InvalidCursor",
    "InvalidFilter",
    "InvalidKey",
    "InvalidMetadata",
    "InvalidName",
    "Item",
    "ItemDraft",
    "Page",
    "PublishedGeneration",
    "Reject",
    "State",
    "Stored",
    "UnknownCollection",
    "UnknownItem",
    "UnusableDatabase",
    "VectorPage",
    "WrongModel",
]
