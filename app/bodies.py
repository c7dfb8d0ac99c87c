"""Bodies that handlers read themselves: forms with a picture, and drawings as a picture or as strokes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import anyio.to_thread
import numpy as np
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.schemas import SketchBody
from models.contracts import RetrievalError, Strokes

MAX_FIELD_BYTES = 1024 * 1024
"""Longest text field of a form: an item's metadata may be large, but not as large as a picture."""

_LOOP_JSON_BYTES = 64 * 1024
"""JSON up to this size is parsed on the event loop, which then stands still for about a millisecond."""


class InvalidForm(RetrievalError):
    """A form lacks a field, or a field does not hold what it should."""


class UnsupportedBody(RetrievalError):
    """A body is of a media type that the endpoint does not take."""


@dataclass(frozen=True)
class Form:
    """A multipart form: its picture, if one was sent, and its text fields."""

    image: bytes | None
    fields: Mapping[str, str]

    def picture(self) -> bytes:
        """Return the picture's bytes.

        Raises:
            InvalidForm: none was sent.
        """
        if not self.image:
            message = "The form has no picture: send the file in a multipart field named image."
            raise InvalidForm(message)
        return self.image

    def json_object(self, name: str) -> dict[str, Any]:
        """Return a field that holds a JSON object; an empty one where the field was not sent.

        Raises:
            InvalidForm: it holds something else.
        """
        try:
            value = json.loads(self.fields.get(name) or "{}")
        except (ValueError, RecursionError) as error:
            message = f"The field {name} is not JSON ({error}); send an object like {{}} as text."
            raise InvalidForm(message) from error
        if not isinstance(value, dict):
            message = f"The field {name} must hold a JSON object, like {{}}, not {type(value).__name__}."
            raise InvalidForm(message)
        return value


async def read_form(request: Request) -> Form:
    """Read a multipart form of one picture and a few text fields.

    Raises:
        UnsupportedBody: the body is no multipart form.
        InvalidForm: it is malformed.
    """
    _require(request, "multipart/form-data")
    try:
        async with request.form(max_files=1, max_fields=8, max_part_size=MAX_FIELD_BYTES) as form:
            image = form.get("image")
            content = await image.read() if isinstance(image, UploadFile) else None
            return Form(content, {name: value for name, value in form.items() if isinstance(value, str)})
    except HTTPException as error:
        if error.status_code != HTTPStatus.BAD_REQUEST:
            raise
        message = f"The multipart form is malformed: {error.detail.rstrip('.')}."
        raise InvalidForm(message) from error


async def read_query(request: Request) -> bytes | Strokes:
    """Read what is searched for: the bytes of a picture, or strokes.

    Raises:
        UnsupportedBody: the body is neither a multipart form nor JSON.
        InvalidForm: the form is malformed or holds no picture.
        RequestValidationError: the JSON is not what `SketchBody` describes.
    """
    if _media_type(request) != "application/json":
        return (await read_form(request)).picture()
    body = await request.body()
    if len(body) <= _LOOP_JSON_BYTES:
        return _strokes(body)
    return await anyio.to_thread.run_sync(_strokes, body)


def _strokes(body: bytes) -> Strokes:
    try:
        sketch = SketchBody.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(
            [{**found, "loc": ("body", *found["loc"])} for found in error.errors(include_url=False)]
        ) from error
    return Strokes(tuple(np.asarray(line, dtype=np.float32).reshape(-1, 2) for line in sketch.strokes))


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _require(request: Request, media_type: str) -> None:
    found = _media_type(request)
    if found != media_type:
        message = f"The body's Content-Type is {found or 'missing'}; send {media_type}."
        raise UnsupportedBody(message)
