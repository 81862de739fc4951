"""Encouragers: asking for more without steering.

Source of the precisions: chosen, after reading some of what matches in the counselling turns of AnnoMI (even
transcripts) and the Switchboard sample.
"""

from __future__ import annotations

from attune.conversation.acts.matching import stems
from attune.events import ActKind

ENCOURAGERS = stems(
    """
    tell_me_more          .95    - -(not) (tell|say|share) (me|us)? (a little|a bit|a little bit|some)? more ...
    go_on                 .90    - ^ (please)? (go on|keep going|go ahead|carry on|continue) $
    please_go_on          .95    - please (go on|keep going|go ahead|carry on|continue)
    take_your_time        .95    - (take your time|no rush|there is no rush|no hurry)
    is_there_more         .95    - (is|was) there (anything|something)? (more|else) (you|to|about|that|on)? ... [?]
    is_there_more_bare    .90    - < is there (more|anything (else|more)) ...
    im_listening          .95    - i am (listening|all ears) (to you)? $
    what_else             .85    - < (and)? what else ...
    and_then              .85    - < and then what >
    i_want_to_hear        .90    - i (want|would like|would love|am here) to (hear|listen to|understand) (you|your|
                                       how|what|about|more|it|that) ... [.]
    say_more              .90    - (can|could|would) you (say|share|tell me) (a little|a bit|some)? more ...
    how_so                .70    - < how so >
    """,
    kind=ActKind.ENCOURAGER,
)
