"""Small films made with an encoder, as the films of strangers are."""

from fractions import Fraction

import av
import numpy as np
import pytest

from parsers.facts import VideoFacts


def encode(
    path,
    planes,
    *,
    fps=10,
    codec="libx264",
    pix_fmt="yuv420p",
    options=None,
    pts=None,
    tones=(),
    tone_s=None,
    movflags="",
    container=None,
):
    """A film of grey pictures (height, width), one after the other; pts: of each, in pictures, if not one by one.

    tones: amplitudes of sound tracks, 0 to 1; tone_s: how long they are, as long as the pictures if None.
    """
    planes = list(planes)
    flags = {"movflags": movflags} if movflags else {}
    with av.open(str(path), "w", format=container, options=flags) as out:
        speed = {"preset": "ultrafast"} if codec in ("libx264", "libx265") else {}
        stream = out.add_stream(codec, rate=fps, options=speed | (options or {}))
        stream.height, stream.width = planes[0].shape
        stream.pix_fmt = pix_fmt
        if pts is not None:
            stream.codec_context.time_base = Fraction(1, fps * 100)
        seconds = len(planes) / fps if tone_s is None else tone_s
        tracks = [(out.add_stream("aac", rate=48_000, layout="mono"), tone) for tone in tones]
        for number, plane in enumerate(planes):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(plane), format="gray8").reformat(format=pix_fmt)
            frame.pts = round((number if pts is None else pts[number]) * 100)
            frame.time_base = Fraction(1, fps * 100)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        for track, tone in tracks:
            time = np.arange(round(seconds * 48_000)) / 48_000
            wave = (tone * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(wave[None, :], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48_000, 0
            out.mux(track.encode(frame))
            out.mux(track.encode(None))
    return path


def moving(count, width=160, height=90, seed=0):
    """Pictures in which everything moves."""
    ground = np.random.default_rng(seed).integers(60, 200, (height // 6 + 1, width // 6 + 1))
    ground = np.kron(ground, np.ones((6, 6))).astype(np.uint8)[:height, :width]
    return [np.roll(ground, (number, 3 * number), axis=(0, 1)) for number in range(count)]


@pytest.fixture(scope="session")
def film_maker():
    """`encode`."""
    return encode


@pytest.fixture(scope="session")
def moving_pictures():
    """`moving`."""
    return moving


@pytest.fixture(scope="session")
def facts_of():
    """Facts of a film, as far as watching needs them, without asking MediaInfo."""

    def describe(path, container="mp4", **more):
        with av.open(str(path)) as film:
            stream = film.streams.video[0]
            size = {"width": stream.width, "height": stream.height}
            length = float(stream.duration * stream.time_base) if stream.duration else None
        shown = {"shown_width": size["width"], "shown_height": size["height"]}
        known = {"size": path.stat().st_size, "duration_s": length, "display_aspect": 16 / 9} | size | shown
        return VideoFacts(container=container, **(known | more))

    return describe
