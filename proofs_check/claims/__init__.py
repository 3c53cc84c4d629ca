"""The claims: a folder per document, a module per section, each with a tuple `CLAIMS`. Listing finds them."""

import importlib
import pkgutil
from functools import cache


@cache
def all_claims():
    """Every claim by its id, in the order of documents and sections. ValueError if two have one id."""
    claims = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        for claim in getattr(importlib.import_module(module.name), "CLAIMS", ()):
            if claim.id in claims:
                raise ValueError(f"{claim.id} is claimed twice, once in {module.name}")
            claims[claim.id] = claim
    return claims
