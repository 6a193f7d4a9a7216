"""What a person reads who calls a command wrongly, or asks for help."""

import pytest

from ingest.cli import run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["foo"], "没有 foo 这个命令。"),
        (["run", "--bad"], "没有 --bad 这个选项。"),
        (["show"], "缺少参数 ID。"),
        (["export", "foo"], "参数 what 的值“foo”不对；可以是 works、messages、findings。"),
        (["export", "works", "--format", "x"], "参数 format 的值“x”不对；可以是 jsonl、csv。"),
        (["export", "works", "--format"], "选项 --format 后面要写一个值。"),
        (["run", "x", "y"], "多写了参数：x y。"),
    ],
)
def test_wrong_call_is_said_in_chinese_and_ends_with_two(arguments, said, capsys):
    code = run(arguments)
    assert (code, capsys.readouterr().err.splitlines()) == (2, [said, "用 kepu --help 查看用法。"])


@pytest.mark.parametrize("arguments", [["--help"], ["import", "-h"]])
def test_help_is_in_chinese(arguments, capsys):
    assert run(arguments) == 0
    said = capsys.readouterr().out
    assert [word for word in ("Usage", "Options", "Commands", "Arguments", "Show this") if word in said] == []
    assert "用法" in said
