"""From config.toml to a Config: the given file over the shipped one, paths made absolute, all problems at once."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingest.config import problems
from ingest.config.checking import together
from ingest.config.cloud import REHEARSAL_VARIABLE
from ingest.config.places import network_type
from ingest.config.problems import Problem
from ingest.config.tables import Config
from ingest.errors import ConfigError

SHIPPED_NAME = "（自带的默认配置）"
MEND = "请照上面各行改正配置文件，再运行一次；可用 kepu check 核对"
SQLITE = "sqlite:///"


def shipped() -> str:
    """The text of the shipped config.toml: in an installed package beside its modules, in a checkout at its top."""
    installed = resources.files("ingest").joinpath("config.toml")
    if installed.is_file():
        return installed.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "config.toml").read_text(encoding="utf-8")


def load(path: Path | None, *, environ: Mapping[str, str], cwd: Path) -> Config:
    """The config of a file laid over the shipped one, or the shipped one alone.

    path: None for the shipped config; relative ones start at cwd. Relative paths in the file start at its folder, those
    of the shipped one at cwd; a leading ~ is HOME of environ. Raises ConfigError with every problem as a line.
    """
    default = tomllib.loads(shipped())
    if path is None:
        return _checked(default, default, {}, SHIPPED_NAME, cwd.absolute(), environ)
    file = cwd / path
    given = _read(file, str(path))
    document = overlay(default, given)
    return _checked(document, default, given, str(path), file.absolute().parent, environ)


def _read(file: Path, name: str) -> dict[str, Any]:
    """A file's document. Raises ConfigError if it cannot be read or is not TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        mend = "请核对 --config 或环境变量 KEPU_CONFIG 给出的路径；不给则用自带的默认配置"
        raise ConfigError(f"找不到配置文件 {name}", mend=mend) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"配置文件 {name} 不是 UTF-8 编码", mend="请用编辑器另存为 UTF-8 编码") from error
    except OSError as error:
        raise ConfigError(f"配置文件 {name} 读不出来", why=error.strerror or "", mend="请核对路径和读取权限") from error
    except tomllib.TOMLDecodeError as error:
        line = f"{name}：{_toml_fault(str(error))}"
        raise ConfigError(f"配置文件 {name} 的写法有误", mend=MEND, problems=(line,)) from error


def _toml_fault(message: str) -> str:
    """The parser's message as a sentence with line and column."""
    found = re.search(r"at line (\d+), column (\d+)", message)
    where = f"第 {found[1]} 行第 {found[2]} 列" if found else "文件末尾"
    if re.search(r"overwrite|declare|mutate|redefine|namespace", message, re.IGNORECASE):
        return f"{where}：同一个键或同一张表写了两次；请合并成一处"
    return f"{where}：不符合 TOML 的写法；请检查这里的等号、引号和括号，文字要加英文双引号"


def overlay(default: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A document laid over another: table by table, key by key; any array replaces as a whole."""
    merged = copy.deepcopy(dict(default))
    for key, value in given.items():
        below = merged.get(key)
        merged[key] = overlay(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _checked(
    document: dict[str, Any],
    default: dict[str, Any],
    given: dict[str, Any],
    name: str,
    base: Path,
    environ: Mapping[str, str],
) -> Config:
    """The document as a Config. Raises ConfigError with all its problems."""
    _drop_unused(document, given)
    found = together(document)
    ready = _with_paths(document, base, environ)
    found += _places(ready)
    found += _rehearsed(ready, environ)
    config: Config | None = None
    try:
        config = Config.model_validate(ready)
    except ValidationError as error:
        found = problems.of(error.errors(include_url=False), document, default) + found
    if config is None or found:
        order = list(Config.model_fields)
        found.sort(key=lambda problem: order.index(str(problem.location[0])) if problem.location[0] in order else -1)
        lines = dict.fromkeys(problem.line(name, document) for problem in found)
        raise ConfigError(f"配置有 {len(lines)} 处要改", mend=MEND, problems=tuple(lines))
    return config


def _drop_unused(document: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Forget the shipped required fields of tracks which the given file has replaced by its own."""
    forms, tracks = document.get("forms"), document.get("tracks")
    required = forms.get("required") if isinstance(forms, dict) else None
    if "tracks" not in given or not isinstance(required, dict) or not isinstance(tracks, list):
        return
    keys = {row.get("key") for row in tracks if isinstance(row, dict)}
    own = given.get("forms", {}).get("required", {}) if isinstance(given.get("forms"), dict) else {}
    for key in [key for key in required if key not in keys and key not in own]:
        del required[key]


def _absolute(text: str, base: Path, environ: Mapping[str, str]) -> Path:
    if (text == "~" or text.startswith("~/")) and environ.get("HOME"):
        text = environ["HOME"] + text[1:]
    return Path(text) if text.startswith("//") else base / text


def _with_paths(document: Mapping[str, Any], base: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """The document with every path in it absolute; what is no text stays, for the validator to name."""
    ready = copy.deepcopy(dict(document))
    storage, ledger, replies = (ready.get(key) for key in ("storage", "ledger", "replies"))
    if isinstance(storage, dict):
        if not storage.get("share"):
            root = storage.get("root")
            storage["share"] = str(Path(root) / "share") if isinstance(root, str) else "share"
        for key in ("root", "share"):
            if isinstance(storage.get(key), str) and storage[key].strip():
                storage[key] = _absolute(storage[key], base, environ)
    if isinstance(ledger, dict) and isinstance(ledger.get("url"), str) and ledger["url"].startswith(SQLITE):
        file = ledger["url"].removeprefix(SQLITE)
        ledger["url"] = f"{SQLITE}{_absolute(file, base, environ)}" if file else ledger["url"]
    if isinstance(replies, dict) and isinstance(replies.get("templates"), str) and replies["templates"]:
        replies["templates"] = str(_absolute(replies["templates"], base, environ))
    cloud = ready.get("cloud")
    rehearsal = cloud.get("rehearsal") if isinstance(cloud, dict) else None
    if isinstance(rehearsal, dict) and isinstance(rehearsal.get("ca"), str):
        rehearsal["ca"] = _absolute(rehearsal["ca"], base, environ)
    for row in ready["mailboxes"] if isinstance(ready.get("mailboxes"), list) else []:
        url = row.get("url") if isinstance(row, dict) else None
        scheme, _, rest = url.partition(":") if isinstance(url, str) else ("", "", "")
        if scheme in {"maildir", "eml"} and rest.strip():
            row["url"] = f"{scheme}:{_absolute(rest, base, environ)}"
    return ready


def _places(ready: Mapping[str, Any]) -> list[Problem]:
    """Problems of where things shall lie: the ledger must be on a local disk."""
    found: list[Problem] = []
    storage, ledger = ready.get("storage"), ready.get("ledger")
    root = storage.get("root") if isinstance(storage, dict) else None
    if isinstance(root, Path) and (kind := network_type(root)):
        found.append(_on_network(("storage", "root"), root, kind))
    url = ledger.get("url") if isinstance(ledger, dict) else None
    if not isinstance(url, str) or not url:
        return found
    file = url.removeprefix(SQLITE)
    if not url.startswith(SQLITE) or not file or file == ":memory:" or "?" in file:
        mend = '请写成 "sqlite:///文件路径"，或留空（即 root 里的 ledger.sqlite）'
        found.append(Problem(("ledger", "url"), "不是本机 SQLite 文件的地址", mend))
    elif kind := network_type(Path(file)):
        found.append(_on_network(("ledger", "url"), Path(file), kind))
    return found


def _rehearsed(ready: Mapping[str, Any], environ: Mapping[str, str]) -> list[Problem]:
    """A rehearsal's server must be named in the environment as well, or it was left on by accident."""
    cloud = ready.get("cloud")
    rehearsal = cloud.get("rehearsal") if isinstance(cloud, dict) else None
    if not isinstance(rehearsal, dict) or environ.get(REHEARSAL_VARIABLE) == rehearsal.get("server"):
        return []
    what = "是演习用的设置，会让所有链接都从本机的演习服务器下载"
    mend = f"正式运行请删去这张表；确要演习，请把环境变量 {REHEARSAL_VARIABLE} 也设为其中的 server"
    return [Problem(("cloud", "rehearsal"), what, mend)]


def _on_network(location: tuple[str, str], path: Path, kind: str) -> Problem:
    name = "网络路径" if kind == "//" else f"网络盘（{kind}）"
    return Problem(
        location,
        f"在{name}上：{path}",
        "数据库放在网络盘上会损坏，请改到本机硬盘；要给大家看的文件夹可用 [storage] share 放在网络盘",
    )
