"""Inter-pausal units with the words spoken in them: what the floor is read from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from attune.events import Phrase, SpeechSegment, Word, segment_id
from attune.timebase import Span, samples_of_ms

PAUSE = samples_of_ms(200)
"""Silence within one person's speech that ends a unit. Source: θ of turn-taking.md; Heldner & Edlund use 180 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A speech segment and its words; `words` is None where nobody knows them (timing alone)."""

    segment: SpeechSegment
    words: tuple[Word, ...] | None = None

    @property
    def speaker(self) -> str:
        """Who speaks."""
        return self.segment.speaker

    @property
    def start(self) -> int:
        """First sample."""
        return self.segment.span.start

    @property
    def stop(self) -> int:
        """Sample after the last one."""
        return self.segment.span.stop

    @property
    def tokens(self) -> tuple[str, ...] | None:
        """The words as text."""
        return None if self.words is None else tuple(word.text for word in self.words)


def with_words(segments: Iterable[SpeechSegment], words: Sequence[Word]) -> list[Unit]:
    """Return one speaker's segments with each word given to the segment nearest to its middle.

    Parameters
    ----------
    segments
        Of one speaker, sorted; their words are known, even if none were spoken.
    words
        Of that speaker, sorted.
    """
    listed = list(segments)
    found: list[list[Word]] = [[] for _ in listed]
    if listed:
        k = 0
        for word in words:
            middle = (word.span.start + word.span.stop) // 2
            while k + 1 < len(listed) and _distance(listed[k + 1], middle) <= _distance(listed[k], middle):
                k += 1
            found[k].append(word)
    return [Unit(segment=segment, words=tuple(mine)) for segment, mine in zip(listed, found, strict=True)]


def _distance(segment: SpeechSegment, sample: int) -> int:
    return max(segment.span.start - sample, sample - segment.span.stop, 0)


def units_of_phrases(segments: Iterable[SpeechSegment], phrases: Iterable[tuple[Phrase, Sequence[Word]]]) -> list[Unit]:
    """Return all segments as units, sorted by (start, speaker), with the words of their phrases.

    A phrase is of the segments that it shares time with. A segment may have several, as when it is too long to be
    decoded in one go; one without any has unknown words. The segments of one speaker do not overlap.
    """
    by_speaker: dict[str, list[SpeechSegment]] = {}
    for segment in sorted(segments, key=_start):
        by_speaker.setdefault(segment.speaker, []).append(segment)
    words: dict[str, tuple[Word, ...]] = {}
    for phrase, spoken in sorted(phrases, key=lambda said: (said[0].span, said[0].id)):
        for unit in with_words(sharing(by_speaker.get(phrase.speaker, []), phrase.span), spoken):
            words[unit.segment.id] = (*words.get(unit.segment.id, ()), *(unit.words or ()))
    units = [Unit(segment=segment, words=words.get(segment.id)) for mine in by_speaker.values() for segment in mine]
    return sorted(units, key=lambda unit: (unit.start, unit.speaker))


def sharing(segments: Sequence[SpeechSegment], span: Span) -> Sequence[SpeechSegment]:
    """Return those of one speaker's segments, sorted and without overlap, that share time with a span."""
    return segments[bisect_right(segments, span.start, key=_stop) : bisect_left(segments, span.stop, key=_start)]


def _start(segment: SpeechSegment) -> int:
    return segment.span.start


def _stop(segment: SpeechSegment) -> int:
    return segment.span.stop


def units_of_words(speaker: str, words: Iterable[Word]) -> list[Unit]:
    """Return units made of words alone, split where more than 200 ms pass between two of them."""
    units: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.span.start, word.span.stop)):
        if units and word.span.start - max(mine.span.stop for mine in units[-1]) <= PAUSE:
            units[-1].append(word)
        else:
            units.append([word])
    return [
        Unit(segment=_segment(speaker, Span(mine[0].span.start, max(w.span.stop for w in mine))), words=tuple(mine))
        for mine in units
    ]


def units_of_spans(speaker: str, spans: Iterable[Span]) -> list[Unit]:
    """Return units made of times alone, those that lie at most 200 ms apart joined; nothing is known of their words."""
    units: list[Span] = []
    for span in sorted(spans):
        if units and span.start - units[-1].stop <= PAUSE:
            units[-1] = Span(units[-1].start, max(units[-1].stop, span.stop))
        else:
            units.append(span)
    return [Unit(segment=_segment(speaker, span)) for span in units]


def _segment(speaker: str, span: Span) -> SpeechSegment:
    start = span.start
    return SpeechSegment(id=segment_id(speaker, start), span=span, speaker=speaker, level_dbfs=None, confidence=1.0)
