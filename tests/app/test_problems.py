"""Every error leaves as problem+json, by one table."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from http import HTTPStatus

import grimp
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient

import indexer
import models
from app import problems
from app.admission import ServerBusy
from app.batching import QueueFull
from app.problems import TABLE, UnexpectedErrors, row_of
from app.telemetry import RequestTrace, Telemetry
from indexer.catalogue import CatalogueUnavailable
from models.contracts import EmptyDrawing, RetrievalError, UnknownModel

MEMBERS = {"type", "title", "status", "detail", "instance", "request_id"}


def subclasses(kind: type[RetrievalError]) -> Iterator[type[RetrievalError]]:
    """Go through all classes that inherit from a class."""
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def all_errors() -> list[type[RetrievalError]]:
    """Import every module of the two lower decks, and return every error they and the server define."""
    for deck in (models, indexer):
        for module in pkgutil.walk_packages(deck.__path__, f"{deck.__name__}."):
            importlib.import_module(module.name)
    decks = ("app.", "indexer.", "models.")
    return sorted({kind for kind in subclasses(RetrievalError) if kind.__module__.startswith(decks)}, key=str)


def test_every_error_that_can_reach_the_server_has_a_row() -> None:
    """A new error must choose its status; those of training and building never meet a request."""
    graph = grimp.build_graph("app", "indexer", "models", exclude_type_checking_imports=True, cache_dir=None)
    serving = graph.find_upstream_modules("app.main") | {"app.main"}
    reachable = [kind for kind in all_errors() if kind.__module__ in serving]
    assert len(reachable) > 20
    assert [kind.__name__ for kind in reachable if kind not in TABLE] == []


def test_every_row_is_an_error_status_with_a_title_of_its_own_words() -> None:
    """No row says success, and a caller who may try again is told when."""
    for kind, row in TABLE.items():
        assert 400 <= row.status < 600, kind
        assert row.title.endswith(".") is False
        assert row.title[0].isupper()
        if "Retry-After" in row.headers:
            assert row.status == 503


def test_an_error_without_a_row_takes_that_of_the_class_it_is_one_of() -> None:
    """A finer error is answered like the coarser one; an error of no known class is the server's fault."""

    class VeryEmpty(EmptyDrawing):
        pass

    class Unheard(RetrievalError):
        pass

    assert row_of(VeryEmpty("x")) == TABLE[EmptyDrawing]
    assert row_of(Unheard("x")).status == 500


class Body(BaseModel):
    """What the test application takes."""

    k: int = Field(le=200)


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Make an application whose routes fail in every way."""
    app = FastAPI()

    @app.get("/retrieval")
    async def retrieval() -> None:
        message = "There is no model 'hat'."
        raise UnknownModel(message)

    @app.get("/sync")
    def sync() -> None:
        message = "Full."
        raise QueueFull(message)

    @app.get("/bug")
    async def bug() -> None:
        message = "secret /etc/passwd"
        raise RuntimeError(message)

    @app.get("/teapot")
    async def teapot() -> None:
        raise HTTPException(HTTPStatus.IM_A_TEAPOT, "Short and stout.", {"X-Pot": "tea"})

    @app.get("/gone")
    async def gone() -> None:
        raise ClientDisconnect

    @app.post("/body")
    async def body(_: Body) -> None:
        """Take a body."""

    problems.install(app)
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(RequestTrace, telemetry=Telemetry())
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "kind", "detail"),
    [
        ("GET", "/retrieval", 404, "unknown-model", "There is no model 'hat'."),
        ("GET", "/sync", 503, "queue-full", "Full."),
        ("GET", "/teapot", 418, "i-m-a-teapot", "Short and stout."),
        ("GET", "/nowhere", 404, "not-found", "There is nothing at /nowhere; /openapi.json lists what there is."),
        ("DELETE", "/body", 405, "method-not-allowed", "DELETE is not possible at /body; use POST."),
        ("POST", "/body", 422, "invalid-request", "body: Field required."),
    ],
)
def test_every_kind_of_error_leaves_in_one_form(
    method: str, path: str, status: int, kind: str, detail: str, client: TestClient
) -> None:
    """Errors of the product, of the framework and of validation have the same members and media type."""
    answer = client.request(method, path)
    body = answer.json()
    assert answer.status_code == body["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) - {"errors"} == MEMBERS
    assert body["type"] == f"urn:likeness:problem:{kind}"
    assert body["detail"] == detail
    assert body["instance"] == path
    assert body["request_id"] == answer.headers["X-Request-ID"]


def test_headers_of_an_error_are_kept(client: TestClient) -> None:
    """Retry-After of a busy server, Allow of a wrong method and a handler's own headers arrive."""
    assert client.get("/sync").headers["Retry-After"] == "1"
    assert client.delete("/body").headers["Allow"] == "POST"
    assert client.get("/teapot").headers["X-Pot"] == "tea"


@pytest.mark.parametrize("content", [b"{", b'{"k": 201}', b'{"k": "many"}', b"\xff"])
def test_a_malformed_body_says_what_is_wrong_where(content: bytes, client: TestClient) -> None:
    """Each fault is named with its place."""
    answer = client.post("/body", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["location"].startswith("body")
    assert error["detail"] in answer.json()["detail"]


def test_a_bug_is_logged_and_not_told(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """The caller gets an id to report; what went wrong inside stands in the log alone."""
    answer = client.get("/bug")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.json()["detail"]
    assert "secret /etc/passwd" in caplog.text


def test_a_fault_of_the_server_is_a_line_in_its_log_and_a_refusal_is_none(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever floods a server does not flood its log too; a database that is gone stands in it."""
    problems.of_error("/", QueueFull("Full."))
    problems.of_error("/", ServerBusy("Busy."))
    problems.of_error("/", UnknownModel("None."))
    assert not caplog.records
    problems.of_error("/", CatalogueUnavailable("Gone."))
    assert [record.getMessage() for record in caplog.records] == ["CatalogueUnavailable: Gone."]


def test_a_caller_who_hung_up_is_no_error_of_the_server(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is logged as failed when nobody is there to be answered."""
    client.get("/gone")
    assert "failed" not in caplog.text
