"""The dense layer."""

from dataclasses import dataclass
from functools import cached_property

from pathnorm_ref.arrays import absolute
from pathnorm_ref.layers.layer import Layer, check_bool, check_positive


@dataclass(frozen=True)
class Dense(Layer):
    """out = x W^T + b, with x (n, n_in), W (n_out, n_in), b (n_out,), out (n, n_out)."""

    n_in: int
    n_out: int
    bias: bool = True

    homogeneous = True

    def __post_init__(self):
        check_positive(n_in=self.n_in, n_out=self.n_out)
        check_bool(bias=self.bias)

    @cached_property
    def param_shapes(self):
        return ((self.n_out, self.n_in), (self.n_out,))[:1 + self.bias]

    def out_shape(self, shape):
        if len(shape) != 2 or shape[1] != self.n_in:
            raise ValueError(f"x has shape {shape}: {self} reads (n, {self.n_in})")
        return (shape[0], self.n_out)

    def _forward(self, xp, params, x):
        out = x @ params[0].T
        return (out + params[1] if self.bias else out), x

    def _d_params(self, xp, params, x, d_out):
        d_W = d_out.T @ x
        return (d_W, xp.sum(d_out, axis=0)) if self.bias else (d_W,)

    def _d_x(self, xp, params, x, d_out):
        return d_out @ params[0]

    def _paths(self, xp, params, a, p):
        out = a @ (absolute(xp, params[0]) ** p).T
        return out + absolute(xp, params[1]) ** p if self.bias else out
