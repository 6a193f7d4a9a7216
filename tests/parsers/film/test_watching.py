"""Films of strangers and of people who mean harm: bounded time and memory, and a value, whatever the bytes."""

import random
import struct

import av
import numpy as np
import pytest

from ingest.demo.boxes import cut_off
from ingest.demo.videos import make_video
from parsers.film import watch
from parsers.filmfacts import Bars


@pytest.fixture(scope="module")
def whole(film_maker, moving_pictures, tmp_path_factory):
    """Twelve seconds with sound, boxed."""
    pictures = [np.pad(picture, ((18, 18), (0, 0))) for picture in moving_pictures(120)]
    path = tmp_path_factory.mktemp("film") / "a.mp4"
    return film_maker(path, pictures, options={"g": "10"}, tones=(0.3,), movflags="faststart")


def seen(path, facts, scratch=None, seconds=60):
    return watch(path, facts, scratch, ocr=False, clip=False, seconds=seconds)


def index_of(data, kind, field=0):
    """Where the content of the first box of that kind begins."""
    return data.index(kind) + 4 + field


def changed(path, place, kind, field, value):
    """A copy in which four bytes of a box are others."""
    data = bytearray(path.read_bytes())
    at = index_of(data, kind, field)
    data[at : at + 4] = struct.pack(">I", value)
    place.write_bytes(data)
    return place


# --- what is told -------------------------------------------------------------------------------------------------


def test_a_film_is_watched_in_one_pass(whole, facts_of, tmp_path):
    found = seen(whole, facts_of(whole), tmp_path)
    assert (found.duration_s, found.packets, found.errors, found.damage, found.problem) == (12.0, 120, 0, (), "")
    assert (found.bars, found.sound.tracks, found.variable_rate) == (Bars(top=18, bottom=18), 1, False)
    assert {shot.what for shot in found.shots} == {"sheet", "bars"}


def test_what_it_cost_is_told_by_step(whole, facts_of):
    assert set(seen(whole, facts_of(whole)).core_s) == {
        "walk",
        "sound",
        "decode",
        "pictures",
        "bars",
        "stretches",
        "prints",
    }


def test_tools_are_named_with_their_versions(whole, facts_of):
    assert seen(whole, facts_of(whole)).tools["pyav"] == av.__version__


def test_without_a_scratch_folder_no_picture_is_kept(whole, facts_of):
    assert seen(whole, facts_of(whole)).shots == ()


def test_a_film_without_time_is_too_slow(whole, facts_of):
    found = watch(whole, facts_of(whole), None, ocr=False, clip=False, seconds=0.0)
    assert (found.problem, found.pictures) == ("too-slow", 0)


def test_where_a_browser_plays_the_film_no_copy_is_made(whole, facts_of, tmp_path):
    facts = facts_of(whole, codec="AVC", profile="High@L1")
    assert watch(whole, facts, tmp_path, ocr=False).clip is None


def test_where_no_browser_plays_the_film_a_copy_is_made(film_maker, moving_pictures, facts_of, tmp_path):
    path = film_maker(tmp_path / "a.mov", moving_pictures(10))
    found = watch(path, facts_of(path, "mov", codec="AVC"), tmp_path, ocr=False)
    assert (found.clip.width, found.clip.height, "clip" in found.core_s) == (160, 90, True)


# --- what others do to films --------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"\0" * 100_000, b"\0\0\0\x08moov", random.Random(3).randbytes(50_000)])
def test_bytes_that_are_no_film_are_unreadable(whole, facts_of, tmp_path, data):
    facts = facts_of(whole)
    (tmp_path / "a").write_bytes(data)
    assert seen(tmp_path / "a", facts).problem == "unreadable"


def test_a_format_nobody_opens_is_unsupported(whole, facts_of):
    assert seen(whole, facts_of(whole, "swf")).problem == "unsupported"


def test_a_playlist_makes_us_open_nothing_else(whole, facts_of, tmp_path):
    facts = facts_of(whole)
    (tmp_path / "a").write_text(f"#EXTM3U\n#EXTINF:10,\n{whole}\n#EXT-X-ENDLIST\n", encoding="utf-8")
    assert (seen(tmp_path / "a", facts).problem, seen(tmp_path / "a", facts).packets) == ("unreadable", 0)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (b"stsz", 8, 0xFFFFFFFF),
        (b"stts", 4, 0x7FFFFFFF),
        (b"stsc", 4, 0x7FFFFFFF),
        (b"stco", 4, 0xFFFFFFFF),
        (b"mdhd", 12, 1),
        (b"mdhd", 12, 0xFFFFFFFF),
        (b"mdhd", 16, 0xFFFFFFFF),
        (b"trak", -8, 0xFFFFFFFF),
        (b"tkhd", 76, 0xFFFFFFFF),
        (b"avcC", -8, 0xFFFFFFFF),
    ],
)
def test_absurd_numbers_in_an_index_are_survived(whole, facts_of, tmp_path, kind, field, value):
    found = seen(changed(whole, tmp_path / "a", kind, field, value), facts_of(whole))
    assert found.problem in ("", "unreadable")


def test_a_film_of_many_streams_is_watched(film_maker, moving_pictures, facts_of, tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("mpeg4", rate=10) for _ in range(200)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for stream in streams:
            for picture in moving_pictures(2, 32, 32):
                out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray8").reformat(format="yuv420p")))
            out.mux(stream.encode(None))
    found = seen(path, facts_of(path, "mkv"))
    assert (found.packets, found.problem) == (2, "")


def test_sound_alone_is_no_picture(whole, facts_of, tmp_path):
    with av.open(str(tmp_path / "a.mp4"), "w") as out, av.open(str(whole)) as film:
        track = out.add_stream_from_template(film.streams.audio[0])
        for packet in film.demux(film.streams.audio[0]):
            if packet.size:
                packet.stream = track
                out.mux(packet)
    assert seen(tmp_path / "a.mp4", facts_of(whole)).problem == "no-picture"


def test_pictures_of_another_size_are_not_shown(film_maker, moving_pictures, facts_of, tmp_path):
    small = film_maker(tmp_path / "a.ts", moving_pictures(20), options={"g": "10"}).read_bytes()
    large = film_maker(tmp_path / "b.ts", moving_pictures(20, 192, 108), options={"g": "10"}).read_bytes()
    (tmp_path / "c.ts").write_bytes(small + large)
    found = seen(tmp_path / "c.ts", facts_of(tmp_path / "a.ts", "mpegts"), tmp_path)
    assert (found.problem, found.packets) == ("", 40)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_film_that_was_cut_meanwhile_is_watched_as_far_as_it_goes(whole, facts_of, tmp_path, share):
    found = seen(cut_off(whole, tmp_path / "a", share), facts_of(whole))
    assert (found.damage[0].what in ("cut-off", "short"), 0 < found.duration_s < 12) == (True, True)


def overturned(data, draw):
    """A copy with some of its bytes others: anywhere, in its first part, a stretch of them, or absurd numbers."""
    found = bytearray(data)
    match draw.choice(["anywhere", "first", "stretch", "absurd"]):
        case "stretch":
            at = draw.randrange(len(found))
            length = len(found[at : at + draw.randrange(1, 5_000)])
            found[at : at + length] = draw.randbytes(length)
        case "absurd":
            at = draw.randrange(len(found) - 4)
            found[at : at + 4] = b"\xff\xff\xff\xff"
        case where:
            for _ in range(draw.choice([1, 20])):
                found[draw.randrange(len(found) if where == "anywhere" else 4_000)] = draw.randrange(256)
    return found


def problems_of(films, count, place):
    """What is said of so many spoilt ones. films: path and facts of whole ones."""
    draw, said = random.Random(5), set()
    for _ in range(count):
        path, facts = draw.choice(films)
        place.write_bytes(overturned(path.read_bytes(), draw))
        said.add(seen(place, facts).problem)
    return said


def test_bytes_turned_over_are_survived(whole, facts_of, tmp_path):
    said = problems_of([(whole, facts_of(whole))], 10, tmp_path / "a")
    assert said <= {"", "unreadable", "no-picture", "unsupported"}


@pytest.mark.drill
def test_a_thousand_spoilt_films_are_survived(film_maker, moving_pictures, facts_of, tmp_path):
    films = []
    for ending, name in [("mp4", "mp4"), ("mkv", "mkv"), ("avi", "avi"), ("flv", "flv"), ("ts", "mpegts")]:
        path = film_maker(tmp_path / f"a.{ending}", moving_pictures(40), options={"g": "10"}, tones=(0.3,))
        films.append((path, facts_of(path, name)))
    assert problems_of(films, 1_000, tmp_path / "b") <= {"", "unreadable", "no-picture", "unsupported"}


@pytest.mark.drill
def test_of_five_hours_little_is_decoded(facts_of, tmp_path):
    path = make_video(tmp_path / "a.mp4", duration_s=18_000, width=160, height=90)
    found = seen(path, facts_of(path), seconds=900)
    assert (found.packets, found.pictures < 1_500, found.problem, found.damage) == (450_000, True, "", ())


def test_times_that_leap_by_years_are_taken_for_none(film_maker, moving_pictures, facts_of, tmp_path):
    pts = [number if number < 15 else 10**9 + number for number in range(30)]
    path = film_maker(tmp_path / "a.mkv", moving_pictures(30), pts=pts)
    found = seen(path, facts_of(path, "mkv"))
    assert (found.packets, found.duration_s < 10, found.problem) == (30, True, "")
