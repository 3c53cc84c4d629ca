"""A process that times one library, driven by lines of JSON: `python -m benchmarks.worker NAME THREADS`.

NAME is that of a module, NAME_worker; of the other methods for the L1 ball 'methods.' and the name of one.
"""

import importlib
import json
import os
import sys
import time

_TURN = 0.02  # seconds: shorter calls are repeated within one turn


def main(library, threads):
    # Every thread pool of every library stays on as many processors as it may have threads.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    try:
        name, _, method = library.partition(".")
        worker = importlib.import_module(f"benchmarks.{name}_worker")
    except ImportError as error:
        return answer(missing=str(error))
    worker = worker.METHODS[method] if method else worker
    answer(name=worker.name())
    call = repeats = None
    for request in map(json.loads, sys.stdin):
        if request == "turn":
            answer(seconds=seconds(call, repeats))
            continue
        kind = getattr(worker, request["kind"], None)
        if kind:
            sizes = {name: tuple(value) if isinstance(value, list) else value for name, value in request["sizes"].items()}
            call = kind(dtype=request["dtype"], **sizes)
            repeats = prepare(call)
        answer(can=bool(kind))
    return None


def prepare(call):
    """Warm up, and find how many calls fill a turn."""
    call()
    start = time.perf_counter()
    call()
    return max(1, int(_TURN / (time.perf_counter() - start)))


def seconds(call, repeats):
    """Of one call, or of one of the examples that it runs."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats / getattr(call, "examples", 1)


def answer(**fields):
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
