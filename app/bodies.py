"""Bodies that handlers read themselves: forms with a picture, and drawings as a picture or as strokes."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import anyio.to_thread
import numpy as np
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.schemas.drawings import MarksBody, RefineBody, SketchBody
from app.schemas.items import BatchEntry
from indexer.disk import writing
from models.contracts import RetrievalError, Strokes

MAX_FIELD_BYTES = 1024 * 1024
"""Longest text field of a form: an item's metadata may be large, but not as large as a picture."""

MAX_BATCH = 100
"""Most items in a batch."""

MAX_PICTURES = 32
"""Most pictures of one request: of one person, or to be labelled."""

_ENTRIES = TypeAdapter(list[BatchEntry])
_JSON_WORDS = {"{}": "object", "[]": "list"}
_LOOP_JSON_BYTES = 64 * 1024
"""JSON up to this size is parsed on the event loop, which then stands still for about a millisecond."""


Given = TypeVar("Given")
Json = TypeVar("Json", dict[str, Any], list[Any])
Valid = TypeVar("Valid")


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

    def json_of(self, kind: type[Json], name: str) -> Json:
        """Return a field that holds a JSON object, for `dict`, or a list; an empty one where the field was not sent.

        Raises:
            InvalidForm: it holds something else.
        """
        empty = json.dumps(kind())
        try:
            value = json.loads(self.fields.get(name) or empty)
        except (ValueError, RecursionError) as error:
            message = f"The field {name} is not JSON ({error}); send text like {empty}."
            raise InvalidForm(message) from error
        if not isinstance(value, kind):
            message = (
                f"The field {name} must hold a JSON {_JSON_WORDS[empty]}, like {empty}, not {type(value).__name__}."
            )
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
    return Form(dict(files).get("image"), fields)


async def read_pictures(request: Request) -> tuple[bytes, ...]:
    """Read a multipart form of one or more pictures, in parts that are all named image.

    Raises:
        UnsupportedBody: the body is no multipart form.
        InvalidForm: it is malformed, or holds no picture, or one that is empty.
    """
    files, _ = await _parts(request, max_files=MAX_PICTURES)
    pictures = tuple(content for name, content in files if name == "image")
    if not pictures or not all(pictures):
        message = "The form needs a picture in every part that is named image, and one such part at least."
        raise InvalidForm(message)
    return pictures


async def read_pair(request: Request) -> tuple[bytes, bytes]:
    """Read a multipart form of two pictures, in parts that are both named image.

    Raises:
        UnsupportedBody: the body is no multipart form.
        InvalidForm: it is malformed, or does not hold two pictures.
    """
    match await read_pictures(request):
        case (one, other):
            return one, other
        case pictures:
            message = f"The form holds {len(pictures)} of the two pictures to compare; send both in parts named image."
            raise InvalidForm(message)


async def read_batch(request: Request) -> BatchForm:
    """Read a multipart form of several items: their facts as JSON in the field items, a part for every picture.

    Raises:
        UnsupportedBody: the body is no multipart form.
        InvalidForm: it is malformed, or a picture that an item names is not in it.
        RequestValidationError: the JSON is no list of what `BatchEntry` describes.
    """
    files, fields = await _parts(request, max_files=MAX_BATCH)
    pictures = dict(files)
    entries = await anyio.to_thread.run_sync(_checked, _ENTRIES.validate_json, fields.get("items", ""), "items")
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


@dataclass(frozen=True)
class Refinement:
    """What is searched for, a drawing or, as a str, an item's key, and the keys of what is liked and disliked."""

    query: bytes | Strokes | str
    liked: tuple[str, ...]
    disliked: tuple[str, ...]


async def read_refinement(request: Request) -> Refinement:
    """Read a drawing or an item's key, with the keys of what is liked and disliked.

    Raises:
        UnsupportedBody: the body is neither a multipart form nor JSON.
        InvalidForm: the form is malformed or holds no picture.
        RequestValidationError: the JSON is not what `RefineBody` describes, or a field not what `MarksBody` does.
    """
    if _media_type(request) != "application/json":
        form = await read_form(request)
        marks = {name: form.json_of(list, name) for name in ("liked", "disliked")}
        marked = _checked(MarksBody.model_validate, marks)
        return Refinement(form.picture(), tuple(marked.liked), tuple(marked.disliked))
    body = await request.body()
    if len(body) <= _LOOP_JSON_BYTES:
        return _refinement(body)
    return await anyio.to_thread.run_sync(_refinement, body)


async def _parts(request: Request, max_files: int) -> tuple[list[tuple[str, bytes]], dict[str, str]]:
    """Read the files of a multipart form, each with its name, and the text fields by theirs."""
    _require(request, "multipart/form-data")
    try:
        # Large files of a form pass through the folder for temporary files.
        with writing(Path(tempfile.gettempdir())):
            async with request.form(max_files=max_files, max_fields=8, max_part_size=MAX_FIELD_BYTES) as form:
                parts = form.multi_items()
                files = [(name, await part.read()) for name, part in parts if isinstance(part, UploadFile)]
                return files, {name: part for name, part in form.items() if isinstance(part, str)}
    except HTTPException as error:
        if error.status_code != HTTPStatus.BAD_REQUEST:
            raise
        message = f"The multipart form is malformed: {error.detail.rstrip('.')}."
        raise InvalidForm(message) from error


def _refinement(body: bytes) -> Refinement:
    asked = _checked(RefineBody.model_validate_json, body)
    query = _as_strokes(asked.strokes or ()) if asked.item is None else asked.item
    return Refinement(query, tuple(asked.liked), tuple(asked.disliked))


def _strokes(body: bytes) -> Strokes:
    return _as_strokes(_checked(SketchBody.model_validate_json, body).strokes)


def _as_strokes(lines: Sequence[Sequence[tuple[float, float]]]) -> Strokes:
    # What float32 cannot hold becomes infinite here, and is refused where strokes are drawn.
    with np.errstate(over="ignore"):
        return Strokes(tuple(np.asarray(line, dtype=np.float32).reshape(-1, 2) for line in lines))


def _checked(validate: Callable[[Given], Valid], given: Given, *place: str) -> Valid:
    """Validate a body, or the part of one that stands at `place`, and say what is wrong where."""
    try:
        return validate(given)
    except ValidationError as error:
        raise RequestValidationError(
            [{**found, "loc": ("body", *place, *found["loc"])} for found in error.errors(include_url=False)]
        ) from error


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _require(request: Request, media_type: str) -> None:
    found = _media_type(request)
    if found != media_type:
        message = f"The body's Content-Type is {found or 'missing'}; send {media_type}."
        raise UnsupportedBody(message)
