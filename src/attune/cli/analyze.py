"""``attune analyze``: recorded audio, or a timed transcript, through the same code as a live session."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from attune.adapters.recording import open_recording
from attune.analysis import analyze
from attune.cli.keeping import closing_lines, keep
from attune.cli.known_voices import VoicesAsked, kept_names, recordings_of
from attune.cli.outputs import Outputs, input_names
from attune.cli.parts import MOST_PEOPLE, People, displayed, engine_of, finder_of, people_of, user_home, user_settings
from attune.cli.program import INTERRUPTED
from attune.cli.transcribers import Transcribing, transcriber_of
from attune.cli.transcript_file import TRANSCRIPT_SUFFIXES, read_transcript
from attune.coaching.policy import CoachMode
from attune.errors import AttuneError, InputError
from attune.events import SessionRecord
from attune.plan import Arrangement, Plan
from attune.reading import record_of_transcript
from attune.reports.summary import summary_of
from attune.reports.terminal import print_summary
from attune.sessions.document import session_document
from attune.sessions.home import Home
from attune.sessions.kept import SessionKind
from attune.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What was asked for, for every input."""

    people: People
    voices: VoicesAsked
    transcribing: Transcribing
    language: str
    settings: Settings
    home: Home
    keep: bool


def _unspoken(settings: Settings) -> Settings:
    """Return the settings with a quiet coach: what it would have said is noted, and nobody heard it."""
    return replace(settings, coach=replace(settings.coach, mode=CoachMode.QUIET))


Progress = Callable[[int], None]

OWN_PEOPLE = "a timed transcript names its people itself; options that tell people apart are for sound."


@click.command(name="analyze", context_settings={"max_content_width": 100})
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False), metavar="INPUT...")
@click.option(
    "--json", "json_out", type=click.Path(path_type=Path), metavar="OUT", help="Session document; - prints it."
)
@click.option("--csv", "csv_out", type=click.Path(path_type=Path), metavar="DIR", help="Tables, one file each.")
@click.option("--rttm", "rttm_out", type=click.Path(path_type=Path), metavar="OUT", help="Who spoke when, as RTTM.")
@click.option("--textgrid", "textgrid_out", type=click.Path(path_type=Path), metavar="OUT", help="Praat TextGrid.")
@click.option(
    "--transcriber",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="auto: the best model installed, else timing only; none: timing only; or a model's name.",
)
@click.option("--channels", metavar="A,B", help="A channel a person: their names, in the order of the channels.")
@click.option("--speakers", type=click.IntRange(1, 8), metavar="N", help="Tell N voices apart, 2, with one microphone.")
@click.option("--enroll", multiple=True, metavar="NAME=FILE", help="A recording of one voice alone; repeatable.")
@click.option("--voices", metavar="A,B", help="Enrolled voices to tell apart; see `attune enroll`.")
@click.option("--people", type=click.IntRange(1, 2), help="1: everything heard is one person's.")
@click.option("--language", default="en", show_default=True, metavar="CODE", help="What is spoken.")
@click.option("--keep/--no-keep", "kept", default=True, help="Keep the session for `attune sessions` (default).")
def command(
    *,
    inputs: tuple[Path, ...],
    json_out: Path | None,
    csv_out: Path | None,
    rttm_out: Path | None,
    textgrid_out: Path | None,
    transcriber: str,
    channels: str | None,
    speakers: int | None,
    enroll: tuple[str, ...],
    voices: str | None,
    people: int | None,
    language: str,
    kept: bool,
) -> int:
    """Analyse recordings or timed transcripts.

    INPUT is a sound file of any kind, a film with sound, or a timed transcript (.json, .stm, .vtt, .rttm, .TextGrid).
    With a recording of two channels each is taken to be one person's microphone, unless --speakers, --enroll or
    --voices say otherwise; in one channel two people are told apart by their voices.
    """
    outputs = Outputs(json=json_out, csv=csv_out, rttm=rttm_out, textgrid=textgrid_out)
    home = user_home()
    settings = _unspoken(user_settings(home))
    asked = VoicesAsked(recordings=recordings_of(enroll), kept=kept_names(voices), home=home, settings=settings)
    analysis = Analysis(
        people=people_of(channels=channels, people=people, voices=speakers, enrolled=asked.names),
        voices=asked,
        transcribing=transcriber_of(transcriber, language=language, home=home),
        language=language,
        settings=settings,
        home=home,
        keep=kept,
    )
    names = input_names(inputs)
    written = {path: outputs if len(names) == 1 else outputs.of_input(name) for path, name in names.items()}
    for of_one in written.values():
        of_one.check(inputs)
    transcripts = [path for path in names if path.suffix.lower() in TRANSCRIPT_SUFFIXES]
    if analysis.transcribing.note and len(transcripts) < len(names):
        click.echo(analysis.transcribing.note, err=True)
    if transcripts and any(option is not None for option in (channels, speakers, people, voices, *enroll)):
        click.echo(f"{displayed(transcripts[0])}: {OWN_PEOPLE}", err=True)
    failed = 0
    for path, of_one in written.items():
        try:
            _one(path, analysis=analysis, outputs=of_one)
        except AttuneError as error:
            failed += 1
            click.echo(f"attune: {error}", err=True)
        except KeyboardInterrupt:
            click.echo(f"Stopped before the end of {displayed(path)}; nothing of it is kept.", err=True)
            return INTERRUPTED
    return 1 if failed else 0


def _one(path: Path, *, analysis: Analysis, outputs: Outputs) -> None:
    _check_name(path)
    with _progress(path) as progress:
        record = _record_of(path, analysis=analysis, progress=progress)
    document = session_document(record)
    outputs.write(record, document)
    kept = keep(document, kind=SessionKind.ANALYZE, home=analysis.home) if analysis.keep else None
    if not outputs.any:
        from rich.console import Console

        closing = closing_lines(record, language=analysis.language, kept=kept)
        print_summary(summary_of(document, closing=closing), console=Console())


def _record_of(path: Path, *, analysis: Analysis, progress: Progress) -> SessionRecord:
    if path.suffix.lower() in TRANSCRIPT_SUFFIXES:
        transcript = read_transcript(path)
        finder = finder_of(analysis.language)
        return record_of_transcript(transcript, source=displayed(path), floor=analysis.settings.floor, finder=finder)
    with open_recording(path) as recording:
        transcribing = analysis.transcribing
        name = transcribing.transcriber.name if transcribing.transcriber else None
        plan = analysis.people.plan(channels=recording.channels, source=displayed(path), transcriber=name)
        known = analysis.voices.known_for(plan)
        engine = engine_of(plan, language=analysis.language, settings=analysis.settings, voices=known)

        def reached(sample: int) -> None:
            progress(round(1000 * sample / recording.duration) if recording.duration else 0)

        analyze(recording, engine=engine, transcriber=transcribing.transcriber, progress=reached)
        warnings = (*((recording.truncated,) if recording.truncated else ()), *_unheard(plan, source=displayed(path)))
    return engine.record(source=displayed(path), warnings=warnings)


def _unheard(plan: Plan, *, source: str) -> tuple[str, ...]:
    """Return a warning if the sound has more channels than are heard: whoever speaks in the others is missing."""
    people = len(plan.speakers)
    if plan.arrangement is Arrangement.ONE_MICROPHONE and plan.channels > plan.columns:
        warning = (
            f"{source} has {plan.channels} channels, and the first {plan.columns} were heard as one stereo microphone. "
            "If people have a channel each, name them in the order of the channels: --channels A,B"
        )
        return (warning,)
    if plan.arrangement is not Arrangement.CHANNEL_EACH or people == 1 or plan.channels <= people:
        return ()
    names = ",".join("ABCDEFGH"[: plan.channels]) if plan.channels <= MOST_PEOPLE else "A,B,C,…"
    warning = (
        f"{source} has {plan.channels} channels, and the first {people} were heard. "
        f"If more people speak, name them in the order of the channels: --channels {names}"
    )
    return (warning,)


def _check_name(path: Path) -> None:
    """Check that a file's name is one that libraries and documents can hold.

    Raises
    ------
    InputError
        If it cannot be written in the encoding of this system's file names.
    """
    try:
        str(path).encode(sys.getfilesystemencoding())
    except UnicodeEncodeError as error:
        raise InputError(
            f"the name {path.name!a} cannot be read as {error.encoding}; rename the file, and try again"
        ) from error


@contextlib.contextmanager
def _progress(path: Path) -> Iterator[Progress]:
    """Show a bar on a terminal's standard error, in thousandths of the file."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(displayed(path), total=1000)
        yield lambda reached: bar.update(task, completed=reached)
