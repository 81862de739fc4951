"""The doctor: what it finds, and which remedy it names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from attune.adapters.sound_devices import SoundDevice
from attune.bundled import models_folder
from attune.cli import checks
from attune.cli.checks import Check, Need, Verdict
from attune.cli.doctor import command, is_unusable, verdict_on
from attune.errors import DetectorError, DeviceError, InputError, MicrophoneError, VoiceError
from attune.events import Block, Gap, GapCause, SpeechSegment
from attune.timebase import Span

DESK = SoundDevice(
    index=0, name="desk", host="ALSA", inputs=1, outputs=0, rate=48000, default_input=True, default_output=False
)
HALL = SoundDevice(
    index=1, name="hall", host="ALSA", inputs=0, outputs=2, rate=48000, default_input=False, default_output=True
)


class Library:
    """A sound library with these devices, or with none at all."""

    def __init__(self, *devices: SoundDevice, failure: str | None = None) -> None:
        self.found = devices
        self.failure = failure

    def devices(self) -> tuple[SoundDevice, ...]:
        if self.failure:
            raise DeviceError(self.failure)
        return self.found


class Scripted:
    """A microphone that yields what it was given."""

    def __init__(self, *parts: Block | Gap, failure: str | None = None) -> None:
        self.parts = parts
        self.failure = failure

    def __enter__(self) -> Scripted:
        if self.failure:
            raise MicrophoneError(self.failure)
        return self

    def __exit__(self, *ending: object) -> None:
        """Nothing to release."""

    def sounds(self) -> Iterator[Block | Gap]:
        return iter(self.parts)


def talk(*, level: int = 1000, floor: int = 10) -> NDArray[np.int16]:
    """Return three seconds of which the first half is loud, swinging about nought."""
    samples = np.full((48000, 1), floor, np.int16)
    samples[:24000] = level
    samples[1::2] *= -1
    return samples


def spoken(samples: NDArray[np.int16]) -> tuple[SpeechSegment, ...]:
    """Return that all from the first to the last loud sample is speech."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 50)
    if not len(loud):
        return ()
    span = Span(int(loud[0]), int(loud[-1]) + 1)
    return (SpeechSegment(id="s-voice-0", span=span, speaker="voice", level_dbfs=-30.0, confidence=0.9),)


def heard(*parts: Block | Gap, failure: str | None = None, seconds: float = 3.0) -> tuple[Check, ...]:
    """Return what is said about what a microphone yields."""
    source = Scripted(*parts, failure=failure)
    return checks.listening(source, seconds=seconds, speech_in=spoken)  # type: ignore[arg-type]


def judged(samples: NDArray[np.int16], *more: Block | Gap) -> tuple[Verdict, str]:
    """Return what is said about the sound of three seconds itself."""
    first = heard(Block(start=0, samples=samples), *more)[0]
    return first.verdict, first.text


def test_python_that_is_too_old_makes_attune_unusable() -> None:
    """The oldest Python that works is 3.11."""
    assert checks.python((3, 11, 0)).verdict is Verdict.OK
    old = checks.python((3, 10, 14))
    assert old.text == "3.10.14 is too old; install Python 3.11 or later"
    assert is_unusable([old])


def test_devices_name_the_defaults() -> None:
    """PortAudio, the microphone and the speaker that would be used."""
    found = list(checks.devices(Library(DESK, HALL)))  # type: ignore[arg-type]
    assert [(check.subject, check.verdict, check.text) for check in found] == [
        ("sound library", Verdict.OK, "PortAudio knows 2 devices"),
        ("microphone", Verdict.OK, "desk"),
        ("speaker", Verdict.OK, "hall"),
    ]


def test_missing_portaudio_is_one_line_and_recordings_still_work() -> None:
    """Without PortAudio nothing is said about devices, and the status stays 0."""
    found = list(checks.devices(Library(failure="PortAudio is missing; install it")))  # type: ignore[arg-type]
    assert [(check.subject, check.verdict, check.text) for check in found] == [
        ("sound library", Verdict.MISSING, "PortAudio is missing; install it")
    ]
    assert not is_unusable(found)


def test_missing_speaker_is_told_beside_the_microphone() -> None:
    """One of two is missing."""
    found = list(checks.devices(Library(DESK)))  # type: ignore[arg-type]
    assert [check.verdict for check in found] == [Verdict.OK, Verdict.OK, Verdict.MISSING]


def test_detector_that_does_not_load_makes_attune_unusable() -> None:
    """Nothing is heard without it."""

    def load() -> None:
        raise DetectorError("webrtcvad does not load")

    found = checks.loads("speech gate", load)
    assert (found.verdict, found.text) == (Verdict.MISSING, "webrtcvad does not load")
    assert is_unusable([found])
    assert verdict_on([found]) == "Attune cannot work yet: see what is missing above."


def test_voice_encoder_that_does_not_load_narrows_what_attune_can_do(tmp_path: Path) -> None:
    """The line says what is lost; microphones of one's own still work."""
    (tmp_path / "voice_encoder.onnx").write_bytes(b"")
    found = checks.voice_encoder(lambda: tmp_path)
    assert found.verdict is Verdict.MISSING
    assert found.text.startswith(f"the voice encoder {tmp_path / 'voice_encoder.onnx'} does not load: ")
    assert found.text.endswith("; install Attune again; until then one microphone cannot tell two people apart")
    assert verdict_on([found]) == "Attune works, with the limits above."


def test_without_bundled_models_the_doctor_goes_on() -> None:
    """The folder itself may be missing."""

    def folder() -> Path:
        raise InputError("the bundled models are missing from there: install Attune again")

    found = checks.voice_encoder(folder)
    assert (found.verdict, found.need) == (Verdict.MISSING, Need.SOMETHING)
    assert found.text.startswith("the bundled models are missing from there")


def test_bundled_voice_encoder_loads() -> None:
    """It comes with Attune."""
    found = checks.voice_encoder(models_folder)
    assert found == Check(subject="voice encoder", verdict=Verdict.OK, text="loads")


def test_without_a_model_the_command_that_gets_one_is_named(tmp_path: Path) -> None:
    """Timing-only is a limit, told with its remedy."""
    found = checks.model(tmp_path)
    assert found.verdict is Verdict.WARNING
    assert "timing-only" in found.text
    assert "attune models download base" in found.text
    assert verdict_on([found]) == "Attune works, with the limits above."


def test_voice_is_counted_or_its_absence_told() -> None:
    """Without a voice, suggestions are shown."""

    class Voices:
        def voices(self) -> tuple[object, ...]:
            return ("en", "de")

    class Mute:
        def voices(self) -> tuple[object, ...]:
            raise VoiceError("no speech engine was found")

    assert checks.voice(Voices()) == Check(subject="voice", verdict=Verdict.OK, text="2 voices")
    assert checks.voice(Mute()).text == "no speech engine was found; until then suggestions are shown"


def test_data_folder_is_looked_at_and_not_created(tmp_path: Path) -> None:
    """A folder that does not exist yet is fine where it can be made."""
    found = checks.data_folder(tmp_path / "new" / "attune")
    assert found.verdict is Verdict.OK
    assert not (tmp_path / "new").exists()


def test_data_folder_under_a_file_cannot_be_written(tmp_path: Path) -> None:
    """The line says how to choose another."""
    (tmp_path / "file").touch()
    found = checks.data_folder(tmp_path / "file" / "attune")
    assert found.verdict is Verdict.MISSING
    assert found.text.endswith("cannot be written; change its permissions or name another folder in ATTUNE_HOME")


def test_clear_speech_in_a_quiet_room_is_ok() -> None:
    """Level and floor are told."""
    assert judged(talk()) == (Verdict.OK, "speech -30 dBFS, room -70 dBFS, 40 dB between them, nothing clipped")


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros((48000, 1), np.int16), "not a bit moved: unmute the microphone"),
        (talk(level=32767), "50.0% of it is clipped: lower the input level"),
        (talk(level=100, floor=1), "that is quiet: come closer to the microphone, or raise the input level"),
        (talk()[16000:], "too little speech to judge it by (0.5 s): try again, and talk while it listens"),
    ],
    ids=["muted", "too loud", "too quiet", "hardly anybody spoke"],
)
def test_poor_sound_names_its_remedy(samples: NDArray[np.int16], words: str) -> None:
    """Each is a warning."""
    verdict, text = judged(samples)
    assert verdict is Verdict.WARNING
    assert words in text


def test_lost_sound_is_a_warning() -> None:
    """A quarter of a second that did not arrive."""
    gap = Gap(span=Span(24000, 28000), why=GapCause.OVERFLOW)
    verdict, text = judged(talk()[:24000], gap, Block(start=28000, samples=talk()[28000:]))
    assert verdict is Verdict.WARNING
    assert "0.2 s were lost" in text


def test_good_room_is_told_use_by_use() -> None:
    """One channel, 40 dB above the room: everything but a channel each."""
    found = heard(Block(start=0, samples=talk()))
    assert [(check.subject, check.verdict) for check in found] == [
        ("listening", Verdict.OK),
        ("one person", Verdict.OK),
        ("two people", Verdict.OK),
        ("a channel each", Verdict.NOTE),
    ]


def test_without_speech_no_use_is_judged() -> None:
    """Levels of an empty room say nothing of a voice."""
    assert [check.subject for check in heard(Block(start=0, samples=talk()[24000:]))] == ["listening"]
    assert [check.subject for check in heard(Block(start=0, samples=np.zeros((48000, 2), np.int16)))] == ["listening"]


def test_notes_are_no_limits() -> None:
    """What is worth knowing does not spoil the last line."""
    assert verdict_on([Check(subject="a channel each", verdict=Verdict.NOTE, text="")]) == "Everything is here."


def test_microphone_that_delivers_nothing_is_missing() -> None:
    """A second of gap and no sound."""
    (found,) = heard(Gap(span=Span(0, 16000), why=GapCause.STARVED), seconds=1.0)
    assert (found.verdict, found.text[:23]) == (Verdict.MISSING, "nothing came in 1 s; un")


def test_microphone_that_does_not_open_is_missing() -> None:
    """The fault of the device is the text."""
    (found,) = heard(failure="the desk is busy")
    assert (found.verdict, found.text, found.need) == (Verdict.MISSING, "the desk is busy", Need.SOMETHING)


def test_listening_ends_after_its_seconds() -> None:
    """A microphone never ends by itself."""
    endless = (Block(start=start, samples=talk(level=500)) for start in range(0, 10**9, 48000))

    class Endless(Scripted):
        def sounds(self) -> Iterator[Block | Gap]:
            return endless

    checks.listening(Endless(), seconds=5.5, speech_in=spoken)  # type: ignore[arg-type]
    assert next(endless).start == 96000


def test_command_prints_a_line_for_every_subject(tmp_path: Path) -> None:
    """On any machine: the subjects in their order, and one sentence at the end."""
    run = CliRunner().invoke(command, ["--no-listen"], env={"ATTUNE_HOME": str(tmp_path)})
    assert run.exit_code == 0
    lines = run.output.splitlines()
    assert lines[0].startswith("ok       Python           3.")
    subjects = [line[9:26].strip() for line in lines[:-1]]
    assert subjects[0:2] == ["Python", "sound library"]
    assert subjects[-7:-4] == ["speech gate", "speech detector", "voice encoder"]
    assert subjects[-4:] == ["speech model", "voice", "settings", "data folder"]
    assert lines[-1] == "Attune works, with the limits above."
