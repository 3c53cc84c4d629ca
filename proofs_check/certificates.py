"""Exact certificates: polynomial identities, checked symbolically over the rationals."""

from flint import Ordering, fmpq_mpoly_ctx


def polynomials(*names):
    """The polynomial variables of these names, over the rationals: `==` between polynomials is a proof."""
    return fmpq_mpoly_ctx.get(names, Ordering.lex).gens()
