"""PortAudio's edge: a missing library, faults in our words, and no restart under an open stream."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from fake_sound import BUILT_IN, SPEAKER

from attune.adapters.portaudio import PortAudio
from attune.adapters.sound_devices import SoundDevice
from attune.errors import DeviceError, MicrophoneError, PlaybackError


class PortAudioError(Exception):
    """sounddevice's own error."""


class LibraryStream:
    """A stream of the stand-in library."""

    def __init__(self, library: Library, **options: Any) -> None:
        if library.opening_fails:
            raise PortAudioError(library.opening_fails)
        self.library = library
        self.options = options
        self.active = False
        self.closed = 0

    def start(self) -> None:
        if self.library.starting_fails:
            raise PortAudioError(self.library.starting_fails)
        self.active = True

    def abort(self, *, ignore_errors: bool) -> None:
        self.active = False

    def close(self, *, ignore_errors: bool) -> None:
        self.closed += 1


class Library(ModuleType):
    """A stand-in for the module sounddevice with one host, one microphone and one speaker."""

    def __init__(self) -> None:
        super().__init__("sounddevice")
        self.PortAudioError = PortAudioError
        self.default = SimpleNamespace(hostapi=0)
        self.opening_fails = ""
        self.starting_fails = ""
        self.calls: list[str] = []

    def query_hostapis(self, index: int | None = None) -> Any:
        host = {"name": "ALSA", "default_input_device": 1, "default_output_device": 0}
        return (host,) if index is None else host

    def query_devices(self) -> list[dict[str, Any]]:
        entry = {"hostapi": 0, "default_samplerate": 44100.0}
        return [
            {**entry, "name": "hall", "max_input_channels": 0, "max_output_channels": 2},
            {**entry, "name": "desk", "max_input_channels": 1, "max_output_channels": 0},
        ]

    def check_input_settings(self, *, samplerate: int, **_: Any) -> None:
        if samplerate != 44100:
            raise PortAudioError("Invalid sample rate")

    def RawInputStream(self, **options: Any) -> LibraryStream:  # noqa: N802
        return LibraryStream(self, **options)

    def RawOutputStream(self, **options: Any) -> LibraryStream:  # noqa: N802
        return LibraryStream(self, **options)

    def _terminate(self) -> None:
        self.calls.append("terminate")

    def _initialize(self) -> None:
        self.calls.append("initialize")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """Put the stand-in where sounddevice is imported from."""
    made = Library()
    monkeypatch.setitem(sys.modules, "sounddevice", made)
    return made


def opened(sound: PortAudio) -> Any:
    """Return an open microphone."""
    return sound.open_input(BUILT_IN, channels=1, rate=16000, callback=lambda *_: None, finished=lambda: None)


def test_adapters_import_without_portaudio() -> None:
    """A machine without PortAudio can still analyse recordings."""
    program = (
        "import sys; sys.modules['sounddevice'] = None\n"
        "import attune.adapters.microphone, attune.adapters.playback, attune.cli.devices, attune.cli.doctor"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("platform", "remedy"),
    [("linux", "sudo apt-get install libportaudio2"), ("darwin", "pip install --force-reinstall sounddevice")],
)
def test_missing_library_names_what_to_install(monkeypatch: pytest.MonkeyPatch, platform: str, remedy: str) -> None:
    """The remedy is that of the user's system."""
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(DeviceError, match=f"PortAudio is missing .*; install it with: {remedy}"):
        PortAudio().devices()


def test_devices_are_listed_with_the_defaults_of_their_host(library: Library) -> None:
    """Names, channels, rates and marks, in PortAudio's order."""
    hall, desk = PortAudio().devices()
    assert hall == SoundDevice(
        index=0, name="hall", host="ALSA", inputs=0, outputs=2, rate=44100, default_input=False, default_output=True
    )
    assert (desk.name, desk.inputs, desk.default_input, desk.default_output) == ("desk", 1, True, False)


def test_format_is_supported_or_not(library: Library) -> None:
    """A refusal of PortAudio is an answer, not a failure."""
    assert PortAudio().supports(BUILT_IN, direction="input", channels=1, rate=44100)
    assert not PortAudio().supports(BUILT_IN, direction="input", channels=1, rate=16000)


def test_busy_microphone_is_one_line_with_the_remedy(library: Library) -> None:
    """PortAudio's numbers are left out, its reason is kept."""
    library.opening_fails = "Error opening RawInputStream: Device unavailable [PaErrorCode -9985]"
    with pytest.raises(MicrophoneError) as failure:
        opened(PortAudio())
    assert str(failure.value) == (
        "the microphone built-in does not open (Device unavailable); close other programs that use it, "
        "or choose another with --device (attune devices lists them)"
    )


def test_stream_that_does_not_start_is_closed(library: Library) -> None:
    """A fault at the start leaves no stream behind that would keep the list of devices from being read anew."""
    library.starting_fails = "Error starting stream: Unanticipated host error [PaErrorCode -9999]"
    sound = PortAudio()
    stream = opened(sound)
    with pytest.raises(MicrophoneError, match=r"\(Unanticipated host error\)"):
        stream.start()
    assert sound.refresh()


def test_busy_speaker_is_an_error_of_playback(library: Library) -> None:
    """The same fault on the way out names the speaker."""
    library.opening_fails = "Device unavailable"
    with pytest.raises(PlaybackError, match="the speaker speaker does not open"):
        PortAudio().open_output(SPEAKER, rate=16000, callback=lambda *_: None, finished=lambda: None)


def test_devices_are_not_read_anew_under_an_open_stream(library: Library) -> None:
    """Restarting PortAudio would kill the stream; after it is closed, it is restarted."""
    sound = PortAudio()
    stream = opened(sound)
    assert not sound.refresh()
    stream.close()
    assert sound.refresh()
    assert library.calls == ["terminate", "initialize"]


def test_stream_closed_twice_is_released_once(library: Library) -> None:
    """PortAudio would read freed memory at the second time."""
    sound = PortAudio()
    stream = opened(sound)
    stream.close()
    stream.close()
    assert stream._stream.closed == 1
