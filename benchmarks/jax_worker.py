"""JAX, compiled."""

from itertools import pairwise

import jax
import jax.numpy as jnp

from benchmarks import points

jax.config.update("jax_enable_x64", True)


def name():
    return f"JAX {jax.__version__}"


def normal(dtype, *shape):
    return jnp.asarray(points.normal(dtype, *shape))


def compiled(f, *arguments):
    f = jax.jit(f)
    return lambda: jax.block_until_ready(f(*arguments))


def convolution(dtype, channels, size, batch):
    x, W = normal(dtype, batch, channels, size, size), normal(dtype, channels, channels, 3, 3)

    def gradients(x, W, d_out):
        out, pull_back = jax.vjp(lambda x, W: jax.lax.conv(x, W, (1, 1), "SAME"), x, W)
        return out, *pull_back(d_out)
    return compiled(gradients, x, W, x + 1)


def training_step(dtype, widths, batch):
    params = [(normal(dtype, m, n) * (2 / n) ** 0.5, jnp.zeros(m, dtype))
              for n, m in pairwise(widths)]
    x, labels = normal(dtype, batch, widths[0]), jnp.arange(batch) % widths[-1]

    def loss(params):
        out = x
        for i, (W, b) in enumerate(params):
            out = (jax.nn.relu(out) if i else out) @ W.T + b
        return -jnp.mean(jax.nn.log_softmax(out)[jnp.arange(batch), labels])

    def step(params):
        return jax.tree.map(lambda p, d: p - 0.01 * d, params, jax.grad(loss)(params))
    return compiled(step, params)


def l1_projection(dtype, shape, radius, axis=0, density=None):
    """By sorting, along axis 0, or along all others as one."""
    z = points.to_project(dtype, shape, radius, axis, density)
    z, dim = (z, 0) if axis == 0 else (z.reshape(len(z), -1), 1)
    k = jnp.arange(1, z.shape[dim] + 1, dtype=dtype)
    k = k[:, None] if dim == 0 else k

    def project(z):
        magnitudes = jnp.abs(z)
        largest = -jnp.sort(-magnitudes, axis=dim)
        excess = jnp.cumsum(largest, axis=dim) - radius
        n_active = jnp.maximum(jnp.sum(largest * k > excess, axis=dim, keepdims=True), 1)
        tau = jnp.take_along_axis(excess, n_active - 1, axis=dim) / n_active.astype(dtype)
        inside = magnitudes.sum(dim, keepdims=True) <= radius
        return jnp.where(inside, z, jnp.sign(z) * jnp.maximum(magnitudes - tau, 0))
    return compiled(project, jnp.asarray(z))


l1_projection_warm = l1_projection


def group_threshold(dtype, shape, t):
    return compiled(lambda z: z * jnp.maximum(1 - t / jnp.linalg.norm(z, axis=0), 0), normal(dtype, *shape))
