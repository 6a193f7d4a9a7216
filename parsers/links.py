"""Cloud attachments and net-disk links in a mail's bodies."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.body import Body
from parsers.facts import Link


def find_links(bodies: Sequence[Body], *, forward: bool) -> tuple[Link, ...]:
    """First, nothing."""
    return ()
