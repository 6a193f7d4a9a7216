"""A mailbox on a real Dovecot behind the scripted proxy, and the source that polls it."""

import datetime as dt
import io
import itertools

import pytest

from ingest.config import Mailbox
from ingest.sources.imap import ImapSource
from ingest.sources.imap_pace import Pace

MONDAY = dt.datetime(2024, 10, 7, 9, 30, 15, tzinfo=dt.timezone(dt.timedelta(hours=8)))
numbers = itertools.count(1)


class Known:
    """Everything up to a UID is known."""

    def __init__(self, last_uid=0):
        self.last_uid = last_uid

    def known(self, uids):
        return {uid for uid in uids if int(uid) <= self.last_uid}


class Live:
    """One mailbox, its server, the proxy before it, and the source. `slept`: seconds waited between tries."""

    def __init__(self, dovecot, proxy):
        self.dovecot, self.proxy = dovecot, proxy
        self.user = dovecot.make_user(f"live{next(numbers)}@163.com")
        self.slept = []
        self.logins = []
        self.source = self.make_source()

    def make_source(self, *, folders=("INBOX",), password=None, **pace):
        mailbox = Mailbox(name="box", track="recommended", address=self.user.name, url=self.proxy.url, folders=folders)
        pace = Pace(**{"connect": 5, "read": 5, "sleep": self.slept.append, **pace})
        return ImapSource(mailbox, lambda: self.logins.append(1) or password or self.user.password, pace)

    def deliver(self, raw, folder="INBOX"):
        return self.dovecot.deliver(self.user, raw, MONDAY, folder)

    def list_all(self, last_uid=0, source=None):
        source = source or self.source
        return [item for folder in source.folders() for item in source.listing(folder, Known(last_uid))]

    def copy(self, listing=None, source=None):
        target = io.BytesIO()
        (source or self.source).copy(listing or self.list_all(source=source)[0], target)
        return target.getvalue()


@pytest.fixture
def live(dovecot, proxy):
    """A new, empty mailbox behind the proxy."""
    live = Live(dovecot, proxy)
    yield live
    live.source.close()


@pytest.fixture
def monday():
    """When mails arrive."""
    return MONDAY
