"""Sound devices, and which of them a user means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attune.errors import MicrophoneError, PlaybackError


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundDevice:
    """One device: how many channels it records and plays, its own rate in Hz, and whether it is a default."""

    index: int
    name: str
    host: str
    inputs: int
    outputs: int
    rate: int
    default_input: bool
    default_output: bool


def chosen_input(devices: Sequence[SoundDevice], wanted: int | str | SoundDevice | None) -> SoundDevice:
    """Return the microphone that is meant.

    Parameters
    ----------
    devices
        All that there are.
    wanted
        A number, a name or a part of one (in any case), a device seen earlier whose number may have changed, or None
        for the system's default.

    Raises
    ------
    MicrophoneError
        If there is no microphone, or none like this.
    """
    inputs = [device for device in devices if device.inputs > 0]
    if not inputs:
        raise MicrophoneError("no microphone is connected; plug one in (attune devices lists what is there)")
    if wanted is None:
        return next((device for device in inputs if device.default_input), inputs[0])
    found = _matching(inputs, wanted)
    if found is None:
        raise MicrophoneError(f"there is no microphone {_words(wanted)}; choose one with --device: {_listed(inputs)}")
    return found


def chosen_output(devices: Sequence[SoundDevice], wanted: int | str | None) -> SoundDevice:
    """Return the speaker that is meant, by the rules of `chosen_input`.

    Raises
    ------
    PlaybackError
        If there is no speaker, or none like this.
    """
    outputs = [device for device in devices if device.outputs > 0]
    if not outputs:
        raise PlaybackError("no speaker is connected; plug one in, or go on without a voice: --coach visual")
    if wanted is None:
        return next((device for device in outputs if device.default_output), outputs[0])
    found = _matching(outputs, wanted)
    if found is None:
        raise PlaybackError(f"there is no speaker {_words(wanted)}; the speakers are: {_listed(outputs)}")
    return found


def _matching(devices: list[SoundDevice], wanted: int | str | SoundDevice) -> SoundDevice | None:
    """Return the first device that fits best: same name and host, the number, the whole name, a part of the name."""
    if isinstance(wanted, SoundDevice):
        same = [device for device in devices if device.name == wanted.name]
        return next((device for device in same if device.host == wanted.host), same[0] if same else None)
    if isinstance(wanted, int) or wanted.isdigit():
        return next((device for device in devices if device.index == int(wanted)), None)
    name = wanted.casefold()
    whole = [device for device in devices if device.name.casefold() == name]
    part = [device for device in devices if name in device.name.casefold()]
    return next(iter(whole + part), None)


def _words(wanted: int | str | SoundDevice) -> str:
    if isinstance(wanted, SoundDevice):
        return f"called {wanted.name} any more"
    return f"number {wanted}" if isinstance(wanted, int) or wanted.isdigit() else f'called "{wanted}"'


def _listed(devices: list[SoundDevice]) -> str:
    return ", ".join(f"{device.index} ({device.name})" for device in devices)
