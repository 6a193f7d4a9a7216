"""An inspected file as a tree for people: structure, text, files, links, what was odd. Everything is in Chinese."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ingest.cli.forms_inspected import remarks, table
from ingest.config import Config
from ingest.model import KIND_WORDS, Kind
from ingest.views import Record
from ingest.views.words import size_text

if TYPE_CHECKING:
    from rich.tree import Tree

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TEXT_LINES, _TEXT_WIDTH = 12, 200
_MAX_BRANCHES = 1_000
_TABLE_WIDTH = 130
"""Columns of the table of fields where there is no terminal."""

_NAMES = {
    "subject": "主题",
    "from": "发件人",
    "received_at": "收到时间",
    "message_id": "Message-ID",
    "kind": "种类",
    "format": "格式",
    "title": "标题",
    "reason": "说明",
    "size": "大小（字节）",
    "pages": "页数",
    "width": "宽",
    "height": "高",
}
_NODES = {
    "mail": "邮件",
    "multipart": "组合",
    "body": "正文",
    "file": "文件",
    "envelope": "Outlook 附件包",
    "signature": "数字签名",
    "report": "回执或退信的说明",
    "other": "其他部分",
}
_ODDITIES = {
    "too-many": "内含部分过多，只取了前面的",
    "too-deep": "转发嵌套层数过多，最里层未拆开",
    "headers-too-long": "信头过长，只读了前面的",
    "text-too-long": "正文过长，只读了前面的",
    "wrong-boundary": "分隔标记与声明的不一致，按实际的拆分",
    "no-closing-boundary": "没有结束标记，邮件可能不完整",
    "bad-base64": "Base64 编码中有杂质或长度不对，已尽量还原",
    "bad-uuencode": "uuencode 编码中有杂质，已尽量还原",
    "unknown-encoding": "不认识的传输编码，按原样保留",
}
_SHOWN = {"picture": "显示在正文中", "background": "正文的背景"}


def show(config: Config, record: Record) -> None:
    """Print the tree: as wide as the terminal, or without breaking a line where there is none; fields as a table."""
    from rich.console import Console

    wide = None if sys.stdout.isatty() else 10_000
    Console(file=sys.stdout, width=wide, highlight=False, soft_wrap=wide is not None).print(tree(record))
    if record.get("details"):
        Console(file=sys.stdout, width=wide and _TABLE_WIDTH, highlight=False).print(table(config, record))
    sys.stdout.flush()


def tree(record: Record) -> Tree:
    """What one file is, as `inspecting` tells it."""
    from rich.tree import Tree

    root = Tree(_plain(record["file"]))
    if "lines" in record:
        return _film(root, record)
    for key, name in _NAMES.items():
        if record.get(key) not in (None, ""):
            value = KIND_WORDS[Kind(record[key])] if key == "kind" else record[key]
            root.add(_plain(f"{name}：{value}"))
    if record.get("confidence"):
        root.add(f"识别的平均可信度：{record['confidence']:.0%}")
    for line in remarks(record):
        root.add(_plain(line))
    for number, work in enumerate(record.get("works") or (), start=1):
        root.add(_plain(f"作品 {number}：{'，'.join(filter(None, work.values()))}"))
    if "structure" in record:
        _structure(root.add("信件结构"), record["structure"])
        _text(root, record["text"])
    files = [part for part in record.get("parts", ()) if part["source"] != "cloud"]
    _files(root, [*files, *record.get("members", ())])
    links = [part for part in record.get("parts", ()) if part["source"] == "cloud"]
    _links(root, [*links, *record.get("links", ())])
    _oddities(root, record.get("problems", ()))
    return root


def _film(root: Tree, record: Record) -> Tree:
    """A film: what is said of it in a line beside its name, or in several below."""
    root.add(_plain(f"种类：{KIND_WORDS[Kind(record['kind'])]}"))
    for name, lines in record["lines"]:
        if len(lines) == 1:
            root.add(_plain(f"{name}：{lines[0]}"))
        else:
            branch = root.add(_plain(name))
            for line in lines:
                branch.add(_plain(line))
    return root


def _structure(branch: Tree, nodes: Iterable[Record]) -> None:
    """Nodes of a mail, each under the one around it."""
    above = [branch]
    for node in nodes:
        del above[min(node["depth"] + 1, len(above)) :]
        size = f" {size_text(node['size'])}" if node["what"] in ("body", "file") else ""
        name = f" {node['name']}" if node["name"] else ""
        above.append(above[-1].add(_plain(f"{_NODES[node['what']]} {node['content_type']}{name}{size}")))


def _text(root: Tree, text: str) -> None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    branch = root.add("正文" if lines else "正文：（空）")
    for line in lines[:_TEXT_LINES]:
        branch.add(_plain(line[:_TEXT_WIDTH] + ("……" if len(line) > _TEXT_WIDTH else "")))
    if len(lines) > _TEXT_LINES:
        branch.add(f"（共 {len(lines)} 行，其余略）")


def _files(root: Tree, files: list[Record]) -> None:
    """Files; members of archives under their archive."""
    if not files:
        return
    branch = root.add(f"文件（{len(files)} 个）")
    archives: dict[str, Tree] = {}
    for part in files[:_MAX_BRANCHES]:
        around = archives.get(part.get("inside", ""), branch) if part.get("source") == "archive" else branch
        archives[part["name"]] = around.add(_plain(_file(part)))
    if len(files) > _MAX_BRANCHES:
        branch.add(f"（其余 {len(files) - _MAX_BRANCHES} 个略）")


def _file(part: Record) -> str:
    kind = f"{KIND_WORDS[Kind(part['kind'])]}｜" if "kind" in part else ""
    folder = f"{part['folder']}/" if part.get("folder") else ""
    said = [size_text(part["size"]), part.get("format") or "", _SHOWN.get(part.get("shown", ""), "")]
    if part.get("inside") and part.get("source") != "archive":
        said.append(f"在转发的“{part['inside']}”中")
    trouble = part.get("trouble") or part.get("problem")
    noted = "；".join(filter(None, (part.get("why", ""), *part.get("odd", ()))))
    why = f"：{noted}" if noted else ""
    return f"{kind}{folder}{part['name']}（{'，'.join(filter(None, said))}）{why}" + (
        f" ！{trouble}" if trouble else ""
    )


def _links(root: Tree, links: list[Record]) -> None:
    if not links:
        return
    branch = root.add(f"链接（{len(links)} 个）")
    for link in links:
        said: list[Any] = [size_text(link["size"]) if link["size"] else "大小未知"]
        said += [f"提取码 {link['code']}"] if link.get("code") else []
        said += [f"到期 {link['expires_at']}"] if link.get("expires_at") else []
        said += [f"在“{link['inside']}”中"] if link.get("inside") else []
        name = link["name"] or "（无文件名）"
        branch.add(
            _plain(f"{KIND_WORDS[Kind(link['kind'])]}｜{name}（{link['provider']}，{'，'.join(said)}） {link['url']}")
        )


def _oddities(root: Tree, problems: Iterable[str]) -> None:
    found = list(problems)
    if not found:
        return
    branch = root.add("异常")
    for problem in found:
        key, _, where = problem.partition(" in ")
        branch.add(_plain(f"{where}：{_ODDITIES.get(key, key)}" if where else _ODDITIES.get(key, key)))


def _plain(text: str) -> Any:
    """As it is: no markup of rich, nothing that could steer a terminal or turn the direction of writing."""
    from rich.text import Text

    return Text(_UNSEEN.sub("", str(text).replace("\n", " ")))
