"""The voice encoder: GE2E, the ONNX model in ``models``, on onnxruntime; its mel features in numpy.

Both are exact to the bit whatever else is done in the same call: a frame has the same features, and a window the same
voices, alone and among others.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attune.errors import VoiceEncoderError
from attune.timebase import SAMPLE_RATE

WEIGHTS = "voice_encoder.onnx"
"""The model's file in the folder of models."""

BANDS = 40
"""Mel bands of a frame."""

SIZE = 256
"""Numbers in a voice."""

_FRAME = 160
_WINDOW = 400
_HOP_FRAMES = 8

_TARGET_DBFS = -30.0
"""Level that a window is brought to.

Source: Resemblyzer, whose weights these are, brings quieter speech to it.
"""

_LEAST_DBFS = -100.0
"""What is quieter is not made louder than if it had this level: it is the last bit of 16-bit sound, and no voice."""

_FRAMES_AT_ONCE = 100
"""Frames whose spectra are held at a time: 0.3 MB stay in the processor's cache, however long the sound is."""


class Ge2eEncoder:
    """The loaded model, shared by all that ask about voices; it keeps nothing between calls.

    GE2E (Wan et al. 2018) is trained to tell speakers apart whatever they say. Its level is fixed: every window is
    brought to −30 dBFS, as measured in its louder half, so that pauses within it do not count.

    Parameters
    ----------
    path
        The model's file, `WEIGHTS` in the folder of models.

    Raises
    ------
    VoiceEncoderError
        If onnxruntime or the model does not load, or it is another model.
    """

    def __init__(self, path: Path) -> None:
        try:
            model = path.read_bytes()
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise VoiceEncoderError(f"the voice encoder {path} cannot be read: {why}; install Attune again") from error
        self._name = f"ge2e-{hashlib.sha256(model).hexdigest()[:8]}"
        self._mel = MelBands()
        try:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.inter_op_num_threads = options.intra_op_num_threads = 1
            options.enable_cpu_mem_arena = False
            options.log_severity_level = 4
            self._session: Any = onnxruntime.InferenceSession(
                model, providers=["CPUExecutionProvider"], sess_options=options
            )
        except Exception as error:
            why = (str(error).splitlines() or [repr(error)])[0]
            raise VoiceEncoderError(f"the voice encoder {path} does not load: {why}; install Attune again") from error
        ends = [*self._session.get_inputs(), *self._session.get_outputs()]
        if [(end.name, end.shape[-1:]) for end in ends] != [("mels", [BANDS]), ("voices", [SIZE])]:
            names = ", ".join(end.name for end in ends)
            raise VoiceEncoderError(f"{path} is no voice encoder but a model of {names}; install Attune again")

    @property
    def name(self) -> str:
        """The encoder's identity, with the first eight digits of its file's SHA-256."""
        return self._name

    def features(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the power in the mel bands of 10 ms frames.

        Parameters
        ----------
        samples
            Sound in −1..1, shape (n × 160 + 240,): frame k lies in samples k × 160 to k × 160 + 400.

        Returns
        -------
        float32, shape (n, 40).
        """
        return self._mel.of(samples)

    def voices(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the voice after every 8 frames of windows of features, whatever their level.

        Parameters
        ----------
        windows
            float32, shape (k, frames, 40).

        Returns
        -------
        float32, shape (k, frames // 8, 256); vectors have length 1.
        """
        if not len(windows):
            return np.zeros((0, windows.shape[1] // _HOP_FRAMES, SIZE), np.float32)
        voices: NDArray[np.float32] = self._session.run(["voices"], {"mels": self._mel.levelled(windows)})[0]
        return voices


class MelBands:
    """Forty triangles from 0 to 8000 Hz, spaced and scaled as in Slaney's Auditory Toolbox, over a 25 ms Hann window.

    Source: the features that the weights were trained on: ``librosa.feature.melspectrogram(sr=16000, n_fft=400,
    hop_length=160, n_mels=40)``.
    """

    def __init__(self) -> None:
        # Between two edges one triangle rises and the one below it falls: each cell of the spectrum counts in both.
        edges_hz = _mel_to_hz(np.linspace(0.0, _hz_to_mel(SAMPLE_RATE / 2), BANDS + 2))
        cells_hz = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
        between = np.clip(np.searchsorted(edges_hz, cells_hz, side="right") - 1, 0, BANDS)
        rising = (cells_hz - edges_hz[between]) / np.diff(edges_hz)[between]
        width_hz = edges_hz[2:] - edges_hz[:-2]
        hann = np.hanning(_WINDOW + 1)[:_WINDOW]
        self._hann = hann.astype(np.float32)
        self._rising = rising.astype(np.float32)
        self._falling = (1 - rising).astype(np.float32)
        self._starts = np.searchsorted(between, np.arange(BANDS + 1))
        self._scale = (2 / width_hz).astype(np.float32)
        # The unscaled triangles add up to 1 between the first peak and the last, so bands become the sound's power.
        self._power_of_band = (width_hz / (_WINDOW * (hann**2).sum())).astype(np.float32)

    def of(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the power in the bands, float32 (n, 40), of the n frames of sound of shape (n × 160 + 240,)."""
        if len(samples) < _WINDOW:
            return np.zeros((0, BANDS), np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_FRAME]
        bands = np.empty((len(frames), BANDS), np.float32)
        for start in range(0, len(frames), _FRAMES_AT_ONCE):
            spectrum = np.fft.rfft(frames[start : start + _FRAMES_AT_ONCE] * self._hann)
            power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)
            # Not a product of matrices: its last bit depends on how many frames there are.
            rising = np.add.reduceat(power * self._rising, self._starts, axis=1)
            falling = np.add.reduceat(power * self._falling, self._starts, axis=1)
            np.add(rising[:, :-1], falling[:, 1:], out=bands[start : start + _FRAMES_AT_ONCE])
        bands *= self._scale
        return bands

    def levelled(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return windows, float32 (k, frames, 40), brought to −30 dBFS as measured in their louder halves."""
        power = (windows * self._power_of_band).sum(axis=2)
        half = power.shape[1] // 2
        loud = np.partition(power, half, axis=1)[:, half:].mean(axis=1)
        gain = 10 ** (_TARGET_DBFS / 10) / np.maximum(loud, 10 ** (_LEAST_DBFS / 10))
        levelled: NDArray[np.float32] = windows * gain.astype(np.float32)[:, None, None]
        return levelled


_LINEAR_UP_TO_HZ = 1000.0
_LINEAR_HZ = 200 / 3
_LOG_STEP = np.log(6.4) / 27


def _hz_to_mel(hz: float) -> float:
    """Return a frequency of 1000 Hz or more on Slaney's scale: linear up to there, logarithmic above."""
    return float(_LINEAR_UP_TO_HZ / _LINEAR_HZ + np.log(hz / _LINEAR_UP_TO_HZ) / _LOG_STEP)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _LINEAR_UP_TO_HZ / _LINEAR_HZ
    hz: NDArray[np.float64] = np.where(
        mel < knee, mel * _LINEAR_HZ, _LINEAR_UP_TO_HZ * np.exp(_LOG_STEP * (mel - knee))
    )
    return hz
