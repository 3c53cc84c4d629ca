"""Times every task in every library, turn by turn, each in a process of its own; prints the medians.

NumPy runs as shipped: OPENBLAS_ variables are not passed on, and the kernels that OpenBLAS picks are printed.

Ratios of one run can be compared; times of different runs drift. The convolution of pathnorm_ref is timed on
maps in the memory order that they have inside a stack of layers (see `layers.conv2d_tuned`).
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.table import insert, render
from benchmarks.tasks import select

POOLS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
OTHERS = (("PyTorch", "torch"), ("JAX", "jax"), ("pyproximal", "pyproximal"),
          ("NumPy product or copy", "limit"))
METHODS = tuple((method, f"methods.{method}") for method in ("sort", "Michelot", "Condat", "bisection"))
PATIENCE = 10  # seconds for a task
START = "<!-- bench:start -->"
END = "<!-- bench:end -->"


class Worker:
    """A library in a process of its own. Without `missing` it is installed; `name` says what it is."""

    def __init__(self, title, library, threads, **environment):
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("OPENBLAS_")}
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.worker", library, str(threads)]
        environment = inherited | dict.fromkeys(POOLS, str(threads)) | environment
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)
        hello = self._read()
        self.title, self.name, self.missing = title, hello.get("name", "not installed"), "missing" in hello

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker of {self.title} died")
        return json.loads(line)

    def _write(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def can(self, task, dtype):
        """Prepare a task. False if the library has no such function, or is not there."""
        if self.missing:
            return False
        self._write({"kind": task.kind, "sizes": task.sizes, "dtype": dtype})
        return self._read()["can"]

    def turn(self):
        self._write("turn")
        return self._read()["seconds"]

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def start_workers(threads):
    """pathnorm_ref first; again with AVX-512 kernels, if the processor has them and OpenBLAS picks others."""
    workers = [Worker("pathnorm_ref", "numpy", threads)]
    if "avx512f" in _cpuinfo() and "SkylakeX" not in workers[0].name:
        workers.append(Worker("pathnorm_ref, SKYLAKEX", "numpy", threads, OPENBLAS_CORETYPE="SKYLAKEX"))
    return workers + [Worker(title, library, threads) for title, library in OTHERS]


def _cpuinfo():
    path = Path("/proc/cpuinfo")
    return path.read_text() if path.exists() else ""


def processor():
    for line in _cpuinfo().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def measure(workers, task, dtype, turns):
    """The median seconds of each worker, None where it can't. Three turns, or more if they are fast."""
    able = [worker for worker in workers if worker.can(task, dtype)]
    times = {worker.title: [] for worker in able}
    start = time.monotonic()
    for turn in range(turns):
        if turn >= 3 and time.monotonic() - start > PATIENCE:
            break
        for worker in able:
            times[worker.title].append(worker.turn())
    return [statistics.median(times[worker.title]) if worker in able else None for worker in workers]


def rows(workers, tasks, turns):
    """(task, dtype, [seconds of each worker]), for the table."""
    for task in tasks:
        for dtype in ("float64", "float32"):
            print(f"{task.title}, {dtype} ...", file=sys.stderr)
            yield task, dtype, measure(workers, task, dtype, turns)


def arguments():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="of every library (default 1)")
    parser.add_argument("--only", default="", metavar="PATTERN", help="tasks whose title matches")
    parser.add_argument("--quick", action="store_true", help="three turns, and no large arrays")
    parser.add_argument("--markdown", type=Path, metavar="FILE",
                        help=f"write the table between the lines {START} and {END} of FILE")
    return parser.parse_args()


def main():
    options = arguments()
    workers = start_workers(options.threads)
    methods = [Worker(title, library, options.threads) for title, library in METHODS]
    tasks, turns = select(options.only, options.quick), 3 if options.quick else 7
    report = render(processor(), options.threads, workers, rows(workers, tasks, turns))
    projections = [task for task in tasks if task.kind.startswith("l1_projection") and not task.is_large]
    if projections:
        report += "\n\nThe projection by other methods, in NumPy, as `benchmarks/l1_balls.py` has them:\n\n"
        report += render(processor(), options.threads, [workers[0], *methods],
                         rows([workers[0], *methods], projections, turns))
    print(report)
    if options.markdown:
        options.markdown.write_text(insert(options.markdown.read_text(), START, report, END))
    for worker in (*workers, *methods):
        worker.stop()


if __name__ == "__main__":
    main()
