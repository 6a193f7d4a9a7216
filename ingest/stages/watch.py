"""Watch: films of works are looked at and listened to, each once, on all workers and within the batch's time.

What was seen is kept by the film's digest, with its pictures in the store; then the works that have the film are judged
again. After all looks, films that a browser does not play are copied small, those that are judged only.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from ingest.context import Context, crash_point
from ingest.durable import is_full
from ingest.ledger.watched import Due
from ingest.lots import shelved
from ingest.workers import Film
from parsers.facts import ENDED_BY_US, VideoFacts
from parsers.filmfacts import Watched

log = structlog.get_logger("kepu")

_NAMED = 3
"""Works that are named in a sentence on trouble."""

SHARE = 4
"""Films have this part of a batch's time at least, also when what came before has spent it."""

Ask = Callable[[Iterable[Film]], Iterator[tuple[int, Watched | Exception]]]
Keep = Callable[[str, VideoFacts, Watched, Path], None]
"""Keeps what was said of a film: its digest, its facts, that, the folder with the files it names."""


def watch(context: Context) -> None:
    """Every film that nobody has looked at, or whose look was ended by us; then the previews."""
    if not context.config.analysis.watch:
        return
    with context.read() as tx:
        settled = tx.watching.is_settled(context.wants_key)
    if settled:
        return
    watching = _Watching(context, context.over_after(SHARE))
    watching.look([due for due in watching.due() if due.waits != "clip"])
    watching.copy([due for due in watching.due() if due.waits == "clip"])
    with context.begin() as tx:
        if not tx.watching.due(context.wants_key):
            tx.watching.settle(context.wants_key)


@dataclass
class _Watching:
    """One stage's run. over: whether nothing costly is begun any more."""

    context: Context
    over: Callable[[], bool]

    def due(self) -> list[Due]:
        """What there is to do; what failed a moment ago only if a person waits."""
        with self.context.read() as tx:
            found = tx.watching.due(self.context.wants_key)
        now, hurry = self.context.clock(), self.context.by_hand
        return [due for due in found if hurry or due.retry_at is None or due.retry_at <= now]

    def look(self, films: Sequence[Due]) -> None:
        """Look at films, and keep each when it is done; what there was no time for waits for the next batch."""
        self._each("查看视频", films, self.context.workers.map_watch, Watched(problem="crashed"), self._keep)

    def copy(self, films: Sequence[Due]) -> None:
        """Make previews of films, and keep each."""
        self._each("制作视频预览", films, self.context.workers.map_clip, Watched(no_clip="crashed"), self._keep_clip)

    def _each(self, doing: str, films: Sequence[Due], asked: Ask, failed: Watched, keep: Keep) -> None:
        """Ask workers about films, and keep what each says. failed: what is kept where we failed ourselves."""
        facts, done = self._facts(films), 0
        self._say(doing, 0, films)
        with self.context.store.scratch() as folder:
            for at, said in asked(self._items(films, facts, folder)):
                done += 1
                sha256, scratch = films[at].sha256, folder / str(at)
                keep(sha256, facts[sha256], self._said(sha256, said, failed), scratch)
                shutil.rmtree(scratch, ignore_errors=True)
                self._say(doing, done, films)
                if self.context.stopped:
                    break
        self._left(len(films) - done)

    def _facts(self, films: Sequence[Due]) -> dict[str, VideoFacts]:
        with self.context.read() as tx:
            found = tx.arrivals.facts({due.sha256 for due in films}, self.context.wants_key, brief=True)
        return {sha256: one for sha256, one in found.items() if isinstance(one, VideoFacts)}

    def _items(self, films: Sequence[Due], facts: Mapping[str, VideoFacts], folder: Path) -> Iterator[Film]:
        for number, due in enumerate(films):
            if self.over():
                return
            scratch = folder / str(number)
            scratch.mkdir()
            yield Film(self.context.store.path(due.sha256), facts[due.sha256], scratch)

    def _say(self, what: str, done: int, films: Sequence[Due]) -> None:
        if films and (done or not self.over()):
            self.context.say(what, done, len(films))

    def _left(self, count: int) -> None:
        """Films for which there was no time."""
        if count:
            self.context.tally.counts["films-put-off"] += count

    def _said(self, sha256: str, said: Watched | Exception, otherwise: Watched) -> Watched:
        """What came of a film; our own failure costs it this try, a full disk stops the run."""
        if isinstance(said, Watched):
            return said
        if isinstance(said, OSError) and is_full(said):
            raise self.context.no_room(said) from said
        log.error("film failed", sha256=sha256, error=f"{type(said).__name__}: {said}", exc_info=said)
        with self.context.read() as tx:
            works = "、".join(tx.watching.works_of(sha256)[:_NAMED])
        self.context.tally.troubles.append(f"作品 {works} 的视频查看时程序出错，下次运行会再试（详见日志）")
        return otherwise

    def _keep(self, sha256: str, facts: VideoFacts, watched: Watched, scratch: Path) -> None:
        from parsers.film.clip import plays_in_browser

        with self.context.store.group() as group:
            shots = tuple(shelved(group, shot, scratch) for shot in watched.shots)
        watched = watched.model_copy(update={"shots": tuple(shot for shot in shots if shot.sha256)})
        small = watched.problem not in ENDED_BY_US and not plays_in_browser(facts)
        with self.context.begin() as tx:
            tx.watching.keep(sha256, watched, limit=self.context.config.analysis.tries, clip=small)
        crash_point("watched")
        self.context.tally.counts["watched"] += 1

    def _keep_clip(self, sha256: str, facts: VideoFacts, said: Watched, scratch: Path) -> None:
        clip = said.clip
        if clip is not None:
            with self.context.store.group() as group:
                clip = shelved(group, clip, scratch)
        made = {"clip": clip, "no_clip": said.no_clip}
        with self.context.begin() as tx:
            watched = tx.watching.of(sha256)
            if watched is not None:
                tx.watching.keep_clip(sha256, watched.model_copy(update=made))
        crash_point("clip-kept")
        self.context.tally.counts["clips"] += said.clip is not None
