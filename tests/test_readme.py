"""The README's Python session is run, and its generated parts exist."""

import doctest
import re
from collections import Counter
from pathlib import Path

from proofs_check.runner import recorded

README = Path(__file__).parent.parent / "README.md"


def test_the_session_prints_what_it_says():
    result = doctest.testfile(str(README), module_relative=False)
    assert result.attempted >= 20 and result.failed == 0


def test_the_generated_parts_are_there():
    text = README.read_text()
    for part in ("table", "show", "network", "bench"):
        start, end = text.index(f"<!-- {part}:start -->"), text.index(f"<!-- {part}:end -->")
        assert text[start:end].count("\n") > 3


def test_its_verdicts_are_the_recorded_ones():
    table = README.read_text().partition("<!-- table:start -->")[2].partition("<!-- table:end -->")[0]
    shown = dict(re.findall(r"^([a-z]+[0-9]{4}\.\S+) +([a-z]+) ", table, re.M))
    assert len(shown) >= 20
    assert shown.items() <= recorded().items()


def test_its_counts_are_the_recorded_ones():
    line = re.search(r"^(\d+) claims: (.*)$", README.read_text(), re.M)
    counts = {verdict: int(n) for n, verdict in re.findall(r"(\d+) ([a-z]+)", line[2])}
    assert counts == Counter(recorded().values()) and int(line[1]) == len(recorded())
