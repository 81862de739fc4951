"""A live session without a sound card: workers, the coach's voice, pausing, ending; and that it can be replayed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from silent_stage import CountingLoudspeaker, InstantVoice, Stage, attune_threads, eventually

from attune.coaching.policy import CoachMode, CoachSettings
from attune.conversation.acts.stems import StemActs
from attune.engine import Engine
from attune.errors import RecordingError, VoiceError
from attune.events import (
    Block,
    Delivery,
    DeliveryKind,
    Feedback,
    Gap,
    GapCause,
    Phrase,
    SessionRecord,
    Sound,
    SpeechSegment,
    Transcript,
    TranscriptFailed,
    TranscriptionRequest,
    Unobserved,
    UnobservedCause,
    VoiceActivity,
    Voicing,
)
from attune.live.mouth import ECHO_TAIL, Voice
from attune.live.session import Input, LiveSession, Pace
from attune.live.sources import SwiftSource
from attune.timebase import Span, joined
from attune.transcribing.protocol import Transcriber
from attune.transcribing.scripted import ScriptedTranscriber
from fake_detectors import LOUD, as_int16, silence, with_voice
from heard_fixtures import blocks, engine_of, heard_in, sound_of, words_of

SECOND = 16_000
TALKATIVE = CoachSettings(first_talk_s=1, lull_s=1.5, cool_down_s=5)
MUTE = CoachSettings(mode=CoachMode.QUIET, first_talk_s=1e6)


def plain(item: Any) -> Any:
    """Return an input or event in a form that can be compared, its sound included."""
    if isinstance(item, TranscriptionRequest):
        return ("request", item.phrase, item.urgency, item.samples.tobytes())
    if isinstance(item, Block):
        return ("block", item.start, item.samples.tobytes())
    if isinstance(item, Transcript):
        return ("transcript", item.phrase_id, item.words)
    return item


@dataclass
class Heard:
    """What a session brought: everything that went through the taps, in order, and its record."""

    log: list[Any]
    record: SessionRecord
    told: list[str] = field(default_factory=list)

    def of(self, kind: type) -> list[Any]:
        """Return the entries of one kind."""
        return [item for item in self.log if isinstance(item, kind)]


def run(
    sounds: Iterable[Sound],
    *,
    engine: Engine,
    transcriber: Transcriber | None = None,
    synthesis: InstantVoice | None = None,
    speaker: CountingLoudspeaker | None = None,
    taps: Sequence[Callable[[Any, LiveSession], None]] = (),
    limit: int | None = None,
) -> Heard:
    """Run a session in lockstep to its end."""
    log: list[Any] = []
    told: list[str] = []
    sessions: list[LiveSession] = []
    voice = None
    if synthesis is not None:
        speaker = speaker or CountingLoudspeaker()
        voice = Voice(synthesis=synthesis, loudspeaker=speaker)
    source = Stage(sounds, speaker=speaker, preparing=lambda: sessions[0].coach_sounding)

    def tap(item: Input | Any) -> None:
        log.append(item)
        for also in taps:
            also(item, sessions[0])

    sessions.append(
        LiveSession(
            engine=engine,
            source=source,
            transcriber=transcriber,
            voice=voice,
            taps=(tap,),
            tell=told.append,
            limit=limit,
            pace=Pace.LOCKSTEP,
        )
    )
    sessions[0].run()
    return Heard(log=log, record=engine.record(source="x"), told=told)


def demo_engine(coach: CoachSettings = TALKATIVE) -> tuple[Engine, ScriptedTranscriber]:
    """Return an engine for the demo, and what knows its words."""
    transcriber = ScriptedTranscriber(words_of("demo"))
    return engine_of(transcriber=transcriber.name, finder=StemActs(), coach=coach), transcriber


def demo_sounds() -> list[Sound]:
    """Return the demo in blocks of 30 ms, as a microphone gives them."""
    return blocks(sound_of("demo"), size=480)


@pytest.fixture(scope="module")
def spoken_demo() -> Heard:
    """Return the demo with a coach who speaks."""
    engine, transcriber = demo_engine()
    return run(demo_sounds(), engine=engine, transcriber=transcriber, synthesis=InstantVoice())


def voice(*spans: tuple[int, int], length: int) -> NDArray[np.int16]:
    """Return A's voice in the first of two channels."""
    return as_int16(with_voice(length, spans), silence(length))


def buzzing_engine(*, transcriber: str | None = None) -> Engine:
    """Return an engine that takes whatever is loud for speech, with a coach who keeps silent."""
    return engine_of(detectors=LOUD, transcriber=transcriber, coach=MUTE)


# --- the same as analysis -------------------------------------------------------------------------------------


def test_live_session_hears_what_the_analysis_hears() -> None:
    """Nothing downstream can tell a microphone from a file."""
    sounds = blocks(sound_of("interruptions"), size=480)
    live = run(sounds, engine=engine_of(coach=MUTE)).record
    assert live == heard_in(sounds, engine_of(coach=MUTE), source="x")


def test_taps_see_inputs_and_events_in_order() -> None:
    """Each block first, then what it brought."""
    heard = run(blocks(voice((0, SECOND), length=2 * SECOND), size=1_600), engine=buzzing_engine())
    kinds = [type(item).__name__ for item in heard.log]
    assert kinds[0] == "Block"
    at = kinds.index("SpeechSegment")
    segment = heard.log[at]
    last = [item for item in heard.log[:at] if isinstance(item, Block)][-1]
    assert isinstance(segment, SpeechSegment)
    assert segment.span.stop + 3_200 <= last.span.stop < segment.span.stop + 3_200 + 2 * 2_560 + 1_600


# --- the coach's voice ----------------------------------------------------------------------------------------


def test_coach_speaks_in_the_demo_and_it_is_delivered(spoken_demo: Heard) -> None:
    """At least twice, and each was heard to its end."""
    said = spoken_demo.of(Feedback)
    assert len(said) >= 2
    assert [d.feedback_id for d in spoken_demo.of(Delivery)] == [feedback.id for feedback in said]
    assert {d.how for d in spoken_demo.of(Delivery)} == {DeliveryKind.SPOKEN}
    assert {feedback.delivery for feedback in spoken_demo.record.feedback} == {DeliveryKind.SPOKEN}


def test_coach_begins_to_speak_only_when_nobody_does(spoken_demo: Heard) -> None:
    """Where the sound turns unobserved, every voice that had begun has stopped."""
    speaking: set[str] = set()
    before: Any = None
    begun = 0
    for item in spoken_demo.log:
        if isinstance(item, VoiceActivity):
            (speaking.add if item.voicing is Voicing.STARTED else speaking.discard)(item.speaker)
        if isinstance(item, Unobserved):
            begun += not isinstance(before, Unobserved)
            assert speaking == set()
        if isinstance(item, Block | Unobserved):
            before = item
    assert begun == len(spoken_demo.of(Feedback))


def test_sound_of_the_coach_and_its_echo_are_unobserved(spoken_demo: Heard) -> None:
    """1.5 s of voice and 0.6 s of echo for each sentence, and the record says so."""
    away = [item.span for item in spoken_demo.of(Unobserved)]
    assert {item.why for item in spoken_demo.of(Unobserved)} == {UnobservedCause.COACH}
    total = sum(span.duration for span in away)
    sentences = len(spoken_demo.of(Feedback))
    assert sentences * (24_000 + ECHO_TAIL) <= total <= sentences * (24_000 + ECHO_TAIL + 3 * 480)
    assert spoken_demo.record.health.unobserved == total / spoken_demo.record.duration


def test_coach_is_never_heard_as_a_person() -> None:
    """Its sound, fed back into both microphones, becomes nobody's speech."""
    speaker = CountingLoudspeaker()
    engine = engine_of(coach=TALKATIVE, transcriber="scripted", finder=StemActs())
    loud = np.full((480, 2), 8_000, np.int16) * np.sign(np.sin(np.arange(480) / 10))[:, None].astype(np.int16)

    def with_feedback() -> Iterable[Sound]:
        for sound in demo_sounds():
            assert isinstance(sound, Block)
            yield Block(start=sound.start, samples=loud[: len(sound.samples)] if speaker.playing else sound.samples)

    heard = run(
        with_feedback(),
        engine=engine,
        transcriber=ScriptedTranscriber(words_of("demo")),
        synthesis=InstantVoice(),
        speaker=speaker,
    )
    assert speaker.played
    for away in heard.of(Unobserved):
        assert all(segment.span.overlap(away.span) == 0 for segment in heard.record.segments)


def test_nothing_is_heard_across_the_coach(spoken_demo: Heard) -> None:
    """No segment reaches into what was unobserved, and no transfer crosses it."""
    away = [item.span for item in spoken_demo.of(Unobserved)]
    assert all(s.span.overlap(span) == 0 for s in spoken_demo.record.segments for span in away)
    for transfer in spoken_demo.record.transfers:
        before, after = sorted((transfer.at - transfer.offset, transfer.at))
        assert not any(before <= span.start and span.stop <= after for span in away)


def test_hush_silences_the_coach_and_the_session_goes_on() -> None:
    """A key pressed at the first sound: shown, not spoken, and people are heard again after the echo."""
    engine, transcriber = demo_engine()
    speaker = CountingLoudspeaker()

    def press(item: Any, session: LiveSession) -> None:
        if isinstance(item, Unobserved) and speaker.playing:
            session.hush()

    heard = run(
        demo_sounds(),
        engine=engine,
        transcriber=transcriber,
        synthesis=InstantVoice(),
        speaker=speaker,
        taps=(press,),
    )
    assert speaker.stops >= 2
    assert {d.how for d in heard.of(Delivery)} == {DeliveryKind.SHOWN}
    sentences = len(heard.of(Feedback))
    assert sum(item.span.duration for item in heard.of(Unobserved)) <= sentences * (ECHO_TAIL + 3 * 480)
    assert heard.record.duration == len(sound_of("demo"))


def test_voice_that_fails_shows_the_text_and_is_told_of_once() -> None:
    """The session goes on as if it had no voice."""
    engine, transcriber = demo_engine()
    broken = InstantVoice(error=VoiceError("no voice; install espeak-ng"))
    heard = run(demo_sounds(), engine=engine, transcriber=transcriber, synthesis=broken)
    assert heard.told == ["The coach cannot be heard, so its words are shown: no voice; install espeak-ng"]
    assert len(heard.of(Feedback)) >= 2
    assert len(broken.texts) == 1
    assert {feedback.delivery for feedback in heard.record.feedback} == {DeliveryKind.SHOWN}
    assert heard.of(Unobserved) == []


def test_session_without_a_voice_shows_the_text() -> None:
    """--coach visual, or no loudspeaker at all."""
    engine, transcriber = demo_engine()
    heard = run(demo_sounds(), engine=engine, transcriber=transcriber)
    assert {feedback.delivery for feedback in heard.record.feedback} == {DeliveryKind.SHOWN}
    assert heard.told == []


# --- replay ---------------------------------------------------------------------------------------------------


def replay(log: Iterable[Any], engine: Engine) -> None:
    """Feed the inputs of a log to another engine, and check that the rest of the log is what it says.

    What is not the next expected event is an input; where it is neither, the sound had ended.
    """
    expected: deque[Any] = deque()
    endings = iter([engine.flush, engine.close])
    for item in log:
        if expected:
            assert plain(item) == plain(expected.popleft())
        elif isinstance(item, Block | Gap | Unobserved):
            expected.extend(engine.feed(item))
        elif isinstance(item, Transcript | TranscriptFailed | Delivery):
            expected.extend(engine.accept(item))
        else:
            while not expected:
                expected.extend(next(endings)())
            assert plain(item) == plain(expected.popleft())
    assert not expected
    assert [event for end in endings for event in end()] == []


def test_recorded_session_replays_to_the_same_events_and_the_same_record() -> None:
    """Blocks, lost and unobserved sound, transcripts and deliveries, fed in their order: feedback included."""
    engine, transcriber = demo_engine()
    sounds = demo_sounds()
    sounds[700:710] = [Gap(span=Span(700 * 480, 710 * 480), why=GapCause.OVERFLOW)]
    heard = run(sounds, engine=engine, transcriber=transcriber, synthesis=InstantVoice())
    assert {Block, Gap, Unobserved, Transcript, Delivery, Feedback} <= {type(item) for item in heard.log}
    again, _ = demo_engine()
    replay(heard.log, again)
    assert again.record(source="x") == heard.record


# --- pausing and ending ---------------------------------------------------------------------------------------


def test_pause_leaves_sound_unobserved_until_it_is_pressed_again() -> None:
    """From the block after the first press to the block after the second."""

    def press(item: Any, session: LiveSession) -> None:
        if isinstance(item, Block | Unobserved) and item.span.start in (16_000, 32_000):
            session.toggle_pause()

    sound = voice((0, 4 * SECOND), length=4 * SECOND)
    heard = run(blocks(sound, size=1_600), engine=buzzing_engine(), taps=(press,))
    away = heard.of(Unobserved)
    assert {item.why for item in away} == {UnobservedCause.PAUSED}
    assert (away[0].span.start, away[-1].span.stop) == (17_600, 33_600)
    spans = [(segment.span.start, segment.span.stop) for segment in heard.record.segments]
    assert spans == [(0, 17_600), (33_600, 64_000)]


def test_session_ends_at_its_limit_to_the_sample() -> None:
    """In the middle of a block; nothing behind it is heard."""
    sound = voice((0, 4 * SECOND), length=4 * SECOND)
    heard = run(blocks(sound, size=1_600), engine=buzzing_engine(), limit=20_001)
    assert heard.record.duration == 20_001
    assert heard.record.segments[-1].span.stop in (20_000, 20_001)
    assert [item.span.stop for item in heard.of(Block)][-1] == 20_001


@pytest.mark.parametrize(
    "hole",
    [
        Gap(span=Span(16_000, 32_000), why=GapCause.UNPLUGGED),
        Unobserved(span=Span(16_000, 32_000), why=UnobservedCause.PAUSED),
    ],
    ids=["gap", "pause"],
)
def test_limit_cuts_lost_sound_too(hole: Sound) -> None:
    """A session of 1.5 s that lost the last half second lost half a second."""
    sounds = [*blocks(voice(length=SECOND), size=1_600), hole]
    record = run(sounds, engine=buzzing_engine(), limit=24_000).record
    assert record.duration == 24_000
    assert record.health.lost + record.health.unobserved == pytest.approx(1 / 3)


def test_stop_ends_a_session_cleanly() -> None:
    """What was heard so far is kept, with its last turn."""

    def press(item: Any, session: LiveSession) -> None:
        if isinstance(item, Block) and item.start == 16_000:
            session.stop()

    sound = voice((0, 4 * SECOND), length=4 * SECOND)
    record = run(blocks(sound, size=1_600), engine=buzzing_engine(), taps=(press,)).record
    assert record.duration == 17_600
    assert [turn.turn.span for turn in record.turns] == [Span(0, 17_600)]


def test_swift_source_stops_when_it_is_told() -> None:
    """No block comes after the stop."""
    source = SwiftSource([Block(start=0, samples=np.zeros((10, 1), np.int16))] * 5)
    came = iter(source.sounds())
    next(came)
    source.stop()
    assert list(came) == []


def test_threads_end_with_the_session() -> None:
    """Decoder and voice are joined."""
    engine, transcriber = demo_engine()
    run(demo_sounds()[:200], engine=engine, transcriber=transcriber, synthesis=InstantVoice())
    assert attune_threads() == []


def test_source_that_fails_still_ends_the_threads() -> None:
    """The error reaches the caller, and nothing is left running."""

    def failing() -> Iterable[Sound]:
        yield from demo_sounds()[:10]
        raise RecordingError("the file broke off")

    engine, transcriber = demo_engine()
    synthesis = InstantVoice()
    with pytest.raises(RecordingError, match="broke off"):
        run(failing(), engine=engine, transcriber=transcriber, synthesis=synthesis)
    assert attune_threads() == []
    assert synthesis.closed == 1


class Noting:
    """A transcriber that notes its calls in a common list."""

    name = "noting"

    def __init__(self, notes: list[str]) -> None:
        self._notes = notes

    def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:
        """Note, and return no words."""
        self._notes.append("decoded")
        return Transcript(phrase_id=phrase.id, words=(), model=self.name)


def test_order_of_shutdown() -> None:
    """Source, coach, last request, last words, last turn, then the workers."""
    notes: list[str] = []

    class Source(SwiftSource):
        def stop(self) -> None:
            notes.append("source stopped")
            super().stop()

    class Loudspeaker(CountingLoudspeaker):
        def stop(self) -> None:
            notes.append("coach silenced")
            super().stop()

    class Synthesis(InstantVoice):
        def close(self) -> None:
            notes.append("voice closed")
            super().close()

    def tap(item: Any) -> None:
        if not isinstance(item, Block):
            notes.append(type(item).__name__)

    sound = [Block(start=k, samples=voice((0, 20_001), length=20_001)[k : k + 1_600]) for k in range(0, 20_001, 1_600)]
    LiveSession(
        engine=buzzing_engine(transcriber="noting"),
        source=Source(sound),
        transcriber=Noting(notes),
        voice=Voice(synthesis=Synthesis(), loudspeaker=Loudspeaker()),
        taps=(tap,),
    ).run()
    wanted = [
        "VoiceActivity",
        "source stopped",
        "coach silenced",
        "SpeechSegment",
        "TranscriptionRequest",
        "VoiceActivity",
        "TranscriptionPromoted",
        "decoded",
        "Transcript",
        "Turn",
        "coach silenced",
        "voice closed",
    ]
    steps = [note for k, note in enumerate(notes) if not k or note != notes[k - 1]]
    places = []
    at = -1
    for step in wanted:
        at = next((k for k in range(at + 1, len(steps)) if steps[k] == step), -1)
        places.append(at)
    assert -1 not in places, steps
    assert steps[-1] == "voice closed"


class Stuck:
    """A transcriber that does not answer before it is let go."""

    name = "stuck"

    def __init__(self) -> None:
        self.began, self.let_go = threading.Event(), threading.Event()

    def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:
        """Wait, and return no words."""
        self.began.set()
        self.let_go.wait(60)
        return Transcript(phrase_id=phrase.id, words=(), model=self.name)


def test_abandon_does_not_wait_for_words_that_are_being_decoded() -> None:
    """A second Ctrl-C ends the session although the model is at work; the timing is kept, and the loss is told."""
    stuck = Stuck()
    engine = buzzing_engine(transcriber="stuck")
    session = LiveSession(
        engine=engine,
        source=SwiftSource(blocks(voice((0, SECOND), length=3 * SECOND), size=1_600)),  # type: ignore[arg-type]
        transcriber=stuck,
        voice=None,
    )
    thread = threading.Thread(target=session.run, daemon=True)
    thread.start()
    try:
        assert stuck.began.wait(10)
        assert eventually(lambda: engine.now == 3 * SECOND)
        thread.join(0.3)
        assert thread.is_alive()
        session.abandon()
        thread.join(10)
        assert not thread.is_alive()
    finally:
        stuck.let_go.set()
    record = engine.record(source="x")
    assert len(record.turns) == 1
    assert any("could not be transcribed (the session ended first)" in line for line in record.health.warnings)


def test_phrase_that_breaks_the_transcriber_fails_alone() -> None:
    """An error of any kind ends neither the worker nor the session, and the record says what was lost."""

    class BreaksOnce:
        name = "breaks"

        def __init__(self) -> None:
            self.calls = 0

        def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:
            self.calls += 1
            if self.calls == 1:
                raise ValueError("bad weights")
            return Transcript(phrase_id=phrase.id, words=(), model=self.name)

    sound = voice((0, SECOND), (3 * SECOND, 4 * SECOND), length=6 * SECOND)
    heard = run(blocks(sound, size=1_600), engine=buzzing_engine(transcriber="breaks"), transcriber=BreaksOnce())
    assert [failed.why for failed in heard.of(TranscriptFailed)] == ["ValueError: bad weights"]
    assert len({transcript.phrase_id for transcript in heard.of(Transcript)}) == 1
    assert any("1 phrase could not be transcribed (ValueError: bad weights)" in w for w in heard.record.health.warnings)


def test_feedback_due_at_the_very_end_counts_as_shown() -> None:
    """A lull that comes due in the last samples must not leave a record that says spoken."""
    last = Feedback(id="praise-9", at=9, text="You listened.", because=(), delivery=DeliveryKind.SPOKEN)
    engine = buzzing_engine()
    engine.flush = lambda: [last]  # type: ignore[method-assign,list-item]
    synthesis = InstantVoice()
    heard = run(blocks(voice(length=SECOND), size=1_600), engine=engine, synthesis=synthesis)
    assert heard.of(Delivery) == [Delivery(feedback_id="praise-9", how=DeliveryKind.SHOWN)]


def test_unit_under_way_when_the_source_fails_is_in_the_record() -> None:
    """A microphone that breaks in the middle of a sentence takes nothing of what was heard with it."""
    sound = voice((0, 2 * SECOND), length=2 * SECOND)

    def failing() -> Iterator[Sound]:
        yield Block(start=0, samples=sound)
        raise RecordingError("the file is damaged")

    engine = buzzing_engine()
    session = LiveSession(engine=engine, source=Stage(failing()), transcriber=None, voice=None)
    with pytest.raises(RecordingError, match="damaged"):
        session.run()
    stops = [segment.span.stop for segment in engine.record(source="test").segments if segment.speaker == "A"]
    assert stops == [2 * SECOND]


def test_sound_captured_before_the_coach_ended_is_not_heard_by_an_engine_that_lags() -> None:
    """What waits in the microphone when the coach falls silent still holds the coach."""
    engine, script = demo_engine()
    synthesis, speaker = InstantVoice(), CountingLoudspeaker()
    sessions: list[LiveSession] = []
    source = Stage(demo_sounds(), speaker=speaker, preparing=lambda: sessions[0].coach_sounding and not speaker.playing)
    source.captured_ahead = 2 * SECOND
    unheard: list[Unobserved] = []
    sessions.append(
        LiveSession(
            engine=engine,
            source=source,
            transcriber=script,
            voice=Voice(synthesis=synthesis, loudspeaker=speaker),
            taps=(lambda item: unheard.append(item) if isinstance(item, Unobserved) else None,),
            pace=Pace.LOCKSTEP,
        )
    )
    sessions[0].run()
    stretches = joined([sound.span for sound in unheard])
    assert stretches
    assert min(span.duration for span in stretches) >= 24_000 + 2 * SECOND + ECHO_TAIL - 2 * 4_800
