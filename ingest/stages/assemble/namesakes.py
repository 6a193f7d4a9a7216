"""Whether a mail and a work of the same title are of one entrant: two units may call their works alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest import manners
from ingest.ledger.works import Candidate
from ingest.model import Arrival, Part
from ingest.names import body, fold, same_body
from parsers.facts import FormFacts

_SAME_BODY = 0.9
"""From here on two names are one legal body's."""

_WHO = ("author", "author_unit", "producer", "recommender")
_UNITS = ("producer", "author_unit")


@dataclass(frozen=True)
class Namesake:
    """A work of another sender, and what its form says of who enters: field to value, empty without a form."""

    work: Candidate
    says: Mapping[str, str]


def said_in(forms: Sequence[Part]) -> dict[str, str]:
    """What forms say of who enters."""
    found: dict[str, str] = {}
    for form in forms:
        fields = form.facts.fields if isinstance(form.facts, FormFacts) else {}
        for name in _WHO:
            if name in fields and fields[name].value.strip():
                found.setdefault(name, fields[name].value)
    return found


def one_entrant(arrival: Arrival, forms: Sequence[Part], other: Namesake) -> bool | None:
    """They are of one entrant, or of two (False); None if nothing tells.

    forms: those of the mail that give the title. The forms tell first, then the mail domain, if it is a unit's own.
    """
    told = _by_forms(said_in(forms), other.says)
    if told is not None:
        return told
    domain = manners.unit_domain(arrival.from_address)
    own = {manners.unit_domain(address) for address in other.work.addresses}
    return True if domain and domain in own else None


def _by_forms(mine: Mapping[str, str], theirs: Mapping[str, str]) -> bool | None:
    """One producer, or one author of one unit; two where nobody is in common. None where too little is said."""
    units = [_same(mine[name], theirs[name]) for name in _UNITS if mine.get(name) and theirs.get(name)]
    author = None
    if mine.get("author") and theirs.get("author"):
        author = fold(mine["author"]) == fold(theirs["author"])
    if any(units):
        return True
    if not units:
        return None
    return None if author else False


def _same(one: str, other: str) -> bool:
    a, b = body(one), body(other)
    return a is not None and b is not None and same_body(a, b)[0] >= _SAME_BODY
