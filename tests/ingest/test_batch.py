"""One batch: its stages in their order, its summary, and what it leaves behind when it cannot go on."""

import datetime as dt
import sqlite3
import threading

import openpyxl
import pytest

from ingest import batch
from ingest.context import lease
from ingest.errors import BusyError, ConfigError, DiskError, Exit, UnreachableError
from ingest.sources.maildir import MaildirSource

NOON = dt.datetime(2024, 10, 8, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def run(contest):
    """Runs a batch of the contest: run(more config, arguments of batch.run)."""

    def once(more="", **arguments):
        return batch.run(contest.config(more), clock=contest.clock, environ={}, **arguments)

    return once


def runs(contest):
    """Exit codes of the runs the ledger knows, oldest first."""
    with contest.open() as context, context.read() as tx:
        return [row["exit_code"] for row in reversed(tx.desk.last_runs(10))]


def summary(**more):
    return batch.Summary(**({"counts": {}, "seconds": {}, "troubles": (), "unreachable": ()} | more))


def test_every_stage_is_timed_in_the_order_of_the_walk(run):
    assert list(run().seconds) == [
        "read-back",
        "decided",
        "dropped",
        "fetch",
        "extract",
        "scan",
        "unpack",
        "parse",
        "assemble",
        "cloud",
        "watch",
        "review",
        "reply",
        "report",
        "digests",
        "send",
    ]


def test_only_some_stages(run):
    assert list(run(only=("read-back", "report")).seconds) == ["read-back", "report"]


def test_without_a_stage(run):
    assert "fetch" not in run(without=("fetch",)).seconds


def test_a_batch_counts_what_it_did(contest, run, form):
    contest.post(files=[("推荐表.docx", form())])
    counts = run().counts
    assert [counts[name] for name in ("listed", "fetched", "extracted", "parsed", "work", "letters")] == [1] * 6


def test_a_second_batch_has_nothing_to_do(contest, run, form):
    contest.post(files=[("推荐表.docx", form())])
    run()
    assert {name: number for name, number in run().counts.items() if number} == {}


def test_a_batch_told_to_stop_begins_no_item(contest, run):
    contest.post()
    contest.post()
    stop = threading.Event()
    stop.set()
    counts = run(stop=stop).counts
    assert (counts["listed"], counts["put-off"], counts.get("fetched", 0)) == (2, 2, 0)


def test_a_batch_whose_time_is_over_takes_nothing_in_and_the_next_goes_on(contest, run, monkeypatch):
    contest.post()
    with monkeypatch.context() as slow:
        slow.setattr("ingest.context.Context.spent", True)
        first = run().counts
    second = run().counts
    assert ([first.get(k, 0) for k in ("listed", "put-off", "fetched")], second["fetched"]) == ([1, 1, 0], 1)


def test_a_batch_whose_time_is_over_still_finishes_what_it_has(contest, run, monkeypatch, form):
    contest.post(files=[("推荐表.docx", form())])
    run(only=("fetch",))
    contest.post()
    monkeypatch.setattr("ingest.context.Context.spent", True)
    counts = run().counts
    assert (counts["put-off"], counts["work"]) == (1, 1)


def test_the_summary_without_trouble_is_done():
    assert summary().exit_code is Exit.DONE


def test_trouble_is_1():
    assert summary(troubles=("x",), unreachable=("y",)).exit_code is Exit.TROUBLE


def test_a_mailbox_out_of_reach_is_3():
    assert summary(unreachable=("y",)).exit_code is Exit.UNREACHABLE


def test_notes_are_no_trouble():
    assert summary(notes=("z",)).exit_code is Exit.DONE


def test_one_mailbox_out_of_reach_does_not_keep_the_other_from_being_read(contest, run):
    contest.post(to="public")
    (contest.box("recommended") / "new").rename(contest.folder / "away")
    done = run()
    assert (done.exit_code, done.counts["fetched"], len(done.unreachable)) == (Exit.UNREACHABLE, 1, 1)


def test_every_run_is_written_down_with_its_exit_code(contest, run):
    run()
    (contest.box("recommended") / "new").rename(contest.folder / "away")
    run()
    assert runs(contest) == [0, 3]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DiskError("盘满", mend="清理"), Exit.TROUBLE),
        (UnreachableError("连不上", mend="再试"), Exit.UNREACHABLE),
        (RuntimeError("ours"), Exit.BUG),
    ],
    ids=["disk", "service", "bug"],
)
def test_a_run_that_could_not_go_on_is_written_down_too(contest, run, monkeypatch, error, code):
    def fail(_):
        raise error

    monkeypatch.setattr(batch, "STAGES", (("fetch", fail),))
    with pytest.raises(type(error)):
        run(only=("fetch",))
    assert runs(contest) == [code]


def test_a_run_holds_the_lease_and_gives_it_back(contest, run):
    with lease(contest.config().storage.root), pytest.raises(BusyError):
        run()
    assert run().exit_code is Exit.DONE


def test_a_run_gives_the_lease_back_when_it_fails(contest, run, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(batch, "STAGES", (("fetch", lambda _: 1 // 0),))
        with pytest.raises(ZeroDivisionError):
            run()
    assert run().exit_code is Exit.DONE


def test_mail_whose_ending_and_stage_do_not_agree_is_said(contest, run):
    contest.post()
    run()
    ledger = sqlite3.connect(contest.folder / "数据" / "ledger.sqlite")
    with ledger:
        ledger.execute("UPDATE arrivals SET stage = 'parsed'")
    ledger.close()
    with contest.open() as context:
        assert batch.reconcile(context) == ["信箱 recommended 对账不平：1 封邮件状态不一致，请运行 kepu status 查看"]


def test_books_that_add_up_say_nothing(contest, run):
    contest.post()
    run()
    with contest.open() as context:
        assert batch.reconcile(context) == []


def test_a_ledger_that_is_not_there_is_not_made_to_be_looked_at(contest):
    config = contest.config()
    with pytest.raises(ConfigError), batch.open_context(config, clock=contest.clock, environ={}, create=False):
        pass
    assert not config.storage.root.exists()


@pytest.fixture
def slow(monkeypatch):
    """Copying takes a second of a clock that only copying moves."""
    clock = [0.0]
    copy = MaildirSource.copy

    def slowly(self, listing, target, **more):
        clock[0] += 1
        copy(self, listing, target, **more)

    monkeypatch.setattr(MaildirSource, "copy", slowly)
    monkeypatch.setattr("ingest.context.time.monotonic", lambda: clock[0])
    monkeypatch.setattr("ingest.batch.time.monotonic", lambda: clock[0])


def rows(contest):
    with contest.open() as context, context.read() as tx:
        return tx.arrivals.rows()


def test_of_a_slow_source_as_much_is_taken_in_as_the_budget_allows(contest, run, slow, form):
    for number in range(5):
        contest.post(files=[("推荐表.docx", form(f"作品{number}"))])
    counts = run('[schedule]\nbatch_budget = "2s"\n').counts
    assert (counts["fetched"], counts["put-off"], counts["work"]) == (2, 3, 2)


def test_the_workbook_is_fresh_whatever_waits(contest, run, slow, form):
    for number in range(5):
        contest.post(files=[("推荐表.docx", form(f"作品{number}"))])
    run('[schedule]\nbatch_budget = "2s"\n')
    with contest.open() as context:
        config = context.config
    book = openpyxl.load_workbook(config.storage.share / "reports" / "台账.xlsx")
    titles = [row[1] for row in book["推荐作品"].iter_rows(min_row=2, values_only=True) if row[0]]
    assert [title for title in titles if str(title).startswith("作品") and title != "作品名称"] == ["作品0", "作品1"]


def test_the_mails_that_came_first_are_taken_in_first(contest, run, slow):
    late = contest.post(received_at=NOON + dt.timedelta(hours=5))
    early = contest.post(received_at=NOON)
    run('[schedule]\nbatch_budget = "1s"\n')
    taken = {row["message_id"]: row["raw_sha256"] != "" for row in rows(contest) if row["message_id"]}
    assert (taken, late.message_id in taken) == ({early.message_id: True}, False)


def test_batches_go_on_until_all_is_taken_in(contest, run, slow):
    for _ in range(5):
        contest.post()
    taken = [run('[schedule]\nbatch_budget = "2s"\n').counts.get("fetched", 0) for _ in range(4)]
    assert taken == [2, 2, 1, 0]


def test_no_mailbox_waits_for_good_behind_a_busy_one(contest, run, slow):
    for _ in range(4):
        contest.post()
    contest.post(to="public")
    fetched = []
    for _ in range(3):
        contest.post(received_at=NOON + dt.timedelta(days=1))
        run('[schedule]\nbatch_budget = "2s"\n')
        fetched.append([row["raw_sha256"] != "" for row in rows(contest) if row["mailbox"] == "public"])
    assert fetched[-1] == [True]


def test_template_with_a_typo_is_named_before_anything_is_done(run, contest):
    folder = contest.folder / "模板"
    folder.mkdir()
    (folder / "receipt.txt").write_text("{{ greting }}", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        run(f'[replies]\ntemplates = "{folder}"\n')
    assert (caught.value.exit_code, "receipt.txt" in caught.value.why) == (2, True)
