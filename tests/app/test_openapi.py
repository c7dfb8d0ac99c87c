"""The server keeps what its OpenAPI document promises, whatever it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.app.labelling import keep, labelling_application
from tests.app.test_hanging_up import filled, on_a_socket

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a collection with an item, and weights that say labels."""
    home = tmp_path_factory.mktemp("home")
    keep(home)
    app = labelling_application(home)
    with on_a_socket(app) as (server, _), filled(server):
        yield f"http://127.0.0.1:{server.port}"


SCHEMA = schemathesis.openapi.from_dict(labelling_application(Path()).openapi())
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_a_documented_one(label: str, address: str) -> None:
    """Requests made from the document, fitting and unfitting, never get a 5xx, nor an answer it does not describe."""

    @given(st.one_of(*(OPERATIONS[label].as_strategy(generation_mode=mode) for mode in GenerationMode)))
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(base_url=address, checks=PROMISES)

    ask()
