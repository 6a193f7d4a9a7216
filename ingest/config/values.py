"""The kinds of value config.toml holds, each read with a sentence (Chinese) for the person who mistyped it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, PlainValidator

SPAN_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_MAX_SOCKET_NAME = 108  # bytes, of Linux
SHEET_FORBIDDEN = "[]:*?/\\"


class Wrong(ValueError):
    """A value that cannot be used. what: what is wrong with it; mend: what to write; key: which one of a table's."""

    def __init__(self, what: str, mend: str, *, key: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend
        self.key = key


def shown(value: object) -> str:
    """A value as a person wrote it in TOML, cut to one short line."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        text = f"{value:.10g}"
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"


def _span(value: Any) -> dt.timedelta:
    if isinstance(value, dt.timedelta):
        return value
    found = re.fullmatch(r"(\d{1,6})([smhd])", value.strip()) if isinstance(value, str) else None
    if not found:
        raise Wrong(
            f"应为一段时间，现为 {shown(value)}", '请写成数字加单位 s（秒）m（分）h（小时）d（天），例如 "10m"、"2h"'
        )
    return dt.timedelta(**{SPAN_UNITS[found[2]]: int(found[1])})


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise Wrong(f"应为日期，现为 {shown(value)}", "请写成不带引号的 年-月-日，例如 2024-10-25")


def _deadline(value: Any) -> dt.date:
    if isinstance(value, dt.date):
        return value
    raise Wrong(
        f"应为日期，现为 {shown(value)}",
        "请写成不带引号的 2024-10-25（到当天结束），或 2024-10-25T17:00:00（到这一刻）",
    )


def _time_of_day(value: Any) -> dt.time:
    if isinstance(value, dt.time):
        return value
    found = re.fullmatch(r"([01]?\d|2[0-3])[:：]([0-5]\d)", value.strip()) if isinstance(value, str) else None
    if not found:
        raise Wrong(f"应为一天中的时刻，现为 {shown(value)}", '请写成 时:分，例如 "08:00"')
    return dt.time(int(found[1]), int(found[2]))


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Wrong(f"没有 {shown(value)} 这个时区", '请写时区的标准名称，例如 "Asia/Shanghai"') from error
    return value


def _source_url(value: str) -> str:
    scheme, colon, rest = value.partition(":")
    if not colon or scheme not in {"imaps", "imap", "maildir", "eml"}:
        raise Wrong(
            f"认不出 {shown(value)} 这种来源",
            '请写成 "imaps://主机:993"、"imap://主机"、"maildir:文件夹" 或 "eml:文件夹"',
        )
    if scheme in {"maildir", "eml"}:
        if not rest.strip():
            raise Wrong(f"{scheme}: 后面没有文件夹", f'请写上文件夹，例如 "{scheme}:mail/inbox"')
        return value
    _host(value, '"imaps://imap.163.com:993"')
    return value


def _smtp_url(value: str) -> str:
    if not value:
        return value
    if value.partition(":")[0] not in {"smtps", "smtp"}:
        raise Wrong(f"认不出 {shown(value)} 这种发信服务器", '请写成 "smtps://主机:465" 或 "smtp://主机:587"')
    _host(value, '"smtps://smtp.163.com:465"')
    return value


def _clamd(value: str) -> str:
    if not value:
        return value
    kind, _, where = value.partition(":")
    host, _, port = where.rpartition(":")
    if kind == "unix" and where.startswith("/") and len(where.encode()) < _MAX_SOCKET_NAME:
        return value
    if kind == "tcp" and host and port.isascii() and port.isdecimal() and 0 < int(port) < 65536:
        return value
    raise Wrong(
        f"{shown(value)} 不是 clamd 的地址",
        '请写成 "unix:/run/clamav/clamd.ctl" 或 "tcp:127.0.0.1:3310"，不扫描就写 ""',
    )


def _host(value: str, example: str) -> None:
    """Check a server's url: a host, a port that is one, no login inside."""
    try:
        split = urlsplit(value)
        host, port = split.hostname, split.port
    except ValueError as error:
        raise Wrong(f"{shown(value)} 不是完整的服务器地址", f"请写成 {example} 的样子，端口为 1 到 65535") from error
    if "@" in split.netloc:
        raise Wrong(
            "地址里带有账户或密码", f"请去掉主机前的账户和密码，写成 {example}；账户写在 user，授权码放在环境变量里"
        )
    if not host or port == 0 or split.path not in {"", "/"} or split.query or split.fragment:
        raise Wrong(f"{shown(value)} 不是完整的服务器地址", f"请写成 {example} 的样子")


def _address(value: str) -> str:
    if not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+", value):
        raise Wrong(f"{shown(value)} 不是邮箱地址", '请写成 "name@163.com" 的样子')
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise Wrong("是空的", "请写上内容")
    return value


def _sheet_title(value: str) -> str:
    if not value.strip() or len(value) > 31 or set(value) & set(SHEET_FORBIDDEN) or value.startswith("'"):
        raise Wrong(f"{shown(value)} 不能作工作表名", f"请写 1 到 31 个字，不含 {' '.join(SHEET_FORBIDDEN)}")
    return value


def _brand(value: str) -> str:
    if len(value) != 4 or not value.isascii():
        raise Wrong(f"{shown(value)} 不是四个字符", '品牌码正好四个英文字符，不足的用空格补，例如 "qt  "')
    return value


def _matching(pattern: str, what: str, mend: str) -> Callable[[str], str]:
    """A check that a whole text matches a pattern."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise Wrong(f"{shown(value)} {what}", mend)
        return value

    return check


Text = Annotated[str, AfterValidator(_text)]
"""Some text, not blank."""
Span = Annotated[dt.timedelta, PlainValidator(_span)]
"""A stretch of time, written "30s", "10m", "2h", "1d"."""
Day = Annotated[dt.date, PlainValidator(_day)]
"""A day."""
Deadline = Annotated[dt.date, PlainValidator(_deadline)]
"""A day (its end is meant) or a moment; a moment without zone is in the edition's."""
TimeOfDay = Annotated[dt.time, PlainValidator(_time_of_day)]
"""A time of day, written "08:00"."""
Zone = Annotated[str, AfterValidator(_zone)]
"""Name of a time zone."""
SourceUrl = Annotated[str, AfterValidator(_source_url)]
"""Where a mailbox's mail is read from."""
SmtpUrl = Annotated[str, AfterValidator(_smtp_url)]
"""A server to send by, "" for none."""
ClamdAddress = Annotated[str, AfterValidator(_clamd)]
"""Where clamd listens, "" for none."""
Address = Annotated[str, AfterValidator(_address)]
"""A mail address."""
SheetTitle = Annotated[str, AfterValidator(_sheet_title)]
"""A title Excel takes for a sheet."""
Brand = Annotated[str, AfterValidator(_brand)]
"""A brand of an MP4 container."""
Prefix = Annotated[
    str, AfterValidator(_matching(r"[A-Z]{1,3}", "不能作登记号开头", '请写 1 到 3 个大写英文字母，例如 "R"'))
]
"""What work ids of a track begin with."""
Name = Annotated[
    str,
    AfterValidator(
        _matching(r"[a-z][a-z0-9_-]{0,30}", "不能作名称", "请用小写英文字母开头，只含小写字母、数字、- 和 _")
    ),
]
"""A short name of ours, also part of the names of environment variables."""
TrackKey = Name
"""The key of a track."""
