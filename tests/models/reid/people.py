"""Made-up people for tests: coats of one colour, trousers of another, seen by cameras of different light."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.images import Picture, encode_jpeg
from models.reid.datasets import Crops

HEIGHT, WIDTH = 64, 32


def person(identity: int, camera: int, shot: int, height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    """Draw one person: uint8 (height, width, 3)."""
    colours = np.random.default_rng(identity).integers(0, 256, (3, 3))
    random = np.random.default_rng((identity, camera, shot))
    scene = np.full((height, width, 3), 90 + 20 * (camera % 4), float)
    left = width // 4 + int(random.integers(-2, 3))
    for part, colour in enumerate(colours):
        top, bottom = (int(height * share) for share in ((0.05, 0.25, 0.6, 0.95)[part : part + 2]))
        scene[top:bottom, left : left + width // 2] = colour
    scene += random.normal(0, 6, scene.shape)
    drawn: NDArray[np.uint8] = np.clip(scene, 0, 255).astype(np.uint8)
    return drawn


def crops(people: int, cameras: int = 2, shots: int = 2) -> Crops:
    """Crops of several people, each seen by every camera."""
    seen = [(who, camera, shot) for who in range(people) for camera in range(cameras) for shot in range(shots)]
    return Crops(
        tuple(torch.from_numpy(person(*entry)).permute(2, 0, 1).contiguous() for entry in seen),
        np.array([who for who, _, _ in seen]),
        np.array([camera for _, camera, _ in seen]),
    )


def write_market(folder: Path, people: int, cameras: int = 2, shots: int = 2) -> Path:
    """Write a small Market-1501 whose identities are not consecutive; returns `folder`."""
    target = folder / "bounding_box_train"
    target.mkdir(parents=True)
    for who in range(people):
        for camera in range(cameras):
            for shot in range(shots):
                name = f"{3 * who + 2:04}_c{camera + 1}s1_{shot:06}_01.jpg"
                (target / name).write_bytes(encode_jpeg(person(who, camera, shot)))
    return folder


def write_boxes(folder: Path, named: Mapping[str, Sequence[str]]) -> Path:
    """Write pictures of people under names such as `0002_c1s1_000451_03.jpg`, folder by folder; returns `folder`."""
    for part, names in named.items():
        (folder / part).mkdir(parents=True)
        for name in names:
            who, camera = (int(digits) for digits in re.findall(r"\d+", name)[:2])
            (folder / part / name).write_bytes(encode_jpeg(person(who, camera, 0)))
    return folder


def write_own(folder: Path, people: int, cameras: int = 2, shots: int = 2) -> Path:
    """Write a folder of one's own: `IDENTITY/CAMERA_*.jpg`; returns `folder`."""
    for who in range(people):
        target = folder / f"person {who:02}"
        target.mkdir(parents=True)
        for camera in range(cameras):
            for shot in range(shots):
                (target / f"door{camera}_{shot}.jpg").write_bytes(encode_jpeg(person(who, camera, shot)))
    return folder


def photo(identity: int, camera: int = 0, height: int = 128, width: int = 64) -> Picture:
    """A decoded crop of a person."""
    return Picture(person(identity, camera, 0, height, width))
