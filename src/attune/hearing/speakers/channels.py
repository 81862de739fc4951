"""A channel a person: who speaks is which channel's own cells are loud.

Each channel has its own two-stage detector and its own `Voicing`, fed with the level of the cells that the channel
dominates, so a voice that leaks into the other microphone is neither speech nor overlap there. One channel alone is the
same machine with nothing to compare.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAME, FRAMES_A_STEP, STEP
from attune.hearing.levels import LEVEL_DELAY, CellLevels, NoiseFloor, StepLevels, Weighting
from attune.hearing.speakers.protocol import HeardEvent
from attune.hearing.speech import GateFactory, NeuralFactory, SpeechDetector
from attune.hearing.units import UnitBuilder
from attune.hearing.voicing import RunningLevel, Voicing, VoicingSettings

CHANNELS_ALIKE = (
    "The channels carry nearly the same sound, so people cannot be told apart by channel; "
    "tell them apart by voice (listen: without --channels; analyze: --speakers 2), or use --people 1 for one person."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectors:
    """Makers of the two stages of speech detection; each channel gets its own of both."""

    gate: GateFactory
    neural: NeuralFactory


class ChannelLikeness:
    """Notices channels that carry the same sound, so that comparing them tells nobody apart.

    Source: chosen; a microphone each gives differences of 10 dB and more, one stereo microphone under 3 dB.
    """

    _ALIKE_DB = 3.0
    _MOST = 0.8
    _ENOUGH_FRAMES = 300

    def __init__(self) -> None:
        self._speech = 0
        self._alike = 0

    def step(self, *, whole_db: NDArray[np.float64], likely: NDArray[np.bool_]) -> None:
        """Take the levels (n, channels) of a step into account, where speech is likely (n,)."""
        spread = whole_db.max(axis=1) - whole_db.min(axis=1)
        self._speech += int(likely.sum())
        self._alike += int((likely & (spread < self._ALIKE_DB)).sum())

    @property
    def alike(self) -> bool:
        """Whether enough speech has been heard to say that the channels are alike."""
        return self._speech >= self._ENOUGH_FRAMES and self._alike > self._MOST * self._speech


class ChannelSpeakers:
    """Who speaks when, from a channel a person; fed step by step between two restarts."""

    def __init__(
        self,
        *,
        speakers: tuple[str, ...],
        detectors: Detectors,
        settings: VoicingSettings,
        weighting: Weighting = Weighting.FLAT,
    ) -> None:
        self._speakers = speakers
        self._weighting = weighting
        self._detectors = detectors
        if weighting is Weighting.SPEECH:
            settings = replace(
                settings,
                above_noise_db=settings.above_noise_weighted_db,
                below_speech_db=settings.below_speech_weighted_db,
            )
        self._settings = settings
        self._floor = NoiseFloor(channels=len(speakers))
        self._running = [RunningLevel() for _ in speakers]
        self._likeness = ChannelLikeness()
        self.restart(0)

    @property
    def doubts(self) -> tuple[str, ...]:
        """A sentence for the user if the channels carry the same sound, so that nobody can be told apart."""
        return (CHANNELS_ALIKE,) if len(self._speakers) > 1 and self._likeness.alike else ()

    @property
    def sounding_until(self) -> int | None:
        """The sample after the last speech, settled so far, of the units under way; None if there are none."""
        return max((until for units in self._units if (until := units.sounding_until) is not None), default=None)

    @property
    def horizon(self) -> int:
        """The earliest sample at which a segment that has not been reported may start."""
        return min(
            since if (since := units.open_since) is not None else self._origin + voicing.settled * FRAME
            for voicing, units in zip(self._voicing, self._units, strict=True)
        )

    def restart(self, origin: int) -> None:
        """Begin anew at a sample: after the start, or after sound that was lost or not observed."""
        self._levels = CellLevels(channels=len(self._speakers), weighting=self._weighting)
        self._detect = [
            SpeechDetector(gate=self._detectors.gate(), neural=self._detectors.neural()) for _ in self._speakers
        ]
        self._voicing = [Voicing(settings=self._settings, running=running) for running in self._running]
        self._units = [UnitBuilder(speaker=speaker, origin=origin) for speaker in self._speakers]
        self._early = LEVEL_DELAY
        self._origin = origin

    def step(self, samples: NDArray[np.int16], *, now: int) -> list[HeardEvent]:
        """Return what a step, int16 of shape (STEP, speakers), begins and ends; `now` is the sample after it."""
        levels = self._levels.step(samples).since(self._early)
        self._floor.step(levels)
        return self._hear(samples, levels=levels, now=now)

    def finish(self, rest: NDArray[np.int16], *, now: int) -> list[HeardEvent]:
        """Return the ends of open units, when sound stops at `now`.

        Parameters
        ----------
        rest
            int16, shape (n < STEP, speakers): the last sound. It is heard as if silence followed, of which the noise
            floor learns nothing.
        """
        tail = LEVEL_DELAY * FRAME
        silence = np.zeros((-(len(rest) + tail) % STEP + tail, len(self._speakers)), np.int16)
        padded: NDArray[np.int16] = np.concatenate([rest, silence])
        events: list[HeardEvent] = []
        for samples in np.split(padded, len(padded) // STEP):
            levels = self._levels.step(samples).since(self._early)
            events.extend(self._hear(samples, levels=levels, now=now))
        for voicing, units in zip(self._voicing, self._units, strict=True):
            events.extend(units.step(voicing.finish(), now=now))
            events.extend(units.finish(now=now))
        return events

    def _hear(self, samples: NDArray[np.int16], *, levels: StepLevels, now: int) -> list[HeardEvent]:
        found = [detect.step(samples[:, k]) for k, detect in enumerate(self._detect)]
        newest = np.stack([probability[-FRAMES_A_STEP:] for probability in found], axis=1)
        floor = self._floor.level_db
        likely = newest[self._early :].max(axis=1) >= self._settings.enter
        self._likeness.step(whole_db=levels.whole_db, likely=likely)
        self._early = 0
        events: list[HeardEvent] = []
        for k, (voicing, units) in enumerate(zip(self._voicing, self._units, strict=True)):
            frames = voicing.step(level_db=levels.own_db[:, k], floor_db=floor[k], probability=found[k])
            events.extend(units.step(frames, now=now))
        return events
