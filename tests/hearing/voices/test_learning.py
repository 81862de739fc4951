"""A voice is learned from speech alone, in small batches, and from no more than is needed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune import bundled
from attune.adapters.voice_encoder import WEIGHTS, Ge2eEncoder
from attune.errors import InputError
from attune.hearing.voices.learning import evenly, learn, speech_in, window_starts
from attune.hearing.voicing import VoicingSettings
from attune.profile import VoiceProfile
from attune.timebase import Span
from fake_detectors import LOUD, as_int16, noise, tone, with_voice
from fake_voice_encoder import SIZE, BandEncoder
from heard_fixtures import real_detectors, sound_of, truth_of

SECOND = 16_000


def voice(length: int, *spans: tuple[int, int], hz: float = 200.0) -> NDArray[np.int16]:
    """Return silence with a buzz in some stretches, shape (length,)."""
    return as_int16(with_voice(length, spans, hz=hz))[:, 0]


def learned(samples: NDArray[np.int16], encoder: BandEncoder | None = None) -> VoiceProfile:
    """Return what is learned where whatever is loud is speech."""
    return learn(samples, encoder=encoder or BandEncoder(), detectors=LOUD, settings=VoicingSettings())


def direction(profile: VoiceProfile) -> NDArray[np.float64]:
    """Return the mean of a profile's last answers, of length 1."""
    mean = profile.windows[:, -1].astype(np.float64).mean(axis=0)
    return mean / np.linalg.norm(mean)


def test_windows_that_count_are_nearly_all_speech() -> None:
    """Of speech from 1 s to 3 s, windows from 1.04 s to 2.32 s begin in it, and a fifth or less is outside it."""
    starts = window_starts([Span(16_000, 48_000)], length=4 * SECOND)
    assert starts.tolist() == list(range(16_640, 37_121, 1_280))


@pytest.mark.parametrize(
    ("pause", "starts"),
    [(2_560, [*range(0, 14_081, 1_280), 19_200]), (4_800, [0, 1_280, 2_560, 3_840, 5_120])],
    ids=["160 ms", "300 ms"],
)
def test_pause_between_two_words_fits_into_a_window(pause: int, starts: list[int]) -> None:
    """Around a pause of 160 ms only windows that begin in it are left out; with one of 300 ms, all that hold it."""
    middle = 16_000
    spans = [Span(0, middle), Span(middle + pause, 2 * SECOND)]
    assert window_starts(spans, length=2 * SECOND).tolist() == starts


def test_sound_shorter_than_a_window_has_none() -> None:
    """Eight tenths of a second less one sample."""
    assert window_starts([Span(0, 12_799)], length=12_799).tolist() == []
    assert window_starts([Span(0, 12_800)], length=12_800).tolist() == [0]


def test_choice_is_even_and_holds_both_ends() -> None:
    """Five of nine are every second one; what is few enough stays whole."""
    assert evenly(np.arange(9), most=5).tolist() == [0, 2, 4, 6, 8]
    assert evenly(np.arange(4), most=5).tolist() == [0, 1, 2, 3]


def test_speech_is_found_where_it_is() -> None:
    """Two stretches, in order."""
    found = speech_in(voice(4 * SECOND, (8_000, 24_000), (40_000, 56_000)), detectors=LOUD, settings=VoicingSettings())
    assert [(segment.span.start, segment.span.stop) for segment in found] == [
        (pytest.approx(8_000, abs=160), pytest.approx(24_000, abs=480)),
        (pytest.approx(40_000, abs=160), pytest.approx(56_000, abs=480)),
    ]


def test_profile_names_its_encoder_and_its_speech() -> None:
    """Two seconds of speech hold 16 or 17 windows, each with all its answers."""
    profile = learned(voice(4 * SECOND, (16_000, 48_000)))
    assert profile.encoder == "bands"
    assert profile.voiced_s == pytest.approx(2.0, abs=0.04)
    assert profile.windows.dtype == np.float32
    assert profile.windows.shape[1:] == (10, SIZE)
    assert len(profile.windows) in (16, 17)
    assert np.linalg.norm(profile.windows, axis=2) == pytest.approx(1.0, abs=1e-5)


def test_long_recording_gives_no_more_windows_and_small_batches() -> None:
    """Twelve seconds of speech give 64 windows, sixteen at a time."""
    encoder = BandEncoder()
    assert len(learned(voice(14 * SECOND, (16_000, 208_000)), encoder).windows) == 64
    assert encoder.batches == [16, 16, 16, 16]


def test_room_between_the_words_teaches_nothing() -> None:
    """A whistle in the pauses, too soft for speech, leaves the voice where it is."""
    samples = voice(8 * SECOND, (16_000, 48_000), (80_000, 112_000))
    whistle = as_int16(tone(len(samples), 6_000, -55.0))[:, 0]
    quiet = samples == 0
    with_whistle = np.where(quiet, whistle, samples).astype(np.int16)
    likeness = direction(learned(samples)) @ direction(learned(with_whistle))
    assert likeness > 0.999


def test_level_does_not_change_a_voice() -> None:
    """Half as loud is the same voice."""
    samples = voice(4 * SECOND, (16_000, 56_000))
    assert direction(learned(samples)) @ direction(learned((samples // 2).astype(np.int16))) > 0.9999


def test_two_voices_are_learned_apart() -> None:
    """The encoder of the tests hears the pitch."""
    low, high = (learned(voice(4 * SECOND, (16_000, 48_000), hz=hz)) for hz in (120.0, 700.0))
    assert direction(low) @ direction(high) < 0.8


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        (voice(4 * SECOND, (16_000, 30_400)), "0.9 s of speech were found, too little"),
        (as_int16(noise(4 * SECOND, -70.0))[:, 0], "0.0 s of speech were found, too little"),
        (np.zeros(0, np.int16), "0.0 s of speech were found, too little"),
        (voice(6 * SECOND, (0, 4_000), (16_000, 20_000), (32_000, 36_000), (48_000, 52_000), (64_000, 68_000)), "1."),
    ],
    ids=["under a second", "a quiet room", "nothing", "never as long as a window"],
)
def test_too_little_speech_is_told_in_one_line(samples: NDArray[np.int16], told: str) -> None:
    """Nothing is learned from under a second of speech, nor from words that are too far apart."""
    with pytest.raises(InputError) as caught:
        learned(samples)
    assert str(caught.value).startswith(told)
    assert str(caught.value).endswith("use a recording with at least 1 s of it, better 10 s or more")


def own_sound(name: str, speaker: str) -> NDArray[np.int16]:
    """Return what one person says in a dialogue, the rest silent."""
    sound = sound_of(name)[:, "AB".index(speaker)]
    own = np.zeros(len(sound), bool)
    for segment in truth_of(name)["segments"]:
        if segment["speaker"] == speaker:
            own[segment["start_sample"] : segment["stop_sample"]] = True
    return np.where(own, sound, 0).astype(np.int16)


def test_real_encoder_knows_a_voice_again_in_another_dialogue() -> None:
    """The same synthetic voice lies close to itself, and far from a man's and another woman's."""
    encoder = Ge2eEncoder(bundled.models_folder() / WEIGHTS)
    slt, again, rms, f3 = (
        learn(own_sound(name, speaker), encoder=encoder, detectors=real_detectors(), settings=VoicingSettings())
        for name, speaker in (
            ("drill_alone", "A"),
            ("blame_and_defence", "A"),
            ("blame_and_defence", "B"),
            ("patience_with_silence", "A"),
        )
    )
    assert direction(slt) @ direction(again) > 0.95
    assert direction(slt) @ direction(rms) < 0.85
    assert direction(slt) @ direction(f3) < 0.85
