"""收件统计.html: how many works came, where they stand and whether all mail is accounted for. No personal data."""

from __future__ import annotations

from reports.book import Counts, Overview
from reports.masking import mask
from reports.pages import page


def counts_page(overview: Overview, extra: tuple[tuple[str, Counts], ...] = ()) -> str:
    """The organizers' page as HTML. extra: more tables, each with its heading (推荐单位与名额 …); names are masked."""
    values = {
        "title": mask(overview.title),
        "as_of": f"{overview.as_of:%Y-%m-%d %H:%M}",
        "deadline": mask(overview.deadline),
        "states": overview.states,
        "tracks": overview.days.columns,
        "days": _bars(overview.days),
        "total": sum(overview.states.totals),
        "extra": [(mask(heading), counts) for heading, counts in extra],
        "mailboxes": overview.mailboxes,
        "mask": mask,
    }
    return page("counts.html", values)


def _bars(days: Counts) -> list[tuple[str, tuple[int, ...], int, float]]:
    """Each day with its counts, their sum, and the length of its bar in percent of the longest."""
    most = max((sum(values) for _, values in days.rows), default=0) or 1
    return [(day, values, sum(values), round(100 * sum(values) / most, 1)) for day, values in days.rows]
