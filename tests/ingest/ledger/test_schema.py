"""The ledger's tables, and the migrations that make them."""

import ast
import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ingest import ledger
from ingest.errors import ConfigError, DiskError
from ingest.ledger import open_ledger, schema

NOW = dt.datetime(2024, 10, 8, 4, tzinfo=dt.UTC)
MIGRATIONS = Path(ledger.__file__).parent / "migrations"


@pytest.fixture
def opened(tmp_path):
    """Opens the ledger of a folder; closed at the end of the test."""
    made = []

    def make(**changes):
        made.append(open_ledger("", tmp_path, **({"edition": "2024 大赛"} | changes)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_migrations_make_the_schema(opened):
    with opened().engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_head_is_the_newest_migration():
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(settings).get_current_head() == schema.HEAD


def test_migrations_stand_without_the_schema_of_today():
    """A migration that imports the schema would change with it."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (MIGRATIONS / "versions").glob("*.py")]
    froms = {node.module for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert froms <= {"alembic", "__future__", "collections.abc"}


def test_ledger_of_the_newest_shape_is_opened_as_it_is(opened):
    opened().close()
    with opened().read(NOW) as tx:
        assert tx.arrivals.rows() == []


def test_ledger_of_another_edition_is_refused(opened):
    opened()
    with pytest.raises(ConfigError, match="2024 大赛"):
        opened(edition="2025 大赛")


def test_ledger_that_is_not_there_is_not_made_for_a_look(opened, tmp_path):
    with pytest.raises(ConfigError, match="还没有台账数据"):
        opened(create=False)
    assert list(tmp_path.iterdir()) == []


def test_ledger_of_a_newer_program_is_refused_with_the_mend(opened):
    with opened().engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="更新版本") as caught:
        opened()
    assert "新版本" in caught.value.mend


def test_file_that_is_no_database_is_the_operators_trouble(opened, tmp_path):
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database, " * 100)
    with pytest.raises(DiskError, match="无法读写"):
        opened()


def test_begin_takes_the_write_lock_at_once(opened):
    """A second writer waits from its first moment, not when it first writes."""
    first, second = opened(), opened()
    with second.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA busy_timeout=0")
    with first.begin(NOW), pytest.raises(DiskError, match="无法读写"), second.begin(NOW):
        pass


def test_read_does_not_wait_for_a_writer(opened):
    first, second = opened(), opened()
    with first.begin(NOW) as writing:
        writing.desk.put("word", "new")
        with second.read(NOW) as reading:
            assert reading.desk.get("word") == ""


def test_read_writes_nothing(opened):
    one = opened()
    with one.read(NOW) as tx:
        tx.desk.put("word", "lost")
    with one.read(NOW) as tx:
        assert tx.desk.get("word") == ""


def test_transaction_that_fails_leaves_nothing(opened):
    one = opened()

    def fail(tx):
        tx.desk.put("word", "lost")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), one.begin(NOW) as tx:
        fail(tx)
    with one.read(NOW) as tx:
        assert tx.desk.get("word") == ""


def test_foreign_keys_are_kept(opened):
    with pytest.raises(sa.exc.IntegrityError), opened().begin(NOW) as tx:
        tx.connection.execute(sa.insert(schema.work_arrivals).values(work_id="R2024-0001", arrival_id=1, role="opened"))


def test_wrong_statement_is_a_bug_and_no_trouble_of_the_operators(opened):
    with pytest.raises(sa.exc.OperationalError), opened().begin(NOW) as tx:
        tx.connection.execute(sa.text("SELECT nothing FROM nowhere"))


def test_time_comes_back_as_it_was(opened):
    china = NOW.astimezone(dt.timezone(dt.timedelta(hours=8)))
    with opened().begin(NOW) as tx:
        tx.connection.execute(sa.insert(schema.runs).values(started_at=china))
        assert tx.connection.execute(sa.select(schema.runs.c.started_at)).scalar_one() == china


def test_naive_time_is_refused(opened):
    with pytest.raises(sa.exc.StatementError, match="naive"), opened().begin(NOW) as tx:
        tx.connection.execute(sa.insert(schema.runs).values(started_at=NOW.replace(tzinfo=None)))
