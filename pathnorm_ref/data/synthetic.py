"""Synthetic samples: the function of Figure 1 (right), and two classes in the plane for Figure 2."""

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


def _positive(n):
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ValueError(f"n is {n!r}: it must be an integer, 1 at least")
    return n
