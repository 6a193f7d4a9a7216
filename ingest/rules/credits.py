"""The film's closing: whether it names who made it, the unit, who holds the rights, and when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.config import ClosingCreditsRule, Config
from ingest.model import Outcome, Verdict, Work
from ingest.names import body, people
from ingest.papers import Sheet, sheet_of
from ingest.rules.letters import letters
from ingest.rules.lookalikes import always_alike
from ingest.rules.says import quote
from ingest.rules.screentext import legible
from ingest.rules.watching import at, film_of, not_seen, shown, texts_shown, unwatched, watched_of
from parsers.facts import Watched
from parsers.film import CLOSING_S
from parsers.filmfacts import ScreenText

_YEAR = r"(?:19|20)\d\d|二[〇零○o0]{1,2}[一二三四五六七八九〇零○]{1,2}"
_DATE = re.compile(
    rf"(?:{_YEAR})\s*[年./\-–—]\s*(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})(?:\s*[月./\-–—]|\b|$)|(?:{_YEAR})\s*年"
)
_LATIN = re.compile(r"^[a-z0-9 ]+$")


@dataclass(frozen=True)
class Credit:
    """One thing the closing must name. line: where it was read, None if nowhere; name: as the form has it, "" if it
    does not say; named: the line says that very name."""

    word: str
    line: ScreenText | None
    name: str = ""
    named: bool = False


def closing_credits(work: Work, limits: ClosingCreditsRule, config: Config) -> Verdict:
    """The closing names creators, producing unit, rights holder and time; names are compared with the form's."""
    film = film_of(work)
    if verdict := unwatched(film, config):
        return verdict
    watched = watched_of(film)
    read = [text for text in watched.texts if text.stage == "closing" and legible(text)]
    if not read and watched.problem:
        return not_seen(watched, "片尾")
    if not read:
        said = f"片尾 {CLOSING_S:g} 秒内未读到文字，请人工核对有无主创人员、制作单位、版权单位、录制时间"
        return Verdict(Outcome.REVIEW, said, shown(watched, "closing") or shown(watched, "sheet"))
    return _judged(credits_seen(read, sheet_of(work), limits), watched)


def credits_seen(read: Sequence[ScreenText], sheet: Sheet | None, limits: ClosingCreditsRule) -> tuple[Credit, ...]:
    """What the lines of the closing name. sheet: the form, or its scan's reading, None without either.

    A name of the form is a credit by itself, but for the rights holder's: that is mostly the unit's once more.
    """
    author, unit, holder = (_field(sheet, name) for name in ("author", "producer", "rights_holder"))
    unit, holder = (found.written if (found := body(text)) else "" for text in (unit, holder))
    first = people(author).first
    creators = _with_word(read, limits.creators, limits.times)
    producers = _with_word(read, limits.producers, (*limits.times, *limits.creators))
    rights = _with_word(read, limits.rights)
    by_author = _with_name(read, first or author)
    by_unit = _with_name([line for line in read if not _with_word([line], limits.rights)], unit)
    time = next((line for line in read if _DATE.search(line.text)), None) or _with_word(read, limits.times)
    return (
        Credit("主创人员", by_author or creators, author, by_author is not None),
        Credit("制作单位", by_unit or producers, unit, _with_name(read, unit) is not None),
        Credit("版权单位", rights, holder, _with_name(read, holder) is not None),
        Credit("录制时间", time),
    )


def _with_name(read: Sequence[ScreenText], name: str) -> ScreenText | None:
    """The first line with a name, None without one, or without a name of two letters."""
    wanted = _plain(name)
    return next((line for line in read if len(wanted) > 1 and wanted in _plain(line.text)), None)


def _with_word(read: Sequence[ScreenText], words: Sequence[str], but: Sequence[str] = ()) -> ScreenText | None:
    """The first line with one of the words, elsewhere than within one of `but`."""
    return next((line for line in read if any(_has(_without(line.text, but), word) for word in words)), None)


def _without(text: str, words: Sequence[str]) -> str:
    """A text without some words: 制作 in 制作人 is no unit."""
    return _any_of(tuple(words)).sub(" ", text) if words else text


@lru_cache(maxsize=16)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))


def _has(text: str, word: str) -> bool:
    if _LATIN.match(word.casefold()):
        return re.search(rf"(?<![a-z]){re.escape(word.casefold())}(?![a-z])", text.casefold()) is not None
    return _plain(word) in _plain(text) if _plain(word) else word in text


def _plain(text: str) -> str:
    return always_alike(letters(text))


def _field(sheet: Sheet | None, name: str) -> str:
    found = sheet.fields.get(name) if sheet is not None else None
    return " ".join(found.value.split()) if found else ""


def _judged(found: Sequence[Credit], watched: Watched) -> Verdict:
    """All there, with the form's names: fits. Else which are not."""
    lines = [credit.line for credit in found if credit.line is not None]
    there = "、".join(_read(credit.word, credit.line) for credit in found if credit.line is not None)
    lacking = [credit.word for credit in found if credit.line is None]
    others = [credit for credit in found if credit.line is not None and credit.name and not credit.named]
    begin = f"片尾{at(min(line.best_s for line in lines))}起读到：{there}" if lines else f"片尾 {CLOSING_S:g} 秒内"
    said = begin + (f"{'；' if lines else ''}未见{'、'.join(lacking)}" if lacking else "")
    if others:
        said += f"；表中的{'、'.join(f'{c.word}{quote(c.name)}' for c in others)}未读到"
    pictures = texts_shown(watched, lines, "closing")
    if lacking or others:
        return Verdict(Outcome.REVIEW, f"{said}，请看画面核对", pictures)
    return Verdict(Outcome.PASS, said, pictures)


def _read(word: str, line: ScreenText) -> str:
    """主创人员“林晚舟”: what was read, without the word it begins with."""
    return word + quote(re.sub(rf"^\s*{word}\s*[:：]\s*(?=\S)", "", line.text))
