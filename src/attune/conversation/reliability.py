"""How far a figure can be relied on, in its own words: what was found, and missed, on test conversations.

Before one microphone, voices that meet are hard to tell apart. Every figure that depends on it carries the precision
and recall of its mode, and where too little of what is found is there, the figure is withheld.
"""

from __future__ import annotations

from dataclasses import replace

from attune.accuracy import Accuracy, Reliability, Sought, Spread
from attune.events import Measure

LEAST_PRECISION = 0.6
"""Share of what is found that must have been there, for a figure to be shown.

Source: chosen; below it a figure is about as much noise as conversation. People themselves agree on interruptions only
moderately (κ about .33).
"""

LEAST_RECALL = 0.2
"""Share of what is there that must be found, for a figure to be shown.

Source: chosen; a count that misses four of five says less than the person's own memory.
"""

RESTS_ON = {
    "interruptions_per_partner_min": Sought.INTERRUPTIONS,
    "attempts_per_partner_min": Sought.INTERRUPTIONS,
    "backchannels_per_partner_min": Sought.BACKCHANNELS,
    "pause_before_response_s": Sought.FLOOR_CHANGES,
    "overlap_share": Sought.OVERLAP,
}
"""What a figure is made of, of those that depend on telling voices apart where they meet."""

NEVER_MEASURED = "not shown: how well it is heard with this microphone was never measured"


def with_reliability(measure: Measure, *, accuracy: Accuracy | None) -> Measure:
    """Return a measure that says how far it can be relied on, without a value where that is not far enough.

    `accuracy` is None where no figure needs such a remark.
    """
    sought = RESTS_ON.get(measure.key)
    if accuracy is None or sought is None or measure.value is None:
        return measure
    reliability = accuracy.found.get(sought)
    if reliability is None:
        return Measure(key=measure.key, value=None, n=0, observed=NEVER_MEASURED)
    if reliability.recall.pooled < LEAST_RECALL:
        why = f"not shown: on test conversations only {_of_hundred(reliability.recall)} that were there were found"
        return Measure(key=measure.key, value=None, n=0, observed=why)
    if reliability.precision.pooled < LEAST_PRECISION:
        why = f"not shown: on test conversations only {_of_hundred(reliability.precision)} that were found were there"
        return Measure(key=measure.key, value=None, n=0, observed=why)
    note = _note(reliability)
    if sought is Sought.FLOOR_CHANGES and accuracy.median_ms is not None and accuracy.p90_ms is not None:
        half, most = round(accuracy.median_ms.pooled), round(accuracy.p90_ms.pooled)
        note += f"; half of the pauses were right to about {half} ms, nine in ten to {most} ms"
    return replace(measure, observed=f"{measure.observed}; {note}")


def _note(reliability: Reliability) -> str:
    right, caught = _of_hundred(reliability.precision), _of_hundred(reliability.recall)
    return f"on test conversations {right} that were found were there, and {caught} that were there were found"


def _of_hundred(share: Spread) -> str:
    """Return a share in hundredths, with its range where that is one."""
    least, most = _hundred(share.least), _hundred(share.most)
    return f"{_hundred(share.pooled)} of 100" + (f" ({least} to {most})" if least != most else "")


def _hundred(share: float) -> int:
    return round(100 * round(share, 2))  # as the README rounds it, so that both show one figure
