"""``attune enroll``: agreed to, checked, learned, kept, listed, renamed and erased; no sound is kept."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result
from numpy.typing import NDArray
from rich.console import Console

from attune.cli import enrolment
from attune.cli.enroll import command
from attune.cli.enrolment import Learner, likeness_lines, profile_from_microphone, recorded, well_recorded
from attune.cli.level_meter import LevelMeter
from attune.cli.reading_text import READING_TEXTS, reading_text
from attune.errors import InputError, MicrophoneError, RecordingError, StoreError
from attune.events import Block, Gap, GapCause
from attune.hearing.voices.learning import MOST_WINDOWS
from attune.hearing.voicing import VoicingSettings
from attune.profile import VoiceProfile
from attune.sessions.voices import Consent, VoiceStore
from attune.timebase import Span
from fake_detectors import LOUD, as_int16, noise, with_voice
from fake_voice_encoder import BandEncoder
from heard_fixtures import sound_of, truth_of

SECOND = 16_000


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    """Return a runner with a home of its own."""
    return CliRunner(env={"ATTUNE_HOME": str(tmp_path / "home"), "COLUMNS": "120"})


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write recordings: two of one voice, one of another, short ones, two voices in one, and stereo."""
    folder = tmp_path_factory.mktemp("sounds")
    woman, man = (spoken("blame_and_defence", person) for person in "AB")
    made = {
        "woman": woman[: 9 * SECOND],
        "woman again": woman[9 * SECOND : 18 * SECOND],
        "man": man[: 9 * SECOND],
        "short": woman[: 3 * SECOND],
        "a word": woman[: SECOND // 2],
        "both": np.concatenate([woman[: 6 * SECOND], man[: 6 * SECOND]]),
        "stereo": np.stack([woman[: 9 * SECOND], np.zeros(9 * SECOND, np.int16)], axis=1),
    }
    for name, samples in made.items():
        soundfile.write(folder / f"{name}.wav", samples, SECOND)
    return {name: folder / f"{name}.wav" for name in made}


def spoken(name: str, person: str) -> NDArray[np.int16]:
    """Return what one person says in a dialogue, without the pauses."""
    sound = sound_of(name)[:, "AB".index(person)]
    own = [s for s in truth_of(name)["segments"] if s["speaker"] == person]
    return np.concatenate([sound[s["start_sample"] : s["stop_sample"]] for s in own])


def enroll(runner: CliRunner, *arguments: str | Path, answer: str = "") -> Result:
    """Run the command."""
    return runner.invoke(command, [str(argument) for argument in arguments], input=answer)


def kept(tmp_path: Path) -> list[str]:
    """Return the names of the voices that are kept."""
    with VoiceStore.open(tmp_path / "home" / "sessions") as store:
        return [voice.name for voice in store.list()]


# --- from a file ----------------------------------------------------------------------------------------------


def test_voice_of_a_file_is_kept_with_its_agreement(runner: CliRunner, tmp_path: Path, sounds: dict[str, Path]) -> None:
    """It says what is kept before, and that the sound is forgotten after; the folder holds the database alone."""
    result = enroll(runner, "Ana", "--from", sounds["woman"], "--agreed")
    assert result.exit_code == 0, result.output
    told, learned = result.stdout.splitlines()
    assert told.endswith("(embeddings): no sound and no words. attune enroll --erase Ana removes them.")
    assert learned == "The voice of Ana is learned, from 9 s of speech. The sound is forgotten."
    assert result.stderr == ""
    with VoiceStore.open(tmp_path / "home" / "sessions") as store:
        (voice,) = store.list()
        assert voice.agreement.by is Consent.OPTION
        assert len(store.profile("Ana").windows) == MOST_WINDOWS
    assert [path.name for path in (tmp_path / "home").rglob("*") if path.is_file()] == ["sessions.sqlite3"]


def test_without_agreement_nothing_is_learned(runner: CliRunner, tmp_path: Path, sounds: dict[str, Path]) -> None:
    """Where nobody can answer it has to be said beforehand."""
    result = enroll(runner, "Ana", "--from", sounds["woman"])
    assert result.exit_code == 2
    assert "nobody can answer here whether Ana agrees; if so, say it with --agreed" in result.stderr
    assert kept(tmp_path) == []


@pytest.mark.parametrize(("answer", "names"), [("y\n", ["Ana"]), ("n\n", []), ("\n", [])], ids=["yes", "no", "enter"])
def test_person_at_a_terminal_is_asked(
    runner: CliRunner,
    tmp_path: Path,
    sounds: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    names: list[str],
) -> None:
    """Yes is kept as agreed with a key; anything else learns nothing."""
    monkeypatch.setattr(enrolment, "is_answerable", lambda: True)
    result = enroll(runner, "Ana", "--from", sounds["woman"], answer=answer)
    assert "Ana, do you agree? [y/N]:" in result.output
    assert kept(tmp_path) == names
    if names:
        with VoiceStore.open(tmp_path / "home" / "sessions") as store:
            assert store.list()[0].agreement.by is Consent.KEY
    else:
        assert str(result.exception) == "Ana does not agree, so nothing is learned"


def test_all_channels_are_heard(runner: CliRunner, tmp_path: Path, sounds: dict[str, Path]) -> None:
    """A voice in one of two channels is learned, 6 dB softer."""
    assert enroll(runner, "Ana", "--from", sounds["stereo"], "--agreed").exit_code == 0
    assert kept(tmp_path) == ["Ana"]


def test_few_seconds_are_learned_from_and_doubted(runner: CliRunner, tmp_path: Path, sounds: dict[str, Path]) -> None:
    """Three seconds."""
    result = enroll(runner, "Ana", "--from", sounds["short"], "--agreed")
    assert kept(tmp_path) == ["Ana"]
    assert "s of speech are few, so it is less sure who speaks: use a recording with 6 s or more" in result.stderr


def test_a_word_is_too_little(runner: CliRunner, tmp_path: Path, sounds: dict[str, Path]) -> None:
    """Nothing is learned from under a second, and the line names the file."""
    result = enroll(runner, "Ana", "--from", sounds["a word"], "--agreed")
    assert isinstance(result.exception, InputError)
    assert str(result.exception).startswith("a word.wav: 0.")
    assert kept(tmp_path) == []


def test_file_that_is_no_sound_is_told(runner: CliRunner, tmp_path: Path) -> None:
    """As everywhere."""
    result = enroll(runner, "Ana", "--from", tmp_path / "missing.wav", "--agreed")
    assert isinstance(result.exception, RecordingError)


def test_two_voices_in_one_recording_are_told(runner: CliRunner, tmp_path: Path, sounds: dict[str, Path]) -> None:
    """It is kept all the same: it may be one person with two voices."""
    result = enroll(runner, "Ana", "--from", sounds["both"], "--agreed")
    assert "Ana: it sounds as if more than one person spoke" in result.stderr
    assert kept(tmp_path) == ["Ana"]


# --- beside other voices --------------------------------------------------------------------------------------


def test_two_voices_too_alike_are_told_with_the_expected_error(
    runner: CliRunner, sounds: dict[str, Path], tmp_path: Path
) -> None:
    """The same woman under two names; the man is told apart and not mentioned."""
    assert enroll(runner, "Ben", "--from", sounds["man"], "--agreed").exit_code == 0
    assert enroll(runner, "Ana", "--from", sounds["woman"], "--agreed").stderr == ""
    result = enroll(runner, "Bea", "--from", sounds["woman again"], "--agreed")
    assert result.exit_code == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("Bea and Ana sound alike: about ")
    assert line.endswith("With a microphone each they are told apart for sure.")
    assert kept(tmp_path) == ["Ana", "Bea", "Ben"]


def likeness(*directions: list[float], encoder: str = "bands") -> VoiceProfile:
    """Return a profile of some directions."""
    windows = np.asarray(directions, np.float32)[:, None]
    return VoiceProfile(encoder=encoder, windows=windows, voiced_s=5.0)


def test_expected_error_is_that_of_the_windows() -> None:
    """Six of thirty windows of one lie by the other: a tenth of all."""
    mine = likeness(*[[0.0, 1.0] if k % 5 == 0 else [1.0, 0.0] for k in range(30)])
    ben = likeness(*[[0.0, 1.0]] * 30)
    (line,) = likeness_lines("Ana", mine, others=["Ben"], profile_of={"Ben": ben}.__getitem__)
    assert line.startswith("Ana and Ben sound alike: about 10% of what they say within a second would be given")


def test_error_of_guessing_is_the_greatest_that_is_told() -> None:
    """A recording held against itself: each window lies nearer to the whole than to the rest."""
    mine = likeness(*[[1.0, 0.0]] * 11, *[[0.0, 1.0]] * 11)
    (line,) = likeness_lines("Ana", mine, others=["Bea"], profile_of={"Bea": mine}.__getitem__)
    assert line.startswith("Ana and Bea sound alike: about 50% of")


def test_voice_that_cannot_be_compared_is_told() -> None:
    """Another encoder, too little speech, a damaged row: each has its line, and the others are still compared."""

    def profile_of(name: str) -> VoiceProfile:
        if name == "Dan":
            raise StoreError("the voice of Dan is damaged")
        return {"Ben": likeness([0.0, 1.0], encoder="old"), "Cleo": likeness(*[[0.0, 1.0]] * 5)}[name]

    mine = likeness(*[[1.0, 0.0]] * 5)
    assert list(likeness_lines("Ana", mine, others=("Dan", "Ben", "Cleo"), profile_of=profile_of)) == [
        "the voice of Dan is damaged",
        (
            "The voice of Ben was learned with another model (old) and cannot be used beside this one: "
            "attune enroll --replace Ben"
        ),
        "Ana and Cleo cannot be compared: both were learned from too little speech.",
    ]


def test_known_name_needs_replace(runner: CliRunner, tmp_path: Path, sounds: dict[str, Path]) -> None:
    """A voice is not overwritten by mistake; with --replace it is learned anew."""
    enroll(runner, "Ana", "--from", sounds["woman"], "--agreed")
    again = enroll(runner, "Ana", "--from", sounds["short"], "--agreed")
    assert str(again.exception) == "the voice of Ana is known already; --replace learns it anew"
    assert enroll(runner, "Ana", "--from", sounds["short"], "--agreed", "--replace").exit_code == 0
    with VoiceStore.open(tmp_path / "home" / "sessions") as store:
        assert store.list()[0].voiced_s < 4.0


# --- the other forms ------------------------------------------------------------------------------------------


def test_list_shows_the_record_of_agreement(runner: CliRunner, sounds: dict[str, Path]) -> None:
    """How and when; before the first voice it says how to begin."""
    assert enroll(runner, "--list").output == "No voice is learned yet. `attune enroll NAME` learns one.\n"
    enroll(runner, "Ana", "--from", sounds["woman"], "--agreed")
    heading, line = enroll(runner, "--list").output.splitlines()
    assert heading.split() == ["name", "speech", "agreed", "learned", "model"]
    words = line.split()
    assert words[:3] == ["Ana", "9", "s"]
    assert words[5:7] == ["with", "--agreed"]


def test_voice_is_renamed(runner: CliRunner, tmp_path: Path, sounds: dict[str, Path]) -> None:
    """Under a name that a person can have."""
    enroll(runner, "Ana", "--from", sounds["short"], "--agreed")
    assert isinstance(enroll(runner, "--rename", "Ana", "unknown").exception, InputError)
    assert isinstance(enroll(runner, "--rename", "Zoe", "Cleo").exception, StoreError)
    assert enroll(runner, "--rename", "Ana", "Anna").output == "Ana is called Anna from now on.\n"
    assert kept(tmp_path) == ["Anna"]


@pytest.mark.parametrize(
    ("options", "answer", "output", "left"),
    [
        ((), "y\n", "Erase the voice of Ana for good? [y/N]: y\nErased the voice of Ana\n", []),
        ((), "\n", "Erase the voice of Ana for good? [y/N]: \nNothing was erased.\n", ["Ana"]),
        (("--yes",), "", "Erased the voice of Ana\n", []),
    ],
    ids=["yes", "no", "said beforehand"],
)
def test_erasing_asks_first(
    runner: CliRunner,
    tmp_path: Path,
    sounds: dict[str, Path],
    options: tuple[str, ...],
    answer: str,
    output: str,
    left: list[str],
) -> None:
    """Enter alone means no."""
    enroll(runner, "Ana", "--from", sounds["short"], "--agreed")
    assert enroll(runner, "--erase", "Ana", *options, answer=answer).output == output
    assert kept(tmp_path) == left


def test_erasing_nobody_is_told_before_it_is_asked(runner: CliRunner) -> None:
    """There is nothing to answer."""
    result = enroll(runner, "--erase", "Zoe")
    assert str(result.exception) == "no voice is called 'Zoe'; `attune enroll --list` shows them"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("Ana", "--list"),
        ("--list", "--erase", "Ana"),
        ("--rename", "A", "B", "--list"),
        ("--rename", "A"),
        ("--list", "--agreed"),
        ("--erase", "Ana", "--from", "x.wav"),
        ("Ana", "--from", "x.wav", "--device", "1"),
        ("Ana", "--from", "x.wav", "--seconds", "20"),
        ("Ana", "--yes"),
        ("Ana", "--seconds", "3"),
        ("Ana", "Ben"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_status_2(runner: CliRunner, arguments: tuple[str, ...]) -> None:
    """One form at a time, with what belongs to it."""
    assert enroll(runner, *arguments).exit_code == 2


@pytest.mark.parametrize("name", ["", "unknown", "both", "A\nB"])
def test_name_that_nobody_can_have_is_told(runner: CliRunner, name: str) -> None:
    """Before anybody is asked or recorded."""
    assert isinstance(enroll(runner, name, "--agreed").exception, InputError)


# --- from the microphone --------------------------------------------------------------------------------------


class Scripted:
    """A microphone that yields what it was given, and notes how often it was opened."""

    def __init__(self, *parts: Block | Gap) -> None:
        self.parts = parts
        self.opened = 0

    def __enter__(self) -> Scripted:
        self.opened += 1
        return self

    def __exit__(self, *ending: object) -> None:
        """Nothing to release."""

    def sounds(self) -> Iterator[Block | Gap]:
        return iter(self.parts)

    def stop(self) -> None:
        """Nothing runs."""


@pytest.fixture
def learner() -> Learner:
    """Return what takes loud sound for speech."""
    return Learner(encoder=BandEncoder(), detectors=LOUD, settings=VoicingSettings())


def talk(seconds: float) -> NDArray[np.int16]:
    """Return a quiet room of twelve seconds in which a voice speaks for some seconds in a row, at −20 dBFS."""
    room = noise(12 * SECOND, -75.0)
    return as_int16(room + with_voice(12 * SECOND, [(SECOND, SECOND + round(seconds * SECOND))]))[:, 0]


def block(samples: NDArray[np.int16], start: int = 0) -> Block:
    """Return a block of one channel."""
    return Block(start=start, samples=samples[:, None])


def silent_console() -> Console:
    """Return a console that is no terminal."""
    return Console(file=io.StringIO(), force_terminal=False)


def test_recording_is_as_long_as_asked_and_silent_where_sound_was_lost() -> None:
    """Two channels are mixed; a gap keeps its place; what comes after the end is left."""
    source = Scripted(
        Block(start=0, samples=np.array([[100, 300]] * 4, np.int16)),
        Gap(span=Span(4, 7), why=GapCause.OVERFLOW),
        Block(start=7, samples=np.array([[10, 20]] * 9, np.int16)),
        Block(start=16, samples=np.array([[9, 9]] * 4, np.int16)),
    )
    with LevelMeter(console=silent_console(), length=10) as meter:
        assert recorded(source, length=10, meter=meter).tolist() == [200] * 4 + [0] * 3 + [15, 15, 15]


def test_microphone_that_ends_early_gives_what_there_was() -> None:
    """Enter was pressed."""
    with LevelMeter(console=silent_console(), length=10) as meter:
        assert recorded(Scripted(block(np.ones(3, np.int16))), length=10, meter=meter).tolist() == [1, 1, 1]
        assert recorded(Scripted(), length=10, meter=meter).tolist() == []


def test_meter_shows_level_and_time_left() -> None:
    """On a terminal; five of twenty seconds are over."""
    console = Console(record=True, force_terminal=True, width=80, file=io.StringIO())
    with LevelMeter(console=console, length=20 * SECOND) as meter:
        meter.show(5 * SECOND, level_dbfs=-24.0)
    shown = console.export_text()
    assert "15 s left" in shown
    assert "-24 dBFS" in shown


def tries(*recordings: NDArray[np.int16]) -> Callable[[], NDArray[np.int16]]:
    """Return what makes these recordings, one after the other."""
    left = iter(recordings)
    return lambda: next(left)


def test_good_recording_is_made_once(learner: Learner) -> None:
    """Nobody is asked."""
    samples, speech = well_recorded(tries(talk(9.0)), name="Ana", learner=learner, again=None)
    assert len(samples) == 12 * SECOND
    assert sum(segment.span.seconds for segment in speech) == pytest.approx(9.0, abs=0.1)


def test_poor_recording_is_repeated_and_what_failed_is_said(
    learner: Learner, capsys: pytest.CaptureFixture[str]
) -> None:
    """First too short, then too quiet, then good."""
    quiet = (talk(9.0) // 40).astype(np.int16)
    made = tries(talk(3.0), quiet, talk(9.0))
    well_recorded(made, name="Ana", learner=learner, again=always)
    first, second, third = capsys.readouterr().err.splitlines()
    assert first.startswith("3.0 s of speech were heard, and 8 s are needed")
    assert second.startswith("The voice is quiet (-52 dBFS")
    assert third.startswith("0.0 s of speech were heard")


def test_after_three_poor_recordings_it_ends(learner: Learner) -> None:
    """The last fault is the error."""
    with pytest.raises(InputError) as caught:
        well_recorded(tries(*[talk(3.0)] * 3), name="Ana", learner=learner, again=always)
    assert str(caught.value).startswith("the voice of Ana is not learned: 3.0 s of speech were heard")


def test_where_nobody_can_answer_one_poor_recording_is_the_end(learner: Learner) -> None:
    """Nothing is asked into the void."""
    with pytest.raises(InputError, match=r"^the voice of Ana is not learned: "):
        well_recorded(tries(talk(3.0)), name="Ana", learner=learner, again=None)


def test_person_who_gives_up_is_told_that_nothing_stays(learner: Learner) -> None:
    """What failed has been said by then."""
    with pytest.raises(InputError, match=r"^the voice of Ana is not learned, and what was recorded is forgotten$"):
        well_recorded(tries(talk(3.0)), name="Ana", learner=learner, again=lambda: False)


def always() -> bool:
    """Try again."""
    return True


def test_voice_is_learned_from_the_microphone(learner: Learner, tmp_path: Path) -> None:
    """The text is shown, the microphone opened once, and the profile is of what was read."""
    source = Scripted(block(talk(9.0)))
    console = Console(record=True, width=80, force_terminal=False, file=io.StringIO())
    profile = profile_from_microphone(
        lambda: source, name="Ana", learner=learner, console=console, language="en", seconds=20.0
    )
    assert profile.voiced_s == pytest.approx(9.0, abs=0.1)
    assert source.opened == 1
    shown = console.export_text()
    assert "Please read this aloud, in your usual voice (20 seconds):" in shown
    assert "On Sunday morning the kitchen is warm" in shown
    assert "Listening now.\n" in shown


def test_language_without_a_text_asks_for_free_speech(learner: Learner) -> None:
    """For as long as is recorded."""
    console = Console(record=True, width=80, force_terminal=False, file=io.StringIO())
    profile_from_microphone(
        lambda: Scripted(block(talk(9.0))), name="Ana", learner=learner, console=console, language="it", seconds=20.0
    )
    assert "Please speak freely for 20 seconds, in your usual voice." in console.export_text()


def test_text_takes_about_twenty_seconds_to_read() -> None:
    """Between 50 and 60 words."""
    assert 50 <= len(READING_TEXTS["en"].split()) <= 60
    assert reading_text("xx") is None


def test_missing_microphone_is_told(runner: CliRunner, tmp_path: Path) -> None:
    """Nothing is kept."""
    result = enroll(runner, "Ana", "--agreed", "--device", "there is no such microphone")
    assert isinstance(result.exception, MicrophoneError)
    assert kept(tmp_path) == []
