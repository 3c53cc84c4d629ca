"""Cases and numbers as text, in fractions."""

from fractions import Fraction

import numpy as np


def describe(value):
    """A number, array, or case (a named tuple) as text; every float as the fraction that it is."""
    if hasattr(value, "_fields"):
        return "; ".join(f"{name} = {describe(part)}" for name, part in zip(value._fields, value, strict=True)
                         if part is not None)
    if isinstance(value, np.ndarray):
        return describe(value.tolist())
    if isinstance(value, list):
        return f"[{', '.join(map(describe, value))}]"
    if type(value) is tuple:
        return f"({', '.join(map(describe, value))}{',' * (len(value) == 1)})"
    if isinstance(value, float) and np.isfinite(value):
        return str(Fraction(value))
    return getattr(value, "__name__", str(value))
