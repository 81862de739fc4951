"""The partner's answer to a reflection or a check-in: a yes or a not quite, which outrank any classifier.

These stems count only right after the other person reflected or asked; their confidence is then multiplied by that of
the reflection.

Source of the precisions: chosen.
"""

from __future__ import annotations

from attune.conversation.acts.matching import stems
from attune.events import ActKind

CONFIRMATIONS = stems(
    """
    yes_exactly           .97    - < (yes|yeah|yep|right|oh)? (exactly|precisely|absolutely|definitely|totally|
                                       correct|that is (it|right|correct|true|exactly (it|right|how|what)|how i|what
                                       i)|you got it|you have got it|spot on)
    yes                   .90    - < (yes|yeah|yep|right|mmhm|uhhuh|pretty much|i do|it is|it does|i am|i guess so|
                                       sure) !(but|no|not)
    """,
    kind=ActKind.CONFIRMATION,
)

CORRECTIONS = stems(
    """
    not_quite             .95    - < (yes|yeah|well|no)? (not (quite|really|exactly|at all|so much|necessarily|
                                       entirely)|kind of but|sort of but|almost but)
    no                    .80    - < no !(no|problem|worries|yeah|i (agree|know|mean))
    more_that             .90    - (it is|it was|i think it is|i guess it is) (actually|really)? more (that|like|of|
                                       about|the) ...
    that_is_not           .95    - < (that is|that was|it is) not (quite|really|exactly)? (it|what|how|right|true|
                                       why) ...
    i_meant               .85    - < (actually)? (what i (mean|meant)|i meant|i did not (say|mean)) ...
    """,
    kind=ActKind.CORRECTION,
)
