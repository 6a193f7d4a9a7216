"""Is this mail known under another key? Moved mail and mail of a rebuilt mailbox is, and is not fetched again.

The same mail: the same header (the Message-ID is in it) and the same size. One whose body never came is told by its
size and its arrival, and by not being where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from ingest.context import Context
from ingest.model import Listing
from ingest.sources import Folder, Identity, Source


class Recogniser:
    """Compares new keys of a mailbox with its known mails.

    asks: headers may be fetched, which is for folders that mail can have come to from another one, or anew.
    """

    def __init__(self, context: Context, source: Source, folders: Sequence[Folder], *, asks: bool) -> None:
        self._context = context
        self._source = source
        self._folders = {(folder.name, folder.uidvalidity): folder for folder in folders}
        self._asks = asks
        self._taken: set[tuple[int, str]] = set()
        self._living: dict[int, list[Listing]] = {}  # looked up once: what is met again since then is in `_taken`
        self._old: dict[int, bool] = {}
        self._told: dict[Listing, Identity | None] = {}

    def known(self, folder: Folder, lot: Sequence[Listing]) -> Mapping[str, int]:
        """By uid, the mails that these listings of one folder are; those that are new are left out."""
        found: dict[str, int] = {}
        with self._context.read() as tx:
            alike = tx.keys.alike(lot)
        candidates = {mail for mails in alike.values() for mail in mails}
        self._look_up(candidates)
        moved = candidates if self._asks else {mail for mail in candidates if not self._living[mail]}
        for listing in lot:
            maybe = [mail for mail in alike.get(listing.uid, ()) if mail in moved] if moved else ()
            mail = self._never_fetched(folder, listing, maybe)
            if mail is not None:
                found[listing.uid] = mail
        if self._asks and self._any_fetched():
            rest = [listing for listing in lot if listing.uid not in found]
            found |= self._fetched(folder, rest)
        return found

    def is_still(self, folder: Folder, listings: Sequence[Listing]) -> dict[str, int | None]:
        """By uid, the mails under known keys that are listed otherwise than before; None: a mail nobody knows."""
        identities = self._source.identify(folder, [listing.uid for listing in listings])
        found: dict[str, int | None] = {}
        with self._context.read() as tx:
            for listing in listings:
                identity = identities.get(listing.uid)
                if identity is None:
                    continue
                held = tx.keys.at(listing)
                mails = tx.keys.of_header(listing.mailbox, identity.header_sha256, identity.size)
                found[listing.uid] = held if held in mails else next(iter(mails), None)
        return found

    def _any_fetched(self) -> bool:
        with self._context.read() as tx:
            return tx.arrivals.any_fetched()

    def _fetched(self, folder: Folder, lot: Sequence[Listing]) -> dict[str, int]:
        identities = self._source.identify(folder, [listing.uid for listing in lot]) if lot else {}
        found: dict[str, int] = {}
        for listing in lot:
            identity = identities.get(listing.uid)
            if identity is None:
                continue
            with self._context.read() as tx:
                mails = tx.keys.of_header(listing.mailbox, identity.header_sha256, identity.size)
            mail = next((mail for mail in mails if self._free(folder, mail)), None)
            if mail is not None:
                found[listing.uid] = self._take(folder, mail)
        return found

    def _never_fetched(self, folder: Folder, listing: Listing, alike: Sequence[int]) -> int | None:
        for mail in alike:
            if self._moved(listing, mail) and self._free(folder, mail):
                return self._take(folder, mail)
        return None

    def _moved(self, listing: Listing, mail: int) -> bool:
        """Whether a mail that was only listed is this one: it is not where it was, or is the same there and here."""
        living = self._places(mail)
        if not living or self._is_old(mail):
            return True
        there = [identity for place in living if (identity := self._identity(place)) is not None]
        return not there or self._identity(listing) in there

    def _places(self, mail: int) -> list[Listing]:
        if mail not in self._living:
            self._look_up({mail})
        return self._living[mail]

    def _look_up(self, mails: Set[int]) -> None:
        """Where these mails are, asked of the ledger together: there may be hundreds alike to every one listed."""
        new = mails - self._living.keys()
        if not new:
            return
        with self._context.read() as tx:
            places = tx.keys.living_places(new)
        self._living |= {mail: [place.listing for place in places.get(mail, ())] for mail in new}

    def _is_old(self, mail: int) -> bool:
        if mail not in self._old:
            with self._context.read() as tx:
                self._old[mail] = tx.arrivals.row(mail)["ended"] is not None
        return self._old[mail]

    def _identity(self, place: Listing) -> Identity | None:
        """What is at a place now; None if nothing is, or it is not polled any more."""
        if place not in self._told:
            folder = self._folders.get((place.folder, place.uidvalidity))
            self._told[place] = None if folder is None else self._source.identify(folder, [place.uid]).get(place.uid)
        return self._told[place]

    def _free(self, folder: Folder, mail: int) -> bool:
        """Whether a known mail is not in this very folder already: two copies there are two mails, one a duplicate."""
        if (mail, folder.name) in self._taken:
            return False
        here = [
            place
            for place in self._places(mail)
            if (place.folder, place.uidvalidity) == (folder.name, folder.uidvalidity)
        ]
        return not any(self._identity(place) for place in here)

    def _take(self, folder: Folder, mail: int) -> int:
        self._taken.add((mail, folder.name))
        return mail
