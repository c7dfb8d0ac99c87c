"""Metadata and filters for property tests, drawn from few values so that they meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

# Close to each other in every way that a database may mix up: types, signs, cases, places behind the point, lengths.
NUMBERS = [0, -0.0, 1, 1.0, -1, 0.1, 0.1 + 0.2, 0.3, 1e-320, 1e300, 10**300, 2**53, 2**53 + 1, 9007199254740993.5, 1e23]
TEXTS = [
    "",
    "1",
    "0.1",
    "true",
    "null",
    "a",
    "A",
    "ä",
    "b",
    "ab",
    "a b",
    "a%",
    "_",
    "'",
    '"',
    "\\",
    "a\nb",
    "\U0001f45f",
    "￿",
]
LONG = ["x" * 49, "x" * 50, "x" * 51, "x" * 60 + "y", "é" * 50, "é" * 51]
NAMES = ["a", "b", "a.b", "a\\", "", "and", "not", "A", "ä", "'", "$", "a[0]"]

text = st.sampled_from(TEXTS + LONG) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4
)
number = (
    st.sampled_from(NUMBERS)
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**70), 2**70)
)
scalar = st.none() | st.booleans() | number | text
name = st.sampled_from(NAMES) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3)
value = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(name, inner, max_size=2),
    max_leaves=5,
)
metadata: st.SearchStrategy[dict[str, Any]] = st.dictionaries(name, value, max_size=4)


def spelt(names: list[str]) -> str:
    """Spell a path in a filter so that every character of its names stands for itself."""
    return ".".join("".join("\\" + character for character in part) for part in names)


path = st.lists(name, min_size=1, max_size=2).map(spelt)
_bounds = st.one_of(
    *(
        st.dictionaries(st.sampled_from(["gt", "gte", "lt", "lte"]), one, min_size=1, max_size=2)
        for one in (number, text)
    )
)
_condition = st.one_of(
    scalar,
    st.fixed_dictionaries({"in": st.lists(scalar, max_size=3)}),
    st.fixed_dictionaries({"eq": scalar}),
    _bounds,
)
filters: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(path, _condition, max_size=2),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"and": st.lists(inner, max_size=2)}),
        st.fixed_dictionaries({"or": st.lists(inner, max_size=2)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=4,
)
