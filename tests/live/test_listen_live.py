"""The live loop for real: the commands themselves on a virtual sound card, heard, spoken to, interrupted, unplugged.

Nothing is waited for by the clock: each step follows a line that the command prints, a picture that it shows, or sound
that was recorded.
"""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from attune_process import PATIENCE_S, Command, Terminal, commands, document, documents
from numpy.typing import NDArray
from virtual_card import RECORDED_HZ, SinkRecording, SoundCard, running_sound_card

pytestmark = pytest.mark.live

CHECKOUT = Path(__file__).parents[2]
FIXTURES = CHECKOUT / "audio_fixtures"
CALL = CHECKOUT.parent / "shared" / "data" / "audio" / "dyad" / "telephone.flac"
"""A telephone call that some checkouts have beside them; it is never needed."""

REPLAYER = Path(__file__).with_name("replay_session.py")

RATE = 16_000
TIMING_ONLY = ("--transcriber", "none", "--agreed")
TWO = ("listen", *TIMING_ONLY, "--channels", "Ana,Ben")
ALONE = ("listen", *TIMING_ONLY, "--people", "1")

EAGER_COACH = """\
[coach]
lull_s = 1.0
first_talk_s = 4.0
cool_down_s = 5.0
praises_per_suggestion = 0
memory_s = 13.0
"""

CHAT_S = 11.0
"""So much of the chat holds three small sounds of listening, which the coach can praise without words."""

REMARK_S = 3.0
"""So much of it is one person talking."""


# --- what is played -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 42 seconds of two people after two seconds of their room's noise.

    Live, digital silence lies before what is played; noise long enough to be known as such makes both beginnings alike.
    """
    path = tmp_path_factory.mktemp("talk") / "talk.wav"
    samples, rate = soundfile.read(FIXTURES / "interruptions.stereo.flac", dtype="int16")
    level = np.std(samples[: rate // 2].astype(np.float64))
    noise = np.random.default_rng(14).normal(0.0, level, (2 * rate, 2)).astype(np.int16)
    soundfile.write(path, np.concatenate([noise, samples]), rate)
    return path


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return eleven seconds of two people, with small sounds of listening."""
    path = tmp_path_factory.mktemp("chat") / "chat.wav"
    samples, rate = soundfile.read(FIXTURES / "overlapping_backchannels.stereo.flac", dtype="int16")
    soundfile.write(path, samples[: round(CHAT_S * rate)], rate)
    return path


@pytest.fixture(scope="module")
def remark(tmp_path_factory: pytest.TempPathFactory, chat: Path) -> Path:
    """Return the first three seconds of the chat: one person talks."""
    path = tmp_path_factory.mktemp("remark") / "remark.wav"
    samples, rate = soundfile.read(chat, dtype="int16")
    soundfile.write(path, samples[: round(REMARK_S * rate)], rate)
    return path


@pytest.fixture(scope="module")
def hiss(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return two minutes of a quiet room's noise, so that digital silence is only where nobody listened."""
    path = tmp_path_factory.mktemp("hiss") / "hiss.wav"
    noise = np.random.default_rng(13).normal(0.0, 0.0004, (120 * RECORDED_HZ, 2))
    soundfile.write(path, noise, RECORDED_HZ, subtype="PCM_16")
    return path


# --- the long sessions, side by side --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that has ended."""

    home: Path
    status: int
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LongSessions:
    """Commands that run at the same time: two in the room of the talk, one at the call, and the demo."""

    each: Command
    alone: Command
    call: Command
    demo: Command
    demo_heard: SinkRecording

    def ended(self, command: Command) -> Ended:
        """Return a command when it has ended."""
        status, output, _ = command.end()
        return Ended(home=command.home, status=status, output=output)


@pytest.fixture(scope="module", autouse=True)
def running(sound_programs: None, tmp_path_factory: pytest.TempPathFactory, talk: Path) -> Iterator[LongSessions]:
    """Start the sessions that take longest, on a card for each room; they run beside the other tests."""
    homes = tmp_path_factory.mktemp("long")
    with running_sound_card() as room, running_sound_card() as telephone, running_sound_card() as stage:
        heard = stage.record("coach")
        with (
            commands(stage, (homes / "demo", ("demo",))) as (demo,),
            commands(
                room,
                (homes / "each", (*TWO, "--coach", "quiet", "--keep-audio", "--seconds", "52.5")),
                (homes / "alone", (*ALONE, "--coach", "quiet", "--keep-audio", "--seconds", "51.25")),
            ) as (each, alone),
            commands(
                telephone, (homes / "call", (*ALONE, "--coach", "quiet", "--keep-audio", "--seconds", "37.5"))
            ) as (call,),
        ):
            for command in (each, alone, call):
                command.wait_for("Listening with default.")
            playing = [room.play(talk), *([telephone.play(CALL)] if CALL.exists() else [])]
            yield LongSessions(each=each, alone=alone, call=call, demo=demo, demo_heard=heard)
            for player in playing:
                player.terminate()
                player.wait(PATIENCE_S)
        heard.stop()


def analysed(path: Path, home: Path, *arguments: str) -> dict[str, Any]:
    """Return the session document of `attune analyze` on a file."""
    run = subprocess.run(
        [sys.executable, "-m", "attune", "analyze", str(path), "--transcriber", "none", "--json", "-", *arguments],
        env={**os.environ, "ATTUNE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def assert_same_talk(live: dict[str, Any], file: dict[str, Any], *, tolerance_s: float = 0.051) -> None:
    """Check that a live session and a file tell the same of a conversation, but for when it began.

    Sound that begins within another frame is dated up to 50 ms differently; a thousandth is the documents' rounding.
    """
    assert [t["speaker"] for t in live["turns"]] == [t["speaker"] for t in file["turns"]]
    assert [(t["kind"], t["from"], t["to"]) for t in live["transfers"]] == [
        (t["kind"], t["from"], t["to"]) for t in file["transfers"]
    ]
    began = statistics.median(a["start"] - b["start"] for a, b in zip(live["segments"], file["segments"], strict=True))
    assert began >= 0.0
    for a, b in zip(live["turns"], file["turns"], strict=True):
        assert a["start"] - began == pytest.approx(b["start"], abs=tolerance_s)
        assert a["end"] - began == pytest.approx(b["end"], abs=tolerance_s)
    for a, b in zip(live["transfers"], file["transfers"], strict=True):
        assert a["at"] - began == pytest.approx(b["at"], abs=tolerance_s)
        assert a["offset"] == pytest.approx(b["offset"], abs=tolerance_s)


def assert_heard_as_in_the_file(session: Ended, played: Path, *arguments: str, tolerance_s: float = 0.051) -> None:
    """Check that a live session tells what the analysis of the played file does.

    A software sound card stutters where the machine is busy. Then what came out of it is another sound than the file,
    and the session is held against the analysis of just that: the sound that it kept.
    """
    live = document(session.home)
    (kept,) = (session.home / "sessions").glob("*.flac")
    heard = kept if stuttered(played, kept) else played
    assert_same_talk(live, analysed(heard, session.home / "file", *arguments), tolerance_s=tolerance_s)


def stuttered(played: Path, kept: Path) -> bool:
    """Return whether the beginning and the end of a sound lie further apart in the room than in the file."""
    file, room = envelope(played), envelope(kept)
    window = 800
    lags = [
        int(np.argmax(np.correlate(room, file[at : at + window] - file[at : at + window].mean(), "valid"))) - at
        for at in (0, len(file) - window)
    ]
    return abs(lags[1] - lags[0]) > 2


def envelope(path: Path) -> NDArray[np.float64]:
    """Return how loud a sound is in each hundredth of a second."""
    sound, rate = soundfile.read(path, always_2d=True)
    step = rate // 100
    whole = len(sound) // step * step
    loud: NDArray[np.float64] = np.abs(sound[:whole]).mean(axis=1).reshape(-1, step).mean(axis=1)
    return loud


# --- the coach, heard by the microphone -----------------------------------------------------------------------


def sounding(heard: NDArray[np.int16], *, pause_s: float = 1.0) -> list[tuple[float, float]]:
    """Return when there is sound in a recording of a speaker, in seconds; shorter pauses belong to it."""
    loud = np.flatnonzero(np.abs(heard.astype(np.int32)) > 200) / RECORDED_HZ
    if not len(loud):
        return []
    cuts = np.flatnonzero(np.diff(loud) > pause_s)
    starts, stops = [loud[0], *loud[cuts + 1]], [*loud[cuts], loud[-1]]
    return [(float(start), float(stop)) for start, stop in zip(starts, stops, strict=True)]


def unheard(sound: NDArray[np.int16]) -> list[tuple[float, float]]:
    """Return the stretches of more than 0.3 s of digital silence, in seconds."""
    edges = np.diff(np.concatenate([[0], (np.abs(sound).max(axis=1) == 0).astype(np.int8), [0]]))
    runs = zip(np.flatnonzero(edges == 1) / RATE, np.flatnonzero(edges == -1) / RATE, strict=True)
    return [(float(start), float(stop)) for start, stop in runs if stop - start > 0.3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evening:
    """A session in a terminal: the coach speaks to its end, is silenced by a key, and then listening is paused."""

    status: int
    shown: str
    session: dict[str, Any]
    sound: NDArray[np.int16]
    spoken_s: float
    tail_ms: float
    control: dict[str, Any]


@pytest.fixture(scope="module")
def evening(
    sound_programs: None, tmp_path_factory: pytest.TempPathFactory, chat: Path, remark: Path, hiss: Path
) -> Evening:
    """Return a session of two people and their coach, whose voice comes back through the microphone.

    A second command in the same room listens without a coach of its own: it takes the coach for a person.
    """
    homes = tmp_path_factory.mktemp("evening")
    home = homes / "own"
    home.mkdir()
    (home / "attune.toml").write_text(EAGER_COACH)
    with (
        running_sound_card() as card,
        card.coach_heard_in_room(),
        card.play(hiss) as noise,
        commands(card, (homes / "control", (*ALONE, "--coach", "quiet"))) as (control,),
    ):
        control.wait_for("Listening")
        terminal = Terminal(card, home, *TWO, "--keep-audio")
        try:
            terminal.wait_for("Listening")
            recording = card.record("coach")
            assert card.play(chat).wait(PATIENCE_S) == 0
            terminal.wait_for("the coach is speaking")
            terminal.wait_for("quiet")
            (spoken,) = sounding(recording.stop())
            assert card.play(chat).wait(PATIENCE_S) == 0
            tail_ms = silenced_tail_ms(card, terminal)
            terminal.wait_for("quiet")
            terminal.press("p")
            terminal.wait_for("paused")
            assert card.play(remark).wait(PATIENCE_S) == 0
            terminal.look_anew()
            terminal.press("p")
            terminal.wait_for("quiet")
            terminal.press("q")
            status, shown = terminal.end()
        finally:
            terminal.close()
        control.signal(signal.SIGINT)
        control.end()
        noise.terminate()
    (path,) = (home / "sessions").glob("*.flac")
    return Evening(
        status=status,
        shown=shown,
        session=document(home),
        sound=soundfile.read(path, dtype="int16")[0],
        spoken_s=spoken[1] - spoken[0],
        tail_ms=tail_ms,
        control=document(homes / "control"),
    )


def silenced_tail_ms(card: SoundCard, terminal: Terminal) -> float:
    """Press a key when the coach has spoken for half a second, and return for how long it still sounds.

    Counted in recorded samples: all delays of pipes and of the recorder itself only lengthen what is counted.
    """
    step = RECORDED_HZ // 100 * 2
    with card.listen("coach") as listener:
        assert listener.stdout is not None
        loud = 0
        for _ in range(1_000):
            loud += np.abs(np.frombuffer(listener.stdout.read(step), np.int16).astype(np.int32)).max() > 200
            if loud == 50:
                break
        terminal.press(" ")
        after = np.frombuffer(listener.stdout.read(step * 150), np.int16)
        listener.terminate()
    assert loud == 50, "the coach did not speak"
    still = np.flatnonzero(np.abs(after.astype(np.int32)) > 200)
    return 0.0 if not len(still) else (int(still[-1]) + 1) / RECORDED_HZ * 1000


def test_coach_speaks_in_a_lull(evening: Evening) -> None:
    """A sentence comes out of the speaker, and the document says so."""
    first = evening.session["feedback"][0]
    assert first["delivery"] == "spoken"
    assert "small sounds of listening" in first["text"]
    assert 0.2 * len(first["text"].split()) < evening.spoken_s < 0.8 * len(first["text"].split())


def test_coach_is_unobserved_with_its_echo_and_never_heard_as_a_person(evening: Evening) -> None:
    """The microphone hears the coach, as the control shows, and nothing of it becomes a segment, turn or transfer."""
    at = evening.session["feedback"][0]["at"]
    start, stop = unheard(evening.sound)[0]
    assert at <= start < at + 1.0
    assert evening.spoken_s + 0.6 <= stop - start <= evening.spoken_s + 1.5
    for kind in ("segments", "turns"):
        assert [one for one in evening.session[kind] if one["end"] > at and one["start"] < stop] == []
    assert [one for one in evening.session["transfers"] if at <= one["at"] < stop] == []
    later = evening.control["segments"][0]["start"] - min(one["start"] for one in evening.session["segments"])
    heard_by_control = [
        min(one["end"], stop + later) - max(one["start"], start + later) for one in evening.control["segments"]
    ]
    assert sum(length for length in heard_by_control if length > 0) > 0.5 * evening.spoken_s


def test_unobserved_time_is_in_the_health_line(evening: Evening) -> None:
    """Twice the coach, once a pause: their lengths are the share that the document and the live view name."""
    runs = unheard(evening.sound)
    assert len(runs) == 3
    share = sum(stop - start for start, stop in runs) / evening.session["duration"]
    assert evening.session["health"]["unobserved"] == pytest.approx(share, abs=0.01)
    assert evening.session["health"]["lost"] == 0.0
    assert re.search(r"timing only, no words · \d+% not listened to", evening.shown)


def test_key_silences_the_coach_within_150_ms(evening: Evening) -> None:
    """Counted in the recorded sound of the speaker; what was cut off counts as shown."""
    assert evening.tail_ms <= 150.0
    assert [feedback["delivery"] for feedback in evening.session["feedback"][:2]] == ["spoken", "shown"]


def test_pause_key_stops_listening_and_quit_key_ends(evening: Evening) -> None:
    """People talked during the pause, and nothing of it was heard."""
    assert evening.status == 0
    start, stop = unheard(evening.sound)[2]
    assert stop - start > REMARK_S
    assert [one for one in evening.session["segments"] if one["end"] > start] == []
    assert "Kept as" in evening.shown


# --- interruptions --------------------------------------------------------------------------------------------


def test_interrupted_sessions_are_kept(sound_card: SoundCard, tmp_path: Path, chat: Path) -> None:
    """Ctrl-C once or three times at once, a request to terminate, a closed terminal, a pipe that nobody reads."""
    names = ("once", "thrice", "terminate", "hang up")
    plan = (*TWO, "--coach", "quiet")
    terminal = Terminal(sound_card, tmp_path / "window", *plan)
    try:
        with commands(sound_card, *((tmp_path / name, plan) for name in names)) as running:
            once, thrice, terminate, hang_up = running
            for command in running:
                command.wait_for("Listening")
            terminal.wait_for("Listening")
            with sound_card.play(chat) as playing:
                for command in running:
                    command.wait_for("Ben")
                terminal.wait_for("balance  Ana")
                once.signal(signal.SIGINT)
                thrice.signal(signal.SIGINT, signal.SIGINT, signal.SIGINT)
                terminate.signal(signal.SIGTERM)
                hang_up.signal(signal.SIGHUP)
                assert terminal.hang_up() == 130
                endings = [command.end() for command in running]
                playing.terminate()
        for status, output, errors in endings[:3]:
            assert status == 130
            assert "Kept as" in output
            assert errors == ""
        assert endings[3][0] == 130
        for name in (*names, "window"):
            session = document(tmp_path / name)
            assert session["transfers"]
            assert session["duration"] > session["transfers"][0]["at"]
    finally:
        terminal.close()


def test_ctrl_c_at_the_question_ends_with_130(sound_card: SoundCard, tmp_path: Path) -> None:
    """Nobody agreed, nothing is kept."""
    terminal = Terminal(sound_card, tmp_path / "home", "listen", "--transcriber", "none")
    try:
        terminal.wait_for("First person, do you agree to be heard?")
        terminal.press("\x03")
        status, shown = terminal.end()
    finally:
        terminal.close()
    assert status == 130
    assert "Traceback" not in shown
    assert documents(tmp_path / "home") == []


# --- things that are not there --------------------------------------------------------------------------------


def said_and_status(card: SoundCard, home: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Return the status of a command that cannot begin, and what it says of it."""
    run = subprocess.run(
        [sys.executable, "-m", "attune", *arguments],
        env={**card.environment, "ATTUNE_HOME": str(home), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert run.stdout == ""
    return run.returncode, run.stderr


def test_nothing_to_hear_with_is_one_clear_line(sound_card: SoundCard, tmp_path: Path) -> None:
    """No microphone, none of this name or number, no PortAudio: what, which, and what to do."""
    assert said_and_status(sound_card, tmp_path, *ALONE, "--device", "nonesuch") == (
        1,
        'attune: there is no microphone called "nonesuch"; choose one with --device: 0 (pulse), 1 (default)\n',
    )
    assert said_and_status(sound_card, tmp_path, *ALONE, "--device", "99") == (
        1,
        "attune: there is no microphone number 99; choose one with --device: 0 (pulse), 1 (default)\n",
    )
    gone = f"unix:{tmp_path}/nobody"
    assert said_and_status(sound_card, tmp_path, *ALONE, PULSE_SERVER=gone) == (
        1,
        "attune: no microphone is connected; plug one in (attune devices lists what is there)\n",
    )
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "sounddevice.py").write_text('raise OSError("PortAudio library not found")\n')
    status, line = said_and_status(sound_card, tmp_path, *ALONE, PYTHONPATH=str(tmp_path / "hidden"))
    assert status == 1
    assert line.startswith("attune: the sound library PortAudio is missing (PortAudio library not found); install it")
    assert line.count("\n") == 1
    assert documents(tmp_path) == []


def test_coach_that_cannot_be_heard_is_shown_and_said_once(sound_card: SoundCard, tmp_path: Path, chat: Path) -> None:
    """No speech engine for one, no speaker for the other: both listen on, and show what the coach says."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "pyttsx3.py").write_text('raise ImportError("no pyttsx3")\n')
    mute = tmp_path / "asound.conf"
    mute.write_text("pcm.default { type asym capture.pcm { type pulse } hint { show on description Microphone } }\n")
    homes = [tmp_path / "no voice", tmp_path / "no speaker"]
    extras = [{"PYTHONPATH": str(hidden)}, {"ALSA_CONFIG_PATH": str(mute)}]
    for home in homes:
        home.mkdir()
        (home / "attune.toml").write_text(EAGER_COACH)
    running = [Command(sound_card, home, *TWO, environment=extra) for home, extra in zip(homes, extras, strict=True)]
    try:
        for command in running:
            command.wait_for("Listening")
        assert sound_card.play(chat).wait(PATIENCE_S) == 0
        reasons = [command.wait_for("The coach cannot be heard, so its words are shown: ") for command in running]
        for command in running:
            command.signal(signal.SIGINT)
        endings = [command.end() for command in running]
    finally:
        for command in running:
            command.close()
    assert "install one with: sudo apt-get install espeak-ng" in reasons[0]
    assert "no speaker is connected" in reasons[1]
    for home, (status, output, _) in zip(homes, endings, strict=True):
        during = output.split("Ana and Ben ·")[0]
        assert status == 130
        assert during.count("cannot be heard") == 1
        assert "coach: Ben gave small sounds of listening" in during
        session = document(home)
        assert [feedback["delivery"] for feedback in session["feedback"]] == ["shown"]
        assert any("cannot be heard" in warning for warning in session["health"]["warnings"])
        assert session["health"]["unobserved"] == 0.0


# --- unplugging, replaying, demonstrating ---------------------------------------------------------------------


def test_card_pulled_out_is_a_gap_and_the_session_goes_on(sound_programs: None, tmp_path: Path, chat: Path) -> None:
    """What was lost is in the record, what comes after is heard, and no library writes into the picture."""
    with running_sound_card() as card:
        terminal = Terminal(card, tmp_path / "home", *TWO, "--coach", "quiet")
        try:
            terminal.wait_for("Listening")
            with card.play(chat):
                terminal.wait_for("balance  Ana")
                card.unplug()
            terminal.wait_for("no sound is coming from the microphone")
            card.plug_in()
            terminal.look_anew()
            terminal.wait_for("quiet")
            assert card.play(chat).wait(PATIENCE_S) == 0
            terminal.press("\x03")
            status, shown = terminal.end()
        finally:
            terminal.close()
    assert status == 130
    assert "ALSA lib" not in shown
    assert "pa_linux_alsa" not in shown
    session = document(tmp_path / "home")
    lost_s = session["health"]["lost"] * session["duration"]
    assert lost_s > 0.25
    starts = [turn["start"] for turn in session["turns"]]
    assert min(starts) < session["duration"] - CHAT_S - lost_s
    assert sum(start > session["duration"] - CHAT_S - 1.0 for start in starts) >= 2
    assert "of the sound was lost" in " ".join(shown.split())


def test_live_session_replays_to_the_same_events_and_record(sound_card: SoundCard, tmp_path: Path, chat: Path) -> None:
    """Blocks, unobserved sound, words, failures and deliveries of a real microphone and a real voice."""
    with sound_card.run(REPLAYER) as session:
        assert session.stdout is not None
        assert session.stdout.readline() == "Listening\n"
        assert sound_card.play(chat).wait(PATIENCE_S) == 0
        assert session.stdout.readline() == "delivery spoken\n"
        output, _ = session.communicate("", timeout=PATIENCE_S)
    facts = json.loads(output.splitlines()[-1])
    assert facts["same_events"]
    assert facts["same_record"]
    assert {"Block", "Unobserved", "Transcript", "TranscriptFailed", "Delivery"} <= facts["fed"].keys()
    assert {"SpeechSegment", "Turn", "FloorTransfer", "TranscriptionRequest", "Feedback"} <= facts["said"].keys()
    assert [feedback["delivery"] for feedback in facts["feedback"]] == ["spoken"]


def test_fast_demo_is_the_same_every_time(tmp_path: Path) -> None:
    """Two runs print the same but for the name of the session, and keep the same document."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "attune", "demo", "--fast"],
            env={**os.environ, "ATTUNE_HOME": str(tmp_path / name), "COLUMNS": "80"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    outputs = [run.communicate(timeout=PATIENCE_S) for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    one, two = (re.sub(r"\d{4}-\d\d-\d\d-\d{4}-\w+", "NAME", output) for output, _ in outputs)
    assert one == two
    assert "coach:" in one
    assert "NAME" in one
    assert document(tmp_path / "one") == document(tmp_path / "two")


# --- what the long sessions heard -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def each(running: LongSessions) -> Ended:
    """Return the session of two people, a channel each, when it has ended."""
    return running.ended(running.each)


@pytest.fixture(scope="module")
def alone(running: LongSessions) -> Ended:
    """Return the session of the same talk as one person's, when it has ended."""
    return running.ended(running.alone)


def test_two_people_are_heard_live_as_in_the_file(each: Ended, talk: Path) -> None:
    """Turns and transfers of the kept session are those of `attune analyze`, within 50 ms."""
    live = document(each.home)
    assert each.status == 0
    assert len(live["transfers"]) > 8
    assert_heard_as_in_the_file(each, talk, "--channels", "Ana,Ben")
    assert live["health"]["lost"] == 0.0
    assert live["health"]["unobserved"] == 0.0


def test_one_person_is_heard_live_as_in_the_file(alone: Ended, talk: Path) -> None:
    """One channel of the room, everything one person's."""
    assert alone.status == 0
    assert_heard_as_in_the_file(alone, talk, "--people", "1")


def test_session_ends_at_its_seconds(each: Ended, alone: Ended) -> None:
    """To the sample, and so to the millisecond of the document."""
    assert document(each.home)["duration"] == 52.5
    assert document(alone.home)["duration"] == 51.25


def test_telephone_call_is_heard_live_as_in_the_file(running: LongSessions) -> None:
    """A real call, where the checkout has one beside it: its line noise makes onsets less sharp."""
    if not CALL.exists():
        pytest.skip("there is no telephone call beside the checkout")
    assert_heard_as_in_the_file(running.ended(running.call), CALL, "--people", "1", tolerance_s=0.1)


def test_kept_sound_is_the_session_to_the_sample_and_is_erased_with_it(each: Ended) -> None:
    """The FLAC is as long as the session, for the user's eyes alone, has each person where they spoke, and can go."""
    session = document(each.home)
    (path,) = (each.home / "sessions").glob("*.flac")
    assert f"The sound is kept in {path}" in each.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    sound, rate = soundfile.read(path, dtype="int16")
    assert (len(sound), rate, sound.shape[1]) == (round(52.5 * RATE), RATE, 2)
    undisturbed = [one for one in session["segments"] if not overlapped(one, session["segments"])]
    assert len(undisturbed) > 3
    for segment in undisturbed:
        inside = sound[round(segment["start"] * RATE) : round(segment["end"] * RATE)].astype(np.float64)
        own = 0 if segment["speaker"] == "Ana" else 1
        assert np.std(inside[:, own]) > 2 * np.std(inside[:, 1 - own])
    erased = subprocess.run(
        [sys.executable, "-m", "attune", "erase", path.stem, "--yes"],
        env={**os.environ, "ATTUNE_HOME": str(each.home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "and its sound" in erased.stdout
    assert list((each.home / "sessions").glob("*.flac")) == []


def overlapped(segment: dict[str, Any], segments: list[dict[str, Any]]) -> bool:
    """Return whether somebody else speaks during a segment."""
    return any(
        other["speaker"] != segment["speaker"] and other["start"] < segment["end"] and other["end"] > segment["start"]
        for other in segments
    )


def test_demo_speaks_aloud_and_ends_with_its_summary(running: LongSessions) -> None:
    """In real time: while the couple waits, what the document calls spoken comes out of the speaker."""
    demo = running.ended(running.demo)
    loud = np.flatnonzero(np.abs(running.demo_heard.stop().astype(np.int32)) > 200) / RECORDED_HZ
    session = document(demo.home)
    assert demo.status == 0
    assert "What the coach said" in demo.output
    spoken = [feedback["at"] for feedback in session["feedback"] if feedback["delivery"] == "spoken"]
    assert spoken
    began = loud[0] - session["segments"][0]["start"]
    ends = [*(one["start"] for one in session["segments"]), session["duration"]]
    for at in spoken:
        until = min(end for end in ends if end > at)
        heard = loud[(loud > began + at) & (loud < began + until - 0.5)]
        assert heard[-1] - heard[0] > 1.0
    assert session["health"]["unobserved"] > 0.0
