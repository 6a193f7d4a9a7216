"""How a mailbox is doing: when it was last polled well, and whether that is too long ago."""

from __future__ import annotations

import datetime as dt

from ingest.config import Config
from ingest.ledger.rows import Row

MISSED = 3
"""So many polls missed in a row are silence that somebody must notice."""

AFTERWARDS = dt.timedelta(days=120)
"""So long after the deadline nobody waits for mail any more."""


def is_stale(config: Config, health: Row | None, now: dt.datetime) -> bool:
    """Whether a mailbox has been silent for three polls and more. health: its row, None if it was never polled."""
    if health is None or now > config.edition.deadline_at + AFTERWARDS:
        return False
    if health["last_success_at"] is None:
        return int(health["failures"]) >= MISSED
    silent: dt.timedelta = now - health["last_success_at"]
    return silent > MISSED * dt.timedelta(minutes=config.schedule.poll_minutes)


def silence(config: Config, health: Row | None) -> str:
    """When mail last came in from a mailbox, and why not since, for people."""
    if health is None:
        return "还没有收过信"
    last, zone = health["last_success_at"], config.edition.zone
    when = f"最近一次收信成功：{last.astimezone(zone):%Y-%m-%d %H:%M}" if last else "从未收信成功"
    return f"{when}；{health['error']}" if health["error"] else when
