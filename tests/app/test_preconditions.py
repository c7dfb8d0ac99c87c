"""Entity tags in headers, judged by the grammar of RFC 9110."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.preconditions import InvalidTags, expectation, is_known, tag_of
from indexer.catalogue import ANY, Expectation

# What the RFC allows between the quotes, as far as latin-1 goes; commas and asterisks too.
versions = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters='"\x7f').filter(
        lambda sign: not 0x7F <= ord(sign) < 0x80
    ),
    max_size=8,
).filter(lambda text: text != ANY)
tags = st.lists(st.tuples(st.booleans(), versions), min_size=1, max_size=4)
blanks = st.sampled_from(["", " ", "\t ", "  "])


def written(listed: list[tuple[bool, str]], blank: str) -> str:
    """Write a list of tags, weak or strong, as a header has it."""
    return f"{blank},{blank}".join(("W/" if weak else "") + tag_of(version) for weak, version in listed)


@given(listed=tags, blank=blanks, lines=st.booleans())
def test_a_list_of_tags_is_read_as_it_was_written(listed: list[tuple[bool, str]], blank: str, lines: bool) -> None:
    """One line or one for each tag is the same; a weak tag counts where the RFC compares weakly, and there only."""
    header = [written([tag], blank) for tag in listed] if lines else [written(listed, blank)]
    everything = frozenset(version for _, version in listed)
    strong = frozenset(version for weak, version in listed if not weak)
    assert expectation(header, ()) == Expectation(strong, frozenset())
    assert expectation((), header) == Expectation(None, everything)
    assert all(is_known(header, version) for version in everything)
    assert not is_known(header, "another version")


def test_an_asterisk_stands_for_every_version() -> None:
    """If-Match: * asks for an item, If-None-Match: * for none, and a reader who sends it needs nothing."""
    assert expectation(["*"], ()) == Expectation(frozenset({ANY}))
    assert expectation((), [" * "]) == Expectation(None, frozenset({ANY}))
    assert is_known(["*"], "1-1")


def test_without_headers_nothing_is_expected() -> None:
    """A plain write is unconditional, and a plain read is answered."""
    assert expectation((), ()) is None
    assert not is_known((), "1-1")


@pytest.mark.parametrize("header", ["1-1", "'1-1'", '"1-1', '"1-1" "1-2"', '"1-1", x', 'w/"1"', '*, "1-1"', '"a b"'])
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    """A forgotten quote must not turn a guarded write into an unguarded one; the sentence names the header."""
    with pytest.raises(InvalidTags, match="If-Match"):
        expectation([header], ())
    with pytest.raises(InvalidTags, match="If-None-Match"):
        expectation((), [header])


@given(
    one_of=st.none() | st.frozensets(st.sampled_from(["a", "b", ANY])),
    none_of=st.frozensets(st.sampled_from(["a", "b", ANY])),
    version=st.sampled_from([None, "a", "b", "c"]),
)
def test_an_expectation_is_met_as_the_rfc_has_it(
    one_of: frozenset[str] | None, none_of: frozenset[str], version: str | None
) -> None:
    """If-Match is false where nothing exists, If-None-Match true; otherwise both go by the list or the asterisk."""
    exists = version is not None
    match = one_of is None or (exists and (ANY in one_of or version in one_of))
    none_match = not exists or not (ANY in none_of or version in none_of)
    assert Expectation(one_of, none_of).is_met_by(version) is (match and none_match)
