"""From settled frames to inter-pausal units."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from attune.events import SpeechSegment, VoiceActivity, Voicing, segment_id
from attune.hearing.framer import FRAME
from attune.hearing.voicing import VoicedFrame
from attune.timebase import Span

PAUSE_FRAMES = 20
"""Silent frames that end a unit: 200 ms.

Source: θ of turn-taking.md; Heldner & Edlund use 180 ms.
"""

SHORTEST_FRAMES = 6
"""Speech frames that a unit has at least: 60 ms; shorter ones are clicks.

Source: chosen; under the shortest vowel of a "mm", tuned on composed two-channel conversations.
"""


class UnitBuilder:
    """Joins one speaker's frames into units; `origin` is the sample of frame 0."""

    def __init__(self, *, speaker: str, origin: int) -> None:
        self._speaker = speaker
        self._origin = origin
        self._speech: list[VoicedFrame] = []
        self._announced = False

    @property
    def open_since(self) -> int | None:
        """The sample at which the unit under way began."""
        return self._sample(self._speech[0].index) if self._speech else None

    @property
    def sounding_until(self) -> int | None:
        """The sample after the last speech of the unit under way."""
        return self._sample(self._speech[-1].index + 1) if self._speech else None

    def step(self, frames: Iterable[VoicedFrame], *, now: int) -> list[VoiceActivity | SpeechSegment]:
        """Return what the frames begin and end; `now` is the newest sample heard."""
        events: list[VoiceActivity | SpeechSegment] = []
        for frame in frames:
            if frame.speech:
                self._speech.append(frame)
                if not self._announced and len(self._speech) >= SHORTEST_FRAMES:
                    self._announced = True
                    events.append(self._activity(Voicing.STARTED, self._sample(self._speech[0].index), now))
            elif self._speech and frame.index - self._speech[-1].index >= PAUSE_FRAMES:
                events.extend(self._close(now))
        return events

    def finish(self, *, now: int) -> list[VoiceActivity | SpeechSegment]:
        """Return the end of an open unit, when nothing more will come."""
        return self._close(now) if self._speech else []

    def _close(self, now: int) -> list[VoiceActivity | SpeechSegment]:
        unit, self._speech = self._speech, []
        announced, self._announced = self._announced, False
        if not announced:
            return []
        span = Span(self._sample(unit[0].index), min(self._sample(unit[-1].index + 1), now))
        power = float(np.mean([10 ** (frame.level_db / 10) for frame in unit]))
        segment = SpeechSegment(
            id=segment_id(self._speaker, span.start),
            span=span,
            speaker=self._speaker,
            level_dbfs=float(10 * np.log10(power)),
            confidence=float(np.mean([frame.probability for frame in unit])),
        )
        return [segment, self._activity(Voicing.STOPPED, span.stop, now)]

    def _sample(self, index: int) -> int:
        return self._origin + index * FRAME

    def _activity(self, voicing: Voicing, at: int, now: int) -> VoiceActivity:
        return VoiceActivity(speaker=self._speaker, voicing=voicing, at=at, known_at=now)
