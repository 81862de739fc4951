"""When the coach speaks: literal times in samples at 16 kHz (a second is 16 000)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attune.coaching.phrases.en import ENGLISH
from attune.coaching.policy import Coach, CoachMode, CoachSettings, CoachState
from attune.errors import SettingsError
from attune.events import (
    UNKNOWN,
    ActKind,
    Delivery,
    DeliveryKind,
    Feedback,
    Flavour,
    FloorTransfer,
    Gap,
    GapCause,
    ListeningAct,
    Measure,
    Revision,
    SpeechSegment,
    Transcript,
    TransferKind,
    Unobserved,
    UnobservedCause,
    VoiceActivity,
    Voicing,
    Word,
)
from attune.timebase import Span

SECOND = 16_000
LULL = 64_000
THREE_MINUTES = 2_880_000


def coach(**changes: object) -> Coach:
    """Return a coach of Ann and Ben with some settings changed."""
    return Coach(speakers=("Ann", "Ben"), settings=CoachSettings(**changes), phrases=ENGLISH)  # type: ignore[arg-type]


def started(at: int, speaker: str = "Ann") -> VoiceActivity:
    """Return the beginning of a voice."""
    return VoiceActivity(speaker=speaker, voicing=Voicing.STARTED, at=at, known_at=at)


def stopped(at: int, speaker: str = "Ann") -> VoiceActivity:
    """Return the end of a voice."""
    return VoiceActivity(speaker=speaker, voicing=Voicing.STOPPED, at=at, known_at=at + 4_800)


def segment(start: int, stop: int, speaker: str = "Ann") -> SpeechSegment:
    """Return a stretch of speech."""
    return SpeechSegment(
        id=f"s-{speaker}-{start}", span=Span(start, stop), speaker=speaker, level_dbfs=-30.0, confidence=1.0
    )


def act(kind: ActKind, at: int, *, speaker: str = "Ann", words: str = "so you felt alone", sure: float = 0.9):
    """Return a listening act of one second."""
    return ListeningAct(
        id=f"a-{speaker}-{kind}-{at}",
        kind=kind,
        speaker=speaker,
        span=Span(at, at + SECOND),
        evidence=words,
        confidence=sure,
        source="test",
    )


def transfer(kind: TransferKind, at: int, *, to: str = "Ann", sure: float = 0.9, offset: int = 3_200, flavour=None):
    """Return a floor transfer to somebody."""
    return FloorTransfer(
        id=f"f-{to}-{at}",
        kind=kind,
        from_speaker="Ben" if to == "Ann" else "Ann",
        to_speaker=to,
        at=at,
        offset=offset,
        confidence=sure,
        flavour=flavour,
    )


def hear(machine: Coach, start: int, stop: int, *events: object, speaker: str = "Ann") -> None:
    """Let somebody speak from start to stop, and then the rest be found."""
    for event in (
        started(start, speaker),
        stopped(stop, speaker),
        segment(start, stop, speaker),
        *events,
    ):
        machine.observe(event)


def said_after_talk(machine: Coach, start: int, *events: object, speaker: str = "Ann") -> Feedback | None:
    """Return what is said after 20 s of talk from start on and four seconds of silence."""
    hear(machine, start, start + 20 * SECOND, *events, speaker=speaker)
    return machine.advance(start + 20 * SECOND + LULL)


def test_four_seconds_of_silence_bring_praise_with_the_words() -> None:
    """After twenty seconds of talk and exactly four of silence what was heard is praised, quoted and named."""
    machine = coach()
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 288_000))
    assert machine.advance(383_999) is None
    assert machine.advance(384_000) == Feedback(
        id="praise-384000",
        at=384_000,
        text="Ann said back what was heard: “so you felt alone”. That shows listening.",
        because=("a-Ann-reflection-288000",),
        delivery=DeliveryKind.SPOKEN,
    )


def test_one_lull_earns_one_feedback() -> None:
    """However long the silence, nothing more is said until somebody has spoken."""
    machine = coach(cool_down_s=0.0, memory_s=600.0)
    heard = (act(ActKind.REFLECTION, 160_000), act(ActKind.VALIDATION, 288_000, words="that makes sense"))
    assert said_after_talk(machine, 0, *heard) is not None
    assert machine.state is CoachState.WAITING
    assert [machine.advance(now) for now in range(400_000, 4_000_000, SECOND)] == [None] * 225
    assert said_after_talk(machine, 4_000_000) is not None


def test_somebody_speaking_keeps_the_coach_silent() -> None:
    """While one of two still speaks there is no lull, however long the other has been silent."""
    machine = coach()
    machine.observe(started(300_000, "Ben"))
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 288_000))
    assert machine.state is CoachState.TALKING
    assert machine.advance(900_000) is None
    machine.observe(stopped(900_000, "Ben"))
    assert machine.state is CoachState.LULL
    assert machine.advance(963_999) is None
    assert machine.advance(964_000) is not None


def test_unknown_voice_keeps_the_coach_silent() -> None:
    """A visitor's voice is waited for like any other."""
    machine = coach()
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 288_000))
    machine.observe(started(350_000, "unknown"))
    assert machine.advance(700_000) is None


@pytest.mark.parametrize(
    "missing",
    [
        Gap(span=Span(340_000, 341_000), why=GapCause.OVERFLOW),
        Unobserved(span=Span(340_000, 341_000), why=UnobservedCause.PAUSED),
    ],
)
def test_unheard_sound_restarts_the_lull(missing: Gap | Unobserved) -> None:
    """Four seconds are counted anew from where sound was heard again, since somebody may have spoken in between."""
    machine = coach()
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 288_000), missing)
    assert machine.advance(404_999) is None
    feedback = machine.advance(405_000)
    assert feedback is not None
    assert feedback.at == 405_000


def test_first_feedback_waits_for_twenty_seconds_of_talk() -> None:
    """A sample less than twenty seconds of speech is too early, however long the session."""
    machine = coach()
    hear(machine, 960_000, 1_279_999, act(ActKind.REFLECTION, 1_000_000))
    assert machine.advance(1_500_000) is None
    hear(machine, 1_600_000, 1_600_001)
    assert machine.advance(1_700_000) is not None


def test_talk_of_an_unknown_voice_does_not_count() -> None:
    """A minute of television does not open the session."""
    machine = coach()
    hear(machine, 0, 960_000, speaker="unknown")
    hear(machine, 960_000, 976_000, act(ActKind.REFLECTION, 960_000))
    assert machine.advance(1_100_000) is None


def test_cool_down_lasts_three_minutes() -> None:
    """The second feedback comes no earlier than three minutes after the first, to the sample."""
    machine = coach()
    assert said_after_talk(machine, 0, act(ActKind.REFLECTION, 0)) is not None
    hear(machine, 400_000, 3_000_000, act(ActKind.VALIDATION, 2_900_000, speaker="Ben", words="that makes sense"))
    assert machine.advance(384_000 + THREE_MINUTES - 1) is None
    second = machine.advance(384_000 + THREE_MINUTES)
    assert second is not None
    assert second.because == ("a-Ben-validation-2900000",)


def test_words_that_call_for_more_are_waited_out() -> None:
    """Silence after "because" is somebody thinking; the coach waits until the turn has been finished."""
    machine = coach()
    word = Word(span=Span(310_000, 320_000), text="because")
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 288_000))
    machine.observe(Transcript(phrase_id="p", words=(word,), model="test"))
    assert machine.advance(600_000) is None
    hear(machine, 700_000, 716_000)
    assert machine.advance(780_000) is not None


def test_words_of_an_earlier_turn_do_not_hold_back() -> None:
    """Words that ended long before the last voice say nothing about whether its turn is finished."""
    machine = coach()
    word = Word(span=Span(100_000, 120_000), text="because")
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 288_000))
    machine.observe(Transcript(phrase_id="p", words=(word,), model="test"))
    assert machine.advance(384_000) is not None


def test_words_that_arrive_late_in_a_lull_are_still_praised() -> None:
    """A lull with nothing to say is looked at again when a slow transcript brings an act."""
    machine = coach()
    assert said_after_talk(machine, 0) is None
    machine.observe(act(ActKind.REFLECTION, 288_000))
    assert machine.advance(400_000) is not None


def test_nothing_heard_to_praise_is_silence() -> None:
    """Without an act, a pattern or a measure nothing is invented."""
    machine = coach()
    assert said_after_talk(machine, 0, transfer(TransferKind.SMOOTH_SWITCH, 100_000)) is None


def test_suggestion_comes_only_after_three_praises() -> None:
    """Of eight lulls with something to suggest in each, two suggest, and each after three praises of its own."""
    machine = coach(cool_down_s=0.0)
    tones = []
    for k in range(8):
        start = k * 1_000_000
        feedback = said_after_talk(
            machine,
            start,
            act(ActKind.REFLECTION, start, speaker="Ben"),
            act(ActKind.CRITICISM, start + 160_000, words="you never listen"),
        )
        assert feedback is not None
        tones.append(feedback.id.partition("-")[0])
    assert tones == ["praise", "praise", "praise", "suggestion", "praise", "praise", "praise", "suggestion"]


def test_no_praise_means_no_suggestion() -> None:
    """Where there is nothing true to praise, nothing is suggested either."""
    machine = coach(cool_down_s=0.0)
    harsh = [
        said_after_talk(machine, k * 1_000_000, act(ActKind.CRITICISM, k * 1_000_000, words="you never listen"))
        for k in range(5)
    ]
    assert harsh == [None] * 5


def test_suggestion_names_nobody_and_quotes_nothing() -> None:
    """A criticism becomes an invitation to both: neither who said it nor the words are spoken."""
    machine = coach(praises_per_suggestion=0)
    feedback = said_after_talk(machine, 0, act(ActKind.CRITICISM, 288_000, words="you never listen"))
    assert feedback == Feedback(
        id="suggestion-384000",
        at=384_000,
        text="Try starting with “I feel”, and then what you need.",
        because=("a-Ann-criticism-288000",),
        delivery=DeliveryKind.SPOKEN,
    )


@pytest.mark.parametrize(
    ("sure", "flavour", "expected"),
    [
        (0.9, Flavour.COMPETITIVE, "suggestion-384000"),
        (0.9, None, "suggestion-384000"),
        (0.6, Flavour.COMPETITIVE, None),
        (0.9, Flavour.UNSURE, None),
        (0.9, Flavour.COOPERATIVE, None),
    ],
)
def test_unsure_interruptions_bring_no_suggestion(sure: float, flavour: Flavour | None, expected: str | None) -> None:
    """Only interruptions that are sure, and not marked as unsure or cooperative, are spoken about."""
    machine = coach(praises_per_suggestion=0)
    twice = [
        transfer(TransferKind.INTERRUPTION, at, sure=sure, flavour=flavour, offset=-8_000) for at in (80_000, 160_000)
    ]
    feedback = said_after_talk(machine, 0, *twice)
    assert (feedback.id if feedback else None) == expected


def test_timing_alone_praises_what_timing_shows() -> None:
    """Without any words, three answers after a moment's pause are praised, with the transfers as the reason."""
    machine = coach()
    pauses = [transfer(TransferKind.SMOOTH_SWITCH, at, offset=16_000, sure=0.6) for at in (50_000, 150_000, 250_000)]
    feedback = said_after_talk(machine, 0, *pauses)
    assert feedback is not None
    assert feedback.text == "Ann took a moment before answering. That gives words room to land."
    assert feedback.because == ("f-Ann-50000", "f-Ann-150000", "f-Ann-250000")


def test_transfer_told_three_times_is_one() -> None:
    """The same transfer, told again, replaces itself and makes no pattern."""
    machine = coach()
    again = [transfer(TransferKind.SMOOTH_SWITCH, 50_000, offset=16_000)] * 3
    assert said_after_talk(machine, 0, *again) is None


def test_measures_are_reasons_too() -> None:
    """Two minutes of talk with nothing said back bring that suggestion, with the measures as the reason."""
    machine = coach(praises_per_suggestion=0)
    none = {"reflections": Measure(key="reflections", value=0.0, n=0, observed="two channels")}
    machine.observe_measures({"Ann": none, "Ben": none, "both": {}})
    hear(machine, 0, 1_920_000)
    feedback = machine.advance(1_984_000)
    assert feedback is not None
    assert feedback.text == "Try saying back what you heard before answering."
    assert feedback.because == ("measure:Ann.reflections", "measure:Ben.reflections")


def test_both_are_praised_in_turn_and_whoever_is_ahead_without_the_name() -> None:
    """Of two people the one praised least comes first; praise that would put one ahead again names nobody."""
    machine = coach(cool_down_s=0.0)
    first = said_after_talk(
        machine,
        0,
        act(ActKind.REFLECTION, 0),
        act(ActKind.CHECK_IN, 32_000, words="did I get that"),
        act(ActKind.BACKCHANNEL, 64_000, speaker="Ben", words="mm-hm"),
    )
    second = said_after_talk(machine, 500_000)
    third = said_after_talk(machine, 1_000_000, act(ActKind.REFLECTION, 1_000_000))
    fourth = said_after_talk(machine, 1_500_000, act(ActKind.VALIDATION, 1_600_000, words="that makes sense"))
    assert [f.because[0].split("-")[1] for f in (first, second, third, fourth) if f] == ["Ann", "Ben", "Ann", "Ann"]
    assert fourth is not None
    assert "Ann" not in fourth.text


def test_quiet_mode_keeps_feedback_for_the_report() -> None:
    """A quiet coach finds the same things at the same times and says none of them."""
    feedback = said_after_talk(coach(mode=CoachMode.QUIET), 0, act(ActKind.REFLECTION, 288_000))
    assert feedback is not None
    assert feedback.at == 384_000
    assert feedback.delivery is DeliveryKind.WITHHELD


def test_visual_mode_shows() -> None:
    """A visual coach shows what a speaking one says."""
    feedback = said_after_talk(coach(mode=CoachMode.VISUAL), 0, act(ActKind.REFLECTION, 288_000))
    assert feedback is not None
    assert feedback.delivery is DeliveryKind.SHOWN


def test_praise_that_reached_nobody_may_be_said_again_after_the_cool_down() -> None:
    """What was withheld counts for nothing, but it does not make the coach hurry."""
    machine = coach(memory_s=600.0)
    first = said_after_talk(machine, 0, act(ActKind.REFLECTION, 288_000))
    assert first is not None
    machine.observe(Delivery(feedback_id=first.id, how=DeliveryKind.WITHHELD))
    hear(machine, 400_000, 420_000)
    assert machine.advance(500_000) is None
    again = machine.advance(384_000 + THREE_MINUTES)
    assert again is not None
    assert again.because == first.because


def test_praise_that_was_spoken_is_spent() -> None:
    """The same words are praised once."""
    machine = coach(cool_down_s=0.0)
    first = said_after_talk(machine, 0, act(ActKind.REFLECTION, 288_000))
    assert first is not None
    machine.observe(Delivery(feedback_id=first.id, how=DeliveryKind.SPOKEN))
    assert said_after_talk(machine, 500_000) is None


def test_words_that_are_two_acts_are_praised_once() -> None:
    """The same words as an open question and as an encourager bring one praise."""
    machine = coach(cool_down_s=0.0)
    both = (
        act(ActKind.OPEN_QUESTION, 288_000, words="can you tell me more"),
        act(ActKind.ENCOURAGER, 290_000, words="tell me more"),
    )
    assert said_after_talk(machine, 0, *both) is not None
    assert said_after_talk(machine, 500_000) is None


def test_quiet_praise_is_spent_though_it_reached_nobody() -> None:
    """In a quiet session the word that feedback was withheld changes nothing; the report has it once."""
    machine = coach(mode=CoachMode.QUIET, cool_down_s=0.0)
    first = said_after_talk(machine, 0, act(ActKind.REFLECTION, 288_000))
    assert first is not None
    machine.observe(Delivery(feedback_id=first.id, how=DeliveryKind.WITHHELD))
    assert said_after_talk(machine, 500_000) is None


def test_what_was_heard_long_ago_is_let_rest() -> None:
    """Words older than the coach's memory are for the report."""
    machine = coach()
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 0))
    hear(machine, 320_000, 2_960_000)
    assert machine.advance(3_024_000) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lull_s": -1.0}, r"coach\.lull_s must be 0 or more, not -1\.0"),
        ({"cool_down_s": float("nan")}, r"coach\.cool_down_s must be 0 or more, not nan"),
        ({"confidence_floor": 1.5}, r"coach\.confidence_floor must lie between 0 and 1, not 1\.5"),
    ],
)
def test_impossible_setting_is_one_line(change: dict[str, float], message: str) -> None:
    """A setting that makes no sense is named with its value."""
    with pytest.raises(SettingsError, match=message):
        CoachSettings(**change)  # type: ignore[arg-type]


STEPS = st.tuples(
    st.sampled_from(["Ann", "Ben", "unknown"]),
    st.sampled_from(["start", "stop", "segment", "gap", "reflection", "criticism", "wait"]),
    st.integers(min_value=0, max_value=12 * SECOND),
)


@settings(max_examples=300, deadline=None)
@given(steps=st.lists(STEPS, max_size=120))
def test_any_interleaving_of_voices_is_never_talked_over(steps: list[tuple[str, str, int]]) -> None:
    """Nothing is ever said while somebody speaks, nor before four observed seconds of silence, and praise keeps 3:1."""
    machine = coach(cool_down_s=0.0, first_talk_s=0.0)
    speaking: set[str] = set()
    now = disturbed = 0
    tones = {"praise": 0, "suggestion": 0}
    for who, what, length in steps:
        begun, now = now, now + length
        match what:
            case "start":
                machine.observe(started(now, who))
                speaking.add(who)
            case "stop":
                machine.observe(stopped(now, who))
                speaking.discard(who)
                disturbed = now
            case "segment":
                machine.observe(segment(begun, now, who))
                disturbed = now
            case "gap":
                machine.observe(Gap(span=Span(begun, now), why=GapCause.STARVED))
                disturbed = now
            case "reflection" | "criticism":
                machine.observe(act(ActKind(what), begun, speaker=who))
        feedback = machine.advance(now)
        if feedback is not None:
            assert not speaking
            assert now - disturbed >= LULL
            tones[feedback.id.partition("-")[0]] += 1
            assert tones["praise"] >= 3 * tones["suggestion"]


# --- voices that become known late -----------------------------------------------------------------------------


def revision(replaced: list[SpeechSegment], segments: list[SpeechSegment]) -> Revision:
    """Return that somebody else spoke."""
    spans = [one.span for one in (*replaced, *segments)]
    span = Span(min(one.start for one in spans), max(one.stop for one in spans))
    return Revision(span=span, replaced=tuple(replaced), segments=tuple(segments), known_at=span.stop)


def test_talk_of_voices_that_become_known_late_counts_from_then_on() -> None:
    """Twenty seconds of nobody known are no talk of the couple; once they are Ann's, there has been enough."""
    machine = coach()
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 288_000), speaker=UNKNOWN)
    assert machine.advance(384_000) is None
    machine.observe(revision([segment(0, 320_000, UNKNOWN)], [segment(0, 320_000)]))
    machine.observe(act(ActKind.REFLECTION, 288_000))
    feedback = machine.advance(384_000)
    assert feedback is not None
    assert "Ann" in feedback.text


def test_talk_that_was_nobodys_after_all_does_not_count() -> None:
    """A television was taken for Ann."""
    machine = coach()
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 288_000))
    machine.observe(revision([segment(0, 320_000)], [segment(0, 320_000, UNKNOWN)]))
    machine.observe(act(ActKind.REFLECTION, 320_000 - SECOND, speaker="Ben"))
    assert machine.advance(384_000) is None


def test_nobody_is_praised_for_what_another_said() -> None:
    """What was found in revised speech is let go; it is praised only if it is found again, in the right name."""
    machine = coach()
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 288_000), transfer(TransferKind.INTERRUPTION, 288_000))
    machine.observe(revision([segment(0, 320_000)], [segment(0, 320_000, "Ben")]))
    assert machine.advance(384_000) is None
    machine.observe(act(ActKind.REFLECTION, 288_000, speaker="Ben"))
    feedback = machine.advance(384_000)
    assert feedback is not None
    assert feedback.because == ("a-Ben-reflection-288000",)


def test_what_was_heard_outside_of_a_revision_stays() -> None:
    """The last minute is heard anew, not the whole evening."""
    machine = coach()
    hear(machine, 0, 320_000, act(ActKind.REFLECTION, 288_000))
    machine.observe(revision([segment(0, 100_000)], [segment(0, 100_000, "Ben")]))
    assert machine.advance(384_000) is not None
