"""Sets of images: read from small files in the published formats, and refused where they are not as published."""

import gzip
import hashlib
import os
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from pathnorm_ref import data
from pathnorm_ref.data import published
from tests.pathnorm_ref.data import files


def test_digits_are_there_without_a_file():
    images = data.load("digits")
    assert images.name == "digits"
    assert images.n_classes == 10
    assert images.x_train.shape == (1437, 1, 8, 8)
    assert images.x_test.shape == (360, 1, 8, 8)
    assert images.x_train.dtype == images.x_test.dtype == np.float32
    assert images.y_train.dtype == images.y_test.dtype == np.int64
    assert (images.x_train.min(), images.x_train.max()) == (0, 1)
    assert set((16 * images.x_train).ravel()) == set(range(17))
    assert images.y_train[:10].tolist() == list(range(10))  # a writer's first ten
    assert set(images.y_test) == set(range(10))


@pytest.mark.parametrize("arguments", [{"folder": "."}, {"download": True}])
def test_digits_need_no_folder(arguments):
    with pytest.raises(ValueError, match="digits come with scikit-learn"):
        data.load("digits", **arguments)


# --- IDX -----------------------------------------------------------------------------------------------

@pytest.fixture(params=["mnist", "fashion-mnist"])
def idx_set(request, monkeypatch):
    """(name, files): a set whose published files are small ones."""
    contents = files.mnist()
    monkeypatch.setitem(published.FILES, request.param, published.Files(
        "nowhere", {}, {name: files.sha256(content) for name, content in contents.items()}))
    return request.param, contents


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dot", [False, True])
def test_idx_files_are_read_in_all_spellings(tmp_path, idx_set, compressed, dot):
    name, contents = idx_set
    written = {key.replace("-idx", ".idx") if dot else key: content for key, content in contents.items()}
    images = data.load(name, files.write(tmp_path, written, compressed))
    for part, x, y in (("train", images.x_train, images.y_train), ("t10k", images.x_test, images.y_test)):
        pixels = np.frombuffer(contents[f"{part}-images-idx3-ubyte"][16:], np.uint8).reshape(-1, 1, 28, 28)
        assert x.dtype == np.float32
        np.testing.assert_array_equal(x, (pixels / 255).astype(np.float32))  # both round the true quotient ...
        np.testing.assert_array_equal(y, list(contents[f"{part}-labels-idx1-ubyte"][8:]))
        assert y.dtype == np.int64
    assert images[0] == name
    assert images.n_classes == 10


def faults():
    zeros = np.zeros((5, 28, 28), np.uint8)
    yield "train-images-idx3-ubyte", files.idx(zeros[:, :27]), r"has sizes \(5, 27, 28\): .* 28x28"
    yield "train-images-idx3-ubyte", files.idx(zeros[0, 0]), r"has sizes \(28,\): .* 28x28"
    yield "train-images-idx3-ubyte", files.idx(zeros[:4]), "holds 4 images, .*train-labels-idx1-ubyte 5 labels"
    yield "train-images-idx3-ubyte", files.idx(zeros)[:-1], "is truncated"
    yield "train-images-idx3-ubyte", files.idx(zeros), "is damaged, or is not the file that was published: its sha256"
    yield "t10k-labels-idx1-ubyte", files.idx(np.array([1, 10, 2], np.uint8)), r"holds label 10: labels must be in 0\.\.9"
    yield "t10k-labels-idx1-ubyte", files.idx(np.ones((3, 1), np.uint8)), r"has sizes \(3, 1\): it must hold a list"
    yield "t10k-labels-idx1-ubyte", files.idx(np.array([0, 0, 0], np.uint8)), "is damaged, .* its sha256 is .* should be "


FAULTS = [pytest.param(*fault, id=fault[2].split(":")[0]) for fault in faults()]


@pytest.mark.parametrize(("file", "content", "message"), FAULTS)
def test_a_file_that_is_not_as_published_is_named(tmp_path, idx_set, file, content, message):
    name, contents = idx_set
    files.write(tmp_path, contents | {file: content})
    with pytest.raises(ValueError, match=f"{file} {message}"):
        data.load(name, tmp_path)


def test_a_well_formed_file_that_is_not_mnist_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"train-images-idx3-ubyte\.gz is damaged, or is not the file"):
        data.load("mnist", files.write(tmp_path, files.mnist(), compressed=True))


def test_a_missing_file_is_named_in_all_spellings(tmp_path, idx_set):
    name, contents = idx_set
    (files.write(tmp_path, contents) / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(ValueError, match=r"holds no t10k-labels-idx1-ubyte: .*ubyte\.gz, t10k-labels\.idx1-ubyte nor"):
        data.load(name, tmp_path)


@pytest.mark.skipif("FASHION_MNIST" not in os.environ, reason="FASHION_MNIST names no folder with the four files")
def test_fashion_mnist():
    images = data.load("fashion-mnist", os.environ["FASHION_MNIST"])
    assert images.x_train.shape == (60000, 1, 28, 28)
    assert images.x_test.shape == (10000, 1, 28, 28)
    assert np.bincount(images.y_train).tolist() == [6000] * 10
    assert np.bincount(images.y_test).tolist() == [1000] * 10
    # 0.2860 and 0.3530 are what the literature normalises with
    assert round(images.x_train.mean(dtype=float), 4) == 0.286
    assert round(images.x_train.std(dtype=float), 4) == 0.353


@pytest.mark.skipif("FASHION_MNIST" not in os.environ, reason="FASHION_MNIST names no folder with the four files")
def test_a_damaged_fashion_mnist_is_caught(tmp_path):
    for path in Path(os.environ["FASHION_MNIST"]).iterdir():
        (tmp_path / path.name).symlink_to(path)
    (labels,) = tmp_path.glob("t10k-labels*")
    content = bytearray(gzip.decompress(labels.read_bytes()) if labels.suffix == ".gz" else labels.read_bytes())
    content[8], content[9] = content[9], content[8]  # the first two labels change places
    labels.unlink()
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(content)
    with pytest.raises(ValueError, match="t10k-labels-idx1-ubyte is damaged"):
        data.load("fashion-mnist", tmp_path)


# --- CIFAR-10 and SVHN ---------------------------------------------------------------------------------

def md5(content):
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"


@pytest.fixture
def cifar10(tmp_path, monkeypatch):
    """(folder with the batches, x, y): six batches of two images, whose checksums stand as published."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (6, 2, 3072), np.uint8), rng.integers(0, 10, (6, 2))
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    contents = {name: pickle.dumps({b"data": x[i], b"labels": y[i].tolist()}, 2) for i, name in enumerate(names)}
    files.write(tmp_path / "cifar-10-batches-py", contents)
    monkeypatch.setitem(published.FILES, "cifar10", published.Files(
        "nowhere", {}, {name: md5(content) for name, content in contents.items()}))
    return tmp_path, x, y


def archive(folder, monkeypatch):
    """The same batches as an archive, in a folder of its own."""
    (folder / "packed").mkdir()
    path = folder / "packed" / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(folder / "cifar-10-batches-py", "cifar-10-batches-py")
    monkeypatch.setitem(published.FILES["cifar10"].checksums, path.name, files.sha256(path.read_bytes()))
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_cifar10_is_read(cifar10, monkeypatch, packed):
    folder, x, y = cifar10
    images = data.load("cifar10", archive(folder, monkeypatch).parent if packed else folder)
    assert images.x_train.shape == (10, 3, 32, 32)
    assert images.x_train.dtype == np.float32
    np.testing.assert_array_equal(images.y_train, y[:5].ravel())
    np.testing.assert_array_equal(images.y_test, y[5])
    # a row is all red, then all green, then all blue values, row by row
    np.testing.assert_array_equal(images.x_train.reshape(10, -1), (x[:5].reshape(10, -1) / 255).astype(np.float32))
    np.testing.assert_array_equal(images.x_test[1, 2, 3], (x[5, 1, 2048 + 96:2048 + 128] / 255).astype(np.float32))


class Trap:
    """A pickle that writes a file when it is opened."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_no_pickle_is_opened_that_was_not_published(cifar10):
    folder, _, _ = cifar10
    trap = folder / "sprung"
    (folder / "cifar-10-batches-py" / "data_batch_3").write_bytes(pickle.dumps(Trap(trap)))
    with pytest.raises(ValueError, match="data_batch_3 is damaged, or is not the file that was published: its md5 is"):
        data.load("cifar10", folder)
    assert not trap.exists()
    pickle.loads(pickle.dumps(Trap(trap)))
    assert trap.exists()  # the trap does spring


def test_an_archive_that_was_not_published_is_refused(cifar10, monkeypatch):
    path = archive(cifar10[0], monkeypatch)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"cifar-10-python\.tar\.gz is damaged"):
        data.load("cifar10", path.parent)


def test_missing_batches_and_archives_are_named(cifar10, tmp_path):
    (cifar10[0] / "cifar-10-batches-py" / "test_batch").unlink()
    with pytest.raises(ValueError, match="test_batch cannot be read"):
        data.load("cifar10", cifar10[0])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"cifar-10-python\.tar\.gz cannot be read"):
        data.load("cifar10", tmp_path / "empty")


@pytest.fixture
def svhn(tmp_path, monkeypatch):
    """(folder, pixels of both files (h, w, c, n), labels 1..10)."""
    rng = np.random.default_rng(0)
    pixels, labels = rng.integers(0, 256, (2, 32, 32, 3, 11), np.uint8), np.tile(np.arange(11) % 10 + 1, (2, 1))
    checksums = {}
    for i, name in enumerate(("train_32x32.mat", "test_32x32.mat")):
        scipy.io.savemat(tmp_path / name, {"X": pixels[i], "y": labels[i][:, None].astype(np.uint8)})
        checksums[name] = files.sha256((tmp_path / name).read_bytes())
    monkeypatch.setitem(published.FILES, "svhn", published.Files("nowhere", checksums))
    return tmp_path, pixels


def test_svhn_is_read(svhn):
    folder, pixels = svhn
    images = data.load("svhn", folder)
    for x, y, values in ((images.x_train, images.y_train, pixels[0]), (images.x_test, images.y_test, pixels[1])):
        assert x.shape == (11, 3, 32, 32)
        assert x.flags.c_contiguous
        np.testing.assert_array_equal(x[5, 1], (values[:, :, 1, 5] / 255).astype(np.float32))
        assert y.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]  # label 10 is the digit 0
        assert y.dtype == np.int64


def test_a_damaged_or_missing_svhn_is_named(svhn):
    folder, _ = svhn
    path = folder / "test_32x32.mat"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"test_32x32\.mat is damaged"):
        data.load("svhn", folder)
    path.unlink()
    with pytest.raises(ValueError, match=r"test_32x32\.mat cannot be read"):
        data.load("svhn", folder)


# --- arguments -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["MNIST", "", None])
def test_an_unknown_set_is_told_the_known_ones(name):
    with pytest.raises(ValueError, match="must be one of digits, mnist, fashion-mnist, cifar10, svhn"):
        data.load(name)


@pytest.mark.parametrize("name", [name for name in data.SETS if name != "digits"])
def test_a_folder_that_is_not_there_is_named(name, tmp_path):
    with pytest.raises(ValueError, match="nowhere': there is no such folder"):
        data.load(name, tmp_path / "nowhere")


def test_folder_and_download_exclude_each_other(tmp_path):
    with pytest.raises(ValueError, match="download True: files are fetched into the cache only"):
        data.load("mnist", tmp_path, download=True)
