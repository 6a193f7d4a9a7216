"""The contact sheet: nine pictures spread over a film, each with its time."""

from types import SimpleNamespace

import numpy as np
import pytest

from parsers.film.album import Album
from parsers.film.sheet import CELL_PX, Sheet, clock


class Grey:
    """A frame of one grey; `asked` counts how often its colours were asked for."""

    asked = 0

    def __init__(self, at_s, level=90, size=(90, 160)):
        self.at_s, self.picture = at_s, np.full((*size, 3), level, np.uint8)

    def colour(self, long_px):
        Grey.asked += 1
        assert long_px == CELL_PX
        return self.picture


@pytest.fixture
def seen(tmp_path):
    """The times that a sheet of a film of 90 seconds took, of these."""

    def see(times, duration_s=90.0):
        sheet = Sheet(Album(tmp_path), duration_s)
        for at_s in times:
            sheet.see(Grey(at_s))
        return SimpleNamespace(times=[at_s for at_s, _ in sheet._taken.values()], shot=sheet.keep())

    return see


def test_sheet_takes_the_middle_of_every_ninth(seen):
    assert seen(np.arange(0, 90, 0.25)).times == [4.0, 14.0, 24.0, 34.0, 44.0, 54.0, 64.0, 74.0, 84.0]


def test_sheet_of_few_pictures_takes_what_there_is(seen):
    found = seen([0.0, 3.0, 61.0])
    assert (found.times, found.shot.width, found.shot.height) == ([0.0, 61.0], 2 * 166 + 6, 96 + 6)


def test_sheet_asks_for_few_colours(seen):
    Grey.asked = 0
    seen(np.arange(0, 90, 0.25))
    assert Grey.asked == 18


def test_sheet_of_unknown_length_takes_the_first(seen):
    assert seen([0.0, 5.0], duration_s=0.0).times == [0.0]


def test_sheet_of_nothing_is_none(seen):
    assert seen([]).shot is None


def test_sheet_is_three_by_three_whatever_the_sizes(tmp_path):
    sheet = Sheet(Album(tmp_path), 9.0)
    for second in range(9):
        sheet.see(Grey(second + 0.5, size=(90, 160) if second % 2 else (120, 120)))
    shot = sheet.keep()
    assert (shot.width, shot.height) == (3 * 126 + 6, 3 * 126 + 6)


def test_times_are_as_a_player_shows_them():
    assert [clock(at_s) for at_s in (0.9, 61.2, 3_605)] == ["00:00", "01:01", "60:05"]
