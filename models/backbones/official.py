"""Published files of ImageNet weights, which a person installs once: checked before they are opened."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from models.contracts import CorruptCheckpoint, MissingCheckpoint

if TYPE_CHECKING:
    from torch import Tensor

    from models.checkpoints import Checkpoint, CheckpointStore

_MODEL = "backbones"


@dataclass(frozen=True)
class OfficialFile:
    """A file of weights as it was published with torchvision.

    Attributes:
        network: whose weights they are.
        address: where the file lies.
        sha256: of the file, in hex.
        classifier: how the names of those weights begin that are left out.
    """

    network: str
    address: str
    sha256: str
    classifier: str

    def read(self, content: bytes) -> dict[str, Tensor]:
        """Read the file's content, without its classifier.

        Raises:
            CorruptCheckpoint: it is another file.
        """
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            message = (
                f"The file has the sha256 {found[:12]}, that of the official weights is {self.sha256[:12]}; "
                f"take the file at {self.address}."
            )
            raise CorruptCheckpoint(message)
        state: dict[str, Tensor] = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        return {name: tensor for name, tensor in state.items() if not name.startswith(self.classifier)}

    def install(self, content: bytes, store: CheckpointStore) -> Checkpoint:
        """Keep the file's weights in the data folder.

        Raises:
            CorruptCheckpoint: the content is that of another file.
        """
        licence = f"ImageNet weights as published with torchvision, for {self.network}."
        card = {"preprocessing": 1, "licence": licence, "from": self.address, "sha256": self.sha256}
        return store.save(_MODEL, self.network, self.read(content), card)

    def load(self, store: CheckpointStore, model: str) -> dict[str, Tensor]:
        """Return the weights that were installed; `model` is which system asks, for the message.

        Raises:
            MissingCheckpoint: they are not installed; the message says how they are.
            CorruptCheckpoint: they are damaged.
        """
        try:
            checkpoint = store.find(_MODEL, self.network)
        except MissingCheckpoint:
            message = (
                f"The ImageNet weights of {self.network} are not installed; fetch them with "
                f"`likeness models install {model} {self.address}`, or name the file where it lies."
            )
            raise MissingCheckpoint(message) from None
        return store.load(checkpoint)
