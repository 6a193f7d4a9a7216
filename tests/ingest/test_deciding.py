"""What cells decide, as values."""

import datetime as dt

import pytest

from ingest.deciding import Letter, chosen_file, date_of, destination, letter_after
from ingest.model import LetterState

DRAFT, HELD, QUEUED, SENT = LetterState.DRAFT, LetterState.HELD, LetterState.QUEUED, LetterState.SENT


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ({"date": "2024-10-20"}, (2024, 10, 20)),
        ({"datetime": "2024-10-20T09:00:00"}, (2024, 10, 20)),
        (45585, (2024, 10, 20)),
        ("2024/10/20", (2024, 10, 20)),
        ("２０２４年10月20日", (2024, 10, 20)),
        ("10.20", (2024, 10, 20)),
    ],
)
def test_a_day_is_read_however_it_is_written(value, day):
    assert date_of(value, 2024) == dt.date(*day)


@pytest.mark.parametrize("value", ["昨天", "2024-13-40", "", 7, True, {"time": "09:00:00"}])
def test_what_names_no_day_is_none(value):
    assert date_of(value, 2024) is None


@pytest.mark.parametrize(
    ("value", "to"),
    [(" r2024-0001", "R2024-0001"), ("非投稿", "非投稿"), ("新作品 ", "新作品"), (None, ""), ("R2024-0009", None)],
)
def test_where_a_mail_goes(value, to):
    assert destination(value, {"R2024-0001"}) == to


@pytest.mark.parametrize(("written", "place"), [("乙.mp4", 1), ("“乙.MP4”", 1), ("2", 1), ("2 乙.mp4", 1), ("3", None)])
def test_a_file_is_chosen_by_name_or_number(written, place):
    assert chosen_file(written, ["甲.mp4", "乙.mp4"]) == place


@pytest.mark.parametrize(
    ("now", "word", "natural", "after"),
    [
        (Letter(DRAFT), "暂缓", DRAFT, Letter(HELD, "staff-draft")),
        (Letter(HELD, "staff-draft"), "", QUEUED, Letter(DRAFT)),
        (Letter(QUEUED), "暂缓", QUEUED, Letter(HELD, "staff")),
        (Letter(HELD, "staff"), "", HELD, Letter(HELD)),
        (Letter(HELD), "放行", HELD, Letter(QUEUED, "released")),
        (Letter(QUEUED, "released"), "", HELD, Letter(HELD)),
        (Letter(DRAFT), "放行", DRAFT, Letter(DRAFT)),
        (Letter(SENT), "暂缓", QUEUED, Letter(SENT)),
        (Letter(HELD, "junk"), "", DRAFT, Letter(HELD, "junk")),
    ],
)
def test_where_a_letter_stands(now, word, natural, after):
    assert letter_after(now, word, moot=False, junk=False, natural=natural) == after


def test_a_draft_that_nobody_is_to_read_is_held_and_comes_back_a_draft():
    held = letter_after(Letter(DRAFT), "", moot=True, junk=False, natural=QUEUED)
    assert held == Letter(HELD, "moot-draft")
    assert letter_after(held, "", moot=False, junk=False, natural=QUEUED) == Letter(DRAFT)
