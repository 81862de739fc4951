"""Tests of attune.conversation.transcripts.stm."""

from __future__ import annotations

import re

import pytest

from attune.conversation.timed_transcript import TimedTranscript, TimedUtterance
from attune.conversation.transcripts.stm import parse_stm
from attune.errors import TranscriptError
from attune.timebase import Span


def test_lines_are_read() -> None:
    """Comments, labels and gaps that are not scored are passed over; words have no times."""
    text = (
        ";; a comment\n\n"
        "talk 1 Ann 0.5 1.0 <o,f0,female> Hello  there.\n"
        "talk 1 inter_segment_gap 1.0 1.5\n"
        "talk 1 Ben 1.5 2 ignore_time_segment_in_scoring\n"
        "talk 1 Ben 1.5 2.0\n"
    )

    assert parse_stm(text, name="talk.stm") == TimedTranscript(
        speakers=("Ann", "Ben"),
        utterances=(
            TimedUtterance(speaker="Ann", span=Span(8000, 16000), text="Hello there."),
            TimedUtterance(speaker="Ben", span=Span(24000, 32000), text=None),
        ),
        duration=32000,
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("talk 1 Ann 0.5", "talk.stm, line 1: 'talk 1 Ann 0.5' has no file, channel, speaker, start and end"),
        ("talk 1 Ann x 2 hi", "talk.stm, line 1: start is 'x'"),
        ("\ntalk 1 Ann 2 1 hi", "talk.stm, line 2: it ends ('1') before it starts ('2')"),
        ("a 1 Ann 0 1 hi\nb 1 Ann 1 2 hi", "talk.stm, line 2: it is about 'b', the lines before about 'a'"),
        (";; nothing", "talk.stm: nobody speaks in it"),
    ],
)
def test_impossible_line_is_refused(text: str, problem: str) -> None:
    """Each fault is told with its line."""
    with pytest.raises(TranscriptError, match=re.escape(problem)):
        parse_stm(text, name="talk.stm")
