"""CuPy runs through the same path: the same nets, norms and projections on a GPU, against NumPy.

In float64 both sum the same terms in another order, so they differ by at most n eps sum |terms| each; the bound
below takes n and the sums from the path norm, which is the sum of all |terms| of a net on ones.
"""

import numpy as np
import pytest

from pathnorm_ref import losses
from pathnorm_ref.architectures import convnet, mlp
from pathnorm_ref.arrays import convert, tree_map
from pathnorm_ref.norms import path_norm, spectral
from pathnorm_ref.objectives import path_norm_objective, weight_decay_objective
from pathnorm_ref.projections import PROJECTIONS
from pathnorm_ref.prox import PROX
from pathnorm_ref.rescaling import balance_sweep

cupy = pytest.importorskip("cupy")


def gpus():
    try:
        return cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError:
        return 0


pytestmark = [pytest.mark.gpu, pytest.mark.skipif(gpus() == 0, reason="no GPU")]

RNG = np.random.default_rng(0)
OPERATORS = [project for project, _ in PROJECTIONS.values()] + [prox for _, prox in PROX.values()]
NETS = [(mlp((5, 7, 6, 3)), (5,)), (convnet((2, 3, 4), 3, (6, 6)), (2, 6, 6))]


@pytest.mark.parametrize(("net", "shape"), NETS, ids=["mlp", "convnet"])
def test_nets_and_objectives_agree_with_numpy(net, shape):
    params, x = net.init(RNG), RNG.standard_normal((8, *shape))
    y = RNG.standard_normal(net.out_shape(x.shape))
    on_gpu = tree_map(cupy.asarray, (params, x, y))
    out, cache = net.forward(params, x)
    out_gpu, cache_gpu = net.forward(*on_gpu[:2])
    assert isinstance(out_gpu, cupy.ndarray)
    terms = path_norm(net, params, shape) * max(1, np.abs(x).max())
    bound = 2 * 1000 * np.finfo(float).eps * terms  # no sum here has more than 1000 terms
    assert np.abs(convert(out_gpu, float) - out).max() <= bound
    d_params, d_x = net.backward(params, cache, losses.squared_error(out, y)[1])
    d_params_gpu, d_x_gpu = net.backward(on_gpu[0], cache_gpu, losses.squared_error(out_gpu, on_gpu[2])[1])
    for a, b in zip((*d_params, d_x), (*d_params_gpu, d_x_gpu), strict=True):
        tree_map(lambda u, v: np.testing.assert_allclose(convert(v, float), u, rtol=0, atol=bound * terms), a, b)
    for objective in (weight_decay_objective, path_norm_objective):
        value = objective(net, params, x, y, 0.1, "inside")
        assert float(objective(net, *on_gpu, 0.1, "inside")) == pytest.approx(float(value), abs=bound * terms)
    balanced = balance_sweep(net, on_gpu[0], "inside")
    assert np.abs(convert(net.forward(balanced, on_gpu[1])[0], float) - out).max() <= 4 * bound


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_projections_and_prox_agree_with_numpy(operator, dtype):
    z = RNG.standard_normal((6, 40)).astype(dtype)
    on_gpu, expected = operator(cupy.asarray(z), 1), operator(z, 1)
    assert on_gpu.dtype == dtype
    # sums of up to 240 terms of size up to 4
    np.testing.assert_allclose(cupy.asnumpy(on_gpu), expected, rtol=0, atol=240 * 4 * np.finfo(dtype).eps)


def test_spectral_norm_agrees_with_numpy():
    W = RNG.standard_normal((30, 20))
    assert float(spectral(cupy.asarray(W))) == pytest.approx(spectral(W), abs=600 * np.finfo(float).eps * np.abs(W).sum())
