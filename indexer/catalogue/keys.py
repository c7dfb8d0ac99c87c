"""What a collection may be called, ask of a match and keep, and what an item's key and title may hold."""

from __future__ import annotations

import re
import unicodedata

from indexer.catalogue.errors import InvalidKeepDays, InvalidKey, InvalidMetadata, InvalidName, InvalidThreshold

MAX_KEY_BYTES = 200
MAX_TITLE_BYTES = 1000
MAX_KEEP_DAYS = 36_500

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def check_name(name: str) -> str:
    """Return the name of a collection if it follows the rules.

    Raises:
        InvalidName: it does not.
    """
    if not _NAME.fullmatch(name):
        message = (
            f"A collection cannot be called {name[:80]!r}: use 1 to 64 lower-case letters, digits, '-' and '_', "
            "with a letter or digit first."
        )
        raise InvalidName(message)
    return name


def check_key(key: str) -> str:
    """Return the key of an item if it follows the rules.

    Raises:
        InvalidKey: it is empty, too long, or holds control characters or half a character.
    """
    fault = text_fault(key)
    if not key:
        fault = "it is empty"
    elif fault is None and any(map(_is_control, key)):
        fault = "it holds a control character"
    elif fault is None and len(key.encode()) > MAX_KEY_BYTES:
        fault = f"it is longer than {MAX_KEY_BYTES} bytes of UTF-8"
    if fault is not None:
        message = f"The key {key[:80]!r} cannot be used: {fault}."
        raise InvalidKey(message)
    return key


def check_title(title: str) -> str:
    """Return a title if it follows the rules.

    Raises:
        InvalidMetadata: it is too long, or no text that every database can hold.
    """
    fault = text_fault(title)
    if fault is None and len(title.encode()) > MAX_TITLE_BYTES:
        fault = f"it is longer than {MAX_TITLE_BYTES} bytes of UTF-8"
    if fault is not None:
        message = f"The title {title[:80]!r} cannot be used: {fault}."
        raise InvalidMetadata(message)
    return title


def check_threshold(threshold: float | None) -> float | None:
    """Return the threshold of a collection if it is one.

    Raises:
        InvalidThreshold: it is no cosine.
    """
    if threshold is not None and not -1 <= threshold <= 1:
        message = f"The threshold {threshold} cannot be used: give a cosine, from -1 to 1, or none."
        raise InvalidThreshold(message)
    return threshold


def check_keep_days(days: int | None) -> int | None:
    """Return for how many days a collection keeps its items if it is such a number.

    Raises:
        InvalidKeepDays: it is none.
    """
    if days is not None and not 1 <= days <= MAX_KEEP_DAYS:
        message = f"Items cannot be kept for {days} days: give 1 to {MAX_KEEP_DAYS}, or none to keep them for ever."
        raise InvalidKeepDays(message)
    return days


def text_fault(text: str) -> str | None:
    """Return why a text cannot be stored, or None: PostgreSQL takes no NUL, and UTF-8 no half of a surrogate pair."""
    if "\0" in text:
        return "it holds the character NUL"
    if not text.isascii() and any(unicodedata.category(character) == "Cs" for character in text):
        return "it holds half a character (a lone surrogate)"
    return None


def legible(text: str, max_bytes: int) -> str:
    """Return a text that can be stored: what cannot is replaced, what is too long is cut between characters."""
    shown = "".join("\N{REPLACEMENT CHARACTER}" if _is_control(character) else character for character in text)
    whole = shown.encode("utf-8", "replace")
    return whole[:max_bytes].decode("utf-8", "ignore")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"
