"""The oracles against each other, and against values worked out by hand."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check import definitions

QUARTERS = st.integers(-8, 8).map(lambda k: Fraction(k, 4))
VECTORS = st.lists(QUARTERS, min_size=1, max_size=5).map(lambda v: np.array(v, dtype=object))
EXACTLY = settings(max_examples=60, deadline=None, derandomize=True)


@EXACTLY
@given(v=VECTORS, c=st.integers(1, 9).map(lambda k: Fraction(k, 3)))
def test_algorithm_2_is_the_projection_of_what_is_not_inside(v, c):
    """Inside, the algorithm as printed goes out to the sphere."""
    printed, projection = definitions.algorithm_2(v, c), definitions.project_l1_ball(v, c)
    if sum(abs(v)) >= c:
        assert (printed == projection).all()
    else:
        assert (projection == v).all()
        assert (printed != v).all() or not v.all()


def test_algorithm_2_as_printed_moves_interior_points():
    v = np.array([Fraction(1, 10), Fraction(2, 10)], dtype=object)
    assert definitions.algorithm_2(v, 3).tolist() == [Fraction(29, 20), Fraction(31, 20)]
    with pytest.raises(ValueError, match="no p has"):
        definitions.algorithm_2(v, 0)


@EXACTLY
@given(v=VECTORS, t=st.integers(0, 8).map(lambda k: Fraction(k, 4)), grid=st.just([Fraction(k, 4) for k in range(-9, 10)]))
def test_soft_threshold_is_found_by_search(v, t, grid):
    for z, x in zip(v, definitions.soft_threshold(v, t), strict=True):
        assert x == (z if t == 0 else definitions.prox(abs, z, t, grid))


def test_paths_of_a_small_chain():
    weights, biases = [np.array([[1, -2], [3, 4]]), np.array([[5, 6]])], [np.array([7, 8]), np.array([-9])]
    assert sorted(map(math.prod, definitions.paths(weights, biases))) == [-10, -9, 5, 18, 24, 35, 48]
    assert definitions.path_sum(weights) == 5 + 10 + 18 + 24
    assert definitions.path_sum(weights, biases) == 57 + 35 + 48 + 9
    assert definitions.path_sum(weights, [None, biases[1]], p=2) == 25 + 100 + 324 + 576 + 81


def test_rescaling_leaves_paths_alone():
    weights = [np.array([[Fraction(1), Fraction(2)]]), np.array([[Fraction(3)]])]
    scaled, (b, last) = definitions.rescaled(weights, [np.array([Fraction(4)]), None], [[Fraction(2)]])
    assert (scaled[0].tolist(), scaled[1].tolist(), b.tolist(), last) == ([[2, 4]], [[Fraction(3, 2)]], [8], None)
    assert sorted(map(math.prod, definitions.paths(scaled))) == sorted(map(math.prod, definitions.paths(weights)))


def test_norms():
    W = np.array([[Fraction(3), Fraction(-4)], [Fraction(1), Fraction(0)]])
    assert definitions.l_pq(W, 1, math.inf) == 7
    assert definitions.l_pq(W, math.inf, 1) == 5
    assert definitions.l_pq(W.astype(float), 2, 1) == 6


def test_a_window_counts_its_pixels():
    x = np.array([Fraction(k) for k in range(12)], dtype=object).reshape(1, 1, 3, 4)
    one = np.full((1, 1, 2, 2), Fraction(1), dtype=object)
    assert definitions.conv2d(x, one, stride=(1, 2)).tolist() == [[[[10, 18], [26, 34]]]]
    spread = definitions.conv2d(x, one, padding=(1, 0, 1, 0), dilation=(2, 2))
    assert spread[0, 0].tolist() == [[5, 10, 12], [10, 20, 24]]
    assert definitions.avg_pool(x, (2, 2), (1, 2))[0, 0].tolist() == [[Fraction(5, 2), Fraction(9, 2)],
                                                                     [Fraction(13, 2), Fraction(17, 2)]]
    out, where = definitions.max_pool(0 * x, (2, 3), (1, 1))
    assert not out.any()
    assert where[0, 0].tolist() == [[(0, 0), (0, 1)], [(1, 0), (1, 1)]]


def test_augmented_layers_by_hand():
    V1, V2 = np.array([[1, 0], [2, 3], [-1, 0]]), np.array([[5], [1], [7]])
    assert definitions.affine(V1, [10, 4]) == [17, 30]
    assert definitions.hidden_layers([V1, V2], [10, 4], lambda t: -t) == [[17, 30], [5 - 17 - 210]]
    assert definitions.l_1_inf(V1) == 4
    assert definitions.l_1_inf(V2) == 13


def test_rademacher_complexity_by_hand():
    assert definitions.rademacher([[1, 1], [-1, -1]]) == Fraction(1, 2)  # E |eps_1 + eps_2| / 2
    assert definitions.rademacher([[3, -2]]) == 0  # without an absolute value
    assert definitions.rademacher([[0], [4]]) == 2
