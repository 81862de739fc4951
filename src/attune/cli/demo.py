"""``attune demo``: a bundled couple's dialogue through the live path."""

from __future__ import annotations

import time
from dataclasses import replace

import click
from rich.console import Console

from attune.adapters.portaudio import PortAudio
from attune.adapters.recording import open_recording
from attune.adapters.standard_error import libraries_silenced
from attune.bundled import demo_sound, demo_transcript
from attune.cli.parts import engine_of, user_home, user_settings
from attune.cli.session_run import Conclusion, Run, live_view, run_to_end, tell_on, view_tap, voice_of
from attune.cli.transcript_file import read_transcript
from attune.coaching.policy import CoachMode, CoachSettings
from attune.engine import Arrangement, Plan
from attune.live.session import LiveSession, Pace
from attune.live.sources import PacedSource, SwiftSource
from attune.sessions.kept import SessionKind
from attune.sessions.store import local_now
from attune.transcribing.scripted import ScriptedTranscriber

BLOCK_FRAMES = 1_600
"""Blocks of 100 ms: as often as a microphone delivers, or nearly."""

COUPLE = ("Ana", "Ben")
"""Who talks, in the order of the channels; the transcript calls them by letters."""

DEMO_COACH = CoachSettings(cool_down_s=15.0, praises_per_suggestion=1, first_talk_s=10.0)
"""A coach that speaks oftener than in a real session, so that a minute shows what it does."""


@click.command(name="demo")
@click.option("--fast", is_flag=True, help="As fast as the machine can, without speaking aloud.")
@click.option(
    "--coach",
    type=click.Choice([mode.value for mode in CoachMode]),
    default=CoachMode.SPOKEN.value,
    show_default=True,
    help="Whether the coach speaks, is shown, or keeps quiet.",
)
def command(*, fast: bool, coach: str) -> int:
    """Play a bundled couple's dialogue through the live path; no microphone is needed.

    Two synthetic voices talk about their summer. Attune hears who speaks when from the sound; the words come from the
    script of the dialogue, in place of a speech model. The coach speaks oftener here than in a real session.
    """
    home, console = user_home(), Console()
    mode = CoachMode.VISUAL if fast and coach == CoachMode.SPOKEN else CoachMode(coach)
    settings = replace(user_settings(home), coach=replace(DEMO_COACH, mode=mode))
    transcriber = _script()
    recording = open_recording(demo_sound(), block_frames=BLOCK_FRAMES)
    plan = Plan(
        speakers=COUPLE,
        arrangement=Arrangement.CHANNEL_EACH,
        channels=recording.channels,
        transcriber=transcriber.name,
    )
    engine = engine_of(plan, language="en", settings=settings)
    console.print("A couple talks about their summer (two synthetic voices, about a minute).")
    with (
        Conclusion(console=console) as conclusion,
        libraries_silenced(),
        recording,
        live_view(console=console, speakers=COUPLE, channels=COUPLE, transcriber=transcriber.name) as view,
    ):
        held: list[LiveSession] = []
        source = (
            SwiftSource(recording)
            if fast
            else PacedSource(recording, clock=time.monotonic, held=lambda: held[0].coach_sounding)
        )
        session = LiveSession(
            engine=engine,
            source=source,
            transcriber=transcriber,
            voice=voice_of(mode, sound=PortAudio()),
            taps=(view_tap(view),),
            tell=tell_on(view),
            pace=Pace.LOCKSTEP if fast else Pace.REAL_TIME,
        )
        held.append(session)
        run = Run(
            kind=SessionKind.DEMO,
            source=recording.path.name,
            home=home,
            language="en",
            started_at=local_now(),
        )
        conclusion.begin(session, engine=engine, run=run, view=view)
        run_to_end(session)
    return conclusion.status


def _script() -> ScriptedTranscriber:
    """Return what answers with the words of the dialogue's script."""
    transcript = read_transcript(demo_transcript())
    return ScriptedTranscriber(
        {
            name: tuple(word for said in transcript.utterances if said.speaker == letter for word in said.words)
            for name, letter in zip(COUPLE, transcript.speakers, strict=True)
        }
    )
