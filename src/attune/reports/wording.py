"""How the reports call things: plain words for kinds and figures, the same on every page.

The words describe what happened between two people, never what somebody is like.
"""

from __future__ import annotations

from attune.events import ActKind, TransferKind
from attune.timebase import clock_text, samples_of

TRANSFER_WORDS = {
    TransferKind.SMOOTH_SWITCH: "one finished, the other began",
    TransferKind.OVERLAPPED_SWITCH: "began softly over the end",
    TransferKind.TURN_FINAL_OVERLAP: "overlapped the last words",
    TransferKind.INTERRUPTION: "interruption, the floor passed",
    TransferKind.INTERRUPTION_ATTEMPT: "interruption, the floor was kept",
    TransferKind.CUT_IN: "at once, on an unfinished thought",
    TransferKind.TOOK_PAUSE: "into an unfinished pause",
    TransferKind.COOPERATIVE_OVERLAP: "joined in, and was welcome",
    TransferKind.DUAL_START: "both began at once",
    TransferKind.CHORDAL: "laughed or greeted together",
    TransferKind.BACKCHANNEL: "small listening sounds",
}

ACT_WORDS = {
    ActKind.REFLECTION: "said back what was heard",
    ActKind.CHECK_IN: "checked the understanding",
    ActKind.CONFIRMATION: "“yes, that's it”",
    ActKind.CORRECTION: "“not quite”",
    ActKind.VALIDATION: "said that it makes sense",
    ActKind.OPEN_QUESTION: "open question",
    ActKind.CLOSED_QUESTION: "yes-or-no question",
    ActKind.ENCOURAGER: "encouraged to go on",
    ActKind.BACKCHANNEL: "small listening sound",
    ActKind.FEELING_NAMED: "named a feeling",
    ActKind.I_STATEMENT: "spoke for oneself",
    ActKind.NEED: "named a need",
    ActKind.REQUEST: "made a request",
    ActKind.APPRECIATION: "appreciation",
    ActKind.SUPPORT_OFFER: "offered support",
    ActKind.TIME_OUT: "asked for a break",
    ActKind.SELF_CARE: "took care of oneself",
    ActKind.CRITICISM: "put as blame",
    ActKind.CONTEMPT: "a put-down",
    ActKind.DEFENSIVENESS: "defence",
    ActKind.DISMISSAL: "made it small",
    ActKind.REBUTTAL: "“yes, but”",
    ActKind.ADVICE: "unasked advice",
    ActKind.MIND_READING: "guessed the other's mind",
    ActKind.STONEWALLING: "no answer for a while",
}

MEASURE_WORDS = {
    "talk_share": "share of the talking",
    "longest_turn_s": "longest turn",
    "turns_per_min": "turns",
    "interruptions_per_partner_min": "interruptions",
    "attempts_per_partner_min": "interruptions, floor kept",
    "pause_before_response_s": "pause before answering",
    "backchannels_per_partner_min": "small listening sounds",
    "silence_patience": "unfinished pauses left open",
    "reflections": "said back what was heard",
    "reflections_per_question": "reflections for each question",
    "open_question_share": "questions that were open",
    "check_ins": "checked the understanding",
    "overlap_share": "both speaking at once",
}

SHARES = frozenset({"talk_share", "silence_patience", "open_question_share", "overlap_share"})
COUNTS = frozenset({"reflections", "check_ins"})


def figure_text(key: str, value: float) -> str:
    """Return the value of a measure as people read it; the end of its key tells the unit."""
    if key in SHARES or key.endswith("_share"):
        return percent_text(value)
    if key.endswith("_per_partner_min"):
        return f"{value:.1f} a minute of the other's talk"
    if key.endswith("_per_min"):
        return f"{value:.1f} a minute"
    if key.endswith("_s"):
        return seconds_text(value)
    return f"{value:.0f}" if key in COUNTS else f"{value:.1f}"


def measure_words(key: str) -> str:
    """Return the name of a measure; one without a name of its own is spelled out from its key."""
    return MEASURE_WORDS.get(key, key.removesuffix("_s").replace("_", " "))


def seconds_text(value: float) -> str:
    """Return a length of time: hundredths below ten seconds, where answers differ; tenths below a minute."""
    if abs(value) < 10:
        return f"{_minus(f'{value:.2f}')} s"
    return f"{_minus(f'{value:.1f}')} s" if abs(value) < 60 else duration_text(value)


def offset_text(value: float) -> str:
    """Return an offset between speakers with its sign: plus is a gap, minus an overlap."""
    return f"{_minus(f'{value:+.2f}')} s"


def duration_text(value: float) -> str:
    """Return a length of time in hours, minutes and seconds."""
    hours, rest = divmod(round(value), 3600)
    minutes, secs = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {secs:02d} s" if minutes else f"{secs} s"


def percent_text(value: float) -> str:
    """Return a share in percent; a share that is small but not nothing never reads as nothing."""
    return "under 1%" if 0 < value < 0.01 else f"{value * 100:.0f}%"


def time_text(value: float) -> str:
    """Return a moment of the session as ``m:ss``."""
    return clock_text(samples_of(value))


def people_text(names: tuple[str, ...]) -> str:
    """Return names as one phrase: ``Anna and Ben``."""
    if not names:
        return "nobody in particular"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def transfer_sentence(kind: TransferKind, *, speaker: str, other: str, offset_s: float) -> str:
    """Return in one sentence what happened when `speaker` spoke after, or over, `other`."""
    length = seconds_text(abs(offset_s))
    sentences = {
        TransferKind.SMOOTH_SWITCH: f"{speaker} answered {other} after {length}",
        TransferKind.OVERLAPPED_SWITCH: f"{speaker} began softly as {other} was ending",
        TransferKind.TURN_FINAL_OVERLAP: f"{speaker} began over the last words of {other}",
        TransferKind.INTERRUPTION: f"{speaker} came in before {other} had finished",
        TransferKind.INTERRUPTION_ATTEMPT: f"{speaker} spoke up, and {other} went on",
        TransferKind.CUT_IN: f"{speaker} came in at once on an unfinished thought of {other}",
        TransferKind.TOOK_PAUSE: f"{speaker} spoke in the unfinished pause of {other}",
        TransferKind.COOPERATIVE_OVERLAP: f"{speaker} joined in with {other}",
        TransferKind.DUAL_START: f"{speaker} and {other} began at once",
        TransferKind.CHORDAL: f"{speaker} and {other} laughed or greeted together",
        TransferKind.BACKCHANNEL: f"{speaker} gave {other} a small listening sound",
    }
    return sentences[kind]


def words_text(transcriber: str) -> str:
    """Return where the words of a session come from, by the transcriber's name in its document."""
    sources = {
        "none": "timing only, no words",
        "scripted": "words from the script",
        "transcript": "words from the transcript",
    }
    return sources.get(transcriber, f"words by {plain_text(transcriber)}")


def plain_text(text: str) -> str:
    """Return a text on one line, without characters that would steer a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _minus(text: str) -> str:
    return text.replace("-", "−")
