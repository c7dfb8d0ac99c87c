"""Answers that are kept, so that a request which is sent again is answered again and not carried out again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from indexer.catalogue.errors import ReusedRequestKey
from indexer.catalogue.tables import answers
from indexer.catalogue.turns import Turn

KEPT = timedelta(days=1)
"""How long: a caller who lost an answer asks again within minutes."""


def find_answer(connection: Connection, collection_id: int, key: str, request: str) -> str | None:
    """Return what a request was answered under a key; None if it was not, or the answer has expired.

    Raises:
        ReusedRequestKey: the key stands for another request.
    """
    kept = select(answers.c.request, answers.c.answer).where(
        answers.c.collection_id == collection_id, answers.c.key == key, answers.c.expires_at > datetime.now(UTC)
    )
    row = connection.execute(kept).one_or_none()
    if row is None:
        return None
    if row.request != request:
        message = f"The key {key[:80]!r} was used for another request: take a new key for what is not the same."
        raise ReusedRequestKey(message)
    return str(row.answer)


def keep_answer(turn: Turn, key: str, request: str, answer: str) -> None:
    """Keep an answer for `KEPT`, and forget those that have expired."""
    now = datetime.now(UTC)
    expired = (answers.c.collection_id == turn.collection_id, answers.c.expires_at <= now)
    turn.connection.execute(delete(answers).where(*expired))
    row = {"key": key, "request": request, "answer": answer, "expires_at": now + KEPT}
    turn.connection.execute(insert(answers), {"collection_id": turn.collection_id, **row})
