"""Ruled tables out of lines: the rectangles that lines enclose, and the columns and rows of the grid each covers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.pdfrules import Rule

_NEAR = 3.0  # points between lines that are one, and between the end of a line and the line it meets
_MAX_TABLES = 100  # of one page
_MAX_LINES = 400  # across, and down; more than that is a drawing
_MAX_GRID = 20_000  # cells of the finest grid of a table
_COVERED = 0.6  # share of a side that must be drawn to part two cells
_LEAST = 5.0  # points: what is narrower or lower holds no letter


@dataclass(frozen=True)
class Slot:
    """A cell: its box in points of the upright page, and the rows and columns of the grid it covers."""

    left: float
    top: float
    right: float
    bottom: float
    column: int
    columns: int
    row: int
    rows: int


@dataclass(frozen=True)
class Table:
    """The cells that lines enclose. xs, ys: the lines of its grid; grid: for each of its places, row by row, the cell
    that covers it, as a place in `slots`, -1 where one is too small to hold a letter."""

    slots: tuple[Slot, ...]
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    grid: tuple[int, ...]

    @property
    def area(self) -> float:
        """Square points."""
        return (self.xs[-1] - self.xs[0]) * (self.ys[-1] - self.ys[0])

    def at(self, x: float, y: float) -> int:
        """The place in `slots` of the cell that holds a point, -1 if none does."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        columns, rows = len(self.xs) - 1, len(self.ys) - 1
        return self.grid[row * columns + column] if 0 <= column < columns and 0 <= row < rows else -1


def tables_of(across: Sequence[Rule], down: Sequence[Rule]) -> list[Table]:
    """Tables of two cells and more, from the top; none where there are more lines than tables have."""
    level, upright = merged(across), merged(down)
    if len(level) > _MAX_LINES or len(upright) > _MAX_LINES:
        return []
    found = [table for group in _groups(level, upright) if (table := _table(*group)) is not None]
    return sorted(found, key=lambda table: table.ys[0])[:_MAX_TABLES]


def merged(rules: Sequence[Rule]) -> list[Rule]:
    """Lines on one height (or side) that overlap or nearly meet, as one."""
    found: list[Rule] = []
    for bundle in _bundles(sorted(rules, key=lambda rule: rule.at)):
        at = sum(rule.at for rule in bundle) / len(bundle)
        start, end = None, 0.0
        for rule in sorted(bundle, key=lambda rule: rule.start):
            if start is None or rule.start > end + _NEAR:
                if start is not None:
                    found.append(Rule(at, start, end))
                start, end = rule.start, rule.end
            end = max(end, rule.end)
        if start is not None:
            found.append(Rule(at, start, end))
    return found


def _bundles(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    bundle: list[Rule] = []
    for rule in rules:
        if bundle and rule.at - bundle[0].at > _NEAR:
            yield bundle
            bundle = []
        bundle.append(rule)
    if bundle:
        yield bundle


def _groups(across: Sequence[Rule], down: Sequence[Rule]) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Lines that meet, directly or by others; only groups with lines both ways."""
    parents = list(range(len(across) + len(down)))
    for n, level in enumerate(across):
        for m, upright in enumerate(down):
            if _meet(level, upright):
                _join(parents, n, len(across) + m)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for n in range(len(parents)):
        group = groups.setdefault(_root(parents, n), ([], []))
        if n < len(across):
            group[0].append(across[n])
        else:
            group[1].append(down[n - len(across)])
    yield from (group for group in groups.values() if len(group[0]) > 1 and group[1])


def _meet(level: Rule, upright: Rule) -> bool:
    return (
        level.start - _NEAR <= upright.at <= level.end + _NEAR
        and upright.start - _NEAR <= level.at <= upright.end + _NEAR
    )


def _root(parents: list[int], n: int) -> int:
    while parents[n] != n:
        parents[n] = parents[parents[n]]
        n = parents[n]
    return n


def _join(parents: list[int], one: int, other: int) -> None:
    parents[_root(parents, one)] = _root(parents, other)


def _table(across: list[Rule], down: list[Rule]) -> Table | None:
    """The cells among these lines, whose outermost ends close the table even where nothing is drawn."""
    xs = _edges([rule.at for rule in down] + [end for rule in across for end in (rule.start, rule.end)])
    ys = _edges([rule.at for rule in across] + [end for rule in down for end in (rule.start, rule.end)])
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 1 or rows < 1 or columns * rows < 2 or columns * rows > _MAX_GRID:
        return None
    right = [_along(down, xs[column + 1]) for column in range(columns)]
    below = [_along(across, ys[row + 1]) for row in range(rows)]
    parents = list(range(columns * rows))
    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            if column + 1 < columns and not _drawn(right[column], ys[row], ys[row + 1]):
                _join(parents, here, here + 1)
            if row + 1 < rows and not _drawn(below[row], xs[column], xs[column + 1]):
                _join(parents, here, here + columns)
    return _settled(parents, xs, ys)


def _edges(values: list[float]) -> list[float]:
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][0] <= _NEAR:
            found[-1].append(value)
        else:
            found.append([value])
    return [sum(group) / len(group) for group in found]


def _along(rules: Sequence[Rule], at: float) -> list[Rule]:
    return [rule for rule in rules if abs(rule.at - at) <= _NEAR]


def _drawn(rules: Sequence[Rule], start: float, end: float) -> bool:
    """A line is drawn along most of this side."""
    covered = sum(max(0.0, min(rule.end, end) - max(rule.start, start)) for rule in rules)
    return covered >= _COVERED * (end - start)


def _settled(parents: list[int], xs: list[float], ys: list[float]) -> Table | None:
    """The joined places as cells; None if they are one cell."""
    columns = len(xs) - 1
    places: dict[int, list[int]] = {}
    for n in range(len(parents)):
        places.setdefault(_root(parents, n), []).append(n)
    slots: list[Slot] = []
    grid = [-1] * len(parents)
    for group in sorted(places.values()):
        rows, cols = [n // columns for n in group], [n % columns for n in group]
        top, bottom, left, right = min(rows), max(rows) + 1, min(cols), max(cols) + 1
        slot = Slot(xs[left], ys[top], xs[right], ys[bottom], left, right - left, top, bottom - top)
        if slot.right - slot.left >= _LEAST and slot.bottom - slot.top >= _LEAST:
            for n in group:
                grid[n] = len(slots)
            slots.append(slot)
    return Table(tuple(slots), tuple(xs), tuple(ys), tuple(grid)) if len(slots) > 1 else None
