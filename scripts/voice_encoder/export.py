"""Make models/voice_encoder.onnx, check it against the model that its weights come from, and tell what it is.

    scripts/export_voice_encoder [--check]

The checks, on all bundled dialogues: features as librosa makes them, and after every 80 ms of a window the voice that
Resemblyzer's own model gives for so much of it. Exit status 0: done; 1: it is not that model, or --check found a
difference.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path

import librosa
import numpy as np
import resemblyzer
import soundfile
import torch
from graph import EVERY, voice_graph
from numpy.typing import NDArray

from attune.adapters.voice_encoder import WEIGHTS, Ge2eEncoder, MelBands

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "models"
LICENCE = FOLDER / "LICENSE-Resemblyzer.txt"
README = FOLDER / "README.md"
BEGIN, END = "<!-- voice encoder: written by scripts/export_voice_encoder -->\n", "<!-- end of voice encoder -->\n"

WINDOW = 80
"""Frames of a window, as Attune uses them."""

HOP = 40
"""Frames between two windows that are compared."""

LEAST_COSINE = 0.999
MOST_DIFFERENCE = 1e-4
"""Between features and librosa's, as a share of the largest in the frame."""


class NotTheModelError(Exception):
    """What was made is not the model that the weights come from."""


def main() -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; compare with what is there")
    is_check = parser.parse_args().check
    torch.set_num_threads(1)
    reference = resemblyzer.VoiceEncoder("cpu", verbose=False).eval()
    model = voice_graph({name: value.numpy() for name, value in reference.state_dict().items()})
    content = model.SerializeToString(deterministic=True)
    try:
        difference, cosines = compared(content, reference)
    except NotTheModelError as error:
        print(f"export_voice_encoder: {error}", file=sys.stderr)
        return 1
    print(f"features differ by {difference:.1e} at most; least cosine {cosines.min():.7f}")
    licence = next(file for file in distribution("Resemblyzer").files or () if file.name == "LICENSE")
    readme = README.read_text("utf-8")
    before, _, rest = readme.partition(BEGIN)
    after = rest.partition(END)[2]
    wanted = {
        FOLDER / WEIGHTS: content,
        LICENCE: licence.read_text("utf-8").encode(),
        README: (before + BEGIN + described(content, difference, cosines) + END + after).encode(),
    }
    status = 0
    for path, new in wanted.items():
        is_same = path.exists() and path.read_bytes() == new
        if not is_same and is_check:
            status = 1
        elif not is_same:
            path.write_bytes(new)
        outcome = "same" if is_same else "differs" if is_check else "written"
        print(f"{path.relative_to(ROOT)}: {outcome}")
    return status


def compared(content: bytes, reference: resemblyzer.VoiceEncoder) -> tuple[float, NDArray[np.float64]]:
    """Return the largest difference of features, and the least cosine after every 80 ms of a window.

    Raises
    ------
    NotTheModelError
        If a feature or a voice is farther from the reference than it may be.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WEIGHTS
        path.write_bytes(content)
        encoder = Ge2eEncoder(path)
    difference, cosines = 0.0, np.ones(WINDOW // EVERY)
    for sound in sorted((ROOT / "audio_fixtures").glob("*.mono.flac")):
        samples, _ = soundfile.read(sound, dtype="float32")
        right = librosa.feature.melspectrogram(y=samples, sr=16000, n_fft=400, hop_length=160, n_mels=40).T
        ours = encoder.features(np.pad(samples, 200))
        difference = max(difference, float((np.abs(ours - right).max(axis=1) / right.max(axis=1)).max()))
        starts = np.arange(0, len(right) - WINDOW + 1, HOP)[:, None] + np.arange(WINDOW)
        cosines = np.minimum(cosines, least_cosines(encoder.voices(ours[starts]), right[starts], reference))
        print(f"{sound.name}: {len(starts)} windows compared", flush=True)
    if difference > MOST_DIFFERENCE:
        raise NotTheModelError(f"features differ from librosa's by {difference:.1e}, more than {MOST_DIFFERENCE:.0e}")
    if cosines.min() < LEAST_COSINE:
        at_ms = 10 * EVERY * (int(cosines.argmin()) + 1)
        raise NotTheModelError(
            f"after {at_ms} ms a voice has a cosine of {cosines.min():.6f} with Resemblyzer's, less than {LEAST_COSINE}"
        )
    return difference, cosines


def least_cosines(
    voices: NDArray[np.float32], windows: NDArray[np.float32], reference: resemblyzer.VoiceEncoder
) -> NDArray[np.float64]:
    """Return the least cosine, after every 80 ms, of voices with those of Resemblyzer's model for windows cut there."""
    levelled = torch.from_numpy(MelBands().levelled(windows))
    found = []
    with torch.no_grad():
        for answer in range(voices.shape[1]):
            right = reference(levelled[:, : EVERY * (answer + 1)]).numpy().astype(np.float64)
            found.append((voices[:, answer] * right).sum(axis=1).min())
    return np.array(found)


def described(content: bytes, difference: float, cosines: NDArray[np.float64]) -> str:
    """Return what models/README.md says of the model."""
    weights = (Path(__file__).parent / "weights.txt").read_text("utf-8").split()
    package, wheel = weights[0].replace("==", " "), weights[1].removeprefix("--hash=sha256:")
    times = " | ".join(str(10 * EVERY * (answer + 1)) for answer in range(len(cosines)))
    # Rounded down, and so far that the last bits of another processor do not show.
    least = " | ".join(f"{np.floor(cosine * 1e6) / 1e6:.6f}" for cosine in cosines)
    return f"""
## `{WEIGHTS}`

Turns 0.8 s of speech into 256 numbers that lie close together for one voice and farther apart for two. With it Attune
tells people on one microphone apart.

- **Network**: GE2E (Wan et al. 2018, "Generalized end-to-end loss for speaker verification"): three LSTM layers of 256,
  a linear layer with ReLU, length 1; 1,423,616 parameters, float32, as they were trained.
- **Weights**: trained by Resemble AI; from the package {package} on PyPI, whose wheel has the SHA-256
  `{wheel}`.
- **Licence**: Apache 2.0, Copyright 2019 Resemble.AI; its text is in `{LICENCE.name}`. Changed in one thing: the
  format, which here is ONNX, with an answer after every 80 ms instead of one at the end.
- **Input**: `mels`, float32 (windows, frames, 40): power in Slaney's mel bands, 25 ms Hann windows every 10 ms, each
  window of frames brought to −30 dBFS.
- **Output**: `voices`, float32 (windows, frames // 8, 256): the voice after every 80 ms of each window.
- **File**: {len(content):,} bytes, SHA-256 `{hashlib.sha256(content).hexdigest()}`.

Made, checked and described by `scripts/export_voice_encoder`; `--check` makes it again and compares. The same weights
give the same bytes. In windows of all bundled dialogues, against Resemblyzer's own model for windows cut there:

| after ms | {times} |
|---|{"---|" * len(cosines)}
| least cosine | {least} |

Features differ from librosa's by less than {np.ceil(difference * 1e5) / 1e5:.5f} of the largest in their frame.
"""


if __name__ == "__main__":
    sys.exit(main())
