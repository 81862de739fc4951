"""What there is to praise and what there is to suggest, found in what was heard.

Praise rests on words (a listening act, quoted) or, without words, on what timing can show. Words are not praised
when the partner's answer was "not quite", nor when something hurtful was said in the same breath; the partner's
"yes, exactly" outranks every confidence. A suggestion rests on a sure act, on a pattern of sure transfers, or on a
measure; it carries no speaker, so whoever words it cannot name anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from attune.coaching.phrases.book import Pattern, act_topic, measure_topic, pattern_topic, transfer_topic
from attune.events import BOTH, UNKNOWN, ActKind, Flavour, FloorTransfer, ListeningAct, Measure, TransferKind
from attune.timebase import Span, samples_of

CONFIDENCE_FLOOR = 0.7
"""Below this nothing is said of a single act or transfer.

Source: chosen; of what is reported at .7 about seven in ten are right, and without words an interruption reaches .6.
"""

PATTERN = 3
"""Transfers of one kind that make a pattern worth praising.

Source: chosen; see `PATTERN_FLOOR`.
"""

PATTERN_FLOOR = 0.5
"""Least confidence of a transfer that counts towards a pattern.

Source: chosen; of three at .5 at least one is right 88 times in 100, at .6 94 times.
"""

LET_FINISH = 4
"""Answers that are praised as letting the other finish, where nobody came in early: else it would compare two people.

Source: chosen.
"""

REPEATED = 2
"""Transfers of one kind within memory before something is suggested about them; one may be chance. Source: chosen."""

CLOSED_IN_A_ROW = 3
"""Closed questions, and no open one, before an open one is suggested. Source: chosen."""

PAUSE_BAND = Span.of_seconds(0.7, 3.0)
"""Floor-transfer offsets that are heard as taking a moment. Source: the pause drill, answers after 0.7 to 3 s."""

ANSWER_WITHIN = samples_of(15)
"""How long after a reflection the partner's yes or no still belongs to it. Source: chosen."""

SAME_BREATH = samples_of(2)
"""How near a hurtful act makes the same person's other words unfit for praise. Source: chosen."""

PRAISED_ACTS = (
    ActKind.REFLECTION,
    ActKind.VALIDATION,
    ActKind.CHECK_IN,
    ActKind.OPEN_QUESTION,
    ActKind.I_STATEMENT,
    ActKind.FEELING_NAMED,
    ActKind.SUPPORT_OFFER,
    ActKind.APPRECIATION,
    ActKind.ENCOURAGER,
    ActKind.TIME_OUT,
    ActKind.SELF_CARE,
    ActKind.NEED,
    ActKind.REQUEST,
    ActKind.CONFIRMATION,
    ActKind.CORRECTION,
    ActKind.BACKCHANNEL,
)
"""Acts worth praising, the one that does most for being understood first."""

HARD_ACTS = (
    ActKind.CONTEMPT,
    ActKind.CRITICISM,
    ActKind.DISMISSAL,
    ActKind.DEFENSIVENESS,
    ActKind.REBUTTAL,
    ActKind.MIND_READING,
    ActKind.ADVICE,
    ActKind.STONEWALLING,
)
"""Acts that get in the way of listening; each becomes an invitation, never an accusation."""

EARLY_ENTRIES = (
    TransferKind.INTERRUPTION,
    TransferKind.CUT_IN,
    TransferKind.TOOK_PAUSE,
    TransferKind.INTERRUPTION_ATTEMPT,
)
"""Transfers in which somebody began too early."""

PRAISED_MEASURES: Mapping[str, tuple[float, int]] = {
    "silence_patience": (0.9, 3),
    "reflections_per_question": (1.0, 3),
    "open_question_share": (0.7, 3),
}
"""Least value and least n. Source: the drills patience (.9 over 3 pauses) and curiosity (70 % open; ratio 1)."""

MISSING_AFTER: Mapping[str, int] = {"reflections": samples_of(120), "check_ins": samples_of(300)}
"""Talk, in samples, after which none at all is worth a suggestion. Source: chosen."""

LONG_TURN_S = 90.0
"""A turn, in seconds, beyond which smaller pieces are suggested. Source: chosen; a drill's trial lasts 60-120 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the coach knows when it looks for something to say; `talk` is everybody's speech in samples."""

    acts: tuple[ListeningAct, ...] = ()
    transfers: tuple[FloorTransfer, ...] = ()
    measures: Mapping[str, Mapping[str, Measure]] = field(default_factory=dict)
    talk: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Praise:
    """Something that one person did well.

    `span` is where the praised words lie, None for a measure; `quote` is empty where timing alone shows it. A lower
    `rank` is worth more.
    """

    topic: str
    speaker: str
    because: tuple[str, ...]
    rank: int
    span: Span | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Something to try; `at` is the latest moment that it rests on, None for a measure. A lower `rank` comes first."""

    topic: str
    because: tuple[str, ...]
    rank: int
    at: int | None = None


def praises(heard: Heard, *, confidence_floor: float = CONFIDENCE_FLOOR) -> list[Praise]:
    """Return everything that may truly be praised, best first."""
    found = [*_praised_acts(heard, confidence_floor), *_praised_timing(heard), *_praised_measures(heard)]
    return sorted(found, key=lambda praise: (praise.rank, praise.because))


def suggestions(heard: Heard, *, confidence_floor: float = CONFIDENCE_FLOOR) -> list[Suggestion]:
    """Return everything that may be suggested, most helpful first."""
    found = [
        *_after_hard_acts(heard, confidence_floor),
        *_after_early_entries(heard, confidence_floor),
        *_after_closed_questions(heard, confidence_floor),
        *_after_measures(heard),
    ]
    return sorted(found, key=lambda suggestion: (suggestion.rank, -(suggestion.at or 0), suggestion.because))


def _praised_acts(heard: Heard, floor: float) -> Iterator[Praise]:
    for act in heard.acts:
        if act.kind not in PRAISED_ACTS or act.speaker == UNKNOWN or not act.evidence.strip():
            continue
        answer = _answer_to(act, heard.acts) if act.kind is ActKind.REFLECTION else None
        if answer is ActKind.CORRECTION or _in_a_hard_breath(act, heard.acts):
            continue
        confirmed = answer is ActKind.CONFIRMATION
        if confirmed or act.confidence >= floor:
            yield Praise(
                topic=act_topic(act),
                speaker=act.speaker,
                because=(act.id,),
                rank=0 if confirmed else 1 + PRAISED_ACTS.index(act.kind),
                span=act.span,
                quote=act.evidence.strip(),
            )


def _answer_to(act: ListeningAct, acts: tuple[ListeningAct, ...]) -> ActKind | None:
    """Return what the partner first answered to a reflection, before the next one."""
    later = sorted(
        (other for other in acts if act.span.start < other.span.start <= act.span.stop + ANSWER_WITHIN),
        key=lambda other: other.span.start,
    )
    for other in later:
        if other.kind is ActKind.REFLECTION:
            return None
        if other.speaker != act.speaker and other.kind in (ActKind.CONFIRMATION, ActKind.CORRECTION):
            return other.kind
    return None


def _in_a_hard_breath(act: ListeningAct, acts: tuple[ListeningAct, ...]) -> bool:
    near = Span(max(0, act.span.start - SAME_BREATH), act.span.stop + SAME_BREATH)
    return any(o.kind in HARD_ACTS and o.speaker == act.speaker and near.overlap(o.span) > 0 for o in acts)


def _praised_timing(heard: Heard) -> Iterator[Praise]:
    rank = 1 + PRAISED_ACTS.index(ActKind.ENCOURAGER)
    early = any(t.kind in (*EARLY_ENTRIES, TransferKind.OVERLAPPED_SWITCH) for t in heard.transfers)
    for speaker in sorted({t.to_speaker for t in heard.transfers} - {UNKNOWN}):
        own = [t for t in heard.transfers if t.to_speaker == speaker]
        sure = [t for t in own if t.confidence >= PATTERN_FLOOR]
        answers = [t for t in sure if t.kind is TransferKind.SMOOTH_SWITCH]
        waited = [t for t in answers if PAUSE_BAND.start <= t.offset <= PAUSE_BAND.stop]
        sounds = [t for t in sure if t.kind is TransferKind.BACKCHANNEL]
        if len(answers) >= LET_FINISH and not early:
            yield _pattern(Pattern.LET_FINISH, answers, rank)
        if len(waited) >= PATTERN:
            yield _pattern(Pattern.TOOK_A_MOMENT, waited, rank + 1)
        if len(sounds) >= PATTERN:
            yield _pattern(Pattern.SMALL_SOUNDS, sounds, rank + 2)


def _pattern(pattern: Pattern, shown_by: list[FloorTransfer], rank: int) -> Praise:
    last = max(t.at for t in shown_by)
    return Praise(
        topic=pattern_topic(pattern),
        speaker=shown_by[0].to_speaker,
        because=tuple(t.id for t in shown_by),
        rank=rank,
        span=Span(last, last),
    )


def _praised_measures(heard: Heard) -> Iterator[Praise]:
    for speaker, measures in sorted(heard.measures.items()):
        for key, (least, least_n) in PRAISED_MEASURES.items():
            measure = measures.get(key)
            if speaker in (BOTH, UNKNOWN) or measure is None or measure.value is None:
                continue
            if measure.value >= least and measure.n >= least_n:
                yield Praise(
                    topic=measure_topic(key),
                    speaker=speaker,
                    because=(f"measure:{speaker}.{key}",),
                    rank=1 + len(PRAISED_ACTS),
                )


def _after_hard_acts(heard: Heard, floor: float) -> Iterator[Suggestion]:
    for act in heard.acts:
        if act.kind in HARD_ACTS and act.confidence >= floor and act.speaker != UNKNOWN:
            yield Suggestion(topic=act_topic(act), because=(act.id,), rank=HARD_ACTS.index(act.kind), at=act.span.start)


def _after_early_entries(heard: Heard, floor: float) -> Iterator[Suggestion]:
    for kind in EARLY_ENTRIES:
        sure = [
            t
            for t in heard.transfers
            if t.kind is kind
            and t.confidence >= floor
            and t.flavour not in (Flavour.UNSURE, Flavour.COOPERATIVE)
            and UNKNOWN not in (t.from_speaker, t.to_speaker)
        ]
        if len(sure) >= REPEATED:
            yield Suggestion(
                topic=transfer_topic(kind),
                because=tuple(t.id for t in sure),
                rank=len(HARD_ACTS) + EARLY_ENTRIES.index(kind),
                at=max(t.at for t in sure),
            )


def _after_closed_questions(heard: Heard, floor: float) -> Iterator[Suggestion]:
    closed = [a for a in heard.acts if a.kind is ActKind.CLOSED_QUESTION and a.confidence >= floor]
    if len(closed) >= CLOSED_IN_A_ROW and not any(a.kind is ActKind.OPEN_QUESTION for a in heard.acts):
        yield Suggestion(
            topic=act_topic(closed[-1]),
            because=tuple(a.id for a in closed),
            rank=len(HARD_ACTS) + len(EARLY_ENTRIES),
            at=max(a.span.start for a in closed),
        )


def _after_measures(heard: Heard) -> Iterator[Suggestion]:
    rank = len(HARD_ACTS) + len(EARLY_ENTRIES) + 1
    people = {s: m for s, m in sorted(heard.measures.items()) if s not in (BOTH, UNKNOWN)}
    long = [s for s, m in people.items() if "longest_turn_s" in m and (m["longest_turn_s"].value or 0.0) > LONG_TURN_S]
    if long:
        yield _on_measure("longest_turn_s", long, rank)
    for key, after in MISSING_AFTER.items():
        rank += 1
        known = [m[key].value for m in people.values() if key in m]
        if known and all(value == 0 for value in known) and heard.talk >= after:
            yield _on_measure(key, list(people), rank)


def _on_measure(key: str, speakers: list[str], rank: int) -> Suggestion:
    because = tuple(f"measure:{speaker}.{key}" for speaker in speakers)
    return Suggestion(topic=measure_topic(key), because=because, rank=rank)
