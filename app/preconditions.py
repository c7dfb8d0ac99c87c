"""Entity tags: what `If-Match` and `If-None-Match` say about the version that a caller knows (RFC 9110, section 13)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.catalogue import ANY, Expectation
from models.contracts import RetrievalError

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_SEPARATOR = re.compile(r"[ \t]*(?:,[ \t]*)+")


class InvalidTags(RetrievalError):
    """A header should hold entity tags, and holds something else."""


def tag_of(version: str) -> str:
    """Write a version as the strong entity tag that stands in an ETag header."""
    return f'"{version}"'


def is_known(if_none_match: Sequence[str], version: str) -> bool:
    """Whether the lines of an If-None-Match header name a version, so that a reader need not be sent it again."""
    return bool(_versions("If-None-Match", if_none_match, weak=True) & {version, ANY})


def expectation(if_match: Sequence[str], if_none_match: Sequence[str]) -> Expectation | None:
    """Return what a writer expects by the lines of the two headers; None where there are none.

    Raises:
        InvalidTags: a header holds something else than entity tags.
    """
    if not if_match and not if_none_match:
        return None
    one_of = _versions("If-Match", if_match, weak=False) if if_match else None
    return Expectation(one_of, _versions("If-None-Match", if_none_match, weak=True))


def _versions(header: str, lines: Sequence[str], *, weak: bool) -> frozenset[str]:
    """Read the versions in a header; unless `weak`, a weak tag names none, for it promises too little to a writer."""
    text = ", ".join(lines).strip(" \t,")
    if text == ANY:
        return frozenset({ANY})
    found, place = set(), 0
    while place < len(text):
        tag = _TAG.match(text, place)
        end = None if tag is None else _SEPARATOR.match(text, tag.end())
        if tag is None or (end is None and tag.end() < len(text)):
            message = f"{header} holds {text[:80]!r}: write tags in quotes, as the ETag of an answer has them, or *."
            raise InvalidTags(message)
        if weak or not tag[1]:
            found.add(tag[2])
        place = len(text) if end is None else end.end()
    return frozenset(found)
