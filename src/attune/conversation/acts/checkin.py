"""Check-ins: asking the partner whether it was understood.

Source of the precisions: chosen, after reading some of what matches in the counselling turns of AnnoMI (even
transcripts).
"""

from __future__ import annotations

from attune.conversation.acts.matching import stems
from attune.events import ActKind

CHECK_INS = stems(
    """
    did_i_get_it          .95    - (did|do|have|am) i (get|got|hear|heard|have|understand|understood|getting|
                                       hearing|understanding) *2 (that|it|you|this)? (right|correctly|correct|
                                       properly) ...
    did_i_get_that        .90    - did i (get|hear|understand) (that|you|it)
    is_that_right         .85    - is (that|this|it) (about|what)? (right|correct|accurate|fair|how (you|it) (feel|
                                       feels|is|was|see|felt)|what you (mean|meant|are saying|feel|are telling me))
                                       ...
    am_i_right            .90    - am i (right|close|hearing|getting|understanding|following|with you|on track|
                                       reading) ...
    did_i_miss            .95    - (did i (miss|forget|leave|skip)|am i missing|have i missed|what (did|am|have) i
                                       (miss|missing|missed)) ...
    feel_heard            .95    - (do|did) you feel (heard|understood|like i (heard|understood|get)|that i (heard|
                                       understood|get)) ...
    does_that_fit         .85    - (does|did) (that|it|this) (fit|capture|sound (right|about right|accurate|like
                                       you)|sum it up|match|reflect) ...
    have_i_got            .90    - (have i|did i) (got|gotten|understood|heard) (that|you|it|this) ...
    that_right            .85    - ^ that (fair|right|correct) [?] $
    tell_me_if_wrong      .80    - (tell me|let me know|correct me) if i (am|get|got|have|missed|misunderstood) *3
                                       (wrong|it|you|that|something|off) ...
    """,
    kind=ActKind.CHECK_IN,
)
