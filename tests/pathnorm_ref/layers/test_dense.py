"""Dense layers: against PyTorch, and what their constructor refuses."""

import numpy as np
import pytest

from pathnorm_ref.layers import Dense


@pytest.mark.torch
@pytest.mark.parametrize("bias", [True, False])
def test_torch_agrees(bias):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    layer, x, d_out = Dense(5, 3, bias), rng.standard_normal((4, 5)), rng.standard_normal((4, 3))
    params = tuple(rng.standard_normal(shape) for shape in layer.param_shapes)
    out, cache = layer.forward(params, x)
    leaves = [torch.tensor(array, requires_grad=True) for array in (x, *params)]
    expected = torch.nn.functional.linear(*leaves)
    expected.backward(torch.tensor(d_out))
    gradients, d_x = layer.backward(params, cache, d_out)
    # sums of at most 6 products below 10, rounded in both libraries: 2 * 6 * 2^-53 * 60
    for computed, true in zip((out, d_x, *gradients), (expected.detach(), *(leaf.grad for leaf in leaves)), strict=True):
        np.testing.assert_allclose(computed, true.numpy(), rtol=0, atol=1e-13)


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ((0, 1), ValueError, "n_in is 0: it must be a positive integer"),
    ((1, -1), ValueError, "n_out is -1: it must be a positive integer"),
    ((1.0, 1), ValueError, "n_in is 1.0: it must be a positive integer"),
    ((True, 1), ValueError, "n_in is True: it must be a positive integer"),
    ((1, "1"), ValueError, "n_out is '1': it must be a positive integer"),
    ((1, 1, 1), TypeError, "bias is 1: it must be True or False"),
    ((1, 1, None), TypeError, "bias is None: it must be True or False"),
])
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Dense(*arguments)
