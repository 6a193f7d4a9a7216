"""`kepu inspect --redact`: a copy of a mail to show to others, with nothing personal left in it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from ingest.errors import ConfigError, DiskError, Exit
from parsers import sniff

SUFFIX = "-脱敏.eml"


def redact(paths: Sequence[Path]) -> int:
    """A redacted copy beside each mail, and a line on each saying where it is. Stops at the first that cannot be made.

    ConfigError for what is no mail and for a copy that is already there; DiskError where it cannot be written.
    """
    copies = [_copy_of(path) for path in paths]
    for path, copy in zip(paths, copies, strict=True):
        _write(copy, _redacted(path))
        print(f"已写出脱敏副本：{copy.absolute()}", flush=True)
    print("姓名、地址、电话、编号、提取码和正文均已替换为占位符。外发前请打开副本核对一遍。", flush=True)
    return int(Exit.DONE)


def _copy_of(path: Path) -> Path:
    """Where the copy goes."""
    if not path.is_file():
        raise ConfigError(f"找不到文件 {path}", mend="请核对路径；请给出邮件文件（.eml），文件夹请逐个给出其中的文件。")
    if path.suffix.lower() != ".eml" and sniff.sniff(path) != "eml":
        raise ConfigError(f"{path} 不是邮件文件", mend="脱敏只用于邮件（.eml）。请在邮箱中将邮件另存为 .eml 后再试。")
    copy = path.with_name(f"{path.stem}{SUFFIX}")
    if os.path.lexists(copy):
        raise ConfigError(f"脱敏副本已存在：{copy.absolute()}", mend="程序不会覆盖它。请先改名或移走，再运行一次。")
    return copy


def _redacted(path: Path) -> bytes:
    from parsers.redacted_mail import MAX_MAIL, TooDeepError, redacted

    if path.stat().st_size > MAX_MAIL:
        raise ConfigError(
            f"{path} 超过 {MAX_MAIL // 2**20} MB，未脱敏", mend="云附件邮件通常很小；请核对是否选对了邮件。"
        )
    try:
        return redacted(path.read_bytes(), secrets.token_bytes(32))
    except TooDeepError as error:
        raise ConfigError(
            f"{path} 的结构过于复杂，未脱敏", why=str(error), mend="请改用结构简单的同类邮件。"
        ) from error


def _write(copy: Path, data: bytes) -> None:
    """The copy as a new file that only its owner can read; what was begun and cannot be finished is removed."""
    try:
        with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise ConfigError(f"脱敏副本已存在：{copy.absolute()}", mend="请先改名或移走，再运行一次。") from error
    except OSError as error:
        raise DiskError(
            f"无法写出 {copy.absolute()}", why=str(error), mend="请将邮件复制到可写、有空间的文件夹后再试。"
        ) from error
