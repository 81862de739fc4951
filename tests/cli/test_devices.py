"""The list of devices."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from attune.adapters.sound_devices import SoundDevice
from attune.cli.devices import NO_DEVICE, NO_MICROPHONE, NO_SPEAKER, command, print_devices
from attune.errors import DeviceError

DESK = SoundDevice(
    index=0, name="desk [mic]", host="ALSA", inputs=1, outputs=0, rate=48000, default_input=True, default_output=False
)
HEADSET = SoundDevice(
    index=12, name="headset", host="ALSA", inputs=2, outputs=2, rate=44100, default_input=False, default_output=True
)


def test_table_shows_channels_rates_and_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a device; brackets in names are no markup."""
    print_devices([DESK, HEADSET])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "no. name records plays rate default",
        "0 desk [mic] (ALSA) 1 ch - 48000 Hz microphone",
        "12 headset (ALSA) 2 ch 2 ch 44100 Hz speaker",
    ]


def test_machine_without_speaker_or_microphone_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing is told below the table."""
    print_devices([DESK])
    assert capsys.readouterr().out.splitlines()[-1] == NO_SPEAKER
    print_devices(
        [
            SoundDevice(
                index=0,
                name="hall",
                host="x",
                inputs=0,
                outputs=2,
                rate=48000,
                default_input=False,
                default_output=True,
            )
        ]
    )
    assert capsys.readouterr().out.splitlines()[-1] == NO_MICROPHONE


def test_missing_portaudio_is_an_error_of_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program turns it into one line and status 1."""
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    run = CliRunner().invoke(command)
    assert isinstance(run.exception, DeviceError)
    assert "PortAudio is missing" in str(run.exception)


def test_machine_without_any_device_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing to list is told, not shown as an empty table."""
    monkeypatch.setattr("attune.adapters.microphone.list_devices", lambda: ())
    run = CliRunner().invoke(command)
    assert isinstance(run.exception, DeviceError)
    assert str(run.exception) == NO_DEVICE
