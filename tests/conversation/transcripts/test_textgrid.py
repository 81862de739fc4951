"""Tests of attune.conversation.transcripts.textgrid."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attune.conversation.timed_transcript import TimedTranscript, TimedUtterance
from attune.conversation.transcripts.textgrid import parse_textgrid
from attune.errors import TranscriptError
from attune.timebase import Span

LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 4 ! seconds
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "Ann"
        xmin = 0
        xmax = 4
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 1.5
            text = "She said ""go on""! And 2 more."
        intervals [3]:
            xmin = 1.5
            xmax = 4
            text = " "
    item [2]:
        class = "IntervalTier"
        name = "Ben"
        xmin = 0
        xmax = 4
        intervals: size = 1
        intervals [1]:
            xmin = 2
            xmax = 3
            text = "[…]"
    item [3]:
        class = "TextTier"
        name = "transfers"
        xmin = 0
        xmax = 4
        points: size = 1
        points [1]:
            number = 2
            mark = "smooth_switch"
"""

SHORT = """"ooTextFile"
"TextGrid"

0
4
<exists>
3
"IntervalTier"
"Ann"
0
4
3
0
0.5
""
0.5
1.5
"She said ""go on""! And 2 more."
1.5
4
" "
"IntervalTier"
"Ben"
0
4
1
2
3
"[…]"
"TextTier"
"transfers"
0
4
1
2
"smooth_switch"
"""


@pytest.mark.parametrize("text", [LONG, SHORT])
def test_both_forms_say_the_same(text: str) -> None:
    """A tier is a person, an interval with a text is an utterance, points are passed over."""
    assert parse_textgrid(text, name="talk.TextGrid") == TimedTranscript(
        speakers=("Ann", "Ben"),
        utterances=(
            TimedUtterance(speaker="Ann", span=Span(8000, 24000), text='She said "go on"! And 2 more.'),
            TimedUtterance(speaker="Ben", span=Span(32000, 48000), text=None),
        ),
        duration=64000,
    )


HEAD = '"ooTextFile" "TextGrid" 0 4 <exists> '


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello", "t is no Praat TextGrid in text form; save it from Praat as a text file"),
        ('"ooTextFile" "Sound" 0 4', "t is no Praat TextGrid"),
        ('"ooTextFile" "TextGrid" 0', "t, the grid: xmax should be a number but is missing: the file ends too early"),
        ('"ooTextFile" "TextGrid" 0 4 <absent>', "t: nobody speaks in it"),
        (HEAD + "1.5", "t, the grid: its size is '1.5'; write how many entries follow"),
        (HEAD + '1 "Wave" "Ann" 0 4 1', "t, tier 1: its class is 'Wave'"),
        (HEAD + '1 "IntervalTier" "Ann" 0 4 1 2', "t, tier 1, interval 1: xmax should be a number but is missing"),
        (HEAD + '1 "IntervalTier" "Ann" 0 4 1 2 "hi"', "t, tier 1, interval 1: xmax should be a number but is 'hi'"),
        (HEAD + '1 "IntervalTier" "Ann" 0 4 1 2 1 "hi"', "t, tier 1, interval 1: it ends ('1') before it starts ('2')"),
        (HEAD + '1 "IntervalTier" "Ann" 0 4 1 nan 1 "hi"', "t, tier 1, interval 1: start is 'nan'"),
        (HEAD + '1 "IntervalTier" "Ann" 0 4 1 1 2 3', "t, tier 1, interval 1: text should be a quoted text but is '3'"),
    ],
)
def test_impossible_grid_is_refused(text: str, problem: str) -> None:
    """Each fault is told with its tier and interval."""
    with pytest.raises(TranscriptError, match=re.escape(problem)):
        parse_textgrid(text, name="t")


@given(st.integers(min_value=0, max_value=len(SHORT) - 1))
def test_grid_that_ends_early_is_read_or_refused(length: int) -> None:
    """A truncated file is one clear error, or what is there of it."""
    try:
        transcript = parse_textgrid(SHORT[:length], name="t")
    except TranscriptError:
        return
    assert transcript.speakers == ("Ann", "Ben")
