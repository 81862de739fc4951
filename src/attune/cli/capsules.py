"""How many channels of a microphone are opened where everybody speaks before the same one."""

from __future__ import annotations

from attune.adapters.microphone import SoundInputs
from attune.adapters.sound_devices import chosen_input
from attune.timebase import SAMPLE_RATE

STEREO = 2
"""Channels of a stereo microphone; from which side a voice comes helps to tell whose it is."""


def capsules(sound: SoundInputs, device: int | str | None) -> int | None:
    """Return how many channels to open: both of a stereo microphone, else None for as few as the device offers.

    Parameters
    ----------
    sound
        The sound library.
    device
        The microphone that is meant, as for `Microphone`.

    Raises
    ------
    DeviceError
        If there is no such microphone, or no sound library.
    """
    found = chosen_input(sound.devices(), device)
    is_stereo = found.inputs >= STEREO and any(
        sound.supports(found, direction="input", channels=STEREO, rate=rate) for rate in (SAMPLE_RATE, found.rate)
    )
    return STEREO if is_stereo else None
