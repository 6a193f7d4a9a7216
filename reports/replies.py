"""The page on which letters are read before and after they go: 回信一览.html, whole in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.pages import page

REPLIES_PAGE = "回信一览.html"


@dataclass(frozen=True)
class ShownLetter:
    """A letter as people see it. All are words; file: its draft beside the page, "" if there is none."""

    number: str
    works: str
    kind: str
    to: str
    subject: str
    when: str
    note: str
    text: str
    file: str = ""


@dataclass(frozen=True)
class LetterGroup:
    """Letters of one state, newest first. count: how many there are, which may be more than are shown.

    open: they are there to be read, so that their text is seen at once.
    """

    state: str
    count: int
    letters: Sequence[ShownLetter]
    open: bool = False


def replies_page(edition: str, groups: Sequence[LetterGroup], notes: Sequence[str]) -> str:
    """The page. notes: what keeps letters from going, in whole sentences."""
    return page("replies.html", {"edition": edition, "groups": groups, "notes": notes}, style="_replies_style.html")
