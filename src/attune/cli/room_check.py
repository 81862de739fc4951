"""How speech in a room sounds through a microphone: level, noise, clipping, bandwidth, and what two channels are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from attune.cli.enrolment_checks import Quality, quality_of
from attune.cli.sound_check import FRAME_SAMPLES
from attune.events import SpeechSegment
from attune.hearing.framer import FRAME, STEP
from attune.hearing.lags import DIRECTION_DELAY, DirectionSense
from attune.hearing.speakers.direction import CLEAR
from attune.timebase import SAMPLE_RATE

NARROW_ABOVE_HZ, NARROW_DB = 4_200, -55.0
"""Speech that never has more than this above so many Hz, in dB of its power, came through a telephone's 8 kHz.

Source: a telephone call has -70 to -66 dB there, recordings of a dozen other microphones and the fixtures -42 to -6.
"""

ALIKE_DB = -30.0
"""Two channels that differ by less than this, whatever their gain, carry the same sound.

Source: chosen; capsules 14 cm apart in a room differ by -2 dB, copies of one channel by rounding alone, -70 dB.
"""

EACH_DB = 9.0
"""From this difference in level on, in the middle of all frames of speech, each person has a microphone.

Source: composed conversations have 14 dB with a microphone each, 2 dB with capsules 14 cm apart; capsules turned to
either side differ by about 6 dB.
"""

DEAF_DB = 40.0
"""A channel so far below the other hears nothing. Source: chosen; another person's microphone is 10 to 30 dB below."""

DIRECTED_SHARE = 0.4
"""From this share of frames with a clear direction on, two channels are one stereo microphone.

Source: composed conversations have .81 to .97 with capsules 14 cm apart; two microphones in a made-up room that hear
alike 2.5 ms apart have .01.
"""

_SPECTRUM = 512
_MUCH_OF_TIME = 10
_TINY = 1e-12


class Pair(StrEnum):
    """What two channels are."""

    ALIKE = "the same sound twice"
    EACH = "a microphone each"
    STEREO = "a stereo microphone"
    APART = "two microphones that hear alike"
    FIRST_ALONE = "the second hears nothing"
    SECOND_ALONE = "the first hears nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSound:
    """How speech in a room sounds.

    Attributes
    ----------
    quality
        Levels and clipping of all channels together.
    is_narrow
        Whether it sounds like a telephone; nothing is said of that without speech.
    pair
        What two channels are; None where there are not two, or nobody spoke.
    """

    quality: Quality
    is_narrow: bool
    pair: Pair | None

    @property
    def above_room_db(self) -> float:
        """How far speech lies above the room, in dB."""
        return max(0.0, self.quality.speech_dbfs - self.quality.room_dbfs)


def room_sound(samples: NDArray[np.int16], *, speech: Sequence[SpeechSegment]) -> RoomSound:
    """Return how sound, int16 of shape (n, channels) at 16 kHz, is fit for hearing, given where speech is in it."""
    quality = quality_of(together(samples), speech=speech)
    quality = replace(quality, clipped_share=max(quality_of(c, speech=()).clipped_share for c in samples.T))
    voiced = [samples[segment.span.start : segment.span.stop].astype(np.float64) / 32_768 for segment in speech]
    if not voiced:
        return RoomSound(quality=quality, is_narrow=False, pair=None)
    spoken = np.concatenate(voiced)
    pair = pair_of_channels(spoken, directed=directed_share(samples, speech=speech)) if samples.shape[1] == 2 else None
    return RoomSound(quality=quality, is_narrow=_above(spoken.mean(axis=1)) < NARROW_DB, pair=pair)


def together(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return the mean of all channels, int16 of shape (n,)."""
    mixed: NDArray[np.int16] = np.rint(samples.mean(axis=1)).astype(np.int16)
    return mixed


def pair_of_channels(spoken: NDArray[np.float64], *, directed: float) -> Pair:
    """Return what two channels are.

    Parameters
    ----------
    spoken
        Speech alone, float64, shape (n, 2).
    directed
        Share of its frames that come from a clear direction, 0..1.
    """
    first, second = (spoken**2).mean(axis=0) + _TINY
    difference_db = 10 * np.log10(first / second)
    if abs(difference_db) > DEAF_DB:
        return Pair.FIRST_ALONE if difference_db > 0 else Pair.SECOND_ALONE
    gain = (spoken[:, 0] * spoken[:, 1]).mean() / second
    left = ((spoken[:, 0] - gain * spoken[:, 1]) ** 2).mean()
    if 10 * np.log10((left + _TINY) / first) < ALIKE_DB:
        return Pair.ALIKE
    frames = len(spoken) // FRAME_SAMPLES
    power = (spoken[: frames * FRAME_SAMPLES].reshape(frames, FRAME_SAMPLES, 2) ** 2).mean(axis=1) + _TINY
    if np.median(np.abs(10 * np.log10(power[:, 0] / power[:, 1]))) >= EACH_DB:
        return Pair.EACH
    return Pair.STEREO if directed >= DIRECTED_SHARE else Pair.APART


def directed_share(samples: NDArray[np.int16], *, speech: Sequence[SpeechSegment]) -> float:
    """Return the share of the frames of speech, in int16 sound of shape (n, 2), that come from a clear direction."""
    sense = DirectionSense()
    steps = len(samples) // STEP
    clear = [sense.step(samples[k * STEP : (k + 1) * STEP]).clarity >= CLEAR for k in range(steps)]
    marks = np.concatenate([np.zeros(0, bool), *clear])[DIRECTION_DELAY:]
    spoken = np.zeros(len(marks), bool)
    for segment in speech:
        spoken[segment.span.start // FRAME : segment.span.stop // FRAME] = True
    return float(marks[spoken].mean()) if spoken.any() else 0.0


def _above(spoken: NDArray[np.float64]) -> float:
    """Return how much power speech, shape (n,), has above the telephone's band where it has much, in dB of the whole.

    A tenth of the time counts as much, so that single clicks do not make a telephone sound like anything better.
    """
    frames = len(spoken) // _SPECTRUM
    if not frames:
        return 0.0
    windows = spoken[: frames * _SPECTRUM].reshape(frames, _SPECTRUM) * np.hanning(_SPECTRUM)
    power = np.abs(np.fft.rfft(windows)) ** 2
    above = power[:, int(NARROW_ABOVE_HZ * _SPECTRUM / SAMPLE_RATE) + 1 :].sum(axis=1)
    much = np.percentile(above, 100 - _MUCH_OF_TIME)
    return float(10 * np.log10((much + _TINY**2) / (power.sum(axis=1).mean() + _TINY)))
