"""The ledger's chapter on sending: which letter goes next, what came of it, which account and address must wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from ingest.ledger import schema
from ingest.ledger.desk import Desk
from ingest.ledger.letters import ANEW
from ingest.ledger.rows import Row, first_of, rows_of
from ingest.model import LetterState, Todo, TodoKind, letter_number

_L = schema.letters
_S = schema.senders
_B = schema.bounced

STOPPED = "letters-stopped"
"""In `meta`: since when the operator wants nothing sent, "" if it may be."""

UNKNOWN = "unknown-letter:"
UNREACHABLE = "no-such-address:"
"""How the keys of to-dos begin: on letters nobody knows the end of, and on addresses that do not exist."""

DEAD_FOR = dt.timedelta(days=60)
"""So long nothing is sent to an address that did not exist."""


class Posting:
    """Letters on their way out, the accounts that send them, the addresses they cannot reach."""

    def __init__(self, connection: Connection, now: dt.datetime, desk: Desk) -> None:
        self.connection = connection
        self.now = now
        self.desk = desk

    # the kill switch

    @property
    def stopped(self) -> str:
        """Since when nothing may be sent (ISO 8601), "" if letters may go."""
        return self.desk.get(STOPPED)

    def stop(self) -> None:
        """Nothing is sent from now on, in a batch that runs too."""
        self.desk.put(STOPPED, self.now.isoformat())
        self.desk.event("letters-stopped")

    def go_on(self) -> None:
        """Letters may go again."""
        self.desk.put(STOPPED, "")
        self.desk.event("letters-go-on")

    # what goes next

    def due(self, most: int = 500) -> Sequence[int]:
        """Letters that wait to be sent and may be tried now: the urgent first, then in order of their writing.

        Not those that will be written in new words first.
        """
        now = or_(_L.c.try_after.is_(None), _L.c.try_after <= self.now)
        query = select(_L.c.id).where(_L.c.state == LetterState.QUEUED.value, now, _L.c.held_for != ANEW)
        query = query.order_by(_L.c.urgency, _L.c.created_at, _L.c.id).limit(most)
        return list(self.connection.execute(query).scalars())

    def sent_to(self, address: str, since: dt.datetime) -> int:
        """Letters whose bytes went to an address since then."""
        return self._count(_L.c.to_address == address, since)

    def sent_from(self, sender: str, since: dt.datetime) -> int:
        """Letters whose bytes went out from an account since then."""
        return self._count(_L.c.sender == sender, since)

    def _count(self, whose: object, since: dt.datetime) -> int:
        query = select(func.count()).select_from(_L).where(whose, _L.c.tried_at > since)  # type: ignore[arg-type]
        return int(self.connection.execute(query).scalar_one())

    def is_queued(self, letter_id: int) -> bool:
        """It still waits to be sent."""
        query = select(_L.c.state).where(_L.c.id == letter_id)
        return self.connection.execute(query).scalar() == LetterState.QUEUED.value

    # what came of a letter

    def sending(self, letter_id: int, sender: str) -> None:
        """Its bytes go out now; whatever happens from here on, it is not sent again by itself."""
        values = {"state": LetterState.SENDING.value, "tried_at": self.now, "sender": sender}
        self.connection.execute(update(_L).where(_L.c.id == letter_id).values(**values))

    def sent(self, letter_id: int) -> None:
        """The server has taken it."""
        self._ended(letter_id, LetterState.SENT, "", sent_at=self.now, try_after=None)
        self.desk.close_todos(key=UNKNOWN + str(letter_id))

    def later(self, letter_id: int, why: str, wait: dt.timedelta) -> None:
        """It waits, and was tried once more."""
        values = {"tries": _L.c.tries + 1, "try_after": self.now + wait}
        self._ended(letter_id, LetterState.QUEUED, why, **values)

    def put_back(self, letter_id: int, why: str) -> None:
        """It waits as before: its account has trouble, it has none."""
        self.connection.execute(
            update(_L).where(_L.c.id == letter_id).values(state=LetterState.QUEUED.value, error=why)
        )
        self.desk.touch()

    def failed(self, letter_id: int, why: str) -> None:
        """It will not be sent."""
        self._ended(letter_id, LetterState.FAILED, why, try_after=None)

    def unknown(self, letter_id: int, why: str) -> None:
        """It may have been sent: a person looks, if the Sent folder does not tell."""
        self._ended(letter_id, LetterState.UNKNOWN, why)

    def _ended(self, letter_id: int, state: LetterState, why: str, **values: object) -> None:
        self.connection.execute(update(_L).where(_L.c.id == letter_id).values(state=state.value, error=why, **values))
        self.desk.event("letter-state", letter=letter_id, state=state.value, why=why)

    def cut_short(self) -> list[int]:
        """Letters that a run was sending when it ended: nobody knows whether they went."""
        query = select(_L.c.id).where(_L.c.state == LetterState.SENDING.value).order_by(_L.c.id)
        return list(self.connection.execute(query).scalars())

    def unknowns(self) -> list[Row]:
        """Letters of which nobody knows whether they were sent: id, kind, message_id, mailbox, sender, tried_at."""
        columns = (_L.c.id, _L.c.kind, _L.c.message_id, _L.c.mailbox, _L.c.sender, _L.c.tried_at, _L.c.to_address)
        query = select(*columns).where(_L.c.state == LetterState.UNKNOWN.value).order_by(_L.c.id)
        return rows_of(self.connection.execute(query))

    def ask_about(self, letter_id: int, to: str) -> None:
        """A person is to look whether a letter was sent."""
        number = letter_number(letter_id)
        text = (
            f"回信 {number}（发往 {to}）可能已经发出，也可能没有：发送时连接中断，“已发送”文件夹里没有查到。"
            f"请登录网页信箱核对：已发出的，在「回信」{number} 一行填“已发出”；"
            "确实没有发出的，填“放行”，程序会再发一次。"
        )
        self.desk.ask(Todo(UNKNOWN + str(letter_id), TodoKind.LETTER, text))

    # accounts

    def sender(self, address: str) -> Row | None:
        """How an account stands, None if nothing is known of it."""
        return first_of(self.connection.execute(select(_S).where(_S.c.address == address)))

    def senders(self) -> list[Row]:
        """All accounts that ever paused."""
        return rows_of(self.connection.execute(select(_S).order_by(_S.c.address)))

    def is_paused(self, address: str) -> bool:
        """An account sends nothing just now."""
        found = self.sender(address)
        return found is not None and found["paused_until"] is not None and found["paused_until"] > self.now

    def pause(self, address: str, until: dt.datetime, why: str) -> None:
        """An account sends nothing until then."""
        failures = int((self.sender(address) or {}).get("failures", 0)) + 1
        values = {"paused_until": until, "why": why, "failures": failures}
        if not self.connection.execute(update(_S).where(_S.c.address == address).values(**values)).rowcount:
            self.connection.execute(insert(_S).values(address=address, **values))
        self.desk.event("sender-paused", address=address, why=why, until=until.isoformat())

    def relieved(self, address: str) -> None:
        """An account sends again."""
        self.connection.execute(delete(_S).where(_S.c.address == address))

    # addresses

    def dead(self, address: str) -> Row | None:
        """Why nothing is sent to an address just now, None if it may be."""
        query = select(_B).where(_B.c.address == address, _B.c.until > self.now)
        return first_of(self.connection.execute(query))

    def dead_ones(self) -> dict[str, Row]:
        """All addresses to which nothing is sent just now."""
        rows = rows_of(self.connection.execute(select(_B).where(_B.c.until > self.now)))
        return {row["address"]: row for row in rows}

    def bounced(self, address: str, why: str, letter_id: int | None, works: Collection[str] = ()) -> None:
        """An address does not exist: letters to it end, and a person is asked to find its owner otherwise."""
        values = {"since": self.now, "until": self.now + DEAD_FOR, "why": why, "letter_id": letter_id}
        if not self.connection.execute(update(_B).where(_B.c.address == address).values(**values)).rowcount:
            self.connection.execute(insert(_B).values(address=address, **values))
        waiting = select(_L.c.id).where(_L.c.to_address == address, _L.c.state == LetterState.QUEUED.value)
        for waits in list(self.connection.execute(waiting).scalars()):
            self.failed(waits, "收信地址不存在，没有发出")
        work = next(iter(sorted(works)), "")
        text = (
            f"发往 {address} 的回信被退回（{why[:100]}），投稿人联系不上。请按表格中的电话联系，"
            f"核对邮箱地址；{DEAD_FOR.days} 天内程序不再向这个地址发信。"
        )
        self.desk.ask(Todo(UNREACHABLE + address[:200], TodoKind.LETTER, text, work=work), anew=True)
        self.desk.event("address-bounced", work=work, address=address, why=why[:200])
