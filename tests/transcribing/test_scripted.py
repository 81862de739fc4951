"""Transcribers that recognise nothing."""

import numpy as np

from attune.events import Phrase, Transcript, Word
from attune.timebase import Span
from attune.transcribing.protocol import Transcriber
from attune.transcribing.scripted import ScriptedTranscriber

HELLO = Word(span=Span(1_000, 5_000), text="hello")
THERE = Word(span=Span(5_000, 9_000), text="there")
YES = Word(span=Span(6_000, 7_000), text="yes")
SCRIPT = {"A": (HELLO, THERE), "B": (YES,)}


def heard(transcriber: Transcriber, start: int, stop: int, *, speaker: str = "A") -> Transcript:
    phrase = Phrase(id="p-1", speaker=speaker, span=Span(start, stop))
    return transcriber.transcribe(phrase, np.zeros(stop - start, np.int16))


def test_phrase_gets_the_words_of_its_speaker():
    """Words of the person who spoke come back in order, the other person's do not."""
    assert heard(ScriptedTranscriber(SCRIPT), 0, 10_000) == Transcript(
        phrase_id="p-1", words=(HELLO, THERE), model="scripted"
    )


def test_word_belongs_to_the_phrase_that_holds_its_middle():
    """Two phrases that touch share no word and lose none."""
    transcriber = ScriptedTranscriber(SCRIPT)
    assert heard(transcriber, 0, 3_001).words == (HELLO,)
    assert heard(transcriber, 0, 3_000).words == ()
    assert heard(transcriber, 3_000, 7_000).words == (HELLO,)
    assert heard(transcriber, 7_000, 9_000).words == (THERE,)


def test_words_out_of_order_are_sorted():
    """A transcript written out of order is answered in the order of time."""
    assert heard(ScriptedTranscriber({"A": (THERE, HELLO)}), 0, 10_000).words == (HELLO, THERE)


def test_person_who_is_not_in_the_script_says_nothing():
    """Speech of somebody the script does not know has no words."""
    assert heard(ScriptedTranscriber(SCRIPT), 0, 10_000, speaker="C").words == ()
