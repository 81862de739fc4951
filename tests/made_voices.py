"""People made of noise: each has a spectrum of their own, which wavers from syllable to syllable."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from attune.hearing.voices.couple import Couple, Lessons, couple_of
from attune.hearing.voices.decoding import Voice
from attune.hearing.voices.mixing import SLOT, changing_windows, embedded, mixed_windows
from attune.hearing.voices.runs import Run
from attune.timebase import Span
from fake_voice_encoder import BandEncoder

ANNA, BEN, GUEST = 0, 1, 3
"""People; 2 is both at once."""

BANDS = 20
WAVERS = 0.35

_PITCHES = {ANNA: (1.0, 7.0), BEN: (3.5, 12.0), GUEST: (9.0, 17.0)}


class WideEncoder(BandEncoder):
    """As the encoder of the bands, with as many numbers as a real one has: what is learned from them is as sure."""

    def voices(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return each answer sixteen times over."""
        return np.tile(super().voices(windows), 16) / np.float32(4)


@cache
def voice_of(person: int, slots: int, *, seed: int = 1) -> NDArray[np.int16]:
    """Return so many slots of 80 ms of one person's unbroken voice at about −20 dBFS, not to be written to."""
    random = np.random.default_rng([person, seed])
    bands = np.arange(BANDS)
    spectrum = 0.02 + sum(np.exp(-0.5 * ((bands - peak) / 1.2) ** 2) for peak in _PITCHES[person])
    cells = np.linspace(0, BANDS, SLOT // 2 + 1)
    parts = []
    for _ in range(slots):
        gains = spectrum * np.exp(WAVERS * random.normal(size=BANDS))
        phases = np.exp(2j * np.pi * random.random(len(cells)))
        sound = np.fft.irfft(np.interp(cells, bands + 0.5, gains) * phases, SLOT)
        parts.append(sound / np.sqrt((sound**2).mean()))
    samples = np.rint(np.concatenate(parts) * 0.1 * 32_768).astype(np.int16)
    samples.flags.writeable = False
    return samples


def talk_of(*turns: tuple[int | Voice | None, float], seed: int = 1) -> NDArray[np.int16]:
    """Return turns, one after the other: a person, `Voice.BOTH` for Anna and Ben, or None for silence; and slots."""
    parts = []
    for k, (who, slots) in enumerate(turns):
        if who is None:
            parts.append(np.zeros(round(slots * SLOT), np.int16))
        elif who is Voice.BOTH:
            both = voice_of(ANNA, int(slots), seed=seed + k).astype(int) + voice_of(BEN, int(slots), seed=seed + k)
            parts.append(both.astype(np.int16))
        else:
            parts.append(voice_of(int(who), int(slots), seed=seed + k))
    return np.concatenate(parts)


@cache
def run_of(*turns: tuple[int | Voice | None, int], start: int = 0, seed: int = 1) -> Run:
    """Return a run in which these turns are taken, not to be written to."""
    sound = talk_of(*turns, seed=seed)
    slots = [k * SLOT for k in range(len(sound) // SLOT)]
    sound.flags.writeable = False
    windows = embedded(sound.astype(np.float32) / np.float32(32_768), slots, encoder=WideEncoder())
    windows.flags.writeable = False
    return Run(span=Span(start, start + len(sound)), sound=sound, windows=windows)


@cache
def anna_and_ben() -> Couple:
    """Return what is known of Anna, the first, and Ben, the second, from ten seconds of each."""
    sounds = [[voice_of(person, 125, seed=100)] for person in (ANNA, BEN)]
    encoder = WideEncoder()
    first, second = ((run := run_of((person, 125), seed=100)).windows[: len(run.whole)] for person in (ANNA, BEN))
    changes = list(changing_windows(*sounds, encoder=encoder))
    return couple_of(
        Lessons(
            first=first,
            second=second,
            both=np.concatenate(list(mixed_windows(*sounds, encoder=encoder))),
            changes=np.concatenate([windows for windows, _ in changes]),
            changed_at=np.concatenate([at for _, at in changes]),
        )
    )
