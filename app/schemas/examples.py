"""What answers and bodies have in common: examples, and what is allowed beside the named members."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

METADATA = {"kind": "boot", "colour": "red", "price": 49.5}
_PICTURE = "/v1/pictures/" + "5f" * 32
ITEM = {
    "key": "boots/0017",
    "title": "Red ankle boot",
    "metadata": METADATA,
    "image_url": _PICTURE,
    "thumbnail_url": f"{_PICTURE}/thumbnail",
}
COLLECTION: dict[str, Any] = {"name": "shoes", "title": "Shoes", "model": "sketch"}


def example(**values: Any) -> ConfigDict:  # noqa: ANN401 - an example holds whatever the body holds
    """Configure a body that passes over members it does not name, with an example of it."""
    return ConfigDict(json_schema_extra={"examples": [values]}, protected_namespaces=())


def strict(**values: Any) -> ConfigDict:  # noqa: ANN401 - an example holds whatever the body holds
    """Configure a body that refuses members it does not name, with an example of it."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]}, protected_namespaces=())
