"""A work as it is compared with others: who stands behind it, told from its form; and the keys they may share."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ingest.config import Config, QuotaRule, Recommender
from ingest.model import Entrant, Kind, Material, Pictures, Work
from ingest.names import body, fold, match_recommender, named_in, nearest, people
from ingest.papers import sheet_of
from parsers.facts import FieldValue, FormFacts

_CHECKED = re.compile(r"[☑√✓✔■☒●](?=\s*([^☑√✓✔■☒●□☐○\s]{1,8}))")
_BODY_WORDS = re.compile(r"机构|单位|法人|团体|企业|组织|社团|公司")
_PERSON_WORDS = re.compile(r"个人|公民|自然人")
_IDENTITY_CARD = re.compile(r"\d{6}(?:19|20)\d{9}[\dX]|\d{15}")
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{18}")
_PHONE = re.compile(r"\d(?:[\s-]?\d){6,12}")
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9][a-z0-9.-]{0,200}\.[a-z]{2,20}")
_YES = re.compile(r"^(?:是|属|涉及|有|√|☑|✓|yes|true|革命老区|边远|边疆|少数民族|贫困)")
_MAX = 200
"""Characters kept of a name as written."""
SURE = 0.5
"""Confidence from which an author's name is compared."""


def has_units(config: Config, track: str) -> bool:
    """Works of this track come from a recommending unit."""
    return "recommender" in config.forms.required.get(track, ())


def places_of(unit: Recommender, limits: QuotaRule) -> int:
    """How many works a unit may recommend, the places for 三区 among them."""
    return unit.quota + (limits.sanqu_extra if unit.sanqu else 0)


def entrant_of(work: Work, config: Config, *, late: bool = False) -> Entrant:
    """late: it came after the deadline."""
    sheet = sheet_of(work)
    fields = sheet.fields if sheet else {}

    def said(name: str) -> str:
        found = fields.get(name)
        return " ".join(found.value.split())[:_MAX] if found and not found.blank else ""

    authors = people(fields["author"].value) if "author" in fields else people("")
    kind, name = ("", "") if has_units(config, work.track) else _who(said)
    return Entrant(
        id=work.id,
        track=work.track,
        title=work.title,
        **_unit(work, config, said("recommender")),
        authors=authors.names,
        author=authors.written[:_MAX],
        author_sure=authors.confidence,
        author_unit=said("author_unit"),
        producer=said("producer"),
        kind=kind,
        name=name,
        proof=_number(said("entrant_id")),
        contacts=tuple(sorted(_contacts(work, config, said("phone"), said("email")))),
        films=_files(work.all_of(Kind.VIDEO)),
        forms=_files(work.all_of(Kind.FORM)),
        awaited=any(m.part.is_link and not m.part.problem for m in work.all_of(Kind.VIDEO)),
        pictures=_pictures(work, config),
        sanqu=_says_sanqu(fields.get("sanqu")),
        recognised=bool(sheet and sheet.recognised),
        late=late,
        decision=work.decision.value if work.decision else "",
        alive=not work.gone,
    )


def _unit(work: Work, config: Config, written: str) -> dict[str, Any]:
    """The recommending unit: by what the form says. What mails name supports, and is asked only where that fails."""
    if not has_units(config, work.track):
        return {}
    match = match_recommender(written, config.recommenders) if written else None
    if match and match.confidence >= config.rules.quota.sure:
        return {"unit": match.name, "unit_said": written, "unit_why": match.why}
    near = (match.name,) if match else nearest(written, config.recommenders)
    letters = [m.part.facts.text for m in work.all_of(Kind.COVER_LETTER) if isinstance(m.part.facts, FormFacts)]
    hint = named_in((*letters, *work.texts), config.recommenders)
    return {"unit_said": written, "unit_near": near, "unit_hint": hint}


def _who(said: Callable[[str], str]) -> tuple[str, str]:
    """Who entered by themselves: ("body" or "person", the name as written); ("", "") where the form does not tell."""
    kind = _kind(said("entrant_kind"), said("entrant_id"))
    named, author = said("entrant"), said("author")
    if not kind:
        written = people(named or author)
        kind = "person" if written.confidence >= SURE else "body" if written.names else ""
    if kind == "person":
        return kind, people(named or author).written
    listed = (named, said("producer"), said("author_unit"), author)
    return (kind, next(filter(None, listed), "")) if kind else ("", "")


def _kind(written: str, number: str) -> str:
    ticked = "".join(m[1] for m in _CHECKED.finditer(written)) or written
    is_body, is_person = bool(_BODY_WORDS.search(ticked)), bool(_PERSON_WORDS.search(ticked))
    if is_body != is_person:
        return "body" if is_body else "person"
    plain = _plain_number(number)
    if _IDENTITY_CARD.fullmatch(plain):
        return "person"
    return "body" if _CREDIT_CODE.fullmatch(plain) else ""


def _plain_number(written: str) -> str:
    return "".join(unicodedata.normalize("NFKC", written).upper().replace("-", "").split())


def _number(written: str) -> str:
    """A number on papers as a digest; "" for what is none, or was masked."""
    plain = _plain_number(written)
    whole = _IDENTITY_CARD.fullmatch(plain) or _CREDIT_CODE.fullmatch(plain)
    return _digest(plain) if whole else ""


def _contacts(work: Work, config: Config, phone: str, email: str) -> Iterator[str]:
    """Digests of what reaches its people. Who sends a unit's works is nobody's identity."""
    for found in _PHONE.finditer(unicodedata.normalize("NFKC", phone)):
        yield _digest(re.sub(r"\D", "", found[0])[-11:])
    addresses = set(_ADDRESS.findall(unicodedata.normalize("NFKC", email).lower()))
    if not has_units(config, work.track):
        addresses.update(work.senders)
    yield from map(_digest, addresses)


def _files(materials: Iterable[Material]) -> tuple[str, ...]:
    """What tells files apart: their digests, of a link not fetched what it leads to."""
    parts = (material.part for material in materials)
    return tuple(dict.fromkeys(p.sha256 or f"{p.provider}:{p.link_key}" for p in parts if p.sha256 or p.link_key))


def _pictures(work: Work, config: Config) -> Pictures:
    """Whether the pictures of the film in force can be compared; one that is awaited has none to speak of."""
    material = work.in_force(Kind.VIDEO)
    if material is None:
        return "seen"
    if material.part.is_link:
        return "gone" if material.part.problem else "seen"
    film = work.video
    if film is None:
        return "closed"
    if film.watched is None:
        return "waits" if config.analysis.watch else "off"
    return "seen" if film.watched.fingerprint else "few"


def film_key(sha256: str) -> str:
    """Under which works that have this film stand among the keys of all."""
    return key_of("film", sha256)


def _says_sanqu(found: FieldValue | None) -> bool:
    if found is None or found.blank:
        return False
    ticked = [m[1] for m in _CHECKED.finditer(found.value)]
    written = (ticked[0] if ticked else found.normal or found.value).strip().lower()
    return bool(_YES.match(unicodedata.normalize("NFKC", written)))


def keys_of(entrant: Entrant) -> frozenset[str]:
    """What this work may have in common with others: two works without a common key are alike in nothing."""
    return frozenset(key_of(kind, value) for kind, value in _keys(entrant))


AUTHOR = "author"
"""The kind of key by which works are found whose first authors have one name, whoever they are."""


def name_key(entrant: Entrant) -> str:
    """The key of its first author's name, "" where there is none to compare."""
    return key_of(AUTHOR, entrant.authors[0]) if entrant.authors and entrant.author_sure >= SURE else ""


def key_of(kind: str, value: str) -> str:
    """One key as the ledger keeps it."""
    return f"{kind}:{_digest(value)}"


def _keys(entrant: Entrant) -> Iterator[tuple[str, str]]:
    yield from (("film", film) for film in entrant.films)
    yield from (("form", form) for form in entrant.forms)
    if title := fold(entrant.title):
        yield "title", title
    if producer := body(entrant.producer):
        yield "producer", producer.key
    if entrant.proof:
        yield "proof", entrant.proof
    if entrant.kind == "body" and (who := body(entrant.name)):
        yield "entity", who.key
    names = {entrant.authors[0]} if name_key(entrant) else set()
    if entrant.kind == "person" and fold(entrant.name):
        names.add(fold(entrant.name))
    unit = body(entrant.author_unit)
    for name in sorted(names):
        yield AUTHOR, name
        if unit:
            yield "person", f"{name}|{unit.key}"
        yield from (("reach", f"{name}|{contact}") for contact in entrant.contacts)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:20]
