"""Finds listening acts by stems: the first finder, and the measure of any that is learned.

Theory of operation: all tables are matched at once; what depends on who said what before is decided here alone:

- a reflection needs something to reflect: words of the other person before it. Where it carries one of them it is
  surer, where it does not it is less sure; where the same words are found to hurt or to advise it is none;
- a confirmation or correction answers the other person's reflection or check-in;
- a small sound after a question is an answer, and no backchannel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from attune.conversation.acts import (
    advice,
    answers,
    appreciation,
    checkin,
    encouragement,
    feelings,
    harm,
    needs,
    questions,
    reflection,
    validation,
)
from attune.conversation.acts.backchannels import is_backchannel_text
from attune.conversation.acts.carrying import carried_words
from attune.conversation.acts.finding import ActFinding
from attune.conversation.acts.lexicon import FEELING_NOUNS, FEELINGS
from attune.conversation.acts.matching import SOURCE, Stem, StemMatcher, share_words, surest
from attune.conversation.acts.text import Reading, read, read_text
from attune.conversation.utterance import Utterance
from attune.events import ActKind

TABLES: tuple[tuple[Stem, ...], ...] = (
    reflection.MARKED,
    reflection.BARE,
    reflection.ECHOING,
    checkin.CHECK_INS,
    validation.VALIDATION,
    questions.OPEN,
    questions.CLOSED,
    encouragement.ENCOURAGERS,
    feelings.FEELINGS_NAMED,
    feelings.I_STATEMENTS,
    needs.NEEDS,
    needs.REQUESTS,
    needs.SUPPORT_OFFERS,
    needs.TIME_OUTS,
    needs.SELF_CARE,
    appreciation.APPRECIATION,
    harm.CRITICISM,
    harm.CONTEMPT,
    harm.DEFENSIVENESS,
    harm.DISMISSAL,
    harm.REBUTTAL,
    harm.MIND_READING,
    advice.ADVICE,
)
"""Every stem that is matched without regard to who answers whom."""

CARRIES_ODDS = 1.85
CARRIES_NOTHING_ODDS = 0.8
"""How the odds of a reflection grow where it carries a content word of the partner's last two utterances, or none.

Source: AnnoMI, even transcripts: of 188 turns with a marked reflection .80 were right (.88 of those that carry, .77 of
those that do not), of 301 with a bare one .78 (.87 and .73).
"""

SIMPLE_CARRIES = 2
"""A reflection that carries at least so many of the partner's words is called simple.

Source: chosen; people agree little on it.
"""

OWN_STORY_UTTERANCES = 2
"""After so many utterances of one's own, what follows no longer reflects the other person. Source: chosen."""

BACKCHANNEL_PRECISION = 0.86
"""Source: 1 992 of 2 321 found in the Switchboard sample, agreement and assessment not counted."""

POLAR = frozenset({ActKind.CLOSED_QUESTION, ActKind.CHECK_IN})
"""Questions that "yeah" answers."""

POLAR_CONFIDENCE = 0.55
"""Above this a closed question is known by its inversion rather than by its mark. Source: chosen."""

_ECHOES = frozenset(f"{SOURCE}: {stem.name}" for stem in reflection.ECHOING)

ANSWERABLE = frozenset({ActKind.REFLECTION, ActKind.CHECK_IN})
"""What a confirmation or correction answers."""

OUTRANK_REFLECTION = frozenset(
    {
        ActKind.ADVICE,
        ActKind.APPRECIATION,
        ActKind.CONTEMPT,
        ActKind.CRITICISM,
        ActKind.DEFENSIVENESS,
        ActKind.DISMISSAL,
        ActKind.I_STATEMENT,
        ActKind.MIND_READING,
        ActKind.REBUTTAL,
        ActKind.REQUEST,
    }
)
"""What a statement about the partner is rather than a reflection of what the partner said."""


class StemActs:
    """Finds acts by stems, in English; holds no state between utterances."""

    def __init__(self) -> None:
        self._stems = StemMatcher(stem for table in TABLES for stem in table)
        self._answers = StemMatcher((*answers.CONFIRMATIONS, *answers.CORRECTIONS))

    def find(self, utterance: Utterance, *, before: Sequence[Utterance]) -> tuple[ActFinding, ...]:
        """Return the acts of an utterance, sorted by their first word, then kind."""
        reading = read(utterance)
        heard = _heard(utterance.speaker, before)
        found = _reconsidered(self._stems.find(reading), heard)
        answer = self._answers.find(reading) if heard else []
        small = is_backchannel_text(reading.words)
        if answer or (heard and small):
            asked = self._asked(heard[-1], before=before)
            found += _answering(answer, asked)
            small = small and not _awaits_yes(asked, heard[-1])
        if small:
            found.append(_backchannel(reading))
        return surest(found)

    def _asked(self, said: Utterance, *, before: Sequence[Utterance]) -> list[ActFinding]:
        """Return the acts that an answer may refer to: those of an utterance among what was said before."""
        position = next(index for index in reversed(range(len(before))) if before[index] is said)
        return _reconsidered(self._stems.find(read(said)), _heard(said.speaker, before[:position]))


def _heard(speaker: str, before: Sequence[Utterance]) -> list[Utterance]:
    """Return the last two things that others said, backchannels apart, oldest first.

    None where the speaker has since said two things or more: what is told then is the speaker's own story.
    """
    taken: list[Utterance] = []
    own = 0
    for said in reversed(before):
        if is_backchannel_text(said.text.split()):
            continue
        if said.speaker != speaker:
            taken.insert(0, said)
        elif not taken:
            own += 1
        if len(taken) == 2 or own == OWN_STORY_UTTERANCES:
            break
    return taken


def _reconsidered(found: Iterable[ActFinding], heard: Sequence[Utterance]) -> list[ActFinding]:
    """Return findings with reflections dropped where there was nothing to reflect, and the others weighed."""
    findings = list(found)
    hurtful = [finding for finding in findings if finding.kind in OUTRANK_REFLECTION]
    partner = [read(said).tokens for said in heard] if any(f.kind is ActKind.REFLECTION for f in findings) else []
    out: list[ActFinding] = []
    for finding in findings:
        if finding.kind is not ActKind.REFLECTION:
            out.append(finding)
        elif partner and not any(share_words(finding, other) for other in hurtful):
            out += _weighed(finding, partner)
    return out


def _weighed(finding: ActFinding, partner: Sequence[Sequence[str]]) -> list[ActFinding]:
    """Return a reflection as sure as what it carries makes it, with its sort; nothing where it had to carry a word."""
    tokens = read_text(finding.evidence).tokens
    carried = carried_words(tokens, heard=partner)
    echoes = finding.source in _ECHOES
    if echoes and not carried:
        return []
    times = 1.0 if echoes else CARRIES_ODDS if carried else CARRIES_NOTHING_ODDS
    odds = finding.confidence / (1 - finding.confidence) * times
    subkind = "feeling" if _names_feeling(tokens) else "simple" if len(carried) >= SIMPLE_CARRIES else "complex"
    return [replace(finding, confidence=round(odds / (1 + odds), 2), subkind=subkind)]


def _names_feeling(tokens: Sequence[str]) -> bool:
    """Return whether any token is a word for a feeling."""
    return any(token in FEELINGS or token in FEELING_NOUNS for token in tokens)


def _answering(answer: Sequence[ActFinding], asked: Sequence[ActFinding]) -> list[ActFinding]:
    """Return the surest answer to a reflection or check-in; a correction before a confirmation."""
    sure = max((finding.confidence for finding in asked if finding.kind in ANSWERABLE), default=0.0)
    if not sure or not answer:
        return []
    best = max(answer, key=lambda finding: (finding.kind is ActKind.CORRECTION, finding.confidence))
    return [replace(best, confidence=round(best.confidence * sure, 2))]


def _awaits_yes(asked: Iterable[ActFinding], said: Utterance) -> bool:
    """Return whether what was said ends in a question that a yes would answer."""
    last = len(said.words or said.text.split()) - 1
    return any(
        finding.kind in POLAR and finding.last_word >= last and finding.confidence >= POLAR_CONFIDENCE
        for finding in asked
    )


def _backchannel(reading: Reading) -> ActFinding:
    last = len(reading.words) - 1
    return ActFinding(
        kind=ActKind.BACKCHANNEL,
        subkind=None,
        first_word=0,
        last_word=last,
        evidence=reading.quote(0, last),
        confidence=BACKCHANNEL_PRECISION,
        source=f"{SOURCE}: backchannel",
    )
