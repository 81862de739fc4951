"""The whole pure core in one object: sound and answers in, events out.

Theory of operation. The engine has no clock, no threads and no callbacks; time is the samples fed to it. Sound is cut
into steps of 160 ms. Each step is heard; what was heard goes to the phrase scheduler, to the log, and to the coach;
then whatever is due at the end of the step is said. A transcription *request* goes out as an event and its answer
comes back through `accept`, whenever that is; timing never waits for it. The floor of the moment is read from the
units whose words have come, or have been waited for `TEXT_PATIENCE`; the record at the end is reduced from the whole
log, so that the order in which answers arrived does not show.

With one microphone it may become known late who spoke. A `Revision` then changes the log, and words follow the voices;
what was nobody's known voice before is asked for out of the sound that is remembered. What was read of the floor of the
moment stays, and the coach is told what it must not build on any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from attune.accuracy import Accuracy
from attune.coaching.phrases.book import PhraseBook
from attune.coaching.policy import Coach
from attune.conversation.account import NO_CUE_PACK, Evidence, account_of, acts_in, measured
from attune.conversation.acts.finding import ActFinder
from attune.conversation.floor import FloorReader
from attune.conversation.units import Unit, units_of_phrases, with_words
from attune.conversation.utterance import Utterance
from attune.errors import SequenceError
from attune.events import (
    UNKNOWN,
    Block,
    Delivery,
    Feedback,
    FloorTransfer,
    Gap,
    ListeningAct,
    Phrase,
    Revision,
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
from attune.hearing.speakers.protocol import Speakers
from attune.hearing.speakers.voices import REVISED_WITHIN, KnownVoices, VoiceSpeakers
from attune.plan import Arrangement, Plan
from attune.session_log import SessionLog, append_joined
from attune.settings import Settings
from attune.timebase import SAMPLE_RATE, Span, covered, samples_of, without
from attune.transcribing.phrases import PhraseEvent, PhraseScheduler

TIMING_ALONE = "No words were transcribed: everything here comes from timing alone."

MEASURED_EVERY = samples_of(60.0)
"""How often the coach is shown the measures so far. Source: chosen; its cues from measures speak of minutes."""

TEXT_PATIENCE = samples_of(8.0)
"""How long after its end a segment waits for words before the floor of the moment is read without them.

Source: chosen; longer than a decode of the longest phrase on a machine that keeps up, short enough for live use.
"""

TOLD_WITHIN = samples_of(6.0)
"""How long, with one microphone, the end of a phrase waits for the news that its person did not go on.

Source: chosen; whose voice a run of speech is may be told no earlier than it ends. Nearly all are shorter, and words
that come then still come within `TEXT_PATIENCE`.
"""


Answer = Transcript | TranscriptFailed | Delivery
"""What comes back to the engine beside sound."""

Event = (
    VoiceActivity
    | SpeechSegment
    | Revision
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
    """A segment that waits for its words since a sample; those that have come so far, None before any answer."""

    segment: SpeechSegment
    since: int
    words: tuple[Word, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A phrase that was asked for, as which one in a row."""

    phrase: Phrase
    place: int


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
    voices
        Tells two people before one microphone apart; None where that is not planned.
    accuracy
        How well sessions of this plan are heard; None where no figure needs a remark about it.
    """

    def __init__(
        self,
        *,
        plan: Plan,
        detectors: Detectors,
        finder: ActFinder | None,
        phrases: PhraseBook,
        settings: Settings,
        voices: KnownVoices | None = None,
        accuracy: Accuracy | None = None,
    ) -> None:
        self._plan = plan
        self._shared = plan.arrangement is Arrangement.ONE_MICROPHONE
        self._accuracy = accuracy
        self._settings = settings
        self._finder = finder
        self._ear = Ear(
            speakers=_speakers(plan, detectors=detectors, voices=voices, settings=settings), channels=plan.columns
        )
        self._scheduler = None if plan.transcriber is None else _scheduler(plan, settings=settings)
        self._coach = Coach(speakers=plan.speakers, settings=settings.coach, phrases=phrases)
        self._floor = FloorReader(settings=settings.floor)
        self._log = SessionLog(arrangement=plan.arrangement)
        self._unread: list[_Unread] = []
        self._early: list[tuple[_Asked, Transcript]] = []
        self._asked: dict[str, _Asked] = {}
        self._requests = 0
        self._measured_at = 0
        self._heard_until = 0
        self._floor_read = 0

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
                asked = self._asked.pop(answer.phrase_id, None)
                if asked is None:
                    return []
                self._early.append((asked, answer))
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
            feedback=log.standing_feedback,
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
            accuracy=self._accuracy,
        )

    # --- one step ------------------------------------------------------------------------------------------

    def _columns(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return the columns that are heard: the mean of all channels for one person, else the first channels."""
        if samples.shape[1] != self._plan.channels:
            raise SequenceError(f"blocks have {self._plan.channels} channels, not {samples.shape[1]}")
        if self._plan.arrangement is not Arrangement.ONE_PERSON or samples.shape[1] == 1:
            return samples[:, : self._plan.columns]
        mixed: NDArray[np.int16] = np.rint(samples.mean(axis=1, keepdims=True)).astype(np.int16)
        return mixed

    def _step(self, heard: Heard) -> list[Event]:
        now = self._heard_until = heard.span.stop
        events: list[Event] = []
        if self._scheduler is not None:
            self._scheduler.hear(heard.span.start, heard.samples)
        revised: dict[str, SpeechSegment] = {}
        for event in heard.events:
            events.append(event)
            self._coach.observe(event)
            if isinstance(event, Revision):
                events.extend(self._revise(event))
                for segment in event.replaced:
                    revised.pop(segment.id, None)
                revised.update((segment.id, segment) for segment in event.segments)
            else:
                self._log.hear(event)
                if isinstance(event, SpeechSegment) and event.speaker != UNKNOWN:
                    self._unread.append(_Unread(segment=event, since=event.span.stop))
                events.extend(self._phrased(event, now=now))
        if self._scheduler is not None:
            wordless = self._wordless(revised.values(), under_way=self._scheduler.under_way)
            events.extend(self._requested(self._scheduler.recall(wordless)))
            events.extend(self._requested(self._scheduler.advance(self._told_until(now))))
        events.extend(self._read_what_is_over())
        events.extend(self._advance_floor())
        if now - self._measured_at >= MEASURED_EVERY:
            self._measured_at = now
            found = None if self._finder is None else tuple(self._log.acts.values())
            self._coach.observe_measures(measured(self._evidence(), floor=self._settings.floor, acts=found))
        feedback = self._coach.advance(now)
        if feedback is not None:
            self._log.feedback[feedback.id] = feedback
            events.append(feedback)
        return events

    def _phrased(self, event: VoiceActivity | SpeechSegment, *, now: int) -> list[PhraseEvent]:
        """Return what an event means for phrases; with one microphone it is as if it had been told when it happened."""
        if self._scheduler is None:
            return []
        if isinstance(event, SpeechSegment):
            known_at = event.span.stop if self._shared else now
            return self._requested(self._scheduler.segment(event, known_at=known_at))
        if self._shared:
            event = replace(event, known_at=event.at)
        return self._requested(self._scheduler.activity(event))

    def _told_until(self, now: int) -> int:
        """Return up to when phrases may end: with one microphone it is told later who began to speak."""
        return max(self._ear.horizon, now - TOLD_WITHIN) if self._shared else now

    def _revise(self, revision: Revision) -> list[ListeningAct]:
        """Take in who spoke after all, and return the acts that are found now."""
        before = self._log.acts
        said = self._log.revise(revision)
        self._read_anew(revision)
        return [act for one in said for act in self._acts_in(one) if before.get(act.id) != act]

    def _read_anew(self, revision: Revision) -> None:
        """Let what the floor of the moment has not been given yet be given as it is known now."""
        gone = {segment.id for segment in revision.replaced}
        waiting = {unread.segment.id for unread in self._unread}
        given = [s for s in revision.replaced if s.speaker != UNKNOWN and s.id not in waiting]
        self._unread = [unread for unread in self._unread if unread.segment.id not in gone]
        for segment in revision.segments:
            late = segment.span.start < self._floor_read or any(segment.span.overlap(other.span) for other in given)
            if segment.speaker != UNKNOWN and not late:
                words = self._log.words_in(segment)
                self._unread.append(_Unread(segment=segment, since=revision.known_at, words=words))

    def _wordless(self, segments: Iterable[SpeechSegment], *, under_way: Iterable[Span]) -> list[SpeechSegment]:
        """Return the segments of known people that do not lie whole in phrases whose words are there or may come.

        They were nobody's known voice when phrases were asked for, or became so before they were answered.
        """
        coming = [asked.phrase.span for asked in (*self._asked.values(), *(early[0] for early in self._early))]
        return [
            segment
            for segment in segments
            if segment.speaker != UNKNOWN
            and without(segment.span, [*coming, *under_way, *self._log.worded(segment.span)])
        ]

    def _requested(self, events: Iterable[PhraseEvent]) -> list[PhraseEvent]:
        """Note what is asked for; a phrase that is awaited already is not asked for again."""
        wanted: list[PhraseEvent] = []
        for event in events:
            match event:
                case TranscriptionRequest() if event.phrase.id in self._asked:
                    continue
                case TranscriptionRequest():
                    self._requests += 1
                    self._asked[event.phrase.id] = _Asked(phrase=event.phrase, place=self._requests)
                case TranscriptionDiscarded():
                    self._asked.pop(event.phrase_id, None)
            wanted.append(event)
        return wanted

    def _read_what_is_over(self) -> list[Event]:
        """Read the answers to phrases whose voice has come to a pause.

        A phrase that was cut out of a long stretch of speech is answered while the voice goes on; which of its words
        were spoken, and in which unit, is known when that unit has closed.
        """
        over = [early for early in self._early if not self._log.sounds_in(early[0].phrase)]
        if not over:
            return []
        self._early = [early for early in self._early if self._log.sounds_in(early[0].phrase)]
        events = [event for asked, transcript in over for event in self._read(asked, transcript)]
        return [*events, *self._advance_floor()]

    def _read(self, asked: _Asked, transcript: Transcript) -> list[Event]:
        """Take the words of a phrase in.

        The transcript that is told has the words of the person whom the phrase was asked for; with one microphone
        others may have spoken in it, and their words are in the log.
        """
        phrase = asked.phrase
        said = self._log.read(phrase, transcript.words, asked=asked.place)
        heard = sorted((word for one in said for word in one.words), key=_word_start)
        self._coach.observe(replace(transcript, words=tuple(heard)))
        own = tuple(word for one in said if one.speaker == phrase.speaker for word in one.words)
        events: list[Event] = [replace(transcript, words=own)]
        for one in said:
            events.extend(self._acts_in(one))
            self._give_words(one, within=phrase.span)
        return events

    def _acts_in(self, said: Utterance) -> tuple[ListeningAct, ...]:
        """Find the acts of an utterance, and tell the coach of them."""
        if self._finder is None or said.span is None:
            return ()
        acts = acts_in(said, before=self._log.before(said.span), finder=self._finder)
        for act in acts:
            self._log.acts[act.id] = act
            self._coach.observe(act)
        return acts

    def _give_words(self, said: Utterance, *, within: Span) -> None:
        """Give words to the segments that wait for them; those that end within the phrase have all of theirs then."""
        inside = [u for u in self._unread if u.segment.speaker == said.speaker and within.overlap(u.segment.span)]
        for unread, unit in zip(inside, with_words([u.segment for u in inside], said.words), strict=True):
            unread.words = (*(unread.words or ()), *(unit.words or ()))
            if unread.segment.span.stop <= within.stop:
                self._unread.remove(unread)
                self._add(unread)

    def _advance_floor(self) -> list[Turn | FloorTransfer]:
        """Read the floor of the moment as far as the words have come, or have been waited for."""
        patience = TEXT_PATIENCE if self._scheduler is not None else 0
        waiting = []
        for unread in self._unread:
            if self._heard_until - unread.since >= patience:
                self._add(unread)
            else:
                waiting.append(unread)
        self._unread = waiting
        horizon = min([self._ear.horizon, *(unread.segment.span.start for unread in waiting)])
        self._floor_read = max(self._floor_read, horizon)
        found = self._floor.advance(horizon)
        for event in found:
            self._coach.observe(event)
        return found

    def _add(self, unread: _Unread) -> None:
        """Let a segment take part in the floor; words of a language without a cue pack tell nothing there."""
        self._floor.add(Unit(segment=unread.segment, words=None if self._finder is None else unread.words))

    def _own_warnings(self) -> tuple[str, ...]:
        """Return what the user should know of how this session was heard."""
        found: list[str] = [*self._ear.doubts]
        if self._plan.transcriber is None:
            found.append(TIMING_ALONE)
        elif self._finder is None:
            found.append(NO_CUE_PACK)
        return (*found, *self._log.failures())


def _speakers(plan: Plan, *, detectors: Detectors, voices: KnownVoices | None, settings: Settings) -> Speakers:
    """Return what tells the people of a plan apart.

    Raises
    ------
    ValueError
        If voices are needed for that and there are none.
    """
    if plan.arrangement is not Arrangement.ONE_MICROPHONE:
        return ChannelSpeakers(speakers=plan.speakers, detectors=detectors, settings=settings.voicing)
    if voices is None:
        raise ValueError("people before one microphone are told apart by their voices, and no encoder was given")
    first, second = plan.speakers
    return VoiceSpeakers(
        speakers=(first, second),
        detectors=detectors,
        voices=voices,
        settings=settings.voicing,
        capsules=plan.columns,
    )


def _scheduler(plan: Plan, *, settings: Settings) -> PhraseScheduler:
    """Return what asks for words.

    Before one microphone sound is remembered for as long as known voices may be revised; what was said longer ago,
    before two voices became known, has no words.
    """
    if plan.arrangement is not Arrangement.ONE_MICROPHONE:
        return PhraseScheduler({speaker: k for k, speaker in enumerate(plan.speakers)}, settings=settings.phrases)
    revised_ms = REVISED_WITHIN * 1000 // SAMPLE_RATE
    memory_ms = max(settings.phrases.memory_ms, revised_ms + settings.phrases.longest_ms)
    return PhraseScheduler(dict.fromkeys(plan.speakers, 0), settings=replace(settings.phrases, memory_ms=memory_ms))


def _word_start(word: Word) -> Span:
    return word.span
