"""Tests of attune.conversation.transcripts.rttm."""

from __future__ import annotations

import re

import pytest

from attune.conversation.timed_transcript import TimedTranscript, TimedUtterance
from attune.conversation.transcripts.rttm import parse_rttm
from attune.errors import TranscriptError
from attune.timebase import Span


def test_speaker_lines_are_read() -> None:
    """A stretch of speech has a time and no words; other lines and stretches without length are passed over."""
    text = (
        "SPKR-INFO talk 1 <NA> <NA> <NA> unknown Ann <NA> <NA>\n"
        "SPEAKER talk 1 1.5 0.25 <NA> <NA> Ben <NA> <NA>\n"
        "SPEAKER talk 1 0.5 0.5 <NA> <NA> Ann <NA>\n"
        "SPEAKER talk 1 9 0 <NA> <NA> Ann <NA> <NA>\n"
    )

    assert parse_rttm(text, name="talk.rttm") == TimedTranscript(
        speakers=("Ben", "Ann"),
        utterances=(
            TimedUtterance(speaker="Ann", span=Span(8000, 16000), text=None),
            TimedUtterance(speaker="Ben", span=Span(24000, 28000), text=None),
        ),
        duration=28000,
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SPEAKER talk 1 0.5", "talk.rttm, line 1: it has 4 fields, not the 8 up to the speaker's name"),
        ("SPEAKER talk 1 0 -1 <NA> <NA> Ann", "talk.rttm, line 1: duration is '-1'"),
        ("SPEAKER talk 1 nan 1 <NA> <NA> Ann", "talk.rttm, line 1: start is 'nan'"),
        (
            "SPEAKER a 1 0 1 <NA> <NA> Ann\nSPEAKER b 1 0 1 <NA> <NA> Ann",
            "talk.rttm, line 2: it is about 'b', the lines before about 'a'; split the file in two",
        ),
        ("hello", "talk.rttm: nobody speaks in it"),
    ],
)
def test_impossible_line_of_an_rttm_is_refused(text: str, problem: str) -> None:
    """Each fault is told with its line."""
    with pytest.raises(TranscriptError, match=re.escape(problem)):
        parse_rttm(text, name="talk.rttm")
