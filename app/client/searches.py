"""Searches, and what networks see."""

from __future__ import annotations

from collections.abc import Sequence

from app.answers import Json
from app.client.connection import Connection
from app.requests import Call, Lines, drawing, explaining, filtering, picture, refining, segment, together
from app.search_answers import Comparison, SearchAnswer


class Searches(Connection):
    """Finds things, and people."""

    def search_sketch(
        self, image: bytes, *, collection: str = "shoes", k: int = 24, where: Json | None = None, explain: bool = False
    ) -> SearchAnswer:
        """Find the k items most like a drawing, given as the bytes of a picture file.

        `where` filters by metadata, e.g. `{"colour": "red", "price": {"lt": 50}}`; with `explain` the first ten hits
        tell why they were found.
        """
        parameters = {"collection": collection, "k": str(k), **filtering(where), **explaining(explain)}
        call = Call("POST", "/v1/search/sketch", parameters, picture(image), repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def search_strokes(
        self,
        strokes: Lines,
        *,
        collection: str = "shoes",
        k: int = 24,
        where: Json | None = None,
        explain: bool = False,
    ) -> SearchAnswer:
        """Find the k items most like a drawing, given as lines of (x, y) points, y downwards, at any scale."""
        parameters = {"collection": collection, "k": str(k), **filtering(where), **explaining(explain)}
        call = Call("POST", "/v1/search/sketch", parameters, drawing(strokes), repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def search_similar(self, collection: str, key: str, *, k: int = 24, where: Json | None = None) -> SearchAnswer:
        """Find the k items most like an item, the item itself left out."""
        path = f"/v1/search/similar/{segment(collection)}/{segment(key)}"
        call = Call("POST", path, {"k": str(k), **filtering(where)}, repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def search_person(
        self,
        *crops: bytes,
        collection: str = "people",
        k: int = 24,
        where: Json | None = None,
        leave_out_cameras: Sequence[str] = (),
        fmr: float = 0.01,
    ) -> SearchAnswer:
        """Find the other pictures of a person, given as the bytes of one picture file or of several.

        `leave_out_cameras` are not hits; of searches for people who are not there the share `fmr` says "match".
        """
        parameters = {"collection": collection, "k": str(k), **filtering(where), "fmr": str(fmr)}
        asked = {**parameters, "leave_out_camera": list(leave_out_cameras)}
        call = Call("POST", "/v1/search/person", asked, together(crops), repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def compare_person(self, one: bytes, other: bytes, *, fmr: float = 0.01) -> Comparison:
        """Tell whether two picture files show the same person; of different people the share `fmr` seems to match."""
        call = Call("POST", "/v1/compare/person", {"fmr": str(fmr)}, together((one, other)), repeatable=True)
        return self._ask(call, Comparison.from_json)

    def refine(
        self,
        query: bytes | Lines | str,
        *,
        liked: Sequence[str] = (),
        disliked: Sequence[str] = (),
        collection: str = "shoes",
        k: int = 24,
        where: Json | None = None,
        explain: bool = False,
    ) -> SearchAnswer:
        """Search again, nearer to the items with `liked` keys, away from the `disliked`, which are left out.

        The query is the bytes of a picture file, lines of points, or the key of an item.
        """
        parameters = {"collection": collection, "k": str(k), **filtering(where), **explaining(explain)}
        call = Call("POST", "/v1/search/refine", parameters, refining(query, liked, disliked), repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def view_sketch(self, image: bytes) -> bytes:
        """Return a drawing as the network sees it, a PNG."""
        return self._send(Call("POST", "/v1/view/sketch", body=picture(image), repeatable=True)).content

    def view_item(self, collection: str, key: str) -> bytes:
        """Return an item's picture as the network sees it, a PNG."""
        return self._send(Call("GET", f"/v1/view/{segment(collection)}/{segment(key)}")).content
