"""Copies of films as they come a second time, by real encoders; and a film looked at as the program does it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.film_drawn import FPS, HEIGHT, WIDTH, Grey
from parsers.film.frame import Frame
from parsers.film.prints import Prints

_ENDS_S, _DENSE_A_SECOND, _KEYS = 20.0, 4.5, 60


@dataclass(frozen=True)
class Copy:
    """How a copy is made: what encodes it, what is done to its pictures before."""

    codec: str = "libx264"
    options: dict[str, str] = field(default_factory=dict)
    gop: int = 250
    width: int = WIDTH
    height: int = HEIGHT
    bars: str = ""
    logo: bool = False
    gain: float = 1.0
    lift: float = 0.0
    head_s: float = 0.0
    tail_s: float = 0.0

    @property
    def said(self) -> str:
        """In a word for each thing done."""
        done = [self.codec.removeprefix("lib"), f"gop {self.gop}", f"{self.width}x{self.height}", self.bars]
        done += ["logo"] * self.logo + ["colour"] * (self.gain != 1.0) + [f"-{self.head_s:.1f}s"] * bool(self.head_s)
        return " ".join(filter(None, [*done, f"{self.tail_s:.1f}s-" if self.tail_s else ""]))


ORIGINALS = (
    Copy(options={"preset": "superfast", "crf": "23"}, gop=10 * FPS),
    Copy(options={"preset": "superfast", "crf": "20"}, gop=2 * FPS),
    Copy(options={"preset": "ultrafast", "crf": "25"}, gop=2 * FPS),
    Copy(options={"preset": "ultrafast", "crf": "23"}, gop=5 * FPS),
)
"""As editing programs write films: with key pictures at cuts, or only every few seconds."""


def a_copy(draws: np.random.Generator) -> Copy:
    """One of the ways in which a film comes a second time: one change, or several."""
    codec, options = _CODECS[int(draws.integers(len(_CODECS)))]
    sizes = [(WIDTH, HEIGHT), (128, 72), (256, 144), (320, 180)]
    width, height = sizes[int(draws.integers(len(sizes)))]
    cut = draws.random() < 0.6
    return Copy(
        codec,
        dict(options),
        int(draws.choice([FPS, 2 * FPS, 4 * FPS, 10 * FPS])),
        width,
        height,
        bars=str(draws.choice(["", "", "letter", "pillar", "window"])),
        logo=bool(draws.random() < 0.4),
        gain=float(draws.choice([1.0, 1.0, 0.9, 1.1])),
        lift=float(draws.choice([0.0, 8.0, -6.0])),
        head_s=round(float(draws.uniform(0, 8)), 2) if cut else 0.0,
        tail_s=round(float(draws.uniform(0, 8)), 2) if cut else 0.0,
    )


_CODECS: tuple[tuple[str, dict[str, str]], ...] = (
    ("libx264", {"preset": "veryfast", "crf": "23"}),
    ("libx264", {"preset": "veryfast", "crf": "34"}),
    ("libx264", {"preset": "ultrafast", "crf": "28", "sc_threshold": "0"}),
    ("libx265", {"preset": "ultrafast", "crf": "30", "x265-params": "log-level=none:pools=1:frame-threads=1"}),
    ("mpeg4", {"qscale": "8"}),
    ("mpeg2video", {"qscale": "8"}),
)


def encode(path: Path, pictures: Iterator[Grey], copy: Copy) -> None:
    """Write pictures as a film; chroma is grey."""
    import av

    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as out:
        stream: Any = out.add_stream(copy.codec, rate=FPS if copy.codec != "mpeg2video" else 25, options=copy.options)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = copy.width, copy.height, "yuv420p", copy.gop
        stream.codec_context.thread_count = 1
        rates = 1 if copy.codec != "mpeg2video" else 25 / FPS
        shown = itertools.chain.from_iterable(
            itertools.repeat(one, int((n + 1) * rates) - int(n * rates)) for n, one in enumerate(pictures)
        )
        chroma = np.full((copy.height // 2, copy.width), 128, np.uint8)
        for picture in shown:
            frame = av.VideoFrame.from_ndarray(np.concatenate((picture, chroma)), format="yuv420p")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def changed(pictures: Iterator[Grey], copy: Copy) -> Iterator[Grey]:
    """Pictures as the copy has them."""
    import cv2

    kept = list(pictures)
    for picture in kept[round(copy.head_s * FPS) : len(kept) - round(copy.tail_s * FPS)]:
        x = copy.width // 8 // 2 * 2 if copy.bars in ("pillar", "window") else 0
        y = copy.height // 8 // 2 * 2 if copy.bars in ("letter", "window") else 0
        size = (copy.width - 2 * x, copy.height - 2 * y)
        inner = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        inner = np.clip((inner - 126.0) * copy.gain + 126.0 + copy.lift, 0, 255).astype(np.uint8)
        if copy.logo:
            side = size[1] // 7
            cv2.circle(inner, (size[0] - side, side), side // 2, 235, -1)
            cv2.putText(inner, "TV", (size[0] - side - 4, side + 2), cv2.FONT_HERSHEY_SIMPLEX, 0.25, 16, 1)
        yield cv2.copyMakeBorder(inner, y, y, x, x, cv2.BORDER_CONSTANT, value=16).astype(np.uint8)


def looked_at(path: Path) -> tuple[str, float]:
    """The fingerprint of a film, and the processor seconds that took without decoding."""
    prints, spent = Prints(), 0.0
    for frame in frames(path):
        began = time.process_time()
        prints.see(frame)
        spent += time.process_time() - began
    began = time.process_time()
    said = prints.result()
    return said, spent + time.process_time() - began


def frames(path: Path) -> Iterator[Frame]:
    """Several a second of the first and last 20 s, at most sixty key frames between."""
    import av

    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        stream.codec_context.thread_count = 1
        packets = [(float(p.pts * stream.time_base), p.is_keyframe) for p in film.demux(stream) if p.pts is not None]
        length, keys = max(at for at, _ in packets), sorted(at for at, key in packets if key)
        body = [at for at in keys if _ENDS_S <= at < length - _ENDS_S]
        wanted = {body[round(n)] for n in np.linspace(0, len(body) - 1, min(len(body), _KEYS))} if body else set()
        yield from _dense(film, stream, 0.0, _ENDS_S)
        stream.codec_context.skip_frame = "NONKEY"
        film.seek(0)
        for raw in film.decode(stream):
            if raw.time is not None and float(raw.time) in wanted:
                yield Frame(float(raw.time), "body", key=True, dense=False, raw=raw)
        stream.codec_context.skip_frame = "DEFAULT"
        yield from _dense(film, stream, length - _ENDS_S, length + 1)


def _dense(film: Any, stream: Any, begin: float, end: float) -> Iterator[Frame]:
    film.seek(int(max(begin, 0.0) / stream.time_base), stream=stream)
    last = -1.0
    for raw in film.decode(stream):
        if raw.time is None or raw.time < begin or raw.time - last < 1 / _DENSE_A_SECOND - 0.01:
            continue
        if raw.time >= end:
            return
        last = raw.time
        yield Frame(raw.time, "opening" if begin == 0 else "closing", key=False, dense=True, raw=raw)


def decoded(path: Path) -> Iterator[Grey]:
    """All pictures of a film."""
    import av

    with av.open(str(path)) as film:
        for raw in film.decode(video=0):
            yield raw.to_ndarray(format="gray")
