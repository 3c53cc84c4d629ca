"""JAX, compiled."""

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def name():
    return f"JAX {jax.__version__}"


def normal(dtype, *shape):
    return jnp.asarray(np.random.default_rng(0).standard_normal(shape).astype(dtype))


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


def l1_projection(dtype, shape, radius):
    def project(z):
        magnitudes = jnp.abs(z)
        largest = -jnp.sort(-magnitudes, axis=0)
        excess = jnp.cumsum(largest, axis=0) - radius
        k = jnp.arange(1, shape[0] + 1, dtype=dtype)[:, None]
        n_active = jnp.maximum(jnp.sum(largest * k > excess, axis=0, keepdims=True), 1)
        tau = jnp.take_along_axis(excess, n_active - 1, axis=0) / n_active.astype(dtype)
        return jnp.where(magnitudes.sum(0) <= radius, z, jnp.sign(z) * jnp.maximum(magnitudes - tau, 0))
    return compiled(project, normal(dtype, *shape))


def group_threshold(dtype, shape, t):
    return compiled(lambda z: z * jnp.maximum(1 - t / jnp.linalg.norm(z, axis=0), 0), normal(dtype, *shape))
