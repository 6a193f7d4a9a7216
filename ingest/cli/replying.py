"""`kepu replies`: the letters, and what the operator does with them. Holding takes effect in a batch that runs."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ingest import batch
from ingest.cli import console
from ingest.config import Config
from ingest.context import ledger_of
from ingest.errors import ConfigError, Exit
from ingest.ledger import Transaction
from ingest.ledger.rows import Row
from ingest.model import UNSENT, LetterState, letter_number
from ingest.stages.send import stop_file
from ingest.views.words import LETTER_STATE_WORDS, LETTER_WORDS

Clock = Callable[[], dt.datetime]

BY_OPERATOR = "operator"
"""Why a letter is held, or goes: no cell of staff's changes it."""

_SHOWN = 200


@contextmanager
def _ledger(config: Config, clock: Clock, *, write: bool = False) -> Iterator[Transaction]:
    """The ledger beside whatever run is under way."""
    ledger = ledger_of(config)
    try:
        with (ledger.begin if write else ledger.read)(clock()) as tx:
            yield tx
    finally:
        ledger.close()


def list_(config: Config, clock: Clock, *, state: str, as_json: bool) -> int:
    """The letters, newest last; how many stand where; what keeps them. ConfigError for a state that is none."""
    if state and state not in set(LetterState):
        raise ConfigError(f"没有“{state}”这种状态", mend=f"--state 可以是：{'、'.join(LetterState)}。")
    with _ledger(config, clock) as tx:
        rows = [row for row in tx.letters.heads() if not state or row["state"] == state]
        works, stopped, paused = tx.letters.works(), tx.posting.stopped, tx.posting.senders()
    if as_json:
        for row in rows:
            print(json.dumps(_record(row, works.get(row["id"], [])), ensure_ascii=False))
        return int(Exit.DONE)
    shown = [_line(config, row, works.get(row["id"], [])) for row in rows[-_SHOWN:]]
    console.table("回信", ("编号", "登记号", "种类", "收信人", "状态", "时间", "说明"), shown)
    if len(rows) > _SHOWN:
        print(f"以上是最近 {_SHOWN} 封，共 {len(rows)} 封；全部请用 --json 或看台账「回信」。")
    print(_count(rows))
    for line in _obstacles(config, stopped, paused, clock()):
        print(f"注意：{line}")
    return int(Exit.DONE)


def _record(row: Row, works: Sequence[str]) -> dict[str, object]:
    at = row["sent_at"]
    return {
        "id": letter_number(row["id"]),
        "works": list(works),
        "kind": row["kind"],
        "state": row["state"],
        "to": row["to_address"],
        "subject": row["subject"],
        "message_id": row["message_id"],
        "created_at": row["created_at"].isoformat(),
        "sent_at": at.isoformat() if at else None,
        "error": row["error"],
    }


def _line(config: Config, row: Row, works: Sequence[str]) -> tuple[str, ...]:
    at = (row["sent_at"] or row["created_at"]).astimezone(config.edition.zone)
    return (
        letter_number(row["id"]),
        "、".join(works),
        LETTER_WORDS[row["kind"]],
        row["to_address"],
        LETTER_STATE_WORDS[row["state"]],
        f"{at:%m-%d %H:%M}",
        row["error"][:80],
    )


def _count(rows: Sequence[Row]) -> str:
    counts = {state: sum(row["state"] == state.value for row in rows) for state in LetterState}
    said = [f"{LETTER_STATE_WORDS[state.value]} {n}" for state, n in counts.items() if n]
    return f"共 {len(rows)} 封：{'，'.join(said)}。" if said else "还没有回信。"


def _obstacles(config: Config, stopped: str, paused: Sequence[Row], now: dt.datetime) -> Iterator[str]:
    mode = config.replies.mode
    if mode in ("off", "preview"):
        yield f'[replies] mode = "{mode}"，不会发出任何回信'
    if stopped:
        yield "全部发信已暂停；恢复请运行 kepu replies release"
    file = stop_file(config.storage.share)
    if file is not None:
        yield f"有“{file.name}”这个文件，全部发信已暂停；恢复请删除 {file}"
    for row in paused:
        if row["paused_until"] and row["paused_until"] > now:
            until = row["paused_until"].astimezone(config.edition.zone)
            yield f"{row['address']} 暂停到 {until:%m-%d %H:%M}：{row['why'][:120]}"


def preview(config: Config, clock: Clock, ids: Sequence[str]) -> int:
    """The words of these letters; without any, of those not sent yet."""
    with _ledger(config, clock) as tx:
        wanted = _numbers(ids) or [row["id"] for row in tx.letters.heads() if row["state"] in UNSENT]
        rows = [_row(tx, one) for one in wanted]
    for row in rows:
        print(f"—— {letter_number(row['id'])} {LETTER_WORDS[row['kind']]}（{LETTER_STATE_WORDS[row['state']]}）")
        print(f"收信人：{row['to_address']}\n主题：{row['subject']}\n")
        print(row["text"].rstrip() + "\n")
    if not rows:
        print("没有待发的回信。")
    return int(Exit.DONE)


def hold(config: Config, clock: Clock, ids: Sequence[str]) -> int:
    """These letters wait; without any, all of them, at once."""
    with _ledger(config, clock, write=True) as tx:
        if not ids:
            tx.posting.stop()
            print("全部发信已暂停，正在运行的一批也不再发。恢复请运行 kepu replies release。")
            return int(Exit.DONE)
        late = [number for number in _numbers(ids) if not _stand(tx, number, LetterState.HELD)]
    return _told(ids, late, "暂缓", "已经发出或正在发出，来不及暂缓")


def release(config: Config, clock: Clock, ids: Sequence[str]) -> int:
    """These letters may go, with the next batch or `send`; without any, what `hold` stopped goes on."""
    if ids and config.replies.mode in ("off", "preview"):
        mend = '请先把 [replies] mode 改为 "approve" 或 "send"'
        raise ConfigError(f'mode = "{config.replies.mode}" 时不发信，没有放行', mend=mend)
    with _ledger(config, clock, write=True) as tx:
        if not ids:
            tx.posting.go_on()
            print("发信已恢复，下一批会接着发；要马上发，请运行 kepu replies send。")
            return int(Exit.DONE)
        late = [number for number in _numbers(ids) if not _stand(tx, number, LetterState.QUEUED)]
    return _told(ids, late, "放行", "已经发出或正在发出")


def send(config: Config, clock: Clock) -> int:
    """What is queued goes out now, within the caps, without a batch around it."""
    if config.replies.mode in ("off", "preview"):
        mend = '请把 [replies] mode 改为 "approve"（放行后发出）或 "send"（自动发出）'
        raise ConfigError(f'mode = "{config.replies.mode}"，不发信', mend=mend)
    with console.progress() as say:
        summary = batch.run(config, clock=clock, environ=os.environ, say=say, only=("send",))
    print(f"发出 {summary.counts.get('sent', 0)} 封。")
    for line in (*summary.troubles, *summary.unreachable):
        print(f"注意：{line}")
    list_(config, clock, state=LetterState.QUEUED.value, as_json=False)
    return int(summary.exit_code)


def _stand(tx: Transaction, letter_id: int, state: LetterState) -> bool:
    row = _row(tx, letter_id)
    open_ = row["state"] in UNSENT
    if open_ and LetterState(row["state"]) is not state:
        tx.letters.stand(letter_id, state, BY_OPERATOR, cell="kepu replies")
    return open_


def _row(tx: Transaction, letter_id: int) -> Row:
    try:
        return tx.letters.row(letter_id)
    except KeyError:
        raise ConfigError(
            f"没有编号 {letter_number(letter_id)} 的回信", mend="编号见 kepu replies list 或台账「回信」。"
        ) from None


def _told(ids: Sequence[str], late: Sequence[int], word: str, why: str) -> int:
    print(f"已{word} {len(ids) - len(late)} 封。")
    for number in late:
        print(f"注意：{letter_number(number)} {why}。")
    return int(Exit.DONE)


def _numbers(ids: Sequence[str]) -> list[int]:
    """Letters by their numbers, as people type them. ConfigError for another word."""
    found = []
    for ident in ids:
        digits = ident.strip().upper().removeprefix(letter_number(1)[:1])
        if not digits.isdecimal() or len(digits) > 9:
            mend = f"编号如 {letter_number(1)}，见 kepu replies list 或台账「回信」。"
            raise ConfigError(f"“{ident}”不是回信编号", mend=mend)
        found.append(int(digits))
    return found
