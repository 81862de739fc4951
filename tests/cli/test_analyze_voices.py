"""Two people on one channel, as `attune analyze` tells them apart: by clustering, by recordings, by enrolled voices."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from numpy.typing import NDArray

import attune
from attune.adapters.voice_encoder import WEIGHTS, Ge2eEncoder
from attune.bundled import fixture_sound, models_folder
from attune.cli.analyze import command
from attune.cli.known_voices import kept_names, recordings_of
from attune.cli.parts import People, pair_of, people_of
from attune.errors import InputError
from attune.hearing.voices.encoder import ANSWERS
from attune.plan import Arrangement
from attune.profile import VoiceProfile
from attune.schemas import Schema, load_schema
from attune.sessions.database import local_now
from attune.sessions.home import home_of
from attune.sessions.voices import Agreement, Consent, VoiceStore
from heard_fixtures import sound_of, truth_of

DEMO = fixture_sound("demo", channels=1)
ONE_MICROPHONE = "two voices, one microphone"


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    """Return a runner with a home of its own."""
    return CliRunner(env={"ATTUNE_HOME": str(tmp_path / "home"), "COLUMNS": "80"})


def run(runner: CliRunner, path: Path, *options: str) -> Result:
    """Return what becomes of a file, timing alone; the document goes to standard output."""
    arguments = [str(path), "--transcriber", "none", "--no-keep", "--json", "-", *options]
    return runner.invoke(command, arguments, catch_exceptions=False)


def document_of(result: Result) -> dict[str, Any]:
    """Return the document of a run that went well, held against the schema."""
    assert result.exit_code == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    Draft202012Validator(load_schema(Schema.SESSION)).validate(document)
    return document


def refusal(runner: CliRunner, *options: str, path: Path = DEMO) -> str:
    """Return the one line that a run ends with."""
    arguments = [str(path), "--transcriber", "none", "--no-keep", *options]
    result = runner.invoke(command, arguments, standalone_mode=False)
    if isinstance(result.exception, InputError):
        return str(result.exception)
    assert result.return_value == 1
    (said,) = result.stderr.splitlines()
    return said.removeprefix("attune: ")


@cache
def told_apart(names: tuple[str, str], turns: str) -> float:
    """Return how much of the truly single speech of the demo is given to the right one of two names."""
    heard = json.loads(turns)
    frames = truth_of("demo")["duration_samples"] // 160 + 1
    true, found = np.zeros((2, frames), bool), np.zeros((2, frames), bool)
    for segment in truth_of("demo")["segments"]:
        true["AB".index(segment["speaker"]), segment["start_sample"] // 160 : segment["stop_sample"] // 160] = True
    for segment in heard:
        if segment["speaker"] in names:
            place = slice(round(segment["start"] * 100), round(segment["end"] * 100))
            found[names.index(segment["speaker"]), place] = True
    single = true.sum(axis=0) == 1
    return float((true == found).all(axis=0)[single].mean())


def rightly(document: dict[str, Any], *names: str) -> float:
    """Return the share of speech that is given to the right one of two people, A of the demo named in front."""
    first, second = names
    return told_apart((first, second), json.dumps(document["segments"]))


def recording(path: Path, samples: NDArray[np.int16]) -> Path:
    """Return a file with some sound."""
    soundfile.write(path, samples, 16_000)
    return path


@pytest.fixture
def alone(tmp_path: Path) -> tuple[Path, Path]:
    """Return a recording of each voice of the demo alone, from another dialogue."""
    sound = sound_of("blame_and_defence")
    return recording(tmp_path / "a.wav", sound[:, 0]), recording(tmp_path / "b.wav", sound[:, 1])


# --- what is heard --------------------------------------------------------------------------------------------


def test_two_voices_in_one_channel_are_told_apart(runner: CliRunner) -> None:
    """Nobody is enrolled: the voice that is heard first is A; every figure says on what it was measured."""
    document = document_of(run(runner, DEMO, "--speakers", "2"))
    assert document["speakers"] == ["A", "B"]
    assert rightly(document, "A", "B") > 0.85
    assert document["measures"]["A"]["talk_share"]["observed"].startswith(ONE_MICROPHONE)
    assert {segment["speaker"] for segment in document["segments"]} <= {"A", "B", "unknown"}


def test_one_channel_needs_no_option(runner: CliRunner) -> None:
    """A recording with one channel has two voices unless it is said otherwise."""
    assert document_of(run(runner, DEMO)) == document_of(run(runner, DEMO, "--speakers", "2"))


def test_two_channels_of_one_microphone_are_told_apart_by_voice_when_asked(runner: CliRunner, tmp_path: Path) -> None:
    """Both channels carry the same: the likeness is no trouble where voices are listened for."""
    mono = sound_of("demo", channels=1)
    path = recording(tmp_path / "stereo.wav", np.repeat(mono, 2, axis=1))
    document = document_of(run(runner, path, "--speakers", "2"))
    assert rightly(document, "A", "B") > 0.85
    assert not any("nearly the same sound" in warning for warning in document["health"]["warnings"])


def test_voices_known_from_recordings_have_their_names(runner: CliRunner, alone: tuple[Path, Path]) -> None:
    """In whichever order they speak, from the first word on."""
    first, second = alone
    document = document_of(run(runner, DEMO, "--enroll", f"Zoë={second}", "--enroll", f"Ana={first}"))
    assert document["speakers"] == ["Zoë", "Ana"]
    assert rightly(document, "Ana", "Zoë") > 0.85


def test_one_known_voice_leaves_the_other_a_letter(runner: CliRunner, alone: tuple[Path, Path]) -> None:
    """Whoever else speaks most is A, as B is the name of the one who is known."""
    document = document_of(run(runner, DEMO, "--enroll", f"B={alone[1]}"))
    assert document["speakers"] == ["B", "A"]
    assert rightly(document, "A", "B") > 0.85


def test_enrolled_voices_are_known_by_name(runner: CliRunner, alone: tuple[Path, Path], tmp_path: Path) -> None:
    """What `attune enroll` keeps is enough: the recordings are not needed any more."""
    from attune.cli.known_voices import VoicesAsked
    from attune.settings import Settings

    home = home_of({"ATTUNE_HOME": str(tmp_path / "home")})
    learned = VoicesAsked(
        recordings={"Ana": alone[0], "Ben": alone[1]}, kept=(), home=home, settings=Settings()
    ).known_for(people_of(channels=None, people=None, voices=2).plan(channels=1, source="x", transcriber=None))
    assert learned is not None
    with VoiceStore.open(home.sessions) as store:
        for name, profile in learned.profiles.items():
            store.add(name, profile, agreement=Agreement(by=Consent.OPTION, at=local_now()))
    for path in alone:
        path.unlink()
    document = document_of(run(runner, DEMO, "--voices", "Ben, Ana"))
    assert document["speakers"] == ["Ben", "Ana"]
    assert rightly(document, "Ana", "Ben") > 0.85


def test_one_person_on_one_channel_is_not_told_apart(runner: CliRunner) -> None:
    """Whatever is heard is theirs, and no encoder is asked."""
    for option in ("--people", "--speakers"):
        document = document_of(run(runner, DEMO, option, "1"))
        assert document["speakers"] == ["A"]
        assert {segment["speaker"] for segment in document["segments"]} == {"A"}


# --- what is refused, in one clear line -----------------------------------------------------------------------


def test_three_voices_are_refused(runner: CliRunner) -> None:
    """It says what two voices are for, and what becomes of others."""
    assert refusal(runner, "--speakers", "3") == (
        "--speakers 3: two voices are told apart in one channel; with --speakers 2 whoever else speaks is unknown"
    )


@pytest.mark.parametrize("given", ["Ana", "Ana=", "=a.wav", " =a.wav"])
def test_recording_without_its_name_is_refused(runner: CliRunner, given: str) -> None:
    """Whose voice, and in which recording."""
    assert refusal(runner, "--enroll", given) == (f"--enroll {given}: say whose voice is in which recording, NAME=FILE")


def test_recording_that_is_not_there_is_named(runner: CliRunner, tmp_path: Path) -> None:
    """Nothing is analysed with one voice less than asked for."""
    said = refusal(runner, "--enroll", f"Ana={tmp_path / 'nothing.wav'}")
    assert "nothing.wav" in said


def test_name_that_is_taken_twice_is_refused(runner: CliRunner) -> None:
    """Two recordings of one person, or a recording of somebody who is enrolled."""
    assert "both be called 'Ana'" in refusal(runner, "--enroll", "Ana=a.wav", "--enroll", "Ana=b.wav")
    assert "both be called 'Ana'" in refusal(runner, "--enroll", "Ana=a.wav", "--voices", "Ana")


def test_third_known_voice_is_refused(runner: CliRunner) -> None:
    """Attune is for two."""
    assert refusal(runner, "--voices", "Ana,Ben,Cleo") == (
        "two voices are told apart in one channel, not 3 (Ana, Ben, Cleo)"
    )


def test_recording_with_too_little_speech_is_refused(runner: CliRunner, tmp_path: Path) -> None:
    """The file is named, and how much is needed."""
    short = recording(tmp_path / "short.wav", sound_of("good_listening")[:24_000, 0])
    said = refusal(runner, "--enroll", f"Ana={short}")
    assert said.startswith("short.wav: ")
    assert " s " in said


def test_voice_that_is_not_enrolled_is_named(runner: CliRunner) -> None:
    """With the name that was asked for, and the command that helps."""
    said = refusal(runner, "--voices", "Ana,Ben")
    assert "Ana" in said
    assert "attune enroll" in said


def test_voice_in_another_form_is_not_compared(runner: CliRunner, tmp_path: Path) -> None:
    """A voice that another version learned, with fewer answers a window, is learned again."""
    windows = np.ones((3, ANSWERS - 1, 1), np.float32)
    profile = VoiceProfile(encoder=Ge2eEncoder(models_folder() / WEIGHTS).name, windows=windows, voiced_s=12.0)
    with VoiceStore.open(home_of({"ATTUNE_HOME": str(tmp_path / "home")}).sessions) as store:
        store.add("Ana", profile, agreement=Agreement(by=Consent.OPTION, at=local_now()))
    assert refusal(runner, "--voices", "Ana") == (
        "the voice of Ana was learned by another version of Attune; learn it again: attune enroll --replace Ana"
    )


def test_voice_of_another_encoder_is_not_compared(runner: CliRunner, tmp_path: Path) -> None:
    """Embeddings of two models have nothing in common; it is learned again."""
    windows = np.zeros((3, ANSWERS, 4), np.float32)
    windows[..., 0] = 1
    profile = VoiceProfile(encoder="another", windows=windows, voiced_s=12.0)
    with VoiceStore.open(home_of({"ATTUNE_HOME": str(tmp_path / "home")}).sessions) as store:
        store.add("Ana", profile, agreement=Agreement(by=Consent.OPTION, at=local_now()))
    assert refusal(runner, "--voices", "Ana") == (
        "the voice of Ana was learned with another voice encoder (another); learn it again: attune enroll --replace Ana"
    )


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--people", "1", "--speakers", "2"), "--people 1 and --speakers 2 disagree; give one of them"),
        (("--channels", "A,B", "--speakers", "2"), "--channels gives each person a channel"),
        (("--channels", "A,B", "--voices", "Ana"), "--channels gives each person a channel"),
        (("--people", "1", "--voices", "Ana"), "they are of no use with one person"),
        (("--speakers", "1", "--enroll", "Ana=a.wav"), "they are of no use with one person"),
        (("--channels", "A,B"), "has one channel, but --channels names 2 people"),
        (("--voices", "Ana,"), "a person's name is a word that can be shown"),
        (("--voices", "unknown"), "the name 'unknown' has a meaning of its own"),
    ],
)
def test_options_that_disagree_are_refused(runner: CliRunner, options: tuple[str, ...], why: str) -> None:
    """One line says which, before anything is heard."""
    assert why in refusal(runner, *options)


def test_missing_encoder_is_one_line_and_two_channels_go_on(tmp_path: Path) -> None:
    """An installation that lost its model says so for one channel; a channel each does not need it."""
    package = tmp_path / "attune"
    shutil.copytree(Path(attune.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "bundled" / "models").mkdir(parents=True)
    (package / "bundled" / "audio_fixtures").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "ATTUNE_HOME": str(tmp_path / "home")}
    sounds = [fixture_sound("interruptions", channels=count) for count in (1, 2)]
    one, two = (
        subprocess.run(
            [sys.executable, "-m", "attune", "analyze", sound, "--transcriber", "none", "--no-keep"],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        for sound in sounds
    )
    assert one.returncode == 1
    (said,) = [line for line in one.stderr.splitlines() if line.startswith("attune: ")]
    assert "voice_encoder.onnx" in said
    assert "Traceback" not in one.stderr
    assert two.returncode == 0


# --- the parts ------------------------------------------------------------------------------------------------


def test_people_before_one_microphone_are_those_named_and_letters() -> None:
    """Whoever is not named is A or B, and never somebody's namesake."""
    assert pair_of(()) == ("A", "B")
    assert pair_of(("Ana",)) == ("Ana", "A")
    assert pair_of(("A",)) == ("A", "B")
    assert pair_of(("B", "A")) == ("B", "A")


def test_number_of_channels_decides_where_options_do_not() -> None:
    """One channel has two voices, two channels have a person each."""
    plans = [People().plan(channels=count, source="x", transcriber=None) for count in (1, 2)]
    assert [plan.arrangement for plan in plans] == [Arrangement.ONE_MICROPHONE, Arrangement.CHANNEL_EACH]
    asked = people_of(channels=None, people=2, enrolled=("Ana",)).plan(channels=2, source="x", transcriber=None)
    assert (asked.arrangement, asked.speakers) == (Arrangement.ONE_MICROPHONE, ("Ana", "A"))


def test_names_and_files_are_taken_apart() -> None:
    """At the first equals sign, without the spaces around names."""
    assert recordings_of(("Ana = b=c.wav", "Ben=d.wav")) == {"Ana": Path(" b=c.wav"), "Ben": Path("d.wav")}
    assert kept_names("Ana, Ben") == ("Ana", "Ben")
    assert kept_names(None) == ()
    with pytest.raises(InputError, match="NAME=FILE"):
        recordings_of(("Ana=a.wav", "Ben"))
