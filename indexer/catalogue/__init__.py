"""The catalogue: collections, items, vectors, generations, rejects and keys in SQL, the record of what is true."""

from __future__ import annotations

from indexer.catalogue.api_keys import ApiKey, IssuedKey, KeyScope, issue
from indexer.catalogue.contracts import Catalogue
from indexer.catalogue.errors import (
    ApiKeyExists,
    BuildLockLost,
    CatalogueUnavailable,
    CollectionExists,
    InvalidCursor,
    InvalidFilter,
    InvalidKey,
    InvalidMetadata,
    InvalidName,
    PublishedGeneration,
    ReusedRequestKey,
    UnknownApiKey,
    UnknownCollection,
    UnknownItem,
    UnmetExpectation,
    UnusableDatabase,
    VectorsLacking,
    WrongModel,
)
from indexer.catalogue.filters import Filter
from indexer.catalogue.keyring import Keyring
from indexer.catalogue.keys import check_key, check_name, check_title
from indexer.catalogue.matching import matches
from indexer.catalogue.metadata import check_metadata, read_metadata
from indexer.catalogue.parsing import parse_filter, read_filter
from indexer.catalogue.records import (
    ANY,
    BuildLock,
    Changes,
    Collection,
    Expectation,
    GenerationRecord,
    Ids,
    Item,
    ItemDraft,
    Needs,
    Once,
    Page,
    Reject,
    State,
    Stored,
    VectorPage,
)
from indexer.catalogue.schema import downgrade, upgrade
from indexer.catalogue.sql import SqlCatalogue, open_catalogue

__all__ = [
    "ANY",
    "ApiKey",
    "ApiKeyExists",
    "BuildLock",
    "BuildLockLost",
    "Catalogue",
    "CatalogueUnavailable",
    "Changes",
    "Collection",
    "CollectionExists",
    "Expectation",
    "Filter",
    "GenerationRecord",
    "Ids",
    "InvalidCursor",
    "InvalidFilter",
    "InvalidKey",
    "InvalidMetadata",
    "InvalidName",
    "IssuedKey",
    "Item",
    "ItemDraft",
    "KeyScope",
    "Keyring",
    "Needs",
    "Once",
    "Page",
    "PublishedGeneration",
    "Reject",
    "ReusedRequestKey",
    "SqlCatalogue",
    "State",
    "Stored",
    "UnknownApiKey",
    "UnknownCollection",
    "UnknownItem",
    "UnmetExpectation",
    "UnusableDatabase",
    "VectorPage",
    "VectorsLacking",
    "WrongModel",
    "check_key",
    "check_metadata",
    "check_name",
    "check_title",
    "downgrade",
    "issue",
    "matches",
    "open_catalogue",
    "parse_filter",
    "read_filter",
    "read_metadata",
    "upgrade",
]
