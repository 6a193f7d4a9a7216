"""How well bars are told: films made with an encoder, of which is known where their picture lies in the frame.

`python -m bench.film_bars` prints one JSON object; about a minute. Half of the films have bars, half have what may be
taken for them: dark scenes, black openings, vignettes, thin dark edges, bars in a part of the film only.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from bench.measure import show
from parsers.facts import VideoFacts
from parsers.film import watch
from parsers.filmfacts import Bars

WIDTH, HEIGHT, FPS, SCENES, SCENE_S = 640, 360, 2, 12, 3
NEAR = 0.012
"""Of a side: an edge found that near to where it is counts as right."""

Plane = NDArray[np.uint8]
Draw = np.random.Generator


@dataclass(frozen=True)
class Case:
    """One film: what its scenes look like, where the picture lies (top, bottom, left, right), what lies in the bars."""

    name: str
    number: int
    bars: tuple[int, int, int, int] = (0, 0, 0, 0)
    scene: str = "day"
    black: int = 16
    extra: str = ""
    options: dict[str, str] = field(default_factory=dict)
    seen: float = 1.0
    """Part of the scenes that have the bars; the others fill the frame."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.film_bars", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object, as without it")
    parser.add_argument("--count", type=int, default=300, help="films")
    parser.add_argument("--wrong", action="store_true", help="name those told wrong")
    asked = parser.parse_args()
    show(measure(asked.count, wrong=asked.wrong), as_json=True)


def measure(count: int, *, wrong: bool = False) -> dict[str, Any]:
    """Share of `count` films whose bars are told right: which there are, and each edge where it is."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(count):
            path = film(Path(folder) / "film.mp4", case)
            bars = watch(path, facts_of(path), None, ocr=False, clip=False).bars
            good = bars is not None and told(bars, case)
            kind = "boxed" if any(case.bars) and case.seen > 0.5 else "full"
            right[kind] += good
            total[kind] += 1
            if not good:
                missed.append(f"{case.name} {case.number}: {bars} for {case.bars}")
    found: dict[str, Any] = {f"{kind}_accuracy": round(right[kind] / total[kind], 4) for kind in total}
    found |= {"accuracy": round(right.total() / total.total(), 4), "films": total.total()}
    return found | ({"wrong": missed} if wrong else {})


def told(bars: Bars, case: Case) -> bool:
    """The same bars, and no edge further off than NEAR."""
    truth = case.bars if case.seen > 0.5 else (0, 0, 0, 0)
    found = (bars.top, bars.bottom, bars.left, bars.right)
    sides = (HEIGHT, HEIGHT, WIDTH, WIDTH)
    same = all(bool(one) == bool(other) for one, other in zip(found, truth, strict=True))
    return same and all(abs(one - other) <= NEAR * side for one, other, side in zip(found, truth, sides, strict=True))


def facts_of(path: Path) -> VideoFacts:
    """As much as looking at the bars needs."""
    return VideoFacts(
        container="mp4",
        size=path.stat().st_size,
        width=WIDTH,
        height=HEIGHT,
        shown_width=WIDTH,
        shown_height=HEIGHT,
        display_aspect=WIDTH / HEIGHT,
    )


def cases(count: int) -> Iterator[Case]:
    """The films, the same ones for the same count."""
    makers: list[Callable[[int, Draw], Case]] = [
        _letterbox,
        _full,
        _pillarbox,
        _dark,
        _window,
        _edges,
        _busy,
        _partly,
        _boxed_night,
    ]
    for number in range(count):
        yield makers[number % len(makers)](number, np.random.default_rng(number))


def _letterbox(number: int, draw: Draw) -> Case:
    height = int(draw.integers(9, 64))
    other = height if draw.random() < 0.8 else int(draw.integers(9, 64))
    return Case("letterbox", number, (height, other, 0, 0), **_manner(draw))


def _pillarbox(number: int, draw: Draw) -> Case:
    width = int(draw.choice([80, 140, 219, int(draw.integers(16, 240))]))
    return Case("pillarbox", number, (0, 0, width, width), **_manner(draw))


def _window(number: int, draw: Draw) -> Case:
    down, across = int(draw.integers(12, 90)), int(draw.integers(16, 160))
    return Case("window", number, (down, down, across, across), **_manner(draw))


def _busy(number: int, draw: Draw) -> Case:
    """Something stands in the bars."""
    height = int(draw.integers(26, 64))
    extra = str(draw.choice(["logo", "subtitle", "title", "both"]))
    return Case(f"{extra} in bar", number, (height, height, 0, 0), extra=extra, **_manner(draw))


def _boxed_night(number: int, draw: Draw) -> Case:
    """Bars around pictures that are hardly lighter, or get darker towards their edges."""
    height, width = (int(draw.integers(12, 64)), 0) if draw.random() < 0.5 else (0, int(draw.integers(40, 200)))
    scene = str(draw.choice(["night", "night", "vignette"]))
    return Case(f"boxed {scene}", number, (height, height, width, width), scene=scene)


def _partly(number: int, draw: Draw) -> Case:
    """Bars in the greater part of the film, or in a smaller one, which is none that stays."""
    height = int(draw.integers(20, 50))
    seen = float(draw.choice([0.3, 0.4, 0.8, 0.9]))
    return Case("partly", number, (height, height, 0, 0), seen=seen, **_manner(draw))


def _full(number: int, draw: Draw) -> Case:
    return Case("full", number, extra=str(draw.choice(["", "logo", "low subtitle", "black opening"])), **_manner(draw))


def _dark(number: int, draw: Draw) -> Case:
    scene = str(draw.choice(["night", "vignette", "stage", "skyline", "stars", "credits"]))
    return Case(scene, number, scene=scene, extra=str(draw.choice(["", "black opening"])))


def _edges(number: int, draw: Draw) -> Case:
    """Dark lines an encoder has left."""
    top, bottom, left, right = (int(side) for side in draw.integers(0, 4, 4))
    return Case("thin edges", number, extra=f"edges {top} {bottom} {left} {right}", **_manner(draw))


def _manner(draw: Draw) -> dict[str, Any]:
    """What differs from film to film without being of matter."""
    rate = {"crf": str(int(draw.choice([18, 23, 30, 38])))}
    scene = str(draw.choice(["day", "day", "day", "dim", "slides", "grain"]))
    return {"scene": scene, "black": int(draw.choice([16, 16, 16, 0, 20])), "options": rate}


def film(path: Path, case: Case) -> Path:
    """Write one: SCENES scenes of SCENE_S seconds each, H.264, a key picture for every second."""
    draw = np.random.default_rng(1_000_000 + case.number)
    options = {"preset": "veryfast", "threads": "1", "g": str(FPS)} | case.options
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        chroma = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
        for luma in _frames(case, draw):
            frame = av.VideoFrame.from_ndarray(np.concatenate((luma, chroma)), format="yuv420p")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _frames(case: Case, draw: Draw) -> Iterator[Plane]:
    boxed = draw.permutation(SCENES) < round(case.seen * SCENES)
    for scene in range(SCENES):
        top, bottom, left, right = case.bars if boxed[scene] else (0, 0, 0, 0)
        high, wide = HEIGHT - top - bottom, WIDTH - left - right
        opening = "opening" in case.extra and scene < SCENES // 4
        for picture in _scene(case.scene, high + 8, wide + 8, draw):
            whole = np.full((HEIGHT, WIDTH), case.black, np.uint8)
            if not opening:
                whole[top : HEIGHT - bottom, left : WIDTH - right] = picture[:high, :wide]
                _add(whole, case, scene)
            yield whole


def _scene(kind: str, high: int, wide: int, draw: Draw) -> Iterator[Plane]:
    """Pictures of one scene, which moves a little."""
    still = _SCENES[kind](high, wide, draw)
    for number in range(FPS * SCENE_S):
        moved = np.roll(still, (number % 5, number % 7), axis=(0, 1)) if kind not in _STANDING else still
        if kind == "grain":
            moved = np.clip(moved + draw.normal(0, 6, moved.shape), 16, 235)
        yield moved.astype(np.uint8)


def _texture(high: int, wide: int, draw: Draw, mean: float, contrast: float) -> NDArray[np.float32]:
    """Clouds of all sizes, as pictures of the world have them."""
    total = np.zeros((high, wide), np.float32)
    for octave in range(1, 7):
        cells = draw.normal(0, 1, (2**octave + 1, 2 ** (octave + 1))).astype(np.float32)
        total += cv2.resize(cells, (wide, high), interpolation=cv2.INTER_CUBIC) / octave
    found: NDArray[np.float32] = np.clip(mean + contrast * total / total.std(), 16, 235)
    return found


def _day(high: int, wide: int, draw: Draw) -> NDArray[np.float32]:
    return _texture(high, wide, draw, draw.uniform(80, 150), draw.uniform(20, 45))


def _dim(high: int, wide: int, draw: Draw) -> NDArray[np.float32]:
    return _texture(high, wide, draw, draw.uniform(45, 100), draw.uniform(12, 30))


def _slides(high: int, wide: int, draw: Draw) -> NDArray[np.float32]:
    """A plain ground with some blocks."""
    ground = np.full((high, wide), draw.uniform(60, 220), np.float32)
    for _ in range(5):
        y, x = int(draw.integers(0, high)), int(draw.integers(0, wide))
        ground[y : y + high // 4, x : x + wide // 4] = draw.uniform(20, 235)
    return ground


def _night(high: int, wide: int, draw: Draw) -> NDArray[np.float32]:
    """Dark all over, with lamps, and a street that is lit in some scenes."""
    dark = _texture(high, wide, draw, draw.uniform(22, 34), 8)
    for _ in range(int(draw.integers(4, 14))):
        centre = int(draw.integers(0, wide)), int(draw.integers(0, high))
        cv2.circle(dark, centre, int(draw.integers(6, 40)), float(draw.uniform(80, 220)), -1)
    blurred: NDArray[np.float32] = cv2.GaussianBlur(dark, (0, 0), 4).astype(np.float32)
    return blurred


def _vignette(high: int, wide: int, draw: Draw) -> NDArray[np.float32]:
    y, x = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
    fall = np.clip(1.25 - 0.8 * (x * x + y * y), 0, 1)
    picture: NDArray[np.float32] = (16 + (_day(high, wide, draw) - 16) * fall).astype(np.float32)
    return picture


def _stage(high: int, wide: int, draw: Draw) -> NDArray[np.float32]:
    """A speaker in the light, black curtains around, never at the same place."""
    y, x = np.mgrid[0:high, 0:wide]
    middle = draw.uniform(0.35, 0.65) * wide
    light = np.exp(-(((x - middle) / (0.28 * wide)) ** 2)) * np.clip(y / high + 0.5, 0, 1)
    picture: NDArray[np.float32] = (18 + (_day(high, wide, draw) - 16) * light).astype(np.float32)
    return picture


def _skyline(high: int, wide: int, draw: Draw) -> NDArray[np.float32]:
    """A bright sky over land that is nearly black; the line differs from scene to scene."""
    sky = _texture(high, wide, draw, 150, 20)
    land = high * draw.uniform(0.55, 0.85) + 20 * np.cumsum(draw.normal(0, 0.15, wide))
    return np.where(np.arange(high)[:, None] > land[None, :], draw.uniform(17, 24), sky).astype(np.float32)


def _stars(high: int, wide: int, draw: Draw) -> NDArray[np.float32]:
    """Things on black: a planet somewhere, stars."""
    sky = np.full((high, wide), 16, np.float32)
    centre = int(draw.uniform(0.2, 0.8) * wide), int(draw.uniform(0.2, 0.8) * high)
    cv2.circle(sky, centre, int(draw.integers(high // 6, high // 2)), float(draw.uniform(90, 200)), -1)
    sky[draw.random((high, wide)) < 0.002] = 200
    return sky


def _credits(high: int, wide: int, draw: Draw) -> NDArray[np.float32]:
    """White lines on black."""
    paper = np.full((high, wide), 16, np.uint8)
    for line in range(int(draw.integers(3, 9))):
        text = "".join(chr(int(letter)) for letter in draw.integers(65, 90, int(draw.integers(6, 20))))
        place = int(draw.uniform(0.1, 0.4) * wide), int(high * (0.2 + 0.09 * line))
        cv2.putText(paper, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 235, 2, cv2.LINE_AA)
    return paper.astype(np.float32)


_SCENES: dict[str, Callable[[int, int, Draw], NDArray[np.float32]]] = {
    "day": _day,
    "dim": _dim,
    "grain": _day,
    "slides": _slides,
    "night": _night,
    "vignette": _vignette,
    "stage": _stage,
    "skyline": _skyline,
    "stars": _stars,
    "credits": _credits,
}
_STANDING = frozenset({"vignette", "stage", "skyline", "slides", "credits"})


def _add(whole: Plane, case: Case, scene: int) -> None:
    """What is laid over a picture and its bars."""
    top, bottom = case.bars[0] or 40, case.bars[1] or 40
    if "logo" in case.extra or case.extra == "both":
        cv2.putText(whole, "TV-1", (24, max(top - 8, 16)), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 220, 2, cv2.LINE_AA)
    if "subtitle" in case.extra or case.extra == "both":
        draw = np.random.default_rng(case.number * 100 + scene)
        words = "".join(chr(int(letter)) for letter in draw.integers(65, 90, int(draw.integers(14, 30))))
        place = WIDTH // 2 - 9 * len(words), HEIGHT - max(bottom // 2 - 8, 4)
        cv2.putText(whole, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 235, 2, cv2.LINE_AA)
    if case.extra == "title":
        cv2.putText(whole, "KNOWLEDGE FOR ALL", (150, top - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 235, 2, cv2.LINE_AA)
    if case.extra.startswith("edges"):
        first, last, left, right = (int(side) for side in case.extra.split()[1:])
        whole[:first] = whole[HEIGHT - last :] = whole[:, :left] = whole[:, WIDTH - right :] = 16


if __name__ == "__main__":
    main()
