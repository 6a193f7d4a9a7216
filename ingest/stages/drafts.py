"""The .eml files of letters that people are to read: written after the rows, taken away when drafts no more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import structlog

from ingest import outbox
from ingest.context import Context, crash_point
from ingest.ledger.rows import Row
from ingest.model import letter_number
from ingest.views.words import LETTER_WORDS

log = structlog.get_logger("kepu")

_TOGETHER = 100
"""So many files are written before the ledger learns of them: it waits for the disk once for all."""


def drafts_folder(share: Path) -> Path:
    """Where drafts lie, and the page on letters, and the file by which staff stop all sending."""
    return share / "reports" / "回信"


def write_drafts(context: Context) -> None:
    """Drafts that are not there are written, those of letters that are none any more are taken away.

    A share that cannot be written to stops `report`; here the files wait for the next run.
    """
    folder = drafts_folder(context.config.storage.share)
    try:
        _take_away(context, folder)
        _write(context, folder)
    except OSError as error:
        log.error("drafts not written", error=str(error))
        context.tally.notes.append(f"回信草稿没有全部写出（{error.strerror or type(error).__name__}），下次运行补写")


def _take_away(context: Context, folder: Path) -> None:
    with context.read() as tx:
        outdated = tx.letters.outdated()
    if not outdated:
        return
    for name in outdated.values():
        (folder / name).unlink(missing_ok=True)
    with context.begin() as tx:
        tx.letters.written(dict.fromkeys(outdated, ""))
    crash_point("draft-gone")


def _write(context: Context, folder: Path) -> None:
    with context.read() as tx:
        drafts = tx.letters.drafts()
    there = {path.name for path in folder.iterdir()} if drafts and folder.is_dir() else set()
    missing = [letter for letter, name in drafts.items() if name not in there]
    for first in range(0, len(missing), _TOGETHER):
        with context.read() as tx:
            rows = tx.letters.several(missing[first : first + _TOGETHER])
        _write_some(context, folder, rows, drafts)


def _write_some(context: Context, folder: Path, rows: Sequence[Row], known: dict[int, str]) -> None:
    names = {row["id"]: f"{letter_number(row['id'])} {LETTER_WORDS[row['kind']]}.eml" for row in rows}
    for row in rows:
        at = row["created_at"].astimezone(context.config.edition.zone)
        mail = outbox.compose(row, context.config.mailbox(row["mailbox"]), at, read=context.store.read)
        outbox.write_draft(folder, names[row["id"]], mail)
        crash_point("draft-written")
    if new := {letter: name for letter, name in names.items() if known[letter] != name}:
        with context.begin() as tx:
            tx.letters.written(new)
        crash_point("draft-known")
