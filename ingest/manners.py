"""Who wrote: a person or a machine, and whether an answer may go to them. Values in, values out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.utils import getaddresses
from enum import StrEnum

from ingest.model import Arrival, SenderCheck

_NOBODY_READS = re.compile(r"(?:mailer-daemon|postmaster|(?:do[-_.]?not|no)[-_.]?reply)(?![a-z])")
"""Local parts of addresses that nobody reads, whatever follows them (noreply+17@…)."""
_OUR_LETTER = re.compile(r"kepu(?:-alert)?\.[0-9a-f]{32}@")
"""How the Message-IDs of our own letters begin."""
_NOTICES = frozenset({"service.netease.com"})
"""Hosts that only ever write notices."""
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder")
_AUTO_SUBJECTS = ("自动回复", "自动答复", "auto reply", "auto-reply", "automatic reply", "autoreply", "out of office")
_BOUNCE_SUBJECTS = (
    "系统退信",
    "退信",
    "投递失败",
    "邮件退回",
    "undeliverable",
    "delivery status notification",
    "undelivered mail",
)


_PUBLIC_PROVIDERS = frozenset({
    "163", "126", "yeah", "188", "netease", "qq", "foxmail", "sina", "sohu", "aliyun", "139", "189", "10086", "wo",
    "21cn", "tom", "263", "eyou", "gmail", "googlemail", "outlook", "hotmail", "live", "msn", "icloud", "me", "mac",
    "yahoo", "ymail", "aol", "proton", "protonmail", "gmx",
})  # fmt: skip
"""Whom anybody gets an address from, by the name they registered: such a domain says nothing of a unit."""

_GENERIC = frozenset({"com", "net", "org", "gov", "edu", "ac", "co", "mil"})
"""Second levels below which names are registered (sina.com.cn)."""


def unit_domain(address: str) -> str:
    """The mail domain of an address that is a unit's own, "" for one of a public provider. Lower case."""
    domain = address.rpartition("@")[2].strip().lower().rstrip(".")
    labels = domain.split(".")
    if len(labels) < 2 or not all(labels):
        return ""
    registered = labels[-3] if labels[-2] in _GENERIC and len(labels) > 2 else labels[-2]
    return "" if registered in _PUBLIC_PROVIDERS or registered in _GENERIC else domain


def is_ours(arrival: Arrival) -> bool:
    """A letter of our own, or a daily mail, that came back to us, with all that goes with it."""
    return bool(_OUR_LETTER.match(arrival.message_id)) and _submitted(arrival).startswith("auto-")


def _submitted(arrival: Arrival) -> str:
    return _first(arrival.headers, "auto-submitted").lower().partition(";")[0].strip()


def bounce(arrival: Arrival) -> str:
    """Why this is a report of a mail system, "" if it is not. What such a mail carries is not its sender's."""
    content_type = _first(arrival.headers, "content-type").lower()
    if "multipart/report" in content_type or "message/delivery-status" in content_type:
        return "退信或投递报告"
    local = arrival.from_address.partition("@")[0]
    if local in ("mailer-daemon", "postmaster"):
        return "邮件系统的通知"
    if _first(arrival.headers, "return-path").strip() == "<>" and _starts(arrival.subject, _BOUNCE_SUBJECTS):
        return "退信"
    return ""


def automatic(arrival: Arrival) -> str:
    """Why this was sent by a machine for a person (holiday reply, list, notice), "" if a person sent it."""
    headers = arrival.headers
    if _submitted(arrival) not in ("", "no"):
        return "自动回复或自动发送（Auto-Submitted）"
    if any(name.startswith("list-") for name in headers):
        return "邮件列表"
    if _first(headers, "precedence").strip().lower() in _BULK:
        return "群发邮件（Precedence）"
    if any(name in headers for name in _AUTO_HEADERS):
        return "自动回复"
    local, _, domain = arrival.from_address.partition("@")
    if _NOBODY_READS.match(local) or domain in _NOTICES:
        return "不接收回复的系统地址"
    if _starts(arrival.subject, _AUTO_SUBJECTS):
        return "自动回复（主题）"
    if "return-path" in headers and _first(headers, "return-path").strip() in ("", "<>"):
        return "没有退信地址，系统发送"
    return ""


def may_reply(arrival: Arrival, *, own: Collection[str]) -> tuple[bool, str]:
    """Whether its sender may be written to, and why not. own: our mailboxes' addresses, lower case."""
    if not arrival.from_address:
        return False, "没有发件人地址"
    if arrival.from_address in own:
        return False, "发件人是本系统信箱"
    if _is_from_several(arrival):
        return False, "发件人栏有几个地址，不知道该回给谁"
    if _OUR_LETTER.match(arrival.message_id):
        return False, "本系统自己的信又回来了"
    machine = bounce(arrival) or automatic(arrival)
    if machine:
        return False, machine
    if _first(arrival.headers, "x-auto-response-suppress").strip().lower() not in ("", "none"):
        return False, "发件方要求不要自动回复"
    if failed_authentication(arrival.headers):
        return False, "发件人身份验证（SPF、DKIM）均未通过"
    if _is_bulk(arrival.headers, own):
        return False, "收件人和抄送里没有本信箱，像是群发"
    return True, ""


_IN_ANGLES = re.compile(r"<([^<>]*)>")


def _is_from_several(arrival: Arrival) -> bool:
    """Its From names several addresses. A name that looks like an address, before the one in angles, is a name."""
    values = arrival.headers.get("from", ())
    if len(values) > 1:
        return True
    angles = _IN_ANGLES.findall(values[0]) if values else []
    if [angle.strip().lower() for angle in angles] == [arrival.from_address]:
        return False
    return len(addresses_in(arrival.headers, "from")) > 1


def _is_bulk(headers: Mapping[str, tuple[str, ...]], own: Collection[str]) -> bool:
    """The mail says whom it is for, several of them, and none is ours."""
    named = addresses_in(headers, "to", "cc")
    return len(named) > 1 and not named & set(own)


def addresses_in(headers: Mapping[str, tuple[str, ...]], *names: str) -> set[str]:
    """The addresses that stand in these headers, lower case."""
    values = [value for name in names for value in headers.get(name, ())]
    return {address.lower() for _, address in getaddresses(values) if "@" in address}


def answer_to(from_address: str, headers: Mapping[str, tuple[str, ...]], *, heed_reply_to: bool) -> str:
    """Where an answer goes: to the From; to the one Reply-To if that is of the same unit and may be heeded.

    Anybody may write any address into a Reply-To: one of another domain would carry our letters to a stranger.
    """
    named = addresses_in(headers, "reply-to")
    other = next(iter(named)) if len(named) == 1 else ""
    same = unit_domain(from_address) and other.rpartition("@")[2] == from_address.rpartition("@")[2]
    return other if heed_reply_to and same else from_address


def failed_authentication(headers: Mapping[str, tuple[str, ...]]) -> bool:
    """The topmost Authentication-Results, our own provider's, says that SPF and DKIM both failed."""
    results = "".join(_first(headers, "authentication-results").lower().split())
    return "spf=fail" in results and "dkim=fail" in results


class Checked(StrEnum):
    """What our provider's checks of a sender come to."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CheckedSender:
    """The result, and why, in Chinese for people."""

    result: Checked
    why: str = ""


_COMMENT = re.compile(r"\([^()]*\)|\"[^\"]*\"")
_METHOD = re.compile(r"^\s*(spf|dkim)\s*=\s*([a-z]+)(.*)$", re.DOTALL)
_DOMAIN = re.compile(r"(?:smtp\.mail(?:from)?|header\.(?:d|i|from))\s*=\s*(?:[^\s;@]*@)?([a-z0-9.-]+)")
_BY = re.compile(r"\bby\s+([a-z0-9._-]+)")
_BAD = frozenset({"fail", "hardfail", "softfail", "permerror", "policy"})


def checked(check: SenderCheck, servers: Collection[str]) -> CheckedSender:
    """What our own provider's line says of a sender. A line of anybody else's, or none, says nothing.

    Ours is the line of the server that took the mail in, as the topmost Received names it, or of one of `servers` or
    below it. Good: SPF or DKIM passed for the sender's own domain. Doubtful: what was checked failed, or passed for
    another domain.
    """
    line = _COMMENT.sub("", check.results.lower())
    server, *said = line.split(";")
    if not said or not _ours(server.split()[0] if server.split() else "", check.received.lower(), servers):
        return CheckedSender(Checked.UNKNOWN)
    domain = check.address.rpartition("@")[2].lower()
    bad, foreign = [], []
    for method in filter(None, map(_METHOD.match, said)):
        name, result, rest = method[1].upper(), method[2], method[3]
        of = _DOMAIN.search(rest)
        if result == "pass" and (of is None or _aligned(of[1].strip("."), domain)):
            return CheckedSender(Checked.GOOD, f"{name} 验证通过（{domain}）")
        if result == "pass" and of is not None:
            foreign.append(f"{name} 通过的是 {of[1]}，不是 {domain}")
        elif result in _BAD:
            bad.append(f"{name} 验证未通过（{domain}）")
    return (
        CheckedSender(Checked.DOUBTFUL, "；".join((*bad, *foreign)))
        if bad or foreign
        else CheckedSender(Checked.UNKNOWN)
    )


def _ours(server: str, received: str, servers: Collection[str]) -> bool:
    took = _BY.search(received)
    if took and server and took[1] == server:
        return True
    return any(server == one or server.endswith(f".{one}") for one in servers)


def _aligned(one: str, other: str) -> bool:
    """One domain, or one below the other."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _first(headers: Mapping[str, tuple[str, ...]], name: str) -> str:
    values = headers.get(name, ())
    return values[0] if values else ""


def _starts(subject: str, words: Collection[str]) -> bool:
    folded = subject.strip().lower()
    return any(folded.startswith(word) for word in words)
