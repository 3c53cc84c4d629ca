"""Small files in the formats of the published sets."""

import gzip
import hashlib
import struct

import numpy as np


def idx(values, code=8):
    """The bytes of an IDX file."""
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, code, values.ndim, *values.shape) + values.tobytes()


def sha256(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def mnist(n_train=5, n_test=3):
    """{name: bytes} of four files like MNIST's, without gzip."""
    rng = np.random.default_rng(0)
    return {f"{part}-{name}-ubyte": idx(rng.integers(0, high, (n, *shape), np.uint8))
            for part, n in (("train", n_train), ("t10k", n_test))
            for name, high, shape in (("images-idx3", 256, (28, 28)), ("labels-idx1", 10, ()))}


def write(folder, files, compressed=False):
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / (f"{name}.gz" if compressed else name)
        path.write_bytes(gzip.compress(content, mtime=0) if compressed else content)
    return folder
