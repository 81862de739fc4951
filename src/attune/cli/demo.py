"""``attune demo``: a bundled couple's dialogue through the live path."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from attune.adapters.playback import Speaker
from attune.adapters.portaudio import PortAudio
from attune.adapters.recording import open_recording
from attune.adapters.standard_error import libraries_silenced
from attune.bundled import demo_sound, demo_transcript
from attune.cli.parts import engine_of, user_home, user_settings
from attune.cli.session_run import Conclusion, Run, live_view, run_to_end, tell_on, view_tap, voice_of
from attune.cli.transcript_file import read_transcript
from attune.coaching.policy import CoachMode, CoachSettings
from attune.errors import PlaybackError
from attune.events import Block, Phrase, Transcript
from attune.live.mouth import Loudspeaker
from attune.live.session import LiveSession, Pace
from attune.live.sources import PacedSource, SoundSource, SwiftSource
from attune.plan import Arrangement, Plan
from attune.reports.live_state import Captions
from attune.sessions.kept import SessionKind
from attune.sessions.store import local_now
from attune.timebase import SAMPLE_RATE, Span
from attune.transcribing.protocol import Transcriber
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
    script = _script()
    recording = open_recording(demo_sound(), block_frames=BLOCK_FRAMES)
    plan = Plan(
        speakers=COUPLE,
        arrangement=Arrangement.CHANNEL_EACH,
        channels=recording.channels,
        transcriber=script.name,
    )
    engine = engine_of(plan, language="en", settings=settings)
    console.print("A couple talks about their summer (two synthetic voices, about a minute).")
    with (
        Conclusion(console=console) as conclusion,
        libraries_silenced(),
        recording,
        live_view(
            console=console, speakers=COUPLE, channels=COUPLE, transcriber=script.name, captions=Captions.SHOWN
        ) as view,
    ):
        held: list[LiveSession] = []
        sound, tell = PortAudio(), tell_on(view)
        source: SoundSource
        transcriber: Transcriber = script
        if fast:
            source = SwiftSource(recording)
        else:
            blocks = list(recording)
            source = paced = PacedSource(
                blocks,
                clock=time.monotonic,
                held=lambda: held[0].coach_sounding,
                recital=SpokenRecital(blocks, loudspeaker=Speaker(opener=sound), tell=tell),
            )
            transcriber = LaterTranscriber(script, later=paced.held_before)
        session = LiveSession(
            engine=engine,
            source=source,
            transcriber=transcriber,
            voice=voice_of(mode, sound=sound),
            taps=(view_tap(view),),
            tell=tell,
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


class LaterTranscriber:
    """Words of a script whose dialogue is held now and then, so that they are spoken later than it says.

    Parameters
    ----------
    script
        Knows the words at the times of the script.
    later
        How much later than in the script a sample is.
    """

    def __init__(self, script: Transcriber, *, later: Callable[[int], int]) -> None:
        self._script = script
        self._later = later

    @property
    def name(self) -> str:
        """What the session document calls it."""
        return self._script.name

    def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:
        """Return the words of a phrase, at the times at which they were heard."""
        shift = self._later(phrase.span.stop)
        answer = self._script.transcribe(replace(phrase, span=_shifted(phrase.span, -shift)), samples)
        return replace(answer, words=tuple(replace(word, span=_shifted(word.span, shift)) for word in answer.words))


def _shifted(span: Span, by: int) -> Span:
    return Span(span.start + by, span.stop + by)


class SpokenRecital:
    """Plays the dialogue through a loudspeaker, both voices together; where there is none, says so once.

    Parameters
    ----------
    blocks
        The whole recording.
    loudspeaker
        Of its own, so that the coach can use another.
    tell
        Shows a sentence to the user.
    """

    def __init__(self, blocks: Sequence[Block], *, loudspeaker: Loudspeaker, tell: Callable[[str], None]) -> None:
        together = [block.samples.astype(np.int32).sum(axis=1).clip(-32_768, 32_767) for block in blocks]
        self._sound: NDArray[np.int16] = np.concatenate(together).astype(np.int16)
        self._loudspeaker = loudspeaker
        self._tell = tell
        self._failed = False

    def go_on(self, start: int) -> None:
        """Play from a sample on."""
        if self._failed:
            return
        try:
            self._loudspeaker.play(self._sound[start:], SAMPLE_RATE)
        except PlaybackError as error:
            self._failed = True
            self._tell(f"The couple cannot be heard, so their words are shown: {error}")

    def pause(self) -> None:
        """Fall silent now."""
        if not self._failed:
            self._loudspeaker.stop()


def _script() -> ScriptedTranscriber:
    """Return what answers with the words of the dialogue's script."""
    transcript = read_transcript(demo_transcript())
    return ScriptedTranscriber(
        {
            name: tuple(word for said in transcript.utterances if said.speaker == letter for word in said.words)
            for name, letter in zip(COUPLE, transcript.speakers, strict=True)
        }
    )
