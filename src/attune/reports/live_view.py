"""The live view in a terminal: who speaks, the balance, the last transfer, the coach's cue, the microphone, and health.

Where the output is no terminal it writes one plain line for each transfer and each thing the coach says. No thread
draws: whoever owns the loop calls `LiveView.update`, and the clock that was handed in keeps drawing to eight pictures a
second. The colours say nothing: whoever speaks more, or less, looks the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.style import Style
from rich.table import Table as Grid
from rich.text import Text

from attune.events import (
    UNKNOWN,
    Feedback,
    FloorTransfer,
    Gap,
    Health,
    Revision,
    SpeechSegment,
    Transcript,
    TransferKind,
)
from attune.reports.live_state import (
    SILENCE_DBFS,
    Apart,
    Caption,
    Captions,
    Cue,
    LiveState,
    Observing,
    reduce,
    transfer_text,
)
from attune.reports.terminal import NAME_WIDTH, ShareBar
from attune.reports.wording import people_text, percent_text, plain_text, words_text
from attune.timebase import clock_text

FRAME_S = 1 / 8
"""Least time between two pictures.

Source: chosen; quicker changes read as flicker and cost more of the machine.
"""

METER_FLOOR_DBFS = -60.0
"""Where the bar of the meter is empty.

Source: the noise floor of a good room; speech lies from -45 to -15.
"""

METER_WIDTH = 16
BALANCE_WIDTH = 30

SETTLING = "getting to know the voices"
"""Said while nobody is named yet."""

_QUIET = Style(dim=True)
_STRONG = Style(bold=True)


def render(state: LiveState) -> RenderableType:
    """Return the picture of a state."""
    rows = Grid.grid(padding=(0, 2, 0, 0))
    rows.add_column(style=_QUIET, no_wrap=True)
    rows.add_column()
    rows.add_row("time", Text.assemble((clock_text(state.elapsed), _STRONG), f"   {_now(state)}"))
    rows.add_row("balance", _balance(state))
    rows.add_row("last", Text(_last(state)))
    if state.captions is Captions.SHOWN:
        rows.add_row("words", Text(_caption_text(state.caption) if state.caption else "–"))
    rows.add_row("coach", _cue(state.cue))
    rows.add_row("sound", _meters(state))
    rows.add_row("health", Text(_health(state), style=_QUIET))
    for warning in state.warnings:
        rows.add_row("", Text(f"! {plain_text(warning)}"))
    return Group(Text(), rows, Text("Ctrl-C ends the session; what was heard so far is kept.", style=_QUIET))


class LiveView:
    """Follows a session and draws it; used as ``with LiveView(…) as view: view.update(events)``.

    Parameters
    ----------
    state
        Where it begins; `LiveState.beginning` makes one.
    console
        Where to draw; whether it is a terminal decides between the picture and plain lines.
    clock
        Returns seconds that never run backwards, such as ``time.monotonic``.
    """

    def __init__(self, state: LiveState, *, console: Console, clock: Callable[[], float]) -> None:
        self._state = state
        self._console = console
        self._clock = clock
        self._drawn_at = -FRAME_S
        self._live: Live | None = None

    @property
    def state(self) -> LiveState:
        """What is shown, or would be at the next picture."""
        return self._state

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            picture = render(self._state)
            self._live = Live(picture, console=self._console, auto_refresh=False, transient=True)
            self._live.start(refresh=True)
            self._drawn_at = self._clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def update(self, events: Iterable[object]) -> None:
        """Take in sounds, events and answers, and draw if it is time.

        Parameters
        ----------
        events
            What went into the engine (`Block`, `Gap`, `Unobserved`, `Delivery`, …) and what came out of it, in order.
        """
        for event in events:
            before, self._state = self._state, reduce(self._state, event)
            if self._live is None:
                for line in _lines(event, before=before, after=self._state):
                    self._console.print(Text(line), soft_wrap=True)
        if self._live is not None and self._clock() - self._drawn_at >= FRAME_S:
            self._drawn_at = self._clock()
            self._live.update(render(self._state), refresh=True)


# --- plain lines -------------------------------------------------------------------------------------------


def _lines(event: object, *, before: LiveState, after: LiveState) -> Iterable[str]:
    match event:
        case FloorTransfer() if event.kind is not TransferKind.BACKCHANNEL:
            yield f"{clock_text(event.at)}  {transfer_text(event)}"
        case Transcript() if after.caption is not None and after.caption is not before.caption:
            yield f"{clock_text(after.caption.at)}  {_caption_text(after.caption)}"
        case Feedback() if after.cue is not None and after.cue.id == event.id:
            yield f"{clock_text(event.at)}  coach: {plain_text(event.text)}"
        case Gap() if before.observing is not Observing.LOST:
            yield f"{clock_text(event.span.start)}  sound was lost ({event.why.value})"
        case SpeechSegment() | Revision() if before.apart is Apart.LEARNING and after.apart is Apart.VOICES:
            yield f"{clock_text(after.elapsed)}  the voices are known from here on"
        case Health():
            yield from (f"! {plain_text(w)}" for w in event.warnings if w not in before.warnings)


# --- the parts of the picture ------------------------------------------------------------------------------


def _now(state: LiveState) -> str:
    if state.observing is Observing.COACH:
        return "the coach is speaking; nobody is being heard"
    if state.observing is Observing.PAUSED:
        return "paused; nobody is being heard"
    if state.observing is Observing.LOST:
        return "no sound is coming from the microphone"
    if state.apart is Apart.LEARNING:
        return f"{'somebody is speaking' if state.speaking else 'quiet'}; {SETTLING}"
    known = tuple(plain_text(name) for name in state.speakers if name in state.speaking)
    others = state.speaking - set(state.speakers)
    names = (*known, *sorted(plain_text(name) for name in others - {UNKNOWN}))
    if UNKNOWN in others:
        if state.apart is Apart.CHANNELS:
            names = (*names, "somebody else")
        elif not names:
            return "somebody is speaking"  # one microphone: whose voice it is follows
    if not names:
        return "quiet"
    return f"{people_text(names)} {'is' if len(names) == 1 else 'are'} speaking"


def _last(state: LiveState) -> str:
    """Return the last transfer with its time: it becomes known some seconds after it happened."""
    last = state.last_transfer
    return "–" if last is None else f"{transfer_text(last)} (at {clock_text(last.at)})"


def _caption_text(caption: Caption) -> str:
    return f"{plain_text(caption.speaker)}: {plain_text(caption.text)}"


def _balance(state: LiveState) -> RenderableType:
    shares = state.shares
    if shares is None:
        return Text(SETTLING if state.apart is Apart.LEARNING else "nobody has spoken yet")
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, max_width=NAME_WIDTH)
    grid.add_column()
    grid.add_column(no_wrap=True, min_width=len("under 1%"))
    for name, share in zip(state.speakers, shares, strict=True):
        grid.add_row(
            Text(plain_text(name), overflow="ellipsis"), ShareBar(share, width=BALANCE_WIDTH), percent_text(share)
        )
    return grid


def _cue(cue: Cue | None) -> Text:
    if cue is None:
        return Text("–")
    return Text.assemble((plain_text(cue.text), _STRONG), (f"   {clock_text(cue.at)}", _QUIET))


def _meters(state: LiveState) -> RenderableType:
    if not state.levels_dbfs:
        return Text("no sound yet")
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, max_width=NAME_WIDTH)
    grid.add_column()
    grid.add_column(no_wrap=True, justify="right", min_width=len("−00 dBFS"))
    for place, level in enumerate(state.levels_dbfs):
        name = state.channels[place] if place < len(state.channels) else f"channel {place + 1}"
        filled = (level - METER_FLOOR_DBFS) / -METER_FLOOR_DBFS
        text = "silent" if level <= SILENCE_DBFS else f"{round(level)} dBFS".replace("-", "−")
        grid.add_row(Text(plain_text(name), overflow="ellipsis"), ShareBar(filled, width=METER_WIDTH), text)
    return grid


def _health(state: LiveState) -> str:
    parts = [words_text(state.transcriber)]
    if state.failed_phrases:
        parts.append(f"{state.failed_phrases} {'phrase' if state.failed_phrases == 1 else 'phrases'} without words")
    for amount, what in ((state.unobserved, "not listened to"), (state.lost, "lost")):
        if amount and state.elapsed:
            parts.append(f"{percent_text(amount / state.elapsed)} {what}")
    return " · ".join(parts)
