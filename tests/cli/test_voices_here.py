"""Whose voices a session with one microphone listens for, and the one line that says so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from attune.cli.voices_here import VoicesHere, voices_here
from attune.errors import StoreError
from attune.profile import VoiceProfile
from attune.sessions.database import DATABASE
from attune.sessions.home import Home, home_of
from attune.sessions.voices import Agreement, Consent, VoiceStore

AGREED = Agreement(by=Consent.KEY, at=datetime(2026, 11, 23, 18, 29, tzinfo=UTC))
WITHOUT_NAMES = "Without names the two are A and B, once their voices are known."


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return the folders of a user who has kept nothing."""
    return home_of({"ATTUNE_HOME": str(tmp_path)})


def enroll(home: Home, *names: str) -> None:
    """Keep a made-up voice under each name."""
    with VoiceStore.open(home.sessions) as store:
        for seed, name in enumerate(names):
            vectors = np.random.default_rng(seed).normal(size=(4, 10, 256))
            vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
            profile = VoiceProfile(encoder="ge2e-1", windows=vectors.astype(np.float32), voiced_s=14.0)
            store.add(name, profile, agreement=AGREED)


def test_without_enrolled_voices_it_says_how_to_learn_them_and_makes_nothing(home: Home) -> None:
    """There was no database, and there is none afterwards."""
    assert voices_here((), home=home) == VoicesHere(
        names=(), line=f"For your names, learn each voice once: attune enroll NAME. {WITHOUT_NAMES}"
    )
    assert not (home.sessions / DATABASE).exists()


def test_two_enrolled_voices_are_meant(home: Home) -> None:
    """In the order of their names."""
    enroll(home, "Ben", "Ana")
    assert voices_here((), home=home) == VoicesHere(names=("Ana", "Ben"), line="Listening for Ana and Ben.")


def test_one_enrolled_voice_wants_the_other(home: Home) -> None:
    """Who the second person is cannot be guessed."""
    enroll(home, "Ana")
    line = "The voice of Ana is known; for both names, learn the other one too: attune enroll NAME."
    assert voices_here((), home=home) == VoicesHere(names=(), line=f"{line} {WITHOUT_NAMES}")


def test_more_than_two_have_to_be_named(home: Home) -> None:
    """The line says with which option."""
    enroll(home, "Ana", "Ben", "Cleo")
    line = "3 voices are known (Ana, Ben and Cleo); to have names, say who is here: --voices A,B."
    assert voices_here((), home=home) == VoicesHere(names=(), line=f"{line} {WITHOUT_NAMES}")
    assert voices_here(("Cleo", "Ana"), home=home) == VoicesHere(
        names=("Cleo", "Ana"), line="Listening for Cleo and Ana."
    )


def test_one_who_is_named_has_somebody_beside(home: Home) -> None:
    """The other one is called as strangers are."""
    enroll(home, "Ana", "Ben", "Cleo")
    assert voices_here(("Ben",), home=home) == VoicesHere(names=("Ben",), line="Listening for Ben and A.")


def test_one_who_is_named_and_not_enrolled_is_an_error(home: Home) -> None:
    """Before anybody is asked or heard."""
    enroll(home, "Ana")
    with pytest.raises(StoreError, match=r"no voice is called 'Ben'; `attune enroll --list` shows them"):
        voices_here(("Ana", "Ben"), home=home)


def test_database_that_cannot_be_read_is_told_and_the_session_goes_on(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names are a convenience."""
    home.sessions.mkdir(parents=True)
    (home.sessions / DATABASE).write_text("this is no database, whatever its name says" * 50)
    assert voices_here((), home=home).names == ()
    assert "is not a database of sessions" in capsys.readouterr().err
