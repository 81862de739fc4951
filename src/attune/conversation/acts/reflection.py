"""Reflections: saying back what the partner said or seems to feel, as a statement about the partner.

Three sorts of stems. A *marker* announces a reflection (``it sounds like``). A *bare* statement is recognised by its
shape: the partner is its subject, and it asks, orders and promises nothing. An *echo* is any statement that takes up
the partner's own word; the first two are surer where they do so too (see `attune.conversation.acts.carrying`).

Source of every precision: counselling turns of AnnoMI (even transcripts), of which 31 % hold a reflection; the stems
were chosen on the same transcripts, so expect somewhat less elsewhere. A therapist's statements about a client are
reflections more often than one friend's about another: in the Switchboard sample the same stems fire on about 1 % of
the utterances, and few of those are.
"""

from __future__ import annotations

from attune.conversation.acts.matching import stems
from attune.events import ActKind

MARKED = stems(
    """
    sounds_like_you       .82   85 -(that) (it|that|this|so) @soft? (sounds|sound|sounded|sounding|seems|seem|
                                       seemed|looks|feels) (to me|like|as if|as though|that|very|really|pretty|kind
                                       of) *8 (you|your) ...
    sounds_like           .81   78 -(that) (it|that|this) @soft? (sounds|sounded|sounding) (to me|like|as if|as
                                       though|very|really) !(it|a (good|great)|good|great|fun) ...
    you_sound            1.00    4 ^ you @soft? (sound|seem|seemed|sounded) (like|as if|to|very|really|pretty|kind
                                       of|@feeling) ...
    sounds_like_bare      .91   11 ^^ (sounds|seems|sound) (like|as) ...
    i_hear_you            .92   13 i (can|do|could|really)? (hear|am hearing|heard) (you (saying|say|are|feel|want|
                                       need)|that (you|it|is)|how|a lot|some|from you) ...
    what_i_hear           .88    8 what i (am|really|kind of)? *1 (hear|hearing|heard|getting) ... [.]
    what_you_say         1.00    2 what you are *1 (saying|telling|describing) ... [.]
    you_are_saying        .69   13 --(what) you are *1 (saying|telling me|describing|wondering|thinking) ... [.]
    part_of_you           .75    8 (part of you|on the one hand|on one hand) ... [.]
    if_i_understand       .80    5 (if i (understand|hear|got|heard)|let me see if i (understand|got|get|have)|make
                                       sure i (understand|am hearing|got|heard)|my understanding is|i understand
                                       that you) ...
    i_imagine             .75    4 i (imagine|am guessing|am sensing|can tell|get the (sense|impression|feeling)|
                                       wonder if) *2 (you|it|that) ... [.]
    you_mentioned         .64   11 you (mentioned|told me|were saying|talked about|have said|have mentioned) ... [.]
    hard_for_you          .84   19 (important|hard|difficult|tough|easy|helpful|frustrating|scary|@feeling) (to|for)
                                       you ... [.]
    like_you              .90   59 (like|as if|as though) you (are|feel|have|were|do not|want|really|need) ... [.]
    """,
    kind=ActKind.REFLECTION,
)
"""Stems that announce a reflection."""

BARE = stems(
    """
    so_you                .85   81 ^ so (you|your) !(know|should|can|could|better) ... [.]
    so_you_asked          .71   24 ^^ so you (are|feel|have|would|want|felt|were) ... [?]
    so_for_you            .86    7 ^ so (part of you|on (one|the)|for you|in a way|in some ways|right now) ... [.]
    you_are               .81   74 ^^ you are !(welcome|right|absolutely|going|so|such|@insult) ... [.]
    you_felt              .86   21 ^^ you @soft? (feel|felt|wish|would like|would rather|love|care|enjoy|like|liked|
                                       think|thought|knew|realize|believe|recognize|understand) ... [.]
    you_have              .77   48 ^^ you (have|had|got) !to ... [.]
    you_not               .79   33 ^^ you (do|did|could|would|can|have|are) not !(know|even|care|listen|understand)
                                       ... [.]
    you_also              .69   13 ^^ you (also|really|just|still|actually|kind of|almost|already|only) !(need|
                                       should|have) ... [.]
    you_were              .62    8 ^^ you (were|had|went|came|made|found|started|tried) ... [.]
    you_do                .57    7 ^^ you (do|spend|go|get|make|find|use|try|work|take) !not ... [.]
    you_feel              .83   29 --(how|what|if|when|do|did|would|could|make|makes|think|because) you @soft?
                                       (feel|felt|feeling) !(about|free) ... [.]
    you_want              .87   63 --(if|what|when|do|did|would|could|as|whatever) you @soft? (want|wanted|would
                                       like|wish) !(to (ask|talk|tell)) ... [.]
    you_are_trying        .89   27 --(if|what|when|do|did|would|could|as|whatever|because|know) you (are|were) *1
                                       (trying|struggling|worried|concerned|scared|hoping|looking forward|tired|
                                       frustrated|torn|stuck|not sure|@feeling) ... [.]
    and_you               .78   27 ^^ and you !(know|can|will|might|may|could|should|never|always) ... [.]
    but_you               .90   10 ^^ but you !(know|can|will|might|may|could|should|never|always) ... [.]
    at_the_same_time      .75   12 (at the same time|on the other hand|and yet|even though|in spite of) *3 you ...
                                       [.]
    """,
    kind=ActKind.REFLECTION,
)
"""Stems that are reflections by their shape alone."""

ECHOING = stems(
    """
    so_statement          .70   40 ^ so !(@aux|@wh|i|we|you|your|let) ... [.]
    fragment              .80    5 < (feeling|wanting|having|being|getting|trying|not) ... [.]
    """,
    kind=ActKind.REFLECTION,
)
"""Stems that are reflections only where they carry a word that the partner has just used; measured on those that do.

Counted on turns in which no other stem is found.
"""
