"""The page on which staff read letters: made anew when there is news, and nothing is read of the ledger otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import structlog

from ingest.context import Context
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import LetterState, letter_number
from ingest.stages.drafts import drafts_folder
from ingest.views.words import HELD_WORDS, LETTER_STATE_WORDS, LETTER_WORDS
from reports.pages import write_if_changed
from reports.replies import REPLIES_PAGE, LetterGroup, ShownLetter, replies_page

log = structlog.get_logger("kepu")

_SHOWN = "letters-page"
"""In `meta`: what the page was made from."""

_MOST = 200
_READ = (LetterState.DRAFT, LetterState.HELD)
"""Letters that are there to be read: the first of them stand open."""
_OPEN_MOST = 30
_ORDER = (
    LetterState.UNKNOWN,
    LetterState.HELD,
    LetterState.DRAFT,
    LetterState.QUEUED,
    LetterState.SENDING,
    LetterState.FAILED,
    LetterState.SENT,
)


def write_page(context: Context) -> None:
    """回信一览.html beside the drafts. A share that cannot be written to stops `report`; here the page waits."""
    path = drafts_folder(context.config.storage.share) / REPLIES_PAGE
    with context.read() as tx:
        made_from = f"{tx.desk.revision()} {context.config.replies.mode}"
        if tx.desk.get(_SHOWN) == made_from and path.exists():
            return
        groups = list(_groups(context, tx))
        notes = _notes(context, tx)
    if not groups:
        return
    try:
        write_if_changed(path, replies_page(context.config.edition.name, groups, notes))
    except OSError as error:
        log.error("page of letters not written", error=str(error))
        return
    with context.begin() as tx:
        tx.desk.put(_SHOWN, made_from)


def _notes(context: Context, tx: Transaction) -> list[str]:
    mode = context.config.replies.mode
    lines = [] if mode in ("approve", "send") else [f'现在的方式是 "{mode}"：只写草稿，一封也不发。']
    return lines + ["全部发信已暂停；恢复请运维执行 kepu replies release。"] * bool(tx.posting.stopped)


def _groups(context: Context, tx: Transaction) -> Iterator[LetterGroup]:
    """By state, those first with which a person has something to do; newest first."""
    heads, works = tx.letters.heads(), tx.letters.works()
    for state in _ORDER:
        mine = [row["id"] for row in heads if row["state"] == state.value]
        rows = tx.letters.several(mine[-_MOST:]) if mine else []
        shown = [_shown(context, row, works.get(row["id"], [])) for row in reversed(rows)]
        if shown:
            stands_open = state in _READ and len(mine) <= _OPEN_MOST
            yield LetterGroup(LETTER_STATE_WORDS[state.value], len(mine), shown, open=stands_open)


def _shown(context: Context, row: Row, works: list[str]) -> ShownLetter:
    at = (row["sent_at"] or row["created_at"]).astimezone(context.config.edition.zone)
    held = HELD_WORDS.get(row["held_for"].removesuffix("-draft"), "")
    return ShownLetter(
        number=letter_number(row["id"]),
        works="、".join(works),
        kind=LETTER_WORDS[row["kind"]],
        to=row["to_address"],
        subject=row["subject"],
        when=f"{at:%Y-%m-%d %H:%M}",
        note="；".join(filter(None, (held, row["error"][:200]))),
        text=row["text"],
        file=row["file"],
    )
