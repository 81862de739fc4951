"""The coach's voice: real espeak-ng where it is installed, and small fake workers for everything that goes wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from attune.adapters import voice_process
from attune.adapters.speech_synthesis import SpeechSynthesis
from attune.errors import VoiceError

SENTENCE = "Try saying back what you heard, and then ask: did I get that right, or not?"

needs_engine = pytest.mark.skipif(
    sys.platform.startswith("linux") and shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Temporary files go to a folder of the test, which must be empty again at its end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def worker(code: str) -> tuple[str, ...]:
    """Return the command of a fake worker; the request's folder is its first argument."""
    return (sys.executable, "-c", code)


def worker_with_engine(tmp_path: Path, engine: str) -> tuple[str, ...]:
    """Return the command of the real worker with a fake pyttsx3."""
    (tmp_path / "pyttsx3.py").write_text(engine)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    return worker(code + "from attune.adapters.voice_process import main; main()")


def writes(samples: np.ndarray, *, cut_bytes: int = 0) -> tuple[str, ...]:
    """Return the command of a worker that writes these samples, the file cut short by some bytes."""
    return worker(
        "import sys, wave, pathlib\n"
        "path = pathlib.Path(sys.argv[1]) / 'speech.wav'\n"
        "file = wave.open(str(path), 'wb'); file.setparams((1, 2, 8000, 0, 'NONE', ''))\n"
        f"file.writeframes(bytes.fromhex({samples.tobytes().hex()!r})); file.close()\n"
        f"data = path.read_bytes(); path.write_bytes(data[:len(data) - {cut_bytes}])"
    )


@needs_engine
def test_same_sentence_twice_gives_equal_whole_sound() -> None:
    """A sentence spoken twice in a row is whole both times, sample for sample."""
    voice = SpeechSynthesis()
    first, second = voice.speak_to_samples(SENTENCE), voice.speak_to_samples(SENTENCE)
    assert first.rate == second.rate == 22_050
    assert first.samples.dtype == np.int16
    assert 3.5 < len(first.samples) / first.rate < 7.0
    assert np.array_equal(first.samples, second.samples)


@needs_engine
def test_long_text_is_spoken_to_its_end() -> None:
    """Text that takes longer to synthesise than the engine's own wait is not cut off."""
    voice = SpeechSynthesis()
    once = voice.speak_to_samples(SENTENCE)
    often = voice.speak_to_samples(" ".join([SENTENCE] * 12))
    assert len(often.samples) > 10 * len(once.samples)


@needs_engine
def test_slower_pace_lasts_longer() -> None:
    """The pace reaches the engine."""
    usual = SpeechSynthesis().speak_to_samples(SENTENCE)
    slow = SpeechSynthesis(words_per_min=110).speak_to_samples(SENTENCE)
    assert len(slow.samples) > 1.3 * len(usual.samples)


@needs_engine
def test_voices_are_listed_and_one_can_be_chosen() -> None:
    """A listed voice can be spoken with, and sounds different from the system's own."""
    voices = SpeechSynthesis().voices()
    german = next(voice for voice in voices if "de" in voice.languages)
    spoken = SpeechSynthesis(voice=german.id).speak_to_samples(SENTENCE)
    assert not np.array_equal(spoken.samples, SpeechSynthesis().speak_to_samples(SENTENCE).samples)


@needs_engine
def test_unknown_voice_is_one_line() -> None:
    """A voice that is not on the machine is named in the error."""
    with pytest.raises(VoiceError, match="there is no voice 'nobody' on this machine"):
        SpeechSynthesis(voice="nobody").speak_to_samples("Hello.")


@posix_only
def test_spoken_sentence_leaves_no_process_behind(tmp_path: Path) -> None:
    """The worker has been waited for when the call is over."""
    pid = tmp_path / "pid"
    command = worker(f"import os, pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))")
    with pytest.raises(VoiceError, match="the voice wrote no sound"):
        SpeechSynthesis(command=command).speak_to_samples("Hello.")
    with pytest.raises(ChildProcessError):
        os.waitpid(int(pid.read_text()), os.WNOHANG)


def test_text_without_words_is_refused() -> None:
    """There is no sound of nothing."""
    with pytest.raises(VoiceError, match="there is no word to speak in '…'"):
        SpeechSynthesis().speak_to_samples("…")


@posix_only
def test_hanging_worker_times_out_and_the_next_sentence_gets_a_new_one(tmp_path: Path) -> None:
    """A worker that never answers is killed and waited for; the sentence after it is spoken by a fresh one."""
    mark = tmp_path / "hung"
    voice = SpeechSynthesis(
        timeout_s=2.0,
        command=worker(
            "import os, sys, pathlib, threading, wave\n"
            f"mark = pathlib.Path({str(mark)!r})\n"
            "if not mark.exists(): mark.write_text(str(os.getpid())); threading.Event().wait()\n"
            "file = wave.open(sys.argv[1] + '/speech.wav', 'wb'); file.setparams((1, 2, 8000, 0, 'NONE', ''))\n"
            "file.writeframes(b'\\x01\\x00' * 8000); file.close()"
        ),
    )
    with pytest.raises(VoiceError, match=r"^the voice did not answer within 2 s$"):
        voice.speak_to_samples("Hello.")
    with pytest.raises(ChildProcessError):
        os.waitpid(int(mark.read_text()), os.WNOHANG)
    audio = voice.speak_to_samples("Hello.")
    assert audio.rate == 8000
    assert audio.samples.tolist() == [1] * 8000


def test_sound_cut_short_is_refused() -> None:
    """A file with fewer bytes than its header promises is not played."""
    voice = SpeechSynthesis(command=writes(np.ones(8000, np.int16), cut_bytes=100))
    with pytest.raises(VoiceError, match="the voice broke off: its file holds 15944 bytes"):
        voice.speak_to_samples("Hello.")


def test_sound_too_short_for_its_words_is_refused() -> None:
    """A tenth of a second cannot hold ten words."""
    voice = SpeechSynthesis(command=writes(np.ones(800, np.int16)))
    with pytest.raises(VoiceError, match=r"the voice broke off: 0\.10 s of sound for at least 1\.09 s"):
        voice.speak_to_samples("one two three four five six seven eight nine ten")


def test_silent_sound_is_refused() -> None:
    """A file of zeros is no speech."""
    voice = SpeechSynthesis(command=writes(np.zeros(8000, np.int16)))
    with pytest.raises(VoiceError, match="the voice broke off"):
        voice.speak_to_samples("Hello.")


def test_no_sound_file_is_refused() -> None:
    """A worker that ends well but writes nothing is found out."""
    with pytest.raises(VoiceError, match="the voice wrote no sound"):
        SpeechSynthesis(command=worker("pass")).speak_to_samples("Hello.")


def test_file_that_is_no_sound_is_refused() -> None:
    """A file of letters is found out."""
    command = worker("import sys, pathlib; pathlib.Path(sys.argv[1], 'speech.wav').write_text('no sound')")
    with pytest.raises(VoiceError, match="the voice wrote a file that is no sound"):
        SpeechSynthesis(command=command).speak_to_samples("Hello.")


def test_crashing_worker_is_one_line_with_its_last_words() -> None:
    """The last line that a crashed worker wrote is in the error, the traceback is not."""
    with pytest.raises(VoiceError, match=r"^the voice process failed with status 1: ValueError: no larynx$"):
        SpeechSynthesis(command=worker("raise ValueError('no larynx')")).speak_to_samples("Hello.")


def test_worker_that_does_not_start_is_one_line(tmp_path: Path) -> None:
    """A missing program is named."""
    with pytest.raises(VoiceError, match="does not start"):
        SpeechSynthesis(command=(str(tmp_path / "nothing"),)).speak_to_samples("Hello.")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the remedy of Linux")
def test_missing_engine_names_the_package(tmp_path: Path) -> None:
    """Without an engine the error says which package to install."""
    command = worker_with_engine(tmp_path, "def init(): raise RuntimeError('you probably do not have eSpeak')")
    with pytest.raises(VoiceError, match=r"sudo apt-get install espeak-ng$"):
        SpeechSynthesis(command=command).speak_to_samples("Hello.")


def test_closing_from_another_thread_stops_the_sentence() -> None:
    """Closing kills a worker that would hang, and no further sentence is begun."""
    voice = SpeechSynthesis(timeout_s=60.0, command=worker("import threading; threading.Event().wait()"))
    errors: list[str] = []

    def speak() -> None:
        try:
            voice.speak_to_samples("Hello.")
        except VoiceError as error:
            errors.append(str(error))

    thread = threading.Thread(target=speak)
    thread.start()
    voice.close()
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert errors[0] in ("the voice was stopped", "the voice is closed")
    with pytest.raises(VoiceError, match="the voice is closed"):
        voice.speak_to_samples("Hello.")


HANGING_ENGINE = """
import signal, sys, threading
class Engine:
    def connect(self, topic, callback): pass
    def setProperty(self, name, value): pass
    def save_to_file(self, text, path): pass
    def runAndWait(self):
        sys.stderr.write(signal.getsignal(signal.SIGINT).name + "\\n"); sys.stderr.flush()
        threading.Event().wait()
def init(): return Engine()
"""


@posix_only
def test_worker_outlives_ctrl_c_and_follows_its_parent(tmp_path: Path) -> None:
    """Ctrl-C does not end a speaking worker; the end of its parent does, with its files removed."""
    folder = tmp_path / "request"
    folder.mkdir()
    (folder / voice_process.REQUEST).write_text('{"text": "Hello.", "voice": null, "words_per_min": 165}')
    process = subprocess.Popen(
        [*worker_with_engine(tmp_path, HANGING_ENGINE), str(folder)], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"SIG_IGN\n"
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=30)
    assert process.returncode == 1
    assert complaint == b""
    assert list(folder.iterdir()) == []


ASYNCHRONOUS_ENGINE = """
import threading, wave
class Engine:
    def connect(self, topic, callback): setattr(self, topic.replace("-", "_"), callback)
    def setProperty(self, name, value): pass
    def save_to_file(self, text, path): self.path = path
    def runAndWait(self):
        self.started_utterance(name=None)
        self.waited = threading.Event()
        threading.Thread(target=self.write, daemon=True).start()
    def write(self):
        self.waited.wait(0.2)
        with wave.open(self.path, "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", "")); file.writeframes(b"\\x02\\x00" * 8000)
        self.finished_utterance(name=None, completed=True)
def init(): return Engine()
"""


def test_engine_that_returns_too_early_is_waited_for(tmp_path: Path) -> None:
    """An engine whose wait ends before its synthesis does still gives the whole sound."""
    audio = SpeechSynthesis(command=worker_with_engine(tmp_path, ASYNCHRONOUS_ENGINE)).speak_to_samples("Hello.")
    assert audio.samples.tolist() == [2] * 8000


def test_stereo_sound_gives_its_first_channel() -> None:
    """A voice that writes two channels is heard from the first."""
    command = worker(
        "import sys, wave\n"
        "with wave.open(sys.argv[1] + '/speech.wav', 'wb') as file:\n"
        "    file.setparams((2, 2, 8000, 0, 'NONE', '')); file.writeframes(b'\\x03\\x00\\x04\\x00' * 8000)"
    )
    assert SpeechSynthesis(command=command).speak_to_samples("Hello.").samples.tolist() == [3] * 8000


def test_fake_worker_writes_what_the_tests_expect(tmp_path: Path) -> None:
    """The fake that the broken files come from writes a sound file that is right when it is not cut."""
    subprocess.run([*writes(np.arange(5, dtype=np.int16)), str(tmp_path)], check=True)
    with wave.open(str(tmp_path / "speech.wav")) as file:
        assert file.readframes(9) == np.arange(5, dtype=np.int16).tobytes()
