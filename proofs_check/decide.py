"""Decide one case: in floats where that is enough, else exactly, else in balls of growing precision."""

from fractions import Fraction
from typing import Any, NamedTuple

import flint
import numpy as np

from pathnorm_ref.arrays import Irrational, Undecided, ball, convert
from pathnorm_ref.layers import Layer

PRECISIONS = (128, 512)


class Decision(NamedTuple):
    """`outcome`: holds, violated, or equal (balls that agree to half of their digits at the highest precision,
    which no precision can tell from an equality) or
    undecided: the computation itself met a tie that balls can't see. `system`: what decided."""

    outcome: str
    system: str
    value: Any


def decide(violation, case, ladder):
    """The decision of the first system on the ladder (of floats, fractions, balls) that can make one.

    Floats decide only that a case holds; a violation found by them must be confirmed by the next system.
    A violation is a number that is positive where the claim fails; NaN and overlaps decide nothing.
    """
    for system in ladder[:-1]:
        decision = SYSTEMS[system](violation, case)
        if decision:
            return decision
    return SYSTEMS[ladder[-1]](violation, case) or Decision("undecided", ladder[-1], None)


def _floats(violation, case):
    with np.errstate(all="ignore"):
        value = float(violation(in_system(case, np.float64)))
    return Decision("holds", "floats", value) if value <= 0 else None


def _fractions(violation, case):
    try:
        value = violation(in_system(case, Fraction))
    except Irrational:
        return None
    if not isinstance(value, (int, Fraction, np.integer)):
        raise TypeError(f"a violation in fractions is {value!r}: it must be a Fraction, or it decides nothing")
    return Decision("violated" if value > 0 else "holds", "fractions", value)


def _balls(violation, case):
    value = None
    for bits in PRECISIONS:
        with flint.ctx.workprec(bits):
            try:
                value = ball(violation(in_system(case, ball)))
            except Undecided:
                value = None
                continue
            if value > 0:
                return Decision("violated", f"balls at {bits} bits", value)
            if value <= 0:
                return Decision("holds", f"balls at {bits} bits", value)
    with flint.ctx.workprec(bits):
        if value is not None and abs(value) < ball(Fraction(1, 2 ** (bits // 2))):
            return Decision("equal", f"balls at {bits} bits", value)
    return Decision("undecided", f"balls at {bits} bits", value)


SYSTEMS = {"floats": _floats, "fractions": _fractions, "balls": _balls}


def in_system(case, to):
    """A case (a named tuple) with its arrays and Fractions in another number system; the rest as it is."""
    return type(case)(*(_field(value, to) for value in case))


def _field(value, to):
    if isinstance(value, Layer):
        return value
    if isinstance(value, Fraction):
        return float(value) if to is np.float64 else to(value)
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind in "iub" else convert(value, to)
    if hasattr(value, "_fields"):
        return in_system(value, to)
    if isinstance(value, tuple):
        return tuple(_field(part, to) for part in value)
    if isinstance(value, float):
        raise TypeError(f"a case holds the float {value!r}: write it as a Fraction, which every system can take")
    return value
