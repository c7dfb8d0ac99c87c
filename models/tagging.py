"""One loaded network that says labels, on one device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from models.checkpoints import Checkpoint, CheckpointStore
from models.choosing import Found, Said, Wanted, choose
from models.contracts import CorruptCheckpoint
from models.devices import Device, one_thread
from models.label_calibration import LabelCalibration
from models.loading import PARITY, load_network, moved, probe
from models.paths import NOTHING, Limits, Looked, Paths
from models.registry import tagging_spec

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from models.contracts import TaggingNetwork, TaggingSpec
    from models.images import Picture

UNCALIBRATED_THRESHOLD = 0.5
"""From which chance along the paths on a label is said where nothing is known of how often that is right."""
LABELS_AT_ONCE = 16
"""Labels of each picture of a full batch that memory is made ready for: what a picture has at most, as a rule."""


@dataclass(frozen=True, eq=False)
class Tag:
    """A label that is said of a picture.

    Attributes:
        label: its number.
        probability: how likely it is true, 0 to 1.
        heat: float32 (y, x), at least 0: where in the prepared picture it is seen, in any unit.
        gained: how much the logarithm of its probability gained from the labels that were said before it.
        giver: number of the label before it that alone makes it most probable, of those that are said too; None where
            none does.
        given: how much the logarithm of its probability gains from that one.
    """

    label: int
    probability: float
    heat: NDArray[np.float32]
    gained: float
    giver: int | None
    given: float


class TaggingPredictor:
    """A tagger with its weights, ready to turn pictures into labels.

    `prepare_item` may be called from any thread; what computes from one at a time.
    """

    def __init__(self, spec: TaggingSpec, checkpoint: Checkpoint, network: TaggingNetwork, device: Device) -> None:
        """Serve `network`, which already holds the weights of `checkpoint` and lies on `device`."""
        self.spec = spec
        self.checkpoint = checkpoint
        self.device = device
        self.labels = labels_of(checkpoint)
        self._network = network

    @property
    def network(self) -> nn.Module:
        """What computes: in evaluation mode, on the device, its batch normalisations folded."""
        return cast("nn.Module", self._network)

    @property
    def digest(self) -> str:
        """Digest of the weights in use."""
        return self.checkpoint.digest

    @property
    def calibration(self) -> LabelCalibration | None:
        """What marginals of these weights say; None where that is not known."""
        found = self.checkpoint.calibration
        return found if isinstance(found, LabelCalibration) else None

    def prepare_item(self, picture: Picture) -> Tensor:
        """Turn one picture into a uint8 tensor on the CPU."""
        return self.spec.prepare_item(picture)

    def look(self, batch: Tensor) -> Looked:
        """Look at prepared pictures, uint8 (n, ...); what is seen stays on the device, in float32."""
        with torch.no_grad():
            looked = self._network.look(moved(batch, self.device))
            return Looked(looked.features.float(), looked.maps.float())

    def label(self, looked: Looked, limits: Limits, allowed: Sequence[int] = ()) -> Paths:
        """Find the most probable paths of labels; the numbers `allowed` may be said, or all where it is empty."""
        mask = None
        if allowed:
            mask = torch.zeros(len(self.labels), dtype=torch.bool, device=looked.features.device)
            mask[list(allowed)] = True
        with torch.no_grad(), one_thread(self.device):
            return self._network.label(looked.features, limits, mask)

    def probabilities(self, paths: Paths) -> NDArray[np.float64]:
        """Return how likely each label is true: (n, labels), 0 to 1; as the paths have it where nothing is calibrated.

        What must not be said stays at 0.
        """
        marginals: NDArray[np.float64] = paths.marginals().double().cpu().numpy()
        if self.calibration is None:
            return marginals
        return np.where(marginals > 0, self.calibration.probability(marginals), 0.0)

    def thresholds(self, precision: float | None = None) -> NDArray[np.float64]:
        """Return the probability from which on each label is said: (labels,).

        Raises:
            NotCalibrated: there are none for this precision.
        """
        if self.calibration is None and precision is None:
            return np.full(len(self.labels), UNCALIBRATED_THRESHOLD)
        calibration = self.calibration or LabelCalibration(1.0, 0.0, (UNCALIBRATED_THRESHOLD,) * len(self.labels))
        return np.array(calibration.thresholds_for(precision))

    def tag(self, batch: Tensor, wanted: Sequence[Wanted]) -> list[tuple[Tag, ...]]:
        """Say labels of prepared pictures, uint8 (n, ...), each as is wanted of it.

        The network looks at all of them at once; paths are sought together for those that want the same.

        Returns:
            Of each picture its labels in the order of its most probable path, then those that only the next one says,
            and so on; then those that none of them says, the most probable first.

        Raises:
            NotCalibrated: thresholds are wanted for a precision that they were not fitted for.
        """
        looked = self.look(batch)
        together: dict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
        for row, one in enumerate(wanted):
            together[one.beam, one.allowed].append(row)
        said: dict[int, list[Said]] = {}
        for (beam, allowed), rows in together.items():
            paths = self.label(_of(looked, rows), Limits(beam=beam), allowed)
            parts = [each.cpu().numpy() for each in (paths.labels, paths.chances, paths.moments)]
            for row, likely, *found in zip(rows, self.probabilities(paths), *parts, strict=True):
                said[row] = choose(Found(*found), likely, wanted[row], self.thresholds(wanted[row].precision))
        return self._explained(looked, [said[row] for row in range(len(wanted))])

    @cached_property
    def label_vectors(self) -> NDArray[np.float32]:
        """Where each label stands in the space of labels: float32 (labels, numbers), rows of unit length."""
        with torch.no_grad():
            vectors = torch.nn.functional.normalize(self._network.label_vectors().float())
        unit: NDArray[np.float32] = vectors.cpu().numpy()
        return unit

    def warm(self) -> None:
        """Say labels of the largest batch, then of one: memory grows now, and no caller waits for what is set up once.

        So many labels are explained as are explained at once.
        """
        for batch in (self.spec.max_batch, 1):
            blank = torch.full((batch, *self.spec.item_shape), 255, dtype=torch.uint8)
            self.tag(blank, [Wanted(most=LABELS_AT_ONCE)] * batch)
        _ = self.label_vectors

    def _explained(self, looked: Looked, said: Sequence[Sequence[Said]]) -> list[tuple[Tag, ...]]:
        """Explain what is said of each picture, all labels together.

        Where more are wanted than memory was made ready for they go in several runs. What nobody is told is no reason:
        a label may stand on a path, and be too unsure to be said.
        """
        named = np.zeros((len(said), len(self.labels)), bool)
        for row, chosen in enumerate(said):
            named[row, [one.label for one in chosen]] = True
        told = [(row, one) for row, chosen in enumerate(said) for one in chosen]
        together = self.spec.max_batch * LABELS_AT_ONCE
        tags: list[list[Tag]] = [[] for _ in said]
        for start in range(0, len(told), together):
            run = told[start : start + together]
            for (row, _), tag in zip(run, self._tags(looked, run, named), strict=True):
                tags[row].append(tag)
        return [tuple(one) for one in tags]

    def _tags(self, looked: Looked, told: Sequence[tuple[int, Said]], named: NDArray[np.bool_]) -> list[Tag]:
        """Explain labels, each of one of the pictures."""
        rows, pictures = np.unique([row for row, _ in told], return_inverse=True)
        paths = np.full((len(told), max(len(one.before) for _, one in told) + 1), NOTHING)
        for number, (_, one) in enumerate(told):
            paths[number, : len(one.before) + 1] = (*one.before, one.label)
        device = looked.features.device
        with torch.enable_grad(), one_thread(self.device):
            reasons = self._network.explain(
                _of(looked, rows.tolist()),
                torch.from_numpy(pictures).to(device),
                torch.from_numpy(paths).to(device),
                torch.from_numpy(named[rows]).to(device),
            )
        heat, *gains = (
            part.detach().cpu().numpy() for part in (reasons.heat, reasons.gained, reasons.givers, reasons.given)
        )
        return [
            Tag(
                label=one.label,
                probability=one.probability,
                heat=seen.astype(np.float32),
                gained=float(gained),
                giver=None if giver == NOTHING else int(giver),
                given=float(given),
            )
            for (_, one), seen, gained, giver, given in zip(told, heat, *gains, strict=True)
        ]


def load_tagger(store: CheckpointStore, model: str, reference: str | None, device: Device) -> TaggingPredictor:
    """Load a tagger's weights onto a device.

    On a device whose number format is not float32, both formats look at a probe first; if they disagree the network
    stays in float32. Who is to answer callers without delay calls `warm` next.

    Args:
        store: where to look for weights.
        model: name of the model.
        reference: a digest, a prefix of one, or a network's name; None for the default.
        device: where to run.

    Raises:
        UnknownModel: no model has that name.
        WrongKind: it says no labels.
        MissingCheckpoint: no weights match.
        CorruptCheckpoint: the weight file is not what its card states, or does not fit the network; or the card states
            no labels, or thresholds of others.
    """
    description = tagging_spec(model)
    checkpoint = store.find(model, reference, description.default_network)
    labels = labels_of(checkpoint)
    calibration = checkpoint.calibration
    if isinstance(calibration, LabelCalibration) and len(calibration.thresholds) != len(labels):
        message = (
            f"The weights {checkpoint.digest[:12]} know {len(labels)} labels, but their calibration "
            f"{len(calibration.thresholds)}; calibrate them anew with `likeness models calibrate {model}`."
        )
        raise CorruptCheckpoint(message)
    loaded = load_network(description, store, checkpoint, device, len(labels))
    exact = TaggingPredictor(description, checkpoint, cast("TaggingNetwork", loaded.exact), device)
    if loaded.fast is None:
        return exact
    fast = TaggingPredictor(description, checkpoint, cast("TaggingNetwork", loaded.fast), device)
    return fast if _agree(exact, fast) else exact


def labels_of(checkpoint: Checkpoint) -> tuple[str, ...]:
    """Return the labels that weights know, by their numbers.

    Raises:
        CorruptCheckpoint: the card states none.
    """
    stated = checkpoint.card.get("labels")
    labels = stated if isinstance(stated, list) else []
    if not labels or not all(isinstance(one, str) and one for one in labels) or len(set(labels)) < len(labels):
        message = (
            f"The card {checkpoint.folder / 'card.json'} states no labels, or one twice; restore it, or train anew "
            f"with `likeness models train {checkpoint.model}`."
        )
        raise CorruptCheckpoint(message)
    return tuple(labels)


def _of(looked: Looked, rows: Sequence[int]) -> Looked:
    """What is seen of some pictures."""
    if list(rows) == list(range(len(looked.features))):
        return looked
    return Looked(looked.features[rows], looked.maps[rows])


def _agree(exact: TaggingPredictor, fast: TaggingPredictor) -> bool:
    """Whether both see the same in a smooth deterministic probe."""
    rings = probe(exact.spec.item_shape)
    ours, theirs = (predictor.look(rings).features for predictor in (exact, fast))
    return bool(torch.nn.functional.cosine_similarity(ours, theirs).min() >= PARITY)
