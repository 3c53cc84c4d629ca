"""What a layer is: a value with pure `init`, `forward` and `backward`."""

import math

import numpy as np

from pathnorm_ref.arrays import is_exact, namespace, system, tree_map, zeros


class Layer:
    """A function of parameters and a batch, with its derivatives.

    The public methods check their arguments and infer the array namespace once; the mathematics of each
    layer stands in the underscored methods, which get that namespace as `xp`. A subclass is a frozen
    dataclass that defines `_forward`, `_d_x`, `out_shape`, and, if it has parameters, `param_shapes` and
    `_d_params`.
    """

    homogeneous = False
    """Whether forward(params, a x) = a forward(params, x) for all a > 0, were there no bias."""

    by_sample = True
    """Whether each sample of the output depends on that sample of x alone."""

    @property
    def param_shapes(self):
        """The shapes of the parameters, in order."""
        return ()

    def out_shape(self, shape):
        """The shape of the output for a batch of this shape. ValueError if the layer can't read it."""
        return shape

    def init(self, rng, dtype=float):
        """Fresh NumPy parameters: weights normal with variance 2 / fan-in (He et al. 2015), biases zero."""
        return tuple(
            (rng.standard_normal(shape) * math.sqrt(2 / max(1, math.prod(shape[1:])))).astype(dtype)
            if len(shape) > 1 else np.zeros(shape, dtype)
            for shape in self.param_shapes)

    def forward(self, params, x):
        """(out, cache). TypeError or ValueError if shapes, dtypes or libraries do not fit, or not finite."""
        self.check_params(params)
        xp = namespace(params, x=x)
        self.out_shape(x.shape)
        out, cache = self._forward(xp, params, x)
        return out, (self, x.shape, zeros(xp, (1,), x), cache)

    def backward(self, params, cache, d_out):
        """(d_params, d_x): the gradients of <d_out, forward(params, x)> at the x of `cache`.

        TypeError or ValueError as `forward` has them, also for the cache of another layer or number system.
        """
        xp, shape, cache = self._check_backward(params, cache, d_out)
        if _is_sum_of_no_objects(d_out):
            return tree_map(_zeros_like, params), zeros(xp, shape, d_out)
        return self._backward(xp, params, cache, d_out)

    def gradient(self, params, cache, d_out):
        """d_params alone: what training needs, without the last product of `backward`."""
        xp, _, cache = self._check_backward(params, cache, d_out)
        if _is_sum_of_no_objects(d_out):
            return tree_map(_zeros_like, params)
        return self._d_params(xp, params, cache, d_out)

    def _check_backward(self, params, cache, d_out):
        self.check_params(params)
        if not isinstance(cache, tuple) or len(cache) != 4 or not (cache[0] is self or cache[0] == self):
            raise ValueError(f"cache is not what forward of {self} gives")
        _, shape, like, cache = cache
        xp = namespace(params, d_out=d_out, x=like)
        expected = self.out_shape(shape)
        if d_out.shape != expected:
            raise ValueError(f"d_out has shape {d_out.shape}: the output has {expected}")
        return xp, shape, cache

    def check_params(self, params):
        """ValueError unless `params` is a tuple of arrays of the layer's shapes."""
        shapes = self.param_shapes
        if not isinstance(params, (tuple, list)) or len(params) != len(shapes):
            raise ValueError(f"params is {outline(params)}: {self} needs a tuple of arrays, {shapes}")
        for i, (array, shape) in enumerate(zip(params, shapes, strict=True)):
            if getattr(array, "shape", None) != shape:
                raise ValueError(f"params[{i}] is {outline(array)}: {self} needs an array of shape {shape}")

    def stretch(self, params, like):
        """A Lipschitz constant, in Euclidean norms, of a layer without weights, in the number system of `like`."""
        return system(like)(1)

    def _forward(self, xp, params, x):
        raise NotImplementedError

    def _d_params(self, xp, params, cache, d_out):
        return ()

    def _d_x(self, xp, params, cache, d_out):
        raise NotImplementedError

    def _backward(self, xp, params, cache, d_out):
        return self._d_params(xp, params, cache, d_out), self._d_x(xp, params, cache, d_out)


def outline(value):
    """What a message says of a value: 'a tuple of 2', 'an array of shape (3, 4)'."""
    if hasattr(value, "shape"):
        return f"an array of shape {value.shape}"
    return f"a {type(value).__name__}" + (f" of {len(value)}" if hasattr(value, "__len__") else "")


def check_positive(**sizes):
    """ValueError unless each argument is an integer of at least 1, or a tuple of such."""
    for name, value in sizes.items():
        for n in value if isinstance(value, tuple) else (value,):
            if isinstance(n, bool) or not isinstance(n, int) or n < 1:
                raise ValueError(f"{name} is {value!r}: it must be a positive integer (or a tuple of them)")


def check_sample_shape(shape):
    """TypeError unless it is a tuple of integers, what `x.shape[1:]` would be."""
    if not isinstance(shape, (tuple, list)) or any(isinstance(n, bool) or not isinstance(n, int) for n in shape):
        raise TypeError(f"shape is {shape!r}: it must be the shape of one sample, a tuple of integers")


def check_bool(**flags):
    """TypeError unless each argument is True or False."""
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise TypeError(f"{name} is {value!r}: it must be True or False")


def _is_sum_of_no_objects(d_out):
    # NumPy makes of it the integer 0, and knows no number system
    return is_exact(d_out) and not d_out.size


def _zeros_like(array):
    return zeros(np, array.shape, array)
