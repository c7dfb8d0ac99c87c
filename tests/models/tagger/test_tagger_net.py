"""The whole network: what it sees, what it weighs, and that it is served as it was trained."""

from __future__ import annotations

import pytest
import torch

from models.backbones.folding import fold_batch_norm
from models.paths import Limits
from models.tagger.beam import search
from models.tagger.tagger_net import TaggerNet
from models.training import half_precision

MOST_BYTES = 9 * 2**20
WORDS = 260
"""Labels of Corel-5K."""


@pytest.fixture(scope="module")
def network() -> TaggerNet:
    """Random weights, in use."""
    torch.manual_seed(1)
    return TaggerNet(11).eval().requires_grad_(requires_grad=False)


def batch(side: int = 64) -> torch.Tensor:
    """Two pictures of noise."""
    return torch.randint(0, 256, (2, 3, side, side), generator=torch.Generator().manual_seed(2), dtype=torch.uint8)


def test_features_are_means_of_the_map(network: TaggerNet) -> None:
    """Of what the eye sees in every place."""
    looked = network.look(batch())
    assert looked.maps.shape == (2, network.eye.features, 2, 2)
    assert torch.equal(looked.maps, network.eye(batch().float()))
    torch.testing.assert_close(looked.features, looked.maps.mean(dim=(2, 3)))


def test_labels_are_those_of_the_beam(network: TaggerNet) -> None:
    """What is said of features is what the search finds, also where only some labels are allowed."""
    features, allowed = network.look(batch()).features, torch.arange(11) < 4
    found, expected = (
        find(features, Limits(most=3), allowed) for find in (network.label, lambda *ask: search(network.voice, *ask))
    )
    assert torch.equal(found.labels, expected.labels)
    assert int(found.labels.max()) < 4
    assert network.label_vectors().shape == (11, network.voice.design.joint)


def test_what_sees_may_be_coarse_and_what_speaks_stays_exact(network: TaggerNet) -> None:
    """In bfloat16 features are nearly the same, and leave the eye as float32."""
    exact = network.look(batch()).features
    torch.manual_seed(1)
    coarse = TaggerNet(11).eval()
    fold_batch_norm(coarse)
    for part in coarse.coarse_parts():
        part.to(torch.bfloat16)
    with torch.inference_mode():
        found = coarse.look(batch())
        assert found.features.dtype is found.maps.dtype is torch.float32
        assert torch.nn.functional.cosine_similarity(found.features, exact).min() > 0.99
        assert coarse.label(found.features, Limits(), None).log_probabilities.dtype is torch.float32


def test_weights_for_corel_fit_into_nine_mebibytes() -> None:
    """In fp16, all that a checkpoint holds."""
    sizes = [tensor.numel() * tensor.element_size() for tensor in half_precision(TaggerNet(WORDS)).values()]
    assert sum(sizes) < MOST_BYTES
