"""From a resolved address to a whole file on disk: resumed where the server can, checked against all that was said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from ingest.sources.cloud.outcomes import Fetched, Never, NotNow
from ingest.sources.cloud.pace import Pace
from ingest.sources.cloud.pages import is_page, verdict
from ingest.sources.cloud.partial import Growing, Kept, growing, kept
from parsers import names
from parsers.facts import Link

if TYPE_CHECKING:
    from ingest.sources.cloud.client import Answer, Client

_RANGE = re.compile(r"bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18})")
_UNMET = re.compile(r"bytes\s+\*/(\d{1,18})")
_NAME_STAR = re.compile(r"filename\*\s*=\s*(?:utf-?8|gbk|gb2312|gb18030)'[^']{0,20}'([^;\s]+)", re.IGNORECASE)
_NAME = re.compile(r'filename\s*=\s*(?:"([^"]*)"|([^;\s]+))', re.IGNORECASE)
_ROUNDED = 0.1  # sizes printed in mails are rounded, in units of 1000 or 1024
_STATUS = {401: "login", 404: "deleted", 407: "login", 410: "deleted"}


@dataclass(frozen=True)
class Found:
    """Where a file can be had now, and what is said of it. Never kept: such addresses do not live long.

    size: exact bytes; about: bytes as printed somewhere, rounded; digests: "md5", "sha1" to lower-case hex.
    """

    url: str
    name: str = ""
    size: int | None = None
    about: int | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"


def by_mail(link: Link, url: str, *, method: str = "GET") -> Found:
    """An address, with what the mail says of the file there."""
    exact = link.size if link.size_is_exact else None
    return Found(url, link.name or "", exact, link.size, method=method)


def download(client: Client, found: Found, path: Path, most: int, pace: Pace) -> Fetched:
    """The file, whole, at `path`. most: bytes it may have.

    Raises NotNow, with what came kept on disk, or Never; DiskError.
    """
    _bounded(found.size, most)
    known = kept(path)
    with growing(path, known if _resumable(known, found) else Kept(), tuple(found.digests)) as file:
        began = file.size
        if not file.size or file.size != file.kept.total:
            with client.open(found.method, found.url, headers=_range(file)) as answer:
                if _ready(answer, file, found, most):
                    _receive(answer, file, found, most, pace)
        _check(file, found, mixed=0 < began < file.size)
        file.sync()
        digest = file.digests()["sha256"]
        file.note(replace(file.kept, size=file.size, total=file.size, whole=True, sha256=digest))
        return Fetched(path, file.size, digest, file.kept.name, file.kept.host)


def finished(path: Path) -> Fetched | None:
    """A file that was whole when an earlier run ended, if there is one."""
    known = kept(path)
    if not known.whole:
        return None
    with growing(path, known) as file:
        return Fetched(path, known.size, file.digests()["sha256"], known.name, known.host)


def _resumable(known: Kept, found: Found) -> bool:
    """Whether the rest may be asked for: the server can tell versions apart, or a digest will tell a mixture."""
    if found.size is not None and known.total not in (None, found.size):
        return False
    return bool(known.size and (known.validator or found.digests))


def _range(file: Growing) -> dict[str, str]:
    if not file.size:
        return {}
    return {"Range": f"bytes={file.size}-"} | ({"If-Range": file.kept.validator} if file.kept.validator else {})


def _ready(answer: Answer, file: Growing, found: Found, most: int) -> bool:
    """Make the partial file fit for this answer's body; whether there is one to receive. Raises Never, NotNow."""
    if answer.status == 416 and file.size:
        return _unmet(answer, file)
    if answer.status not in (200, 206):
        raise Never(_refused(answer), f"HTTP {answer.status} from {answer.url.host}")
    if is_page(answer.content_type, b"", found.name):
        raise Never(verdict(answer.text()), f"{answer.content_type} from {answer.url.host}")
    if answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Never("not-understood", "an encoding nobody asked for")
    total = _total(answer, file)
    _bounded(total, most)
    _agreed(total, found)
    name = names.clean(found.name or _named(answer))
    file.note(Kept(file.size, total, _validator(answer) or file.kept.validator, name, answer.url.host))
    return True


def _unmet(answer: Answer, file: Growing) -> bool:
    """The server has nothing behind what is here: that is all, or the file is another one by now."""
    end = _UNMET.match(answer.headers.get("content-range", ""))
    if end and int(end[1]) == file.size and file.kept.total in (None, file.size):
        return False
    file.restart()
    raise NotNow("changed", "shorter than what is here")


def _total(answer: Answer, file: Growing) -> int | None:
    """Bytes of the whole file, None if nobody says; what is here is thrown away where the server starts anew."""
    if answer.status == 206:
        return _continued(answer, file)
    if file.size:
        file.restart()
    length = answer.headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        return int(length[:18])
    if answer.url.scheme == "http" and "transfer-encoding" not in answer.headers:
        raise Never("no-length", answer.url.host)
    return None


def _continued(answer: Answer, file: Growing) -> int:
    """The total of an answer that goes on exactly where we are, to the end, in the same version."""
    said = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
    first, last, total = (int(group) for group in said.groups()) if said else (-1, -1, -1)
    version = _validator(answer)
    same = not file.kept.validator or not version or version == file.kept.validator
    if not file.size or first != file.size or last != total - 1 or file.kept.total not in (None, total) or not same:
        file.restart()
        raise NotNow("changed", f"content-range {answer.headers.get('content-range', '')[:60]!r}")
    return total


def _validator(answer: Answer) -> str:
    """What If-Range may carry: a strong ETag, or else the date; "" if there is neither."""
    tag = str(answer.headers.get("etag", "")).strip()
    if re.fullmatch(r'"[\x21\x23-\x7e]{1,200}"', tag):
        return tag
    return str(answer.headers.get("last-modified", "")).strip()[:40]


def _refused(answer: Answer) -> str:
    """Why an answer is no file: by its text, else by its status."""
    said = verdict(answer.text())
    return said if said != "html-instead" else _STATUS.get(answer.status, "refused")


def _bounded(size: int | None, most: int) -> None:
    if size is not None and size > most:
        raise Never("too-large", f"{size} bytes")
    if size == 0:
        raise Never("empty")


def _agreed(size: int | None, found: Found) -> None:
    """Raises Never if a size is not what the provider, or roughly what the mail says."""
    if size is None:
        return
    if found.size is not None and size != found.size:
        raise Never("wrong-size", f"{size} bytes, not {found.size}")
    if found.size is None and found.about and abs(size - found.about) > _ROUNDED * found.about:
        raise Never("wrong-size", f"{size} bytes, not about {found.about}")


def _receive(answer: Answer, file: Growing, found: Found, most: int, pace: Pace) -> None:
    """The body into the file. Raises NotNow with what came kept, Never."""
    said = found.size or (round(found.about * (1 + _ROUNDED)) if found.about else most)
    pace.streams()
    for chunk in answer.chunks:
        if not file.size and is_page(answer.content_type, chunk, file.kept.name or found.name):
            raise Never(verdict(chunk.decode("utf-8", "replace")), f"a page from {answer.url.host}")
        _bounded(file.size + len(chunk), most)
        if file.size + len(chunk) > said:
            raise Never("wrong-size", f"more than {said} bytes")
        file.write(chunk)
        pace.received(len(chunk))


def _check(file: Growing, found: Found, *, mixed: bool) -> None:
    """The whole file against what was said of it. mixed: it came in pieces, and those may not belong together."""
    _bounded(file.size, file.size)
    digests = file.digests()
    wrong = next((name for name, value in found.digests.items() if digests[name] != value.lower()), "")
    if wrong and mixed:
        file.restart()
        raise NotNow("changed", f"{wrong} of the joined pieces")
    if wrong:
        raise Never("wrong-digest", wrong)
    _agreed(file.size, found)


def _named(answer: Answer) -> str:
    """The name an answer gives its file: by its header, else by its address."""
    said = str(answer.headers.get("content-disposition", ""))
    if star := _NAME_STAR.search(said):
        return _decoded(unquote_to_bytes(star[1]))
    if plain := _NAME.search(said):
        text = plain[1] if plain[1] is not None else plain[2]
        return _decoded(unquote_to_bytes(text.encode("latin-1", "replace") if text.isascii() else _raw(text)))
    query = answer.url.params
    return query.get("fname") or query.get("filename") or _decoded(unquote_to_bytes(answer.url.path.rpartition("/")[2]))


def _raw(text: str) -> bytes:
    """The bytes of a header that the client read in the encoding it guessed."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
