"""The commands that change the ledger, each under the lease."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ingest import batch, handfed
from ingest.cli import console
from ingest.config import Config
from ingest.context import ALL_REPORTS, lease
from ingest.errors import ConfigError, Exit

Clock = Callable[[], dt.datetime]


def report(config: Config, clock: Clock, only: str | None = None) -> int:
    """Workbook, folders and pages again, whether or not there is news. only: one of them."""
    reports = frozenset({only}) if only else ALL_REPORTS
    steps = ("read-back", "report")
    with console.progress() as say:
        summary = batch.run(config, clock=clock, environ=os.environ, say=say, only=steps, fresh=True, reports=reports)
    return console.tell(summary, config)


def retry(config: Config, clock: Clock, ids: list[str]) -> int:
    """What failed or was set aside, again, and the rest of the walk for it. ids: numbers of mails and of links."""
    mails = [_number(ident, "M") for ident in ids if not ident.upper().startswith("Y")]
    links = [_number(ident, "Y") for ident in ids if ident.upper().startswith("Y")]
    with (
        lease(config.storage.root),
        batch.open_context(config, clock=clock, environ=os.environ, create=False) as context,
        context.begin() as tx,
    ):
        looked: set[int] = set()
        if mails or not ids:
            looked = {*tx.arrivals.forget_ended_by_us(mails or None), *tx.watching.forget_failed(mails or None)}
        wanted = mails if ids else tx.arrivals.quarantined()
        count = len(looked | set(tx.arrivals.again(wanted)))
        named = {*links, *tx.links.of_mails(mails)} if ids else None
        linked = len(tx.links.again(named))
    said = [f"{count} 封邮件"] * bool(count) + [f"{linked} 个云附件"] * bool(linked)
    print(f"重新处理 {'、'.join(said)}。" if said else "没有需要重新处理的邮件。")
    if not said:
        return int(Exit.DONE)
    with console.progress() as say:
        summary = batch.run(config, clock=clock, environ=os.environ, say=say)
    return console.tell(summary, config)


def _number(ident: str, letter: str) -> int:
    digits = ident.upper().removeprefix(letter)
    if not digits.isdecimal():
        mend = "邮件编号如 M00012，见台账“邮件”表的“编号”栏；云附件编号如 Y0003，见“待办”表的“事项”栏。"
        raise ConfigError(f"“{ident}”不是邮件或云附件的编号", mend=mend)
    return int(digits)


def import_(config: Config, clock: Clock, paths: list[Path], *, mailbox: str, work: str) -> int:
    """Hand-fed mail or files, then the walk for them without polling."""
    if mailbox and mailbox not in {m.name for m in config.mailboxes}:
        names = "、".join(m.name for m in config.mailboxes)
        raise ConfigError(f"配置中没有名为 {mailbox} 的信箱", mend=f"现有信箱：{names}。")
    with lease(config.storage.root), batch.open_context(config, clock=clock, environ=os.environ) as context:
        feed = partial(handfed.import_mail, name=mailbox) if mailbox else partial(handfed.import_files, work=work)
        fed = feed(context, paths)
    print(f"收入 {fed.new} 件，已有 {fed.known} 件。")
    for line in fed.troubles:
        print(f"注意：{line}。")
    with console.progress() as say:
        summary = batch.run(config, clock=clock, environ=os.environ, say=say, without=("fetch",))
    return console.tell(summary, config)
