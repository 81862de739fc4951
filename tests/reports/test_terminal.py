"""How the summary looks: calm, within 80 columns, complete without colour."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from attune.events import BOTH, ActKind, SessionRecord
from attune.reports.summary import summary_of
from attune.reports.terminal import ShareBar, print_summary
from attune.reports.view_model import Section, Summary
from attune.sessions.document import session_document
from evening_session import act, measure

EVENING = """
Anna and Ben · 1 min 01 s · evening.flac
Heard on two channels. Words by fixture. 98% of the speech could be given to a
person. 2% of the time was left out (the coach spoke, or a pause).
! The microphones hear each other; overlaps are less sure.

How the talking was shared
  Anna  ███████████████████████████░░░░░░░░░  75%
  Ben   █████████░░░░░░░░░░░░░░░░░░░░░░░░░░░  25%

Anna
  share of the talking                75%                                   n 2
  longest turn                        3.75 s                                n 2
  interruptions                       28.8 a minute of the other's talk     n 1
  Not observed: pause before answering (no answer was heard).
  Not observed: unfinished pauses left open (needs words; none were
  transcribed).

Ben
  share of the talking                25%                                   n 1
  longest turn                        2.08 s                                n 1
  pause before answering              0.62 s (middle half 0.20 to 0.62 s)   n 1
  said back what was heard            1                                     n 1

Together
  both speaking at once               1%                                    n 3

How the floor passed
                                      median offset
  one finished, the other began       +0.62 s                               n 1
  interruption, the floor passed      −0.60 s                               n 1
  small listening sounds              –                                     n 1
  Plus is a silence between two voices, minus an overlap.

Moments when voices met
  when  what                                          sure
  0:05  perhaps Anna came in before Ben had finished  0.55

What helped the listening
  said back what was heard, once
       0:04  Ben  “it sounds like you feel tired”                      sure 0.88

What made listening harder
  put as blame, once
       0:05  Anna  “you never ask”                                     sure 0.70

Also heard
  Ben: 1 small listening sound

What the coach said
  when  words                                                             how
  0:30  Ben, you said back what you heard: “it sounds like you feel       spoken
        tired”. That helps.

To take with you
  A next step: one breath before answering.

n: moments that a figure rests on. sure: how clear a moment was, 0 to 1.

"""


def printed(summary: Summary, *, width: int = 80, **options: object) -> str:
    """Return what a console of a width prints, without the spaces that end its lines."""
    out = io.StringIO()
    print_summary(summary, console=Console(file=out, width=width, **options))  # type: ignore[arg-type]
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


def test_summary_at_80_columns_without_colour(evening: SessionRecord) -> None:
    """The whole page, as somebody reads it."""
    closing = ("A next step: one breath before answering.",)
    assert printed(summary_of(session_document(evening), closing=closing)) == EVENING


@pytest.mark.parametrize("width", [200, 80, 44, 24])
def test_summary_never_runs_over_the_edge(evening: SessionRecord, width: int) -> None:
    """A narrow window wraps; a wide one is not filled beyond 80."""
    acts = tuple(act(kind, "Anna-Maria von und zu Hohenstein", 1.0, 2.0, "many words " * 9) for kind in ActKind)
    text = printed(summary_of(session_document(replace(evening, acts=acts))), width=width)
    assert max(len(line) for line in text.splitlines()) <= min(width, 80)


def test_how_sure_figures_are_stands_below_the_tables(evening: SessionRecord) -> None:
    """The figures stay in line; the remark about them wraps below."""
    note = "on test conversations 92 of 100 (86 to 95) that were found were there, and 48 of 100 that were there were"
    together = measure("overlap_share", 0.1, 3, observed=f"two voices, one microphone; {note} found")
    page = printed(
        summary_of(session_document(replace(evening, measures={**evening.measures, BOTH: dict([together])})))
    )
    expected = """
Together
  both speaking at once               10%                                   n 3

How sure these figures are
  Both speaking at once: on test conversations 92 of 100 (86 to 95) that were
  found were there, and 48 of 100 that were there were found.

How the floor passed
"""
    assert expected in page


def test_words_in_brackets_are_not_taken_for_markup(evening: SessionRecord) -> None:
    """What people say is shown as they said it."""
    acts = (act(ActKind.REFLECTION, "Ben", 1.0, 2.0, "so [red]you[/red] said :smile:"),)
    assert "“so [red]you[/red] said :smile:”" in printed(summary_of(session_document(replace(evening, acts=acts))))


def test_colour_changes_no_letter(evening: SessionRecord) -> None:
    """With colour the text is the same; only control sequences are added."""
    summary = summary_of(session_document(evening))
    plain = printed(summary)
    coloured = printed(summary, force_terminal=True, color_system="standard")
    without = "\n".join(line.rstrip() for line in _uncoloured(coloured).splitlines())
    assert coloured != plain
    assert without == "\n".join(plain.splitlines())


def test_no_color_in_the_environment_is_kept(evening: SessionRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR leaves bold and dim at most."""
    monkeypatch.setenv("NO_COLOR", "1")
    text = printed(summary_of(session_document(evening)), force_terminal=True, color_system="standard")
    assert "\x1b[36m" not in text
    assert "\x1b[1;36m" not in text


def test_bar_in_plain_ascii() -> None:
    """A terminal without block characters gets marks that it has."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Console(file=out, width=20).print(ShareBar(0.25, width=8))
    out.seek(0)
    assert out.read().rstrip() == "##------"


def test_empty_section_is_its_title_alone() -> None:
    """A section without parts does no harm."""
    summary = Summary(title="Nobody", heard=(), warnings=(), sections=(Section(title="Nothing"),))
    assert "\nNothing\n" in printed(summary)


def _uncoloured(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)
