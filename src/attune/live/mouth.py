"""The coach's voice: sounds only while everybody is silent, and stops at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attune.engine import Event
from attune.errors import AttuneError, VoiceError
from attune.events import Delivery, DeliveryKind, Feedback, VoiceActivity, Voicing
from attune.live.speaking import Synthesis, VoiceWorker
from attune.timebase import samples_of

ECHO_TAIL = samples_of(0.6)
"""How long after the coach's last sound the room is not listened to: output latency and reverberation.

Source: chosen; output latency of PortAudio's default up to 0.2 s, reverberation times of living rooms about 0.4 s.
"""

CUT_OFF = samples_of(0.5)
"""How much too early a sound may end and still count as played to its end.

Source: chosen; longer than the blocks of a microphone, shorter than a phrase.
"""

OVERDUE = samples_of(3.0)
"""How much too late a sound may end before it is taken for stuck, as on a speaker that was unplugged.

Source: chosen; the room is not listened to while the coach sounds, so a stuck sound must not last.
"""


class Loudspeaker(Protocol):
    """Plays one sound at a time."""

    @property
    def playing(self) -> bool:
        """Whether a sound is on its way out."""
        ...

    def play(self, samples: NDArray[np.int16], rate: int) -> None:
        """Start to play, and return."""
        ...

    def stop(self) -> None:
        """Silence it now."""
        ...


PREPARED_WITHIN = samples_of(20.0)
"""How long a sentence may take to be synthesised. Source: chosen; twice the time-out of the synthesis itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How the coach sounds."""

    synthesis: Synthesis
    loudspeaker: Loudspeaker


class MouthState(Enum):
    """What the coach's voice does."""

    SILENT = auto()
    PREPARING = auto()
    SOUNDING = auto()


class Mouth:
    """The coach's voice: synthesises on a thread, sounds only while everybody is silent, stops at once.

    Without a voice, or when one fails, feedback is shown; the failure is told once.
    """

    def __init__(self, voice: Voice | None, *, tell: Callable[[str], None]) -> None:
        self._voice = voice
        self._tell = tell
        self._state = MouthState.SILENT
        self._saying: Feedback | None = None
        self._speaking: set[str] = set()
        self._overtaken = False
        self._deaf_until = 0
        self._due = 0
        self._hushed = threading.Event()
        self._worker = None if voice is None else VoiceWorker(voice.synthesis)

    @property
    def busy(self) -> bool:
        """Whether the coach sounds or is about to."""
        return self._state is not MouthState.SILENT

    def sounding(self, sample: int) -> bool:
        """Return whether sound from a sample on may hold the coach's voice."""
        return self._state is MouthState.SOUNDING or sample < self._deaf_until

    def observe(self, event: Event) -> None:
        """Take in who speaks, and what is to be said."""
        match event:
            case VoiceActivity(voicing=Voicing.STARTED):
                self._speaking.add(event.speaker)
                self._overtaken = True
            case VoiceActivity():
                self._speaking.discard(event.speaker)
            case Feedback(delivery=DeliveryKind.SPOKEN):
                self._saying = event
                self._state = MouthState.PREPARING
                self._overtaken = False
                self._hushed.clear()
                if self._voice is not None and self._worker is not None:
                    self._worker.say(event.text)
            case _:
                pass

    def advance(self, now: int) -> list[Delivery]:
        """Return what has become of feedback by a sample; called between two stretches of sound.

        Parameters
        ----------
        now
            The newest sample that was captured, whether or not the engine has heard it: an engine that lags must not
            take what the coach said a moment ago for a person.
        """
        voice, saying = self._voice, self._saying
        if saying is None:
            return []
        if voice is None or self._worker is None or self._hushed.is_set():
            return self._over(saying, DeliveryKind.SHOWN, now)
        if self._state is MouthState.PREPARING:
            made = self._worker.made()
            if made is None and now >= saying.at + PREPARED_WITHIN:
                made = VoiceError("the voice did not answer in time")
            if made is None:
                return []
            if isinstance(made, AttuneError):
                return self._failed(saying, made, now)
            if self._speaking or self._overtaken:
                return self._over(saying, DeliveryKind.SHOWN, now)
            try:
                voice.loudspeaker.play(made.samples, made.rate)
            except AttuneError as error:
                return self._failed(saying, error, now)
            self._state = MouthState.SOUNDING
            self._due = now + samples_of(len(made.samples) / made.rate)
            return []
        if voice.loudspeaker.playing and now < self._due + OVERDUE:
            return []
        whole = self._due - CUT_OFF <= now < self._due + OVERDUE
        return self._over(saying, DeliveryKind.SPOKEN if whole else DeliveryKind.SHOWN, now)

    def hush(self) -> None:
        """Silence the coach now; safe from any thread."""
        self._hushed.set()
        voice = self._voice
        if voice is not None:
            voice.loudspeaker.stop()

    def finish(self) -> list[Delivery]:
        """Return what becomes of feedback under way when the session ends: it is silenced, and was shown."""
        self.hush()
        saying = self._saying
        return [] if saying is None else self._over(saying, DeliveryKind.SHOWN, self._deaf_until)

    def close(self) -> None:
        """Silence the coach and end the thread."""
        self.hush()
        if self._worker is not None:
            self._worker.close()

    def _failed(self, saying: Feedback, error: AttuneError, now: int) -> list[Delivery]:
        self._tell(f"The coach cannot be heard, so its words are shown: {error}")
        self._voice = None
        return self._over(saying, DeliveryKind.SHOWN, now)

    def _over(self, saying: Feedback, how: DeliveryKind, now: int) -> list[Delivery]:
        if self._state is MouthState.SOUNDING:
            self._deaf_until = now + ECHO_TAIL
            if self._voice is not None:
                self._voice.loudspeaker.stop()
        self._state = MouthState.SILENT
        self._saying = None
        return [Delivery(feedback_id=saying.id, how=how)]
