"""Whether a work's title stands in the opening of its film, as far as recognition can tell.

Forgiven are spaces, punctuation, book-title marks, case, full width, Traditional forms, and characters that no
recogniser tells apart: nothing by which one title could pass for another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingest.rules.letters import letters, ways
from ingest.rules.lookalikes import LEGIBLE, always_alike, sometimes_alike
from ingest.rules.screentext import WIDE, Placed, placed, together
from parsers.filmfacts import ScreenText


class Match(StrEnum):
    """What was read, compared with the title: the same, another, perhaps the same, or nothing was read."""

    SAME = "same"
    OTHER = "other"
    UNCLEAR = "unclear"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Seen:
    """What was found. text: as read, lines joined by " / "; shown: the line by which a person finds the picture.

    exact: letter by letter, but for spaces and punctuation. why: of an unclear one, in Chinese.
    """

    match: Match
    text: str = ""
    shown: ScreenText | None = None
    exact: bool = True
    why: str = ""


@dataclass(frozen=True)
class _Piece:
    """A stretch of a line between marks. parted: the mark before it is a strong one, as a colon, a dash, a bracket.

    start: its place in the line; opens, closes: it stands right behind 《, right before 》.
    """

    text: str
    of: Placed
    start: int = 0
    parted: bool = False
    opens: bool = False
    closes: bool = False


_SPLIT = re.compile(r"[\s,，、;；.。!！?？…]+|[:：|｜丨/\\()（）\[\]【】「」『』〈〉《》“”\"·•]+|[-‐‑‒–—―−─~～]+")
_WEAK = re.compile(r"^[\s,，、;；.。!！?？…“”\"·•]*$")
_SEQUEL = re.compile(
    r"^(?:之?[0-9一二三四五六七八九十]{1,4}|[上中下终续前后][集部篇季]?|第.{1,4}[集期季回章部讲课篇]|续集?|[ivx]{1,4}|.{1,3}[篇集季])$"
)
_CONTEXT = re.compile(
    r"(?:出品|制作|摄制|呈现|推出|主办|承办|联合|荣誉|奉献|系列|微视频|短视频|科普片|纪录片|动画片?|短片|作品|大赛|栏目|频道|电视台|科普中国"
    r"|公司|集团|大学|学院|研究[院所]|中心|协会|学会|委员会|科技[局厅馆]|技术[局厅]|博物馆|医院|工作室|基金会|科普社|影像社)$"
)
_CONTENT = re.compile(r"[0-9\u3400-\u9fff]")
_DIFFERS = {True: "与表中的名称只差一两笔，可能是识别有误", False: "与表中的名称相近而不相同"}
"""Why it is not the same: by whether letters differ by a stroke only."""
_LONG = 4
"""Letters from which a title within a longer line, parted by a colon or a dash, is no chance."""
_SHORT, _SHORT_SIZE = 2, 0.05
"""A title of so few letters counts where it is all that stands there, and is at least so large."""
_LIKE = 0.6
"""Likeness from which what was read may be the title, misread."""
_MOST_LINES, _MOST_PIECES = 60, 14


def title_seen(title: str, texts: Sequence[ScreenText], *, aspect: float = WIDE) -> Seen:
    """What the opening's texts say of a title. aspect: width to height of the picture as shown."""
    lines = [placed(t, aspect) for t in texts if t.stage == "opening" and letters(t.text)][:_MOST_LINES]
    wanted = frozenset(ways(title))
    if not lines or not wanted:
        return Seen(Match.NOTHING)
    unclear: list[tuple[float, Seen]] = []
    for group, rest in _groups(lines, aspect):
        seen, likeness = _compared(title, wanted, group, rest)
        if seen is not None and seen.match is Match.SAME:
            return seen
        if seen is not None:
            unclear.append((likeness, seen))
    if unclear:
        return max(unclear, key=lambda found: found[0])[1]
    return _other(lines)


_Group = tuple[list[_Piece], list[_Piece]]
"""Pieces in the order in which they are read, and others that stand with them."""


def _groups(lines: Sequence[Placed], aspect: float) -> Iterator[_Group]:
    """What stands together, each once: all of it, and those of one size alone."""
    found: list[list[Placed]] = []
    known: set[tuple[int, ...]] = set()
    for anchor in lines:
        everything = next((group for group in found if any(one is anchor for one in group)), None)
        if everything is None:
            everything = together(anchor, lines, aspect)
            found.append(everything)
        for group in (everything, [one for one in everything if one.same_size(anchor)]):
            key = tuple(id(one) for one in group)
            if key not in known:
                known.add(key)
                rest = [one for one in everything if not any(one is own for own in group)]
                yield _all_pieces(group), _all_pieces(rest)


def _all_pieces(group: Sequence[Placed]) -> list[_Piece]:
    return [piece for one in group for piece in _pieces(one)][: _MOST_PIECES * 2]


def _compared(
    title: str, wanted: frozenset[str], pieces: Sequence[_Piece], rest: Sequence[_Piece]
) -> tuple[Seen | None, float]:
    """The best that a run of pieces gives, and how like the title it is (0 to 1)."""
    best: tuple[Seen | None, float] = (None, 0.0)
    longest = 2 * len(letters(title)) + 4
    for start in range(len(pieces)):
        for end in range(start + 1, min(start + _MOST_PIECES, len(pieces)) + 1):
            if sum(len(piece.text) for piece in pieces[start:end]) > longest:
                break
            beside = [*pieces[max(start - 1, 0) : start], *pieces[end : end + 1], *rest]
            seen, likeness = _run(title, wanted, _Run(pieces[start:end], pieces[:start], pieces[end:], beside))
            if seen is not None and seen.match is Match.SAME:
                return seen, 1.0
            if seen is not None and likeness > best[1]:
                best = seen, likeness
    return best


@dataclass(frozen=True)
class _Run:
    """Pieces that follow each other, those before and after, and all that stand beside them."""

    pieces: Sequence[_Piece]
    before: Sequence[_Piece]
    after: Sequence[_Piece]
    beside: Sequence[_Piece]

    @property
    def text(self) -> str:
        """With the marks between its pieces, which may be letters misread."""
        of = {id(piece.of): [one for one in self.pieces if one.of is piece.of] for piece in self.pieces}
        return "".join(own[0].of.line.text[own[0].start : own[-1].start + len(own[-1].text)] for own in of.values())

    @property
    def confidence(self) -> float:
        return min(piece.of.line.confidence for piece in self.pieces)

    @property
    def largest(self) -> Placed:
        return max((piece.of for piece in self.pieces), key=lambda one: one.size)

    @property
    def said(self) -> str:
        """Its lines as they were read."""
        return " / ".join(dict.fromkeys(" ".join(piece.of.line.text.split()) for piece in self.pieces))

    @property
    def marked(self) -> bool:
        """It is what stands between book-title marks."""
        return self.pieces[0].opens and self.pieces[-1].closes


def _run(title: str, wanted: frozenset[str], run: _Run) -> tuple[Seen | None, float]:
    """What a run is to the title; None where it is nothing like it."""
    shown = run.largest.line
    if not _alike(wanted, run.text):
        likeness = _likeness(title, run.text)
        why = _DIFFERS[_nearly(wanted, run.text)]
        return (Seen(Match.UNCLEAR, run.said, shown, why=why), likeness) if likeness >= _LIKE else (None, 0.0)
    why = _doubt(len(letters(title)), run)
    return Seen(Match.UNCLEAR if why else Match.SAME, run.said, shown, letters(title) == letters(run.text), why), 1.0


def _doubt(count: int, run: _Run) -> str:
    """Why letters that are the title's may not be the title, "" if they are. count: letters of the title."""
    size = run.largest.size
    if run.confidence < LEGIBLE:
        return "字迹不清，读得没有把握"
    if all(piece.of.like_a_subtitle for piece in run.pieces):
        return "只在字幕的位置读到"
    if count <= _SHORT and size < _SHORT_SIZE:
        return "名称很短，字又小，不能确定是片名"
    if any(_SEQUEL.match(letters(piece.text)) for piece in run.beside):
        return "旁边还有集、篇的标记"
    long = count >= _LONG
    left = bool(run.before) and _goes_on(run.before[-1], run.pieces[0], parted=run.pieces[0].parted and long)
    right = bool(run.after) and _goes_on(run.after[0], run.pieces[-1], parted=run.after[0].parted and long)
    return "前后还有文字，可能是更长的名称" if (left or right) and not run.marked else ""


def _goes_on(other: _Piece, mine: _Piece, *, parted: bool) -> bool:
    """The piece beside may belong to one longer title with mine."""
    text = letters(other.text)
    if parted or not _CONTENT.search(text) or _CONTEXT.search(text):
        return False
    return other.of is mine.of or other.of.same_size(mine.of)


def _alike(wanted: frozenset[str], read: str) -> bool:
    """They differ in nothing but marks, scripts and characters that no recogniser tells apart."""
    found = set(ways(read))
    return bool({always_alike(way) for way in wanted} & {always_alike(way) for way in found})


def _nearly(wanted: frozenset[str], read: str) -> bool:
    """They differ by a stroke at most: told to people, and never enough, since 太 for 大 may be another title."""
    found = set(ways(read))
    return bool({sometimes_alike(way) for way in wanted} & {sometimes_alike(way) for way in found})


def _likeness(title: str, read: str) -> float:
    from rapidfuzz import fuzz

    return float(fuzz.ratio(letters(title), letters(read))) / 100


def _other(lines: Sequence[Placed]) -> Seen:
    """The largest line there is, since a title is not small."""
    best = max(lines, key=lambda one: (not one.like_a_subtitle, one.size * one.line.confidence))
    return Seen(Match.OTHER, " ".join(best.line.text.split()), best.line)


def _pieces(one: Placed) -> Iterator[_Piece]:
    """A line between its marks."""
    text, place, strong, opens = one.line.text, 0, False, False
    for mark in (*_SPLIT.finditer(text), None):
        piece = text[place : mark.start() if mark else len(text)]
        if letters(piece):
            yield _Piece(piece, one, place, strong, opens, mark is not None and mark[0].startswith("》"))
            strong = opens = False
        if mark is None:
            return
        strong = strong or not _WEAK.match(mark[0])
        opens = mark[0].endswith("《")
        place = mark.end()
