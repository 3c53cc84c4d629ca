"""IDX files, the format of MNIST: a magic number, the sizes, then the values, the last index running fastest."""

import gzip
import math
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

_UNSIGNED_BYTES = 8
_TYPES = {9: "signed bytes", 11: "16-bit integers", 12: "32-bit integers", 13: "32-bit floats", 14: "64-bit floats"}


class Idx(NamedTuple):
    """`values`, uint8 and read-only, of the file's own shape; `content`, all its bytes, without gzip."""

    values: np.ndarray
    content: bytes


def read(path):
    """The IDX file of unsigned bytes at `path`, compressed by gzip if its name ends in `.gz`.

    Layout: two zero bytes, a byte 8 (unsigned bytes), a byte d, d sizes as big-endian 32-bit integers, and
    size_1 ... size_d values. ValueError, naming the file, where it cannot be read, is no gzip or no IDX file, holds
    another type, or has fewer or more bytes than its sizes say.
    """
    content = _content(Path(path))
    _check_magic(path, content)
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError(f"{path} is truncated: it ends inside its header, after {len(content)} of {start} bytes")
    shape = tuple(np.frombuffer(content, ">u4", offset=4, count=content[3]).tolist())
    n = math.prod(shape)
    if len(content) != start + n:
        fault = "is truncated" if len(content) < start + n else "has bytes to spare"
        raise ValueError(f"{path} {fault}: it holds {len(content) - start} values, its sizes {shape} say {n}")
    try:
        return Idx(np.frombuffer(content, np.uint8, offset=start).reshape(shape), content)
    except ValueError as error:  # too many axes, or one of them empty and the others huge
        raise ValueError(f"{path} has sizes that no array has: {error}") from error


def _content(path):
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except EOFError as error:
        raise ValueError(f"{path} is truncated: its gzip stream has no end") from error
    except (gzip.BadGzipFile, zlib.error) as error:  # the first is an OSError too
        raise ValueError(f"{path} is no sound gzip file: {error}") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error


def _check_magic(path, content):
    if len(content) < 4:
        raise ValueError(f"{path} is truncated: it has {len(content)} bytes, an IDX file begins with 4")
    zeros, code = content[:2], content[2]
    if zeros != b"\0\0" or code not in (_UNSIGNED_BYTES, *_TYPES):
        raise ValueError(f"{path} is no IDX file: it begins with {content[:4].hex()}, not with 000008 and a number of axes")
    if code != _UNSIGNED_BYTES:
        raise ValueError(f"{path} holds {_TYPES[code]}: it must hold unsigned bytes")
