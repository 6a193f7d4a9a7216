"""Native charts: they are drawn by the spreadsheet program from the cells beside them."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, Reference, Series
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties

COLOURS = ("2E75B6", "F4B183", "70AD47", "7F7F7F")
LABEL_SIZE = 700
"""In hundredths of a point."""
_CM_OF_CHARACTER, _CM_OF_POINT = 0.212, 0.0353
"""A character is 7 pixels wide, and a column has 5 more; a point is 1/72 inch."""


def days_chart(
    sheet: Any, top: int, first: int, last: int, tracks: int, place: str, *, width: float, height: float
) -> None:
    """Works by day, a column each, the tracks upon each other.

    top: row of the table's headings; first, last: rows of days, their names in the first column, a column a track;
    place: the cell of the chart's upper left corner; width in characters, height in points.
    """
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "col", "stacked", 100, 60
    for number in range(2, tracks + 2):
        series = Series(Reference(sheet, min_col=number, min_row=first, max_row=last))
        series.tx = SeriesLabel(strRef=StrRef(str(Reference(sheet, min_col=number, min_row=top))))
        series.cat = AxDataSource(strRef=StrRef(str(Reference(sheet, min_col=1, min_row=first, max_row=last))))
        chart.series.append(series)
    for series, colour in zip(chart.series, COLOURS, strict=False):
        series.graphicalProperties = GraphicalProperties(solidFill=colour)
    chart.legend.position = "t"
    chart.x_axis.txPr = chart.y_axis.txPr = chart.legend.txPr = _small()
    chart.x_axis.delete = chart.y_axis.delete = False  # left unsaid, newer programs show no axes
    chart.y_axis.numFmt, chart.y_axis.number_format = None, "0"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=_line("D9D9D9"))
    chart.layout = Layout(manualLayout=ManualLayout(layoutTarget="outer", x=0.01, y=0.12, w=0.98, h=0.86))
    chart.width, chart.height = width * _CM_OF_CHARACTER, height * _CM_OF_POINT
    sheet.add_chart(chart, place)


def _line(colour: str) -> Any:
    from openpyxl.drawing.line import LineProperties

    return LineProperties(solidFill=colour, w=6350)


def _small() -> Any:
    """Letters that let a fortnight of days stand side by side."""
    from openpyxl.chart.text import RichText
    from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

    properties = ParagraphProperties(defRPr=CharacterProperties(sz=LABEL_SIZE))
    return RichText(p=[Paragraph(pPr=properties, endParaRPr=CharacterProperties(sz=LABEL_SIZE))])
