"""Whether a recording is good enough to learn a voice from, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.cli.sound_check import CLIPPED_SHARE, FRAME_SAMPLES, SILENCE_DBFS, sound_check
from attune.events import SpeechSegment
from attune.timebase import covered, seconds

QUIETEST_DBFS = -45.0
"""Speech under it is too quiet to learn from.

Source: chosen; talk at a metre reaches a laptop's microphone at −35 to −25 dBFS, and 16 bits leave it 45 dB above their
own noise.
"""

LEAST_ABOVE_ROOM_DB = 12.0
"""Speech less than this above the room teaches the room as well.

Source: chosen; with noise at 15 dB embeddings still give .94 of the frames to the right one of two people.
"""

ENOUGH_S = 8.0
"""Seconds of speech that a recording with the microphone needs.

Source: chosen; whoever reads for 20 s may pause for twelve of them.
"""

SURE_S = 6.0
"""Seconds of speech in a file under which its voice is less sure.

Source: chosen; under it some vowels come once or not at all.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How a recording of one voice sounds; levels in dBFS, `speech_dbfs` the loudest tenth where there is no speech."""

    voiced_s: float
    speech_dbfs: float
    room_dbfs: float
    clipped_share: float

    @property
    def is_digital_silence(self) -> bool:
        """Whether not one bit moved: a microphone in a silent room still hisses."""
        return self.speech_dbfs <= SILENCE_DBFS


def quality_of(samples: NDArray[np.int16], *, speech: Sequence[SpeechSegment]) -> Quality:
    """Return how a recording, int16 of shape (n,), sounds, given where speech was found in it."""
    if len(samples) < FRAME_SAMPLES:
        return Quality(voiced_s=0.0, speech_dbfs=SILENCE_DBFS, room_dbfs=SILENCE_DBFS, clipped_share=0.0)
    levels = sound_check(samples[:, None])
    spans = [segment.span for segment in speech]
    voiced = [samples[span.start : span.stop].astype(np.float64) for span in spans]
    power = float(np.mean(np.concatenate(voiced) ** 2)) / 32_768**2 if voiced else 0.0
    return Quality(
        voiced_s=seconds(covered(spans)),
        speech_dbfs=10 * float(np.log10(power)) if power > 0 else levels.loud_dbfs,
        room_dbfs=levels.floor_dbfs,
        clipped_share=levels.clipped_share,
    )


def faults(quality: Quality) -> tuple[str, ...]:
    """Return what is wrong with a recording made with the microphone, each with its remedy; nothing if it is good."""
    if quality.is_digital_silence:
        return ("nothing came: unmute the microphone, and let this program use it (privacy settings of the system)",)
    found = list(_faults_of_sound(quality))
    if quality.voiced_s < ENOUGH_S:
        found.append(
            f"{quality.voiced_s:.1f} s of speech were heard, and {ENOUGH_S:g} s are needed: "
            "read on until the time is over"
        )
    return tuple(found)


def doubts(quality: Quality) -> tuple[str, ...]:
    """Return what makes a voice that was learned from a file less sure."""
    found = list(_faults_of_sound(quality))
    if quality.voiced_s < SURE_S:
        found.append(
            f"{quality.voiced_s:.1f} s of speech are few, so it is less sure who speaks: "
            f"use a recording with {SURE_S:g} s or more"
        )
    return tuple(found)


def _faults_of_sound(quality: Quality) -> Iterator[str]:
    if quality.speech_dbfs < QUIETEST_DBFS:
        yield (
            f"the voice is quiet ({quality.speech_dbfs:.0f} dBFS, {QUIETEST_DBFS:.0f} or more is good): "
            "come closer to the microphone, or raise the input level"
        )
    if quality.clipped_share >= CLIPPED_SHARE:
        yield f"{quality.clipped_share:.1%} of it is clipped: lower the input level, or sit back a little"
    above_db = quality.speech_dbfs - quality.room_dbfs
    if quality.voiced_s and above_db < LEAST_ABOVE_ROOM_DB:
        yield (
            f"the room is loud (the voice lies {max(above_db, 0.0):.0f} dB above it, {LEAST_ABOVE_ROOM_DB:g} or more "
            "is good): find a quieter place, or come closer to the microphone"
        )
