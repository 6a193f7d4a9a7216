"""kepu status --as-of: the status of an evening is told afterwards as it was told then."""

import datetime as dt
import json

import pytest

from ingest.decided import carry_out

SAME = ("mailbox", "address", "listed", "ended", "pending", "outcomes")


@pytest.fixture
def evenings(contest, form, walk, kepu, monkeypatch):
    """Four days, the first without mail, the last with a decision: day to `kepu status --json` of its evening."""
    found = {}
    works = (None, "星海寻踪", "竹林", None)
    for number, title in enumerate(works):
        if title:
            name = f"a{number}@kjt{number}.example.gov.cn"
            contest.post(f"报送《{title}》", files=[("表.docx", form(title, author=f"作者{number}"))], sender=name)
            contest.post("请问截止日期是哪天", sender=name)
        with contest.open() as context:
            if number == 3:
                with context.begin() as tx:
                    tx.desk.keep_staff_cells({("推荐作品", "R2024-0001", "初审结论"): "通过"})
                carry_out(context)
            walk(context)
        monkeypatch.setenv("KEPU_NOW", contest.clock.now.isoformat())
        found[str(contest.clock.now.date())] = json.loads(kepu("status", "--json").out)
        contest.clock.now += dt.timedelta(days=1)
    return found


def as_of(kepu, moment):
    return json.loads(kepu("status", "--as-of", moment, "--json").out)


def test_every_evenings_status_is_told_afterwards(kepu, evenings):
    for day, status in evenings.items():
        told = as_of(kepu, day)
        assert told["mailboxes"] == [{name: mailbox[name] for name in SAME} for mailbox in status["mailboxes"]]
        assert (told["works"], told["decisions"]) == (status["works"], status["decisions"])


def test_decisions_are_counted_by_track(kepu, evenings):
    assert as_of(kepu, "2024-10-14")["decisions"] == {"recommended": {"通过": 1}, "public": {}}


def test_a_day_is_its_end_in_the_editions_zone(kepu, evenings):
    assert as_of(kepu, "2024-10-12")["as_of"] == "2024-10-12T23:59:59+08:00"


@pytest.mark.parametrize(
    ("moment", "listed"),
    [("2024-10-12T11:59", 0), ("2024-10-12T12:00", 2), ("2024-10-12T04:00:00+00:00", 2), ("２０２４-10-13", 4)],
)
def test_a_moment_may_be_named_in_any_zone(kepu, evenings, moment, listed):
    assert sum(mailbox["listed"] for mailbox in as_of(kepu, moment)["mailboxes"]) == listed


@pytest.mark.parametrize(
    ("moment", "said"), [("2024-09-01", "此时还没有收件"), ("2030-01-01", "这个时间还没有到"), ("2024-10-12", "截至")]
)
def test_people_are_told_what_a_moment_is(kepu, evenings, moment, said):
    done = kepu("status", "--as-of", moment)
    assert (done.code, said in done.out) == (0, True)


def test_before_the_edition_there_is_nothing(kepu, evenings):
    told = as_of(kepu, "2024-09-01")
    assert ([m["listed"] for m in told["mailboxes"]], told["works"]) == ([0, 0], {"recommended": {}, "public": {}})


@pytest.mark.parametrize("moment", ["昨天", "2024-13-01", "10-20", "9999-12-31", "2024-10-20T25:00"])
def test_what_is_no_moment_is_said(kepu, evenings, moment):
    done = kepu("status", "--as-of", moment)
    assert (done.code, "2024-10-20T18:00" in done.err) == (2, True)
