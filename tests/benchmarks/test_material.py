"""What is measured with: pictures and vectors that are like the real ones and the same every time."""

from __future__ import annotations

import hashlib
import os
from itertools import starmap
from pathlib import Path

import numpy as np

from benchmarks.pictures import SIDE, shoes, write_drawings, write_photos
from benchmarks.processes import usage
from benchmarks.stock import A_TRANSACTION, clustered
from models.images import decode
from models.sketch import prepare_query


def test_drawings_hold_ink(tmp_path: Path) -> None:
    """Every drawing is one that the system takes for a drawing."""
    write_drawings(shoes(2), tmp_path)
    for path in tmp_path.iterdir():
        picture = decode(path.read_bytes())
        assert (picture.width, picture.height) == (SIDE, SIDE)
        assert prepare_query(picture).min() < 128


def test_photos_are_of_different_bytes(tmp_path: Path) -> None:
    """No build finds a picture that it has met before."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    write_photos(shoes(1), folders, 3)
    digests = [hashlib.sha256(path.read_bytes()).digest() for folder in folders for path in folder.iterdir()]
    assert len(digests) == len(set(digests)) == 6


def test_vectors_are_clustered_and_repeatable() -> None:
    """Unit vectors, the same every time, whose nearest neighbours are far nearer than strangers are."""
    count = A_TRANSACTION + 500
    rows = np.concatenate(list(clustered(count, 32)))
    assert rows.shape == (count, 32)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -1)
    assert cosines.max(axis=1).min() > 0.6
    assert abs(float(np.median(cosines))) < 0.1
    assert all(starmap(np.array_equal, zip(clustered(count, 32), clustered(count, 32), strict=True)))


def test_usage_counts_this_process() -> None:
    """Processor time rises with work, and memory is that of a process with numpy in it."""
    before = usage(os.getpid())
    while usage(os.getpid()).cpu_s <= before.cpu_s:
        sum(range(100_000))
    assert before.resident_mib > 20
