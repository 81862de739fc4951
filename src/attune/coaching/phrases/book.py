"""What a phrase book is: the words for every topic that the coach can speak about, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from attune.events import ActKind, ListeningAct, TransferKind

SPOKEN_WORDS = 20
"""Most words in one spoken cue.

Source: chosen; 20 words last about seven seconds at a calm pace, shorter than most turns that they follow.
"""

FEWEST_QUOTED = 3
"""Words of a quotation that are kept however long the sentence around it is."""


def act_topic(act: ListeningAct) -> str:
    """Return the topic of an act: ``act.reflection.feeling`` for a reflection of a feeling, else ``act.<kind>``."""
    if act.kind is ActKind.REFLECTION and act.subkind == "feeling":
        return "act.reflection.feeling"
    return f"act.{act.kind}"


def transfer_topic(kind: TransferKind) -> str:
    """Return the topic of a floor transfer: ``transfer.<kind>``."""
    return f"transfer.{kind}"


class Pattern(StrEnum):
    """What the timing of several transfers shows of one person's listening."""

    LET_FINISH = "let_finish"
    TOOK_A_MOMENT = "took_a_moment"
    SMALL_SOUNDS = "small_sounds"


def pattern_topic(pattern: Pattern) -> str:
    """Return the topic of a pattern of transfers: ``pattern.<pattern>``."""
    return f"pattern.{pattern}"


def measure_topic(key: str) -> str:
    """Return the topic of a measure: ``measure.<key>``."""
    return f"measure.{key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words for one topic.

    Attributes
    ----------
    description
        A neutral sentence for reports: what it is, without blame.
    praise
        Said of one person. ``{quote}`` stands for the words that were heard, ``{name}`` for who said them. Where
        there is praise, at least one variant does without the name.
    suggestions
        Said to everybody in the room, about the task; they hold neither names nor quotations.
    """

    description: str
    praise: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseBook:
    """All the words of one language.

    Attributes
    ----------
    language
        Code of the language, as in ``en``.
    wordings
        By topic (see `act_topic`, `transfer_topic`, `pattern_topic`, `measure_topic`).
    strength_quoted, strength_timed
        How a report names a strength: its ``{description}`` and ``{time}``, with a ``{quote}``, or with the
        ``{count}`` of times that it was heard.
    next_step_timed
        How a report ties a ``{suggestion}`` to a ``{time}``.
    """

    language: str
    wordings: Mapping[str, Wording]
    strength_quoted: str
    strength_timed: str
    next_step_timed: str

    def wording(self, topic: str) -> Wording:
        """Return the words for a topic.

        Raises
        ------
        KeyError
            If the book does not know the topic.
        """
        return self.wordings[topic]


def filled(text: str, *, name: str, quote: str) -> str:
    """Return a praise with the name and the quotation in place, at most `SPOKEN_WORDS` words long.

    A quotation that is too long keeps its first words and ends in an ellipsis; it is never put in other words.
    """
    around = text.format(name=name, quote="")
    room = max(FEWEST_QUOTED, SPOKEN_WORDS - len(around.split()))
    words = quote.split()
    short = " ".join(words) if len(words) <= room else " ".join(words[: room - 1]) + " …"
    return text.format(name=name, quote=short)
