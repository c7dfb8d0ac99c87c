"""OpenAPI: every operation has a name, an example where it takes or gives a body, and its errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from starlette.testclient import TestClient

from app import schemas
from app.documentation import errors
from app.schemas.problems import Problem
from app.schemas.searches import SearchAnswer
from tests.app.serving import png, put, search

VERBS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture
def openapi(server: FastAPI) -> dict[str, Any]:
    """Return the server's description of itself."""
    return server.openapi()


def operations(openapi: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through all operations."""
    for path, verbs in openapi["paths"].items():
        for verb, operation in verbs.items():
            if verb in VERBS:
                yield f"{verb} {path}", operation


def references(value: Any) -> Iterator[str]:
    """Go through everything that is referred to."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def test_every_operation_has_a_name_of_its_own_and_a_sentence(openapi: dict[str, Any]) -> None:
    """Clients are generated from these names, so they are words and unique."""
    names = [operation["operationId"] for _, operation in operations(openapi)]
    assert len(names) == len(set(names)) == 31
    assert all(name.replace("_", "").isalpha() and name.islower() for name in names)
    assert all(operation["description"].endswith(".") for _, operation in operations(openapi))


def test_every_error_is_documented_as_a_problem(openapi: dict[str, Any]) -> None:
    """No operation promises another form of error, and what can meet a busy server says so."""
    for name, operation in operations(openapi):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], name
        if "/v1/" in name and "/pictures/" not in name:
            assert "503" in operation["responses"], name


def test_every_operation_that_needs_a_key_says_so(openapi: dict[str, Any]) -> None:
    """All but the health take a bearer's key, and document what is answered without one, and to one too many."""
    for name, operation in operations(openapi):
        needs = "/health/" not in name
        assert ("security" in operation) is needs, name
        assert ({"401", "403", "429"} <= set(operation["responses"])) is needs, name
    assert openapi["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_everything_that_is_referred_to_exists(openapi: dict[str, Any]) -> None:
    """The document is complete and valid JSON."""
    assert json.loads(json.dumps(openapi)) == openapi
    for reference in set(references(openapi)):
        place: Any = openapi
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_every_body_has_an_example_that_it_accepts() -> None:
    """Examples are checked against the very schema that they illustrate."""
    shown = 0
    for body in BaseModel.__subclasses__():
        if not body.__module__.startswith(f"{schemas.__name__}."):
            continue
        schema = body.model_json_schema()
        for example in schema.get("examples", ()):
            Draft202012Validator(schema).validate(example)
            body.model_validate(example)
            shown += 1
    assert shown >= 9


def test_bodies_with_pictures_are_described(openapi: dict[str, Any]) -> None:
    """A drawing is a form or JSON, an item is a form."""
    drawing = openapi["paths"]["/v1/search/{model}"]["post"]["requestBody"]["content"]
    assert set(drawing) == {"multipart/form-data", "application/json"}
    item = openapi["paths"]["/v1/collections/{name}/items/{key}"]["put"]["requestBody"]["content"]
    assert set(item["multipart/form-data"]["schema"]["properties"]) == {"image", "title", "metadata"}


def test_answers_are_what_is_documented(client: TestClient) -> None:
    """Real answers, errors included, fit the schemas that are published."""
    put(client, "a", 1, {"x": {"y": [1, None]}})
    SearchAnswer.model_validate(search(client, png(1)).json(), strict=False)
    for answer in (search(client, b"text"), client.get("/nowhere"), client.post("/v1/collections", json={})):
        Draft202012Validator(Problem.model_json_schema()).validate(answer.json())


def test_errors_have_words_even_without_an_entry() -> None:
    """A status that nobody described is described by its name."""
    assert errors(418)[418]["description"] == "I'm a Teapot"
