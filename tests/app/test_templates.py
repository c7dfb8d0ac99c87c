"""What refused requests were for: the same as the router would have said, and nothing that a stranger made up."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.telemetry import Telemetry
from app.templates import UNMATCHED, Templates
from tests.app.serving import application, client_of, png, search

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BESIDE_THE_DOCUMENT = (
    *("/", "//", "/nowhere", "/openapi.json", "/metrics", "/static", "/static/", "/static/js/main.js"),
    *("/v1/collections/", "/v1/collections/a/items/", "/v1/collections/a/items/a%0Ab", "/v1/collections/a/items/a/b"),
    *("/v1/search/refine", "/v1/search/similar/a/b/c", "/v1/view/a%2Fb", "/v1/pictures/a/b", "/v1/pictures/a%0A"),
)

DOCUMENT = application(Path()).openapi()["paths"]
TEMPLATES = Templates(application(Path()).routes)


def counted(telemetry: Telemetry) -> Counter[tuple[str, str]]:
    """How many requests there were of each method and route."""
    found: Counter[tuple[str, str]] = Counter()
    for family in telemetry.requests.collect():
        for sample in family.samples:
            if sample.name.endswith("_count"):
                found[sample.labels["method"], sample.labels["route"]] += int(sample.value)
    return found


@pytest.mark.parametrize("method", METHODS)
def test_who_is_refused_is_counted_where_the_router_would_have_led(method: str, tmp_path: Path) -> None:
    """Each address is asked for twice, once under a name that is refused before the router: twice the same route."""
    app = application(tmp_path)
    with client_of(app) as client:
        telemetry: Telemetry = app.state.services.telemetry
        for path in (*(re.sub(r"{[^}]*}", "a", template) for template in DOCUMENT), *BESIDE_THE_DOCUMENT):
            before = counted(telemetry)
            client.request(method, path)
            routed = counted(telemetry)
            assert client.request(method, path, headers={"Host": "elsewhere.example"}).status_code == 403
            assert counted(telemetry) - routed == routed - before, path
            assert (routed - before).total() == 1


def test_a_busy_server_tells_what_for(tmp_path: Path) -> None:
    """Requests that find no place are counted under what they asked for, not in a heap."""
    app = application(tmp_path, queue_size=1)
    with client_of(app) as client, ExitStack() as taken:
        taken.enter_context(app.state.services.admission.place())
        assert search(client, png(1)).status_code == 503
        assert counted(app.state.services.telemetry)["POST", "/v1/search/{model}"] == 1


def test_every_operation_of_the_document_has_its_template() -> None:
    """Whatever stands in its place, a parameter is not told; a path in one is called so."""
    for template, operations in DOCUMENT.items():
        path = re.sub(r"{[^}]*}", "x", template)
        for method in operations:
            assert TEMPLATES.find(method.upper(), path).replace(":path", "") == template


@given(method=st.sampled_from(METHODS), path=st.text().map("/".__add__) | st.from_regex(r"/v1(/[a-z]+)*/?"))
def test_no_address_makes_a_new_label(method: str, path: str) -> None:
    """However many are asked for, there are no more labels than routes, and one."""
    known = {*DOCUMENT, UNMATCHED, "/", "/metrics", "/openapi.json", "/static"}
    assert TEMPLATES.find(method, path).replace(":path", "") in known


def test_without_routes_nothing_matches() -> None:
    """An application that tells none has all its refusals in one place."""
    assert Templates(()).find("GET", "/") == UNMATCHED
