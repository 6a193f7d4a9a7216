"""台账.xlsx: the whole workbook, written beside its old self and then put in its place in one step."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED

from reports.book import AddedSheet, Book
from reports.placing import put_in_place, signature, sweep
from reports.properties import describe
from reports.transplant import SteadyZip, unpacked

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MARK_AGE_S = 2 * 24 * 3600
"""A mark of an open file older than this was left behind by a crash."""
ADDED_DEFAULT_WIDTH = 13.0
"""Characters; wide enough for a date."""


STAMP = "kepu-stamp"
"""The property that holds `Book.stamp`. Spreadsheet programs keep it."""


class WorkbookOpenError(OSError):
    """Neither the workbook nor the file beside it can be written now: both are open elsewhere."""


def _nothing() -> None:
    """What is done right before the rename, unless told otherwise."""


def write_workbook(path: Path, book: Book, *, seen: str | None = None, about_to: Callable[[], None] = _nothing) -> str:
    """Writes the workbook, whole or not at all: to a temporary name in the same folder, to the disk, then renamed.

    The same book gives the same bytes. Returns its `signature`, taken before anybody could save over it. seen: the
    `signature` of the file whose cells are in the book; if the file has another one just before the rename,
    ChangedMeanwhileError, and the file stays. about_to: called when all is written but the rename. OSError if the
    folder or the file does not let itself be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    sweep(path)
    try:
        _write(temporary, book)
        about_to()
        ours = signature(temporary)
        put_in_place(temporary, path, seen)
        return ours
    finally:
        temporary.unlink(missing_ok=True)


def save_workbook(
    path: Path,
    book: Book,
    *,
    beside: bool = False,
    seen: Mapping[str, str] | None = None,
    signatures: dict[str, str] | None = None,
    about_to: Callable[[], None] = _nothing,
) -> Path:
    """Writes the workbook, or, while somebody has it open, the file of fixed name beside it. Returns what was written.

    beside: leave the workbook alone whatever its marks say, because it could not be read and may hold staff's words.
    seen: file name to the signature it had when its cells were read; ChangedMeanwhileError as `write_workbook`.
    signatures: gets the name of the file written, and its signature. WorkbookOpenError if the file beside it cannot be
    written either; OSError as `write_workbook`.
    """
    refused: PermissionError | None = None
    for target in (side_path(path),) if beside else (path, side_path(path)):
        if is_open_elsewhere(target):
            continue
        try:
            ours = write_workbook(target, book, seen=seen.get(target.name) if seen else None, about_to=about_to)
        except PermissionError as error:  # how Windows shares say that a file is open
            refused = error
            continue
        if signatures is not None:
            signatures[target.name] = ours
        return target
    side = side_path(path).name
    raise WorkbookOpenError(f"「{path.name}」和「{side}」现在都不能写入，请关闭打开着的台账，并检查写权限") from refused


def side_path(path: Path) -> Path:
    """The one name beside the workbook under which it is written while the workbook is open: 台账（新）.xlsx."""
    return path.with_name(f"{path.stem}（新）{path.suffix}")


def is_open_elsewhere(path: Path) -> bool:
    """Excel (~$), WPS (.~) or LibreOffice (.~lock.…#) has left its mark beside the file within the last two days."""
    marks = (f"~${path.name}", f".~{path.name}", f".~lock.{path.name}#")
    return any(_is_fresh(path.with_name(mark)) for mark in marks)


def _is_fresh(mark: Path) -> bool:
    try:
        age_s = time.time() - mark.stat().st_mtime  # the disk's clock: a fixed clock of a replay says nothing of marks
    except OSError:
        return False
    return age_s < MARK_AGE_S


def book_digest(book: Book) -> str:
    """The same for two books that say the same, whenever they were taken: tells that there is nothing new to write."""
    digest = hashlib.sha256()
    for sheet in book.sheets:
        digest.update(repr(sheet).encode())
        frame = book.frames.get(sheet.title)
        if frame is not None:
            digest.update(repr(list(frame.columns)).encode())
            for name in frame.columns:
                digest.update(repr(frame[name].tolist()).encode("utf-8", "backslashreplace"))
    overview = book.overview
    said = (overview.title, overview.states, overview.days, overview.today, overview.since, overview.notes)
    boxes = [(b.mailbox, b.listed, b.ended, b.pending, b.trouble) for b in overview.mailboxes]
    staff = sorted((key, repr(value)) for key, value in book.staff.items() if value is not None)
    digest.update(
        repr((said, overview.deadline, overview.links, boxes, staff, book.extras)).encode("utf-8", "backslashreplace")
    )
    return digest.hexdigest()


def _write(path: Path, book: Book) -> None:
    from reports.writers import BookWriter

    workbook = _drawn(book)
    with path.open("xb") as file:
        with SteadyZip(file, "w", ZIP_DEFLATED, allowZip64=True) as archive:
            BookWriter(workbook, archive).save()
        file.flush()
        os.fsync(file.fileno())


def _drawn(book: Book) -> Workbook:
    from openpyxl.styles import Font
    from openpyxl.workbook import Workbook

    from reports.drawing import draw_sheet
    from reports.guide import draw_guide
    from reports.overview import draw_overview
    from reports.styles import FONT, Palette

    workbook = Workbook()
    first = workbook.active
    assert first is not None
    styles: Any = workbook
    styles._named_styles["Normal"].font = Font(name=FONT, size=10)
    palette = Palette(first)
    draw_overview(workbook, book.overview, palette)
    for sheet in book.sheets:
        draw_sheet(workbook, sheet, book, palette)
    if book.guide:
        draw_guide(workbook, palette)
    for added in book.extras.sheets:
        _draw_added(workbook, added)
    workbook.remove(first)
    _describe(workbook, book)
    return workbook


def _draw_added(workbook: Workbook, added: AddedSheet) -> None:
    from reports.drawing import put_value

    if added.package:
        unpacked(added.package, workbook, added.title)
        return
    sheet = workbook.create_sheet(added.title)
    for row, values in enumerate(added.rows, start=1):
        for column, value in enumerate(values, start=1):
            if value is not None:
                put_value(sheet.cell(row, column), value)
    sheet.sheet_format.defaultColWidth = ADDED_DEFAULT_WIDTH
    for letter, width in added.widths:
        sheet.column_dimensions[letter].width = width


def _describe(workbook: Workbook, book: Book) -> None:
    from openpyxl.packaging.custom import StringProperty

    describe(workbook, book.overview)
    if book.stamp:
        properties: Any = workbook
        properties.custom_doc_props.append(StringProperty(name=STAMP, value=book.stamp))
