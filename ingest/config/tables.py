"""The tables of config.toml as frozen values, and what each must hold on its own. Messages for people are Chinese."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.config.values import (
    Address,
    Brand,
    Day,
    Deadline,
    Name,
    Prefix,
    SheetTitle,
    SmtpUrl,
    SourceUrl,
    Span,
    Text,
    TimeOfDay,
    TrackKey,
    Wrong,
    Zone,
)
from ingest.model import LetterKind


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _arrays_are_tuples(cls, data: Any) -> Any:
        """TOML's arrays are lists; frozen values hold tuples."""
        if not isinstance(data, dict):
            return data
        return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def _ordered(low: Any, high: Any, low_key: str, high_key: str) -> None:
    """Raise Wrong if a lower bound lies above its upper bound."""
    if low > high:
        raise Wrong(
            f"比 {high_key}（{high}）还大，现为 {low}",
            f"请对调，或改正其中一个：{low_key} 不能超过 {high_key}",
            key=low_key,
        )


class Edition(_Table):
    """One year's contest. `deadline` as a day means its end, with a time it means until then."""

    year: int = Field(ge=2000, le=2100)
    name: Text
    opens: Day
    deadline: Deadline
    deadline_doubt_min: int = Field(ge=0)
    made_from: Day
    made_to: Day
    timezone: Zone
    contact: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.deadline_at <= self.opens_at:
            raise Wrong(
                f"早于启动日 opens（{self.opens}），现为 {self.deadline}",
                "请核对通知：deadline 应在 opens 当天或以后",
                key="deadline",
            )
        _ordered(self.made_from, self.made_to, "made_from", "made_to")
        return self

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
        if isinstance(self.deadline, dt.datetime):
            return self.deadline if self.deadline.tzinfo else self.deadline.replace(tzinfo=self.zone)
        return dt.datetime.combine(self.deadline + dt.timedelta(days=1), dt.time.min, self.zone)


class Track(_Table):
    """A way to enter: `recommended` or `public` in the shipped edition. `form` ends the title of its form."""

    key: TrackKey
    prefix: Prefix
    name: Text
    form: Text
    sheet: SheetTitle


class MailboxLimits(_Table):
    """Bounds on one mailbox's mails."""

    max_mail_bytes: int = Field(default=500_000_000, gt=0)


class Mailbox(_Table):
    """A mailbox to poll. `url`: imaps://host:993, imap://…, maildir:PATH or eml:FOLDER, paths absolute once loaded."""

    name: Name
    track: str
    address: Address
    url: SourceUrl
    user: str = ""
    folders: tuple[Text, ...] = Field(default=("INBOX",), min_length=1)
    identity: dict[str, str] = Field(default_factory=dict)
    smtp: SmtpUrl = ""
    limits: MailboxLimits = Field(default_factory=MailboxLimits)

    @property
    def scheme(self) -> str:
        """The kind of source: imaps, imap, maildir or eml."""
        return self.url.partition(":")[0]

    @property
    def login(self) -> str:
        """The name it logs in with: `user`, or its address."""
        return self.user or self.address

    @property
    def needs_password(self) -> bool:
        """A server asks for one; a folder does not."""
        return self.scheme in {"imaps", "imap"}


class RuleTable(_Table):
    """What every rule has: whether it is on, the clause it quotes, whether a letter may mention it.

    tell: True any letter, False none, "late" only the late letter. Ask `tells`: "late" is true in a condition.
    """

    on: bool = True
    clause: Text
    tell: Literal[True, False, "late"] = False

    def tells(self, letter: LetterKind) -> bool:
        """A letter of this kind may mention what the rule found."""
        return letter is LetterKind.LATE if self.tell == "late" else self.tell


class MaterialsRule(RuleTable):
    """Which kinds a work must have."""

    required: tuple[Literal["video", "form", "scan"], ...] = Field(min_length=1)


class ContainerRule(RuleTable):
    """MP4 by major brand; `brands` are MP4's, `mov_brands` QuickTime's, any other brand is for a person."""

    brands: tuple[Brand, ...]
    mov_brands: tuple[Brand, ...]


class DurationRule(RuleTable):
    """Seconds of the picture stream; up to `doubt_s` outside is for a person."""

    min_s: float = Field(ge=0)
    max_s: float
    doubt_s: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered(self.min_s, self.max_s, "min_s", "max_s")
        return self


class AspectRule(RuleTable):
    """Shown width to height; `tolerance` is relative (0.01 = 1 %)."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    tolerance: float = Field(ge=0, lt=1)


class ResolutionRule(RuleTable):
    """Shown pixels of the longer and the shorter side."""

    min_long_px: int = Field(gt=0)
    min_short_px: int = Field(gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered(self.min_short_px, self.min_long_px, "min_short_px", "min_long_px")
        return self


class SizeRule(RuleTable):
    """Bytes of the film."""

    min_bytes: int = Field(ge=0)
    max_bytes: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered(self.min_bytes, self.max_bytes, "min_bytes", "max_bytes")
        return self


class OriginalRule(RuleTable):
    """The greatest share of foreign material (0 to 1), and the words that name AI-made or template material."""

    max_share: float = Field(ge=0, le=1)
    suspect_words: tuple[Text, ...]


class LicenceRule(RuleTable):
    """Words by which a form declares quoted material or music, and words that say there is none."""

    quoted_words: tuple[Text, ...]
    none_words: tuple[Text, ...]


class ContentRule(RuleTable):
    """What a person looks at."""

    look_for: tuple[Text, ...]


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
    """A recommending unit. `quota`: the base; `sanqu`: one place more; `confirm`: the organizers must confirm it."""

    name: Text
    aliases: tuple[Text, ...] = ()
    kind: Literal["member", "province", "city", "corps"]
    quota: int = Field(ge=0)
    sanqu: bool = False
    confirm: bool = False


def _tuples(table: Any) -> Any:
    if not isinstance(table, dict):
        return table
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


class Forms(_Table):
    """Labels by which forms name a field; fields that must be filled, by track key; names of fields for people."""

    labels: dict[str, tuple[Text, ...]]
    required: dict[str, tuple[Text, ...]]
    names: dict[str, Text]

    @model_validator(mode="before")
    @classmethod
    def _lists_are_tuples(cls, data: Any) -> Any:
        """The arrays of TOML within `labels` and `required`."""
        return {key: _tuples(value) for key, value in data.items()} if isinstance(data, dict) else data


class Platforms(_Table):
    """Names of platforms on which a public showing counts; one of them within the form's text is enough."""

    known: tuple[Text, ...]


class ReplyCaps(_Table):
    """Most letters: to one address an hour and a day, from one mailbox in 15 minutes and a day, in one run."""

    address_hour: int = Field(ge=0)
    address_day: int = Field(ge=0)
    mailbox_quarter: int = Field(ge=0)
    mailbox_day: int = Field(ge=0)
    run: int = Field(ge=0)


class Replies(_Table):
    """How submitters are answered. `templates`: a folder, absolute once loaded, "" for the program's own."""

    mode: Literal["off", "preview", "approve", "send"]
    hold_for_links: Span
    quiet_period: Span
    caps: ReplyCaps
    templates: str = ""
    postal: tuple[Text, ...] = ()


class ReportTable(_Table):
    """Who gets the daily mails."""

    staff: tuple[Address, ...] = ()
    organizers: tuple[Address, ...] = ()


class Schedule(_Table):
    """When `kepu serve` works. `daily_at` is a time of day in the edition's zone."""

    poll_minutes: int = Field(gt=0)
    batch_budget: Span
    daily_at: TimeOfDay


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
    max_archive_bytes: int = Field(gt=0)
    max_archive_members: int = Field(gt=0)
    max_depth: int = Field(ge=1)


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
