"""Corruptions: what all fifteen keep, and of each the property that makes it what it is called."""

import numpy as np
import pytest

pytest.importorskip("skimage", reason="an extra")

from pathnorm_ref import data
from pathnorm_ref.data.corruptions import CORRUPTIONS, corrupt

DETERMINED = ("scale", "brightness", "stripe", "canny edge")  # without random numbers
NOISE = ("shot noise", "impulse noise")
U = 2.0**-53
SIZES = [(1, 28, 28), (3, 32, 32), (1, 8, 8), (2, 9, 14), (1, 1, 1), (4, 3, 2)]


def images(n=6, size=(1, 28, 28), dtype=np.float32):
    """Smooth shapes on black, read-only."""
    c, h, w = size
    row, col = np.ogrid[-1:1:h * 1j, -1:1:w * 1j]
    weights = np.random.default_rng(0).uniform(0.3, 1, (2, n, c, 1, 1))
    x = np.clip(1.2 - 2 * (weights[0] * row**2 + weights[1] * col**2) ** 0.5, 0, 1).astype(dtype)
    x.flags.writeable = False
    return x


def dot(row, col, size=28):
    x = np.zeros((1, 1, size, size))
    x[0, 0, row, col] = 1
    return x


def centroid(image):
    """(column, row) of the mass, from the centre."""
    row, col = np.mgrid[:image.shape[0], :image.shape[1]] - (np.array(image.shape)[:, None, None] - 1) / 2
    return np.array([(image * col).sum(), (image * row).sum()]) / image.sum()


def test_they_are_the_fifteen_of_the_document_in_its_order():
    assert list(CORRUPTIONS) == ["shot noise", "impulse noise", "glass blur", "motion blur", "shear", "scale", "rotate",
                                 "brightness", "translate", "stripe", "fog", "spatter", "dotted line", "zigzag",
                                 "canny edge"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", CORRUPTIONS)
def test_shape_dtype_and_range_are_kept(name, size, dtype):
    x = images(5, size, dtype)
    corrupted = corrupt(name, 0, x)
    assert corrupted.shape == x.shape
    assert corrupted.dtype == dtype
    assert ((corrupted >= 0) & (corrupted <= 1)).all()
    assert not np.shares_memory(corrupted, x)


@pytest.mark.parametrize("size", SIZES[:3])
@pytest.mark.parametrize("name", CORRUPTIONS)
def test_every_image_is_changed(name, size):
    x = images(20, size)
    assert (corrupt(name, 0, x) != x).any(axis=(1, 2, 3)).mean() > 0.7  # a line may miss what is not black


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_seed_decides(name):
    x = images()
    first, again, other = (corrupt(name, seed, x) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first == other).all() == (name in DETERMINED)
    assert (CORRUPTIONS[name](np.random.default_rng(1), x) == first).all()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_equal_images_have_random_numbers_of_their_own(name):
    corrupted = corrupt(name, 0, np.repeat(images(1), 12, axis=0))
    assert (corrupted == corrupted[:1]).all() == (name in DETERMINED)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_channels_share_the_pattern_except_for_noise(name):
    corrupted = corrupt(name, 0, np.repeat(images(), 3, axis=1))
    same = np.abs(corrupted - corrupted[:, :1]).max() <= 32 * 2.0**-24  # colours, in float32: see brightness
    assert same == (name not in NOISE)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_no_image_is_no_fault(name):
    assert corrupt(name, 0, images(0)).shape == (0, 1, 28, 28)


# --- one by one ----------------------------------------------------------------------------------------

def test_shot_noise_counts_thirds_around_the_value():
    thirds = 3 * corrupt("shot noise", 0, np.full((100, 1, 10, 10), 0.2))
    np.testing.assert_array_equal(thirds, np.round(thirds))
    counts = np.bincount(thirds.astype(int).ravel(), minlength=4) / 10_000  # Poisson(0.6), what exceeds 3 counted as 3
    for k, p in enumerate([0.548812, 0.329287, 0.098786, 0.023115]):
        assert abs(counts[k] - p) < 5 * np.sqrt(p * (1 - p) / 10_000)  # five deviations


def test_impulse_noise_turns_17_percent_to_0_or_1():
    x = corrupt("impulse noise", 0, np.full((100, 1, 20, 20), 0.5))
    for value in (0, 1):
        assert abs((x == value).mean() - 0.085) < 5 * np.sqrt(0.085 / 40_000)  # five deviations
    assert np.isin(x, [0, 0.5, 1]).all()


def test_glass_blur_moves_mass_but_makes_none():
    x = dot(14, 14)
    blurred = corrupt("glass blur", 0, np.repeat(x, 200, axis=0))
    # far from the border the 4 passes round only: 7 weights of sum 1 to 7 U, 7 products and their sum to 8 U; then a
    # sum of 784
    np.testing.assert_allclose(blurred.sum(axis=(1, 2, 3)), 1, rtol=(4 * 15 + 784) * U, atol=0)
    assert blurred.max() < 0.5
    np.testing.assert_allclose(corrupt("glass blur", 0, np.full((3, 1, 28, 28), 0.3)), 0.3, rtol=4 * 15 * U, atol=0)
    flat = images(dtype=float)  # all swaps are inside an image: sorted values are those of one without any
    assert abs(corrupt("glass blur", 0, flat).sum(axis=(1, 2, 3)) / flat.sum(axis=(1, 2, 3)) - 1).max() < 0.01


def test_motion_blur_draws_a_dot_out_to_one_side():
    blurred = corrupt("motion blur", 0, np.repeat(dot(14, 24), 50, axis=0))[:, 0]
    np.testing.assert_allclose(blurred.sum(axis=(1, 2)), 1, atol=1e-9)  # its end, exp(-20^2 / 18) of it, may be cut off
    np.testing.assert_array_equal(blurred[:, :, 25:], 0)
    half = np.exp(-np.arange(21) ** 2 / 18)
    # one weight, of two quotients by a sum of 21
    np.testing.assert_allclose(blurred[:, 14, 24], half[0] / half.sum(), rtol=2 * 21 * U, atol=0)
    for image in blurred:
        col, row = centroid(image) - centroid(dot(14, 24)[0, 0])
        assert abs(np.hypot(col, row) - (np.arange(21) * half).sum() / half.sum()) < 0.5  # pixels are whole
        assert abs(row) <= abs(col) + 0.5  # an angle of 45 degrees at most
    # 21 weights of sum 1 to 21 U, 21 products and their sum to 21 U
    np.testing.assert_allclose(corrupt("motion blur", 0, np.full((3, 1, 28, 28), 0.3)), 0.3, rtol=42 * U, atol=0)


@pytest.mark.parametrize("name", ["shear", "rotate", "scale", "translate"])
def test_maps_take_a_spot_where_they_should(name):
    row, col = np.mgrid[:28, :28]
    spot = np.exp(-((row - 9) ** 2 + (col - 16) ** 2) / 8)[None, None]  # at (2.5, -4.5) from the centre
    found = {tuple(np.round(centroid(image[0]), 2)) for image in corrupt(name, 0, np.repeat(spot, 40, axis=0))}

    def maps():
        for a in (0.4, -0.4):
            yield {"shear": np.array([[1, -np.sin(a)], [0, np.cos(a)]]), "scale": np.eye(2) / 0.7, "translate": np.eye(2),
                   "rotate": np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])}[name]

    shifts = [(a, b) for a in (-3, 3) for b in (-3, 3)] if name == "translate" else [(0, 0)]
    expected = [np.linalg.solve(a, np.array([2.5, -4.5]) - shift) for a in maps() for shift in shifts]
    assert len(found) == {"shear": 2, "rotate": 2, "scale": 1, "translate": 4}[name]
    for place in expected:  # bilinear interpolation and the cut at the border move a centroid by less than 0.05
        assert min(np.abs(np.array(place) - other).max() for other in found) < 0.05


def test_scale_keeps_the_square_of_its_factor():
    x = images(dtype=float)
    ratio = corrupt("scale", 0, x).sum(axis=(1, 2, 3)) / x.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(ratio, 0.49, rtol=0.05)  # 28 pixels sample the shape that coarsely


def test_translation_moves_pixels_whole():
    x = images(40, dtype=float)
    for before, after in zip(x, corrupt("translate", 0, x), strict=True):
        moved = [np.roll(before, (a, b), axis=(1, 2)) for a in (-3, 3) for b in (-3, 3)]
        assert any((after[:, 3:-3, 3:-3] == other[:, 3:-3, 3:-3]).all() for other in moved)


def test_brightness_adds_a_half_to_the_value():
    x = images(dtype=float)
    np.testing.assert_array_equal(corrupt("brightness", 0, x), np.minimum(x + 0.5, 1))
    colour = np.random.default_rng(0).random((4, 3, 8, 8))
    bright = corrupt("brightness", 0, colour)
    value = colour.max(axis=1, keepdims=True)  # hue and saturation stay: all three colours by one factor
    # 6 times the hue, below 6, is off by 7 U as a quotient and a sum, by 19 U after / 6, % 1 and * 6; with the
    # saturation (2 U) and the value (U) a colour is, after 4 more roundings, off by 26 U; what is right by 3 U
    np.testing.assert_allclose(bright, colour / value * np.minimum(value + 0.5, 1), rtol=0, atol=29 * U)


def test_stripe_inverts_the_outer_quarters():
    x = images(dtype=float)
    striped = corrupt("stripe", 0, x)
    np.testing.assert_array_equal(striped[..., 7:21], x[..., 7:21])
    for outer in (slice(7), slice(21, 28)):
        np.testing.assert_array_equal(striped[..., outer], 1 - x[..., outer])


def test_fog_weakens_the_image_and_adds_one_cloud():
    a, b = images(100, dtype=float) / 2, np.repeat(dot(3, 3) / 2, 100, axis=0)
    a = a / a.max(axis=(1, 2, 3), keepdims=True) / 2  # each image's largest value is 1/2: m / (m + 3) = 1/7
    foggy, foggy_dot = corrupt("fog", 0, a), corrupt("fog", 0, b)
    # x + 3 t is at most 3.5, with two roundings off by 6.5 U; so foggy, at most 1/2, is off by 6.5 U / 7 + U / 2 < 1.5 U
    np.testing.assert_allclose(foggy - foggy_dot, (a - b) / 7, rtol=0, atol=4 * U)
    cloud = (7 * foggy - a) / 3  # two more roundings of at most 3.5 U, and the quotient's: below 7 U
    assert cloud.min() >= -7 * U  # clouds lie in [0, 1], and 100 images have more than a map of 81 tiles
    assert cloud.max() <= 1 + 7 * U
    assert cloud.std(axis=(1, 2, 3)).mean() < cloud.mean(axis=(1, 2, 3)).std()  # smooth: large against the image
    assert (corrupt("fog", 0, np.zeros((2, 1, 28, 28))) == 0).all()


def test_spatter_lays_mud_of_one_colour_over_the_image():
    white, black = (corrupt("spatter", 0, np.full((50, 1, 28, 28), value)) for value in (1.0, 0.0))
    mud = black * 255 / 63
    # mud is off by 4 U: 63/255, the product, and back; white is 1 - mud + black by 3 roundings of at most U
    np.testing.assert_allclose(white - black, 1 - mud, rtol=0, atol=8 * U)
    assert ((mud == 0) | (mud >= 0.8 - 4 * U)).all()
    assert 0.05 < (mud > 0).mean() < 0.5


def test_a_dotted_line_has_dashes_from_side_to_side():
    lines = corrupt("dotted line", 0, np.zeros((50, 1, 28, 28)))[:, 0]
    lit = lines.max(axis=1) > 0.5  # a column's largest value is at most half a pixel from the line: 1 + log(1 - 0.22)
    np.testing.assert_array_equal(lit, np.broadcast_to(np.arange(28) // 2 % 2 == 1, (50, 28)))
    np.testing.assert_array_equal(lines[:, :, 0], 0)
    x = images(50, dtype=float)
    assert (corrupt("dotted line", 0, x) >= x).all()
    rows = lines.argmax(axis=1)[:, 2:][:, ::4]  # one column of each dash lies on a straight line
    assert np.abs(np.diff(rows, 2, axis=1)).max() <= 2  # up to the rounding of three rows
    assert (np.abs(rows[:, -1] - rows[:, 0]) > 5).sum() > 20  # level lines are few


def test_a_zigzag_turns_back_and_forth_along_a_line():
    lines = corrupt("zigzag", 0, np.zeros((200, 1, 28, 28)))[:, 0]
    whole = lines[(lines[:, 0].max(axis=1) == 0) & (lines[:, -1].max(axis=1) == 0)]  # those that no border cuts
    assert len(whole) > 50
    assert (whole[:, :, :1] == 0).all()
    assert (whole[:, :, -1:] == 0).all()
    assert (whole[:, :, 4:24].max(axis=1) > 0.3).all()  # unbroken
    steps = np.diff((whole * np.arange(28)[:, None]).sum(axis=1)[:, 4:24] / whole.sum(axis=1)[:, 4:24], axis=1)
    turns = (np.diff(np.sign(np.round(steps, 1)), axis=1) != 0).sum(axis=1)
    assert (turns >= 4).all()  # 20 columns hold five turns of a wave of period 8


def test_canny_edges_are_those_of_a_square():
    x = np.zeros((1, 1, 28, 28))
    x[..., 8:20, 8:20] = 1
    edges = corrupt("canny edge", 0, x)[0, 0]
    assert set(edges.ravel()) == {0, 1}
    assert (edges[:6] == 0).all()
    sides = np.array([7, 8, 19, 20])  # the brightness jumps between columns 7 and 8, and between 19 and 20
    assert np.isin(np.argwhere(edges[10:18])[:, 1], sides).all()
    assert (edges[10:18, :14].any(axis=1) & edges[10:18, 14:].any(axis=1)).all()
    assert (corrupt("canny edge", 0, 0.05 * x) == 0).all()  # a faint one is none


# --- arguments -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["impluse noise", "gaussian noise", "", None])
def test_an_unknown_corruption_is_told_the_known_ones(name):
    with pytest.raises(ValueError, match=r"name is .* it must be one of shot noise, impulse noise, .*, canny edge$"):
        corrupt(name, 0, images())


@pytest.mark.parametrize(("x", "error", "message"), [
    (np.zeros((1, 1, 28, 28), np.uint8), TypeError, "images is dtype.'uint8'.: it must be a NumPy array of floats"),
    ([[[[0.0]]]], TypeError, "images is .*: it must be a NumPy array of floats"),
    (np.zeros((28, 28)), ValueError, r"images has shape \(28, 28\): it must be \(n, channels, h, w\)"),
    (np.zeros((1, 0, 28, 28)), ValueError, r"images has shape \(1, 0, 28, 28\)"),
    (np.full((1, 1, 28, 28), 255.0), ValueError, r"images holds values outside \[0, 1\]"),
    (np.full((1, 1, 28, 28), np.nan), ValueError, r"images holds values outside \[0, 1\]")])
@pytest.mark.parametrize("name", CORRUPTIONS)
def test_what_is_no_image_is_refused_before_anything_is_drawn(name, x, error, message):
    rng = np.random.default_rng(0)
    with pytest.raises(error, match=message):
        CORRUPTIONS[name](rng, x)
    assert rng.random() == np.random.default_rng(0).random()


def test_digits_can_be_corrupted():
    x = data.load("digits").x_test
    for name in CORRUPTIONS:
        assert 0.02 < np.abs(corrupt(name, 0, x) - x).mean() < 0.8, name
