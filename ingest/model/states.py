"""The words of the contest that come from a fixed set, and what people read for them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """Where an arrival stands. Only forwards."""

    LISTED = "listed"
    FETCHED = "fetched"
    EXTRACTED = "extracted"
    PARSED = "parsed"
    ENDED = "ended"


class Ended(StrEnum):
    """What became of a mail: exactly one of these, and `pending` until then."""

    WORK = "work"
    SUPPLEMENT = "supplement"
    DUPLICATE = "duplicate"
    NOT_A_SUBMISSION = "not-a-submission"
    MACHINE_MAIL = "machine-mail"
    QUARANTINED = "quarantined"
    UNREADABLE = "unreadable"


OF_WORKS = (Ended.WORK.value, Ended.SUPPLEMENT.value)
"""Endings of mails whose files are works'."""


class Kind(StrEnum):
    """What a file is in the contest."""

    VIDEO = "video"
    FORM = "form"
    SCAN = "scan"
    PROOF = "proof"
    LICENCE = "licence"
    IDENTITY = "identity"
    COVER_LETTER = "cover-letter"
    LIST = "list"
    OTHER = "other"


class PartSource(StrEnum):
    """By which way a file came."""

    ATTACHMENT = "attachment"
    ARCHIVE = "archive"
    CLOUD = "cloud"
    MANUAL = "manual"
    BODY = "body"


class Outcome(StrEnum):
    """What a rule found."""

    PASS = "pass"
    FAIL = "fail"
    MISSING = "missing"
    PENDING = "pending"
    REVIEW = "review"
    MANUAL = "manual"
    NA = "na"


class WorkState(StrEnum):
    """The machine's view of a work: the worst that applies. Members are in that order, worst first."""

    MALWARE = "malware"
    FAIL = "fail"
    MISSING = "missing"
    PENDING = "pending"
    REVIEW = "review"
    PASS = "pass"


class Decision(StrEnum):
    """What staff decided; outranks the state everywhere. The values are the words in the workbook's cells."""

    ACCEPTED = "通过"
    REFUSED = "不通过"
    AMEND = "补正"
    WITHDRAWN = "撤回"
    MERGED = "合并到"
    SPLIT = "拆分"
    OTHER_TRACK = "转组别"
    NO_REMINDER = "免催"

    @classmethod
    def of(cls, written: object) -> Decision | None:
        """The decision of a cell, as people type it; None for an empty one and for other words."""
        word = "".join(unicodedata.normalize("NFKC", str(written or "")).split())
        return next((one for one in cls if one.value == word), None)


class TodoKind(StrEnum):
    """What a person is asked to do."""

    QUESTION = "question"
    CHOOSE_WORK = "choose-work"
    CHOOSE_FILE = "choose-file"
    FETCH_LINK = "fetch-link"
    BROKEN_FILE = "broken-file"
    LOCKED = "locked"
    MISSING_VOLUME = "missing-volume"
    UNREADABLE_MAIL = "unreadable-mail"
    QUARANTINED = "quarantined"
    PLACE_FILE = "place-file"
    LISTED = "listed"
    WISH = "wish"
    JUNK = "junk"
    TYPE_FORM = "type-form"
    LETTER = "letter"


class LinkState(StrEnum):
    """Where a file behind a link stands.

    waiting: for its first or next try; fetching: a try has begun, or its process died; manual: only a person can get
    it; expired: nobody can any more; given-up: tried for too long.
    """

    WAITING = "waiting"
    FETCHING = "fetching"
    FETCHED = "fetched"
    MANUAL = "manual"
    EXPIRED = "expired"
    GIVEN_UP = "given-up"


NEW_WORK = "新作品"
"""What staff write under 选择 for a mail that belongs to none of the candidates."""

NOT_SUBMITTED = "非投稿"
"""What staff write under 归属 for a mail that brings nothing to the contest."""

NO_MATERIAL = "无材料"
"""Ends the reason of a supplement that brought no file."""


class LetterKind(StrEnum):
    """The letters to submitters; and `DIGESTS`."""

    RECEIPT = "receipt"
    SUPPLEMENT = "supplement"
    ATTENTION = "attention"
    LATE = "late"
    REMINDER = "reminder"
    SUMMARY = "summary"
    DIGEST = "digest"
    URGENT = "urgent"


DIGESTS = (LetterKind.SUMMARY, LetterKind.DIGEST, LetterKind.URGENT)
"""What answers nobody: the organizers' daily summary, staff's to-dos of the morning, and links about to expire."""


class LetterState(StrEnum):
    """The life of a letter in the outbox. `draft` is a letter of mode preview: written, never to be sent by itself."""

    DRAFT = "draft"
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


UNSENT = (LetterState.DRAFT.value, LetterState.HELD.value, LetterState.QUEUED.value)
"""Letters that may still be held, get other words or go: nobody has begun to send them."""


STATE_WORDS: Mapping[WorkState, str] = {
    WorkState.MALWARE: "疑似恶意",
    WorkState.FAIL: "不符合要求",
    WorkState.MISSING: "材料不全",
    WorkState.PENDING: "处理中",
    WorkState.REVIEW: "待人工复核",
    WorkState.PASS: "机审通过",
}

OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.PASS: "符合",
    Outcome.FAIL: "不符合",
    Outcome.MISSING: "缺",
    Outcome.PENDING: "待处理",
    Outcome.REVIEW: "待人工",
    Outcome.MANUAL: "人工核对",
    Outcome.NA: "不适用",
}

KIND_WORDS: Mapping[Kind, str] = {
    Kind.VIDEO: "视频",
    Kind.FORM: "电子表",
    Kind.SCAN: "扫描件",
    Kind.PROOF: "播放证明",
    Kind.LICENCE: "授权材料",
    Kind.IDENTITY: "身份/资质证明",
    Kind.COVER_LETTER: "推荐函",
    Kind.LIST: "汇总表",
    Kind.OTHER: "其他",
}
