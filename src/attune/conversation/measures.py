"""The figures of a session, each with what it was made from and how it was observed.

Nothing here ranks people. A figure that cannot be observed has no value and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles

from attune.accuracy import Accuracy
from attune.conversation.completeness import looks_complete
from attune.conversation.reliability import with_reliability
from attune.conversation.units import Unit
from attune.events import BOTH, ActKind, FloorTransfer, ListeningAct, Measure, TransferKind, Turn
from attune.timebase import SAMPLE_RATE, Span, covered, samples_of_ms, seconds

_OPEN_PAUSE = samples_of_ms(500)
"""A pause that a listener could take for an invitation. Source: turn-taking.md, silence patience."""

_ALONE = "needs a partner: one person was heard"
_NO_WORDS = "needs words: timing alone was heard"
_NOT_SEARCHED = "needs words, in a language with a cue pack"
_INTERRUPTIONS = frozenset({TransferKind.INTERRUPTION, TransferKind.CUT_IN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """All that measures are made from.

    `observed` says how it was heard ("two channels"); `searched` whether there was text in which acts were looked for;
    `accuracy` how well such conversations are heard, None where no figure needs a remark about that.
    """

    speakers: tuple[str, ...]
    units: Sequence[Unit]
    turns: Sequence[Turn]
    transfers: Sequence[FloorTransfer]
    acts: Sequence[ListeningAct]
    observed_samples: int
    observed: str
    searched: bool
    accuracy: Accuracy | None = None

    @property
    def worded(self) -> bool:
        """Whether the words of any unit are known."""
        return any(unit.words is not None for unit in self.units)

    def partners(self, speaker: str) -> tuple[str, ...]:
        """Return everybody else."""
        return tuple(other for other in self.speakers if other != speaker)

    def speech(self, *speakers: str) -> int:
        """Return how many samples of turn speech, backchannels left out, these people spoke, each counted alone."""
        mine = {i for turn in self.turns if turn.speaker in speakers for i in turn.segment_ids}
        return sum(unit.segment.span.duration for unit in self.units if unit.segment.id in mine)

    def entries(self, speaker: str, kinds: Iterable[TransferKind]) -> list[FloorTransfer]:
        """Return the transfers of some kinds that a person made."""
        wanted = frozenset(kinds)
        return [transfer for transfer in self.transfers if transfer.to_speaker == speaker and transfer.kind in wanted]

    def acts_of(self, speaker: str, *kinds: ActKind) -> list[ListeningAct]:
        """Return the acts of some kinds that a person did."""
        return [act for act in self.acts if act.speaker == speaker and act.kind in kinds]


def measures_of(conversation: Conversation) -> dict[str, dict[str, Measure]]:
    """Return the measures of each speaker and, under ``both``, of the conversation."""
    found: dict[str, dict[str, Measure]] = {}
    for speaker in conversation.speakers:
        listed = [make(conversation, speaker) for make in _PERSONAL]
        found[speaker] = _by_key(listed, conversation)
    found[BOTH] = _by_key([_overlap_share(conversation)], conversation)
    return found


def _by_key(measures: Iterable[Measure], conversation: Conversation) -> dict[str, Measure]:
    return {measure.key: with_reliability(measure, accuracy=conversation.accuracy) for measure in measures}


def _talk_share(conversation: Conversation, speaker: str) -> Measure:
    turns = [turn for turn in conversation.turns if turn.speaker == speaker]
    everybody = conversation.speech(*conversation.speakers)
    if not conversation.partners(speaker):
        return _unobserved("talk_share", _ALONE)
    if not everybody:
        return _unobserved("talk_share", "nobody spoke")
    share = conversation.speech(speaker) / everybody
    return Measure(key="talk_share", value=share, n=len(turns), observed=conversation.observed)


def _longest_turn(conversation: Conversation, speaker: str) -> Measure:
    lengths = [turn.span.seconds for turn in conversation.turns if turn.speaker == speaker]
    return Measure(
        key="longest_turn_s", value=max(lengths, default=0.0), n=len(lengths), observed=conversation.observed
    )


def _turns_per_min(conversation: Conversation, speaker: str) -> Measure:
    count = sum(turn.speaker == speaker for turn in conversation.turns)
    return _rate("turns_per_min", count, conversation.observed_samples, conversation.observed, "nothing was observed")


def _interruptions(conversation: Conversation, speaker: str) -> Measure:
    count = len(conversation.entries(speaker, _INTERRUPTIONS))
    return _per_partner_minute("interruptions_per_partner_min", count, conversation, speaker)


def _attempts(conversation: Conversation, speaker: str) -> Measure:
    count = len(conversation.entries(speaker, {TransferKind.INTERRUPTION_ATTEMPT}))
    return _per_partner_minute("attempts_per_partner_min", count, conversation, speaker)


def _backchannels(conversation: Conversation, speaker: str) -> Measure:
    count = len(conversation.entries(speaker, {TransferKind.BACKCHANNEL}))
    return _per_partner_minute("backchannels_per_partner_min", count, conversation, speaker)


def _pause_before_response(conversation: Conversation, speaker: str) -> Measure:
    key = "pause_before_response_s"
    answers = conversation.entries(speaker, {TransferKind.SMOOTH_SWITCH})
    if not conversation.partners(speaker):
        return _unobserved(key, _ALONE)
    if not answers:
        return _unobserved(key, "no answer after a finished turn")
    offsets = [seconds(transfer.offset) for transfer in answers]
    middle = quantiles(offsets, n=4, method="inclusive") if len(offsets) > 1 else [offsets[0]] * 3
    return Measure(
        key=key, value=median(offsets), n=len(offsets), observed=conversation.observed, iqr=(middle[0], middle[2])
    )


def _silence_patience(conversation: Conversation, speaker: str) -> Measure:
    key = "silence_patience"
    if not conversation.partners(speaker):
        return _unobserved(key, _ALONE)
    if not conversation.worded:
        return _unobserved(key, _NO_WORDS)
    taken = sum(transfer.offset >= _OPEN_PAUSE for transfer in conversation.entries(speaker, {TransferKind.TOOK_PAUSE}))
    left_open = sum(_pauses_left_open(conversation, partner) for partner in conversation.partners(speaker))
    if not taken + left_open:
        return _unobserved(key, "no unfinished pause of half a second or more")
    return Measure(key=key, value=1 - taken / (taken + left_open), n=taken + left_open, observed=conversation.observed)


def _pauses_left_open(conversation: Conversation, partner: str) -> int:
    """Return how many unfinished pauses a person could end by going on."""
    count = 0
    spoken = {unit.segment.id: unit for unit in conversation.units}
    for turn in conversation.turns:
        units = [spoken[i] for i in turn.segment_ids] if turn.speaker == partner else []
        for before, after in pairwise(units):
            unfinished = before.tokens is not None and looks_complete(before.tokens) is False
            count += unfinished and after.start - before.stop >= _OPEN_PAUSE
    return count


def _reflections(conversation: Conversation, speaker: str) -> Measure:
    return _act_count("reflections", conversation, speaker, ActKind.REFLECTION)


def _check_ins(conversation: Conversation, speaker: str) -> Measure:
    return _act_count("check_ins", conversation, speaker, ActKind.CHECK_IN)


def _reflections_per_question(conversation: Conversation, speaker: str) -> Measure:
    key = "reflections_per_question"
    questions = len(conversation.acts_of(speaker, ActKind.OPEN_QUESTION, ActKind.CLOSED_QUESTION))
    reflections = len(conversation.acts_of(speaker, ActKind.REFLECTION))
    if not conversation.searched:
        return _unobserved(key, _NOT_SEARCHED)
    if not questions:
        return _unobserved(key, "no question was heard")
    return Measure(key=key, value=reflections / questions, n=questions + reflections, observed=conversation.observed)


def _open_question_share(conversation: Conversation, speaker: str) -> Measure:
    key = "open_question_share"
    asked_open = len(conversation.acts_of(speaker, ActKind.OPEN_QUESTION))
    questions = asked_open + len(conversation.acts_of(speaker, ActKind.CLOSED_QUESTION))
    if not conversation.searched:
        return _unobserved(key, _NOT_SEARCHED)
    if not questions:
        return _unobserved(key, "no question was heard")
    return Measure(key=key, value=asked_open / questions, n=questions, observed=conversation.observed)


def _overlap_share(conversation: Conversation) -> Measure:
    key = "overlap_share"
    if len(conversation.speakers) < 2:
        return _unobserved(key, _ALONE)
    spans = [unit.segment.span for unit in conversation.units]
    if not spans:
        return _unobserved(key, "nobody spoke")
    anybody = covered(spans)
    several = covered(_where_several_speak(conversation))
    return Measure(key=key, value=several / anybody, n=len(spans), observed=conversation.observed)


def _where_several_speak(conversation: Conversation) -> list[Span]:
    ordered = sorted(conversation.units, key=lambda unit: unit.start)
    found: list[Span] = []
    open_units: list[Unit] = []
    for unit in ordered:
        open_units = [other for other in open_units if other.stop > unit.start]
        found.extend(
            Span(unit.start, min(unit.stop, other.stop)) for other in open_units if other.speaker != unit.speaker
        )
        open_units.append(unit)
    return found


def _act_count(key: str, conversation: Conversation, speaker: str, kind: ActKind) -> Measure:
    if not conversation.searched:
        return _unobserved(key, _NOT_SEARCHED)
    count = len(conversation.acts_of(speaker, kind))
    return Measure(key=key, value=float(count), n=count, observed=conversation.observed)


def _per_partner_minute(key: str, count: int, conversation: Conversation, speaker: str) -> Measure:
    if not conversation.partners(speaker):
        return _unobserved(key, _ALONE)
    return _rate(
        key,
        count,
        conversation.speech(*conversation.partners(speaker)),
        conversation.observed,
        "the partner did not speak",
    )


def _rate(key: str, count: int, samples: int, observed: str, why_not: str) -> Measure:
    if not samples:
        return _unobserved(key, why_not)
    return Measure(key=key, value=count * 60 * SAMPLE_RATE / samples, n=count, observed=observed)


def _unobserved(key: str, why: str) -> Measure:
    return Measure(key=key, value=None, n=0, observed=why)


_PERSONAL: tuple[Callable[[Conversation, str], Measure], ...] = (
    _talk_share,
    _longest_turn,
    _turns_per_min,
    _interruptions,
    _attempts,
    _pause_before_response,
    _backchannels,
    _silence_patience,
    _reflections,
    _reflections_per_question,
    _open_question_share,
    _check_ins,
)
