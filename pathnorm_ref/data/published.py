"""The published files of the data sets: where they are, what they must be, and how they come into the cache.

The checksums are SHA-256 of the files as published (for CIFAR-10's batches MD5, which is what is published of them).
"""

import hashlib
from pathlib import Path
from typing import NamedTuple


class Files(NamedTuple):
    """`checksums` of the files that lie at `url`, and of their `contents`, once unpacked."""

    url: str
    checksums: dict[str, str]
    contents: dict[str, str] = {}  # noqa: RUF012, never written


FILES = {
    "mnist": Files("https://ossci-datasets.s3.amazonaws.com/mnist/", {
        "train-images-idx3-ubyte.gz": "sha256:440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "sha256:3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "sha256:8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "sha256:f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    }, {
        "train-images-idx3-ubyte": "sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    }),
    "fashion-mnist": Files("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", {
        "train-images-idx3-ubyte.gz": "sha256:3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte.gz": "sha256:a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte.gz": "sha256:346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte.gz": "sha256:67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    }, {
        "train-images-idx3-ubyte": "sha256:c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte": "sha256:bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte": "sha256:5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte": "sha256:0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    }),
    "cifar10": Files("https://www.cs.toronto.edu/~kriz/", {
        "cifar-10-python.tar.gz": "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    }, {
        "data_batch_1": "md5:c99cafc152244af753f735de768cd75f",
        "data_batch_2": "md5:d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "md5:54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "md5:634d18415352ddfa80567beed471001a",
        "data_batch_5": "md5:482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "md5:40351d587109b95175f43aff81a1287e",
    }),
    "svhn": Files("http://ufldl.stanford.edu/housenumbers/", {
        "train_32x32.mat": "sha256:435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
        "test_32x32.mat": "sha256:cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
    }),
}


def cache(name):
    """The folder in which the published files of a set are kept, one per user; it need not exist yet."""
    return Path(_pooch().os_cache("pathnorm_ref")) / name


def fetch(name):
    """The published files of a set, fetched into its cache unless they are there and sound; returns the folder.

    ValueError where a fetched file is not what its checksum says, and nothing is kept of it; ConnectionError where it
    cannot be fetched.
    """
    pooch, files = _pooch(), FILES[name]
    keeper = pooch.create(cache(name), files.url, registry=files.checksums)
    for file in files.checksums:
        try:
            keeper.fetch(file, downloader=pooch.HTTPDownloader(progressbar=True, timeout=60))
        except OSError as error:  # what requests raises, too
            raise ConnectionError(f"{file} of {name} could not be fetched from {files.url}: {error}") from error
    return cache(name)


def check(path, content, checksum):
    """ValueError unless `content`, the bytes of the file at `path`, has a checksum such as "md5:40351d..."."""
    algorithm, _, published = checksum.partition(":")
    found = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    if found != published:
        raise ValueError(f"{path} is damaged, or is not the file that was published: its {algorithm} is {found}, "
                         f"it should be {published}")


def _pooch():
    try:
        import pooch  # noqa: PLC0415 (an extra: files of the user's own load without it)
    except ImportError as error:
        raise ImportError("the cache of data sets needs pooch: pip install 'pathnorm-ref[data]'") from error
    return pooch
