"""Plays a tone through the default speaker; a program, run by the live tests."""

from __future__ import annotations

import sys

import numpy as np

from attune.adapters.playback import Speaker

RATE = 22_050
TONE_HZ = 600


def main(seconds: str) -> None:
    """Play until the tone ends or a line comes in; print "ended" or "stopped"."""
    tone = 8000 * np.sin(2 * np.pi * TONE_HZ * np.arange(round(float(seconds) * RATE)) / RATE)
    speaker = Speaker()
    speaker.play(tone.astype(np.int16), RATE)
    if float(seconds) > 5:
        sys.stdin.readline()
        speaker.stop()
        print("stopped", flush=True)
    else:
        print("ended" if speaker.wait(float(seconds) + 10) else "still playing", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
