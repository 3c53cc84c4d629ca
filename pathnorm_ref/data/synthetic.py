"""Synthetic samples, by document.

Yang et al. 2022: the function of Figure 1 (right), and two classes in the plane for Figure 2. Wen et al. 2021: the
sparse regression of Section 5.1 and the classification of Section 5.2, with the readings that their text leaves open;
what one experiment's samples share (beta, alpha) is drawn apart, so that training and test samples share it.
"""

import numpy as np

from pathnorm_ref.data.splits import Samples


def frequency_function(x):
    """f(x) of varying frequency, for x in (0, 1], an array of floats:

        sin(8 pi x)               0 < x <= 1/2      two periods
        sin(32 pi (x - 1/2))    1/2 < x <= 3/4      four
        sin(8 pi (x - 3/4))     3/4 < x <= 1        one

    ValueError outside of (0, 1]. Source: Yang et al. 2022, Appendix C.2, "Right figure in Fig. 1".
    """
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        raise TypeError(f"x has dtype {x.dtype}: it must hold floats")
    if not ((x > 0) & (x <= 1)).all():
        raise ValueError("x holds values outside (0, 1]")
    pi = np.asarray(np.pi, x.dtype)
    return np.select([x <= 0.5, x <= 0.75], [np.sin(8 * pi * x), np.sin(32 * pi * (x - 0.5))], np.sin(8 * pi * (x - 0.75)))


def varying_frequency(rng, n=64):
    """n samples (x, frequency_function(x)), x uniform in (0, 1], as x (n, 1) and y (n, 1) of float64.

    The document samples "in uniform randomness 64 data point from the function": no noise is added.
    """
    x = 1 - rng.random((_positive(n), 1))  # rng.random draws from [0, 1)
    return Samples(x, frequency_function(x))


def two_classes(rng, n=100, noise=0.1):
    """n points in the plane, x (n, 2), and their classes y (n, 1), 1 and -1 by turns: two half circles that interlock.

    With a uniform in [0, pi], class 1 stands at (cos a - 1/2, sin a - 1/4), class -1 point by point opposite, at minus
    that, each coordinate with Gaussian noise of deviation `noise`. Our choice: Figure 2 of Yang et al. 2022 is of a
    shallow net's "binary classifier" of "the data points presented in the figure", which the document does not print.
    """
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise is {noise!r}: it must be finite, 0 at least")
    y = np.where(np.arange(_positive(n)) % 2 == 0, 1.0, -1.0)[:, None]
    a = np.pi * rng.random((n, 1))
    circle = np.concatenate([np.cos(a) - 0.5, np.sin(a) - 0.25], axis=1)
    return Samples(y * circle + noise * rng.standard_normal((n, 2)), y)


# --- Wen et al. 2021, Section 5.1 ----------------------------------------------------------------------

LAST = ("zero", "extended", "cyclic", "plain")
"""Readings of z_(n_in + 1) in `correlated`: no such term; one more variable; z_1; or x_(n_in) = z_(n_in), as at j = 1."""


def sparse_coefficients(rng, n_in=1000, n_active=100, low=0.15, high=150.0):
    """beta (n_in,) of float64: the first n_active uniform in [low, high), the others 0.

    Source: Wen et al. 2021, Section 5.1, step 1, as printed. With it E y^2 is about 1.3e6, beside test errors of at most
    70 in Table 1; with high = 1.5 it is about 150. ValueError unless 0 <= n_active <= n_in and low <= high, both finite.
    """
    _count("n_in", n_in, 1)
    if _count("n_active", n_active, 0) > n_in:
        raise ValueError(f"n_active is {n_active}: it must be at most n_in, {n_in}")
    if not -np.inf < low <= high < np.inf:
        raise ValueError(f"low is {low!r} and high {high!r}: they must be finite, low at most high")
    return np.concatenate([rng.uniform(low, high, n_active), np.zeros(n_in - n_active)])


def correlated(z, beyond, last="zero"):
    """x_1 = z_1 and x_j = z_j + (z_(j+1) + z_(j-1)) / 5, j = 2, ..., n_in, of each row of z (n, n_in); a new array.

    `last` says what z_(n_in + 1) is (`LAST`): 0, beyond (n,), z_1, or that x_(n_in) is z_(n_in). Source: Wen et al.
    2021, Section 5.1, step 2. ValueError for other shapes, and for another `last`.
    """
    if z.ndim != 2 or 0 in z.shape or beyond.shape != z.shape[:1]:
        raise ValueError(f"z has shape {z.shape} and beyond {beyond.shape}: they must be (n, n_in) and (n,)")
    if last not in LAST:
        raise ValueError(f"last is {last!r}: it must be one of {', '.join(map(repr, LAST))}")
    after = {"zero": 0 * beyond, "extended": beyond, "cyclic": z[:, 0]}
    x = z.copy()
    x[:, 1:-1] += 0.2 * (z[:, 2:] + z[:, :-2])
    if last != "plain" and z.shape[1] > 1:
        x[:, -1] += 0.2 * (after[last] + z[:, -2])
    return x


def sparse_regression(rng, n, beta, last="zero"):
    """n samples x (n, n_in), y (n, 1) of float64: z ~ N(0, I), x as `correlated` has it, y ~ N(x beta, 1).

    beta (n_in,), as from `sparse_coefficients`, for training and test samples alike. From one generator the readings
    of `last` give samples that differ in the last coordinate of x alone, and y by what beta makes of it. Source:
    Wen et al. 2021, Section 5.1. ValueError if n < 1, beta is no finite vector or `last` is unknown.
    """
    beta = np.asarray(beta)
    if beta.ndim != 1 or not beta.size or not np.issubdtype(beta.dtype, np.floating) or not np.isfinite(beta).all():
        raise ValueError(f"beta has shape {beta.shape} and dtype {beta.dtype}: it must be a vector of finite floats")
    z, noise, beyond = rng.standard_normal((_positive(n), len(beta))), rng.standard_normal(n), rng.standard_normal(n)
    x = correlated(z, beyond, last)
    return Samples(x, (x @ beta + noise)[:, None])


# --- Wen et al. 2021, Section 5.2 ----------------------------------------------------------------------

SPREADS = {"variance": 0.5, "deviation": 0.25}
"""The standard deviation of x_ij in N(alpha/2, 1/4), by what 1/4 is taken for."""


def nonlinear_label(x):
    """y (n,) of integers: 1 where e^(x_1) + x_2^2 + 5 sin(x_3 x_4) - 3 > 0, else 0, of each row of x (n, at least 4).

    Source: Wen et al. 2021, Section 5.2, step 2. ValueError for another shape.
    """
    if x.ndim != 2 or x.shape[1] < 4:
        raise ValueError(f"x has shape {x.shape}: it must be (n, n_in) with n_in 4 at least")
    return (np.exp(x[:, 0]) + x[:, 1] ** 2 + 5 * np.sin(x[:, 2] * x[:, 3]) - 3 > 0).astype(int)


def nonlinear_classification(rng, n, alpha, n_in=500, spread="variance"):
    """n samples x (n, n_in) of float64, x_ij ~ N(alpha/2, 1/4), with y = nonlinear_label(x), (n,).

    `alpha`: a number, rng.standard_normal() as printed, once for training and test samples; or None, where each sample
    draws its own, the other reading. It matters: of 100 samples about 10 have y = 1 at alpha = 0, and 96 at alpha = 2.
    `spread`: whether 1/4 is the variance or the standard deviation, `SPREADS`. Source: Wen et al. 2021, Section 5.2.
    ValueError if n < 1, n_in < 4, alpha is not finite or `spread` is unknown.
    """
    _positive(n)
    _count("n_in", n_in, 4)
    if spread not in SPREADS:
        raise ValueError(f"spread is {spread!r}: it must be one of {', '.join(map(repr, SPREADS))}")
    if alpha is not None and not -np.inf < alpha < np.inf:
        raise ValueError(f"alpha is {alpha!r}: it must be finite, or None")
    shared = rng.standard_normal((n, 1)) if alpha is None else alpha
    x = shared / 2 + SPREADS[spread] * rng.standard_normal((n, n_in))
    return Samples(x, nonlinear_label(x))


def _positive(n):
    return _count("n", n, 1)


def _count(name, n, least):
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < least:
        raise ValueError(f"{name} is {n!r}: it must be an integer, {least} at least")
    return n
