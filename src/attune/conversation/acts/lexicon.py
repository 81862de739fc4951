"""The word lists that stems of several families name with ``@``; tokens in normal spelling."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _entries(*lines: str) -> frozenset[str]:
    """Return entries parted by bars."""
    return frozenset("|".join(lines).split("|"))


FEELINGS = _entries(
    "afraid|alone|angry|annoyed|anxious|ashamed|bitter|calm|comfortable|confident|confused|content|curious|depressed",
    "desperate|devastated|disappointed|discouraged|disgusted|drained|embarrassed|emotional|empty|encouraged|excited",
    "exhausted|fearful|fed up|frightened|frustrated|frustrating|furious|glad|grateful|guilty|happy|heartbroken",
    "helpless|hesitant|hopeful|hopeless|hurt|insecure|inspired|irritated|jealous|joyful|lonely|lost|mad|miserable|moved",
    "nervous|numb|optimistic|overwhelmed|overwhelming|panicked|peaceful|pleased|proud|relaxed|relieved",
    "resentful|restless|sad|safe|scared|scary|shocked|stressed|stressed out|stressful|stuck|surprised|tense",
    "terrible|terrified|thankful|threatened|tired|torn|touched|trapped|uncomfortable|uneasy|unhappy|unsafe",
    "unsure|upset|vulnerable|worn out|worried",
)
"""Words for what one feels, as they follow *I am* and *I feel*. Source: chosen."""

FEELING_NOUNS = _entries(
    "anger|anxiety|fear|frustration|grief|guilt|joy|loneliness|pain|relief|sadness|shame|stress|worry|worries|fears"
)
"""Names of feelings. Source: chosen."""

FAUX_FEELINGS = _entries(
    "abandoned|abused|attacked|betrayed|blamed|bullied|cheated|criticized|criticised|disrespected|dismissed|forgotten",
    "ignored|insulted|interrupted|invisible|judged|left out|let down|manipulated|misunderstood|neglected|patronized",
    "patronised|pressured|pushed away|put down|rejected|taken for granted|unappreciated|unheard|unimportant|unloved",
    "unwanted|used",
)
"""Words that sound like feelings and say what another is thought to have done.

Source: the distinction is that of nonviolent communication; the list is chosen.
"""

INSULTS = _entries(
    "idiot|moron|stupid|pathetic|ridiculous|useless|worthless|lazy|selfish|crazy|insane|a joke|a child|a baby|a liar",
    "disgusting|dumb|impossible|a loser|a jerk|an idiot|a moron|childish|incompetent|immature",
)
"""What contempt calls another after *you are*. Source: chosen."""

LISTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "feeling": FEELINGS,
        "noun": FEELING_NOUNS,
        "faux": FAUX_FEELINGS,
        "insult": INSULTS,
        "wh": _entries("what|how|why|where|when|who|which|whose"),
        "aux": _entries("is|are|was|were|do|does|did|have|has|had|can|could|will|would|should|may|might|am"),
        "who": _entries("you|i|we|they|he|she|it|that|this|there|your|my|our|the|those|these|any|some"),
        "third": _entries("it|that|this|there|he|she|they|your|the|those|these|any|anything|anyone|everything"),
        "very": _entries(
            "really|just|so|very|pretty|quite|kind of|sort of|a little|a bit|a little bit|still|also|all|always|too"
        ),
        "soft": _entries("do not|did not|also|really|just|still|kind of|sort of|have been|almost|maybe|actually|must"),
        "tell": _entries("tell|describe|explain|share|talk|walk|help|give|elaborate|expand|say"),
    }
)
"""What ``@name`` stands for in a stem."""
