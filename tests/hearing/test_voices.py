"""Two people before one microphone: made voices, an encoder that hears bands, detectors that take loud for speech."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.events import (
    UNKNOWN,
    Gap,
    GapCause,
    Revision,
    Sound,
    SpeechSegment,
    Unobserved,
    UnobservedCause,
    VoiceActivity,
    Voicing,
)
from attune.hearing.ear import Ear
from attune.hearing.framer import STEP
from attune.hearing.speakers.channels import Detectors
from attune.hearing.speakers.protocol import HeardEvent
from attune.hearing.speakers.voices import (
    LONGEST_RUN,
    MOST_UNKNOWN,
    ONE_VOICE,
    REVISED_WITHIN,
    WAITED_WITHIN,
    KnownVoices,
    VoiceSpeakers,
)
from attune.hearing.voices.decoding import Voice
from attune.hearing.voices.encoder import VoiceEncoder
from attune.hearing.voices.feature_stream import LOOK_BACK
from attune.hearing.voices.learning import learn
from attune.hearing.voices.mixing import SLOT
from attune.hearing.voices.school import MOST_PIECES, MOST_WINDOWS
from attune.hearing.voicing import VoicingSettings
from attune.profile import VoiceProfile
from attune.timebase import Span
from fake_detectors import LOUD, as_int16, noise
from heard_fixtures import blocks
from made_voices import ANNA, BEN, GUEST, WideEncoder, run_of, talk_of, voice_of

SECOND = 16_000
NAMES = ("Anna", "Ben")
TURN, SPOKEN = 72_000, 64_000
"""Made turns begin every four and a half seconds; four of them are speech."""

GRID = 480
"""Three frames: how exactly a start or an end is dated on clean sound."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """All that was told of some sound, and the step in which it was."""

    events: list[tuple[int, HeardEvent]]
    horizons: list[tuple[int, int]]
    doubts: tuple[str, ...]

    def of(self, kind: type) -> list[HeardEvent]:
        """Return the events of a kind."""
        return [event for _, event in self.events if isinstance(event, kind)]

    def first(self) -> list[tuple[str, Span]]:
        """Return who was given which segments before anything was revised."""
        return [(event.speaker, event.span) for _, event in self.events if isinstance(event, SpeechSegment)]

    def final(self) -> list[SpeechSegment]:
        """Return the segments as they stand in the end; every revision replaces what stood before it."""
        standing: list[SpeechSegment] = []
        for _, event in self.events:
            if isinstance(event, SpeechSegment):
                standing.append(event)
            elif isinstance(event, Revision):
                assert all(segment in standing for segment in event.replaced)
                standing = [s for s in standing if s not in event.replaced] + list(event.segments)
        return sorted(standing, key=lambda segment: (segment.span.start, segment.id))

    def speakers(self) -> list[str]:
        """Return who spoke in the end, segment by segment."""
        return [segment.speaker for segment in self.final()]


def speakers_of(
    *,
    profiles: Mapping[str, VoiceProfile] | None = None,
    encoder: VoiceEncoder | None = None,
    detectors: Detectors = LOUD,
) -> VoiceSpeakers:
    """Return what tells Anna and Ben apart."""
    voices = KnownVoices(encoder=encoder or WideEncoder(), profiles=profiles or {})
    return VoiceSpeakers(speakers=NAMES, detectors=detectors, voices=voices, settings=VoicingSettings())


def told_by(sounds: Iterable[Sound], speakers: VoiceSpeakers) -> Told:
    """Return what is told of some sound in one channel, to its end."""
    ear = Ear(speakers=speakers, channels=1)
    events: list[tuple[int, HeardEvent]] = []
    horizons = []
    for sound in sounds:
        for step in ear.feed(sound):
            events += [(step.span.stop, event) for event in step.events]
            horizons.append((step.span.stop, ear.horizon))
    events += [(ear.fed, event) for event in ear.flush().events]
    return Told(events=events, horizons=horizons, doubts=ear.doubts)


def told(talk: NDArray[np.int16], speakers: VoiceSpeakers | None = None) -> Told:
    """Return what is told of some sound, shape (n,)."""
    return told_by(blocks(talk[:, None], size=4_800), speakers or speakers_of())


def by_turns(*people: int, seed: int = 1) -> NDArray[np.int16]:
    """Return a turn of four seconds of each person named, with half a second after it."""
    return talk_of(*[turn for person in people for turn in ((person, 50), (None, 6.25))], seed=seed)


@cache
def enrolled() -> dict[str, VoiceProfile]:
    """Return the profiles of Anna and Ben, learned from eight seconds on another day."""
    return {
        name: learn(voice_of(person, 100, seed=90), encoder=WideEncoder(), detectors=LOUD, settings=VoicingSettings())
        for name, person in zip(NAMES, (ANNA, BEN), strict=True)
    }


def test_voices_are_told_apart_without_enrolment() -> None:
    """Six turns of four seconds, half a second apart: each is given to its person, the first heard first."""
    final = told(by_turns(ANNA, BEN, ANNA, BEN, ANNA, BEN)).final()
    assert [segment.speaker for segment in final] == ["Anna", "Ben"] * 3
    for k, segment in enumerate(final):
        assert segment.span.start == pytest.approx(TURN * k, abs=GRID)
        assert segment.span.stop == pytest.approx(TURN * k + SPOKEN, abs=GRID)


def test_speech_is_unknown_until_two_voices_are_known_and_then_revised() -> None:
    """Two turns are nobody's at first; the lesson that follows gives each to its person, in one revision each."""
    found = told(by_turns(ANNA, BEN, ANNA, BEN))
    assert [speaker for speaker, _ in found.first()][:2] == [UNKNOWN, UNKNOWN]
    revisions = [(now, event) for now, event in found.events if isinstance(event, Revision)][:2]
    for (now, revision), (_, span), speaker in zip(revisions, found.first(), NAMES, strict=False):
        assert revision.known_at == now
        assert revision.span == span
        (before,), (after,) = revision.replaced, revision.segments
        assert (before.speaker, before.span, before.confidence) == (UNKNOWN, span, 0.0)
        assert (after.speaker, after.span) == (speaker, span)
        assert after.confidence > 0.5
        assert after.level_dbfs == before.level_dbfs


def test_enrolled_people_are_known_from_their_first_word() -> None:
    """Ben is Ben at once though he begins; nobody is ever taken for the other, and in the end all are known."""
    found = told(by_turns(BEN, ANNA, BEN, ANNA), speakers_of(profiles=enrolled()))
    assert [speaker for speaker, _ in found.first()][:2] == ["Ben", "Anna"]
    for (speaker, _), right in zip(found.first(), ["Ben", "Anna"] * 2, strict=True):
        assert speaker in {right, UNKNOWN}
    assert found.speakers() == ["Ben", "Anna"] * 2


@pytest.mark.parametrize("name", NAMES)
def test_one_enrolled_person_says_who_the_other_is(name: str) -> None:
    """With one profile of two, names are right once both have spoken, whoever begins."""
    profiles = {name: enrolled()[name]}
    assert told(by_turns(BEN, ANNA, BEN, ANNA), speakers_of(profiles=profiles)).speakers() == ["Ben", "Anna"] * 2


def test_people_who_leave_no_pause_are_told_apart() -> None:
    """Anna, Ben and Anna within one stretch of sound: three segments, dated to 60 ms."""
    talk = talk_of((ANNA, 30), (BEN, 30), (ANNA, 30), (None, 10), seed=3)
    final = told(talk, speakers_of(profiles=enrolled())).final()
    assert [segment.speaker for segment in final] == ["Anna", "Ben", "Anna"]
    assert [segment.span.stop for segment in final] == pytest.approx([38_400, 76_800, 115_200], abs=960)


def test_somebody_is_heard_from_the_start_of_each_run_to_its_end() -> None:
    """That there is a voice is told at once, of nobody known; that it has stopped, after all that was said."""
    found = told(by_turns(ANNA, BEN), speakers_of(profiles=enrolled()))
    activity = [(event.speaker, event.voicing) for _, event in found.events if isinstance(event, VoiceActivity)]
    assert activity == [
        (speaker, voicing)
        for name in NAMES
        for speaker, voicing in (
            (UNKNOWN, Voicing.STARTED),
            (name, Voicing.STARTED),
            (name, Voicing.STOPPED),
            (UNKNOWN, Voicing.STOPPED),
        )
    ]
    begins = [e for _, e in found.events if isinstance(e, VoiceActivity) and e.voicing is Voicing.STARTED]
    assert begins[0].known_at - begins[0].at <= 2 * STEP
    assert begins[1].at == begins[0].at


def test_one_person_alone_is_not_two() -> None:
    """All is unknown, and after twenty seconds of speech the user is told why; before that, nothing."""
    found = told(by_turns(*[ANNA] * 6))
    assert set(found.speakers()) == {UNKNOWN}
    assert found.doubts == (ONE_VOICE,)
    assert told(by_turns(*[ANNA] * 3)).doubts == ()


def test_speech_without_any_pause_is_told_a_minute_at_a_time() -> None:
    """Seventy seconds of one voice are two segments that touch, to the slot; nothing of them is lost."""
    found = told(talk_of((ANNA, 875), (None, 10)), speakers_of(profiles=enrolled()))
    assert found.speakers() == ["Anna", "Anna"]
    first, second = (segment.span for segment in found.final())
    assert first.stop == second.start
    assert LONGEST_RUN <= first.duration < LONGEST_RUN + STEP + SLOT
    assert second.stop == pytest.approx(875 * SLOT, abs=GRID)


def test_guest_whom_the_couple_knows_is_unknown_and_told_of() -> None:
    """After a minute of Anna and Ben a third person speaks for a quarter of the time: unknown, and a doubt says so."""
    found = told(by_turns(*[ANNA, BEN] * 8, *[GUEST] * 7))
    assert found.speakers() == ["Anna", "Ben"] * 8 + [UNKNOWN] * 7
    share = 7 / (16 + 7)
    assert share > MOST_UNKNOWN
    (doubt,) = found.doubts
    assert doubt.startswith(f"{share:.0%} of the speech was neither of the two voices")


@pytest.mark.parametrize("level_dbfs", [-120.0, -65.0])
def test_silence_and_faint_noise_give_nothing(level_dbfs: float) -> None:
    """Ten seconds in which nobody speaks, though both are enrolled: no event, no doubt."""
    found = told(as_int16(noise(10 * SECOND, level_dbfs))[:, 0], speakers_of(profiles=enrolled()))
    assert found.events == []
    assert found.doubts == ()


def test_horizon_lies_before_all_that_is_told_later() -> None:
    """A new segment, and a first revision of what was unknown, never starts before a horizon that was given."""
    found = told(by_turns(ANNA, BEN, ANNA, BEN, ANNA, BEN))
    assert found.horizons == sorted(found.horizons)
    for now, horizon in found.horizons:
        for known, event in found.events:
            if known > now and isinstance(event, SpeechSegment):
                assert event.span.start >= horizon
            if known > now and isinstance(event, Revision):
                assert event.span.start >= horizon or event.replaced[0].speaker != UNKNOWN


def test_flush_in_the_middle_of_a_word_closes_it() -> None:
    """Sound ends within Ben's turn: his segment ends with it, to the sample, and everybody falls silent."""
    talk = by_turns(ANNA, BEN)[: TURN + 17_003]
    found = told(talk, speakers_of(profiles=enrolled()))
    assert [segment.speaker for segment in found.final()] == ["Anna", "Ben"]
    assert found.final()[-1].span.stop == len(talk)
    activity = [event for _, event in found.events if isinstance(event, VoiceActivity)]
    assert sum(1 if event.voicing is Voicing.STARTED else -1 for event in activity) == 0


HOLES: dict[str, Callable[[Span], Sound]] = {
    "gap": lambda span: Gap(span=span, why=GapCause.OVERFLOW),
    "coach": lambda span: Unobserved(span=span, why=UnobservedCause.COACH),
}


@pytest.mark.parametrize("hole", sorted(HOLES))
@pytest.mark.parametrize("profiles", ["enrolled", "unknown"])
def test_hole_takes_no_more_than_itself(hole: str, profiles: str) -> None:
    """A second in Ben's second turn is not heard: what is told of all else is what is told without the hole."""
    talk = by_turns(ANNA, BEN, ANNA, BEN, ANNA, BEN)[:, None]
    missing = Span(3 * TURN + 20_003, 3 * TURN + 36_005)
    sounds = [
        *blocks(talk[: missing.start], size=4_800),
        HOLES[hole](missing),
        *blocks(talk[missing.stop :], size=4_800, start=missing.stop),
    ]
    known = enrolled() if profiles == "enrolled" else {}
    with_hole = told_by(sounds, speakers_of(profiles=known)).final()
    whole = told_by(blocks(talk, size=4_800), speakers_of(profiles=known)).final()
    turn = Span(3 * TURN, 3 * TURN + SPOKEN)
    outside = [(s.speaker, s.span.start) for s in with_hole if not turn.overlap(s.span)]
    wanted = [(s.speaker, s.span.start) for s in whole if not turn.overlap(s.span)]
    assert [speaker for speaker, _ in outside] == ["Anna", "Ben", "Anna", "Anna", "Ben"]
    assert [start for _, start in outside] == pytest.approx([start for _, start in wanted], abs=GRID)
    before, after = (s for s in with_hole if turn.overlap(s.span))
    assert before.span.stop == missing.start
    assert after.span.start == missing.stop
    assert {before.speaker, after.speaker} <= {"Ben", UNKNOWN}


def test_overlap_is_given_to_both() -> None:
    """Anna, two seconds of both, Ben: both segments reach over the middle."""
    talk = talk_of((ANNA, 30), (Voice.BOTH, 25), (BEN, 30), (None, 10), seed=3)
    learned = by_turns(ANNA, BEN, ANNA, BEN)
    final = told(np.concatenate([learned, talk]), speakers_of(profiles=enrolled())).final()[4:]
    assert [segment.speaker for segment in final] == ["Anna", "Ben"]
    start = len(learned)
    assert final[0].span.stop - start == pytest.approx(55 * SLOT, abs=3 * SLOT)
    assert final[1].span.start - start == pytest.approx(30 * SLOT, abs=3 * SLOT)


@pytest.mark.parametrize(
    ("name", "encoder", "message"),
    [("Carl", "bands", "the profile of Carl"), ("Anna", "waves", r"the profile of Anna \(waves\)")],
    ids=["somebody else", "another encoder"],
)
def test_profile_that_does_not_fit_is_refused(name: str, encoder: str, message: str) -> None:
    """Of somebody who is not here, or of an encoder that hears otherwise."""
    profile = VoiceProfile(encoder=encoder, windows=run_of((ANNA, 20)).windows[:5], voiced_s=5.0)
    with pytest.raises(ValueError, match=message):
        speakers_of(profiles={name: profile})


def test_long_wait_for_the_second_voice_is_made_up_for() -> None:
    """Anna alone for a minute and a half, then Ben: when they become two, her first words become hers, too."""
    found = told(by_turns(*[ANNA] * 20, *[BEN] * 11))
    assert WAITED_WITHIN > 31 * TURN
    assert {speaker for speaker, _ in found.first()[:20]} == {UNKNOWN}
    assert found.speakers() == ["Anna"] * 20 + ["Ben"] * 11


def test_revision_of_known_voices_reaches_back_a_minute_at_most() -> None:
    """Once two are known, what ended more than a minute before the newest run is not touched again."""
    found = told(by_turns(*[ANNA, BEN] * 14), speakers_of(profiles=enrolled()))
    revisions = [event for event in found.of(Revision) if isinstance(event, Revision)]
    for revision in revisions:
        assert revision.span.stop >= revision.known_at - REVISED_WITHIN - TURN
    assert found.speakers() == ["Anna", "Ben"] * 14


def test_same_sound_again_tells_the_same() -> None:
    """Nothing is random."""
    talk = by_turns(ANNA, BEN, ANNA, BEN)
    assert told(talk).events == told(talk).events


@pytest.mark.slow
def test_ten_minutes_take_no_more_memory_than_two() -> None:
    """Runs, sound, windows and pieces that are held stay under what a minute of speech takes."""
    speakers = speakers_of()
    ear = Ear(speakers=speakers, channels=1)
    turns = by_turns(*[ANNA, BEN] * 3)[:, None]
    most = {"told": 0, "sound": 0, "features": 0, "windows": 0, "pieces": 0, "unread": 0}
    for k in range(23):
        for block in blocks(turns, size=48_000, start=k * len(turns)):
            list(ear.feed(block))
            school = speakers._school
            now = {
                "told": sum(told.run.span.duration for told in speakers._told),
                "sound": len(speakers._stream._sound),
                "features": sum(map(len, speakers._stream._features)),
                "windows": max(sum(map(len, pupil.windows)) for pupil in school._pupils),
                "pieces": max(len(pupil.sounds) for pupil in school._pupils),
                "unread": sum(run.span.duration for run in school._unread),
            }
            most = {what: max(count, most[what]) for what, count in now.items()}
    assert ear.fed > 600 * SECOND
    run = SPOKEN + GRID
    assert most["told"] <= REVISED_WITHIN + run
    assert most["sound"] <= 2 * LOOK_BACK + run + 2 * STEP
    assert most["features"] <= (2 * LOOK_BACK + run + 2 * STEP) // 160
    assert most["windows"] < MOST_WINDOWS + 50
    assert most["pieces"] <= MOST_PIECES
    assert most["unread"] <= 60 * SECOND + run
