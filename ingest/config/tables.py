"""The tables of config.toml as frozen values, and what each must hold on its own. Messages for people are Chinese."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from ingest.config.base import Table, ordered
from ingest.config.cloud import CloudTable
from ingest.config.judging import Rules
from ingest.config.values import (
    Address,
    ClamdAddress,
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


class Edition(Table):
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
        ordered(self.made_from, self.made_to, "made_from", "made_to")
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


class Track(Table):
    """A way to enter: `recommended` or `public` in the shipped edition. `form` ends the title of its form."""

    key: TrackKey
    prefix: Prefix
    name: Text
    form: Text
    sheet: SheetTitle


class MailboxLimits(Table):
    """Bounds on one mailbox's mails."""

    max_mail_bytes: int = Field(default=500_000_000, gt=0)


class Mailbox(Table):
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


class Recommender(Table):
    """A recommending unit. `quota`: the base; `sanqu`: one place more; `confirm`: the organizers must confirm it.

    former: names it had before, or of those whose work it took over. category: how people call units of its kind, ""
    for the words of the kind.
    """

    name: Text
    aliases: tuple[Text, ...] = ()
    former: tuple[Text, ...] = ()
    kind: Literal["member", "province", "city", "corps"]
    category: str = ""
    quota: int = Field(ge=0)
    sanqu: bool = False
    confirm: bool = False


def _tuples(table: Any) -> Any:
    if not isinstance(table, dict):
        return table
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


class Forms(Table):
    """Labels by which forms name a field; fields that must be filled, by track key; names of fields for people.

    types: field to the type of its value, for those that are more than text (parsers.typed names the types).
    """

    labels: dict[str, tuple[Text, ...]]
    required: dict[str, tuple[Text, ...]]
    names: dict[str, Text]
    types: dict[str, Text] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _lists_are_tuples(cls, data: Any) -> Any:
        """The arrays of TOML within `labels` and `required`."""
        return {key: _tuples(value) for key, value in data.items()} if isinstance(data, dict) else data


class Platforms(Table):
    """Names of platforms on which a public showing counts; one of them within the form's text is enough."""

    known: tuple[Text, ...]


class ReplyCaps(Table):
    """Most letters: to one address an hour and a day, from one mailbox in 15 minutes and a day, in one run."""

    address_hour: int = Field(ge=0)
    address_day: int = Field(ge=0)
    mailbox_quarter: int = Field(ge=0)
    mailbox_day: int = Field(ge=0)
    run: int = Field(ge=0)


class Sender(Table):
    """An account that sends all letters; answers still go to the mailbox a mail came to. Its secret: KEPU_REPLIES_…"""

    address: Address
    smtp: SmtpUrl
    user: str = ""

    @property
    def name(self) -> str:
        """As a mailbox has one: by it the secret is found."""
        return "replies"

    @property
    def login(self) -> str:
        """The name it logs in with: `user`, or its address."""
        return self.user or self.address


class Replies(Table):
    """How submitters are answered. `templates`: a folder, absolute once loaded, "" for the program's own.

    sender: the account that sends instead of the mailboxes' own. remind_days: so many days before the deadline those
    whose works lack something are reminded. backfill_days: mails older than that when their mailbox was read for the
    first time get no letter. reply_to: whether a Reply-To of the sender's own unit is heeded.
    """

    mode: Literal["off", "preview", "approve", "send"]
    hold_for_links: Span
    quiet_period: Span
    caps: ReplyCaps
    templates: str = ""
    postal: tuple[Text, ...] = ()
    sender: Sender | None = None
    reply_to: Literal["same-unit", "ignore"] = "same-unit"
    remind_days: tuple[int, ...] = Field(default=(), max_length=2)
    backfill_days: int = Field(default=7, ge=0)


class AlertSender(Sender):
    """An account that tells the operator of troubles, another than those that may be in trouble. KEPU_ALERTS_…"""

    @property
    def name(self) -> str:
        """By it the secret is found."""
        return "alerts"


class Alerts(Table):
    """Who is told when the program is in trouble. sender: from which account, the first that can send if not said."""

    to: tuple[Address, ...] = ()
    sender: AlertSender | None = None


class ReportTable(Table):
    """Who gets the daily mails. mailbox: the name of the one they are sent from, "" for the first that can send.

    no_news: whether organizers get a summary on a day without news. link_days: staff are told a second time of a link
    that has less than so many days left, 0 for never. attach_max_bytes: a larger workbook is not attached; 0: none is
    made.
    """

    staff: tuple[Address, ...] = ()
    organizers: tuple[Address, ...] = ()
    mailbox: str = ""
    no_news: Literal["until-deadline", "always", "never"] = "until-deadline"
    link_days: int = Field(default=5, ge=0)
    attach_max_bytes: int = Field(default=10_000_000, ge=0)


class Schedule(Table):
    """When `kepu serve` works. `daily_at` is a time of day in the edition's zone, and so is `urgent_at`: that of the
    second mail to staff.

    sweep_days: so many days of mail are looked through once a day for what the polls missed.
    """

    poll_minutes: int = Field(gt=0)
    batch_budget: Span
    daily_at: TimeOfDay
    urgent_at: TimeOfDay = dt.time(15)
    sweep_days: int = Field(default=14, ge=2, le=366)


class Storage(Table):
    """Where things lie, absolute once loaded. `share` may be a network share, `root` must be a local disk."""

    root: Path
    share: Path
    reserve_bytes: int = Field(ge=0)


class LedgerTable(Table):
    """SQLAlchemy url of the ledger; "" is ledger.sqlite in the root."""

    url: str = ""


class Analysis(Table):
    """Bounds of parsing. `tries`: how often our own failure on one item is tried before it is set aside.

    workers: processes, 0 for none and then no limits of time and memory. An item has `item_timeout_s` and one second
    more for every `item_bytes_per_s` of its file, and `memory_mb` (2**20 bytes) resident. ocr: whether scans are
    recognised, the first `scan_pages` pages of each. watch: whether films are looked at and listened to; one larger
    than 1080p in a process of its own with `film_memory_mb`.
    """

    workers: int = Field(ge=0)
    item_timeout_s: int = Field(gt=0)
    item_bytes_per_s: int = Field(gt=0)
    memory_mb: int = Field(ge=200)
    tries: int = Field(ge=1)
    max_archive_bytes: int = Field(gt=0)
    max_archive_members: int = Field(gt=0)
    max_depth: int = Field(ge=1)
    ocr: bool
    scan_pages: int = Field(ge=1, le=50)
    watch: bool
    film_memory_mb: int = Field(ge=500)


class Malware(Table):
    """The virus scanner. `clamd`: unix:PATH or tcp:HOST:PORT, "" for none.

    A file of more than `max_bytes` is not scanned; clamd's own limits must not be lower. `timeout_s` for one file.
    """

    clamd: ClamdAddress = ""
    timeout_s: float = Field(default=120, gt=0)
    max_bytes: int = Field(default=25_000_000, gt=0)


class LogTable(Table):
    """`level` of the log file; `keep_days` until it is removed."""

    level: Literal["debug", "info", "warning", "error"]
    keep_days: int = Field(gt=0)


class Config(Table):
    """Everything one edition needs. Paths are absolute, secrets are not in it."""

    edition: Edition
    tracks: tuple[Track, ...]
    mailboxes: tuple[Mailbox, ...]
    rules: Rules
    recommenders: tuple[Recommender, ...]
    forms: Forms
    platforms: Platforms
    replies: Replies
    alerts: Alerts = Field(default_factory=Alerts)
    report: ReportTable
    schedule: Schedule
    storage: Storage
    ledger: LedgerTable
    analysis: Analysis
    malware: Malware
    cloud: CloudTable
    log: LogTable

    def track(self, key: str) -> Track:
        """The track of that key. KeyError if there is none."""
        found = next((t for t in self.tracks if t.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def account(self, name: str) -> Mailbox | Sender:
        """Whose secret is asked for by that name: a mailbox, or the account that sends for all. KeyError."""
        senders = (self.replies.sender, self.alerts.sender)
        return next((one for one in senders if one is not None and one.name == name), None) or self.mailbox(name)

    def mailbox(self, name: str) -> Mailbox:
        """The mailbox of that name. KeyError if there is none."""
        found = next((m for m in self.mailboxes if m.name == name), None)
        if found is None:
            raise KeyError(name)
        return found
