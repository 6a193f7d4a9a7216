"""The film's opening: whether the title that stands there is the form's."""

from __future__ import annotations

from ingest.config import Config, RuleTable
from ingest.model import Outcome, Verdict, Work
from ingest.papers import sheet_of
from ingest.rules.says import quote
from ingest.rules.screentext import legible
from ingest.rules.titles import Match, Seen, title_seen
from ingest.rules.watching import at, film_of, not_seen, shown, texts_shown, unwatched, watched_of
from parsers.facts import Watched
from parsers.film import OPENING_S
from parsers.filmfacts import ScreenText

_MOST = 3
"""Lines of the opening said in one sentence."""


def opening_title(work: Work, limits: RuleTable, config: Config) -> Verdict:
    """The title in the film's opening is the form's. Another one, or none, is for a person, with the picture."""
    film = film_of(work)
    if verdict := unwatched(film, config):
        return verdict
    watched = watched_of(film)
    opening = [text for text in watched.texts if text.stage == "opening"]
    read, title = [text for text in opening if legible(text)], _title(work)
    seen = title_seen(title, opening, aspect=film.display_aspect) if title else Seen(Match.NOTHING)
    if seen.match in (Match.OTHER, Match.NOTHING) and not read:
        return _nothing(watched, title)
    if not title:
        said = f"读不到表中的作品名称，未能比对；片头读到：{_lines(read)}，请人工核对"
        return Verdict(Outcome.REVIEW, said, texts_shown(watched, _largest(read), "opening"))
    best = [seen.shown] if seen.shown is not None and seen.match is not Match.OTHER else _largest(read)
    outcome = Outcome.PASS if seen.match is Match.SAME else Outcome.REVIEW
    return Verdict(outcome, _said(title, seen, read), texts_shown(watched, best, "opening"))


def _title(work: Work) -> str:
    """As the form gives it, else as it was read off the scan; "" if neither does."""
    sheet = sheet_of(work)
    found = sheet.fields.get("title") if sheet is not None else None
    return " ".join(found.value.split()).strip("《》 ") if found else ""


def _nothing(watched: Watched, title: str) -> Verdict:
    if watched.problem:
        return not_seen(watched, "片头")
    named = f"（表中作品名称：{quote(title)}）" if title else ""
    said = f"片头 {OPENING_S:g} 秒内未读到文字，请人工核对有无片名{named}"
    return Verdict(Outcome.REVIEW, said, shown(watched, "opening") or shown(watched, "sheet"))


def _said(title: str, seen: Seen, read: list[ScreenText]) -> str:
    """The sentence by which a person checks it."""
    if seen.shown is None or seen.match is Match.OTHER:
        return f"片头 {OPENING_S:g} 秒内未见表中的作品名称{quote(title)}；读到：{_lines(read)}，请看画面核对"
    where = f"片头{at(seen.shown.best_s)}读到{quote(seen.text)}"
    if seen.match is Match.UNCLEAR:
        return f"{where}，{seen.why}；表中作品名称：{quote(title)}，请看画面核对"
    if seen.exact:
        return f"{where}，与表中作品名称一致"
    return f"{where}，与表中作品名称{quote(title)}一致（识别易混的字不计）"


def _largest(read: list[ScreenText]) -> list[ScreenText]:
    """Lines with the largest letters first: a title is not small."""
    return sorted(read, key=lambda text: text.box.top - text.box.bottom)[:_MOST]


def _lines(read: list[ScreenText]) -> str:
    """The largest lines in order of time."""
    lines = sorted(_largest(read), key=lambda text: text.best_s)
    more = " 等" if len(read) > _MOST else ""
    return "、".join(f"{quote(line.text)}（{at(line.best_s)}）" for line in lines) + more
