"""How patient we are with an IMAP server, and which of its refusals are of this moment only."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.errors import UnreachableError

_PASSING = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]|too many .{0,20}connection|connections? .{0,30}exceed"
    r"|busy|try again|later",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"\[(AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|CONTACTADMIN)\]|authenti|password", re.IGNORECASE
)


class PassingError(UnreachableError):
    """The server was busy or the connection broke: worth another try within this run."""


@dataclass(frozen=True)
class Pace:
    """How long a server is waited for, in seconds, and how often.

    connect, read: one step; a server that prepares a 60 MB literal may be silent for a while.
    answer: one answer as a whole; a mail has besides the time that `slowest` bytes a second take.
    waits: before each new try of the same thing. tries: new tries of all things together in one run.
    """

    connect: float = 20
    read: float = 120
    answer: float = 300
    slowest: int = 2**14
    waits: tuple[float, ...] = (1, 4, 16)
    tries: int = 20
    sleep: Callable[[float], None] = field(default=time.sleep, compare=False)

    def within(self, size: int) -> float:
        """Seconds for a mail of that many bytes."""
        return self.answer + size / self.slowest


def is_passing(text: str) -> bool:
    """Whether a refusal in these words is of this moment only. Anything about the login itself is not."""
    return bool(_PASSING.search(text)) and not _LASTING.search(text)
