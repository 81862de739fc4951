"""Tests of attune.conversation.timed_transcript."""

from __future__ import annotations

import re

import pytest

from attune.conversation.timed_transcript import Place, TimedTranscript, TimedUtterance, TranscriptBuilder
from attune.errors import TranscriptError
from attune.events import Word
from attune.timebase import Span

HERE = Place("talk.stm", "line 7")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("soon", "start is 'soon'; write a number of seconds"),
        (None, "start is None; write a number of seconds"),
        (True, "start is True; write a number of seconds"),
        (float("nan"), "start is nan; write a number of seconds"),
        ("inf", "start is 'inf'; write a number of seconds"),
        (-0.5, "start is -0.5; times count from the beginning, from 0"),
        (700000, "start is 700000, more than a week; times are in seconds"),
        (10**400, "start is 1000000000000000000000000000000000000…; write a number of seconds"),
    ],
)
def test_impossible_time_is_refused_with_its_place(value: object, problem: str) -> None:
    """A message says where, what, which value and the remedy."""
    with pytest.raises(TranscriptError, match=re.escape(f"talk.stm, line 7: {problem}")):
        HERE.seconds(value, what="start")


def test_end_before_start_is_refused() -> None:
    """Nothing ends before it starts."""
    with pytest.raises(TranscriptError, match=re.escape("it ends ('1') before it starts (2.0); swap or mend the two")):
        HERE.span(2.0, "1")


def test_builder_sorts_and_measures() -> None:
    """Utterances are sorted by start; the duration is the last end, of words too."""
    builder = TranscriptBuilder(name="talk")
    word = Word(span=Span(40, 90), text="late")
    late = TimedUtterance(speaker="B", span=Span(40, 80), text="late", words=(word,))
    early = TimedUtterance(speaker="A", span=Span(0, 10), text=None)
    for said in (late, early, TimedUtterance(speaker="A", span=Span(5, 5), text=None)):
        builder.add(said, place=HERE)

    assert builder.finished() == TimedTranscript(speakers=("B", "A"), utterances=(early, late), duration=90)
    assert builder.finished(duration=1000).duration == 1000


@pytest.mark.parametrize(
    ("count", "problem"),
    [
        (0, "talk: nobody speaks in it; a transcript names one to 8 people"),
        (9, "talk: 9 people speak in it; up to 8 can be followed, so leave some out"),
    ],
)
def test_nobody_or_too_many_people_are_refused(count: int, problem: str) -> None:
    """One to eight people can be followed."""
    builder = TranscriptBuilder(name="talk", speakers=[f"S{number}" for number in range(count)])

    with pytest.raises(TranscriptError, match=re.escape(problem)):
        builder.finished()


@pytest.mark.parametrize("name", ["", "A\nB", "unknown", "both"])
def test_names_that_cannot_be_used_are_refused(name: str) -> None:
    """A name can be shown and has no meaning of its own."""
    with pytest.raises(TranscriptError, match="name"):
        TranscriptBuilder(name="talk").name_speaker(name, place=HERE)
