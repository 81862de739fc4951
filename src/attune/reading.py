"""A timed transcript → a session record: the same floor, acts and measures as for sound."""

from __future__ import annotations

from attune.conversation.account import NO_CUE_PACK, Evidence, account_of
from attune.conversation.acts.finding import ActFinder
from attune.conversation.entry import FloorSettings
from attune.conversation.timed_transcript import TimedTranscript
from attune.conversation.units import Unit, units_of_spans, units_of_words
from attune.conversation.utterance import Utterance
from attune.events import Health, SessionRecord

OBSERVED = "timed transcript"


def record_of_transcript(
    transcript: TimedTranscript, *, source: str, floor: FloorSettings, finder: ActFinder | None
) -> SessionRecord:
    """Return everything that a timed transcript tells.

    Words with times make units of their own; utterances without them are units whose words the floor does not know,
    though their text is searched for acts.
    """
    units = _units(transcript)
    evidence = Evidence(
        speakers=transcript.speakers,
        units=units,
        utterances=_utterances(transcript),
        unobserved=(),
        observed_samples=transcript.duration,
        observed=OBSERVED,
    )
    account = account_of(evidence, floor=floor, finder=finder)
    segments = sorted((unit.segment for unit in units), key=lambda segment: (segment.span.start, segment.id))
    warnings = () if finder else (NO_CUE_PACK,)
    return SessionRecord(
        source=source,
        duration=transcript.duration,
        speakers=transcript.speakers,
        segments=tuple(segments),
        turns=account.turns,
        transfers=account.transfers,
        acts=account.acts,
        arousal=(),
        measures=account.measures,
        feedback=(),
        health=Health(
            attributed=1.0 if segments else None,
            unobserved=0.0,
            lost=0.0,
            transcriber="transcript" if any(said.text or said.words for said in transcript.utterances) else "none",
            warnings=warnings,
        ),
    )


def _units(transcript: TimedTranscript) -> list[Unit]:
    units: list[Unit] = []
    for speaker in transcript.speakers:
        said = [utterance for utterance in transcript.utterances if utterance.speaker == speaker]
        units.extend(units_of_words(speaker, [word for utterance in said for word in utterance.words]))
        units.extend(units_of_spans(speaker, [utterance.span for utterance in said if not utterance.words]))
    return sorted(units, key=lambda unit: (unit.start, unit.speaker))


def _utterances(transcript: TimedTranscript) -> list[Utterance]:
    return [
        Utterance(
            speaker=said.speaker,
            text=said.text or " ".join(word.text for word in said.words),
            span=said.span,
            words=said.words,
        )
        for said in transcript.utterances
        if said.text or said.words
    ]
