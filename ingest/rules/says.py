"""How rules put figures and fields into the short sentences people check them by."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from ingest.config import Config

LONGEST_S = 10.0**9
"""Seconds beyond which a length is not told apart: a header can claim anything."""

MAX_QUOTE = 60
"""Characters of a submitter's text quoted in one sentence."""


def clock(seconds: float) -> str:
    """A length of film: 252 → 4分12秒, 299.6 → 4分59.6秒. Seconds, not negative, finite."""
    tenths = math.floor(min(seconds, LONGEST_S) * 10 + 0.5)
    minutes, rest = divmod(tenths, 600)
    tail = f"{rest // 10}秒" if rest % 10 == 0 else f"{rest / 10:.1f}秒"
    if minutes == 0:
        return tail
    return f"{minutes}分" if rest == 0 else f"{minutes}分{tail}"


def minutes(low_s: float, high_s: float) -> str:
    """The bounds of a film's length: 120, 300 → 2–5 分钟."""
    if low_s % 60 == 0 and high_s % 60 == 0:
        return f"{low_s / 60:g}–{high_s / 60:g} 分钟"
    return f"{clock(low_s)}–{clock(high_s)}"


def weight(size_bytes: int) -> str:
    """A file's size in bytes, and in both of the units people mean by 兆."""
    return f"{size_bytes:,} 字节（{size_bytes / 10**6:.1f} MB，{size_bytes / 2**20:.1f} MiB）"


def day(date: dt.date) -> str:
    """2023-05-01 → 2023年5月1日."""
    return f"{date.year}年{date.month}月{date.day}日"


def moment(when: dt.datetime) -> str:
    """An aware time to the minute, in its own zone."""
    return f"{day(when.date())} {when:%H:%M}"


def field_name(name: str, config: Config) -> str:
    """A field's name for people."""
    return config.forms.names.get(name, name)


def listed(names: Sequence[str]) -> str:
    """At most five names, and how many more there are."""
    shown = "、".join(names[:5])
    return f"{shown} 等 {len(names)} 项" if len(names) > 5 else shown


def quote(text: str) -> str:
    """A submitter's text on one line, cut to what a sentence can bear."""
    line = " ".join(text.split())
    return f"“{line if len(line) <= MAX_QUOTE else line[:MAX_QUOTE] + '…'}”"
