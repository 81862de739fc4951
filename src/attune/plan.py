"""Who will be heard, and how people and microphones go together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Arrangement(StrEnum):
    """How people and microphones go together."""

    ONE_PERSON = "one person"
    CHANNEL_EACH = "a channel each"
    ONE_MICROPHONE = "one microphone"


_COUNT_WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is heard, and how.

    Attributes
    ----------
    speakers
        Their names; with a channel each, in the order of the channels.
    arrangement
        Whether each has a channel; one person is heard in all channels together, two before one microphone in its first
        capsule, or in its first two.
    channels
        Columns of the blocks that will be fed.
    transcriber
        The name of what will answer transcription requests; None when nothing will, and none are made.
    """

    speakers: tuple[str, ...]
    arrangement: Arrangement
    channels: int
    transcriber: str | None

    def __post_init__(self) -> None:
        if self.arrangement is Arrangement.ONE_PERSON and len(self.speakers) != 1:
            raise ValueError(f"one person is heard, not {len(self.speakers)}")
        if self.arrangement is Arrangement.ONE_MICROPHONE and len(self.speakers) != 2:
            raise ValueError(f"two people are told apart with one microphone, not {len(self.speakers)}")
        if self.arrangement is Arrangement.CHANNEL_EACH and self.channels < len(self.speakers):
            raise ValueError(f"{len(self.speakers)} people need as many channels, not {self.channels}")

    @property
    def columns(self) -> int:
        """How many columns of sound are heard: a person's each, two capsules of one microphone, or the mean of all."""
        if self.arrangement is Arrangement.CHANNEL_EACH:
            return len(self.speakers)
        return min(self.channels, 2) if self.arrangement is Arrangement.ONE_MICROPHONE else 1

    @property
    def observed(self) -> str:
        """How the session is heard, in the words of documents."""
        if self.arrangement is Arrangement.ONE_PERSON:
            return "one person alone"
        if self.arrangement is Arrangement.ONE_MICROPHONE:
            return "two voices, one microphone"
        count = _COUNT_WORDS.get(len(self.speakers), str(len(self.speakers)))
        return f"{count} channel{'s' if len(self.speakers) > 1 else ''}"
