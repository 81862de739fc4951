"""Whether what somebody said could stand as finished: only an unfinished turn can be interrupted.

Theory of operation: a turn is unfinished where its last word was broken off, where it ends in a sound of
hesitation, or where its last word leads on to another (``the``, ``because``). A pair of last words outranks the last
one alone: ``you`` leads on, ``thank you`` does not; ``that`` does not, ``so that`` does. A question mark finishes
anything; a full stop says nothing, since recognisers end every phrase with one.
"""

from __future__ import annotations

from collections.abc import Sequence

from attune.conversation.acts.text import FILLERS, is_cut_off, plain_word, word_set

LEADS_ON = word_set(
    """
    the a an my your his our their its every some any other only
    to of for from with into onto by as than between without during until
    and or but because if when unless whether since which whose who how what where
    i you he she we they
    is am are was were be been has have had would can could should will may might must like just really very
    i'm you're he's she's we're they're it's that's there's here's what's i've you've we've they've gonna wanna
    i'll you'll he'll she'll we'll they'll i'd you'd he'd she'd we'd they'd let's don't doesn't didn't isn't aren't then
    """
)
"""Last words of turns that were not finished.

Source: of the utterances of 25 ICSI meetings that end in the word, at least a quarter were interrupted or abandoned
(twice the base rate: 12 % of 37 303); and rarer words of the same classes (articles, prepositions, conjunctions,
subject pronouns, auxiliaries).
"""

PAIR_LEADS_ON = word_set(
    """
    so|that is|that and|it but|it if|it so|this it's|not i|mean kind|of sort|of
    """
)
"""Two last words that lead on although the very last does not. Source: as `LEADS_ON`."""

PAIR_ENDS = word_set(
    """
    thank|you love|you about|you for|you to|you with|you of|you than|you like|you at|you by|you see|you tell|you
    miss|you help|you need|you hear|you hate|you trust|you want|you bless|you hurt|you ask|you
    it|is he|is she|is they|are you|are i|am he|was she|was they|were
    could|be should|be or|not why|not know|what guess|what so|what you|will we|will i|will
    we|have they|have i|would come|from looking|at am|what
    """
)
"""Two last words that can finish a turn although the very last leads on.

Source: finished in at least two of three of the same utterances; those that end fewer than three of them are chosen.
"""


def looks_complete(tokens: Sequence[str]) -> bool | None:
    """Return whether the words could be a finished turn; None when there is no word to judge by.

    Parameters
    ----------
    tokens
        The words of one person so far, in order, as a recogniser or a transcript wrote them; the last two decide.

    Notes
    -----
    Of 4 462 utterances of the ICSI meetings that were broken off or given up 71 % look incomplete to this rule; of
    32 841 finished ones 8 %.
    """
    said = [token for token in tokens[-3:] if plain_word(token)]
    if not said:
        return None
    if is_cut_off(said[-1]):
        return False
    if said[-1].rstrip("\"'”’)").endswith("?"):
        return True
    words = [plain_word(token) for token in said]
    last = words[-1]
    if last in FILLERS:
        return False
    pair = f"{words[-2]}|{last}" if len(words) > 1 else last
    if pair in PAIR_ENDS:
        return True
    return not (last in LEADS_ON or pair in PAIR_LEADS_ON)
