"""Pairs: their cosines are the means of their members', and the directions are those in which most lies."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from models.contracts import Vectors
from models.devices import Device
from models.sketch import pairing
from models.sketch.network import DIM, LiteEmbedding
from models.sketch.pairing import directions, pair

CPU = Device("cpu", torch.float32, 1)


def vectors_of_rank(rank: int, count: int = 60, dim: int = 20) -> Vectors:
    """Random vectors that fill some directions only."""
    random = np.random.default_rng(rank)
    found: Vectors = (random.normal(size=(count, rank)) @ random.normal(size=(rank, dim))).astype(np.float32)
    return found


@pytest.mark.parametrize(("rank", "count"), [(3, 3), (5, 9), (20, 20)])
def test_directions_keep_what_they_hold(rank: int, count: int) -> None:
    """Rows are orthogonal and of unit length, and vectors that fill no more directions keep all their products."""
    vectors = vectors_of_rank(rank)
    found = directions(vectors, count)
    assert found.shape == (count, 20)
    np.testing.assert_allclose(found @ found.T, np.eye(count), atol=1e-5)
    kept = vectors @ found.T
    np.testing.assert_allclose(kept @ kept.T, vectors @ vectors.T, rtol=1e-3, atol=1e-2)


def test_no_other_directions_hold_more() -> None:
    """What is kept of the squared lengths is what the greatest singular values say, and beats random directions."""
    vectors = vectors_of_rank(20)
    kept = float(np.square(vectors @ directions(vectors, 6).T).sum())
    assert kept == pytest.approx(float(np.square(np.linalg.svd(vectors, compute_uv=False)[:6]).sum()), rel=1e-4)
    for seed in range(20):
        other, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(20, 6)))
        assert float(np.square(vectors @ other).sum()) < kept


def gallery(items: int, variants: int, seed: int) -> Any:
    """Items with several drawings and several views each, noise."""
    generator = torch.Generator().manual_seed(seed)

    def some() -> tuple[torch.Tensor, ...]:
        return tuple(
            torch.randint(0, 256, (1, 256, 256), dtype=torch.uint8, generator=generator) for _ in range(variants)
        )

    return SimpleNamespace(drawings=[some() for _ in range(items)], views=[some() for _ in range(items)])


def test_a_pair_has_the_mean_cosine() -> None:
    """Of what it was fitted on, for there are fewer pictures than directions: the mean of both members' cosines."""
    torch.manual_seed(4)
    members = [LiteEmbedding().eval() for _ in range(2)]
    before = [{name: tensor.clone() for name, tensor in member.state_dict().items()} for member in members]
    galleries = [gallery(2, 2, 1), gallery(3, 1, 2)]
    both = pair(members, galleries, CPU)
    pictures = torch.stack(
        [one for part in galleries for item in (*part.drawings, *part.views) for one in item]
    ).float()
    with torch.inference_mode():
        expected = torch.stack([member(pictures) @ member(pictures).T for member in members]).mean(dim=0)
        found = both(pictures)
    torch.testing.assert_close(found @ found.T, expected, atol=1e-4, rtol=1e-3)
    assert found.shape == (14, DIM)
    assert not both.training
    for member, copied, weights in zip(members, both.members, before, strict=True):
        for name, tensor in copied.state_dict().items():
            assert torch.equal(tensor, weights[name])
            assert torch.equal(member.state_dict()[name], weights[name])


def test_of_many_variants_some_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three drawings and two views of an item, so that what has most variants does not choose the directions."""
    counts: list[int] = []

    def embed(_network: nn.Module, canvases: torch.Tensor, _device: Device) -> Vectors:
        counts.append(len(canvases))
        return np.zeros((len(canvases), DIM), np.float32)

    monkeypatch.setattr(pairing, "embed_canvases", embed)
    pair([LiteEmbedding(), LiteEmbedding()], [gallery(2, 5, 1), gallery(3, 1, 2)], CPU)
    assert counts == [2 * (3 + 2) + 3 * (1 + 1)] * 2
