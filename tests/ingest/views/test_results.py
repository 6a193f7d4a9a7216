"""Which list a work stands in: staff's word alone; what is said of it; what staff have still to do."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import views
from ingest.model import Decision, Work, WorkState
from ingest.views.results import MERGED, MOVED, OPEN, WITHDRAWN, place_of, result_of

AS_OF = dt.datetime(2024, 11, 2, 1, 12, tzinfo=dt.UTC)
WORK = Work("R2024-0001", "recommended", "recommended", "星海寻踪", WorkState.PASS, None, None)


def work(**values):
    return replace(WORK, **values)


@given(st.sampled_from([None, *Decision]), st.sampled_from(list(WorkState)), st.booleans(), st.booleans())
def test_the_machine_neither_accepts_nor_refuses(decision, state, gone, merged):
    place = place_of(work(decision=decision, state=state, gone=gone), merged=merged)
    others = {place_of(work(decision=decision, state=one, gone=gone), merged=merged) for one in WorkState}
    assert others == {place}
    assert (place == "不通过") == (decision is Decision.REFUSED and not gone and not merged)


@pytest.mark.parametrize(
    ("values", "merged", "place"),
    [
        ({"decision": Decision.ACCEPTED}, False, "通过"),
        ({"decision": Decision.AMEND}, False, "补正"),
        ({"decision": Decision.WITHDRAWN}, False, WITHDRAWN),
        ({"decision": Decision.NO_REMINDER}, False, OPEN),
        ({"decision": None, "state": WorkState.FAIL}, False, OPEN),
        ({"decision": Decision.MERGED, "gone": True}, True, MERGED),
        ({"decision": Decision.OTHER_TRACK, "gone": True}, False, MOVED),
    ],
)
def test_place_of_a_work(values, merged, place):
    assert place_of(work(**values), merged=merged) == place


@pytest.fixture(scope="module")
def decided(tmp_path_factory, new_contest, walk, form):
    """A snapshot of three works: accepted, refused with a reason, refused without; and of one nobody decided."""
    contest = new_contest(tmp_path_factory.mktemp("decided") / "contest")
    for title in ("星海寻踪", "深海来信", "一粒种子", "云的故事"):
        contest.post(f"推荐《{title}》", files=[("推荐表.docx", form(title, phone="13812345678"))])
    cells = {
        ("R2024-0001", "初审结论"): "通过",
        ("R2024-0001", "审核人"): "李编辑",
        ("R2024-0002", "初审结论"): "不通过",
        ("R2024-0002", "备注"): "超时；已电话 13812345678 告知 lin@example.cn",
        ("R2024-0002", "审核人"): "李编辑",
        ("R2024-0003", "初审结论"): "不通过",
    }
    with contest.open('[replies]\nmode = "off"\n') as context:
        walk(context, "review")
        with context.begin() as tx:
            for (row, heading), value in cells.items():
                tx.desk.write_cell("推荐作品", row, heading, value)
        with context.read() as tx:
            return views.snapshot(tx, context.config, context.wants_key)


@pytest.fixture(scope="module")
def recommended(decided):
    return result_of(decided, decided.config.track("recommended"), AS_OF)


def test_every_number_that_was_given_out_is_counted_once(recommended):
    listed = [one.id for some in recommended.lists for one in some.works]
    assert (recommended.registered, sorted(listed)) == (4, [f"R2024-000{n}" for n in range(1, 5)])


def test_lists_are_what_staff_decided(recommended):
    assert [(some.title, [one.title for one in some.works]) for some in recommended.lists] == [
        ("通过", ["星海寻踪"]),
        ("不通过", ["深海来信", "一粒种子"]),
        ("补正", []),
        ("未作结论", ["云的故事"]),
    ]


def test_reason_is_staffs_and_carries_nobodys_number(recommended):
    assert [one.reason for one in recommended.lists[1].works] == [
        "超时；已电话 138****5678 告知 l***@example.cn",
        "未写明理由",
    ]


def test_what_is_left_to_staff_is_named(recommended):
    assert list(recommended.notes) == [
        "不通过而未写明理由的作品 1 部（R2024-0003），请在台账「推荐作品」的“备注”补写后重新生成",
        "未填审核人的作品 1 部（R2024-0003），请在“审核人”一栏补填",
        "还有 1 部作品没有结论",
    ]


def test_where_people_and_program_differ_is_said_to_staff_alone(recommended):
    assert list(recommended.asides) == [
        "结论为“通过”而机审不是“机审通过”的作品 1 部（R2024-0001），请确认一次；以工作人员的结论为准"
    ]


def test_who_decided_is_counted(recommended):
    assert recommended.deciders == (("李编辑", 2), ("未填审核人", 1))


def test_track_without_works_has_empty_lists(decided):
    public = result_of(decided, decided.config.track("public"), AS_OF)
    assert (public.registered, [len(some.works) for some in public.lists]) == (0, [0, 0, 0, 0])


def test_moment_is_told_in_the_editions_zone(recommended):
    assert recommended.taken == "数据截至：2024年11月2日 09:12（台账最近一次变动）"
