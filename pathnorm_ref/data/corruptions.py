"""The fifteen corruptions of MNIST-C (Mu and Gilmer 2019), for images of any size.

They are the ones that Appendix C.1.1 of Yang et al. 2022 names. Strengths are those of the published MNIST-C; lengths,
which it gives in pixels of a 28x28 image, scale with the smaller side of the image, and are 1 pixel at least where they
count pixels. The images are not those of the published MNIST-C bit for bit: the random numbers are others, values are
not rounded to bytes in between, and where MNIST-C calls ImageMagick (motion blur) or a plasma fractal (fog), a kernel
and a spectrum of the same law stand here.

Each is a function (rng, images) -> images. Images are floats in [0, 1] of shape (n, channels, h, w) and are not written;
the result has their shape and dtype. Each image has random numbers of its own, one pattern for all its channels, but
for the two kinds of noise. ValueError or TypeError where images are something else.
"""

import functools

import numpy as np
import scipy.fft
from scipy import ndimage, signal
from skimage import color, feature, transform, util


def corrupt(name, seed, images):
    """The images under the corruption of that name, with random numbers that follow from `seed`."""
    if name not in CORRUPTIONS:
        raise ValueError(f"name is {name!r}: it must be one of {', '.join(CORRUPTIONS)}")
    return CORRUPTIONS[name](np.random.default_rng(seed), images)


def _corruption(f):
    """`f` with its argument checked and its result brought back into [0, 1]."""
    @functools.wraps(f)
    def corruption(rng, images):
        _check(images)
        return np.clip(f(rng, images), 0, 1).astype(images.dtype) if len(images) else images.copy()
    return corruption


@_corruption
def shot_noise(rng, images):
    """Poisson(3 x) / 3."""
    return rng.poisson(3.0 * images) / 3


@_corruption
def impulse_noise(rng, images):
    """17 % of the values turned to 0 or 1, each with probability 1/2."""
    return util.random_noise(images, mode="s&p", rng=rng, amount=0.17)


@_corruption
def glass_blur(rng, images):
    """Blurred (deviation 0.7), neighbouring pixels swapped in two sweeps with probability 1/2, blurred again.

    A pixel's partner is 0 or 1 pixel above and left, the half-open range of the published code.
    """
    d = max(1, round(_scale(images)))
    x = np.moveaxis(_blurred(images, 0.7), 0, -1).copy()  # the images side by side: they are swept together
    _, h, w, n = x.shape
    for row, col in [(row, col) for _ in range(2) for row in range(h - d, d, -1) for col in range(w - d, d, -1)]:
        swapped = np.flatnonzero(rng.random(n) < 0.5)
        up, left = rng.integers(-d, d, (2, len(swapped)))
        here, there = (..., row, col, swapped), (..., row + up, col + left, swapped)
        x[here], x[there] = x[there], x[here]
    return _blurred(np.moveaxis(x, -1, 0), 0.7)


@_corruption
def motion_blur(rng, images):
    """Smeared to one side over 10 pixels, a Gaussian of deviation 3, at an angle of -45 to 45 whole degrees."""
    out, angles = np.empty_like(images), rng.integers(-45, 46, len(images))
    for angle in np.unique(angles):
        kernel = _trail(10 * _scale(images), 3 * _scale(images), np.deg2rad(angle))
        out[angles == angle] = ndimage.correlate(images[angles == angle], kernel[None, None], mode="nearest")
    return out


@_corruption
def shear(rng, images):
    """Sheared by an angle of 0.4, to either side: (u, v) is read at (u - sin(0.4) v, cos(0.4) v)."""
    return _warped(rng, images, [np.array([[1, -np.sin(a)], [0, np.cos(a)]]) for a in (0.4, -0.4)])


@_corruption
def scale(rng, images):
    """Shrunk to 0.7 of its size about the centre."""
    return _warped(rng, images, [np.eye(2) / 0.7])


@_corruption
def rotate(rng, images):
    """Turned by an angle of 0.4, to either side."""
    return _warped(rng, images, [np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) for a in (0.4, -0.4)])


@_corruption
def brightness(_rng, images):
    """Brighter by 1/2: in colour the value of hue, saturation and value, else the value itself."""
    if images.shape[1] != 3:
        return images + 0.5
    hsv = color.rgb2hsv(images, channel_axis=1)
    hsv[:, 2] = np.minimum(hsv[:, 2] + 0.5, 1)
    return color.hsv2rgb(hsv, channel_axis=1)


@_corruption
def translate(rng, images):
    """Moved by 3 pixels along each axis, to either side; 1 pixel at least."""
    d = max(1, round(3 * _scale(images)))
    return _warped(rng, images, [np.eye(2)], [(a, b) for a in (-d, d) for b in (-d, d)])


@_corruption
def stripe(_rng, images):
    """1 - x in the left and the right quarter."""
    quarter = images.shape[3] // 4
    middle = (np.arange(images.shape[3]) >= quarter) & (np.arange(images.shape[3]) < images.shape[3] - quarter)
    return np.where(middle, images, 1 - images)


@_corruption
def fog(rng, images):
    """(x + 3 t) m / (m + 3), with clouds t in [0, 1], and m the largest value of the image."""
    largest = images.max(axis=(1, 2, 3), keepdims=True)
    return (images + 3 * _clouds(rng, images)) * largest / (largest + 3)


@_corruption
def spatter(rng, images):
    """Spots of mud, of value 63/255, where blurred noise (mean 0.65, deviation 0.3) exceeds 0.65."""
    liquid = _blurred(rng.normal(0.65, 0.3, (len(images), 1, *images.shape[2:])), 1)
    mud = _blurred((liquid > 0.65).astype(float), 1.5)
    mud[mud < 0.8] = 0
    return images * (1 - mud) + 63 / 255 * mud


@_corruption
def dotted_line(rng, images):
    """A line from the left to the right border, between random rows, in dashes of 2 pixels."""
    n, _, h, w = images.shape
    start, end = rng.integers(0, max(h - 1, 1), (2, n, 1, 1, 1))
    row, col = np.ogrid[:h, :w]
    dashes = col // max(1, round(2 * _scale(images))) % 2
    return images + dashes * _ink(images, row - start - (end - start) * col / max(w - 1, 1))


@_corruption
def zigzag(rng, images):
    """A triangle wave of height 2 and period 8 along a line from left to right, at a random row, almost level."""
    n, _, h, w = images.shape
    s = _scale(images)
    length, start = w - 1 - 4 * s, rng.integers(0, max(h - 1, 1), (n, 1, 1, 1))
    angle = np.arctan2(s * rng.integers(-5, 5, (n, 1, 1, 1)), length)
    row, col = np.ogrid[:h, :w]
    along = (col - 2 * s) * np.cos(angle) + (row - start) * np.sin(angle)
    across = (row - start) * np.cos(angle) - (col - 2 * s) * np.sin(angle)
    wave = 2 * s * signal.sawtooth(2 * np.pi * (along / (8 * s) + 0.25), width=0.5)
    lit = (along >= 0) & (along <= length / np.cos(angle))
    return images + lit * _ink(images, across - wave)


@_corruption
def canny_edge(_rng, images):
    """The edges that Canny's detector finds (deviation 1), 1 on 0; in colour, those of the grey image."""
    grey = color.rgb2gray(images, channel_axis=1) if images.shape[1] == 3 else images.mean(axis=1)
    edges = np.stack([feature.canny(image, sigma=_scale(images)) for image in grey])
    return np.broadcast_to(edges[:, None], images.shape).astype(images.dtype)


def _scale(images):
    """Length of a pixel of MNIST-C in pixels of these images."""
    return min(images.shape[2:]) / 28


def _blurred(images, deviation):
    return ndimage.gaussian_filter(images, deviation * _scale(images), axes=(2, 3), mode="nearest")


def _trail(length, deviation, angle):
    """Weights (2 l + 1, 2 l + 1) of a half Gaussian that runs from the centre to twice `length` in one direction."""
    steps = np.arange(int(2 * length) + 1)
    l = steps[-1]
    kernel = np.zeros((2 * l + 1, 2 * l + 1))
    places = np.rint(steps * np.sin(angle)).astype(int) + l, np.rint(steps * np.cos(angle)).astype(int) + l
    np.add.at(kernel, places, np.exp(-steps**2 / (2 * deviation**2)))
    return kernel / kernel.sum()


def _warped(rng, images, matrices, shifts=((0, 0),)):
    """Each image read at matrix (u, v) + shift, measured from its centre, column first, by a random one of all maps."""
    h, w = images.shape[2:]
    maps, centre = [(matrix, shift) for matrix in matrices for shift in shifts], np.array([w - 1, h - 1]) / 2
    out, drawn = np.empty_like(images), rng.integers(0, len(maps), len(images))
    for i, (matrix, shift) in enumerate(maps):
        affine = np.eye(3)
        affine[:2, :2], affine[:2, 2] = matrix, centre - matrix @ centre + shift
        for j in np.flatnonzero(drawn == i):
            image = np.array(images[j].transpose(1, 2, 0))  # a copy: warp refuses what is read-only
            out[j] = transform.warp(image, affine).transpose(2, 0, 1)
    return out


def _clouds(rng, images):
    """Maps (n, 1, h, w): tiles of large ones, each 9x9 tiles with values that span [0, 1].

    MNIST-C cuts its own out of a plasma fractal 9 times as wide, whose steps shrink by 1.4^2 as their length halves:
    a noise with a spectrum of f^-(1 + log2 1.4^2).
    """
    n, _, h, w = images.shape
    f = np.hypot(scipy.fft.fftfreq(9 * h)[:, None], scipy.fft.rfftfreq(9 * w))
    f[0, 0] = np.inf
    white = rng.standard_normal((-(-n // 81), 9 * h, 9 * w))
    sky = scipy.fft.irfft2(scipy.fft.rfft2(white) / f ** (1 + 2 * np.log2(1.4)), s=white.shape[1:])
    lowest, highest = sky.min(axis=(1, 2), keepdims=True), sky.max(axis=(1, 2), keepdims=True)
    tiles = ((sky - lowest) / (highest - lowest)).reshape(-1, 9, h, 9, w).swapaxes(2, 3).reshape(-1, 1, h, w)
    return tiles[rng.permutation(len(tiles))[:n]]


def _ink(images, distance):
    """1 + log(1 - d / 2.3), not below 0: the profile of a stroke at a distance d from its middle, in pixels of MNIST-C."""
    d = np.minimum(np.abs(distance) / (2.3 * _scale(images)), 0.9)
    return np.maximum(1 + np.log(1 - d), 0)


def _check(images):
    if not isinstance(images, np.ndarray) or not np.issubdtype(images.dtype, np.floating):
        raise TypeError(f"images is {getattr(images, 'dtype', images)!r}: it must be a NumPy array of floats")
    if images.ndim != 4 or 0 in images.shape[1:]:
        raise ValueError(f"images has shape {images.shape}: it must be (n, channels, h, w)")
    if not ((images >= 0) & (images <= 1)).all():  # False of NaN, too
        raise ValueError("images holds values outside [0, 1]")


CORRUPTIONS = {f.__name__.replace("_", " "): f for f in (
    shot_noise, impulse_noise, glass_blur, motion_blur, shear, scale, rotate, brightness, translate, stripe, fog,
    spatter, dotted_line, zigzag, canny_edge)}
