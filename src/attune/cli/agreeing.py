"""Everybody who will be heard agrees before anything is: each by name, with a key, where somebody can answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import click

from attune.errors import InputError
from attune.events import AgreedBy, SessionConsent

WHAT_IS_KEPT = "Attune listens to everybody in the room and keeps figures and words on this computer alone."
BY_GOING_ON = "Does everybody who will be heard agree? By going on you say so."

ORDINALS = ("first person", "second person")
"""What people are called who have no names yet."""


def asked_people(names: Sequence[str]) -> tuple[str, ...]:
    """Return what each of two people is called when asked: by name, or as the first or second person."""
    return (*names, *ORDINALS[len(names) :])


def consent_of(
    people: tuple[str, ...], *, beforehand: AgreedBy | None, confirm: Callable[[str], bool] | None, now: datetime
) -> SessionConsent:
    """Return how everybody agreed to be heard.

    Parameters
    ----------
    people
        Who is asked, from `asked_people`.
    beforehand
        How they agreed already; None asks them.
    confirm
        Asks one question and returns the answer; None where nobody can answer: then it is stated what going on means.
    now
        The time, with its zone.

    Raises
    ------
    InputError
        If somebody does not agree.
    """
    by = beforehand
    if by is None:
        click.echo(WHAT_IS_KEPT)
        if confirm is None:
            click.echo(BY_GOING_ON)
            by = AgreedBy.STATED
        else:
            _ask_each(people, confirm=confirm)
            by = AgreedBy.KEY
    return SessionConsent(by=by, people=people, at=now.isoformat(timespec="seconds"))


def _ask_each(people: tuple[str, ...], *, confirm: Callable[[str], bool]) -> None:
    for person in people:
        if not confirm(f"{person[:1].upper()}{person[1:]}, do you agree to be heard?"):
            whose = f"the {person}" if person in ORDINALS else person
            raise InputError(f"{whose} does not agree, so nothing is listened to")
