"""pathnorm_ref on NumPy."""

import numpy as np
import threadpoolctl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from benchmarks.points import in_training, normal, to_project
from pathnorm_ref import losses
from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import tree_map
from pathnorm_ref.layers import Conv2d
from pathnorm_ref.projections import project_l1_ball, project_l1_ball_from
from pathnorm_ref.prox import prox_l2

_EXAMPLES = 200


def name():
    kernels = {pool["architecture"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"}
    return f"NumPy {np.__version__}, {'/'.join(sorted(kernels))} kernels"


def convolution(dtype, channels, size, batch):
    """With maps in the memory order that they have inside a stack of convolutions."""
    layer = Conv2d(channels, channels, 3, padding=1, bias=False)
    x = normal(dtype, size, size, batch, channels).transpose(2, 3, 0, 1)
    params, d_out = (normal(dtype, channels, channels, 3, 3),), x + 1

    def call():
        _, cache = layer.forward(params, x)
        layer.backward(params, cache, d_out)
    return call


def training_step(dtype, widths, batch):
    net = mlp(widths)
    params = net.init(np.random.default_rng(0), dtype)
    x, labels = normal(dtype, batch, widths[0]), np.arange(batch) % widths[-1]
    return lambda: step(net, params, x, labels)


def step(net, params, x, labels):
    out, cache = net.forward(params, x)
    _, d_out = losses.softmax_cross_entropy(out, labels)
    return tree_map(lambda p, d: p - 0.01 * d, params, net.gradient(params, cache, d_out))


def l1_projection(dtype, shape, radius, axis=0, density=None):
    z = to_project(dtype, shape, radius, axis, density)
    return lambda: project_l1_ball(z, radius, axis)


def l1_projection_warm(dtype, shape, radius, axis, density):
    thresholds, z = in_training(dtype, shape, radius, axis, density)
    return lambda: project_l1_ball_from(thresholds, z, radius, axis)


def group_threshold(dtype, shape, t):
    z = normal(dtype, *shape)
    return lambda: prox_l2(z, t, axis=0)


def property_example(dtype):
    """One run of hypothesis, divided by its number of examples: `worker` sees the time of an example."""
    net = mlp((4, 5, 3))

    @settings(max_examples=_EXAMPLES, deadline=None, database=None, phases=[Phase.generate])
    @given(seed=st.integers(0, 2**32))
    def step_from(seed):
        rng = np.random.default_rng(seed)
        step(net, net.init(rng, dtype), rng.standard_normal((6, 4)).astype(dtype), np.arange(6) % 3)
    step_from.examples = _EXAMPLES
    return step_from
