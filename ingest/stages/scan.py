"""Scan: files on which no verdict was to be had when they came are scanned; what is malware is set apart.

Extract asks about every file before it opens it. What is left for this stage: files that came while clamd did not
answer or was not configured, and files that newer verdicts condemn.
"""

from __future__ import annotations

from ingest.context import Context, crash_point
from ingest.model import Todo, TodoKind, mail_number


def scan(context: Context) -> None:
    """Every file that waits for a verdict, then every file that is malware and still among the others."""
    if context.scanner.on:
        _ask_again(context)
    tell_trouble(context)
    with context.read() as tx:
        found = tx.scans.to_condemn()
    for sha256 in found:
        _condemn(context, sha256)


def tell_trouble(context: Context) -> None:
    """The run says, once, that clamd did not answer. Files that come later in the walk may be the first to find out."""
    trouble = context.scanner.trouble
    if trouble and trouble not in context.tally.unreachable:
        context.tally.unreachable.append(trouble)


def _ask_again(context: Context) -> None:
    with context.read() as tx:
        waiting = tx.scans.to_scan(context.config.malware.max_bytes)
    for done, file in enumerate(waiting):
        if context.stopped or context.spent or context.scanner.trouble:
            return
        context.say("病毒扫描", done, len(waiting))
        if not context.store.has(file.sha256):
            continue
        found = context.scanner.verdict(context.store.path(file.sha256), file.sha256, file.size)
        if found.is_checked:
            with context.begin() as tx:
                mails = tx.scans.mails_of(file.sha256)
                tx.works.soil([work for works in tx.works.of_arrivals(mails).values() for work in works])
            context.tally.counts["scanned-late"] += 1


def _condemn(context: Context, sha256: str) -> None:
    """Its bytes leave the store first: a run that dies in between finds the verdict, and goes on here."""
    context.scanner.quarantine(context.store.path(sha256), sha256)
    crash_point("quarantined")
    with context.begin() as tx:
        mails = tx.scans.condemn(sha256)
        works = sorted({work for found in tx.works.of_arrivals(mails).values() for work in found})
        tx.works.soil(works)
        for arrival_id in mails:
            tx.desk.ask(_todo(arrival_id, sha256, works[0] if len(works) == 1 else ""))
    context.tally.counts["malware"] += 1


def _todo(arrival_id: int, sha256: str, work: str) -> Todo:
    text = (
        f"邮件 {mail_number(arrival_id)} 中有文件疑似含有恶意代码，已隔离（编号 {sha256[:12]}）。"
        "请勿打开原信中的这个文件；需要这份材料时，请电话联系来信人查毒后重发。"
    )
    return Todo(f"malware:{arrival_id}:{sha256[:16]}", TodoKind.BROKEN_FILE, text, work=work, arrival_id=arrival_id)
