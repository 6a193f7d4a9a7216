"""One item at a time: tries, setting aside, whose trouble it is; the lease; the walk of deciding about time."""

import errno
import threading

import pytest

from ingest.context import lease, limits_of, wants_of
from ingest.errors import BusyError, DiskError, UnreachableError
from ingest.ledger import schema
from ingest.model import Ended


@pytest.fixture
def failing(contest, context, walk):
    """A context with three mails fetched, and a step that fails on the second; `done` collects the others."""
    for _ in range(3):
        contest.post()
    walk(context, until="fetch")
    context.done = []

    def one(arrival_id):
        if arrival_id == 2:
            raise ValueError("poison")
        context.done.append(arrival_id)

    context.one = one
    return context


def fate(context, mail=2):
    with context.read() as tx:
        row = tx.arrivals.row(mail)
        return row["ended"], row["tries"]


def test_each_does_the_others_when_one_fails(failing):
    failing.each("试", [1, 2, 3], failing.one)
    assert (failing.done, fate(failing)) == ([1, 3], (None, 1))


def test_each_says_what_failed(failing):
    failing.each("试", [2], failing.one)
    assert failing.tally.troubles == ["邮件 M00002 处理失败（第 1 次）"]


def test_each_sets_an_item_aside_at_the_limit(failing):
    for _ in range(3):
        failing.each("试", [2], failing.one)
    with failing.read() as tx:
        asked = [(row["kind"], row["arrival_id"]) for row in tx.desk.todos()]
    assert (fate(failing), asked) == ((Ended.QUARANTINED.value, 0), [("quarantined", 2)])


@pytest.mark.parametrize(
    ("digest", "reason", "said"),
    [
        ("a" * 64, "程序多次处理失败，原信已保留", "邮件 M00002 处理失败，已搁置，原信保留。请人工查看"),
        ("", "多次未能从信箱取得原信", "邮件 M00002 多次取不到原信，已搁置。请在网页信箱中查看原信"),
    ],
)
def test_what_is_set_aside_says_whether_its_bytes_are_here(failing, digest, reason, said):
    with failing.begin() as tx:
        tx.connection.execute(schema.arrivals.update().where(schema.arrivals.c.id == 2).values(raw_sha256=digest))
    for _ in range(3):
        failing.each("试", [2], failing.one)
    with failing.read() as tx:
        told = (tx.arrivals.row(2)["reason"], tx.desk.todos()[0]["text"])
    assert told == (reason, f"{said}；排除原因后可由运维执行 kepu retry M00002。")


def test_each_asks_again_when_a_retried_item_is_set_aside_once_more(failing):
    for _ in range(3):
        failing.each("试", [2], failing.one)
    with failing.begin() as tx:
        tx.arrivals.again([2])
    for _ in range(3):
        failing.each("试", [2], failing.one)
    with failing.read() as tx:
        assert [row["key"] for row in tx.desk.todos()] == ["quarantined:2"]


def test_each_does_not_give_up_a_mail_that_has_ended(failing):
    """Its letter failed: the mail stays what it is, and a person writes."""
    with failing.begin() as tx:
        tx.arrivals.end(2, Ended.WORK, "", may_reply=True, why="")
    for _ in range(3):
        failing.each("起草回信", [2], failing.one, letters=True)
    with failing.read() as tx:
        asked = [row["key"] for row in tx.desk.todos()]
        left = tx.letters.unanswered()
    assert (fate(failing)[0], asked, left) == ("work", ["letter:2"], [])


def test_what_fails_of_a_mail_that_has_ended_is_said_and_costs_no_letter(failing):
    with failing.begin() as tx:
        tx.arrivals.end(2, Ended.WORK, "", may_reply=True, why="")
    for _ in range(3):
        failing.each("重新识别", [2], failing.one)
    with failing.read() as tx:
        (said,) = [row["text"] for row in tx.desk.todos()]
        left = tx.letters.unanswered()
    assert said == "邮件 M00002 在“重新识别”时多次出错，目前按已有的结果办理。请核对其作品，并请运维查看日志。"
    assert (fate(failing)[0], len(left)) == ("work", 1)


def test_each_stops_for_what_is_wrong_with_the_world(failing):
    def one(arrival_id):
        raise UnreachableError("连不上", mend="请检查网络")

    with pytest.raises(UnreachableError):
        failing.each("试", [1, 2], one)
    assert fate(failing, 1) == (None, 0)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_each_counts_no_try_for_a_full_disk(failing, number):
    def one(arrival_id):
        raise OSError(number, "No space left on device", "part-0001")

    with pytest.raises(DiskError, match="磁盘空间不足"):
        failing.each("试", [1], one)
    assert fate(failing, 1) == (None, 0)


def test_each_counts_a_try_for_another_system_error(failing):
    def one(arrival_id):
        raise PermissionError(errno.EACCES, "Permission denied")

    failing.each("试", [1], one)
    assert fate(failing, 1) == (None, 1)


def test_each_begins_nothing_after_the_stop(failing):
    failing.stop = threading.Event()
    failing.stop.set()
    failing.each("试", [1, 3], failing.one)
    assert (failing.done, failing.tally.counts["put-off"]) == ([], 2)


def test_each_takes_in_nothing_new_when_the_time_is_spent(failing):
    failing.until = 0.0
    failing.each("下载", [1, 3], failing.one, bounded=True)
    assert (failing.done, failing.tally.counts["put-off"]) == ([], 2)


def test_each_goes_on_with_what_is_here_when_the_time_is_spent(failing):
    failing.until = 0.0
    failing.each("拆解", [1, 3], failing.one)
    assert failing.done == [1, 3]


def test_each_tells_its_progress(failing):
    said = []
    failing.say = lambda *words: said.append(words)
    failing.each("试", [1, 3], failing.one)
    assert said == [("试", 0, 2), ("试", 1, 2), ("试", 2, 2)]


def test_lease_is_for_one(tmp_path):
    with lease(tmp_path), pytest.raises(BusyError, match="正在进行"), lease(tmp_path):
        pass


def test_lease_is_free_again(tmp_path):
    with lease(tmp_path):
        pass
    with lease(tmp_path):
        assert (tmp_path / "run.lock").read_text().startswith("pid ")


def test_wants_are_the_editions_labels_and_forms(context):
    wants = wants_of(context.config)
    assert (wants.titles, wants.labels["title"][0]) == (("推荐表", "自荐表"), "作品名称")


def test_wants_key_changes_with_a_label(contest, context):
    other = wants_of(contest.config('[forms.labels]\ntitle = ["题名"]\n'))
    before = context.wants_key
    del context.wants_key
    context.wants = other
    assert context.wants_key != before


def test_limits_are_the_configs(contest):
    limits = limits_of(contest.config("[analysis]\nmax_depth = 2\nmax_archive_members = 7\nmax_archive_bytes = 9\n"))
    assert (limits.max_depth, limits.max_members, limits.max_bytes) == (2, 7, 9)
