"""Which device a user means."""

from __future__ import annotations

import pytest
from fake_sound import BUILT_IN, SPEAKER, device

from attune.adapters.sound_devices import SoundDevice, chosen_input, chosen_output
from attune.errors import MicrophoneError, PlaybackError

HEADSET = device(1, "USB Headset", inputs=2)
TWIN = device(2, "USB Headset", host="JACK")
DEVICES = (BUILT_IN, HEADSET, TWIN, SPEAKER)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, BUILT_IN),
        (1, HEADSET),
        ("2", TWIN),
        ("usb headset", HEADSET),
        ("heads", HEADSET),
        (device(7, "USB Headset", host="JACK"), TWIN),
        (device(7, "USB Headset", host="gone"), HEADSET),
    ],
)
def test_microphone_is_found_by_number_name_part_or_earlier_self(
    wanted: int | str | SoundDevice | None, found: SoundDevice
) -> None:
    """Whole names come before parts, and a device is known again under another number."""
    assert chosen_input(DEVICES, wanted) is found


def test_without_a_marked_default_the_first_microphone_is_taken() -> None:
    """A system that names no default still has a microphone."""
    assert chosen_input((SPEAKER, HEADSET), None) is HEADSET


@pytest.mark.parametrize(
    ("wanted", "words"),
    [("blue", 'called "blue"'), (9, "number 9"), (device(3, "gone"), "called gone any more")],
)
def test_unknown_microphone_names_those_there_are(wanted: int | str | SoundDevice, words: str) -> None:
    """A speaker's number is no microphone's; the message lists what could be meant."""
    with pytest.raises(MicrophoneError) as failure:
        chosen_input(DEVICES, wanted)
    assert str(failure.value) == (
        f"there is no microphone {words}; choose one with --device: 0 (built-in), 1 (USB Headset), 2 (USB Headset)"
    )


def test_no_microphone_at_all_says_so() -> None:
    """A machine with only a speaker gets the remedy."""
    with pytest.raises(MicrophoneError, match="no microphone is connected; plug one in"):
        chosen_input((SPEAKER,), None)


def test_speakers_follow_the_same_rules() -> None:
    """The default speaker, a named one, an unknown one, and none."""
    assert chosen_output(DEVICES, None) is SPEAKER
    assert chosen_output(DEVICES, "speak") is SPEAKER
    with pytest.raises(PlaybackError, match=r'no speaker called "hall"; the speakers are: 9 \(speaker\)'):
        chosen_output(DEVICES, "hall")
    with pytest.raises(PlaybackError, match="no speaker is connected"):
        chosen_output((BUILT_IN,), None)
