"""Layers against invented text: recognisers write words into silence, noise and their own loops.

Each layer looks at one sign and is cautious alone. There is no list of forbidden words: people do say "thank you".

1. A phrase with hardly any voice is not decoded (`PhraseSettings.least_voiced_ms`).
2. A stretch that the recogniser holds for silence, and is unsure of, is dropped (`guarded_words`).
3. Loops are cut to one copy, and text that repeats itself in other ways is dropped (`guarded_words`).
4. Words where nobody was heard to speak are dropped (`words_in_voice`, where the units are known).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from attune.events import Word
from attune.timebase import Span, samples_of_ms

LONGEST_LOOP = 8
"""Words of the longest stretch that is looked for as the body of a loop.

Source: chosen; loops of recognisers repeat a word, a courtesy or a short sentence.
"""


class DecodedSegment(Protocol):
    """What a recogniser says of a stretch of a phrase, and how it felt about it."""

    @property
    def text(self) -> str:
        """All of its words."""
        ...

    @property
    def words(self) -> tuple[Word, ...]:
        """The words in the order of time, in absolute samples."""
        ...

    @property
    def no_speech_probability(self) -> float:
        """How likely nobody speaks, 0..1."""
        ...

    @property
    def average_log_probability(self) -> float:
        """Mean of the log-probabilities of its tokens, at most 0."""
        ...

    @property
    def compression_ratio(self) -> float:
        """Length of the text over its length when compressed; high for text that repeats itself."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSettings:
    """When words are held to be invented.

    Sources: `no_speech`, `log_probability` and `compression_ratio` are the defaults of Whisper's own decoder
    (Radford et al. 2023, 4.5). `word_repeats` and `phrase_repeats` are the most that anybody said in a row in 487,000
    words of real talk (MRDA, Switchboard, AnnoMI): one word ten times, two or three words four times. `reach_ms`
    chosen: twice the 90th percentile by which word times of a recogniser of this kind miss (151 ms for starts).
    """

    no_speech: float = 0.6
    log_probability: float = -1.0
    compression_ratio: float = 2.4
    word_repeats: int = 10
    phrase_repeats: int = 4
    reach_ms: int = 300

    def __post_init__(self) -> None:
        if min(self.word_repeats, self.phrase_repeats) < 1 or self.reach_ms < 0:
            raise ValueError(f"repeats are at least 1 and reach is not negative, not {self}")


def guarded_words(segments: Iterable[DecodedSegment], *, settings: GuardSettings | None = None) -> tuple[Word, ...]:
    """Return the words that the recogniser can be believed to have heard.

    Parameters
    ----------
    segments
        What was decoded from one phrase, in the order of time.
    settings
        Thresholds.
    """
    settings = settings or GuardSettings()
    words = [word for segment in segments if _is_credible(segment, settings) for word in segment.words]
    return tuple(_without_loops(words, settings))


def words_in_voice(
    words: Iterable[Word], *, voiced: Sequence[Span], settings: GuardSettings | None = None
) -> tuple[Word, ...]:
    """Return the words whose middle lies in voiced time, or less than `reach_ms` beside it.

    Parameters
    ----------
    words
        The words of a phrase.
    voiced
        The units of their speaker.
    settings
        Thresholds.
    """
    reach = samples_of_ms((settings or GuardSettings()).reach_ms)

    def is_voiced(word: Word) -> bool:
        middle = (word.span.start + word.span.stop) // 2
        return any(span.start - reach <= middle < span.stop + reach for span in voiced)

    return tuple(word for word in words if is_voiced(word))


def _is_credible(segment: DecodedSegment, settings: GuardSettings) -> bool:
    silent = segment.no_speech_probability > settings.no_speech
    unsure = segment.average_log_probability < settings.log_probability
    if silent and unsure:
        return False
    loops = len(_without_loops(segment.words, settings)) < len(segment.words)
    return segment.compression_ratio <= settings.compression_ratio or loops


def _without_loops(words: Sequence[Word], settings: GuardSettings) -> list[Word]:
    """Return the words with one copy left of each stretch that repeats itself too often."""
    plain = [word.text.casefold().strip(" .,!?;:…\"'-") for word in words]
    kept: list[Word] = []
    at = 0
    while at < len(words):
        size, repeats = _loop_at(plain, at, settings)
        kept.extend(words[at : at + size])
        at += size * repeats
    return kept


def _loop_at(plain: Sequence[str], at: int, settings: GuardSettings) -> tuple[int, int]:
    """Return the length of the loop that begins here and how often it runs; one word, once, if there is none."""
    for size in range(1, LONGEST_LOOP + 1):
        body = plain[at : at + size]
        if size > 1 and len(set(body)) == 1:
            continue
        repeats = 1
        while plain[at + size * repeats : at + size * (repeats + 1)] == body:
            repeats += 1
        if repeats > (settings.word_repeats if size == 1 else settings.phrase_repeats):
            return size, repeats
    return 1, 1
