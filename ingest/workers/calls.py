"""What may be asked of a worker, as one JSON text, and the answering of it by the parsers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from parsers.facts import Broken, Facts, ImageFacts, Limits, MailFacts, VideoFacts, Wants, to_json
from parsers.sniff import HEAD, sniff_bytes

Reader = Literal[
    "look", "mail", "enclosed", "archive", "links", "converted", "recognise", "interpret", "watch", "clip", "beside"
]


_OF_FILM_S = 0.75
"""Of the seconds a film may take: then it ends by itself, with what was seen so far."""


class Call(BaseModel):
    """One item: which reader, the file, and its arguments. Paths are absolute: a worker may stand elsewhere.

    reader: `look` tells the format itself, `mail` and `archive` read the file as that, `enclosed` any file that holds
    a mail; `links` gives the links in a small text, as facts of a mail that says nothing else. `converted` reads a
    document by its copy as docx, the first of `volumes`; `recognise` and `interpret` are those of parsers.recognition,
    the latter for the pages in `image`. wants: for these three and `look`. entering: for `mail` and `enclosed`.
    pages: of a scan, for its time. `watch` and `clip` are those of parsers.film for the film `film` describes, with
    `film_s` seconds more; alone: in a process of its own, since it may take more memory than others. `beside`
    compares it with a second film, the first of `volumes`, of which `other` tells; prints: of both. passwords,
    volumes: for `archive`. They are told to nobody: a log names the file alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: Reader
    path: Path
    scratch: Path | None
    limits: Limits
    wants: Wants | None = None
    name: str = ""
    passwords: tuple[str, ...] = ()
    volumes: tuple[Path, ...] = ()
    entering: tuple[str, ...] | None = None
    pages: int = 0
    image: ImageFacts | None = None
    film: VideoFacts | None = None
    film_s: float = 0.0
    other: VideoFacts | None = None
    prints: tuple[str, str] = ("", "")
    alone: bool = False


def answer(text: str) -> str:
    """The facts of the file a call names, both as JSON. Raises what the reader raises."""
    return to_json(_facts(Call.model_validate_json(text)))


def _facts(call: Call) -> Facts:
    try:
        return _read(call)
    except MemoryError as error:  # one allocation no machine could serve: what the bytes asked for, not our fault
        return broken(call, "too-big", f"MemoryError: {error}")


def _read(call: Call) -> Facts:
    if call.reader == "look":
        from parsers import look

        return look(call.path, call.wants or Wants(), call.scratch, name=call.name, limits=call.limits)
    return _READERS[call.reader](call)


def _mail(call: Call) -> Facts:
    from parsers.mail import read_mail

    return read_mail(call.path, call.scratch, call.limits, entering=call.entering)


def _archive(call: Call) -> Facts:
    from parsers.archive import read_archive

    said, volumes = call.passwords, call.volumes
    return read_archive(call.path, call.scratch, call.limits, name=call.name, passwords=said, volumes=volumes)


def _converted(call: Call) -> Facts:
    from parsers.active import active_in
    from parsers.office import read_converted
    from parsers.sniff import sniff

    found = sniff(call.path)
    try:
        facts = read_converted(call.volumes[0], call.wants or Wants(), found)
        return facts.model_copy(update={"active": active_in(call.path, found)})
    except OSError:
        raise
    except Exception as error:  # as in `look`: the file's trouble
        return Broken(format=found, reason="unreadable", detail=f"{type(error).__name__}: {error}"[:500])


def _recognise(call: Call) -> Facts:
    from parsers.recognition import recognise
    from parsers.sniff import sniff

    found = sniff(call.path)
    try:
        return recognise(call.path, found, call.wants or Wants(), call.scratch)
    except OSError:
        raise
    except Exception as error:  # as in `look`: the file's trouble
        return Broken(format=found, reason="unreadable", detail=f"{type(error).__name__}: {error}"[:500])


def _interpret(call: Call) -> Facts:
    from parsers.recognition import interpret

    if call.image is None:
        raise ValueError("nothing to interpret")
    return interpret(call.image, call.wants or Wants())


def _watch(call: Call) -> Facts:
    from parsers.film import watch

    if call.film is None:
        raise ValueError("no film is described")
    return watch(call.path, call.film, call.scratch, clip=False, seconds=call.film_s * _OF_FILM_S)


def _clip(call: Call) -> Facts:
    from parsers.film.clip import make_clip

    if call.film is None or call.scratch is None:
        raise ValueError("no film is described, or there is no place for its preview")
    return make_clip(call.path, call.film, call.scratch)


def _beside(call: Call) -> Facts:
    from parsers.film.prints_beside import beside

    if call.film is None or call.other is None:
        raise ValueError("no film is described")
    one, other = (call.path, call.film, call.prints[0]), (call.volumes[0], call.other, call.prints[1])
    return beside(one, other, call.scratch)


def _enclosed(call: Call) -> Facts:
    from parsers.mail import read_enclosed

    try:
        return read_enclosed(call.path, call.scratch, call.limits, entering=call.entering)
    except OSError:
        raise
    except Exception as error:  # as in `look`: the file's trouble
        return Broken(format="eml", reason="unreadable", detail=f"{type(error).__name__}: {error}"[:500])


def _links(call: Call) -> Facts:
    from parsers.links import links_in_file
    from parsers.sniff import sniff

    found = sniff(call.path)
    try:
        return MailFacts(links=links_in_file(call.path, found, name=call.name))
    except OSError:
        raise
    except Exception as error:  # as in `look`: the file's trouble
        return Broken(format=found, reason="unreadable", detail=f"{type(error).__name__}: {error}"[:500])


_READERS: dict[str, Callable[[Call], Facts]] = {
    "mail": _mail,
    "enclosed": _enclosed,
    "archive": _archive,
    "links": _links,
    "converted": _converted,
    "recognise": _recognise,
    "interpret": _interpret,
    "watch": _watch,
    "clip": _clip,
    "beside": _beside,
}


def broken(call: Call, reason: str, detail: str) -> Broken:
    """The facts of a file whose reading was ended from outside; its format by its first bytes only, which is safe."""
    if call.reader == "mail":
        return Broken(format="eml", reason=reason, detail=detail)
    with call.path.open("rb") as file:
        head = file.read(HEAD)
    return Broken(format=sniff_bytes(head, whole=len(head) < HEAD), reason=reason, detail=detail)
