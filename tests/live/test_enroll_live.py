"""Enrolment on the virtual sound card: a voice that speaks in the room is learned, and nothing of its sound is kept."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from attune_process import Terminal, commands
from numpy.typing import NDArray
from virtual_card import SoundCard

from attune import bundled
from attune.adapters.voice_encoder import WEIGHTS, Ge2eEncoder
from attune.cli.parts import detectors
from attune.hearing.voices.learning import learn
from attune.hearing.voicing import VoicingSettings
from attune.profile import VoiceProfile
from attune.sessions.voices import Consent, VoiceStore

pytestmark = pytest.mark.live

RATE = 16_000


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write half a minute of one voice that speaks with short pauses, in the noise of its room."""
    samples, rate = soundfile.read(bundled.fixture_sound("drill_alone", channels=1), dtype="int16")
    assert rate == RATE
    truth = json.loads(bundled.fixture_transcript("drill_alone").read_text("utf-8"))
    pause = samples[:3_200]
    parts = [
        part
        for segment in truth["segments"]
        for part in (samples[segment["start_sample"] : segment["stop_sample"]], pause)
    ]
    path = tmp_path_factory.mktemp("reading") / "reading.wav"
    soundfile.write(path, np.concatenate(parts * 2), RATE)
    return path


def direction(profile: VoiceProfile) -> NDArray[np.float64]:
    """Return the mean of a profile's last answers, of length 1."""
    mean = profile.windows[:, -1].astype(np.float64).mean(axis=0)
    return mean / np.linalg.norm(mean)


def files(home: Path) -> list[str]:
    """Return the names of the files under a home, but for what the test itself writes there."""
    return sorted(path.name for path in home.rglob("*") if path.is_file() and path.name != "stderr")


def test_voice_in_the_room_is_learned_and_its_sound_is_not_kept(
    sound_card: SoundCard, tmp_path: Path, reading: Path
) -> None:
    """What was heard through the microphone is as good as the file itself, and the database is the only file."""
    home = tmp_path / "home"
    with commands(sound_card, (home, ("enroll", "Ana", "--agreed"))) as (enroll,):
        enroll.wait_for("On Sunday morning the kitchen is warm")
        enroll.wait_for("Listening now.")
        with sound_card.play(reading) as playing:
            status, output, errors = enroll.end()
            playing.terminate()
    assert (status, errors) == (0, "")
    assert "The voice of Ana is learned, from 1" in output
    samples, _ = soundfile.read(reading, dtype="int16")
    encoder = Ge2eEncoder(bundled.models_folder() / WEIGHTS)
    played = learn(samples, encoder=encoder, detectors=detectors(), settings=VoicingSettings())
    with VoiceStore.open(home / "sessions") as store:
        (kept,) = store.list()
        heard = store.profile("Ana")
    assert (kept.name, kept.encoder, kept.agreement.by) == ("Ana", encoder.name, Consent.OPTION)
    assert direction(heard) @ direction(played) > 0.95
    assert files(home) == ["sessions.sqlite3"]


def test_silent_room_teaches_nothing_and_says_why(sound_card: SoundCard, tmp_path: Path) -> None:
    """Without anybody to answer, one recording is the end."""
    home = tmp_path / "home"
    with commands(sound_card, (home, ("enroll", "Ana", "--agreed", "--seconds", "10"))) as (enroll,):
        status, _, errors = enroll.end()
    assert status == 1
    assert errors.startswith("attune: the voice of Ana is not learned: nothing came: unmute the microphone")
    with VoiceStore.open(home / "sessions") as store:
        assert store.list() == ()


def test_person_at_the_terminal_agrees_ends_early_and_gives_up(sound_card: SoundCard, tmp_path: Path) -> None:
    """Enter ends a recording, what failed is said, and trying again is asked for."""
    home = tmp_path / "home"
    with contextlib.closing(Terminal(sound_card, home, "enroll", "Ana")) as terminal:
        terminal.wait_for("no sound and no words")
        terminal.wait_for("Ana, do you agree? [y/N]:")
        terminal.press("y\r")
        terminal.wait_for("Listening now. Enter ends it early.")
        terminal.wait_for("s left")
        terminal.press("\r")
        terminal.wait_for("Nothing came: unmute the microphone")
        terminal.wait_for("Shall we try again? [Y/n]:")
        terminal.press("\r")
        terminal.wait_for("Listening now.")
        terminal.wait_for("s left")
        terminal.press("\r")
        terminal.wait_for("Shall we try again? [Y/n]:")
        terminal.press("n\r")
        status, shown = terminal.end()
    assert status == 1
    assert "attune: the voice of Ana is not learned" in shown
    assert files(home) == ["sessions.sqlite3"]
