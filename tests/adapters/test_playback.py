"""The speaker on a stand-in: what reaches PortAudio's buffers, and how it stops."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from fake_sound import BUILT_IN, SPEAKER, FakeSound
from numpy.typing import NDArray

from attune.adapters.playback import Speaker
from attune.errors import PlaybackError

THREE_BUFFERS = np.arange(1, 26, dtype=np.int16)
"""Two and a half buffers of ten samples."""


def room(**changes: object) -> FakeSound:
    """Return a sound library with a speaker that takes 16 kHz."""
    return FakeSound(present=(BUILT_IN, SPEAKER), **changes)  # type: ignore[arg-type]


def pulled(sound: FakeSound, frames: int = 10) -> list[int]:
    """Return the buffer that PortAudio would get now; the stream ends where the callback says so."""
    buffer = np.full(frames, 77, np.int16)
    stream = sound.streams[-1]
    try:
        stream.callback(buffer, frames, None, None)
    except StopIteration:
        stream.active = False
        stream.finished()
    return buffer.tolist()


def silence_until_the_end(sound: FakeSound) -> int:
    """Return how many samples of silence the stream gets before it ends, in whole buffers rounded down."""
    count = 0
    while sound.streams[-1].active:
        assert pulled(sound, 5) == [0] * 5
        count += 5
    return count - 5


def test_sound_is_handed_out_buffer_by_buffer_and_ends_in_silence() -> None:
    """All samples in order, zeros after the last, and then it is over."""
    sound = room()
    speaker = Speaker(opener=sound)
    speaker.play(THREE_BUFFERS, 16000)
    assert speaker.playing
    assert pulled(sound) == list(range(1, 11))
    assert pulled(sound) == list(range(11, 21))
    assert pulled(sound) == [21, 22, 23, 24, 25, 0, 0, 0, 0, 0]
    assert silence_until_the_end(sound) == 320 - 5
    assert not speaker.playing
    assert speaker.wait(0.0)
    assert sound.streams[0].closed


def test_silence_as_long_as_the_latency_follows_the_sound() -> None:
    """What the stream still holds back when the last sample was handed out is played, not dropped."""
    sound = room(latency=0.1)
    speaker = Speaker(opener=sound)
    speaker.play(np.ones(10, np.int16), 16000)
    assert pulled(sound) == [1] * 10
    assert silence_until_the_end(sound) == 1600 + 320
    assert not speaker.playing


def test_stop_throws_away_what_waits() -> None:
    """The stream is aborted, not drained."""
    sound = room()
    speaker = Speaker(opener=sound)
    speaker.play(THREE_BUFFERS, 16000)
    speaker.stop()
    assert sound.streams[0].aborted
    assert sound.streams[0].closed
    assert not speaker.playing
    assert speaker.wait(0.0)


def test_stop_lets_a_waiting_thread_go() -> None:
    """Whoever waits for the end of a sentence learns that it was stopped."""
    speaker = Speaker(opener=room())
    speaker.play(THREE_BUFFERS, 16000)
    ended: list[bool] = []
    waiting = threading.Thread(target=lambda: ended.append(speaker.wait(60.0)))
    waiting.start()
    speaker.stop()
    waiting.join(10.0)
    assert ended == [True]


def test_wait_that_is_too_short_says_that_it_still_plays() -> None:
    """A time-out is not an end."""
    speaker = Speaker(opener=room())
    speaker.play(THREE_BUFFERS, 16000)
    assert not speaker.wait(0.0)
    assert speaker.playing


def test_next_sound_stops_the_one_before() -> None:
    """One thing at a time."""
    sound = room()
    speaker = Speaker(opener=sound)
    speaker.play(THREE_BUFFERS, 16000)
    speaker.play(THREE_BUFFERS, 16000)
    assert [stream.closed for stream in sound.streams] == [True, False]


def test_rate_that_the_device_lacks_is_resampled() -> None:
    """A second of 22,050 Hz becomes a second of the device's own rate."""
    sound = room(rates=(48000,))
    speaker = Speaker(opener=sound)
    speaker.play(np.zeros(22050, np.int16), 22050)
    assert sound.streams[0].rate == 48000
    pulled(sound, 48000)
    assert speaker.playing
    assert silence_until_the_end(sound) == 960
    assert not speaker.playing


def test_nothing_played_is_nothing_to_stop_or_wait_for() -> None:
    """Stopping twice, or before anything, is harmless."""
    speaker = Speaker(opener=room())
    speaker.stop()
    assert speaker.wait(0.0)
    assert not speaker.playing


def test_missing_speaker_is_one_line() -> None:
    """The line says how to go on without a voice."""
    with pytest.raises(PlaybackError, match="no speaker is connected; plug one in, or go on without a voice"):
        Speaker(opener=FakeSound(present=(BUILT_IN,))).play(THREE_BUFFERS, 16000)


def test_speaker_that_does_not_open_is_an_error_of_playback() -> None:
    """The fault of the device keeps its words."""
    with pytest.raises(PlaybackError, match="busy"):
        Speaker(opener=room(refuses="busy")).play(THREE_BUFFERS, 16000)


@pytest.mark.parametrize("samples", [np.zeros((4, 1), np.int16), np.zeros(4, np.float32)], ids=["channels", "float"])
def test_sound_of_another_shape_is_refused(samples: NDArray[np.generic]) -> None:
    """Only one channel of int16 can be played."""
    with pytest.raises(ValueError, match="int16 of shape"):
        Speaker(opener=room()).play(samples, 16000)  # type: ignore[arg-type]
