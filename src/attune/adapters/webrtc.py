"""The gate: WebRTC's voice activity detector, through webrtcvad."""

from __future__ import annotations

from attune.errors import DetectorError
from attune.timebase import SAMPLE_RATE

PERMISSIVE = 1
"""Mode 0..3 from permissive to strict.

Source: mode 1 keeps .97 of the speech of the AMI clips and the telephone call; what it lets
through beside speech the neural check removes.
"""


class WebRtcGate:
    """Says of 10 ms frames whether they may hold speech.

    Raises
    ------
    DetectorError
        If webrtcvad does not load.
    """

    def __init__(self, *, mode: int = PERMISSIVE) -> None:
        try:
            import webrtcvad
        except ImportError as error:
            raise DetectorError(
                f"the speech gate webrtcvad does not load ({error}); install it with: pip install webrtcvad-wheels"
            ) from error
        self._vad = webrtcvad.Vad(mode)

    def is_speech(self, frame: bytes) -> bool:
        """Return whether 160 little-endian int16 samples may hold speech."""
        found: bool = self._vad.is_speech(frame, SAMPLE_RATE)
        return found
