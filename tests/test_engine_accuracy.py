"""A session before one microphone carries what is known of how well such sessions are heard; any other does not."""

from __future__ import annotations

from attune.accuracy import NEVER_MEASURED, Sought, accuracy_of
from attune.cli.parts import accuracy_rows, engine_of
from attune.coaching.phrases.en import ENGLISH
from attune.conversation import reliability
from attune.conversation.reliability import with_reliability
from attune.engine import Engine
from attune.events import BOTH, Measure, SessionRecord
from attune.hearing.speakers.voices import KnownVoices
from attune.plan import Arrangement, Plan
from attune.settings import Settings
from fake_voice_encoder import BandEncoder
from heard_fixtures import blocks, heard_in, real_detectors, sound_of

SECONDS = 16_000


def opening(*, channels: int) -> SessionRecord:
    """Return what the command line's engine hears in the first four seconds of a dialogue."""
    arrangement = Arrangement.ONE_MICROPHONE if channels == 1 else Arrangement.CHANNEL_EACH
    plan = Plan(speakers=("A", "B"), arrangement=arrangement, channels=channels, transcriber=None)
    voices = KnownVoices(encoder=BandEncoder(), profiles={})
    engine = engine_of(plan, language="en", settings=Settings(), voices=voices)
    return heard_in(blocks(sound_of("interruptions", channels=channels)[: 4 * SECONDS], size=4_800), engine)


def test_engine_passes_its_accuracy_on_to_the_figures() -> None:
    """Where nothing was measured, overlap is withheld and talk share is not."""
    engine = Engine(
        plan=Plan(speakers=("A", "B"), arrangement=Arrangement.CHANNEL_EACH, channels=2, transcriber=None),
        detectors=real_detectors(),
        finder=None,
        phrases=ENGLISH,
        settings=Settings(),
        accuracy=NEVER_MEASURED,
    )
    record = heard_in(blocks(sound_of("interruptions")[: 15 * SECONDS], size=4_800), engine)
    assert record.measures[BOTH]["overlap_share"].observed == reliability.NEVER_MEASURED
    assert record.measures["A"]["talk_share"].observed == "two channels"


def test_session_before_one_microphone_reads_the_table_that_ships() -> None:
    """The figure of overlap says what the table says of voices that are not enrolled."""
    plan = Plan(speakers=("A", "B"), arrangement=Arrangement.ONE_MICROPHONE, channels=1, transcriber=None)
    accuracy = accuracy_of(accuracy_rows(), plan=plan, enrolled=())
    assert accuracy is not None
    assert set(accuracy.found) == set(Sought)
    share = opening(channels=1).measures[BOTH]["overlap_share"]
    plain = Measure(key="overlap_share", value=0.0, n=share.n, observed="two voices, one microphone")
    assert share == with_reliability(plain, accuracy=accuracy)


def test_session_with_a_channel_each_carries_no_remark() -> None:
    """Its figures are as they were."""
    assert opening(channels=2).measures[BOTH]["overlap_share"].observed == "two channels"
