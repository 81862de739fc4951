"""The layers against invented text."""

from dataclasses import dataclass

import pytest

from attune.events import Word
from attune.timebase import Span
from attune.transcribing.guard import GuardSettings, guarded_words, words_in_voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a sure recogniser says, unless told otherwise."""

    words: tuple[Word, ...]
    no_speech_probability: float = 0.01
    average_log_probability: float = -0.2
    compression_ratio: float = 1.1

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def words(text: str, *, start: int = 0) -> tuple[Word, ...]:
    """Return words of 0.2 s each."""
    return tuple(
        Word(span=Span(start + k * 3_200, start + (k + 1) * 3_200), text=part) for k, part in enumerate(text.split())
    )


def kept(*segments: Decoded) -> str:
    return texts(guarded_words(segments))


def texts(said: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in said)


def test_ordinary_words_pass():
    """What was said clearly is kept as it is, courtesies too: there is no list of forbidden words."""
    assert kept(Decoded(words=words("Thank you for telling me."))) == "Thank you for telling me."


@pytest.mark.parametrize(
    ("no_speech", "log_probability", "expected"),
    [(0.61, -1.01, ""), (0.61, -0.99, "thank you"), (0.59, -1.01, "thank you"), (0.6, -1.0, "thank you")],
)
def test_silence_is_believed_only_when_the_words_are_unsure(no_speech: float, log_probability: float, expected: str):
    """Words go when no-speech is high and log-probability low; either alone keeps them."""
    segment = Decoded(
        words=words("thank you"), no_speech_probability=no_speech, average_log_probability=log_probability
    )
    assert kept(segment) == expected


def test_silent_segment_takes_only_its_own_words():
    """One invented segment does not cost its neighbours."""
    invented = Decoded(words=words("you", start=9_600), no_speech_probability=0.9, average_log_probability=-1.5)
    assert kept(Decoded(words=words("so then what")), invented) == "so then what"


@pytest.mark.parametrize(("times", "expected"), [(10, 10), (11, 1), (60, 1)])
def test_word_repeated_beyond_what_people_say_is_left_once(times: int, expected: int):
    """Ten times "no" is a person, eleven times a loop."""
    assert len(kept(Decoded(words=words("no, " * times))).split()) == expected


@pytest.mark.parametrize(("times", "expected"), [(4, 8), (5, 2)])
def test_words_repeated_beyond_what_people_say_are_left_once(times: int, expected: int):
    """Four times "thank you" is a person, five times a loop, whatever the punctuation."""
    assert len(kept(Decoded(words=words("Thank you. " * (times - 1) + "thank you"))).split()) == expected


def test_loop_leaves_the_words_around_it():
    """What was said before and after a loop is kept, and the first copy keeps its time."""
    looped = words("I feel " + "I am tired " * 6 + "of it")
    got = guarded_words([Decoded(words=looped, compression_ratio=3.0)])
    assert [word.text for word in got] == ["I", "feel", "I", "am", "tired", "of", "it"]
    assert got[4] == looped[4]
    assert got[5] == looped[20]


def test_loop_across_segments_is_found():
    """A courtesy that comes back segment after segment is one loop."""
    segments = [Decoded(words=words("Thank you.", start=k * 6_400)) for k in range(5)]
    assert kept(*segments) == "Thank you."


def test_text_that_compresses_too_well_without_a_loop_goes():
    """Repetition that is no plain loop shows in the compression ratio."""
    assert kept(Decoded(words=words("la la lala la lalala la"), compression_ratio=2.41)) == ""
    assert kept(Decoded(words=words("la la lala la lalala la"), compression_ratio=2.4)) != ""


@pytest.mark.parametrize(("start", "expected"), [(4_799, "mhm"), (4_800, "")])
def test_word_beyond_the_reach_of_a_voice_goes(start: int, expected: str):
    """A word whose middle lies 300 ms or more after the voice ended was not said."""
    word = Word(span=Span(16_000 + start - 800, 16_000 + start + 800), text="mhm")
    assert texts(words_in_voice([word], voiced=[Span(0, 16_000)])) == expected


def test_word_before_the_voice_goes():
    """Words invented into the silence before a voice are dropped, those at its onset kept."""
    before, onset = (Word(span=Span(at, at + 1_600), text=name) for at, name in ((10_000, "so"), (30_500, "well")))
    assert words_in_voice([before, onset], voiced=[Span(32_000, 48_000)]) == (onset,)


def test_word_in_a_long_pause_between_units_goes():
    """With the units of a phrase known, words deep in its pauses are dropped."""
    said = words("a b c d e f g h i j")
    assert texts(words_in_voice(said, voiced=[Span(0, 3_200), Span(28_800, 32_000)])) == "a b h i j"


def test_no_voice_keeps_no_words():
    """Where nobody was heard nothing was said."""
    assert words_in_voice(words("thank you"), voiced=[]) == ()


def test_impossible_thresholds_raise():
    """A word is said at least once."""
    with pytest.raises(ValueError, match="at least 1"):
        GuardSettings(word_repeats=0)
