"""Runs a live session for a command: the view, the keys, Ctrl-C, and afterwards the summary."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import FrameType

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
from attune.events import Health
from attune.live.keys import KeyReader
from attune.live.mouth import Voice
from attune.live.session import Input, LiveSession
from attune.reports.live_state import LiveState
from attune.reports.live_view import LiveView
from attune.reports.summary import summary_of
from attune.reports.terminal import print_summary
from attune.sessions.document import session_document
from attune.sessions.home import Home
from attune.sessions.kept import SessionKind

KEYS = "p pauses and goes on, q ends; any other key silences the coach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a live command needs beside its session.

    `source` is what the session document calls the source of the sound; `sound` is where the sound itself is kept.
    """

    kind: SessionKind
    source: str
    home: Home
    language: str
    started_at: datetime
    sound: SoundKeeper | None = None


def voice_of(mode: CoachMode, *, sound: PortAudio) -> Voice | None:
    """Return the coach's voice where it is to speak; it shares the sound library with the microphone."""
    if mode is not CoachMode.SPOKEN:
        return None
    return Voice(synthesis=SpeechSynthesis(), loudspeaker=Speaker(opener=sound))


@contextlib.contextmanager
def live_view(
    *, console: Console, speakers: Sequence[str], channels: Sequence[str], transcriber: str | None
) -> Iterator[LiveView]:
    """Show a session while it runs."""
    state = LiveState.beginning(speakers=tuple(speakers), channels=tuple(channels), transcriber=transcriber or "none")
    with LiveView(state, console=console, clock=time.monotonic) as view:
        yield view


def conclude(engine: Engine, *, run: Run, console: Console) -> None:
    """Keep a session that has ended, and show its summary."""
    record = engine.record(source=run.source)
    document = session_document(record)
    kept = keep(document, kind=run.kind, home=run.home, started_at=run.started_at)
    if run.sound is not None and kept is not None:
        console.print(f"The sound is kept in {run.sound.renamed(kept.id)}", highlight=False, soft_wrap=True)
    closing = closing_lines(record, language=run.language, kept=kept)
    print_summary(summary_of(document, closing=closing), console=console)


def run_to_end(session: LiveSession) -> int:
    """Run a session with keys and signals connected, and return the exit status: 130 if the user interrupted it."""
    signals: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        signals.append(number)
        if len(signals) == 1:
            session.stop()
        else:
            session.abandon()

    def on_key(key: str) -> None:
        match key:
            case "p":
                session.toggle_pause()
            case "q":
                session.stop()
            case _:
                session.hush()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with terminal_keys() as read:
            keys = None if read is None else KeyReader(read, pressed=on_key)
            try:
                session.run()
            finally:
                if keys is not None:
                    keys.close()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return INTERRUPTED if signals else 0


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
