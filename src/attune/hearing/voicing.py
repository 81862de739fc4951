"""From probabilities and levels to the exact frames in which one voice speaks.

Theory of operation. The neural detector knows *that* somebody speaks, but dates it roughly; the level knows *when*.
A run of frames with probability above `stay` counts once it has reached `enter`; it vouches for loud frames up to
`reach` on either side of it. A frame is speech if it is loud and vouched for:

    quiet frame                                  → silence, at once
    loud frame, vouched for                      → speech, at once
    loud frame, `patience` old and not vouched   → silence
    else                                         → waits, and so do the frames after it

Loud means above the room's noise by `above_noise_db` and not further than `below_speech_db` under the voice's
own running level. So ends are known as soon as the voice falls, onsets as soon as the detector is sure, and both are
dated to 10 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAMES_A_STEP
from attune.hearing.speech import PREROLL_STEPS

PATIENCE = (PREROLL_STEPS + 1) * FRAMES_A_STEP
"""Frames that a loud frame waits to be vouched for: as long as the gate's pre-roll can still revise it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicingSettings:
    """Thresholds of speech.

    Sources: `enter`, `stay` and `reach_ms` tuned together on the six AMI clips and the telephone call (far talkers
    need a low `stay`; a high `enter` costs no recall and keeps music out); levels tuned on composed two-channel
    conversations; `above_noise_weighted_db` and `below_speech_weighted_db`, which take the place of the
    others where low frequencies weigh less (`levels.Weighting`), on composed conversations in one channel, clean, noisy
    and reverberant.
    """

    enter: float = 0.3
    stay: float = 0.02
    reach_ms: int = 250
    above_noise_db: float = 6.0
    above_noise_weighted_db: float = 4.0
    below_speech_db: float = 38.0
    below_speech_weighted_db: float = 35.0

    def __post_init__(self) -> None:
        if not 0 < self.stay <= self.enter < 1:
            raise ValueError(f"0 < stay ≤ enter < 1, not stay {self.stay}, enter {self.enter}")
        if (
            min(self.reach_ms, self.above_noise_db, self.above_noise_weighted_db) < 0
            or min(self.below_speech_db, self.below_speech_weighted_db) <= 0
        ):
            raise ValueError(f"reach and levels are positive, not {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicedFrame:
    """One settled frame, counted from the start of the stream: is it speech, how loud, how likely."""

    index: int
    speech: bool
    level_db: float
    probability: float


class RunningLevel:
    """The level at which a voice has been speaking: rises with its loud frames, falls 1 dB a second of speech."""

    _RISE = 0.2
    _FALL_DB = 0.01
    _START_DB = -60.0

    def __init__(self) -> None:
        self.level_db = self._START_DB

    def hear(self, level_db: float) -> None:
        """Take a frame of speech into account."""
        if level_db > self.level_db:
            self.level_db += self._RISE * (level_db - self.level_db)
        else:
            self.level_db -= self._FALL_DB


class Voucher:
    """Which recent frames the neural detector vouches for.

    Keeps `PATIENCE` + reach frames: older ones are settled, except that a run which began before them may have
    entered there (`_entered_before`).
    """

    def __init__(self, *, settings: VoicingSettings) -> None:
        self._settings = settings
        self._reach = settings.reach_ms // 10
        self._first = 0
        self._probability = np.zeros(0, np.float32)
        self._entered_before = False

    @property
    def newest(self) -> int:
        """The frame after the last one whose probability is known."""
        return self._first + len(self._probability)

    def probability(self, index: int) -> float:
        """Return the probability of a kept frame."""
        return float(self._probability[index - self._first])

    def step(self, probability: NDArray[np.float32]) -> None:
        """Append a step's probabilities; more than a step's worth revises the frames before it."""
        revised = len(probability) - FRAMES_A_STEP
        kept = self._probability[: max(0, len(self._probability) - revised)]
        self._probability = np.concatenate([kept, probability])
        surplus = len(self._probability) - (PATIENCE + FRAMES_A_STEP + self._reach)
        if surplus > 0:
            dropped, self._probability = np.split(self._probability, [surplus])
            self._entered_before = self._still_entered(dropped)
            self._first += surplus

    def _still_entered(self, dropped: NDArray[np.float32]) -> bool:
        silent = np.flatnonzero(dropped <= self._settings.stay)
        if not len(silent):
            return self._entered_before or bool((dropped >= self._settings.enter).any())
        return bool((dropped[silent[-1] + 1 :] >= self._settings.enter).any())

    def vouched(self, start: int) -> NDArray[np.bool_]:
        """Return for each frame from `start` on whether it is vouched for, up to `reach` past the newest."""
        found = np.zeros(len(self._probability) + self._reach, bool)
        active = np.concatenate([[False], self._probability > self._settings.stay, [False]])
        edges = np.flatnonzero(active[1:] != active[:-1])
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            entered = float(self._probability[begin:end].max()) >= self._settings.enter
            if entered or (begin == 0 and self._entered_before):
                found[max(0, begin - self._reach) : end + self._reach] = True
        return found[start - self._first :]


class Voicing:
    """Settles the frames of one voice, in order."""

    def __init__(self, *, settings: VoicingSettings, running: RunningLevel) -> None:
        self._settings = settings
        self._running = running
        self._voucher = Voucher(settings=settings)
        self._settled = 0
        self._level: list[float] = []
        self._noise_db: list[float] = []

    @property
    def settled(self) -> int:
        """The frame after the last one settled."""
        return self._settled

    def step(
        self, *, level_db: NDArray[np.float64], floor_db: float, probability: NDArray[np.float32]
    ) -> list[VoicedFrame]:
        """Return the frames that settle with a step.

        Parameters
        ----------
        level_db
            Levels of the newest frames, shape (n,); they may lag behind the probabilities.
        floor_db
            The room's noise.
        probability
            From `SpeechDetector.step`: the newest frames, perhaps with revised ones before them.
        """
        self._level.extend(level_db.tolist())
        self._noise_db.extend([floor_db + self._settings.above_noise_db] * len(level_db))
        self._voucher.step(probability)
        return self._settle(patience=PATIENCE)

    def finish(self) -> list[VoicedFrame]:
        """Return the frames that still waited, when nothing more will come."""
        return self._settle(patience=0)

    def _settle(self, *, patience: int) -> list[VoicedFrame]:
        vouched = self._voucher.vouched(self._settled)
        settled: list[VoicedFrame] = []
        for ahead, (level, noise) in enumerate(zip(self._level, self._noise_db, strict=True)):
            index = self._settled + ahead
            loud = level > max(noise, self._running.level_db - self._settings.below_speech_db)
            sure = bool(vouched[ahead]) if ahead < len(vouched) else False
            if loud and not sure and self._voucher.newest - index < patience:
                break
            speech = loud and sure
            if speech:
                self._running.hear(level)
            probability = self._voucher.probability(index) if index < self._voucher.newest else 0.0
            settled.append(VoicedFrame(index=index, speech=speech, level_db=level, probability=probability))
        del self._level[: len(settled)], self._noise_db[: len(settled)]
        self._settled += len(settled)
        return settled
