"""A transcriber that recognises nothing: its words are known beforehand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from attune.events import Phrase, Transcript, Word


class ScriptedTranscriber:
    """Answers with the words of a timed transcript whose middle lies in the phrase.

    A word belongs to the phrase that holds its middle, so that phrases which touch never share one.

    Parameters
    ----------
    words
        The words of each person.
    name
        What the session document calls it.
    """

    def __init__(self, words: Mapping[str, tuple[Word, ...]], *, name: str = "scripted") -> None:
        self._name = name
        self._words = {speaker: sorted(spoken, key=_middle) for speaker, spoken in words.items()}

    @property
    def name(self) -> str:
        """What the session document calls it."""
        return self._name

    def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:  # noqa: ARG002
        """Return the words that the script has for a phrase; the sound is not listened to."""
        words = self._words.get(phrase.speaker, [])
        first = bisect_left(words, phrase.span.start, key=_middle)
        last = bisect_left(words, phrase.span.stop, key=_middle)
        spoken = tuple(sorted(words[first:last], key=lambda word: word.span))
        return Transcript(phrase_id=phrase.id, words=spoken, model=self._name)


def _middle(word: Word) -> int:
    return (word.span.start + word.span.stop) // 2
