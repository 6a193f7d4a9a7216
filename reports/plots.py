"""Tables as plotly draws them: figures as plain values, which the tests let plotly itself look at.

What tells states apart has the workbook's colours, with a dark edge; what tells tracks apart has a colour and a
hatching of its own. Every bar has its number beside it: no colour says anything alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reports.colours import BAD, BUSY, COLOURS, GOOD, MISSING, WARN, Colour
from reports.figures import Section, Shape

Figure = dict[str, Any]

INK, SOFT, GRID, ALERT = "#1f2328", "#57606a", "#d0d7de", "#9c0006"
FONT = '"Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif'
_FILLS = ("#2e75b6", "#f4b183", "#70ad47", "#a6a6a6")
_EDGES = ("#1f4e78", "#974706", "#375623", "#404040")
_HATCHINGS = ("", "/", ".", "x")
_DASHES = ("dot", "dash", "dashdot", "longdash")
_OTHER = Colour("FFFFFF", "404040")
_WORDS: Mapping[str, Colour] = COLOURS | {
    "已收到": GOOD,
    "待核对": WARN,
    "尚未取到": BUSY,
    "缺": MISSING,
    "未定": _OTHER,
}
_BAR_PX, _FRAME_PX, _COLUMNS_PX = 26, 76, 330
"""Heights: of a bar with the gap beside it, of what is around the bars, of a chart over time."""
_LABEL = 12
"""Characters of a bar's name; the table has all of it."""
_DIRTY = str.maketrans("<>&", "＜＞＆")
"""plotly takes these in words for marks of its own."""


def plots_of(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """What is drawn where: {"at": the id of an element, "data": …, "layout": …}, of sections that are not empty."""
    found: list[dict[str, Any]] = []
    for section in sections:
        if not section.is_empty:
            found += [{"at": f"{section.key}-{number}", **figure} for number, figure in figures_of(section).items()]
    return found


def figures_of(section: Section) -> dict[int, Figure]:
    """The charts of one section by their number from left to right; most have one, none is empty."""
    if section.shape is Shape.WORDS:
        return {number: _words(section, number) for number, total in enumerate(section.table.totals) if total}
    makers = {
        Shape.COLUMNS: _columns,
        Shape.LINES: _lines,
        Shape.BARS: _bars,
        Shape.PARTS: _parts,
        Shape.PLACES: _places,
    }
    return {0: makers[section.shape](section)}


def _columns(section: Section) -> Figure:
    names = [_ending(_plain(name)) for name, _ in section.table.rows]
    data = []
    for number, column in enumerate(section.table.columns):
        counts = [values[number] for _, values in section.table.rows]
        hover = f"{_plain(column)}　%{{x}}：%{{y}}<extra></extra>"
        drawn = {"x": names, "y": [count or None for count in counts]}
        data.append({**_series(number), "name": _plain(column), **drawn, "hovertemplate": hover})
    totals = [sum(values) for _, values in section.table.rows]
    data.append(_sums({"x": names, "y": totals}, totals))
    layout = _layout(_COLUMNS_PX, len(section.table.columns) > 1)
    layout |= {"xaxis": _axis(type="category", showgrid=False), "yaxis": _counting(_longest(totals))}
    return {"data": data, "layout": layout}


def _ending(moment: str) -> str:
    """A day without its year, an hour without its day."""
    return moment.rpartition(" ")[2] if " " in moment else moment[-len("10-08") :]


def _lines(section: Section) -> Figure:
    moments = [f"{moment:%Y-%m-%d %H:%M}" for moment in section.moments]
    data: list[dict[str, Any]] = []
    for number, column in enumerate(section.table.columns):
        counts = [values[number] for _, values in section.table.rows]
        line = {"color": _EDGES[number % len(_EDGES)], "width": 2, "dash": _DASHES[number % len(_DASHES)]}
        data.append({"type": "scatter", "mode": "lines+markers", "name": _plain(column), "line": line})
        data[-1] |= {"x": moments, "y": counts, "marker": {"size": 5}}
        data[-1]["hovertemplate"] = f"{_plain(column)}　%{{x|%m-%d %H:%M}}：%{{y}}<extra></extra>"
    data[-1]["line"] = {"color": INK, "width": 3, "dash": "solid"}  # all of them together
    most = max((max(values) for _, values in section.table.rows), default=0)
    layout = _layout(_COLUMNS_PX, several=True)
    layout |= {"xaxis": _axis(type="date", tickformat="%m-%d"), "yaxis": _counting(_longest([most]))}
    if section.mark:
        layout |= _marked(f"{section.mark[0]:%Y-%m-%d %H:%M}", _plain(section.mark[1]))
    return {"data": data, "layout": layout}


def _marked(moment: str, word: str) -> dict[str, Any]:
    """A line up and down at a moment, with its word."""
    line = {"color": ALERT, "width": 2, "dash": "dash"}
    shape = {"type": "line", "x0": moment, "x1": moment, "y0": 0, "y1": 1, "yref": "paper", "line": line}
    said = {"x": moment, "y": 1, "yref": "paper", "text": word, "showarrow": False, "xanchor": "right", "xshift": -4}
    return {"shapes": [shape], "annotations": [said | {"font": {"color": ALERT, "size": 13}, "yanchor": "top"}]}


def _bars(section: Section) -> Figure:
    data = []
    for number, column in enumerate(section.table.columns):
        data.append({**_series(number), **_across(section, [values[number] for _, values in section.table.rows])})
        data[-1] |= {
            "name": _plain(column),
            "hovertemplate": f"%{{customdata}}　{_plain(column)}：%{{x}}<extra></extra>",
        }
    totals = [sum(values) for _, values in section.table.rows]
    data.append(_sums(_across(section, totals), totals))
    return {"data": data, "layout": _sideways(section, _longest(totals), several=len(section.table.columns) > 1)}


def _words(section: Section, number: int) -> Figure:
    counts = [values[number] for _, values in section.table.rows]
    colours = [_WORDS.get(name, _OTHER) for name, _ in section.table.rows]
    bar = {
        "type": "bar",
        **_across(section, counts),
        "x": counts,
        "marker": _filled(colours),
        "text": counts,
        "showlegend": False,
    }
    bar |= {"textposition": "outside", "cliponaxis": False, "hovertemplate": "%{customdata}：%{x}<extra></extra>"}
    most = max(max(values) for _, values in section.table.rows)
    layout = _sideways(section, _longest([most]), several=False)
    layout["title"] = {"text": _plain(section.table.columns[number]), "font": {"size": 14}, "x": 0, "xref": "container"}
    layout["margin"] |= {"t": 34}
    return {"data": [bar], "layout": layout}


def _parts(section: Section) -> Figure:
    data, used = [], Counter[Colour]()
    for number, word in enumerate(section.table.columns):
        counts = [values[number] for _, values in section.table.rows]
        bar = {"type": "bar", "orientation": "h", "name": _plain(word), **_across(section, counts)}
        colour = _WORDS.get(word, _OTHER)
        bar |= {"marker": _hatched(colour, used[colour]), "text": [count or "" for count in counts]}
        used[colour] += 1
        bar |= {"textposition": "inside", "insidetextanchor": "middle", "textangle": 0, "constraintext": "none"}
        bar["hovertemplate"] = f"%{{customdata}}　{_plain(word)}：%{{x}}<extra></extra>"
        data.append(bar)
    totals = [sum(values) for _, values in section.table.rows]
    data.append(_sums(_across(section, totals), [f"共 {total}" for total in totals]))
    return {"data": data, "layout": _sideways(section, _longest(totals), several=True)}


def _places(section: Section) -> Figure:
    """Columns of the table: places, used, left, over, and others."""
    used = [row for row in section.table.rows if row[1][1]]
    shown = replace(section, table=replace(section.table, rows=tuple(used)))
    within = [min(values[0], values[1]) for _, values in used]
    over = [values[1] - inside for (_, values), inside in zip(used, within, strict=True)]
    hover = "%{customdata}　%{fullData.name}：%{x}<extra></extra>"
    plain = {**_series(0), **_across(shown, within), "name": "名额内", "hovertemplate": hover}
    above: dict[str, Any] = {"type": "bar", "orientation": "h", **_across(shown, over), "name": "超出名额"}
    above |= {"marker": _filled(BAD), "hovertemplate": hover}
    above["marker"]["pattern"] = {"shape": "/", "fgcolor": ALERT, "bgcolor": f"#{BAD.fill}", "size": 6, "solidity": 0.2}
    sums = _sums(_across(shown, [values[1] for _, values in used]), [values[1] for _, values in used])
    line = {"symbol": "line-ns", "size": 16, "line": {"color": INK, "width": 3}}
    places = {"type": "scatter", "mode": "markers", "name": "名额", "marker": line, "hovertemplate": hover}
    places |= _across(shown, [values[0] for _, values in used])
    longest = _longest([max(values[:2]) for _, values in used])
    return {"data": [plain, above, sums, places], "layout": _sideways(shown, longest, several=True)}


def _series(number: int) -> dict[str, Any]:
    """A bar of the table's column of that number, told from the others by colour and hatching."""
    edge = _EDGES[number % len(_EDGES)]
    pattern = {"shape": _HATCHINGS[number % len(_HATCHINGS)], "fgcolor": edge, "size": 6, "solidity": 0.25}
    colour = _FILLS[number % len(_FILLS)]
    pattern["bgcolor"] = colour
    fill = {"color": colour, "line": {"color": edge, "width": 1}, "pattern": pattern}
    return {"type": "bar", "marker": fill}


def _filled(colours: Colour | Sequence[Colour]) -> dict[str, Any]:
    if isinstance(colours, Colour):
        return {"color": f"#{colours.fill}", "line": {"color": f"#{colours.text}", "width": 1}}
    fills, edges = [f"#{c.fill}" for c in colours], [f"#{c.text}" for c in colours]
    return {"color": fills, "line": {"color": edges, "width": 1}}


def _hatched(colour: Colour, before: int) -> dict[str, Any]:
    """Filled, and hatched in another way for each word before it that has the same colour."""
    shape = _HATCHINGS[before % len(_HATCHINGS)]
    pattern = {"shape": shape, "fgcolor": f"#{colour.text}", "bgcolor": f"#{colour.fill}", "size": 8, "solidity": 0.12}
    return {**_filled(colour), "pattern": pattern}


def _across(section: Section, counts: Sequence[int]) -> dict[str, Any]:
    """Bars from left to right, one a row: by number, since names may be cut short and be the same. There is no bar of
    nothing, whose edge would be seen."""
    names = [_plain(name) for name, _ in section.table.rows]
    return {
        "orientation": "h",
        "x": [count or None for count in counts],
        "y": list(range(len(counts))),
        "customdata": names,
    }


def _sums(where: dict[str, Any], words: Sequence[object]) -> dict[str, Any]:
    """The sum of what lies upon or behind each other, written at its end."""
    along = "y" if where.get("orientation") != "h" else "x"
    counted = where[along]
    written = [word if count else "" for word, count in zip(words, counted, strict=True)]
    hidden = {"color": "rgba(0,0,0,0)", "line": {"width": 0}}
    bar = {"type": "bar", **where, along: [0] * len(counted), "text": written, "textposition": "outside"}
    return bar | {"marker": hidden, "showlegend": False, "hoverinfo": "skip", "cliponaxis": False}


def _sideways(section: Section, longest: float, *, several: bool) -> dict[str, Any]:
    """The layout of bars from left to right."""
    names = [_short(_plain(name)) for name, _ in section.table.rows]
    layout = _layout(_FRAME_PX + _BAR_PX * len(names), several)
    names_axis = _axis(tickmode="array", tickvals=list(range(len(names))), ticktext=names, showgrid=False)
    names_axis |= {"range": [len(names) - 0.4, -0.6], "ticks": ""}
    return layout | {"xaxis": _counting(longest), "yaxis": names_axis}


def _layout(height: int, several: bool) -> dict[str, Any]:
    legend: dict[str, Any] = {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"}
    legend |= {"itemclick": False, "itemdoubleclick": False}
    return {
        "height": height,
        "autosize": True,
        "barmode": "stack",
        "bargap": 0.3,
        "dragmode": False,
        "font": {"family": FONT, "size": 13, "color": INK},
        "margin": {"l": 8, "r": 24, "t": 40 if several else 12, "b": 30},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "hoverlabel": {"font": {"family": FONT}},
        "showlegend": several,
        "legend": legend,
    }


def _axis(**more: Any) -> dict[str, Any]:
    return {"fixedrange": True, "automargin": True, "gridcolor": GRID, "linecolor": SOFT, "zeroline": False} | more


def _counting(longest: float) -> dict[str, Any]:
    """An axis of whole numbers with room for what is written at the end of the longest bar."""
    return _axis(range=[0, longest * 1.12], tickformat="d", nticks=8, **({"dtick": 1} if longest <= _FEW else {}))


_FEW = 6


def _longest(counts: Sequence[int]) -> float:
    return float(max(counts, default=0) or 1)


def _short(name: str) -> str:
    return name if len(name) <= _LABEL else f"{name[: _LABEL - 1]}…"


def _plain(text: str) -> str:
    return text.translate(_DIRTY)
