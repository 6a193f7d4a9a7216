"""What a virus scanner said of a file, and what people read for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Said(StrEnum):
    """What became of the question. `suspect`: a guess of the scanner's (heuristics, unwanted programs), for people."""

    CLEAN = "clean"
    BAD = "bad"
    SUSPECT = "suspect"
    UNCHECKED = "unchecked"


UNCHECKED_WORDS: Mapping[str, str] = {
    "off": "没有配置病毒扫描",
    "unreachable": "病毒扫描服务连接不上，恢复后自动补查",
    "too-large": "超过病毒扫描的大小上限",
    "timeout": "病毒扫描超时",
    "failed": "病毒扫描出错",
    "locked": "有密码，病毒扫描看不到内容",
}
"""Why a file was not checked, and the words staff read."""


@dataclass(frozen=True)
class Scan:
    """What a scanner said of one file. signature: what it found; reason: a key of UNCHECKED_WORDS where it was not
    checked; engine: the scanner and its signatures, as it names itself."""

    said: Said
    signature: str = ""
    reason: str = ""
    engine: str = ""

    @property
    def is_bad(self) -> bool:
        """Known malware: not to be opened by anything."""
        return self.said is Said.BAD

    @property
    def is_checked(self) -> bool:
        """The scanner has seen all of it."""
        return self.said is not Said.UNCHECKED
