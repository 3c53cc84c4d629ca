"""The cache: files come from a server of our own, through pooch, and are refused where their checksum is another."""

import functools
import gzip
import http.server
import threading

import pytest

from pathnorm_ref import data
from pathnorm_ref.data import published
from tests.pathnorm_ref.data import files

pytest.importorskip("pooch", reason="an extra")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and notes in `asked` for what it is asked."""

    def do_GET(self):
        self.server.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    """(folder that is served, paths that were asked for, contents): MNIST is published there, as small files."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    contents = files.mnist()
    folder = files.write(tmp_path / "served", contents, compressed=True)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder)) as server:
        server.asked = []
        monkeypatch.setitem(published.FILES, "mnist", published.Files(
            f"http://127.0.0.1:{server.server_port}/",
            {path.name: files.sha256(path.read_bytes()) for path in sorted(folder.iterdir())},
            {name: files.sha256(content) for name, content in contents.items()}))
        monkeypatch.setattr(published, "cache", lambda name: tmp_path / "cache" / name)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield folder, server.asked
        server.shutdown()
        thread.join()


def test_files_are_fetched_once_and_then_found_in_the_cache(server, tmp_path):
    _, asked = server
    images = data.load("mnist", download=True)
    assert images.x_train.shape == (5, 1, 28, 28)
    assert sorted(asked) == sorted(f"/{name}.gz" for name in files.mnist())
    assert sorted(path.name for path in (tmp_path / "cache" / "mnist").iterdir()) == sorted(path[1:] for path in asked)
    assert (data.load("mnist", download=True).x_train == images.x_train).all()
    assert (data.load("mnist").x_train == images.x_train).all()
    assert len(asked) == 4


def test_a_fetched_file_that_is_not_as_published_is_refused(server, tmp_path):
    folder, _ = server
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"not what it was"))
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte\.gz.* does not match the known hash"):
        data.load("mnist", download=True)
    assert not (tmp_path / "cache" / "mnist" / "t10k-labels-idx1-ubyte.gz").exists()


def test_a_damaged_file_of_the_cache_is_named_and_fetched_again(server, tmp_path):
    _, asked = server
    data.load("mnist", download=True)
    path = tmp_path / "cache" / "mnist" / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"train-images-idx3-ubyte\.gz is truncated"):
        data.load("mnist")
    data.load("mnist", download=True)
    assert len(asked) == 5
    assert asked[4] == "/train-images-idx3-ubyte.gz"


def test_a_file_that_the_server_has_not_is_named(server):
    folder, _ = server
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(ConnectionError, match=r"train-labels-idx1-ubyte\.gz of mnist could not be fetched from http.*404"):
        data.load("mnist", download=True)


def test_a_server_that_does_not_answer_is_named(server, monkeypatch):
    url = "http://127.0.0.1:9/"  # the port of "discard", where nothing listens
    monkeypatch.setitem(published.FILES, "mnist", published.FILES["mnist"]._replace(url=url))
    with pytest.raises(ConnectionError, match=rf"of mnist could not be fetched from {url}"):
        data.load("mnist", download=True)


def test_without_folder_or_download_the_cache_is_named(server, tmp_path):
    with pytest.raises(ValueError, match=f"mnist has not been fetched into {tmp_path}.*: name the folder .* download=True"):
        data.load("mnist")


def test_each_set_has_a_place_of_its_own_in_the_cache():
    assert published.cache("mnist").parts[-2:] == ("pathnorm_ref", "mnist")


def test_every_published_file_has_a_checksum_that_can_be_one():
    length = {"md5": 32, "sha256": 64}
    checksums = [checksum for name in published.FILES
                 for checksum in (*published.FILES[name].checksums.values(), *published.FILES[name].contents.values())]
    assert len(set(checksums)) == len(checksums) == 25
    for checksum in checksums:
        algorithm, _, digest = checksum.partition(":")
        assert len(digest) == length[algorithm]
        int(digest, 16)
