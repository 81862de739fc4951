"""Resampling: exact lengths, nothing shifted, whatever the pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from attune.adapters.resampling import StreamResampler, resampled_length, to_float32, to_int16


def tone(rate: int, frames: int) -> NDArray[np.float32]:
    """Return 440 Hz at half of full scale, shape (frames, 1)."""
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(frames) / rate)).astype(np.float32)[:, None]


def resampled(samples: NDArray[np.float32], *, rate: int, pieces: list[int]) -> NDArray[np.float32]:
    """Return the sound at 16 kHz, fed in pieces of these lengths over and over."""
    resampler = StreamResampler(rate=rate, channels=samples.shape[1])
    out, at, turn = [], 0, 0
    while at < len(samples):
        length = pieces[turn % len(pieces)]
        out.append(resampler.feed(samples[at : at + length]))
        at, turn = at + length, turn + 1
    return np.concatenate([*out, resampler.finish()])


@pytest.mark.parametrize(
    ("frames", "rate", "expected"),
    [(0, 44100, 0), (1, 48000, 0), (2, 48000, 1), (1, 8000, 2), (44100, 44100, 16000), (132317, 44100, 48006)],
)
def test_length_is_rounded_to_the_nearest_sample(frames: int, rate: int, expected: int) -> None:
    """How long a sound is at 16 kHz follows from its length alone."""
    assert resampled_length(frames, rate=rate) == expected


@pytest.mark.parametrize("rate", [4000, 8000, 11025, 22050, 44056, 44100, 48000, 96000, 192000, 768000])
def test_tone_at_any_rate_keeps_its_length_and_place(rate: int) -> None:
    """The resampled tone is the tone that 16 kHz would have recorded: no delay, no change of level."""
    out = resampled(tone(rate, rate + 17), rate=rate, pieces=[1000])
    assert len(out) == resampled_length(rate + 17, rate=rate)
    expected = tone(16000, len(out))
    assert np.abs(out - expected)[800:-800].max() < 1e-5


@settings(max_examples=25, deadline=None)
@given(pieces=st.lists(st.integers(1, 3000), min_size=1, max_size=8))
def test_sound_in_any_pieces_gives_the_same_samples(pieces: list[int]) -> None:
    """How a stream is cut leaves no trace."""
    whole = resampled(tone(44100, 8000), rate=44100, pieces=[8000])
    assert np.array_equal(to_int16(resampled(tone(44100, 8000), rate=44100, pieces=pieces)), to_int16(whole))


def test_sound_at_16_khz_passes_unchanged() -> None:
    """Nothing is filtered that need not be."""
    sound = tone(16000, 500)
    assert np.array_equal(resampled(sound, rate=16000, pieces=[7]), sound)


def test_every_int16_value_survives_the_way_through_float() -> None:
    """16-bit sound is not changed by being read as float."""
    every = np.arange(-32768, 32768, dtype=np.int16)
    assert np.array_equal(to_int16(to_float32(every)), every)


def test_sound_louder_than_full_scale_is_clipped() -> None:
    """Too loud becomes as loud as possible, never a value of the other sign."""
    loud = np.array([1.0, 1.5, 3e38, -1.0, -1.5, 0.5], np.float32)
    assert to_int16(loud).tolist() == [32767, 32767, 32767, -32768, -32768, 16384]
