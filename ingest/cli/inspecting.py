"""`kepu inspect`: what the program reads in files, as JSON or as a tree; no ledger is touched."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.config import Config
from ingest.context import wants_of
from ingest.errors import ConfigError, Exit
from ingest.ledger.arrivals import part_of
from ingest.manners import may_reply
from ingest.materials import classify
from ingest.model import KIND_WORDS, Arrival, Kind, Part, PartSource, Stage
from ingest.stages.extract import Opening, limits_of, rows_of_mail
from ingest.store import Store
from ingest.views import Record, iso, part_record
from ingest.views.words import size_text
from ingest.workers import Workers
from parsers import look, sniff
from parsers.facts import ArchiveFacts, Broken, Facts, FormFacts, ImageFacts, MailFacts, VideoFacts
from parsers.mail import read_mail


def inspect(config: Config, paths: Sequence[Path], *, as_json: bool) -> int:
    """Each file in the order given; a file that is not there is a ConfigError, before anything is printed."""
    missing = [path for path in paths if not path.is_file()]
    if missing:
        names = "、".join(str(path) for path in missing)
        raise ConfigError(f"找不到文件 {names}", mend="请核对路径；文件夹请逐个给出其中的文件。")
    for path in paths:
        record = inspect_file(config, path)
        if as_json:
            print(json.dumps(record, ensure_ascii=False), flush=True)
        else:
            print("\n".join(tree(record)), flush=True)
    return int(Exit.DONE)


def inspect_file(config: Config, path: Path) -> Record:
    """What one file is, as the contract's object with `file`."""
    if sniff.sniff(path) == "eml" or path.suffix.lower() == ".eml":
        return {"file": str(path)} | _mail(config, path)
    with tempfile.TemporaryDirectory() as folder:
        facts = look(path, wants_of(config), Path(folder), name=path.name)
    return {"file": str(path)} | _record(path.name, facts)


def _mail(config: Config, path: Path) -> Record:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        with store.scratch() as scratch:
            facts = read_mail(path, scratch, limits_of(config))
            if isinstance(facts, Broken):
                return {"outcome": None, "works": None, "problem": facts.reason, "reason": facts.sentence, "parts": []}
            rows = list(rows_of_mail(Opening(store, limits_of(config), Workers(0)), facts, scratch))
        parts = [_looked_at(config, store, position, row, facts.text) for position, row in enumerate(rows)]
    return _message(config, facts, parts)


_EMPTY: Record = {
    "sha256": "",
    "format": "",
    "inside": "",
    "folder": "",
    "content_type": "",
    "disposition": "",
    "content_id": "",
    "provider": "",
    "url": "",
    "expires_at": None,
    "code": "",
    "problem": "",
    "kind": Kind.OTHER.value,
    "certain": False,
    "why": "",
}


def _looked_at(config: Config, store: Store, position: int, row: Record, text: str) -> Record:
    """A part's row with its kind, as the batch would tell it."""
    part = part_of(_EMPTY | row | {"id": position, "arrival_id": 0, "position": position})
    facts = None
    if part.here:
        with store.scratch() as scratch:
            facts = look(store.path(part.sha256), wants_of(config), scratch, name=part.name)
    found = classify(replace(part, facts=facts), mail_text=text)
    record = part_record(_EMPTY | row | {"kind": found.kind.value}, config.edition.zone)
    return record | ({"facts": facts.model_dump(mode="json")} if isinstance(facts, VideoFacts | Broken) else {})


def _message(config: Config, facts: MailFacts, parts: list[Record]) -> Record:
    sender = facts.from_addresses[0] if facts.from_addresses else ""
    bare = Arrival(0, "", "", "", 0, "", Stage.EXTRACTED, None, None)
    arrival = replace(bare, from_address=sender, subject=facts.subject, headers=facts.headers)
    may, _ = may_reply(arrival, own={mailbox.address.lower() for mailbox in config.mailboxes})
    return {
        "mailbox": None,
        "uid": None,
        "message_id": facts.message_id or None,
        "received_at": iso(None, config.edition.zone),
        "from": sender or None,
        "subject": facts.subject,
        "outcome": None,
        "works": None,
        "reason": "",
        "parts": parts,
        "may_reply": may,
        "text": facts.text,
        "problems": list(facts.problems),
    }


def _record(name: str, facts: Facts) -> Record:
    part = Part(0, 0, 0, name, 0, "0" * 64, "", PartSource.MANUAL, facts=facts)
    kind = classify(part, mail_text="").kind.value
    if isinstance(facts, FormFacts):
        fields = {field: value.value for field, value in facts.fields.items()}
        return {"kind": kind, "format": facts.format, "title": facts.title, "fields": fields, "text": facts.text}
    if isinstance(facts, ImageFacts):
        return {"kind": kind, **facts.model_dump(mode="json", exclude={"fact"}), "fields": {}, "text": "", "seal": None}
    if isinstance(facts, VideoFacts):
        return {"kind": kind} | facts.model_dump(mode="json", exclude={"fact"})
    if isinstance(facts, ArchiveFacts):
        members = [member.model_dump(mode="json", exclude={"path", "raw_name"}) for member in facts.members]
        return {"kind": kind, "format": facts.format, "members": members, "problem": facts.problem}
    if isinstance(facts, Broken):
        return {"kind": kind, "format": facts.format, "problem": facts.reason, "reason": facts.sentence}
    return {"kind": kind} | facts.model_dump(mode="json", exclude={"fact"})


_NAMES = {
    "from": "发件人",
    "subject": "主题",
    "message_id": "Message-ID",
    "kind": "种类",
    "format": "格式",
    "title": "标题",
    "reason": "说明",
    "container": "封装格式",
    "duration_s": "时长（秒）",
    "shown_width": "显示宽度",
    "shown_height": "显示高度",
    "display_aspect": "宽高比",
    "rotation": "旋转",
    "codec": "编码",
    "size": "大小（字节）",
    "pages": "页数",
    "width": "宽",
    "height": "高",
}


def tree(record: Record) -> Iterable[str]:
    """The same for people: a line a fact, files and fields as branches."""
    yield record["file"]
    for key, name in _NAMES.items():
        if record.get(key) not in (None, ""):
            value = KIND_WORDS[Kind(record[key])] if key == "kind" else record[key]
            yield f"├─ {name}：{value}"
    for field, value in record.get("fields", {}).items():
        yield f"├─ {field}：{value or '（未填）'}"
    for part in (*record.get("parts", ()), *record.get("members", ())):
        yield _branch(part)
    for problem in record.get("problems", ()):
        yield f"├─ 异常：{problem}"


def _branch(part: Record) -> str:
    kind = f"{KIND_WORDS[Kind(part['kind'])]}｜" if "kind" in part else ""
    inside = f"（在 {part['inside']} 内）" if part.get("inside") else ""
    trouble = f" ！{part['problem']}" if part.get("problem") else ""
    what: Any = part.get("format") or part.get("url") or ""
    return f"├─ {kind}{part['name'] or '（无文件名）'}{inside} {size_text(part['size'])} {what}{trouble}"
