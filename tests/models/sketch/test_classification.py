"""Sketch-a-Net as a classifier: the paper's sizes, its dropout, and the layers it shares with the embedding version."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.contracts import MissingCheckpoint
from models.sketch.classification import CONVOLUTIONS, SketchANetClassifier, hand_on
from models.sketch.network import LiteEmbedding, SketchANet


@pytest.fixture(scope="module")
def classifier() -> SketchANetClassifier:
    """One of three classes, with random weights."""
    torch.manual_seed(0)
    return SketchANetClassifier(3)


def shapes(state: dict[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Shapes of what the convolutional layers and fc6 learn."""
    return {name: tuple(part.shape) for name, part in state.items() if name.startswith((*CONVOLUTIONS, "fc6"))}


def test_it_is_as_large_as_the_papers() -> None:
    """With TU-Berlin's 250 classes it has 8,508,666 weights, and up to fc6 those of the embedding version."""
    classifier = SketchANetClassifier(250)
    assert sum(parameter.numel() for parameter in classifier.parameters()) == 8_508_666
    assert shapes(classifier.state_dict()) == shapes(SketchANet().state_dict())
    assert sum(parameter.numel() for parameter in SketchANet().parameters()) - 131_328 == sum(
        parameter.numel() for name, parameter in classifier.named_parameters() if name[:3] not in {"fc7", "fc8"}
    )


def test_it_is_initialised_as_the_embedding_version(classifier: SketchANetClassifier) -> None:
    """Weights are normal with deviation 0.01, biases 0.01, in the new layers too."""
    for name, parameter in classifier.named_parameters():
        numbers = parameter.detach()
        if name.endswith("bias"):
            assert numbers.tolist() == pytest.approx([0.01] * len(numbers))
        else:
            assert float(numbers.mean()) == pytest.approx(0, abs=1e-3)
            assert float(numbers.std()) == pytest.approx(0.01, rel=0.1)


def test_logits_are_two_layers_behind_fc6(classifier: SketchANetClassifier) -> None:
    """Written out with matrices, of a canvas and of its centre alike; nothing is dropped where nothing is learnt."""
    canvas = torch.randint(0, 256, (2, 1, 256, 256), generator=torch.Generator().manual_seed(1)).float()
    classifier.eval()
    with torch.inference_mode():
        features = classifier.features(canvas)
        hidden = (features @ classifier.fc7.weight.T + classifier.fc7.bias).clamp_min(0)
        logits = classifier(canvas[..., 15:240, 15:240])
        expected = hidden @ classifier.fc8.weight.T + classifier.fc8.bias
    assert tuple(features.shape) == (2, 512)
    assert float(features.min()) >= 0
    torch.testing.assert_close(logits, expected)


def test_half_of_the_activations_are_dropped_in_training(
    classifier: SketchANetClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind fc6 as behind fc7 about half of the numbers are 0 and the others are doubled."""
    met: dict[str, Tensor] = {}
    monkeypatch.setattr(classifier, "features", lambda canvas: torch.ones(len(canvas), 512))
    handles = [
        classifier.get_submodule(name).register_forward_pre_hook(
            lambda _layer, given, name=name: met.__setitem__(name, given[0])
        )
        for name in ("fc7", "fc8")
    ]
    torch.manual_seed(0)
    classifier.train()(torch.empty(20, 1))
    for handle in handles:
        handle.remove()
    hidden = torch.relu(classifier.fc7(met["fc7"])).detach()
    for name, before in (("fc7", torch.ones(20, 512)), ("fc8", hidden)):
        kept = met[name].detach() != 0
        torch.testing.assert_close(met[name].detach(), 2 * before * kept)
        assert 0.45 < float(kept[before > 0].float().mean()) < 0.55


def test_stages_hand_on_what_they_share() -> None:
    """conv1 to fc6 go from either network to the other, fc7 between classifiers, fc8 never."""
    first, second, embedding = SketchANetClassifier(3), SketchANetClassifier(3), SketchANet()
    own = {name: part.clone() for name, part in (*second.state_dict().items(), *embedding.state_dict().items())}
    hand_on(first.state_dict(), second)
    hand_on(first.state_dict(), embedding)
    for name, part in first.state_dict().items():
        assert torch.equal(second.state_dict()[name], part) is not name.endswith(("fc8.weight",)), name
    assert torch.equal(second.fc8.weight, own["fc8.weight"])
    assert torch.equal(embedding.fc6.weight, first.fc6.weight)
    assert torch.equal(embedding.fc7.weight, own["fc7.weight"])
    hand_on(embedding.state_dict(), first)
    other = SketchANet()
    hand_on(embedding.state_dict(), other)
    assert all(torch.equal(other.state_dict()[name], part) for name, part in embedding.state_dict().items())


def test_weights_of_another_network_are_refused() -> None:
    """Whoever starts from another network, or from half of one, is told what is missing."""
    network = SketchANet()
    before = network.conv1.weight.clone()
    with pytest.raises(MissingCheckpoint, match="lack conv1, conv2, conv3, conv4, conv5, fc6;"):
        hand_on(LiteEmbedding().state_dict(), network)
    with pytest.raises(MissingCheckpoint, match="lack fc6;"):
        hand_on({name: part for name, part in network.state_dict().items() if name[:3] != "fc6"}, network)
    assert torch.equal(network.conv1.weight, before)
