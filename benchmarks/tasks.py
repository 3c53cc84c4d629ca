"""What is timed. Each library's module has a function for each kind of task it can do."""

import re
from typing import NamedTuple


class Task(NamedTuple):
    title: str
    kind: str
    sizes: dict
    is_large: bool = False


VGG = ((64, 32), (128, 16), (256, 8), (512, 4))
MLP = (784, 400, 400, 400, 400, 400, 10)
SHAPES = ((785, 400), (4097, 4096))
SLICES = (  # of Wen et al. 2021 in training: kernels of Section 5.3, without their biases; units of Section 5.1, with
    ("64 kernels of 3x21x21", {"shape": (64, 3, 21, 21), "axis": (1, 2, 3), "radius": 15.0, "density": 0.05}),
    ("1001x300, 300 units", {"shape": (300, 1001), "axis": 1, "radius": 1.0, "density": 0.15}),
)
INSIDE = 1e9  # a radius that holds every column

TASKS = (
    *(Task(f"convolution 3x3, {c} channels {n}x{n}, batch 32: out, d_W, d_x", "convolution",
           {"channels": c, "size": n, "batch": 32}) for c, n in VGG),
    Task("training step, 784-400x5-10, batch 100", "training_step", {"widths": MLP, "batch": 100}),
    *(Task(f"L1 projection of the columns of {n}x{m}, all outside", "l1_projection",
           {"shape": (n, m), "radius": n / 10}, n > 1000) for n, m in SHAPES),
    *(Task(f"L1 projection of the columns of {n}x{m}, all inside", "l1_projection",
           {"shape": (n, m), "radius": INSIDE}, n > 1000) for n, m in SHAPES),
    *(Task(f"L1 projection of {name}, {start} start", kind, sizes) for name, sizes in SLICES
      for start, kind in (("warm", "l1_projection_warm"), ("cold", "l1_projection"))),
    *(Task(f"group soft threshold of the columns of {n}x{m}", "group_threshold",
           {"shape": (n, m), "t": 10.0}, n > 1000) for n, m in SHAPES),
    Task("property example, 4-5-3 net: forward, backward, step", "property_example", {}),
)


def select(pattern, quick):
    """The tasks whose title matches; the quick ones alone."""
    return [task for task in TASKS if re.search(pattern, task.title) and not (quick and task.is_large)]
