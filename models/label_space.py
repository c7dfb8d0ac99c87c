"""The space in which a tagger's labels stand: which of them mean nearly the same.

Source: Wang et al., CNN-RNN: A Unified Framework for Multi-label Image Classification (CVPR 2016): labels that are said
of the same pictures come to stand near each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from models.contracts import RetrievalError

if TYPE_CHECKING:
    from models.contracts import Vectors


_TOLD = 3
"""Labels that a sentence names, and spellings that it offers for each."""
_LONGEST = 80


class UnknownLabel(RetrievalError):
    """The weights do not know a label."""


class InvalidLabels(RetrievalError):
    """Among the labels that may be said some are not known to the weights."""


def unknown_sentence(labels: Sequence[str], known: Sequence[str]) -> str:
    """Say which labels are not known, and what may be meant."""
    told = []
    for label in labels[:_TOLD]:
        near = get_close_matches(label[:_LONGEST], known, _TOLD)
        told.append(f"{label[:_LONGEST]!r}" + (f" (is {' or '.join(map(repr, near))} meant?)" if near else ""))
    more = f" and {len(labels) - _TOLD} more" if len(labels) > _TOLD else ""
    return f"These weights know no label {', '.join(told)}{more}; /v1/labels lists what they know."


def neighbours(vectors: Vectors, label: int, k: int) -> list[tuple[int, float]]:
    """Return the labels that stand nearest to one, nearest first, each with its cosine, -1 to 1.

    Args:
        vectors: float32 (labels, numbers), rows of unit length.
        label: number of the label, which is not among them.
        k: how many, at most.
    """
    cosines = (vectors @ vectors[label]).clip(-1, 1)
    order = [int(other) for other in np.argsort(-cosines, kind="stable") if other != label]
    return [(other, float(cosines[other])) for other in order[:k]]


def merged(labels: Iterable[int], vectors: Vectors, least: float) -> dict[int, list[int]]:
    """Put labels that mean the same together: each joins the first one before it that it is alike enough to.

    Args:
        labels: their numbers, what is to stand for the others first.
        vectors: float32 (labels, numbers), rows of unit length.
        least: cosine from which on two labels mean the same.

    Returns:
        Number of a label that stays -> those that joined it, in their order.
    """
    kept: dict[int, list[int]] = {}
    for label in labels:
        like = next((one for one in kept if float(vectors[one] @ vectors[label]) >= least), None)
        if like is None:
            kept[label] = []
        else:
            kept[like].append(label)
    return kept
