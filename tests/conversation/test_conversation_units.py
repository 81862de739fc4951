"""Units and the words in them."""

from __future__ import annotations

from attune.conversation.units import Unit, units_of_phrases, units_of_spans, units_of_words, with_words
from attune.events import Phrase, SpeechSegment, Word, segment_id
from attune.timebase import Span


def segment(start: int, stop: int, speaker: str = "A") -> SpeechSegment:
    """Return a segment."""
    return SpeechSegment(
        id=segment_id(speaker, start), span=Span(start, stop), speaker=speaker, level_dbfs=-30.0, confidence=1.0
    )


def word(start: int, stop: int, text: str) -> Word:
    """Return a word."""
    return Word(span=Span(start, stop), text=text)


def phrase(start: int, stop: int, speaker: str = "A") -> Phrase:
    """Return a phrase."""
    return Phrase(id=f"p-{speaker}-{start}-{stop}", speaker=speaker, span=Span(start, stop))


def texts(units: list[Unit]) -> list[tuple[str, ...] | None]:
    """Return the words of each unit."""
    return [unit.tokens for unit in units]


def test_words_go_to_the_segment_that_holds_their_middle() -> None:
    """A word that begins before its segment still belongs to it."""
    units = with_words(
        [segment(1_000, 5_000), segment(9_000, 12_000)], [word(800, 2_000, "so"), word(9_500, 9_900, "yes")]
    )
    assert texts(units) == [("so",), ("yes",)]


def test_word_between_two_segments_goes_to_the_nearer() -> None:
    """A middle at 6900 is 1900 after the first and 2100 before the second; at 7100 it is the other way."""
    segments = [segment(1_000, 5_000), segment(9_000, 12_000)]
    assert texts(with_words(segments, [word(6_800, 7_000, "um")])) == [("um",), ()]
    assert texts(with_words(segments, [word(7_000, 7_200, "um")])) == [(), ("um",)]


def test_segment_without_words_is_known_to_hold_none() -> None:
    """Nothing intelligible was said is not the same as nobody knows."""
    assert texts(with_words([segment(0, 100)], [])) == [()]
    assert texts([Unit(segment=segment(0, 100))]) == [None]


def test_words_without_a_segment_are_nobodys() -> None:
    """There is nothing to give them to."""
    assert with_words([], [word(0, 10, "x")]) == []


def test_phrase_gives_its_words_to_the_segments_that_it_shares_time_with() -> None:
    """Two segments in one phrase share its words; a segment outside keeps its words unknown."""
    segments = [segment(0, 4_000), segment(8_000, 12_000), segment(40_000, 44_000)]
    words = [word(100, 900, "I"), word(8_100, 9_000, "see")]
    assert texts(units_of_phrases(segments, [(phrase(0, 14_000), words)])) == [("I",), ("see",), None]


def test_segment_that_holds_several_phrases_has_the_words_of_all() -> None:
    """A voice that goes on for half a minute is decoded in two phrases, and is one unit."""
    first = (phrase(0, 5_000), [word(100, 900, "on")])
    second = (phrase(5_000, 9_000), [word(5_100, 6_000, "and"), word(6_000, 7_000, "on")])
    assert texts(units_of_phrases([segment(0, 9_000)], [second, first])) == [("on", "and", "on")]


def test_phrase_that_touches_a_segment_shares_no_time_with_it() -> None:
    """Half-open to the sample."""
    segments = [segment(0, 4_000), segment(8_000, 12_000)]
    assert texts(units_of_phrases(segments, [(phrase(4_000, 8_000), [])])) == [None, None]
    assert texts(units_of_phrases(segments, [(phrase(3_999, 8_001), [])])) == [(), ()]


def test_long_segment_has_the_words_of_all_its_phrases() -> None:
    """Half a minute without a pause is decoded in two phrases; both halves are its own, whichever came first."""
    phrases = [(phrase(250, 500), [word(300, 350, "second")]), (phrase(0, 250), [word(100, 150, "first")])]
    assert texts(units_of_phrases([segment(0, 500), segment(4_000, 4_100)], phrases)) == [("first", "second"), None]


def test_phrase_of_another_person_gives_nothing() -> None:
    """Words are their speaker's, whoever speaks at the same time."""
    segments = [segment(0, 4_000, "A"), segment(0, 4_000, "B")]
    units = units_of_phrases(segments, [(phrase(0, 4_000, "B"), [word(0, 900, "mine")])])
    assert [(unit.speaker, unit.tokens) for unit in units] == [("A", None), ("B", ("mine",))]


def test_units_come_sorted_however_segments_and_phrases_came() -> None:
    """By start, then speaker."""
    segments = [segment(9_000, 10_000, "B"), segment(0, 4_000, "B"), segment(0, 4_000, "A")]
    phrases = [(phrase(8_900, 10_100, "B"), [word(9_000, 9_500, "later")]), (phrase(0, 4_000, "B"), [])]
    units = units_of_phrases(segments, phrases)
    assert [unit.segment.id for unit in units] == ["s-A-0", "s-B-0", "s-B-9000"]
    assert units == units_of_phrases(list(reversed(segments)), list(reversed(phrases)))


def test_words_alone_part_where_more_than_200_ms_pass() -> None:
    """3200 samples between two words are one unit, 3201 are two."""
    together = units_of_words("A", [word(0, 1_000, "a"), word(4_200, 5_000, "b")])
    apart = units_of_words("A", [word(0, 1_000, "a"), word(4_201, 5_000, "b")])
    assert texts(together) == [("a", "b")]
    assert texts(apart) == [("a",), ("b",)]
    assert [unit.segment.id for unit in apart] == ["s-A-0", "s-A-4201"]
    assert apart[0].segment.level_dbfs is None


def test_word_that_outlasts_the_next_still_ends_the_unit() -> None:
    """The pause is counted from the latest end so far."""
    (unit,) = units_of_words("A", [word(0, 9_000, "long"), word(1_000, 2_000, "short"), word(11_000, 12_000, "next")])
    assert (unit.start, unit.stop) == (0, 12_000)


def test_spans_alone_are_joined_up_to_200_ms_apart() -> None:
    """Times without words make units whose words nobody knows."""
    units = units_of_spans("A", [Span(4_200, 5_000), Span(0, 1_000), Span(8_201, 9_000), Span(8_300, 8_400)])
    assert [(unit.start, unit.stop, unit.tokens) for unit in units] == [(0, 5_000, None), (8_201, 9_000, None)]
