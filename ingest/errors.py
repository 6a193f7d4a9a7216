"""The failures a person can mend, with the exit code of each. No traceback reaches a user for these."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of `kepu`."""

    DONE = 0
    TROUBLE = 1
    USAGE = 2
    UNREACHABLE = 3
    BUSY = 4
    BUG = 70


class KepuError(Exception):
    """Something in the world is wrong and a person can mend it.

    what: what happened; why: the cause, "" if it says nothing more; mend: what to do next. All Chinese, for people.
    """

    exit_code = Exit.TROUBLE

    def __init__(self, what: str, *, mend: str, why: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.mend = mend


class ConfigError(KepuError):
    """The config, or the way the command was called, is wrong. `problems` are whole lines, all found at once."""

    exit_code = Exit.USAGE

    def __init__(self, what: str, *, mend: str, why: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(what, mend=mend, why=why)
        self.problems = problems


class UnreachableError(KepuError):
    """A mailbox or another service could not be reached. `mailbox` names it, "" if it is none.

    lasting: trying again changes nothing. folder: the mailbox is there, only this folder of it is not.
    """

    exit_code = Exit.UNREACHABLE

    def __init__(
        self, what: str, *, mend: str, why: str = "", mailbox: str = "", lasting: bool = False, folder: str = ""
    ) -> None:
        super().__init__(what, mend=mend, why=why)
        self.mailbox = mailbox
        self.lasting = lasting
        self.folder = folder


class GoneError(Exception):
    """A listed item is no longer at its source (expunged, moved or renamed away)."""


class NotGivenError(Exception):
    """A source did not give a listed item that is there: the item's trouble, or the whole mailbox's."""


class BusyError(KepuError):
    """Another run is under way."""

    exit_code = Exit.BUSY


class DiskError(KepuError):
    """No room, or no right to write."""

    exit_code = Exit.TROUBLE
