"""The voices that a command knows: from recordings named on the command line, or enrolled before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from attune.adapters.voice_encoder import WEIGHTS, Ge2eEncoder
from attune.bundled import models_folder
from attune.cli.enrolment import Learner, profile_from_file
from attune.cli.parts import check_names, detectors
from attune.errors import InputError, StoreError
from attune.hearing.speakers.voices import KnownVoices
from attune.hearing.voices.encoder import ANSWERS, VoiceEncoder
from attune.plan import Arrangement, Plan
from attune.profile import VoiceProfile
from attune.sessions.home import Home
from attune.sessions.voices import VoiceStore
from attune.settings import Settings


@dataclass(slots=True, kw_only=True, eq=False)
class VoicesAsked:
    """Whose voices are to be known; they are learned or read once, when the first plan needs them.

    Attributes
    ----------
    recordings
        Recordings of one voice each, by name.
    kept
        Names of voices that were enrolled before.
    """

    recordings: Mapping[str, Path]
    kept: tuple[str, ...]
    home: Home
    settings: Settings
    _known: KnownVoices | None = field(default=None, init=False)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, those with recordings first."""
        return (*self.recordings, *self.kept)

    def known_for(self, plan: Plan) -> KnownVoices | None:
        """Return the encoder and the profiles if a plan needs them.

        Raises
        ------
        InputError
            If a recording cannot be read or has too little speech.
        StoreError
            If a voice is not kept, or was made by another encoder or in another form.
        VoiceEncoderError
            If the encoder does not load.
        """
        if plan.arrangement is not Arrangement.ONE_MICROPHONE:
            return None
        if self._known is None:
            encoder = Ge2eEncoder(models_folder() / WEIGHTS)
            profiles = self._from_recordings(encoder) | self._from_store(encoder)
            self._known = KnownVoices(encoder=encoder, profiles=profiles)
        return self._known

    def _from_recordings(self, encoder: VoiceEncoder) -> dict[str, VoiceProfile]:
        learner = Learner(encoder=encoder, detectors=detectors(), settings=self.settings.voicing)
        return {name: profile_from_file(path, learner=learner) for name, path in self.recordings.items()}

    def _from_store(self, encoder: VoiceEncoder) -> dict[str, VoiceProfile]:
        if not self.kept:
            return {}
        with VoiceStore.open(self.home.sessions) as store:
            profiles = {name: store.profile(name) for name in self.kept}
        for name, profile in profiles.items():
            if profile.encoder != encoder.name:
                raise StoreError(
                    f"the voice of {name} was learned with another voice encoder ({profile.encoder}); "
                    f"learn it again: attune enroll --replace {name}"
                )
            if profile.windows.shape[1] != ANSWERS:
                raise StoreError(
                    f"the voice of {name} was learned by another version of Attune; "
                    f"learn it again: attune enroll --replace {name}"
                )
        return profiles


def recordings_of(given: tuple[str, ...]) -> dict[str, Path]:
    """Return the recordings that ``--enroll NAME=FILE`` names.

    Raises
    ------
    InputError
        If one is not of this form, or a name is repeated or no name.
    """
    pairs = [text.partition("=") for text in given]
    for text, (name, equals, path) in zip(given, pairs, strict=True):
        if not (name.strip() and equals and path):
            raise InputError(f"--enroll {text}: say whose voice is in which recording, NAME=FILE")
    check_names([name.strip() for name, _, _ in pairs])
    return {name.strip(): Path(path) for name, _, path in pairs}


def kept_names(given: str | None) -> tuple[str, ...]:
    """Return the names that ``--voices A,B`` lists."""
    return () if given is None else tuple(name.strip() for name in given.split(","))
