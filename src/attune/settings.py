"""Settings: small frozen groups, each beside the machine that it sets, gathered here; from a TOML file, then options.

::

    [voicing]
    enter = 0.3

    [coach]
    mode = "visual"
    lull_s = 5
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from attune.coaching.policy import CoachSettings
from attune.conversation.entry import FloorSettings
from attune.errors import SettingsError
from attune.hearing.voicing import VoicingSettings
from attune.transcribing.phrases import PhraseSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings."""

    voicing: VoicingSettings = field(default_factory=VoicingSettings)
    phrases: PhraseSettings = field(default_factory=PhraseSettings)
    floor: FloorSettings = field(default_factory=FloorSettings)
    coach: CoachSettings = field(default_factory=CoachSettings)


def read_settings(text: str, *, name: str) -> Settings:
    """Return the settings that a TOML text gives; what it leaves out has its default.

    Parameters
    ----------
    text
        The file's content.
    name
        What messages call the file.

    Raises
    ------
    SettingsError
        If the text is no TOML, names a group or a setting that does not exist, or gives an impossible value.
    """
    try:
        groups = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name} is no valid TOML: {error}; correct it or remove the file") from error
    known = {group.name for group in fields(Settings)}
    for group in groups:
        if group not in known:
            raise SettingsError(f"{name} has a group [{group}]; the groups are {', '.join(sorted(known))}")
    defaults = Settings()
    given = {group: _filled(getattr(defaults, group), groups[group], where=f"{name} [{group}]") for group in groups}
    return Settings(**given)


def _filled(default: Any, given: object, *, where: str) -> Any:
    if not isinstance(given, Mapping):
        raise SettingsError(f"{where} is a group of settings, not {given!r}")
    known = {setting.name: getattr(default, setting.name) for setting in fields(default)}
    values = dict(known)
    for key, value in given.items():
        if key not in known:
            raise SettingsError(f"{where} has no setting {key}; it has {', '.join(known)}")
        values[key] = _converted(value, like=known[key], where=f"{where} {key}")
    try:
        return type(default)(**values)
    except (ValueError, SettingsError) as error:
        raise SettingsError(f"{where}: {error}") from error


def _converted(value: object, *, like: object, where: str) -> object:
    """Return a value of the kind that the default has."""
    if isinstance(like, StrEnum):
        try:
            return type(like)(str(value))
        except ValueError as error:
            raise SettingsError(f"{where} is one of {', '.join(type(like))}, not {value!r}") from error
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(f"{where} is a number, not {value!r}")
    if not math.isfinite(value):
        raise SettingsError(f"{where} is a finite number, not {value!r}")
    if isinstance(like, int) and not isinstance(value, int):
        raise SettingsError(f"{where} is a whole number, not {value!r}")
    return float(value) if isinstance(like, float) else value
