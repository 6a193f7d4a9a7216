import av
import numpy as np
import pytest

from parsers.film.container import opened
from parsers.film.sound import Ear, heard
from parsers.film.walking import Walker
from parsers.filmfacts import Stretch

RATE = 16_000


def film(path, *tracks, seconds=8, codec="pcm_s16le", container="matroska"):
    """Pictures of that length and tracks of sound, each a function of time or an array of samples."""
    with av.open(str(path), "w", format=container) as out:
        picture = out.add_stream("mpeg4", rate=5)
        picture.width, picture.height, picture.pix_fmt = 32, 32, "yuv420p"
        streams = [out.add_stream(codec, rate=RATE, layout="mono") for _ in tracks]
        for _ in range(seconds * 5):
            out.mux(picture.encode(av.VideoFrame.from_ndarray(np.full((48, 32), 128, np.uint8), format="yuv420p")))
        out.mux(picture.encode(None))
        for stream, wave in zip(streams, tracks, strict=True):
            samples = (np.clip(wave, -1, 1) * 32_767).astype(np.int16)
            for start in range(0, len(samples), RATE // 20):
                frame = av.AudioFrame.from_ndarray(samples[None, start : start + RATE // 20], "s16", "mono")
                frame.sample_rate, frame.pts = RATE, start
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


def tone(seconds, loudness=0.3):
    return loudness * np.sin(2 * np.pi * 300 * np.arange(int(seconds * RATE)) / RATE)


def listened(path, container="mkv", whole_s=1_000.0):
    with opened(path, container, 0, 0) as opened_film:
        ears = {stream.index: Ear(stream, whole_s) for stream in opened_film.sounds}
        packets = Walker(opened_film, ears).walk(lambda: False)
        return heard(list(ears.values()), packets.first_s, packets.ends_s, len(opened_film.container.streams.audio))


def near(stretches):
    return [(round(one.start_s), round(one.end_s)) for one in stretches]


def test_loudness_is_measured_in_decibels_of_full_scale(tmp_path):
    found = listened(film(tmp_path / "a.mkv", tone(8, 0.5)))
    assert (found.peak_db, found.mean_db, found.silent, found.tracks) == (-6.0, -9.0, (), 1)


def test_a_silent_stretch_is_told_from_when_to_when(tmp_path):
    wave = np.concatenate((tone(2), np.zeros(3 * RATE), tone(3)))
    found = listened(film(tmp_path / "a.mkv", wave))
    assert (near(found.silent), round(found.silent_share, 2)) == ([(2, 5)], 0.38)


def test_a_noise_nobody_hears_is_silence(tmp_path):
    noise = np.random.default_rng(1).normal(0, 0.0008, 8 * RATE)
    assert listened(film(tmp_path / "a.mkv", noise)).silent_share == 1.0


def test_quiet_speech_is_no_silence(tmp_path):
    assert listened(film(tmp_path / "a.mkv", tone(8, 0.01))).silent == ()


def test_what_one_track_says_is_heard_though_another_is_silent(tmp_path):
    found = listened(film(tmp_path / "a.mkv", np.zeros(8 * RATE), tone(8)))
    assert (found.tracks, found.silent) == (2, ())


def test_a_stretch_is_silent_if_it_is_in_every_track(tmp_path):
    first, second = tone(8), tone(8)
    first[2 * RATE : 5 * RATE] = 0
    second[3 * RATE : 7 * RATE] = 0
    assert near(listened(film(tmp_path / "a.mkv", first, second)).silent) == [(3, 5)]


def test_sound_that_stops_early_is_silent_to_the_end(tmp_path):
    found = listened(film(tmp_path / "a.mkv", tone(5)))
    assert (near(found.silent), found.ends_s) == ([(5, 8)], 5.0)


def test_nothing_but_silence_has_no_loudness(tmp_path):
    found = listened(film(tmp_path / "a.mkv", np.zeros(8 * RATE)))
    assert (found.peak_db, found.mean_db, found.silent_share) == (-120.0, -120.0, 1.0)


def test_a_film_without_sound_is_silent(tmp_path):
    found = listened(film(tmp_path / "a.mkv"))
    assert (found.tracks, found.silent, found.peak_db) == (0, (Stretch(start_s=0, end_s=8),), None)


def test_beyond_a_bound_sound_is_heard_in_samples(tmp_path):
    wave = tone(40)
    wave[5 * RATE : 38 * RATE] = 0
    path = film(tmp_path / "a.mkv", wave, seconds=40)
    assert near(listened(path, whole_s=4.0).silent) == [(30, 40)]


@pytest.mark.parametrize(("codec", "container", "found"), [("pcm_u8", "avi", "avi"), ("libmp3lame", "matroska", "mkv")])
def test_sound_of_other_kinds_is_heard(tmp_path, codec, container, found):
    with_sound = listened(film(tmp_path / "a", tone(8, 0.5), codec=codec, container=container), found)
    assert (with_sound.silent, abs(with_sound.mean_db + 9) < 1) == ((), True)


def test_sound_that_cannot_be_decoded_is_not_called_silent(tmp_path):
    path = film(tmp_path / "a.mkv", tone(8), codec="libmp3lame")
    with opened(path, "mkv", 0, 0) as opened_film:
        ears = [Ear(stream) for stream in opened_film.sounds]
        ears[0].ends_s = 8.0
        assert heard(ears, 0.0, 8.0, 1).model_dump() == {
            "tracks": 1,
            "silent": (),
            "silent_share": 0.0,
            "ends_s": 8.0,
            "peak_db": None,
            "mean_db": None,
        }
