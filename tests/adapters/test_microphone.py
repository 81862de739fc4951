"""The microphone on scripted devices: every second is sound or a gap, whatever the hardware does."""

from __future__ import annotations

import numpy as np
import pytest
from fake_sound import BUILT_IN, SPEAKER, FakeSound, device
from hypothesis import given, settings
from hypothesis import strategies as st

from attune.adapters.microphone import Microphone, list_devices
from attune.errors import MicrophoneError
from attune.events import Block, Gap
from attune.timebase import Span


def microphone(sound: FakeSound, **options: object) -> Microphone:
    """Return a microphone whose device, clock and waiting are scripted."""
    return Microphone(opener=sound, clock=sound.clock, waker=sound, **options)  # type: ignore[arg-type]


def heard(sound: FakeSound, *, stop_at: float, **options: object) -> list[Block | Gap]:
    """Return what a microphone yields until it is stopped, after checking that it joins from sample 0."""
    with microphone(sound, **options) as source:
        sound.at(stop_at, source.stop)
        parts = list(source.sounds())
    position = 0
    for part in parts:
        assert part.span.start == position
        position = part.span.stop
    return parts


def outline(parts: list[Block | Gap]) -> list[tuple[str, int, int]]:
    """Return what came as (sound or cause, start, stop), neighbours of a kind joined."""
    out: list[tuple[str, int, int]] = []
    for part in parts:
        what = "sound" if isinstance(part, Block) else str(part.why)
        if out and out[-1][0] == what:
            out[-1] = (what, out[-1][1], part.span.stop)
        else:
            out.append((what, part.span.start, part.span.stop))
    return out


def test_sound_arrives_whole_and_in_order() -> None:
    """One second at 16 kHz comes through bit by bit."""
    sound = FakeSound()
    sound.sound(0.0, 1.0)
    parts = heard(sound, stop_at=1.1)
    values = np.concatenate([part.samples[:, 0] for part in parts if isinstance(part, Block)])
    assert values.tolist() == list(range(16000))


def test_device_without_16_khz_is_resampled_from_its_own_rate() -> None:
    """A second of 48 kHz is 16,000 samples, the last ones given back at the stop."""
    sound = FakeSound(rates=(48000,))
    sound.sound(0.0, 1.0)
    assert outline(heard(sound, stop_at=1.1)) == [("sound", 0, 16000)]
    assert sound.streams[0].rate == 48000


def test_two_channels_stay_two() -> None:
    """A channel for each person, when two are asked for."""
    sound = FakeSound(present=(device(0, "pair", inputs=4, default_input=True),))
    sound.sound(0.0, 0.1)
    parts = heard(sound, stop_at=0.2, channels=2)
    assert {part.samples.shape[1] for part in parts if isinstance(part, Block)} == {2}


def test_without_a_wish_one_channel_is_recorded() -> None:
    """A device of 32 channels is not 32 people."""
    sound = FakeSound(present=(device(0, "default", inputs=32, default_input=True),))
    with microphone(sound) as source:
        assert source.channels == 1


def test_more_channels_than_the_device_has_are_refused() -> None:
    """Two people on a microphone of one channel is said at once."""
    with (
        pytest.raises(
            MicrophoneError, match=r"built-in has one channel, and 2 are to be heard; .* leave --channels out"
        ),
        microphone(FakeSound(), channels=2),
    ):
        pass


def test_overflow_becomes_a_gap_at_its_place() -> None:
    """What PortAudio lost stands between the sound before and after it."""
    sound = FakeSound()
    sound.sound(0.0, 0.5)
    sound.at(0.62, lambda: sound.deliver(0.02, overflow=True))
    sound.sound(0.62, 1.0)
    assert outline(heard(sound, stop_at=1.05)) == [
        ("sound", 0, 8000),
        ("overflow", 8000, 9600),
        ("sound", 9600, 16000),
    ]


def test_reader_that_is_late_loses_sound_as_a_gap() -> None:
    """When the ring is full, the newest sound is dropped and counted."""
    sound = FakeSound()

    def burst() -> None:
        for _ in range(50):
            sound.now += 0.02
            sound.deliver(0.02)

    sound.at(0.0, burst)
    sound.sound(1.0, 1.1)
    assert outline(heard(sound, stop_at=1.2, ring_seconds=0.6)) == [
        ("sound", 0, 9600),
        ("overflow", 9600, 16000),
        ("sound", 16000, 17600),
    ]


def test_device_that_starves_becomes_a_gap_that_grows() -> None:
    """Two seconds without a callback are told while they last, and their sum is exact."""
    sound = FakeSound()
    sound.sound(0.0, 1.0)
    sound.sound(3.0, 4.0)
    parts = heard(sound, stop_at=4.1)
    assert outline(parts) == [("sound", 0, 16000), ("starved", 16000, 48000), ("sound", 48000, 64000)]
    gaps = [part for part in parts if isinstance(part, Gap)]
    assert len(gaps) == 6
    assert gaps[0].span == Span(16000, 24000)


def test_device_that_pauses_under_a_second_loses_nothing() -> None:
    """A late callback that brings its sound later is no gap."""
    sound = FakeSound()
    sound.sound(0.0, 1.0)
    sound.at(1.82, lambda: sound.deliver(0.82))
    sound.sound(1.82, 2.0)
    assert outline(heard(sound, stop_at=2.1)) == [("sound", 0, 32000)]


def test_unplugged_device_is_opened_again_with_back_off() -> None:
    """The pauses grow to four seconds, and the gap lasts exactly as long as the device was away."""
    sound = FakeSound()
    sound.sound(0.0, 1.0)

    def unplug() -> None:
        sound.unplug()
        sound.refuses = "Device unavailable"

    sound.at(1.0, unplug)
    sound.at(10.0, lambda: setattr(sound, "refuses", None))
    sound.sound(14.0, 15.0)
    parts = heard(sound, stop_at=15.1)
    assert outline(parts) == [("sound", 0, 16000), ("unplugged", 16000, 224000), ("sound", 224000, 240000)]
    assert sound.opened_at == [0.0, 1.25, 1.75, 2.75, 4.75, 8.75, 12.75]
    assert sound.refreshed_at == sound.opened_at[1:]
    assert sound.streams[0].closed


def test_trouble_is_told_while_the_device_is_away() -> None:
    """The live view can say why nothing is heard, and stops saying so."""
    sound = FakeSound()
    sound.sound(0.0, 0.1)
    said: list[str | None] = []
    with microphone(sound) as source:

        def unplug() -> None:
            sound.unplug()
            sound.refuses = "Device unavailable"

        sound.at(0.1, unplug)
        sound.at(1.0, lambda: said.append(source.trouble))
        sound.at(1.0, lambda: setattr(sound, "refuses", None))
        sound.at(2.5, lambda: said.append(source.trouble))
        sound.at(2.5, source.stop)
        list(source.sounds())
    assert said == ["Device unavailable", None]


def test_device_silent_for_three_seconds_is_taken_for_gone() -> None:
    """Where unplugging is not reported, starving leads to the same: closed and opened again."""
    sound = FakeSound()
    sound.sound(0.0, 1.0)
    sound.at(4.2, lambda: sound.sound(5.0, 6.0))
    parts = heard(sound, stop_at=6.1)
    assert outline(parts) == [
        ("sound", 0, 16000),
        ("starved", 16000, 56000),
        ("unplugged", 56000, 80000),
        ("sound", 80000, 96000),
    ]
    assert sound.opened_at == [0.0, 4.25]


def test_reopened_device_that_says_nothing_is_opened_once_more() -> None:
    """A stream that opens and stays silent counts as gone too; the gap goes on all the time."""
    sound = FakeSound()
    sound.sound(0.0, 1.0)
    sound.at(1.0, sound.unplug)
    sound.sound(6.0, 7.0)
    parts = heard(sound, stop_at=7.1)
    assert outline(parts) == [("sound", 0, 16000), ("unplugged", 16000, 96000), ("sound", 96000, 112000)]
    assert sound.opened_at == [0.0, 1.25, 4.5]


def test_device_that_never_speaks_is_a_gap_from_the_beginning() -> None:
    """A microphone that opens but delivers nothing is lost time, not an empty session."""
    sound = FakeSound()
    sound.sound(2.0, 3.0)
    assert outline(heard(sound, stop_at=3.1)) == [("starved", 0, 32000), ("sound", 32000, 48000)]


def test_new_default_device_takes_over_after_unplugging() -> None:
    """Without a named device the session goes on with the one that is the default now."""
    sound = FakeSound()
    headset = device(3, "headset", default_input=True)
    sound.sound(0.0, 1.0)

    def replug() -> None:
        sound.present = (device(0, "built-in"), headset)
        sound.unplug()

    sound.at(1.0, replug)
    sound.sound(1.25, 2.0)
    with microphone(sound) as source:
        assert source.device is BUILT_IN
        sound.at(2.1, source.stop)
        list(source.sounds())
        assert source.device is headset


def test_named_device_is_found_again_under_another_number() -> None:
    """Asked for by number, it is known by name after the devices were counted anew."""
    sound = FakeSound(present=(BUILT_IN, device(1, "headset")))

    def renumber() -> None:
        sound.present = (BUILT_IN, device(1, "camera"), device(2, "headset"))
        sound.unplug()

    sound.at(0.5, renumber)
    with microphone(sound, device=1) as source:
        sound.at(1.0, source.stop)
        list(source.sounds())
        assert (source.device.index, source.device.name) == (2, "headset")


def test_stop_while_unplugged_ends_at_once_and_tells_the_whole_gap() -> None:
    """Nobody waits for a back-off of four seconds, and no second is left out."""
    sound = FakeSound()
    sound.sound(0.0, 1.0)

    def unplug() -> None:
        sound.unplug()
        sound.refuses = "gone"

    sound.at(1.0, unplug)
    assert outline(heard(sound, stop_at=6.0)) == [("sound", 0, 16000), ("unplugged", 16000, 96000)]
    assert sound.now == 106.0


def test_stop_delivers_what_is_in_the_ring() -> None:
    """Sound that came in the same moment as the stop is not thrown away."""
    sound = FakeSound()
    with microphone(sound) as source:

        def last_words() -> None:
            sound.deliver(0.5)
            source.stop()

        sound.at(0.5, last_words)
        assert outline(list(source.sounds())) == [("sound", 0, 8000)]
    assert sound.streams[0].closed


def test_session_that_ends_early_releases_the_device() -> None:
    """Leaving the block closes the stream, whoever still iterates."""
    sound = FakeSound()
    with microphone(sound):
        pass
    assert sound.streams[0].aborted
    assert sound.streams[0].closed


def test_microphone_that_was_not_entered_says_so() -> None:
    """Iterating before the device is open is the caller's mistake, told in one line."""
    with pytest.raises(MicrophoneError, match="not open"):
        next(iter(microphone(FakeSound()).sounds()))


def test_device_that_does_not_open_is_an_error_of_the_microphone() -> None:
    """At the beginning there is no back-off: the user is told."""
    with pytest.raises(MicrophoneError, match="busy"), microphone(FakeSound(refuses="busy")):
        pass


def test_list_gives_inputs_and_outputs() -> None:
    """All devices, as the library knows them."""
    assert list_devices(FakeSound(present=(BUILT_IN, SPEAKER))) == (BUILT_IN, SPEAKER)


FATES = st.lists(
    st.one_of(
        st.tuples(st.just("sound"), st.integers(1, 40)),
        st.tuples(st.just("silence"), st.integers(11, 40)),
        st.tuples(st.just("unplugged"), st.integers(1, 40)),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(fates=FATES, rate=st.sampled_from([16000, 44100, 48000]))
def test_any_fate_of_the_hardware_leaves_no_second_unaccounted(fates: list[tuple[str, int]], rate: int) -> None:
    """Blocks and gaps join without a hole, and together they are as long as the time that has passed."""
    sound = FakeSound(rates=(rate,))
    at = 0.0
    for what, tenths in [("sound", 5), *fates, ("silence", 75), ("sound", 5)]:
        if what == "sound":
            for piece in range(tenths):
                sound.at(at + 0.1 * (piece + 1), lambda: sound.streams[-1].active and sound.deliver(0.1))
        elif what == "unplugged":
            sound.at(at, lambda: sound.streams[-1].active and sound.unplug())
        at += tenths / 10
    parts = heard(sound, stop_at=at)
    assert isinstance(parts[-1], Block)
    assert parts[-1].span.stop == pytest.approx(at * 16000, abs=20)
