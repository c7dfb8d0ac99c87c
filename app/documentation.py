"""What OpenAPI says beyond what FastAPI finds out by itself: errors, and bodies that handlers read themselves."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.bodies import MAX_BATCH, MAX_PICTURES
from app.credentials import needed_scope
from app.problems import MEDIA_TYPE
from app.schemas.drawings import RefineBody, SketchBody
from app.schemas.items import BatchEntry
from app.schemas.problems import Problem

_BINARY = {"type": "string", "format": "binary"}
_REASONS = {
    400: "The Range header is malformed, or a label is named that these weights do not know.",
    401: "No key came, or none that holds.",
    403: "The key does not allow this.",
    404: "What is named does not exist.",
    409: "It does not agree with what is stored.",
    412: "The item is not in the version that If-Match or If-None-Match asks for.",
    413: "The body or the picture is too large.",
    415: "The body is of a media type that is not taken.",
    416: "Nothing of the file lies in the range that is asked for.",
    429: "Too many requests came from this key or this address; Retry-After says when to try again.",
    422: "The request is malformed, or its picture cannot be used.",
    507: "The disk is full or may only be read; searches go on.",
    503: "The server is busy, not ready or shutting down; Retry-After says when to try again.",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the errors of an operation, for `responses`."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _REASONS.get(status, HTTPStatus(status).phrase), "content": content}
        for status in statuses
    }


def picture_answer(description: str, *media_types: str) -> dict[int | str, dict[str, Any]]:
    """Describe an answer that is a picture, for `responses`."""
    return {200: {"description": description, "content": {kind: {"schema": _BINARY} for kind in media_types}}}


PARTIAL: dict[int | str, dict[str, Any]] = {206: {"description": "The part that Range asks for."}}
"""Describes the answer to a caller who asks for some of a file, for `responses`."""

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is what If-None-Match names; nothing is sent."}}
"""Describes the answer to a caller who has the newest version already, for `responses`."""


def _form(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"schema": {"type": "object", "required": ["image"], "properties": dict(properties)}}


DRAWING_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": _form({"image": {**_BINARY, "description": "JPEG, PNG, WebP, GIF or BMP."}}),
            "application/json": {"schema": SketchBody.model_json_schema()},
        },
    }
}


def _pictures(what: str, least: int, most: int) -> dict[str, Any]:
    pictures = {
        "type": "array",
        "items": _BINARY,
        "minItems": least,
        "maxItems": most,
        "description": f"{what}: JPEG, PNG, WebP, GIF or BMP; a part for each.",
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": _form({"image": pictures})}}}


_CROPS = "Crops of one person each, head to feet"
CROPS_BODY = _pictures(_CROPS, 1, MAX_PICTURES)
PAIR_BODY = _pictures(_CROPS, 2, 2)
PICTURES_BODY = _pictures("Pictures of anything", 1, MAX_PICTURES)

_KEYS = {"type": "string", "description": "A JSON list of keys, as text.", "examples": ['["boots/0020"]']}

REFINE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": _form(
                {
                    "image": {**_BINARY, "description": "JPEG, PNG, WebP, GIF or BMP."},
                    "liked": _KEYS,
                    "disliked": _KEYS,
                }
            ),
            "application/json": {"schema": RefineBody.model_json_schema()},
        },
    }
}

ITEM_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": _form(
                {
                    "image": {**_BINARY, "description": "JPEG, PNG, WebP, GIF or BMP."},
                    "title": {"type": "string", "description": "What people read."},
                    "metadata": {
                        "type": "string",
                        "description": "A JSON object, as text.",
                        "examples": ['{"kind": "boot", "price": 49.5}'],
                    },
                }
            )
        },
    }
}


BATCH_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["items"],
                    "properties": {
                        "items": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "contentSchema": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": MAX_BATCH,
                                "items": BatchEntry.model_json_schema(),
                            },
                            "description": "A JSON list of items, as text; each names the part with its picture.",
                            "examples": ['[{"key": "boots/0017", "title": "Red boot", "image": "first"}]'],
                        },
                    },
                    "additionalProperties": {**_BINARY, "description": "JPEG, PNG, WebP, GIF or BMP."},
                }
            }
        },
    }
}


def document(app: FastAPI) -> None:
    """Have the application describe itself with the problem schema that all its errors follow."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, summary=app.summary, version=app.version, routes=app.routes, tags=app.openapi_tags
            )
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            parts = problem.pop("$defs", {})
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas.update({**parts, "Problem": problem})
            _drop_validation_errors(schema)
            _describe_keys(schema)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this as the way


def _describe_keys(schema: dict[str, Any]) -> None:
    """Say of every operation that needs a key how it is sent, and what is answered when it is not enough."""
    schema["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for path, verbs in schema["paths"].items():
        for verb, operation in verbs.items():
            if needed_scope(verb.upper(), path) is not None:
                # The empty choice stands for a server on loopback for which no key was ever made.
                operation["security"] = [{"key": []}, {}]
                described = errors(401, 403, 429).items()
                operation["responses"] |= {str(status): answer for status, answer in described}


def _drop_validation_errors(schema: dict[str, Any]) -> None:
    """Remove the answers that FastAPI adds to operations whose parameters are text and cannot be wrong."""
    for verbs in schema["paths"].values():
        for operation in verbs.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(unused, None)
