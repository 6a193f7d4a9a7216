"""Fetch, on Maildirs: what is new is listed and copied, once; what is old, gone or too large is not."""

import datetime as dt
import shutil

import pytest

from ingest.errors import DiskError
from ingest.stages import fetch
from ingest.stages.fetch import is_old

CHINA = dt.timezone(dt.timedelta(hours=8))


def rows(context):
    with context.read() as tx:
        return tx.arrivals.rows()


def test_fetch_copies_the_bytes_as_they_are(contest, context):
    contest.post()
    fetch.fetch(context)
    (file,) = (contest.box("recommended") / "new").iterdir()
    assert context.store.path(rows(context)[0]["raw_sha256"]).read_bytes() == file.read_bytes()


def test_fetch_leaves_the_mailbox_as_it_was(contest, context):
    contest.post()
    before = sorted((p, p.stat().st_mtime_ns) for p in contest.box("recommended").rglob("*"))
    fetch.fetch(context)
    assert sorted((p, p.stat().st_mtime_ns) for p in contest.box("recommended").rglob("*")) == before


def test_fetch_takes_the_track_from_the_mailbox(contest, context):
    contest.post()
    contest.post(to="public")
    fetch.fetch(context)
    assert [row["track"] for row in rows(context)] == ["recommended", "public"]


def test_fetch_does_not_copy_a_second_time(contest, context):
    contest.post()
    fetch.fetch(context)
    fetch.fetch(context)
    assert context.tally.counts["fetched"] == 1


def test_fetch_ends_mail_of_an_earlier_edition_without_its_body(contest, context):
    contest.post(received_at=dt.datetime(2024, 9, 25, 23, 59, tzinfo=CHINA))
    fetch.fetch(context)
    (row,) = rows(context)
    assert (row["ended"], row["reason"], row["raw_sha256"], row["may_reply"]) == (
        "not-a-submission",
        "往届：收到时间早于本届开始日期",
        "",
        False,
    )


@pytest.mark.parametrize(
    ("moment", "old"),
    [
        (dt.datetime(2024, 9, 25, 23, 59, 59, tzinfo=CHINA), True),
        (dt.datetime(2024, 9, 26, tzinfo=CHINA), False),
        (dt.datetime(2024, 9, 25, 16, tzinfo=dt.UTC), False),
        (None, False),
    ],
)
def test_is_old_by_the_editions_first_moment(context, moment, old):
    assert is_old(context.config, moment) is old


def test_fetch_does_not_copy_what_is_too_large(contest, context):
    contest.post(files=[("a.bin", bytes(2_400_000))])
    fetch.fetch(context)
    (row,) = rows(context)
    with context.read() as tx:
        asked = [todo["key"] for todo in tx.desk.todos()]
    assert (row["stage"], row["pending"], asked) == ("listed", "邮件大小 3 MB，超过上限 3 MB，未下载", ["too-large:1"])


def test_fetch_copies_what_was_too_large_once_the_limit_allows_it(contest, context, walk, told):
    contest.post(files=[("a.bin", bytes(2_400_000))])
    fetch.fetch(context)
    boxes = tuple(m.model_copy(update={"limits": m.limits.model_copy(update={"max_mail_bytes": 9_000_000})})
                  for m in context.config.mailboxes)  # fmt: skip
    context.config = context.config.model_copy(update={"mailboxes": boxes})
    with context.begin() as tx:
        tx.arrivals.again([1])
    walk(context)
    with context.read() as tx:
        asked = [todo["kind"] for todo in tx.desk.todos()]
    assert (told(context), asked) == ([("not-a-submission", [])], ["question"])


def test_fetch_ends_a_mail_that_is_gone_as_unreadable_and_asks(contest, context, monkeypatch):
    contest.post()
    with monkeypatch.context() as patch:
        patch.setattr(fetch, "copy_all", lambda _: None)  # the run died between listing and copying
        fetch.fetch(context)
    for file in (contest.box("recommended") / "new").iterdir():
        file.unlink()
    fetch.fetch(context)
    with context.read() as tx:
        asked = [todo["key"] for todo in tx.desk.todos()]
    assert ([row["ended"] for row in rows(context)], asked) == (["unreadable"], ["gone:1"])


def test_fetch_finds_a_mail_that_a_reader_moved(contest, context):
    contest.post()
    (file,) = (contest.box("recommended") / "new").iterdir()
    file.rename(contest.box("recommended") / "cur" / f"{file.name}:2,S")
    fetch.fetch(context)
    assert rows(context)[0]["stage"] == "fetched"


def test_fetch_goes_on_with_the_other_mailbox_when_one_is_away(contest, context):
    contest.post(to="public")
    shutil.rmtree(contest.box("recommended"))
    fetch.fetch(context)
    with context.read() as tx:
        health = {name: bool(row["error"]) for name, row in tx.desk.mailboxes().items()}
    assert (len(rows(context)), health, len(context.tally.unreachable)) == (
        1,
        {"recommended": True, "public": False},
        1,
    )


def test_fetch_asks_for_room_before_it_copies(contest, context):
    contest.post()
    storage = context.config.storage.model_copy(update={"reserve_bytes": 10**18})
    context.config = context.config.model_copy(update={"storage": storage})
    with pytest.raises(DiskError, match="磁盘空间不足"):
        fetch.fetch(context)
    assert [row["stage"] for row in rows(context)] == ["listed"]


def test_fetch_puts_off_what_comes_when_the_time_is_spent(contest, context):
    contest.post()
    context.until = 0.0
    fetch.fetch(context)
    assert ([row["stage"] for row in rows(context)], context.tally.counts["put-off"]) == (["listed"], 1)
