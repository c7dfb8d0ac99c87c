"""Searching for people: what is asked of a server, so that it can be set beside the bare network."""

from __future__ import annotations

from benchmarks.saturated import Asked

MODEL, COLLECTION = "reid", "people"
SEARCHES = Asked(
    path=f"/v1/search/person?collection={COLLECTION}",
    model=MODEL,
    side="queries",
    # One crop, and as many as a track may have.
    numbers=(1, 32),
    connections=16,
)
