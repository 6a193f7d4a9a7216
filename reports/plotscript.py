"""plotly's own script, as the pages that draw carry it: whole, packed, and allowed by its hash alone.

The script is the one in plotly's wheel, which knows every kind of chart and is 4.8 MB; packed with gzip it is 2 MB of
the page. The page unpacks it and adds it as an inline script, which its content security policy lets run because the
hash is that of the unpacked text: nothing is evaluated and nothing is fetched.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path

from markupsafe import Markup

from reports.templating import environment

_FILE = "plotly/package_data/plotly.min.js"
_LEVEL = 4
"""Of gzip: 60 ms for 2.04 MB; 9 takes more than twice as long for 1.96 MB, and every run that has news packs anew."""


@dataclass(frozen=True)
class Script:
    """A script to put into a page. hash: of what is unpacked, as a policy names it.

    text: gzip in base64, which may stand in a page, "" for none; notice: whose it is and its licence.
    """

    text: Markup
    hash: str
    notice: str


NO_SCRIPT = Script(Markup(), "'none'", "")


@lru_cache(maxsize=1)
def version() -> str:
    """Of plotly's wheel, which brings the script."""
    return distribution("plotly").version


@lru_cache(maxsize=1)
def packed() -> Script:
    """plotly's script. The package is not imported: only this file of it is needed."""
    code = Path(str(distribution("plotly").locate_file(_FILE))).read_bytes()
    notice = code[: code.index(b"*/")].decode().removeprefix("/**")
    text = Markup(base64.b64encode(gzip.compress(code, _LEVEL, mtime=0)).decode())
    return Script(text, _named(code), " ".join(notice.replace("*", " ").split()))


def source(name: str) -> str:
    """A template as it stands, for what goes into a page unchanged."""
    made = environment()
    assert made.loader is not None
    return made.loader.get_source(made, name)[0]


def plain_hash(code: str) -> str:
    """How a policy names an inline script."""
    return _named(code.encode())


def _named(code: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'"
