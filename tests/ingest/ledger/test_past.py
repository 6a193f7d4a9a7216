"""Staff's cells as they were, told from the events."""

from ingest.ledger.past import last_event, staff_cells_at

NOTE, OTHER, LOCK = (("推荐作品", "R2024-0001", h) for h in ("备注", "负责人", "密码"))


def test_cells_are_as_they_were_at_each_event(contest):
    history = [{NOTE: "一"}, {NOTE: "二", OTHER: 5}, {OTHER: 6}, {}]
    with contest.open() as context, context.begin() as tx:
        marks = []
        for cells in history:
            tx.desk.keep_staff_cells(cells)
            marks.append(last_event(tx.connection))
        assert [staff_cells_at(tx.connection, mark) for mark in marks] == history


def test_a_password_that_changed_since_is_not_known(contest):
    with contest.open() as context, context.begin() as tx:
        tx.desk.keep_staff_cells({LOCK: "旧"})
        mark = last_event(tx.connection)
        tx.desk.keep_staff_cells({LOCK: "新"})
        assert staff_cells_at(tx.connection, mark) == {}


def test_nothing_has_happened_yet(contest):
    with contest.open() as context, context.read() as tx:
        assert last_event(tx.connection) == 0
