"""Labels of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from app.client.connection import Connection
from app.requests import Call, segment, together
from app.tag_answers import Label, LabelledPicture, Neighbour


class Tags(Connection):
    """Labels pictures, and lists the labels that there are."""

    def tags(  # noqa: PLR0913 - each is a parameter of the API
        self,
        *pictures: bytes,
        k: int | None = None,
        min_probability: float | None = None,
        precision: float | None = None,
        labels: Sequence[str] = (),
        beam: int | None = None,
        order: Literal["path", "probability"] | None = None,
        merge: bool = False,
        merge_cosine: float | None = None,
        explain: bool = False,
        model: str | None = None,
        checkpoint: str | None = None,
    ) -> tuple[LabelledPicture, ...]:
        """Say labels of pictures, given as the bytes of files, in their order.

        Without `k`, the number of most probable labels, and `min_probability` a label is said from its own threshold
        on, or with `precision` from one that is fitted for that. `labels` are all that may be said; `beam` paths are
        followed at once; `order` is that of the most probable one unless "probability" is asked for; `merge` puts
        labels together that mean the same, those of a cosine of at least `merge_cosine`; with `explain` the 10 most
        probable labels of a picture each have one of where they were seen; `model` names one other than the first that
        says labels, `checkpoint` weights other than the promoted.
        """
        given = {
            "k": k,
            "min_probability": min_probability,
            "precision": precision,
            "beam": beam,
            "order": order,
            "merge_cosine": merge_cosine,
        }
        asked: dict[str, str | Sequence[str]] = {name: str(value) for name, value in given.items() if value is not None}
        asked |= {name: "true" for name, value in {"merge": merge, "explain": explain}.items() if value}
        asked |= {"labels": list(labels), **_of(model, checkpoint)}
        call = Call("POST", "/v1/tags", asked, together(pictures), repeatable=True)
        return self._ask(call, lambda answer: tuple(map(LabelledPicture.from_json, answer["pictures"])))

    def labels(self, *, model: str | None = None, checkpoint: str | None = None) -> tuple[Label, ...]:
        """Return every label that the weights know."""
        call = Call("GET", "/v1/labels", _of(model, checkpoint))
        return self._ask(call, lambda answer: tuple(map(Label.from_json, answer["labels"])))

    def label_neighbours(
        self, label: str, *, k: int = 10, model: str | None = None, checkpoint: str | None = None
    ) -> tuple[Neighbour, ...]:
        """Return the labels nearest to one, nearest first."""
        call = Call("GET", f"/v1/labels/{segment(label)}/neighbours", {"k": str(k), **_of(model, checkpoint)})
        return self._ask(call, lambda answer: tuple(map(Neighbour.from_json, answer["neighbours"])))


def _of(model: str | None, checkpoint: str | None) -> dict[str, str]:
    return {name: value for name, value in (("model", model), ("checkpoint", checkpoint)) if value is not None}
