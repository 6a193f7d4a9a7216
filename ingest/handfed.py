"""Mail and files that people feed in by hand (`kepu import`). They pass the same pipeline as polled mail."""

from __future__ import annotations

import datetime as dt
import mailbox as mailboxes
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from ingest.byhand import (
    FileByHand,
    MailByHand,
    is_outlooks,
    outlooks_mail,
    pour_all,
    take_for_work,
    take_mail,
)
from ingest.config import Mailbox
from ingest.context import Context, limits_of
from ingest.errors import ConfigError
from ingest.sources import INBOX, Source
from ingest.sources.eml import EmlSource, arrived
from ingest.sources.maildir import MaildirSource
from parsers import sniff
from parsers.facts import ArchiveFacts, Broken
from parsers.msg import NoMsgError


@dataclass(frozen=True)
class Fed:
    """What was taken in: new mails or files, and those that were here already. troubles: sentences on what was not."""

    new: int
    known: int
    troubles: tuple[str, ...] = ()


def import_mail(context: Context, paths: list[Path], name: str) -> Fed:
    """Take mails (.eml, .mbox, Maildir, a folder or a zip of .eml, .msg) in as if `name` had received them.

    A mail that was fed before under that mailbox is known; one that was polled before will turn out to be a duplicate.
    ConfigError for a path that is not there or plainly another kind of file; nothing is taken in then.
    """
    wrong = [problem for problem in map(_not_mail, paths) if problem]
    if wrong:
        raise ConfigError(wrong[0], mend="导入邮件请给出 .eml、.mbox 文件或邮件文件夹；单个材料请用 --work 登记号。")
    mailbox = context.config.mailbox(name).model_copy(update={"folders": (INBOX,)})
    new = known = 0
    for path in paths:
        for mail in _mails(context, path, mailbox):
            if take_mail(context, mailbox, mail):
                new += 1
            else:
                known += 1
    return Fed(new, known, tuple(context.tally.troubles))


def _mails(context: Context, path: Path, mailbox: Mailbox) -> Iterator[MailByHand]:
    if path.is_dir():
        maildir = (path / "new").is_dir() or (path / "cur").is_dir()
        source: Source = MaildirSource(mailbox, path) if maildir else EmlSource(mailbox, path)
        yield from _from_source(source)
        return
    found = sniff.sniff(path)
    if found == "mbox":
        yield from _from_mbox(path)
    elif found == "zip":
        yield from _from_zip(context, path)
    elif is_outlooks(path):
        yield from _from_outlook(context, path, mailbox)
    else:
        yield MailByHand(arrived(path), lambda writer: pour_all(path.open("rb"), writer))


def _not_mail(path: Path) -> str:
    """Why a path cannot be mail, "" if it may be."""
    if not path.exists():
        return f"找不到 {path}"
    if path.is_dir():
        return ""
    if not path.is_file():
        return f"{path} 不是文件"
    found = sniff.sniff(path)
    if found == "zip":
        return "" if _holds_mail(path) else f"{path} 里没有 .eml 邮件"
    plainly = sniff.VIDEO | sniff.IMAGE | sniff.ARCHIVE | sniff.DOCUMENT | sniff.AUDIO
    return f"{path} 是 {found} 文件，不是邮件" if found in plainly else ""


def _holds_mail(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.lower().endswith(".eml") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):  # it is said that it holds none
        return False


def _from_zip(context: Context, path: Path) -> Iterator[MailByHand]:
    """The .eml files of a webmail's export, in the order of their names; what cannot be taken out is said."""
    with context.store.scratch() as scratch:
        facts = context.workers.read_archive(path, scratch, limits_of(context.config))
        members = facts.members if isinstance(facts, ArchiveFacts) else ()
        mails = [member for member in members if member.name.lower().endswith(".eml")]
        lost = sum(not member.path for member in mails)
        trouble = facts.reason if isinstance(facts, Broken) else facts.problem
        if lost or trouble:
            context.tally.troubles.append(
                f"{path.name} 没有全部取出（{trouble or f'{lost} 封损坏、加密或超出上限'}），请解开后按文件夹导入"
            )
        for member in sorted(mails, key=lambda member: (member.folder, member.name)):
            if member.path:
                file = scratch / member.path
                yield MailByHand(arrived(file), lambda writer, file=file: pour_all(file.open("rb"), writer))  # type: ignore[misc]


def _from_outlook(context: Context, path: Path, mailbox: Mailbox) -> Iterator[MailByHand]:
    try:
        with outlooks_mail(context, path, max_bytes=mailbox.limits.max_mail_bytes) as mail:
            yield mail
    except (NoMsgError, OSError) as error:
        context.tally.troubles.append(f"{path.name} 无法读取（{error}），请在 Outlook 中另存为 .eml 后再导入")


class _NothingSeen:
    last_uid = 0

    def known(self, uids: Any) -> set[str]:
        return set()


def _from_source(source: Source) -> Iterator[MailByHand]:
    with source:
        for folder in source.folders():
            for listing in source.listing(folder, _NothingSeen()):
                yield MailByHand(listing.received_at, lambda writer, listing=listing: source.copy(listing, writer))  # type: ignore[misc]


def _from_mbox(path: Path) -> Iterator[MailByHand]:
    box = mailboxes.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield MailByHand(_from_line(box, key), lambda writer, key=key: pour_all(box.get_file(key), writer))  # type: ignore[misc]
    finally:
        box.close()


def _from_line(box: mailboxes.mbox, key: str) -> dt.datetime | None:
    """The time in a mail's From line, which the writing program set on arrival; UTC where it names no zone."""
    with box.get_file(key, from_=True) as file:
        line = file.readline(500).decode("ascii", "replace")
    with suppress(ValueError, TypeError, IndexError, OverflowError):  # a line of another kind says no time
        moment = parsedate_to_datetime(line.split(" ", 2)[2])
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return None


def import_files(context: Context, paths: list[Path], work: str) -> Fed:
    """Take files in for a work that is there. ConfigError if it is not, or a path is no file."""
    wrong = next((path for path in paths if not path.is_file()), None)
    if wrong is not None:
        raise ConfigError(f"{wrong} 不是文件", mend="请给出一个或多个文件的路径。")
    work = work.strip().upper()
    with context.read() as tx:
        if not tx.works.rows([work]):
            raise ConfigError(f"没有登记号为 {work} 的作品", mend="请核对登记号（见台账的“登记号”栏）。")
    new = sum(take_for_work(context, FileByHand(p.name, context.store.put_file(p)), work) for p in paths)
    return Fed(new, len(paths) - new)
