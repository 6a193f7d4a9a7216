"""config.toml as frozen values. The shipped file is the default; a given file is laid over it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Edition(_Table):
    """One year's contest. Dates without a time are days: `deadline` means its end."""

    year: int
    name: str
    opens: dt.date
    deadline: dt.date
    deadline_doubt_min: int = Field(ge=0)
    made_from: dt.date
    made_to: dt.date
    timezone: str
    contact: str

    @property
    def zone(self) -> ZoneInfo:
        """The edition's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def opens_at(self) -> dt.datetime:
        """The first moment of the edition."""
        return dt.datetime.combine(self.opens, dt.time.min, self.zone)

    @property
    def deadline_at(self) -> dt.datetime:
        """The first moment that is too late."""
        return dt.datetime.combine(self.deadline + dt.timedelta(days=1), dt.time.min, self.zone)


class Track(_Table):
    """A way to enter: `recommended` or `public` in the shipped edition. `form` ends the title of its form."""

    key: str
    prefix: str
    name: str
    form: str
    sheet: str


class MailboxLimits(_Table):
    """Bounds on one mailbox's mails."""

    max_mail_bytes: int = Field(default=500_000_000, gt=0)


class Mailbox(_Table):
    """A mailbox to poll. `url`: imaps://host:993, imap://…, maildir:PATH or eml:FOLDER."""

    name: str
    track: str
    address: str
    url: str
    user: str = ""
    folders: tuple[str, ...] = ("INBOX",)
    identity: dict[str, str] = Field(default_factory=dict)
    smtp: str = ""
    limits: MailboxLimits = Field(default_factory=MailboxLimits)


class RuleTable(_Table):
    """What every rule has: whether it is on, the clause it quotes, whether a letter may mention it."""

    on: bool = True
    clause: str
    tell: bool | Literal["late"] = False


class MaterialsRule(RuleTable):
    """Which kinds a work must have."""

    required: tuple[Literal["video", "form", "scan"], ...]


class ContainerRule(RuleTable):
    """MP4 by major brand; `brands` are MP4's, `mov_brands` QuickTime's, any other brand is for a person."""

    brands: tuple[str, ...]
    mov_brands: tuple[str, ...]


class DurationRule(RuleTable):
    """Seconds of the picture stream; up to `doubt_s` outside is for a person."""

    min_s: float
    max_s: float
    doubt_s: float = Field(ge=0)


class AspectRule(RuleTable):
    """Shown width to height; `tolerance` is relative (0.01 = 1 %)."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    tolerance: float = Field(ge=0)


class ResolutionRule(RuleTable):
    """Shown pixels of the longer and the shorter side."""

    min_long_px: int
    min_short_px: int


class SizeRule(RuleTable):
    """Bytes of the film."""

    min_bytes: int
    max_bytes: int


class OriginalRule(RuleTable):
    """The greatest share of foreign material (0 to 1), and the words that name AI-made or template material."""

    max_share: float
    suspect_words: tuple[str, ...]


class LicenceRule(RuleTable):
    """Words by which a form declares quoted material or music, and words that say there is none."""

    quoted_words: tuple[str, ...]
    none_words: tuple[str, ...]


class ContentRule(RuleTable):
    """What a person looks at."""

    look_for: tuple[str, ...]


class Rules(_Table):
    """`[rules.ID]`, one table a rule, in the rulebook's order. A rule without code has no table."""

    deadline: RuleTable
    materials: MaterialsRule
    form_kind: RuleTable = Field(alias="form-kind")
    form_fields: RuleTable = Field(alias="form-fields")
    made_in_window: RuleTable = Field(alias="made-in-window")
    shown_in_window: RuleTable = Field(alias="shown-in-window")
    proof: RuleTable
    container: ContainerRule
    duration: DurationRule
    aspect: AspectRule
    resolution: ResolutionRule
    size: SizeRule
    narration: RuleTable
    content: ContentRule
    original: OriginalRule
    licence: LicenceRule

    def table(self, rule_id: str) -> RuleTable:
        """The table of a rule by its id. KeyError if there is none."""
        found = getattr(self, rule_id.replace("-", "_"), None)
        if not isinstance(found, RuleTable):
            raise KeyError(rule_id)
        return found


class Recommender(_Table):
    """A recommending unit. `quota` is the base; `sanqu` gives one place more; `confirm`: the organizers must confirm it."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: Literal["member", "province", "city", "corps"]
    quota: int = Field(ge=0)
    sanqu: bool = False
    confirm: bool = False


class Forms(_Table):
    """Labels by which forms name a field; fields that must be filled, by track key; names of fields for people."""

    labels: dict[str, tuple[str, ...]]
    required: dict[str, tuple[str, ...]]
    names: dict[str, str]


class Platforms(_Table):
    """Names of platforms on which a public showing counts; one of them within the form's text is enough."""

    known: tuple[str, ...]


Span = dt.timedelta  # replaced by a validated type below when reading "10m", "2h", "30s", "1d"


class Replies(_Table):
    """How submitters are answered."""

    mode: Literal["off", "preview", "approve", "send"]
    hold_for_links: Span
    quiet_period: Span
    caps: ReplyCaps
    templates: str = ""
    postal: tuple[str, ...] = ()


class ReplyCaps(_Table):
    """Most letters: to one address an hour and a day, from one mailbox in 15 minutes and a day, in one run."""

    address_hour: int
    address_day: int
    mailbox_quarter: int
    mailbox_day: int
    run: int


class ReportTable(_Table):
    """Who gets the daily mails."""

    staff: tuple[str, ...] = ()
    organizers: tuple[str, ...] = ()


class Schedule(_Table):
    """When `kepu serve` works. `daily_at` HH:MM in the edition's zone."""

    poll_minutes: int = Field(gt=0)
    batch_budget: Span
    daily_at: dt.time


class Storage(_Table):
    """Where things lie, absolute once loaded. `share` may be a network share, `root` must be a local disk."""

    root: Path
    share: Path
    reserve_bytes: int = Field(ge=0)


class LedgerTable(_Table):
    """SQLAlchemy url of the ledger; "" is ledger.sqlite in the root."""

    url: str = ""


class Analysis(_Table):
    """Bounds of parsing. `tries`: how often our own failure on one item is tried before it is set aside."""

    workers: int = Field(ge=1)
    tries: int = Field(ge=1)
    max_archive_bytes: int
    max_archive_members: int
    max_depth: int


class LogTable(_Table):
    """`level` of the log file; `keep_days` until it is removed."""

    level: Literal["debug", "info", "warning", "error"]
    keep_days: int = Field(gt=0)


class Config(_Table):
    """Everything one edition needs. Paths are absolute, secrets are not in it."""

    edition: Edition
    tracks: tuple[Track, ...]
    mailboxes: tuple[Mailbox, ...]
    rules: Rules
    recommenders: tuple[Recommender, ...]
    forms: Forms
    platforms: Platforms
    replies: Replies
    report: ReportTable
    schedule: Schedule
    storage: Storage
    ledger: LedgerTable
    analysis: Analysis
    log: LogTable

    def track(self, key: str) -> Track:
        """The track of that key. KeyError if there is none."""
        found = next((t for t in self.tracks if t.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def mailbox(self, name: str) -> Mailbox:
        """The mailbox of that name. KeyError if there is none."""
        found = next((m for m in self.mailboxes if m.name == name), None)
        if found is None:
            raise KeyError(name)
        return found
