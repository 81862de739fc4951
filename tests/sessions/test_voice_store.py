"""Voices are kept beside the sessions, each with its agreement, and are erased for good."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from attune.errors import StoreError
from attune.profile import VoiceProfile
from attune.sessions.store import Store
from attune.sessions.voices import Agreement, Consent, VoiceStore

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
AGREED = Agreement(by=Consent.KEY, at=datetime(2026, 11, 23, 18, 29, tzinfo=UTC))


def voices(folder: Path) -> VoiceStore:
    """Open the store at a fixed time."""
    return VoiceStore.open(folder, clock=lambda: NOW)


def profile(seed: int = 1, *, windows: int = 64) -> VoiceProfile:
    """Return a profile of made-up embeddings."""
    vectors = np.random.default_rng(seed).normal(size=(windows, 10, 256))
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return VoiceProfile(encoder="ge2e-1", windows=vectors.astype(np.float32), voiced_s=14.2)


def traces_of(kept: VoiceProfile) -> list[bytes]:
    """Return stretches of a profile's bytes as the file holds them."""
    return [row.astype("<f2").tobytes() for row in kept.windows[::9, 3, :16]]


def raw(folder: Path) -> bytes:
    """Return the bytes of every file in a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_voice_comes_back_after_closing_and_opening(tmp_path: Path) -> None:
    """To the precision of half floats, with vectors of length 1."""
    learned = profile()
    with voices(tmp_path) as store:
        store.add("Ana", learned, agreement=AGREED)
    with voices(tmp_path) as store:
        found = store.profile("Ana")
    assert (found.encoder, found.voiced_s) == ("ge2e-1", 14.2)
    assert found.windows.dtype == np.float32
    assert found.windows == pytest.approx(learned.windows, abs=3e-4)
    assert np.linalg.norm(found.windows, axis=2) == pytest.approx(1.0, abs=1e-6)


def test_list_shows_how_and_when_each_person_agreed(tmp_path: Path) -> None:
    """By name, with the times' own zones."""
    with voices(tmp_path) as store:
        assert store.list() == ()
        store.add("Ben", profile(2), agreement=Agreement(by=Consent.OPTION, at=NOW))
        store.add("Ana", profile(1), agreement=AGREED)
        ana, ben = store.list()
    assert (ana.name, ana.encoder, ana.voiced_s, ana.learned_at) == ("Ana", "ge2e-1", 14.2, NOW)
    assert ana.agreement == AGREED
    assert (ben.name, ben.agreement.by) == ("Ben", Consent.OPTION)


def test_agreement_without_time_zone_is_refused() -> None:
    """It is a record that must mean one moment."""
    with pytest.raises(ValueError, match="needs its time zone"):
        Agreement(by=Consent.KEY, at=datetime(2026, 11, 23))


def test_erased_voice_leaves_nothing_in_any_file(tmp_path: Path) -> None:
    """Neither the name nor an embedding is in the bytes of the folder afterwards; the other voice is."""
    goes, stays = profile(1), profile(2)
    with voices(tmp_path) as store:
        store.add("Quetzalcoatl", goes, agreement=AGREED)
        store.add("Ana", stays, agreement=AGREED)
        assert b"Quetzalcoatl" in raw(tmp_path)
        assert all(trace in raw(tmp_path) for trace in traces_of(goes))
        store.erase("Quetzalcoatl")
        left = raw(tmp_path)
        assert b"Quetzalcoatl" not in left
        assert not any(trace in left for trace in traces_of(goes))
        assert all(trace in left for trace in traces_of(stays))


def test_voice_learned_anew_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    """Replacing is erasing and keeping."""
    with voices(tmp_path) as store:
        store.add("Ana", profile(1), agreement=AGREED)
        store.add("Ana", profile(2), agreement=AGREED)
        assert [kept.name for kept in store.list()] == ["Ana"]
        assert store.profile("Ana").windows == pytest.approx(profile(2).windows, abs=3e-4)
    assert not any(trace in raw(tmp_path) for trace in traces_of(profile(1)))


def test_renamed_voice_is_the_same_voice_and_the_old_name_is_gone(tmp_path: Path) -> None:
    """What was agreed stays agreed."""
    with voices(tmp_path) as store:
        store.add("Quetzalcoatl", profile(), agreement=AGREED)
        store.rename("Quetzalcoatl", "Ana")
        (kept,) = store.list()
        assert (kept.name, kept.agreement) == ("Ana", AGREED)
    assert b"Quetzalcoatl" not in raw(tmp_path)


def test_name_that_is_taken_or_missing_is_told(tmp_path: Path) -> None:
    """No voice is overwritten by renaming another."""
    with voices(tmp_path) as store:
        store.add("Ana", profile(1), agreement=AGREED)
        store.add("Ben", profile(2), agreement=AGREED)
        with pytest.raises(StoreError, match=r"^Ben is the name of a voice already"):
            store.rename("Ana", "Ben")
        for act in (store.erase, store.profile, lambda name: store.rename(name, "Cleo")):
            with pytest.raises(StoreError, match=r"^no voice is called 'Zoe'; `attune enroll --list` shows them$"):
                act("Zoe")
        assert [kept.name for kept in store.list()] == ["Ana", "Ben"]


@pytest.mark.parametrize(
    "damage",
    ["windows = zeroblob(327680)", "windows = x'0000'", "shape = 'many'", "shape = '64,2560'", "voiced_s = 0"],
)
def test_damaged_voice_is_told_with_its_remedy(tmp_path: Path, damage: str) -> None:
    """It is not used, and can be learned anew or erased."""
    with voices(tmp_path) as store:
        store.add("Ana", profile(), agreement=AGREED)
    with sqlite3.connect(tmp_path / "sessions.sqlite3") as connection:
        connection.execute(f"UPDATE voices SET {damage}")
    connection.close()
    with voices(tmp_path) as store:
        with pytest.raises(StoreError) as caught:
            store.profile("Ana")
        assert str(caught.value) == "the voice of Ana is damaged; `attune enroll --replace Ana` learns it again"
        store.erase("Ana")
        assert store.list() == ()


def test_sessions_and_voices_live_in_one_file_and_leave_each_other_alone(tmp_path: Path) -> None:
    """Erasing every session keeps the voices; a database of before has them added."""
    with Store.open(tmp_path, clock=lambda: NOW) as sessions, voices(tmp_path) as store:
        store.add("Ana", profile(), agreement=AGREED)
        sessions.erase_all()
        assert store.has("Ana")
    assert [path.name for path in tmp_path.iterdir()] == ["sessions.sqlite3"]
