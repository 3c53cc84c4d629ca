"""Path norms, weight decay and sparsity of neural networks: a functional NumPy reference."""

import importlib

__version__ = "0.1.0"

_MODULES = ("architectures", "arrays", "euclidean", "layers", "lipschitz", "losses", "network", "norms", "objectives",
            "projections", "prox", "regions", "rescaling", "units")


def __getattr__(name):  # `pathnorm_ref.prox` without an import of its own, and nothing loaded that is not asked for
    if name in _MODULES:
        return importlib.import_module(f"pathnorm_ref.{name}")
    raise AttributeError(f"module 'pathnorm_ref' has no attribute {name!r}")
