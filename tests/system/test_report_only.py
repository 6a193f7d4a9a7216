"""`kepu report --only`: one kind of report made again."""

import pytest

COUNTS, WORKBOOK, PAGE = "reports/收件统计.html", "reports/台账.xlsx", "works/R2024-0001 星海寻踪/审查.html"


@pytest.mark.parametrize(("only", "made"), [("workbook", WORKBOOK), ("pages", COUNTS), ("folders", PAGE)])
def test_only_what_was_asked_for_is_made_again(two_works, only, made):
    for name in (COUNTS, WORKBOOK, PAGE):
        (two_works.share / name).unlink()
    two_works.good("report", "--only", only)
    assert [name for name in (COUNTS, WORKBOOK, PAGE) if (two_works.share / name).exists()] == [made]


def test_what_was_not_asked_for_is_made_by_the_next_run(two_works):
    for name in (COUNTS, PAGE):
        (two_works.share / name).unlink()
    two_works.good("report", "--only", "workbook")
    two_works.good("run")
    assert (two_works.share / COUNTS).exists()
