"""Two people before one microphone: who speaks is whose voice it is.

Theory of operation. One detector finds speech, whoever speaks: a *run* lasts from a pause to a pause. While a run goes
on, its windows are embedded and judged by what is known of the two voices, and it is cut into stretches of one voice,
of both, or of nobody known. What is settled is told; the rest follows when the run ends. What is known of the voices
comes from enrolment and, soon, from the session itself (`School`). Until two voices are known, speech is *unknown*.
Whenever something has been learned, the runs of the last minute are heard anew, or of the last five when two voices
become known, and where that changes who spoke, a `Revision` replaces what was told of them. Sound and windows of that
time are held in memory and then let go.

That *somebody* speaks is told at once, of the unknown speaker, and holds until the run ends, so that nobody takes a
person whose voice is still being judged for silence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.events import UNKNOWN, Revision, SpeechSegment, VoiceActivity, Voicing
from attune.hearing.framer import FRAME, STEP
from attune.hearing.levels import Weighting
from attune.hearing.speakers.channels import ChannelSpeakers, Detectors
from attune.hearing.speakers.protocol import HeardEvent
from attune.hearing.voices.casting import segments_of
from attune.hearing.voices.couple import Couple, couple_of_profiles
from attune.hearing.voices.directions import Directions
from attune.hearing.voices.encoder import ANSWERS, VoiceEncoder
from attune.hearing.voices.feature_stream import FeatureStream
from attune.hearing.voices.judging import Judge
from attune.hearing.voices.mixing import SLOT
from attune.hearing.voices.open_run import OpenRun
from attune.hearing.voices.runs import Run, nobody_known
from attune.hearing.voices.school import School
from attune.hearing.voices.sphere import on_sphere
from attune.hearing.voicing import VoicingSettings
from attune.profile import VoiceProfile
from attune.timebase import samples_of

REVISED_WITHIN = samples_of(60.0)
"""How far back speech is heard anew when something has been learned.

Source: chosen; longer than the 20 to 30 s in which two voices become known, short enough to hold its sound in memory.
"""

WAITED_WITHIN = samples_of(300.0)
"""How far back speech is heard anew when two voices become known for the first time.

Source: chosen; one person may tell a long story before the other says a word. Windows of five minutes take 40 MB.
"""

LONGEST_RUN = samples_of(60.0)
"""How long a run lasts before it is ended where no pause ends it, so that work and memory stay bounded.

Source: chosen; people pause for breath far more often, a television may not.
"""

MOST_UNKNOWN = 0.25
"""Share of speech that is nobody's known voice from which on the user is told. Source: chosen."""

ONE_VOICE = (
    "Only one voice could be made out, so nobody was told apart; if two people spoke, let each say more, or learn "
    "their voices first: attune enroll NAME"
)
UNKNOWN_VOICES = (
    "{share:.0%} of the speech was neither of the two voices (a third person, a television, or too noisy); it is left "
    "out of all figures."
)

_ENOUGH = samples_of(20.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownVoices:
    """What is needed to tell voices apart: an encoder, and the profiles of people who are enrolled, by name."""

    encoder: VoiceEncoder
    profiles: Mapping[str, VoiceProfile]


@dataclass(slots=True, kw_only=True, eq=False)
class _Told:
    """A finished run, and what was told of it."""

    run: Run
    segments: list[SpeechSegment]


class VoiceSpeakers:
    """Who speaks when, from two voices in one channel.

    Parameters
    ----------
    speakers
        The names of the two; those without a profile are given in the order in which their voices are first heard.
    detectors, settings
        Find speech.
    voices
        The encoder, and who is enrolled.
    capsules
        Columns of the sound: 1, or 2 from a stereo microphone, whose directions help then.

    Raises
    ------
    ValueError
        If a profile was made with another encoder, or is of somebody who is not among the speakers.
    """

    def __init__(
        self,
        *,
        speakers: tuple[str, str],
        detectors: Detectors,
        voices: KnownVoices,
        settings: VoicingSettings,
        capsules: int = 1,
    ) -> None:
        encoder, profiles = voices.encoder, voices.profiles
        for name, profile in profiles.items():
            if name not in speakers or profile.encoder != encoder.name:
                raise ValueError(f"the profile of {name} ({profile.encoder}) is not for {speakers} and {encoder.name}")
        self._names = speakers
        self._encoder = encoder
        self._anybody = ChannelSpeakers(
            speakers=(UNKNOWN,), detectors=detectors, settings=settings, weighting=Weighting.SPEECH
        )
        first, second = (profiles[name].windows if name in profiles else None for name in speakers)
        self._couple = None if first is None or second is None else couple_of_profiles(first, second)
        self._directions = Directions() if capsules > 1 else None
        self._school = School(encoder=encoder, anchors=(_centre(first), _centre(second)))
        self._told: deque[_Told] = deque()
        self._heard = 0
        self._unknown = 0
        self.restart(0)

    @property
    def horizon(self) -> int:
        """The earliest sample at which a segment that has not been reported may start."""
        waiting = [self._told[0].run.span.start] if self._couple is None and self._told else []
        under_way = [] if self._run is None else [self._run.horizon]
        return min([self._anybody.horizon, *waiting, *under_way])

    @property
    def doubts(self) -> tuple[str, ...]:
        """Sentences for the user about how far the two could be told apart."""
        if self._heard < _ENOUGH:
            return ()
        if self._couple is None:
            return (ONE_VOICE,)
        share = self._unknown / self._heard
        return (UNKNOWN_VOICES.format(share=share),) if share > MOST_UNKNOWN else ()

    def restart(self, origin: int) -> None:
        """Begin anew at a sample: after the start, or after sound that was lost or not observed."""
        self._anybody.restart(origin)
        self._stream = FeatureStream(origin=origin, encoder=self._encoder)
        self._run: OpenRun | None = None
        if self._directions is not None:
            self._directions.restart(origin)

    def step(self, samples: NDArray[np.int16], *, now: int) -> list[HeardEvent]:
        """Return what a step, int16 of shape (STEP, channels), begins and ends; `now` is the sample after it."""
        self._follow(samples)
        mono = samples[:, 0]  # of one capsule: the sum of two would blur the voices
        return self._hear(mono, self._anybody.step(mono[:, None], now=now), now=now)

    def finish(self, rest: NDArray[np.int16], *, now: int) -> list[HeardEvent]:
        """Return the ends of open units, when sound stops at `now` with `rest`, int16 (n < STEP, channels).

        In the first minute of speech, and as long as two voices are not known, they are learned once more: perhaps
        nobody says more.
        """
        self._follow(np.pad(rest, ((0, -len(rest) % STEP), (0, 0))))
        mono = rest[:, 0]
        events = self._hear(mono, self._anybody.finish(mono[:, None], now=now), now=now)
        return events + (self._learn(now=now) if self._couple is None or self._school.is_beginning else [])

    def _hear(self, mono: NDArray[np.int16], heard: list[HeardEvent], *, now: int) -> list[HeardEvent]:
        self._stream.step(mono, needed_from=None if self._run is None else self._run.start)
        events: list[HeardEvent] = []
        for event in heard:
            match event:
                case SpeechSegment():
                    events.extend(self._close(event.span.stop, now=now))
                case VoiceActivity():
                    if event.voicing is Voicing.STARTED:
                        self._open(event.at)
                    events.append(event)
                case Revision():
                    events.append(event)
        if self._run is not None:
            sounding_until = self._anybody.sounding_until or self._run.start
            events.extend(self._run.advance(sounding_until=sounding_until, now=now))
            if sounding_until - self._run.start >= LONGEST_RUN:
                cut = self._run.start + (sounding_until - self._run.start) // SLOT * SLOT
                events.extend(self._close(cut, now=now))
                self._open(cut)
        return events

    def _open(self, start: int) -> None:
        self._run = OpenRun(
            start=start,
            stream=self._stream,
            encoder=self._encoder,
            judge=None if self._couple is None else Judge(couple=self._couple, directions=self._directions),
            directions=self._directions,
            names=self._names,
        )

    def _close(self, stop: int, *, now: int) -> list[HeardEvent]:
        if self._run is None or stop - self._run.start < FRAME:
            self._run = None
            return []
        run, segments, told = self._run.close(stop, now=now)
        self._run = None
        if self._directions is not None and run.directed is not None:
            self._directions.learn(run.directed)
        events: list[HeardEvent] = [*told]
        if self._couple is None:
            segments = segments_of(nobody_known(run), run=run, names=self._names)
            events.extend(segments)
        self._told.append(_Told(run=run, segments=segments))
        self._count(segments)
        within = WAITED_WITHIN if self._couple is None else REVISED_WITHIN
        while self._told[0].run.span.stop < run.span.stop - within:
            self._told.popleft()
        if self._school.hear(run):
            events.extend(self._learn(now=now))
        return events

    def _follow(self, samples: NDArray[np.int16]) -> None:
        if self._directions is not None and len(samples):
            needed_from = None if self._run is None else self._run.start
            self._directions.step(samples, needed_from=needed_from)

    def _link(self, couple: Couple) -> None:
        """Find out whose direction is whose."""
        if self._directions is not None:
            last = ANSWERS - 1
            pairs = [(told.run.directed, couple.evidence(told.run.windows)[:, last]) for told in self._told]
            self._directions.link([(directed, voices) for directed, voices in pairs if directed is not None])

    def _count(self, segments: list[SpeechSegment], *, times: int = 1) -> None:
        self._heard += times * sum(segment.span.duration for segment in segments)
        self._unknown += times * sum(segment.span.duration for segment in segments if segment.speaker == UNKNOWN)

    def _learn(self, *, now: int) -> list[HeardEvent]:
        """Learn the voices from what was heard, and hear anew what is held of it."""
        learned = self._school.learn([told.run for told in self._told], so_far=self._couple)
        if learned is None or learned is self._couple:
            return []
        self._couple = learned
        self._link(learned)
        judge = Judge(couple=learned, directions=self._directions)
        events: list[HeardEvent] = []
        for told in self._told:
            segments = segments_of(judge.parts(told.run), run=told.run, names=self._names)
            if [(s.span, s.speaker) for s in segments] != [(s.span, s.speaker) for s in told.segments]:
                events.append(
                    Revision(span=told.run.span, replaced=tuple(told.segments), segments=tuple(segments), known_at=now)
                )
                self._count(told.segments, times=-1)
                self._count(segments)
                told.segments = segments
        return events


def _centre(windows: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """Return the centre of a profile's windows after all of their sound."""
    return None if windows is None else on_sphere(windows[:, ANSWERS - 1].mean(axis=0))
