"""Runs a live session for a command: the view, the keys, Ctrl-C, and afterwards the summary."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import FrameType, TracebackType
from typing import Any, Self

import click
from rich.console import Console

from attune.adapters.playback import Speaker
from attune.adapters.portaudio import PortAudio
from attune.adapters.sound_keeping import SoundKeeper
from attune.adapters.speech_synthesis import SpeechSynthesis
from attune.adapters.terminal_keys import terminal_keys
from attune.cli.keeping import closing_lines, keep
from attune.cli.program import INTERRUPTED
from attune.coaching.policy import CoachMode
from attune.engine import Engine, Event
from attune.events import Health, SessionConsent
from attune.live.keys import KeyReader
from attune.live.mouth import Voice
from attune.live.session import Input, LiveSession
from attune.reports.live_state import Apart, Captions, LiveState
from attune.reports.live_view import LiveView
from attune.reports.summary import summary_of
from attune.reports.terminal import print_summary
from attune.sessions.document import session_document
from attune.sessions.home import Home
from attune.sessions.kept import SessionKind

HANG_UP = getattr(signal, "SIGHUP", None)
"""The terminal was closed; Windows has no such signal."""

ENDING_SIGNALS = tuple(number for number in (signal.SIGINT, signal.SIGTERM, HANG_UP) if number is not None)

KEYS = "p pauses and goes on, q ends; any other key silences the coach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a live command needs beside its session.

    `source` is what the session document calls the source of the sound; `sound` is where the sound itself is kept;
    `consent` is how the people who are heard agreed, None where nobody was asked.
    """

    kind: SessionKind
    source: str
    home: Home
    language: str
    started_at: datetime
    sound: SoundKeeper | None = None
    consent: SessionConsent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A session that runs, and what is needed to keep it."""

    session: LiveSession
    engine: Engine
    run: Run
    view: LiveView


def voice_of(mode: CoachMode, *, sound: PortAudio) -> Voice | None:
    """Return the coach's voice where it is to speak; it shares the sound library with the microphone."""
    if mode is not CoachMode.SPOKEN:
        return None
    return Voice(synthesis=SpeechSynthesis(), loudspeaker=Speaker(opener=sound))


@contextlib.contextmanager
def live_view(
    *,
    console: Console,
    speakers: Sequence[str],
    channels: Sequence[str],
    transcriber: str | None,
    captions: Captions = Captions.HIDDEN,
    apart: Apart = Apart.CHANNELS,
) -> Iterator[LiveView]:
    """Show a session while it runs."""
    state = LiveState.beginning(speakers=tuple(speakers), channels=tuple(channels), transcriber=transcriber or "none")
    with LiveView(replace(state, captions=captions, apart=apart), console=console, clock=time.monotonic) as view:
        yield view


class Conclusion:
    """What becomes of a session however it ends: it is kept, and its summary is shown.

    A context manager around everything that listens. From `begin` until it is left, Ctrl-C, a request to terminate and
    a closed terminal end the session and not the program: the first cleanly, any further one without waiting for words
    that are still being decoded. After a failure in the middle, what was heard until then is kept.

    Parameters
    ----------
    console
        Where the summary is shown.
    """

    def __init__(self, *, console: Console) -> None:
        self._console = console
        self._begun: _Begun | None = None
        self._signals: list[int] = []
        self._before: dict[int, Any] = {}

    @property
    def status(self) -> int:
        """The exit status: 130 if the user interrupted the session, else 0."""
        return INTERRUPTED if self._signals else 0

    def begin(self, session: LiveSession, *, engine: Engine, run: Run, view: LiveView) -> None:
        """Take over: there is something to keep from now on."""
        self._begun = _Begun(session=session, engine=engine, run=run, view=view)
        for number in ENDING_SIGNALS:
            if number != HANG_UP or signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._on_signal)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._begun is not None:
                self._conclude(self._begun, error)
        finally:
            for number, handler in self._before.items():
                signal.signal(number, handler)

    def _conclude(self, begun: _Begun, error: BaseException | None) -> None:
        run = begun.run
        record = replace(
            begun.engine.record(source=run.source, warnings=begun.view.state.warnings), consent=run.consent
        )
        document = session_document(record)
        kept = keep(document, kind=run.kind, home=run.home, started_at=run.started_at)
        if run.sound is not None:
            sound = run.sound.path if kept is None else run.sound.renamed(kept.id)
            where = "The sound has been erased." if sound is None else f"The sound is kept in {sound}"
            self._console.print(where, highlight=False, markup=False, soft_wrap=True)
        if error is not None:
            if kept is not None:
                click.echo(f"attune: what was heard until it failed is kept as {kept.id}", err=True)
            return
        closing = closing_lines(record, language=run.language, kept=kept)
        print_summary(summary_of(document, closing=closing), console=self._console)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._begun is None:
            return
        if number == HANG_UP:
            _write_to_nobody()
        self._signals.append(number)
        if len(self._signals) == 1:
            self._begun.session.stop()
        else:
            self._begun.session.abandon()


def run_to_end(session: LiveSession) -> None:
    """Run a session with the keys connected."""

    def on_key(key: str) -> None:
        match key:
            case "p":
                session.toggle_pause()
            case "q":
                session.stop()
            case _:
                session.hush()

    with terminal_keys() as read:
        keys = None if read is None else KeyReader(read, pressed=on_key)
        try:
            session.run()
        finally:
            if keys is not None:
                keys.close()


def view_tap(view: LiveView) -> Callable[[Input | Event], None]:
    """Return a tap that shows each input and event."""
    return lambda item: view.update((item,))


def tell_on(view: LiveView) -> Callable[[str], None]:
    """Return what shows a sentence to the user beside the live view."""
    told: list[str] = []

    def tell(sentence: str) -> None:
        told.append(sentence)
        view.update(
            (
                Health(
                    attributed=None,
                    unobserved=0.0,
                    lost=0.0,
                    transcriber=view.state.transcriber,
                    warnings=tuple(told),
                ),
            )
        )

    return tell


def _write_to_nobody() -> None:
    """Let what is still written go nowhere: the terminal is gone, and writing to it would fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
