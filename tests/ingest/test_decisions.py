"""Each decision of staff's takes effect in the next run, and is undone when its cell is cleared; events name who."""

import datetime as dt

import pytest

from ingest.decided import carry_out
from ingest.model import Decision

ONE, TWO, MOVED = "R2024-0001", "R2024-0002", "P2024-0001"
SHEET = "推荐作品"

EFFECTS = {
    "通过": {"decision": "通过"},
    "不通过": {"decision": "不通过", "counted": False},
    "补正": {"decision": "补正"},
    "撤回": {"decision": "撤回", "counted": False, "letters": ["held"]},
    "合并到": {"decision": "合并到", "counted": False, "alive": False, "files": 0, "letters": []},
    "转组别": {"decision": "转组别", "counted": False, "alive": False, "files": 0, "letters": []},
    "拆分": {"decision": "拆分", "files": 2},
    "免催": {"decision": "免催", "reminded": False},
}
"""Decision to what it changes of a work. Its two forms are one work's, so that there is nothing to split."""

EVENTS = {
    "合并到": ["work-merged", "work-unmerged"],
    "转组别": ["work-moved", "work-moved-back"],
}
"""Events beside `decision` that a decision and its undoing write, with who decided."""


@pytest.fixture
def desk(contest, walk, form):
    """desk(word, who): what stands in the row of the second work, and the next run."""
    contest.post("报送《星海寻踪》", files=[("甲.docx", form())])
    forms = [("乙.docx", form("竹林", author="乙")), ("丙.docx", form("竹林", author="丙"))]
    contest.post("报送《竹林》", files=forms, sender="b@b.example.gov.cn")
    with contest.open() as context:
        walk(context)

        def write(word, who, into=ONE):
            contest.clock.now += dt.timedelta(hours=1)
            cells = {(SHEET, TWO, "审核人"): who}
            if word:
                cells[SHEET, TWO, "初审结论"] = word
            if word == "合并到":
                cells[SHEET, TWO, "合并到"] = into
            with context.begin() as tx:
                tx.desk.keep_staff_cells(cells)
            carry_out(context)
            walk(context)
            return context

        yield write


def standing(context):
    """What is so of the second work."""
    with context.read() as tx:
        work = tx.load([TWO], context.wants_key)[TWO]
        entrant = tx.entrants.get([TWO])[TWO]
        letters = [row["state"] for row in tx.letters.heads() if TWO in tx.letters.works().get(row["id"], [])]
        return {
            "decision": tx.works.row(TWO)["decided"],
            "counted": entrant.counts and not work.gone,
            "alive": not work.gone,
            "files": len(work.materials),
            "letters": letters,
            "reminded": TWO in tx.telling.incomplete(),
        }


def told(context):
    """(event, who) of what staff decided."""
    with context.read() as tx:
        return [(e["what"], e["detail"]["who"]) for e in tx.desk.events(work=TWO) if "who" in e["detail"]]


@pytest.mark.parametrize("word", [decision.value for decision in Decision])
def test_decision_takes_effect_and_is_undone_when_cleared(desk, word):
    before = standing(desk("", ""))
    decided = standing(desk(word, "李主任"))
    after = standing(desk("", "王主任"))
    effect = EFFECTS[word]
    assert {name: decided[name] for name in effect} == effect
    assert after == before


@pytest.mark.parametrize("word", [decision.value for decision in Decision])
def test_events_name_who_decided_and_who_took_it_back(desk, word):
    desk(word, "李主任")
    context = desk("", "王主任")
    names = ["李主任", "王主任"]
    expected = [("decision", name) for name in names] + list(zip(EVENTS.get(word, ()), names, strict=False))
    assert sorted(told(context)) == sorted(expected)


def test_a_work_split_in_two_is_one_again_when_the_other_is_merged_into_it(contest, walk, form):
    contest.post("报送《竹林》", files=[("甲.docx", form("竹林"))])
    contest.post("报送《山泉》", files=[("乙.docx", form("山泉", author="乙"))], sender="b@b.example.gov.cn")
    days = [
        {("邮件", "M00002", "归属"): ONE},
        {("邮件", "M00002", "归属"): ONE, (SHEET, ONE, "初审结论"): "拆分", (SHEET, ONE, "审核人"): "李主任"},
        {
            ("邮件", "M00002", "归属"): ONE,
            (SHEET, ONE, "审核人"): "李主任",
            (SHEET, "R2024-0003", "初审结论"): "合并到",
            (SHEET, "R2024-0003", "合并到"): ONE,
            (SHEET, "R2024-0003", "审核人"): "王主任",
        },
    ]
    files = []
    with contest.open() as context:
        walk(context)
        for cells in days:
            contest.clock.now += dt.timedelta(hours=1)
            with context.begin() as tx:
                tx.desk.keep_staff_cells(cells)
            carry_out(context)
            walk(context)
            with context.read() as tx:
                works = tx.load([row["id"] for row in tx.works.rows()], context.wants_key)
            files.append({work: len(one.materials) for work, one in works.items()})
        with context.read() as tx:
            done = [(e["what"], e["work_id"], e["detail"]["who"]) for e in tx.desk.events() if "into" in e["detail"]]
    assert files == [{ONE: 2, TWO: 0}, {ONE: 1, TWO: 0, "R2024-0003": 1}, {ONE: 2, TWO: 0, "R2024-0003": 0}]
    assert done == [("work-split", ONE, "李主任"), ("work-merged", "R2024-0003", "王主任")]
