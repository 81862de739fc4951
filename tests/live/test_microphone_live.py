"""Microphone and speaker on a virtual sound card: real PortAudio, real callbacks, no hardware."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from virtual_card import RECORDED_HZ, SoundCard, running_sound_card

from attune import bundled

pytestmark = pytest.mark.live

RECORDER = Path(__file__).with_name("record_microphone.py")
PLAYER = Path(__file__).with_name("play_speaker.py")


def noise_and_tones(path: Path) -> NDArray[np.float64]:
    """Write three seconds at 48 kHz (noise, a tone, noise again, half a second of silence); return them at 16 kHz.

    The noise is low, so that a shift by half a sample does not make it look different.
    """
    random = np.random.default_rng(11)
    at_16_khz = np.concatenate(
        [
            random.normal(0.0, 0.1, 16000),
            0.3 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000),
            random.normal(0.0, 0.1, 8000),
            np.zeros(8000),
        ]
    )
    spectrum = np.fft.rfft(at_16_khz)
    spectrum[np.fft.rfftfreq(len(at_16_khz), 1 / 16000) > 1500] = 0.0
    at_48_khz = np.fft.irfft(np.pad(spectrum, (0, len(at_16_khz))), 3 * len(at_16_khz)) * 3
    soundfile.write(path, at_48_khz, 48000, subtype="PCM_16")
    return np.fft.irfft(spectrum, len(at_16_khz))


def recorded(card: SoundCard, tmp_path: Path, path: Path, *, channels: int = 1) -> tuple[NDArray[np.float64], dict]:
    """Return what the microphone heard while a file was played into the room, and the recorder's facts."""
    with card.run(RECORDER, str(tmp_path / "heard.npy"), str(channels)) as recorder:
        assert recorder.stdout is not None
        assert recorder.stdout.readline() == "recording\n"
        assert card.play(path).wait() == 0
        output, _ = recorder.communicate("")
    facts = json.loads(output.splitlines()[-1])
    return np.load(tmp_path / "heard.npy") / 32768.0, facts


def offset_of(piece: NDArray[np.float64], heard: NDArray[np.float64]) -> tuple[int, float]:
    """Return where a piece lies in what was heard, and how alike both are there (1: but for the level, the same)."""
    found = np.fft.irfft(np.fft.rfft(heard, 2 * len(heard)) * np.conj(np.fft.rfft(piece, 2 * len(heard))))
    at = int(found[: len(heard)].argmax())
    there = heard[at : at + len(piece)]
    return at, float(there @ piece[: len(there)] / np.linalg.norm(there) / np.linalg.norm(piece))


def test_sound_in_the_room_arrives_complete(sound_card: SoundCard, tmp_path: Path) -> None:
    """Noise and tones come out of the microphone at their level, in one piece, with nothing lost between.

    A software sound card that stutters puts silence into what it gives: the best of three attempts is taken.
    """
    played = noise_and_tones(tmp_path / "played.wav")
    stretched = []
    while len(stretched) < 3 and (not stretched or stretched[-1] > 2):
        heard, facts = recorded(sound_card, tmp_path, tmp_path / "played.wav")
        first, first_likeness = offset_of(played[:16000], heard[:, 0])
        last, last_likeness = offset_of(played[32000:40000], heard[:, 0])
        stretched.append(abs(last - first - 32000))
        assert facts["gaps"] == []
    assert stretched[-1] <= 2
    assert min(first_likeness, last_likeness) > 0.95
    tone = heard[first + 18000 : first + 30000, 0]
    assert 20 * np.log10(np.std(tone) / np.std(played[18000:30000])) == pytest.approx(0.0, abs=0.5)


def test_two_channels_arrive_apart(sound_card: SoundCard, tmp_path: Path) -> None:
    """A tone on the left is heard on the left."""
    tone = 0.3 * np.sin(2 * np.pi * 500 * np.arange(48000) / 48000)
    soundfile.write(tmp_path / "left.wav", np.stack([tone, np.zeros(48000)], axis=1), 48000)
    heard, _ = recorded(sound_card, tmp_path, tmp_path / "left.wav", channels=2)
    assert heard.shape[1] == 2
    assert np.abs(heard[:, 0]).max() > 0.25
    assert np.abs(heard[:, 1]).max() < 0.001


def test_sound_server_that_hangs_is_a_gap_and_not_the_end(sound_card: SoundCard, tmp_path: Path) -> None:
    """A sound server that stops answering becomes a gap that grows, and sound goes on when it answers again."""
    server = int((sound_card.folder / "pids").read_text().split()[0])
    with sound_card.run(RECORDER, str(tmp_path / "heard.npy"), "1") as recorder:
        assert recorder.stdout is not None
        assert recorder.stdout.readline() == "recording\n"
        os.kill(server, signal.SIGSTOP)
        try:
            assert recorder.stdout.readline() == "gap\n"
        finally:
            os.kill(server, signal.SIGCONT)
        played = noise_and_tones(tmp_path / "played.wav")
        assert sound_card.play(tmp_path / "played.wav").wait() == 0
        output, _ = recorder.communicate("")
    facts = json.loads(output.splitlines()[-1])
    heard = np.load(tmp_path / "heard.npy") / 32768.0
    at, likeness = offset_of(played[32000:40000], heard[:, 0])
    assert likeness > 0.95
    assert at > facts["gaps"][-1][2]
    assert {why for why, _, _ in facts["gaps"]} <= {"starved", "unplugged"}


def test_card_that_is_pulled_out_is_a_gap_until_it_is_back(sound_programs: None, tmp_path: Path) -> None:
    """The device ends in the middle; it is opened again when it is there again, and what it hears then is heard."""
    played = noise_and_tones(tmp_path / "played.wav")
    with running_sound_card() as card, card.run(RECORDER, str(tmp_path / "heard.npy"), "1") as recorder:
        assert recorder.stdout is not None
        assert recorder.stdout.readline() == "recording\n"
        card.unplug()
        assert recorder.stdout.readline() == "gap\n"
        card.plug_in()
        while recorder.stdout.readline() == "gap\n":
            pass
        assert card.play(tmp_path / "played.wav").wait() == 0
        output, _ = recorder.communicate("")
    facts = json.loads(output.splitlines()[-1])
    heard = np.load(tmp_path / "heard.npy") / 32768.0
    at, likeness = offset_of(played[:16000], heard[:, 0])
    assert likeness > 0.95
    assert at >= facts["gaps"][-1][2]
    assert {why for why, _, _ in facts["gaps"]} == {"unplugged"}


def test_default_devices_are_listed(sound_card: SoundCard) -> None:
    """The card is the default microphone and the default speaker."""
    run = subprocess.run(
        [sys.executable, "-m", "attune", "devices"],
        env={**sound_card.environment, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    )
    marked = [line.split() for line in run.stdout.splitlines() if "microphone, speaker" in line]
    assert [words[1:3] for words in marked] == [["default", "(ALSA)"]]


def test_doctor_hears_the_room(sound_card: SoundCard, tmp_path: Path) -> None:
    """With a card and a person who talks, the doctor reports a level."""
    with sound_card.play(bundled.fixture_sound("demo", channels=1)) as playing:
        run = subprocess.run(
            [sys.executable, "-m", "attune", "doctor", "--seconds", "5"],
            env={**sound_card.environment, "ATTUNE_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        playing.terminate()
    listening = [line for line in run.stdout.splitlines() if " listening " in line]
    assert len(listening) == 1
    assert "speech -2" in listening[0]
    assert "nothing clipped" in listening[0]


def test_speaker_is_heard_in_the_room(sound_card: SoundCard) -> None:
    """A second of tone arrives at its length, level and pitch."""
    recording = sound_card.record("coach")
    with sound_card.run(PLAYER, "1") as player:
        output, _ = player.communicate("")
    heard = recording.stop().astype(np.float64)
    assert output == "ended\n"
    loud = np.flatnonzero(np.abs(heard) > 2000)
    assert loud[-1] - loud[0] == pytest.approx(RECORDED_HZ, abs=RECORDED_HZ * 0.02)
    tone = heard[loud[0] : loud[-1]]
    assert np.abs(tone).max() == pytest.approx(8000, rel=0.05)
    pitch = np.abs(np.fft.rfft(tone * np.hanning(len(tone)))).argmax() * RECORDED_HZ / len(tone)
    assert pitch == pytest.approx(600, abs=3)


def test_stop_silences_the_speaker_within_150_ms(sound_card: SoundCard) -> None:
    """Counted in recorded samples: what still sounds after the line that asks for the stop was written.

    Everything between, the processes, pipes and the recorder's own delay, only lengthens what is counted; the best of
    three attempts is taken, as a busy machine can delay any of them.
    """
    tails_ms = [stopped_tail_ms(sound_card) for _ in range(3)]
    assert min(tails_ms) <= 150, tails_ms


def stopped_tail_ms(card: SoundCard) -> float:
    """Return for how long the tone is still recorded after the stop was asked for."""
    step = RECORDED_HZ // 100 * 2
    with card.listen("coach") as listener, card.run(PLAYER, "60") as player:
        assert listener.stdout is not None
        assert player.stdin is not None
        loud = 0
        while loud < 100:
            loud += np.abs(np.frombuffer(listener.stdout.read(step), np.int16)).max() > 2000
        player.stdin.write("\n")
        player.stdin.flush()
        after = np.frombuffer(listener.stdout.read(step * 100), np.int16)
        listener.terminate()
        player.communicate("")
    still = np.flatnonzero(np.abs(after) > 200)
    return 0.0 if not len(still) else (int(still[-1]) + 1) / RECORDED_HZ * 1000
