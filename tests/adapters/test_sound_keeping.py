"""The sound of a session as FLAC: aligned, closed to others, and never the end of the session."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from attune.adapters.sound_keeping import SoundKeeper, forsaken_sounds, kept_sound
from attune.cli.listen import kept_while_it_can_be
from attune.errors import StoreError
from attune.events import Block, Gap, GapCause
from attune.timebase import Span


def test_kept_sound_is_what_was_heard_with_silence_for_what_was_lost(tmp_path: Path) -> None:
    """Sample for sample."""
    with SoundKeeper(folder=tmp_path, channels=1) as keeper:
        keeper.keep(Block(start=0, samples=np.array([[1], [2]], np.int16)))
        keeper.keep(Gap(span=Span(2, 5), why=GapCause.OVERFLOW))
        keeper.keep(Block(start=5, samples=np.array([[3]], np.int16)))
    path = keeper.renamed("evening")
    assert path == tmp_path / "evening.flac"
    assert kept_sound(tmp_path, "evening") == path
    assert soundfile.read(path, dtype="int16")[0].tolist() == [1, 2, 0, 0, 0, 3]
    assert path.stat().st_mode & 0o777 == 0o600


def test_stale_file_of_the_same_name_is_replaced_and_closed_to_others(tmp_path: Path) -> None:
    """What a killed program left behind does not lend its mode."""
    keeper = SoundKeeper(folder=tmp_path, channels=1)
    keeper.path.write_bytes(b"old")
    keeper.path.chmod(0o644)
    with keeper:
        keeper.keep(Block(start=0, samples=np.zeros((4, 1), np.int16)))
    assert keeper.path.stat().st_mode & 0o777 == 0o600


def test_recording_that_was_broken_off_is_found(tmp_path: Path) -> None:
    """Its program was killed before the session had a name."""
    (tmp_path / "recording-123.flac").write_bytes(b"x")
    (tmp_path / "evening.flac").write_bytes(b"x")
    assert forsaken_sounds(tmp_path) == [tmp_path / "recording-123.flac"]


def test_erased_recording_has_no_new_name(tmp_path: Path) -> None:
    """Somebody erased everything in the meantime."""
    with SoundKeeper(folder=tmp_path, channels=1) as keeper:
        keeper.keep(Block(start=0, samples=np.zeros((4, 1), np.int16)))
    keeper.path.unlink()
    assert keeper.renamed("evening") is None


def test_sound_that_cannot_be_kept_is_told_once_and_the_session_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sound is an extra."""
    keeper = SoundKeeper(folder=tmp_path, channels=1)

    def full(_item: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(keeper, "keep", full)
    told: list[str] = []
    keep = kept_while_it_can_be(keeper, tell=told.append)
    keep(Block(start=0, samples=np.zeros((4, 1), np.int16)))
    keep(Block(start=4, samples=np.zeros((4, 1), np.int16)))
    assert told == ["From here on the sound is not kept, the session goes on: the disk is full"]
