"""Sets of images, as (n, channels, h, w): digits, MNIST, Fashion-MNIST, CIFAR-10, SVHN."""

import io
import pickle
import tarfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.io

from pathnorm_ref.data import idx, published


class Images(NamedTuple):
    """A set of images: x float32 (n, channels, h, w) in [0, 1], y int64 (n,) in 0..n_classes - 1."""

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    n_classes: int


def load(name, folder=None, download=False):
    """The images of a set, read from the user's `folder`, or from the cache where `download` has put them.

    * "digits": 1797 of 8x8 pixels, part of scikit-learn, neither folder nor download. In the file's order, in which
      the digits of one writer stand together, the first 1437 are for training and the last 360 for the test.
    * "mnist", "fashion-mnist": 60 000 + 10 000 of 28x28, four IDX files, `train-images-idx3-ubyte` or
      `train-images.idx3-ubyte`, with or without `.gz`. On Debian, `apt-get install dataset-fashion-mnist` has the second.
    * "cifar10": 50 000 + 10 000 of 32x32 in three colours, `cifar-10-python.tar.gz` or `cifar-10-batches-py/`.
    * "svhn": 73 257 + 26 032 of 32x32 in three colours, `train_32x32.mat` and `test_32x32.mat`.

    Pixels are divided by 255 (digits: by 16). With `download` the published files are fetched into the cache, unless
    they are there. Every file is checked against its published checksum before it is used, CIFAR-10's before they are
    unpickled. ValueError where an argument, or a file, is not as said; ConnectionError where a file cannot be
    fetched; ImportError where what the extra `data` installs is needed and not there.
    """
    if name not in SETS:
        raise ValueError(f"name is {name!r}: it must be one of {', '.join(SETS)}")
    if name == "digits":
        if folder is not None or download:
            raise ValueError("digits come with scikit-learn: folder must be None and download False")
        return _digits()
    x_train, y_train, x_test, y_test = _READERS[name](_folder(name, folder, download))
    return Images(name, x_train, y_train, x_test, y_test, 10)


def _folder(name, folder, download):
    if folder is None:
        return published.fetch(name) if download else _fetched(name)
    if download:
        raise ValueError(f"folder is {str(folder)!r} and download True: files are fetched into the cache only, name one")
    if not Path(folder).is_dir():
        raise ValueError(f"folder is {str(folder)!r}: there is no such folder")
    return Path(folder)


def _fetched(name):
    folder = published.cache(name)
    if not folder.is_dir():
        raise ValueError(f"folder is None, and {name} has not been fetched into {folder}: name the folder that holds "
                         "its files, or say download=True")
    return folder


def _digits():
    try:
        from sklearn.datasets import load_digits  # noqa: PLC0415 (an extra: other sets load without it)
    except ImportError as error:
        raise ImportError("digits need scikit-learn: pip install 'pathnorm-ref[data]'") from error
    images, labels = load_digits(return_X_y=True)
    x, y = (images / 16).astype(np.float32).reshape(-1, 1, 8, 8), labels.astype(np.int64)
    n = 1437
    return Images("digits", x[:n], y[:n], x[n:], y[n:], 10)


def _mnist(folder):
    return _idx_pair("mnist", folder, "train") + _idx_pair("mnist", folder, "t10k")


def _fashion_mnist(folder):
    return _idx_pair("fashion-mnist", folder, "train") + _idx_pair("fashion-mnist", folder, "t10k")


def _idx_pair(name, folder, part):
    """Structure first, checksums last: a file that is truncated should be called that."""
    stems = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
    paths = [_idx_path(folder, stem) for stem in stems]
    files = [idx.read(path) for path in paths]
    images, labels = (file.values for file in files)
    _check_pair(paths, images, labels)
    for stem, path, file in zip(stems, paths, files, strict=True):
        published.check(path, file.content, published.FILES[name].contents[stem])
    return _unit(images[:, None]), labels.astype(np.int64)


def _idx_path(folder, stem):
    names = [f"{spelling}{suffix}" for spelling in (stem, stem.replace("-idx", ".idx")) for suffix in ("", ".gz")]
    for path in (folder / name for name in names):
        if path.exists():
            return path
    raise ValueError(f"{folder} holds no {stem}: neither {', '.join(names[:-1])} nor {names[-1]}")


def _check_pair(paths, images, labels):
    images_path, labels_path = paths
    if images.shape[1:] != (28, 28):
        raise ValueError(f"{images_path} has sizes {images.shape}: it must hold images of 28x28 pixels")
    if labels.ndim != 1:
        raise ValueError(f"{labels_path} has sizes {labels.shape}: it must hold a list of labels")
    if len(images) != len(labels):
        raise ValueError(f"{images_path} holds {len(images)} images, {labels_path} {len(labels)} labels")
    if not (labels < 10).all():
        raise ValueError(f"{labels_path} holds label {labels.max()}: labels must be in 0..9")


def _cifar10(folder):
    *train, test = [_unpickled(*batch) for batch in _batches(folder)]
    return *(np.concatenate(arrays) for arrays in zip(*train, strict=True)), *test


def _batches(folder):
    """(path, content, checksum) of the five training batches and the test batch, from the archive or unpacked."""
    checksums = published.FILES["cifar10"].contents
    unpacked, archive = folder / "cifar-10-batches-py", folder / "cifar-10-python.tar.gz"
    if unpacked.is_dir():
        return [(unpacked / name, _bytes(unpacked / name), checksum) for name, checksum in checksums.items()]
    content = _bytes(archive)
    published.check(archive, content, published.FILES["cifar10"].checksums[archive.name])
    with tarfile.open(fileobj=io.BytesIO(content)) as members:
        files = {name: members.extractfile(f"{unpacked.name}/{name}") for name in checksums}
        return [(f"{archive}: {name}", file.read(), checksums[name]) for name, file in files.items() if file]


def _unpickled(path, content, checksum):
    """A pickle runs what it says: none is opened that is not, byte for byte, the one that was published."""
    published.check(path, content, checksum)
    batch = pickle.loads(content, encoding="bytes")
    return _unit(batch[b"data"].reshape(-1, 3, 32, 32)), np.asarray(batch[b"labels"], np.int64)


def _svhn(folder):
    return _mat(folder / "train_32x32.mat") + _mat(folder / "test_32x32.mat")


def _mat(path):
    content = _bytes(path)
    published.check(path, content, published.FILES["svhn"].checksums[path.name])
    arrays = scipy.io.loadmat(io.BytesIO(content))
    return _unit(arrays["X"].transpose(3, 2, 0, 1)), arrays["y"].ravel().astype(np.int64) % 10  # digit 0 is labelled 10


def _bytes(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error


def _unit(pixels):
    """Bytes as float32 in [0, 1], contiguous."""
    return np.divide(np.ascontiguousarray(pixels), np.float32(255), dtype=np.float32)


_READERS = {"mnist": _mnist, "fashion-mnist": _fashion_mnist, "cifar10": _cifar10, "svhn": _svhn}
SETS = ("digits", *_READERS)
