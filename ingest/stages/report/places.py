"""Where the reports lie on the share, and what is said of trouble with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.context import Context
from ingest.errors import DiskError

WORKBOOK = "台账.xlsx"
SIDE = "台账（新）.xlsx"
MASKED = "收件台账（脱敏）.xlsx"


def reports_folder(context: Context) -> Path:
    """Workbook, pages and letters."""
    return context.config.storage.share / "reports"


def note(context: Context, text: str) -> None:
    """A sentence for the summary and 概览, once a run."""
    if text not in context.tally.notes:
        context.tally.notes.append(text)


def notes_of(context: Context) -> tuple[str, ...]:
    """Sentences on trouble of this run, for 概览."""
    return (*context.tally.troubles, *context.tally.unreachable, *context.tally.notes)


@contextmanager
def share_trouble(context: Context) -> Iterator[None]:
    """An OSError within is the share's: DiskError with the mend."""
    try:
        yield
    except OSError as error:
        raise DiskError(
            f"无法写入共享文件夹 {context.config.storage.share}",
            why=error.strerror or type(error).__name__,
            mend="请检查共享文件夹是否连通、有没有空间、运行本程序的用户有没有写权限；邮件和数据都已收好，恢复后自动补写。",
        ) from error
