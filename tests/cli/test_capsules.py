"""How many channels are opened where everybody speaks before the same microphone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attune.adapters.portaudio import Direction, InputCallback, Stream
from attune.adapters.sound_devices import SoundDevice
from attune.cli.capsules import capsules
from attune.errors import MicrophoneError

DESK = SoundDevice(
    index=0, name="desk", host="ALSA", inputs=1, outputs=0, rate=44100, default_input=True, default_output=False
)


class Inputs:
    """Devices that take sound of some numbers of channels, at some rates."""

    def __init__(self, *found: SoundDevice, formats: tuple[tuple[int, int], ...]) -> None:
        self._found = found
        self._formats = formats

    def devices(self) -> tuple[SoundDevice, ...]:
        """Return the devices."""
        return self._found

    def supports(self, device: SoundDevice, *, direction: Direction, channels: int, rate: int) -> bool:
        """Return whether a format is among those taken."""
        return (channels, rate) in self._formats

    def open_input(
        self, device: SoundDevice, *, channels: int, rate: int, callback: InputCallback, finished: object
    ) -> Stream:
        """Open nothing."""
        raise AssertionError("nothing is opened to find out")

    def refresh(self) -> bool:
        """Find no other devices."""
        return False


@pytest.mark.parametrize(
    ("inputs", "formats", "channels"),
    [
        (1, ((1, 16000),), None),
        (2, ((1, 16000), (2, 16000)), 2),
        (2, ((2, 44100),), 2),
        (32, ((1, 16000), (2, 16000)), 2),
        (4, ((4, 44100),), None),
    ],
    ids=["one", "stereo", "at its own rate", "many", "four or nothing"],
)
def test_both_channels_of_a_stereo_microphone_are_opened(
    inputs: int, formats: tuple[tuple[int, int], ...], channels: int | None
) -> None:
    """Two where the device gives two; else as few as it gives."""
    sound = Inputs(replace(DESK, inputs=inputs), formats=formats)
    assert capsules(sound, None) == channels


def test_microphone_that_is_meant_counts() -> None:
    """By number or name, not the default one."""
    stereo = replace(DESK, index=1, name="hall", inputs=2, default_input=False)
    sound = Inputs(DESK, stereo, formats=((1, 16000), (2, 16000)))
    assert (capsules(sound, None), capsules(sound, 1), capsules(sound, "hall")) == (None, 2, 2)
    with pytest.raises(MicrophoneError, match="nonesuch"):
        capsules(sound, "nonesuch")
