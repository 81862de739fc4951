"""Levels of a few seconds of sound."""

from __future__ import annotations

import numpy as np
import pytest

from attune.cli.sound_check import sound_check


def test_loud_and_quiet_stretches_are_told_apart() -> None:
    """Half a second at a tenth of full scale over a floor at a thousandth."""
    samples = np.full((16000, 1), 33, np.int16)
    samples[:8000] = 3277
    found = sound_check(samples)
    assert found.loud_dbfs == pytest.approx(-20.0, abs=0.01)
    assert found.floor_dbfs == pytest.approx(-59.94, abs=0.01)
    assert found.clipped_share == 0.0
    assert not found.is_digital_silence


def test_zeros_are_digital_silence() -> None:
    """No microphone delivers nothing but zeros."""
    found = sound_check(np.zeros((16000, 2), np.int16))
    assert found.is_digital_silence
    assert found.loud_dbfs == -100.0


def test_louder_channel_counts() -> None:
    """One channel that is silent does not halve the level of the other."""
    samples = np.zeros((16000, 2), np.int16)
    samples[:, 1] = 3277
    assert sound_check(samples).loud_dbfs == pytest.approx(-20.0, abs=0.01)


def test_both_ends_of_the_scale_count_as_clipped() -> None:
    """A hundredth of the samples at either end."""
    samples = np.full((16000, 1), 100, np.int16)
    samples[::200] = 32767
    samples[100::200] = -32768
    assert sound_check(samples).clipped_share == pytest.approx(0.01)


def test_less_than_a_frame_has_no_level() -> None:
    """Under 20 ms there is nothing to measure."""
    with pytest.raises(ValueError, match="at least 320 samples, not 319"):
        sound_check(np.zeros((319, 1), np.int16))
