"""Time is counted in samples at 16 kHz; this is the only place where samples become seconds."""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE_RATE = 16_000
"""Samples a second of everything inside Attune.

Source: the rate that the WebRTC gate, Silero and Whisper share.
"""


def samples_of(seconds: float) -> int:
    """Return the sample nearest to a time in seconds."""
    return round(seconds * SAMPLE_RATE)


def samples_of_ms(milliseconds: float) -> int:
    """Return the sample nearest to a time in milliseconds."""
    return round(milliseconds * SAMPLE_RATE / 1000)


def seconds(samples: int) -> float:
    """Return a time in seconds, exact."""
    return samples / SAMPLE_RATE


def document_seconds(samples: int) -> float:
    """Return a time in seconds as documents carry it: rounded to the millisecond."""
    return round(samples / SAMPLE_RATE, 3)


def clock_text(samples: int) -> str:
    """Return a time as people read it: ``m:ss``, or ``h:mm:ss`` from one hour on."""
    whole = max(0, samples) // SAMPLE_RATE
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of time ``[start, stop)``, in samples.

    Raises
    ------
    ValueError
        If ``stop`` lies before ``start``.
    """

    start: int
    stop: int

    def __post_init__(self) -> None:
        if self.stop < self.start:
            raise ValueError(f"a span cannot stop before it starts: {self.start}..{self.stop}")

    @classmethod
    def of_seconds(cls, start: float, stop: float) -> Span:
        """Return the span nearest to two times in seconds."""
        return cls(samples_of(start), samples_of(stop))

    @property
    def duration(self) -> int:
        """Length in samples."""
        return self.stop - self.start

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return seconds(self.duration)

    def overlap(self, other: Span) -> int:
        """Return how many samples both spans share."""
        return max(0, min(self.stop, other.stop) - max(self.start, other.start))

    def contains(self, sample: int) -> bool:
        """Return whether a sample lies inside."""
        return self.start <= sample < self.stop


def joined(spans: list[Span], *, within: int = 0) -> list[Span]:
    """Return the spans sorted, with those that touch or lie at most `within` samples apart made one."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start - out[-1].stop <= within:
            out[-1] = Span(out[-1].start, max(out[-1].stop, span.stop))
        else:
            out.append(span)
    return out


def without(span: Span, others: list[Span]) -> list[Span]:
    """Return what is left of a span where none of the others is, in order."""
    out: list[Span] = []
    at = span.start
    for other in joined(others):
        if other.start > at:
            out.append(Span(at, min(other.start, span.stop)))
        at = max(at, other.stop)
        if at >= span.stop:
            return out
    return [*out, Span(at, span.stop)] if at < span.stop else out


def covered(spans: list[Span]) -> int:
    """Return how many samples lie in at least one span."""
    return sum(span.duration for span in joined(spans))
