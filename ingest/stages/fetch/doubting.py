"""Mails that are there and do not come: each one's own trouble, or the mailbox's?

As long as other mails come whole, those that do not are charged a try. Where none does, the mailbox is in trouble: it
is left alone for a while, and no mail pays for it.
"""

from __future__ import annotations

from ingest.errors import GoneError, NotGivenError, UnreachableError
from ingest.model import Listing
from ingest.stages.fetch.listing import Poll

_IN_A_ROW = 3
_UNPROVED_IN_A_ROW = 10  # where no mail ever came that could be asked for again
_SAMPLE_BYTES = 2**20
_SAMPLES = 3


class Doubts:
    """The mails of a visit that did not come since the last one that did."""

    def __init__(self, poll: Poll) -> None:
        self._poll = poll
        self._held: list[tuple[int, NotGivenError]] = []

    def hold(self, arrival_id: int, error: NotGivenError) -> None:
        """A mail did not come. UnreachableError when, after some in a row, none seems to."""
        self._held.append((arrival_id, error))
        enough = _IN_A_ROW if self._samples() else _UNPROVED_IN_A_ROW
        if len(self._held) >= enough:
            self.decide()

    def one_came(self) -> None:
        """The mailbox does give mails: those held are in trouble of their own."""
        held, self._held = self._held, []
        for arrival_id, error in held:
            self._poll.context.set_back(arrival_id, error)

    def decide(self) -> None:
        """Ask for a mail that came whole before, if any is held. UnreachableError if that does not come either."""
        if not self._held or self._poll.context.stopped:
            return
        if not self._gives_a_known_one():
            first = self._held[0][1]
            raise UnreachableError(
                f"邮箱 {self._poll.mailbox.name} 列得出邮件，但一封也取不下来",
                why=str(first),
                mend="一般是服务器繁忙或网络不稳，程序稍后会再试，不计入各封邮件的失败次数；"
                "若一直如此，请登录网页邮箱查看能否打开这些邮件。",
                mailbox=self._poll.mailbox.name,
            ) from first
        self.one_came()

    def _gives_a_known_one(self) -> bool:
        for sample in self._samples():
            try:
                self._poll.source.copy(sample, _Nowhere())
            except GoneError:
                continue
            except NotGivenError:
                return False
            return True
        return False

    def _samples(self) -> list[Listing]:
        """Mails that came whole before, and where they are."""
        with self._poll.context.read() as tx:
            places = tx.keys.received(self._poll.mailbox.name, _SAMPLE_BYTES, _SAMPLES)
        return [place.listing for place in places]


class _Nowhere:
    """Takes a mail that we have already."""

    def write(self, data: bytes, /) -> int:
        """Read over it."""
        return len(data)

    def seek(self, offset: int, /) -> int:
        """Nothing is kept, so nothing is taken back."""
        return offset

    def truncate(self) -> int:
        """Nothing is kept."""
        return 0
