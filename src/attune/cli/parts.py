"""Puts the engine together from what a command was asked for: the only place where pure rooms and adapters meet."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from attune.accuracy import Row, accuracy_of, rows_of
from attune.adapters.silero import SileroDetector, SileroSession
from attune.adapters.webrtc import WebRtcGate
from attune.coaching.phrases.book import PhraseBook
from attune.coaching.phrases.en import ENGLISH
from attune.conversation.acts.finding import ActFinder
from attune.conversation.acts.stems import StemActs
from attune.engine import Engine
from attune.errors import InputError, SettingsError
from attune.hearing.speakers.channels import Detectors
from attune.hearing.speakers.voices import KnownVoices
from attune.plan import Arrangement, Plan
from attune.sessions.home import Home, home_of
from attune.settings import Settings, read_settings

SETTINGS_FILE = "attune.toml"
MOST_PEOPLE = 8

MOST_VOICES = 2
"""Voices that are told apart in one channel. Source: a couple; whoever else speaks is unknown."""

PHRASE_BOOKS = {"en": ENGLISH}
"""The coach's words, by language."""


def user_home() -> Home:
    """Return the user's folders."""
    return home_of(os.environ)


def user_settings(home: Home) -> Settings:
    """Return the settings of the user's file, or the defaults if there is none.

    Raises
    ------
    SettingsError
        If the file cannot be read or used.
    """
    path = home.config / SETTINGS_FILE
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except UnicodeDecodeError as error:
        raise SettingsError(f"the settings in {path} are not UTF-8 (byte {error.start + 1}); save them so") from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SettingsError(f"the settings in {path} cannot be read: {why}; correct that or remove it") from error
    return read_settings(text, name=str(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who is heard, as options say it.

    Attributes
    ----------
    channels
        Names by channel; None where no channel is anybody's by name.
    voices
        Names of enrolled voices before one microphone; empty for none.
    arrangement
        How people and microphones go together; None leaves it to the number of channels: one channel has two voices,
        several have a person each.
    """

    channels: tuple[str, ...] | None = None
    voices: tuple[str, ...] = ()
    arrangement: Arrangement | None = None

    @property
    def alone(self) -> bool:
        """Whether one person is heard."""
        return self.arrangement is Arrangement.ONE_PERSON

    def plan(self, *, channels: int, source: str, transcriber: str | None) -> Plan:
        """Return the plan for sound with a number of channels.

        Raises
        ------
        InputError
            If the sound has fewer channels than the people who have one each.
        """
        arrangement = self.arrangement or (Arrangement.ONE_MICROPHONE if channels == 1 else Arrangement.CHANNEL_EACH)
        names = {
            Arrangement.ONE_PERSON: self.channels or ("A",),
            Arrangement.ONE_MICROPHONE: pair_of(self.voices),
            Arrangement.CHANNEL_EACH: self.channels or ("A", "B"),
        }[arrangement]
        if arrangement is Arrangement.CHANNEL_EACH and channels < len(names):
            have = "one channel" if channels == 1 else f"{channels} channels"
            raise InputError(
                f"{source} has {have}, but --channels names {len(names)} people; without --channels two people are "
                "told apart by their voices"
            )
        return Plan(speakers=names, arrangement=arrangement, channels=channels, transcriber=transcriber)


def pair_of(names: tuple[str, ...]) -> tuple[str, str]:
    """Return the names of two people before one microphone: those given, and A or B for who is not named."""
    first, second = (*names, *(name for name in ("A", "B") if name not in names))[:2]
    return first, second


def people_of(
    *, channels: str | None, people: int | None, voices: int | None = None, enrolled: tuple[str, ...] = ()
) -> People:
    """Return who is heard, from the options ``--channels``, ``--people``, ``--speakers``, and the enrolled voices.

    Raises
    ------
    InputError
        If names are empty, repeated or too many, or the options disagree.
    """
    if voices is not None and voices > MOST_VOICES:
        raise InputError(
            f"--speakers {voices}: two voices are told apart in one channel; with --speakers 2 whoever else speaks is "
            "unknown"
        )
    names = None if channels is None else tuple(name.strip() for name in channels.split(","))
    if names is not None:
        check_names(names)
        if people == 1 and len(names) > 1:
            raise InputError(f"--people 1 is one person, but --channels names {len(names)}")
        if enrolled or voices is not None:
            raise InputError(
                "--channels gives each person a channel; enrolled voices and --speakers are for one microphone"
            )
        alone = len(names) == 1 and people == 1
        return People(channels=names, arrangement=Arrangement.ONE_PERSON if alone else Arrangement.CHANNEL_EACH)
    if None not in (people, voices) and people != voices:
        raise InputError(f"--people {people} and --speakers {voices} disagree; give one of them")
    if 1 in (people, voices):
        if enrolled:
            raise InputError("enrolled voices tell two people apart; they are of no use with one person")
        return People(arrangement=Arrangement.ONE_PERSON)
    check_names(enrolled)
    if len(enrolled) > MOST_VOICES:
        raise InputError(f"two voices are told apart in one channel, not {len(enrolled)} ({', '.join(enrolled)})")
    if enrolled or voices is not None:
        return People(voices=enrolled, arrangement=Arrangement.ONE_MICROPHONE)
    return People()


def check_names(names: Iterable[str]) -> None:
    """Check the names of people.

    Raises
    ------
    InputError
        If one is empty, repeated, or taken, or there are more than eight.
    """
    listed = list(names)
    if len(listed) > MOST_PEOPLE:
        raise InputError(f"up to {MOST_PEOPLE} people can be named, not {len(listed)}")
    for name in listed:
        if not name or not name.isprintable():
            raise InputError(f"a person's name is a word that can be shown, not {name!r}")
        if name in {"unknown", "both"}:
            raise InputError(f"the name {name!r} has a meaning of its own; choose another")
        if listed.count(name) > 1:
            raise InputError(f"two people cannot both be called {name!r}")


def detectors() -> Detectors:
    """Return the two stages of speech detection, loaded.

    Raises
    ------
    DetectorError
        If one does not load: without it nothing is heard.
    """
    session = SileroSession()
    WebRtcGate()
    return Detectors(gate=WebRtcGate, neural=lambda: SileroDetector(session))


def finder_of(language: str) -> ActFinder | None:
    """Return what finds listening acts in a language, None where there is no cue pack."""
    return StemActs() if language == "en" else None


def phrases_of(language: str) -> PhraseBook:
    """Return the coach's words; English where a language has none of its own."""
    return PHRASE_BOOKS.get(language, ENGLISH)


def accuracy_rows() -> tuple[Row, ...]:
    """Return what was measured of how well Attune hears: the table that ships with the package."""
    text = resources.files("attune").joinpath("accuracy.json").read_text(encoding="utf-8")
    return rows_of(json.loads(text))


def engine_of(plan: Plan, *, language: str, settings: Settings, voices: KnownVoices | None = None) -> Engine:
    """Return an engine ready to be fed; `voices` are needed where people are told apart by them."""
    return Engine(
        plan=plan,
        detectors=detectors(),
        finder=finder_of(language),
        phrases=phrases_of(language),
        settings=settings,
        voices=voices,
        accuracy=accuracy_of(accuracy_rows(), plan=plan, enrolled=voices.profiles if voices else ()),
    )


def displayed(path: Path) -> str:
    """Return a path as messages and documents show it."""
    return path.name or str(path)
