"""PyTorch, eager, with its own autograd."""

import os
from itertools import pairwise

import torch

from benchmarks import points

torch.set_num_threads(len(os.sched_getaffinity(0)))


def name():
    return f"PyTorch {torch.__version__}"


def normal(dtype, *shape):
    return torch.from_numpy(points.normal(dtype, *shape))


def convolution(dtype, channels, size, batch):
    x = normal(dtype, batch, channels, size, size).requires_grad_()
    W, d_out = normal(dtype, channels, channels, 3, 3).requires_grad_(), x.detach() + 1

    def call():
        x.grad = W.grad = None
        torch.nn.functional.conv2d(x, W, padding=1).backward(d_out)
    return call


def training_step(dtype, widths, batch):
    flat = []
    for n, m in pairwise(widths):
        W = normal(dtype, m, n) * (2 / n) ** 0.5
        flat += [W.requires_grad_(), torch.zeros(m, dtype=W.dtype, requires_grad=True)]
    x, labels = normal(dtype, batch, widths[0]), torch.arange(batch) % widths[-1]

    def call():
        out = x
        for i in range(0, len(flat), 2):
            out = torch.nn.functional.linear(torch.relu(out) if i else out, *flat[i:i + 2])
        gradients = torch.autograd.grad(torch.nn.functional.cross_entropy(out, labels), flat)
        with torch.no_grad():
            for p, d in zip(flat, gradients, strict=True):
                p.sub_(d, alpha=0.01)
    return call


def l1_projection(dtype, shape, radius, axis=0, density=None):
    """By sorting, along axis 0, or along all others as one."""
    z = torch.from_numpy(points.to_project(dtype, shape, radius, axis, density))
    z, dim = (z, 0) if axis == 0 else (z.flatten(1), 1)
    k = torch.arange(1, z.shape[dim] + 1, dtype=z.dtype)
    k = k[:, None] if dim == 0 else k

    def call():
        magnitudes = z.abs()
        excess = torch.sort(magnitudes, dim=dim, descending=True)[0]
        excess, largest = torch.cumsum(excess, dim) - radius, excess
        n_active = (largest * k > excess).sum(dim, keepdim=True).clamp(min=1)
        tau = excess.gather(dim, n_active - 1) / n_active
        projected = torch.sign(z) * torch.clamp(magnitudes - tau, min=0)
        return torch.where(magnitudes.sum(dim, keepdim=True) <= radius, z, projected)
    return call


l1_projection_warm = l1_projection


def group_threshold(dtype, shape, t):
    z = normal(dtype, *shape)
    return lambda: z * torch.clamp(1 - t / torch.linalg.vector_norm(z, dim=0), min=0)
