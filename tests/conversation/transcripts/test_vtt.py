"""Tests of attune.conversation.transcripts.vtt."""

from __future__ import annotations

import re

import pytest

from attune.conversation.timed_transcript import TimedTranscript, TimedUtterance
from attune.conversation.transcripts.vtt import parse_vtt
from attune.errors import TranscriptError
from attune.timebase import Span

SUBTITLES = """WEBVTT - a talk

NOTE
nobody --> reads this

STYLE
::cue { color: red }

intro
00:00.500 --> 00:01.000 align:start
<v.loud Ann Lee>Hello <i>there</i> &amp;
welcome.</v>

01:00:00.000 --> 01:00:01.500
<v Ben>Hi.
<v Ann Lee>How are you?
"""


def test_voices_of_cues_are_read() -> None:
    """A cue belongs to its voices; marks, notes, styles and settings are passed over."""
    assert parse_vtt(SUBTITLES, name="talk.vtt") == TimedTranscript(
        speakers=("Ann Lee", "Ben"),
        utterances=(
            TimedUtterance(speaker="Ann Lee", span=Span(8000, 16000), text="Hello there & welcome."),
            TimedUtterance(speaker="Ann Lee", span=Span(57600000, 57624000), text="How are you?"),
            TimedUtterance(speaker="Ben", span=Span(57600000, 57624000), text="Hi."),
        ),
        duration=57624000,
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "talk.vtt is no WebVTT: its first line does not begin with WEBVTT"),
        ("1\n00:00.000 --> 00:01.000\nhi", "talk.vtt is no WebVTT"),
        (
            "WEBVTT\n\n00:00.000 --> 00:01.000\nhello",
            "talk.vtt, line 3: 'hello' names no speaker; write <v NAME> before what each person says",
        ),
        (
            "WEBVTT\n\nfirst\n00:00 --> 00:01\n<v Ann>hi",
            "talk.vtt, line 4: '00:00 --> 00:01' is no time of a cue, like 00:01.000 --> 00:02.500",
        ),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\n<v Ann>hi", "talk.vtt, line 3: it ends (1.0) before it starts (2.0)"),
        ("WEBVTT\n", "talk.vtt: nobody speaks in it"),
    ],
)
def test_impossible_subtitles_are_refused(text: str, problem: str) -> None:
    """Each fault is told with its line."""
    with pytest.raises(TranscriptError, match=re.escape(problem)):
        parse_vtt(text, name="talk.vtt")
