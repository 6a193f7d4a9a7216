"""Progress, and what a batch did, as people read it on a terminal or in a log."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ingest.errors import Exit

if TYPE_CHECKING:
    from ingest.batch import Summary
    from ingest.checks import CheckLine
    from ingest.config import Config
    from ingest.context import Say

_COUNTS = (
    ("listed", "新邮件"),
    ("fetched", "已下载"),
    ("work", "新作品来信"),
    ("supplement", "补充材料"),
    ("duplicate", "重复邮件"),
    ("not-a-submission", "非投稿来信"),
    ("machine-mail", "系统邮件"),
    ("unreadable", "无法读取"),
    ("old-edition", "往届邮件"),
    ("pending", "待人工判断"),
    ("quarantined", "已搁置"),
    ("put-off", "留待下次"),
    ("links-fetched", "下载云附件"),
    ("links-by-hand", "人工下载的云附件"),
    ("links-waiting", "云附件待续"),
    ("links-manual", "云附件转人工"),
    ("watched", "查看视频"),
    ("films-put-off", "视频留待下次"),
    ("reviewed", "审查作品"),
    ("letters", "起草回信"),
)


@contextmanager
def progress() -> Iterator[Say]:
    """A progress bar on a terminal, a plain line a step elsewhere."""
    if sys.stderr.isatty():
        with _bar() as say:
            yield say
    else:
        yield _Lines().say


@contextmanager
def _bar() -> Iterator[Say]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    tasks: dict[str, Any] = {}
    with Progress(*columns, console=Console(stderr=True)) as bar:

        def say(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=None)
            bar.update(tasks[what], completed=done, total=total or None)

        yield say


class _Lines:
    """A line when a step begins, no more: a log is not a terminal."""

    def __init__(self) -> None:
        self._last = ""

    def say(self, what: str, _done: int, total: int) -> None:
        if what != self._last:
            print(f"{what}（共 {total}）" if total else what, file=sys.stderr, flush=True)
            self._last = what


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on the standard output; numbers to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for index, heading in enumerate(headings):
        numeric = bool(rows) and all(row[index].isdecimal() for row in rows)
        grid.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    console = Console() if sys.stdout.isatty() else Console(width=110)
    console.print(grid)


def tell(summary: Summary, config: Config) -> int:
    """What a batch did, and where to look; returns its exit code."""
    rows = [(word, str(summary.counts[key])) for key, word in _COUNTS if summary.counts.get(key)]
    table("本次运行", ("项目", "数量"), rows or [("没有新邮件", "0")])
    share = config.storage.share
    print(f"台账：    {share / 'reports' / '台账.xlsx'}")
    print(f"统计页：  {share / 'reports' / '收件统计.html'}")
    print(f"作品：    {share / 'works'}（每部作品一个文件夹，内有 审查.html）")
    print(f"回信草稿：{share / 'reports' / '回信'}")
    for line in summary.notes:
        print(f"提示：{line}")
    for line in (*summary.troubles, *summary.unreachable):
        print(f"注意：{line}", file=sys.stderr)
    return int(summary.exit_code)


_MARKS = {True: "通过", False: "不通过", None: "说明"}


def tell_check(line: CheckLine) -> CheckLine:
    """One check as it is done, with the mend where it failed."""
    print(f"[{_MARKS[line.ok]}] {line.name}：{line.text}", flush=True)
    if line.mend and line.ok is not True:
        print(f"        处理办法：{line.mend}", flush=True)
    return line


def tell_checked(lines: Sequence[CheckLine]) -> int:
    """How all checks went; returns their exit code."""
    failed = [line for line in lines if line.ok is False]
    print(f"共 {len(lines)} 项，{len(failed)} 项不通过。" if failed else f"共 {len(lines)} 项，没有不通过的。")
    return int(max((line.exit_code for line in failed), default=Exit.DONE))
