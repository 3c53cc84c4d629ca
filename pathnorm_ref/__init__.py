"""Path norms, weight decay and sparsity of neural networks: a functional NumPy reference."""

import importlib

from pathnorm_ref.version import VERSION as __version__  # noqa: F401  # where people look for it

_MODULES = ("architectures", "arrays", "complexity", "data", "euclidean", "experiments", "layers", "lipschitz", "losses",
            "network", "norms", "objectives", "projections", "prox", "regions", "rescaling", "training", "units")


def __getattr__(name):  # `pathnorm_ref.prox` without an import of its own, and nothing loaded that is not asked for
    if name in _MODULES:
        return importlib.import_module(f"pathnorm_ref.{name}")
    raise AttributeError(f"module 'pathnorm_ref' has no attribute {name!r}")
