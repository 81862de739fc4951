"""The live view as a picture and as lines."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from attune.events import (
    UNKNOWN,
    Block,
    DeliveryKind,
    Feedback,
    Gap,
    GapCause,
    Health,
    SessionRecord,
    TransferKind,
)
from attune.reports.live_state import Apart, LiveState, Observing, reduce
from attune.reports.live_view import LiveView, render
from attune.timebase import Span
from evening_session import ANNA, BEN, segment, transfer

BEGINNING = LiveState.beginning(speakers=(ANNA, BEN), channels=(ANNA, BEN), transcriber="none")

PICTURE = """
time     0:30   Ben is speaking
balance  Anna  ██████████████████████░░░░░░░░  75%
         Ben   ████████░░░░░░░░░░░░░░░░░░░░░░  25%
last     perhaps Anna came in before Ben had finished (at 0:05)
coach    Ben, you said back what you heard: “it sounds like you feel tired”.
         That helps.   0:30
sound    Anna  ████████████████    0 dBFS
         Ben   ░░░░░░░░░░░░░░░░    silent
health   words by fixture · 10% not listened to · under 1% lost
         ! The microphones hear each other; overlaps are less sure.
Ctrl-C ends the session; what was heard so far is kept.
"""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def picture(state: LiveState, *, width: int = 80) -> str:
    """Return a picture as text, without the spaces that end its lines."""
    out = io.StringIO()
    Console(file=out, width=width).print(render(state))
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


def loud_and_silent(start: int) -> Block:
    """Return a tenth of a second: the first channel at full scale, the second silent."""
    samples = np.zeros((1600, 2), np.int16)
    samples[:, 0] = 32767
    return Block(start=start, samples=samples)


def test_picture_shows_everything_at_80_columns(evening: SessionRecord) -> None:
    """Who speaks, the balance, the last transfer, the cue, the microphone, health."""
    state = replace(BEGINNING, unobserved=48000, lost=480)
    segments = (segment(ANNA, 0.0, 3.0), segment(BEN, 3.0, 4.0))
    for event in (*segments, evening.transfers[1], evening.feedback[0], loud_and_silent(478400), evening.health):
        state = reduce(state, event)
    assert picture(replace(state, speaking=frozenset({BEN}))) == PICTURE


def test_picture_of_the_beginning_says_what_is_not_there_yet() -> None:
    """Nothing is shown as zero that was not measured."""
    text = picture(BEGINNING)
    assert "time     0:00   quiet\n" in text
    assert "balance  nobody has spoken yet\n" in text
    assert "sound    no sound yet\n" in text
    assert "health   timing only, no words\n" in text


@pytest.mark.parametrize("width", [80, 50, 30])
def test_picture_never_runs_over_the_edge(evening: SessionRecord, width: int) -> None:
    """A narrow window wraps."""
    state = replace(BEGINNING, speakers=("Anna-Maria von und zu Hohenstein", BEN), talk=(3, 1))
    for event in (*evening.transfers, *evening.feedback, loud_and_silent(0), evening.health):
        state = reduce(state, event)
    assert max(len(line) for line in picture(state, width=width).splitlines()) <= width


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"speaking": frozenset({BEN, ANNA})}, "Anna and Ben are speaking"),
        ({"speaking": frozenset({UNKNOWN})}, "somebody else is speaking"),
        ({"apart": Apart.LEARNING}, "quiet; getting to know the voices"),
        (
            {"apart": Apart.LEARNING, "speaking": frozenset({UNKNOWN})},
            "somebody is speaking; getting to know the voices",
        ),
        ({"apart": Apart.VOICES, "speaking": frozenset({UNKNOWN})}, "somebody is speaking"),
        ({"apart": Apart.VOICES, "speaking": frozenset({UNKNOWN, BEN})}, "Ben is speaking"),
        ({"observing": Observing.COACH}, "the coach is speaking; nobody is being heard"),
        ({"observing": Observing.PAUSED}, "paused; nobody is being heard"),
        ({"observing": Observing.LOST}, "no sound is coming from the microphone"),
    ],
)
def test_picture_tells_what_is_happening_now(change: dict[str, object], words: str) -> None:
    """One line for the moment."""
    assert f"time     0:00   {words}\n" in picture(replace(BEGINNING, **change))  # type: ignore[arg-type]


def test_balance_of_voices_that_are_not_known_is_not_shown() -> None:
    """Somebody has spoken, and who is not known yet."""
    state = reduce(replace(BEGINNING, apart=Apart.LEARNING), segment(UNKNOWN, 0.0, 2.0))
    assert "balance  getting to know the voices\n" in picture(state)


def test_no_terminal_gets_a_line_when_the_voices_are_known() -> None:
    """Once, with the time at which it is known."""
    out = io.StringIO()
    state = replace(BEGINNING, apart=Apart.LEARNING)
    with LiveView(state, console=Console(file=out, width=80), clock=Clock()) as view:
        view.update((loud_and_silent(320000), segment(ANNA, 18.0, 19.0), segment(BEN, 19.0, 20.0)))
    assert out.getvalue() == "0:20  the voices are known from here on\n"


def test_both_people_look_the_same() -> None:
    """Who speaks more gets no other colour than who speaks less."""
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system="standard")
    console.print(render(replace(BEGINNING, talk=(16000, 16000))))
    anna, ben = [line for line in out.getvalue().splitlines() if "50%" in line]
    assert anna.split("Anna")[1] == ben.split("Ben ")[1]


def test_terminal_is_drawn_at_most_eight_times_a_second() -> None:
    """Sixteen updates in a second make eight pictures, besides the first; the state misses nothing."""
    out, clock = io.StringIO(), Clock()
    console = Console(file=out, width=80, force_terminal=True, color_system=None)
    with LiveView(BEGINNING, console=console, clock=clock) as view:
        for n in range(16):
            clock.now += 1 / 16
            view.update([loud_and_silent(n * 1600)])
        assert out.getvalue().count("balance") == 9
        assert view.state.elapsed == 16 * 1600


def test_terminal_is_left_as_it_was() -> None:
    """The cursor comes back and the picture goes, also when the session ends in an error."""
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system=None)
    with (
        pytest.raises(KeyboardInterrupt),
        LiveView(BEGINNING, console=console, clock=Clock()),
    ):
        raise KeyboardInterrupt
    assert out.getvalue().endswith("\x1b[2K")
    assert out.getvalue().rindex("\x1b[?25h") > out.getvalue().rindex("\x1b[?25l")


def test_no_terminal_gets_a_line_for_each_transfer_and_each_cue(evening: SessionRecord) -> None:
    """Listening sounds and sound itself make no lines; trouble does, once."""
    out = io.StringIO()
    gap = Gap(span=Span(32000, 32100), why=GapCause.UNPLUGGED)
    health = Health(attributed=None, unobserved=0.0, lost=0.0, transcriber="none", warnings=("Too quiet.",))
    with LiveView(BEGINNING, console=Console(file=out, width=80), clock=Clock()) as view:
        view.update([loud_and_silent(0), gap, replace(gap, span=Span(32100, 32200)), *evening.transfers])
        view.update([*evening.feedback, health, health])
    assert out.getvalue() == (
        "0:02  sound was lost (unplugged)\n"
        "0:04  Ben answered Anna after 0.62 s\n"
        "0:05  perhaps Anna came in before Ben had finished\n"
        "0:30  coach: Ben, you said back what you heard: “it sounds like you feel tired”. That helps.\n"
        "! Too quiet.\n"
    )


def test_cue_that_is_withheld_makes_no_line() -> None:
    """What the coach keeps to itself is not printed."""
    out = io.StringIO()
    held = Feedback(id="c-1", at=0, text="Later.", because=(), delivery=DeliveryKind.WITHHELD)
    with LiveView(BEGINNING, console=Console(file=out, width=80), clock=Clock()) as view:
        view.update([held])
    assert out.getvalue() == ""


def test_lines_can_be_read_by_another_program() -> None:
    """No colour, no cursor, no wrapping, brackets as they are."""
    out = io.StringIO()
    cue = Feedback(id="c-1", at=0, text="[red]" + "word " * 40, because=(), delivery=DeliveryKind.SPOKEN)
    switch = transfer(TransferKind.SMOOTH_SWITCH, BEN, at=4.0, offset=0.62)
    with LiveView(BEGINNING, console=Console(file=out, width=80), clock=Clock()) as view:
        view.update([cue, switch])
    assert "\x1b" not in out.getvalue()
    assert len(out.getvalue().splitlines()) == 2
    assert "[red]word" in out.getvalue()
