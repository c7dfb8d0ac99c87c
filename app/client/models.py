"""Models, and what they make of one picture."""

from __future__ import annotations

from app.answers import Embedding, Model
from app.client.connection import Connection
from app.requests import Call, Lines, drawing, segment


class Models(Connection):
    """Lists models, and embeds pictures."""

    def models(self) -> tuple[Model, ...]:
        """Return every model the server knows."""
        call = Call("GET", "/v1/models")
        return self._ask(call, lambda answer: tuple(map(Model.from_json, answer["models"])))

    def model(self, name: str) -> Model:
        """Return one model."""
        return self._ask(Call("GET", f"/v1/models/{segment(name)}"), Model.from_json)

    def embed(
        self, model: str, picture: bytes | Lines, *, side: str = "item", collection: str | None = None
    ) -> Embedding:
        """Return the embedding of the bytes of a picture file, or of lines of points.

        The `side` "item" embeds it as what is stored, "query", which lines must be, as what is searched with; if a
        `collection` is named, with its weights.
        """
        parameters = {"side": side, **({} if collection is None else {"collection": collection})}
        call = Call("POST", f"/v1/embed/{segment(model)}", parameters, drawing(picture), repeatable=True)
        return self._ask(call, Embedding.from_json)
