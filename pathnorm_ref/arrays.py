"""The ground: one code, four number systems.

Arrays are floats of any library that follows the array API standard (NumPy, CuPy, ...), or NumPy object
arrays whose elements are all `fractions.Fraction` (exact) or all `flint.arb` (rigorous balls). This is the
only module that infers a namespace, and the only one that knows how the four systems differ:

* a square root of a Fraction exists only if it is rational;
* two balls that overlap cannot be compared: a decision that needs it raises `Undecided`;
* a Python number that meets an array must first become a number of the array's own system.
"""

import functools
import math
import operator
from fractions import Fraction

import array_api_compat
import numpy as np
from array_api_compat import device


class Undecided(ArithmeticError):
    """A comparison of balls that overlap: compute again at a higher precision."""


class NotFinite(ValueError):
    """An array holds NaN or infinity."""


class Irrational(TypeError):
    """A Fraction was asked for a value that is none."""


# --- arguments -----------------------------------------------------------------------------------------

def leaves(tree, name="argument"):
    """The arrays of a nested tuple, each with the name it has there: `params[0][1]`."""
    if isinstance(tree, (tuple, list)):
        for i, branch in enumerate(tree):
            yield from leaves(branch, f"{name}[{i}]")
    else:
        yield name, tree


def tree_map(f, *trees):
    """`f` of the arrays that stand at the same place of nested tuples of one shape."""
    if isinstance(trees[0], (tuple, list)):
        return tuple(tree_map(f, *branches) for branches in zip(*trees, strict=True))
    return f(*trees)


def namespace(params=(), **arrays):
    """The array namespace of arrays, and of `params`, a nested tuple of them.

    They must be of one library, one device and one dtype, floating or exact, finite, and without a mask (`numpy.ma`): a
    TypeError or a ValueError names the argument that is not. The dtype is never promoted for the caller.
    """
    named = [*arrays.items(), *leaves(params, "params")]
    if not named:
        raise TypeError("params holds no array")
    if not _are_plain(named):
        _check_alike(named)
    return array_api_compat.array_namespace(named[0][1])


def _are_plain(named):
    # The usual case, at a tenth of the cost. A sum of squares that is finite has finite terms.
    dtype = getattr(named[0][1], "dtype", None)
    return all(type(array) is np.ndarray and array.dtype == dtype and dtype.kind == "f"
               and _is_finite(array.ravel("K")) for _, array in named)  # in memory order, so without a copy


def _is_finite(flat):
    return math.isfinite(np.vdot(flat, flat))  # vdot does not warn of overflow, dot does


def is_numpy_floats(array):
    """Whether it is a plain NumPy array of float32 or float64, in native byte order (finite or not)."""
    return type(array) is np.ndarray and array.dtype in (np.float32, np.float64) and array.dtype.isnative


def axis_tuple(axis, ndim):
    """`axis` (None: all; an integer, or a tuple of different ones) as a tuple of numbers in 0..ndim - 1.

    TypeError for what is no integer, ValueError for an axis that the array does not have, or names twice.
    """
    if axis is None:
        return tuple(range(ndim))
    chosen = axis if isinstance(axis, (tuple, list)) else (axis,)
    if any(isinstance(i, (bool, np.bool_)) or not hasattr(i, "__index__") for i in chosen):
        raise TypeError(f"axis is {axis!r}: it must be None, an integer or a tuple of integers")
    axes = tuple(operator.index(i) % ndim if -ndim <= i < ndim else -1 for i in chosen)
    if -1 in axes or len(set(axes)) < len(axes):
        raise ValueError(f"axis is {axis!r}: it must hold different axes of an array that has {ndim}")
    return axes


def scalars_as_vectors(f):
    """The function f(z, amount, axis=None), that takes an array without axes as a vector of one entry.

    The operators of NumPy turn such an array into a bare number.
    """
    @functools.wraps(f)
    def of_any(z, *args, **kwargs):
        has_axis = args[1:] not in ((), (None,), ((),)) or kwargs.get("axis") not in (None, ())
        if not array_api_compat.is_array_api_obj(z) or isinstance(z, np.generic) or z.ndim or has_axis:
            return f(z, *args, **kwargs)
        xp = array_api_compat.array_namespace(z)
        return xp.reshape(f(xp.reshape(z, (1,)), *args, **kwargs), ())
    return of_any


def _check_alike(named):
    (first_name, first), *_ = named
    for name, array in named:
        if not array_api_compat.is_array_api_obj(array) or isinstance(array, np.generic):
            raise TypeError(f"{name} is a {_kind(array)}: it must be an array (NumPy, CuPy, ...)")
        _check_unmasked(name, array)
        if type(array) is not type(first):
            raise TypeError(f"{name} is a {_kind(array)} and {first_name} a {_kind(first)}: "
                            "both must be arrays of one library")
        _check_elements(name, array)
        if not _are_of_one_type(array, first):
            raise TypeError(f"{name} has elements of type {_element_type(array)} and {first_name} of "
                            f"{_element_type(first)}: both must be of one type (see arrays.convert)")
        if device(array) != device(first):
            raise ValueError(f"{name} is on device {device(array)} and {first_name} on "
                             f"{device(first)}: both must be on one device")


def _check_unmasked(name, array):
    if isinstance(array, np.ma.MaskedArray):  # what is masked would take part in some functions and not in others
        raise TypeError(f"{name} is a {_kind(array)}: it must be an array without a mask, its masked entries filled "
                        "(array.filled) or dropped (array.compressed)")


def _kind(value):
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _are_of_one_type(a, b):
    undecided = not is_exact(a) or 0 in (a.size, b.size)  # an empty object array may hold either
    return a.dtype == b.dtype and (undecided or system(a) is system(b))


def _element_type(array):
    return system(array).__name__ if is_exact(array) else array.dtype


def _check_elements(name, array):
    xp = array_api_compat.array_namespace(array)
    if is_exact(array):
        kinds = {type(element) for element in array.flat}
        if not (kinds <= {Fraction} or {kind.__name__ for kind in kinds} == {"arb"}):  # flint may be absent
            raise TypeError(f"{name} is an object array of {sorted(kind.__name__ for kind in kinds)}: "
                            "its elements must all be Fractions or all balls (see arrays.convert)")
        finite = system(array) is Fraction or all(element.is_finite() for element in array.flat)
    elif xp.isdtype(array.dtype, "real floating"):
        finite = bool(xp.all(xp.isfinite(array)))
    else:
        raise TypeError(f"{name} has dtype {array.dtype}: it must be floating, or exact (see arrays.convert)")
    if not finite:
        raise NotFinite(f"{name} holds NaN or infinity: every element must be finite")


def number(name, value, like, at_least=None, above=None):
    """The Python number `value` in the number system of the array `like`.

    A NumPy scalar would promote a float32 array and a float would spoil an exact one, so every scalar
    argument passes here, with its bounds. ValueError if it is not finite or out of bounds.
    """
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__float__") or np.ndim(value):
        raise TypeError(f"{name} is {value!r}: it must be a real number")
    if not _is_finite_in(value, like):
        raise ValueError(f"{name} is {value!r}: it must be finite" + " in float32" * _is_float32(like))
    if at_least is not None and not value >= at_least:
        raise ValueError(f"{name} is {value}: it must be at least {at_least}")
    if above is not None and not value > above:
        raise ValueError(f"{name} is {value}: it must be greater than {above}")
    exact = value.item() if isinstance(value, np.generic) else value
    return float(np.float32(exact)) if _is_float32(like) else system(like)(exact)


def _is_float32(like):
    return "float32" in str(getattr(like, "dtype", ""))  # of any library


def _is_finite_in(value, like):
    with np.errstate(over="ignore"):
        try:
            return math.isfinite(np.float32(value) if _is_float32(like) else float(value))
        except OverflowError:  # a Fraction or an integer beyond the floats: exact systems have room for it
            return is_exact(like)


# --- number systems ------------------------------------------------------------------------------------

def is_exact(x):
    """Whether x is a Fraction or a ball, or an array of them (a sum of such an array is a bare one)."""
    return not hasattr(x, "dtype") or (isinstance(x, np.ndarray) and x.dtype.kind == "O")


def system(x):
    """The function that takes a Python number into the number system of x: float, Fraction or ball."""
    if not is_exact(x):
        return float
    element = x if not hasattr(x, "flat") else x.flat[0] if x.size else Fraction(0)
    return Fraction if isinstance(element, Fraction) else ball


def is_ball(x):
    """Whether x is a bare ball."""
    return hasattr(x, "rad")


def ball(value):
    """The `flint.arb` that encloses a rational number, at flint's present precision."""
    try:
        from flint import arb, fmpq  # noqa: PLC0415 (an extra: the core must import without it)
    except ImportError as error:
        raise ImportError("balls need python-flint: pip install 'pathnorm_ref[check]'") from error
    if isinstance(value, arb):
        return value
    exact = Fraction(value)
    return arb(fmpq(exact.numerator, exact.denominator))


def convert(tree, to):
    """A nested tuple of arrays in another number system: `to` is `Fraction`, `ball`, or a NumPy float dtype.

    Floats to Fractions or balls is exact; Fractions to balls encloses; to a float dtype rounds (a ball to
    its midpoint). ValueError for NaN and infinity, which have no exact value; TypeError for balls to Fractions, and for
    arrays with a mask.
    """
    for name, array in leaves(tree, "tree"):
        _check_unmasked(name, array)
    if to not in (Fraction, ball):
        return tree_map(lambda array: np.asarray(on_cpu(array).astype(float), dtype=to), tree)
    return tree_map(lambda array: _exact(on_cpu(array), to), tree)


def _exact(array, to):
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("tree holds NaN or infinity: they have no exact value")
    return np.asarray(np.frompyfunc(to, 1, 1)(array), dtype=object)


def on_cpu(array):
    """A NumPy array of the same elements."""
    if array_api_compat.is_cupy_array(array):
        return array.get()
    if array_api_compat.is_array_api_strict_namespace(getattr(array, "__array_namespace__", lambda: np)()):
        return np.from_dlpack(array.to_device(array_api_compat.device(array)))
    return np.asarray(array)


# --- what the standard lacks, or does otherwise in an exact system ------------------------------------

def zeros(xp, shape, like):
    """Zeros of the dtype, device and number system of `like`."""
    if is_exact(like):
        return np.full(shape, system(like)(0), dtype=object)
    return xp.zeros(shape, dtype=like.dtype, device=device(like))


def ones(xp, shape, like):
    """Ones of the dtype, device and number system of `like`."""
    return zeros(xp, shape, like) + system(like)(1)


def greater(a, b, among=True):
    """Where a > b, elementwise; `b` an array or a number.

    `among` restricts the question for balls, whose comparison may be undecidable, to where it matters.
    Raises `Undecided` where balls overlap.
    """
    if not is_exact(a):
        return a > b
    return np.asarray(_greater(a, b, among), dtype=bool)


def _decide(a, b, among):
    if not among:
        return False
    if a > b:
        return True
    if a <= b:
        return False
    raise Undecided(f"{a} > {b} is undecided: compute again at a higher precision")


_greater = np.frompyfunc(_decide, 3, 1)


def maximum(xp, a, b):
    """The larger of a and b, elementwise; of balls that overlap, a ball that encloses it: no decision is needed."""
    return np.asarray(_larger(a, b), dtype=object) if is_exact(a) else xp.maximum(a, b)


_larger = np.frompyfunc(lambda a, b: a.max(b) if is_ball(a) else max(a, b), 2, 1)


def largest(values):
    """The largest of some numbers of one system; of balls (and integers) the ball of the maximum."""
    result, *others = sorted(values, key=is_ball, reverse=True)  # balls lead: max would take an integer they overlap
    for value in others:
        result = result.max(value) if is_ball(result) else max(result, value)
    return result


def maxima(xp, x, axes):
    """The largest entries along a tuple of axes, with dimensions kept; of balls, enclosures."""
    if not is_exact(x):
        return xp.max(x, axis=axes, keepdims=True)
    for i in axes:
        x = _larger.reduce(x, axis=i, keepdims=True)
    return x


def absolute(xp, x):
    """|x|, elementwise (a ball around zero stays a ball)."""
    return xp.abs(x)


def sign(xp, x):
    """-1, 0 or 1, elementwise, in the number system of x."""
    if not is_exact(x):
        return xp.sign(x)
    one, zero = ones(xp, x.shape, x), zeros(xp, x.shape, x)
    return np.where(greater(x, 0), one, np.where(greater(-x, 0), -one, zero))


def sqrt(xp, x):
    """The square root of what is not negative, elementwise. TypeError where a Fraction has no rational one."""
    if not is_exact(x):
        return xp.sqrt(x)
    return _rational_sqrt(x) if system(x) is Fraction else _ball_sqrt(x)


def _sqrt_of_ball(x):
    # a sum of squares of balls around 0 is a ball that reaches below 0, where arb's own root is undefined
    return x.sqrt() if x >= 0 else (0 * x).union(x.abs_upper().sqrt())


_ball_sqrt = np.frompyfunc(_sqrt_of_ball, 1, 1)


def root(value, like):
    """The square root of a rational number, in the number system of `like`."""
    if not is_exact(like):
        return math.sqrt(value)
    return _fraction_sqrt(Fraction(value)) if system(like) is Fraction else ball(value).sqrt()


def _fraction_sqrt(x):
    root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator)) if x >= 0 else None
    if root is None or root * root != x:
        raise Irrational(f"the square root of {x} is not a Fraction: convert to balls (arrays.convert), "
                        "or compare squares")
    return root


_rational_sqrt = np.frompyfunc(_fraction_sqrt, 1, 1)


def transcendental(xp, name, x):
    """`xp.exp(x)`, `xp.log(x)`, ...; a TypeError on Fractions, which are not closed under it."""
    if is_exact(x) and getattr(x, "size", 1) and system(x) is Fraction:
        raise Irrational(f"{name} of a Fraction is not a Fraction: convert to balls (arrays.convert)")
    return getattr(xp, name)(x)


def softplus(xp, x):
    """log(1 + e^x), elementwise; for floats of any size."""
    if is_exact(x):
        return transcendental(xp, "log1p", transcendental(xp, "exp", x))
    return xp.maximum(x, 0 * x) + xp.log1p(xp.exp(-xp.abs(x)))


def sigmoid(xp, x):
    """1 / (1 + e^-x), the derivative of softplus, elementwise; small values to full relative precision."""
    if is_exact(x):
        return 1 / (1 + transcendental(xp, "exp", -x))
    e = xp.exp(-xp.abs(x))
    return xp.where(x > 0, ones(xp, (1,) * x.ndim, x), e) / (1 + e)
