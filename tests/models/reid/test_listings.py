"""Whole identities are kept apart, queries are the first of each, and parts of one data set share their numbers."""

from __future__ import annotations

from pathlib import Path

from models.reid.listings import JUNK_NAME, is_query, listed, split, split_rest, trial_of
from models.reid.ranking import JUNK


def entries(people: int, cameras: int = 1, shots: int = 1) -> list[tuple[str, str, Path]]:
    """Names of made-up files, last one first."""
    return [
        (f"{who:03}", f"door{camera}", Path(f"{who:03}/door{camera}_{shot}.jpg"))
        for who in reversed(range(people))
        for camera in reversed(range(cameras))
        for shot in reversed(range(shots))
    ]


def test_parts_share_their_numbers() -> None:
    """Who is in both parts has one number in both, as cameras have, in the order of the names; junk is -1."""
    first = [("b", "y", Path("1")), ("a", "x", Path("2")), (JUNK_NAME, "x", Path("3"))]
    one, other = listed(first, [("c", "w", Path("4")), ("b", "y", Path("5"))])
    assert [path.name for path in one.paths] == ["3", "2", "1"]
    assert one.identities.tolist() == [JUNK, 0, 1]
    assert one.cameras.tolist() == [1, 1, 2]
    assert [path.name for path in other.paths] == ["5", "4"]
    assert other.identities.tolist() == [1, 2]
    assert other.cameras.tolist() == [2, 0]


def test_no_identity_is_in_two_parts() -> None:
    """The last fifth is the test, every tenth of the rest is held out, and nobody is lost."""
    (listing,) = listed(entries(33, cameras=2))
    parts = split(listing)
    test = [*parts.test.queries.paths, *parts.test.gallery.paths]
    assert sorted(set(parts.test.queries.identities.tolist())) == list(range(27, 33))
    assert sorted(set(parts.held_out.identities.tolist())) == [5, 15, 25]
    assert sorted([*parts.trained.paths, *parts.held_out.paths, *test]) == sorted(listing.paths)
    assert {5, 15, 25} & set(parts.trained.identities.tolist()) == set()


def test_a_given_test_leaves_everybody_else_to_learn_from() -> None:
    """Every tenth is held out, of all of them; junk is learnt from by nobody."""
    (listing,) = listed([*entries(20), (JUNK_NAME, "door0", Path("junk"))])
    test = trial_of(listing)
    parts = split_rest(listing, test)
    assert parts.test is test
    assert parts.held_out.identities.tolist() == [5, 15]
    assert parts.trained.identities.tolist() == [who for who in range(20) if who not in {5, 15}]


def test_queries_are_the_first_of_each_identity_and_camera() -> None:
    """By file name: one query for each camera that saw a person, the rest is the gallery."""
    (listing,) = listed(entries(4, cameras=3, shots=3))
    expected: dict[tuple[str, str], Path] = {}
    for path in sorted(listing.paths):
        expected.setdefault((path.parent.name, path.name.split("_")[0]), path)
    trial = trial_of(listing)
    assert set(trial.queries.paths) == set(expected.values())
    assert len(trial.gallery) == 4 * 3 * 2
    assert is_query(listing).sum() == len(expected)
