"""Whether a recording is good enough to learn a voice from: what is wrong with it, and what to do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.cli.enrolment_checks import Quality, doubts, faults, quality_of
from attune.events import SpeechSegment
from attune.timebase import Span


def spoken(start: int, stop: int) -> SpeechSegment:
    """Return a stretch of speech."""
    return SpeechSegment(
        id=f"s-voice-{start}", span=Span(start, stop), speaker="voice", level_dbfs=-20.0, confidence=0.9
    )


def halves(loud: int, quiet: int) -> NDArray[np.int16]:
    """Return two seconds, of which the first is loud."""
    samples = np.full(32_000, quiet, np.int16)
    samples[:16_000] = loud
    return samples


def quality(
    *, voiced_s: float = 12.0, speech_dbfs: float = -24.0, room_dbfs: float = -60.0, clipped_share: float = 0.0
) -> Quality:
    """Return a quality that is good but for what is given."""
    return Quality(voiced_s=voiced_s, speech_dbfs=speech_dbfs, room_dbfs=room_dbfs, clipped_share=clipped_share)


def test_level_is_that_of_the_speech_and_the_room_is_the_rest() -> None:
    """A tenth of full scale over a thousandth."""
    found = quality_of(halves(3277, 33), speech=[spoken(0, 8_000), spoken(8_000, 16_000)])
    assert found.voiced_s == 1.0
    assert found.speech_dbfs == pytest.approx(-20.0, abs=0.01)
    assert found.room_dbfs == pytest.approx(-59.94, abs=0.01)
    assert found.clipped_share == 0.0


def test_without_speech_the_loudest_counts() -> None:
    """So that a voice too quiet to be found is told that it is quiet."""
    found = quality_of(halves(33, 3), speech=[])
    assert found.voiced_s == 0.0
    assert found.speech_dbfs == pytest.approx(-59.94, abs=0.01)
    assert [fault.split(":")[0] for fault in faults(found)] == [
        "the voice is quiet (-60 dBFS, -45 or more is good)",
        "0.0 s of speech were heard, and 8 s are needed",
    ]


def test_good_recording_has_no_fault_and_no_doubt() -> None:
    """Twelve seconds at −24 dBFS in a quiet room."""
    assert faults(quality()) == ()
    assert doubts(quality()) == ()


@pytest.mark.parametrize(
    ("poor", "told"),
    [
        (
            quality(speech_dbfs=-51.4, room_dbfs=-80.0),
            (
                "the voice is quiet (-51 dBFS, -45 or more is good): come closer to the microphone, or raise the input "
                "level"
            ),
        ),
        (quality(clipped_share=0.023), "2.3% of it is clipped: lower the input level, or sit back a little"),
        (
            quality(room_dbfs=-32.0),
            (
                "the room is loud (the voice lies 8 dB above it, 12 or more is good): find a quieter place, or come "
                "closer to the microphone"
            ),
        ),
        (quality(voiced_s=5.0), "5.0 s of speech were heard, and 8 s are needed: read on until the time is over"),
        (
            quality(speech_dbfs=-100.0, room_dbfs=-100.0, voiced_s=0.0),
            "nothing came: unmute the microphone, and let this program use it (privacy settings of the system)",
        ),
    ],
    ids=["quiet", "clipped", "noisy", "short", "muted"],
)
def test_each_fault_is_one_line_with_its_remedy(poor: Quality, told: str) -> None:
    """One thing wrong, one line."""
    assert faults(poor) == (told,)


def test_all_that_is_wrong_is_told() -> None:
    """So that the next try is good."""
    assert len(faults(quality(speech_dbfs=-50.0, clipped_share=0.5, room_dbfs=-55.0, voiced_s=1.0))) == 4


def test_nothing_recorded_is_nothing_that_came() -> None:
    """Enter was pressed at once."""
    assert len(faults(quality_of(np.zeros(0, np.int16), speech=[]))) == 1


def test_file_needs_fewer_seconds_and_is_doubted_under_six() -> None:
    """What was recorded elsewhere cannot be said again."""
    assert doubts(quality(voiced_s=6.0)) == ()
    assert doubts(quality(voiced_s=3.2)) == (
        "3.2 s of speech are few, so it is less sure who speaks: use a recording with 6 s or more",
    )
