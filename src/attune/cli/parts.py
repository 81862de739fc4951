"""Puts the engine together from what a command was asked for: the only place where pure rooms and adapters meet."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from attune.adapters.silero import SileroDetector, SileroSession
from attune.adapters.webrtc import WebRtcGate
from attune.coaching.phrases.book import PhraseBook
from attune.coaching.phrases.en import ENGLISH
from attune.conversation.acts.finding import ActFinder
from attune.conversation.acts.stems import StemActs
from attune.engine import Engine
from attune.errors import InputError, SettingsError
from attune.hearing.speakers.channels import Detectors
from attune.plan import Arrangement, Plan
from attune.sessions.home import Home, home_of
from attune.settings import Settings, read_settings

SETTINGS_FILE = "attune.toml"
MOST_PEOPLE = 8

ONE_MICROPHONE = (
    "people on one microphone cannot be told apart yet; give each a microphone of their own (--channels A,B), "
    "or use --people 1 if one person speaks"
)

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
    """Who is heard, as options say it: names by channel, or one person; neither leaves it to the channels."""

    channels: tuple[str, ...] | None
    alone: bool

    def plan(self, *, channels: int, source: str, transcriber: str | None) -> Plan:
        """Return the plan for sound with a number of channels.

        Raises
        ------
        InputError
            If the sound has fewer channels than people, or one channel for nobody knows how many.
        """
        if self.alone:
            return Plan(speakers=("A",), arrangement=Arrangement.ONE_PERSON, channels=channels, transcriber=transcriber)
        names = self.channels or ("A", "B")
        if channels < len(names):
            have = "one channel" if channels == 1 else f"{channels} channels"
            raise InputError(
                f"{source} has {have}: {ONE_MICROPHONE}"
                if self.channels is None or channels == 1
                else f"{source} has {have}, but --channels names {len(names)} people"
            )
        return Plan(speakers=names, arrangement=Arrangement.CHANNEL_EACH, channels=channels, transcriber=transcriber)


def people_of(*, channels: str | None, people: int | None, voices: int | None = None) -> People:
    """Return who is heard, from the options ``--channels``, ``--people`` and ``--speakers``.

    Raises
    ------
    InputError
        If names are empty, repeated or too many, the options disagree, or voices would have to be told apart.
    """
    if voices is not None and voices > 1:
        raise InputError(f"--speakers {voices}: {ONE_MICROPHONE}")
    names = None if channels is None else tuple(name.strip() for name in channels.split(","))
    if names is not None:
        check_names(names)
    if people == 1 and names is not None and len(names) > 1:
        raise InputError(f"--people 1 is one person, but --channels names {len(names)}")
    return People(channels=names, alone=names is None and 1 in (people, voices))


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


def engine_of(plan: Plan, *, language: str, settings: Settings) -> Engine:
    """Return an engine ready to be fed."""
    return Engine(
        plan=plan,
        detectors=detectors(),
        finder=finder_of(language),
        phrases=phrases_of(language),
        settings=settings,
    )


def displayed(path: Path) -> str:
    """Return a path as messages and documents show it."""
    return path.name or str(path)
