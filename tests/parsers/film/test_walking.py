import random
from itertools import accumulate

import av
import numpy as np
import pytest

from ingest.demo.boxes import cut_off
from ingest.demo.videos import make_video
from parsers.film import watch
from parsers.film.container import Closed, opened
from parsers.film.flaws import length_bytes
from parsers.film.playable import playable
from parsers.film.walking import Walker
from parsers.sniff import sniff
from parsers.video import read_video

CONTAINERS = ["mp4", "mkv", "avi", "flv", "ts"]
NAMES = {"ts": "mpegts"}
HOLE = 60_000


def walked(path, container="mp4"):
    with opened(path, container, 0, 0, sound=False) as film:
        return Walker(film, {}).walk(lambda: False)


def seen(path, facts):
    return watch(path, facts, None, ocr=False, clip=False)


def damage(path, facts):
    return [(one.what, round(one.at_s)) for one in seen(path, facts).damage]


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Six seconds at a constant rate, a key picture a second, in every container."""
    place = tmp_path_factory.mktemp("films")
    return {
        kind: make_video(
            place / f"film.{kind}", duration_s=6, width=160, height=90, size_bytes=1_300_000, container=kind
        )
        for kind in CONTAINERS
    }


def spoilt(path, place, filling):
    """The film with its middle overwritten."""
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(filling)] = filling
    place.write_bytes(data)
    return place


# --- times --------------------------------------------------------------------------------------------------------


def test_packets_are_counted_with_their_length(tmp_path, film_maker, moving_pictures):
    packets = walked(film_maker(tmp_path / "a.mp4", moving_pictures(40), options={"g": "10"}))
    assert (len(packets), round(packets.ends_s, 3), packets.variable_rate) == (40, 4.0, False)


def test_key_pictures_are_known(tmp_path, film_maker, moving_pictures):
    packets = walked(film_maker(tmp_path / "a.mp4", moving_pictures(40), options={"g": "10", "sc_threshold": "0"}))
    assert [round(float(at), 3) for at in packets.pts[packets.key]] == [0.0, 1.0, 2.0, 3.0]


def test_pictures_at_uneven_times_are_a_variable_rate(tmp_path, film_maker, moving_pictures):
    draw = random.Random(2)
    pts = list(accumulate(draw.choice([1, 1, 2, 5]) for _ in range(60)))
    assert walked(film_maker(tmp_path / "a.mp4", moving_pictures(60), pts=pts)).variable_rate


def test_times_rounded_to_milliseconds_are_one_rate(tmp_path, film_maker, moving_pictures):
    assert not walked(film_maker(tmp_path / "a.mkv", moving_pictures(60), fps=24), "mkv").variable_rate


def test_times_count_from_the_first_picture_shown(tmp_path, film_maker, moving_pictures):
    pts = [number + 50 for number in range(30)]
    packets = walked(film_maker(tmp_path / "a.mp4", moving_pictures(30), pts=pts))
    assert (round(packets.first_s, 2), float(packets.pts.min()), round(packets.ends_s, 2)) == (5.0, 0.0, 3.0)


def test_pictures_an_edit_list_leaves_out_do_not_count(tmp_path, film_maker, moving_pictures):
    pts = [number - 20 for number in range(60)]
    packets = walked(film_maker(tmp_path / "a.mp4", moving_pictures(60), pts=pts))
    assert (len(packets), round(packets.ends_s, 2)) == (60, 4.0)


def test_a_fragmented_film_is_walked_to_its_end(tmp_path, film_maker, moving_pictures):
    flags = "frag_keyframe+empty_moov"
    packets = walked(film_maker(tmp_path / "a.mp4", moving_pictures(40), options={"g": "10"}, movflags=flags))
    assert (len(packets), round(packets.ends_s, 2)) == (40, 4.0)


def test_a_walk_that_is_late_stops(tmp_path, film_maker, moving_pictures):
    path = film_maker(tmp_path / "a.mp4", moving_pictures(10))
    with opened(path, "mp4", 0, 0) as film:
        walker = Walker(film, {})
        assert (len(walker.walk(lambda: True)), walker.stopped) == (0, "too-slow")


# --- damage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_whole_film_has_no_damage(films, facts_of, container):
    path = films[container]
    found = seen(path, facts_of(path, NAMES.get(container, container)))
    assert (found.damage, found.errors, found.problem, found.duration_s) == ((), 0, "", 6.0)


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_hole_of_zeros_is_told_with_its_second(films, facts_of, tmp_path, container):
    path = spoilt(films[container], tmp_path / "a", bytes(HOLE))
    facts = facts_of(films[container], NAMES.get(container, container))
    assert damage(path, facts) in ([("hole", 3)], [("hole", 2)])


@pytest.mark.parametrize("container", CONTAINERS)
def test_bytes_that_are_no_pictures_are_told_with_their_second(films, facts_of, tmp_path, container):
    path = spoilt(films[container], tmp_path / "a", random.Random(1).randbytes(HOLE))
    facts = facts_of(films[container], NAMES.get(container, container))
    assert damage(path, facts) in ([("undecodable", 3)], [("undecodable", 2)])


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_film_cut_off_says_how_far_it_plays(films, tmp_path, container):
    path = cut_off(films[container], tmp_path / "a", 0.5)
    facts = read_video(path, sniff(path))
    assert (facts.reason, facts.at_s is not None and 2 <= facts.at_s <= 4) == ("cut-off", True)


def test_a_film_cut_off_knows_how_long_it_should_be(films, tmp_path):
    assert playable(cut_off(films["mp4"], tmp_path / "a", 0.5), "mp4")[1] == 6.0


def test_a_film_cut_off_without_an_index_plays_nothing(tmp_path, film_maker, moving_pictures):
    path = cut_off(film_maker(tmp_path / "a.mp4", moving_pictures(20)), tmp_path / "b", 0.5)
    assert playable(path, "mp4") == (None, None)


def test_an_flv_whose_last_picture_is_broken_was_cut_off(films, facts_of, tmp_path):
    path = cut_off(films["flv"], tmp_path / "a", 0.5)
    found = seen(path, facts_of(path, "flv")).damage
    assert [(one.what, one.until_s) for one in found] == [("cut-off", 6.0)]


def test_sound_that_ends_early_is_told_with_its_second(tmp_path, film_maker, moving_pictures, facts_of):
    path = film_maker(tmp_path / "a.mp4", moving_pictures(100), tones=(0.3,), tone_s=4)
    assert damage(path, facts_of(path)) == [("audio-ends", 4)]


def test_pictures_that_end_early_are_told_with_their_second(tmp_path, film_maker, moving_pictures, facts_of):
    path = film_maker(tmp_path / "a.mp4", moving_pictures(40), tones=(0.3,), tone_s=10)
    assert damage(path, facts_of(path)) == [("picture-ends", 4)]


def test_a_header_that_promises_more_is_told(tmp_path, film_maker, moving_pictures, facts_of):
    path = film_maker(tmp_path / "a.mp4", moving_pictures(40))
    assert damage(path, facts_of(path, duration_s=30.0)) == [("short", 4)]


def test_a_film_that_begins_late_is_not_short(tmp_path, film_maker, moving_pictures):
    path = film_maker(tmp_path / "a.mp4", moving_pictures(40), pts=[number + 50 for number in range(40)])
    assert damage(path, read_video(path, "mp4")) == []


def test_zeros_behind_a_picture_may_be_padding(tmp_path, film_maker, moving_pictures, facts_of):
    whole, path = film_maker(tmp_path / "a.mp4", moving_pictures(40), options={"g": "10"}), tmp_path / "b.mp4"
    with av.open(str(whole)) as film, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(film.streams.video[0])
        for packet in film.demux(video=0):
            if packet.size:
                padded = av.Packet(bytes(packet) + bytes(3))
                padded.stream, padded.time_base, padded.is_keyframe = stream, packet.time_base, packet.is_keyframe
                padded.pts, padded.dts, padded.duration = packet.pts, packet.dts, packet.duration
                out.mux(padded)
    assert damage(path, facts_of(path)) == []


def test_lengths_of_units_are_read_off_the_setup():
    assert (length_bytes("h264", b"\x01\x64\x00\x1f\xff"), length_bytes("h264", b"\0\0\0\x01")) == (4, 0)


# --- what cannot be opened ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("container", "data", "reason"),
    [
        ("mp4", b"", "unreadable"),
        ("mp4", b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov\0\0\0\x08mdat", "unreadable"),
        ("mp4", b"\0\0\0\x10ftypisom\0\0\0\0\xff\xff\xff\xffmoov\xff\xff\xff\xfftrak", "unreadable"),
        ("rm", b"no film", "unreadable"),
        ("swf", b"FWS", "unsupported"),
    ],
)
def test_what_is_no_film_is_not_opened(tmp_path, container, data, reason):
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(Closed) as closed, opened(tmp_path / "a", container, 0, 0):
        pass
    assert closed.value.reason == reason


def test_a_file_that_is_not_there_is_our_trouble(tmp_path):
    with pytest.raises(OSError, match="a"), opened(tmp_path / "a", "mp4", 0, 0):
        pass


def test_sound_without_pictures_is_no_film(tmp_path):
    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        track = out.add_stream("aac", rate=48_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 48_000), np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 48_000, 0
        out.mux(track.encode(frame))
        out.mux(track.encode(None))
    with pytest.raises(Closed) as closed, opened(tmp_path / "a.mp4", "mp4", 0, 0):
        pass
    assert closed.value.reason == "no-picture"


def test_of_many_sound_tracks_some_are_heard(tmp_path, film_maker, moving_pictures):
    path = film_maker(tmp_path / "a.mp4", moving_pictures(2), tones=(0.1,) * 40)
    with opened(path, "mp4", 160, 90) as film:
        assert (len(film.sounds), len(film.container.streams.audio)) == (4, 40)
