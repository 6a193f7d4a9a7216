"""How well films are known again: near-duplicates made by real encoders among films that only share a part or a look.

`python -m bench.film_twins` prints one JSON object. Films are drawn, small and short (about 80 s), encoded, and looked
at as the program does: several pictures a second at either end, key frames between.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parsers.facts import VideoFacts
from parsers.film.frame import Frame
from parsers.film.prints import Prints, read
from parsers.film.prints_alike import Doubt, Match, compare
from parsers.film.prints_beside import beside
from parsers.film.prints_index import NEW_AT_ONCE, candidates
from parsers.filmfacts import Beside

Grey = NDArray[np.uint8]

FPS, WIDTH, HEIGHT = 10, 192, 108
_ENDS_S, _DENSE_A_SECOND, _KEYS = 20.0, 4.5, 60


# --- what is drawn ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """A stretch of a film. seed: of its ground and what moves; look: the seed of a ground shared with others' scenes.

    speed: of the camera in pictures' widths a second; movers: things that move over the ground; inset: the ground is a
    frame of that many hundredths around another picture. still: a card on plain ground.
    """

    seed: int
    seconds: float
    look: int
    speed: float = 0.0
    zoom: float = 0.0
    movers: int = 1
    inset: int = 0
    card: bool = False


@dataclass(frozen=True)
class Film:
    """A film as drawn. fade_s: of its first and last picture."""

    scenes: tuple[Scene, ...]
    fade_s: float = 0.0


def a_film(draws: np.random.Generator, seconds: float) -> Film:
    """Scenes of 1.5 to 8 seconds: cameras at rest, pans, zooms, things that move; one film in four is hectic."""
    hectic = draws.random() < 0.25
    scenes, left = [], seconds
    while left > 0:
        length = min(float(draws.uniform(1.5, 4 if hectic else 8)), left)
        scenes.append(a_scene(draws, length, hectic=hectic))
        left -= length
    return Film(tuple(scenes), fade_s=float(draws.choice([0.0, 1.0])))


def a_scene(draws: np.random.Generator, seconds: float, *, hectic: bool = False) -> Scene:
    seed = int(draws.integers(2**40))
    rest = draws.random() < (0.2 if hectic else 0.5)
    return Scene(
        seed,
        seconds,
        seed,
        speed=0.0 if rest else float(draws.uniform(0.02, 0.3 if hectic else 0.12)),
        zoom=float(draws.choice([0.0, 0.0, 0.03, -0.03])),
        movers=int(draws.integers(0, 4)),
    )


def ground(look: int, width: int, height: int) -> Grey:
    """A picture of soft and hard shapes, as different from another look's as two photographs."""
    import cv2

    draws = np.random.default_rng(look)
    layers = np.zeros((height, width), np.float32)
    for cells, weight in ((3, 60), (6, 40), (14, 22), (40, 10)):
        noise = draws.normal(size=(cells, cells * 2)).astype(np.float32)
        layers += weight * cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    picture = np.clip(layers + draws.uniform(70, 150), 16, 235).astype(np.uint8)
    for _ in range(int(draws.integers(3, 9))):
        centre = (int(draws.integers(width)), int(draws.integers(height)))
        axes = (int(draws.integers(4, width // 5)), int(draws.integers(4, height // 4)))
        shade, angle = int(draws.integers(16, 236)), float(draws.uniform(0, 180))
        if draws.random() < 0.5:
            cv2.ellipse(picture, centre, axes, angle, 0, 360, shade, -1)
        else:
            cv2.rectangle(picture, centre, (centre[0] + axes[0], centre[1] + axes[1]), shade, -1)
    return picture


def drawn(film: Film, width: int = WIDTH, height: int = HEIGHT) -> Iterator[Grey]:
    """Its pictures, one after the other."""
    total = sum(round(scene.seconds * FPS) for scene in film.scenes)
    number = 0
    for scene in film.scenes:
        for picture in _scene(scene, width, height):
            edge = min(number, total - 1 - number) / FPS
            yield picture if edge >= film.fade_s else (16 + (picture - 16.0) * edge / film.fade_s).astype(np.uint8)
            number += 1


def _scene(scene: Scene, width: int, height: int) -> Iterator[Grey]:
    import cv2

    frames = round(scene.seconds * FPS)
    if scene.card:
        yield from itertools.repeat(_card(scene.seed, width, height), frames)
        return
    large = ground(scene.look, 2 * width, 2 * height)
    draws = np.random.default_rng(scene.seed)
    angle = draws.uniform(0, 2 * np.pi)
    step = np.array([np.cos(angle), np.sin(angle)]) * scene.speed * width / FPS
    movers = [_mover(draws, width, height) for _ in range(scene.movers)]
    inner = ground(scene.seed + 1, width, height) if scene.inset else None
    for number in range(frames):
        scale = (1.0 + scene.zoom * number / FPS) * 0.75
        at = np.array([width, height]) * (1 - 0.5 / scale) * 1.0 + step * number - np.array([width, height]) * 0.2
        move = np.array([[scale, 0, -at[0] * scale / 2], [0, scale, -at[1] * scale / 2]])
        picture = cv2.warpAffine(large, move, (width, height), borderMode=cv2.BORDER_REFLECT)
        if inner is not None:
            x, y = width * scene.inset // 100, height * scene.inset // 100
            shifted = np.roll(inner, round(step[0] * number + number), axis=1)
            picture[y : height - y, x : width - x] = cv2.resize(shifted, (width - 2 * x, height - 2 * y))
        for place, velocity, radius, shade in movers:
            centre = (place + velocity * number / FPS) % (width, height)
            cv2.circle(picture, (int(centre[0]), int(centre[1])), radius, shade, -1)
        yield picture.astype(np.uint8)


def _mover(draws: np.random.Generator, width: int, height: int) -> tuple[Any, Any, int, int]:
    place, velocity = draws.uniform(0, 1, 2) * (width, height), draws.normal(size=2) * width * 0.12
    return place, velocity, int(draws.integers(height // 14, height // 6)), int(draws.integers(16, 236))


def _card(seed: int, width: int, height: int) -> Grey:
    """A title on plain ground."""
    import cv2

    picture = np.full((height, width), 20 + seed % 60, np.uint8)
    words = f"TITLE {seed % 9973}"
    cv2.putText(picture, words, (width // 6, height // 2), cv2.FONT_HERSHEY_SIMPLEX, width / 350, 235, 1, cv2.LINE_AA)
    return picture


# --- films that share something but are none ------------------------------------------------------------------------


def strangers(draws: np.random.Generator) -> Iterator[tuple[str, Film]]:
    """Kinds of films without end, in families of eight: nothing shared, an opening, a closing, both, cards, a template,
    a studio, stock footage."""
    while True:
        yield from (("nothing", a_film(draws, _length(draws))) for _ in range(8))
        for kind, family in _FAMILIES.items():
            yield from ((kind, film) for film in family(draws))
        yield from (("nothing", a_film(draws, _length(draws))) for _ in range(8))


def _length(draws: np.random.Generator) -> float:
    return round(float(draws.uniform(65, 95)), 1)


def _with(draws: np.random.Generator, before: Sequence[Scene], after: Sequence[Scene]) -> Film:
    own = a_film(draws, _length(draws) - sum(scene.seconds for scene in (*before, *after)))
    return Film((*before, *own.scenes, *after))


def _sharing(ends: Callable[[np.random.Generator], tuple[Sequence[Scene], Sequence[Scene]]]) -> Any:
    def family(draws: np.random.Generator) -> Iterator[Film]:
        before, after = ends(draws)
        return (_with(draws, before, after) for _ in range(8))

    return family


def _stretch(draws: np.random.Generator, longest: float) -> tuple[Scene, ...]:
    return a_film(draws, round(float(draws.uniform(5, longest)), 1)).scenes


def _cards(draws: np.random.Generator) -> tuple[Scene, ...]:
    return (Scene(int(draws.integers(2**40)), float(draws.uniform(3, 6)), 0, card=True),)


def _templates(draws: np.random.Generator) -> Iterator[Film]:
    """One frame around all pictures, its own pictures in it."""
    look, inset = int(draws.integers(2**40)), int(draws.integers(9, 16))
    for _ in range(8):
        own = a_film(draws, _length(draws))
        yield Film(tuple(replace(scene, look=look, inset=inset, speed=0.0, zoom=0.0) for scene in own.scenes))


def _studios(draws: np.random.Generator) -> Iterator[Film]:
    """Half of the scenes in one studio of two cameras, with somebody who moves."""
    looks = [int(draws.integers(2**40)) for _ in range(2)]
    for _ in range(8):
        own = a_film(draws, _length(draws))
        yield Film(tuple(_in_studio(draws, scene, looks) if n % 2 else scene for n, scene in enumerate(own.scenes)))


def _in_studio(draws: np.random.Generator, scene: Scene, looks: Sequence[int]) -> Scene:
    return replace(scene, look=looks[int(draws.integers(len(looks)))], speed=0.0, zoom=0.0, movers=2)


def _stock(draws: np.random.Generator) -> Iterator[Film]:
    """Five scenes bought by all, in any order, among their own."""
    bought = [a_scene(draws, 4.0) for _ in range(5)]
    for _ in range(8):
        scenes = [*a_film(draws, _length(draws) - 20).scenes, *bought]
        draws.shuffle(scenes)  # type: ignore[arg-type]
        yield Film(tuple(scenes))


_FAMILIES: dict[str, Callable[[np.random.Generator], Iterator[Film]]] = {
    "opening": _sharing(lambda draws: (_stretch(draws, 16), ())),
    "closing": _sharing(lambda draws: ((), _stretch(draws, 16))),
    "both ends": _sharing(lambda draws: (_stretch(draws, 14), _stretch(draws, 14))),
    "cards": _sharing(lambda draws: (_cards(draws), _cards(draws))),
    "template": _templates,
    "studio": _studios,
    "stock": _stock,
}


# --- encoding and copying -------------------------------------------------------------------------------------------


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


# --- looking --------------------------------------------------------------------------------------------------------


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


# --- measuring ------------------------------------------------------------------------------------------------------


@dataclass
class Corpus:
    """Fingerprints in order, what they are of, and which belong together."""

    prints: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    twins: list[tuple[int, int]] = field(default_factory=list)
    hash_s: float = 0.0

    def add(self, path: Path, kind: str) -> None:
        """One more film."""
        said, took = looked_at(path)
        self.prints.append(said)
        self.kinds.append(kind)
        self.paths.append(path)
        self.hash_s += took

    def next(self, folder: Path) -> Path:
        """Where the next film goes."""
        return folder / f"{len(self.paths)}.mkv"


def make(folder: Path, pairs: int, others: int, seed: int, say: Callable[[str], None] = lambda _said: None) -> Corpus:
    """A corpus of so many pairs and so many other films."""
    corpus, draws = Corpus(), np.random.default_rng(seed)
    for _ in range(pairs):
        film, copy = a_film(draws, _length(draws)), a_copy(draws)
        first = corpus.next(folder)
        encode(first, drawn(film), ORIGINALS[int(draws.integers(len(ORIGINALS)))])
        corpus.add(first, "original")
        encode(corpus.next(folder), changed(_decoded(first), copy), copy)
        corpus.add(corpus.next(folder), copy.said)
        corpus.twins.append((len(corpus.prints) - 2, len(corpus.prints) - 1))
        say(copy.said)
    for kind, film in itertools.islice(strangers(draws), others):
        made = replace(ORIGINALS[int(draws.integers(len(ORIGINALS)))], width=128, height=72)
        encode(corpus.next(folder), drawn(film, 128, 72), made)
        corpus.add(corpus.next(folder), kind)
        say(kind)
    return corpus


def _decoded(path: Path) -> Iterator[Grey]:
    import av

    with av.open(str(path)) as film:
        for raw in film.decode(video=0):
            yield raw.to_ndarray(format="gray")


def judged(corpus: Corpus) -> dict[str, Any]:
    """What was found of the twins, and what was found that is none."""
    said, took = compared(corpus.prints)
    began = time.process_time()
    doubts = {pair for pair, found in said.items() if isinstance(found, Doubt)}
    settled = {pair: _beside(corpus, *pair) for pair in doubts}
    looked = time.process_time() - began
    verdicts = {
        pair: Beside(verdict="one", share=found.share) for pair, found in said.items() if isinstance(found, Match)
    }
    verdicts |= settled
    one = {pair for pair, verdict in verdicts.items() if verdict.verdict != "two"}
    missed = [pair for pair in corpus.twins if pair not in one]
    false = [(corpus.kinds[pair[0]], corpus.kinds[pair[1]]) for pair in one if pair not in set(corpus.twins)]
    films = len(corpus.prints)
    return {
        "films": films,
        "pairs": len(corpus.twins),
        "recall": round(1 - len(missed) / max(len(corpus.twins), 1), 4),
        "missed": [f"{corpus.kinds[pair[1]]}: {_why(said, pair)}" for pair in missed],
        "false_pairs": len(false),
        "false_kinds": {f"{one} / {other}": count for (one, other), count in Counter(false).items()},
        "others_by_kind": dict(Counter(kind for kind in corpus.kinds if kind in _KINDS)),
        "doubts": len(doubts),
        "doubts_of_twins": sum(pair in doubts for pair in corpus.twins),
        "look_core_s_a_doubt": round(looked / max(len(doubts), 1), 3),
        "hash_core_s_a_film": round(corpus.hash_s / max(films, 1), 4),
        "compare_all_core_s": round(took, 2),
        "fingerprint_bytes": round(sum(map(len, corpus.prints)) / max(films, 1)),
        "without_fingerprint": sum(not one for one in corpus.prints),
    }


Pair = tuple[int, int]


def compared(prints: Sequence[str]) -> tuple[dict[Pair, Match | Doubt], float]:
    """Every pair that is, or may be, one film by the fingerprints alone; processor seconds of finding them."""
    began = time.process_time()
    book = {f"{number:06d}": one for number, one in enumerate(prints)}
    names, said = list(book), {}
    for start in range(0, len(names), NEW_AT_ONCE):
        new = {name: book[name] for name in names[start : start + NEW_AT_ONCE]}
        for one, other in candidates(new, book.items()):
            first, second = read(book[one]), read(book[other])
            if first and second and (found := compare(first, second)):
                said[int(one), int(other)] = found
    return said, time.process_time() - began


def _why(said: dict[Pair, Match | Doubt], pair: Pair) -> str:
    return "looked at, and taken for two" if pair in said else "nothing in common found"


def _beside(corpus: Corpus, one: int, other: int) -> Beside:
    """By a look at some places of one of the films."""
    facts = VideoFacts(container="mkv", size=0, width=0, height=0, shown_width=0, shown_height=0, display_aspect=1.0)
    sides = [(corpus.paths[at], facts, corpus.prints[at]) for at in (one, other)]
    return beside(sides[0], sides[1], None)


_KINDS = {"nothing", *_FAMILIES}


def measure(pairs: int = 60, others: int = 2000, seed: int = 1) -> dict[str, Any]:
    """Recall over the pairs and false pairs over all films; processor seconds of it all."""
    with tempfile.TemporaryDirectory(prefix="kepu-bench-") as folder:
        found = judged(make(Path(folder), pairs, others, seed))
    used = resource.getrusage(resource.RUSAGE_SELF)
    return found | {"core_s": round(used.ru_utime + used.ru_stime, 1)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.film_twins", description=__doc__)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--others", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.pairs, asked.others, asked.seed), ensure_ascii=False))


if __name__ == "__main__":
    main()
