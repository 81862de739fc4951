"""Appreciation: thanks, and praise of something specific.

Source of the precisions: chosen, after reading some of what matches in the counselling turns of AnnoMI (even
transcripts).
"""

from __future__ import annotations

from attune.conversation.acts.matching import stems
from attune.events import ActKind

APPRECIATION = stems(
    """
    thank_you_for         .95    - (thank you|thanks) (so much|very much|a lot)? for !(nothing) ...
    thank_you             .85    - -(no) (thank you|thanks) !(to|god|for) (so much|very much|a lot)?
    i_appreciate          .90    - i @very? (do|am)? (appreciate|appreciative|grateful|value|admire) (you|your|that
                                       you|how|it|that|this|what|for) ...
    i_love_how            .90    - i (love|like|loved|liked|enjoy|enjoyed) (how|that|it when|when|the way|what) you
                                       ...
    glad_you              .85    - i am @very? (glad|happy|grateful|thankful|proud|lucky) (that|of|for|to have)? you
                                       ...
    it_means_a_lot        .90    - (it|that) (means|meant) (a lot|so much|the world|everything) ...
    you_did_well          .75    - you (did|have done|are doing) (a|such|an)? @very? (a)? (great|good|wonderful|
                                       amazing|fantastic|well|excellent) ...
    good_job              .80    - ^ (good|great|nice|excellent) (job|work) ...
    that_was_kind         .80    - (that|it) (was|is) @very? (kind|sweet|thoughtful|generous|lovely|nice) of you ...
    you_are_good_at       .75    - you are @very? (kind !of|thoughtful|patient|generous|good at|great at|wonderful|
                                       amazing) ...
    """,
    kind=ActKind.APPRECIATION,
)
