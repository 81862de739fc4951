"""Sessions are kept for their owner alone, found again, and erased for good."""

import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from attune.errors import StoreError
from attune.events import SessionRecord
from attune.sessions.document import session_document
from attune.sessions.kept import SessionKind
from attune.sessions.store import Store
from evening_session import ANNA, turn

EVENING = datetime(2026, 11, 23, 18, 30, 12, 500, tzinfo=timezone(timedelta(hours=1)))


def clock() -> datetime:
    """Return the same moment always."""
    return datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@pytest.fixture
def document(evening: SessionRecord) -> dict[str, Any]:
    """Return the document of Anna and Ben."""
    return session_document(evening)


def add(folder: Path, document: dict[str, Any], *, started_at: datetime = EVENING) -> str:
    """Keep a document and return its id."""
    with Store.open(folder, clock=clock) as store:
        return store.add(document, kind=SessionKind.LISTEN, started_at=started_at).id


def test_kept_session_is_listed_and_read_back(tmp_path: Path, document: dict[str, Any]) -> None:
    """What was handed in comes back, also after closing and opening."""
    with Store.open(tmp_path / "sessions", clock=clock) as store:
        kept = store.add(document, kind=SessionKind.DEMO, started_at=EVENING)
    with Store.open(tmp_path / "sessions", clock=clock) as store:
        assert store.list() == (kept,)
        assert store.get(kept.id) == document
    assert kept.started_at == EVENING.replace(microsecond=0)
    assert (kept.kind, kept.source, kept.duration_s) == (SessionKind.DEMO, "evening.flac", 61.2)
    assert kept.speakers == ("Anna", "Ben")
    assert (kept.turns, kept.transfers, kept.acts, kept.feedback) == (3, 3, 3, 1)


def test_id_carries_the_users_own_time_and_can_be_typed(tmp_path: Path, document: dict[str, Any]) -> None:
    """The date and time on the wall, and three letters."""
    name = add(tmp_path, document)
    assert name[:16] == "2026-11-23-1830-"
    assert len(name) == 19
    assert set(name[16:]) <= set("0123456789abcdef")


def test_same_document_twice_in_a_minute_gets_two_ids(tmp_path: Path, document: dict[str, Any]) -> None:
    """Nothing is overwritten."""
    names = {add(tmp_path, document) for _ in range(5)}
    assert len(names) == 5


def test_list_has_the_newest_first_across_time_zones(tmp_path: Path, document: dict[str, Any]) -> None:
    """Half past six in Berlin is before six in London."""
    early = add(tmp_path, document, started_at=EVENING)
    late = add(tmp_path, document, started_at=datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
    with Store.open(tmp_path, clock=clock) as store:
        assert [kept.id for kept in store.list()] == [late, early]


def test_beginning_of_an_id_is_enough_where_it_is_the_only_one(tmp_path: Path, document: dict[str, Any]) -> None:
    """The day alone finds the only session of a day."""
    name = add(tmp_path, document)
    add(tmp_path, document, started_at=datetime(2026, 12, 1, 9, 0, tzinfo=UTC))
    with Store.open(tmp_path, clock=clock) as store:
        assert store.find("2026-11-23").id == name


def test_beginning_of_two_ids_is_refused_with_both(tmp_path: Path, document: dict[str, Any]) -> None:
    """The message shows what to choose from."""
    first = add(tmp_path, document)
    second = add(tmp_path, document, started_at=datetime(2026, 12, 1, 9, 0, tzinfo=UTC))
    with Store.open(tmp_path, clock=clock) as store, pytest.raises(StoreError) as caught:
        store.find("2026")
    assert str(caught.value) == f"2 sessions begin with '2026' ({first}, {second}); add a letter or two"


@pytest.mark.parametrize("name", ["1999", "", "%", "2026-11-23-1830-%", "_"])
def test_name_of_no_session_is_refused(tmp_path: Path, document: dict[str, Any], name: str) -> None:
    """Neither nothing nor a wild card names a session."""
    add(tmp_path, document)
    with Store.open(tmp_path, clock=clock) as store, pytest.raises(StoreError, match=r"^no session is called"):
        store.get(name)


def test_store_is_closed_to_other_users(tmp_path: Path, document: dict[str, Any]) -> None:
    """Folder 0700, file 0600, also where they were open before."""
    folder = tmp_path / "sessions"
    folder.mkdir(mode=0o755)
    (folder / "sessions.sqlite3").touch(mode=0o644)
    add(folder, document)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "sessions.sqlite3").stat().st_mode) == 0o600


def test_erased_session_leaves_no_word_in_any_file(tmp_path: Path, evening: SessionRecord) -> None:
    """The raw bytes of the folder hold the words before, and neither words nor names after."""
    long_talk = " ".join(f"pomegranate{n}" for n in range(4000))  # many pages of the file
    spoken = replace(evening, turns=(turn(ANNA, 1.0, 9.0, long_talk),), speakers=(ANNA, "Quetzalcoatl"))
    stays = add(tmp_path, session_document(evening))
    goes = add(tmp_path, session_document(spoken))
    assert b"pomegranate3999" in raw(tmp_path)
    with Store.open(tmp_path, clock=clock) as store:
        assert store.erase(goes).id == goes
        assert [kept.id for kept in store.list()] == [stays]
        assert b"pomegranate" not in raw(tmp_path)
        assert b"Quetzalcoatl" not in raw(tmp_path)
        assert goes.encode() not in raw(tmp_path)
        assert store.get(stays) == session_document(evening)


def test_erasing_all_leaves_an_empty_store(tmp_path: Path, document: dict[str, Any]) -> None:
    """Every session goes, newest first in the answer, and no quote stays behind."""
    names = [add(tmp_path, document, started_at=EVENING + timedelta(days=day)) for day in range(3)]
    assert b"feel tired" in raw(tmp_path)
    with Store.open(tmp_path, clock=clock) as store:
        assert [kept.id for kept in store.erase_all()] == names[::-1]
        assert store.list() == ()
    assert b"feel tired" not in raw(tmp_path)


def test_two_processes_add_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    """Both also find no database at first, and one of them makes it."""
    program = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from attune.sessions.kept import SessionKind
from attune.sessions.store import Store
document = {"schema": "attune.session/1", "source": sys.argv[2], "duration": 1.0, "speakers": ["A"]}
document |= {part: [] for part in ("turns", "transfers", "acts", "feedback")}
for n in range(15):
    with Store.open(Path(sys.argv[1])) as store:
        store.add(document, kind=SessionKind.ANALYZE, started_at=datetime(2026, 11, 23, tzinfo=UTC))
"""
    command = [sys.executable, "-c", program, str(tmp_path / "sessions")]
    running = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    with Store.open(tmp_path / "sessions", clock=clock) as store:
        kept = store.list()
    assert sorted(session.source for session in kept) == ["one"] * 15 + ["two"] * 15
    assert len({session.id for session in kept}) == 30


def test_file_in_use_by_another_program_is_told(tmp_path: Path, document: dict[str, Any]) -> None:
    """Waiting ends, and the message says what to do."""
    other = sqlite3.connect(tmp_path / "sessions.sqlite3", isolation_level=None)
    with Store.open(tmp_path, clock=clock, wait_s=0.0) as store:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError) as caught:
            store.add(document, kind=SessionKind.LISTEN, started_at=EVENING)
        other.execute("ROLLBACK")
        other.close()
        assert str(caught.value) == (
            f"{tmp_path}/sessions.sqlite3: another program is using it; try again when that is done"
        )
        assert store.list() == ()


def test_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """The message names the file and how to go on."""
    (tmp_path / "sessions.sqlite3").write_bytes(b"not a database at all, but long enough to be read as one" * 40)
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path, clock=clock)
    assert str(caught.value) == (
        f"{tmp_path}/sessions.sqlite3: it is not a database of sessions; move the file away to start afresh"
    )


def test_database_of_a_newer_program_is_told(tmp_path: Path, document: dict[str, Any]) -> None:
    """Opening refuses; nothing is written."""
    add(tmp_path, document)
    with sqlite3.connect(tmp_path / "sessions.sqlite3") as connection:
        connection.execute("INSERT INTO migrations VALUES (99, 'from the future', '2030-01-01')")
    connection.close()
    with pytest.raises(
        StoreError, match=r"^the sessions were kept by a newer Attune \(its step 99, this one knows 2\)"
    ):
        Store.open(tmp_path, clock=clock)


def test_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    """The message says which folder, why, and how to choose another."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path / "file", clock=clock)
    assert str(caught.value) == (
        f"sessions cannot be kept in {tmp_path}/file: file exists; set ATTUNE_HOME to another folder"
    )


def test_damaged_document_is_told_and_can_be_erased(tmp_path: Path, document: dict[str, Any]) -> None:
    """One bad row does not take the others with it."""
    name = add(tmp_path, document)
    with sqlite3.connect(tmp_path / "sessions.sqlite3") as connection:
        connection.execute("UPDATE documents SET document = '{'")
    connection.close()
    with Store.open(tmp_path, clock=clock) as store:
        with pytest.raises(StoreError) as caught:
            store.get(name)
        assert str(caught.value) == f"the document of session {name} is damaged; `attune erase {name}` removes it"
        store.erase(name)
        assert store.list() == ()


def test_document_of_another_schema_is_refused(tmp_path: Path) -> None:
    """The store keeps one kind of document."""
    with Store.open(tmp_path, clock=clock) as store, pytest.raises(ValueError, match=r"keeps attune.session/1"):
        store.add({"schema": "attune.session/2"}, kind=SessionKind.LISTEN, started_at=EVENING)


def test_start_without_time_zone_is_refused(tmp_path: Path, document: dict[str, Any]) -> None:
    """Without a zone, sessions could not be put in order."""
    with Store.open(tmp_path, clock=clock) as store, pytest.raises(ValueError, match="time zone"):
        store.add(document, kind=SessionKind.LISTEN, started_at=datetime(2026, 11, 23))


def test_addition_that_fails_leaves_no_half_session(tmp_path: Path, document: dict[str, Any]) -> None:
    """The row of the list and the document come together or not at all."""
    with Store.open(tmp_path, clock=clock) as store:
        with sqlite3.connect(tmp_path / "sessions.sqlite3") as other:
            other.execute("DROP TABLE documents")
        other.close()
        with pytest.raises(StoreError, match="no such table"):
            store.add(document, kind=SessionKind.LISTEN, started_at=EVENING)
        assert store.list() == ()


def raw(folder: Path) -> bytes:
    """Return the bytes of every file in a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
