"""What the HTML pages have in common: rendering in one file, and writing only what changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from jinja2 import Environment

from reports.cells import clean_text
from reports.colours import COLOURS
from reports.templating import environment


def page(template: str, values: Mapping[str, object]) -> str:
    """A page from one of the package's templates, its stylesheet inside. Everything in `values` is escaped."""
    return _environment().get_template(template).render(values)


def write_if_changed(path: Path, text: str) -> bool:
    """Writes the page unless it already says this; whether it wrote. Whole or not at all; the folder is made."""
    content = text.encode()
    if _says(path, content):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _says(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False  # not there or not readable: writing will tell


def relative_url(path: str) -> str:
    """A relative path as an address: escaped, and never read as a scheme or a host."""
    return "./" + quote(path.replace("\\", "/").lstrip("/"), safe="/（）")


def _colour(word: str) -> str:
    colour = COLOURS.get(word)
    return f"background:#{colour.fill};color:#{colour.text or '000000'}" if colour else ""


def _stem(path: str) -> str:
    """A file's name without folders and ending."""
    return PurePosixPath(path).stem


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = environment()
    made.filters |= {"url": relative_url, "colour": _colour, "clean": clean_text, "stem": _stem}
    return made
