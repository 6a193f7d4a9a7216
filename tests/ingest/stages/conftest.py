"""A mailbox on a real Dovecot, polled by the stage itself."""

import datetime as dt
import itertools
import os
import re
from contextlib import contextmanager

import pytest

from ingest.batch import open_context
from ingest.config import load
from ingest.stages import fetch
from ingest.workers import Workers

CHINA = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2024, 10, 8, 12, tzinfo=CHINA)
numbers = itertools.count(1)

CONFIG = """\
[[mailboxes]]
name = "recommended"
track = "recommended"
address = "{user}"
url = "{url}"
folders = {folders}
[storage]
root = "数据"
share = "共享"
reserve_bytes = 0
"""


def _letter(number, body=b"text"):
    return b"From: a@qq.com\r\nMessage-ID: <m%d@qq.com>\r\nSubject: hello\r\n\r\n%s\r\n" % (number, body)


class Office:
    """A mailbox on a Dovecot and a ledger that polls it. `poll()` is one visit, as a new process would make it."""

    def __init__(self, dovecot, folder, clock):
        self.dovecot, self.folder, self.clock = dovecot, folder, clock
        self.user = dovecot.make_user(f"office{next(numbers)}@163.com")
        self.uids = {}
        self.folders('["INBOX"]')

    def folders(self, toml):
        text = CONFIG.format(user=self.user.name, url=self.dovecot.url(), folders=toml)
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    def open(self):
        config = load(self.folder / "config.toml", environ={}, cwd=self.folder)
        secret = {"KEPU_RECOMMENDED_PASSWORD": self.user.password}
        return open_context(config, clock=self.clock, environ=secret)

    def poll(self, until=None):
        """One visit; `until` "listed": it dies before it copies. Returns its tally."""
        with self.open() as context:
            context.workers = Workers(0)
            with pytest.MonkeyPatch.context() as patch:
                if until == "listed":
                    patch.setattr(fetch, "copy_all", lambda _: None)
                fetch.fetch(context)
            return context.tally

    def deliver(self, number, at=NOON, folder="INBOX", body=b"text"):
        self.uids[number] = self.dovecot.deliver(self.user, _letter(number, body), at, folder)

    def move(self, number, target, source="INBOX"):
        with self.dovecot._client(self.user) as client:
            client.create(target)
            client.select(source)
            kind, _ = client.uid("MOVE", str(self.uids[number]), target)
            assert kind == "OK"

    def rows(self):
        with self.open() as context, context.read() as tx:
            return tx.arrivals.rows()

    def places(self):
        """(mail, folder, is gone) of every key, in the order they became known."""
        with self.open() as context, context.read() as tx:
            rows = tx.connection.exec_driver_sql("SELECT arrival_id, folder, gone FROM keys ORDER BY id")
            return [(mail, folder, bool(gone)) for mail, folder, gone in rows]

    def todos(self):
        with self.open() as context, context.read() as tx:
            return [row["key"] for row in tx.desk.todos()]

    def stages(self):
        return [row["stage"] for row in self.rows()]

    def number_anew(self, raws):
        """The inbox as a server makes it that counts its UIDs from 1 again and keeps its UIDVALIDITY."""
        listed = self.user.maildir / "dovecot-uidlist"
        validity = int(re.search(r" V(\d+)", listed.read_text().splitlines()[0])[1])
        for path in [*self.user.maildir.glob("dovecot.index*"), *self.user.maildir.glob("[cn]*/*")]:
            path.unlink()
        for second, (raw, at) in enumerate(raws):
            path = self.user.maildir / "new" / f"{1_700_000_000 + second}.M1P1.host"
            path.write_bytes(raw)
            os.utime(path, (at.timestamp(), at.timestamp()))
            os.chown(path, self.dovecot.uid, self.dovecot.gid)
        listed.write_text(f"3 V{validity} N1 G{os.urandom(16).hex()}\n")
        os.chown(listed, self.dovecot.uid, self.dovecot.gid)


@pytest.fixture
def office(dovecot, tmp_path, contest):
    return Office(dovecot, tmp_path, contest.clock)


@pytest.fixture(scope="session")
def letter():
    """The bytes of mail n."""
    return _letter


@pytest.fixture
def wrong_password(office):
    """The office with a password that the server refuses, until `wrong` is False."""
    secret = office.user.password
    office.wrong = True
    opened = office.open

    @contextmanager
    def counted():
        with opened() as context:
            context.password = lambda _: "wrong" if office.wrong else secret
            yield context

    office.open = counted
    return office
