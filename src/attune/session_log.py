"""What was heard, read and said in a session so far: what the engine's record is reduced from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from attune.conversation.account import CONTEXT
from attune.conversation.units import sharing
from attune.conversation.utterance import Utterance
from attune.events import (
    UNKNOWN,
    Delivery,
    Feedback,
    Health,
    ListeningAct,
    Phrase,
    SpeechSegment,
    VoiceActivity,
    Voicing,
    Word,
)
from attune.plan import Plan
from attune.timebase import Span, covered


@dataclass(slots=True, kw_only=True)
class Voice:
    """One person's segments, in the order of time, and since when the voice that sounds now does."""

    segments: list[SpeechSegment] = field(default_factory=list)
    since: int | None = None


class SessionLog:
    """What was heard, read and said so far."""

    def __init__(self) -> None:
        self.segments: list[SpeechSegment] = []
        self.transcripts: list[tuple[Phrase, tuple[Word, ...]]] = []
        self.utterances: list[Utterance] = []
        self.acts: list[ListeningAct] = []
        self.failed: dict[str, str] = {}
        self.lost: list[Span] = []
        self.unobserved: list[Span] = []
        self.feedback: dict[str, Feedback] = {}
        self._voices: dict[str, Voice] = {}

    def hear(self, event: VoiceActivity | SpeechSegment) -> None:
        """Note what a voice does."""
        voice = self._voices.setdefault(event.speaker, Voice())
        if isinstance(event, SpeechSegment):
            self.segments.append(event)
            voice.segments.append(event)
        else:
            voice.since = event.at if event.voicing is Voicing.STARTED else None

    def sounds_in(self, phrase: Phrase) -> bool:
        """Return whether the voice of a phrase has been sounding since the phrase."""
        since = self._voices.get(phrase.speaker, Voice()).since
        return since is not None and since < phrase.span.stop

    def voiced(self, phrase: Phrase) -> Sequence[SpeechSegment]:
        """Return the segments that a phrase shares time with."""
        return sharing(self._voices.get(phrase.speaker, Voice()).segments, phrase.span)

    def before(self, phrase: Phrase) -> list[Utterance]:
        """Return the last utterances that began before a phrase."""
        earlier = [
            said for said in self.utterances[-2 * CONTEXT :] if said.span and said.span.start < phrase.span.start
        ]
        return sorted(earlier, key=lambda said: said.span or Span(0, 0))[-CONTEXT:]

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
