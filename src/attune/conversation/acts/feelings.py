"""Feelings named about oneself, and I-statements: a feeling with its occasion, or a need.

Subkind ``faux``: a word that sounds like a feeling and accuses (``I feel ignored``).

Source of the precisions: chosen, after reading some of what matches in the AnnoMI even transcripts and the
Switchboard sample.
"""

from __future__ import annotations

from attune.conversation.acts.matching import stems
from attune.events import ActKind

FEELINGS_NAMED = stems(
    """
    i_feel                .90    - -(if) i (feel|felt|am feeling|was feeling|have been feeling|start feeling|get|
                                       got) (like i am|like i was)? *1 @very? @feeling
    i_am                  .80    - -(if) i (am|was|have been|get|got|become) @very? @very? @feeling
    it_makes_me           .90    - (makes|made|making) me (feel|so|very|really|a little|a bit|kind of)? @very?
                                       @feeling
    i_feel_noun           .85    - i (feel|felt|have|had) (a lot of|so much|some|this|such|the)? @noun
    it_hurts              .80    - (it|that|this|you) (really)? (hurts|hurt) me ...
    hurts_me              .80    - (hurts|hurt) my feelings
    i_miss                .75    - i (miss|missed) (you|us|that|it|how) ...
    """,
    kind=ActKind.FEELING_NAMED,
) + stems(
    """
    i_feel_faux           .90    - i (feel|felt|am feeling|was feeling) (like i am|like i was|like i am being|like i
                                       have been|as if i am)? (being)? @very? @faux
    makes_me_faux         .90    - (makes|made) me feel (like i am)? @very? @faux
    """,
    kind=ActKind.FEELING_NAMED,
    subkind="faux",
)

I_STATEMENTS = stems(
    """
    i_feel_when           .92    - i (feel|felt|am feeling|get|got|am|was) *1 @very? (@feeling|@faux) *3 (when|
                                       about|that|because) ...
    when_i_feel           .90    - when (you|we|i|it|that|this) *8 i (feel|felt|get|am|was) @very? (@feeling|@faux)
                                       ...
    i_need                .85    - i (really|just|do)? need (to (feel|know|have|hear|be)|you to|some|more|a (little|
                                       bit|break|moment|minute)|your|us|help|time|space) ...
    i_feel_like_i         .65    - i feel like i (am|have|do|can) not ...
    """,
    kind=ActKind.I_STATEMENT,
)
