"""Sound and its features are held as long as they are needed, whatever steps they come in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from attune import bundled
from attune.adapters.voice_encoder import WEIGHTS, Ge2eEncoder
from attune.hearing.framer import FRAME, STEP
from attune.hearing.voices.encoder import FEATURE_CONTEXT, WINDOW_FRAMES, VoiceEncoder
from attune.hearing.voices.feature_stream import LOOK_BACK, FeatureStream
from attune.timebase import Span
from fake_voice_encoder import BANDS, BandEncoder
from made_voices import ANNA, voice_of

ORIGIN = 4_321
SOUND = voice_of(ANNA, 25)


class Counting(BandEncoder):
    """Counts the frames that it makes."""

    frames = 0

    def features(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the features, and count them."""
        features = super().features(samples)
        self.frames += len(features)
        return features


def fed(sizes: list[int], *, encoder: VoiceEncoder, sound: NDArray[np.int16] = SOUND) -> FeatureStream:
    """Return a stream that has been fed some sound in steps of these sizes, the rest at once."""
    stream, at = FeatureStream(origin=ORIGIN, encoder=encoder), 0
    for size in [*sizes, len(sound)]:
        stream.step(sound[at : at + size], needed_from=ORIGIN)
        at += size
    return stream


def windows_of(sound: NDArray[np.int16], starts: list[int], *, encoder: VoiceEncoder) -> NDArray[np.float32]:
    """Return the windows of features of sound that is known whole, silence before it."""
    whole = np.concatenate([np.zeros(FEATURE_CONTEXT, np.float32), sound.astype(np.float32) / np.float32(32_768)])
    features = encoder.features(whole)
    features = np.pad(features, ((0, WINDOW_FRAMES), (0, 0)))
    return np.stack([features[start // FRAME : start // FRAME + WINDOW_FRAMES] for start in starts])


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.one_of(st.integers(0, 500), st.just(STEP)), max_size=30))
def test_windows_are_those_of_the_whole_sound_whatever_the_steps(sizes: list[int]) -> None:
    """Nothing is lost, doubled or shifted at the edges of steps."""
    starts = [0, 160, 1_280, 8_000, 19_200]
    found = fed(sizes, encoder=BandEncoder()).windows([ORIGIN + start for start in starts])
    assert found == pytest.approx(windows_of(SOUND, starts, encoder=BandEncoder()), rel=1e-4)


@pytest.mark.parametrize("sizes", [[STEP] * 8, [1] * 300 + [7] * 300, [199, 1, 160, 159, 5_000]])
def test_features_of_the_real_encoder_are_equal_to_the_last_bit(sizes: list[int]) -> None:
    """So that all block sizes tell the same."""
    encoder = Ge2eEncoder(bundled.models_folder() / WEIGHTS)
    starts = [0, 1_280, 19_200]
    found = fed(sizes, encoder=encoder).windows([ORIGIN + start for start in starts])
    assert (found == windows_of(SOUND, starts, encoder=encoder)).all()


def test_each_frame_is_made_once() -> None:
    """32 000 samples in steps have as many frames as at once."""
    encoder = Counting()
    fed([STEP] * 12, encoder=encoder)
    assert encoder.frames == (len(SOUND) - FEATURE_CONTEXT) // FRAME + 1


@pytest.mark.parametrize(("samples", "frames"), [(199, 0), (200, 1), (359, 1), (360, 2), (2_560, 15)])
def test_frame_is_known_half_a_window_after_its_first_sample(samples: int, frames: int) -> None:
    """The first one after 200 samples, each further one 160 samples later."""
    stream = FeatureStream(origin=ORIGIN, encoder=BandEncoder())
    stream.step(SOUND[:samples], needed_from=None)
    assert stream.stop == ORIGIN + frames * FRAME


def test_what_is_not_known_yet_counts_as_silence() -> None:
    """A window at the last 30 frames is those and fifty of nothing."""
    stream = fed([], encoder=BandEncoder())
    (window,) = stream.windows([stream.stop - 30 * FRAME])
    assert window.shape == (WINDOW_FRAMES, BANDS)
    assert (window[:30].sum(axis=1) > 0).all()
    assert (window[30:] == 0).all()


def test_sound_is_given_back_as_it_was() -> None:
    """To the sample, by the time of the session."""
    stream = fed([STEP] * 5, encoder=BandEncoder())
    assert (stream.sound(Span(ORIGIN + 123, ORIGIN + 20_000)) == SOUND[123:20_000]).all()


def held(stream: FeatureStream, until: int) -> int:
    """Return how many samples a stream still holds of what lies before a sample."""
    return len(stream.sound(Span(stream._start, until)))


def test_old_sound_is_let_go() -> None:
    """After a minute in which nobody spoke no more than twice the look back and a step is held, features as well."""
    stream = FeatureStream(origin=0, encoder=BandEncoder())
    most = most_features = 0
    for k in range(375):
        stream.step(SOUND[:STEP], needed_from=None)
        most = max(most, held(stream, (k + 1) * STEP))
        most_features = max(most_features, sum(map(len, stream._features)))
    assert most <= 2 * LOOK_BACK + STEP
    assert most_features <= (2 * LOOK_BACK + 2 * STEP) // FRAME


def test_sound_of_a_run_is_held_for_as_long_as_the_run_lasts() -> None:
    """Needed from 48 000 on: after ten seconds its windows and sound are there, whole; then they are let go."""
    sound = voice_of(ANNA, 160)
    stream, start = FeatureStream(origin=0, encoder=BandEncoder()), 48_000
    for at in range(0, len(sound), STEP):
        stream.step(sound[at : at + STEP], needed_from=start if at >= start else None)
    assert (stream.sound(Span(start, len(sound))) == sound[start:]).all()
    assert stream.windows([start]) == pytest.approx(windows_of(sound, [start], encoder=BandEncoder()), rel=1e-4)
    for _ in range(30):
        stream.step(SOUND[:STEP], needed_from=None)
    assert held(stream, len(sound) + 30 * STEP) <= 2 * LOOK_BACK + STEP


def test_run_that_began_a_second_ago_is_still_there() -> None:
    """A run becomes known within a second of its start: its sound must not be gone by then."""
    sound = voice_of(ANNA, 160)
    stream = FeatureStream(origin=0, encoder=BandEncoder())
    for at in range(0, len(sound), STEP):
        stream.step(sound[at : at + STEP], needed_from=None)
        start = at + STEP - 16_000
        if start >= 0 and at % (7 * STEP) == 0:
            assert (stream.sound(Span(start, at + STEP)) == sound[start : at + STEP]).all()
            known = stream.windows([start // FRAME * FRAME])
            wanted = windows_of(sound, [start // FRAME * FRAME], encoder=BandEncoder())
            assert known == pytest.approx(wanted, rel=1e-4)
