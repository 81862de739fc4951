"""The closing words of a session: one strength and one next step, with the words and times that they rest on.

They are addressed to everybody who spoke and name nobody, so they cannot compare. A strength is quoted; a hard
moment is given as a time alone, since its words would read as an accusation. Where nothing is sure, nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from attune.coaching.material import CONFIDENCE_FLOOR, Heard, praises, suggestions
from attune.coaching.phrases.book import PhraseBook
from attune.events import UNKNOWN, SessionRecord
from attune.timebase import clock_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingWords:
    """What is said at the end; None where there is nothing true to say.

    `strength_because` and `next_step_because` name acts, transfers or measures (``measure:A.reflections``).
    """

    strength: str | None
    next_step: str | None
    strength_because: tuple[str, ...] = ()
    next_step_because: tuple[str, ...] = ()


def closing_words(
    record: SessionRecord, *, phrases: PhraseBook, confidence_floor: float = CONFIDENCE_FLOOR
) -> ClosingWords:
    """Return one strength and one next step for a finished session.

    Parameters
    ----------
    record
        The whole session.
    phrases
        The words.
    confidence_floor
        Least confidence of a single act or transfer.
    """
    heard = Heard(
        acts=tuple(act for act in record.acts if act.speaker in record.speakers),
        transfers=tuple(t for t in record.transfers if t.to_speaker in record.speakers),
        measures={who: measures for who, measures in record.measures.items() if who in record.speakers},
        talk=sum(segment.span.duration for segment in record.segments if segment.speaker != UNKNOWN),
    )
    strength, strength_because = _strength(heard, phrases, confidence_floor)
    next_step, next_step_because = _next_step(heard, phrases, confidence_floor)
    return ClosingWords(
        strength=strength,
        next_step=next_step,
        strength_because=strength_because,
        next_step_because=next_step_because,
    )


def _strength(heard: Heard, phrases: PhraseBook, floor: float) -> tuple[str | None, tuple[str, ...]]:
    found = praises(heard, confidence_floor=floor)
    if not found:
        return None, ()
    best = found[0]
    wording = phrases.wording(best.topic)
    description = wording.description
    if best.span is None:
        text = next(praise for praise in wording.praise if "{name}" not in praise)
    elif best.quote:
        text = phrases.strength_quoted.format(
            description=description, time=clock_text(best.span.start), quote=best.quote
        )
    else:
        text = phrases.strength_timed.format(
            description=description, time=clock_text(best.span.start), count=len(best.because)
        )
    return text, best.because


def _next_step(heard: Heard, phrases: PhraseBook, floor: float) -> tuple[str | None, tuple[str, ...]]:
    found = suggestions(heard, confidence_floor=floor)
    if not found:
        return None, ()
    first = found[0]
    text = phrases.wording(first.topic).suggestions[0]
    if first.at is not None:
        text = phrases.next_step_timed.format(suggestion=text, time=clock_text(first.at))
    return text, first.because
