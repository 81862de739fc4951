"""What a session's summary says, as plain lines and tables; how it looks is decided elsewhere.

It is made from the session document alone, so a session reads the same on the day and a year later. Each figure carries
n, what it rests on; a figure that could not be observed says why. People are listed in the order in which they were
named, each for themselves: the summary never ranks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from statistics import median
from typing import Any

from attune.events import BOTH, ActKind, AgreedBy, DeliveryKind, Flavour, TransferKind
from attune.reports.view_model import Bar, Quote, Quotes, Section, Summary, Table
from attune.reports.wording import (
    ACT_WORDS,
    TRANSFER_WORDS,
    duration_text,
    figure_text,
    measure_words,
    offset_text,
    people_text,
    percent_text,
    plain_text,
    time_text,
    transfer_sentence,
    words_text,
)

HELPED_QUOTES, SHARED_QUOTES, HARDER_QUOTES = 3, 2, 1
"""Quotes shown of one kind of act; the document has them all.

Source: chosen. What helped is quoted three times as much as what did not, as the coach praises three times as often.
"""

QUOTE_LENGTH = 120
"""Characters of one quote; the document has all of it.

Source: chosen; two lines of a terminal.
"""

MOMENTS_SHOWN = 6
"""Interruptions shown one by one, the clearest.

Source: chosen; a summary of an hour stays on two screens.
"""

SURE = 0.7
"""From this confidence on, a moment is told without "perhaps".

Source: chosen; an interruption heard from timing alone carries .6, and people agree on interruptions little better than
that.
"""

HELPED = (
    ActKind.REFLECTION,
    ActKind.CHECK_IN,
    ActKind.CONFIRMATION,
    ActKind.CORRECTION,
    ActKind.VALIDATION,
    ActKind.OPEN_QUESTION,
    ActKind.ENCOURAGER,
    ActKind.APPRECIATION,
    ActKind.SUPPORT_OFFER,
)
SHARED = (
    ActKind.FEELING_NAMED,
    ActKind.I_STATEMENT,
    ActKind.NEED,
    ActKind.REQUEST,
    ActKind.TIME_OUT,
    ActKind.SELF_CARE,
)
HARDER = (
    ActKind.CRITICISM,
    ActKind.CONTEMPT,
    ActKind.DEFENSIVENESS,
    ActKind.DISMISSAL,
    ActKind.REBUTTAL,
    ActKind.ADVICE,
    ActKind.MIND_READING,
    ActKind.STONEWALLING,
)
COUNTED = (ActKind.BACKCHANNEL, ActKind.CLOSED_QUESTION)
"""Acts too many and too small to quote."""

NO_WORDS = "No words were transcribed: everything here comes from timing alone."
"""Said once: by the session's own warnings, or in their place."""

NO_SPEECH = "No speech was heard: if somebody spoke, the sound is too quiet or too noisy. `attune doctor` checks it."

_INTERRUPTIONS = (TransferKind.INTERRUPTION, TransferKind.INTERRUPTION_ATTEMPT, TransferKind.CUT_IN)


def summary_of(document: Mapping[str, Any], *, closing: Sequence[str] = ()) -> Summary:
    """Return the summary of an ``attune.session/1`` document.

    Parameters
    ----------
    document
        The session.
    closing
        Sentences to end with: one strength, one next step.
    """
    sections = [
        *_shares(document),
        *_figures(document),
        *_reliability(document),
        *_transfers(document),
        *_interruptions(document),
        *_acts("What helped the listening", document, HELPED, HELPED_QUOTES),
        *_acts("Feelings and needs", document, SHARED, SHARED_QUOTES),
        *_acts("What made listening harder", document, HARDER, HARDER_QUOTES),
        *_small_acts(document),
        *_feedback(document),
    ]
    if closing:
        sections.append(Section(title="To take with you", lines=tuple(plain_text(line) for line in closing)))
    return Summary(
        title=_title(document),
        heard=_heard(document),
        warnings=tuple(plain_text(warning) for warning in document["health"]["warnings"]),
        sections=tuple(sections),
    )


def _title(document: Mapping[str, Any]) -> str:
    people = people_text(tuple(plain_text(name) for name in document["speakers"]))
    parts = [people, duration_text(document["duration"]), plain_text(PurePath(document["source"]).name)]
    return " · ".join(part for part in parts if part)


def _heard(document: Mapping[str, Any]) -> tuple[str, ...]:
    health = document["health"]
    ways = [figures.get("talk_share", {}) for figures in document["measures"].values()]
    seen = list(dict.fromkeys(way["observed"] for way in ways if way.get("value") is not None))
    lines = [_observed(plain_text(way)) for way in seen]
    if health["transcriber"] != "none":
        words = words_text(health["transcriber"])
        lines.append(f"{words[:1].upper()}{words[1:]}.")
    elif NO_WORDS not in health["warnings"]:
        lines.append(NO_WORDS)
    if health["attributed"] is None:
        lines.append(NO_SPEECH)
    else:
        lines.append(f"{percent_text(health['attributed'])} of the speech could be given to a person.")
    if health["unobserved"] > 0:
        lines.append(f"{percent_text(health['unobserved'])} of the time was left out (the coach spoke, or a pause).")
    if health["lost"] > 0:
        lines.append(f"{percent_text(health['lost'])} of the sound was lost.")
    if "consent" in document:
        lines.append(_agreed(document["consent"]))
    return tuple(lines)


# --- who spoke, and how ------------------------------------------------------------------------------------


def _observed(way: str) -> str:
    if way == "timed transcript":
        return "Read from a timed transcript."
    return f"Heard on {way}." if way.endswith(("channel", "channels")) else f"Heard: {way}."


def _agreed(consent: Mapping[str, Any]) -> str:
    """Return how the people agreed to be heard, and when, by the clock of that day."""
    ways = {
        AgreedBy.KEY: "with a key each",
        AgreedBy.OPTION: "beforehand (--agreed)",
        AgreedBy.STATED: "by going on",
    }
    people = people_text(tuple(plain_text(name) for name in consent["people"]))
    when = plain_text(consent["at"])[:16].replace("T", " ")
    return f"{people[:1].upper()}{people[1:]} agreed to be heard {ways[AgreedBy(consent['by'])]}, {when}."


def _people(document: Mapping[str, Any]) -> list[str]:
    measured = [name for name in document["measures"] if name != BOTH]
    return [name for name in document["speakers"] if name in measured]


def _shares(document: Mapping[str, Any]) -> Iterable[Section]:
    bars = []
    for name in _people(document):
        share = document["measures"][name].get("talk_share", {}).get("value")
        if share is not None:
            bars.append(Bar(name=plain_text(name), share=share, text=percent_text(share)))
    if len(bars) > 1:
        yield Section(title="How the talking was shared", bars=tuple(bars))


def _figures(document: Mapping[str, Any]) -> Iterable[Section]:
    if document["health"]["attributed"] is None:
        return  # nobody was heard: a page of noughts would say no more
    for name in (*_people(document), BOTH):
        figures = document["measures"].get(name, {})
        rows = tuple(_figure_row(key, figure) for key, figure in figures.items() if figure["value"] is not None)
        lines = tuple(_unobserved(figures))
        title = "Together" if name == BOTH else plain_text(name)
        if rows or lines:
            yield Section(title=title, table=Table(columns=("", "", ""), rows=rows) if rows else None, lines=lines)


def _unobserved(figures: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """Yield one line for each reason why figures could not be observed, naming them."""
    reasons: dict[str, list[str]] = {}
    for key, figure in figures.items():
        if figure["value"] is None:
            reasons.setdefault(plain_text(figure["observed"]), []).append(measure_words(key))
    for reason, names in reasons.items():
        yield f"Not observed: {'; '.join(names)} ({reason})."


def _reliability(document: Mapping[str, Any]) -> Iterable[Section]:
    """Yield what figures say of how far they can be relied on, once for all people and figures of which it is true.

    It stands in `observed` after how the session was heard, which opens the summary.
    """
    notes: dict[str, dict[str, None]] = {}
    for figures in document["measures"].values():
        for key, figure in figures.items():
            _, _, note = plain_text(figure["observed"]).partition("; ")
            if note and figure["value"] is not None:
                notes.setdefault(note, {})[measure_words(key)] = None
    if notes:
        lines = [f"{'; '.join(names)}: {note}." for note, names in notes.items()]
        yield Section(title="How sure these figures are", lines=tuple(line[:1].upper() + line[1:] for line in lines))


def _figure_row(key: str, figure: Mapping[str, Any]) -> tuple[str, str, str]:
    rests_on = f"n {figure['n']}"
    text = figure_text(key, figure["value"])
    if "iqr" in figure and figure["iqr"][0] != figure["iqr"][1]:
        low, high = figure_text(key, figure["iqr"][0]).removesuffix(" s"), figure_text(key, figure["iqr"][1])
        text += f" (middle half {low} to {high})"
    return (measure_words(key), text, rests_on)


# --- how the floor passed ----------------------------------------------------------------------------------


def _transfers(document: Mapping[str, Any]) -> Iterable[Section]:
    offsets: dict[TransferKind, list[float]] = {}
    for transfer in document["transfers"]:
        offsets.setdefault(TransferKind(transfer["kind"]), []).append(transfer["offset"])
    rows = tuple(
        (
            words,
            "–" if kind == TransferKind.BACKCHANNEL else offset_text(median(offsets[kind])),
            f"n {len(offsets[kind])}",
        )
        for kind, words in TRANSFER_WORDS.items()
        if kind in offsets
    )
    if rows:
        table = Table(columns=("", "median offset", ""), rows=rows)
        note = "Plus is a silence between two voices, minus an overlap."
        yield Section(title="How the floor passed", table=table, lines=(note,))


def _interruptions(document: Mapping[str, Any]) -> Iterable[Section]:
    found = [t for t in document["transfers"] if TransferKind(t["kind"]) in _INTERRUPTIONS]
    if not found:
        return
    shown = _clearest(found, MOMENTS_SHOWN, time="at")
    rows = tuple((time_text(t["at"]), _moment(t), f"{t['confidence']:.2f}") for t in shown)
    table = Table(columns=("when", "what", "sure"), rows=rows, numeric=frozenset({"when", "sure"}))
    left = len(found) - len(shown)
    yield Section(title="Moments when voices met", table=table, lines=(f"… and {left} more.",) if left else ())


def _clearest(moments: Sequence[Mapping[str, Any]], most: int, *, time: str) -> list[Mapping[str, Any]]:
    clearest = sorted(moments, key=lambda moment: (-moment["confidence"], moment[time]))[:most]
    return sorted(clearest, key=lambda moment: (moment[time], moment["id"]))


def _moment(transfer: Mapping[str, Any]) -> str:
    sentence = transfer_sentence(
        TransferKind(transfer["kind"]),
        speaker=plain_text(transfer["to"]),
        other=plain_text(transfer["from"]),
        offset_s=transfer["offset"],
    )
    if transfer["confidence"] < SURE:
        sentence = f"perhaps {sentence}"
    return f"{sentence} (it sounded friendly)" if transfer["flavour"] == Flavour.COOPERATIVE else sentence


# --- what was said -----------------------------------------------------------------------------------------


def _acts(title: str, document: Mapping[str, Any], kinds: Sequence[ActKind], most: int) -> Iterable[Section]:
    groups = []
    for kind in kinds:
        acts = [act for act in document["acts"] if act["kind"] == kind]
        if acts:
            quotes = tuple(_quote(act) for act in _clearest(acts, most, time="start"))
            groups.append(Quotes(title=f"{ACT_WORDS[kind]}, {_times(len(acts))}", quotes=quotes))
    if groups:
        yield Section(title=title, quotes=tuple(groups))


def _quote(act: Mapping[str, Any]) -> Quote:
    words = plain_text(act["evidence"])
    if len(words) > QUOTE_LENGTH:
        words = words[: QUOTE_LENGTH - 1].rstrip() + "…"
    return Quote(
        when=time_text(act["start"]),
        who=plain_text(act["speaker"]),
        words=f"“{words}”" if words else "–",
        sure=f"{act['confidence']:.2f}",
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _small_acts(document: Mapping[str, Any]) -> Iterable[Section]:
    lines = []
    for name in document["speakers"]:
        counts = [(kind, sum(a["kind"] == kind and a["speaker"] == name for a in document["acts"])) for kind in COUNTED]
        heard = [f"{n} {ACT_WORDS[kind]}{'' if n == 1 else 's'}" for kind, n in counts if n]
        if heard:
            lines.append(f"{plain_text(name)}: {', '.join(heard)}")
    if lines:
        yield Section(title="Also heard", lines=tuple(lines))


def _feedback(document: Mapping[str, Any]) -> Iterable[Section]:
    ways = {
        DeliveryKind.SPOKEN: "spoken",
        DeliveryKind.SHOWN: "shown",
        DeliveryKind.WITHHELD: "kept until now",
    }
    rows = tuple(
        (time_text(f["at"]), plain_text(f["text"]), ways[DeliveryKind(f["delivery"])]) for f in document["feedback"]
    )
    if rows:
        table = Table(columns=("when", "words", "how"), rows=rows, numeric=frozenset({"when"}))
        yield Section(title="What the coach said", table=table)
