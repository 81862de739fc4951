"""``attune listen``: a live session with microphones."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import click
from rich.console import Console

from attune.adapters.microphone import Microphone
from attune.adapters.portaudio import PortAudio
from attune.adapters.sound_keeping import SoundKeeper
from attune.adapters.standard_error import libraries_silenced
from attune.cli.agreeing import asked_people, consent_of
from attune.cli.capsules import capsules
from attune.cli.enrolment import is_answerable
from attune.cli.known_voices import VoicesAsked, kept_names
from attune.cli.parts import MOST_VOICES, People, engine_of, people_of, user_home, user_settings
from attune.cli.session_run import KEYS, Conclusion, Run, live_view, run_to_end, tell_on, view_tap, voice_of
from attune.cli.transcribers import Transcribing, transcriber_of
from attune.cli.voices_here import voices_here
from attune.coaching.policy import CoachMode
from attune.errors import StoreError
from attune.events import AgreedBy, SessionConsent
from attune.live.session import LiveSession
from attune.plan import Arrangement, Plan
from attune.reports.live_state import Apart
from attune.sessions.kept import SessionKind
from attune.sessions.store import local_now
from attune.timebase import samples_of

STEREO_SIDES = ("left", "right")
"""What the live view calls the channels of a stereo microphone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for."""

    people: People
    voices: VoicesAsked
    transcribing: Transcribing
    device: int | str | None
    coach: CoachMode
    language: str
    seconds: float | None


@click.command(name="listen")
@click.option("--people", type=click.IntRange(1, 2), help="1: one person practises. 2 (default): with one microphone.")
@click.option("--voices", metavar="A,B", help="Whose enrolled voices will be heard; see `attune enroll`.")
@click.option("--channels", metavar="A,B", help="A microphone channel a person: their names, in order.")
@click.option("--device", metavar="NAME", help="Microphone: number or part of its name; see `attune devices`.")
@click.option("--seconds", type=click.FloatRange(min=0.1), help="End by itself after this time.")
@click.option(
    "--coach",
    type=click.Choice([mode.value for mode in CoachMode]),
    help="Whether the coach speaks (default), is shown, or keeps quiet for the report.",
)
@click.option("--transcriber", default="auto", show_default=True, metavar="NAME", help="As for `attune analyze`.")
@click.option("--language", default="en", show_default=True, metavar="CODE", help="What is spoken.")
@click.option("--keep-audio", is_flag=True, help="Keep the sound beside the session; otherwise it is forgotten.")
@click.option("--agreed", is_flag=True, help="Everybody who will be heard has agreed: do not ask.")
def command(
    *,
    people: int | None,
    voices: str | None,
    channels: str | None,
    device: str | None,
    seconds: float | None,
    coach: str | None,
    transcriber: str,
    language: str,
    keep_audio: bool,
    agreed: bool,
) -> int:
    """Listen to a conversation live and coach it.

    Two people before one microphone are told apart by their voices. Enrolled voices have their names at once; others
    are A and B, known within about half a minute of talk. A microphone each is surest: --channels. Everybody is asked
    first whether they agree.

    The coach speaks in lulls, seldom, and to everybody. Ctrl-C ends the session; what was heard so far is kept.
    """
    home = user_home()
    settings = user_settings(home)
    console = Console()
    here = voices_here(kept_names(voices), home=home) if channels is None and people != 1 else None
    names = kept_names(voices) if here is None else here.names
    wishes = Wishes(
        people=people_of(
            channels=channels, people=people, voices=None if here is None else MOST_VOICES, enrolled=names
        ),
        voices=VoicesAsked(recordings={}, kept=names, home=home, settings=settings),
        transcribing=transcriber_of(transcriber, language=language, home=home),
        device=int(device) if device is not None and device.isdecimal() else device,
        coach=CoachMode(coach) if coach else settings.coach.mode,
        language=language,
        seconds=seconds,
    )
    if here is not None:
        console.print(here.line, highlight=False, markup=False, soft_wrap=True)
    consent = _consent(wishes.people, beforehand=AgreedBy.OPTION if agreed else None)
    if wishes.transcribing.note:
        click.echo(wishes.transcribing.note, err=True)
    sound = PortAudio()
    with (
        Conclusion(console=console) as conclusion,
        libraries_silenced(),
        _microphone(wishes, sound=sound) as microphone,
        contextlib.ExitStack() as stack,
    ):
        plan = _plan(wishes, channels=microphone.channels, source=microphone.device.name)
        engine = engine_of(
            plan,
            language=language,
            settings=replace(settings, coach=replace(settings.coach, mode=wishes.coach)),
            voices=wishes.voices.known_for(plan),
        )
        keys = f" Keys: {KEYS}." if sys.stdin and sys.stdin.isatty() else ""
        console.print(f"Listening with {microphone.device.name}.{keys}", highlight=False, markup=False)
        view = stack.enter_context(
            live_view(
                console=console,
                speakers=plan.speakers,
                channels=channel_names(plan),
                transcriber=plan.transcriber,
                apart=apart_at_first(wishes.people, plan=plan),
            )
        )
        keeper = stack.enter_context(SoundKeeper(folder=home.sessions, channels=plan.channels)) if keep_audio else None
        tell = tell_on(view)
        session = LiveSession(
            engine=engine,
            source=microphone,
            transcriber=wishes.transcribing.transcriber,
            voice=voice_of(wishes.coach, sound=sound),
            taps=(view_tap(view), *([kept_while_it_can_be(keeper, tell=tell)] if keeper else [])),
            tell=tell,
            limit=None if seconds is None else samples_of(seconds),
        )
        run = Run(
            kind=SessionKind.LISTEN,
            source=microphone.device.name,
            home=home,
            language=language,
            started_at=local_now(),
            sound=keeper,
            consent=consent,
        )
        conclusion.begin(session, engine=engine, run=run, view=view)
        run_to_end(session)
    return conclusion.status


def kept_while_it_can_be(keeper: SoundKeeper, *, tell: Callable[[str], None]) -> Callable[[object], None]:
    """Return a tap that keeps sound; once that fails it says so and stops, and the session goes on without."""
    failed: list[StoreError] = []

    def keep(item: object) -> None:
        if failed:
            return
        try:
            keeper.keep(item)
        except StoreError as error:
            failed.append(error)
            tell(f"From here on the sound is not kept, the session goes on: {error}")

    return keep


def _consent(people: People, *, beforehand: AgreedBy | None) -> SessionConsent | None:
    """Return how everybody agreed to be heard; whoever practises alone is not asked."""
    if people.alone:
        return None
    names = people.channels or asked_people(people.voices)
    return consent_of(names, beforehand=beforehand, confirm=click.confirm if is_answerable() else None, now=local_now())


def _microphone(wishes: Wishes, *, sound: PortAudio) -> Microphone:
    people = wishes.people
    if people.alone:
        channels = None
    elif people.channels is not None:
        channels = len(people.channels)
    else:
        channels = capsules(sound, wishes.device)
    return Microphone(device=wishes.device, channels=channels, opener=sound)


def channel_names(plan: Plan) -> tuple[str, ...]:
    """Return what the live view calls the channels."""
    if plan.arrangement is not Arrangement.ONE_MICROPHONE:
        return plan.speakers
    return STEREO_SIDES if plan.channels == len(STEREO_SIDES) else ("microphone",)


def apart_at_first(people: People, *, plan: Plan) -> Apart:
    """Return how people are told apart when the session begins."""
    if plan.arrangement is not Arrangement.ONE_MICROPHONE:
        return Apart.CHANNELS
    return Apart.VOICES if len(people.voices) == len(plan.speakers) else Apart.LEARNING


def _plan(wishes: Wishes, *, channels: int, source: str) -> Plan:
    transcriber = wishes.transcribing.transcriber
    return wishes.people.plan(
        channels=channels, source=source, transcriber=None if transcriber is None else transcriber.name
    )
