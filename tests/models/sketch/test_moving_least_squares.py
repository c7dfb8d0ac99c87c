"""Moving least squares, judged by solvers of the problem that the formulas solve, by closed forms and by symmetries."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.sketch.moving_least_squares import FALLOFF, affine, rigid, similarity

Points = NDArray[np.float64]
Warp = Callable[[Points, Points, Points], Points]
WARPS = (affine, similarity, rigid)

seeds = st.integers(0, 10_000)
# Whole pixels: places meet exactly or are a pixel apart, as on a page.
places = st.tuples(st.integers(0, 800), st.integers(0, 800))
handle_lists = st.lists(places, min_size=1, max_size=6)


def turned(angle: float) -> Points:
    """The matrix that turns rows by an angle, in radians."""
    return np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])


def scene(seed: int, handles: int = 5, points: int = 12) -> tuple[Points, Points, Points]:
    """Points, handles and targets at random on a page of 800."""
    random = np.random.default_rng(seed)
    before = random.uniform(0, 800, (handles, 2))
    return random.uniform(0, 800, (points, 2)), before, before + random.normal(0, 60, (handles, 2))


def weighed(point: Points, handles: Points) -> Points:
    """Weights of the handles as a point sees them, one by one."""
    return np.array([1 / (math.dist(handle, point) ** (2 * FALLOFF) + 1e-8) for handle in handles])


def solve_affine(before: Points, after: Points, weights: Points) -> Points:
    """The matrix that least squares find for centred rows."""
    root = np.sqrt(weights)[:, None]
    return np.asarray(np.linalg.lstsq(root * before, root * after, rcond=None)[0], np.float64)


def solve_similarity(before: Points, after: Points, weights: Points) -> Points:
    """The matrix [[a, b], [-b, a]] that least squares find for centred rows."""
    root = np.sqrt(weights)
    x, y = before.T
    rows = np.concatenate([np.stack([x, -y], axis=1), np.stack([y, x], axis=1)])
    a, b = np.linalg.lstsq(np.tile(root, 2)[:, None] * rows, np.tile(root, 2) * after.T.reshape(-1), rcond=None)[0]
    return np.array([[a, b], [-b, a]])


def solve_rigid(before: Points, after: Points, weights: Points) -> Points:
    """The rotation that the singular value decomposition of the covariance gives (Kabsch)."""
    left, _, right = np.linalg.svd(before.T @ (weights[:, None] * after))
    upright = np.diag([1.0, np.linalg.det(left @ right)])
    return np.asarray(left @ upright @ right)


SOLVERS: dict[Warp, Warp] = {affine: solve_affine, similarity: solve_similarity, rigid: solve_rigid}


def slow(warp: Warp, points: Points, handles: Points, moved: Points) -> Points:
    """Every point for itself: weights, means, and a solver of the weighted problem."""
    carried = []
    for point in points:
        weights = weighed(point, handles)
        start, centre = (np.average(places, axis=0, weights=weights) for places in (handles, moved))
        carried.append((point - start) @ SOLVERS[warp](handles - start, moved - centre, weights) + centre)
    return np.array(carried)


@pytest.mark.parametrize("warp", WARPS)
@given(seed=seeds, handles=st.integers(3, 7))
@settings(deadline=None, max_examples=40)
def test_every_map_is_the_best_of_its_kind(warp: Warp, seed: int, handles: int) -> None:
    """Solvers of the weighted least squares find, point by point, what the closed formulas say."""
    points, before, after = scene(seed, handles)
    corners = before[:3] - before[0]
    assume(abs(np.linalg.det(corners[1:])) > 1000)
    np.testing.assert_allclose(warp(points, before, after), slow(warp, points, before, after), atol=1e-4)


@pytest.mark.parametrize("warp", WARPS)
@given(handles=handle_lists, points=st.lists(places, min_size=1, max_size=5), shift=places)
@settings(deadline=None, max_examples=60)
def test_a_shift_of_all_handles_shifts_the_plane(
    warp: Warp, handles: list[tuple[int, int]], points: list[tuple[int, int]], shift: tuple[int, int]
) -> None:
    """Handles moved together, by nothing or by something, on one place or on one line or not, move every point so."""
    before, seen = np.array(handles, float), np.array(points, float)
    np.testing.assert_allclose(warp(seen, before, before), seen, atol=1e-6)
    np.testing.assert_allclose(warp(seen, before, before + shift), seen + shift, atol=1e-6)


@pytest.mark.parametrize("warp", WARPS)
@given(seed=seeds, handles=st.integers(2, 6), angle=st.floats(-4, 4))
@settings(deadline=None, max_examples=40)
def test_a_turn_of_all_handles_turns_the_plane(warp: Warp, seed: int, handles: int, angle: float) -> None:
    """Two handles or more that turn about any centre take everything with them."""
    points, before, _ = scene(seed, handles)
    moved = before @ turned(angle) + (30, -7)
    np.testing.assert_allclose(warp(points, before, moved), points @ turned(angle) + (30, -7), atol=1e-5)


@pytest.mark.parametrize("warp", [affine, similarity])
@given(seed=seeds, handles=st.integers(2, 6), angle=st.floats(-4, 4), size=st.floats(0.1, 5))
@settings(deadline=None, max_examples=40)
def test_a_change_of_size_is_kept_by_all_but_the_rigid(
    warp: Warp, seed: int, handles: int, angle: float, size: float
) -> None:
    """Turned and grown handles turn and grow the plane."""
    points, before, _ = scene(seed, handles)
    matrix = size * turned(angle)
    np.testing.assert_allclose(warp(points, before, before @ matrix), points @ matrix, atol=1e-5)


@given(seed=seeds, entries=st.tuples(*[st.floats(-2, 2)] * 4))
@settings(deadline=None, max_examples=40)
def test_the_affine_map_reproduces_any_affine_motion(seed: int, entries: tuple[float, ...]) -> None:
    """Shear, mirroring and collapse of three handles or more are those of the plane."""
    points, before, _ = scene(seed)
    matrix = np.reshape(entries, (2, 2))
    assume(abs(np.linalg.det(before[1:3] - before[0])) > 1000)
    np.testing.assert_allclose(affine(points, before, before @ matrix + 9), points @ matrix + 9, atol=1e-4)


def test_two_handles_drawn_apart() -> None:
    """Half-way between two handles that go apart a similarity doubles what lies above, and the rigid map leaves it."""
    before = np.array([[-10.0, 0.0], [10.0, 0.0]])
    above = np.array([[0.0, 3.0], [0.0, 0.0]])
    np.testing.assert_allclose(similarity(above, before, 2 * before), 2 * above, atol=1e-9)
    np.testing.assert_allclose(affine(above, before, 2 * before), 2 * above, atol=1e-9)
    np.testing.assert_allclose(rigid(above, before, 2 * before), above, atol=1e-9)


@pytest.mark.parametrize("warp", WARPS)
@given(handles=st.lists(places, min_size=1, max_size=6, unique=True), seed=seeds)
@settings(deadline=None, max_examples=40)
def test_a_handle_goes_to_its_target(warp: Warp, handles: list[tuple[int, int]], seed: int) -> None:
    """A point on a handle, a pixel or more away from the others, is carried to where the handle goes."""
    before = np.array(handles, float)
    after = before + np.random.default_rng(seed).normal(0, 60, before.shape)
    np.testing.assert_allclose(warp(before, before, after), after, atol=1e-3)


@given(seed=seeds, handles=st.integers(1, 6))
@settings(deadline=None, max_examples=30)
def test_a_rigid_map_keeps_the_distance_from_the_mean(seed: int, handles: int) -> None:
    """However the handles are torn, a point is as far from their new mean as it was from their old one."""
    points, before, after = scene(seed, handles)
    for point, carried in zip(points, rigid(points, before, after), strict=True):
        weights = weighed(point, before)
        start, centre = (np.average(places, axis=0, weights=weights) for places in (before, after))
        assert math.dist(carried, centre) == pytest.approx(math.dist(point, start), abs=1e-6)


@pytest.mark.parametrize("warp", WARPS)
@given(seed=seeds, handles=st.integers(1, 6), angle=st.floats(-4, 4))
@settings(deadline=None, max_examples=30)
def test_it_does_not_matter_from_where_one_looks(warp: Warp, seed: int, handles: int, angle: float) -> None:
    """A turned and shifted scene, and handles in another order, give the same deformation."""
    points, before, after = scene(seed, handles)
    seen = [part @ turned(angle) + (100, -50) for part in (points, before[::-1], after[::-1])]
    expected = warp(points, before, after) @ turned(angle) + (100, -50)
    np.testing.assert_allclose(warp(seen[0], seen[1], seen[2]), expected, atol=1e-4)


@pytest.mark.parametrize("warp", WARPS)
def test_points_do_not_see_each_other(warp: Warp) -> None:
    """A point goes where it would go alone, and what is given is not written to."""
    points, before, after = scene(3)
    kept = [part.copy() for part in (points, before, after)]
    alone = np.concatenate([warp(point[None], before, after) for point in points])
    np.testing.assert_allclose(warp(points, before, after), alone, atol=1e-9)
    for given_part, copy in zip((points, before, after), kept, strict=True):
        np.testing.assert_array_equal(given_part, copy)
    assert warp(np.empty((0, 2)), before, after).shape == (0, 2)


@pytest.mark.parametrize("warp", WARPS)
@given(seed=seeds, place=places, count=st.integers(1, 5))
@settings(deadline=None, max_examples=30)
def test_handles_in_one_place_only_shift(warp: Warp, seed: int, place: tuple[int, int], count: int) -> None:
    """One handle, or several on one spot wherever they go, shift everything by the mean of their moves."""
    points, _, moved = scene(seed, count)
    before = np.tile(np.array(place, float) / 7, (count, 1))
    np.testing.assert_allclose(warp(points, before, moved), points + moved.mean(axis=0) - before[0], atol=1e-6)


@given(seed=seeds, along=st.lists(st.integers(-400, 400), min_size=2, max_size=5, unique=True), angle=st.floats(0, 3))
@settings(deadline=None, max_examples=40)
def test_handles_on_a_line_bend_affinely_as_a_similarity(seed: int, along: list[int], angle: float) -> None:
    """What is beside the line keeps its proportions instead of being flattened or blown up."""
    points, _, after = scene(seed, len(along))
    before = np.outer(along, turned(angle)[0]) + 400
    np.testing.assert_allclose(affine(points, before, after), similarity(points, before, after), atol=1e-6)


@given(seed=seeds, target=places)
@settings(deadline=None, max_examples=20)
def test_targets_in_one_place_turn_nothing(seed: int, target: tuple[int, int]) -> None:
    """Handles that are all sent to one place favour no turn: the rigid map shifts each point by the way of the mean."""
    points, before, _ = scene(seed)
    after = np.tile(np.array(target) / 7, (len(before), 1))
    starts = np.array([np.average(before, axis=0, weights=weighed(point, before)) for point in points])
    np.testing.assert_allclose(rigid(points, before, after), points - starts + after[0], atol=1e-6)


@pytest.mark.parametrize("warp", WARPS)
@pytest.mark.parametrize(
    ("points", "handles", "moved"),
    [((3, 2), (0, 2), (0, 2)), ((3, 2), (2, 2), (3, 2)), ((3,), (2, 2), (2, 2)), ((3, 3), (2, 3), (2, 3))],
)
def test_other_shapes_are_refused(
    warp: Warp, points: tuple[int, ...], handles: tuple[int, ...], moved: tuple[int, ...]
) -> None:
    """No handle, a handle without a target, and what is no list of pairs are named."""
    with pytest.raises(ValueError, match=r"as many handles|shape \(points, 2\)"):
        warp(np.zeros(points), np.zeros(handles), np.zeros(moved))
