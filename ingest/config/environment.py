"""What comes from the environment and never stands in a file: the mailboxes' secrets, and a fixed clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from ingest.config.tables import Mailbox, Sender
from ingest.errors import ConfigError

KEYRING_SERVICE = "kepu-intake"


def password_variable(name: str) -> str:
    """The environment variable that holds the password of the mailbox of that name."""
    return f"KEPU_{re.sub('[^A-Z0-9]', '_', name.upper())}_PASSWORD"


def password(mailbox: Mailbox | Sender, environ: Mapping[str, str]) -> str:
    """The mailbox's password or authorization code: from the environment, a file it names, or the system keyring.

    Raises ConfigError where there is none, or the named file cannot be read. Never log what this returns.
    """
    variable = password_variable(mailbox.name)
    if environ.get(variable):
        return environ[variable]
    if environ.get(f"{variable}_FILE"):
        return _from_file(mailbox, f"{variable}_FILE", environ[f"{variable}_FILE"])
    found, why = _from_keyring(mailbox.login)
    if found:
        return found
    raise ConfigError(
        f"信箱 {mailbox.name}（{mailbox.address}）没有授权码，未尝试登录",
        why=why,
        mend=f"请设置环境变量 {variable}（或用 {variable}_FILE 指向只含授权码的文件），"
        f"也可存入系统钥匙串：keyring set {KEYRING_SERVICE} {mailbox.login}",
    )


def _from_file(mailbox: Mailbox | Sender, variable: str, path: str) -> str:
    """The only line of a file. Raises ConfigError if it cannot be read or is empty."""
    mend = f"请核对环境变量 {variable} 指向的文件：存在、可读、只含授权码一行"
    try:
        found = Path(path).read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"信箱 {mailbox.name} 的授权码文件读不出来：{path}", why=_reason(error), mend=mend) from error
    if not found:
        raise ConfigError(f"信箱 {mailbox.name} 的授权码文件是空的：{path}", mend=mend)
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "文件不存在"
    if isinstance(error, PermissionError):
        return "没有读取的权限"
    return f"读取出错（{type(error).__name__}）"


def _from_keyring(login: str) -> tuple[str, str]:
    """The secret in the system keyring and "", or "" and why there is none: on a server there often is no keyring."""
    try:
        import keyring  # it looks for desktop services when imported: slow, and not needed by most commands

        found = keyring.get_password(KEYRING_SERVICE, login)
    except Exception as error:  # each system's keyring fails in its own way, and all of them mean "not from here"
        return "", f"环境变量未设置，系统钥匙串不可用（{type(error).__name__}）"
    return (found, "") if found else ("", "环境变量未设置，系统钥匙串里也没有")


def alert_webhook(environ: Mapping[str, str]) -> str:
    """Where the operator's chat robot listens, "" for none. The address is its own password: never log it."""
    return environ.get("KEPU_ALERT_WEBHOOK", "").strip()


def clock(environ: Mapping[str, str]) -> Callable[[], dt.datetime]:
    """What tells the time, aware: the machine's clock, or the moment KEPU_NOW (ISO 8601 with its offset) fixes.

    Raises ConfigError for a KEPU_NOW that is no time or has no offset.
    """
    fixed = environ.get("KEPU_NOW", "").strip()
    if not fixed:
        return lambda: dt.datetime.now(dt.UTC)
    mend = "请写成带时区的 ISO 8601，例如 KEPU_NOW=2024-10-20T09:00:00+08:00，或去掉这个环境变量"
    try:
        moment = dt.datetime.fromisoformat(fixed)
    except ValueError as error:
        raise ConfigError(f"环境变量 KEPU_NOW 不是时间：{fixed[:60]}", mend=mend) from error
    if moment.tzinfo is None:
        raise ConfigError(f"环境变量 KEPU_NOW 没有写时区：{fixed[:60]}", mend=mend)
    return lambda: moment
