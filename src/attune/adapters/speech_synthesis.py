"""The coach's voice: a sentence in, its sound out, through pyttsx3 in a process of its own (`voice_process`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from attune.adapters import voice_process
from attune.adapters.voice_process import REQUEST, SOUND, VOICES, Outcome
from attune.errors import VoiceError

WORKER = (sys.executable, "-P", voice_process.__file__)
"""The command that speaks; the folder of the request is added as its last argument.

Run by its path and with a safe import path, it starts without the rest of the program, whatever folder the user is in.
"""

TIMEOUT_S = 10.0
"""Seconds that one sentence may take. Source: chosen; espeak-ng needs about 0.1 s, process and all."""

WORDS_PER_MIN = 165
"""Pace of the voice. Source: chosen; slower than pyttsx3's 200, near that of calm talk."""

SHORTEST_SHARE = 0.3
"""Least length of a whole sentence, as a share of its words at the asked pace.

Source: chosen; espeak-ng's sentences of one to 200 words last 0.64 to 2.1 times as long as that pace says.
"""

_NO_ENGINE = {
    "linux": "no speech engine was found; install one with: sudo apt-get install espeak-ng",
    "darwin": "the speech engine of macOS does not load; reinstall with: pip install --force-reinstall pyttsx3",
    "win32": "the speech engine of Windows does not load; reinstall with: pip install --force-reinstall pyttsx3",
}
_BYTE_ORDERS: Mapping[bytes, Literal["little", "big"]] = {b"RIFF": "little", b"FORM": "big"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpokenAudio:
    """A spoken sentence: `samples` is int16, shape (n,), at `rate` samples a second."""

    samples: NDArray[np.int16]
    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisVoice:
    """A voice of this machine; `id` is what `SpeechSynthesis` takes."""

    id: str
    name: str
    languages: tuple[str, ...]


class SpeechSynthesis:
    """Speaks sentences into samples, one at a time, each in a fresh process that is killed when it does not answer.

    Parameters
    ----------
    voice
        The `id` of a voice; None for the system's own.
    words_per_min
        Pace.
    timeout_s
        Seconds that one sentence may take.
    command
        The worker's command.
    """

    def __init__(
        self,
        *,
        voice: str | None = None,
        words_per_min: int = WORDS_PER_MIN,
        timeout_s: float = TIMEOUT_S,
        command: tuple[str, ...] = WORKER,
    ) -> None:
        self._voice = voice
        self._words_per_min = words_per_min
        self._timeout_s = timeout_s
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._lock = Lock()

    def speak_to_samples(self, text: str) -> SpokenAudio:
        """Return the sound of a text.

        Raises
        ------
        VoiceError
            If there is no word in the text, no engine, no such voice, no answer in time, or the sound is not whole.
        """
        words = [word for word in text.split() if any(letter.isalnum() for letter in word)]
        if not words:
            raise VoiceError(f"there is no word to speak in {text!r}")
        request = {"text": " ".join(text.split()), "voice": self._voice, "words_per_min": self._words_per_min}
        with tempfile.TemporaryDirectory(prefix="attune-voice-", ignore_cleanup_errors=True) as folder:
            self._ask(request, Path(folder))
            return _read_sound(Path(folder) / SOUND, shortest_s=SHORTEST_SHARE * len(words) * 60 / self._words_per_min)

    def voices(self) -> tuple[SynthesisVoice, ...]:
        """Return the voices of this machine.

        Raises
        ------
        VoiceError
            If there is no engine, or no answer in time.
        """
        with tempfile.TemporaryDirectory(prefix="attune-voice-", ignore_cleanup_errors=True) as folder:
            self._ask({}, Path(folder))
            listed = json.loads((Path(folder) / VOICES).read_text(encoding="utf-8"))
        return tuple(SynthesisVoice(id=v["id"], name=v["name"], languages=tuple(v["languages"])) for v in listed)

    def close(self) -> None:
        """Stop whatever is being spoken, also from another thread; nothing can be spoken afterwards."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def _ask(self, request: Mapping[str, object], folder: Path) -> None:
        """Run one worker on a request, and return when it is done."""
        (folder / REQUEST).write_text(json.dumps(request), encoding="utf-8")
        reading, life_line = os.pipe()
        try:
            process = self._start(folder, stdin=reading)
        except VoiceError:
            os.close(life_line)
            raise
        finally:
            os.close(reading)
        try:
            _, complaint = process.communicate(timeout=self._timeout_s)
        except subprocess.TimeoutExpired as error:
            raise VoiceError(f"the voice did not answer within {self._timeout_s:g} s") from error
        finally:
            os.close(life_line)
            if process.returncode is None:
                process.kill()
                process.communicate()
            self._process = None
        if self._closed:
            raise VoiceError("the voice was stopped")
        _check_outcome(process.returncode, complaint.decode(errors="replace"), voice=self._voice)

    def _start(self, folder: Path, *, stdin: int) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise VoiceError("the voice is closed")
            try:
                self._process = subprocess.Popen(
                    [*self._command, str(folder)],
                    stdin=stdin,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            except OSError as error:
                raise VoiceError(f"the voice process {self._command[0]!r} does not start: {error}") from error
            return self._process


def _check_outcome(status: int, complaint: str, *, voice: str | None) -> None:
    if status == Outcome.DONE:
        return
    if status == Outcome.NO_ENGINE:
        raise VoiceError(_NO_ENGINE.get(sys.platform, _NO_ENGINE["linux"]))
    if status == Outcome.NO_SUCH_VOICE:
        raise VoiceError(f"there is no voice {voice!r} on this machine; attune doctor lists them")
    last_line = (complaint.strip().splitlines() or ["nothing was said about it"])[-1]
    raise VoiceError(f"the voice process failed with status {status}: {last_line}")


def _read_sound(path: Path, *, shortest_s: float) -> SpokenAudio:
    """Return the sound of a file once it is known to be whole."""
    import soundfile

    if not path.is_file():
        raise VoiceError("the voice wrote no sound; run attune doctor to check the speech engine")
    with path.open("rb") as file:
        head = file.read(8)
    size, order = path.stat().st_size, _BYTE_ORDERS.get(head[:4])
    if order is not None and int.from_bytes(head[4:8], order) + 8 != size:
        raise VoiceError(f"the voice broke off: its file holds {size} bytes, fewer or more than its header says")
    try:
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise VoiceError(f"the voice wrote a file that is no sound: {error}") from error
    if not samples.any() or len(samples) < shortest_s * rate:
        raise VoiceError(f"the voice broke off: {len(samples) / rate:.2f} s of sound for at least {shortest_s:.2f} s")
    return SpokenAudio(samples=np.ascontiguousarray(samples[:, 0]), rate=int(rate))
