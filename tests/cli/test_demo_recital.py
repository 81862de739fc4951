"""The demo's dialogue in the room: both voices together, and one sentence where there is no loudspeaker."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attune.cli.demo import LaterTranscriber, SpokenRecital
from attune.errors import PlaybackError
from attune.events import Block, Phrase, Word
from attune.timebase import Span
from attune.transcribing.scripted import ScriptedTranscriber

BLOCKS = [
    Block(start=0, samples=np.array([[1, 10], [2, 20]], np.int16)),
    Block(start=2, samples=np.array([[30_000, 30_000], [-30_000, -30_000]], np.int16)),
]


class Loudspeaker:
    """Notes what it plays, or has no device."""

    def __init__(self, *, broken: str | None = None) -> None:
        self.broken = broken
        self.played: list[tuple[list[int], int]] = []
        self.stops = 0

    @property
    def playing(self) -> bool:
        return False

    def play(self, samples: NDArray[np.int16], rate: int) -> None:
        if self.broken:
            raise PlaybackError(self.broken)
        self.played.append((samples.tolist(), rate))

    def stop(self) -> None:
        self.stops += 1


def test_both_voices_are_played_together_from_where_it_stopped() -> None:
    """Channels are added and kept within 16 bits."""
    loudspeaker = Loudspeaker()
    recital = SpokenRecital(BLOCKS, loudspeaker=loudspeaker, tell=lambda _: None)
    recital.go_on(0)
    recital.pause()
    recital.go_on(2)
    assert loudspeaker.played == [([11, 22, 32_767, -32_768], 16_000), ([32_767, -32_768], 16_000)]
    assert loudspeaker.stops == 1


def test_missing_loudspeaker_is_told_once() -> None:
    """The demo goes on in silence."""
    told: list[str] = []
    recital = SpokenRecital(BLOCKS, loudspeaker=Loudspeaker(broken="no speaker is connected"), tell=told.append)
    recital.go_on(0)
    recital.pause()
    recital.go_on(2)
    assert told == ["The couple cannot be heard, so their words are shown: no speaker is connected"]


def test_words_of_a_held_dialogue_come_at_the_times_at_which_they_are_heard() -> None:
    """The script says 1,000; a silence of 500 came before."""
    script = ScriptedTranscriber({"Ana": (Word(span=Span(1_000, 1_200), text="Yes."),)})
    transcriber = LaterTranscriber(script, later=lambda _: 500)
    phrase = Phrase(id="p-1", speaker="Ana", span=Span(1_400, 1_800))
    answer = transcriber.transcribe(phrase, np.zeros(400, np.int16))
    assert [(word.text, word.span) for word in answer.words] == [("Yes.", Span(1_500, 1_700))]
