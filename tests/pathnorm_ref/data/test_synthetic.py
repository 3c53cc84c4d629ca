"""Synthetic samples: the function as printed, at its joints and by its periods; the classes of Figure 2; the sparse
regression and the classification of Wen et al. 2021, by their printed formulas, their laws, and their readings."""

import math

import numpy as np
import pytest

from pathnorm_ref.data import (
    LAST,
    SPREADS,
    correlated,
    frequency_function,
    nonlinear_classification,
    nonlinear_label,
    sparse_coefficients,
    sparse_regression,
    two_classes,
    varying_frequency,
)


def printed(x):
    """Appendix C.2, one number at a time."""
    if 0 < x <= 1 / 2:
        return math.sin(8 * math.pi * x)
    if 1 / 2 < x <= 3 / 4:
        return math.sin(32 * math.pi * (x - 1 / 2))
    if 3 / 4 < x <= 1:
        return math.sin(8 * math.pi * (x - 3 / 4))
    raise ValueError(x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_function_is_the_printed_one(dtype):
    eps = np.finfo(dtype).eps
    joints = [joint + d for joint in (0.5, 0.75) for d in (-eps, 0, eps)]
    x = np.array([eps, *joints, 1, *np.random.default_rng(0).random(200)], dtype)
    f = frequency_function(x)
    assert f.dtype == dtype
    # an argument of up to 8 pi is rounded three times, by half an eps each
    np.testing.assert_allclose(f, [printed(float(value)) for value in x], rtol=0, atol=8 * math.pi * 2 * eps)


def test_the_pieces_have_two_four_and_one_periods():
    def crossings(start, end):
        """Changes of sign strictly inside a piece: a sine of k periods has 2 k - 1."""
        x = np.linspace(start, end, 1002)[1:-1]
        return np.count_nonzero(np.diff(np.sign(frequency_function(x))))

    assert [crossings(0, 0.5), crossings(0.5, 0.75), crossings(0.75, 1)] == [3, 7, 1]


@pytest.mark.parametrize("x", [0.0, -0.1, np.nextafter(1, 2), np.nan, np.inf])
def test_the_interval_is_half_open(x):
    with pytest.raises(ValueError, match=r"x holds values outside \(0, 1\]"):
        frequency_function(np.array([0.5, x]))


def test_the_function_needs_floats():
    with pytest.raises(TypeError, match="x has dtype int64: it must hold floats"):
        frequency_function(np.array([1]))


def test_samples_are_uniform_and_on_the_function():
    x, y = varying_frequency(np.random.default_rng(0), 10_000)
    assert x.shape == y.shape == (10_000, 1)
    assert x.dtype == y.dtype == np.float64
    np.testing.assert_array_equal(y, frequency_function(x))
    # Kolmogorov's distance exceeds 2.5 / sqrt(n) with a probability of 2 exp(-12.5), 8 in a million
    assert np.abs(np.sort(x.ravel()) - np.arange(1, 10_001) / 10_000).max() < 0.025
    assert (varying_frequency(np.random.default_rng(0), 10_000).x == x).all()
    assert len(varying_frequency(np.random.default_rng(0)).x) == 64


def test_samples_keep_out_of_0():
    class Least:
        """A generator at the lower end of its range."""

        def random(self, shape):
            return np.zeros(shape)

    assert (varying_frequency(Least(), 3).x == 1).all()


def test_two_classes_interlock():
    x, y = two_classes(np.random.default_rng(0), 101, noise=0)
    assert x.shape == (101, 2)
    assert y.shape == (101, 1)
    assert y[:4].ravel().tolist() == [1, -1, 1, -1]
    np.testing.assert_allclose(np.linalg.norm(x * y + [0.5, 0.25], axis=1), 1, rtol=1e-15)  # a few roundings
    upper, lower = x[y[:, 0] == 1], x[y[:, 0] == -1]
    assert upper[:, 1].min() < lower[:, 1].max()  # no level line parts them ...
    coefficients = np.linalg.lstsq(np.column_stack([x, np.ones(101)]), y, rcond=None)[0]
    assert (np.sign(np.column_stack([x, np.ones(101)]) @ coefficients) != y).any()  # ... nor the best line


def test_noise_is_of_the_deviation_that_is_asked_for():
    clean, noisy = (two_classes(np.random.default_rng(0), 5000, noise).x for noise in (0, 0.2))
    assert abs((noisy - clean).std() - 0.2) < 5 * 0.2 / np.sqrt(2 * 10_000)  # five deviations of a deviation


@pytest.mark.parametrize("n", [0, -1, 2.0, True, None])
def test_a_wrong_number_is_named(n):
    for function in (varying_frequency, two_classes):
        with pytest.raises(ValueError, match=r"n is .*: it must be an integer, 1 at least"):
            function(np.random.default_rng(0), n)


@pytest.mark.parametrize("noise", [-1, np.nan, np.inf])
def test_a_wrong_noise_is_named(noise):
    with pytest.raises(ValueError, match="noise is"):
        two_classes(np.random.default_rng(0), 4, noise)


# --- Wen et al. 2021, Section 5.1 ----------------------------------------------------------------------

def kolmogorov(values, cdf):
    """Whether the distance of the empirical from the true law is at most 2.5 / sqrt(n): else with probability
    2 exp(-12.5), 8 in a million, by the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart."""
    values = np.sort(values.ravel())
    true, below, n = np.array([cdf(value) for value in values]), np.arange(len(values)), len(values)
    return max((true - below / n).max(), ((below + 1) / n - true).max()) <= 2.5 / math.sqrt(n)


def normal(mean, deviation):
    return lambda t: (1 + math.erf((t - mean) / deviation / math.sqrt(2))) / 2


def test_coefficients_are_uniform_and_sparse():
    beta = sparse_coefficients(np.random.default_rng(0), 20_000, 10_000)
    assert beta.shape == (20_000,)
    assert beta.dtype == np.float64
    assert not beta[10_000:].any()
    assert kolmogorov(beta[:10_000], lambda t: (t - 0.15) / 149.85)
    printed = sparse_coefficients(np.random.default_rng(1))
    assert np.flatnonzero(printed).tolist() == list(range(100))
    assert printed.shape == (1000,)
    other = sparse_coefficients(np.random.default_rng(1), high=1.5)
    np.testing.assert_allclose((other[:100] - 0.15) / 1.35, (printed[:100] - 0.15) / 149.85, rtol=1e-13)
    assert sparse_coefficients(np.random.default_rng(1), 3, 2, 0.5, 0.5).tolist() == [0.5, 0.5, 0]
    assert sparse_coefficients(np.random.default_rng(1), 3, 0).tolist() == [0, 0, 0]


def by_index(z, beyond, last):
    """Step 2 as printed, one index at a time from 1."""
    n_in = len(z)
    term = {0: None, **{j: z[j - 1] for j in range(1, n_in + 1)},
            n_in + 1: {"zero": 0, "extended": beyond, "cyclic": z[0], "plain": None}[last]}
    x = []
    for j in range(1, n_in + 1):
        alone = j == 1 or (last == "plain" and j == n_in)
        x.append(term[j] if alone else term[j] + 0.2 * (term[j + 1] + term[j - 1]))
    return x


@pytest.mark.parametrize("last", LAST)
@pytest.mark.parametrize("n_in", [1, 2, 3, 6])
def test_inputs_are_correlated_as_printed(n_in, last):
    rng = np.random.default_rng(n_in)
    z, beyond = rng.standard_normal((5, n_in)), rng.standard_normal(5)
    z.flags.writeable = False
    expected = [by_index(row, b, last) for row, b in zip(z, beyond, strict=True)]
    assert correlated(z, beyond, last).tolist() == expected


def test_the_covariance_is_the_one_of_the_printed_map():
    """Cov x = A A^T, A the map of z, read off unit vectors: 1.08, 0.4 and 0.04 beside each other, less at the ends."""
    A = correlated(np.eye(6), np.zeros(6)).T
    assert A.tolist() == [[1, 0, 0, 0, 0, 0], [0.2, 1, 0.2, 0, 0, 0], [0, 0.2, 1, 0.2, 0, 0], [0, 0, 0.2, 1, 0.2, 0],
                          [0, 0, 0, 0.2, 1, 0.2], [0, 0, 0, 0, 0.2, 1]]
    x = sparse_regression(np.random.default_rng(0), 40_000, np.zeros(6)).x
    # a product of two of them has a variance of at most 3 * 1.08^2, so their mean is off by five deviations at most
    assert (abs(x.T @ x / 40_000 - A @ A.T) < 5 * math.sqrt(3) * 1.08 / 200).all()
    assert (A @ A.T)[2, 2:5].tolist() == pytest.approx([1.08, 0.4, 0.04], rel=1e-15)
    cyclic = correlated(np.eye(6), np.zeros(6), "cyclic").T
    assert (cyclic - A)[-1].tolist() == [0.2, 0, 0, 0, 0, 0]
    assert correlated(np.eye(6), np.zeros(6), "plain").T[-1].tolist() == [0, 0, 0, 0, 0, 1]
    assert correlated(np.zeros((1, 6)), np.ones(1), "extended").tolist() == [[0, 0, 0, 0, 0, 0.2]]


def test_readings_of_the_last_index_differ_there_alone():
    rng = np.random.default_rng(0)
    beta = np.append(sparse_coefficients(rng, 5, 3), 0.0)
    samples = {last: sparse_regression(np.random.default_rng(1), 50, beta, last) for last in LAST}
    for x, y in samples.values():
        assert (x[:, :-1] == samples["zero"].x[:, :-1]).all()
        assert (y == samples["zero"].y).all()
    ends = [samples[last].x[:, -1] for last in LAST]
    assert all((a != b).all() for i, a in enumerate(ends) for b in ends[:i])
    z_1 = samples["zero"].x[:, 0]
    np.testing.assert_allclose(ends[2] - ends[0], 0.2 * z_1, rtol=0, atol=1e-15 * 10)  # sums of a few normals, rounded
    assert kolmogorov((ends[1] - ends[0]) / 0.2, normal(0, 1))


def test_targets_are_linear_with_noise_of_variance_1():
    rng = np.random.default_rng(0)
    beta = sparse_coefficients(rng, 30, 10)
    train, test = sparse_regression(rng, 3000, beta), sparse_regression(rng, 10_000, beta)
    for x, y in (train, test):
        assert (x.shape, y.shape, x.dtype, y.dtype) == ((len(y), 30), (len(x), 1), np.float64, np.float64)
        assert kolmogorov(y[:, 0] - x @ beta, normal(0, 1))
    again = sparse_regression(np.random.default_rng(7), 4, beta)
    assert (again.x == sparse_regression(np.random.default_rng(7), 4, beta).x).all()
    assert (again.x != sparse_regression(np.random.default_rng(8), 4, beta).x).all()
    twice = sparse_regression(np.random.default_rng(7), 4, 2 * beta)  # the same noise
    np.testing.assert_allclose(twice.y - again.y, (again.x @ beta)[:, None], rtol=0, atol=1e-12)  # |y| < 2000, ulp 2e-13


# --- Wen et al. 2021, Section 5.2 ----------------------------------------------------------------------

@pytest.mark.parametrize(("x", "label"), [
    ((0, 0, 0, 0), 0),  # 1 - 3
    ((0, 1.5, 0, 0), 1),  # 1 + 2.25 - 3
    ((0, -1.5, 0, 7), 1),
    ((0, 1.25, 0, 0), 0),  # 1 + 1.5625 - 3
    ((1, 0, 0, 3), 0),  # 2.718 - 3
    ((1.125, 0, 0, 0), 1),  # 3.08 - 3
    ((0, math.sqrt(2) * (1 - 1e-9), 0, 0), 0),  # on the border, less and more
    ((0, math.sqrt(2) * (1 + 1e-9), 0, 0), 1),
    ((-9, 0, 1, math.pi / 2), 1),  # 5 - 3
    ((-9, 0, -1, math.pi / 2), 0),
    ((0, 0, 1, 0.5), 1),  # 1 + 2.397 - 3
    ((0, 0, 1, 0.25), 0),  # 1 + 1.237 - 3
    ((9, 9, -1, math.pi / 2), 1),
])
def test_labels_are_the_printed_ones(x, label):
    assert nonlinear_label(np.array([x])).tolist() == [label]
    assert nonlinear_label(np.array([[*x, 5.0, -5.0]])).tolist() == [label]  # the others do not count


def test_the_inequality_is_strict():
    x = np.zeros((200, 4))
    x[:, 1] = np.linspace(0.1, 1.7, 200)
    x[:, 0] = np.log(3 - x[:, 1] ** 2)
    on_the_border = np.exp(x[:, 0]) + x[:, 1] ** 2 == 3  # as rounding has it
    assert on_the_border.any()
    assert not nonlinear_label(x[on_the_border]).any()


@pytest.mark.parametrize(("spread", "deviation"), [("variance", 1 / 2), ("deviation", 1 / 4)])
@pytest.mark.parametrize("alpha", [-1.5, 0.0, 2])
def test_inputs_are_normal_about_half_of_alpha(spread, deviation, alpha):
    x, y = nonlinear_classification(np.random.default_rng(0), 2500, alpha, 4, spread)
    assert (x.shape, x.dtype, y.dtype.kind) == ((2500, 4), np.float64, "i")
    assert kolmogorov(x, normal(alpha / 2, deviation))
    assert (y == nonlinear_label(x)).all()
    assert SPREADS[spread] == deviation


def test_alpha_may_be_drawn_for_each_sample():
    """Then x_ij ~ N(0, 1/2), and x_ij, x_ik have covariance 1/4, by the law of total covariance."""
    x, _ = nonlinear_classification(np.random.default_rng(0), 10_000, None, 5)
    assert all(kolmogorov(column, normal(0, math.sqrt(1 / 2))) for column in x.T)
    # a product of two has a variance of at most 3 / 4: five deviations of its mean
    assert (abs(x.T @ x / 10_000 - (np.eye(5) + 1) / 4) < 5 * math.sqrt(3 / 4) / 100).all()
    shared, _ = nonlinear_classification(np.random.default_rng(0), 10_000, 0.0, 5)
    assert abs(shared.T @ shared / 10_000 - np.eye(5) / 4).max() < 5 / 4 / 100 * math.sqrt(2)


def test_classification_follows_from_the_seed():
    x, y = nonlinear_classification(np.random.default_rng(3), 6, 0.5)
    assert x.shape == (6, 500)
    again = nonlinear_classification(np.random.default_rng(3), 6, 0.5)
    assert (again.x == x).all()
    assert (again.y == y).all()
    narrow, _ = nonlinear_classification(np.random.default_rng(3), 6, 0.5, spread="deviation")
    np.testing.assert_allclose(2 * (narrow - 0.25), x - 0.25, rtol=0, atol=1e-15)  # numbers below 4, rounded
    assert (nonlinear_classification(np.random.default_rng(4), 6, 0.5).x != x).all()


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("draw", "message"), [
    (lambda: sparse_coefficients(RNG, 0), "n_in is 0: it must be an integer, 1 at least"),
    (lambda: sparse_coefficients(RNG, 5, -1), "n_active is -1: it must be an integer, 0 at least"),
    (lambda: sparse_coefficients(RNG, 5, 2.0), "n_active is 2.0: it must be an integer, 0 at least"),
    (lambda: sparse_coefficients(RNG, 5, 6), "n_active is 6: it must be at most n_in, 5"),
    (lambda: sparse_coefficients(RNG, low=2, high=1), "low is 2 and high 1: they must be finite, low at most high"),
    (lambda: sparse_coefficients(RNG, high=math.inf), "low is 0.15 and high inf: they must be finite"),
    (lambda: sparse_coefficients(RNG, low=math.nan), "low is nan and high 150.0: they must be finite"),
    (lambda: sparse_regression(RNG, 0, np.ones(3)), "n is 0: it must be an integer, 1 at least"),
    (lambda: sparse_regression(RNG, True, np.ones(3)), "n is True: it must be an integer, 1 at least"),
    (lambda: sparse_regression(RNG, 2, np.ones((3, 1))), r"beta has shape \(3, 1\) .*: it must be a vector of finite"),
    (lambda: sparse_regression(RNG, 2, np.ones(0)), r"beta has shape \(0,\)"),
    (lambda: sparse_regression(RNG, 2, np.ones(3, int)), "beta has shape .* dtype int64: it must be a vector of finite"),
    (lambda: sparse_regression(RNG, 2, np.array([1, np.nan])), "beta has shape .*: it must be a vector of finite"),
    (lambda: sparse_regression(RNG, 2, np.ones(3), "drop"), "last is 'drop': it must be one of 'zero', 'extended', "),
    (lambda: correlated(np.ones(3), np.ones(())), r"z has shape \(3,\) and beyond \(\): they must be \(n, n_in\)"),
    (lambda: correlated(np.ones((3, 2)), np.ones(2)), r"z has shape \(3, 2\) and beyond \(2,\)"),
    (lambda: nonlinear_label(np.ones((2, 3))), r"x has shape \(2, 3\): it must be \(n, n_in\) with n_in 4 at least"),
    (lambda: nonlinear_label(np.ones(4)), r"x has shape \(4,\): it must be"),
    (lambda: nonlinear_classification(RNG, 0, 0.0), "n is 0: it must be an integer, 1 at least"),
    (lambda: nonlinear_classification(RNG, 2, 0.0, 3), "n_in is 3: it must be an integer, 4 at least"),
    (lambda: nonlinear_classification(RNG, 2, math.nan), "alpha is nan: it must be finite, or None"),
    (lambda: nonlinear_classification(RNG, 2, -math.inf), "alpha is -inf: it must be finite, or None"),
    (lambda: nonlinear_classification(RNG, 2, 0.0, spread="std"), "spread is 'std': it must be one of 'variance', "),
])
def test_wrong_arguments_of_the_experiments_are_named(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
