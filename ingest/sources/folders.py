"""Which folder a word of the config means: a name, a special use like \\Junk, or the name Chinese services give it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ingest.sources import INBOX

Flags = frozenset[str]
"""What a server says of a folder, in lower case: \\junk, \\noselect …"""

_USES = {
    "\\inbox": ("INBOX", "收件箱"),
    "\\junk": ("垃圾邮件", "垃圾邮箱", "垃圾箱", "Junk", "Junk E-mail", "Junk Email", "Junk Mail", "Spam", "Bulk Mail"),
    "\\trash": ("已删除", "已删除邮件", "Trash", "Deleted Messages", "Deleted Items"),
    "\\archive": ("归档", "邮件归档", "Archive"),
    "\\sent": ("已发送", "已发送邮件", "Sent", "Sent Messages", "Sent Items", "Sent Mail"),
}
_OTHER_FLAGS = {"\\spam": "\\junk", "\\deleted": "\\trash"}  # as XLIST says it
_SORTED_AWAY = {
    "广告邮件",
    "订阅邮件",
    "病毒邮件",
    "病毒文件夹",
}  # NetEase's filters have no flag of their own for these
_LEVELS = re.compile(r"[/.]")


def resolve(wanted: str, there: Mapping[str, Flags]) -> str | None:
    """The folder that is meant, by its name on the server; None if there is none.

    A folder of exactly that name comes first, then the one the server flags for the use, then any known name of it.
    """
    if wanted in there:
        return wanted
    use = _use(wanted)
    if use is None:
        return None
    if use == "\\inbox":
        return INBOX
    flagged = (name for name, flags in there.items() if use in flags)
    named = (name for known in _USES.get(use, ()) for name in there if _leaf(name) == known.casefold())
    return next(flagged, None) or next(named, None)


def is_junk(name: str, flags: Iterable[str]) -> bool:
    """Whether a filter of the server, and no person, puts mails there."""
    by_name = _leaf(name) in {known.casefold() for known in _USES["\\junk"]} or name in _SORTED_AWAY
    return "\\junk" in flags or by_name


def flags_of(said: Iterable[bytes | str]) -> Flags:
    """A server's flags of a folder as this module compares them."""
    texts = (flag.decode("ascii", "replace") if isinstance(flag, bytes) else flag for flag in said)
    return frozenset(_OTHER_FLAGS.get(text.lower(), text.lower()) for text in texts)


def _use(wanted: str) -> str | None:
    if wanted.startswith("\\"):
        return next(iter(flags_of([wanted])))
    names = ((use, known) for use, all_known in _USES.items() for known in all_known)
    return next((use for use, known in names if known.casefold() == wanted.casefold()), None)


def _leaf(name: str) -> str:
    return _LEVELS.split(name)[-1].casefold()
