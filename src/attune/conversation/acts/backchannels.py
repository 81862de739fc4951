"""The small sounds of listening, told by their words alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attune.conversation.acts.text import plain_word

LONGEST_BACKCHANNEL_WORDS = 4
"""Source: 99.9 % of the utterances labelled as backchannels in the Switchboard sample have at most four words."""

BACKCHANNELS = (
    "mmhm|uhhuh|uh huh|huh uh|uhuh|hmm|huh|ah|oh|yeah|yep|yes|okay|right|all right|alright|sure|really|i see|got it"
    "|gotcha|i know|of course|exactly|absolutely|definitely|true|good|great|cool|fine|nice|wow|interesting|i hear you"
    "|i understand|i get it|i see what you mean|that's right|thats right|that is right|that's true|thats true"
    "|that is true|oh my|my goodness|oh boy|no kidding|no way"
)
"""What may be said without taking the floor, in normal spelling, parted by bars.

Source: chosen, after counting what the 2 055 utterances labelled b, bk or bh in the Switchboard sample and the 7 715
labelled b or bk in 25 ICSI meetings consist of.
"""

_ECHOES = (
    "(?:is|are|do|did|does|was|were|have|has) (?:it|you|they|he|she|that)|oh you (?:do|are|did|were|have|will|can)"
)
_BESIDE = "uh|um|er|oh|well|and|so|now"
_WHOLE = re.compile(rf"(?:(?:{_BESIDE}) )*(?:(?:{BACKCHANNELS}|{_ECHOES}) (?:(?:{_BESIDE}) )*)+")


def is_backchannel_text(tokens: Sequence[str]) -> bool:
    """Return whether the words are nothing but a backchannel: ``["Oh,", "I", "see."]``.

    Parameters
    ----------
    tokens
        The words of one utterance, as a recogniser or a transcript wrote them.

    Notes
    -----
    A question mark does not matter (``"Really?"``). Whether the words answer a question, and whether their speaker
    then takes the floor, is for the caller to judge.
    """
    if len(tokens) > 2 * LONGEST_BACKCHANNEL_WORDS:
        return False
    spoken = [token for token in tokens if token[:1] not in "<[("] or tokens
    words = [word for word in map(plain_word, spoken) if word]
    return 0 < len(words) <= LONGEST_BACKCHANNEL_WORDS and _WHOLE.fullmatch(" ".join(words) + " ") is not None
