"""Forms: what their text fields hold is what was meant, or a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bodies import Form, InvalidForm

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(value=VALUES, kind=st.sampled_from([dict, list]))
def test_a_field_of_the_kind_that_is_asked_for_comes_back(value: Any, kind: Any) -> None:
    """Any other JSON is refused with a sentence that names the field and shows what would do."""
    form = Form(None, {"field": json.dumps(value)})
    if isinstance(value, kind):
        assert form.json_of(kind, "field") == value
    else:
        with pytest.raises(InvalidForm, match="The field field must hold a JSON ") as refused:
            form.json_of(kind, "field")
        assert {dict: "object, like {}", list: "list, like []"}[kind] in str(refused.value)


@pytest.mark.parametrize("kind", [dict, list])
def test_a_field_that_was_not_sent_is_empty(kind: Any) -> None:
    """So is one without text; each time it is a new one, which its owner may fill."""
    for fields in ({}, {"field": ""}):
        first, second = (Form(None, fields).json_of(kind, "field") for _ in range(2))
        assert first == second == kind()
        assert first is not second


@pytest.mark.parametrize("text", ["{", "[1", "x", "[" * 100_000])
def test_what_is_no_json_is_said(text: str) -> None:
    """However deep it goes."""
    with pytest.raises(InvalidForm, match="The field field is not JSON"):
        Form(None, {"field": text}).json_of(list, "field")


def test_a_form_without_its_picture_says_so() -> None:
    """An empty part is none."""
    assert Form(b"x", {}).picture() == b"x"
    for image in (None, b""):
        with pytest.raises(InvalidForm, match="multipart field named image"):
            Form(image, {}).picture()
