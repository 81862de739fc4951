"""Tests of attune.conversation.transcripts.conversation_json."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attune.conversation.timed_transcript import TimedTranscript, TimedUtterance
from attune.conversation.transcripts.conversation_json import parse_conversation
from attune.errors import TranscriptError
from attune.events import Word
from attune.timebase import Span

DOCUMENT: dict[str, Any] = {
    "schema": "attune.conversation/1",
    "speakers": ["B", "A"],
    "note": "unknown keys are left alone",
    "utterances": [
        {"speaker": "B", "start": 2, "end": 2.5},
        {"speaker": "A", "start": 0.5, "end": 1.0, "words": [{"start": 0.75, "end": 1.0, "text": "so"}]},
        {"speaker": "A", "start": 1.5, "end": 1.75, "text": " well  then "},
    ],
}


def test_conversation_is_read() -> None:
    """Words keep their times, text without times stays text, and speech without either keeps its time."""
    assert parse_conversation(json.dumps(DOCUMENT), name="talk.json") == TimedTranscript(
        speakers=("B", "A"),
        utterances=(
            TimedUtterance(
                speaker="A", span=Span(8000, 16000), text="so", words=(Word(span=Span(12000, 16000), text="so"),)
            ),
            TimedUtterance(speaker="A", span=Span(24000, 28000), text="well then"),
            TimedUtterance(speaker="B", span=Span(32000, 40000), text=None),
        ),
        duration=40000,
    )


def _with(**changes: Any) -> str:
    return json.dumps({**DOCUMENT, **changes})


def _saying(**changes: Any) -> str:
    return _with(utterances=[{"speaker": "A", "start": 0, "end": 1, **changes}])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "t.json is not JSON: "),
        ("[" * 100_000, "t.json is not JSON: "),
        ("[]", 't.json: it names no schema; a timed transcript begins with "schema": "attune.conversation/1"'),
        (_with(schema="attune.session/1"), "t.json: its schema is 'attune.session/1'; "),
        (_with(speakers="A"), 't.json, the document: "speakers" is missing or no list'),
        (_with(speakers=["A", 1]), "t.json, the document: a speaker is 1; write names as text"),
        (_with(speakers=["A", "A"]), "t.json, the document: two speakers are called 'A'"),
        (_with(speakers=[], utterances=[]), "t.json: nobody speaks in it"),
        (_with(utterances=None), 't.json, the document: "utterances" is missing or no list'),
        (_with(utterances=[1]), "t.json, utterance 1: it is no object"),
        (_saying(speaker="C"), "t.json, utterance 1: its speaker is 'C', who is not among"),
        (_saying(start=2), "t.json, utterance 1: it ends (1) before it starts (2)"),
        (_saying(start=-1), "t.json, utterance 1: start is -1"),
        (_saying(end=None), "t.json, utterance 1: end is None"),
        (_saying(end=float("nan")), "t.json, utterance 1: end is nan"),
        (_saying(text=5), 't.json, utterance 1: "text" is 5'),
        (_saying(words={}), 't.json, utterance 1: "words" is missing or no list'),
        (_saying(words=["so"]), "t.json, utterance 1, word 1: it is no object with start, end and text"),
        (_saying(words=[{"start": 0, "end": "x", "text": "so"}]), "t.json, utterance 1, word 1: end is 'x'"),
        (_saying(words=[{"start": 1, "end": 0, "text": "so"}]), "t.json, utterance 1, word 1: it ends (0) before"),
    ],
)
def test_impossible_document_is_refused(text: str, problem: str) -> None:
    """Each fault is told with the file, the place and the value."""
    with pytest.raises(TranscriptError, match=re.escape(problem)):
        parse_conversation(text, name="t.json")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["speaker", "start", "end", "words", "text"]), inner)
    ),
    max_leaves=12,
)


@given(st.lists(_JSON, max_size=4), st.lists(st.text(max_size=3) | st.none(), max_size=3))
def test_any_document_is_read_or_refused(utterances: list[Any], speakers: list[Any]) -> None:
    """Whatever a document says, it is a transcript or one clear error."""
    try:
        transcript = parse_conversation(_with(utterances=utterances, speakers=speakers), name="t.json")
    except TranscriptError:
        return
    assert set(transcript.speakers) == set(speakers)
