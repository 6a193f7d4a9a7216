"""The ledger: what arrived, where it stands, what became of it. One transaction an item, so a killed run resumes.

`Ledger.begin()` gives a `Transaction`; its attributes are the chapters. Nothing outside this package writes SQL.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from ingest.errors import ConfigError, DiskError
from ingest.ledger import schema
from ingest.ledger.alerts import Alerts
from ingest.ledger.arrivals import Arrivals
from ingest.ledger.desk import Desk
from ingest.ledger.digests import Digests
from ingest.ledger.entrants import Entrants
from ingest.ledger.films import Films
from ingest.ledger.kin import Kin
from ingest.ledger.letters import Letters
from ingest.ledger.links import Links
from ingest.ledger.loading import load_works
from ingest.ledger.moves import Moves
from ingest.ledger.openings import Openings
from ingest.ledger.posting import Posting
from ingest.ledger.scans import Scans
from ingest.ledger.telling import Telling
from ingest.ledger.watched import Watching
from ingest.ledger.works import Works
from ingest.model import Work

__all__ = ["Ledger", "Transaction", "open_ledger"]


_THE_WORLD_S = frozenset({5, 6, 7, 8, 10, 11, 13, 14, 26})
"""SQLite's result codes no program can mend: BUSY LOCKED NOMEM READONLY IOERR CORRUPT FULL CANTOPEN NOTADB."""


class Transaction:
    """One open transaction, with the ledger's chapters on it."""

    def __init__(self, connection: Connection, now: dt.datetime) -> None:
        self.connection = connection
        self.now = now
        self.desk = Desk(connection, now)
        self.arrivals = Arrivals(connection, now, self.desk)
        self.keys = self.arrivals.keys
        self.works = Works(connection, now, self.desk)
        self.films = Films(connection, self.desk)
        self.entrants = Entrants(connection, now, self.desk, self.films)
        self.moves = Moves(connection, now, self.desk)
        self.letters = Letters(connection, now, self.desk)
        self.scans = Scans(connection, now, self.desk)
        self.openings = Openings(connection, now, self.desk, self.arrivals.part_rows)
        self.links = Links(connection, now, self.desk)
        self.kin = Kin(connection, now, self.desk, self.moves)
        self.posting = Posting(connection, now, self.desk)
        self.telling = Telling(connection, now, self.desk)
        self.alerts = Alerts(connection, now, self.desk)
        self.digests = Digests(connection, self.desk)
        self.watching = Watching(connection, now, self.desk, self.works)

    def load(self, ids: Sequence[str], wants: str, *, brief: bool = False) -> dict[str, Work]:
        """Works as the rules see them, with the facts kept under `wants`; brief: without what was read off films."""
        return load_works(self.arrivals, self.works, self.scans, ids, wants, brief=brief)


class Ledger:
    """An open ledger. `now` is asked once a transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(kepu_writes=True)

    @contextmanager
    def begin(self, now: dt.datetime) -> Iterator[Transaction]:
        """A transaction: committed at the end of the block, rolled back whole if it raises.

        It is the only one that writes from its first moment on. DiskError if the database cannot be written.
        """
        with _trouble(self.engine), self._writing.begin() as connection:
            yield Transaction(connection, now)

    @contextmanager
    def read(self, now: dt.datetime) -> Iterator[Transaction]:
        """A consistent view, nothing written. DiskError if the database cannot be read."""
        with _trouble(self.engine), self.engine.connect() as connection:
            yield Transaction(connection, now)
            connection.rollback()

    def close(self) -> None:
        """Give the file back."""
        self.engine.dispose()


def open_ledger(url: str, root: Path, *, edition: str, create: bool = True, read_only: bool = False) -> Ledger:
    """The ledger at `url` ("" is ledger.sqlite under root), made or migrated if need be.

    edition: what it is of ("2024 全国科普微视频大赛"); one ledger holds one edition. With create=False a ledger that is
    not there is a ConfigError with the mend, and nothing is made. read_only: nothing can be written through it; one of
    an older shape is a ConfigError.
    """
    url = url or f"sqlite:///{root / 'ledger.sqlite'}"
    path = Path(make_url(url).database or "") if url.startswith("sqlite") else None
    if path is not None and not path.exists():
        if not create:
            raise ConfigError(
                "还没有台账数据",
                why=f"没有找到 {path}",
                mend="请先运行一次 kepu run（或 kepu demo 试用），再执行本命令。",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = _engine(url, read_only=read_only)
    try:
        with _trouble(engine):
            _migrate(engine, read_only=read_only)
            _claim(engine, edition)
    except BaseException:
        engine.dispose()
        raise
    return Ledger(engine)


@contextmanager
def _trouble(engine: Engine) -> Iterator[None]:
    """Turn a database that is busy, full, damaged or gone into the operator's error; a wrong statement stays a bug."""
    try:
        yield
    except DatabaseError as error:
        code = getattr(error.orig, "sqlite_errorcode", None)
        ours = (code & 0xFF) not in _THE_WORLD_S if code is not None else not isinstance(error, OperationalError)
        if ours:
            raise
        raise DiskError(
            "台账数据库无法读写",
            why=f"{engine.url.render_as_string(hide_password=True)}：{error.orig}",
            mend="请检查该磁盘是否已满、是否可写，以及有没有别的程序占用；数据库损坏时请从备份恢复。",
        ) from error


def _engine(url: str, *, read_only: bool) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = (
            None  # we say BEGIN ourselves: the driver's own starts too late for a consistent read
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # who means to write takes the lock at once: a reader that turns writer may find its view outdated, and fail
        writes = connection.get_execution_options().get("kepu_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _migrate(engine: Engine, *, read_only: bool) -> None:
    with engine.connect() as connection:
        if inspect(connection).has_table("alembic_version"):
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            if version == schema.HEAD:
                return
    if read_only:
        raise ConfigError("台账还是旧版程序的结构", mend="请先运行一次 kepu run，再执行本命令。")
    from alembic import command  # here: a ledger of the newest shape never needs Alembic, whose import costs 0.2 s
    from alembic.config import Config
    from alembic.util import CommandError

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["engine"] = engine
    try:
        command.upgrade(settings, "head")
    except CommandError as error:
        raise ConfigError(
            "这份台账由更新版本的程序建立，当前程序不能打开",
            why=str(error),
            mend="请安装新版本的 kepu-intake 后再运行。",
        ) from error


def _claim(engine: Engine, edition: str) -> None:
    """The ledger is this edition's from its first opening on."""
    query = select(schema.meta.c.value).where(schema.meta.c.key == "edition")
    with engine.connect() as connection:
        found = connection.execute(query).scalar()
    if found is None:
        with engine.execution_options(kepu_writes=True).begin() as connection:
            found = connection.execute(query).scalar()
            if found is None:
                connection.execute(schema.meta.insert().values(key="edition", value=edition))
                return
    if found != edition:
        raise ConfigError(
            f"这份台账属于“{found}”，配置写的是“{edition}”",
            why="一届大赛一份台账，不能混用。",
            mend="请在 config.toml 的 [storage] root 中为新一届指定另一个文件夹。",
        )
