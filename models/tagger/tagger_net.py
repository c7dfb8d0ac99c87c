"""The whole network: a convolutional trunk that looks, and a label network that speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from models.paths import Limits, Looked, Paths, Reasons
from models.tagger.beam import search
from models.tagger.eyes import EYES, LITE
from models.tagger.network import SHIPPED, Design, LabelNet
from models.tagger.reasons import explain

if TYPE_CHECKING:
    from collections.abc import Sequence


class TaggerNet(nn.Module):
    """Implements `models.contracts.TaggingNetwork`; prepared pictures are RGB, uint8 (n, 3, h, w)."""

    def __init__(self, labels: int, design: Design = SHIPPED, eye: str = LITE) -> None:
        """Build it with random weights for so many labels; `eye` is one of `EYES`."""
        super().__init__()
        self.eye = EYES[eye]()
        self.voice = LabelNet(labels, self.eye.features, design)

    def coarse_parts(self) -> Sequence[nn.Module]:
        """Return what looks: nearly all of the work. What is said adds up logarithms, so it stays in float32."""
        return [self.eye]

    def look(self, batch: Tensor) -> Looked:
        """Look at pictures: features float32 (n, f), maps float32 (n, f, y, x), f being those of the eye."""
        maps = self.eye(batch.float())
        return Looked(maps.mean(dim=(2, 3)), maps)

    def label(self, features: Tensor, limits: Limits, allowed: Tensor | None) -> Paths:
        """Find the most probable paths by beam search."""
        return search(self.voice, features, limits, allowed)

    def explain(self, looked: Looked, pictures: Tensor, paths: Tensor, named: Tensor) -> Reasons:
        """Tell where the last labels of paths are seen and what makes them follow."""
        return explain(self.voice, looked, pictures, paths, named)

    def label_vectors(self) -> Tensor:
        """Return where each label stands in the joint space, float (labels, joint)."""
        return self.voice.embedding.weight[: self.voice.labels]
