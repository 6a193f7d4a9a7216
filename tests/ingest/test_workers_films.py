"""Films in workers: bounded by their length, those larger than 1080p by themselves."""

import pytest

from ingest.workers import Bounds, Film, Workers
from ingest.workers.items import seconds_of
from parsers.facts import VideoFacts
from parsers.filmfacts import Watched

READER = """
import json, os, pathlib, time
from parsers.facts import to_json
from parsers.filmfacts import Watched

KEPT = []


def answer(text):
    call = json.loads(text)
    told = pathlib.Path(call["path"]).read_text()
    if told == "hang":
        time.sleep(60)
    if told == "eat":
        KEPT.append(bytearray(b"x") * (120 << 20))
        time.sleep(0.5)
    return to_json(Watched(problem=str(os.getpid()), packets=int(call["alone"])))
"""
SMALL = VideoFacts(
    container="mp4",
    size=1,
    duration_s=0.1,
    width=1920,
    height=1080,
    shown_width=1920,
    shown_height=1080,
    display_aspect=16 / 9,
)
LARGE = SMALL.model_copy(update={"width": 3840, "height": 2160})


@pytest.fixture
def workers(tmp_path, monkeypatch):
    """One worker that may hold 90 MB, or 400 MB for a large film."""
    (tmp_path / "film_worker.py").write_text(READER)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("ingest.workers.items._FILM_BASE_S", 1.0)
    bounds = Bounds(base_s=0, max_bytes=90 * 2**20, film_max_bytes=400 * 2**20)
    with Workers(1, bounds, "film_worker:answer") as made:
        yield made


@pytest.fixture
def asked(workers, tmp_path):
    """asked(call, (what the worker does, facts), …): what is said of films, in their order."""

    def ask(call, *films):
        items = []
        for number, (told, facts) in enumerate(films):
            (tmp_path / f"{number}").write_text(told)
            items.append(Film(tmp_path / f"{number}", facts, tmp_path))
        return [said for _, said in sorted(getattr(workers, call)(items), key=lambda pair: pair[0])]

    return ask


def test_film_that_hangs_or_eats_memory_has_that_problem(asked):
    assert asked("map_watch", ("hang", SMALL), ("eat", SMALL)) == [
        Watched(problem="too-slow"),
        Watched(problem="too-big"),
    ]


def test_preview_that_hangs_has_that_reason(asked):
    assert asked("map_clip", ("hang", SMALL)) == [Watched(no_clip="too-slow")]


def test_large_film_has_a_process_of_its_own_and_its_own_memory(asked, workers):
    first, large, last = asked("map_watch", ("", SMALL), ("eat", LARGE), ("", SMALL))
    assert (first.packets, large.packets, last.problem) == (0, 1, first.problem)
    assert large.problem not in (first.problem, "too-big")
    assert [process.pid for process in workers._idle] == [int(first.problem)]


@pytest.mark.parametrize(
    ("length_s", "copied", "seconds"),
    [(180, False, 330), (180, True, 960), (None, False, 840), (18_000, False, 3_840), (18_000, True, 2_640)],
)
def test_film_has_time_by_its_length_within_bounds(length_s, copied, seconds):
    assert seconds_of(SMALL.model_copy(update={"duration_s": length_s}), copied=copied) == seconds
