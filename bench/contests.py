"""Contests to measure with: mail in two Maildirs, made by the makers of the sample contest, and a config."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingest.demo.desk import Desk, attached, submission
from ingest.demo.entries import Entry
from ingest.demo.mails import Attachment
from ingest.demo.samples import ADDRESSES, CHINA

OPENED = dt.datetime(2024, 10, 8, 9, 0, tzinfo=CHINA)
UNITS = ("广东省科学技术厅", "四川省科学技术厅", "上海市科学技术委员会", "武汉市科学技术局", "")


def entry(number: int) -> Entry:
    """The work of that number; every fifth is a citizen's, to the public's mailbox."""
    unit = UNITS[number % len(UNITS)]
    return Entry(f"work{number}", number, f"星海寻踪第{number}集", f"林晚{number}", "星野科普传播中心", unit)


def make_batch(folder: Path, *, mails: int, films: int, film_bytes: int | None) -> None:
    """So many mails, each with form, scan and proof, the first `films` with a film as well.

    film_bytes: None for films as small as they get. Scan and proof are drawn once; each mail's differ in a few bytes.
    """
    desk = _begin(folder)
    scan, proof = desk.scan(entry(0)).read_bytes(), desk.proof(entry(0)).read_bytes()
    for number in range(mails):
        work = entry(number)
        files = [
            attached(f"{work.title}.docx", desk.form(work)),
            attached("扫描件.pdf", scan + b"\n%% %d\n" % number),
            attached("播放证明.jpg", proof + b"%d" % number),
        ]
        if number < films:
            files.insert(0, _film(desk, work, number, film_bytes))
        _post(desk, work, number, files)
    desk.clear()


def make_small(folder: Path, *, mails: int) -> None:
    """So many small mails: half of them works with nothing but a form, half questions."""
    desk = _begin(folder)
    for number in range(mails):
        work = entry(number)
        _post(desk, work, number, [attached("表.docx", desk.form(work))] if number % 2 else [])


def _film(desk: Desk, work: Entry, number: int, film_bytes: int | None) -> Attachment:
    film = replace(desk, small=film_bytes is None).film(work, size_bytes=film_bytes and film_bytes + number * 1_000)
    return attached(f"{work.title}.mp4", film)


def _post(desk: Desk, work: Entry, number: int, files: Sequence[Attachment]) -> None:
    mail = submission(work, OPENED + dt.timedelta(minutes=number), files)
    desk.post("recommended" if work.recommender else "public", mail)
    for film in desk.scratch.glob("*.m*"):
        film.unlink()


def _begin(folder: Path) -> Desk:
    boxes = {name: folder / name for name in ADDRESSES}
    for box in boxes.values():
        for part in ("tmp", "new", "cur"):
            (box / part).mkdir(parents=True)
    (folder / "scratch").mkdir()
    mailboxes = "".join(
        f'[[mailboxes]]\nname = "{name}"\ntrack = "{name}"\naddress = "{ADDRESSES[name]}"\nurl = "maildir:{box}"\n'
        for name, box in boxes.items()
    )
    (folder / "config.toml").write_text(f'{mailboxes}[storage]\nroot = "root"\n[analysis]\nocr = false\n', "utf-8")
    return Desk(folder / "scratch", boxes, False)
