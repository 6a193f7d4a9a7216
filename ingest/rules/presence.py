"""Which materials of a work are there, which are on their way, and which may be there unrecognised."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.config import Config, MaterialsRule, RuleTable
from ingest.model import KIND_WORDS, Kind, Material, Outcome, Verdict, Work
from ingest.names import kind_hint
from ingest.papers import is_recognised, scan_pages
from ingest.rules.says import listed
from parsers.facts import BROKEN_REASONS, ArchiveFacts, Broken, FormFacts, ImageFacts, VideoFacts

EXPIRED = "expired"
"""`Part.problem` of a link that has run out: its file will never come."""

_ARCHIVES = frozenset({"zip", "7z", "rar", "tar", "gz", "bz2", "xz"})
_ARCHIVE_NAMES = tuple(f".{ending}" for ending in (*_ARCHIVES, "tgz", "001"))
_ENDINGS: dict[Kind, tuple[str, ...]] = {Kind.VIDEO: (".mp4", ".mov"), Kind.FORM: (".docx", ".doc", ".wps")}
_READ_OF_KIND: dict[Kind, type] = {Kind.VIDEO: VideoFacts, Kind.FORM: FormFacts}
_WAITING = ("locked", "missing-volume")
"""Problems of archives that a password or another mail ends."""

_WORST = (Outcome.MISSING, Outcome.PENDING, Outcome.REVIEW, Outcome.PASS)


def materials(work: Work, limits: MaterialsRule, config: Config) -> Verdict:
    """Each required kind is there and was recognised; the worst of them is the work's."""
    found = [status(work, Kind(kind)) for kind in limits.required]
    outcome = next((o for o in _WORST if any(v.outcome is o for v in found)), Outcome.PASS)
    said = [v.evidence for v in found if v.outcome is not Outcome.PASS]
    return Verdict(outcome, "；".join(said or [v.evidence for v in found]))


def proof(work: Work, limits: RuleTable, config: Config) -> Verdict:
    """A proof of public showing is there, told by what it holds; by its name alone it is for a person."""
    return supporting(work, Kind.PROOF)


def supporting(work: Work, kind: Kind) -> Verdict:
    """Whether a paper that stands beside the form is there: a proof, a licence."""
    word = KIND_WORDS[kind]
    there = [m for m in work.all_of(kind) if not m.part.is_link and not m.part.quarantined]
    sure = [m for m in there if m.part.certain and not isinstance(m.part.facts, Broken)]
    if sure:
        return Verdict(Outcome.PASS, f"有{word}：{named(sure)}")
    if there:
        return Verdict(Outcome.REVIEW, f"{word}仅由文件名判断，请打开核对：{named(there)}")
    apart = [m for m in work.all_of(kind) if m.part.quarantined]
    if apart:
        return Verdict(Outcome.REVIEW, f"{word}{BROKEN_REASONS['malware']}：{named(apart)}")
    coming = awaited(work, kind)
    if coming:
        return Verdict(Outcome.PENDING, f"{word}可能在尚未取得的文件中：{expected(coming)}")
    lost = _unplaced(work, kind)
    if lost:
        return Verdict(Outcome.REVIEW, lost)
    unknown = [m for m in possible_scans(work) if kind_hint(m.part.name) is None]
    if unknown:
        return Verdict(Outcome.REVIEW, f"未见{word}，但有尚未识别的文件，请打开核对：{named(unknown)}")
    strange = _strange(work)
    if strange:
        return Verdict(Outcome.REVIEW, f"未见{word}，但有用途不明的文件，请打开核对：{named(strange)}")
    return Verdict(Outcome.MISSING, f"未收到{word}")


def named(found: Sequence[Material]) -> str:
    """The files' names, for people."""
    return listed([m.part.name or m.part.url for m in found])


def expected(found: Sequence[Material]) -> str:
    """The files' names, and of archives why they are not open."""
    return listed([_shut(m) or m.part.name or m.part.url for m in found])


def _shut(material: Material) -> str:
    """Which archive is not open, and why; "" if it is none, or open."""
    facts = material.part.facts
    problem = facts.problem if isinstance(facts, ArchiveFacts) else ""
    reason = facts.sentence if isinstance(facts, Broken) else BROKEN_REASONS.get(problem, problem)
    return f"“{material.part.name}”{reason}" if reason else ""


def awaited(work: Work, kind: Kind) -> list[Material]:
    """What is not here yet and is, or may hold, a material of that kind: links that still live, locked archives, sets
    that lack a volume."""
    return [m for m in work.materials if _may_still_be(m, kind)]


def _may_still_be(material: Material, kind: Kind) -> bool:
    part = material.part
    if part.is_link:
        return part.problem != EXPIRED and (material.kind is kind or _holds_anything(part.name))
    return _waits(material)


def _holds_anything(name: str) -> bool:
    """A link without a name, or to an archive: what it brings is not known before it is here."""
    return not name.strip() or name.lower().endswith(_ARCHIVE_NAMES)


def _waits(material: Material) -> bool:
    facts = material.part.facts
    if isinstance(facts, ArchiveFacts):
        return facts.problem in _WAITING
    return isinstance(facts, Broken) and facts.reason in _WAITING and facts.format in _ARCHIVES


def status(work: Work, kind: Kind) -> Verdict:
    """Whether one required kind is there. A film or a form is there if it was read, a scan if it was recognised."""
    there = [m for m in work.all_of(kind) if not m.part.is_link]
    good = [m for m in there if _recognised(m)]
    word = KIND_WORDS[kind]
    if good:
        return Verdict(Outcome.PASS, f"{word}：{named(good)}")
    possible = there or (possible_scans(work) if kind is Kind.SCAN else [])
    if possible:
        return _doubtful(word, possible)
    strange = _strange(work) if kind is Kind.SCAN else []
    if strange:
        said = listed([f"“{m.part.name}”{m.part.why}" for m in strange])
        return Verdict(Outcome.REVIEW, f"未见{word}，请打开核对：{said}")
    coming = awaited(work, kind)
    if coming:
        return Verdict(Outcome.PENDING, f"{word}尚未取得：{expected(coming)}")
    lost = _unplaced(work, kind)
    if lost:
        return Verdict(Outcome.REVIEW, lost)
    damaged = _damaged_archives(work)
    if damaged:
        return Verdict(Outcome.REVIEW, f"未见{word}，可能在未能解开的压缩包中：{expected(damaged)}")
    gone = [m for m in work.links if m.kind is kind or _holds_anything(m.part.name)]
    if gone:
        return Verdict(Outcome.MISSING, f"缺{word}：下载链接已失效（{named(gone)}）")
    return Verdict(Outcome.MISSING, f"缺{word}{_in_disguise(work, kind)}")


def _unplaced(work: Work, kind: Kind) -> str:
    """What is said where the material may be among those of a mail of several works, "" if there is none."""
    found = [m for m in work.unplaced if m.kind is kind]
    return f"来信含多部作品，{KIND_WORDS[kind]}归属未定，请人工核对：{named(found)}" if found else ""


def _in_disguise(work: Work, kind: Kind) -> str:
    """Files whose names promise what is missing and whose bytes are something else, for the sender to see."""
    endings = _ENDINGS.get(kind, ())
    false = [
        m.part for m in work.materials if m.part.here and m.kind is not kind and m.part.name.lower().endswith(endings)
    ]
    lying = [f"“{p.name}”实际为 {p.format} 文件" for p in false if p.format and not f".{p.format}".endswith(endings)]
    return f"（{listed(lying)}）" if lying else ""


def _recognised(material: Material) -> bool:
    read = _READ_OF_KIND.get(material.kind)
    opened = isinstance(material.part.facts, read) if read else not isinstance(material.part.facts, Broken)
    return opened and material.part.certain


def _strange(work: Work) -> list[Material]:
    """Pictures that were recognised and are none of the contest's papers, as far as a program can tell."""
    return [
        m
        for m in work.all_of(Kind.OTHER)
        if is_recognised(m) and not m.part.certain and not m.part.quarantined and not m.part.is_link
    ]


def _doubtful(word: str, found: Sequence[Material]) -> Verdict:
    reasons = [_why_not(m) for m in found]
    if all(reasons):
        return Verdict(Outcome.REVIEW, f"{word}未能读取，请人工核对：{listed(reasons)}")
    unclear = [f"“{m.part.name}”{m.part.why}" for m in found if is_recognised(m) and m.part.why]
    if unclear:
        return Verdict(Outcome.REVIEW, f"{word}不能确定，请打开核对：{listed(unclear)}")
    return Verdict(Outcome.REVIEW, f"{word}尚未识别，请打开核对：{named(found)}")


def _why_not(material: Material) -> str:
    """Which file could not be read, and why; "" if it could."""
    facts = material.part.facts
    if material.part.quarantined:
        return f"“{material.part.name}”不能打开"  # a letter may quote this: why stands under the rule malware alone
    return f"“{material.part.name}”{facts.sentence}" if isinstance(facts, Broken) else ""


def possible_scans(work: Work) -> list[Material]:
    """Pictures and PDFs without text that nobody has read yet, or not clearly: each may be the scan.

    A page that goes on from one that surely is the scan's is not in doubt.
    """
    scans = work.all_of(Kind.SCAN)
    sure = any(m.part.certain and is_recognised(m) for m in scans)
    pages = {id(m) for m, _ in scan_pages(scans)} if sure else set()
    return [m for m in work.materials if _unread_picture(m) and id(m) not in pages]


def _unread_picture(material: Material) -> bool:
    part = material.part
    if part.is_link or part.quarantined or part.certain or material.kind is Kind.OTHER:
        return False
    return material.kind is Kind.SCAN or isinstance(part.facts, ImageFacts)


def _damaged_archives(work: Work) -> list[Material]:
    """Archives that could not be opened, or not wholly."""
    return [
        m
        for m in work.materials
        if (isinstance(m.part.facts, ArchiveFacts) and m.part.facts.problem not in ("", *_WAITING))
        or (isinstance(m.part.facts, Broken) and m.part.facts.format in _ARCHIVES)
    ]
