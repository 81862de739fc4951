"""The neural detector: Silero v6, the ONNX model that faster-whisper carries, on onnxruntime."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attune.errors import DetectorError

_ASSET = "silero_vad_v6.onnx"
_CONTEXT = 64
_STATE = (1, 1, 128)


def silero_path() -> Path:
    """Return where faster-whisper keeps the model.

    Raises
    ------
    DetectorError
        If the package or the file is missing.
    """
    package = find_spec("faster_whisper")
    if package is None or not package.submodule_search_locations:
        raise DetectorError("the speech model Silero comes with faster-whisper, which is not installed")
    path = Path(package.submodule_search_locations[0]) / "assets" / _ASSET
    if not path.is_file():
        raise DetectorError(f"faster-whisper is installed without {_ASSET}; install faster-whisper 1.2 or later")
    return path


class SileroSession:
    """The loaded model, shared by the detectors of all channels.

    Raises
    ------
    DetectorError
        If onnxruntime or the model does not load.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = path or silero_path()
        try:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.inter_op_num_threads = options.intra_op_num_threads = 1
            options.enable_cpu_mem_arena = False
            options.log_severity_level = 4
            self._session: Any = onnxruntime.InferenceSession(
                str(path), providers=["CPUExecutionProvider"], sess_options=options
            )
        except Exception as error:
            raise DetectorError(f"the speech model {path} does not load: {str(error).splitlines()[0]}") from error

    def run(
        self, windows: NDArray[np.float32], h: NDArray[np.float32], c: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return probabilities (k,) and the new state for windows with context, (k, 64 + 512)."""
        found, h, c = self._session.run(None, {"input": windows, "h": h, "c": c})
        return found.reshape(-1), h, c


class SileroDetector:
    """One channel's detector: keeps the recurrent state and 64 samples of context between calls."""

    def __init__(self, session: SileroSession) -> None:
        self._session = session
        self.reset()

    def reset(self) -> None:
        """Forget all sound before the next window."""
        self._h = np.zeros(_STATE, np.float32)
        self._c = np.zeros(_STATE, np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how likely each window, float32 of shape (k, 512), holds speech: shape (k,)."""
        contexts = np.concatenate([self._context[None], windows[:-1, -_CONTEXT:]])
        found, self._h, self._c = self._session.run(np.concatenate([contexts, windows], axis=1), self._h, self._c)
        self._context = windows[-1, -_CONTEXT:].copy()
        return found
