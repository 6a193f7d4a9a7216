"""Lists of works beside what came: what a list names and nobody sent, what came and no list names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ingest import manners
from ingest.context import Context
from ingest.ledger import Transaction
from ingest.materials.entries import rows_of
from ingest.materials.grouping import is_among
from ingest.model import Arrival, Todo, TodoKind, mail_number

_MOST = 20
"""So many titles are named in a to-do."""


def compare_lists(context: Context, decided: Collection[int]) -> None:
    """Ask about the lists in these mails, and tell how it stands with those asked about before."""
    if not decided:
        return
    with context.read() as tx:
        asked = {row["arrival_id"]: row for row in tx.desk.todos() if row["kind"] == TodoKind.LISTED.value}
        mails = sorted({*asked, *tx.kin.listing(sorted(decided))})
    if not mails:
        return
    with context.begin() as tx:
        for mail in mails:
            arrival = tx.arrivals.arrival(mail, wants=context.wants_key)
            todo = _todo(tx, arrival)
            known = asked.get(mail)
            if todo is None:
                tx.desk.close_todos(key=_key(mail))
            elif known is None or known["text"] != todo.text:
                tx.desk.ask(todo, anew=known is not None or mail in decided)


def _key(arrival_id: int) -> str:
    return f"listed:{arrival_id}"


def _todo(tx: Transaction, arrival: Arrival) -> Todo | None:
    """What is still to be said of a mail's list; None if it agrees with what came, or the mail is nobody's."""
    listed = [row["title"] for row in rows_of(arrival.parts)]
    own = tx.works.of_arrivals([arrival.id]).get(arrival.id, [])
    if not listed or not (own or tx.arrivals.waits(arrival.id)):
        return None
    domain = manners.unit_domain(arrival.from_address)
    theirs = tx.works.by_sender(arrival.mailbox, arrival.from_address)
    theirs += tx.kin.of_domain(arrival.mailbox, domain) if domain else []
    titles = {row["id"]: row["title"] for row in tx.works.rows(sorted({*own, *theirs})) if row["title"]}
    absent = [title for title in listed if not is_among(title, list(titles.values()))]
    unlisted = [f"{work}《{titles[work]}》" for work in own if work in titles and not is_among(titles[work], listed)]
    said = [
        f"汇总表列有 {len(listed)} 部作品，{_named([f'《{title}》' for title in absent])}未收到材料" if absent else "",
        f"{_named(unlisted)}有材料，汇总表没有列" if unlisted else "",
    ]
    if not any(said):
        return None
    text = f"邮件 {mail_number(arrival.id)}：{'；'.join(filter(None, said))}。请向来信单位核实。"
    return Todo(_key(arrival.id), TodoKind.LISTED, text, arrival_id=arrival.id, candidates=tuple(own))


def _named(titles: Sequence[str]) -> str:
    more = f"等 {len(titles)} 部" if len(titles) > _MOST else ""
    return "".join(titles[:_MOST]) + more if titles and titles[0].startswith("《") else "、".join(titles[:_MOST]) + more
