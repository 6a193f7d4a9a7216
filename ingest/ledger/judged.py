"""What is told of a review: which findings are others than before, and by which rules and programs it was made."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.model import Finding, WorkState

_CONFIG = 12
"""Characters of the config's digest that are shown: enough to tell two configs of an edition apart."""


def made_with(*, rules: str, parsers: str, config: str) -> str:
    """The key of a review, at most 64 characters: version of the rules, of the parsers, digest of what the config says.

    config: the text of all that a verdict may depend on.
    """
    return f"{rules}.{parsers}.{hashlib.sha256(config.encode()).hexdigest()[:40]}"


def told_of(key: str) -> dict[str, str]:
    """A review's key for people and programs: rules, parsers, config (the beginning of its digest)."""
    rules, _, rest = key.partition(".")
    parsers, _, digest = rest.partition(".")
    return {"rules": rules, "parsers": parsers, "config": digest[:_CONFIG]}


def detail_of(
    old: Sequence[Finding], new: Sequence[Finding], *, before: str, state: WorkState, key: str
) -> dict[str, Any]:
    """The detail of a `work-reviewed` event: all that it takes to know the findings before and after.

    `changes`: rule to its outcome before and now, "" where there is none; `reworded`: rules of the same outcome whose
    clause or evidence is another. before: the state until now.
    """
    was, now = ({one.rule: one for one in some} for some in (old, new))
    changes = {rule: [_outcome(was, rule), _outcome(now, rule)] for rule in (was | now)}
    changes = {rule: pair for rule, pair in changes.items() if pair[0] != pair[1]}
    reworded = [rule for rule in now if rule not in changes and was[rule] != now[rule]]
    detail = {"state": state.value, "before": before, "changes": changes, "with": told_of(key)}
    return detail | ({"reworded": reworded} if reworded else {})


def _outcome(findings: Mapping[str, Finding], rule: str) -> str:
    return findings[rule].outcome.value if rule in findings else ""
