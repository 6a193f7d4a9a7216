"""What staff added, when there are two copies of the workbook."""

from dataclasses import replace

import pytest

from ingest.views import extras
from reports.book import AddedColumn, AddedSheet, Extras

OLD, NEW, OTHER = (AddedSheet("会议", ((word,),)) for word in ("旧", "新", "别"))
PHONE = AddedSheet("电话", (("010",),))


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "merged"),
    [
        ((), (OLD,), (), (OLD,)),
        ((), (), (OLD,), (OLD,)),
        ((OLD,), (NEW,), (OLD,), (NEW,)),
        ((OLD,), (OLD,), (NEW,), (NEW,)),
        ((OLD,), (), (OLD,), ()),
        ((OLD,), (OLD,), (), ()),
        ((OLD,), (), (NEW,), (NEW,)),
        ((OLD,), (NEW,), (), (NEW,)),
        ((), (OLD,), (PHONE,), (OLD, PHONE)),
        ((OLD,), (NEW,), (OTHER,), (replace(OTHER, title="会议（另一份1）"), NEW)),
    ],
)
def test_added_sheets_are_merged(base, theirs, ours, merged):
    assert extras.merged(Extras((), base), Extras((), theirs), Extras((), ours)) == Extras((), merged)


SCORE, WIDE, PLACE = (
    AddedColumn("推荐作品", "打分", 9),
    AddedColumn("推荐作品", "打分", 30),
    AddedColumn("邮件", "处室", 9),
)


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "merged"),
    [
        ((), (SCORE,), (), (SCORE,)),
        ((), (), (SCORE,), (SCORE,)),
        ((SCORE,), (WIDE,), (SCORE,), (WIDE,)),
        ((SCORE,), (), (SCORE,), ()),
        ((SCORE,), (SCORE,), (), ()),
        ((), (SCORE,), (PLACE,), (SCORE, PLACE)),
    ],
)
def test_added_columns_are_merged(base, theirs, ours, merged):
    assert extras.merged(Extras(base), Extras(theirs), Extras(ours)) == Extras(merged)


def test_a_second_copy_of_a_long_title_fits_the_format():
    title = "会" * 31
    sheets = [Extras((), (AddedSheet(title, ((word,),)),)) for word in "一二三"]
    assert [sheet.title for sheet in extras.merged(*sheets).sheets] == ["会" * 23 + "（另一份1）", title]
