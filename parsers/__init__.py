"""Files to facts. Nothing here knows a mailbox, a contest or a database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from parsers.facts import Broken, Facts, FormFacts, ImageFacts, Limits, Unknown, Wants

__all__ = ["look"]


def look(path: Path, wants: Wants, scratch: Path | None, *, name: str = "", limits: Limits = Limits()) -> Facts:
    """What the file in `path` is, whatever it is called.

    scratch: an empty folder for what a mail or an archive holds and for the pages of a scan, None to only hash. name:
    as its sender called it, for what the bytes cannot tell (the file within a .gz, HTML called .doc). Bad bytes give
    Broken, an unknown format Unknown; OSError if `path` cannot be read or `scratch` not be written.
    """
    from parsers.sniff import sniff

    found = sniff(path)
    if found == "empty":
        return Broken(format=found, reason="empty")
    try:
        return _with_active(_parsed(path, wants, scratch, name, limits, found), path, found)
    except OSError:
        raise
    except Exception as error:  # a library stumbled over bytes in a way it does not announce: the file's trouble
        return Broken(format=found, reason="unreadable", detail=f"{type(error).__name__}: {error}"[:500])


def _parsed(path: Path, wants: Wants, scratch: Path | None, name: str, limits: Limits, found: str) -> Facts:
    from parsers.sniff import LOCKED

    if found == LOCKED:
        return Broken(format=found, reason="locked")
    from parsers.office import office_kind, read_office

    if kind := office_kind(path, found, name):
        return read_office(path, wants, scratch, kind, found)
    parser = _parser(found)
    return Unknown(format=found) if parser is None else parser(path, wants, scratch, name, limits, found)


def _with_active(facts: Facts, path: Path, found: str) -> Facts:
    """The facts, with what in the file could act by itself."""
    if not isinstance(facts, FormFacts | ImageFacts | Unknown | Broken):
        return facts
    from parsers.active import active_in

    active = active_in(path, found)
    return facts.model_copy(update={"active": active}) if active else facts


Parser = Callable[[Path, Wants, Path | None, str, Limits, str], Facts]


def _parser(found: str) -> Parser | None:
    from parsers import sniff

    if found in sniff.ARCHIVE:
        return _archive
    if found in sniff.VIDEO:
        return _video
    if found in sniff.IMAGE:
        return _image
    return {"eml": _mail, "msg": _mail, "tnef": _mail, "docx": _word, "pdf": _pdf, "xlsx": _sheets}.get(found)


def _mail(path: Path, wants: Wants, scratch: Path | None, name: str, limits: Limits, found: str) -> Facts:
    from parsers.mail import read_enclosed

    return read_enclosed(path, scratch, limits, entering=())


def _archive(path: Path, wants: Wants, scratch: Path | None, name: str, limits: Limits, found: str) -> Facts:
    from parsers.archive import read_archive

    return read_archive(path, scratch, limits, name=name)


def _video(path: Path, wants: Wants, scratch: Path | None, name: str, limits: Limits, found: str) -> Facts:
    from parsers.video import read_video

    return read_video(path, found)


def _image(path: Path, wants: Wants, scratch: Path | None, name: str, limits: Limits, found: str) -> Facts:
    from parsers.image import read_image

    return _recognised(read_image(path, found), path, wants, scratch, found)


def _word(path: Path, wants: Wants, scratch: Path | None, name: str, limits: Limits, found: str) -> Facts:
    from parsers.word import read_docx

    return read_docx(path, wants)


def _pdf(path: Path, wants: Wants, scratch: Path | None, name: str, limits: Limits, found: str) -> Facts:
    from parsers.pdf import read_pdf

    return _recognised(read_pdf(path, wants), path, wants, scratch, found)


def _recognised(facts: Facts, path: Path, wants: Wants, scratch: Path | None, found: str) -> Facts:
    """A picture with what is on it, where that is asked for."""
    if not (wants.ocr and isinstance(facts, ImageFacts)):
        return facts
    from parsers.recognition import interpret, recognise

    seen = recognise(path, found, wants, scratch)
    if isinstance(seen, Broken):
        return seen
    return interpret(facts.model_copy(update={"seen": seen.seen, "tools": seen.tools}), wants)


def _sheets(path: Path, wants: Wants, scratch: Path | None, name: str, limits: Limits, found: str) -> Facts:
    from parsers.sheets import read_xlsx
    from parsers.typedform import looks_typed, read_typed

    facts = read_xlsx(path, wants)
    return read_typed(path, wants) if isinstance(facts, FormFacts) and looks_typed(facts.text) else facts
