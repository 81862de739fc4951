"""The whole pure core in one object: sound and answers in, events out.

Theory of operation. The engine has no clock, no threads and no callbacks; time is the samples fed to it. Sound is cut
into steps of 160 ms. Each step is heard; what was heard goes to the phrase scheduler, to the log, and to the coach;
then whatever is due at the end of the step is said. A transcription *request* goes out as an event and its answer
comes back through `accept`, whenever that is; timing never waits for it. The floor of the moment is read from the
units whose words have come, or have been waited for `TEXT_PATIENCE`; the record at the end is reduced from the whole
log, so that the order in which answers arrived does not show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from attune.coaching.phrases.book import PhraseBook
from attune.coaching.policy import Coach
from attune.conversation.account import NO_CUE_PACK, Evidence, account_of, acts_in, measured
from attune.conversation.acts.finding import ActFinder
from attune.conversation.floor import FloorReader
from attune.conversation.units import Unit, units_of_phrases, with_words
from attune.conversation.utterance import Utterance
from attune.errors import SequenceError
from attune.events import (
    Block,
    Delivery,
    Feedback,
    FloorTransfer,
    Gap,
    ListeningAct,
    Phrase,
    SessionRecord,
    Sound,
    SpeechSegment,
    Transcript,
    TranscriptFailed,
    TranscriptionDiscarded,
    TranscriptionPromoted,
    TranscriptionRequest,
    Turn,
    Unobserved,
    VoiceActivity,
    Word,
)
from attune.hearing.ear import Ear, Heard
from attune.hearing.speakers.channels import ChannelSpeakers, Detectors
from attune.plan import Arrangement, Plan
from attune.session_log import SessionLog, append_joined
from attune.settings import Settings
from attune.timebase import covered, samples_of
from attune.transcribing.guard import words_in_voice
from attune.transcribing.phrases import PhraseScheduler

CHANNELS_ALIKE = (
    "The channels carry nearly the same sound, so people cannot be told apart by channel; "
    "give each person a microphone, or use --people 1 for one person."
)
TIMING_ALONE = "No words were transcribed: everything here comes from timing alone."

MEASURED_EVERY = samples_of(60.0)
"""How often the coach is shown the measures so far. Source: chosen; its cues from measures speak of minutes."""

TEXT_PATIENCE = samples_of(8.0)
"""How long after its end a segment waits for words before the floor of the moment is read without them.

Source: chosen; longer than a decode of the longest phrase on a machine that keeps up, short enough for live use.
"""


Answer = Transcript | TranscriptFailed | Delivery
"""What comes back to the engine beside sound."""

Event = (
    VoiceActivity
    | SpeechSegment
    | TranscriptionRequest
    | TranscriptionPromoted
    | TranscriptionDiscarded
    | Transcript
    | Turn
    | FloorTransfer
    | ListeningAct
    | Feedback
)
"""What the engine says."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Unread:
    """A segment that waits for its words; those that have come so far, None before any phrase of it was answered."""

    segment: SpeechSegment
    words: tuple[Word, ...] | None = None


class Engine:
    """Hears a session.

    Parameters
    ----------
    plan
        Who is heard, and how.
    detectors
        Makers of the two stages of speech detection.
    finder
        Finds listening acts; None for a language without a cue pack.
    phrases
        The coach's words.
    settings
        Thresholds.
    """

    def __init__(
        self, *, plan: Plan, detectors: Detectors, finder: ActFinder | None, phrases: PhraseBook, settings: Settings
    ) -> None:
        self._plan = plan
        self._settings = settings
        self._finder = finder
        columns = len(plan.speakers)
        voices = ChannelSpeakers(speakers=plan.speakers, detectors=detectors, settings=settings.voicing)
        self._ear = Ear(speakers=voices, channels=columns)
        self._scheduler: PhraseScheduler | None = None
        if plan.transcriber is not None:
            by_column = {speaker: k for k, speaker in enumerate(plan.speakers)}
            self._scheduler = PhraseScheduler(by_column, settings=settings.phrases)
        self._coach = Coach(speakers=plan.speakers, settings=settings.coach, phrases=phrases)
        self._floor = FloorReader(settings=settings.floor)
        self._log = SessionLog()
        self._unread: list[_Unread] = []
        self._early: list[tuple[Phrase, Transcript]] = []
        self._asked: dict[str, Phrase] = {}
        self._measured_at = 0
        self._heard_until = 0

    @property
    def now(self) -> int:
        """The sample after the last one fed."""
        return self._ear.fed

    @property
    def awaited(self) -> tuple[str, ...]:
        """The phrases that were asked for and have not been answered."""
        return tuple(self._asked)

    def feed(self, sound: Sound) -> list[Event]:
        """Return the events that a stretch of sound brings.

        Raises
        ------
        SequenceError
            If the stretch does not begin where the last one ended, or has another number of channels than planned.
        """
        match sound:
            case Block():
                heard = self._ear.feed(Block(start=sound.start, samples=self._columns(sound.samples)))
                return [event for step in heard for event in self._step(step)]
            case Gap() | Unobserved():
                events = [event for step in self._ear.feed(sound) for event in self._step(step)]
                append_joined(self._log.lost if isinstance(sound, Gap) else self._log.unobserved, sound.span)
                self._floor.unobserved(sound.span)
                self._coach.observe(sound)
                return events

    def accept(self, answer: Answer) -> list[Event]:
        """Return the events that an answer brings; answers to phrases that are no longer wanted bring none."""
        match answer:
            case Delivery():
                self._coach.observe(answer)
                self._log.deliver(answer)
                return []
            case Transcript():
                phrase = self._asked.pop(answer.phrase_id, None)
                if phrase is None:
                    return []
                self._early.append((phrase, answer))
                return self._read_what_is_over()
            case TranscriptFailed():
                if self._asked.pop(answer.phrase_id, None) is not None:
                    self._log.failed[answer.phrase_id] = answer.why
                return [*self._advance_floor()]

    def flush(self) -> list[Event]:
        """Return what the end of the sound brings; its last requests may still be answered through `accept`."""
        events = self._step(self._ear.flush())
        if self._scheduler is not None:
            events.extend(self._requested(self._scheduler.flush()))
        return events

    def close(self) -> list[Event]:
        """Return the turns and transfers that were still open; nothing is awaited any more."""
        self._log.failed.update(dict.fromkeys(self._asked, "the session ended first"))
        self._asked.clear()
        for unread in self._unread:
            self._add(unread)
        self._unread = []
        events: list[Event] = [*self._floor.finish()]
        return events

    def record(self, *, source: str, warnings: tuple[str, ...] = ()) -> SessionRecord:
        """Return everything known of the session so far.

        Parameters
        ----------
        source
            What was heard: a file's name, or the microphone's.
        warnings
            Sentences for the user that only the caller can know.
        """
        log = self._log
        account = account_of(self._evidence(), floor=self._settings.floor, finder=self._finder)
        return SessionRecord(
            source=source,
            duration=self._ear.fed,
            speakers=self._plan.speakers,
            segments=tuple(sorted(log.segments, key=lambda segment: (segment.span.start, segment.id))),
            turns=account.turns,
            transfers=account.transfers,
            acts=account.acts,
            arousal=(),
            measures=account.measures,
            feedback=tuple(log.feedback.values()),
            health=log.health(plan=self._plan, duration=self._ear.fed, warnings=(*self._own_warnings(), *warnings)),
        )

    def _evidence(self) -> Evidence:
        """Return the whole log so far."""
        log = self._log
        away = sorted(chain(log.lost, log.unobserved))
        return Evidence(
            speakers=self._plan.speakers,
            units=units_of_phrases(log.segments, log.transcripts),
            utterances=log.utterances,
            unobserved=away,
            observed_samples=self._ear.fed - covered(away),
            observed=self._plan.observed,
        )

    # --- one step ------------------------------------------------------------------------------------------

    def _columns(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return a column for each speaker: the mean of all channels for one person, else the first channels."""
        if samples.shape[1] != self._plan.channels:
            raise SequenceError(f"blocks have {self._plan.channels} channels, not {samples.shape[1]}")
        if self._plan.arrangement is Arrangement.CHANNEL_EACH:
            return samples[:, : len(self._plan.speakers)]
        if samples.shape[1] == 1:
            return samples
        mixed: NDArray[np.int16] = np.rint(samples.mean(axis=1, keepdims=True)).astype(np.int16)
        return mixed

    def _step(self, heard: Heard) -> list[Event]:
        now = self._heard_until = heard.span.stop
        events: list[Event] = []
        if self._scheduler is not None:
            self._scheduler.hear(heard.span.start, heard.samples)
        for event in heard.events:
            events.append(event)
            self._coach.observe(event)
            self._log.hear(event)
            if isinstance(event, SpeechSegment):
                self._unread.append(_Unread(segment=event))
            if self._scheduler is not None:
                known = (
                    self._scheduler.activity(event)
                    if isinstance(event, VoiceActivity)
                    else (self._scheduler.segment(event, known_at=now))
                )
                events.extend(self._requested(known))
        if self._scheduler is not None:
            events.extend(self._requested(self._scheduler.advance(now)))
        events.extend(self._read_what_is_over())
        events.extend(self._advance_floor())
        if now - self._measured_at >= MEASURED_EVERY:
            self._measured_at = now
            found = None if self._finder is None else self._log.acts
            self._coach.observe_measures(measured(self._evidence(), floor=self._settings.floor, acts=found))
        feedback = self._coach.advance(now)
        if feedback is not None:
            self._log.feedback[feedback.id] = feedback
            events.append(feedback)
        return events

    def _requested(
        self, events: list[TranscriptionRequest | TranscriptionPromoted | TranscriptionDiscarded]
    ) -> list[TranscriptionRequest | TranscriptionPromoted | TranscriptionDiscarded]:
        for event in events:
            match event:
                case TranscriptionRequest():
                    self._asked[event.phrase.id] = event.phrase
                case TranscriptionDiscarded():
                    self._asked.pop(event.phrase_id, None)
        return events

    def _read_what_is_over(self) -> list[Event]:
        """Read the answers to phrases whose voice has come to a pause.

        A phrase that was cut out of a long stretch of speech is answered while the voice goes on; which of its words
        were spoken, and in which unit, is known when that unit has closed.
        """
        over = [early for early in self._early if not self._log.sounds_in(early[0])]
        if not over:
            return []
        self._early = [early for early in self._early if self._log.sounds_in(early[0])]
        events = [event for phrase, transcript in over for event in self._read(phrase, transcript)]
        return [*events, *self._advance_floor()]

    def _read(self, phrase: Phrase, transcript: Transcript) -> list[Event]:
        """Take the words of a phrase in."""
        voiced = [segment.span for segment in self._log.voiced(phrase)]
        transcript = replace(transcript, words=words_in_voice(transcript.words, voiced=voiced))
        self._coach.observe(transcript)
        said = Utterance(
            speaker=phrase.speaker,
            text=" ".join(word.text for word in transcript.words),
            span=phrase.span,
            words=transcript.words,
        )
        before = self._log.before(phrase)
        self._log.transcripts.append((phrase, transcript.words))
        self._log.utterances.append(said)
        acts = () if self._finder is None else acts_in(said, before=before, finder=self._finder)
        self._log.acts.extend(acts)
        for act in acts:
            self._coach.observe(act)
        inside = [
            u for u in self._unread if u.segment.speaker == phrase.speaker and phrase.span.overlap(u.segment.span)
        ]
        for unread, unit in zip(inside, with_words([u.segment for u in inside], transcript.words), strict=True):
            unread.words = (*(unread.words or ()), *(unit.words or ()))
            if unread.segment.span.stop <= phrase.span.stop:
                self._unread.remove(unread)
                self._add(unread)
        return [transcript, *acts]

    def _advance_floor(self) -> list[Turn | FloorTransfer]:
        """Read the floor of the moment as far as the words have come, or have been waited for."""
        patience = TEXT_PATIENCE if self._scheduler is not None else 0
        waiting = []
        for unread in self._unread:
            if self._heard_until - unread.segment.span.stop >= patience:
                self._add(unread)
            else:
                waiting.append(unread)
        self._unread = waiting
        horizon = min([self._ear.horizon, *(unread.segment.span.start for unread in waiting)])
        found = self._floor.advance(horizon)
        for event in found:
            self._coach.observe(event)
        return found

    def _add(self, unread: _Unread) -> None:
        """Let a segment take part in the floor; words of a language without a cue pack tell nothing there."""
        self._floor.add(Unit(segment=unread.segment, words=None if self._finder is None else unread.words))

    def _own_warnings(self) -> tuple[str, ...]:
        """Return what the user should know of how this session was heard."""
        found: list[str] = []
        if self._ear.channels_alike:
            found.append(CHANNELS_ALIKE)
        if self._plan.transcriber is None:
            found.append(TIMING_ALONE)
        elif self._finder is None:
            found.append(NO_CUE_PACK)
        return (*found, *self._log.failures())
