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
from indexer.catalogue.keys import check_key, check_name, check_title
from indexer.catalogue.matching import matches
from indexer.catalogue.metadata import check_metadata, read_metadata
from indexer.catalogue.parsing import parse_filter, read_filter
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
from indexer.catalogue.schema import downgrade, upgrade
from indexer.catalogue.sql import SqlCatalogue, open_catalogue

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
    "SqlCatalogue",
    "State",
    "Stored",
    "UnknownCollection",
    "UnknownItem",
    "UnusableDatabase",
    "VectorPage",
    "WrongModel",
    "check_key",
    "check_metadata",
    "check_name",
    "check_title",
    "downgrade",
    "matches",
    "open_catalogue",
    "parse_filter",
    "read_filter",
    "read_metadata",
    "upgrade",
]
