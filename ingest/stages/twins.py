"""Films among each other: what each looks like is noted, and compared with all others once, whatever becomes of works.

The book of fingerprints goes by once for all that are new; of what has something in common a worker looks at both
films, settles what is in doubt and keeps a picture that both have. A killed run leaves films uncompared, and knows
what it has settled.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from ingest.context import Context, crash_point
from ingest.durable import is_full
from ingest.entrants import film_key
from ingest.ledger import Transaction
from ingest.ledger.films import FilmPair
from ingest.lots import shelved
from ingest.model import Kind, Work
from ingest.workers import Two
from parsers.facts import Broken, VideoFacts
from parsers.filmfacts import Beside

if TYPE_CHECKING:
    from parsers.film.prints_alike import Doubt, Match

log = structlog.get_logger("kepu")

_SHARE = 8
"""Films in doubt have this part of a batch's time at least, also when what came before has spent it."""


def note(tx: Transaction, work: Work) -> None:
    """What the films of a work look like, of those that were looked at."""
    for material in work.all_of(Kind.VIDEO):
        facts, sha256 = material.part.facts, material.part.sha256
        if sha256 and isinstance(facts, VideoFacts) and facts.watched is not None:
            tx.films.note(sha256, film_key(sha256), facts.watched.fingerprint)


def match(context: Context) -> None:
    """All films that are new, or look otherwise than before, with all others. What there is no time for waits."""
    with context.read() as tx:
        if not tx.films.uncompared(1):
            return
    from parsers.film.prints_index import NEW_AT_ONCE

    over = context.over_after(_SHARE)
    while not over():
        with context.read() as tx:
            new = tx.films.uncompared(NEW_AT_ONCE)
            found = _found(tx, new) if new else {}
        if not new or not _settled(context, found, over):
            return
        with context.begin() as tx:
            tx.films.done(set(new))
        crash_point("films-compared")


def _found(tx: Transaction, new: Mapping[str, str]) -> dict[FilmPair, Match | Doubt]:
    """Pairs of a new film and another that are one or may be, by their fingerprints; those already settled left out."""
    from parsers.film.prints import read
    from parsers.film.prints_alike import compare
    from parsers.film.prints_index import candidates

    pairs = candidates(new, tx.films.book()) - tx.films.settled(set(new))
    prints = {film: read(text) for film, text in tx.films.prints({film for pair in pairs for film in pair}).items()}
    found: dict[FilmPair, Match | Doubt] = {}
    for pair in sorted(pairs):
        one, other = prints.get(pair[0]), prints.get(pair[1])
        if one and other and (said := compare(one, other)):
            found[pair] = said
    return found


def _settled(context: Context, found: Mapping[FilmPair, Match | Doubt], over: Callable[[], bool]) -> bool:
    """Each pair looked at by a worker and kept; False if there was no time for all."""
    pairs, done = list(found), 0
    with context.store.scratch() as folder:
        for at, said in _besides(context, pairs, folder, over):
            context.say("比对视频", done, len(pairs))
            done += 1
            scratch = folder / str(at)
            _keep(context, pairs[at], _verdict(context, pairs[at], found[pairs[at]], said), scratch)
            shutil.rmtree(scratch, ignore_errors=True)
            if context.stopped:
                break
    if done:
        context.say("比对视频", done, len(pairs))
    return done == len(pairs)


def _besides(
    context: Context, pairs: Sequence[FilmPair], folder: Path, over: Callable[[], bool]
) -> Iterator[tuple[int, Beside | Broken | Exception]]:
    """Each pair's place, and what a worker says of it; of one whose file is not here, that it cannot be seen."""
    with context.read() as tx:
        films = {film for pair in pairs for film in pair}
        facts, prints = tx.arrivals.facts(films, context.wants_key, brief=True), tx.films.prints(films)
    here = {film for film, one in facts.items() if isinstance(one, VideoFacts) and context.store.has(film)}
    asked = [at for at, pair in enumerate(pairs) if here.issuperset(pair)]
    yield from ((at, Beside(verdict="unsure")) for at in sorted(set(range(len(pairs))) - set(asked)))

    def items() -> Iterator[Two]:
        for at in asked:
            if over():
                return
            one, other = pairs[at]
            scratch = folder / str(at)
            scratch.mkdir()
            of = [film for film in (facts[one], facts[other]) if isinstance(film, VideoFacts)]
            paths = (context.store.path(one), context.store.path(other))
            yield Two(paths, (of[0], of[1]), (prints[one], prints[other]), scratch)

    yield from ((asked[place], said) for place, said in context.workers.map_beside(items()))


def _verdict(context: Context, pair: FilmPair, by_prints: Match | Doubt, said: Beside | Broken | Exception) -> Beside:
    """What the worker says; where it could not, what the fingerprints alone say."""
    from parsers.film.prints_alike import Match

    if isinstance(said, OSError) and is_full(said):
        raise context.no_room(said) from said
    if isinstance(said, Exception):
        log.error("films not compared", films=pair, error=f"{type(said).__name__}: {said}", exc_info=said)
        context.tally.troubles.append(f"视频 {pair[0][:12]} 与 {pair[1][:12]} 比对时程序出错（详见日志）")
    if isinstance(said, Beside) and (said.verdict != "unsure" or said.shots):
        return said
    match, sure = (by_prints, True) if isinstance(by_prints, Match) else (by_prints.match, False)
    shared = {"share": match.share, "offset_s": match.offset_s, "at_s": match.at_s, "other_s": match.other_s}
    return Beside(verdict="one" if sure else "unsure", **shared)


def _keep(context: Context, pair: FilmPair, beside: Beside, scratch: Path) -> None:
    with context.store.group() as group:
        shots = tuple(shelved(group, shot, scratch) for shot in beside.shots)
    with context.begin() as tx:
        tx.films.put(pair, beside.model_copy(update={"shots": shots if all(shot.sha256 for shot in shots) else ()}))
    crash_point("films-beside")
    context.tally.counts["film-pairs"] += beside.verdict != "two"
