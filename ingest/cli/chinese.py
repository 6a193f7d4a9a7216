"""The argument parser's own words in Chinese: help, usage, and what is wrong with how a command was called."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_PANELS = {
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "ARGUMENTS_PANEL_TITLE": "参数",
    "ERRORS_PANEL_TITLE": "错误",
    "REQUIRED_LONG_STRING": "[必填]",
    "DEFAULT_STRING": "[默认：{}]",
    "ENVVAR_STRING": "[环境变量：{}]",
}


class _Chinese:
    """What commands and the group of commands have in common."""

    def get_usage(self, ctx: Any) -> str:
        """The line of usage."""
        text: str = super().get_usage(ctx)  # type: ignore[misc]
        return (
            re.sub(r"^Usage:", "用法：", text).replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]", "命令 [参数]")
        )

    def get_help_option(self, ctx: Any) -> Any:
        """-h and --help."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "显示这份说明。"
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The whole help."""
        import typer.rich_utils as words  # here: it brings in the drawing of tables, which a run does not need

        for name, word in _PANELS.items():
            setattr(words, name, word)
        super().format_help(ctx, formatter)  # type: ignore[misc]


class ChineseCommand(_Chinese, TyperCommand):
    """One command."""


class ChineseGroup(_Chinese, TyperGroup):
    """All commands."""


def usage_problem(error: Exception) -> str:
    """What is wrong with how the command was called, in one sentence; the parser's own words if there is no better."""
    name = type(error).__name__
    option = getattr(error, "option_name", "")
    param = getattr(error, "param", None)
    called = (getattr(param, "metavar", None) or getattr(param, "name", None) or "").strip(" _")
    message = str(getattr(error, "message", "") or error)
    quoted = re.findall(r"'([^']*)'", message)
    if name == "NoSuchOption":
        return f"没有 {option} 这个选项"
    if name == "BadOptionUsage":
        return f"选项 {option} 后面要写一个值"
    if name == "MissingParameter":
        return f"缺少参数 {called}"
    if name == "BadParameter":
        choices = f"；可以是 {'、'.join(quoted[1:])}" if len(quoted) > 1 else ""
        return f"参数 {called} 的值“{quoted[0] if quoted else message}”不对{choices}"
    if message.startswith("No such command") and quoted:
        return f"没有 {quoted[0]} 这个命令"
    if message.startswith("Got unexpected extra argument"):
        return f"多写了参数：{message.rpartition('(')[2].rstrip(')')}"
    return message
