"""The film that looking at films is measured on: three minutes of 1080p at the contest's size, as an editor leaves it.

A new moving picture every few seconds with grain over it, B pictures, keys at cuts, a title, subtitles, credits.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ingest.demo.font import write

WIDTH, HEIGHT, FPS, SECONDS = 1920, 1080, 25, 180
SIZE = 200_000_000
SOUND_RATE = 128_000
SHOT_S, SAID_S = 6, 3
END_S, BODY_S = 18, 36
TITLE = "江水北上的人"
CREDITS = (
    "总导演：沈知远",
    "撰稿：罗定坤",
    "制作单位：武汉江岸纪录影像社",
    "版权单位：武汉江岸纪录影像社",
    "录制时间：2023年5月",
)
SAID = (
    "科学家的故事，值得被更多人听见",
    "他们把论文写在祖国的大地上",
    "每一次观测都要等上整整一夜",
    "数据不会说谎，但需要耐心",
    "江水从这里开始一路向北",
    "六十年，三代人，一条线",
    "这就是科学最迷人的地方",
)

Plane = NDArray[np.uint8]


def make(path: Path, *, size: int = SIZE) -> Path:
    """Write it, unless it lies there already; about a minute of one core. size: bytes, nearly.

    Its ends are encoded once, and what lies between is half a minute written again and again, times shifted.
    """
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part.mp4")
    rate = int(size * 8 * 0.985 / SECONDS) - SOUND_RATE
    body = _encoded(END_S, END_S + BODY_S, rate)
    times = (SECONDS - 2 * END_S) // BODY_S
    pieces = [_encoded(0, END_S, rate), *([body] * times), _encoded(SECONDS - END_S, SECONDS, rate)]
    with av.open(str(draft), "w", options={"movflags": "+faststart"}) as out:
        with av.open(io.BytesIO(pieces[0]), "r") as first:
            picture = out.add_stream_from_template(first.streams.video[0])
        sound = out.add_stream("aac", rate=48_000, layout="stereo")
        sound.codec_context.bit_rate = SOUND_RATE
        heard = _sound(SECONDS)
        for number, packet in enumerate(_packets(pieces, picture)):
            out.mux(packet)
            if number % FPS == 0:
                out.mux(sound.encode(next(heard)))
        out.mux(sound.encode(None))
    draft.rename(path)
    return path


def _encoded(start: int, end: int, rate: int) -> bytes:
    """From second to second as an MP4 of its own, in closed groups of pictures."""
    options = {"preset": "superfast", "b": str(rate), "maxrate": str(rate), "bufsize": str(rate), "g": "125", "bf": "2"}
    options["x264-params"] = "nal-hrd=cbr:force-cfr=1:open-gop=0"
    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as out:
        picture = out.add_stream("libx264", rate=FPS, options=options)
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for plane in _planes(start, end):
            out.mux(picture.encode(av.VideoFrame.from_ndarray(plane, format="yuv420p")))
        out.mux(picture.encode(None))
    return held.getvalue()


def _packets(pieces: Sequence[bytes], stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """The pieces' packets one after the other, their times counted on."""
    before = 0
    for piece in pieces:
        with av.open(io.BytesIO(piece), "r") as source:
            packets = [packet for packet in source.demux(source.streams.video[0]) if packet.size]
            unit = source.streams.video[0].time_base
        step = round(1 / (FPS * unit)) if unit else 1
        for packet in packets:
            packet.stream = stream
            packet.pts, packet.dts = (packet.pts or 0) + before, (packet.dts or 0) + before
            yield packet
        before += step * len(packets)


def _planes(start: int, end: int) -> Iterator[Plane]:
    """The frames from second to second, as yuv420p."""
    grain = np.random.default_rng(0).integers(0, 18, (HEIGHT + 64, WIDTH + 64), np.uint8)
    for number in range(start * FPS, end * FPS):
        at_s = number / FPS
        ground = _ground(int(at_s // SHOT_S))
        moved = int(at_s % SHOT_S * 40)
        frame = np.empty((HEIGHT * 3 // 2, WIDTH), np.uint8)
        down, across = number * 37 % 64, number * 61 % 64
        frame[:HEIGHT] = ground[moved // 2 : moved // 2 + HEIGHT, moved : moved + WIDTH]
        frame[:HEIGHT] += grain[down : down + HEIGHT, across : across + WIDTH]
        if words := _words(at_s):
            top, sheet, letters = _sheet(words)
            under = frame[top : top + sheet.shape[0]]
            np.copyto(under, sheet, where=letters)
        frame[HEIGHT:] = 118 + int(at_s // SHOT_S) * 5 % 20
        yield frame


def _words(at_s: float) -> tuple[str, ...]:
    """What stands on the screen at a second: the title alone, all credits, or one line at the bottom."""
    if 2 <= at_s < 6:
        return ("title", TITLE)
    if at_s >= SECONDS - 8:
        return ("credits", *CREDITS)
    return ("said", SAID[int(at_s // SAID_S) % len(SAID)]) if at_s >= 8 and at_s % SAID_S < 2.6 else ()


@lru_cache(maxsize=32)
def _sheet(words: tuple[str, ...]) -> tuple[int, Plane, NDArray[np.bool_]]:
    """A strip of the picture with outlined letters: its top, its pixels, where they are."""
    how, *lines = words
    size, top = {"title": (150, 380), "credits": (54, 300), "said": (50, 950)}[how]
    high = int(size * 1.5) * len(lines)
    outline, inner = Image.new("L", (WIDTH, high), 0), Image.new("L", (WIDTH, high), 0)
    for number, line in enumerate(lines):
        middle = (WIDTH / 2, int(size * 1.5) * (number + 0.5))
        write(ImageDraw.Draw(inner), middle, line, size, fill=255, anchor="mm")
    wide = max(size // 25, 2)
    for dx in range(-wide, wide + 1, wide):
        for dy in range(-wide, wide + 1, wide):
            outline.paste(255, (dx, dy), inner)
    letters = np.asarray(inner) > 100
    edge = np.asarray(outline) > 100
    return top, np.where(letters, 235, 20).astype(np.uint8), letters | edge


@lru_cache(maxsize=2)
def _ground(shot: int) -> Plane:
    """A picture larger than the frame, with soft light, edges and detail."""
    draws = np.random.default_rng(1000 + shot)
    size = (WIDTH + 40 * SHOT_S + 8, HEIGHT + 20 * SHOT_S + 8)
    soft = Image.fromarray(draws.integers(40, 160, (5, 8), np.uint8)).resize(size, Image.Resampling.BICUBIC)
    fine = Image.fromarray(draws.integers(0, 50, (90, 160), np.uint8)).resize(size, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(soft)
    for left, top, wide, high, light in draws.integers((0, 0, 60, 60, 30), (1900, 1000, 500, 400, 190), (14, 5)):
        pen.rectangle((int(left), int(top), int(left + wide), int(top + high)), fill=int(light))
    lit: Plane = np.minimum(np.asarray(soft).astype(np.uint16) + np.asarray(fine), 230).astype(np.uint8)
    return lit


def _sound(seconds: int) -> Iterator[av.AudioFrame]:
    """A second of sound at a time: tones that come and go, as speech does."""
    rate = 48_000
    for second in range(seconds):
        time = np.arange(rate) / rate + second
        wave = np.sin(2 * np.pi * (180 + 40 * np.sin(time * 3)) * time) * (0.12 + 0.1 * np.sin(2 * np.pi * 2 * time))
        pcm = (wave * 20_000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(pcm, 2)[None, :], format="s16", layout="stereo")
        frame.sample_rate, frame.pts = rate, second * rate
        yield frame
