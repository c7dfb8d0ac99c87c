"""Trained weights on disk: safetensors and a card, checked by digest, never pickle."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from models.calibration import Calibration
from models.contracts import CorruptCheckpoint, MissingCheckpoint
from models.label_calibration import LabelCalibration, read_calibration

if TYPE_CHECKING:
    from torch import Tensor

CARD = "card.json"
PROMOTED = "promoted"
WEIGHTS = "weights.safetensors"
SHORTEST_PREFIX = 8
_SHIPPED = Path(__file__).parent
_Fact = TypeVar("_Fact", str, int)


@dataclass(frozen=True)
class Checkpoint:
    """One set of trained weights.

    Attributes:
        model: name of the system.
        network: which of its networks the weights are for.
        digest: sha256, 64 hex digits, over the weight file, the network's name and the preprocessing version.
        folder: where the files lie.
        card: how it was trained and how it was judged.
        calibration: what its scores, or a tagger's marginals, say; None where that is not known.
    """

    model: str
    network: str
    digest: str
    folder: Path
    card: Mapping[str, Any]
    calibration: Calibration | LabelCalibration | None = None


class CheckpointStore:
    """Checkpoints shipped with the package and those in the data folder.

    Layout: `models/<model>/weights/<network>/` for shipped ones, `<local>/<model>/<digest>/` for others, each with
    `weights.safetensors` and `card.json`. What `calibrate` kept lies in `<local>/<model>/<digest>.calibration.json`,
    for shipped weights may lie where nothing can be written; it counts before what a card states. Which weights are
    used where none are named, `promote` writes into `<local>/<model>/promoted`.
    """

    def __init__(self, local: Path, shipped: Path = _SHIPPED) -> None:
        """Look under `local` (need not exist yet) and under `shipped`, the folder of the model packages."""
        self._local = local
        self._shipped = shipped

    def all(self, model: str) -> tuple[Checkpoint, ...]:
        """Every checkpoint of a model, each digest once, shipped ones first."""
        cards = [
            *sorted((self._shipped / model / "weights").glob(f"*/{CARD}")),
            *sorted((self._local / model).glob(f"[0-9a-f]*/{CARD}"), key=lambda card: card.stat().st_mtime),
        ]
        found: dict[str, Checkpoint] = {}
        for card in cards:
            checkpoint = self._read(card.parent)
            found.setdefault(checkpoint.digest, checkpoint)
        return tuple(found.values())

    def find(self, model: str, reference: str | None = None, default_network: str | None = None) -> Checkpoint:
        """Find one checkpoint.

        Args:
            model: name of the system.
            reference: a digest, at least the first 8 digits of one, or a network's name (then the shipped
                checkpoint, else the newest local one); None for what was promoted, or else the default network.
            default_network: what None stands for; without it, the first checkpoint found.

        Raises:
            MissingCheckpoint: there is none.
        """
        checkpoints = self.all(model)
        wanted = reference or self.promoted(model) or default_network
        for matches in (
            [found for found in checkpoints if wanted is None or found.network == wanted],
            [found for found in checkpoints if _is_prefix(wanted, found.digest)],
        ):
            if matches:
                shipped = [found for found in matches if found.folder.is_relative_to(self._shipped)]
                return shipped[0] if shipped else matches[-1]
        known = ", ".join(f"{found.network} ({found.digest[:12]})" for found in checkpoints) or "none"
        message = (
            f"There is no checkpoint {wanted or 'at all'} of the model {model}; there is: {known}. "
            f"Train one with `likeness models train {model} --data DIR`."
        )
        raise MissingCheckpoint(message)

    def load(self, checkpoint: Checkpoint) -> dict[str, Tensor]:
        """Read the weights.

        Raises:
            MissingCheckpoint: the file is gone.
            CorruptCheckpoint: it is not the file its card was written for.
        """
        from safetensors.torch import load  # noqa: PLC0415 - whoever only looks for weights does not wait for torch

        path = checkpoint.folder / WEIGHTS
        try:
            content = path.read_bytes()
        except OSError as error:
            message = f"The weights {path} cannot be read ({error.strerror}); restore them or install Likeness anew."
            raise MissingCheckpoint(message) from error
        found = digest_of(content, checkpoint.network, int(checkpoint.card["preprocessing"]))
        if found != checkpoint.digest:
            message = (
                f"The weights {path} have the digest {found[:12]}, but their card states {checkpoint.digest[:12]}; "
                "restore the file or install Likeness anew."
            )
            raise CorruptCheckpoint(message)
        return load(content)

    def save(self, model: str, network: str, tensors: Mapping[str, Tensor], card: Mapping[str, Any]) -> Checkpoint:
        """Store weights in the data folder, atomically; `card` must hold "preprocessing", an integer."""
        from safetensors.torch import save  # noqa: PLC0415 - as in `load`

        content = save({name: tensor.contiguous() for name, tensor in tensors.items()})
        digest = digest_of(content, network, int(card["preprocessing"]))
        full = {**card, "model": model, "network": network, "digest": digest}
        files = {WEIGHTS: content, CARD: json.dumps(full, indent=2, sort_keys=True).encode() + b"\n"}
        return self._read(_place(self._local / model / digest, files))

    def keep(self, checkpoint: Checkpoint) -> Checkpoint:
        """Copy a checkpoint into the data folder, so that it outlives the release that shipped it."""
        files = {name: (checkpoint.folder / name).read_bytes() for name in (WEIGHTS, CARD)}
        return self._read(_place(self._local / checkpoint.model / checkpoint.digest, files))

    def calibrate(self, checkpoint: Checkpoint, calibration: Calibration | LabelCalibration) -> Path:
        """Keep what the scores of a checkpoint say, in place of what was known before; returns the file."""
        target = self._calibration_of(checkpoint)
        _replace(target, json.dumps(calibration.card(), indent=2).encode() + b"\n")
        return target

    def promote(self, checkpoint: Checkpoint) -> None:
        """Have a checkpoint used wherever none is named; the others stay, and can be named."""
        _replace(self._local / checkpoint.model / PROMOTED, checkpoint.digest.encode() + b"\n")

    def promoted(self, model: str) -> str | None:
        """Return the digest of the weights that were promoted last; None where none were.

        Raises:
            CorruptCheckpoint: what was written about it holds no digest.
        """
        path = self._local / model / PROMOTED
        try:
            digest = path.read_text("utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            message = f"What is promoted cannot be read from {path} ({error}); promote weights anew, or delete it."
            raise CorruptCheckpoint(message) from error
        if re.fullmatch("[0-9a-f]{64}", digest) is None:
            message = f"The file {path} holds no digest; promote weights anew, or delete it."
            raise CorruptCheckpoint(message)
        return digest

    def _calibration_of(self, checkpoint: Checkpoint) -> Path:
        return self._local / checkpoint.model / f"{checkpoint.digest}.calibration.json"

    def _read(self, folder: Path) -> Checkpoint:
        """Read a card, and what was found of its weights since."""
        checkpoint = _read_card(folder)
        found = self._calibration_of(checkpoint)
        if not found.exists():
            return checkpoint
        try:
            return replace(checkpoint, calibration=read_calibration(json.loads(found.read_text())))
        except (OSError, ValueError) as error:
            message = f"The calibration {found} cannot be read ({error}); delete it, or calibrate anew."
            raise CorruptCheckpoint(message) from error


def digest_of(content: bytes, network: str, preprocessing: int) -> str:
    """Sha256 in hex over everything that decides what a vector means."""
    digest = hashlib.sha256(content)
    digest.update(f"\n{network}\n{preprocessing}".encode())
    return digest.hexdigest()


def _is_prefix(reference: str | None, digest: str) -> bool:
    return reference is not None and len(reference) >= SHORTEST_PREFIX and digest.startswith(reference)


def _read_card(folder: Path) -> Checkpoint:
    try:
        card = json.loads((folder / CARD).read_text())
        model, network, digest = (_stated(card, key, str) for key in ("model", "network", "digest"))
        _stated(card, "preprocessing", int)
        calibration = None if card.get("calibration") is None else read_calibration(card["calibration"])
    except (OSError, ValueError) as error:
        message = f"The card {folder / CARD} cannot be read ({error}); restore it or delete its folder."
        raise CorruptCheckpoint(message) from error
    return Checkpoint(model, network, digest, folder, card, calibration)


def _stated(card: object, key: str, kind: type[_Fact]) -> _Fact:
    value = card.get(key) if isinstance(card, dict) else None
    if not isinstance(value, kind):
        message = f"it states no {key}"
        raise ValueError(message)  # noqa: TRY004 - one error for every way in which a card can be none
    return value


def _replace(target: Path, content: bytes) -> None:
    """Write a file in place of what is there, atomically and for good."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # As readable as the checkpoints, to a server under another account.
        Path(aside).chmod(0o644)
        Path(aside).replace(target)
    finally:
        Path(aside).unlink(missing_ok=True)
    _sync(target.parent)


def _place(target: Path, files: Mapping[str, bytes]) -> Path:
    """Write a folder aside, flush it to disk, and rename it into place; a folder already there wins."""
    if (target / CARD).exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=".new-"))
    try:
        for name, content in files.items():
            with (aside / name).open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        # mkdtemp makes a folder for its owner alone; a server under another account reads these too.
        aside.chmod(0o755)
        _sync(aside)
        aside.rename(target)
    except OSError:
        # Another writer of the same weights was first.
        if not (target / CARD).exists():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    # The folders above too: whoever made them may have been killed before their names were on the disk.
    for folder in list(target.parents)[:3]:
        _sync(folder)
    return target


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
