"""Other algorithms for the projection onto the L1 ball, as printed: of each row of a matrix (m, n), n > 0, size > 0.

With operators and NumPy's functions alone, so that they run on floats and, exactly, on Fractions. They take a row that
is inside as it is, as the L1 ball needs and the simplex, which they are for, does not.
"""

import numpy as np


def by_sort(z, size):
    """Duchi et al. 2008, Figure 1, and Wen et al. 2021, Algorithm 2: p* = max {p: mu_p > (mu_1 + ... + mu_p - size) / p}."""
    mu = np.sort(np.abs(z), axis=1)[:, ::-1]
    theta = (np.cumsum(mu, axis=1) - size) / np.arange(1, z.shape[1] + 1, dtype=z.dtype)
    p = z.shape[1] - 1 - np.argmax((mu > theta)[:, ::-1], axis=1)  # the last place where it is true
    return _thresholded(z, size, np.take_along_axis(theta, p[:, None], axis=1))


def by_michelot(z, size):
    """Michelot 1986: project onto the plane sum = size, drop the coordinates that are not positive, until none is."""
    mu = np.abs(z)
    active = np.full(z.shape, True)
    while True:
        theta = (np.where(active, mu, 0 * mu).sum(axis=1) - size) / active.sum(axis=1).astype(z.dtype)
        stay = active & (mu > theta[:, None])
        stay |= active & ~stay.any(axis=1, keepdims=True)  # of floats: the mean of equal entries may round to above them
        if (stay == active).all():
            return _thresholded(z, size, theta[:, None])
        active = stay


def by_condat(z, size):
    """Condat 2016, Figure 2, row by row: one pass gathers, one goes over what was put aside, then Michelot on the rest."""
    return _thresholded(z, size, np.array([[_condat(list(np.abs(row)), size)] for row in z], dtype=z.dtype))


def _condat(y, size):
    v, aside, rho = [y[0]], [], y[0] - size
    for value in y[1:]:
        if value > rho:
            rho += (value - rho) / (len(v) + 1)
            if rho > value - size:
                v.append(value)
            else:
                aside += v
                v, rho = [value], value - size
    for value in aside:
        if value > rho:
            v.append(value)
            rho += (value - rho) / len(v)
    while True:
        stay = []
        left = len(v)
        for value in v:
            if value > rho or left == 1:
                stay.append(value)
            else:
                left -= 1
                rho += (rho - value) / left
        if len(stay) == len(v):
            return rho
        v = stay


def by_bisection(z, size, steps=60):
    """As the field does it: theta is from 0 to max |z|, and the half where the sum is above size is left. (x, gap): theta
    is too small by `gap` at most, max |z| / 2^steps."""
    mu = np.abs(z)
    low, gap = 0 * mu[:, :1], mu.max(axis=1, keepdims=True)
    for _ in range(steps):
        gap = gap / 2
        over = np.maximum(mu - (low + gap), 0 * mu).sum(axis=1, keepdims=True) > size
        low = np.where(over, low + gap, low)
    return _thresholded(z, size, low), gap


def _thresholded(z, size, theta):
    inside = np.abs(z).sum(axis=1, keepdims=True) <= size
    x = np.maximum(np.abs(z) - theta, 0 * z)
    return np.where(inside, z, np.where(z > 0, x, -x))
