"""The one table from error to answer: every error leaves as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admission import ServerBusy
from app.batching import DeadlineExceeded, QueueClosed, QueueFull
from app.bodies import InvalidForm, UnsupportedBody
from app.credentials import KeyRequired, ScopeTooNarrow
from app.preconditions import InvalidTags
from app.rates import RateExceeded
from app.telemetry import request_id
from indexer import catalogue, disk, generations, live, manifests, pictures
from indexer.vectors import contracts as vectors
from models import calibration, label_space
from models import contracts as models

MEDIA_TYPE = "application/problem+json"
CLIENT_CLOSED = 499
"""nginx's status for a caller who hung up; nobody reads the answer, but metrics and logs do."""

_PHRASES = {CLIENT_CLOSED: "The caller hung up", 413: "Content Too Large", 416: "Range Not Satisfiable"}
"""Of statuses that Python does not know, or knows by an older name in older versions."""

_COUNTED = (ServerBusy, QueueFull)
"""What a flood of requests is answered: the metrics count it, and a line for each would be a flood of its own."""

_logger = logging.getLogger("likeness.problems")


@dataclass(frozen=True)
class Row:
    """How a kind of error is answered."""

    status: int
    title: str
    headers: Mapping[str, str] = field(default_factory=dict)


_SOON = {"Retry-After": "1"}

TABLE: Mapping[type[models.RetrievalError], Row] = {
    models.UnreadablePicture: Row(422, "The picture cannot be read"),
    models.PictureTooLarge: Row(413, "The picture has too many pixels"),
    models.EmptyDrawing: Row(422, "The drawing is empty"),
    models.InvalidStrokes: Row(422, "The strokes are malformed"),
    models.UnknownModel: Row(404, "No such model"),
    calibration.NotCalibrated: Row(409, "The scores are not calibrated"),
    models.NotExplainable: Row(409, "The model does not explain"),
    models.WrongKind: Row(409, "The model does something else"),
    models.UnknownCheckpoint: Row(404, "No such weights"),
    models.MissingCheckpoint: Row(503, "Weights are missing"),
    models.CorruptCheckpoint: Row(503, "Weights are damaged"),
    catalogue.CatalogueUnavailable: Row(503, "The catalogue does not answer", _SOON),
    catalogue.UnusableDatabase: Row(503, "The catalogue cannot be used"),
    catalogue.UnknownCollection: Row(404, "No such collection"),
    catalogue.CollectionExists: Row(409, "The collection exists already"),
    catalogue.UnknownItem: Row(404, "No such item"),
    catalogue.UnmetExpectation: Row(412, "The item is not what was expected"),
    catalogue.ReusedRequestKey: Row(422, "The idempotency key stands for another request"),
    catalogue.InvalidName: Row(422, "The name breaks the rules"),
    catalogue.InvalidKey: Row(422, "The key breaks the rules"),
    catalogue.InvalidMetadata: Row(422, "The title or metadata breaks the rules"),
    catalogue.InvalidThreshold: Row(422, "The threshold is no cosine"),
    catalogue.InvalidKeepDays: Row(422, "The days to keep items are no such number"),
    catalogue.InvalidFilter: Row(422, "The filter is malformed"),
    catalogue.InvalidCursor: Row(422, "The cursor is not one of this list"),
    catalogue.ApiKeyExists: Row(409, "The key exists already"),
    catalogue.UnknownApiKey: Row(404, "No such key"),
    catalogue.WrongModel: Row(409, "The collection is embedded by another model"),
    catalogue.VectorsLacking: Row(503, "The weights are being exchanged", _SOON),
    catalogue.PublishedGeneration: Row(409, "The generation is in use"),
    catalogue.BuildLockLost: Row(409, "Another indexer has taken over"),
    disk.DiskUnwritable: Row(507, "Nothing can be written"),
    pictures.UnknownPicture: Row(404, "No such picture"),
    generations.BuildRunning: Row(409, "A build is running"),
    manifests.CorruptGeneration: Row(503, "The index is damaged"),
    manifests.MissingGeneration: Row(503, "The index is missing"),
    vectors.InvalidFactory: Row(422, "The kind of index cannot be used"),
    vectors.CorruptIndex: Row(503, "The index is damaged"),
    live.StaleVectors: Row(503, "The weights are being exchanged", _SOON),
    live.NotSearchable: Row(409, "The item cannot be searched for"),
    KeyRequired: Row(401, "A key is needed", {"WWW-Authenticate": 'Bearer realm="Likeness"'}),
    ScopeTooNarrow: Row(403, "The key does not allow this"),
    RateExceeded: Row(429, "Too many requests"),
    InvalidForm: Row(422, "The form is malformed"),
    InvalidTags: Row(422, "The entity tags are malformed"),
    label_space.InvalidLabels: Row(400, "A label is not known"),
    label_space.UnknownLabel: Row(404, "No such label"),
    UnsupportedBody: Row(415, "The body is of a type that is not taken"),
    ServerBusy: Row(503, "The server is busy", _SOON),
    QueueFull: Row(503, "The server is busy", _SOON),
    QueueClosed: Row(503, "The server is shutting down", _SOON),
    DeadlineExceeded: Row(503, "The server did not answer in time", _SOON),
}


def problem(path: str, row: Row, kind: str, detail: str, extensions: Mapping[str, Any] | None = None) -> JSONResponse:
    """Make an answer.

    Args:
        path: of the request.
        row: status, title and headers.
        kind: name of the error's class, or of the HTTP status.
        detail: one sentence for people.
        extensions: further members of the body.
    """
    body = {
        "type": _uri(kind),
        "title": row.title,
        "status": row.status,
        "detail": detail,
        "instance": path,
        "request_id": request_id(),
        **(extensions or {}),
    }
    return JSONResponse(body, row.status, row.headers, MEDIA_TYPE)


def named(error: models.RetrievalError) -> dict[str, Any]:
    """Return type, title, status and detail of an error that is part of an answer."""
    row = row_of(error)
    return {"type": _uri(type(error).__name__), "title": row.title, "status": row.status, "detail": str(error)}


def of_status(path: str, status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Make an answer for an error that has no class of its own, only an HTTP status."""
    title = _PHRASES.get(status) or HTTPStatus(status).phrase
    return problem(path, Row(status, title, headers or {}), title, detail)


def of_error(path: str, error: models.RetrievalError) -> JSONResponse:
    """Make the answer for an error of the table."""
    row = row_of(error)
    if row.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, _COUNTED):
        _logger.warning("%s: %s", type(error).__name__, error)
    if isinstance(error, RateExceeded):
        row = replace(row, headers={"Retry-After": str(math.ceil(error.wait_s))})
    return problem(path, row, type(error).__name__, str(error))


def row_of(error: models.RetrievalError) -> Row:
    """Find the row of an error, or of the closest class it inherits from."""
    for kind in type(error).__mro__:
        if kind in TABLE:
            return TABLE[kind]
    return Row(500, "Internal Server Error")


def install(app: FastAPI) -> None:
    """Answer all errors of an application by the table."""
    app.add_exception_handler(models.RetrievalError, _on_retrieval_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)


class UnexpectedErrors:
    """Middleware: logs an error nobody foresaw and answers 500 without telling the caller what went wrong inside."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except ClientDisconnect:
            if not started:
                await of_status(scope["path"], CLIENT_CLOSED, "The caller hung up.")(scope, receive, send)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            _logger.exception("%s %s failed", scope["method"], scope["path"])
            detail = f"Something went wrong inside the server; its log tells what, under the request id {request_id()}."
            await of_status(scope["path"], 500, detail)(scope, receive, send)


def _on_retrieval_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, models.RetrievalError):
        raise error
    return of_error(request.url.path, error)


def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    path = request.url.path
    if isinstance(error.__cause__, UnicodeDecodeError):
        # FastAPI answers 400 for JSON that is no text at all, and 422 for all that is malformed otherwise.
        return _malformed(path, [{"location": "body", "detail": "It is not text in UTF-8; send JSON"}])
    return of_status(path, error.status_code, _sentence(request, error), error.headers)


def _sentence(request: Request, error: HTTPException) -> str:
    """Say what was wrong, where the framework only repeats the status."""
    if error.detail != HTTPStatus(error.status_code).phrase:
        return error.detail
    if error.status_code == HTTPStatus.NOT_FOUND:
        return f"There is nothing at {request.url.path}; /openapi.json lists what there is."
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "another method")
        return f"{request.method} is not possible at {request.url.path}; use {allowed}."
    return f"{error.detail}."


def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [
        {"location": ".".join(str(part) for part in found["loc"]), "detail": found["msg"]} for found in error.errors()
    ]
    return _malformed(request.url.path, errors)


def _malformed(path: str, errors: Sequence[Mapping[str, str]]) -> JSONResponse:
    detail = "; ".join(f"{found['location']}: {found['detail']}" for found in errors)
    row = Row(422, "The request is malformed")
    return problem(path, row, "InvalidRequest", f"{detail}.", {"errors": errors})


def _uri(kind: str) -> str:
    """Name a kind of problem: ClassName, or a phrase of HTTP, becomes class-name."""
    return "urn:likeness:problem:" + re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", "-", kind).lower()
