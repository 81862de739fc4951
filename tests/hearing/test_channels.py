"""A channel a person: voices that are buzzes of ten harmonics, and detectors that take loud for speech."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.events import SpeechSegment, VoiceActivity, Voicing
from attune.hearing.framer import STEP
from attune.hearing.speakers.channels import CHANNELS_ALIKE, ChannelLikeness, ChannelSpeakers
from attune.hearing.voicing import VoicingSettings
from attune.timebase import Span
from fake_detectors import LOUD, as_int16, in_steps, noise, silence, with_voice

SECOND = 16_000
GRID = 320
"""Two frames: how exactly a start or an end is dated on clean sound."""


def heard(*columns: NDArray[np.float64]) -> tuple[list[VoiceActivity | SpeechSegment], ChannelSpeakers]:
    """Return all that is heard in some sound, a channel a person (A, B, …)."""
    names = tuple("ABCDEFGH"[: len(columns)])
    speakers = ChannelSpeakers(speakers=names, detectors=LOUD, settings=VoicingSettings())
    events: list[VoiceActivity | SpeechSegment] = []
    samples = as_int16(*columns)
    for k, step in enumerate(in_steps(samples)):
        events.extend(speakers.step(step, now=(k + 1) * STEP))
    rest = samples[len(samples) // STEP * STEP :]
    events.extend(speakers.finish(rest, now=len(samples)))
    return events, speakers


def spans(events: list[VoiceActivity | SpeechSegment], speaker: str) -> list[Span]:
    """Return one person's segments."""
    return [event.span for event in events if isinstance(event, SpeechSegment) and event.speaker == speaker]


def test_voice_in_one_channel_is_that_persons() -> None:
    """A second of voice is one segment, dated to two frames."""
    events, _ = heard(with_voice(3 * SECOND, [(SECOND, 2 * SECOND)]), silence(3 * SECOND))
    (span,) = spans(events, "A")
    assert span.start == pytest.approx(SECOND, abs=GRID)
    assert span.stop == pytest.approx(2 * SECOND, abs=GRID)
    assert spans(events, "B") == []


def test_voice_that_leaks_is_nobodys_speech() -> None:
    """At −15 dB a voice is loud enough for the detectors of the other channel, and no speech there."""
    voice = with_voice(3 * SECOND, [(SECOND, 2 * SECOND)])
    floor = noise(3 * SECOND, -60.0, seed=2)
    events, _ = heard(voice + noise(3 * SECOND, -60.0), 0.18 * voice + floor)
    assert len(spans(events, "A")) == 1
    assert spans(events, "B") == []


def test_real_overlap_is_kept_though_both_leak() -> None:
    """Two pitches at once, each leaking into the other's channel: both are heard, each in its own time."""
    first = with_voice(4 * SECOND, [(SECOND, 3 * SECOND)], hz=110.0)
    second = with_voice(4 * SECOND, [(2 * SECOND, 3 * SECOND + 8_000)], hz=235.0)
    events, _ = heard(first + 0.18 * second, second + 0.18 * first)
    (mine,), (yours,) = spans(events, "A"), spans(events, "B")
    assert (mine.start, mine.stop) == pytest.approx((SECOND, 3 * SECOND), abs=2 * GRID)
    assert (yours.start, yours.stop) == pytest.approx((2 * SECOND, 3 * SECOND + 8_000), abs=2 * GRID)


def test_three_people_have_three_channels() -> None:
    """Nothing is particular to two."""
    columns = [with_voice(4 * SECOND, [(k * SECOND, (k + 1) * SECOND - 4_000)], hz=150 + 40 * k) for k in range(3)]
    events, _ = heard(*columns)
    assert [len(spans(events, name)) for name in "ABC"] == [1, 1, 1]


def test_one_channel_alone_is_heard_whole() -> None:
    """With nothing to compare, the channel owns every cell."""
    events, speakers = heard(with_voice(3 * SECOND, [(SECOND, 2 * SECOND)]))
    (span,) = spans(events, "A")
    assert span.start == pytest.approx(SECOND, abs=GRID)
    assert speakers.doubts == ()


def test_segment_carries_the_level_of_its_voice() -> None:
    """A voice of −20 dBFS is a segment of about that."""
    events, _ = heard(with_voice(3 * SECOND, [(SECOND, 2 * SECOND)], level_dbfs=-20.0))
    (segment,) = (event for event in events if isinstance(event, SpeechSegment))
    assert segment.level_dbfs == pytest.approx(-20.0, abs=0.5)
    assert segment.confidence == pytest.approx(0.9, abs=0.03)


def test_equal_channels_are_noticed() -> None:
    """Six seconds of the same voice in both channels tell nobody apart."""
    voice = with_voice(8 * SECOND, [(SECOND, 7 * SECOND)])
    events, speakers = heard(voice, voice)
    assert speakers.doubts == (CHANNELS_ALIKE,)
    assert [event for event in events if isinstance(event, SpeechSegment)] == []


def test_channels_of_two_people_are_not_alike() -> None:
    """A voice that leaks at −15 dB tells channels apart."""
    voice = with_voice(8 * SECOND, [(SECOND, 7 * SECOND)])
    assert heard(voice, 0.18 * voice)[1].doubts == ()


def test_likeness_waits_for_three_seconds_of_speech() -> None:
    """299 frames of speech say nothing yet; 300 do; silence never counts."""
    likeness = ChannelLikeness()
    likeness.step(whole_db=np.zeros((500, 2)), likely=np.zeros(500, bool))
    likeness.step(whole_db=np.zeros((299, 2)), likely=np.ones(299, bool))
    assert not likeness.alike
    likeness.step(whole_db=np.zeros((1, 2)), likely=np.ones(1, bool))
    assert likeness.alike


def test_channels_that_differ_by_3_db_are_not_alike() -> None:
    """Alike is under 3 dB apart in more than four frames of five."""
    likeness = ChannelLikeness()
    likeness.step(whole_db=np.tile([-20.0, -23.0], (400, 1)), likely=np.ones(400, bool))
    assert not likeness.alike


def test_horizon_is_the_start_of_an_open_unit() -> None:
    """While somebody speaks, a segment may still start where that began."""
    speakers = ChannelSpeakers(speakers=("A", "B"), detectors=LOUD, settings=VoicingSettings())
    samples = as_int16(with_voice(3 * SECOND, [(SECOND, 3 * SECOND)]), silence(3 * SECOND))
    for k, step in enumerate(in_steps(samples)):
        speakers.step(step, now=(k + 1) * STEP)
    assert speakers.horizon == pytest.approx(SECOND, abs=GRID)


def test_restart_forgets_the_sound_before_it_and_keeps_the_room() -> None:
    """After a restart frames count from the new origin, and the voice of before is not heard on."""
    speakers = ChannelSpeakers(speakers=("A",), detectors=LOUD, settings=VoicingSettings())
    samples = as_int16(with_voice(2 * STEP * 4, [(0, 2 * STEP * 4)]))
    events: list[VoiceActivity | SpeechSegment] = []
    for k, step in enumerate(in_steps(samples)[:4]):
        events.extend(speakers.step(step, now=(k + 1) * STEP))
    events.extend(speakers.finish(samples[:0], now=4 * STEP))
    speakers.restart(100_000)
    for k, step in enumerate(in_steps(samples)[4:]):
        events.extend(speakers.step(step, now=100_000 + (k + 1) * STEP))
    events.extend(speakers.finish(samples[:0], now=100_000 + 4 * STEP))
    first, second = spans(events, "A")
    assert (first.start, first.stop) == (0, 4 * STEP)
    assert (second.start, second.stop) == (100_000, 100_000 + 4 * STEP)


def test_silence_that_fills_the_last_step_is_no_quiet_room() -> None:
    """Made-up silence teaches the noise floor nothing: noise of −45 dBFS stays silence beside loud words.

    The rest of 860 samples ends where its fading noise would count as the quietest of the step.
    """
    speakers = ChannelSpeakers(speakers=("A",), detectors=LOUD, settings=VoicingSettings())
    length = 4 * SECOND + 860
    samples = as_int16(with_voice(length, [(2 * SECOND, 3 * SECOND)]) + noise(length, -45.0))
    events: list[VoiceActivity | SpeechSegment] = []
    origin = 0
    for _ in range(5):
        for k, step in enumerate(in_steps(samples)):
            events.extend(speakers.step(step, now=origin + (k + 1) * STEP))
        origin += length
        events.extend(speakers.finish(samples[25 * STEP :], now=origin))
        speakers.restart(origin)
    found = spans(events, "A")
    assert [span.start - k * length for k, span in enumerate(found)] == pytest.approx([2 * SECOND] * 5, abs=GRID)
    assert [span.stop - k * length for k, span in enumerate(found)] == pytest.approx([3 * SECOND] * 5, abs=GRID)


def test_voice_is_announced_before_its_segment_and_ended_after_it() -> None:
    """The order on which transcribing relies."""
    events, _ = heard(with_voice(3 * SECOND, [(SECOND, 2 * SECOND)]))
    kinds = [event.voicing if isinstance(event, VoiceActivity) else "segment" for event in events]
    assert kinds == [Voicing.STARTED, "segment", Voicing.STOPPED]
