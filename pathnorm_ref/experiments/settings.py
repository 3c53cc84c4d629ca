"""What settings must be, in whichever experiment."""


def check_grid(**axes):
    """ValueError unless each holds one value at least, and none twice."""
    for name, values in axes.items():
        if not values or len(set(values)) < len(values):
            raise ValueError(f"{name} is {values!r}: it must hold one value at least, and none twice")


def check_multiple(every, **lengths):
    """ValueError unless each is a multiple of `every`."""
    for name, n in lengths.items():
        if n % every:
            raise ValueError(f"{name} is {n}: it must be a multiple of every, {every}")


def check_seed(seed):
    """ValueError unless it is an integer, 0 at least."""
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed is {seed!r}: it must be an integer, 0 at least")


def check_seeds(seeds):
    """ValueError unless they are two seeds at least, none twice: a deviation needs two."""
    check_grid(seeds=seeds)
    for seed in seeds:
        check_seed(seed)
    if len(seeds) < 2:
        raise ValueError(f"seeds is {seeds!r}: a standard error needs two at least")
