"""A few seconds of picture and of sound, encoded once a process: what films are looped from."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import av
import numpy as np

from ingest.demo.pictures import Scene, planes

Sound = Literal["tone", "silence"]

SAMPLE_RATE = 48_000
SOUND_RATE = 32_000
"""Bits per second of the sound."""


@dataclass(frozen=True)
class Recipe:
    """What a seed is encoded by. bit_rate: of the picture, bits per second; 0 for as little as it takes."""

    scene: Scene
    fps: int
    bit_rate: int
    codec: Literal["libx264", "mpeg4"] = "libx264"


@lru_cache(maxsize=48)
def picture_seed(recipe: Recipe) -> bytes:
    """The frames of a scene as the bytes of an MP4 without sound, in closed groups of pictures, none out of order."""
    scene, held = recipe.scene, io.BytesIO()
    with av.open(held, "w", format="mp4", options={"fflags": "+bitexact"}) as out:
        stream = out.add_stream(recipe.codec, rate=recipe.fps, options=_options(recipe))
        stream.width, stream.height, stream.pix_fmt = scene.width, scene.height, "yuv420p"
        stream.codec_context.gop_size = recipe.fps if recipe.bit_rate else scene.frames
        for plane in planes(scene):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(plane, format="yuv420p")))
        out.mux(stream.encode(None))
    return held.getvalue()


def _options(recipe: Recipe) -> dict[str, str]:
    """Fast, and a fixed number of threads: the same bytes on every machine with one version of the library."""
    rate = str(recipe.bit_rate)
    if recipe.codec == "mpeg4":
        return {"threads": "1", "flags": "+bitexact", "b": rate if recipe.bit_rate else "200000"}
    common = {"preset": "ultrafast", "threads": "2", "bf": "0", "sc_threshold": "0", "flags": "+bitexact"}
    if not recipe.bit_rate:
        return common | {"crf": "38"}
    return common | {
        "b": rate,
        "maxrate": rate,
        "bufsize": str(recipe.bit_rate // 8),
        "x264-params": "nal-hrd=cbr:force-cfr=1",
    }


@lru_cache(maxsize=4)
def sound_seed(sound: Sound, codec: Literal["aac", "libmp3lame"]) -> bytes:
    """Four seconds of a gently swelling tone, or of nothing, as the bytes of an MP4."""
    held, length = io.BytesIO(), SAMPLE_RATE * 4
    time = np.arange(length) / SAMPLE_RATE
    wave = np.sin(2 * np.pi * 220 * time) * (0.15 + 0.1 * np.sin(2 * np.pi * 0.5 * time))
    pcm = (np.zeros(length) if sound == "silence" else wave * 32_000).astype(np.int16)
    with av.open(held, "w", format="mp4", options={"fflags": "+bitexact"}) as out:
        stream = out.add_stream(codec, rate=SAMPLE_RATE, layout="stereo", options={"flags": "+bitexact"})
        stream.codec_context.bit_rate = SOUND_RATE
        frame = av.AudioFrame.from_ndarray(np.repeat(pcm, 2)[None, :], format="s16", layout="stereo")
        frame.sample_rate, frame.pts = SAMPLE_RATE, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return held.getvalue()
