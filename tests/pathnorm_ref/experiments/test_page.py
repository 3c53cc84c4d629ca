"""The page that a person reads says what the report says."""

import pytest

from pathnorm_ref.experiments.page import MOST_ROWS, page, verdict

REPORT = {"experiment": "key-table-9", "title": "Table 9", "settings": {"seed": 42, "width": None},
          "versions": {"numpy": "2.0"}, "choices": ["a choice"], "rows": [{"method": "lasso", "loss": 0.123456789},
                                             {"method": "decay", "loss": 2.0}],
          "findings": [{"claim": "it is so", "seen": True, "numbers": "1 against 2"},
                       {"claim": "it is not", "seen": False, "numbers": "3"},
                       {"claim": "perhaps", "seen": None, "numbers": "none"}]}


@pytest.mark.parametrize("said", [
    "# Table 9", "* seen: it is so (1 against 2)", "* not seen: it is not (3)", "* can't tell: perhaps (none)",
    "![Table 9](key-table-9.png)", "| method | loss |\n| --- | --- |\n| lasso | 0.12346 |\n| decay | 2 |", "* a choice",
    "`seed` = 42", "numpy 2.0"])
def test_a_page_says_what_the_report_says(said):
    assert said in page(REPORT)
    assert "width" not in page(REPORT)


def test_a_long_table_is_left_to_the_csv_and_one_without_rows_is_none():
    row = REPORT["rows"][0]
    assert "| lasso |" in page(REPORT | {"rows": [row] * MOST_ROWS})
    assert f"{MOST_ROWS + 1} rows: `key-table-9.csv`" in page(REPORT | {"rows": [row] * (MOST_ROWS + 1)})
    assert "no rows" in page(REPORT | {"rows": []})


def test_verdicts_have_three_words():
    assert [verdict(seen) for seen in (True, False, None)] == ["seen", "not seen", "can't tell"]
