"""What a person reads of a report: Markdown beside the figure."""

MOST_ROWS = 24
"""A longer table is left to the CSV."""


def verdict(seen):
    """In words, whether a claim is seen in the numbers (`experiment.Finding`)."""
    return {True: "seen", False: "not seen", None: "can't tell"}[seen]


def page(report):
    """The report of `perform` as Markdown: what was asked, what is seen, the figure, the table, what was chosen."""
    name = report["experiment"]
    findings = [f"* {verdict(finding['seen'])}: {finding['claim']} ({finding['numbers']})"
                for finding in report["findings"]]
    settings = [f"`{key}` = {_typed(value)}" for key, value in report["settings"].items() if value is not None]
    versions = [f"{package} {number}" for package, number in report["versions"].items()]
    parts = [f"# {report['title']}", "\n".join(findings), f"![{report['title']}]({name}.png)", _table(report["rows"], name),
             "What the document does not say, and what was chosen, unless the settings below say otherwise:",
             "\n".join(f"* {choice}" for choice in report["choices"]),
             f"Settings: {', '.join(settings)}.",
             f"Versions: {', '.join(versions)}.",
             f"Written by `python -m pathnorm_ref.experiments`; all numbers: `{name}.json`, `{name}.csv`."]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(rows, name):
    if not rows:
        return "The table has no rows."
    if len(rows) > MOST_ROWS:
        return f"The table has {len(rows)} rows: `{name}.csv`."
    lines = [list(rows[0]), ["---"] * len(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _typed(value):
    """A setting as the command takes it."""
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _cell(value):
    return f"{value:.5g}" if isinstance(value, float) else str(value)
