"""Learns a voice from sound in which one person speaks.

Theory of operation. Speech is found as in any recording of one person. Windows as long as those that are later
compared with the profile are laid over the sound every 80 ms; a window counts if nearly all of it is speech, and of
its first 80 ms as well, so that the room between the words teaches none of its answers anything. Of those that count
at most `MOST_WINDOWS` are taken, evenly spread, so that a long recording weighs no more than a short one and a
profile stays small.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from attune.errors import InputError
from attune.events import Block, SpeechSegment
from attune.hearing.ear import Ear
from attune.hearing.framer import FRAME
from attune.hearing.speakers.channels import ChannelSpeakers, Detectors
from attune.hearing.voices.encoder import FEATURE_CONTEXT, HOP_FRAMES, WINDOW_FRAMES, VoiceEncoder
from attune.hearing.voicing import VoicingSettings
from attune.profile import VoiceProfile
from attune.timebase import Span, covered, seconds

LEAST_S = 1.0
"""Seconds of speech under which no voice is learned.

Source: the rule of the house, "never learn from under 1 s"; it is also a window and a little more.
"""

SPEECH_SHARE = 0.8
"""Share of a window, and of what its first answer is about, that is speech.

Source: chosen; a pause between two words fits.
"""

MOST_WINDOWS = 64
"""Windows of a profile, at most.

Source: chosen; 20 s read aloud hold about 200 windows, each of which shares nine tenths of its sound with the next, so
that every third says as much as all of them.
"""

BATCH = 16
"""Windows embedded at once. Source: chosen; 13 s of sound lie in memory as features, however long the recording."""

SPEAKER = "voice"
"""How the person is called while speech is found."""


def speech_in(
    samples: NDArray[np.int16], *, detectors: Detectors, settings: VoicingSettings
) -> tuple[SpeechSegment, ...]:
    """Return the stretches of speech in some sound, int16 of shape (n,), whoever speaks."""
    ear = Ear(
        speakers=ChannelSpeakers(speakers=(SPEAKER,), detectors=detectors, settings=settings),
        channels=1,
    )
    heard = [*ear.feed(Block(start=0, samples=samples[:, None])), ear.flush()]
    found = [event for step in heard for event in step.events if isinstance(event, SpeechSegment)]
    return tuple(sorted(found, key=lambda segment: segment.span))


def learn(
    samples: NDArray[np.int16], *, encoder: VoiceEncoder, detectors: Detectors, settings: VoicingSettings
) -> VoiceProfile:
    """Return what can be learned of the one voice in some sound.

    Parameters
    ----------
    samples
        int16, shape (n,), at 16 kHz.
    encoder
        Turns windows of sound into embeddings.
    detectors, settings
        Find the speech.

    Raises
    ------
    InputError
        If there is less than `LEAST_S` of speech, or none of it lasts as long as a window.
    """
    return learned_from(samples, speech=speech_in(samples, detectors=detectors, settings=settings), encoder=encoder)


def learned_from(samples: NDArray[np.int16], *, speech: Sequence[SpeechSegment], encoder: VoiceEncoder) -> VoiceProfile:
    """Return what can be learned from sound in which speech has already been found; see `learn`."""
    spans = [segment.span for segment in speech]
    voiced_s = seconds(covered(spans))
    starts = window_starts(spans, length=len(samples))
    if voiced_s < LEAST_S or not len(starts):
        raise InputError(
            f"{voiced_s:.1f} s of speech were found, too little to learn a voice from; "
            f"use a recording with at least {LEAST_S:g} s of it, better 10 s or more"
        )
    chosen = evenly(starts, most=MOST_WINDOWS)
    parts = [_embedded(samples, chosen[k : k + BATCH], encoder=encoder) for k in range(0, len(chosen), BATCH)]
    return VoiceProfile(encoder=encoder.name, windows=np.concatenate(parts), voiced_s=voiced_s)


def window_starts(spans: Sequence[Span], *, length: int) -> NDArray[np.int64]:
    """Return the first samples of the windows that are nearly all speech, from their first answer on, in order.

    Parameters
    ----------
    spans
        Where speech is.
    length
        Samples of the whole sound; no window reaches beyond.
    """
    frames = length // FRAME
    if frames < WINDOW_FRAMES:
        return np.zeros(0, np.int64)
    is_speech = np.zeros(frames, bool)
    for span in spans:
        is_speech[round(span.start / FRAME) : round(span.stop / FRAME)] = True
    before = np.concatenate([[0], np.cumsum(is_speech)])
    starts = np.arange(0, frames - WINDOW_FRAMES + 1, HOP_FRAMES, dtype=np.int64)
    counts = np.ones(len(starts), bool)
    for answered in (HOP_FRAMES, WINDOW_FRAMES):
        counts &= before[starts + answered] - before[starts] >= SPEECH_SHARE * answered
    return starts[counts] * FRAME


def evenly(starts: NDArray[np.int64], *, most: int) -> NDArray[np.int64]:
    """Return at most so many of some values, spread evenly over them, the first and the last among them."""
    if len(starts) <= most:
        return starts
    return starts[np.rint(np.linspace(0, len(starts) - 1, most)).astype(np.int64)]


def _embedded(samples: NDArray[np.int16], starts: NDArray[np.int64], *, encoder: VoiceEncoder) -> NDArray[np.float32]:
    windows = np.stack([encoder.features(_around(samples, int(start))) for start in starts])
    return encoder.voices(windows)


def _around(samples: NDArray[np.int16], start: int) -> NDArray[np.float32]:
    """Return a window's sound in −1..1 with the context of its features; silence lies beyond the ends."""
    begin, end = start - FEATURE_CONTEXT, start + (WINDOW_FRAMES - 1) * FRAME + FEATURE_CONTEXT
    inside = samples[max(0, begin) : end].astype(np.float32) / np.float32(32_768)
    return np.pad(inside, (max(0, -begin), max(0, end - len(samples))))
