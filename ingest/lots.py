"""Items in hand together: their files go into the store as one group, then their rows are committed in one go.

No row is ever committed before the bytes it speaks of are durable. A crash costs the lot in hand, which the next run
does again: some hundreds of files, some megabytes, some seconds at the most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ingest.context import Context
from ingest.errors import DiskError, KepuError
from ingest.ledger import Transaction
from ingest.store import Group
from parsers.filmfacts import Clip, Shot
from parsers.pagefacts import PageFacts

_LONGEST_S = 2.0
"""Nothing that came waits longer for the rest of its lot, be the source as slow as it likes."""

Write = Callable[[Transaction], None]
"""Writes the rows of one item."""


@dataclass(frozen=True)
class _Item:
    arrival_id: int
    write: Write
    counts: Mapping[str, int]


class Lot:
    """What waits to be put in place. `group`: where its files go. For one thread."""

    def __init__(self, context: Context, group: Group, *, stored: Callable[[], None], done: Callable[[], None]) -> None:
        """Use `lot_of`."""
        self.group = group
        self._context, self._stored, self._done = context, stored, done
        self._waiting: list[_Item] = []
        self._since = 0.0

    def keep(self, arrival_id: int, write: Write, **counts: int) -> None:
        """The item is done but for its rows. Its files are in the group, or in the store already.

        counts: added to the run's with the commit. DiskError if the lot was due to be settled and could not.
        """
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(_Item(arrival_id, write, counts))
        if self.group.full or time.monotonic() - self._since > _LONGEST_S:
            self.settle()

    def settle(self) -> None:
        """All files in place, then all rows. DiskError if that cannot be: no row is committed then.

        Rows that cannot be written for another reason cost their own item a try, and no other one.
        """
        waiting, self._waiting = self._waiting, []
        self._flush()
        if not waiting:
            return
        self._stored()
        try:
            self._commit(waiting)
        except KepuError:
            raise
        except Exception:
            self._one_by_one(waiting)
        self._done()

    def _flush(self) -> None:
        try:
            self.group.flush()
        except OSError as error:
            raise DiskError(
                "文件无法存入磁盘，本次运行已停止",
                why=f"{self._context.store.root}：{error.strerror or error}",
                mend="请检查磁盘后重新运行；已收的邮件都在，未存好的会重新处理。",
            ) from error

    def _commit(self, items: Sequence[_Item]) -> None:
        with self._context.begin() as tx:
            for item in items:
                item.write(tx)
        for item in items:
            self._context.tally.counts.update(item.counts)

    def _one_by_one(self, items: Sequence[_Item]) -> None:
        for item in items:
            try:
                self._commit([item])
            except KepuError:
                raise
            except Exception as error:
                self._context.set_back(item.arrival_id, error)


@contextmanager
def lot_of(context: Context, *, stored: Callable[[], None], done: Callable[[], None]) -> Iterator[Lot]:
    """A lot for the items of a stage, settled whenever it is due and at the end of the block.

    stored, done: called after the files of a lot are in place, after its rows are committed. Where the world's trouble
    ends the block (KepuError), what was whole by then is settled, if that is possible, and the trouble goes on.
    """
    with context.store.group() as group:
        lot = Lot(context, group, stored=stored, done=done)
        try:
            yield lot
        except KepuError:
            with suppress(KepuError):  # the first trouble is the one to be told
                lot.settle()
            raise
        lot.settle()


_Kept = TypeVar("_Kept", PageFacts, Shot, Clip)


def shelved(group: Group, kept: _Kept, scratch: Path) -> _Kept:
    """What names a file that a worker left in `scratch`, with that file in the group, by its digest; or with none where
    there is no such file."""
    file = scratch / Path(kept.path).name
    if not kept.path or not file.is_file() or file.is_symlink():
        return kept.model_copy(update={"path": "", "sha256": ""})
    return kept.model_copy(update={"path": "", "sha256": group.put_file(file).sha256})
