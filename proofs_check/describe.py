"""Cases and numbers as text, in fractions."""

import dataclasses
from fractions import Fraction

import numpy as np

from pathnorm_ref.layers import Layer

PARAMETERS = {"PReLU": ("slope",), "BatchNorm": ("gamma", "beta")}
"""What the parameters of a layer are called, where it is not W and b."""


def describe(value):
    """A number, array, or case (a named tuple) as text; every float as the fraction that it is.

    A net is told together with its parameters, layer by layer.
    """
    if hasattr(value, "_fields"):
        parts = _with_parameters(value._asdict())
        return "; ".join(f"{name} = {{{described}}}" if hasattr(part, "_fields") else f"{name} = {described}"
                         for name, part in parts.items() if part is not None for described in [describe(part)])
    if isinstance(value, np.ndarray):
        return describe(value.tolist())
    if isinstance(value, list):
        return f"[{', '.join(map(describe, value))}]"
    if type(value) is tuple:
        return f"({', '.join(map(describe, value))}{',' * (len(value) == 1)})"
    if isinstance(value, float) and np.isfinite(value):
        return str(Fraction(value))
    return getattr(value, "__name__", str(value))


def _with_parameters(parts):
    """The fields of a case, its net and its params as one."""
    nets = [name for name, part in parts.items() if isinstance(part, Layer) and "params" in parts]
    return {name: _net(part, parts["params"]) if name in nets else part
            for name, part in parts.items() if not (nets and name == "params")}


def _net(net, params):
    return f"({', '.join(_layer(*own) for own in zip(net, params, strict=True))})"


def _layer(layer, params):
    """Its name, its parameters, and those of its settings that neither they nor the defaults tell."""
    told = {"n_in", "n_out", "n_channels", "kernel", "bias"} if params else set()
    settings = [(field.name, getattr(layer, field.name)) for field in dataclasses.fields(layer)
                if field.name not in told and getattr(layer, field.name) != field.default]
    kind = type(layer).__name__
    words = [*zip(PARAMETERS.get(kind, ("W", "b")), params, strict=False), *settings]
    return f"{kind}({', '.join(f'{name} = {describe(value)}' for name, value in words)})"
