"""Films drawn for the corpus of near-duplicates: scenes with cuts, cameras and things that move; and families of films
that share an opening, a closing, cards, a template, a studio or bought scenes, and are none the less two."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

FPS, WIDTH, HEIGHT = 10, 192, 108


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
        yield from (("nothing", a_film(draws, length_of(draws))) for _ in range(8))
        for kind, family in FAMILIES.items():
            yield from ((kind, film) for film in family(draws))
        yield from (("nothing", a_film(draws, length_of(draws))) for _ in range(8))


def length_of(draws: np.random.Generator) -> float:
    """Seconds of a film: a little over a minute, so that two thousand are made in time."""
    return round(float(draws.uniform(65, 95)), 1)


def _with(draws: np.random.Generator, before: Sequence[Scene], after: Sequence[Scene]) -> Film:
    own = a_film(draws, length_of(draws) - sum(scene.seconds for scene in (*before, *after)))
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
        own = a_film(draws, length_of(draws))
        yield Film(tuple(replace(scene, look=look, inset=inset, speed=0.0, zoom=0.0) for scene in own.scenes))


def _studios(draws: np.random.Generator) -> Iterator[Film]:
    """Half of the scenes in one studio of two cameras, with somebody who moves."""
    looks = [int(draws.integers(2**40)) for _ in range(2)]
    for _ in range(8):
        own = a_film(draws, length_of(draws))
        yield Film(tuple(_in_studio(draws, scene, looks) if n % 2 else scene for n, scene in enumerate(own.scenes)))


def _in_studio(draws: np.random.Generator, scene: Scene, looks: Sequence[int]) -> Scene:
    return replace(scene, look=looks[int(draws.integers(len(looks)))], speed=0.0, zoom=0.0, movers=2)


def _stock(draws: np.random.Generator) -> Iterator[Film]:
    """Five scenes bought by all, in any order, among their own."""
    bought = [a_scene(draws, 4.0) for _ in range(5)]
    for _ in range(8):
        scenes = [*a_film(draws, length_of(draws) - 20).scenes, *bought]
        draws.shuffle(scenes)  # type: ignore[arg-type]
        yield Film(tuple(scenes))


FAMILIES: dict[str, Callable[[np.random.Generator], Iterator[Film]]] = {
    "opening": _sharing(lambda draws: (_stretch(draws, 16), ())),
    "closing": _sharing(lambda draws: ((), _stretch(draws, 16))),
    "both ends": _sharing(lambda draws: (_stretch(draws, 14), _stretch(draws, 14))),
    "cards": _sharing(lambda draws: (_cards(draws), _cards(draws))),
    "template": _templates,
    "studio": _studios,
    "stock": _stock,
}
