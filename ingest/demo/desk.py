"""Where a sample mail is put together: its film, its papers, its post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.demo.cloud import netease_block
from ingest.demo.entries import Entry, form_values
from ingest.demo.forms import make_form
from ingest.demo.mails import Attachment, Mail, deliver_maildir, write_mail
from ingest.demo.netdisk import FOLDER, shelve
from ingest.demo.photos import Shot
from ingest.demo.samples import ADDRESSES, Sample, findings
from ingest.demo.scans import ScanFormat, make_photo, make_proof, make_scan
from ingest.demo.textpdf import make_text_pdf
from ingest.demo.videos import cut_off, make_video, with_hole
from ingest.demo.words import Naming
from ingest.model import Ended, Outcome

_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".zip": "application/x-zip-compressed",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

_NOT_ON_PAPER = ("play_url", "author_title", "rights_holder", "email", "postcode", "address", "sanqu", "entrant_id")
"""Fields that the small contest's paper forms do not have: reading takes a while for every line."""


SUBTITLES = (
    "科学家的故事，值得被更多人听见",
    "他们把论文写在祖国的大地上",
    "每一次观测，都要等上整整一夜",
    "这就是科学最迷人的地方",
)
"""What is said in the sample films, a line for each of their slides. Most have none: to read them takes a while."""
SLIDES = len(SUBTITLES)
HOLE_BYTES = 100_000
SMALL_FPS = 12
"""Pictures a second of the films that are not of the contest's size: to make and to watch all of them takes a while."""


@dataclass(frozen=True)
class Desk:
    """A folder to work in, the mailboxes to deliver to, whether films must stay small, and where links lead."""

    scratch: Path
    mailboxes: Mapping[str, Path]
    small: bool
    netdisk: Path | None = None

    def film(
        self,
        entry: Entry,
        *,
        size_bytes: int | None = None,
        seconds: float = 150,
        hole: float = 0.0,
        kept: float = 1.0,
        **shape: Any,
    ) -> Path:
        """The entry's film. size_bytes is not heeded in a small contest; shape: as for make_video.

        hole: where a piece of its data is zeros, 0 to 1 of it, 0 for none; kept: how much of the file is left.
        """
        told: dict[str, Any] = {"title": entry.title, "credits": credits_of(entry), "look": entry.number}
        told["fps"] = SMALL_FPS if self.small or not size_bytes else 25
        film = make_video(
            self.scratch / f"{entry.key}.{shape.get('container', 'mp4')}",
            duration_s=seconds,
            size_bytes=None if self.small else size_bytes,
            slides=SLIDES,
            **(told | shape),
        )
        if hole:
            return with_hole(film, film.with_stem(f"{entry.key}-hole"), hole, HOLE_BYTES)
        return cut_off(film, film.with_stem(f"{entry.key}-cut"), kept) if kept < 1 else film

    def form(self, entry: Entry) -> Path:
        """The entry's Word form."""
        path = self.scratch / f"{entry.key}.docx"
        return make_form(path, kind=entry.form, values=form_values(entry), layout=entry.layout)

    def scan(self, entry: Entry, fmt: ScanFormat = "pdf") -> Path:
        """The entry's form on paper, sealed, signed and scanned."""
        return make_scan(
            self.scratch / f"{entry.key}-scan.{fmt}",
            kind=entry.form,
            values=form_values(entry),
            fmt=fmt,
            tilt_deg=0.3 * (entry.number % 5) - 0.6,
            seal=entry.seal,
            layout=entry.layout,
            without=_NOT_ON_PAPER if self.small else (),
        )

    def photo(self, entry: Entry, shot: Shot) -> Path:
        """The entry's form on paper, filled in with a pen, sealed and photographed."""
        path = self.scratch / f"{entry.key}-photo.jpg"
        return make_photo(path, kind=entry.form, values=form_values(entry), shot=shot, seal=entry.seal)

    def proof(self, entry: Entry) -> Path:
        """The platform's letter that the film was shown, as a photograph."""
        path = self.scratch / f"{entry.key}-proof.jpg"
        return make_proof(path, title=entry.title, platform=entry.platform, shown_on=entry.shown)

    def issued(self, entry: Entry) -> Path:
        """The same letter as platforms issue it from their web site: a PDF with text."""
        words = f"兹证明科普微视频作品《{entry.title}》已于{entry.shown}在{entry.platform}公开播映，播出正常。"
        path = self.scratch / f"{entry.key}-proof.pdf"
        return make_text_pdf(path, ["播放证明", words, entry.platform, entry.shown, "样例文件，人物与单位均为虚构"])

    def papers(self, entry: Entry, naming: Naming = "encoded") -> list[Attachment]:
        """Form, scan and proof under the names people give them; three proofs in four are electronic ones."""
        proof = self.issued(entry) if entry.number % 4 else self.proof(entry)
        return [
            attached(f"{entry.title}-{entry.form}.docx", self.form(entry), naming),
            attached(f"{entry.title}-{entry.form}（盖章扫描件）.pdf", self.scan(entry), naming),
            attached(f"{entry.title}-播放证明{proof.suffix}", proof, naming),
        ]

    def behind_link(self, name: str, file: Path, received_at: dt.datetime, subject: str, *, kept_days: int = 30) -> str:
        """Put a file where a link leads, under its name; returns the block that stands in the mail for it."""
        size = file.stat().st_size
        shelve(self.netdisk or self.scratch.parent / FOLDER, name, file)
        return netease_block(name=name, size_bytes=size, subject=subject, sent_at=received_at, kept_days=kept_days)

    def post(self, mailbox: str, mail: Mail) -> Path:
        """Write a mail and deliver it; where it lies then."""
        raw = write_mail(mail, self.scratch / "mail.eml")
        return deliver_maildir(self.mailboxes[mailbox], raw, mail.received_at, move=True)

    def drop(self, mailbox: str, raw: bytes, received_at: dt.datetime) -> Path:
        """Deliver a mail that is there as bytes."""
        return deliver_maildir(self.mailboxes[mailbox], raw, received_at)

    def clear(self) -> None:
        """Remove what the last mail was made of."""
        for left in self.scratch.iterdir():
            left.unlink()


def attached(name: str, source: Path | bytes, naming: Naming = "encoded") -> Attachment:
    """A file under a name, with the type clients derive from that name."""
    kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
    return Attachment(name, source, kind, naming)


def submission(entry: Entry, received_at: dt.datetime, files: Sequence[Attachment], **habits: Any) -> Mail:
    """The mail by which an entry is sent. habits: fields of Mail that differ from the plain case."""
    mailbox = "recommended" if entry.recommender else "public"
    verb = "推荐" if entry.recommender else "自荐"
    plain: dict[str, Any] = {
        "sender": entry.sender,
        "to": ADDRESSES[mailbox],
        "subject": f"{verb}作品：《{entry.title}》",
        "received_at": received_at,
        "message_id": f"{entry.key}.{received_at:%m%d%H%M}@{entry.address.partition('@')[2]}",
        "text": f"科学技术文献出版社：\n您好！现报送科普微视频《{entry.title}》及{entry.form}等材料，请查收。\n"
        f"联系人：{entry.author}\n{entry.seal}",
        "attachments": tuple(files),
    }
    return Mail(**(plain | habits))


def sample(entry: Entry, mail: Mail, name: str, note: str, **expected: Any) -> Sample:
    """What should become of a mail of an entry."""
    mailbox = "recommended" if entry.recommender else "public"
    if found := expected.get("findings"):
        expected["findings"] = {**_among_works(entry, expected.get("film_bytes", 0)), **found}
    return Sample(name, mailbox, mail.message_id, mail.received_at, note=note, **expected)


def _among_works(entry: Entry, film_bytes: int) -> dict[str, Outcome]:
    """What comparing it with the other works gives: no two of the sample contest's are alike."""
    recommended = bool(entry.recommender)
    compared = {
        "first-maker": Outcome.NA,
        "one-per-entity": Outcome.NA if recommended else Outcome.PASS,
        "one-per-producer": Outcome.NA if entry.citizen else Outcome.PASS,
        "one-per-author": Outcome.PASS,
        "one-track": Outcome.PASS,
        "quota": Outcome.PASS if recommended else Outcome.NA,
        "sanqu": Outcome.NA,
        "sender": Outcome.PASS,
    }
    return compared | ({"duplicate-video": Outcome.PASS} if film_bytes else {})


def whole(
    desk: Desk,
    entry: Entry,
    name: str,
    received_at: dt.datetime,
    note: str,
    *,
    shape: Mapping[str, Any] | None = None,
    habits: Mapping[str, Any] | None = None,
    naming: Naming = "encoded",
    wrong: Mapping[str, Outcome] | None = None,
    files: Sequence[Attachment] | None = None,
    called: str = "",
) -> Sample:
    """Deliver a whole work: form, scan and proof as files of the mail, the film behind a link, as most send it.

    shape: what is special about its film (arguments of `Desk.film`); habits: about its mail (fields of Mail);
    wrong: about what the rules find, rule id to outcome; files: what the mail has in place of the papers; called: the
    film's name, if not the title's.
    """
    film = desk.film(entry, **(shape or {}))
    size = film.stat().st_size
    mail = submission(entry, received_at, desk.papers(entry, naming) if files is None else files, **(habits or {}))
    block = desk.behind_link(called or f"{entry.title}{film.suffix}", film, received_at, mail.subject)
    desk.post("recommended" if entry.recommender else "public", replace(mail, html_below=mail.html_below + block))
    found = findings(size, wrong=wrong)
    return sample(entry, mail, name, note, ended=Ended.WORK, findings=found, title=entry.title, film_bytes=size)


def credits_of(entry: Entry) -> tuple[str, ...]:
    """What stands at the end of an entry's film."""
    return (
        entry.title,
        f"主创人员：{entry.author}",
        f"制作单位：{entry.unit}",
        f"版权单位：{entry.unit}",
        f"录制时间：{entry.completed}",
    )
