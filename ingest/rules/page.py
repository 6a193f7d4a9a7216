"""The page of all rules for people: `python -m ingest.rules.page > docs/rules.md`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from ingest.config import Config, RuleTable, load
from ingest.model import KIND_WORDS, OUTCOME_WORDS, Outcome
from ingest.rules import RULES, Rule

_HEAD = """# Rules

One finding per work for each rule that is on. Made by `python -m ingest.rules.page > docs/rules.md` from the rule table
and the shipped config; a test keeps it current. Numbers, clauses and `on` are the config's: `[rules.ID]`.

- "needs": without that material the rule says `na`, or `pending` while a link that may bring it still lives; if it is
  there and cannot be opened, `na`, or `review` where the rule is the one to say so (marked "+ unreadable").
- A rule whose "needs" says "all works" judges a work among all the others, and again when one of those changes. It says
  `na` of works that are withdrawn, merged or refused, and where the form does not tell what it judges.
- "else its scan": without a form that can be read, the rule judges what was recognised of the scan; what would then be
  `fail` or `missing` is `review`.
- "tell": whether a letter may mention the finding; `late` only the letter about lateness.
- A rule that fails itself gives `review` ("程序未能判断"), a traceback in the log and exit code 1.

"""


def page(config: Config) -> str:
    """The whole page as Markdown, one row a rule in the rulebook's order."""
    rows = [["id", "clause", "what", "needs", "may give", "numbers and words", "tell"], ["---"] * 7]
    rows += [_row(rule, config.rules.table(rule.id)) for rule in RULES]
    words = "、".join(f"`{outcome.value}` {word}" for outcome, word in OUTCOME_WORDS.items())
    return _HEAD + f"Outcomes: {words}.\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(rule: Rule, table: RuleTable) -> list[str]:
    what = " ".join((inspect.getdoc(rule.judge) or "").split("\n\n")[0].split())
    given = " ".join(f"`{o.value}`" for o in Outcome if o in rule.may_give)
    needs = "all works" if rule.compares else f"{rule.needs.value} {KIND_WORDS[rule.needs]}" if rule.needs else ""
    unreadable = " + unreadable" if rule.unreadable is Outcome.REVIEW else ""
    needs += ", else its scan" if rule.reads_scan else ""
    tell = table.tell if isinstance(table.tell, str) else "yes" if table.tell else "no"
    return [f"`{rule.id}`", table.clause, what, needs + unreadable, given, _values(table), tell]


def _values(table: RuleTable) -> str:
    """The table's own keys; long lists by their length."""
    own = {k: v for k, v in table.model_dump().items() if k not in RuleTable.model_fields}
    return "; ".join(f"`{k}` {_value(v)}" for k, v in own.items())


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"({len(value)} entries)" if len(value) > 4 else " ".join(str(v).strip() for v in value)
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.stdout.write(page(load(None, environ={}, cwd=Path.cwd())))
