"""When to transcribe what: speech is cut into phrases, and each phrase is decoded once.

Theory of operation. A phrase is one or more units of one person until that person has been silent for `phrase_end_ms`.
Decoding begins earlier, as soon as a unit closes, because the answer is usually wanted as it is::

    a unit closes, its speaker silent      → request, speculative
    the speaker starts again               → discard it; the phrase extends
    the silence has lasted                 → promote it; or, if none is open, request, final
    the phrase would get too long          → request what is closed, final; go on with a new phrase
    one unit gets too long                 → request it up to its quietest moment, final; go on there

Hearing is expected to tell that a voice started before it tells of the unit, and to close a unit at least `padding_ms`
after it ended. Deadlines are checked in audio time before each event: one that lies before the time at which an event
became known is over, one at the same time is not. `advance` then takes what is due. So results do not depend on
the size of blocks.

With one microphone it may become known only much later whose voice a unit was; `recall` asks for such units then, out
of the sound that is still remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from attune.errors import SequenceError
from attune.events import (
    UNKNOWN,
    Phrase,
    SpeechSegment,
    TranscriptionDiscarded,
    TranscriptionPromoted,
    TranscriptionRequest,
    Urgency,
    VoiceActivity,
    Voicing,
)
from attune.timebase import Span, samples_of_ms
from attune.transcribing.sound_memory import SoundMemory

PhraseEvent = TranscriptionRequest | TranscriptionPromoted | TranscriptionDiscarded
"""What the scheduler says."""

_QUIET = samples_of_ms(20)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseSettings:
    """Lengths of phrases.

    Sources: `phrase_end_ms` chosen, longer than most pauses within a turn and shorter than the 2 s after which a
    coach may answer; `padding_ms` chosen, half a syllable, under the 200 ms that part two units; `longest_ms` leaves
    room for padding in the 30 s that Whisper hears at once (Radford et al. 2023); `cut_within_ms` chosen, long enough
    to hold a pause for breath; `least_voiced_ms` chosen, shorter speech is a backchannel, for which Whisper drops or
    invents words; `memory_ms` is the longest phrase and ten seconds for its end to become known.
    """

    phrase_end_ms: int = 700
    padding_ms: int = 150
    longest_ms: int = 25_000
    cut_within_ms: int = 5_000
    least_voiced_ms: int = 250
    memory_ms: int = 35_000

    def __post_init__(self) -> None:
        if min(self.phrase_end_ms, self.cut_within_ms) <= 20 or min(self.padding_ms, self.least_voiced_ms) < 0:
            raise ValueError(f"lengths of phrases are positive, not {self}")
        if not self.cut_within_ms < self.longest_ms <= self.memory_ms:
            raise ValueError(f"cut_within_ms < longest_ms ≤ memory_ms, not {self}")


@dataclass(slots=True, kw_only=True)
class _Person:
    """One person's open phrase: closed units, a voice that sounds now (since when), the silence since."""

    speaker: str
    column: int
    units: list[Span] = field(default_factory=list)
    voice_since: int | None = None
    quiet_since: int = 0
    speculation: Phrase | None = None
    taken: int = 0
    """Sound before this sample belongs to phrases that are finished."""


def phrase_id(speaker: str, span: Span) -> str:
    """Return the identifier of a phrase; a phrase that extends gets another one."""
    return f"p-{speaker}-{span.start}-{span.stop}"


class PhraseScheduler:
    """Turns what hearing finds into transcription requests.

    Every method but `hear` returns what follows, in order. Words of unknown voices are never requested.

    Parameters
    ----------
    columns
        The channel in which each person is heard; several people may share one.
    settings
        Lengths of phrases.
    """

    def __init__(self, columns: Mapping[str, int], *, settings: PhraseSettings | None = None) -> None:
        settings = settings or PhraseSettings()
        self._memory = SoundMemory(length=samples_of_ms(settings.memory_ms))
        self._people = {name: _Person(speaker=name, column=column) for name, column in columns.items()}
        self._phrase_end = samples_of_ms(settings.phrase_end_ms)
        self._padding = samples_of_ms(settings.padding_ms)
        self._longest = samples_of_ms(settings.longest_ms)
        self._cut_within = samples_of_ms(settings.cut_within_ms)
        self._least_voiced = samples_of_ms(settings.least_voiced_ms)

    @property
    def under_way(self) -> list[Span]:
        """The closed units of phrases that are not finished."""
        return [unit for person in self._people.values() for unit in person.units]

    def hear(self, start: int, samples: NDArray[np.int16]) -> None:
        """Remember sound: int16, shape (n, channels). To be called before the events that follow from it."""
        self._memory.append(start, samples)

    def activity(self, event: VoiceActivity) -> list[PhraseEvent]:
        """Take in that a voice began or fell silent."""
        events = self._expire(before=event.known_at)
        person = self._person(event.speaker)
        if person is None:
            return events
        match event.voicing:
            case Voicing.STARTED:
                events += self._discard(person)
                person.voice_since = max(event.at, person.taken)
            case Voicing.STOPPED:
                person.voice_since = None
                person.quiet_since = max(person.quiet_since, event.at)
        return events

    def segment(self, event: SpeechSegment, *, known_at: int | None = None) -> list[PhraseEvent]:
        """Take in a unit that closed.

        Parameters
        ----------
        event
            The unit.
        known_at
            The sample at which it became known. When it is not said, deadlines between the end of the unit and now are
            left to the next call, which changes the order of events of different people and nothing else.
        """
        events = self._expire(before=event.span.stop if known_at is None else known_at)
        person = self._person(event.speaker)
        if person is None:
            return events
        if person.voice_since is not None and person.voice_since < event.span.stop:
            person.voice_since = None
        if event.span.stop <= person.taken:
            return events
        events += self._discard(person)
        events += self._extend(person, Span(max(event.span.start, person.taken), event.span.stop))
        if person.voice_since is None:
            events += self._request(person, urgency=Urgency.SPECULATIVE)
        return events

    def recall(self, units: Iterable[SpeechSegment]) -> list[TranscriptionRequest]:
        """Take in units of long ago whose voices are only known now: phrases of their own, as far as sound is left.

        What one person said with pauses shorter than `phrase_end_ms` is one phrase; the phrases under way are not
        touched by it.
        """
        by_person: dict[str, list[Span]] = {}
        for unit in units:
            if self._person(unit.speaker) is not None:
                by_person.setdefault(unit.speaker, []).append(unit.span)
        requests = [
            self._recalled(self._people[speaker], phrase)
            for speaker, spans in by_person.items()
            for phrase in self._phrases_of(spans, column=self._people[speaker].column)
            if sum(span.duration for span in phrase) >= self._least_voiced
        ]
        return sorted(requests, key=lambda request: (request.phrase.span, request.phrase.speaker))

    def advance(self, now: int) -> list[PhraseEvent]:
        """Take in that time has come to `now`, and that every event known by then has been told."""
        return self._expire(before=now + 1)

    def flush(self) -> list[PhraseEvent]:
        """Finish every phrase; nothing more is coming."""
        events: list[PhraseEvent] = []
        for person in sorted(self._people.values(), key=lambda person: (person.quiet_since, person.speaker)):
            person.voice_since = None
            events += self._finish(person)
        return events

    def _person(self, speaker: str) -> _Person | None:
        if speaker == UNKNOWN:
            return None
        if speaker not in self._people:
            raise SequenceError(f"nobody told in which channel {speaker!r} is heard; known: {', '.join(self._people)}")
        return self._people[speaker]

    # --- deadlines ---------------------------------------------------------------------------------------------

    def _expire(self, *, before: int) -> list[PhraseEvent]:
        events: list[PhraseEvent] = []
        while True:
            due = [
                (at, person.speaker) for person in self._people.values() if (at := self._deadline(person)) is not None
            ]
            at, speaker = min(due, default=(before, ""))
            if at >= before:
                return events
            person = self._people[speaker]
            events += self._finish(person) if person.units else self._cut(person, at)

    def _deadline(self, person: _Person) -> int | None:
        if person.voice_since is not None:
            return (person.units[0].start if person.units else person.voice_since) + self._longest
        return person.quiet_since + self._phrase_end if person.units else None

    # --- phrases of long ago ------------------------------------------------------------------------------------

    def _phrases_of(self, spans: list[Span], *, column: int) -> list[list[Span]]:
        """Return one person's units, as far as their sound is remembered, by phrase."""
        since = self._memory.span.start
        left = [Span(max(span.start, since), span.stop) for span in sorted(spans) if span.stop > since]
        phrases: list[list[Span]] = []
        for part in (part for span in left for part in self._within_longest(span, column=column)):
            if phrases and self._goes_on(phrases[-1], part):
                phrases[-1].append(part)
            else:
                phrases.append([part])
        return phrases

    def _goes_on(self, phrase: list[Span], part: Span) -> bool:
        short = part.start - phrase[-1].stop < self._phrase_end
        return short and part.stop - phrase[0].start <= self._longest

    def _within_longest(self, span: Span, *, column: int) -> list[Span]:
        parts: list[Span] = []
        while span.duration > self._longest:
            at = span.start + self._longest
            quiet = self._quietest(Span(at - self._cut_within, at), column=column)
            parts.append(Span(span.start, quiet))
            span = Span(quiet, span.stop)
        return [*parts, span]

    def _recalled(self, person: _Person, phrase: list[Span]) -> TranscriptionRequest:
        span = Span(
            max(phrase[0].start - self._padding, self._memory.span.start),
            min(phrase[-1].stop + self._padding, self._memory.span.stop),
        )
        return TranscriptionRequest(
            phrase=Phrase(id=phrase_id(person.speaker, span), speaker=person.speaker, span=span),
            urgency=Urgency.FINAL,
            samples=self._memory.read(span, column=person.column),
        )

    # --- phrases -----------------------------------------------------------------------------------------------

    def _extend(self, person: _Person, unit: Span) -> list[PhraseEvent]:
        events: list[PhraseEvent] = []
        if person.units and unit.stop - person.units[0].start > self._longest:
            events += self._finish(person, before=unit.start)
        while unit.duration > self._longest:
            person.voice_since = unit.start
            events += self._cut(person, unit.start + self._longest)
            person.voice_since, unit = None, Span(person.taken, unit.stop)
        person.units.append(unit)
        person.quiet_since = max(person.quiet_since, unit.stop)
        return events

    def _finish(self, person: _Person, *, before: int | None = None) -> list[PhraseEvent]:
        """Return the end of the open phrase; `before` is where the next one is known to begin."""
        events: list[PhraseEvent] = []
        if person.speculation is not None:
            events.append(TranscriptionPromoted(phrase_id=person.speculation.id))
            person.taken = person.speculation.span.stop
        else:
            events += self._request(person, urgency=Urgency.FINAL, before=before)
        person.speculation = None
        person.units.clear()
        return events

    def _discard(self, person: _Person) -> list[PhraseEvent]:
        overtaken, person.speculation = person.speculation, None
        return [] if overtaken is None else [TranscriptionDiscarded(phrase_id=overtaken.id)]

    def _request(self, person: _Person, *, urgency: Urgency, before: int | None = None) -> list[PhraseEvent]:
        if not person.units or sum(unit.duration for unit in person.units) < self._least_voiced:
            return []
        first, last = person.units[0], person.units[-1]
        limit = self._memory.span.stop if person.voice_since is None else person.voice_since
        stop = min(last.stop + self._padding, limit if before is None else before)
        request = self._cut_out(person, Span(self._padded(person, first.start), max(stop, last.stop)), urgency=urgency)
        if urgency is Urgency.SPECULATIVE:
            person.speculation = request.phrase
        return [request]

    def _cut(self, person: _Person, at: int) -> list[PhraseEvent]:
        """Return the voice that sounds, up to its quietest moment before `at`; it goes on there."""
        since = at - self._longest
        quiet = self._quietest(Span(at - self._cut_within, at), column=person.column)
        person.voice_since = quiet
        return [self._cut_out(person, Span(self._padded(person, since), quiet), urgency=Urgency.FINAL)]

    def _padded(self, person: _Person, start: int) -> int:
        return min(start, max(start - self._padding, person.taken))

    def _cut_out(self, person: _Person, span: Span, *, urgency: Urgency) -> TranscriptionRequest:
        if urgency is Urgency.FINAL:
            person.taken = span.stop
        phrase = Phrase(id=phrase_id(person.speaker, span), speaker=person.speaker, span=span)
        return TranscriptionRequest(
            phrase=phrase, urgency=urgency, samples=self._memory.read(span, column=person.column)
        )

    def _quietest(self, span: Span, *, column: int) -> int:
        sound = self._memory.read(span, column=column).astype(np.float64)
        whole = len(sound) // _QUIET
        energy = (sound[: whole * _QUIET].reshape(whole, _QUIET) ** 2).sum(axis=1)
        return span.start + int(energy.argmin()) * _QUIET + _QUIET // 2
