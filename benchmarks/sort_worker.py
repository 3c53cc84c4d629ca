"""The projection onto the L1 ball by the method of `l1_balls.by_sort`: Duchi et al. 2008."""

from benchmarks.methods import name, of
from tests.pathnorm_ref.l1_balls import by_sort

__all__ = ["l1_projection", "l1_projection_warm", "name"]

l1_projection = l1_projection_warm = of(by_sort)  # which has no use for a start
