"""Daily mails: each once a day, whatever is killed; what did not go gives way; nobody's data leaves with them."""

import datetime as dt
import email
import email.policy
import io
import json
import shutil
from contextlib import ExitStack
from functools import cached_property
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest.context
from ingest import views
from ingest.context import Tally
from ingest.ledger.schema import letters as table
from ingest.model import Todo, TodoKind, WorkState
from ingest.stages import digests as stage
from ingest.stages.digests import day_of, digests
from ingest.stages.send import send
from ingest.views.frames import frames

CHINA = ZoneInfo("Asia/Shanghai")
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
MORNING = dt.datetime(2024, 10, 12, 8, tzinfo=CHINA)
STAFF, ORGANIZERS = "bianji@example.cn", "zhuban@example.org.cn"
NO_WORKBOOK = "attach_max_bytes = 0\n"
"""Where a test is not about what goes along."""
CAPS = "address_hour = 100\naddress_day = 100\nmailbox_quarter = 100\nmailbox_day = 100\nrun = 100\n"


@pytest.fixture(scope="module")
def filled(tmp_path_factory, new_contest, walk, form):
    """Where a contest lies with one work, of a unit whose contact has a phone."""
    contest = new_contest(tmp_path_factory.mktemp("filled") / "contest")
    title = "星海寻踪"
    contest.post(f"推荐《{title}》", files=[("推荐表.docx", form(title, phone="13812345678", email="lin@example.cn"))])
    with contest.open('[replies]\nmode = "off"\n') as context:
        walk(context, "review")
    return contest.folder


class Office:
    """A contest with one work, whose daily mails go to the server that does as it is told."""

    def __init__(self, contest, mta, filled, stack):
        self.contest, self.mta, self.stack = contest, mta, stack
        shutil.copytree(filled, contest.folder, dirs_exist_ok=True)
        self.report, self.staff, self.organizers = NO_WORKBOOK, STAFF, ORGANIZERS
        self.mode = "send"

    @cached_property
    def context(self):
        """Opened once a test, when it is known what the config says."""
        who = {"staff": [self.staff] * bool(self.staff), "organizers": [self.organizers] * bool(self.organizers)}
        named = "".join(f"{key} = {json.dumps(value)}\n" for key, value in who.items())
        config = f'[report]\n{named}{self.report}[replies]\nmode = "{self.mode}"\n[replies.caps]\n{CAPS}'
        context = self.stack.enter_context(self.contest.open(config))
        boxes = tuple(box.model_copy(update={"smtp": self.mta.url}) for box in context.config.mailboxes)
        context.config = context.config.model_copy(update={"mailboxes": boxes})
        context.password = lambda name: "secret"
        return context

    def run(self, at):
        """Both stages at that moment, as a run of its own. Returns the run's tally."""
        self.contest.clock.now = at
        self.context.tally = Tally()
        digests(self.context)
        send(self.context)
        return self.context.tally

    def ask(self, *todos):
        with self.context.begin() as tx:
            for todo in todos:
                tx.desk.ask(todo)

    def change(self, state=WorkState.PASS):
        with self.context.begin() as tx:
            tx.connection.exec_driver_sql("UPDATE works SET state = ?", (state.value,))

    def went(self, to):
        """What was sent to somebody, as mails."""
        return [_parsed(one) for one in self.mta.taken if one.to == to]

    def rows(self):
        with self.context.read() as tx:
            return tx.letters.rows()


@pytest.fixture
def office(contest, mta, filled):
    with ExitStack() as stack:
        yield Office(contest, mta, filled, stack)


@pytest.fixture
def desk(office):
    """The same, with staff as its only readers."""
    office.organizers = ""
    return office


def question(number=1, **rest):
    return Todo(f"question:{number}", TodoKind.QUESTION, f"邮件 M0000{number} 像是咨询，请阅读。", **rest)


def link(number, due, **rest):
    return Todo(f"cloud:{number}", TodoKind.FETCH_LINK, f"云附件“成片{number}.mp4”请由人下载。", due_at=due, **rest)


def words(mail):
    return mail.get_body(("plain",)).get_content()


def subjects(mails):
    return [mail["Subject"] for mail in mails]


# when


def days_of(office, to):
    """Day and hour of each mail to somebody, as the clock on the wall."""
    dates = [mail["Date"].datetime.astimezone(CHINA) for mail in office.went(to)]
    return [(date.day, date.hour) for date in dates]


def test_each_reader_gets_one_mail_a_day(office):
    office.ask(question())
    for hours in (0, 1, 12, 23, 24):
        office.run(MORNING + hours * HOUR)
    assert (days_of(office, ORGANIZERS), days_of(office, STAFF)) == ([(12, 8), (13, 8)], [(12, 8), (13, 8)])


def test_program_that_runs_once_a_day_before_the_hour_writes_one_each_day(desk):
    desk.ask(question())
    for days in range(3):
        desk.run(MORNING - HOUR + days * DAY)
    assert days_of(desk, STAFF) == [(12, 7), (13, 7), (14, 7)]


def test_mail_that_came_late_in_the_night_is_that_mornings_too(desk):
    desk.ask(question())
    for hours in (0, 43, 48, 49, 66, 72):  # it stood still from the first morning until 3 at night
        desk.run(MORNING + hours * HOUR)
    assert days_of(desk, STAFF) == [(12, 8), (14, 3), (15, 8)]


def _parsed(taken):
    return email.message_from_bytes(taken.data, policy=email.policy.default)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 60 * 24 * 20), min_size=1, max_size=60), st.times())
def test_day_of_mail_never_goes_back_and_is_the_last_whose_hour_has_passed(minutes, at):
    moments = [MORNING + dt.timedelta(minutes=minute) for minute in sorted(minutes)]
    days = [day_of(moment, at.replace(tzinfo=None), CHINA) for moment in moments]
    begun = [dt.datetime.combine(day, at.replace(tzinfo=None), CHINA) for day in days]
    assert days == sorted(days)
    assert all(dt.timedelta(0) <= moment - start < DAY for moment, start in zip(moments, begun, strict=True))


def test_days_that_were_missed_bring_one_mail_that_covers_them(office):
    office.run(MORNING)
    office.change()
    office.run(MORNING + 5 * DAY)
    last = words(office.went(ORGANIZERS)[-1])
    assert (len(office.went(ORGANIZERS)), "自上一封日报（2024年10月12日 08:00）以来" in last) == (2, True)


STEPS = ("digest-attached", "digest-written", "letter-sending", "letter-answered", "letter-settled")


@pytest.mark.parametrize("step", STEPS)
def test_run_that_dies_sends_nobody_a_second_mail(office, monkeypatch, step):
    office.report = "" if step == "digest-attached" else NO_WORKBOOK
    office.ask(question())

    class Killed(BaseException):
        pass

    def die(at):
        if at == step:
            raise Killed

    monkeypatch.setattr(ingest.context, "_crash", die)
    with pytest.raises(Killed):
        office.run(MORNING)
    monkeypatch.setattr(ingest.context, "_crash", None)
    for hours in (0, 1, 2):
        office.run(MORNING + hours * HOUR)
    lost = step == "letter-sending"  # whether that one went, nobody knows: tomorrow's says what stands
    assert (len(office.went(ORGANIZERS)), len(office.went(STAFF))) == (0 if lost else 1, 1)


def test_nothing_is_asked_of_staff_about_a_mail_that_may_have_gone(office, mtas):
    office.mta.answers["BODY"] = [mtas.DROP]
    for hours in (0, 3):
        office.run(MORNING + hours * HOUR)
    with office.context.read() as tx:
        assert [todo["kind"] for todo in tx.desk.todos() if todo["kind"] == "letter"] == []


def test_summary_without_news_is_sent_until_the_deadline_and_not_after(office):
    for day in (12, 26, 28):
        office.run(MORNING.replace(day=day))
    dates = [mail["Date"].datetime.astimezone(CHINA).day for mail in office.went(ORGANIZERS)]
    assert dates == [12, 26]


@pytest.mark.parametrize(("rule", "count"), [("never", 1), ("always", 2)])
def test_summary_without_news_as_the_config_says(office, rule, count):
    office.report += f'no_news = "{rule}"\n'
    for days in range(15, 17):
        office.run(MORNING + days * DAY)
    assert len(office.went(ORGANIZERS)) == count


def test_nothing_goes_before_the_edition_opens(office):
    office.run(MORNING.replace(month=9, day=1))
    assert office.mta.taken == []


def test_nothing_goes_where_nobody_is_named(office):
    office.staff = office.organizers = ""
    office.run(MORNING)
    assert (office.mta.taken, office.rows()) == ([], [])


# by which way


def test_mode_approve_needs_no_release_of_mails_to_readers_of_ours(office):
    office.mode = "approve"
    office.run(MORNING)
    assert len(office.went(ORGANIZERS)) == 1


def test_mode_preview_lays_out_a_draft_and_sends_nothing(office):
    office.mode = "preview"
    office.ask(question())
    office.run(MORNING)
    office.run(MORNING + DAY)
    drafts = sorted(path.name for path in (office.contest.folder / "共享/reports/回信").glob("*.eml"))
    assert (office.mta.connections, drafts) == (0, ["L0003 主办方日报.eml", "L0004 待办晨报.eml"])


def test_draft_is_the_mail_with_its_workbook(office):
    office.report = ""
    office.mode = "preview"
    office.run(MORNING)
    draft = next((office.contest.folder / "共享/reports/回信").glob("*主办方日报.eml"))
    names = [part.get_filename() for part in _read(draft).iter_attachments()]
    assert names == ["收件台账（脱敏）2024-10-12.xlsx"]


def _read(path):
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def test_mode_off_writes_nothing(office):
    office.mode = "off"
    office.run(MORNING)
    assert office.rows() == []


def test_switch_holds_daily_mails_and_the_newest_alone_goes_after_it(office):
    office.ask(question())
    with office.context.begin() as tx:
        tx.posting.stop()
    for days in range(2):
        office.run(MORNING + days * DAY)
    with office.context.begin() as tx:
        tx.posting.go_on()
    office.run(MORNING + DAY + HOUR)
    assert (len(office.went(STAFF)), "首封日报" in words(office.went(ORGANIZERS)[0])) == (1, True)


def test_daily_mails_go_before_letters(office):
    row = {
        "key": "k", "kind": "receipt", "mailbox": "public", "arrival_id": None, "to_address": "zhang@example.cn",
        "subject": "回执", "text": "正文", "html": "<p>正文</p>", "message_id": "kepu.1@126.com", "state": "queued",
        "urgency": 0, "created_at": MORNING - HOUR,
    }  # fmt: skip
    with office.context.begin() as tx:
        tx.connection.execute(table.insert().values(**row))
    office.run(MORNING)
    assert office.mta.taken[-1].to == "zhang@example.cn"


def test_mail_is_sent_from_the_mailbox_the_config_names(office):
    office.report += 'mailbox = "public"\n'
    office.run(MORNING)
    assert {one.sender for one in office.mta.taken} == {"kepuchuwsp@126.com"}


def test_mail_says_that_a_program_sent_it(office):
    office.run(MORNING)
    assert [mail["Auto-Submitted"] for mail in office.went(ORGANIZERS)] == ["auto-generated"]


def test_reader_who_does_not_exist_is_the_operators_trouble_and_no_to_do(office):
    office.mta.addresses[STAFF] = "550 5.1.1 user unknown"
    office.ask(question())
    office.run(MORNING)
    with office.context.read() as tx:
        alerts, todos = [row["key"] for row in tx.alerts.open()], [row["kind"] for row in tx.desk.todos()]
    assert (alerts, "letter" in todos) == ([f"report:{STAFF}"], False)


def test_daily_mail_in_our_own_mailbox_is_known_as_ours(office, walk):
    office.report = ""
    office.run(MORNING)
    for taken in office.mta.taken:
        office.contest.drop(taken.data, "recommended", at=MORNING + HOUR)
    office.contest.clock.now = MORNING + HOUR
    walk(office.context)
    with office.context.read() as tx:
        ended = [(row["ended"], row["may_reply"]) for row in tx.arrivals.rows()[1:]]
    assert ended == [("machine-mail", False)] * len(office.mta.taken)


def test_daily_mails_are_no_works_replies(office):
    office.ask(question())
    office.run(MORNING)
    with office.context.read() as tx:
        snap = views.snapshot(tx, office.context.config, office.context.wants_key)
    assert ([record["replies"] for record in views.work_records(snap)], len(snap.letters)) == ([[]], 2)


def test_workbook_shows_daily_mails_among_letters(office):
    office.ask(question())
    office.run(MORNING)
    with office.context.read() as tx:
        sheets = frames(views.snapshot(tx, office.context.config, office.context.wants_key), {})
    assert sheets["回信"]["种类"].tolist() == ["主办方日报", "待办晨报"]


def test_fault_of_ours_is_said_and_the_next_run_makes_it_good(office, monkeypatch):
    monkeypatch.setattr(stage, "_due", lambda *_: 1 / 0)
    with structlog.testing.capture_logs():
        tally = office.run(MORNING)
    monkeypatch.undo()
    office.run(MORNING)
    assert (len(tally.troubles), len(office.went(ORGANIZERS))) == (1, 1)


# to organizers


def workbook_of(mail):
    (part,) = mail.iter_attachments()
    return openpyxl.load_workbook(io.BytesIO(part.get_content()))


def test_summary_counts_works_and_mails(office):
    office.run(MORNING)
    text = words(office.went(ORGANIZERS)[0])
    lines = ("新登记作品 1 部", "二、作品总数：1 部", "收到 1 封 = 已办结 1 封 + 待处理 0 封，平")
    assert [line in text for line in lines] == [True] * 3


def test_summary_says_what_has_changed_since_the_last(office):
    office.run(MORNING)
    office.change()
    office.run(MORNING + DAY)
    assert "原有作品中情况有变的：机审通过 1 部" in words(office.went(ORGANIZERS)[1])


def test_nobodys_data_leave_with_the_summary(office):
    office.report = ""
    office.run(MORNING)
    (mail,) = office.went(ORGANIZERS)
    cells = (cell.value for sheet in workbook_of(mail) for row in sheet.iter_rows() for cell in row)
    texts = (part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
    said = "\n".join([mail["Subject"], *texts, *(str(cell) for cell in cells)])
    assert [one in said for one in ("13812345678", "lin@example", "wang@kjt", "林晚舟", "王工")] == [False] * 5


def test_workbook_that_goes_along_is_of_the_same_moment(office):
    office.report = ""
    office.run(MORNING)
    book = workbook_of(office.went(ORGANIZERS)[0])
    assert any("2024-10-12 08:00" in str(cell.value) for row in book["概览"].iter_rows() for cell in row)


def test_workbook_that_is_too_large_stays_and_it_is_said_where(office):
    office.report = "attach_max_bytes = 1000\n"
    office.run(MORNING)
    (mail,) = office.went(ORGANIZERS)
    assert (list(mail.iter_attachments()), "reports/收件台账（脱敏）.xlsx" in words(mail)) == ([], True)


def test_workbook_that_nobody_wants_is_not_made(office):
    office.run(MORNING)
    (mail,) = office.went(ORGANIZERS)
    assert (list(mail.iter_attachments()), "附件" in words(mail)) == ([], False)


def test_mail_whose_workbook_is_lost_fails_and_letters_go_on(office):
    office.report = ""
    office.ask(question())
    office.contest.clock.now = MORNING
    digests(office.context)
    with office.context.read() as tx:
        (file,) = tx.letters.row(1)["attached"]
    office.context.store.path(file["sha256"]).unlink()
    send(office.context)
    assert [row["state"] for row in office.rows()] == ["failed", "sent"]


# to staff


def test_nothing_to_do_brings_staff_no_mail(desk):
    desk.change()
    desk.run(MORNING)
    assert desk.went(STAFF) == []


def test_digest_names_links_first_the_soonest_before_all(desk):
    locked = Todo("locked:1", TodoKind.LOCKED, "有密码")
    desk.ask(question(), link(2, MORNING + 9 * DAY), link(1, MORNING + 2 * DAY), locked)
    desk.run(MORNING)
    lines = [line.split()[0] for line in words(desk.went(STAFF)[0]).splitlines() if line.startswith("  T")]
    assert lines == ["T0003", "T0002", "T0004", "T0001"]


def test_digest_names_a_bounded_number_and_counts_the_rest(desk):
    desk.ask(*(question(number) for number in range(100)))
    desk.run(MORNING)
    text = words(desk.went(STAFF)[0])
    assert (text.count("  T0"), "……另有 88 项" in text) == (12, True)


def test_digest_says_where_the_file_lies(desk):
    with desk.context.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE works SET folder = 'R2024-0001 星海寻踪'")
    desk.ask(question(work="R2024-0001"))
    desk.run(MORNING)
    assert "文件：works/R2024-0001 星海寻踪\r\n" in words(desk.went(STAFF)[0])


def test_words_of_strangers_are_harmless_in_a_digest(desk):
    desk.ask(Todo("q", TodoKind.QUESTION, "<b>赢</b> https://evil.example/x 电话13912345678\r\nBcc: a@b.cn"))
    desk.run(MORNING)
    (mail,) = desk.went(STAFF)
    html = mail.get_body(("html",)).get_content()
    found = [bad in html + words(mail) for bad in ("evil.example", "13912345678", "\nBcc")]
    assert ("&lt;b&gt;赢" in html, found) == (True, [False] * 3)


def test_letters_that_wait_for_release_are_named(desk):
    row = {
        "key": "k", "kind": "late", "mailbox": "public", "arrival_id": None, "to_address": "zhang@example.cn",
        "subject": "逾期", "text": "正文", "html": "", "message_id": "kepu.1@126.com", "state": "held",
        "created_at": MORNING - HOUR,
    }  # fmt: skip
    with desk.context.begin() as tx:
        tx.connection.execute(table.insert().values(**row))
    desk.run(MORNING)
    assert "■ 待放行的回信（1 项，在台账「回信」处理）" in words(desk.went(STAFF)[0])


def test_every_kind_of_to_do_has_its_place():
    kinds = [kind for _, several in views.digests.URGENCY for kind in several]
    assert sorted(kinds) == sorted(TodoKind)


def test_link_about_to_expire_brings_a_second_mail_once(desk):
    desk.ask(link(1, MORNING + 3 * DAY), question())
    for hours in (0, 6, 7, 8, 15):
        desk.run(MORNING + hours * HOUR)
    assert subjects(desk.went(STAFF))[1:] == ["【云附件快到期】1 个文件剩余不足 5 天，还没有人处理"]


@pytest.mark.parametrize(
    ("due", "touched"),
    [(MORNING + 6 * DAY, ""), (MORNING - HOUR, ""), (MORNING + 3 * DAY, "处理人"), (MORNING + 3 * DAY, "处理")],
)
def test_link_that_lasts_or_is_over_or_taken_in_hand_brings_none(desk, due, touched):
    desk.ask(link(1, due))
    if touched:
        with desk.context.begin() as tx:
            tx.desk.write_cell("待办", "T0001", touched, "李编辑")
    for hours in (0, 7):
        desk.run(MORNING + hours * HOUR)
    assert len(desk.went(STAFF)) == 1


def test_second_mail_does_not_come_right_after_a_late_first(desk):
    desk.ask(link(1, MORNING + 3 * DAY))
    counts = []
    for hours in (9, 10, 12):
        desk.run(MORNING + hours * HOUR)
        counts.append(len(desk.went(STAFF)))
    assert counts == [1, 1, 2]


def test_second_mail_is_switched_off_with_no_days(desk):
    desk.report += "link_days = 0\n"
    desk.ask(link(1, MORNING + 3 * DAY))
    for hours in (0, 7):
        desk.run(MORNING + hours * HOUR)
    assert len(desk.went(STAFF)) == 1


def test_only_states_of_what_was_last_read_are_kept(office):
    for days in range(3):
        office.run(MORNING + days * DAY)
    with office.context.read() as tx:
        kept = tx.connection.exec_driver_sql("SELECT day FROM digests WHERE kind = 'summary' ORDER BY day").all()
    assert [row.day for row in kept] == ["2024-10-13", "2024-10-14"]
