"""What the ledger's chapters promise, on a real one."""

import datetime as dt

import pytest

from ingest.ledger.works import addresses_in
from ingest.model import Ended, Finding, Listing, Outcome, Stage, Todo, TodoKind, WorkState
from parsers.facts import Broken

TODO = Todo("question:1", TodoKind.QUESTION, "请阅读")


@pytest.fixture
def tx(context):
    with context.begin() as opened:
        yield opened


@pytest.fixture
def mail(tx):
    """A new mail's id; `sha256` makes it one that is fetched."""

    def make(uid="1", sha256="", mailbox="recommended"):
        found = tx.arrivals.add(Listing(mailbox, "INBOX", 0, uid, 10, tx.now), track="recommended")
        if sha256:
            tx.arrivals.fetched(found, sha256, 10)
        return found

    return make


def end(tx, mail, ended=Ended.WORK):
    tx.arrivals.end(mail, ended, "", may_reply=True, why="")


def open_work(tx, mail, track="recommended", prefix="R"):
    return tx.works.open(track=track, prefix=prefix, year=2024, mailbox="recommended", title="", arrival=mail)


def stage_of(tx, mail):
    return tx.arrivals.row(mail)["stage"]


def test_add_a_known_item_is_none(mail):
    assert (mail("1"), mail("2"), mail("1"), mail("1", mailbox="public")) == (1, 2, None, 3)


def test_seen_knows_one_folder(tx, mail):
    mail("5"), mail("17"), mail("99", mailbox="public")
    seen = tx.keys.seen("recommended", "INBOX", 0)
    assert (seen.last_uid, seen.known(["5", "6", "99"])) == (17, {"5"})


def test_at_leaves_out_who_waits(tx, mail):
    first, second = mail("1"), mail("2")
    tx.arrivals.wait(first, "太大", may_reply=False, why="")
    assert tx.arrivals.at(Stage.LISTED) == [second]


def test_row_of_no_mail_is_a_key_error(tx):
    with pytest.raises(KeyError):
        tx.arrivals.row(5)


# --- again


@pytest.mark.parametrize("ended", [Ended.QUARANTINED, Ended.UNREADABLE])
def test_again_takes_what_was_given_up_to_its_beginning(tx, mail, ended):
    one = mail(sha256="a" * 64)
    end(tx, one, ended)
    assert (tx.arrivals.again([one]), stage_of(tx, one), tx.arrivals.row(one)["ended"]) == ([one], "fetched", None)


@pytest.mark.parametrize("ended", [Ended.WORK, Ended.SUPPLEMENT, Ended.DUPLICATE, Ended.NOT_A_SUBMISSION])
def test_again_leaves_what_has_become_something_else(tx, mail, ended):
    one = mail(sha256="a" * 64)
    end(tx, one, ended)
    assert (tx.arrivals.again([one]), stage_of(tx, one)) == ([], "ended")


def test_again_lists_anew_what_was_too_large(tx, mail):
    one = mail()
    tx.arrivals.wait(one, "太大", may_reply=False, why="")
    assert (tx.arrivals.again([one]), tx.arrivals.at(Stage.LISTED)) == ([one], [one])


def test_again_forgets_why_a_mail_was_unreadable(tx, mail):
    one = mail(sha256="a" * 64)
    tx.arrivals.extracted(one, Broken(format="eml", reason="not-a-mail"), [], "")
    tx.arrivals.again([one])
    assert tx.arrivals.arrival(one).problem == ""


def test_again_keeps_the_parts_of_a_file_fed_by_hand(tx, mail):
    one = mail()
    part = {"name": "a.mp4", "size": 1, "sha256": "b" * 64, "format": "mp4", "source": "manual"}
    tx.arrivals.hand_fed(one, [part], subject="人工补入", digest="d")
    end(tx, one, Ended.QUARANTINED)
    tx.arrivals.again([one])
    assert (stage_of(tx, one), [p.name for p in tx.arrivals.arrival(one).parts]) == ("extracted", ["a.mp4"])


def test_quarantined_lists_what_was_given_up_and_what_fails(tx, mail):
    first, second, third = mail("1"), mail("2"), mail("3")
    end(tx, first, Ended.QUARANTINED)
    tx.arrivals.failed(second, "ValueError")
    tx.arrivals.failed(third, "ValueError")
    end(tx, third)
    assert tx.arrivals.quarantined() == [first, second]


def test_failed_counts_the_tries_at_a_stage(tx, mail):
    one = mail()
    counted = [tx.arrivals.failed(one, "x"), tx.arrivals.failed(one, "x")]
    tx.arrivals.fetched(one, "a" * 64, 1)
    assert [*counted, tx.arrivals.failed(one, "x")] == [1, 2, 1]


# --- works


def test_open_numbers_each_track_by_itself(tx, mail):
    one, two, three = mail("1"), mail("2"), mail("3")
    ids = [open_work(tx, one), open_work(tx, two), open_work(tx, three, "public", "P")]
    assert ids == ["R2024-0001", "R2024-0002", "P2024-0001"]


def test_reviewed_writes_findings_only_where_they_differ(tx, mail):
    work = open_work(tx, mail())
    finding = Finding("size", Outcome.FAIL, "附1", "1 MB")
    value = tx.load([work], "")[work]
    tx.works.reviewed(value, [finding], WorkState.FAIL, with_="key")
    before = tx.desk.revision(), len(tx.desk.events(work=work))
    tx.works.reviewed(tx.load([work], "")[work], [finding], WorkState.FAIL, with_="other")
    assert (tx.desk.revision(), len(tx.desk.events(work=work))) == before


def test_reviewed_says_that_findings_changed(tx, mail):
    work = open_work(tx, mail())
    for outcome in (Outcome.FAIL, Outcome.PASS):
        value = tx.load([work], "")[work]
        tx.works.reviewed(value, [Finding("size", outcome, "附1", "")], WorkState.FAIL, with_="key")
    assert [e["what"] for e in tx.desk.events(work=work)].count("work-reviewed") == 2
    assert [f.outcome for f in tx.works.findings([work])[work]] == [Outcome.PASS]


def test_to_review_is_what_changed_or_was_judged_otherwise(tx, mail):
    work = open_work(tx, mail())
    asked = [tx.works.to_review("one")]
    tx.works.reviewed(tx.load([work], "")[work], [], WorkState.PASS, with_="one")
    asked += [tx.works.to_review("one"), tx.works.to_review("two")]
    tx.works.soil([work])
    assert [*asked, tx.works.to_review("one")] == [[work], [], [work], [work]]


def test_row_of_no_work_is_a_key_error(tx):
    with pytest.raises(KeyError):
        tx.works.row("R2024-0009")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ZS@Example.com", ["zs@example.com"]),
        ("张三 zs@example.com；李四：ls＠example.cn", ["zs@example.com", "ls@example.cn"]),
        ("zs@example.com, zs@example.com", ["zs@example.com"]),
        ("无", []),
        ("", []),
    ],
)
def test_addresses_in_what_people_write(text, found):
    assert addresses_in(text) == found


# --- the desk


def test_ask_leaves_a_known_todo_as_it_is(tx):
    tx.desk.ask(TODO)
    tx.desk.close_todos(key=TODO.key)
    tx.desk.ask(TODO)
    assert tx.desk.todos() == []


def test_ask_anew_opens_a_closed_todo_under_its_number(tx):
    tx.desk.ask(TODO)
    tx.desk.close_todos(key=TODO.key)
    tx.desk.ask(Todo(TODO.key, TODO.kind, "又请阅读"), anew=True)
    assert [(row["id"], row["text"]) for row in tx.desk.todos()] == [(1, "又请阅读")]


def test_end_closes_the_mails_own_todos(tx, mail):
    one = mail()
    tx.desk.ask(Todo("choose:1", TodoKind.CHOOSE_WORK, "", arrival_id=one))
    tx.desk.ask(Todo("choose:2", TodoKind.CHOOSE_WORK, "", arrival_id=one + 1))
    end(tx, one)
    assert [row["key"] for row in tx.desk.todos()] == ["choose:2"]


def test_todos_of_one_work(tx):
    for work in ("R2024-0001", "R2024-0002"):
        tx.desk.ask(Todo(f"link:{work}", TodoKind.FETCH_LINK, "", work=work))
    assert [row["key"] for row in tx.desk.todos(work="R2024-0002")] == ["link:R2024-0002"]


def test_keep_staff_cells_tells_what_changed(tx):
    cells = {("推荐作品", "R2024-0001", "备注"): "好", ("推荐作品", "R2024-0001", "负责人"): "张"}
    tx.desk.keep_staff_cells(cells)
    changed = tx.desk.keep_staff_cells({("推荐作品", "R2024-0001", "备注"): "很好"})
    assert changed == {
        ("推荐作品", "R2024-0001", "备注"): "很好",
        ("推荐作品", "R2024-0001", "负责人"): None,
    }


def test_keep_conflicts_keeps_each_once(tx):
    row = {"sheet": "推荐作品", "row": "R1", "heading": "备注", "kept": "", "other": "好", "note": ""}
    tx.desk.keep_conflicts([row])
    tx.desk.keep_conflicts([row])
    assert [found["other"] for found in tx.desk.conflicts()] == ["好"]


def test_mailbox_tried_in_vain_keeps_its_last_success(tx):
    tx.desk.mailbox_tried("recommended")
    tx.desk.now += dt.timedelta(hours=1)
    tx.desk.mailbox_tried("recommended", "连接超时")
    row = tx.desk.mailboxes()["recommended"]
    assert (row["last_success_at"], row["last_try_at"], row["error"]) == (tx.now, tx.desk.now, "连接超时")


# --- letters


LETTER = {
    "kind": "receipt",
    "mailbox": "recommended",
    "to_address": "a@b.cn",
    "message_id": "x@163.com",
    "arrival_id": None,
}


@pytest.fixture
def write(tx, mail):
    """Writes the letter of a key for a work."""
    work = open_work(tx, mail("9"))

    def make(text, answers, state="draft"):
        words = {"subject": text, "text": text, "html": text}
        return tx.letters.write(LETTER | words | {"key": "receipt:a", "state": state}, [work], answers=answers)

    return make


def test_write_a_letter_again_is_the_same_letter_in_new_words(tx, mail, write):
    assert write("一", mail("1")) == write("二", mail("2"))
    assert [row["text"] for row in tx.letters.rows()] == ["二"]


def test_write_leaves_the_words_of_a_letter_that_was_sent(tx, mail, write):
    write("一", mail("1"), state="sent")
    write("二", mail("2"))
    assert [row["text"] for row in tx.letters.rows()] == ["一"]


def test_unanswered_is_a_mail_until_its_letter_is_written(tx, mail, write):
    one = mail("1")
    end(tx, one)
    before = tx.letters.unanswered()
    write("一", one)
    assert (before, tx.letters.unanswered()) == ([one], [])


def test_written_letters_are_written_once(tx, mail, write):
    letter = write("一", mail("1"))
    before = tx.letters.drafts()
    tx.letters.written({letter: "L0001 收件回执.eml"})
    assert (before, tx.letters.drafts()) == ({letter: ""}, {letter: "L0001 收件回执.eml"})


def test_a_letter_in_new_words_is_to_be_written_again(tx, mail, write):
    letter = write("一", mail("1"))
    tx.letters.written({letter: "L0001 收件回执.eml"})
    write("二", mail("2"))
    assert tx.letters.drafts() == {letter: ""}


def test_last_runs_are_those_that_ended_newest_first(tx):
    for code in (0, 1):
        tx.desk.end_run(tx.desk.start_run(), seconds=1.5, exit_code=code, summary={"counts": {"listed": code}})
    tx.desk.start_run()
    assert [(run["exit_code"], run["summary"]["counts"]) for run in tx.desk.last_runs(5)] == [
        (1, {"listed": 1}),
        (0, {"listed": 0}),
    ]


def test_events_of_one_mail(tx, mail):
    one, other = mail("1"), mail("2")
    end(tx, one), end(tx, other)
    assert [(event["what"], event["arrival_id"]) for event in tx.desk.events(arrival=other)] == [("mail-ended", other)]


def test_decisions_are_the_words_that_are_some(tx):
    tx.desk.keep_staff_cells(
        {("推荐作品", "R2024-0001", "初审结论"): "通过", ("推荐作品", "R2024-0002", "初审结论"): "再看看"}
    )
    assert {work: decision.value for work, decision in tx.works.decisions().items()} == {"R2024-0001": "通过"}
