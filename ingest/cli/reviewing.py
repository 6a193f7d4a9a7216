"""`kepu review`: all works judged again; or, with --preview, what would be said otherwise, and nothing done."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable

from ingest import batch
from ingest.cli import console
from ingest.config import Config
from ingest.context import lease
from ingest.errors import Exit
from ingest.model import OUTCOME_WORDS, STATE_WORDS, Finding
from ingest.preview import Change, Flip, Preview
from ingest.preview import preview as preview_of
from ingest.views import Record
from ingest.views.words import RULE_WORDS

Clock = Callable[[], dt.datetime]

_STEPS = ("read-back", "decided", "parse", "review", "reply", "report")
"""What follows from judging again: files are read again if labels changed, letters and reports say what is so now.
Nothing is fetched, and nothing sent."""


def again(config: Config, clock: Clock) -> int:
    """Every work judged now under this config, whether or not anything changed; letters are written, not sent."""
    opened = batch.open_context(config, clock=clock, environ=os.environ, create=False)
    with lease(config.storage.root), opened as context, context.begin() as tx:
        tx.works.soil(tx.works.judged())
    with console.progress() as say:
        summary = batch.run(config, clock=clock, environ=os.environ, say=say, only=_STEPS)
    return console.tell(summary, config)


def preview(config: Config, clock: Clock, *, as_json: bool) -> int:
    """The verdicts that would flip, a line each with --json and totals in the last."""
    with console.progress() as say:
        found = preview_of(config, clock=clock, say=say)
    if as_json:
        for change in found.changes:
            for flip in change.flips or (None,):
                print(json.dumps(_record(change, flip), ensure_ascii=False))
        print(json.dumps({"totals": _totals(found)}, ensure_ascii=False))
    else:
        _tell(found)
    return int(Exit.DONE)


def _record(change: Change, flip: Flip | None) -> Record:
    """flip: None where only the state is another."""
    sides = {"before": flip.before, "after": flip.after} if flip else {}
    return {
        "work": change.work,
        "title": change.title,
        "state_before": change.before.value,
        "state_after": change.after.value,
        "rule": flip.rule if flip else None,
        **{side: finding.outcome.value if finding else None for side, finding in sides.items()},
        **{f"evidence_{side}": finding.evidence if finding else None for side, finding in sides.items()},
        "clause": next((finding.clause for finding in reversed(sides.values()) if finding), None),
    }


def _totals(found: Preview) -> Record:
    return {
        "works": found.judged,
        "changed": len(found.changes),
        "rules": dict(found.by_rule),
        "unread_files": found.unread,
        "unreviewed_works": found.unreviewed,
        "crashed": list(found.crashed),
    }


def _tell(found: Preview) -> None:
    rows = [_row(change, flip) for change in found.changes for flip in change.flips]
    if rows:
        console.table("会变的结论", ("登记号", "作品名称", "规则", "现在 → 之后", "之后的依据"), rows)
    turned = [change for change in found.changes if change.before is not change.after]
    if turned:
        states = [(c.work, c.title, f"{STATE_WORDS[c.before]} → {STATE_WORDS[c.after]}") for c in turned]
        console.table("会变的状态", ("登记号", "作品名称", "现在 → 之后"), states)
    if found.by_rule:
        console.table("各规则", ("规则", "会变"), [(RULE_WORDS[rule], str(n)) for rule, n in found.by_rule.items()])
    for line in _notes(found):
        print(line)


def _row(change: Change, flip: Flip) -> tuple[str, ...]:
    turn = f"{_word(flip.before)} → {_word(flip.after)}"
    return change.work, change.title, RULE_WORDS[flip.rule], turn, flip.after.evidence if flip.after else ""


def _word(finding: Finding | None) -> str:
    return OUTCOME_WORDS[finding.outcome] if finding else "不查"


def _notes(found: Preview) -> list[str]:
    """What was looked at, what could not be, and that nothing was done."""
    flips = sum(found.by_rule.values())
    lines = [f"共 {found.judged} 部作品，{len(found.changes)} 部会变，{flips} 条结论会变。"]
    if found.unread:
        lines.append(
            f"栏目、表名或识别设置改了：有 {found.unread} 份表格、扫描件要重新读取才知道结果，"
            "这里按以前读出的内容判断，不能完全预演。"
        )
    if found.unreviewed:
        lines.append(f"另有 {found.unreviewed} 部作品还没有审查过，下次运行时按新配置审查。")
    lines += [f"规则出错：{one}（详见日志）" for one in found.crashed]
    return [*lines, "以上只是预演，台账、回信和文件夹都没有改动；确认后用这份配置运行 kepu review 或 kepu run 即生效。"]
