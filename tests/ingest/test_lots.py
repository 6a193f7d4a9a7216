"""Files first, then rows: what a lot keeps, what it loses, and who pays."""

import errno
import os

import pytest

from ingest import lots
from ingest.errors import DiskError, UnreachableError
from ingest.lots import lot_of
from ingest.store import Group


@pytest.fixture
def desk(contest, context, walk):
    """A context with three mails fetched, and `said`: what happened in which order."""
    for _ in range(3):
        contest.post()
    walk(context, until="fetch")
    context.said = []
    return context


def opened(desk):
    return lot_of(desk, stored=lambda: desk.said.append("stored"), done=lambda: desk.said.append("done"))


def kept(desk, lot, *mails, poison=0, size=0):
    """Keeps an item for each mail: a file, and a subject in its row."""
    for mail in mails:
        stored = lot.group.put([b"file of %d" % mail, bytes(size)])

        def write(tx, mail=mail, stored=stored):
            if mail == poison:
                raise ValueError("poison")
            desk.said.append((mail, desk.store.has(stored.sha256)))
            tx.connection.exec_driver_sql("UPDATE arrivals SET subject = ? WHERE id = ?", (f"kept {mail}", mail))

        lot.keep(mail, write, kept=1)


def subjects(desk):
    with desk.read() as tx:
        return [row["subject"] for row in tx.arrivals.rows()]


def tries(desk):
    with desk.read() as tx:
        return [row["tries"] for row in tx.arrivals.rows()]


def refuse(group):
    raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))


def test_rows_are_written_when_the_bytes_are_there(desk):
    with opened(desk) as lot:
        kept(desk, lot, 1, 2)
    assert (desk.said, subjects(desk)) == (["stored", (1, True), (2, True), "done"], ["kept 1", "kept 2", ""])


def test_an_empty_lot_does_nothing(desk):
    with opened(desk):
        pass
    assert desk.said == []


def test_counts_are_those_of_committed_rows(desk):
    with opened(desk) as lot:
        kept(desk, lot, 1, 2, 3, poison=2)
    assert desk.tally.counts["kept"] == 2


def test_rows_that_cannot_be_written_cost_their_own_item(desk):
    with opened(desk) as lot:
        kept(desk, lot, 1, 2, 3, poison=2)
    assert (subjects(desk), tries(desk)) == (["kept 1", "", "kept 3"], [0, 1, 0])


def test_a_lot_is_settled_when_its_group_is_full(desk):
    with opened(desk) as lot:
        kept(desk, lot, 1)
        assert subjects(desk) == ["", "", ""]
        kept(desk, lot, 2, size=16 * 2**20)
        assert subjects(desk) == ["kept 1", "kept 2", ""]


def test_nothing_waits_long_for_the_rest_of_its_lot(desk, monkeypatch):
    monkeypatch.setattr(lots, "_LONGEST_S", -1.0)
    with opened(desk) as lot:
        kept(desk, lot, 1)
        assert subjects(desk) == ["kept 1", "", ""]


def kept_until(desk, trouble):
    with opened(desk) as lot:
        kept(desk, lot, 1)
        raise trouble


def test_what_is_whole_is_kept_where_the_world_ends_the_run(desk):
    with pytest.raises(UnreachableError):
        kept_until(desk, UnreachableError("断了", mend="请检查网络"))
    assert subjects(desk) == ["kept 1", "", ""]


def test_a_bug_commits_nothing(desk):
    with pytest.raises(RuntimeError):
        kept_until(desk, RuntimeError())
    assert subjects(desk) == ["", "", ""]


def test_a_disk_that_fails_at_the_flush_stops_the_run(desk, monkeypatch):
    monkeypatch.setattr(Group, "flush", refuse)
    with pytest.raises(DiskError, match="文件无法存入磁盘"), opened(desk) as lot:
        kept(desk, lot, 1)
    assert (subjects(desk), tries(desk)) == (["", "", ""], [0, 0, 0])


def test_a_disk_that_fails_in_the_middle_of_a_stage_costs_no_item_a_try(desk, monkeypatch):
    monkeypatch.setattr(Group, "flush", refuse)
    monkeypatch.setattr(lots, "_LONGEST_S", -1.0)
    with pytest.raises(DiskError), opened(desk) as lot:
        desk.each("试", [1, 2], lambda mail: kept(desk, lot, mail))
    assert (subjects(desk), tries(desk)) == (["", "", ""], [0, 0, 0])


def test_an_item_that_fails_costs_only_itself(desk):
    def one(lot, mail):
        if mail == 2:
            raise ValueError("poison")
        kept(desk, lot, mail)

    with opened(desk) as lot:
        desk.each("试", [1, 2, 3], lambda mail: one(lot, mail))
    assert (subjects(desk), tries(desk)) == (["kept 1", "", "kept 3"], [0, 1, 0])
