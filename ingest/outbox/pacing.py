"""How many letters may go: caps by address, by account and by run, against loops and a provider's limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from ingest.config import ReplyCaps

HOUR = dt.timedelta(hours=1)
QUARTER = dt.timedelta(minutes=15)
DAY = dt.timedelta(days=1)

Count = Callable[[str, dt.datetime], int]
"""(address, since) to how many letters went there, or from there, since then."""


@dataclass(frozen=True)
class Room:
    """Whether a letter may go now: "" or why not, in Chinese. whole: no other letter of this account may either."""

    why: str = ""
    whole: bool = False


def room(caps: ReplyCaps, *, to: str, sender: str, now: dt.datetime, sent_to: Count, sent_from: Count) -> Room:
    """Whether one more letter from an account to an address is within the caps. A day is the last 24 hours."""
    if sent_from(sender, now - QUARTER) >= caps.mailbox_quarter:
        return Room(f"账号 {sender} 15 分钟内已发 {caps.mailbox_quarter} 封，稍后接着发", whole=True)
    if sent_from(sender, now - DAY) >= caps.mailbox_day:
        return Room(f"账号 {sender} 一天内已发 {caps.mailbox_day} 封，明天接着发", whole=True)
    if sent_to(to, now - HOUR) >= caps.address_hour:
        return Room(f"一小时内已向同一地址发 {caps.address_hour} 封，稍后再发")
    if sent_to(to, now - DAY) >= caps.address_day:
        return Room(f"一天内已向同一地址发 {caps.address_day} 封，明天再发")
    return Room()
