"""Transcription with Whisper, through faster-whisper, from a folder on this machine and never from the network.

What is set, and why: temperature 0 and a fixed number of threads, so that the same sound gives the same words;
no conditioning on earlier text, from which loops are born; faster-whisper's own thresholds are off, because the guard
decides, in one place. The number of tokens is bound to the length of the phrase, so that a loop cannot hold up the
phrases that wait.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attune.adapters.models import check
from attune.errors import ModelError, SequenceError, SettingsError
from attune.events import Phrase, Transcript, Word
from attune.timebase import SAMPLE_RATE, Span, samples_of, samples_of_ms

BEAM_SIZE = 5
"""Hypotheses kept while decoding. Source: Whisper's default (Radford et al. 2023, 4.5)."""

THREADS = 4
"""Threads of a decode. Source: faster-whisper's default; fixed, as their number changes rounding and, rarely, words."""

TOKENS_PER_SECOND = 25
"""Tokens that a second of speech may take.

Source: chosen; seven words a second, the fastest that people talk, are about ten tokens in English and some twenty in
languages that the vocabulary serves less well.
"""

TOKENS_AT_LEAST = 32
MOST_TOKENS = 440
"""Tokens of one decode: Whisper's 448 less its prompt."""

SHORTEST_MS = 350
"""Sound shorter than this is not decoded: neither a phrase, nor what is left of one behind its last word.

Sources: faster-whisper starts over behind the last word, where there is nothing but the padding (150 ms) and the error
of word times (90th percentile 151 ms), into which Whisper invents words. Aligning the words of a single frame stops
some versions of CTranslate2 (faster-whisper#1342), and faster-whisper 1.2 fails on it.
"""

_SHORTEST_FRAMES = SHORTEST_MS // 10
_FULL_SCALE = 32_768


@dataclass(frozen=True, slots=True, kw_only=True)
class WhisperSegment:
    """What Whisper says of a stretch of a phrase; words in absolute samples, inside the phrase, one after the other."""

    text: str
    words: tuple[Word, ...]
    no_speech_probability: float
    average_log_probability: float
    compression_ratio: float


Guard = Callable[[tuple[WhisperSegment, ...]], tuple[Word, ...]]
"""Decides which words of a phrase are kept."""


class WhisperTranscriber:
    """A Whisper model as a transcriber. The first phrase, or `load`, reads the model; that takes seconds.

    Parameters
    ----------
    folder
        The model's folder.
    name
        What documents and messages call the model.
    guard
        Decides which words are kept.
    language
        The language that is spoken, as ISO 639-1.
    beam_size, threads
        How thorough, and how parallel; the same values give the same words.
    """

    def __init__(
        self,
        *,
        folder: Path,
        name: str,
        guard: Guard,
        language: str = "en",
        beam_size: int = BEAM_SIZE,
        threads: int = THREADS,
    ) -> None:
        self._folder = folder
        self._name = name
        self._guard = guard
        self._language = language
        self._beam_size = beam_size
        self._threads = threads
        self._model: Any = None

    @property
    def name(self) -> str:
        """What the session document calls it."""
        return self._name

    def load(self) -> None:
        """Read the model, unless that is done.

        Raises
        ------
        ModelMissing
            If the folder does not exist.
        ModelError
            If a file of it is missing or damaged, or faster-whisper does not load.
        SettingsError
            If the model does not know the language.
        """
        if self._model is None:
            check(self._folder, name=self._name)
            model = self._read()
            if self._language not in model.supported_languages:
                known = "English alone" if model.supported_languages == ["en"] else f"no language {self._language!r}"
                raise SettingsError(
                    f"the speech model {self._name} knows {known}; choose another model or another --language"
                )
            self._model = model

    def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:
        """Return the words of a phrase.

        Parameters
        ----------
        phrase
            Who spoke, and from which sample to which.
        samples
            int16, shape (phrase.span.duration,), 16 kHz.

        Raises
        ------
        ModelError
            If the model cannot be loaded, or decoding fails.
        SequenceError
            If sound and phrase are not of one length.
        """
        if samples.shape != (phrase.span.duration,):
            raise SequenceError(f"phrase {phrase.id} is {phrase.span.duration} samples long, not {samples.shape}")
        self.load()
        segments = self._decoded(phrase, samples) if len(samples) >= samples_of_ms(SHORTEST_MS) else ()
        return Transcript(phrase_id=phrase.id, words=self._guard(segments), model=self._name)

    def _read(self) -> Any:
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise ModelError(
                f"faster-whisper does not load ({error}); install Attune again, or use --transcriber none"
            ) from error
        try:
            return _phrasewise(WhisperModel)(
                str(self._folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=self._threads,
                num_workers=1,
                local_files_only=True,
            )
        except Exception as error:
            raise ModelError(
                f"the speech model in {self._folder} is damaged ({_one_line(error)}); "
                f"remove that folder and get it again: attune models download {self._name}"
            ) from error

    def _decoded(self, phrase: Phrase, samples: NDArray[np.int16]) -> tuple[WhisperSegment, ...]:
        most_tokens = TOKENS_AT_LEAST + math.ceil(TOKENS_PER_SECOND * len(samples) / SAMPLE_RATE)
        heard: list[Any] = []
        try:
            segments, _ = self._model.transcribe(
                samples.astype(np.float32) / _FULL_SCALE,
                language=self._language,
                beam_size=self._beam_size,
                temperature=0.0,
                condition_on_previous_text=False,
                word_timestamps=True,
                vad_filter=False,
                no_speech_threshold=None,
                log_prob_threshold=None,
                compression_ratio_threshold=None,
                max_new_tokens=min(MOST_TOKENS, most_tokens),
            )
            for segment in segments:
                heard.append(segment)
        except _ShortRest:
            pass
        except (RuntimeError, ValueError, IndexError) as error:
            raise ModelError(f"the speech model {self._name} failed on {phrase.id} ({_one_line(error)})") from error
        return _in_order(heard, phrase.span)


class _ShortRest(Exception):
    """What is left of a phrase is too short to be decoded; raised through faster-whisper's loop to end it."""


def _phrasewise(whisper_model: Any) -> Any:
    """Return faster-whisper's model class, but one that stops when little of the sound is left."""

    class PhrasewiseModel(whisper_model):  # type: ignore[misc]
        def encode(self, features: NDArray[np.float32]) -> Any:
            """Return the encoder's output for features of shape (mels, frames), filled up with zeros at the end."""
            if not features[:, _SHORTEST_FRAMES - 1 :].any():
                raise _ShortRest
            return super().encode(features)

    return PhrasewiseModel


def _in_order(segments: Iterable[Any], span: Span) -> tuple[WhisperSegment, ...]:
    """Return the segments with the times of their words in absolute samples, inside `span` and never going back."""
    at = span.start
    found: list[WhisperSegment] = []
    for segment in segments:
        words: list[Word] = []
        for word in segment.words or ():
            text = word.word.strip()
            if not text:
                continue
            start = min(max(span.start + samples_of(float(word.start)), at), span.stop)
            stop = min(max(span.start + samples_of(float(word.end)), start), span.stop)
            words.append(Word(span=Span(start, stop), text=text, probability=min(1.0, float(word.probability))))
            at = stop
        found.append(
            WhisperSegment(
                text=segment.text.strip(),
                words=tuple(words),
                no_speech_probability=float(segment.no_speech_prob),
                average_log_probability=float(segment.avg_logprob),
                compression_ratio=float(segment.compression_ratio),
            )
        )
    return tuple(found)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
