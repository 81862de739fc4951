"""Runs a live session on the default microphone, then feeds what its engine was fed to a fresh one; run by the tests.

It prints "Listening" when it records, what becomes of feedback, and at the end, when its input is closed, a line of
JSON with what was fed and whether both engines said the same.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import threading
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attune.adapters.microphone import Microphone
from attune.adapters.portaudio import PortAudio
from attune.cli.parts import detectors, finder_of, phrases_of
from attune.cli.session_run import voice_of
from attune.coaching.policy import CoachMode, CoachSettings
from attune.engine import Answer, Engine, Event
from attune.events import Delivery, Phrase, Sound, Transcript, Word
from attune.live.session import LiveSession
from attune.plan import Arrangement, Plan
from attune.sessions.document import session_document
from attune.settings import Settings


class OneWord:
    """Hears one word in every phrase, and fails at every third."""

    name = "one word"

    def __init__(self) -> None:
        self._asked = 0

    def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:
        """Return the word."""
        self._asked += 1
        if self._asked % 3 == 0:
            raise ValueError("every third phrase fails")
        return Transcript(phrase_id=phrase.id, words=(Word(span=phrase.span, text="yes"),), model=self.name)


class RecordedEngine(Engine):
    """An engine that remembers what it was asked, and what it said."""

    def __init__(self) -> None:
        coach = CoachSettings(lull_s=1.0, first_talk_s=4.0, cool_down_s=5.0, praises_per_suggestion=0)
        super().__init__(
            plan=Plan(
                speakers=("Ana", "Ben"),
                arrangement=Arrangement.CHANNEL_EACH,
                channels=2,
                transcriber=OneWord.name,
            ),
            detectors=detectors(),
            finder=finder_of("en"),
            phrases=phrases_of("en"),
            settings=Settings(coach=coach),
        )
        self.calls: list[tuple[str, tuple[Any, ...], list[Event]]] = []

    def feed(self, sound: Sound) -> list[Event]:
        """Feed, and remember."""
        return self._remembered("feed", (sound,), super().feed(sound))

    def accept(self, answer: Answer) -> list[Event]:
        """Accept, and remember."""
        return self._remembered("accept", (answer,), super().accept(answer))

    def flush(self) -> list[Event]:
        """Flush, and remember."""
        return self._remembered("flush", (), super().flush())

    def close(self) -> list[Event]:
        """Close, and remember."""
        return self._remembered("close", (), super().close())

    def _remembered(self, name: str, given: tuple[Any, ...], said: list[Event]) -> list[Event]:
        self.calls.append((name, given, said))
        return said


def plain(item: Any) -> Any:
    """Return what an event can be compared by: arrays by their bytes."""
    fields = {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}
    return type(item).__name__, {k: v.tobytes() if isinstance(v, np.ndarray) else v for k, v in fields.items()}


def tell_delivery(item: object) -> None:
    """Print what became of feedback."""
    if isinstance(item, Delivery):
        print(f"delivery {item.how}", flush=True)


def main() -> None:
    """Listen, replay, compare."""
    sound = PortAudio()
    live, again = RecordedEngine(), RecordedEngine()
    with Microphone(channels=2, opener=sound) as microphone:
        session = LiveSession(
            engine=live,
            source=microphone,
            transcriber=OneWord(),
            voice=voice_of(CoachMode.SPOKEN, sound=sound),
            taps=(tell_delivery,),
        )
        threading.Thread(target=lambda: (sys.stdin.read(), session.stop()), daemon=True).start()
        print("Listening", flush=True)
        session.run()
    for name, given, _ in live.calls:
        getattr(again, name)(*given)
    said = [[plain(event) for _, _, events in engine.calls for event in events] for engine in (live, again)]
    documents = [session_document(engine.record(source="room")) for engine in (live, again)]
    fed = Counter(type(item).__name__ for _, given, _ in live.calls for item in given)
    facts = {
        "fed": fed,
        "said": Counter(name for name, _ in said[0]),
        "same_events": said[0] == said[1],
        "same_record": documents[0] == documents[1],
        "feedback": documents[1]["feedback"],
    }
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
