"""What one person said in one go: the unit that listening acts are found in."""

from __future__ import annotations

from dataclasses import dataclass

from attune.events import Word
from attune.timebase import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Words of one speaker; `span` and `words` are missing where only text is known (``attune annotate``)."""

    speaker: str
    text: str
    span: Span | None = None
    words: tuple[Word, ...] = ()
