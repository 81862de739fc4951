"""A recording through the engine, faster than real time: the same code path as live, the same result every time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from attune.engine import Engine, Event
from attune.errors import AttuneError, SequenceError
from attune.events import (
    Block,
    Sound,
    Transcript,
    TranscriptFailed,
    TranscriptionDiscarded,
    TranscriptionPromoted,
    TranscriptionRequest,
    Urgency,
)
from attune.hearing.framer import STEP
from attune.transcribing.protocol import Transcriber


class InlineDecoder:
    """Answers transcription requests on the spot; a speculative one only once it is promoted, so nothing is wasted."""

    def __init__(self, transcriber: Transcriber) -> None:
        self._transcriber = transcriber
        self._speculative: dict[str, TranscriptionRequest] = {}

    def answer(self, event: Event) -> Transcript | TranscriptFailed | None:
        """Return the answer that an event calls for, if it calls for one."""
        match event:
            case TranscriptionRequest(urgency=Urgency.FINAL):
                return self._decode(event)
            case TranscriptionRequest():
                self._speculative[event.phrase.id] = event
            case TranscriptionDiscarded():
                self._speculative.pop(event.phrase_id, None)
            case TranscriptionPromoted():
                return self._decode(self._speculative.pop(event.phrase_id))
            case _:
                pass
        return None

    def _decode(self, request: TranscriptionRequest) -> Transcript | TranscriptFailed:
        try:
            return self._transcriber.transcribe(request.phrase, request.samples)
        except AttuneError as error:
            return TranscriptFailed(phrase_id=request.phrase.id, why=str(error))


def analyze(
    sounds: Iterable[Sound],
    *,
    engine: Engine,
    transcriber: Transcriber | None,
    progress: Callable[[int], None] | None = None,
) -> list[Event]:
    """Feed everything to an engine, answer its requests inline, and return all its events.

    Requests are returned without their sound, which would be all of the recording several times over.

    Parameters
    ----------
    sounds
        Contiguous from the engine's position on.
    engine
        Planned with a transcriber's name if and only if `transcriber` is given.
    progress
        Called with the sample reached, about six times for each second of sound.
    """
    decoder = None if transcriber is None else InlineDecoder(transcriber)
    log: list[Event] = []
    for sound in in_steps(sounds):
        log.extend(map(_slim, _answered(engine.feed(sound), engine=engine, decoder=decoder)))
        if progress is not None:
            progress(engine.now)
    log.extend(map(_slim, _answered(engine.flush(), engine=engine, decoder=decoder)))
    log.extend(engine.close())
    return log


def _answered(events: list[Event], *, engine: Engine, decoder: InlineDecoder | None) -> Iterator[Event]:
    for event in events:
        yield event
        answer = None if decoder is None else decoder.answer(event)
        if answer is not None:
            yield from engine.accept(answer)


def _slim(event: Event) -> Event:
    return replace(event, samples=np.zeros(0, np.int16)) if isinstance(event, TranscriptionRequest) else event


def in_steps(sounds: Iterable[Sound]) -> Iterator[Sound]:
    """Yield the same sound in blocks of one step, so that answers fall between the same samples for any block size.

    Raises
    ------
    SequenceError
        If a block does not begin where the one before it ended.
    """
    waiting: NDArray[np.int16] | None = None
    start = 0
    for sound in sounds:
        if not isinstance(sound, Block):
            if waiting is not None and len(waiting):
                yield Block(start=start, samples=waiting)
            waiting = None
            yield sound
            continue
        if waiting is None:
            waiting, start = sound.samples, sound.start
        elif sound.start != start + len(waiting):
            raise SequenceError(f"sound continues at sample {start + len(waiting)}, not {sound.start}")
        else:
            waiting = np.concatenate([waiting, sound.samples])
        while len(waiting) >= STEP:
            yield Block(start=start, samples=waiting[:STEP])
            waiting, start = waiting[STEP:], start + STEP
    if waiting is not None and len(waiting):
        yield Block(start=start, samples=waiting)
