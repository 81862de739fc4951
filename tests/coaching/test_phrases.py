"""All the words that the coach can say, walked one by one."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from attune.coaching.material import HARD_ACTS, PRAISED_ACTS, PRAISED_MEASURES
from attune.coaching.phrases.book import Pattern, Wording, act_topic, filled
from attune.coaching.phrases.en import ENGLISH
from attune.events import ActKind, ListeningAct, TransferKind
from attune.timebase import Span

MEASURES = (
    "talk_share",
    "longest_turn_s",
    "turns_per_min",
    "interruptions_per_partner_min",
    "attempts_per_partner_min",
    "pause_before_response_s",
    "backchannels_per_partner_min",
    "silence_patience",
    "reflections",
    "reflections_per_question",
    "open_question_share",
    "check_ins",
    "overlap_share",
)
TOPICS = {
    *(f"act.{kind}" for kind in ActKind),
    "act.reflection.feeling",
    *(f"transfer.{kind}" for kind in TransferKind),
    *(f"pattern.{pattern}" for pattern in Pattern),
    *(f"measure.{key}" for key in MEASURES),
}
FORBIDDEN = re.compile(
    r"\b(you (always|never)|always|never|should|must|have to|wrong|fault|blame|bad|worse|worst|better|best|win|won|lost"
    r"|interrupt\w*|criticis\w*|contempt|defensive\w*|dismiss\w*|stonewall\w*|narciss\w*|toxic|abus\w*|disorder|trauma"
    r"|flooded|than (you|your|him|her|ann|ben)|stop|don't|score|failed)\b",
    re.IGNORECASE,
)
WORDINGS = sorted(ENGLISH.wordings.items())


def spoken(wording: Wording) -> tuple[str, ...]:
    """Return every text of a topic that can be said aloud."""
    return (*wording.praise, *wording.suggestions)


def fields(text: str) -> set[str | None]:
    """Return the names of the places in a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_topic_has_words_and_no_words_are_without_topic() -> None:
    """Each act, transfer, pattern and measure of the session document is covered, and nothing else."""
    assert set(ENGLISH.wordings) == TOPICS


@pytest.mark.parametrize(("topic", "wording"), WORDINGS)
def test_descriptions_are_one_short_neutral_sentence(topic: str, wording: Wording) -> None:
    """A description ends in one full stop, has no places, and blames nobody."""
    assert re.fullmatch(r"[A-Z][^.{}]*\.", wording.description), topic
    assert len(wording.description.split()) <= 15
    assert not FORBIDDEN.search(wording.description)


@pytest.mark.parametrize(("topic", "wording"), WORDINGS)
def test_spoken_texts_are_short_calm_sentences(topic: str, wording: Wording) -> None:
    """At most 20 words (15 where a quotation comes in), no forbidden word, and an end that can be heard."""
    for text in spoken(wording):
        assert len(text.split()) <= (15 if text in wording.praise else 20), text
        assert not FORBIDDEN.search(text), text
        assert text[-1] in ".?”", text
        assert "!" not in text, text
        assert text.count("“") == text.count("”"), text


@pytest.mark.parametrize(("topic", "wording"), WORDINGS)
def test_suggestions_hold_no_places(topic: str, wording: Wording) -> None:
    """A suggestion can name nobody and quote nothing."""
    for text in wording.suggestions:
        assert fields(text) == set(), text


@pytest.mark.parametrize(("topic", "wording"), WORDINGS)
def test_praise_of_words_quotes_them_and_can_do_without_the_name(topic: str, wording: Wording) -> None:
    """Praise for an act holds the quotation; praise for timing does not; one variant at least has no name."""
    for text in wording.praise:
        expected = {"quote"} if topic.startswith("act.") else set()
        assert fields(text) - {"name"} == expected, text
    assert not wording.praise or any("name" not in fields(text) for text in wording.praise)


def test_texts_within_a_topic_differ() -> None:
    """A variant that says the same twice is no variant."""
    for topic, wording in WORDINGS:
        assert len(set(spoken(wording))) == len(spoken(wording)), topic


def test_hard_moments_have_suggestions_and_no_praise() -> None:
    """What hurts is answered with something to try."""
    for kind in HARD_ACTS:
        wording = ENGLISH.wording(f"act.{kind}")
        assert len(wording.suggestions) >= 2
        assert wording.praise == ()


def test_whatever_may_be_praised_has_praise() -> None:
    """Each act, pattern and measure that the coach may praise has words for it."""
    topics = [
        *(f"act.{kind}" for kind in PRAISED_ACTS),
        "act.reflection.feeling",
        *(f"pattern.{pattern}" for pattern in Pattern),
        *(f"measure.{key}" for key in PRAISED_MEASURES),
    ]
    assert [topic for topic in topics if len(ENGLISH.wording(topic).praise) < 2] == []


def test_report_sentences_have_their_places() -> None:
    """The sentences of reports hold exactly what reports fill in."""
    assert fields(ENGLISH.strength_quoted) == {"description", "time", "quote"}
    assert fields(ENGLISH.strength_timed) == {"description", "time", "count"}
    assert fields(ENGLISH.next_step_timed) == {"suggestion", "time"}


def test_long_quotation_keeps_its_first_words() -> None:
    """A quotation is shortened from its end until the whole has twenty words, never put otherwise."""
    quote = "so what you are telling me is that you felt alone when I came home late and said nothing"
    text = filled("{name} said back what was heard: “{quote}”. That shows listening.", name="Ann", quote=quote)
    assert text == ("Ann said back what was heard: “so what you are telling me is that you …”. That shows listening.")
    assert len(text.split()) <= 20


def test_braces_in_what_was_heard_are_left_alone() -> None:
    """Words that look like a place are said as they are."""
    assert filled("{name}: “{quote}”.", name="Ann", quote="a {name} b") == "Ann: “a {name} b”."


def test_reflection_of_a_feeling_has_its_own_topic() -> None:
    """The subkind decides."""
    act = ListeningAct(
        id="a",
        kind=ActKind.REFLECTION,
        speaker="Ann",
        span=Span(0, 1),
        evidence="you feel sad",
        confidence=0.9,
        source="test",
        subkind="feeling",
    )
    assert act_topic(act) == "act.reflection.feeling"
