"""What the coach has said so far, and what it may say next: the balance, the even hand, and the turns of phrase.

A suggestion needs enough praises of its own before it, so the balance holds at every moment of a session, not
only at its end. What was praised or suggested once is spent. Among what may be praised, the person praised least
comes first, and whoever is ahead of somebody else is praised without the name, so no praise ranks anybody. Variants
of a text take turns by count, never by chance.
"""

from __future__ import annotations

from collections import Counter

from attune.coaching.material import Heard, Praise, Suggestion, praises, suggestions
from attune.coaching.phrases.book import PhraseBook, filled


class Repertoire:
    """Chooses what to say and remembers it.

    Parameters
    ----------
    speakers
        The people who are coached.
    phrases
        The words.
    praises_per_suggestion
        Praises said for each suggestion, at least.
    confidence_floor
        Least confidence of a single act or transfer.
    """

    def __init__(
        self, *, speakers: tuple[str, ...], phrases: PhraseBook, praises_per_suggestion: int, confidence_floor: float
    ) -> None:
        self._speakers = speakers
        self._phrases = phrases
        self._praises_per_suggestion = praises_per_suggestion
        self._confidence_floor = confidence_floor
        self._praised: dict[str, Praise] = {}
        self._suggested: dict[str, Suggestion] = {}

    def choice(self, heard: Heard) -> Praise | Suggestion | None:
        """Return the best thing to say of what was heard; None where nothing is true, sure and new."""
        topics = Counter(praise.topic for praise in self._praised.values())
        topics.update(suggestion.topic for suggestion in self._suggested.values())
        if len(self._praised) >= self._praises_per_suggestion * (len(self._suggested) + 1):
            ideas = [s for s in suggestions(heard, confidence_floor=self._confidence_floor) if self._is_new(s)]
            if ideas:
                return min(ideas, key=lambda idea: (topics[idea.topic], idea.rank))
        credit = self._credit()
        return min(
            (p for p in praises(heard, confidence_floor=self._confidence_floor) if self._is_new(p)),
            key=lambda praise: (credit[praise.speaker], topics[praise.topic], praise.rank),
            default=None,
        )

    def text(self, about: Praise | Suggestion) -> str:
        """Return the sentence for it."""
        wording = self._phrases.wording(about.topic)
        if isinstance(about, Suggestion):
            return wording.suggestions[len(self._suggested) % len(wording.suggestions)]
        credit = self._credit()
        ahead = any(credit[about.speaker] > credit[other] for other in self._speakers)
        variants = [text for text in wording.praise if not ahead or "{name}" not in text]
        return filled(variants[len(self._praised) % len(variants)], name=about.speaker, quote=about.quote)

    def note(self, about: Praise | Suggestion, *, feedback_id: str) -> None:
        """Remember what was said."""
        if isinstance(about, Suggestion):
            self._suggested[feedback_id] = about
        else:
            self._praised[feedback_id] = about

    def take_back(self, feedback_id: str) -> None:
        """Forget what reached nobody: it counts for nothing and may be said again."""
        self._praised.pop(feedback_id, None)
        self._suggested.pop(feedback_id, None)

    def _credit(self) -> Counter[str]:
        return Counter(praise.speaker for praise in self._praised.values())

    def _is_new(self, about: Praise | Suggestion) -> bool:
        """Return whether it rests on nothing that was spoken of before, nor on words that were praised before."""
        if isinstance(about, Suggestion):
            return all(set(said.because).isdisjoint(about.because) for said in self._suggested.values())
        return not any(_same_thing(said, about) for said in self._praised.values())


def _same_thing(said: Praise, about: Praise) -> bool:
    if not set(said.because).isdisjoint(about.because):
        return True
    if said.speaker != about.speaker or said.span is None or about.span is None or not (said.quote and about.quote):
        return False
    return said.span.overlap(about.span) > 0
