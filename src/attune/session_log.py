"""What was heard, read and said in a session so far: what the engine's record is reduced from."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import replace

from attune.conversation.account import CONTEXT
from attune.conversation.utterance import Utterance
from attune.events import (
    UNKNOWN,
    Delivery,
    Feedback,
    Health,
    ListeningAct,
    Phrase,
    Revision,
    SpeechSegment,
    VoiceActivity,
    Voicing,
    Word,
)
from attune.plan import Arrangement, Plan
from attune.timebase import Span, covered
from attune.transcribing.guard import words_in_voice
from attune.transcribing.owners import Answered, Said, SharedPhrases, Voices


class SessionLog:
    """What was heard, read and said so far.

    With a channel each, the words of a phrase are its person's. With one microphone they are given to whoever is heard
    to say them, anew whenever more is known of that; words of nobody known are forgotten.
    """

    def __init__(self, *, arrangement: Arrangement) -> None:
        self._arrangement = arrangement
        self.segments: list[SpeechSegment] = []
        self.acts: dict[str, ListeningAct] = {}
        self._withdrawn: set[str] = set()
        self.failed: dict[str, str] = {}
        self.lost: list[Span] = []
        self.unobserved: list[Span] = []
        self.feedback: dict[str, Feedback] = {}
        self._voices = Voices()
        self._sounding_since: dict[str, int] = {}
        self._shared = SharedPhrases()
        self._said: dict[str, tuple[Phrase, list[Said]]] = {}
        self._in_order: list[tuple[int, str]] = []

    # --- what was heard ----------------------------------------------------------------------------------------

    def hear(self, event: VoiceActivity | SpeechSegment) -> None:
        """Note what a voice does."""
        if isinstance(event, SpeechSegment):
            self.segments.append(event)
            self._voices.add(event)
            self._tell_apart(event.span)
        elif event.voicing is Voicing.STARTED:
            self._sounding_since[event.speaker] = event.at
        else:
            self._sounding_since.pop(event.speaker, None)

    def revise(self, revision: Revision) -> list[Utterance]:
        """Let the segments of a revision take the place of those that it replaces; words follow the voices.

        Acts that were found in this time are forgotten. Returned is what was said in it, as far as words have come.
        """
        gone = {segment.id for segment in revision.replaced}
        self.segments = [*(segment for segment in self.segments if segment.id not in gone), *revision.segments]
        self._voices.remove(revision.replaced)
        for segment in revision.segments:
            self._voices.add(segment)
        self._withdrawn |= {name for name, act in self.acts.items() if act.span.overlap(revision.span)}
        self.acts = {name: act for name, act in self.acts.items() if not act.span.overlap(revision.span)}
        return self._tell_apart(revision.span)

    @property
    def standing_feedback(self) -> tuple[Feedback, ...]:
        """What the coach said, less what rests on acts that are nobody's any more: it may quote a stranger's words."""
        withdrawn = self._withdrawn - self.acts.keys()
        return tuple(said for said in self.feedback.values() if withdrawn.isdisjoint(said.because))

    def sounds_in(self, phrase: Phrase) -> bool:
        """Return whether the voice of a phrase has been sounding since the phrase."""
        since = self._sounding_since.get(phrase.speaker)
        return since is not None and since < phrase.span.stop

    # --- what was said -----------------------------------------------------------------------------------------

    @property
    def transcripts(self) -> list[tuple[Phrase, tuple[Word, ...]]]:
        """Each person's part of each phrase, and its words."""
        return [
            (Phrase(id=phrase.id, speaker=part.speaker, span=part.span), part.words)
            for phrase, parts in self._said.values()
            for part in parts
        ]

    @property
    def utterances(self) -> list[Utterance]:
        """What was said, one utterance for each person in each phrase."""
        return [_utterance(part) for _, parts in self._said.values() for part in parts]

    def read(self, phrase: Phrase, words: Sequence[Word], *, asked: int) -> list[Utterance]:
        """Take in the words of a phrase, and return what each person said in it.

        Parameters
        ----------
        phrase, words
            The phrase, and what was made out in it.
        asked
            As which one in a row the phrase was asked for.
        """
        if self._arrangement is Arrangement.ONE_MICROPHONE:
            self._shared.add(Answered(asked=asked, phrase=phrase, words=tuple(words)))
            self._tell_apart(phrase.span)
        else:
            voiced = [segment.span for segment in self._voices.of(phrase.speaker, phrase.span)]
            mine = words_in_voice(words, voiced=voiced)
            self._note(phrase, [Said(speaker=phrase.speaker, span=phrase.span, words=mine)])
        return [_utterance(part) for part in self._said[phrase.id][1]]

    def before(self, span: Span) -> list[Utterance]:
        """Return the last utterances that began before a stretch of time."""
        place = bisect_left(self._in_order, (span.start, ""))
        recent = self._in_order[max(0, place - 2 * CONTEXT) : place]
        said = [part for _, name in recent for part in self._said[name][1] if part.span.start < span.start]
        return [_utterance(part) for part in sorted(said, key=_start)[-CONTEXT:]]

    def worded(self, span: Span) -> list[Span]:
        """Return where in some time words have come and are still there; with one microphone alone."""
        return [known for answered in self._shared.meeting(span) for known in answered.known]

    def words_in(self, segment: SpeechSegment) -> tuple[Word, ...] | None:
        """Return the words of a segment that have come; None if no answer has."""
        spoken = [
            part.words
            for _, parts in self._said.values()
            for part in parts
            if part.speaker == segment.speaker and part.span.overlap(segment.span)
        ]
        if not spoken:
            return None
        middles = {word: (word.span.start + word.span.stop) // 2 for words in spoken for word in words}
        return tuple(sorted((word for word, at in middles.items() if segment.span.contains(at)), key=_word_start))

    def _tell_apart(self, span: Span) -> list[Utterance]:
        """Look anew at whose the words in some time, and near it, are."""
        near = Span(max(0, span.start - self._voices.reach), span.stop + self._voices.reach)
        for answered in self._shared.meeting(near):
            self._note(answered.phrase, self._shared.told_apart(answered, voices=self._voices))
        said = [part for answered in self._shared.meeting(near) for part in self._said[answered.phrase.id][1]]
        return [_utterance(part) for part in sorted(said, key=_start)]

    def _note(self, phrase: Phrase, said: Iterable[Said]) -> None:
        if phrase.id not in self._said:
            insort(self._in_order, (phrase.span.start, phrase.id))
        self._said[phrase.id] = (phrase, list(said))

    # --- what became of it -------------------------------------------------------------------------------------

    def deliver(self, delivery: Delivery) -> None:
        """Note what became of a feedback."""
        said = self.feedback.get(delivery.feedback_id)
        if said is not None:
            self.feedback[said.id] = replace(said, delivery=delivery.how)

    def failures(self) -> tuple[str, ...]:
        """Return a sentence about the phrases that have no words, if there are any."""
        if not self.failed:
            return ()
        count = len(self.failed)
        phrases, whose = ("1 phrase", "its") if count == 1 else (f"{count} phrases", "their")
        why = self.failed[min(self.failed)]
        return (f"{phrases} could not be transcribed ({why}); {whose} timing stands.",)

    def health(self, *, plan: Plan, duration: int, warnings: tuple[str, ...]) -> Health:
        """Return how far the figures of a session of this length can be trusted."""
        heard = sum(segment.span.duration for segment in self.segments)
        known = sum(segment.span.duration for segment in self.segments if segment.speaker != UNKNOWN)
        return Health(
            attributed=known / heard if heard else None,
            unobserved=covered(self.unobserved) / max(1, duration),
            lost=covered(self.lost) / max(1, duration),
            transcriber=plan.transcriber or "none",
            warnings=warnings,
        )


def append_joined(spans: list[Span], span: Span) -> None:
    """Append a stretch of time; one that touches the last makes it longer, so that hours of pause stay one."""
    if spans and spans[-1].stop == span.start:
        spans[-1] = Span(spans[-1].start, span.stop)
    else:
        spans.append(span)


def _utterance(part: Said) -> Utterance:
    text = " ".join(word.text for word in part.words)
    return Utterance(speaker=part.speaker, text=text, span=part.span, words=part.words)


def _start(part: Said) -> tuple[Span, str]:
    return part.span, part.speaker


def _word_start(word: Word) -> Span:
    return word.span
