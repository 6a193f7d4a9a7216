"""What the HTML pages have in common: rendering in one file, and writing only what changed."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from reports.cells import clean_text
from reports.colours import ALARM, BAD, BUSY, COLOURS, GOOD, GREY, MISSING, WARN
from reports.templating import environment

_TONES = {ALARM: "alarm", BAD: "bad", MISSING: "missing", WARN: "warn", BUSY: "busy", GOOD: "good", GREY: "grey"}


def page(template: str, values: Mapping[str, object], *, style: str = "", script: str = "") -> str:
    """A page from one of the package's templates, its stylesheet inside. Everything in `values` is escaped.

    style, script: templates that hold what the page has of its own. A template that says `{{ policy }}` as its content
    security policy, and `{{ style }}` and `{{ script }}` for what is inside, runs nothing else: both go by their hash.
    """
    looks = "\n".join(_plain(name) for name in ("_style.html", style) if name)
    code = _plain(script) if script else ""
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(looks)}",
            "script-src " + (_hash(code) if code else "'none'"),
            "img-src 'self' file:",
            "media-src 'self' file:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    inside = {"style": Markup(looks), "script": Markup(code), "policy": policy}
    return _environment().get_template(template).render({**values, **inside})


def digest_of(*templates: str) -> str:
    """Changes when one of these templates does."""
    loader = _environment().loader
    assert loader is not None
    sources = (loader.get_source(_environment(), name)[0] for name in templates)
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()[:16]


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
    """A relative path as an address: escaped, and never read as a scheme or a host. Steps up ("../") stay."""
    return "./" + quote(path.replace("\\", "/").lstrip("/"), safe="/（）")


def clock(seconds: float) -> str:
    """A moment of a film as players show it: 3:05. Tenths are left out."""
    whole = max(int(seconds), 0)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def tone(word: str) -> str:
    """The class of the stylesheet that gives a word its colours."""
    colour = COLOURS.get(word)
    return f"tone-{_TONES[colour]}" if colour else "tone-grey"


@lru_cache(maxsize=8)
def _plain(name: str) -> str:
    """A template that holds no expressions, as it stands: what is hashed is what is in the page."""
    loader = _environment().loader
    assert loader is not None
    return loader.get_source(_environment(), name)[0].strip()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _colour(word: str) -> str:
    colour = COLOURS.get(word)
    return f"background:#{colour.fill};color:#{colour.text or '000000'}" if colour else ""


def _stem(path: str) -> str:
    """A file's name without folders and ending."""
    return PurePosixPath(path).stem


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = environment()
    made.filters |= {"url": relative_url, "colour": _colour, "tone": tone, "clean": clean_text, "stem": _stem}
    made.filters |= {"clock": clock}
    return made
