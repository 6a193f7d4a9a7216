"""What the sample contest is made of, and what should become of each of its mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from ingest.model import Ended, Outcome

CHINA = ZoneInfo("Asia/Shanghai")
DEMO_NOW = dt.datetime(2024, 10, 27, 9, 0, tzinfo=CHINA)
"""The moment the sample contest is looked at."""

ADDRESSES: Mapping[str, str] = {"recommended": "kepuwsp@163.com", "public": "kepuchuwsp@126.com"}
"""Mailbox name to its address, as in the shipped config."""

FOLDERS: Mapping[str, str] = {"recommended": "信箱/推荐", "public": "信箱/社会"}
"""Mailbox name to its Maildir within the contest's folder."""


@dataclass(frozen=True)
class Sample:
    """One mail of the sample contest.

    message_id: without angle brackets, "" if the mail has none. ended: what should become of it, None if it stays
    pending. findings: for a mail that opens a work, rule to outcome once all mails are in; only what is certain.
    joins: name of the sample whose work it belongs to, or which it repeats. title: of the work it opens.
    film_bytes: size of its film, 0 if it has none. note: what it shows, one Chinese line.
    """

    name: str
    mailbox: str
    message_id: str
    received_at: dt.datetime
    ended: Ended | None
    note: str
    findings: Mapping[str, Outcome] = field(default_factory=dict)
    joins: str = ""
    title: str = ""
    film_bytes: int = 0


@dataclass(frozen=True)
class Contest:
    """A made contest. mailboxes: mailbox name to its Maildir; samples: in order of arrival."""

    mailboxes: Mapping[str, Path]
    samples: tuple[Sample, ...]

    def sample(self, name: str) -> Sample:
        """The sample of that name. KeyError if there is none."""
        found = next((s for s in self.samples if s.name == name), None)
        if found is None:
            raise KeyError(name)
        return found


def at(day: str, clock: str) -> dt.datetime:
    """A moment of 2024 in China: "10-08", "09:30"."""
    return dt.datetime.fromisoformat(f"2024-{day}T{clock}").replace(tzinfo=CHINA)


_CLEAN: Mapping[str, Outcome] = {
    "deadline": Outcome.PASS,
    "materials": Outcome.PASS,
    "form-kind": Outcome.PASS,
    "form-fields": Outcome.PASS,
    "scan-seal": Outcome.PASS,
    "endorsement": Outcome.PASS,
    "scan-matches": Outcome.PASS,
    "made-in-window": Outcome.PASS,
    "shown-in-window": Outcome.PASS,
    "proof": Outcome.PASS,
    "container": Outcome.PASS,
    "duration": Outcome.PASS,
    "readable": Outcome.PASS,
    "aspect": Outcome.PASS,
    "full-frame": Outcome.PASS,
    "resolution": Outcome.PASS,
    "opening-title": Outcome.PASS,
    "closing-credits": Outcome.PASS,
    "subtitles": Outcome.REVIEW,
    "narration": Outcome.MANUAL,
    "content": Outcome.MANUAL,
    "original": Outcome.MANUAL,
    "licence": Outcome.NA,
    "malware": Outcome.NA,
}
"""A complete work, whose scan and proof were recognised, and whose film was looked at; most are without subtitles."""

FILM_RULES = (
    "container",
    "readable",
    "duration",
    "aspect",
    "full-frame",
    "resolution",
    "size",
    "opening-title",
    "closing-credits",
    "subtitles",
    "narration",
)
SPOKEN: Mapping[str, Outcome] = {"subtitles": Outcome.PASS}
"""A film with subtitles."""
TWIN: Mapping[str, Outcome] = {"duplicate-video": Outcome.REVIEW, "one-track": Outcome.REVIEW}
"""A film that a work of the other track has too."""
UNOPENED: Mapping[str, Outcome] = {
    "materials": Outcome.REVIEW,
    "readable": Outcome.FAIL,
    "duplicate-video": Outcome.NA,
}
"""A film that cannot be opened."""
FORM_RULES = (
    "form-kind",
    "form-fields",
    "endorsement",
    "scan-matches",
    "made-in-window",
    "shown-in-window",
    "original",
    "licence",
)


def findings(
    film_bytes: int, *, film: Outcome | None = None, wrong: Mapping[str, Outcome] | None = None
) -> dict[str, Outcome]:
    """The outcomes of a complete work, but for what is named.

    film: what all rules on the film say when it is not to be had. wrong: rule id to its outcome.
    """
    size = Outcome.PASS if film_bytes >= 100_000_000 else Outcome.FAIL
    awaited = dict.fromkeys(FILM_RULES, film) if film else {}
    return {**_CLEAN, "size": size, **awaited, **(wrong or {})}


def without(found: Mapping[str, Outcome], *rules: str) -> dict[str, Outcome]:
    """The outcomes but those of some rules: what they say is not certain."""
    return {rule: outcome for rule, outcome in found.items() if rule not in rules}
