"""Letters that answer no mail: works that changed, reminders; bursts; the mail of a first reading."""

import datetime as dt

import pytest

from ingest.demo.pictures import logo
from ingest.stages.updates import due_day

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
CHINA = dt.timezone(dt.timedelta(hours=8))
TO = "wang@kjt.example.gov.cn"
SEND = '[replies]\nmode = "send"\n'


@pytest.fixture
def kinds():
    """Kind, state and works of a context's letters, in order."""

    def tell(context):
        with context.read() as tx:
            works = tx.letters.works()
            return [(row["kind"], row["state"], works.get(row["id"], [])) for row in tx.letters.rows()]

    return tell


def last_text(context):
    with context.read() as tx:
        return tx.letters.rows()[-1]["text"]


def sent(context):
    """All that was queued went out."""
    with context.begin() as tx:
        for row in tx.letters.rows():
            if row["state"] == "queued":
                tx.posting.sent(row["id"])


def extend(context, contest, more=""):
    """The deadline is a month later from now on."""
    context.config = contest.config(SEND + more + "[edition]\ndeadline = 2024-11-25\n")


def test_work_that_changed_is_told_of_once(contest, walk, form, kinds):
    contest.post(files=[("推荐表.docx", form(duration="2分", completed_on="2022年5月"))])
    with contest.open(SEND) as context:
        walk(context)
        sent(context)
        context.config = contest.config(SEND + "[edition]\nmade_from = 2022-01-01\n")
        for _ in range(3):
            walk(context)
            contest.clock.now += 20 * MINUTE
        assert kinds(context) == [("receipt", "sent", ["R2024-0001"]), ("supplement", "queued", ["R2024-0001"])]


def test_letter_on_a_change_says_so(contest, walk, form):
    contest.post(files=[("推荐表.docx", form(completed_on="2022年5月"))])
    with contest.open(SEND) as context:
        walk(context)
        sent(context)
        context.config = contest.config(SEND + "[edition]\nmade_from = 2022-01-01\n")
        walk(context)
        contest.clock.now += 20 * MINUTE
        walk(context)
        assert "材料核对情况有变化" in last_text(context)


def test_change_is_told_only_after_a_quiet_while(contest, walk, form, kinds):
    contest.post(files=[("推荐表.docx", form(completed_on="2022年5月"))])
    with contest.open(SEND) as context:
        walk(context)
        sent(context)
        context.config = contest.config(SEND + "[edition]\nmade_from = 2022-01-01\n")
        walk(context)
        assert [kind for kind, _, _ in kinds(context)] == ["receipt"]


def test_letter_not_sent_yet_is_written_anew_instead(contest, walk, form, kinds):
    contest.post(files=[("推荐表.docx", form(completed_on="2022年5月"))])
    with contest.open(SEND) as context:
        walk(context)
        before = last_text(context)
        context.config = contest.config(SEND + "[edition]\nmade_from = 2022-01-01\n")
        walk(context)
        after = last_text(context)
        assert (kinds(context), "2022年5月" in before, "2022年5月" in after) == (
            [("receipt", "queued", ["R2024-0001"])], True, False,
        )  # fmt: skip


def test_work_that_staff_decided_is_told_of_no_more(contest, walk, form, kinds):
    contest.post(files=[("推荐表.docx", form(completed_on="2022年5月"))])
    with contest.open(SEND) as context:
        walk(context)
        sent(context)
        with context.begin() as tx:
            tx.desk.keep_staff_cells({("推荐作品", "R2024-0001", "初审结论"): "通过"})
        context.config = contest.config(SEND + "[edition]\nmade_from = 2022-01-01\n")
        for _ in range(2):
            walk(context)
            contest.clock.now += 20 * MINUTE
        assert [kind for kind, _, _ in kinds(context)] == ["receipt"]


def test_several_works_of_one_sender_are_told_of_in_one_letter(contest, walk, form, kinds):
    for title in ("甲山", "乙水"):
        contest.post(title, files=[("推荐表.docx", form(title, completed_on="2022年5月"))])
    with contest.open(SEND) as context:
        walk(context)
        sent(context)
        context.config = contest.config(SEND + "[edition]\nmade_from = 2022-01-01\n")
        for _ in range(2):
            walk(context)
            contest.clock.now += 20 * MINUTE
        assert kinds(context)[2:] == [("supplement", "queued", ["R2024-0001", "R2024-0002"])]


def test_extended_deadline_corrects_what_was_said_of_lateness(contest, walk, form, kinds):
    contest.clock.now = dt.datetime(2024, 10, 27, 9, tzinfo=CHINA)
    late = dt.datetime(2024, 10, 26, 9, tzinfo=CHINA)
    contest.drop(contest.mail(files=[("推荐表.docx", form())], received_at=late), at=late)
    with contest.open(SEND) as context:
        walk(context)
        with context.begin() as tx:
            tx.posting.sent(1)
        extend(context, contest)
        for _ in range(2):
            walk(context)
            contest.clock.now += 20 * MINUTE
        assert kinds(context) == [("late", "sent", ["R2024-0001"]), ("supplement", "queued", ["R2024-0001"])]


def test_two_supplements_of_a_short_while_are_answered_once(contest, walk, form, real_film, kinds):
    contest.post("星海寻踪", files=[("推荐表.docx", form())])
    with contest.open(SEND) as context:
        walk(context)
        contest.post("补充 R2024-0001 视频", files=[("星海寻踪.mp4", real_film)])
        contest.post("补充 R2024-0001 播放证明", files=[("播放证明.png", logo(900))])
        walk(context)
        assert [kind for kind, _, _ in kinds(context)] == ["receipt", "supplement"]


def test_supplement_waits_until_its_sender_is_quiet(contest, walk, form, real_film, kinds):
    contest.post("星海寻踪", files=[("推荐表.docx", form())])
    with contest.open(SEND) as context:
        walk(context)
        mail = contest.mail("补充 R2024-0001", files=[("星海寻踪.mp4", real_film)], received_at=contest.clock.now)
        contest.drop(mail, at=contest.clock.now)
        contest.clock.now += 5 * MINUTE
        walk(context)
        early = [kind for kind, _, _ in kinds(context)]
        contest.clock.now += 6 * MINUTE
        walk(context)
        assert (early, [kind for kind, _, _ in kinds(context)]) == (["receipt"], ["receipt", "supplement"])


def test_old_mail_of_a_first_reading_gets_no_letter(contest, walk, form, kinds):
    contest.post(files=[("推荐表.docx", form())])
    contest.clock.now += 10 * DAY
    with contest.open(SEND) as context:
        walk(context)
        with context.read() as tx:
            why = tx.arrivals.rows()[0]["may_reply_why"]
        assert (kinds(context), why) == ([], "第一次读取信箱之前的旧邮件，不自动回信")


def test_mail_found_late_in_a_mailbox_that_is_known_is_answered(contest, walk, form, kinds):
    contest.post("甲山", files=[("推荐表.docx", form("甲山"))])
    with contest.open(SEND) as context:
        walk(context)
        contest.post("乙水", files=[("推荐表.docx", form("乙水"))])
        contest.clock.now += 10 * DAY
        walk(context)
        assert [works for _, _, works in kinds(context)] == [["R2024-0001"], ["R2024-0002"]]


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2024-10-18T23:59", None),
        ("2024-10-19T00:01", 7),
        ("2024-10-23T12:00", 7),
        ("2024-10-24T00:01", 2),
        ("2024-10-26T00:00", None),
    ],
)
def test_round_of_reminders_by_the_day(contest, now, day):
    assert due_day(contest.config(), dt.datetime.fromisoformat(now).replace(tzinfo=CHINA)) == day


@pytest.fixture
def waiting(contest, walk, form):
    """A work that lacks its film, told of that some days ago."""
    contest.post("星海寻踪", files=[("推荐表.docx", form())])
    with contest.open(SEND) as context:
        walk(context)
        sent(context)
        yield context


def test_what_is_missing_is_reminded_of_twice_at_most(contest, waiting, walk, kinds):
    for now in ("2024-10-19", "2024-10-20", "2024-10-24", "2024-10-25"):
        contest.clock.now = dt.datetime.fromisoformat(now).replace(hour=9, tzinfo=CHINA)
        walk(waiting)
        sent(waiting)
    assert [kind for kind, _, _ in kinds(waiting)] == ["receipt", "reminder", "reminder"]


def test_reminder_says_how_long_there_is_time(contest, waiting, walk):
    contest.clock.now = dt.datetime(2024, 10, 19, 9, tzinfo=CHINA)
    walk(waiting)
    assert "还有 6 天" in last_text(waiting)


def test_work_without_reminders_is_not_reminded_of(contest, waiting, walk, kinds):
    with waiting.begin() as tx:
        tx.desk.keep_staff_cells({("推荐作品", "R2024-0001", "初审结论"): "免催"})
    contest.clock.now = dt.datetime(2024, 10, 24, 9, tzinfo=CHINA)
    walk(waiting)
    assert [kind for kind, _, _ in kinds(waiting)] == ["receipt"]


def test_who_was_written_to_yesterday_is_not_reminded(contest, waiting, walk, form, kinds):
    contest.clock.now = dt.datetime(2024, 10, 19, 9, tzinfo=CHINA)
    mail = contest.mail("乙水", files=[("推荐表.docx", form("乙水"))], received_at=contest.clock.now)
    contest.drop(mail, at=contest.clock.now)
    walk(waiting)
    contest.clock.now += 60 * MINUTE
    walk(waiting)
    assert [kind for kind, _, _ in kinds(waiting)] == ["receipt", "receipt"]
