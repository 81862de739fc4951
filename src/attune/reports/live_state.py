"""What the live view shows at a moment, as a value: reduced from what goes into the engine and what comes out of it.

It has no clock and draws nothing. Time is the sound that was taken in, so a recording and a microphone make the same
picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from attune.events import (
    UNKNOWN,
    Block,
    Delivery,
    DeliveryKind,
    Feedback,
    FloorTransfer,
    Gap,
    Health,
    Phrase,
    Revision,
    SpeechSegment,
    Transcript,
    TranscriptFailed,
    TranscriptionRequest,
    TransferKind,
    Unobserved,
    UnobservedCause,
    VoiceActivity,
    Voicing,
)
from attune.reports.summary import SURE
from attune.reports.wording import plain_text, transfer_sentence
from attune.timebase import seconds

SILENCE_DBFS = -96.0
"""What the meter calls silence.

Source: the quietest step of 16-bit sound.
"""

FALL_DB_PER_S = 30.0
"""How fast the meter falls after a loud moment; it rises at once.

Source: chosen; near the fall of a programme meter (20 dB in about 1.7 s), somewhat quicker.
"""


class Observing(StrEnum):
    """What is being done with the sound of this moment."""

    HEARING = "hearing"
    COACH = "coach"
    PAUSED = "paused"
    LOST = "lost"


class Apart(StrEnum):
    """How people are told apart at the moment; voices that are not enrolled become known as they are heard."""

    CHANNELS = "by their channels"
    LEARNING = "voices are not known yet"
    VOICES = "by their voices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What the coach says at the moment."""

    id: str
    at: int
    text: str
    delivery: DeliveryKind


class Captions(StrEnum):
    """Whether the words that were heard are shown while the session runs."""

    SHOWN = "shown"
    HIDDEN = "hidden"


PHRASES_ASKED = 16
"""How many phrases are remembered until their words come. Source: chosen; more than wait for a slow machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What somebody said, and since when."""

    speaker: str
    at: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """Everything that the live view shows; times and amounts in samples.

    `talk` is each person's speech so far, in the order of `speakers`; `levels_dbfs` has one level for each channel, in
    the order of `channels`, and is empty before any sound. `asked` are the phrases whose words may still come.
    """

    speakers: tuple[str, ...]
    channels: tuple[str, ...]
    transcriber: str
    talk: tuple[int, ...]
    speaking: frozenset[str] = frozenset()
    observing: Observing = Observing.HEARING
    apart: Apart = Apart.CHANNELS
    elapsed: int = 0
    unobserved: int = 0
    lost: int = 0
    levels_dbfs: tuple[float, ...] = ()
    last_transfer: FloorTransfer | None = None
    cue: Cue | None = None
    failed_phrases: int = 0
    captions: Captions = Captions.HIDDEN
    caption: Caption | None = None
    asked: tuple[Phrase, ...] = ()
    warnings: tuple[str, ...] = ()

    @classmethod
    def beginning(cls, *, speakers: tuple[str, ...], channels: tuple[str, ...], transcriber: str) -> LiveState:
        """Return the state before any sound.

        Parameters
        ----------
        speakers
            The people expected, in the order in which they are shown; others are added when they are heard.
        channels
            What to call each channel of the microphone; more channels than names are numbered.
        transcriber
            Its name as in the session document, ``none`` for timing alone.
        """
        return cls(speakers=speakers, channels=channels, transcriber=transcriber, talk=(0,) * len(speakers))

    @property
    def shares(self) -> tuple[float, ...] | None:
        """Each person's share of the speech so far; None before any."""
        total = sum(self.talk)
        return tuple(talk / total for talk in self.talk) if total else None


def reduce(state: LiveState, event: object) -> LiveState:
    """Return the state after a sound, an event or an answer; what does not concern the view changes nothing."""
    match event:
        case Block():
            levels = _levels(state.levels_dbfs, event.samples)
            return replace(state, elapsed=event.span.stop, observing=Observing.HEARING, levels_dbfs=levels)
        case Gap():
            return _unheard(replace(state, lost=state.lost + event.span.duration), event, Observing.LOST)
        case Unobserved():
            how = Observing.COACH if event.why is UnobservedCause.COACH else Observing.PAUSED
            return _unheard(replace(state, unobserved=state.unobserved + event.span.duration), event, how)
        case VoiceActivity():
            now = {event.speaker}
            speaking = state.speaking | now if event.voicing is Voicing.STARTED else state.speaking - now
            return replace(state, speaking=speaking)
        case SpeechSegment():
            return _talked(state, event)
        case Revision():
            return _revised(state, event)
        case FloorTransfer():
            return replace(state, last_transfer=event)
        case Feedback():
            return _cued(state, Cue(id=event.id, at=event.at, text=event.text, delivery=event.delivery))
        case Delivery() if state.cue is not None and state.cue.id == event.feedback_id:
            return _cued(state, replace(state.cue, delivery=event.how))
        case TranscriptionRequest() if state.captions is Captions.SHOWN:
            return replace(state, asked=(*state.asked, event.phrase)[-PHRASES_ASKED:])
        case Transcript() if event.words:
            return _captioned(state, event)
        case TranscriptFailed():
            return replace(state, failed_phrases=state.failed_phrases + 1)
        case Health():
            return replace(state, transcriber=event.transcriber, warnings=event.warnings)
        case _:
            return state


def transfer_text(transfer: FloorTransfer) -> str:
    """Return in plain words how the floor passed."""
    sentence = transfer_sentence(
        transfer.kind,
        speaker=plain_text(transfer.to_speaker),
        other=plain_text(transfer.from_speaker),
        offset_s=seconds(transfer.offset),
    )
    doubtful = transfer.confidence < SURE and transfer.kind is not TransferKind.BACKCHANNEL
    return f"perhaps {sentence}" if doubtful else sentence


def _unheard(state: LiveState, sound: Gap | Unobserved, how: Observing) -> LiveState:
    quiet = (SILENCE_DBFS,) * len(state.levels_dbfs)
    return replace(state, elapsed=sound.span.stop, observing=how, levels_dbfs=quiet, speaking=frozenset())


def _talked(state: LiveState, segment: SpeechSegment) -> LiveState:
    if segment.speaker == UNKNOWN:
        return state
    speakers, talk = state.speakers, list(state.talk)
    if segment.speaker not in speakers:
        speakers = (*speakers, segment.speaker)
        talk.append(0)
    talk[speakers.index(segment.speaker)] += segment.span.duration
    apart = Apart.VOICES if state.apart is Apart.LEARNING else state.apart
    return replace(state, speakers=speakers, talk=tuple(talk), apart=apart)


def _revised(state: LiveState, revision: Revision) -> LiveState:
    """Return the state with speech counted for whoever said it after all, without words of who did not say them."""
    talk = list(state.talk)
    for segment in revision.replaced:
        if segment.speaker in state.speakers:
            talk[state.speakers.index(segment.speaker)] -= segment.span.duration
    caption = state.caption
    if caption is not None and revision.span.contains(caption.at):
        theirs = [segment.span for segment in revision.segments if segment.speaker == caption.speaker]
        caption = caption if any(span.contains(caption.at) for span in theirs) else None
    state = replace(state, talk=tuple(talk), caption=caption)
    for segment in revision.segments:
        state = _talked(state, segment)
    return state


def _captioned(state: LiveState, transcript: Transcript) -> LiveState:
    phrase = next((phrase for phrase in state.asked if phrase.id == transcript.phrase_id), None)
    if phrase is None:
        return state
    text = " ".join(word.text for word in transcript.words)
    caption = Caption(speaker=phrase.speaker, at=transcript.words[0].span.start, text=text)
    return replace(state, caption=caption, asked=tuple(other for other in state.asked if other != phrase))


def _cued(state: LiveState, cue: Cue) -> LiveState:
    return replace(state, cue=None if cue.delivery is DeliveryKind.WITHHELD else cue)


def _levels(before: tuple[float, ...], samples: NDArray[np.int16]) -> tuple[float, ...]:
    """Return the level of each channel in dB below full scale, samples of shape (n, channels)."""
    if len(samples) == 0:
        return before
    power = np.mean(np.square(samples, dtype=np.float64), axis=0) / 32768.0**2
    now = [max(SILENCE_DBFS, 10 * math.log10(p)) if p > 0 else SILENCE_DBFS for p in power.tolist()]
    if len(before) != len(now):
        return tuple(now)
    fallen = FALL_DB_PER_S * seconds(len(samples))
    return tuple(max(new, old - fallen) for new, old in zip(now, before, strict=True))
