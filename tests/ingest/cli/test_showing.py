"""kepu show tells the course of a work: what, when, by whom or which mail, and what it changed."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest

import ingest
from ingest import rules
from ingest.decided import carry_out
from ingest.views.words import EVENT_WORDS
from parsers.facts import PARSERS_VERSION

ONE, TWO = "R2024-0001", "R2024-0002"


@pytest.fixture
def day(contest, kepu, walk, monkeypatch):
    """day(cells, mails): staff's cells and mails of the next day, and a batch."""

    def one(cells=None, *, more=""):
        contest.clock.now += dt.timedelta(days=1)
        monkeypatch.setenv("KEPU_NOW", contest.clock.now.isoformat())
        with contest.open(more) as context:
            if cells is not None:
                with context.begin() as tx:
                    tx.desk.keep_staff_cells(cells)
            carry_out(context)
            walk(context)

    return one


@pytest.fixture
def two(contest, form, real_film, day):
    """Two works on the first day, the film of the first on the next."""
    contest.post("报送《星海寻踪》", files=[("推荐表.docx", form())])
    contest.post("报送《竹林》", files=[("推荐表.docx", form("竹林", author="乙"))], sender="b@b.example.gov.cn")
    day()
    contest.post(f"补充 {ONE}", files=[("片.mp4", real_film)])
    day()
    return contest


def history(kepu, work):
    return json.loads(kepu("show", work, "--json").out)["history"]


def told(kepu, work, *what):
    """(by, line) of events of these kinds."""
    return [(event["by"], event["line"]) for event in history(kepu, work) if event["what"] in what]


def folded(events):
    """What the events of a review say of its findings now, and of its state."""
    findings, state = {}, None
    for event in events:
        if event["what"] == "work-reviewed":
            findings |= {rule: after for rule, (_, after) in event["changes"].items()}
            assert event["before"] == (state or "review")
            state = event["state"]
    return {rule: outcome for rule, outcome in findings.items() if outcome}, state


def test_the_mail_that_opened_it_and_the_one_that_added_to_it(kepu, two):
    assert told(kepu, ONE, "work-opened", "work-supplemented") == [
        ("M00001", "《星海寻踪》"),
        ("M00003", "来信归入本作品"),
    ]


def test_a_supplement_tells_what_it_flipped(kepu, two):
    *_, added, compared = (line for _, line in told(kepu, ONE, "work-reviewed"))
    assert added == (
        "状态 材料不全 → 不符合要求；视频格式 不适用 → 符合，时长 不适用 → 符合，画面比例 不适用 → 符合，"
        "分辨率 不适用 → 符合，文件大小 不适用 → 不符合，配音解说 不适用 → 人工核对；"
        "依据有变：材料齐全、视频完整、全画幅、片头名称、片尾信息、字幕、安全"
    )
    assert compared == "视频重复 不适用 → 符合"


def test_the_first_review_names_what_is_unmet_and_the_rules_it_was_made_by(kepu, two):
    first, *_ = (line for _, line in told(kepu, TWO, "work-reviewed"))
    assert first.startswith("状态 材料不全；材料齐全 缺，")
    assert f"规则第 {rules.VERSION} 版，解析第 {PARSERS_VERSION} 版，配置 " in first


def test_each_review_says_by_what_it_was_made(kepu, two):
    record = json.loads(kepu("show", ONE, "--json").out)
    reviews = [event for event in record["history"] if event["what"] == "work-reviewed"]
    assert {tuple(event["with"].items()) for event in reviews} == {tuple(record["judged_with"].items())}
    assert (record["judged_with"]["rules"], record["judged_with"]["parsers"]) == (rules.VERSION, PARSERS_VERSION)


def test_a_review_under_another_config_is_told_apart(kepu, two, day):
    day(more="[rules.duration]\nmin_s = 200\n")
    first, *_, last = (e["with"]["config"] for e in history(kepu, ONE) if e["what"] == "work-reviewed")
    assert first != last
    assert "时长 符合 → 不符合；规则第" in told(kepu, ONE, "work-reviewed")[-1][1]


@pytest.mark.parametrize("work", [ONE, TWO])
def test_findings_and_state_are_what_the_events_add_up_to(kepu, two, day, work):
    day(more="[rules.duration]\nmin_s = 200\n[rules.scan-seal]\non = false\n")
    record = json.loads(kepu("show", work, "--json").out)
    now = {finding["rule"]: finding["outcome"] for finding in record["findings"]}
    assert folded(record["history"]) == (now, record["state"])


def test_a_decision_its_change_and_its_undoing_name_who(kepu, two, day):
    row = ("推荐作品", ONE)
    for word, who in (("补正", "李主任"), ("通过", "李主任")):
        day({(*row, "初审结论"): word, (*row, "审核人"): who})
    day({(*row, "审核人"): "王主任"})
    assert told(kepu, ONE, "decision") == [
        ("李主任", "初审结论“补正”"),
        ("李主任", "初审结论“补正”改为“通过”"),
        ("王主任", "取消初审结论“通过”"),
    ]


def test_a_merge_stands_in_both_courses(kepu, two, day):
    cells = {
        ("推荐作品", TWO, "初审结论"): "合并到",
        ("推荐作品", TWO, "合并到"): ONE,
        ("推荐作品", TWO, "审核人"): "李主任",
    }
    day(cells)
    day({})
    assert told(kepu, TWO, "work-merged", "work-unmerged")[0] == ("李主任", f"并入 {ONE}")
    assert [line for _, line in told(kepu, ONE, "work-merged", "work-unmerged")] == [
        f"{TWO}：并入 {ONE}",
        f"{TWO}：不再并入 {ONE}，恢复为单独作品",
    ]


def test_a_work_that_moved_tells_what_it_was_before(kepu, two, day):
    day({("推荐作品", ONE, "初审结论"): "转组别", ("推荐作品", ONE, "审核人"): "李主任"})
    course = told(kepu, "P2024-0001", "work-opened", "work-moved", "work-moved-here")
    assert course == [
        ("M00001", f"{ONE}：《星海寻踪》"),
        ("李主任", f"{ONE}：转为 P2024-0001"),
        ("程序", f"由 {ONE} 转来"),
    ]


def test_letters_of_a_work_stand_in_its_course(kepu, two):
    letters = [event["line"] for event in history(kepu, ONE) if event["what"] == "letter-written"]
    assert list(dict.fromkeys(letters)) == ["L0001 收件回执", "L0003 补件回执"]


def test_letters_of_a_mail_stand_in_its_course(kepu, two):
    assert [line for _, line in told(kepu, "M00002", "mail-ended", "letter-written")] == ["新作品", "L0002 收件回执"]


def test_people_read_a_line_an_event_in_their_time(kepu, two):
    said = kepu("show", ONE).out
    assert [word in said for word in ("10-12 12:00", "登记作品", "M00001", "审查", "work-")] == [True] * 4 + [False]


def test_every_event_the_program_writes_has_a_name():
    found = set()
    for file in Path(ingest.__file__).parent.rglob("*.py"):
        found |= set(re.findall(r'desk\.event\(\s*"([a-z-]+)"', file.read_text(encoding="utf-8")))
    assert found - EVENT_WORDS.keys() == set()
