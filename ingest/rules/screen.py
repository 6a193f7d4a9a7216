"""What fills the screen: bars that stay, and subtitles across the film."""

from __future__ import annotations

from ingest.config import Config, FullFrameRule, SubtitlesRule
from ingest.model import Outcome, Verdict, Work
from ingest.rules.says import quote
from ingest.rules.watching import at, film_of, not_seen, shown, texts_shown, unwatched, watched_of
from parsers.facts import VideoFacts, Watched
from parsers.filmfacts import Bars, ScreenText, Subtitles

_NAMED = 12
"""Traditional characters named in one sentence."""


def full_frame(work: Work, limits: FullFrameRule, config: Config) -> Verdict:
    """The picture fills the frame: no bars that stay through the film; edges as thin as encoders leave are forgiven."""
    film = film_of(work)
    if verdict := unwatched(film, config):
        return verdict
    watched = watched_of(film)
    if watched.bars is None:
        return not_seen(watched, "画面有无黑边")
    found = _beyond(watched.bars, film, limits.edge)
    if found.any:
        words = "，疑似" if not found.sure else "，"
        said = f"画面四周有不动的黑边{words}{_sides(found)}（画面 {film.shown_width}×{film.shown_height}）"
        return Verdict(Outcome.REVIEW, f"{said}；{_inside(found, film)}；要求全画幅", shown(watched, "bars"))
    if not found.sure:
        return Verdict(Outcome.REVIEW, "画面多半很暗，看不出有无黑边，请人工核对", shown(watched, "sheet"))
    return Verdict(Outcome.PASS, f"画面铺满 {film.shown_width}×{film.shown_height}，未见不动的黑边")


def _beyond(bars: Bars, film: VideoFacts, edge: float) -> Bars:
    """The bars without those thinner than the share `edge` of their side."""
    across, down = film.shown_width * edge, film.shown_height * edge
    kept = {
        name: value if value > (down if name in ("top", "bottom") else across) else 0
        for name, value in (("top", bars.top), ("bottom", bars.bottom), ("left", bars.left), ("right", bars.right))
    }
    return Bars(**kept, sure=bars.sure)


def _sides(bars: Bars) -> str:
    named = (("上", bars.top), ("下", bars.bottom), ("左", bars.left), ("右", bars.right))
    return "、".join(f"{word} {pixels}" for word, pixels in named if pixels) + " 像素"


def _inside(bars: Bars, film: VideoFacts) -> str:
    """What is left for the picture."""
    width, height = film.shown_width - bars.left - bars.right, film.shown_height - bars.top - bars.bottom
    if width <= 0 or height <= 0:
        return "几乎没有有效画面"
    return f"有效画面约 {width}×{height}（{width / height:.2f}:1）"


def subtitles(work: Work, limits: SubtitlesRule, config: Config) -> Verdict:
    """Steady Chinese text in the lower part across the film, Simplified; Traditional characters are named."""
    film = film_of(work)
    if verdict := unwatched(film, config):
        return verdict
    watched = watched_of(film)
    seen = watched.subtitles
    if seen is None or seen.share is None:
        return not_seen(watched, "有无字幕")
    return _judged(seen, watched, limits)


def _judged(seen: Subtitles, watched: Watched, limits: SubtitlesRule) -> Verdict:
    share = f"抽看的画面中 {seen.share or 0:.0%} 有字幕"
    pictures = texts_shown(watched, _telling(seen), "subtitle")
    if seen.script == "none" or not seen.share:
        return Verdict(Outcome.REVIEW, "正片中未见字幕，请人工核对", pictures or shown(watched, "sheet"))
    if seen.script == "other":
        return Verdict(Outcome.REVIEW, f"{share}，不是中文{_example(seen)}；要求简体中文字幕", pictures)
    if seen.script != "simplified" or seen.traditional:
        return Verdict(Outcome.REVIEW, f"{share}，{_traditional(seen)}{_example(seen)}；要求简体中文字幕", pictures)
    if seen.share < limits.min_share:
        return Verdict(Outcome.REVIEW, f"只有少数画面有字幕（{share}）{_example(seen)}，请人工核对", pictures)
    return Verdict(Outcome.PASS, f"{share}，为简体中文{_example(seen)}", pictures)


def _traditional(seen: Subtitles) -> str:
    characters = list(dict.fromkeys(seen.traditional))
    if not characters:
        return "为繁体中文"
    more = f"等 {len(characters)} 个" if len(characters) > _NAMED else ""
    word = "为繁体中文" if seen.script == "traditional" else "含繁体字"
    return f"{word}：{'、'.join(characters[:_NAMED])}{more}"


def _telling(seen: Subtitles) -> list[ScreenText]:
    """Lines that show best what is said: with Traditional characters first."""
    marked = set(seen.traditional)
    return sorted(seen.lines, key=lambda line: not marked & set(line.text))


def _example(seen: Subtitles) -> str:
    lines = _telling(seen)
    return f"，如{at(lines[0].best_s)}{quote(lines[0].text)}" if lines else ""
