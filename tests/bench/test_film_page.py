"""The film part of the page of figures: goals missed stand out, and neither part writes over the other."""

from bench.film_page import films, kept, others, page

FOUND = {
    "core_s": 12.5,
    "core_s_by_step": {"text": 5.0, "decode": 6.0, "clip": 0.0},
    "vs_decode_plus_ocr": 0.2,
    "rss_mb": 640,
    "peers": {"decode": "ffmpeg", "decode_core_s": 30.0, "ocr_core_s": 90.0, "ocr_frames": 40, "limit": 0.167},
    "film": {"seconds": 180.0, "mb": 199.1},
    "accuracy": {
        "titles": {
            "titles": {
                "films": 60,
                "right_told": 0.95,
                "wrong": 300,
                "wrong_passed": 0,
                "told": 0.99,
                "credits_read": 0.98,
            },
            "subtitles": {"films": 15, "present_told": 1.0, "script_told": 1.0},
            "styles": 20,
            "fonts_missing": ["kai"],
        },
        "bars": {"films": 200, "accuracy": 0.995},
        "duplicates": {"films": 2060, "pairs": 60, "recall": 1.0, "false_pairs": 2},
    },
}


def rows(beginning, found=FOUND):
    return [line for line in page(found, day="2026-11-23").split("\n") if line.startswith(beginning)]


def test_titles_short_of_their_goal_are_bold():
    (row,) = rows("| opening titles")
    assert row == "| opening titles that are the form's, told so | 60, in 20 styles | **95.0 %** | 97 % |"


def test_no_wrong_title_is_said_so():
    assert rows("| other titles") == ["| other titles that passed | 300 near misses asked of them | none | none |"]


def test_films_taken_for_one_are_bold():
    assert rows("| two films") == ["| two films taken for one | 60 pairs among 2060 | **2** | none |"]


def test_a_share_beyond_the_limit_is_bold():
    assert rows("- Ours to both") == ["- Ours to both together: **0.200** (goal 0.167)."]


def test_steps_are_told_the_dearest_first():
    lines = page(FOUND, day="2026-11-23").split("\n")
    place = lines.index("- Ours, all of it: 12.5 core-seconds; by step:")
    assert lines[place + 1] == "  decode 6, text 5."


def test_fonts_that_are_not_there_are_named():
    assert rows("Fonts that") == ["Fonts that were not installed, and so not tried: kai."]


def test_without_costs_and_corpora_the_page_says_what_cannot_be_told():
    assert [line for line in page({}, day="2026-11-23").split("\n") if line.startswith("## ")] == [
        "## What cannot be told"
    ]


def test_a_part_takes_the_place_of_the_one_before():
    forms, old, new = "# How well forms are read\n\nWell.\n", page({}, day="2026-01-01"), page(FOUND, day="2026-11-23")
    both = kept(kept(forms, old), new)
    assert (others(both).strip(), films(both)) == (forms.strip(), new)
