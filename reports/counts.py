"""收件统计.html: what came, where it stands and whether all mail is accounted for, as charts and tables in one file.

No personal data: units and numbers only, and all words are masked. Charts are drawn in the reader's browser by plotly,
whose script is inside; where none runs, as in a mail's preview, the tables say the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup

from reports.book import Counts
from reports.figures import Figures, Section
from reports.masking import mask
from reports.pages import digest_of, page, write_if_changed

COUNTS_PAGE = "收件统计.html"
FOLDED_ROWS = 14
"""Tables of more rows are folded under their chart; printing opens them."""
_STYLE = "_counts_style.html"
_HEAD_BYTES = 1_000
"""In which the mark stands."""
_END = b"</html>\n"


def counts_page(figures: Figures) -> str:
    """The page as HTML, with plotly inside if there is anything to draw."""
    from reports.plots import plots_of
    from reports.plotscript import NO_SCRIPT, packed, plain_hash, source

    shown = masked(figures)
    plots = plots_of(shown.sections)
    script = packed() if plots else NO_SCRIPT
    code = source("counts.js") if plots else ""
    values = {
        "figures": shown,
        "mark": _mark(figures),
        "folded": FOLDED_ROWS,
        "plots": plots,
        "plotly": script,
        "code": Markup(code),
        "loose": _policy(plain_hash(code), script.hash) if plots else _policy("'none'"),
    }
    return page("counts.html", values, style=_STYLE)


def _policy(*scripts: str) -> str:
    """What the page may use. Plotly places its parts by styles on them, which no hash can name."""
    allowed = f"style-src 'unsafe-inline'; script-src {' '.join(scripts)}"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def write_counts(path: Path, figures: Figures) -> bool:
    """Writes the page, unless what is there was made of the same figures in the same hour; whether it wrote."""
    return not _says_already(path, _mark(figures)) and write_if_changed(path, counts_page(figures))


def masked(figures: Figures) -> Figures:
    """The same without personal data in any word."""
    return replace(
        figures,
        title=mask(figures.title),
        deadline=mask(figures.deadline),
        tiles=tuple(replace(tile, text=mask(tile.text)) for tile in figures.tiles),
        sections=tuple(_masked_section(section) for section in figures.sections),
        mailboxes=tuple(replace(box, trouble="") for box in figures.mailboxes),
    )


def _masked_section(section: Section) -> Section:
    table = section.table
    rows = tuple((mask(name), values) for name, values in table.rows)
    masked_table = Counts(table.corner, _masked_all(table.columns), rows)
    return replace(section, table=masked_table, said=mask(section.said), note=mask(section.note))


def _masked_all(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(mask(word) for word in words)


def _mark(figures: Figures) -> str:
    """Changes with the figures, the templates and plotly; the time they were taken counts by the hour."""
    from reports.plotscript import version

    sections = (replace(one, moments=tuple(map(_hour, one.moments))) for one in figures.sections)
    steady = replace(
        figures,
        as_of=_hour(figures.as_of),
        sections=tuple(sections),
        mailboxes=tuple(replace(box, polled_at=None) for box in figures.mailboxes),
    )
    made_of = (repr(steady), version(), digest_of("counts.html", "_head.html", "_style.html", _STYLE, "counts.js"))
    return hashlib.sha256("\0".join(made_of).encode()).hexdigest()


def _hour(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _says_already(path: Path, mark: str) -> bool:
    """The page there has that mark, and is whole."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            file.seek(-len(_END), 2)
            return f'content="{mark}"'.encode() in head and file.read() == _END
    except OSError:
        return False
