"""Transcription beside listening: one thread that never lets the engine wait."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue

from attune.engine import Event
from attune.events import (
    Transcript,
    TranscriptFailed,
    TranscriptionDiscarded,
    TranscriptionPromoted,
    TranscriptionRequest,
)
from attune.transcribing.backpressure import DecodeQueue
from attune.transcribing.protocol import Transcriber


class DecodeWorker:
    """One thread that transcribes what the engine asks for; finals are never dropped."""

    def __init__(self, transcriber: Transcriber) -> None:
        self._transcriber = transcriber
        self._queue = DecodeQueue()
        self._changed = threading.Condition()
        self._answers: deque[Transcript | TranscriptFailed] = deque()
        self._news: SimpleQueue[None] = SimpleQueue()
        self._ending = False
        self._thread = threading.Thread(target=self._work, name="attune-decode", daemon=True)
        self._thread.start()

    def observe(self, event: Event) -> None:
        """Take in what the engine says of phrases."""
        with self._changed:
            match event:
                case TranscriptionRequest():
                    self._queue.put(event)
                case TranscriptionPromoted():
                    answer = self._queue.promote(event.phrase_id)
                    if answer is not None:
                        self._answers.append(answer)
                case TranscriptionDiscarded():
                    self._queue.discard(event.phrase_id)
                case _:
                    return
            self._changed.notify_all()

    def answers(self) -> list[Transcript | TranscriptFailed]:
        """Return the answers that have come since the last call."""
        with self._changed:
            come = list(self._answers)
            self._answers.clear()
        return come

    def wait(self, abandoned: Callable[[], bool], *, timeout: float) -> list[Transcript | TranscriptFailed]:
        """Return all answers that come until nothing waits, the time-out in seconds, or `abandoned` is true."""
        until = time.monotonic() + timeout
        while not abandoned() and not self._idle():
            try:
                self._news.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                break
        return self.answers()

    def wake(self) -> None:
        """Let `wait` look again; safe from any thread and from a signal handler, as `SimpleQueue.put` is reentrant."""
        if self._news.empty():
            self._news.put(None)

    def close(self) -> None:
        """End the thread; what it decodes at the moment is not waited for."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._thread.join(timeout=1.0)

    def _idle(self) -> bool:
        with self._changed:
            now = self._queue.statistics
        return not now.waiting and not now.decoding

    def _work(self) -> None:
        while True:
            with self._changed:
                request = None
                while not self._ending and request is None:
                    request = self._queue.take()
                    if request is None:
                        self._changed.wait()
                if request is None:
                    return
            answer = self._decoded(request)
            with self._changed:
                wanted = self._queue.complete(answer)
                if wanted is not None:
                    self._answers.append(wanted)
                self._changed.notify_all()
            self.wake()

    def _decoded(self, request: TranscriptionRequest) -> Transcript | TranscriptFailed:
        try:
            return self._transcriber.transcribe(request.phrase, request.samples)
        except Exception as error:  # noqa: BLE001 - a phrase that fails must not end the worker; the record says so
            return TranscriptFailed(phrase_id=request.phrase.id, why=f"{type(error).__name__}: {error}")
