"""`kepu`: arguments to config to one call to an exit code. No logic here; what is printed is Chinese, for people."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ingest.cli.chinese import ChineseCommand, ChineseGroup, usage_problem
from ingest.errors import ConfigError, Exit, KepuError

app = typer.Typer(
    name="kepu",
    cls=ChineseGroup,
    help="科普微视频大赛收件：收取两个信箱的投稿，核对材料，更新台账，起草回信。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_command = partial(app.command, cls=ChineseCommand)

_INTERRUPTED = 130
"""What the argument parser makes of Ctrl-C."""

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", envvar="KEPU_CONFIG", help="配置文件；默认 ./config.toml，没有则用自带的默认配置。"),
]
MailNumbers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID...]", help="邮件编号（M00001）或云附件编号（Y0001）；不给则为全部失败、搁置和没下载成的。"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供其他程序使用。")]


def main() -> None:
    """Run `kepu`; every ending has its exit code, and no traceback reaches a person."""
    _speak_plainly()
    sys.exit(run(sys.argv[1:]))


def _speak_plainly() -> None:
    """Files and programs get UTF-8 whatever the locale; a terminal that lacks a character gets its number instead."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", encoding=None if stream.isatty() else "utf-8")


def run(arguments: list[str]) -> int:
    """`kepu` with these arguments; returns the exit code."""
    try:
        code = app(arguments, prog_name="kepu", standalone_mode=False) or 0
        if code == _INTERRUPTED:
            raise KeyboardInterrupt
    except KepuError as error:
        _say_error(error)
        return int(error.exit_code)
    except typer.Abort:
        print("已中断。", file=sys.stderr)
        return int(Exit.TROUBLE)
    except KeyboardInterrupt:
        print("已中断；下一次运行会接着做。", file=sys.stderr)
        return int(Exit.TROUBLE)
    except (BrokenPipeError, SystemExit):  # the argument parser turns the first into the second, and nothing else
        return _reader_gone()
    except OSError as error:
        return _say_disk(error)
    except Exception as error:
        return _usage_or_bug(error)
    return int(code)


def _reader_gone() -> int:
    """Whoever reads our output has enough of it (`kepu export works | head`): no trouble of ours."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(Exit.DONE)


def _say_disk(error: OSError) -> int:
    """A file, a disk or the output failed in a place that has no better words for it."""
    import structlog

    if structlog.is_configured():
        structlog.get_logger("kepu").critical("os error", error=repr(error), exc_info=error)
    where = f"（{error.filename}）" if error.filename else ""
    print(f"读写出错：{error.strerror or error}{where}", file=sys.stderr)
    print("处理办法：请检查磁盘空间、权限和输出到哪里，然后再运行；已收到的邮件和数据都在。", file=sys.stderr)
    return int(Exit.TROUBLE)


def _usage_or_bug(error: Exception) -> int:
    show = getattr(error, "show", None)  # only what the argument parser raises can show itself
    if callable(show):
        print(f"{usage_problem(error)}。", file=sys.stderr)
        print("用 kepu --help 查看用法。", file=sys.stderr)
        return int(Exit.USAGE)
    _say_bug(error)
    return int(Exit.BUG)


def _say_bug(error: Exception) -> None:
    """One line for the person; the traceback goes to the log, where there is one already."""
    import structlog

    name = type(error).__name__
    if structlog.is_configured():
        structlog.get_logger("kepu").critical("bug", error=repr(error), exc_info=error)
        print(f"程序出错（{name}），已收到的邮件和数据都在。请把日志文件夹里当天的日志交给开发者。", file=sys.stderr)
    else:
        print(f"程序出错（{name}：{error}），还没有开始工作，数据没有变动。请把这一行交给开发者。", file=sys.stderr)


def _say_error(error: KepuError) -> None:
    print(error.what + (f"：{error.why}" if error.why else ""), file=sys.stderr)
    for line in error.problems if isinstance(error, ConfigError) else ():
        print(f"  {line}", file=sys.stderr)
    print(f"处理办法：{error.mend}", file=sys.stderr)


def _config(path: Path | None) -> Any:
    from ingest import log
    from ingest.config import load

    here = Path("config.toml")
    config = load(path or (here if here.is_file() else None), environ=os.environ, cwd=Path.cwd())
    log.setup(config)
    return config


def _clock(environ: Mapping[str, str]) -> Any:
    from ingest.config import clock

    return clock(environ)


@_command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="示例放在哪里。")] = Path("kepu-demo"),
    small: Annotated[bool, typer.Option("--small", help="磁盘空间少时用：不生成实际大小的视频。")] = False,
) -> int:
    """生成一届示例大赛（两个信箱、真实的 MP4、表格和扫描件），完整运行一遍。"""
    from ingest.cli import console
    from ingest.demo.contest import DEMO_NOW, prepare
    from ingest.demo.netdisk import FOLDER, rehearsing, serving, share_room

    with console.progress() as say:
        file = prepare(folder, small=small, say=lambda text: say(text, 0, 0))
        config = _config(file)
        with serving(folder / FOLDER) as rehearsal:
            summary = _batch(rehearsing(config, rehearsal), clock=lambda: DEMO_NOW, say=say)
        share_room(folder / FOLDER, config)
    code = console.tell(summary, config)
    print(f"样例说明：{folder / '说明.txt'}（各邮件的看点；超大附件由本机临时服务器提供，不连外网）")
    return code


@_command("run")
def run_once(
    config: ConfigFile = None,
) -> int:
    """运行一次：收信、拆解、核对、更新台账、起草回信。"""
    from ingest.cli import console

    loaded = _config(config)
    with console.progress() as say:
        summary = _batch(loaded, clock=_clock(os.environ), say=say)
    return console.tell(summary, loaded)


def _batch(config: Any, *, clock: Any, say: Any) -> Any:
    from ingest import batch

    return batch.run(config, clock=clock, environ=os.environ, say=say)


@_command()
def serve(config: ConfigFile = None) -> int:
    """按配置的间隔持续运行，直到停止（Ctrl-C 或 SIGTERM，会做完手头的一封）。"""
    from ingest import schedule

    loaded, clock = _config(config), _clock(os.environ)
    return schedule.serve(loaded, clock=clock, environ=os.environ, reload=lambda: _config(config))


@_command()
def check(config: ConfigFile = None) -> int:
    """检查配置、信箱登录、磁盘、文件夹和可选工具，逐项给出结果和处理办法。"""
    from ingest import checks
    from ingest.cli import console

    lines = checks.run_checks(_config(config), environ=os.environ, clock=_clock(os.environ))
    return console.tell_checked([console.tell_check(line) for line in lines])


@_command()
def inspect(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="邮件（.eml）、表格、扫描件、压缩包或视频。")],
    as_json: AsJson = False,
    redact: Annotated[bool, typer.Option("--redact", help="改为在邮件旁写出脱敏副本，供提交样本。")] = False,
    pages: Annotated[
        Path | None, typer.Option("--pages", metavar="DIR", help="把扫描件各页和读出的内容叠画成图片，写到这个文件夹。")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", metavar="DIR", help="把视频的九宫格、片头片尾等画面写到这个文件夹。")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="视频只看参数，不看画面、不听声音，不到一秒。")] = False,
    config: ConfigFile = None,
) -> int:
    """查看程序从文件中读出了什么；不写入任何数据。"""
    if redact:
        from ingest.cli import redacting

        return redacting.redact(paths)
    from ingest.cli import inspecting

    asked = inspecting.Asked(pages=pages, pictures=pictures, quick=quick)
    return inspecting.inspect(_config(config), paths, as_json=as_json, asked=asked)


@_command()
def forms(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="与 --sample 同用：样表放在哪里。")] = Path(),
    learn: Annotated[
        Path | None, typer.Option("--learn", metavar="FILE", help="读一份空白的正式表格，给出配置里要补充的内容。")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="写出推荐表、自荐表的样表（docx）。")] = False,
    config: ConfigFile = None,
) -> int:
    """正式表格下来后核对栏目（--learn），或写出试用的样表（--sample）。"""
    from ingest.cli import forming

    if (learn is None) == (not sample):
        raise ConfigError(
            "--learn 和 --sample 要给出其中一个", mend="核对空表用 --learn 空表.docx；写样表用 --sample 文件夹。"
        )
    return forming.write_samples(folder) if learn is None else forming.learn_form(_config(config), learn)


@_command()
def status(
    as_json: AsJson = False,
    past: Annotated[
        str,
        typer.Option("--as-of", metavar="TIME", help="过去某天的数字：2024-10-20（当天 24 时）或 2024-10-20T18:00。"),
    ] = "",
    config: ConfigFile = None,
) -> int:
    """各信箱的收件对账和作品状态；--as-of 给出过去某一天的。"""
    from ingest.cli import as_of, looking

    if past:
        return as_of.status(_config(config), _clock(os.environ), past, as_json=as_json)
    return looking.status(_config(config), _clock(os.environ), as_json=as_json)


@_command()
def review(
    preview: Annotated[bool, typer.Option("--preview", help="只列出会变的结论和状态，什么也不改。")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> int:
    """按当前配置把全部作品重新审查一遍（不收信、不发信）；--preview 先看看会变什么。"""
    from ingest.cli import reviewing

    if preview:
        return reviewing.preview(_config(config), _clock(os.environ), as_json=as_json)
    if as_json:
        raise ConfigError("--json 只与 --preview 同用", mend="预演用 kepu review --preview --json。")
    return reviewing.again(_config(config), _clock(os.environ))


@_command()
def show(
    ident: Annotated[str, typer.Argument(metavar="ID", help="登记号（R2024-0001）、邮件编号（M00001）或 Message-ID。")],
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> int:
    """一部作品或一封邮件的全部情况。"""
    from ingest.cli import showing

    return showing.show(_config(config), _clock(os.environ), ident, as_json=as_json)


@_command()
def export(
    what: Annotated[Literal["works", "messages", "findings"], typer.Argument(help="导出什么。")],
    format_: Annotated[Literal["jsonl", "csv"], typer.Option("--format", help="格式。")] = "jsonl",
    config: ConfigFile = None,
) -> int:
    """把台账数据导出到标准输出，供其他程序使用。"""
    from ingest.cli import looking

    return looking.export(_config(config), _clock(os.environ), what, format_)


@_command()
def report(
    only: Annotated[
        Literal["workbook", "pages", "folders"] | None,
        typer.Option("--only", help="只生成一种：workbook 台账，pages 统计页，folders 作品文件夹和审查页。"),
    ] = None,
    result: Annotated[
        bool, typer.Option("--result", help="改为生成各组的形式审查结果名单（xlsx、docx），供评审使用。")
    ] = False,
    config: ConfigFile = None,
) -> int:
    """根据现有数据重新生成台账、作品文件夹和页面；--result 生成形式审查结果名单。"""
    from ingest.cli import acting, resulting

    if result and only:
        raise ConfigError(
            "--result 与 --only 不能同用", mend="名单用 kepu report --result，其他用 kepu report --only。"
        )
    if result:
        return resulting.result(_config(config), _clock(os.environ))

    return acting.report(_config(config), _clock(os.environ), only)


@_command()
def replies(
    what: Annotated[
        Literal["list", "preview", "hold", "release", "send"],
        typer.Argument(help="list 列出，preview 看内容，hold 暂缓，release 放行，send 马上发出排队的。"),
    ],
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="回信编号；hold、release 不给编号则是全部发信。")
    ] = None,
    state: Annotated[str, typer.Option("--state", help="只列某种状态：draft held queued sent failed unknown。")] = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> int:
    """查看、暂缓、放行和发送回信。"""
    from ingest.cli import replying

    loaded, clock = _config(config), _clock(os.environ)
    if what == "list":
        return replying.list_(loaded, clock, state=state, as_json=as_json)
    if what == "send":
        return replying.send(loaded, clock)
    act = {"preview": replying.preview, "hold": replying.hold, "release": replying.release}[what]
    return act(loaded, clock, ids or [])


@_command()
def retry(
    ids: MailNumbers = None,
    config: ConfigFile = None,
) -> int:
    """把处理失败或已搁置的邮件再处理一次，没下载成的云附件再下载一次。"""
    from ingest.cli import acting

    return acting.retry(_config(config), _clock(os.environ), ids or [])


@_command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="手工保存的邮件，或补给某部作品的文件。")],
    mailbox: Annotated[str, typer.Option("--mailbox", help="当作哪个信箱收到的（配置中的 name）。")] = "",
    work: Annotated[str, typer.Option("--work", help="补给哪部作品（登记号）。")] = "",
    config: ConfigFile = None,
) -> int:
    """收入手工保存的邮件（--mailbox），或为某部作品补入文件（--work）。"""
    from ingest.cli import acting

    if bool(mailbox) == bool(work):
        raise ConfigError(
            "--mailbox 和 --work 要给出其中一个", mend="收入邮件用 --mailbox 信箱名；补文件用 --work 登记号。"
        )
    return acting.import_(_config(config), _clock(os.environ), paths, mailbox=mailbox, work=work)
