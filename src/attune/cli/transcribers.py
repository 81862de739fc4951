"""Which transcriber a command uses: the one asked for, the best installed, or none, said aloud."""

from __future__ import annotations

from dataclasses import dataclass

from attune.errors import ModelMissing
from attune.sessions.home import Home
from attune.transcribing.guard import guarded_words
from attune.transcribing.protocol import Transcriber

FIRST_MODEL = "base"
"""The model that is suggested while none is installed.

Source: chosen; a small download, and the least model but one.
"""

TIMING_ONLY = f"No speech model is installed: timing only. For words as well: attune models download {FIRST_MODEL}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribing:
    """A transcriber, or None for timing only; `note` is a line for the user where that was not asked for."""

    transcriber: Transcriber | None
    note: str | None = None


def transcriber_of(choice: str, *, language: str, home: Home) -> Transcribing:
    """Return the transcriber that a choice names.

    Parameters
    ----------
    choice
        ``none``, ``auto``, or a model's name.

    Raises
    ------
    SettingsError
        If there is no model of this name, or it does not know the language.
    ModelError
        If the model is not installed or does not load.
    """
    if choice == "none":
        return Transcribing(transcriber=None)
    if choice == "fixture":
        raise ModelMissing(
            "the bundled voices have no model of their own yet; use --transcriber none, auto, or a model's name"
        )
    from attune.adapters.models import best_installed, located, model_named
    from attune.adapters.whisper import WhisperTranscriber

    folder = home.data / "models"
    name = best_installed(folder, language=language) if choice == "auto" else model_named(choice).name
    if name is None:
        return Transcribing(transcriber=None, note=TIMING_ONLY)
    path = located(name, folder=folder)
    transcriber = WhisperTranscriber(folder=path, name=name, guard=guarded_words, language=language)
    transcriber.load()
    return Transcribing(transcriber=transcriber)
