"""When the coach says something, and what: a machine without clock, threads or chance.

Theory of operation
-------------------
The coach listens to the same events as everybody else and is asked, at every step of audio time, whether it has
something to say. It is in one of three states::

    WAITING --a voice starts--> TALKING            nobody has spoken since the start, or since the last feedback
    TALKING --the last voice stops--> LULL         somebody speaks
    LULL    --a voice starts--> TALKING            everybody is silent after talk
    LULL    --sound lost or left unobserved--> LULL, and the silence is counted anew
    LULL    --feedback--> WAITING

It speaks only in a lull that has lasted `lull_s` with every sample observed, after a turn whose words do not call
for more, once there has been some talk, and when the last feedback is `cool_down_s` ago. One lull earns at most one
feedback. A lull in which there was nothing to say is looked at again only when something new has been heard.

What it says is chosen by `attune.coaching.repertoire`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from attune.coaching.material import CONFIDENCE_FLOOR, Heard, Suggestion
from attune.coaching.phrases.book import PhraseBook
from attune.coaching.repertoire import Repertoire
from attune.conversation.completeness import looks_complete
from attune.errors import SettingsError
from attune.events import (
    Delivery,
    DeliveryKind,
    Feedback,
    FloorTransfer,
    Gap,
    ListeningAct,
    Measure,
    Revision,
    SpeechSegment,
    Transcript,
    Unobserved,
    VoiceActivity,
    Voicing,
)
from attune.timebase import samples_of

SAME_ENDING = samples_of(1.0)
"""How near the end of the last voice the last known words must end to be the end of the turn. Source: chosen."""


class CoachMode(StrEnum):
    """Whether feedback is spoken, shown, or kept for the report."""

    SPOKEN = "spoken"
    VISUAL = "visual"
    QUIET = "quiet"


_DELIVERY = {
    CoachMode.SPOKEN: DeliveryKind.SPOKEN,
    CoachMode.VISUAL: DeliveryKind.SHOWN,
    CoachMode.QUIET: DeliveryKind.WITHHELD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachSettings:
    """When the coach may speak.

    Attributes
    ----------
    mode
        How feedback reaches people.
    lull_s
        Seconds of everybody's silence before the coach speaks in free talk. Source: chosen; longer than nearly all
        pauses within a turn, so that nobody is cut off while thinking.
    cool_down_s
        Seconds from one feedback to the next. Source: one cue in three minutes; sparse cues are preferred (Rhema), and
        frequent ones made heated talk less spontaneous (Samrose 2020).
    first_talk_s
        Seconds of speech that are heard before the first feedback. Source: chosen.
    memory_s
        Seconds that what was heard may still be spoken of. Source: chosen, as long as the cool-down.
    confidence_floor
        Least confidence of a single act or transfer. Source: see `attune.coaching.material.CONFIDENCE_FLOOR`.
    praises_per_suggestion
        Praises said for each suggestion, at least. Source: chosen, 3:1 over a session.

    Raises
    ------
    SettingsError
        If a time is negative, the floor lies outside 0..1, or the ratio is negative.
    """

    mode: CoachMode = CoachMode.SPOKEN
    lull_s: float = 4.0
    cool_down_s: float = 180.0
    first_talk_s: float = 20.0
    memory_s: float = 180.0
    confidence_floor: float = CONFIDENCE_FLOOR
    praises_per_suggestion: int = 3

    def __post_init__(self) -> None:
        for name in ("lull_s", "cool_down_s", "first_talk_s", "memory_s", "praises_per_suggestion"):
            value = getattr(self, name)
            if not value >= 0:
                raise SettingsError(f"coach.{name} must be 0 or more, not {value}")
        if not 0.0 <= self.confidence_floor <= 1.0:
            raise SettingsError(f"coach.confidence_floor must lie between 0 and 1, not {self.confidence_floor}")


class CoachState(StrEnum):
    """Where the coach stands; see the module's theory of operation."""

    WAITING = "waiting"
    TALKING = "talking"
    LULL = "lull"


class Coach:
    """Decides when to say something in free talk, and what.

    Parameters
    ----------
    speakers
        The people who are coached. Everybody's voice is waited for; only theirs is spoken about.
    settings
        When it may speak.
    phrases
        The words.
    """

    def __init__(self, *, speakers: tuple[str, ...], settings: CoachSettings, phrases: PhraseBook) -> None:
        self._speakers = speakers
        self._settings = settings
        self._repertoire = Repertoire(
            speakers=speakers,
            phrases=phrases,
            praises_per_suggestion=settings.praises_per_suggestion,
            confidence_floor=settings.confidence_floor,
        )
        self._state = CoachState.WAITING
        self._speaking: set[str] = set()
        self._quiet_since = 0
        self._voice_stop = 0
        self._talk = 0
        self._last_words: tuple[int, tuple[str, ...]] = (0, ())
        self._acts: dict[str, ListeningAct] = {}
        self._transfers: dict[str, FloorTransfer] = {}
        self._measures: Mapping[str, Mapping[str, Measure]] = {}
        self._looked = False
        self._last_feedback: int | None = None

    @property
    def state(self) -> CoachState:
        """Where the coach stands."""
        return self._state

    def observe(self, event: object) -> None:
        """Take in one event; an act or transfer with a known id replaces it; what is no concern here is let pass.

        Parameters
        ----------
        event
            `VoiceActivity`, `SpeechSegment`, `Revision`, `Transcript`, `FloorTransfer`, `ListeningAct`, `Gap`,
            `Unobserved` or `Delivery`.
        """
        match event:
            case VoiceActivity():
                self._on_voice(event)
            case SpeechSegment():
                self._talk += event.span.duration if event.speaker in self._speakers else 0
                self._on_silence(event.span.stop)
            case Revision():
                self._on_revision(event)
            case Gap() | Unobserved():
                self._quiet_since = max(self._quiet_since, event.span.stop)
            case Transcript(words=words) if words and words[-1].span.stop >= self._last_words[0]:
                self._last_words = (words[-1].span.stop, tuple(word.text for word in words))
            case FloorTransfer():
                self._transfers[event.id] = event
            case ListeningAct():
                self._acts[event.id] = event
            case Delivery():
                self._on_delivery(event)
            case _:
                return
        self._looked = False

    def observe_measures(self, measures: Mapping[str, Mapping[str, Measure]]) -> None:
        """Take in the measures so far: by speaker (or ``both``), then by key."""
        self._measures = measures
        self._looked = False

    def advance(self, now: int) -> Feedback | None:
        """Return something to say at this moment, or None.

        Parameters
        ----------
        now
            Audio time in samples, never less than before. A lull is found at the first call that it is due
            at, so a caller who wants the same feedback for any block size calls at fixed steps.
        """
        if self._looked or not self._may_speak(now):
            return None
        self._looked = True
        if self._words_call_for_more():
            return None
        about = self._repertoire.choice(self._heard(now))
        if about is None:
            return None
        feedback = Feedback(
            id=f"{'suggestion' if isinstance(about, Suggestion) else 'praise'}-{now}",
            at=now,
            text=self._repertoire.text(about),
            because=about.because,
            delivery=_DELIVERY[self._settings.mode],
        )
        self._repertoire.note(about, feedback_id=feedback.id)
        self._last_feedback = now
        self._state = CoachState.WAITING
        return feedback

    def _on_voice(self, activity: VoiceActivity) -> None:
        if activity.voicing is Voicing.STARTED:
            self._speaking.add(activity.speaker)
            self._state = CoachState.TALKING
            return
        self._speaking.discard(activity.speaker)
        self._on_silence(activity.at)
        if not self._speaking and self._state is CoachState.TALKING:
            self._state = CoachState.LULL

    def _on_silence(self, since: int) -> None:
        self._voice_stop = max(self._voice_stop, since)
        self._quiet_since = max(self._quiet_since, since)

    def _on_revision(self, revision: Revision) -> None:
        """Count talk as it is known now, and let go of what was made of speech that turned out to be another's."""
        for sign, segments in ((-1, revision.replaced), (1, revision.segments)):
            self._talk += sign * sum(s.span.duration for s in segments if s.speaker in self._speakers)
        span = revision.span
        self._acts = {name: act for name, act in self._acts.items() if not act.span.overlap(span)}
        self._transfers = {
            name: transfer
            for name, transfer in self._transfers.items()
            if not (span.start <= transfer.at <= span.stop or span.start <= transfer.at - transfer.offset <= span.stop)
        }

    def _on_delivery(self, delivery: Delivery) -> None:
        """Note what never reached anybody: it may be said later, but the cool-down stands, so nobody is pressed."""
        if delivery.how is DeliveryKind.WITHHELD and self._settings.mode is not CoachMode.QUIET:
            self._repertoire.take_back(delivery.feedback_id)

    def _may_speak(self, now: int) -> bool:
        settings = self._settings
        if self._state is not CoachState.LULL or self._speaking:
            return False
        if now - self._quiet_since < samples_of(settings.lull_s) or self._talk < samples_of(settings.first_talk_s):
            return False
        return self._last_feedback is None or now - self._last_feedback >= samples_of(settings.cool_down_s)

    def _words_call_for_more(self) -> bool:
        stop, words = self._last_words
        return stop >= self._voice_stop - SAME_ENDING and looks_complete(words) is False

    def _heard(self, now: int) -> Heard:
        since = now - samples_of(self._settings.memory_s)
        self._acts = {act.id: act for act in self._acts.values() if act.span.stop >= since}
        self._transfers = {transfer.id: transfer for transfer in self._transfers.values() if transfer.at >= since}
        return Heard(
            acts=tuple(act for act in self._acts.values() if act.speaker in self._speakers),
            transfers=tuple(t for t in self._transfers.values() if t.to_speaker in self._speakers),
            measures={who: measures for who, measures in self._measures.items() if who in self._speakers},
            talk=self._talk,
        )
