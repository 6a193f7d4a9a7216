"""What a leaf of a mail is: one of its files, a signature, sealed; and what lies in a file as if it were a leaf."""

from __future__ import annotations

from dataclasses import replace

from parsers.mime import Entity

_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime")


def within(around: Entity, content_type: str, name: str, raw_name: bytes, *, cid: str = "") -> Entity:
    """A file that lies in `around` without headers of its own."""
    head = ((b"content-id", cid.encode("utf-8", "replace")),) if cid else ()
    parents = (*around.parents, around.content_type)
    kind = content_type.lower() if "/" in content_type else "application/octet-stream"
    made = Entity(head, kind, {}, "", raw_name, name, "", parents=parents)
    return replace(made, forwarded=around.forwarded, inside=around.inside)


def is_file(entity: Entity) -> bool:
    """The leaf is a file of the mail: it has a name, or is marked attachment, or is neither text nor message.

    Not the parts of a report, not a text among alternatives nor the page that related pictures belong to, not
    signatures.
    """
    kind, attached = entity.content_type, entity.disposition == "attachment"
    parent = _parent(entity)
    if parent == "multipart/report" or is_signature(entity):
        return False
    wordy = kind.startswith(("text/", "message/"))
    if (
        wordy
        and not attached
        and (parent == "multipart/alternative" or (parent == "multipart/related" and entity.first))
    ):
        return False
    return bool(entity.name) or attached or not wordy


def is_signature(entity: Entity) -> bool:
    """It signs what stands before it, by its type or by its name and place."""
    if entity.content_type in _SIGNATURES:
        return True
    signs = _parent(entity) == "multipart/signed" and not entity.first
    return signs and entity.name.lower().endswith((".p7s", ".asc", ".sig"))


def is_sealed(entity: Entity) -> bool:
    """It is encrypted, or signed in a way that hides what is in it."""
    return entity.content_type in _SEALED or (_parent(entity) == "multipart/encrypted" and not entity.first)


def _parent(entity: Entity) -> str:
    return entity.parents[-1] if entity.parents else ""
