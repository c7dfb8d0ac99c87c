"""Sketch-a-Net as a classifier, which the paper trains before it ranks, and how its weights are handed on."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn import functional

from models.contracts import MissingCheckpoint
from models.sketch.network import FEATURES, SketchANetTrunk, initialise

DROPOUT = 0.5
CONVOLUTIONS = ("conv1", "conv2", "conv3", "conv4", "conv5")
TRUNK = (*CONVOLUTIONS, "fc6")


class SketchANetClassifier(SketchANetTrunk):
    """The trunk with fc7 of 512 and fc8 of a number for each class: 8,508,666 weights at TU-Berlin's 250 classes.

    Behind fc6 and fc7 half of the activations are dropped in training (sizes and dropout from memory of the paper).
    Input as of the trunk. Output logits (n, classes).
    """

    def __init__(self, classes: int) -> None:
        """Build for a number of classes, with the released initialisation of the embedding version."""
        super().__init__()
        self.fc7 = nn.Linear(FEATURES, FEATURES)
        self.fc8 = nn.Linear(FEATURES, classes)
        initialise(self)

    def forward(self, canvas: Tensor) -> Tensor:
        """Classify canvases."""
        features = functional.dropout(self.features(canvas), DROPOUT, self.training)
        features = functional.dropout(functional.relu(self.fc7(features)), DROPOUT, self.training)
        logits: Tensor = self.fc8(features)
        return logits


def hand_on(start: Mapping[str, Tensor], network: SketchANetTrunk) -> None:
    """Give a network the weights that an earlier stage has learnt.

    conv1 to fc6 are the same in all stages. fc7 is taken where it is of the same shape; fc8 knows the classes of one
    data set, and each stage learns its own.

    Args:
        start: state of a classifier or of an embedding network.
        network: changed in place.

    Raises:
        MissingCheckpoint: `start` has no such layers.
    """
    own = network.state_dict()
    taken = {
        name: tensor
        for name, tensor in start.items()
        if name.split(".")[0] in {*TRUNK, "fc7"} and name in own and tensor.shape == own[name].shape
    }
    lacking = sorted({name.split(".")[0] for name in own} & set(TRUNK) - {name.split(".")[0] for name in taken})
    if lacking:
        message = (
            f"The weights to start from are not Sketch-a-Net's, they lack {', '.join(lacking)}; name the result of a "
            "stage, or a checkpoint of sketch-a-net."
        )
        raise MissingCheckpoint(message)
    network.load_state_dict({**own, **taken})
