"""Data: images and what may be done to them, and samples of functions."""

from pathnorm_ref.data.images import Images, load
from pathnorm_ref.data.splits import Samples, Split, split, subset_per_class

__all__ = ["Images", "Samples", "Split", "load", "split", "subset_per_class"]
