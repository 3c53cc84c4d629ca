"""Data: images and what may be done to them, and samples of functions.

The corruptions stand in `pathnorm_ref.data.corruptions`, which needs scikit-image, an extra.
"""

from pathnorm_ref.data.images import SETS, Images, load
from pathnorm_ref.data.labels import READINGS, corrupt_labels
from pathnorm_ref.data.normalisation import normalise
from pathnorm_ref.data.splits import Samples, Split, split, subset_per_class
from pathnorm_ref.data.synthetic import (
    LAST,
    SPREADS,
    correlated,
    frequency_function,
    nonlinear_classification,
    nonlinear_label,
    sparse_coefficients,
    sparse_regression,
    two_classes,
    varying_frequency,
)

__all__ = ["LAST", "READINGS", "SETS", "SPREADS", "Images", "Samples", "Split", "correlated", "corrupt_labels",
           "frequency_function", "load", "nonlinear_classification", "nonlinear_label", "normalise",
           "sparse_coefficients", "sparse_regression", "split", "subset_per_class", "two_classes", "varying_frequency"]
