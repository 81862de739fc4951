"""Tests of attune.conversation.acts.stems: one sentence or more for each family, in three grades of text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attune.conversation.acts.finding import ActFinding
from attune.conversation.acts.stems import StemActs
from attune.conversation.utterance import Utterance
from attune.events import ActKind

FINDER = StemActs()
STORY = Utterance(speaker="A", text="The neighbours kept me awake all night and I am exhausted.")


def acts(text: str, *, before: Sequence[Utterance] = (STORY,), speaker: str = "B") -> tuple[ActFinding, ...]:
    """Return the acts of what B answers to a story."""
    return FINDER.find(Utterance(speaker=speaker, text=text), before=before)


def kinds(text: str, *, before: Sequence[Utterance] = (STORY,), speaker: str = "B") -> set[str]:
    """Return the kinds of acts in what B answers to a story."""
    return {found.kind.value for found in acts(text, before=before, speaker=speaker)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It sounds like you feel exhausted.", "reflection"),
        ("it sound like your feeling exhausted", "reflection"),
        ("what i'm hearing is that you got no sleep", "reflection"),
        ("So you're worn out.", "reflection"),
        ("If I understand you, the night was too loud.", "reflection"),
        ("Did I get that right?", "check_in"),
        ("did i miss anything", "check_in"),
        ("do you feel heard", "check_in"),
        ("That makes a lot of sense.", "validation"),
        ("i can see why that got to you", "validation"),
        ("Anyone would be tired after that.", "validation"),
        ("What was that like for you?", "open_question"),
        ("how did you get through the day", "open_question"),
        ("can you tell me more about it", "open_question"),
        ("Did you call them?", "closed_question"),
        ("are you still tired", "closed_question"),
        ("You're tired, right?", "closed_question"),
        ("Tell me more.", "encourager"),
        ("go on", "encourager"),
        ("Take your time.", "encourager"),
        ("Mm-hmm.", "backchannel"),
        ("oh really", "backchannel"),
        ("I feel sad.", "feeling_named"),
        ("i felt ignored", "feeling_named"),
        ("I feel worried when you come home late.", "i_statement"),
        ("I need some quiet.", "need"),
        ("Would you be willing to call me?", "request"),
        ("could you please close the door", "request"),
        ("Thank you for telling me.", "appreciation"),
        ("i love how you listen", "appreciation"),
        ("How can I help?", "support_offer"),
        ("what do you need", "support_offer"),
        ("I need a break, can we go on in twenty minutes?", "time_out"),
        ("I have to take care of myself too.", "self_care"),
        ("You never help.", "criticism"),
        ("you always leave it to me", "criticism"),
        ("what's wrong with you", "criticism"),
        ("You're so pathetic.", "contempt"),
        ("Whatever.", "contempt"),
        ("It's not my fault.", "defensiveness"),
        ("calm down", "dismissal"),
        ("You're overreacting.", "dismissal"),
        ("it's not a big deal", "dismissal"),
        ("Yes, but I was busy.", "rebuttal"),
        ("i hear you but i was busy", "rebuttal"),
        ("You should go to bed earlier.", "advice"),
        ("why don't you just move", "advice"),
        ("You just want to hurt me.", "mind_reading"),
    ],
)
def test_stem_is_found(text: str, kind: str) -> None:
    """The typical words of each act show it, with punctuation, without it, and misheard."""
    assert kind in kinds(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("You always look nice.", "criticism"),
        ("you never know", "criticism"),
        ("You never listen.", "reflection"),
        ("You should rest.", "reflection"),
        ("I know what you mean.", "open_question"),
        ("What do you think?", "closed_question"),
        ("that doesn't make sense", "validation"),
        ("I did not sleep.", "closed_question"),
        ("You're not stupid.", "contempt"),
        ("When I grow up I will rest.", "contempt"),
        ("yeah but no", "backchannel"),
    ],
)
def test_look_alike_is_not_found(text: str, kind: str) -> None:
    """Words that only resemble an act are left alone."""
    assert kind not in kinds(text)


@pytest.mark.parametrize("text", ["", "   ", "?!", "日本語の文です", "…"])
def test_text_without_english_words_shows_nothing(text: str) -> None:
    """Nothing is found where there is nothing to find."""
    assert acts(text) == ()


def test_reflection_is_quoted_with_its_words_and_source() -> None:
    """A finding tells what was said, where, how sure it is and by which stem."""
    (found,) = acts("Okay. It sounds like you feel exhausted.")

    assert found == ActFinding(
        kind=ActKind.REFLECTION,
        subkind="feeling",
        first_word=1,
        last_word=6,
        evidence="It sounds like you feel exhausted",
        confidence=0.94,
        source="stems/en 1: sounds_like_you",
    )


def test_reflection_that_carries_the_partners_word_is_surer() -> None:
    """Taking up a word of the partner speaks for a reflection."""
    (carries,) = acts("So you were awake.")
    (carries_nothing,) = acts("So you were glad.")

    assert carries.confidence > carries_nothing.confidence


def test_nothing_said_before_leaves_nothing_to_reflect() -> None:
    """Without words of the other person there is no reflection."""
    assert "reflection" not in kinds("It sounds like you feel exhausted.", before=())


def test_ones_own_story_is_no_reflection() -> None:
    """Whoever has been telling a story goes on with it."""
    own = [Utterance(speaker="B", text="We went to the lake."), Utterance(speaker="B", text="It was a warm day.")]

    assert "reflection" not in kinds("So you had to swim.", before=[STORY, *own])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("Yes, exactly.", "confirmation"),
        ("that's it", "confirmation"),
        ("not quite", "correction"),
        ("No, I was cold.", "correction"),
    ],
)
@pytest.mark.parametrize("asked", ["It sounds like you feel exhausted.", "Did I get that right?"])
def test_answer_to_a_reflection_or_check_in_is_found(answer: str, kind: str, asked: str) -> None:
    """The partner's yes or not quite counts right after a reflection or a check-in."""
    before = [STORY, Utterance(speaker="B", text=asked)]

    assert kind in kinds(answer, before=before, speaker="A")


def test_yes_to_anything_else_confirms_nothing() -> None:
    """A yes confirms only what was reflected."""
    before = [Utterance(speaker="B", text="The bus was late.")]

    assert "confirmation" not in kinds("Yes, exactly.", before=before, speaker="A")


def test_yes_after_a_yes_no_question_is_no_backchannel() -> None:
    """A small sound after a question answers it."""
    before = [STORY, Utterance(speaker="A", text="Did you call them?")]

    assert "backchannel" not in kinds("Yeah.", before=before)
    assert "backchannel" in kinds("Yeah.")


def test_words_that_sound_like_feelings_are_marked() -> None:
    """A faux feeling accuses, and is told from a feeling."""
    found = [one for one in acts("I feel ignored.") if one.kind is ActKind.FEELING_NAMED]

    assert [one.subkind for one in found] == ["faux"]


_WORDS = st.sampled_from(
    sorted({"so", "you", "are", "feel", "sad", "what", "do", "did", "i", "get", "that", "right", "yes", "but", "no"})
)


@given(
    st.one_of(
        st.text(max_size=120),
        st.lists(_WORDS | st.sampled_from(["never", "um,", "uh-huh.", "not?"]), max_size=25).map(" ".join),
    )
)
def test_any_text_yields_sorted_findings_that_quote_it(text: str) -> None:
    """Whatever is said, findings are sorted, lie within the words and quote them."""
    spoken = " ".join(text.split())

    found = acts(text)

    assert [(one.first_word, one.kind) for one in found] == sorted((one.first_word, one.kind) for one in found)
    for one in found:
        assert 0 <= one.first_word <= one.last_word < len(text.split())
        assert one.evidence in spoken
        assert 0.0 < one.confidence <= 1.0
