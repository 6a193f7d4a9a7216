"""What an SMTP server's answer means for a letter and for the account it is sent from. Values in, values out.

NetEase says in a word of its own (`MI:SFQ`) what the code alone does not tell; the words are matched first.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Verb = Literal["connect", "ehlo", "login", "mail", "rcpt", "data", "body"]
"""What was answered: `body` is the answer to the letter itself, after the last dot."""

TRIES_AFTER = tuple(dt.timedelta(minutes=m) for m in (1, 4, 16, 64, 256))
"""How long a letter waits before it is tried again, by how often it was tried."""


class Fate(StrEnum):
    """What becomes of the letter in hand, and of those behind it."""

    SENT = "sent"
    LATER = "later"  # this letter waits, the others go on
    REFUSED = "refused"  # this letter will never be taken
    PAUSE = "pause"  # the account waits for `wait`, this letter pays no try
    TOMORROW = "tomorrow"  # the account has had its day's share
    AGAIN = "again"  # a new connection, and the same letter at once
    STOP = "stop"  # the login is refused: only a person can help


@dataclass(frozen=True)
class Verdict:
    """fate; wait: how long an account pauses, 0 where that depends on how often it failed. dead: the address does not
    exist. lost: the server could not be reached, or lets nobody in. alert: the operator should know.

    why: for people, in Chinese; what the server said is added by whoever keeps it.
    """

    fate: Fate
    why: str
    wait: dt.timedelta = dt.timedelta(0)
    dead: bool = False
    lost: bool = False
    alert: bool = False


_MINUTES = dt.timedelta(minutes=1)
_QUARTER = 15 * _MINUTES
_AUTH_WAIT = dt.timedelta(hours=6)

_TOMORROW = re.compile(r"MI:STC|RP:TRC|HL:ITC")
_QUARTERLY = re.compile(r"MI:SFQ|RP:QRC")
_ONE_CONNECTION = re.compile(r"MI:DMC|RP:DRC")
_TOO_FAST = re.compile(r"HL:(?:ICC|IFC|REP|MEP)")
_SPAM = re.compile(r"DT:SPM")
_FORGED = re.compile(r"DT:SUM|RP:RCL")
_LOGIN = re.compile(
    r"auth(?:entication)?\s+(?:error|failed|failure|limit)|too much fail authentication|login fail", re.I
)
_NOBODY = re.compile(
    r"5\.1\.(?:0|1|2|3|6|10)\b|user (?:unknown|not found|doesn't exist|not exist)|no such (?:user|recipient|mailbox)"
    r"|unknown user|mailbox (?:not found|unavailable|does not exist)|does not exist|invalid (?:mailbox|recipient|user)"
    r"|recipient (?:rejected|address rejected|unknown)|not a valid mailbox|用户不存在|收件人不存在|无此用户|没有此用户",
    re.I,
)
_FULL = re.compile(r"5\.2\.2|quota|mailbox (?:is )?full|over ?quota|空间不足|邮箱已满", re.I)


def verdict(verb: Verb, code: int, text: str) -> Verdict:
    """What an answer to one verb means. code: three digits, as the server said them."""
    if 200 <= code < 400:
        return Verdict(Fate.SENT, "")
    known = _of_netease(code, text)
    if known is not None:
        return known
    if verb == "login" or code in (530, 534, 535, 538) or _LOGIN.search(text):
        return _of_login(code)
    if verb in ("connect", "ehlo", "mail"):
        return _of_account(code)
    if 400 <= code < 500:
        if code == 421:
            return Verdict(Fate.PAUSE, "发信服务器正忙，稍后再发", 5 * _MINUTES)
        return Verdict(Fate.LATER, "收信方暂时不收，稍后再试")
    if verb == "rcpt":
        return _of_recipient(text)
    return Verdict(Fate.REFUSED, "发信服务器拒收这封信", alert=True)


def _of_netease(code: int, text: str) -> Verdict | None:
    if _TOMORROW.search(text):
        return Verdict(Fate.TOMORROW, "信箱今天的发信量已到网易上限，明天自动接着发", alert=True)
    if _QUARTERLY.search(text):
        return Verdict(Fate.PAUSE, "信箱 15 分钟内的发信量已到网易上限，稍后自动接着发", _QUARTER)
    if _ONE_CONNECTION.search(text):
        return Verdict(Fate.AGAIN, "一次连接发信过多，换一次连接再发")
    if _TOO_FAST.search(text):
        return Verdict(Fate.PAUSE, "网易认为发信过快，暂停一段时间后接着发", 30 * _MINUTES, alert=True)
    if _SPAM.search(text):
        if 400 <= code < 500:
            return Verdict(Fate.LATER, "网易暂时把这封信当作垃圾邮件，稍后再试")
        return Verdict(Fate.REFUSED, "网易把这封信当作垃圾邮件拒收，同样的内容不再发送", alert=True)
    if _FORGED.search(text):
        return Verdict(Fate.REFUSED, "发信人与登录账号不一致，或收信人过多，被网易拒收", alert=True)
    return None


def _of_login(code: int) -> Verdict:
    if 400 <= code < 500:
        return Verdict(Fate.PAUSE, "发信服务器暂时不让登录，稍后再试", _QUARTER, alert=True)
    why = "发信账号登录不上：请核对客户端授权码是否过期、SMTP 服务是否开启；改好后运行 kepu check 即恢复发信"
    return Verdict(Fate.STOP, why, _AUTH_WAIT, lost=True, alert=True)


def _of_account(code: int) -> Verdict:
    if 400 <= code < 500:
        return Verdict(Fate.PAUSE, "发信服务器正忙，稍后再发", 5 * _MINUTES)
    return Verdict(Fate.PAUSE, "发信服务器拒绝本账号发信", 60 * _MINUTES, alert=True)


def _of_recipient(text: str) -> Verdict:
    if _FULL.search(text):
        return Verdict(Fate.LATER, "对方信箱已满，稍后再试")
    if _NOBODY.search(text):
        return Verdict(Fate.REFUSED, "对方地址不存在，请用电话联系投稿人", dead=True)
    return Verdict(Fate.REFUSED, "对方服务器拒收，请用电话联系投稿人")
