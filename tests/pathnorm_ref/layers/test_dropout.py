"""Dropout: its masks by their law and by exact enumeration, PyTorch's scale, what depends on the place in the batch."""

import itertools
import math
from fractions import Fraction

import array_api_strict
import numpy as np
import pytest

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import convert
from pathnorm_ref.layers import Conv2d, Dense, Dropout, Flatten, ReLU
from pathnorm_ref.lipschitz import frobenius_bound, quotient, unit_bounds
from pathnorm_ref.network import Net
from pathnorm_ref.norms import path_norm
from pathnorm_ref.regions import linear_regions
from pathnorm_ref.rescaling import rescale
from pathnorm_ref.units import hidden_layers
from tests.pathnorm_ref.layers.examples import fractions, strict

N = 4096


def mask_of(rate, seed, shape):
    """Which elements stay."""
    return Dropout(rate, seed).forward((), np.ones(shape))[0] != 0


# --- the law of the masks ------------------------------------------------------------------------------

@pytest.mark.parametrize("rate", [Fraction(1, 3), 0.5, 0.9])
def test_the_mean_over_all_masks_is_x(rate):
    """Exactly: the sum over the 2^3 masks, each with its probability, of what the layer makes of x under it."""
    x, rate_ = fractions(np.random.default_rng(0), (1, 3), kinks=False), Fraction(rate)
    found = {}
    for seed in itertools.count():
        out = Dropout(rate, seed).forward((), x)[0]
        found.setdefault(tuple(bool(t) for t in out.flat), out)
        if len(found) == 8:
            break
    assert sum(out * rate_ ** (3 - sum(mask)) * (1 - rate_) ** sum(mask) for mask, out in found.items()).tolist() \
        == x.tolist()


@pytest.mark.parametrize("rate", [0.25, 0.5, 0.9])
def test_masks_have_their_probabilities(rate):
    """Over seeds, each mask of three elements as often as independence says: five deviations of a frequency."""
    masks = [tuple(mask_of(rate, seed, (1, 3))[0].tolist()) for seed in range(N)]
    for mask in itertools.product((True, False), repeat=3):
        p = math.prod(1 - rate if stays else rate for stays in mask)
        assert abs(masks.count(mask) - N * p) <= 5 * math.sqrt(N * p * (1 - p))


@pytest.mark.parametrize("shape", [(64, 100), (8, 10, 8, 10)])
def test_elements_of_one_mask_are_independent(shape):
    """Their number, and that of pairs of neighbours along each axis that stay both, within five deviations."""
    mask = mask_of(0.3, 0, shape)
    assert abs(mask.sum() - 0.7 * mask.size) <= 5 * math.sqrt(0.21 * mask.size)
    for axis in range(mask.ndim):
        pairs = mask & np.roll(mask, 1, axis)  # a pair depends on two others: three times the variance of a pair
        assert abs(pairs.sum() - 0.49 * mask.size) <= 5 * math.sqrt(3 * 0.49 * 0.51 * mask.size)


def test_a_mask_follows_from_seed_and_shape():
    assert (mask_of(0.5, 3, (4, 50)) == mask_of(0.5, 3, (4, 50))).all()
    assert (mask_of(0.5, 3, (4, 50)) != mask_of(0.5, 4, (4, 50))).any()
    assert (mask_of(0.5, 3, (4, 50)) >= mask_of(0.6, 3, (4, 50))).all()
    layer, x = Dropout(0.5, 3), np.random.default_rng(0).standard_normal((4, 50))
    out, cache = layer.forward((), x)
    assert (layer.backward((), cache, x)[1] == out).all()  # linear and diagonal: its own transpose


@pytest.mark.parametrize("to", [np.float32, Fraction])
def test_the_mask_is_the_same_in_every_number_system(to):
    x = np.random.default_rng(0).standard_normal((3, 5))
    expected = Dropout(0.25, 5).forward((), x)[0]
    assert ((Dropout(0.25, 5).forward((), convert(x, to))[0] != 0) == (expected != 0)).all()
    on_device = Dropout(0.25, 5).forward((), strict(x, "device1"))[0]
    assert on_device.device == array_api_strict.Device("device1")
    assert (np.asarray(on_device.to_device(array_api_strict.Device("CPU_DEVICE"))) == expected).all()


# --- scale ---------------------------------------------------------------------------------------------

def test_the_scale_is_exact():
    x = convert(np.full((1, 40), 3.0), Fraction)
    assert set(Dropout(Fraction(1, 3), 0).forward((), x)[0].flat) == {0, Fraction(9, 2)}
    assert set(Dropout(0.1, 0).forward((), x)[0].flat) == {0, 3 / (1 - Fraction(0.1))}  # of the float that 0.1 is
    assert set(Dropout(np.float32(0.1), 0).forward((), x)[0].flat) == {0, 3 / (1 - Fraction(float(np.float32(0.1))))}
    assert set(Dropout(0.75, 0).forward((), np.full((1, 40), 3.0))[0].flat) == {0, 12}


def test_only_what_stays_overflows():
    x, kept = np.random.default_rng(0).standard_normal((4, 50)), mask_of(0.9, 0, (4, 50))
    huge = np.where(kept, x, 1e308)
    out, cache = Dropout(0.9, 0).forward((), huge)
    assert out.tobytes() == Dropout(0.9, 0).backward((), cache, huge)[1].tobytes()
    assert out.tobytes() == np.where(kept, x / float(1 - Fraction(0.9)), 0.0).tobytes()  # dropped: 0, not -0
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert np.isinf(Dropout(0.9, 0).forward((), np.where(kept, 1e308, x))[0][kept]).all()


@pytest.mark.torch
@pytest.mark.parametrize("rate", [0, 0.3, 0.5, 0.9])
def test_torch_scales_alike(rate):
    """Masks differ, what stays is as large: 1 / (1 - p) rounded once there, 1 - p and the quotient here."""
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).standard_normal((50, 40))
    torch.manual_seed(0)
    theirs = torch.nn.functional.dropout(torch.tensor(x), rate).numpy()
    ours = Dropout(rate, 0).forward((), x)[0]
    both = (theirs != 0) & (ours != 0)
    assert both.any()
    assert (abs(theirs - ours) <= 4 * 2.0**-53 * abs(theirs))[both].all()
    evaluated = torch.nn.functional.dropout(torch.tensor(x), rate, training=False).numpy()
    assert (evaluated == Dropout(rate).forward((), x)[0]).all()


@pytest.mark.parametrize("layer", [Dropout(0.5), Dropout(0), Dropout(0, 7), Dropout(Fraction(0), 7)])
def test_without_seed_or_rate_it_is_the_identity(layer):
    x = np.random.default_rng(0).standard_normal((4, 5))
    out, cache = layer.forward((), x)
    assert out.tobytes() == layer.backward((), cache, x)[1].tobytes() == x.tobytes()


# --- in a net ------------------------------------------------------------------------------------------

NET = Net(Dense(3, 4), ReLU(), Dropout(0.5, 1), Dense(4, 2))
PARAMS = convert(NET.init(np.random.default_rng(0)), Fraction)
X = fractions(np.random.default_rng(1), (6, 3))


def test_units_are_rescaled_across_it():
    """Under each mask the function stays, exactly; also on maps, behind a flatten."""
    maps = Net(Conv2d(1, 2, 2), ReLU(), Dropout(0.25, 3), Flatten(), Dense(8, 1))
    for net, shape in ((NET, (3,)), (maps, (1, 3, 3))):
        params = tuple(tuple(fractions(np.random.default_rng(2), size) for size in own) for own in net.param_shapes)
        x, (hidden,) = fractions(np.random.default_rng(1), (6, *shape), kinks=False), hidden_layers(net)
        factors = np.array([Fraction(3), Fraction(1, 7), Fraction(2), Fraction(5)][:hidden.n_units])
        moved = rescale(net, params, (factors,))
        assert (moved[hidden.incoming][0] != params[hidden.incoming][0]).any()
        assert (net.forward(moved, x)[0] == net.forward(params, x)[0]).all()
        assert (net.forward(params, x)[0] != Net(*(Dropout(layer.rate, 9) if isinstance(layer, Dropout) else layer
                                                   for layer in net)).forward(params, x)[0]).any()


def test_a_sample_goes_by_its_place():
    """One net, one sample at two places: two outputs, which is what by_sample denies."""
    assert not Dropout(0.5, 0).by_sample
    assert Dropout(0.5).by_sample
    twice = np.repeat(X[:1], 6, axis=0)
    assert len({tuple(row) for row in NET.forward(PARAMS, twice)[0]}) > 1


def test_lipschitz_bounds_hold_under_every_mask():
    """At a place where the one unit stays the slope is 4; the constant 1 of the net without dropout would be no bound."""
    net = Net(Dense(1, 1, False), Dropout(0.75, 0), Dense(1, 1, False))
    params = ((np.array([[1.0]]),), (), (np.array([[1.0]]),))
    x = np.linspace(0, 1, 20)[:, None]
    slopes = set((net.forward(params, x)[0][1:] / x[1:]).flat)
    assert max(slopes) == 4
    assert frobenius_bound(net, params, (1,)) == 4
    assert frobenius_bound(Net(net[0], Dropout(0.75), net[2]), params, (1,)) == 1
    assert unit_bounds(net, params)[0].tolist() == [4]


def test_what_is_of_one_sample_refuses_it():
    with pytest.raises(ValueError, match=r"a Dropout with a seed.* no function of one sample.*network.without_dropout"):
        quotient(NET, PARAMS, X, X + 1)
    with pytest.raises(ValueError, match=r"Dropout\(rate=0.5, seed=1\) drops by the place .*network.without_dropout"):
        path_norm(NET, PARAMS, (3,))
    with pytest.raises(TypeError, match=r"layer 2 is Dropout\(rate=0.5, seed=1\): regions are enumerated of"):
        linear_regions(NET, PARAMS)
    idle = Net(*NET[:2], Dropout(0.5), NET[3])
    assert path_norm(idle, PARAMS, (3,)) == path_norm(mlp((3, 4, 2)), (*PARAMS[:2], PARAMS[3]), (3,))


# --- what is refused -----------------------------------------------------------------------------------

@pytest.mark.parametrize(("arguments", "error", "message"), [
    ((1,), ValueError, "rate is 1: it must be less than 1"),
    ((1.5,), ValueError, "rate is 1.5: it must be less than 1"),
    ((Fraction(1),), ValueError, "rate is 1: it must be less than 1"),
    ((-0.1,), ValueError, "rate is -0.1: it must be at least 0"),
    ((math.nan,), ValueError, "rate is nan: it must be finite"),
    (("0.5",), TypeError, "rate is '0.5': it must be a real number"),
    ((True,), TypeError, "rate is True: it must be a real number"),
    ((None,), TypeError, "rate is None: it must be a real number"),
    ((0.5, -1), ValueError, "seed is -1: it must be None, or an integer of at least 0"),
    ((0.5, 1.0), ValueError, "seed is 1.0: it must be None, or an integer"),
    ((0.5, True), ValueError, "seed is True: it must be None, or an integer"),
    ((0.5, np.random.default_rng(0)), ValueError, "seed is Generator.*: it must be None, or an integer"),
])
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Dropout(*arguments)
