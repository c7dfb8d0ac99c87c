"""A network as an ONNX file, which other programs run without Likeness; no file is left that answers otherwise."""

from __future__ import annotations

import logging
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor, nn

from models.contracts import RetrievalError

if TYPE_CHECKING:
    from pathlib import Path

    from models.contracts import EmbeddingSpec, Side
    from models.predictor import Predictor

INPUT, OUTPUT = "pixels", "embedding"
TOLERANCE = 1e-3
"""Largest difference between a number of the file's answer and of ours."""
BATCHES = (1, 7)
"""Sizes of the batches that are compared: the batch must not have become a constant of the file."""
# Two, for the exporter takes a batch of one for a constant.
_TRACED_BATCH = 2
_PACKAGES = ("onnx", "onnxruntime", "onnxscript")


class NotExportable(RetrievalError):
    """A network cannot be written in another format, or what was written answers otherwise than the network."""


class _OneSide(nn.Module):
    """One side of an embedding network, uint8 (n, ...) -> unit vectors (n, dim); what is not used is not exported."""

    def __init__(self, network: nn.Module, side: Side) -> None:
        super().__init__()
        self.network = network
        self._embed = "embed_items" if side == "item" else "embed_queries"

    def forward(self, pixels: Tensor) -> Tensor:
        return cast("Tensor", getattr(self.network, self._embed)(pixels))


def export_onnx(predictor: Predictor, side: Side, target: Path) -> float:
    """Write one side of a network as an ONNX file and compare its answers with the predictor's, on random pixels.

    The file takes `pixels`, uint8 (n, ...), what `prepare_item` or `prepare_query` gives, n free, and gives
    `embedding`, float32 (n, dim), unit vectors. All that follows the preparation, normalisation included, is inside.
    Its `metadata` say what it was made of.

    Args:
        predictor: of float32 on the CPU, where the file is compared.
        side: of the network.
        target: file to write, in place of one that is there; a file that answers otherwise never stands there.

    Returns:
        The largest difference between a number of the file's answers and of the predictor's, at batches of 1 and 7.

    Raises:
        NotExportable: what writes the file or runs it is not installed, or the file answered otherwise and was deleted.
    """
    _check_installed()
    shape = _shape(predictor.spec, side)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.new")
    try:
        _write(predictor, side, shape, aside)
        difference = _difference(predictor, side, shape, aside)
        # Of something that is no number nothing is true.
        if not difference <= TOLERANCE:
            message = (
                f"The file's answers differ from ours by {difference:.2g}, more than {TOLERANCE:g}, and it was "
                "deleted; try another version of torch, onnxscript or onnxruntime."
            )
            raise NotExportable(message)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return difference


def metadata(predictor: Predictor, side: Side) -> dict[str, str]:
    """Say what a file is made of, and what it takes."""
    spec, checkpoint = predictor.spec, predictor.checkpoint
    shape = ", ".join(map(str, _shape(spec, side)))
    return {
        "model": spec.name,
        "network": checkpoint.network,
        "checkpoint": checkpoint.digest,
        "preprocessing": str(spec.preprocessing),
        "side": side,
        "input": (
            f"{INPUT}: uint8 (n, {shape}), 0 to 255, what prepare_{side} of the model {spec.name} in Likeness gives, "
            f"preprocessing version {spec.preprocessing}; normalisation is inside this file"
        ),
        "output": f"{OUTPUT}: float32 (n, {spec.dim}), of unit length, to be compared by cosine",
    }


def _check_installed() -> None:
    lacking = [package for package in _PACKAGES if find_spec(package) is None]
    if lacking:
        message = f"Writing ONNX needs {', '.join(lacking)}; pip install 'likeness[export]'."
        raise NotExportable(message)


def _shape(spec: EmbeddingSpec, side: Side) -> tuple[int, ...]:
    return spec.item_shape if side == "item" else spec.query_shape


def _write(predictor: Predictor, side: Side, shape: tuple[int, ...], path: Path) -> None:
    network = _OneSide(predictor.network, side).eval()
    example = torch.zeros((_TRACED_BATCH, *shape), dtype=torch.uint8)
    log = logging.getLogger("torch.onnx")
    level = log.level
    # What torch has to say about itself, such as that torchvision is not installed, is of no use to who exports.
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exported = torch.onnx.export(
                network,
                (example,),
                dynamo=True,
                verbose=False,
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes=({0: torch.export.Dim("n")},),
            )
    finally:
        log.setLevel(level)
    program = cast("torch.onnx.ONNXProgram", exported)
    for node in program.model.graph:
        # Where in our source an operation comes from, with the paths of this machine.
        node.metadata_props.clear()
    program.model.metadata_props.update(metadata(predictor, side))
    program.save(path, external_data=False)


def _difference(predictor: Predictor, side: Side, shape: tuple[int, ...], path: Path) -> float:
    """Return the largest difference between the answers of a file and of the predictor it was made of."""
    import onnxruntime  # noqa: PLC0415 - only where its extra is installed

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    predict = predictor.predict_items if side == "item" else predictor.predict_queries
    random = torch.Generator().manual_seed(0)
    differences = []
    for rows in BATCHES:
        pixels = torch.randint(0, 256, (rows, *shape), dtype=torch.uint8, generator=random)
        (theirs,) = session.run([OUTPUT], {INPUT: pixels.numpy()})
        differences.append(np.abs(theirs - predict(pixels)).max())
    return float(np.max(differences))
