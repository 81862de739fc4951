"""What the summary says, as text."""

from dataclasses import replace
from typing import Any

import pytest

from attune.events import BOTH, ActKind, DeliveryKind, Feedback, Flavour, Health, Measure, SessionRecord, TransferKind
from attune.reports.summary import NO_SPEECH, NO_WORDS, summary_of
from attune.reports.view_model import Bar, Quote, Quotes, Section, Summary, Table
from attune.sessions.document import session_document
from evening_session import ANNA, BEN, act, measure, transfer


def summarised(record: SessionRecord, **changes: Any) -> Summary:
    """Return the summary of a record with some parts replaced."""
    return summary_of(session_document(replace(record, **changes)))


def section(summary: Summary, title: str) -> Section:
    """Return the only section with a title."""
    (found,) = [part for part in summary.sections if part.title == title]
    return found


def test_summary_has_its_sections_in_order(evening: SessionRecord) -> None:
    """How it was shared, each person, together, the floor, the words, the coach."""
    assert [part.title for part in summarised(evening).sections] == [
        "How the talking was shared",
        "Anna",
        "Ben",
        "Together",
        "How the floor passed",
        "Moments when voices met",
        "What helped the listening",
        "What made listening harder",
        "Also heard",
        "What the coach said",
    ]


def test_summary_begins_with_who_how_long_and_how_it_was_heard(evening: SessionRecord) -> None:
    """Health comes before any figure, warnings included; only the name of the file is shown, not its folder."""
    summary = summarised(evening, source="recordings/evening.flac")
    assert summary.title == "Anna and Ben · 1 min 01 s · evening.flac"
    assert summary.heard == (
        "Heard on two channels.",
        "Words by fixture.",
        "98% of the speech could be given to a person.",
        "2% of the time was left out (the coach spoke, or a pause).",
    )
    assert summary.warnings == ("The microphones hear each other; overlaps are less sure.",)


def test_session_without_words_or_speech_says_so(evening: SessionRecord) -> None:
    """Nothing is silently missing."""
    health = Health(attributed=None, unobserved=0.0, lost=0.25, transcriber="none", warnings=())
    summary = summarised(evening, health=health, measures={})
    assert summary.heard == (
        NO_WORDS,
        NO_SPEECH,
        "25% of the sound was lost.",
    )


def test_what_the_warnings_say_is_not_said_twice(evening: SessionRecord) -> None:
    """That no words were transcribed stands among the warnings alone."""
    health = Health(attributed=1.0, unobserved=0.0, lost=0.0, transcriber="none", warnings=(NO_WORDS,))
    summary = summarised(evening, health=health, measures={})
    assert summary.warnings == (NO_WORDS,)
    assert summary.heard == ("100% of the speech could be given to a person.",)


@pytest.mark.parametrize(
    ("transcriber", "words"),
    [("transcript", "Words from the transcript."), ("scripted", "Words from the script."), ("base", "Words by base.")],
)
def test_source_of_the_words_is_told_in_plain_words(evening: SessionRecord, transcriber: str, words: str) -> None:
    """A transcript has no model that made its words."""
    health = Health(attributed=1.0, unobserved=0.0, lost=0.0, transcriber=transcriber, warnings=())
    assert words in summarised(evening, health=health).heard


def test_shares_stand_in_the_order_of_the_names_and_not_of_their_size(evening: SessionRecord) -> None:
    """Nobody comes first for having spoken more."""
    turned = summarised(evening, speakers=(BEN, ANNA))
    assert section(turned, "How the talking was shared").bars == (
        Bar(name="Ben", share=0.254, text="25%"),
        Bar(name="Anna", share=0.746, text="75%"),
    )


def test_one_person_has_no_balance(evening: SessionRecord) -> None:
    """A share of 100 % tells nothing in a drill alone."""
    alone = summarised(evening, speakers=(ANNA,), measures={ANNA: evening.measures[ANNA], BOTH: {}})
    assert [part.title for part in alone.sections][:2] == ["Anna", "How the floor passed"]


def test_figures_carry_n_and_the_unobserved_say_why(evening: SessionRecord) -> None:
    """The part of one person, literally."""
    assert section(summarised(evening), "Anna") == Section(
        title="Anna",
        table=Table(
            columns=("", "", ""),
            rows=(
                ("share of the talking", "75%", "n 2"),
                ("longest turn", "3.75 s", "n 2"),
                ("interruptions", "28.8 a minute of the other's talk", "n 1"),
            ),
        ),
        lines=(
            "Not observed: pause before answering (no answer was heard).",
            "Not observed: unfinished pauses left open (needs words; none were transcribed).",
        ),
    )


def test_figures_unobserved_for_one_reason_share_a_line(evening: SessionRecord) -> None:
    """The reason is said once; a person of whom nothing was observed has no table."""
    why = "needs words"
    figures = dict([measure("reflections", None, 0, observed=why), measure("check_ins", None, 0, observed=why)])
    found = section(summarised(evening, measures={**evening.measures, ANNA: figures}), "Anna")
    assert found.table is None
    assert found.lines == ("Not observed: said back what was heard; checked the understanding (needs words).",)


NOTE = "on test conversations 92 of 100 that were found were there, and 48 of 100 that were there were found"


def heard_by_voice(evening: SessionRecord) -> Summary:
    """Return the summary of the evening as one microphone hears it."""
    way = "two voices, one microphone"
    noted = f"{way}; {NOTE}"
    own = [measure("talk_share", 0.5, 3, observed=way), measure("interruptions_per_partner_min", 1, 1, observed=noted)]
    poor = "not shown: on test conversations only 41 of 100 that were found were there"
    sounds = measure("backchannels_per_partner_min", None, 0, observed=poor)
    together = measure("overlap_share", 0.01, 3, observed=noted)
    return summarised(evening, measures={ANNA: dict([*own, sounds]), BEN: dict(own), BOTH: dict([together])})


def test_how_sure_figures_are_is_told_once_for_all_people(evening: SessionRecord) -> None:
    """Below the figures, each remark once with all figures that it is about."""
    summary = heard_by_voice(evening)
    titles = [part.title for part in summary.sections]
    assert titles[titles.index("Together") + 1] == "How sure these figures are"
    assert section(summary, "How sure these figures are") == Section(
        title="How sure these figures are", lines=(f"Interruptions; both speaking at once: {NOTE}.",)
    )
    assert summary.heard[0] == "Heard: two voices, one microphone."


def test_figure_that_is_withheld_says_why(evening: SessionRecord) -> None:
    """It stands among those that were not observed, and has no remark of its own."""
    (line,) = section(heard_by_voice(evening), "Anna").lines
    assert line == (
        "Not observed: small listening sounds (not shown: on test conversations only 41 of 100 that were found were "
        "there)."
    )


def test_figures_without_a_remark_have_no_such_section(evening: SessionRecord) -> None:
    """Two channels need none."""
    assert "How sure these figures are" not in [part.title for part in summarised(evening).sections]


def test_session_in_which_nobody_spoke_shows_no_figures(evening: SessionRecord) -> None:
    """A page of noughts would say no more than that nobody was heard."""
    health = Health(attributed=None, unobserved=0.0, lost=0.0, transcriber="base", warnings=())
    titles = [part.title for part in summarised(evening, health=health).sections]
    assert not {"Anna", "Ben", "Together"} & set(titles)


def test_median_is_shown_with_its_middle_half(evening: SessionRecord) -> None:
    """One pause is not a habit: the spread stands beside the median."""
    table = section(summarised(evening), "Ben").table
    assert table is not None
    assert table.rows[2] == ("pause before answering", "0.62 s (middle half 0.20 to 0.62 s)", "n 1")


def test_median_of_one_pause_has_no_middle_half(evening: SessionRecord) -> None:
    """A spread from a value to itself tells nothing."""
    pause = Measure(key="pause_before_response_s", value=0.4, n=1, observed="two channels", iqr=(0.4, 0.4))
    table = section(summarised(evening, measures={ANNA: {pause.key: pause}}), "Anna").table
    assert table is not None
    assert table.rows == (("pause before answering", "0.40 s", "n 1"),)


def test_measure_that_is_new_is_shown_all_the_same(evening: SessionRecord) -> None:
    """A document of a later program is not cut short."""
    measures = {**evening.measures, BOTH: dict([measure("shared_laughs_per_min", 2.0, 2)])}
    table = section(summarised(evening, measures=measures), "Together").table
    assert table is not None
    assert table.rows == (("shared laughs per min", "2.0 a minute", "n 2"),)


def test_transfers_are_counted_by_kind_with_their_median_offset(evening: SessionRecord) -> None:
    """Of 0.2, 0.4 and 1.8 s the middle one is shown; a listening sound has no offset worth a median."""
    transfers = (
        transfer(TransferKind.BACKCHANNEL, BEN, at=1.0, offset=-1.0),
        transfer(TransferKind.SMOOTH_SWITCH, BEN, at=2.0, offset=0.2),
        transfer(TransferKind.SMOOTH_SWITCH, ANNA, at=3.0, offset=1.8),
        transfer(TransferKind.SMOOTH_SWITCH, BEN, at=4.0, offset=0.4),
    )
    assert section(summarised(evening, transfers=transfers), "How the floor passed") == Section(
        title="How the floor passed",
        table=Table(
            columns=("", "median offset", ""),
            rows=(
                ("one finished, the other began", "+0.40 s", "n 3"),
                ("small listening sounds", "–", "n 1"),
            ),
        ),
        lines=("Plus is a silence between two voices, minus an overlap.",),
    )


def test_doubtful_interruption_is_told_with_perhaps(evening: SessionRecord) -> None:
    """Timing alone (.6) is told as a possibility, .9 as a fact, and a friendly overlap as friendly."""
    transfers = (
        transfer(TransferKind.INTERRUPTION, ANNA, at=5.0, offset=-0.6, confidence=0.6),
        transfer(TransferKind.INTERRUPTION, BEN, at=65.0, offset=-0.6, flavour=Flavour.COMPETITIVE),
        transfer(TransferKind.INTERRUPTION_ATTEMPT, BEN, at=70.0, offset=-0.6, flavour=Flavour.COOPERATIVE),
    )
    table = section(summarised(evening, transfers=transfers), "Moments when voices met").table
    assert table is not None
    assert table.rows == (
        ("0:05", "perhaps Anna came in before Ben had finished", "0.60"),
        ("1:05", "Ben came in before Anna had finished", "0.90"),
        ("1:10", "Ben spoke up, and Anna went on (it sounded friendly)", "0.90"),
    )


def test_many_interruptions_show_the_clearest_in_order_of_time(evening: SessionRecord) -> None:
    """Six are shown, the rest are counted."""
    sure = [0.9, 0.1, 0.8, 0.8, 0.2, 0.9, 0.7, 0.7]
    transfers = tuple(
        transfer(TransferKind.INTERRUPTION, ANNA, at=60.0 * n, offset=-0.6, confidence=confidence)
        for n, confidence in enumerate(sure)
    )
    found = section(summarised(evening, transfers=transfers), "Moments when voices met")
    assert found.table is not None
    assert [row[0] for row in found.table.rows] == ["0:00", "2:00", "3:00", "5:00", "6:00", "7:00"]
    assert found.lines == ("… and 2 more.",)


def test_session_without_interruptions_has_no_such_section(evening: SessionRecord) -> None:
    """Nothing is announced that was not heard."""
    titles = [part.title for part in summarised(evening, transfers=evening.transfers[:1]).sections]
    assert "Moments when voices met" not in titles


def test_acts_are_quoted_with_time_name_and_how_sure(evening: SessionRecord) -> None:
    """The words stand as they were said."""
    assert section(summarised(evening), "What helped the listening").quotes == (
        Quotes(
            title="said back what was heard, once",
            quotes=(Quote(when="0:04", who="Ben", words="“it sounds like you feel tired”", sure="0.88"),),
        ),
    )


@pytest.mark.parametrize(
    ("kind", "title", "most"),
    [
        (ActKind.REFLECTION, "What helped the listening", 3),
        (ActKind.NEED, "Feelings and needs", 2),
        (ActKind.CRITICISM, "What made listening harder", 1),
    ],
)
def test_what_helped_is_quoted_three_times_as_much(
    evening: SessionRecord, kind: ActKind, title: str, most: int
) -> None:
    """Of five examples the clearest are quoted; all are counted."""
    acts = tuple(act(kind, BEN, n * 10.0, n * 10.0 + 1, f"words {n}", sure=0.5 + n / 10) for n in range(5))
    (group,) = section(summarised(evening, acts=acts), title).quotes
    assert group.title.endswith(", 5 times")
    assert [quote.words for quote in group.quotes] == ["“words 2”", "“words 3”", "“words 4”"][-most:]


def test_every_kind_of_act_has_a_place(evening: SessionRecord) -> None:
    """No act that was heard is missing from the summary."""
    acts = tuple(act(kind, BEN, float(n), n + 0.5, f"said {n}") for n, kind in enumerate(ActKind))
    summary = summarised(evening, acts=acts)
    quoted = sum(len(part.quotes) for part in summary.sections)
    assert quoted == len(ActKind) - 2
    assert section(summary, "Also heard").lines == ("Ben: 1 small listening sound, 1 yes-or-no question",)


def test_long_quote_is_cut(evening: SessionRecord) -> None:
    """The document has all of it."""
    summary = summarised(evening, acts=(act(ActKind.REFLECTION, BEN, 1.0, 9.0, "word " * 60),))
    words = section(summary, "What helped the listening").quotes[0].quotes[0].words
    assert len(words) <= 122
    assert words.endswith("…”")


def test_act_from_timing_alone_has_no_quote(evening: SessionRecord) -> None:
    """A silence has no words."""
    summary = summarised(evening, acts=(act(ActKind.STONEWALLING, BEN, 1.0, 9.0, ""),))
    assert section(summary, "What made listening harder").quotes[0].quotes[0].words == "–"


def test_feedback_says_how_it_reached_the_room(evening: SessionRecord) -> None:
    """What was held back during the talk is read afterwards, and marked."""
    feedback = tuple(
        Feedback(id=f"c-{n}", at=n * 16000, text=f"Thing {n}.", because=(), delivery=how)
        for n, how in enumerate(DeliveryKind)
    )
    table = section(summarised(evening, feedback=feedback), "What the coach said").table
    assert table is not None
    assert table.rows == (
        ("0:00", "Thing 0.", "spoken"),
        ("0:01", "Thing 1.", "shown"),
        ("0:02", "Thing 2.", "kept until now"),
    )


def test_closing_words_come_last(evening: SessionRecord) -> None:
    """One strength, one next step."""
    summary = summary_of(session_document(evening), closing=("A strength.", "A next step."))
    assert summary.sections[-1] == Section(title="To take with you", lines=("A strength.", "A next step."))


def test_no_text_of_the_summary_steers_the_terminal(evening: SessionRecord) -> None:
    """Names, words, warnings and sources come from outside."""
    bad = "x\x1b[2Jy"
    health = replace(evening.health, warnings=(bad,), transcriber=bad)
    feedback = (replace(evening.feedback[0], text=bad),)
    acts = (act(ActKind.REFLECTION, bad, 1.0, 2.0, bad),)
    transfers = (replace(evening.transfers[1], to_speaker=bad),)
    measures = {bad: dict([measure("talk_share", None, 0, observed=bad)]), BOTH: {}}
    changed = {"source": bad, "health": health, "feedback": feedback, "acts": acts, "transfers": transfers}
    summary = summarised(evening, speakers=(bad,), measures=measures, **changed)
    assert "\\x1b" not in repr(summary)
    assert "x [2Jy" in repr(summary)
