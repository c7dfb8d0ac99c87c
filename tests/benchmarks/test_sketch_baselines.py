"""The baselines of the paper over made-up data: what is learnt from, what is chosen, and what is printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import sketch_baselines
from benchmarks.sketch_baselines import (
    Choice,
    Describe,
    Part,
    Sides,
    bag,
    choices,
    choose,
    judgement,
    learnt_scores,
    lessons,
    load_part,
    main,
    plain,
)
from tests.models.sketch.layouts import write_pairs

SENSIBLE = Choice("dense", "difference", "identity", 1.0)
TRAINED, TESTED = 11, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both sets of `qmul_v1`, small."""
    folder = tmp_path_factory.mktemp("data")
    write_pairs(folder / "qmul_v1/shoes", TRAINED, TESTED)
    write_pairs(folder / "qmul_v1/chairs", TRAINED, TESTED, "chairs")
    return folder


@pytest.fixture(scope="module")
def train(folder: Path) -> Part:
    """The train part of one set."""
    return load_part(folder / "qmul_v1/shoes", "train")


def test_people_are_heard_where_most_agree() -> None:
    """Two of three decide; a vote on an item that is not learnt from, or of a drawing that is not, is not heard."""
    votes = (np.array([[0, 1], [0, 1], [1, 0], [0, 2]]), np.array([[1, 0]]), np.array([[0, 1]]))
    assert lessons(votes, np.array([0, 1]), "people").tolist() == [[0, 0, 1], [1, 1, 0]]


def test_identity_sets_each_item_before_others() -> None:
    """A drawing's own item is nearer than 45 different others, or than all where there are fewer."""
    for count, others in ((100, 45), (5, 4)):
        found = lessons([], np.arange(count), "identity").reshape(count, others, 3)
        assert (found[..., 0] == np.arange(count)[:, None]).all()
        assert (found[..., 1] == found[..., 0]).all()
        assert (found[..., 2] != found[..., 1]).all()
        assert all(len(set(row)) == others for row in found[..., 2].tolist())


def test_both_are_one_after_the_other() -> None:
    """Taught by both means by all triplets of either."""
    votes, rows = (np.array([[0, 1]]), np.array([[2, 1]]), np.empty((0, 2), np.int64)), np.arange(3)
    parts = [lessons(votes, rows, teacher) for teacher in ("people", "identity")]
    np.testing.assert_array_equal(lessons(votes, rows, "both"), np.concatenate(parts))


def test_every_combination_is_offered_once() -> None:
    """Features, two comparisons, three teachers and the costs."""
    offered = tuple(choices({"a": plain(32), "b": plain(64)}))
    assert len(set(offered)) == len(offered) == 2 * 2 * 3 * len(sketch_baselines.COSTS)


def test_the_choice_is_by_held_out_items(train: Part) -> None:
    """Features that tell every item apart are chosen before those that tell none, in either order."""
    blind = Sides(*[np.zeros((TRAINED, 3), np.float32)] * 2)
    features: dict[str, Describe] = {"dense": plain(32), "blind": lambda _: lambda _: blind}
    offered = [SENSIBLE, replace(SENSIBLE, feature="blind")]
    assert choose(train, features, offered) == choose(train, features, offered[::-1]) == (SENSIBLE, 1.0)
    assert choose(train, features, offered[1:]) == (offered[1], 1 / 2)


def test_nothing_is_learnt_from_held_out_items(train: Part) -> None:
    """Neither features nor rankings get to see a drawing or an item that is held out."""
    seen = []

    def watched(part: Part) -> Callable[[Part], Sides]:
        seen.append(part)
        return plain(32)(part)

    choose(train, {"dense": watched}, [SENSIBLE])
    (part,) = seen
    np.testing.assert_array_equal(part.edges, train.edges[np.arange(TRAINED) % 7 != 3])


@pytest.mark.parametrize("describe", [plain(32), bag(16, 20)])
def test_equal_pictures_are_found(folder: Path, train: Part, describe: Describe) -> None:
    """On a test part whose drawings are their items' edge maps every ranking by distance is right everywhere."""
    test = load_part(folder / "qmul_v1/shoes", "test")
    figures = judgement(test, learnt_scores(train, test, describe, SENSIBLE), "").figures
    assert figures == {"acc@1": 100, "acc@10": 100, "corr": 100, "queries": TESTED}


def test_the_command_prints_choices_and_figures(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Command, machine, what was chosen of each baseline and set, and a row with intervals for each."""
    monkeypatch.setattr(sketch_baselines, "BAGS", {"small": bag(32, 5)})
    monkeypatch.setattr(sketch_baselines, "DENSE", {"cells of 64": plain(64)})
    monkeypatch.setattr(sketch_baselines, "COSTS", (1.0,))
    main(["--data", str(folder)])
    printed = capsys.readouterr().out
    assert printed.startswith("`python -m benchmarks.sketch_baselines --data DIR`\n")
    assert printed.count("held-out mean reciprocal rank") == 4
    assert (
        "| QMUL-Shoe, plain HOG, cosine | 3 | 100.0 (100 to 100) | 100.0 (100 to 100) | 100.0 (100 to 100) |" in printed
    )
    assert len([line for line in printed.splitlines() if line.startswith("| QMUL-")]) == 6


def test_missing_data_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without the data ends the command with exit code 2 and no traceback."""
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(tmp_path)])
    assert ended.value.code == 2
    assert "name the folder of an unpacked QMUL set" in capsys.readouterr().err
