"""`kepu inspect`: what the program reads in files, as JSON; `inspected` shows it as a tree. No ledger is touched."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingest.cli import inspected
from ingest.cli.forms_inspected import form_record, scan_record
from ingest.closed import part_trouble
from ingest.config import Config
from ingest.context import wants_of
from ingest.errors import ConfigError, Exit
from ingest.ledger.arrivals import part_of
from ingest.manners import may_reply
from ingest.materials import classify
from ingest.model import Arrival, Kind, Part, PartSource, Stage
from ingest.noted import Notes
from ingest.sources.eml import arrived
from ingest.stages.extract import Opening, limits_of, rows_of_mail
from ingest.stages.parse.reading import may_be_paper
from ingest.store import Store
from ingest.views import Record, iso, part_record
from ingest.views.words import odd_words
from ingest.workers import Workers
from parsers import look, sniff
from parsers.enclosed import MAX_MSG_BYTES
from parsers.facts import ArchiveFacts, Broken, Facts, FormFacts, ImageFacts, MailFacts, VideoFacts
from parsers.links import links_in_file
from parsers.mail import read_enclosed, read_mail
from parsers.msg import NoMsgError, write_mail


def inspect(config: Config, paths: Sequence[Path], *, as_json: bool, pages: Path | None = None) -> int:
    """Each file in the order given; a file that is not there is a ConfigError, before anything is printed.

    pages: a folder into which the pages of scans are written, with what was read laid over them.
    """
    missing = [path for path in paths if not path.is_file()]
    if missing:
        names = "、".join(str(path) for path in missing)
        raise ConfigError(f"找不到文件 {names}", mend="请核对路径；文件夹请逐个给出其中的文件。")
    for path in paths:
        record = inspect_file(config, path, pages)
        if as_json:
            print(json.dumps(record, ensure_ascii=False), flush=True)
        else:
            inspected.show(config, record)
    return int(Exit.DONE)


def inspect_file(config: Config, path: Path, pages: Path | None = None) -> Record:
    """What one file is, its `file` first: a mail (Outlook's too) as its message, anything else by its facts."""
    found = sniff.sniff(path)
    if found == "eml" or path.suffix.lower() == ".eml":
        return {"file": str(path)} | _mail(config, path)
    if found == "tnef":
        return {"file": str(path)} | _mail(config, path, envelope=True)
    if found == "msg":
        return {"file": str(path)} | _saved_mail(config, path)
    with tempfile.TemporaryDirectory() as folder:
        facts = look(path, wants_of(config), Path(folder), name=path.name)
        if pages is not None and isinstance(facts, ImageFacts):
            from ingest.cli import overlay

            overlay.draw(config, facts, Path(folder), pages, path.stem)
    notes = Notes()
    notes.add(links_in_file(path, found, name=path.name), inside="")
    notes.add_facts(facts, inside="")
    links = [_told(config, _part(number, row), row, "") for number, row in enumerate(notes.rows())]
    return {"file": str(path)} | _record(path.name, facts) | ({"links": links} if links else {})


def _saved_mail(config: Config, path: Path) -> Record:
    """A mail that Outlook saved, as the mail of the internet that it is fed in as."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "mail.eml"
        try:
            with plain.open("xb") as out:
                write_mail(path, out, max_bytes=MAX_MSG_BYTES)
        except NoMsgError:
            return _no_mail(Broken(format="msg", reason="unreadable"))
        return _mail(config, plain)


def _no_mail(facts: Broken) -> Record:
    return {"outcome": None, "works": None, "problem": facts.reason, "reason": facts.sentence, "parts": []}


def _mail(config: Config, path: Path, *, envelope: bool = False) -> Record:
    """A mail, or Outlook's envelope by itself."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        with store.scratch() as scratch:
            limits = limits_of(config)
            facts = read_enclosed(path, scratch, limits) if envelope else read_mail(path, scratch, limits, outline=True)
            if isinstance(facts, Broken):
                return _no_mail(facts)
            opening = Opening(store, limits, Workers(0))
            opening.hear(facts)
            files = [row for row in rows_of_mail(opening, facts, scratch) if not row.get("url")]
        parts = [_looked_at(config, store, _part(position, row), facts.text) for position, row in enumerate(files)]
        opening.notes.add_read(parts)
        links = list(opening.notes.rows(facts.links))  # those in documents among them
        parts += [_part(len(files) + number, row) for number, row in enumerate(links)]
    rows = zip(parts, (*files, *links), strict=True)
    return _message(config, facts, [_told(config, part, row, facts.text) for part, row in rows], arrived(path))


_EMPTY: Record = {
    "sha256": "",
    "format": "",
    "inside": "",
    "folder": "",
    "content_type": "",
    "disposition": "",
    "content_id": "",
    "shown": "",
    "provider": "",
    "url": "",
    "expires_at": None,
    "code": "",
    "problem": "",
    "kind": Kind.OTHER.value,
    "certain": False,
    "why": "",
}


def _part(position: int, row: Record) -> Part:
    return part_of(_EMPTY | row | {"id": position, "arrival_id": 0, "position": position})


def _looked_at(config: Config, store: Store, part: Part, text: str) -> Part:
    """The part with its facts; a picture that only adorns its mail is not recognised, as in a batch."""
    if not part.here:
        return part
    path, wants = store.path(part.sha256), wants_of(config)
    with store.scratch() as scratch:
        plain = replace(part, facts=look(path, wants.model_copy(update={"ocr": False}), scratch, name=part.name))
    if not (wants.ocr and isinstance(plain.facts, ImageFacts) and may_be_paper(part, plain.facts, text)):
        return plain
    return replace(part, facts=look(path, wants, None, name=part.name))


def _told(config: Config, part: Part, row: Record, text: str) -> Record:
    """A part's row with its kind, as the batch would tell it, and why; what is wrong with it in words too."""
    facts = part.facts
    found = classify(part, mail_text=text)
    record = part_record(_EMPTY | row | {"kind": found.kind.value}, config.edition.zone) | {"why": found.why}
    for key in ("raw_name", "content_type", "disposition", "shown", "folder"):
        if row.get(key):
            record[key] = row[key]
    if trouble := part_trouble(part):
        record["trouble"] = trouble
    if odd := odd_words(part):
        record["odd"] = odd
    return record | ({"facts": facts.model_dump(mode="json")} if isinstance(facts, VideoFacts | Broken) else {})


def _message(config: Config, facts: MailFacts, parts: list[Record], came: dt.datetime | None) -> Record:
    sender = facts.from_addresses[0] if facts.from_addresses else ""
    bare = Arrival(0, "", "", "", 0, "", Stage.EXTRACTED, None, None)
    arrival = replace(bare, from_address=sender, subject=facts.subject, headers=facts.headers)
    may, _ = may_reply(arrival, own={mailbox.address.lower() for mailbox in config.mailboxes})
    return {
        "mailbox": None,
        "uid": None,
        "message_id": facts.message_id or None,
        "received_at": iso(came, config.edition.zone),
        "from": sender or None,
        "subject": facts.subject,
        "outcome": None,
        "works": None,
        "reason": "",
        "parts": parts,
        "may_reply": may,
        "text": facts.text,
        "problems": list(facts.problems),
        "structure": [node.model_dump() for node in facts.outline],
    }


def _record(name: str, facts: Facts) -> Record:
    part = Part(0, 0, 0, name, 0, "0" * 64, "", PartSource.MANUAL, facts=facts)
    kind = classify(part, mail_text="").kind.value
    if isinstance(facts, FormFacts):
        return form_record(kind, facts)
    if isinstance(facts, ImageFacts):
        return scan_record(kind, facts)
    if isinstance(facts, VideoFacts):
        return {"kind": kind} | facts.model_dump(mode="json", exclude={"fact"})
    if isinstance(facts, ArchiveFacts):
        members = [member.model_dump(mode="json", exclude={"path", "raw_name"}) for member in facts.members]
        return {"kind": kind, "format": facts.format, "members": members, "problem": facts.problem}
    if isinstance(facts, Broken):
        return {"kind": kind, "format": facts.format, "problem": facts.reason, "reason": facts.sentence}
    return {"kind": kind} | facts.model_dump(mode="json", exclude={"fact"})
