"""Which requests need a place: those that decode a picture or ask a network."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.admitting import computes
from tests.app.serving import application

TAKES_NO_PICTURE_BUT_COMPUTES = {"view_item"}


def test_every_operation_that_takes_a_picture_computes_and_hardly_another(tmp_path: Path) -> None:
    """Against the document of the API: what takes a form takes a picture."""
    found = {}
    for path, operations in application(tmp_path).openapi()["paths"].items():
        address = path.replace("{model}", "sketch").replace("{name}", "shoes").replace("{collection}", "shoes")
        for method, operation in operations.items():
            takes = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
            name = operation["operationId"]
            found[name] = takes or name in TAKES_NO_PICTURE_BUT_COMPUTES
            assert computes(method.upper(), address.replace("{key}", "a/b")) == found[name], name
    assert sum(found.values()) >= 6


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v1/search/sketch", True),
        ("POST", "/v1/search/refine", True),
        ("POST", "/v1/search/similar/shoes/a", False),
        ("POST", "/v1/search/similarity", True),
        ("PUT", "/v1/collections/shoes/items/similar/a\nb", True),
        ("DELETE", "/v1/collections/shoes/items/a", False),
        ("GET", "/v1/collections/shoes/items", False),
        ("POST", "/v1/collections", False),
        ("POST", "/", False),
    ],
)
def test_addresses_are_told_apart(method: str, path: str, expected: bool) -> None:
    """Also where a name begins or ends as another does."""
    assert computes(method, path) is expected
