"""Two people before one microphone, live: their voices are told apart, by name where they are enrolled."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from attune_process import PATIENCE_S, Command, Terminal, commands, document
from numpy.typing import NDArray
from virtual_card import running_sound_card

from attune import bundled

pytestmark = pytest.mark.live


QUIET = ("listen", "--transcriber", "none", "--coach", "quiet")
TALK = "interruptions"
SECONDS = 46.0

BEN = ("long_monologue", "B")
DORA = ("patience_with_silence", "A")
"""The two voices of the talk, in other dialogues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A session that has ended."""

    home: Path
    status: int
    output: str
    session: dict[str, Any]


def enrolled(name: str, dialogue: str, person: str, *, home: Path, folder: Path) -> None:
    """Learn a voice from what one person says alone in another dialogue."""
    samples, rate = soundfile.read(bundled.fixture_sound(dialogue, channels=2), dtype="int16")
    truth = json.loads(bundled.fixture_transcript(dialogue).read_text("utf-8"))
    column = truth["speakers"].index(person)
    own = [s for s in truth["segments"] if s["speaker"] == person]
    said = [samples[s["start_sample"] : s["stop_sample"], column] for s in own]
    path = folder / f"{name}.wav"
    soundfile.write(path, np.concatenate(said), rate)
    attune(home, "enroll", name, "--from", str(path), "--agreed")


def attune(home: Path, *arguments: str) -> str:
    """Return what a command prints that needs no sound card."""
    run = subprocess.run(
        [sys.executable, "-m", "attune", *arguments],
        env={**os.environ, "ATTUNE_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    return run.stdout


def ended(command: Command) -> Heard:
    """Return a session when it has ended."""
    status, output, errors = command.end()
    assert errors == ""
    return Heard(home=command.home, status=status, output=output, session=document(command.home))


@pytest.fixture(scope="module")
def sessions(sound_programs: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Heard, Heard, str]:
    """Return two sessions in one room, of voices that are enrolled and that are not, and what a third showed."""
    folder = tmp_path_factory.mktemp("one microphone")
    known, strangers, shown = folder / "known", folder / "strangers", folder / "shown"
    enrolled("Ben", *BEN, home=known, folder=folder)
    enrolled("Dora", *DORA, home=known, folder=folder)
    enrolled("Ana", *DORA, home=strangers, folder=folder)
    options = (*QUIET, "--keep-audio", "--seconds", str(SECONDS), "--agreed")
    with running_sound_card() as room, commands(room, (known, options), (strangers, options)) as running:
        with contextlib.closing(Terminal(room, shown, *QUIET)) as terminal:
            terminal.wait_for("First person, do you agree to be heard? [y/N]:")
            terminal.press("y\r")
            terminal.wait_for("Second person, do you agree to be heard? [y/N]:")
            terminal.press("y\r")
            for command in running:
                command.wait_for("Listening with default.")
            terminal.wait_for("quiet; getting to know the voices")
            player = room.play(bundled.fixture_sound(TALK, channels=1))
            terminal.wait_for("somebody is speaking; getting to know the voices")
            terminal.wait_for("balance  A")
            terminal.press("q")
            _, picture = terminal.end()
        found = [ended(command) for command in running]
        player.terminate()
        player.wait(PATIENCE_S)
    return found[0], found[1], picture


@pytest.fixture(scope="module")
def known(sessions: tuple[Heard, Heard, str]) -> Heard:
    """Return the session of two people who are enrolled."""
    return sessions[0]


@pytest.fixture(scope="module")
def strangers(sessions: tuple[Heard, Heard, str]) -> Heard:
    """Return the session of two people whose voices nobody knew before."""
    return sessions[1]


def kept_sound(heard: Heard) -> Path:
    """Return the sound that a session kept."""
    (path,) = (heard.home / "sessions").glob("*.flac")
    return path


def assert_as_in_its_own_sound(heard: Heard, *arguments: str) -> None:
    """Check that the analysis of the sound that a session kept tells the same of it, within 50 ms."""
    again = json.loads(
        attune(heard.home, "analyze", str(kept_sound(heard)), "--transcriber", "none", "--json", "-", *arguments)
    )
    live = heard.session
    assert [t["speaker"] for t in live["turns"]] == [t["speaker"] for t in again["turns"]]
    assert [(t["kind"], t["from"], t["to"]) for t in live["transfers"]] == [
        (t["kind"], t["from"], t["to"]) for t in again["transfers"]
    ]
    for a, b in zip(live["turns"], again["turns"], strict=True):
        assert (a["start"], a["end"]) == pytest.approx((b["start"], b["end"]), abs=0.05)
    for a, b in zip(live["transfers"], again["transfers"], strict=True):
        assert (a["at"], a["offset"]) == pytest.approx((b["at"], b["offset"]), abs=0.05)


def rightly_given(heard: Heard, names: dict[str, str]) -> float:
    """Return the share of the talk that is given to the right person alone, where one person speaks in truth.

    A software sound card stutters where the machine is busy, so each stretch of speech is looked for in the sound that
    the session kept.
    """
    truth = json.loads(bundled.fixture_transcript(TALK).read_text("utf-8"))
    played, kept = loudness(bundled.fixture_sound(TALK, channels=1)), loudness(kept_sound(heard))
    said, found = grid(truth["segments"], ["A", "B"]), grid(heard.session["segments"], [names["A"], names["B"]])
    right = []
    for segment in truth["segments"]:
        first, stop = round(100 * segment["start"]), round(100 * segment["end"])
        part = played[first:stop] - played[first:stop].mean()
        at = int(np.argmax(np.correlate(kept, part, "valid")))
        alone = said[first:stop].sum(axis=1) == 1
        right.append((found[at : at + stop - first] == said[first:stop]).all(axis=1)[alone])
    return float(np.concatenate(right).mean())


def loudness(path: Path) -> NDArray[np.float64]:
    """Return how loud a sound is in each hundredth of a second, all channels together."""
    sound, rate = soundfile.read(path, always_2d=True)
    step = rate // 100
    loud: NDArray[np.float64] = np.abs(sound[: len(sound) // step * step].mean(axis=1)).reshape(-1, step).mean(axis=1)
    return loud


def grid(segments: list[dict[str, Any]], names: list[str]) -> NDArray[np.bool_]:
    """Return who speaks in each hundredth of a second of a minute, shape (6000, 2)."""
    marks = np.zeros((6_000, 2), bool)
    for segment in segments:
        if segment["speaker"] in names:
            marks[round(100 * segment["start"]) : round(100 * segment["end"]), names.index(segment["speaker"])] = True
    return marks


def test_two_voices_that_nobody_knew_are_told_apart(strangers: Heard) -> None:
    """Two people, the first one A; next to all of the speech is given to the one who spoke."""
    assert strangers.status == 0
    assert strangers.session["speakers"] == ["A", "B"]
    assert rightly_given(strangers, {"A": "A", "B": "B"}) > 0.85
    assert len(strangers.session["transfers"]) > 8
    assert "The voice of Ana is known; for both names, learn the other one too" in strangers.output
    assert "the voices are known from here on" in strangers.output


def test_two_enrolled_voices_are_called_by_name_unasked(known: Heard) -> None:
    """Exactly two voices are enrolled, so they are meant."""
    assert "Listening for Ben and Dora.\n" in known.output
    assert "the voices are known from here on" not in known.output
    assert known.session["speakers"] == ["Ben", "Dora"]
    assert rightly_given(known, {"A": "Ben", "B": "Dora"}) > 0.85


def test_live_is_as_the_analysis_of_its_own_sound(known: Heard, strangers: Heard) -> None:
    """What the microphone delivered is heard in a file as it was live; both channels are one microphone."""
    assert_as_in_its_own_sound(strangers, "--speakers", "2")
    assert_as_in_its_own_sound(known, "--voices", "Ben,Dora")


def test_no_words_and_nothing_lost(known: Heard, strangers: Heard) -> None:
    """Timing alone, as asked for."""
    for heard in (known, strangers):
        assert {turn["text"] for turn in heard.session["turns"]} == {None}
        assert heard.session["health"]["lost"] == 0.0
        assert heard.session["duration"] == SECONDS


def test_agreement_is_kept_with_the_session_and_shown(known: Heard, strangers: Heard) -> None:
    """Who, how, and when."""
    assert known.session["consent"]["by"] == "option"
    assert known.session["consent"]["people"] == ["Ben", "Dora"]
    assert strangers.session["consent"]["people"] == ["first person", "second person"]
    shown = " ".join(attune(known.home, "sessions", "show", kept_sound(known).stem).split())
    assert "Ben and Dora agreed to be heard beforehand (--agreed)" in shown


def test_view_gets_to_know_the_voices_before_it_names_anybody(sessions: tuple[Heard, Heard, str]) -> None:
    """The picture names nobody before the voices are known."""
    before, after = sessions[2].split("balance  A", 1)
    assert "A is speaking" not in before
    assert "B is speaking" not in before
    assert "Kept as" in after
