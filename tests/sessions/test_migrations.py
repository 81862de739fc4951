"""A database is always at exactly one step."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from attune.errors import StoreError
from attune.sessions.migrations import MIGRATIONS, Migration, migrate

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
FIRST = Migration(number=1, name="first", statements=("CREATE TABLE a (x)",))
SECOND = Migration(number=2, name="second", statements=("CREATE TABLE b (x)", "INSERT INTO a VALUES (7)"))
BROKEN = Migration(number=2, name="broken", statements=("CREATE TABLE b (x)", "INSERT INTO missing VALUES (1)"))


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    """Return an empty database in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def tables(database: sqlite3.Connection) -> list[str]:
    """Return the names of the tables."""
    return [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]


def test_empty_database_takes_every_step_and_records_it(database: sqlite3.Connection) -> None:
    """Each step is recorded with its name and the time that was handed in."""
    assert migrate(database, now=NOW, migrations=(FIRST, SECOND)) == (1, 2)
    assert tables(database) == ["a", "b", "migrations"]
    assert database.execute("SELECT * FROM migrations").fetchall() == [
        (1, "first", "2026-11-23T18:30:00+00:00"),
        (2, "second", "2026-11-23T18:30:00+00:00"),
    ]


def test_database_one_step_behind_takes_only_that_step(database: sqlite3.Connection) -> None:
    """What was done before is not done again."""
    migrate(database, now=NOW, migrations=(FIRST,))
    assert migrate(database, now=NOW, migrations=(FIRST, SECOND)) == (2,)
    assert database.execute("SELECT x FROM a").fetchall() == [(7,)]


def test_database_up_to_date_is_left_alone(database: sqlite3.Connection) -> None:
    """Opening a second time changes nothing."""
    migrate(database, now=NOW, migrations=(FIRST,))
    changes = database.total_changes
    assert migrate(database, now=NOW, migrations=(FIRST,)) == ()
    assert database.total_changes == changes


def test_step_that_fails_leaves_neither_tables_nor_record(database: sqlite3.Connection) -> None:
    """A step and its record share a transaction."""
    migrate(database, now=NOW, migrations=(FIRST,))
    with pytest.raises(sqlite3.OperationalError, match="missing"):
        migrate(database, now=NOW, migrations=(FIRST, BROKEN))
    assert tables(database) == ["a", "migrations"]
    assert database.execute("SELECT number FROM migrations").fetchall() == [(1,)]
    assert not database.in_transaction


def test_database_of_a_newer_program_is_refused_in_one_line(database: sqlite3.Connection) -> None:
    """An old program must not write into a shape that it does not know."""
    migrate(database, now=NOW, migrations=(FIRST, SECOND))
    with pytest.raises(StoreError) as caught:
        migrate(database, now=NOW, migrations=(FIRST,))
    assert str(caught.value) == (
        "the sessions were kept by a newer Attune (its step 2, this one knows 1); "
        "install the newer version again to read them"
    )


def test_released_steps_are_numbered_without_holes() -> None:
    """The last number is also how many there are."""
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
