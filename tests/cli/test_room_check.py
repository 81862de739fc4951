"""What speech in a room sounds like, and what the two channels of a microphone are."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from attune.bundled import fixture_sound
from attune.cli.room_check import Pair, RoomSound, room_sound
from attune.events import SpeechSegment
from attune.timebase import Span

SPOKEN = (SpeechSegment(id="s-voice-0", span=Span(0, 64_000), speaker="voice", level_dbfs=-20.0, confidence=0.9),)
"""Four of five seconds."""


def hiss(seed: int, level: float) -> NDArray[np.float64]:
    """Return five seconds of white noise."""
    return np.random.default_rng(seed).normal(0.0, level, 80_000)


def voice() -> NDArray[np.float64]:
    """Return four seconds of noise as broad as a voice, at −20 dBFS, and one of silence."""
    sound = hiss(1, 3277)
    sound[64_000:] = 0
    return sound


def heard(*channels: NDArray[np.float64]) -> RoomSound:
    """Return how some channels sound, int16, with speech in the first four seconds."""
    samples = np.stack(channels, axis=1).clip(-32_767, 32_767).astype(np.int16)
    return room_sound(samples, speech=SPOKEN)


def test_levels_of_one_microphone() -> None:
    """Speech at a tenth of full scale, 40 dB above the hiss."""
    found = heard(voice() + hiss(2, 32.77))
    assert found.quality.speech_dbfs == pytest.approx(-20.0, abs=0.1)
    assert found.above_room_db == pytest.approx(40.0, abs=1.0)
    assert found.pair is None
    assert not found.is_narrow


def test_clipping_in_one_of_two_channels_counts() -> None:
    """The mean of both would hide it."""
    loud = voice() * 20
    assert heard(loud, voice()).quality.clipped_share > 0.3


def test_sound_without_anything_above_4_khz_is_like_a_telephone() -> None:
    """A voice that was brought to 8 kHz and back, whatever clicks there are."""
    spectrum = np.fft.rfft(voice())
    spectrum[round(len(spectrum) * 3.9 / 8) :] = 0
    assert heard(np.fft.irfft(spectrum)).is_narrow
    clicks = np.fft.irfft(spectrum)
    clicks[20_000:60_000:20_000] = 20_000
    assert heard(clicks).is_narrow
    spectrum = np.fft.rfft(voice())
    spectrum[round(len(spectrum) * 6.5 / 8) :] = 0
    assert not heard(np.fft.irfft(spectrum)).is_narrow


@pytest.mark.parametrize(
    ("second", "pair"),
    [
        (voice() * 0.5, Pair.ALIKE),
        (np.zeros(80_000), Pair.FIRST_ALONE),
        (voice() * 0.18 + hiss(3, 30), Pair.EACH),
        (np.roll(voice(), 4) + hiss(3, 400), Pair.STEREO),
        (hiss(3, 3277), Pair.APART),
    ],
    ids=["copy", "deaf", "each", "stereo", "apart"],
)
def test_two_channels_are_known_for_what_they_are(second: NDArray[np.float64], pair: Pair) -> None:
    """A copy, a dead plug, a microphone each (15 dB), capsules a quarter of a millisecond apart, far apart."""
    assert heard(voice() + hiss(2, 30), second).pair is pair


def test_first_channel_may_be_the_deaf_one() -> None:
    """The line names the right plug."""
    assert heard(np.zeros(80_000), voice()).pair is Pair.SECOND_ALONE


def test_fixture_with_a_channel_each_is_a_microphone_each() -> None:
    """Crosstalk lies 15 dB below."""
    samples, _ = soundfile.read(fixture_sound("demo", channels=2), dtype="int16")
    speech = (
        SpeechSegment(id="s-voice-16000", span=Span(16_000, 128_000), speaker="v", level_dbfs=-24.0, confidence=0.9),
    )
    found = room_sound(samples[:160_000], speech=speech)
    assert found.pair is Pair.EACH
    assert not found.is_narrow


def test_nothing_is_said_of_channels_in_which_nobody_speaks() -> None:
    """A silent room has no bandwidth either."""
    samples = np.stack([hiss(2, 30), hiss(3, 30)], axis=1).astype(np.int16)
    found = room_sound(samples, speech=())
    assert (found.pair, found.is_narrow, found.quality.voiced_s) == (None, False, 0.0)
