"""The 补件 folders of the share: what staff drop there is taken in at the start of a batch, then moved to 已收.

补件/<登记号>/ holds files for a work; 补件/新来件/<途径>/ submissions that came by another way: a folder there is one
submission, and so are the files that lie loose; saved mails are taken as mails. Links are never followed.
"""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from ingest import typedin
from ingest.byhand import FileByHand, MailByHand, outlooks_mail, pour_all, take_as_new, take_for_work, take_mail
from ingest.config import Config, Mailbox
from ingest.context import Context
from ingest.errors import GoneError
from ingest.model import Todo, TodoKind
from ingest.sources.eml import arrived
from ingest.sources.files import open_plain
from ingest.stages.fetch import ask_for_room
from parsers.msg import NoMsgError
from parsers.typedform import SHEET_FORM

log = structlog.get_logger("kepu")

TOP, NEW, TAKEN, GUIDE = "补件", "新来件", "已收", "说明.txt"
STILL_S = 120
"""So long a file must have been left alone, by the clock of its disk: a copy may be under way."""
MOST_FILES = 1000
"""Of one folder in one batch."""

_NOBODYS = {GUIDE.casefold(), "thumbs.db", "desktop.ini", ".ds_store"}
_HALF = (".tmp", ".part", ".partial", ".crdownload", ".download")
_KEY = "dropped:"
_GUIDE = f"""\
把材料放进这里，程序会自动收取：

{TOP}/登记号/　　　　　补给该作品的文件（如 {TOP}/R2024-0001/成片.mp4）
{TOP}/{NEW}/途径/　　　用其他办法收到的投稿。一部作品的文件放在同一个子文件夹里；直接放在这里的文件算作一件。
　　　　　　　　　　　另存的邮件（.eml、.msg）会当作该信箱收到的邮件。
{TOP}/登记号/{SHEET_FORM}　　　电子表读不出时程序放在这里，照原件填好、保存即可，与电子表同样审查；
　　　　　　　　　　　其他作品要录入，请从“{TOP}/{typedin.BLANKS}”复制一份，改名为“{SHEET_FORM}”。

文件复制完成两分钟后，在下一次运行时收取；收取后移到同一文件夹的“{TAKEN}”里，可以留着，也可以删除。
"""


@dataclass(frozen=True)
class _Found:
    """A file lying in a folder. still: nothing has happened to it for a while."""

    path: Path
    size: int
    still: bool


def take_dropped(context: Context) -> None:
    """All that lies there and is still. A share that cannot be read keeps no mail from coming in."""
    top = context.config.storage.share / TOP
    try:
        if top.is_dir() and not top.is_symlink():
            _take_all(context, top)
    except OSError as error:
        log.error("dropped files unreadable", error=str(error))
        context.tally.notes.append(f"“{TOP}”文件夹读不到（{error.strerror or type(error).__name__}），下次运行再收")


def make_folders(context: Context) -> None:
    """A folder for every work, and for new submissions of every track, with a word on how they are used. OSError."""
    top = context.config.storage.share / TOP
    with context.read() as tx:
        works = [row["id"] for row in tx.works.rows() if not (row["moved_to"] or row["merged_into"])]
    for name in tracks(context.config):
        (top / NEW / name).mkdir(parents=True, exist_ok=True)
    there = {entry.name for entry in os.scandir(top)}
    for work in works:
        if work not in there:
            (top / work).mkdir(exist_ok=True)
    if GUIDE not in there:
        (top / GUIDE).write_text(_GUIDE, encoding="utf-8-sig", newline="\r\n")
    typedin.lay_out(context, top)


def tracks(config: Config) -> dict[str, Mailbox]:
    """By the name of its folder, the mailbox that a track's new submissions count as received by."""
    found = {}
    for track in config.tracks:
        mailbox = next((mailbox for mailbox in config.mailboxes if mailbox.track == track.key), None)
        short = track.sheet[:2]
        alone = sum(other.sheet.startswith(short) for other in config.tracks) == 1
        if mailbox is not None:
            found[short if alone else track.sheet] = mailbox
    return found


def _take_all(context: Context, top: Path) -> None:
    folders = [Path(entry.path) for entry in os.scandir(top) if entry.is_dir(follow_symlinks=False)]
    strange: dict[str, Path] = {}
    for folder in sorted(folders):
        if folder.name.startswith((".", "~")) or folder.name == typedin.BLANKS:
            continue
        if folder.name == NEW:
            _take_new(context, folder)
            continue
        if not any(_files(folder)):  # most are empty, and the ledger need not be asked for each work in each run
            continue
        work = _work_of(context, folder.name)
        if work:
            _take_for_work(context, folder, work)
        else:
            strange[_KEY + folder.name[:150]] = folder
    _ask(context, strange)


def _work_of(context: Context, name: str) -> str:
    """The work a folder is for, by its 登记号 as people type it; a moved one's new number; "" if there is none."""
    work = unicodedata.normalize("NFKC", name).strip().upper()
    with context.read() as tx:
        return tx.moves.current([work])[0] if tx.works.rows([work]) else ""


def _take_for_work(context: Context, folder: Path, work: str) -> None:
    for found in _still(context, folder):
        try:
            if typedin.is_sheet_form(folder, found.path):
                taken = typedin.take_sheet_form(context, found.path, work)
                if taken is None:
                    continue
                new = taken
            elif _is_mail(found.path):
                with context.read() as tx:
                    mailbox = context.config.mailbox(tx.works.row(work)["mailbox"])
                new = _take_mail(context, mailbox, found.path, work)
            else:
                new = take_for_work(context, _stored(context, found), work)
        except (OSError, GoneError, NoMsgError) as error:
            _left(context, found, error)
            continue
        _put_away(context, folder, [found], new=new)


def _take_new(context: Context, folder: Path) -> None:
    mailboxes = tracks(context.config)
    for place in sorted(Path(entry.path) for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)):
        mailbox = mailboxes.get(place.name)
        if mailbox is None:
            continue
        inside = sorted(Path(e.path) for e in os.scandir(place) if e.is_dir(follow_symlinks=False))
        for submission in (place, *(p for p in inside if p.name != TAKEN and p.name[0] not in ".~")):
            _take_submission(context, mailbox, submission, deep=submission != place)


def _take_submission(context: Context, mailbox: Mailbox, folder: Path, *, deep: bool) -> None:
    """One submission: all its files at once, when all of them are still; saved mails one by one."""
    found = _aged(folder, list(_files(folder, deep=deep)))
    mails = [one for one in found if _is_mail(one.path) and one.still]
    rest = [one for one in found if not _is_mail(one.path)]
    for one in mails:
        try:
            new = _take_mail(context, mailbox, one.path)
        except (OSError, GoneError, NoMsgError) as error:
            _left(context, one, error)
        else:
            _put_away(context, folder, [one], new=new)
    if not rest or not all(one.still for one in rest):
        return
    try:
        ask_for_room(context, sum(one.size for one in rest))
        title = folder.name if deep else ""
        new = take_as_new(context, mailbox, title, [_stored(context, one) for one in rest])
    except (OSError, GoneError, NoMsgError) as error:
        _left(context, rest[0], error)
    else:
        _put_away(context, folder, rest, new=new)


def _stored(context: Context, found: _Found) -> FileByHand:
    ask_for_room(context, found.size)
    with context.store.writer() as writer:
        pour_all(open_plain(found.path), writer)
    assert writer.stored is not None
    return FileByHand(found.path.name, writer.stored)


def _is_mail(path: Path) -> bool:
    return path.suffix.lower() in (".eml", ".msg")


def _take_mail(context: Context, mailbox: Mailbox, path: Path, work: str = "") -> bool:
    """A saved mail, Outlook's too. False if it was here before; NoMsgError, OSError, GoneError."""
    if path.suffix.lower() == ".eml":
        mail = MailByHand(arrived(path), lambda writer: pour_all(open_plain(path), writer))
        return take_mail(context, mailbox, mail, work=work)
    with outlooks_mail(context, path, max_bytes=mailbox.limits.max_mail_bytes) as mail:
        return take_mail(context, mailbox, mail, work=work)


def _files(folder: Path, *, deep: bool = True) -> Iterator[Path]:
    """Files of a folder and the folders in it, without what was taken, hidden ones, and those half there by name."""
    count = 0
    for where, inside, names in os.walk(folder, followlinks=False):
        inside[:] = sorted(name for name in inside if name != TAKEN and name[0] not in ".~") if deep else []
        for name in sorted(names):
            path = Path(where) / name
            if name[0] in ".~" or name.casefold() in _NOBODYS or name.lower().endswith(_HALF) or path.is_symlink():
                continue
            count += 1
            if count > MOST_FILES:
                return
            yield path


def _still(context: Context, folder: Path) -> Sequence[_Found]:
    return [found for found in _aged(folder, list(_files(folder))) if found.still]


def _aged(folder: Path, paths: Sequence[Path]) -> list[_Found]:
    """The files with what is known of them; of two times the later counts, since copying may set the one back."""
    if not paths:
        return []
    now = disk_now(folder)
    found = []
    for path in paths:
        state = path.lstat()
        last = max(state.st_mtime if state.st_mtime <= now else 0.0, state.st_ctime)
        found.append(_Found(path, state.st_size, now - last >= STILL_S))
    return found


def disk_now(folder: Path) -> float:
    """The time by the clock of the disk a folder lies on, in seconds since 1970: a share's may differ from ours."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".kepu-clock-") as file:
        return os.fstat(file.fileno()).st_mtime


def _put_away(context: Context, folder: Path, files: Sequence[_Found], *, new: bool) -> None:
    """What is in the ledger goes to 已收; a file that cannot be moved is known when it is met again."""
    context.tally.counts["dropped" if new else "dropped-known"] += len(files)
    taken = folder / TAKEN
    try:
        if taken.is_symlink():
            raise OSError(f"{taken.name} is a link")
        taken.mkdir(exist_ok=True)
        for file in files:
            file.path.rename(_free_name(taken, file.path.name))
    except OSError as error:
        log.warning("taken file stays", folder=folder.name, error=str(error))


def _free_name(folder: Path, name: str) -> Path:
    stem, suffix = Path(name).stem, Path(name).suffix
    candidates = (folder / (name if n == 1 else f"{stem} ({n}){suffix}") for n in range(1, 10_000))
    return next(path for path in candidates if not os.path.lexists(path))


def _left(context: Context, found: _Found, error: Exception) -> None:
    log.error("dropped file not taken", file=found.path.name, error=str(error))
    why = error.strerror if isinstance(error, OSError) and error.strerror else "文件损坏、不在了或正被占用"
    context.tally.notes.append(f"“{TOP}”中的“{found.path.name}”没有收成（{why}），下次运行再试")


def _ask(context: Context, strange: dict[str, Path]) -> None:
    """A to-do for every folder whose name is no 登记号; those that are gone are done."""
    with context.read() as tx:
        asked = {row["key"] for row in tx.desk.todos() if row["key"].startswith(_KEY)}
    if asked == strange.keys():
        return
    with context.begin() as tx:
        for key in asked - strange.keys():
            tx.desk.close_todos(key=key)
        for key, folder in strange.items():
            text = (
                f"“{TOP}/{folder.name}”里有文件，但没有这个登记号。请把文件夹改名为正确的登记号；"
                f"若是新的投稿，请移到“{TOP}/{NEW}”下面。"
            )
            tx.desk.ask(Todo(key, TodoKind.PLACE_FILE, text), anew=True)
