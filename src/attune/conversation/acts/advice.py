"""Advice that nobody asked for: telling the partner what to do while the partner is talking.

Source of the precisions: chosen, after reading some of what matches in the AnnoMI even transcripts and the
Switchboard sample.
"""

from __future__ import annotations

from attune.conversation.acts.matching import stems
from attune.events import ActKind

ADVICE = stems(
    """
    you_should            .65    - --(if|what|do|think|feel|when|that|how|like) you (should|ought to|really should|
                                       had better|better) !(have|know|see|be (proud|able)|not (feel|have)) ... [.]
    i_think_you_should    .90    - i (really|just)? (think|feel like) (that)? you (should|ought to|need to|had
                                       better) !have ...
    you_need_to           .55    - --(if|what|do|when|that|how|know|everything|whatever|like|feel) you (just|really|
                                       also)? (need to|have to|have got to|got to) !(know (that|what) i) ... [.]
    why_dont_you          .85    - why do not you !(like|want|think|care|feel|ever|love|trust|know|believe|listen|
                                       understand|tell|start|fill|talk|share) ...
    why_not_just          .70    - (why not (just|try)|have you (tried|considered|thought about|thought of)) ...
    if_i_were_you         .95    - if i (were|was) (you|in your) ...
    what_you_should       .80    - what you (should|need to|ought to) do (is)? ... [.]
    you_could_just        .55    - --(if|what|do|when|that|how|wish|like) you (could|can|might) (just|try|always|at
                                       least|maybe|simply|want to (try|think|consider)) ... [.]
    i_would_suggest       .85    - i (would|can|might)? (suggest|recommend|advise) ...
    my_advice             .90    - my (advice|suggestion|recommendation) (is|would|to) ...
    just_do               .60    - < (just|simply) (tell|ask|call|go|do|stop|ignore|leave|quit|talk|say|try|take|
                                       get|put) ...
    you_just_need         .85    - all you (have|need|got) to do ...
    try_to                .60    - < (maybe)? try (to|not to|and) ...
    """,
    kind=ActKind.ADVICE,
)
