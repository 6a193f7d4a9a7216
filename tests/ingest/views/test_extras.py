"""What staff added, when there are two copies of the workbook."""

import json
from dataclasses import replace

import pytest

from ingest.views import extras
from reports.book import AddedColumn, AddedSheet, CellKey, Extras, Remark, View

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


CELL, OTHER_CELL = CellKey("推荐作品", "R2024-0001", "备注"), CellKey("推荐作品", "R2024-0002", "备注")


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "merged"),
    [
        ((), ((CELL, "红"),), (), ((CELL, "红"),)),
        (((CELL, "红"),), (), ((CELL, "红"),), ()),
        (((CELL, "红"),), ((CELL, "红"),), (), ()),
        ((), ((CELL, "红"),), ((OTHER_CELL, "绿"),), ((CELL, "红"), (OTHER_CELL, "绿"))),
        ((), ((CELL, "红"),), ((CELL, "绿"),), ((CELL, "红"),)),
    ],
)
def test_looks_are_merged_cell_by_cell(base, theirs, ours, merged):
    assert extras.merged(Extras(looks=base), Extras(looks=theirs), Extras(looks=ours)) == Extras(looks=merged)


def remarks(*texts):
    return Extras(
        remarks=tuple(Remark(cell, text, "张") for cell, text in zip((CELL, OTHER_CELL), texts, strict=False) if text)
    )


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "merged"),
    [
        (remarks(), remarks("甲"), remarks(), remarks("甲")),
        (remarks("甲"), remarks(), remarks("甲"), remarks()),
        (remarks("甲"), remarks("甲"), remarks(), remarks()),
        (remarks("甲"), remarks(), remarks("乙"), remarks("乙")),
        (remarks("甲"), remarks("乙"), remarks(), remarks("乙")),
        (remarks(), remarks("甲"), remarks("", "乙"), remarks("甲", "乙")),
    ],
)
def test_comments_are_merged_cell_by_cell(base, theirs, ours, merged):
    assert extras.merged(base, theirs, ours) == merged


def test_a_comment_that_both_changed_is_told():
    (told,) = extras.conflicts(remarks("甲"), remarks("乙"), remarks("丙"))
    assert (told.heading, told.kept, told.other) == ("备注（批注）", "乙", "丙")


def test_an_author_whom_a_program_dropped_is_known_still():
    theirs = Extras(remarks=(Remark(CELL, "甲", " "),))
    assert extras.merged(remarks("甲"), theirs, remarks("甲")) == remarks("甲")


WIDE_VIEW, SORTED_VIEW = View("推荐作品", widths=(("备注", 50.0),)), View("推荐作品", order=("R2024-0002",))


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "merged"),
    [
        ((), (WIDE_VIEW,), (), (WIDE_VIEW,)),
        ((WIDE_VIEW,), (SORTED_VIEW,), (WIDE_VIEW,), (SORTED_VIEW,)),
        ((WIDE_VIEW,), (WIDE_VIEW,), (SORTED_VIEW,), (SORTED_VIEW,)),
    ],
)
def test_views_are_merged_sheet_by_sheet(base, theirs, ours, merged):
    assert extras.merged(Extras(views=base), Extras(views=theirs), Extras(views=ours)) == Extras(views=merged)


def test_a_bare_copy_keeps_what_its_program_dropped():
    base = Extras((SCORE,), (OLD,), (WIDE_VIEW,), ((CELL, "红"),), remarks("甲").remarks)
    assert extras.as_bare(base, Extras(sheets=(NEW,))) == replace(base, sheets=(NEW,))


def test_sheets_are_kept_once_and_forgotten_when_nobody_speaks_of_them(contest):
    sheet = AddedSheet("会议", package=b"an xlsx")
    with contest.open() as context, context.begin() as tx:
        for key in ("extras", "extras:a"):
            extras.keep(tx, key, Extras(sheets=(sheet,)))
        (name,) = json.loads(tx.desk.get("sheets"))
        assert (extras.kept(tx, "extras").sheets, bool(tx.desk.get(name))) == ((sheet,), True)
        for key in ("extras", "extras:a"):
            extras.keep(tx, key, Extras())
        extras.sweep(tx, ("extras", "extras:a"))
        assert (tx.desk.get("sheets"), tx.desk.get(name)) == ("[]", "")


def test_a_comment_over_one_that_a_program_dropped_tells_the_old_one():
    (told,) = extras.conflicts(remarks("甲"), remarks("乙"), remarks("甲"), bare=True)
    assert (told.kept, told.other) == ("乙", "甲")
