import pytest

from parsers.film.subtitles import Sample, subtitles_of
from parsers.filmfacts import ScreenText, Subtitles
from parsers.pagefacts import Box

WORDS = ("这里的水温很高", "却有许多生命", "科学家采集样本", "它们不需要阳光", "化学反应提供能量", "说明溶液呈酸性")


def _line(text: str, at_s: float, box: tuple[float, float, float, float], confidence: float = 0.99) -> ScreenText:
    left, top, right, bottom = box
    place = Box(left=left, top=top, right=right, bottom=bottom)
    return ScreenText(text=text, stage="body", from_s=at_s, until_s=at_s, best_s=at_s, box=place, confidence=confidence)


def _middle(text: str, at_s: float, top: float = 0.9) -> ScreenText:
    half = 0.012 * len(text)
    return _line(text, at_s, (0.5 - half, top, 0.5 + half, top + 0.05))


def _film(lines, count: int = 20) -> Subtitles:
    """What is said of samples three seconds apart; lines: from number and second to what is shown."""
    return subtitles_of([Sample(number * 3.0, tuple(lines(number, number * 3.0))) for number in range(count)])


def _spoken(number: int, at_s: float):
    return [_middle(WORDS[number % 6], at_s)] if number % 5 else []


def test_no_samples_say_nothing():
    assert subtitles_of([]) == Subtitles()


def test_subtitles_are_seen_with_their_share_of_the_time():
    found = _film(_spoken)
    assert (found.share, found.script, {line.text for line in found.lines}) == (0.8, "simplified", set(WORDS))


def test_each_line_is_told_once_and_in_order():
    found = _film(_spoken)
    assert [line.text for line in found.lines] == [WORDS[n] for n in (1, 2, 3, 4, 0, 5)]


def test_a_mark_that_stays_is_no_subtitle():
    found = _film(lambda number, at_s: [_line("科普频道", at_s, (0.85, 0.9, 0.97, 0.95))])
    assert (found.share, found.lines) == (0.0, ())


def test_a_mark_that_stays_does_not_hide_subtitles():
    found = _film(lambda number, at_s: [*_spoken(number, at_s), _line("科普频道", at_s, (0.85, 0.9, 0.97, 0.95))])
    assert (found.share, "科普频道" in [line.text for line in found.lines]) == (0.8, False)


def test_names_of_people_shown_twice_are_no_subtitles():
    names = {5: "李明远研究员", 12: "王晓雯教授"}
    found = _film(lambda number, at_s: [_line(names[number], at_s, (0.08, 0.8, 0.3, 0.86))] if number in names else [])
    assert found.share == 0.0


def test_names_at_the_side_are_no_subtitles_however_many():
    names = {3 * number: f"{WORDS[number]}者" for number in range(5)}
    found = _film(lambda number, at_s: [_line(names[number], at_s, (0.08, 0.8, 0.3, 0.86))] if number in names else [])
    assert found.share == 0.0


def test_a_ticker_from_edge_to_edge_is_no_subtitle():
    found = _film(lambda number, at_s: [_line(WORDS[number % 6] * 5, at_s, (0.0, 0.94, 1.0, 0.98))])
    assert found.share == 0.0


def test_a_ticker_in_a_window_is_no_subtitle():
    found = _film(lambda number, at_s: [_line(WORDS[number % 6] * 4, at_s, (0.15, 0.94, 0.85, 0.98))])
    assert found.share == 0.0


def test_subtitles_at_the_left_count_if_they_are_there_nearly_always():
    found = _film(lambda number, at_s: [_line(WORDS[number % 6], at_s, (0.1, 0.9, 0.2 + number % 3 * 0.1, 0.95))])
    assert found.share == 1.0


def test_words_of_one_part_of_the_film_alone_are_no_subtitles():
    found = _film(lambda number, at_s: [_middle(WORDS[number % 6], at_s)] if number < 4 else [])
    assert found.share == 0.0


def test_two_languages_are_told_by_the_chinese():
    found = _film(
        lambda number, at_s: [_middle(WORDS[number % 6], at_s, 0.84), _middle(f"The water is {number}", at_s, 0.92)]
    )
    assert found.script == "simplified"


@pytest.mark.parametrize(
    ("confidence", "traditional"), [(0.99, "這裡溫"), (0.7, "")], ids=["read surely", "hardly read"]
)
def test_traditional_characters_count_where_they_are_read_surely(confidence, traditional):
    words = ("這裡水溫很高", "這裡水溫很低", "這裡水溫正好", "這裡水溫上升", "這裡水溫下降")
    found = _film(lambda number, at_s: [_line(words[number % 5], at_s, (0.42, 0.9, 0.58, 0.95), confidence)])
    assert found.traditional == traditional


def test_lines_that_were_not_read_count_for_the_time():
    found = _film(lambda number, at_s: [_middle(WORDS[number % 6] if number < 10 else "", at_s)])
    assert found.share == 1.0
