"""Records the default microphone into a file until its input is closed; a program, run by the live tests."""

from __future__ import annotations

import json
import sys
import threading

import numpy as np

from attune.adapters.microphone import Microphone
from attune.events import Block


def main(path: str, channels: str) -> None:
    """Write the blocks to PATH and print a line of facts; a line "recording" comes with the first block after a gap."""
    blocks, gaps = [], []
    heard_before = False
    with Microphone(channels=int(channels)) as microphone:
        threading.Thread(target=lambda: (sys.stdin.read(), microphone.stop()), daemon=True).start()
        position = 0
        for part in microphone.sounds():
            assert part.span.start == position
            position = part.span.stop
            if isinstance(part, Block):
                if not heard_before:
                    print("recording", flush=True)
                heard_before = True
                blocks.append(part.samples)
            else:
                blocks.append(np.zeros((part.span.duration, int(channels)), np.int16))
                gaps.append([part.why, part.span.start, part.span.stop])
                print("gap", flush=True)
                heard_before = False
        np.save(path, np.concatenate(blocks))
        print(json.dumps({"gaps": gaps, "p99_us": microphone.callback_p99_us()}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
