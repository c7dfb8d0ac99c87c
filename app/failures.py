"""How the client fails: one exception, with one sentence and the facts of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from app.answers import Json


class LikenessError(Exception):
    """A request that came to nothing; the message is one sentence for people.

    Attributes:
        status: HTTP status of the answer, None where there was no answer.
        type: URI of the kind of problem, "about:blank" where the server named none.
        title: name of the kind of problem.
        request_id: what to look for in the server's log.
        errors: what was wrong with which field, where the server said so.
    """

    def __init__(self, message: str, status: int | None = None, problem: Json | None = None) -> None:
        """Carry the facts of an answer, `problem` being its problem+json body."""
        super().__init__(message)
        facts = problem or {}
        self.status = status
        self.type = str(facts.get("type") or "about:blank")
        self.title = str(facts.get("title") or "")
        self.request_id: str | None = facts.get("request_id")
        self.errors: tuple[Any, ...] = tuple(facts.get("errors") or ())


def failure_of(response: httpx.Response) -> LikenessError:
    """Turn an answer that is no success into an error, whether Likeness or something before it gave the answer."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, Mapping):
        phrase = f"{response.status_code} {response.reason_phrase}".strip()
        return LikenessError(f"The server answered {phrase}, without a reason.", response.status_code)
    message = str(problem.get("detail") or problem.get("title") or f"The server answered {response.status_code}.")
    return LikenessError(message, response.status_code, problem)
