"""What a request was for, where it was refused before the router had looked at it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

UNMATCHED = "unmatched"
"""In place of a template, for addresses that no route has."""


@dataclass(frozen=True)
class _Row:
    pattern: re.Pattern[str]
    methods: Collection[str] | None
    template: str


class Templates:
    """The routes of an application in the order of its router, with nothing else of what a router does."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        """Take down `routes`, those of included routers too."""
        self._rows = [
            _Row(route.path_regex, route.methods, route.path)
            for route in iter_route_contexts(routes)
            if route.path is not None
        ]

    def find(self, method: str, path: str) -> str:
        """Return the template that the router would find, which may be of a route for other methods, or `UNMATCHED`."""
        of_others = UNMATCHED
        for row in self._rows:
            if row.pattern.match(path):
                if row.methods is None or method in row.methods:
                    return row.template
                if of_others == UNMATCHED:
                    of_others = row.template
        return of_others
