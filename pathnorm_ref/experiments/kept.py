"""What is kept on disk, so that an interrupted run goes on where it stopped."""

import hashlib
import json
import os
import uuid
from contextlib import contextmanager
from dataclasses import asdict

import joblib

from pathnorm_ref.version import VERSION


def name(job):
    """A file name for a job: what it is, and a digest of all its settings and of the version that ran it."""
    kind = type(job).__name__
    text = json.dumps([kind, VERSION, asdict(job)], sort_keys=True)
    return f"{kind.lower()}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@contextmanager
def whole(path):
    """A file to write, which takes its place once it is complete; an interrupt leaves what was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}")  # a name of its own on every machine; mkstemp's is private
    try:
        with part.open("xb") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_json(path, value):
    """A file of JSON as others read it, without NaN and Infinity."""
    with whole(path) as file:
        file.write((json.dumps(value, indent=1, allow_nan=False) + "\n").encode())


class Damaged(ValueError):
    """A kept file cannot be read."""


def read_json(path):
    """What `write_json` has written. Damaged if it is no JSON object."""
    try:
        value = json.loads(path.read_text())
    except ValueError as error:
        raise Damaged(f"{path} can't be read ({error}): delete it, and what it kept is computed again") from error
    if not isinstance(value, dict) or "record" not in value:
        raise Damaged(f"{path} holds no record: delete it, and what it kept is computed again")
    return value


def checkpoint(job, place):
    """The file in which a run of this job is kept (`resumable`)."""
    return place.out / "checkpoints" / f"{name(job)}.joblib"


def _read(path):
    if not path.exists():
        return 0, None
    try:
        done, value = joblib.load(path)
    except Exception as error:  # whatever a broken file makes of it
        raise Damaged(f"{path} can't be read ({type(error).__name__}): delete it, and the run starts again") from error
    return done, value


def resumable(path, start, advance, n):
    """`start()` advanced n times, value = advance(i, value) for i = 0..n - 1, kept in a file after each.

    advance must depend on nothing but its arguments: then a run that goes on from the file gives bit for bit what an
    uninterrupted one does.
    """
    done, value = _read(path)
    if done == 0:
        value = start()
    for i in range(done, n):
        value = advance(i, value)
        with whole(path) as file:
            joblib.dump((i + 1, value), file)
    return value
