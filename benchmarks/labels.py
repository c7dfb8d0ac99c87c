"""Labels of pictures: what is asked of a server, so that it can be set beside the plain loop and the bare backbone."""

from __future__ import annotations

from benchmarks.saturated import Asked

MODEL = "tagger"
REQUESTS = Asked(
    path="/v1/tags",
    model=MODEL,
    side="items",
    # One picture, and as many as leave each of the connections its share of what may be under way.
    numbers=(1, 2),
    connections=32,
    answered="pictures",
)
