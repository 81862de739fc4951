"""Everybody who will be heard agrees first: by name, with a key, beforehand, or by going on where nobody can answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from attune.cli.agreeing import asked_people, consent_of
from attune.errors import InputError
from attune.events import AgreedBy, SessionConsent

NOW = datetime(2026, 11, 23, 18, 29, 1, 500, tzinfo=UTC)
AT = "2026-11-23T18:29:01+00:00"


class Answers:
    """Answers questions one by one, and notes them."""

    def __init__(self, *answers: bool) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)

    def __call__(self, question: str) -> bool:
        self.asked.append(question)
        return self._answers.pop(0)


@pytest.mark.parametrize(
    ("names", "people"),
    [
        ((), ("first person", "second person")),
        (("Ana",), ("Ana", "second person")),
        (("Ana", "Ben"), ("Ana", "Ben")),
        (("Ana", "Ben", "Cleo"), ("Ana", "Ben", "Cleo")),
    ],
)
def test_people_without_names_are_first_and_second(names: tuple[str, ...], people: tuple[str, ...]) -> None:
    """At least two are asked."""
    assert asked_people(names) == people


def test_each_person_is_asked_by_name_and_agrees_with_a_key() -> None:
    """How and when is what is recorded."""
    answers = Answers(True, True)
    consent = consent_of(("Ana", "second person"), beforehand=None, confirm=answers, now=NOW)
    assert answers.asked == ["Ana, do you agree to be heard?", "Second person, do you agree to be heard?"]
    assert consent == SessionConsent(by=AgreedBy.KEY, people=("Ana", "second person"), at=AT)


@pytest.mark.parametrize(
    ("people", "why"),
    [
        (("Ana", "Ben"), "Ben does not agree, so nothing is listened to"),
        (("first person", "second person"), "the second person does not agree, so nothing is listened to"),
    ],
)
def test_one_who_does_not_agree_ends_it(people: tuple[str, ...], why: str) -> None:
    """The first one's yes does not count for the second."""
    with pytest.raises(InputError) as raised:
        consent_of(people, beforehand=None, confirm=Answers(True, False), now=NOW)
    assert str(raised.value) == why


def test_option_is_recorded_and_nobody_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is said about it either."""
    answers = Answers()
    consent = consent_of(("Ana", "Ben"), beforehand=AgreedBy.OPTION, confirm=answers, now=NOW)
    assert consent == SessionConsent(by=AgreedBy.OPTION, people=("Ana", "Ben"), at=AT)
    assert answers.asked == []
    assert capsys.readouterr().out == ""


def test_where_nobody_can_answer_it_is_stated(capsys: pytest.CaptureFixture[str]) -> None:
    """What going on means is said, and that it was only said is recorded."""
    consent = consent_of(("first person", "second person"), beforehand=None, confirm=None, now=NOW)
    assert consent.by is AgreedBy.STATED
    assert capsys.readouterr().out.endswith("Does everybody who will be heard agree? By going on you say so.\n")
