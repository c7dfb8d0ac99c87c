"""Which models there are: every package beside this module that describes itself by a `SPEC`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from models.contracts import ModelSpec, UnknownModel


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
