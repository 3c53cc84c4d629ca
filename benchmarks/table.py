"""The report, as GitHub Markdown that can be read in a terminal too."""


def render(processor, threads, workers, rows):
    """A table of milliseconds. `rows` holds (task, dtype, [seconds of each worker])."""
    ours = sum(worker.title.startswith("pathnorm_ref") for worker in workers)
    header = ["task", "type", *(worker.title for worker in workers)]
    body = [[task.title, dtype, *cells(workers, seconds, ours)] for task, dtype, seconds in rows]
    versions = "; ".join(f"{worker.title}: {worker.name}" for worker in workers)
    return (f"{processor}, {threads} thread{'s' * (threads > 1)} each. {versions}.\n\n"
            "Milliseconds, medians, turn by turn; in brackets, how many times as long as pathnorm_ref"
            f"{', with the one and the other kernels' * (ours > 1)}.\n\n" + table([header, *body]))


def cells(workers, seconds, ours):
    """Milliseconds of each worker; behind those of other libraries their ratios to each of ours."""
    for i, (worker, time) in enumerate(zip(workers, seconds, strict=True)):
        if worker.missing:
            yield "not installed"
        elif time is None:
            yield "-"
        else:
            ratios = ", ".join(f"{time / own:.2g}x" for own in seconds[:ours] if own)
            yield f"{1000 * time:.3g}" + f" ({ratios})" * (i >= ours)


def table(rows):
    """Rows of text as a Markdown table; the first is its head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = ["-" * width for width in widths]
    lines = (" | ".join(map(str.ljust, row, widths)) for row in (rows[0], rule, *rows[1:]))
    return "\n".join(f"| {line} |" for line in lines)


def insert(text, start, report, end):
    """`text` with the report between its two marks. ValueError if it has not both."""
    before, found_start, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not (found_start and found_end):
        raise ValueError(f"the file has no lines {start} and {end} to write between")
    return f"{before}{start}\n{report}\n{end}{after}"
