"""The bundled voice encoder: its features, its voices, and what it says of a file that is not it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from attune.adapters.silero import silero_path
from attune.adapters.voice_encoder import BANDS, SIZE, WEIGHTS, Ge2eEncoder, MelBands
from attune.bundled import models_folder
from attune.errors import VoiceEncoderError
from attune.hearing.voices.encoder import ANSWERS, FEATURE_CONTEXT, WINDOW_FRAMES, VoiceEncoder, frames_in
from heard_fixtures import sound_of, truth_of
from made_noise import white


@cache
def encoder() -> VoiceEncoder:
    """Return the bundled encoder, loaded once."""
    return Ge2eEncoder(models_folder() / WEIGHTS)


def chirp() -> NDArray[np.float32]:
    """Return a second of a tone that rises from 50 to 7850 Hz."""
    t = np.arange(16_000) / 16_000
    return (0.5 * np.sin(2 * np.pi * (50 * t + 3_900 * t**2))).astype(np.float32)


def noise(seconds: float) -> NDArray[np.float32]:
    """Return noise at -40 dBFS."""
    return (0.01 * white(seconds, np.random.default_rng(1))).astype(np.float32)


@cache
def voices_of(name: str, speaker: str) -> NDArray[np.float32]:
    """Return the whole windows of a person's segments in a dialogue's one channel, embedded: shape (n, 10, 256)."""
    sound = sound_of(name, channels=1)[:, 0].astype(np.float32) / np.float32(32_768)
    features = encoder().features(np.pad(sound, FEATURE_CONTEXT))
    spans = [(s["start_sample"], s["stop_sample"]) for s in truth_of(name)["segments"] if s["speaker"] == speaker]
    starts = [k for start, stop in spans for k in range(-(-start // 160), stop // 160 - WINDOW_FRAMES + 1, 80)]
    return encoder().voices(np.stack([features[k : k + WINDOW_FRAMES] for k in starts]))


def mean_voice(voices: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the direction of the last answers of some windows together."""
    mean = voices[:, -1].mean(axis=0)
    return mean / np.linalg.norm(mean)


# --- features ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "band", "powers"),
    [
        (2, 2, [7.009129, 30.420935, 12.955501]),
        (15, 15, [2.734392, 24.922829, 9.798305]),
        (40, 27, [0.126821, 12.165664, 2.834303]),
        (70, 35, [6.237508, 2.578811]),
        (97, 39, [3.263831]),
    ],
)
def test_features_are_those_that_the_weights_were_trained_on(frame: int, band: int, powers: list[float]) -> None:
    """The bands where a rising tone is loud, as librosa 0.11 has them (n_fft 400, hop 160, 40 bands, not centred)."""
    features = encoder().features(chirp())
    assert (features.shape, features.dtype) == ((98, BANDS), np.float32)
    assert features[frame, band : band + len(powers)] == pytest.approx(powers, rel=1e-5)


def test_one_frame_needs_400_samples() -> None:
    """Fewer samples have no features; 160 more have one more frame."""
    counts = {399: 0, 400: 1, 559: 1, 560: 2}
    assert {n: len(encoder().features(chirp()[:n])) for n in counts} == counts
    assert {n: frames_in(n) for n in counts} == counts


@given(sizes=st.lists(st.integers(1, 130), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_features_in_pieces_are_features_at_once(sizes: list[int]) -> None:
    """To the last bit, however many frames a piece has."""
    sound = noise(3.0)
    whole = encoder().features(sound)
    at = 0
    for size in sizes:
        size = min(size, len(whole) - at)
        piece = encoder().features(sound[160 * at : 160 * (at + size) + 240])
        assert np.array_equal(piece, whole[at : at + size])
        at += size


# --- level -------------------------------------------------------------------------------------------------


def test_level_is_that_of_the_louder_half() -> None:
    """A tone at -20 dBFS that is there for half of a window is brought to the level of one at -30 dBFS."""
    tone = np.sqrt(2) * np.sin(2 * np.pi * 1_000 * np.arange(80 * 160 + 240) / 16_000)
    quiet, loud = (encoder().features((gain * tone).astype(np.float32)) for gain in (10**-1.5, 0.1))
    loud[40:] = 0.0
    levelled = MelBands().levelled(np.stack([quiet, loud]))
    assert levelled[0] == pytest.approx(quiet, rel=1e-3)
    assert levelled[1, :40] == pytest.approx(quiet[:40], rel=1e-3)


def test_whisper_and_shout_of_the_same_sound_are_one_voice() -> None:
    """The level of a window, -50 or -20 dBFS, does not show in the voice."""
    sound = sound_of("demo", channels=1)[:, 0].astype(np.float64)
    start = truth_of("demo")["segments"][0]["start_sample"]
    window = sound[start : start + 80 * 160 + 240]
    window /= np.sqrt((window**2).mean())
    features = [encoder().features((window * 10 ** (level / 20)).astype(np.float32)) for level in (-50, -20)]
    quiet, loud = encoder().voices(np.stack(features))
    assert (quiet * loud).sum(axis=1).min() > 0.9999


def test_digital_silence_has_some_voice() -> None:
    """Nothing is divided by zero."""
    voices = encoder().voices(np.zeros((1, WINDOW_FRAMES, BANDS), np.float32))
    assert np.linalg.norm(voices, axis=2) == pytest.approx(np.ones((1, ANSWERS)), abs=1e-5)


# --- voices ------------------------------------------------------------------------------------------------


def test_voices_are_ten_directions_a_window() -> None:
    """One after every 80 ms, each of length 1."""
    voices = voices_of("demo", "A")[:3]
    assert (voices.shape, voices.dtype) == ((3, ANSWERS, SIZE), np.float32)
    assert np.linalg.norm(voices, axis=2) == pytest.approx(np.ones((3, ANSWERS)), abs=1e-5)


def test_no_windows_have_no_voices() -> None:
    """An empty batch is answered like any other."""
    assert encoder().voices(np.zeros((0, WINDOW_FRAMES, BANDS), np.float32)).shape == (0, ANSWERS, SIZE)


def test_answer_does_not_depend_on_the_sound_after_it() -> None:
    """At one level, the first five answers of a window are those of its first half."""
    half = encoder().features(noise(0.5))[:40]
    window = np.concatenate([half, half[::-1]])
    both = encoder().voices(window[None])[0, :5], encoder().voices(half[None])[0]
    assert (both[0] * both[1]).sum(axis=1).min() > 0.99


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_batches_do_not_matter(size: int) -> None:
    """A window has the same voice alone and among others."""
    windows = encoder().features(noise(16 * 0.8 + 0.015))[: 16 * WINDOW_FRAMES].reshape(16, WINDOW_FRAMES, BANDS)
    together = encoder().voices(windows)
    batches = np.concatenate([encoder().voices(windows[k : k + size]) for k in range(0, 16, size)])
    assert batches == pytest.approx(together, abs=1e-6)


@pytest.mark.parametrize("name", ["demo", "good_listening", "patience_with_silence"])
def test_two_voices_lie_farther_apart_than_two_stretches_of_one(name: str) -> None:
    """Every other window of a person against the rest, and against the partner."""
    one, other = voices_of(name, "A"), voices_of(name, "B")
    within = [mean_voice(voices[::2]) @ mean_voice(voices[1::2]) for voices in (one, other)]
    assert min(within) > 0.95
    assert mean_voice(one) @ mean_voice(other) < 0.8


# --- files -------------------------------------------------------------------------------------------------


def test_name_identifies_the_weights() -> None:
    """Profiles made with other weights are of an encoder of another name."""
    digest = hashlib.sha256((models_folder() / WEIGHTS).read_bytes()).hexdigest()
    assert encoder().name == f"ge2e-{digest[:8]}"


def test_weights_are_those_that_the_readme_tells_of() -> None:
    """The checksum in models/README.md is that of the file."""
    digest = hashlib.sha256((models_folder() / WEIGHTS).read_bytes()).hexdigest()
    assert f"SHA-256 `{digest}`" in (models_folder() / "README.md").read_text("utf-8")


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    """The line names the file and the remedy."""
    with pytest.raises(VoiceEncoderError) as caught:
        Ge2eEncoder(tmp_path / WEIGHTS)
    place = tmp_path / WEIGHTS
    assert str(caught.value) == (
        f"the voice encoder {place} cannot be read: no such file or directory; install Attune again"
    )


@pytest.mark.parametrize("content", ["nothing", "half", "text"])
def test_broken_file_is_one_line(tmp_path: Path, content: str) -> None:
    """Empty, cut short, or no model at all."""
    whole = (models_folder() / WEIGHTS).read_bytes()
    broken = {"nothing": b"", "half": whole[: len(whole) // 2], "text": b"version https://example.org/spec\n" * 9}
    path = tmp_path / WEIGHTS
    path.write_bytes(broken[content])
    with pytest.raises(VoiceEncoderError) as caught:
        Ge2eEncoder(path)
    message = str(caught.value)
    assert message.startswith(f"the voice encoder {path} does not load: ")
    assert message.endswith("; install Attune again")
    assert "\n" not in message


def test_another_model_is_refused() -> None:
    """Silero is a model, but no voice encoder."""
    with pytest.raises(VoiceEncoderError, match=r"is no voice encoder but a model of input, .*; install Attune again"):
        Ge2eEncoder(silero_path())
