"""The process that speaks one sentence into a file: ``python voice_process.py FOLDER``.

Theory of operation
-------------------
Every sentence has a process of its own, because an engine that has spoken once cannot be trusted to speak again:
pyttsx3 hangs in its second ``runAndWait`` on some systems, sends later sentences to the first file, and espeak-ng
carries its state over, so that equal sentences differ in length. A process that hangs can be killed; a thread cannot.

The request lies in FOLDER; the sound is written beside it. The exit status is the answer. Standard input is a
life line: nothing is read from it, but when it ends the parent has died, and this process removes the folder's files
and follows. Ctrl-C belongs to the parent.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from enum import IntEnum
from pathlib import Path
from typing import Any

REQUEST = "request.json"
"""What to do: ``{"text": …, "voice": … or null, "words_per_min": …}``; without a text, the voices are listed."""

SOUND = "speech.wav"
"""The sound, in the format that the engine writes (AIFF on macOS, whatever the name says)."""

VOICES = "voices.json"
"""The voices: a list of ``{"id": …, "name": …, "languages": […]}``."""


class Outcome(IntEnum):
    """What the exit status says."""

    DONE = 0
    NO_ENGINE = 3
    NO_SUCH_VOICE = 4


def main() -> None:
    """Carry out the request in the folder named by the first argument, then exit with an `Outcome`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = Path(sys.argv[1])
    threading.Thread(target=_follow_the_parent, args=(folder,), daemon=True).start()
    outcome = _carry_out(folder)
    # Leaves without the clean-up of the interpreter, in which espeak-ng can fail an assertion.
    sys.stdout.flush()
    os._exit(outcome)


def _follow_the_parent(folder: Path) -> None:
    while os.read(0, 1024):
        pass
    for name in (REQUEST, SOUND, VOICES):
        (folder / name).unlink(missing_ok=True)
    os._exit(1)


def _carry_out(folder: Path) -> Outcome:
    request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    try:
        import pyttsx3

        engine = pyttsx3.init()
    except (ImportError, OSError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        return Outcome.NO_ENGINE
    if "text" not in request:
        (folder / VOICES).write_text(json.dumps(_voices(engine)), encoding="utf-8")
        return Outcome.DONE
    if request["voice"] is not None:
        if all(request["voice"] != voice.id for voice in engine.getProperty("voices")):
            return Outcome.NO_SUCH_VOICE
        engine.setProperty("voice", request["voice"])
    engine.setProperty("rate", request["words_per_min"])
    _save(engine, request["text"], folder / SOUND, words_per_min=request["words_per_min"])
    return Outcome.DONE


def _save(engine: Any, text: str, path: Path, *, words_per_min: int) -> None:
    """Speak into a file, and return when it is whole.

    espeak-ng takes settings in another thread and forgets the pace in about one process of thirty, unless it is told
    again right before the text: pyttsx3 announces that moment, and only its driver sets at once.

    With espeak-ng ``runAndWait`` returns 10 ms after the synthesis has begun in another thread, finished or not; the
    file is whole when the engine says so. Engines that do not announce a beginning have finished by then.
    """
    begun, finished = threading.Event(), threading.Event()

    def begin(**_: object) -> None:
        driver = getattr(getattr(engine, "proxy", None), "_driver", None)
        if driver is not None:
            driver.setProperty("rate", words_per_min)
        begun.set()

    engine.connect("started-utterance", begin)
    engine.connect("finished-utterance", lambda **_: finished.set())
    engine.save_to_file(text, str(path))
    engine.runAndWait()
    if begun.is_set():
        finished.wait()


def _voices(engine: Any) -> list[dict[str, object]]:
    return [
        {"id": voice.id, "name": voice.name, "languages": [str(language) for language in voice.languages or ()]}
        for voice in engine.getProperty("voices")
    ]


if __name__ == "__main__":
    main()
