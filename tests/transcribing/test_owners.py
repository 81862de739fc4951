"""Whose words they are, with one microphone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from attune.events import UNKNOWN, Phrase, SpeechSegment, Word, segment_id
from attune.timebase import Span
from attune.transcribing.guard import GuardSettings
from attune.transcribing.owners import Answered, Said, SharedPhrases, Voices

SECOND = 16_000


def unit(speaker: str, start: int, stop: int) -> SpeechSegment:
    return SpeechSegment(
        id=segment_id(speaker, start), span=Span(start, stop), speaker=speaker, level_dbfs=-20.0, confidence=0.9
    )


def voices(*units: SpeechSegment) -> Voices:
    """Return who is heard when."""
    made = Voices()
    for segment in units:
        made.add(segment)
    return made


def word(text: str, middle: int) -> Word:
    """Return a word of a tenth of a second about a sample."""
    return Word(span=Span(middle - 800, middle + 800), text=text)


def owner(middle: int, *units: SpeechSegment) -> str | None:
    """Return who says a word with this middle."""
    segment = voices(*units).saying(word("x", middle))
    return None if segment is None else segment.speaker


A, B = unit("A", 16_000, 48_000), unit("B", 40_000, 80_000)
STRANGER = unit(UNKNOWN, 100_000, 140_000)


@pytest.mark.parametrize(
    ("middle", "speaker"),
    [
        (16_000, "A"),
        (39_999, "A"),
        (44_000, "A"),
        (48_000, "B"),
        (79_999, "B"),
        (80_000, "B"),
        (84_799, "B"),
        (85_000, None),
        (11_300, "A"),
        (11_100, None),
        (100_000, None),
        (140_100, None),
    ],
    ids=[
        *("first sample", "alone", "both, A began", "first sample after A", "last sample", "just after", "in reach"),
        *("out of reach", "in reach before", "out of reach before", "stranger", "beside a stranger"),
    ],
)
def test_word_is_whose_voice_is_heard_in_its_middle(middle: int, speaker: str | None) -> None:
    """Alone, at once, beside, or nowhere near; reach is 300 ms, 4,800 samples."""
    assert GuardSettings().reach_ms == 300
    assert owner(middle, A, B, STRANGER) == speaker


def test_word_between_two_is_the_nearer_ones() -> None:
    """A pause of half a second between A and B."""
    first, second = unit("A", 0, 16_000), unit("B", 24_000, 40_000)
    assert owner(19_999, first, second) == "A"
    assert owner(20_001, first, second) == "B"


def test_stranger_within_a_known_persons_speech_is_nobodys() -> None:
    """A child calls in while A talks on: what was found later is the finer distinction."""
    first, child = unit("A", 0, 80_000), unit(UNKNOWN, 32_000, 34_000)
    assert owner(33_000, first, child) is None
    assert owner(35_000, first, child) == "A"
    assert owner(33_000, unit(UNKNOWN, 0, 80_000), unit("A", 32_000, 34_000)) == "A"


def answered(speaker: str, start: int, stop: int, words: Iterable[Word], *, asked: int = 1) -> Answered:
    """Return a phrase that was answered."""
    phrase = Phrase(id=f"p-{speaker}-{start}-{stop}", speaker=speaker, span=Span(start, stop))
    return Answered(asked=asked, phrase=phrase, words=tuple(words))


def told(known: Voices, *answers: Answered) -> dict[str, list[tuple[str, str]]]:
    """Return who said what, phrase by phrase."""
    shared = SharedPhrases()
    for one in answers:
        shared.add(one)
    return {
        one.phrase.id: [(part.speaker, " ".join(w.text for w in part.words)) for part in parts]
        for one in shared.meeting(Span(0, 1_000_000))
        if (parts := shared.told_apart(one, voices=known)) is not None
    }


def test_answer_of_the_other_within_a_phrase_is_the_others() -> None:
    """One phrase of A holds B's "yeah", for which nobody asked: B said it."""
    known = voices(unit("A", 0, 32_000), unit("B", 33_000, 36_000), unit("A", 37_000, 64_000))
    phrase = answered("A", 0, 66_000, [word("so", 8_000), word("yeah", 34_500), word("then", 50_000)])
    assert told(known, phrase) == {"p-A-0-66000": [("A", "so then"), ("B", "yeah")]}


def test_words_that_two_phrases_hold_are_said_once() -> None:
    """B's answer was asked for by B's name as well: that phrase is believed."""
    known = voices(unit("A", 0, 32_000), unit("B", 33_000, 40_000), unit("A", 41_000, 64_000))
    first = answered("A", 0, 66_000, [word("so", 8_000), word("year", 36_500), word("then", 50_000)], asked=2)
    second = answered("B", 30_600, 42_400, [word("so", 31_000), word("yeah", 36_500)], asked=1)
    assert told(known, first, second) == {
        "p-A-0-66000": [("A", "so then")],
        "p-B-30600-42400": [("B", "yeah")],
    }


def test_phrase_that_was_asked_for_last_is_believed() -> None:
    """Asked for again when more was known: the new words take the place of the old ones, whichever came first."""
    known = voices(unit("A", 0, 32_000))
    old = answered("A", 0, 20_000, [word("old", 8_000)], asked=1)
    new = answered("A", 0, 34_000, [word("new", 8_000), word("more", 28_000)], asked=2)
    for order in ((old, new), (new, old)):
        assert told(known, *order) == {"p-A-0-20000": [("A", "")], "p-A-0-34000": [("A", "new more")]}


def test_speech_that_lies_whole_in_the_others_has_unknown_words() -> None:
    """A recogniser hears one of two: what it wrote is A's, and what B said is not known, which is not silence."""
    known = voices(unit("A", 0, 64_000), unit("B", 16_000, 24_000))
    phrase = answered("B", 13_600, 26_400, [word("garden", 20_000)])
    assert told(known, phrase) == {"p-B-13600-26400": [("A", "garden")]}


def test_words_of_a_stranger_are_forgotten_for_good() -> None:
    """Once dropped they do not come back, even if the stranger turns out to be B."""
    shared, child = SharedPhrases(), unit(UNKNOWN, 33_000, 40_000)
    known = voices(unit("A", 0, 32_000), child)
    shared.add(answered("A", 0, 42_000, [word("mine", 8_000), word("secret", 36_000)]))
    (before,) = shared.meeting(Span(0, 50_000))
    shared.told_apart(before, voices=known)
    (kept,) = shared.meeting(Span(0, 50_000))
    assert [w.text for w in kept.words] == ["mine"]
    known.remove([child])
    known.add(unit("B", 33_000, 40_000))
    assert shared.told_apart(kept, voices=known) == [
        Said(speaker="A", span=Span(0, 42_000), words=(word("mine", 8_000),))
    ]


def test_part_of_another_spans_its_words_and_units() -> None:
    """So that its words find their units, and nothing beyond counts as listened to."""
    known = voices(unit("A", 0, 32_000), unit("B", 33_000, 40_000))
    shared = SharedPhrases()
    shared.add(answered("A", 0, 42_000, [word("yeah", 40_500)]))
    (phrase,) = shared.meeting(Span(0, 50_000))
    assert shared.told_apart(phrase, voices=known)[1].span == Span(33_000, 41_300)


def test_second_answer_to_a_phrase_takes_the_place_of_the_first() -> None:
    """A phrase that is asked for again under the same name is one phrase."""
    shared = SharedPhrases()
    shared.add(answered("A", 0, 42_000, [word("old", 8_000)], asked=1))
    shared.add(answered("A", 0, 42_000, [word("new", 8_000)], asked=5))
    assert [(one.asked, one.words[0].text) for one in shared.meeting(Span(0, 1))] == [(5, "new")]


def test_phrases_that_meet_a_stretch_are_found_among_many() -> None:
    """By their times, touching not being meeting, however long one of them is."""
    shared = SharedPhrases()
    for k in range(50):
        shared.add(answered("A", k * SECOND, (k + 1) * SECOND, []))
    shared.add(answered("B", 0, 40 * SECOND, []))
    found = [one.phrase.span for one in shared.meeting(Span(10 * SECOND, 11 * SECOND))]
    assert found == [Span(0, 40 * SECOND), Span(10 * SECOND, 11 * SECOND)]
