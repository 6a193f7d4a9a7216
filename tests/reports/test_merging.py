from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.book import CellKey, Conflict
from reports.cells import to_text
from reports.merging import BOTH_CHANGED, EMPTIED, Merged, merge

KEY = CellKey("推荐作品", "R2024-0001", "备注")
GONE = object()


def one(base, theirs, ours):
    given_ = [{} if value is GONE else {KEY: value} for value in (base, theirs, ours)]
    return merge(*given_)


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "kept"),
    [
        ("a", "a", "a", "a"),
        ("a", "b", "a", "b"),
        ("a", "a", "b", "b"),
        ("a", "b", "b", "b"),
        ("a", None, "a", None),
        ("a", GONE, "a", "a"),
        ("a", GONE, "b", "b"),
        ("a", "b", GONE, "b"),
        (GONE, "b", GONE, "b"),
        ("a", GONE, GONE, "a"),
    ],
)
def test_a_cell_one_side_changed_takes_that_value(base, theirs, ours, kept):
    assert one(base, theirs, ours) == Merged({KEY: kept})


def test_a_cell_both_changed_keeps_theirs_and_says_ours():
    assert one("a", "b", "c") == Merged({KEY: "b"}, (Conflict(*KEY, "b", "c", BOTH_CHANGED),))


def test_a_cell_emptied_by_one_and_filled_by_the_other_stays_filled():
    assert one("a", None, "c") == Merged({KEY: "c"}, (Conflict(*KEY, "c", "", EMPTIED),))


def test_true_is_not_one():
    assert one(1, True, 1) == Merged({KEY: True})


cells = st.dictionaries(
    st.builds(CellKey, st.sampled_from(["甲", "乙"]), st.sampled_from(["1", "2"]), st.sampled_from(["备注", "x"])),
    st.none() | st.sampled_from(["a", "b", "c"]) | st.integers(0, 3),
)


@given(cells, cells, cells)
def test_no_value_of_staff_ever_disappears(base, theirs, ours):
    merged = merge(base, theirs, ours)
    told = {(c.sheet, c.key, c.heading, text) for c in merged.conflicts for text in (c.kept, c.other)}
    typed = {key: value for key, value in theirs.items() if value is not None and value != base.get(key)}
    lost = [k for k, v in typed.items() if merged.cells[k] != v and (*k, to_text(v)) not in told]
    assert lost == []


@given(cells, cells)
def test_untouched_copies_change_nothing(base, ours):
    assert merge(base, base, ours) == Merged({**base, **ours})
