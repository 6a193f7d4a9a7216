"""Assemble: what becomes of each mail, oldest first, one transaction a mail."""

from __future__ import annotations

from ingest.context import Context, crash_point, stage_ids
from ingest.model import Stage
from ingest.stages.assemble.anew import Known, end_in_order
from ingest.stages.assemble.becoming import decide
from ingest.stages.assemble.filing import carry_out, file_parts, settle
from ingest.stages.assemble.listed import compare_lists
from ingest.stages.assemble.troubles import broken_todos, closed_todos, odd_todos

__all__ = ["assemble", "broken_todos", "carry_out", "closed_todos", "decide", "file_parts", "odd_todos", "settle"]


def assemble(context: Context) -> None:
    """Every parsed mail, oldest first: an earlier mail opens the work that a later one supplements.

    A mail that brought volumes of a set goes where the mail goes under which the set is kept, so it comes after that;
    so does one of which nothing could be opened, where its sender answered it with what can be.
    """
    decided: set[int] = set()
    met: set[int] = set()
    known = Known()

    def one(arrival_id: int) -> None:
        with context.begin() as tx:
            ended = end_in_order(context, tx, arrival_id, known).ending.ended
        crash_point("ended")
        context.tally.counts[ended.value if ended else "pending"] += 1
        decided.add(arrival_id)

    ids = stage_ids(context, Stage.PARSED)
    while ids:
        context.each("归并作品", ids, one)
        met.update(ids)
        ids = [i for i in stage_ids(context, Stage.PARSED) if i in decided or i not in met]
        context.tally.counts["pending"] -= len(ids)  # they were counted as waiting, and wait no more
    compare_lists(context, decided)
