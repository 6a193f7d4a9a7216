from itertools import pairwise

import numpy as np
import pytest

from parsers.film.container import opened
from parsers.film.decoding import Decoder
from parsers.film.planning import BODY_KEYS, plan, stage_of
from parsers.film.walking import Packets, Walker
from parsers.filmfacts import Damage


def packets_like(seconds, fps=25, every=2.0, between=0):
    """As the walk leaves them: a key picture every so many seconds, `between` pictures out of order after each."""
    pts = np.arange(round(seconds * fps)) / fps
    key = np.zeros(len(pts), bool)
    key[:: round(every * fps)] = True
    if between:
        for start in range(1, len(pts) - between, between + 1):
            pts[start : start + between + 1] = np.roll(pts[start : start + between + 1], 1)
    return Packets(pts, key, np.full(len(pts), 1000), 0.0, seconds, variable_rate=False)


def frames_of(path, facts, **more):
    """(second, stage, is it one of a dense stretch) of all pictures shown."""
    with opened(path, facts.container, 0, 0, sound=False) as film:
        packets = Walker(film, {}).walk(lambda: False)
    with opened(path, facts.container, 0, 0, sound=False) as film:
        decoder = Decoder(film, facts, packets, lambda: False, lambda frame: None)
        shown = [(round(f.at_s, 2), f.stage, f.dense, f.luma.copy()) for f in decoder.frames(plan(packets, **more))]
    return shown, decoder


# --- what is planned ----------------------------------------------------------------------------------------------


def test_runs_share_no_packet_and_keep_their_order():
    runs = plan(packets_like(300, every=3.0, between=3))
    assert all(one.last < other.first for one, other in pairwise(runs))


def test_every_run_begins_with_a_key_picture():
    packets = packets_like(300, every=3.0, between=3)
    assert all(packets.key[run.first] for run in plan(packets))


def test_both_ends_are_wanted_several_times_a_second():
    dense = sorted(at for run in plan(packets_like(180)) for at in run.dense)
    assert (len([at for at in dense if at < 20]), len([at for at in dense if at >= 160])) == (91, 91)


def test_of_many_key_pictures_evenly_spread_ones_are_wanted():
    runs = plan(packets_like(18_000, fps=5, every=1.0))
    body = [at for run in runs for at in run.wanted if 20 <= at < 17_980]
    assert (len(body), max(np.diff(body)) < 1.1 * 18_000 / BODY_KEYS) == (BODY_KEYS, True)


def test_where_key_pictures_are_far_apart_others_are_wanted():
    body = [at for run in plan(packets_like(180, every=60.0)) for at in run.wanted if 20 <= at < 160]
    assert max(np.diff(body)) <= 3.01


def test_beyond_a_bound_nothing_is_decoded_between_key_pictures():
    runs = plan(packets_like(3_600, every=3_600.0))
    assert sum(run.last - run.first for run in runs) < 3_600 * 25


def test_pictures_around_a_damage_are_tried():
    damage = [Damage(what="hole", at_s=71.5, until_s=72.0)]
    packets = packets_like(180)
    tried = [run for run in plan(packets, damage) if run.whole]
    assert any(packets.pts[run.first] <= 71.5 <= packets.pts[run.last] for run in tried)


def test_of_key_pictures_only_each_is_a_run_of_its_own():
    assert {run.last - run.first for run in plan(packets_like(60), keys_only=True)} == {0}


def test_a_film_without_packets_has_no_runs():
    nothing = Packets(np.zeros(0), np.zeros(0, bool), np.zeros(0, np.int64), 0.0, 0.0, variable_rate=False)
    assert plan(nothing) == []


@pytest.mark.parametrize(
    ("at_s", "length_s", "stage"), [(19, 180, "opening"), (20, 180, "body"), (160, 180, "closing"), (4, 10, "opening")]
)
def test_stages_are_told_by_time(at_s, length_s, stage):
    assert stage_of(at_s, length_s) == stage


# --- what is decoded ----------------------------------------------------------------------------------------------

NUMBERED = 40


@pytest.fixture(scope="module")
def numbered(film_maker):
    """Pictures of a brightness that tells their number, each a film of its own manner."""

    def make(path, **more):
        planes = [np.full((64, 64), 40 + 4 * number, np.uint8) for number in range(NUMBERED)]
        return film_maker(path, planes, **more)

    return make


MANNERS = {
    "out of order": {"options": {"bf": "3", "g": "16", "preset": "veryfast"}},
    "open groups": {"options": {"bf": "3", "preset": "veryfast", "x264-params": "open-gop=1:keyint=8:scenecut=0"}},
    "ten bits": {"pix_fmt": "yuv420p10le", "options": {"g": "10"}},
    "every picture alone": {"codec": "mjpeg", "pix_fmt": "yuvj420p"},
    "one key picture": {"options": {"g": "1000", "sc_threshold": "0"}},
    "uneven times": {"pts": [number * 3 + number % 3 for number in range(NUMBERED)]},
    "early times": {"pts": [number - 4 for number in range(NUMBERED)]},
}


@pytest.mark.parametrize("manner", MANNERS)
def test_pictures_come_in_order_and_at_their_times(numbered, facts_of, tmp_path, manner):
    more = MANNERS[manner]
    path = numbered(tmp_path / "a.mov", **more)
    shown, decoder = frames_of(path, facts_of(path, "mov"))
    times = [at_s for at_s, *_ in shown]
    numbers = [round((float(luma.mean()) - 40) / 4 * (235 - 16) / 255 + 0) for *_, luma in shown]
    assert (times == sorted(set(times)), numbers == sorted(numbers), decoder.errors) == (True, True, [])


@pytest.mark.parametrize("container", ["mkv", "avi", "flv", "ts"])
def test_containers_that_cannot_be_searched_are_shown_too(numbered, facts_of, tmp_path, container):
    path = numbered(tmp_path / f"a.{container}", options={"g": "10"})
    shown, _ = frames_of(path, facts_of(path, {"ts": "mpegts"}.get(container, container)))
    assert (len(shown), shown[0][0], shown[-1][0] >= 3.7) == (18, 0.0, True)


def test_ends_are_shown_densely_and_the_body_by_its_key_pictures(film_maker, facts_of, tmp_path):
    planes = [np.full((32, 32), 60 + number % 90, np.uint8) for number in range(500)]
    options = {"g": "20", "sc_threshold": "0"}
    path = film_maker(tmp_path / "a.mp4", planes, options=options)
    shown, _ = frames_of(path, facts_of(path))
    body = [at_s for at_s, stage, dense, _ in shown if stage == "body" and not dense]
    assert body == [20.0, 22.0, 24.0, 26.0, 28.0]


def test_a_turned_film_is_shown_upright(film_maker, facts_of, tmp_path):
    path = film_maker(tmp_path / "a.mp4", [np.full((36, 64), 90, np.uint8)] * 3)
    shown, _ = frames_of(path, facts_of(path, rotation=90))
    assert shown[0][3].shape == (64, 36)


def test_a_film_that_is_late_shows_no_more(film_maker, facts_of, tmp_path):
    path = film_maker(tmp_path / "a.mp4", [np.full((36, 64), 90, np.uint8)] * 30)
    facts = facts_of(path)
    with opened(path, "mp4", 0, 0, sound=False) as film:
        packets = Walker(film, {}).walk(lambda: False)
    with opened(path, "mp4", 0, 0, sound=False) as film:
        decoder = Decoder(film, facts, packets, lambda: True, lambda frame: None)
        shown = list(decoder.frames(plan(packets)))
    assert (shown, decoder.stopped) == ([], "too-slow")


def test_of_five_hours_few_pictures_are_decoded():
    assert sum(run.last - run.first + 1 for run in plan(packets_like(18_000))) < 1_300


def test_what_a_damage_leaves_is_handed_out(film_maker, facts_of, moving_pictures, tmp_path):
    path = film_maker(tmp_path / "a.mp4", moving_pictures(60), options={"g": "15"})
    data = bytearray(path.read_bytes())
    middle = data.index(b"mdat") + (len(data) - data.index(b"mdat")) // 3
    data[middle : middle + 3_000] = bytes(3_000)
    path.write_bytes(data)
    facts, spoilt = facts_of(path), []
    with opened(path, "mp4", 0, 0, sound=False) as film:
        packets = Walker(film, {}).walk(lambda: False)
    with opened(path, "mp4", 0, 0, sound=False) as film:
        decoder = Decoder(film, facts, packets, lambda: False, spoilt.append)
        for _ in decoder.frames(plan(packets)):
            pass
    assert (len(decoder.errors) > 0, len(spoilt) > 0) == (True, True)
