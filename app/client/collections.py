"""Collections."""

from __future__ import annotations

from app.answers import Collection, Json
from app.client.connection import Connection
from app.requests import Call, segment


class Collections(Connection):
    """Lists, makes, changes and deletes collections."""

    def collections(self) -> tuple[Collection, ...]:
        """Return every collection."""
        call = Call("GET", "/v1/collections")
        return self._ask(call, lambda answer: tuple(map(Collection.from_json, answer["collections"])))

    def collection(self, name: str) -> Collection:
        """Return one collection."""
        return self._ask(Call("GET", f"/v1/collections/{segment(name)}"), Collection.from_json)

    def create_collection(
        self,
        name: str,
        model: str = "sketch",
        title: str = "",
        *,
        threshold: float | None = None,
        personal: bool = False,
        keep_days: int | None = None,
    ) -> Collection:
        """Make an empty collection, whose items `model` will embed.

        `threshold` is the cosine that the best hit of a search must reach to be a match; None for what the weights say.
        `personal` marks pictures of people, and `keep_days` says after how many days items are to be erased.
        """
        stated: dict[str, float] = {} if threshold is None else {"threshold": threshold}
        stated |= {"personal": True} if personal else {}
        stated |= {} if keep_days is None else {"keep_days": keep_days}
        body = {"json": {"name": name, "model": model, "title": title, **stated}}
        return self._ask(Call("POST", "/v1/collections", body=body), Collection.from_json)

    def change_collection(self, name: str, changes: Json) -> Collection:
        """Change a collection's "title", "threshold", "personal" or "keep_days".

        As a threshold None stands for what the weights say, as days for keeping items for ever.
        """
        call = Call("PATCH", f"/v1/collections/{segment(name)}", body={"json": dict(changes)})
        return self._ask(call, Collection.from_json)

    def delete_collection(self, name: str) -> None:
        """Delete a collection with everything in it."""
        self._send(Call("DELETE", f"/v1/collections/{segment(name)}"))
