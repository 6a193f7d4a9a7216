"""Review: the rules are asked about every work that changed; the worst outcome is its state.

Then those works are compared with others that are new to each other, or have changed to each other (`comparing`).
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from ingest import rules, unread
from ingest.config import Config
from ingest.context import Context, crash_point
from ingest.errors import KepuError
from ingest.ledger.judged import made_with
from ingest.model import Work, state_of
from ingest.papers import sheet_of
from ingest.stages import twins
from ingest.stages.comparing import compare, stands
from parsers.facts import PARSERS_VERSION

log = structlog.get_logger("kepu")

MAX_TITLE = 200
"""Characters of a title: what is longer is a paragraph in the wrong cell."""

ASKED = "asked"
"""In `meta`: the question under which the facts were kept that works were judged by last."""


def review(context: Context) -> None:
    """Every work that is new, was added to, or was judged under other rules."""
    key = rules_key(context.config)
    with context.read() as tx:
        ids, asked = tx.works.to_review(key), tx.desk.get(ASKED)
    if asked != context.wants_key:
        with context.begin() as tx:
            tx.desk.put(ASKED, context.wants_key)
    for done, work_id in enumerate(ids):
        if context.stopped:
            return
        context.say("审查作品", done, len(ids))
        try:
            _one(context, work_id, key)
        except KepuError:
            raise
        except Exception as error:  # of ours: it costs this work its review, the next run tries again
            log.error("review failed", work=work_id, error=f"{type(error).__name__}: {error}", exc_info=error)
            context.tally.troubles.append(f"作品 {work_id} 审查失败，下次运行会再试（详见日志）")
    if ids:
        context.say("审查作品", len(ids), len(ids))
    twins.match(context)
    compare(context)


def rules_key(config: Config) -> str:
    """Changes when a verdict could: numbers, clauses, labels, parsers, whether films are looked at.

    A review keeps the key it was made with.
    """
    tables = (config.edition, config.tracks, config.rules, config.forms, config.platforms, config.malware)
    text = "\n".join(map(str, (*tables, config.recommenders, f"watch={config.analysis.watch}")))
    return made_with(rules=rules.VERSION, parsers=PARSERS_VERSION, config=text)


def _one(context: Context, work_id: str, key: str) -> None:
    with context.begin() as tx:
        work = titled(tx.load([work_id], context.wants_key)[work_id])
        work = replace(work, checks=tx.entrants.sender_checks(work_id))
        reviewed = rules.review(work, context.config, now=tx.now)
        twins.note(tx, work)
        findings = stands(tx, context.config, work, reviewed.findings)
        tx.works.reviewed(work, findings, state_of(findings), with_=key)
        unread.ask(tx, context.config, work)
    crash_point("reviewed")
    context.tally.counts["reviewed"] += 1
    for rule in reviewed.crashed:
        context.tally.troubles.append(f"规则 {rule} 未能判断作品 {work_id}，已列为待人工复核（详见日志）")


def titled(work: Work) -> Work:
    """The form names the work, within bounds; without one it keeps the title its mail gave it, else the scan's."""
    sheet = sheet_of(work)
    read = sheet.fields.get("title") if sheet and not work.title else None
    named = work.field("title") or work.title or (read.value if read else "")
    return replace(work, title=" ".join(named.split())[:MAX_TITLE])
