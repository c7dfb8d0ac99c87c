"""Which models there are: every package beside this module that describes itself by a `SPEC`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from models.contracts import EmbeddingSpec, ModelSpec, TaggingSpec, UnknownModel, WrongKind


@cache
def specs() -> Mapping[str, ModelSpec]:
    """Every model by name, in alphabetical order."""
    found = {}
    for module in sorted(pkgutil.iter_modules([str(Path(__file__).parent)]), key=lambda entry: entry.name):
        if not module.ispkg:
            continue
        spec = getattr(importlib.import_module(f"models.{module.name}"), "SPEC", None)
        if isinstance(spec, ModelSpec):
            found[spec.name] = spec
    return MappingProxyType(found)


def spec(name: str) -> ModelSpec:
    """Describe one model.

    Raises:
        UnknownModel: no model has that name.
    """
    try:
        return specs()[name]
    except KeyError:
        message = f"There is no model {name!r}; there is: {', '.join(specs())}."
        raise UnknownModel(message) from None


def embedding_spec(name: str) -> EmbeddingSpec:
    """Describe a model that embeds.

    Raises:
        UnknownModel: no model has that name.
        WrongKind: it does something else.
    """
    return as_embedding(spec(name))


def tagging_spec(name: str) -> TaggingSpec:
    """Describe a model that says labels.

    Raises:
        UnknownModel: no model has that name.
        WrongKind: it does something else.
    """
    return as_tagging(spec(name))


def as_embedding(found: ModelSpec) -> EmbeddingSpec:
    """Return the description of a model if it embeds.

    Raises:
        WrongKind: it does something else.
    """
    if not isinstance(found, EmbeddingSpec):
        message = f"The model {found.name} is of the kind {found.kind} and embeds nothing: choose one that embeds."
        raise WrongKind(message)
    return found


def as_tagging(found: ModelSpec) -> TaggingSpec:
    """Return the description of a model if it says labels.

    Raises:
        WrongKind: it does something else.
    """
    if not isinstance(found, TaggingSpec):
        message = f"The model {found.name} is of the kind {found.kind} and says no labels: choose one that does."
        raise WrongKind(message)
    return found
