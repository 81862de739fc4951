"""What happened in a conversation, reduced from all that was heard and read.

The input is sorted here by (start, speaker), so the order in which transcripts arrived cannot matter: live, replayed
or read from a file, the same log gives the same account.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from attune.accuracy import Accuracy
from attune.conversation.acts.finding import ActFinder
from attune.conversation.entry import FloorSettings
from attune.conversation.floor import read_floor
from attune.conversation.measures import Conversation, measures_of
from attune.conversation.units import Unit
from attune.conversation.utterance import Utterance
from attune.events import UNKNOWN, FloorTransfer, ListeningAct, Measure, SpokenTurn, Turn
from attune.timebase import Span

NO_CUE_PACK = (
    "There is no cue pack for this language: listening acts were not looked for, and turns were read from timing alone."
)
"""What the user is told where no finder knows the language."""

CONTEXT = 8
"""Utterances before an utterance that an act finder is shown. Source: chosen; answers follow within two or three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Turns with their words, transfers, acts and measures; sequences sorted by (start, id)."""

    turns: tuple[SpokenTurn, ...]
    transfers: tuple[FloorTransfer, ...]
    acts: tuple[ListeningAct, ...]
    measures: Mapping[str, Mapping[str, Measure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of a conversation.

    Attributes
    ----------
    speakers
        Who took part, in the order of documents.
    units
        Speech, with words where they are known.
    utterances
        What was said, as acts are looked for.
    unobserved
        Stretches that nobody heard: lost sound, the coach's own voice, pauses.
    observed_samples
        How much of the session was heard.
    observed
        How it was heard, in words: ``two channels``.
    accuracy
        How well conversations are heard that way; None where no figure needs a remark about it.
    """

    speakers: tuple[str, ...]
    units: Sequence[Unit]
    utterances: Sequence[Utterance]
    unobserved: Sequence[Span]
    observed_samples: int
    observed: str
    accuracy: Accuracy | None = None


def account_of(evidence: Evidence, *, floor: FloorSettings, finder: ActFinder | None) -> Account:
    """Return the account of a conversation.

    Without a finder (a language with no cue pack) there are no acts, and the floor is read from timing alone: what is
    unfinished, or a backchannel, is told by words of the language.
    """
    acts = None if finder is None else acts_of(evidence.utterances, finder=finder)
    conversation = _conversation(evidence, floor=floor, acts=acts)
    return Account(
        turns=_spoken_turns(conversation.turns, evidence),
        transfers=tuple(conversation.transfers),
        acts=acts or (),
        measures=measures_of(conversation),
    )


def measured(
    evidence: Evidence, *, floor: FloorSettings, acts: Sequence[ListeningAct] | None
) -> dict[str, dict[str, Measure]]:
    """Return the measures of a conversation whose acts are known already; None if they are not looked for."""
    return measures_of(_conversation(evidence, floor=floor, acts=acts))


def _conversation(evidence: Evidence, *, floor: FloorSettings, acts: Sequence[ListeningAct] | None) -> Conversation:
    units = evidence.units if acts is not None else [replace(unit, words=None) for unit in evidence.units]
    turns, transfers = read_floor(units, unobserved=evidence.unobserved, settings=floor)
    return Conversation(
        speakers=evidence.speakers,
        units=units,
        turns=turns,
        transfers=transfers,
        acts=acts or (),
        observed_samples=evidence.observed_samples,
        observed=evidence.observed,
        searched=acts is not None and any(said.text for said in evidence.utterances),
        accuracy=evidence.accuracy,
    )


def acts_of(utterances: Iterable[Utterance], *, finder: ActFinder) -> tuple[ListeningAct, ...]:
    """Return the acts of all known people's utterances that carry times, sorted by (start, id)."""
    timed = [(said, said.span) for said in utterances if said.span is not None and said.speaker != UNKNOWN]
    ordered = [said for said, _ in sorted(timed, key=lambda pair: (pair[1].start, pair[0].speaker))]
    found: dict[str, ListeningAct] = {}
    for k, utterance in enumerate(ordered):
        for act in acts_in(utterance, before=ordered[max(0, k - CONTEXT) : k], finder=finder):
            found.setdefault(act.id, act)
    return tuple(sorted(found.values(), key=lambda act: (act.span.start, act.id)))


def acts_in(utterance: Utterance, *, before: Sequence[Utterance], finder: ActFinder) -> tuple[ListeningAct, ...]:
    """Return the acts of one utterance, dated by its words where they have times.

    Raises
    ------
    ValueError
        If the utterance has no span.
    """
    if utterance.span is None:
        raise ValueError("acts are dated: an utterance without a span has none")
    acts: list[ListeningAct] = []
    for finding in finder.find(utterance, before=before):
        span = utterance.span
        if utterance.words:
            first, last = utterance.words[finding.first_word], utterance.words[finding.last_word]
            span = Span(first.span.start, max(first.span.start, last.span.stop))
        name = f"a-{finding.kind}-{utterance.speaker}-{span.start}"
        alike = sum(act.id == name or act.id.startswith(f"{name}-") for act in acts)
        acts.append(
            ListeningAct(
                id=f"{name}-{alike + 1}" if alike else name,
                kind=finding.kind,
                subkind=finding.subkind,
                speaker=utterance.speaker,
                span=span,
                evidence=finding.evidence,
                confidence=finding.confidence,
                source=finding.source,
            )
        )
    return tuple(acts)


def _spoken_turns(turns: Iterable[Turn], evidence: Evidence) -> tuple[SpokenTurn, ...]:
    units = {unit.segment.id: unit for unit in evidence.units}
    untimed: dict[str, list[tuple[int, str]]] = {}
    for said in evidence.utterances:
        if said.span is not None and said.text and not said.words:
            middle = (said.span.start + said.span.stop) // 2
            untimed.setdefault(said.speaker, []).append((middle, said.text))
    for mine in untimed.values():
        mine.sort(key=_middle)
    return tuple(SpokenTurn(turn=turn, text=_text(turn, units, untimed.get(turn.speaker, []))) for turn in turns)


def _text(turn: Turn, units: Mapping[str, Unit], untimed: Sequence[tuple[int, str]]) -> str | None:
    """Return what was said in a turn: its units' words, and the speaker's texts whose middle (sorted) lies in it."""
    first, last = (bisect_left(untimed, sample, key=_middle) for sample in (turn.span.start, turn.span.stop))
    said = list(untimed[first:last])
    for unit in (units[i] for i in turn.segment_ids):
        if unit.tokens is not None:
            said.append(((unit.start + unit.stop) // 2, " ".join(unit.tokens)))
    return " ".join(text for _, text in sorted(said, key=_middle) if text) if said else None


def _middle(said: tuple[int, str]) -> int:
    return said[0]
