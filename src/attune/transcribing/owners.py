"""Whose words: with one microphone a phrase holds everybody's voices, and each word is given to whoever said it.

Theory of operation. A word belongs to the person who is heard in its middle:

    one known person             → theirs
    both known persons           → the one's who was speaking first: the words of two at once cannot be told apart
    a stranger                   → nobody's: it is dropped; also where the stranger began while a known person spoke
    nobody                       → the nearest voice's within `reach_ms`, else nobody's: it was invented

Phrases overlap, as when one person's holds a short answer of the other, or when a voice became known late and was asked
for again. Of several phrases that hold a word's middle one is believed: one that was asked for as its person's, and of
these the one that was asked for last. Words that were dropped are gone; their phrase is not believed there again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from attune.events import UNKNOWN, Phrase, SpeechSegment, Word
from attune.timebase import Span, joined, samples_of_ms, without
from attune.transcribing.guard import GuardSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A phrase that was answered: as which one in a row it was asked for, and its words, sorted.

    `forgotten` is where a stranger was heard in it: what words it had there are gone.
    """

    asked: int
    phrase: Phrase
    words: tuple[Word, ...]
    forgotten: tuple[Span, ...] = ()

    @property
    def known(self) -> list[Span]:
        """Where all words that were made out are still there."""
        return without(self.phrase.span, list(self.forgotten))

    def knows(self, sample: int) -> bool:
        """Return whether all words at a moment that were made out are still there."""
        return not any(span.contains(sample) for span in self.forgotten)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one person said in a phrase; `span` is the phrase's for the person whom it was asked for."""

    speaker: str
    span: Span
    words: tuple[Word, ...]


class Voices:
    """Who is heard when: each person's segments, sorted by start; those of one person do not overlap.

    Attributes
    ----------
    reach
        How far beside a voice words may still be its, in samples.
    """

    def __init__(self, *, settings: GuardSettings | None = None) -> None:
        self._by_speaker: dict[str, list[SpeechSegment]] = {}
        self.reach = samples_of_ms((settings or GuardSettings()).reach_ms)

    def add(self, segment: SpeechSegment) -> None:
        """Take a segment into account."""
        mine = self._by_speaker.setdefault(segment.speaker, [])
        insort(mine, segment, key=_start)

    def remove(self, segments: Iterable[SpeechSegment]) -> None:
        """Forget some segments."""
        gone = {segment.id for segment in segments}
        for speaker, mine in self._by_speaker.items():
            self._by_speaker[speaker] = [segment for segment in mine if segment.id not in gone]

    def of(self, speaker: str, span: Span) -> Sequence[SpeechSegment]:
        """Return one person's segments that share time with a span."""
        mine = self._by_speaker.get(speaker, [])
        return mine[bisect_right(mine, span.start, key=_stop) : bisect_left(mine, span.stop, key=_start)]

    def saying(self, word: Word) -> SpeechSegment | None:
        """Return the segment that a word is said in; None if nobody known says it."""
        middle = _middle(word)
        near = Span(max(0, middle - self.reach), middle + self.reach + 1)
        beside = [segment for speaker in self._by_speaker for segment in self.of(speaker, near)]
        inside = [segment for segment in beside if segment.span.contains(middle)]
        if not inside:
            nearest = min(beside, key=lambda segment: (_distance(segment, middle), segment.speaker), default=None)
            return None if nearest is None or nearest.speaker == UNKNOWN else nearest
        known = [segment for segment in inside if segment.speaker != UNKNOWN]
        strangers = [segment.span.start for segment in inside if segment.speaker == UNKNOWN]
        if not known or (strangers and max(strangers) > max(segment.span.start for segment in known)):
            return None
        return min(known, key=_first)

    def has_own_time(self, segment: SpeechSegment) -> bool:
        """Return whether words can be told to be this segment's: it does not lie whole in speech that began before."""
        return not any(
            other.span.stop >= segment.span.stop and _first(other) < _first(segment)
            for speaker in self._by_speaker
            if speaker not in (segment.speaker, UNKNOWN)
            for other in self.of(speaker, segment.span)
        )


class SharedPhrases:
    """The phrases of a session with one microphone, and whose their words are."""

    def __init__(self) -> None:
        self._answers: list[Answered] = []
        self._longest = 0

    def add(self, answered: Answered) -> None:
        """Take an answer in; another one to the same phrase takes its place."""
        self._answers = [other for other in self._answers if other.phrase.id != answered.phrase.id]
        insort(self._answers, answered, key=_begin)
        self._longest = max(self._longest, answered.phrase.span.duration)

    def meeting(self, span: Span) -> list[Answered]:
        """Return the answers whose phrases share time with a span, in the order of time."""
        first = bisect_left(self._answers, (span.start - self._longest, ""), key=_begin)
        last = bisect_left(self._answers, (span.stop, ""), key=_begin)
        return [answered for answered in self._answers[first:last] if answered.phrase.span.overlap(span)]

    def told_apart(self, answered: Answered, *, voices: Voices) -> list[Said]:
        """Return what each person said in a phrase, whoever it was asked for in front; forget what nobody known said.

        Nothing is said of the person whom it was asked for if their voice is heard in it nowhere, or only where the
        other's covers it: then nobody knows their words.
        """
        phrase = answered.phrase
        given = [(word, segment) for word in answered.words if (segment := voices.saying(word)) is not None]
        strangers = [segment.span for segment in voices.of(UNKNOWN, phrase.span)]
        kept = replace(
            answered,
            words=tuple(word for word, _ in given),
            forgotten=tuple(joined([*answered.forgotten, *strangers])),
        )
        self._answers[self._answers.index(answered)] = kept
        believed = [(word, segment) for word, segment in given if self._is_believed(kept, word, segment.speaker)]
        found: list[Said] = []
        if any(voices.has_own_time(segment) for segment in voices.of(phrase.speaker, phrase.span)):
            mine = tuple(word for word, segment in believed if segment.speaker == phrase.speaker)
            found.append(Said(speaker=phrase.speaker, span=phrase.span, words=mine))
        for speaker in sorted({segment.speaker for _, segment in believed} - {said.speaker for said in found}):
            found.append(_hull(speaker, [pair for pair in believed if pair[1].speaker == speaker]))
        return found

    def _is_believed(self, answered: Answered, word: Word, speaker: str) -> bool:
        middle = _middle(word)
        here = [other for other in self.meeting(Span(middle, middle + 1)) if other.knows(middle)]
        return answered == max(here, key=lambda other: (other.phrase.speaker == speaker, other.asked), default=answered)


def _hull(speaker: str, said: list[tuple[Word, SpeechSegment]]) -> Said:
    spans = [span for word, segment in said for span in (word.span, segment.span)]
    whole = Span(min(span.start for span in spans), max(span.stop for span in spans))
    return Said(speaker=speaker, span=whole, words=tuple(word for word, _ in said))


def _middle(word: Word) -> int:
    return (word.span.start + word.span.stop) // 2


def _distance(segment: SpeechSegment, sample: int) -> int:
    return max(segment.span.start - sample, sample - segment.span.stop, 0)


def _first(segment: SpeechSegment) -> tuple[int, str]:
    return segment.span.start, segment.speaker


def _begin(answered: Answered) -> tuple[int, str]:
    return answered.phrase.span.start, answered.phrase.id


def _start(segment: SpeechSegment) -> int:
    return segment.span.start


def _stop(segment: SpeechSegment) -> int:
    return segment.span.stop
