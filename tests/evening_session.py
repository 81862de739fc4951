"""A made-up session of two people, small enough to read and with something of everything in it."""

from attune.events import (
    BOTH,
    ActKind,
    Arousal,
    DeliveryKind,
    Feedback,
    Flavour,
    FloorTransfer,
    Health,
    ListeningAct,
    Measure,
    SessionRecord,
    SpeechSegment,
    SpokenTurn,
    TransferKind,
    Turn,
)
from attune.timebase import Span, samples_of

ANNA, BEN = "Anna", "Ben"


def segment(speaker: str, start: float, stop: float) -> SpeechSegment:
    """Return a segment between two times in seconds."""
    span = Span.of_seconds(start, stop)
    return SpeechSegment(id=f"s-{speaker}-{span.start}", span=span, speaker=speaker, level_dbfs=-30.0, confidence=0.97)


def turn(speaker: str, start: float, stop: float, text: str | None) -> SpokenTurn:
    """Return a turn of one segment between two times in seconds."""
    span = Span.of_seconds(start, stop)
    made = Turn(id=f"t-{speaker}-{span.start}", speaker=speaker, span=span, segment_ids=(f"s-{speaker}-{span.start}",))
    return SpokenTurn(turn=made, text=text)


def transfer(
    kind: TransferKind,
    speaker: str,
    *,
    at: float,
    offset: float,
    confidence: float = 0.9,
    flavour: Flavour | None = None,
) -> FloorTransfer:
    """Return a transfer to `speaker` from the other of the two."""
    return FloorTransfer(
        id=f"f-{speaker}-{samples_of(at)}",
        kind=kind,
        from_speaker=BEN if speaker == ANNA else ANNA,
        to_speaker=speaker,
        at=samples_of(at),
        offset=samples_of(offset),
        confidence=confidence,
        flavour=flavour,
    )


def act(
    kind: ActKind,
    speaker: str,
    start: float,
    stop: float,
    words: str,
    *,
    sure: float = 0.88,
    subkind: str | None = None,
) -> ListeningAct:
    """Return an act between two times in seconds."""
    span = Span.of_seconds(start, stop)
    return ListeningAct(
        id=f"a-{kind.value}-{speaker}-{span.start}",
        kind=kind,
        speaker=speaker,
        span=span,
        evidence=words,
        confidence=sure,
        source="stems/en",
        subkind=subkind,
    )


def measure(key: str, value: float | None, n: int, *, observed: str = "two channels") -> tuple[str, Measure]:
    """Return a figure under its key."""
    iqr = (0.2, 0.62) if key == "pause_before_response_s" and value is not None else None
    return key, Measure(key=key, value=value, n=n, observed=observed, iqr=iqr)


def evening_record() -> SessionRecord:
    """Return the session of Anna and Ben: 61.2 s, two channels, one interruption, one suggestion."""
    wordless = "needs words; none were transcribed"
    return SessionRecord(
        source="evening.flac",
        duration=samples_of(61.2),
        speakers=(ANNA, BEN),
        segments=(segment(ANNA, 1.02, 3.4), segment(BEN, 4.02, 6.1), segment(ANNA, 5.5, 9.25)),
        turns=(
            turn(ANNA, 1.02, 3.4, "I had a long day and nobody asked me how it went"),
            turn(BEN, 4.02, 6.1, "it sounds like you feel tired"),
            turn(ANNA, 5.5, 9.25, None),
        ),
        transfers=(
            transfer(TransferKind.SMOOTH_SWITCH, BEN, at=4.02, offset=0.62),
            transfer(TransferKind.INTERRUPTION, ANNA, at=5.5, offset=-0.6, confidence=0.55, flavour=Flavour.UNSURE),
            transfer(TransferKind.BACKCHANNEL, BEN, at=7.0, offset=-2.25),
        ),
        acts=(
            act(ActKind.REFLECTION, BEN, 4.02, 6.1, "it sounds like you feel tired", subkind="feeling"),
            act(ActKind.CRITICISM, ANNA, 5.5, 6.5, "you never ask", sure=0.7),
            act(ActKind.BACKCHANNEL, BEN, 7.0, 7.3, "mm-hm", sure=0.95),
        ),
        arousal=(Arousal(speaker=ANNA, span=Span.of_seconds(0, 20), pitch_z=0.1234, level_z=0.3, rate_z=None),),
        measures={
            ANNA: dict(
                [
                    measure("talk_share", 0.746, 2),
                    measure("longest_turn_s", 3.75, 2),
                    measure("interruptions_per_partner_min", 28.846, 1),
                    measure("pause_before_response_s", None, 0, observed="no answer was heard"),
                    measure("silence_patience", None, 0, observed=wordless),
                ]
            ),
            BEN: dict(
                [
                    measure("talk_share", 0.254, 1),
                    measure("longest_turn_s", 2.08, 1),
                    measure("pause_before_response_s", 0.62, 1),
                    measure("reflections", 1, 1),
                ]
            ),
            BOTH: dict([measure("overlap_share", 0.0098, 3)]),
        },
        feedback=(
            Feedback(
                id="c-480000",
                at=480000,
                text="Ben, you said back what you heard: “it sounds like you feel tired”. That helps.",
                because=("a-reflection-Ben-64320",),
                delivery=DeliveryKind.SPOKEN,
            ),
        ),
        health=Health(
            attributed=0.98,
            unobserved=0.02,
            lost=0.0,
            transcriber="fixture",
            warnings=("The microphones hear each other; overlaps are less sure.",),
        ),
    )
