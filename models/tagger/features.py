"""What pictures look like to the frozen trunk: computed once, kept on disk, and taken from there by every training."""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.backbones.folding import fold_batch_norm
from models.datasets import read_picture
from models.devices import place
from models.tagger.canvas import stretch
from models.tagger.described import Described
from models.training import Progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    from models.devices import Device
    from models.tagger.datasets import Listing
    from models.tagger.eyes import Eye

VIEWS = 2
"""A picture and its mirror image."""
_BATCH = 16


def describe(listing: Listing, eye: Eye, folder: Path, device: Device, report: Callable[[Progress], None]) -> Described:
    """Look at listed pictures and at their mirror images, or read what was seen when they were looked at before.

    A killed run goes on where it was. Pictures that were changed since are looked at anew.

    Args:
        listing: of n pictures.
        eye: in evaluation mode, on the CPU, float32; the same for one folder.
        folder: where features are kept, n x 2 x `eye.features` numbers of two bytes for each listing.
        device: where to look.
        report: called after each batch.

    Raises:
        MissingData: a file is no picture.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{_name(listing)}.npy"
    shape = (len(listing), VIEWS, eye.features)
    # What is not looked at yet is NaN: a file that was left half done tells where to go on.
    if not file.exists():
        aside = file.with_suffix(".new")
        blank = np.lib.format.open_memmap(aside, "w+", np.float16, shape)
        blank[:] = np.nan
        blank.flush()
        aside.replace(file)
    kept = np.lib.format.open_memmap(file, "r+")
    todo = np.flatnonzero(np.isnan(kept).any(axis=(1, 2)))
    fast = _fast(eye, device)
    for start in range(0, len(todo), _BATCH):
        rows = todo[start : start + _BATCH]
        kept[rows] = _seen(fast, [listing.paths[row] for row in rows.tolist()], device)
        report(Progress(len(listing) - len(todo) + start + len(rows), len(listing), None, {}))
    kept.flush()
    return Described(torch.from_numpy(np.array(kept)), listing.tags)


def _seen(eye: Eye, paths: list[Path], device: Device) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
    pixels: Tensor = torch.stack([stretch(read_picture(path)) for path in paths]).to(device.name).float()
    with torch.inference_mode():
        views = [eye(view).mean(dim=(2, 3)) for view in (pixels, pixels.flip(3))]
        return np.asarray(torch.stack(views, dim=1).half().cpu().numpy())


def _fast(eye: Eye, device: Device) -> Eye:
    """Copy the eye to where and how it is fastest."""
    folded = copy.deepcopy(eye).eval()
    fold_batch_norm(folded)
    place(folded, device, device.dtype)
    return folded


def _name(listing: Listing) -> str:
    """Name the pictures of a listing, in their order and as they are now."""
    digest = hashlib.sha256()
    for path in listing.paths:
        found = path.stat()
        digest.update(f"{path.resolve()}\n{found.st_size}\n{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
