"""The immutable types that flow between the rooms. Times are samples at 16 kHz.

Inputs of the engine, in the order of time: `Block`, `Gap`, `Unobserved` (each stretch of time is
exactly one of the three), and between them `Transcript`, `TranscriptFailed` and `Delivery`.
Everything else comes out of it.

Identifiers are made of what they name (``s-A-16320`` is the segment of A that starts at sample 16320), so they
are the same live, on replay and in the file analysis, and a person's correction can refer to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from attune.timebase import Span

UNKNOWN = "unknown"
"""The speaker of speech that is nobody's known voice; its words are not kept."""


# --- sound -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """A stretch of sound: `samples` is int16, shape (n, channels), n ≥ 0."""

    start: int
    samples: NDArray[np.int16]

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.int16:
            raise ValueError(f"a block is int16 of shape (n, channels), not {self.samples.dtype} {self.samples.shape}")

    @property
    def span(self) -> Span:
        """The time that the block covers."""
        return Span(self.start, self.start + len(self.samples))


class GapCause(StrEnum):
    """Why sound was lost."""

    OVERFLOW = "overflow"
    STARVED = "starved"
    UNPLUGGED = "unplugged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Sound that was lost between the microphone and the engine."""

    span: Span
    why: GapCause


class UnobservedCause(StrEnum):
    """Why sound was left alone on purpose."""

    COACH = "coach"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unobserved:
    """Sound that nobody listened to: the coach spoke (with its echo), or somebody pressed pause."""

    span: Span
    why: UnobservedCause


Sound = Block | Gap | Unobserved
"""What a source yields; each stretch of time is exactly one of them."""


# --- hearing -----------------------------------------------------------------------------------------------


class Voicing(StrEnum):
    """Whether a voice begins or falls silent."""

    STARTED = "started"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceActivity:
    """Somebody began to speak or fell silent at `at`; known at `known_at`, for the live view and the coach."""

    speaker: str
    voicing: Voicing
    at: int
    known_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSegment:
    """One inter-pausal unit: one person's speech with no internal silence over 200 ms.

    `level_dbfs` is None where no sound was heard (a timed transcript).
    """

    id: str
    span: Span
    speaker: str
    level_dbfs: float | None
    confidence: float


def segment_id(speaker: str, start: int) -> str:
    """Return the identifier of a person's segment."""
    return f"s-{speaker}-{start}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Who spoke in a stretch of time, heard anew: `segments` take the place of all that was told of it, `replaced`.

    Both are sorted by start. A revision reaches back one minute at the most, and five when two voices become known.
    """

    span: Span
    replaced: tuple[SpeechSegment, ...]
    segments: tuple[SpeechSegment, ...]
    known_at: int


# --- transcribing ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A stretch of one person's speech that is decoded in one call."""

    id: str
    speaker: str
    span: Span


class Urgency(StrEnum):
    """Whether a phrase is known to be finished."""

    SPECULATIVE = "speculative"
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TranscriptionRequest:
    """A phrase to decode, with its sound: int16, shape (n,)."""

    phrase: Phrase
    urgency: Urgency
    samples: NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionDiscarded:
    """A speculative request that speech overtook; its answer is no longer wanted."""

    phrase_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionPromoted:
    """A speculative request whose phrase turned out to be finished; its answer is final."""

    phrase_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word: times in absolute samples, probability in 0..1."""

    span: Span
    text: str
    probability: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The words of a phrase, in the order of time; none when nothing intelligible was said."""

    phrase_id: str
    words: tuple[Word, ...]
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptFailed:
    """A phrase that could not be decoded; its timing stands, its words are missing."""

    phrase_id: str
    why: str


# --- conversation ------------------------------------------------------------------------------------------


class TransferKind(StrEnum):
    """How the floor passed, or did not; the terms of turn-taking research."""

    SMOOTH_SWITCH = "smooth_switch"
    OVERLAPPED_SWITCH = "overlapped_switch"
    TURN_FINAL_OVERLAP = "turn_final_overlap"
    INTERRUPTION = "interruption"
    INTERRUPTION_ATTEMPT = "interruption_attempt"
    CUT_IN = "cut_in"
    TOOK_PAUSE = "took_pause"
    COOPERATIVE_OVERLAP = "cooperative_overlap"
    DUAL_START = "dual_start"
    CHORDAL = "chordal"
    BACKCHANNEL = "backchannel"


class Flavour(StrEnum):
    """How an overlap sounded; unsure is an answer."""

    COMPETITIVE = "competitive"
    COOPERATIVE = "cooperative"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One person's speech until another takes the floor, without backchannels."""

    id: str
    speaker: str
    span: Span
    segment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorTransfer:
    """The floor passed, or somebody spoke while another held it.

    `at` is when `to_speaker` starts; `offset` is that start minus the end of the previous speaker (negative:
    overlap). For a backchannel `from_speaker` holds the floor and `to_speaker` made the sound.
    """

    id: str
    kind: TransferKind
    from_speaker: str
    to_speaker: str
    at: int
    offset: int
    confidence: float
    flavour: Flavour | None = None


class ActKind(StrEnum):
    """Listening acts, and the acts that get in the way of listening."""

    REFLECTION = "reflection"
    CHECK_IN = "check_in"
    CONFIRMATION = "confirmation"
    CORRECTION = "correction"
    VALIDATION = "validation"
    OPEN_QUESTION = "open_question"
    CLOSED_QUESTION = "closed_question"
    ENCOURAGER = "encourager"
    BACKCHANNEL = "backchannel"
    FEELING_NAMED = "feeling_named"
    I_STATEMENT = "i_statement"
    NEED = "need"
    REQUEST = "request"
    APPRECIATION = "appreciation"
    SUPPORT_OFFER = "support_offer"
    TIME_OUT = "time_out"
    SELF_CARE = "self_care"
    CRITICISM = "criticism"
    CONTEMPT = "contempt"
    DEFENSIVENESS = "defensiveness"
    DISMISSAL = "dismissal"
    REBUTTAL = "rebuttal"
    ADVICE = "advice"
    MIND_READING = "mind_reading"
    STONEWALLING = "stonewalling"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningAct:
    """One act: what was said (`evidence`), how sure, and which rule or model found it (`source`)."""

    id: str
    kind: ActKind
    speaker: str
    span: Span
    evidence: str
    confidence: float
    source: str
    subkind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arousal:
    """How a stretch of one person's voice differs from that person's calm baseline, in z."""

    speaker: str
    span: Span
    pitch_z: float | None
    level_z: float | None
    rate_z: float | None


# --- coaching ----------------------------------------------------------------------------------------------


class DeliveryKind(StrEnum):
    """How feedback reached the people in the room."""

    SPOKEN = "spoken"
    SHOWN = "shown"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One thing the coach says; `because` names transfers, acts or measures (``measure:A.talk_share``)."""

    id: str
    at: int
    text: str
    because: tuple[str, ...]
    delivery: DeliveryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of a feedback: spoken, shown (no voice, or it was stopped), or withheld."""

    feedback_id: str
    how: DeliveryKind


# --- health ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How far the figures of a session can be trusted.

    `attributed` is the share of heard speech given to a known person (None before any speech); `unobserved` and
    `lost` are shares of the session's time; `warnings` are sentences for the user.
    """

    attributed: float | None
    unobserved: float
    lost: float
    transcriber: str
    warnings: tuple[str, ...]


# --- the whole session -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure: `value` None when it cannot be observed, and then `observed` says why.

    `n` counts what the figure was made from (answers, questions, minutes …); `iqr` is the middle half of a median.
    """

    key: str
    value: float | None
    n: int
    observed: str
    iqr: tuple[float, float] | None = None


BOTH = "both"
"""The key of measures that belong to the conversation rather than to one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenTurn:
    """A turn with its words; `text` is None when nothing was transcribed."""

    turn: Turn
    text: str | None


class AgreedBy(StrEnum):
    """How people agreed to be heard: with a key each, by an option beforehand, or by going on after it was stated."""

    KEY = "key"
    OPTION = "option"
    STATED = "stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConsent:
    """The people who are heard agreed to it before anything was; `at` is an ISO 8601 time with its zone."""

    by: AgreedBy
    people: tuple[str, ...]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """Everything known of a session; every sequence is sorted by (start, id).

    `consent` is None where nobody was asked: one person alone, or a recording.
    """

    source: str
    duration: int
    speakers: tuple[str, ...]
    segments: tuple[SpeechSegment, ...]
    turns: tuple[SpokenTurn, ...]
    transfers: tuple[FloorTransfer, ...]
    acts: tuple[ListeningAct, ...]
    arousal: tuple[Arousal, ...]
    measures: Mapping[str, Mapping[str, Measure]]
    feedback: tuple[Feedback, ...]
    health: Health
    consent: SessionConsent | None = None
