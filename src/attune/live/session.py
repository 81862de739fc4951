"""A live session: the only owner of threads, queues and the clock.

Theory of operation. The thread that calls `LiveSession.run` is the engine's: it takes sound from the source, feeds the
engine, and hands on what comes out. Beside it work, each with one job and one queue:

    decode worker   takes phrases from a `DecodeQueue`, transcribes, puts answers back
    voice worker    takes feedback, has it synthesised, puts the sound back
    key reader      waits for keys; silences the coach at once, by itself

Answers are taken in between two stretches of sound, so the engine sees one sequence of inputs; each of them is also
given to the `taps`, in order, so that a session can be recorded and replayed.

Half-duplex: from the moment the coach begins to sound until `ECHO_TAIL` after it has ended, sound is not heard but
passed on as `Unobserved`, so the coach never takes itself for a person.

Order of shutdown: the source is stopped and has delivered what it had; the coach is silenced; the engine is flushed;
final phrases are waited for, at most `PATIENCE_S`, or until `abandon`; the engine is closed; the workers are told to
end and are joined.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from attune.engine import Answer, Engine, Event
from attune.events import Block, Gap, Sound, Transcript, TranscriptFailed, Unobserved, UnobservedCause
from attune.live.decoding import DecodeWorker
from attune.live.mouth import Mouth, Voice
from attune.live.sources import SoundSource
from attune.timebase import Span
from attune.transcribing.protocol import Transcriber

PATIENCE_S = 30.0
"""How long the end of a session waits for the last words. Source: chosen; a phrase of 25 s on a slow machine."""

Input = Sound | Answer
"""What goes into the engine."""


class Pace(StrEnum):
    """What the engine waits for between two stretches of sound: only the source, or all words as well.

    In lockstep a session does not depend on how fast the machine decodes, so a recording gives the same every time.
    """

    REAL_TIME = "real time"
    LOCKSTEP = "lockstep"


class LiveSession:
    """Runs an engine on a source of sound.

    Parameters
    ----------
    engine
        Planned with a transcriber's name if and only if `transcriber` is given.
    source
        Of sound.
    transcriber
        Answers the engine's requests, on a thread of its own.
    voice
        Speaks feedback; None shows it.
    taps
        Called on the engine's thread with each input and each event, in order.
    tell
        Called with a sentence for the user, on the engine's thread.
    limit
        Samples after which the session ends by itself.
    pace
        What is waited for between two stretches of sound.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        source: SoundSource,
        transcriber: Transcriber | None,
        voice: Voice | None,
        taps: Sequence[Callable[[Input | Event], None]] = (),
        tell: Callable[[str], None] = lambda _: None,
        limit: int | None = None,
        pace: Pace = Pace.REAL_TIME,
    ) -> None:
        self._engine = engine
        self._source = source
        self._taps = taps
        self._limit = limit
        self._pace = pace
        self._decoder = None if transcriber is None else DecodeWorker(transcriber)
        self._mouth = Mouth(voice, tell=tell)
        self._paused = threading.Event()
        self._abandoned = False

    @property
    def coach_sounding(self) -> bool:
        """Whether the coach is being heard in the room, or is about to be."""
        return self._mouth.busy

    def stop(self) -> None:
        """End the session cleanly; safe from any thread and from a signal handler."""
        self._source.stop()

    def abandon(self) -> None:
        """Do not wait for words that are still being decoded; safe as `stop` is."""
        self._abandoned = True
        self._source.stop()
        if self._decoder is not None:
            self._decoder.wake()

    def hush(self) -> None:
        """Silence the coach now; safe from any thread."""
        self._mouth.hush()

    def toggle_pause(self) -> None:
        """Stop listening, and the coach with it, or listen again; safe from any thread."""
        if self._paused.is_set():
            self._paused.clear()
        else:
            self._paused.set()
            self._mouth.hush()

    def run(self) -> None:
        """Run until the source ends or is stopped; then the engine is closed and its record is whole."""
        try:
            self._listen()
            self._finish()
        finally:
            self._mouth.close()
            if self._decoder is not None:
                self._decoder.close()

    def _listen(self) -> None:
        """Take in all sound; if that fails, the record is closed with what was heard until then."""
        try:
            for sound in self._source.sounds():
                if self._hear(sound):
                    break
        except BaseException:
            self._taps = ()
            self._abandoned = True
            self._source.stop()
            self._finish()
            raise
        self._source.stop()

    def _hear(self, sound: Sound) -> bool:
        """Take in one stretch of sound and all answers that have come; return whether the session is over."""
        if self._limit is not None:
            sound = _cut(sound, self._limit)
        self._feed(self._observed(sound))
        self._take_answers()
        for delivery in self._mouth.advance(self._engine.now + self._source.waiting):
            self._accept(delivery)
        return self._limit is not None and self._engine.now >= self._limit

    def _observed(self, sound: Sound) -> Sound:
        if isinstance(sound, Block) and len(sound.samples):
            if self._paused.is_set():
                return Unobserved(span=sound.span, why=UnobservedCause.PAUSED)
            if self._mouth.sounding(sound.start):
                return Unobserved(span=sound.span, why=UnobservedCause.COACH)
        return sound

    def _feed(self, sound: Sound) -> None:
        self._tap(sound)
        self._hand_on(self._engine.feed(sound))

    def _accept(self, answer: Answer) -> None:
        self._tap(answer)
        self._hand_on(self._engine.accept(answer))

    def _hand_on(self, events: Iterable[Event]) -> None:
        for event in events:
            self._tap(event)
            self._mouth.observe(event)
            if self._decoder is not None:
                self._decoder.observe(event)

    def _tap(self, item: Input | Event) -> None:
        for tap in self._taps:
            tap(item)

    def _take_answers(self) -> None:
        if self._decoder is None:
            return
        come = self._decoder.answers() if self._pace is Pace.REAL_TIME else self._waited_for()
        for answer in come:
            self._accept(answer)

    def _waited_for(self) -> list[Transcript | TranscriptFailed]:
        """Return the answers to all that was asked for, or those that came in time."""
        if self._decoder is None:
            return []
        return self._decoder.wait(lambda: self._abandoned, timeout=PATIENCE_S)

    def _finish(self) -> None:
        self._silence()
        self._hand_on(self._engine.flush())
        self._silence()
        for answer in self._waited_for():
            self._accept(answer)
        self._hand_on(self._engine.close())

    def _silence(self) -> None:
        """Silence the coach; what it was about to say, even at the very end, was shown."""
        for delivery in self._mouth.finish():
            self._accept(delivery)


def _cut(sound: Sound, limit: int) -> Sound:
    """Return a stretch of sound up to a sample."""
    stop = max(sound.span.start, min(sound.span.stop, limit))
    match sound:
        case Block():
            return Block(start=sound.start, samples=sound.samples[: stop - sound.start])
        case Gap():
            return Gap(span=Span(sound.span.start, stop), why=sound.why)
        case Unobserved():
            return Unobserved(span=Span(sound.span.start, stop), why=sound.why)
