"""What finds listening acts, and what it finds: the seam at which stems and learned models meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from attune.conversation.utterance import Utterance
from attune.events import ActKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFinding:
    """One act in an utterance.

    Attributes
    ----------
    first_word, last_word
        Its words, both included: indices into the words of the utterance, or into ``text.split()`` where it has none.
    evidence
        Those words as they were said, without the marks at the outer ends.
    confidence
        How many of a hundred such findings are right, over a hundred.
    source
        The rule or model, and its version: ``"stems/en 1: it sounds like"``.
    """

    kind: ActKind
    subkind: str | None
    first_word: int
    last_word: int
    evidence: str
    confidence: float
    source: str


class ActFinder(Protocol):
    """Finds the listening acts of one utterance in the light of what was said before."""

    def find(self, utterance: Utterance, *, before: Sequence[Utterance]) -> tuple[ActFinding, ...]:
        """Return the acts of an utterance, sorted by their first word, then kind.

        Parameters
        ----------
        utterance
            What one person said in one go.
        before
            What was said before it in the same conversation, oldest first; the last eight are enough.
        """
        ...
