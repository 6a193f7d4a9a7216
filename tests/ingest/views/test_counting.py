"""The organizers' figures, counted from values."""

import datetime as dt

import pytest

from ingest.model import Decision, Finding, Kind, Outcome, WorkState
from ingest.views.counting import DAYS, counting
from ingest.views.overview import overview
from reports.figures import Shape

UNIT = "浙江省科学技术厅"
PORT = "宁波市科学技术局"
MINISTRY = "中国气象局"


def held(work, kind):
    """What the work of that number lacks: 2 its scan, 3 all that is behind links."""
    if work.id.endswith("2") and kind is Kind.SCAN:
        return Outcome.MISSING
    return Outcome.PENDING if work.id.endswith("3") else Outcome.PASS


@pytest.fixture
def section(snap):
    """One section of the page that a snapshot of these works makes."""

    def make(key, *works, **rest):
        return next(one for one in counting(snap(*works, **rest), held).sections if one.key == key)

    return make


def test_days_without_works_between_have_a_row(section, work, noon):
    found = section("days", work(1), work(2, received_at=noon + dt.timedelta(days=2)), work(1, track="public"))
    assert found.table.rows == (("2024-10-08", (1, 1)), ("2024-10-09", (0, 0)), ("2024-10-10", (1, 0)))


def test_days_long_ago_are_one_row(section, work, noon):
    works = [work(n, received_at=noon - dt.timedelta(days=n)) for n in range(DAYS + 10)]
    table = section("days", *works).table
    assert (len(table.rows), table.rows[0], sum(table.totals)) == (DAYS, ("2024-08-08 及以前", (11, 0)), DAYS + 10)


def test_the_course_adds_up_to_the_time_it_was_taken(section, work, noon):
    works = (work(1, received_at=noon - dt.timedelta(days=1)), work(2), work(1, track="public"))
    found = section("course", *works)
    assert (found.table.rows, found.said) == (
        (("2024-10-07 24:00", (1, 0, 1)), ("统计时间", (2, 1, 3))),
        "到统计时间共 3 件，还有 17 天 11 小时。",
    )


def test_the_course_marks_the_deadline(section, work):
    assert section("course", work()).mark == (dt.datetime(2024, 10, 26), "截止 10-25 24:00")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2024-10-25T23:30:00+08:00", "还有不到 1 小时"),
        ("2024-10-24T09:00:00+08:00", "还有 1 天 15 小时"),
        ("2024-10-26T00:00:00+08:00", "刚刚截止"),
        ("2024-10-27T09:00:00+08:00", "已截止 1 天 9 小时"),
    ],
)
def test_the_time_left_is_told_in_days_and_hours(snap, now, left):
    assert counting(snap(now=dt.datetime.fromisoformat(now)), held).left == left


def test_hours_are_the_last_24_up_to_now(section, mail, noon):
    mails = {
        n: mail(n, received_at=noon + dt.timedelta(minutes=minutes), mailbox="public" if n == 2 else "recommended")
        for n, minutes in enumerate((0, 15, 60, -24 * 60), start=1)
    }
    table = section("hours", arrivals=mails).table
    assert (len(table.rows), table.rows[-2:], table.totals) == (
        24,
        (("10-08 12时", (1, 1)), ("10-08 13时", (1, 0))),
        (2, 1),
    )


def test_hours_when_the_contest_is_over_are_those_before_the_deadline(section, mail):
    times = ("2024-10-24T23:59:59", "2024-10-25T00:00:00", "2024-10-25T23:59:59", "2024-10-26T00:00:00")
    mails = {n: mail(n, received_at=dt.datetime.fromisoformat(f"{at}+08:00")) for n, at in enumerate(times)}
    found = section("hours", arrivals=mails, now=dt.datetime.fromisoformat("2024-10-28T09:00:00+08:00"))
    shown = [row for row in found.table.rows if any(row[1])]
    assert (found.heading, shown) == ("截止前 24 小时来信", [("10-25 00时", (1, 0)), ("10-25 23时", (1, 0))])


def test_states_are_those_of_the_first_page(snap, work):
    taken = snap(work(1), work(2, decision=Decision.ACCEPTED), work(1, track="public", state=WorkState.FAIL))
    found = next(one for one in counting(taken, held).sections if one.key == "states")
    assert (found.table.rows, sum(found.table.totals)) == (
        (("不符合要求", (0, 1)), ("待人工复核", (1, 0)), ("通过", (1, 0))),
        sum(overview(taken, ()).states.totals),
    )


def test_what_the_machine_says_stands_against_what_staff_decided(section, work):
    works = (work(1, decision=Decision.ACCEPTED), work(2), work(3, state=WorkState.FAIL, decision=Decision.REFUSED))
    table = section("decisions", *works).table
    assert (table.columns, table.rows) == (
        ("未定", "通过", "不通过"),
        (("不符合要求", (0, 0, 1)), ("待人工复核", (1, 1, 0))),
    )


def test_nothing_is_drawn_of_decisions_as_long_as_there_are_none(section, work):
    assert section("decisions", work()).is_empty


def test_regions_are_sorted_and_what_is_not_known_comes_last(section, work):
    units = (UNIT, PORT, MINISTRY, "某协会")
    recommended = [work(n, fields={"recommender": unit}) for n, unit in enumerate(units, start=1)]
    said = ({"address": "四川省成都市高新区"}, {"producer": "杭州某某文化公司"}, {}, {"address": "南京东路 300 号"})
    public = [work(n, track="public", fields=fields) for n, fields in enumerate(said, start=1)]
    assert section("regions", *recommended, *public).table.rows == (
        ("浙江", (2, 1)),
        ("联席会议成员单位", (1, 0)),
        ("四川", (0, 1)),
        ("不详", (1, 2)),
    )


def test_a_refused_work_has_its_region(section, work):
    refused = work(fields={"recommender": UNIT}, decision=Decision.REFUSED)
    assert section("regions", refused).table.rows == (("浙江", (1, 0)),)


def test_units_stand_against_their_places(section, work, config):
    refused = work(9, fields={"recommender": PORT}, decision=Decision.REFUSED)
    works = [work(n, fields={"recommender": PORT}) for n in range(1, 6)]
    late = {works[0].id: (Finding("deadline", Outcome.FAIL, "", "逾期"),)}
    table = section("places", *works, refused, work(10, fields={"recommender": "林晚舟工作室"}), findings=late).table
    assert (table.rows[0], table.rows[-1], len(table.rows)) == (
        (PORT, (3, 4, 0, 1, 1)),
        ("未能对应到名单", (0, 1, 0, 0, 0)),
        len(config.recommenders) + 1,
    )


def test_no_unit_is_shown_before_there_is_a_work(section, work):
    assert section("places", work(track="public", fields={})).table.rows == ()


def test_materials_that_are_missing_are_counted(section, work):
    found = section("materials", work(1), work(2), work(3), work(4))
    assert (found.table.columns, found.table.rows, found.said) == (
        ("已收到", "待核对", "尚未取到", "缺"),
        (
            ("视频", (3, 0, 1, 0)),
            ("电子表", (3, 0, 1, 0)),
            ("扫描件", (2, 0, 1, 1)),
            ("播放证明", (3, 0, 1, 0)),
        ),
        "4 件作品中，视频、电子表、扫描件都已收到的 2 件。",
    )


def test_letters_are_counted_by_kind_and_state_without_the_daily_mails(section, letter):
    letters = [letter(1), letter(2, state="sent"), letter(3, kind="attention"), letter(4, kind="summary")]
    found = section("letters", letters=letters)
    assert (found.table.columns, found.table.rows, found.said) == (
        ("草稿（不发送）", "已发送"),
        (("收件回执", (1, 1)), ("提醒", (1, 0))),
        "共 3 封：草稿（不发送） 2 封，已发送 1 封。",
    )


def test_works_that_do_not_count_are_in_no_figure(snap, work):
    figures = counting(snap(work(decision=Decision.WITHDRAWN, fields={"recommender": UNIT})), held)
    assert [one.key for one in figures.sections if not one.is_empty] == []


def test_tiles_tell_works_and_mails(snap, work, mail):
    figures = counting(snap(work(1), work(1, track="public"), arrivals={1: mail()}), held)
    assert [(tile.text, tile.count) for tile in figures.tiles] == [
        ("作品（件）", 2),
        ("地方、部门推荐", 1),
        ("社会征集", 1),
        ("机审通过", 0),
        ("待人工复核", 2),
        ("材料不全", 0),
        ("不符合要求", 0),
        ("来信（封）", 1),
    ]


def test_no_name_of_a_person_is_in_the_figures(snap, work, mail, letter):
    fields = {
        "author": "林晚舟",
        "contact": "王工",
        "phone": "13800138000",
        "recommender": "林晚舟工作室",
        "address": "林家村",
    }
    taken = snap(work(1, "星海寻踪", fields=fields), arrivals={1: mail()}, letters=[letter()])
    said = repr(counting(taken, held))
    assert [word for word in ("林晚舟", "林家", "王工", "138", "wang@", "星海") if word in said] == []


def test_every_shape_is_used(snap, work):
    assert {one.shape for one in counting(snap(work()), held).sections} == set(Shape)
