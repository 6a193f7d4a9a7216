"""`kepu inspect`: what the program reads in files, as JSON; `inspected` shows it as a tree. No ledger is touched."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.cli import console, inspected
from ingest.cli.films_inspected import film_lines, film_record, write_pictures
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
from ingest.shots import FOLDER as FRAMES
from ingest.sources.eml import arrived
from ingest.stages.extract import Opening, limits_of, rows_of_mail
from ingest.stages.parse.reading import may_be_paper
from ingest.store import Store
from ingest.views import Record, iso, part_record
from ingest.views.words import odd_words
from ingest.workers import Film, Workers, workers_of
from parsers import look, sniff
from parsers.enclosed import MAX_MSG_BYTES
from parsers.facts import ArchiveFacts, Broken, Facts, FormFacts, ImageFacts, MailFacts, VideoFacts
from parsers.filmfacts import Watched
from parsers.links import links_in_file
from parsers.mail import read_enclosed, read_mail
from parsers.msg import NoMsgError, write_mail


@dataclass(frozen=True)
class Asked:
    """How films and scans are told. pages: a folder into which the pages of scans are written, with what was read laid
    over them; pictures: one for the pictures of films, a folder a film. quick: films are not looked at, as where the
    config says so."""

    pages: Path | None = None
    pictures: Path | None = None
    quick: bool = False


_PLAINLY = Asked()


def inspect(config: Config, paths: Sequence[Path], *, as_json: bool, asked: Asked = _PLAINLY) -> int:
    """Each file in the order given; a file that is not there is a ConfigError, before anything is printed."""
    missing = [path for path in paths if not path.is_file()]
    if missing:
        names = "、".join(str(path) for path in missing)
        raise ConfigError(f"找不到文件 {names}", mend="请核对路径；文件夹请逐个给出其中的文件。")
    for path in paths:
        record = inspect_file(config, path, asked)
        if as_json:
            record.pop("lines", None)
            print(json.dumps(record, ensure_ascii=False), flush=True)
        else:
            inspected.show(config, record)
    return int(Exit.DONE)


def inspect_file(config: Config, path: Path, asked: Asked = _PLAINLY) -> Record:
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
        if asked.pages is not None and isinstance(facts, ImageFacts):
            from ingest.cli import overlay

            overlay.draw(config, facts, Path(folder), asked.pages, path.stem)
        if isinstance(facts, VideoFacts):
            return {"file": str(path)} | _film(config, path, facts, Path(folder), asked)
    notes = Notes()
    notes.add(links_in_file(path, found, name=path.name), inside="")
    notes.add_facts(facts, inside="")
    links = [_told(config, _part(number, row), row, "") for number, row in enumerate(notes.rows())]
    return {"file": str(path)} | _record(path.name, facts) | ({"links": links} if links else {})


def _film(config: Config, path: Path, facts: VideoFacts, folder: Path, asked: Asked) -> Record:
    """A film, looked at and listened to unless that is not wanted; the lines that people read stand under `lines`."""
    pictures: list[Path] = []
    if config.analysis.watch and not asked.quick:
        facts = facts.model_copy(update={"watched": _watched(config, path, facts, folder)})
    if asked.pictures is not None and facts.watched is not None:
        pictures = write_pictures(facts.watched, asked.pictures / f"{path.stem}-{FRAMES}")
    return film_record(_kind(path.name, facts), facts, pictures) | {"lines": list(film_lines(facts, pictures))}


def _watched(config: Config, path: Path, facts: VideoFacts, folder: Path) -> Watched:
    """In a process of its own, with the bounds of a batch; our own failure there is an exception here."""
    with console.progress() as say, workers_of(config.analysis) as workers:
        say("查看视频", 0, 1)
        ((_, said),) = workers.map_watch([Film(path, facts, folder)])
        say("查看视频", 1, 1)
    if isinstance(said, Exception):
        raise said
    return said


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


def _kind(name: str, facts: Facts) -> str:
    part = Part(0, 0, 0, name, 0, "0" * 64, "", PartSource.MANUAL, facts=facts)
    return classify(part, mail_text="").kind.value


def _record(name: str, facts: Facts) -> Record:
    kind = _kind(name, facts)
    if isinstance(facts, FormFacts):
        return form_record(kind, facts)
    if isinstance(facts, ImageFacts):
        return scan_record(kind, facts)
    if isinstance(facts, ArchiveFacts):
        members = [member.model_dump(mode="json", exclude={"path", "raw_name"}) for member in facts.members]
        return {"kind": kind, "format": facts.format, "members": members, "problem": facts.problem}
    if isinstance(facts, Broken):
        return {"kind": kind, "format": facts.format, "problem": facts.reason, "reason": facts.sentence}
    return {"kind": kind} | facts.model_dump(mode="json", exclude={"fact"})
