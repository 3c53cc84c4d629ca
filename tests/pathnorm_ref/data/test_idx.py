"""IDX files: what is written is read; every way of being malformed has a message that names the file."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pathnorm_ref.data import idx
from tests.pathnorm_ref.data import files

CASES = settings(max_examples=100, deadline=None, derandomize=True, database=None)
SHAPES = arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)
VALUES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("idx")


@CASES
@given(values=arrays.arrays(np.uint8, SHAPES), suffix=st.sampled_from(["", ".gz"]))
def test_what_is_written_is_read(folder, values, suffix):
    content = files.idx(values)
    path = folder / f"values{suffix}"
    path.write_bytes(gzip.compress(content) if suffix else content)
    found = idx.read(path)
    assert found.values.dtype == np.uint8
    np.testing.assert_array_equal(found.values, values)
    assert found.content == content


def malformed():
    good = files.idx(VALUES)
    yield "a", b"", "is truncated: it has 0 bytes"
    yield "b", good[:3], "is truncated: it has 3 bytes"
    yield "c", good[:10], "is truncated: it ends inside its header, after 10 of 16 bytes"
    yield "d", good[:-1], r"is truncated: it holds 23 values, its sizes \(2, 3, 4\) say 24"
    yield "e", good + b"\0", r"has bytes to spare: it holds 25 values, its sizes \(2, 3, 4\) say 24"
    yield "f", b"\x89PNG" + good, "is no IDX file: it begins with 89504e47"
    yield "g", b"\0\0\x07\x01" + good, "is no IDX file: it begins with 00000701"
    yield "h", files.idx(VALUES.astype(">f4"), 13), "holds 32-bit floats: it must hold unsigned bytes"
    yield "i", files.idx(VALUES.view(np.int8), 9), "holds signed bytes"
    yield "j", gzip.compress(good), "is no IDX file: it begins with 1f8b"
    yield "k.gz", good, "is no sound gzip file"
    yield "l.gz", gzip.compress(good)[:-9], "is truncated: its gzip stream has no end"
    yield "m.gz", gzip.compress(good)[:-8] + bytes(8), "is no sound gzip file: CRC"
    yield "n.gz", gzip.compress(good)[:10] + b"\xff" * 20, "is no sound gzip file"
    yield "o", b"\0\0\x08\xff" + b"\0\0\0\x01" * 255 + b"\0", "has sizes that no array has"


MALFORMED = [pytest.param(*case, id=case[2].split(":")[0]) for case in malformed()]


@pytest.mark.parametrize(("name", "content", "message"), MALFORMED)
def test_a_malformed_file_is_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{name} {message}") as caught:
        idx.read(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(ValueError, match="nowhere cannot be read: No such file"):
        idx.read(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="cannot be read: Is a directory"):
        idx.read(tmp_path)


@CASES
@given(content=st.binary(max_size=40) | st.builds(lambda tail: b"\0\0\x08" + tail, st.binary(max_size=40)),
       suffix=st.sampled_from(["", ".gz"]))
def test_no_file_breaks_the_reader(folder, content, suffix):
    path = folder / f"any{suffix}"
    path.write_bytes(content)
    try:
        found = idx.read(path)
    except ValueError as error:
        assert str(path) in str(error)
    else:
        assert files.idx(found.values) == found.content
