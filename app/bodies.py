"""Bodies that handlers read themselves: forms with a picture, and drawings as a picture or as strokes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import anyio.to_thread
import numpy as np
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.schemas import BatchEntry, SketchBody
from models.contracts import RetrievalError, Strokes

MAX_FIELD_BYTES = 1024 * 1024
"""Longest text field of a form: an item's metadata may be large, but not as large as a picture."""

MAX_BATCH = 100
"""Most items in a batch."""

_ENTRIES = TypeAdapter(list[BatchEntry])
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


@dataclass(frozen=True)
class BatchForm:
    """A multipart form that describes items, and the pictures that it holds by the names of their parts."""

    entries: Sequence[BatchEntry]
    pictures: Mapping[str, bytes]


async def read_form(request: Request) -> Form:
    """Read a multipart form of one picture and a few text fields.

    Raises:
        UnsupportedBody: the body is no multipart form.
        InvalidForm: it is malformed.
    """
    files, fields = await _parts(request, max_files=1)
    return Form(files.get("image"), fields)


async def read_batch(request: Request) -> BatchForm:
    """Read a multipart form of several items: their facts as JSON in the field items, a part for every picture.

    Raises:
        UnsupportedBody: the body is no multipart form.
        InvalidForm: it is malformed, or a picture that an item names is not in it.
        RequestValidationError: the JSON is no list of what `BatchEntry` describes.
    """
    pictures, fields = await _parts(request, max_files=MAX_BATCH)
    entries = await anyio.to_thread.run_sync(_entries, fields.get("items", ""))
    if not 1 <= len(entries) <= MAX_BATCH:
        message = f"The field items lists {len(entries)} items; send 1 to {MAX_BATCH} in a batch."
        raise InvalidForm(message)
    keys = Counter(entry.key for entry in entries)
    if len(keys) < len(entries):
        message = f"The key {keys.most_common(1)[0][0][:80]!r} occurs twice in the batch; send each item once."
        raise InvalidForm(message)
    for entry in entries:
        if not pictures.get(entry.image):
            message = f"The item {entry.key[:80]!r} has its picture in the part {entry.image[:80]!r}; send that too."
            raise InvalidForm(message)
    return BatchForm(entries, pictures)


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


async def _parts(request: Request, max_files: int) -> tuple[dict[str, bytes], dict[str, str]]:
    """Read the files and the text fields of a multipart form, by their names."""
    _require(request, "multipart/form-data")
    try:
        async with request.form(max_files=max_files, max_fields=8, max_part_size=MAX_FIELD_BYTES) as form:
            files = {name: await part.read() for name, part in form.items() if isinstance(part, UploadFile)}
            return files, {name: part for name, part in form.items() if isinstance(part, str)}
    except HTTPException as error:
        if error.status_code != HTTPStatus.BAD_REQUEST:
            raise
        message = f"The multipart form is malformed: {error.detail.rstrip('.')}."
        raise InvalidForm(message) from error


def _entries(text: str) -> list[BatchEntry]:
    try:
        return _ENTRIES.validate_json(text)
    except ValidationError as error:
        raise _invalid(error, "items") from error


def _strokes(body: bytes) -> Strokes:
    try:
        sketch = SketchBody.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error) from error
    return Strokes(tuple(np.asarray(line, dtype=np.float32).reshape(-1, 2) for line in sketch.strokes))


def _invalid(error: ValidationError, *place: str) -> RequestValidationError:
    """Say what is wrong where in the body."""
    return RequestValidationError(
        [{**found, "loc": ("body", *place, *found["loc"])} for found in error.errors(include_url=False)]
    )


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _require(request: Request, media_type: str) -> None:
    found = _media_type(request)
    if found != media_type:
        message = f"The body's Content-Type is {found or 'missing'}; send {media_type}."
        raise UnsupportedBody(message)
