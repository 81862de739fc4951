"""What the live view shows after each event."""

from dataclasses import replace

import numpy as np
import pytest

from attune.events import (
    UNKNOWN,
    Block,
    Delivery,
    DeliveryKind,
    Feedback,
    Gap,
    GapCause,
    Health,
    Phrase,
    Revision,
    Transcript,
    TranscriptFailed,
    TranscriptionDiscarded,
    TranscriptionRequest,
    TransferKind,
    Unobserved,
    UnobservedCause,
    Urgency,
    VoiceActivity,
    Voicing,
    Word,
)
from attune.reports.live_state import Apart, Caption, Captions, Cue, LiveState, Observing, reduce, transfer_text
from attune.timebase import Span
from evening_session import ANNA, BEN, segment, transfer

BEGINNING = LiveState.beginning(speakers=(ANNA, BEN), channels=(ANNA, BEN), transcriber="none")
CUE = Feedback(id="c-1", at=16000, text="One breath.", because=(), delivery=DeliveryKind.SPOKEN)


def after(*events: object, state: LiveState = BEGINNING) -> LiveState:
    """Return the state after some events."""
    for event in events:
        state = reduce(state, event)
    return state


def voice(speaker: str, voicing: Voicing) -> VoiceActivity:
    """Return that somebody began or fell silent."""
    return VoiceActivity(speaker=speaker, voicing=voicing, at=0, known_at=480)


def test_beginning_is_quiet_and_empty() -> None:
    """Before any sound nobody has a share."""
    assert BEGINNING.shares is None
    assert (BEGINNING.elapsed, BEGINNING.levels_dbfs, BEGINNING.speaking) == (0, (), frozenset())


def test_voices_that_start_and_stop_are_followed() -> None:
    """Both may speak at once."""
    started = after(voice(ANNA, Voicing.STARTED), voice(BEN, Voicing.STARTED))
    assert started.speaking == {ANNA, BEN}
    assert after(voice(ANNA, Voicing.STOPPED), state=started).speaking == {BEN}


def test_stop_without_a_start_changes_nothing() -> None:
    """A voice that fell silent while nobody was heard is no error."""
    assert after(voice(ANNA, Voicing.STOPPED)) == BEGINNING


def test_segments_add_up_to_a_balance() -> None:
    """Three seconds against one."""
    state = after(segment(ANNA, 0.0, 2.0), segment(BEN, 2.0, 3.0), segment(ANNA, 3.0, 4.0))
    assert state.talk == (48000, 16000)
    assert state.shares == (0.75, 0.25)


def test_new_voice_joins_at_the_end_and_unknown_voices_do_not() -> None:
    """Nobody's place changes because somebody else comes."""
    state = after(segment("Cleo", 0.0, 1.0), segment(UNKNOWN, 1.0, 2.0))
    assert (state.speakers, state.talk) == ((ANNA, BEN, "Cleo"), (0, 0, 16000))


def test_voices_become_known_with_the_first_segment_of_a_person() -> None:
    """Until then nobody is named; speech of nobody known changes nothing."""
    learning = replace(BEGINNING, apart=Apart.LEARNING)
    assert after(segment(UNKNOWN, 0.0, 2.0), state=learning).apart is Apart.LEARNING
    assert after(segment(ANNA, 2.0, 3.0), state=learning).apart is Apart.VOICES
    assert after(segment(ANNA, 2.0, 3.0)).apart is Apart.CHANNELS


def test_revision_counts_speech_for_whoever_said_it_after_all() -> None:
    """What was nobody's, and what was given to the wrong person."""
    learning = replace(BEGINNING, apart=Apart.LEARNING)
    stranger = segment(UNKNOWN, 0.0, 4.0)
    known = Revision(
        span=Span(0, 64000),
        replaced=(stranger,),
        segments=(segment(ANNA, 0.0, 3.0), segment(BEN, 3.0, 4.0)),
        known_at=96000,
    )
    state = after(stranger, known, state=learning)
    assert (state.talk, state.apart) == ((48000, 16000), Apart.VOICES)
    again = Revision(span=Span(0, 64000), replaced=known.segments, segments=(segment(BEN, 0.0, 4.0),), known_at=112000)
    assert after(again, state=state).talk == (0, 64000)


def test_block_moves_time_on_and_sets_the_meter() -> None:
    """Half of full scale is 6 dB below it; silence is at the floor."""
    samples = np.zeros((1600, 2), np.int16)
    samples[:, 0] = 16384
    state = after(Block(start=16000, samples=samples))
    assert state.elapsed == 17600
    assert state.levels_dbfs == (pytest.approx(-6.02, abs=0.01), -96.0)


def test_meter_rises_at_once_and_falls_slowly() -> None:
    """A tenth of a second of silence takes 3 dB off."""
    loud = Block(start=0, samples=np.full((1600, 1), 32767, np.int16))
    quiet = Block(start=1600, samples=np.zeros((1600, 1), np.int16))
    state = after(loud, quiet)
    assert state.levels_dbfs == (pytest.approx(-3.0, abs=0.01),)
    assert after(loud, state=state).levels_dbfs == (pytest.approx(0.0, abs=0.01),)


def test_empty_block_leaves_the_meter() -> None:
    """A block may hold no sample."""
    loud = Block(start=0, samples=np.full((160, 1), 32767, np.int16))
    state = after(loud, Block(start=160, samples=np.zeros((0, 1), np.int16)))
    assert state.levels_dbfs == after(loud).levels_dbfs


def test_number_of_channels_that_changes_starts_the_meter_anew() -> None:
    """Another microphone may have another number of channels."""
    one = Block(start=0, samples=np.full((160, 1), 32767, np.int16))
    two = Block(start=160, samples=np.zeros((160, 2), np.int16))
    assert after(one, two).levels_dbfs == (-96.0, -96.0)


def test_lost_and_unobserved_time_is_counted_and_nobody_speaks_in_it() -> None:
    """The record is whole: heard, lost, or left out."""
    lost = after(voice(ANNA, Voicing.STARTED), Gap(span=Span(0, 800), why=GapCause.OVERFLOW))
    assert (lost.lost, lost.elapsed, lost.observing, lost.speaking) == (800, 800, Observing.LOST, frozenset())
    coach = after(Unobserved(span=Span(800, 16800), why=UnobservedCause.COACH), state=lost)
    assert (coach.unobserved, coach.elapsed, coach.observing) == (16000, 16800, Observing.COACH)
    paused = after(Unobserved(span=Span(16800, 17000), why=UnobservedCause.PAUSED), state=coach)
    assert (paused.unobserved, paused.observing) == (16200, Observing.PAUSED)
    heard = after(Block(start=17000, samples=np.zeros((160, 1), np.int16)), state=paused)
    assert (heard.observing, heard.lost, heard.unobserved) == (Observing.HEARING, 800, 16200)


def test_cue_follows_its_delivery() -> None:
    """A cue that could not be spoken is shown; one that is withheld goes."""
    assert after(CUE).cue == Cue(id="c-1", at=16000, text="One breath.", delivery=DeliveryKind.SPOKEN)
    shown = after(CUE, Delivery(feedback_id="c-1", how=DeliveryKind.SHOWN))
    assert shown.cue is not None
    assert shown.cue.delivery is DeliveryKind.SHOWN
    assert after(CUE, Delivery(feedback_id="c-1", how=DeliveryKind.WITHHELD)).cue is None


def test_delivery_of_an_older_cue_changes_nothing() -> None:
    """Only the present cue is shown."""
    assert after(CUE, Delivery(feedback_id="c-0", how=DeliveryKind.WITHHELD)).cue == after(CUE).cue


def test_phrases_without_words_are_counted_and_health_replaces_warnings() -> None:
    """Trouble is shown, not hidden."""
    health = Health(attributed=0.9, unobserved=0.0, lost=0.0, transcriber="base.en", warnings=("Too quiet.",))
    state = after(TranscriptFailed(phrase_id="p", why="model"), health)
    assert (state.failed_phrases, state.transcriber, state.warnings) == (1, "base.en", ("Too quiet.",))


def test_transfer_is_kept_and_told_in_plain_words() -> None:
    """Doubt is told as doubt."""
    smooth = transfer(TransferKind.SMOOTH_SWITCH, BEN, at=4.0, offset=0.62)
    doubtful = transfer(TransferKind.INTERRUPTION, BEN, at=4.0, offset=-0.6, confidence=0.6)
    assert after(smooth).last_transfer == smooth
    assert transfer_text(smooth) == "Ben answered Anna after 0.62 s"
    assert transfer_text(doubtful) == "perhaps Ben came in before Anna had finished"


def test_event_of_no_concern_changes_nothing() -> None:
    """The view may be given everything."""
    assert after(TranscriptionDiscarded(phrase_id="p")) == BEGINNING


def spoken(phrase: Phrase, text: str) -> Transcript:
    """Return the words of a phrase, all at its start."""
    words = tuple(Word(span=phrase.span, text=word) for word in text.split())
    return Transcript(phrase_id=phrase.id, words=words, model="test")


def test_caption_is_what_the_asked_phrase_holds() -> None:
    """Who spoke is known from the request; the words come later."""
    phrase = Phrase(id="p-1", speaker=BEN, span=Span(16_000, 32_000))
    asked = TranscriptionRequest(phrase=phrase, urgency=Urgency.FINAL, samples=np.zeros(16_000, np.int16))
    shown = after(asked, spoken(phrase, "I see."), state=replace(BEGINNING, captions=Captions.SHOWN))
    assert shown.caption == Caption(speaker=BEN, at=16_000, text="I see.")
    assert shown.asked == ()


@pytest.mark.parametrize(("speaker", "stays"), [(BEN, "I see."), (UNKNOWN, None), (ANNA, None)])
def test_caption_goes_when_somebody_else_said_it(speaker: str, stays: str | None) -> None:
    """Words of nobody's known voice do not stay on the screen, nor words under a wrong name."""
    caption = Caption(speaker=BEN, at=16_000, text="I see.")
    revision = Revision(
        span=Span(16_000, 32_000),
        replaced=(segment(BEN, 1.0, 2.0),),
        segments=(segment(speaker, 1.0, 2.0),),
        known_at=48_000,
    )
    shown = replace(BEGINNING, talk=(0, 16_000), caption=caption)
    left = after(revision, state=shown).caption
    assert (None if left is None else left.text) == stays


def test_hidden_captions_show_no_words() -> None:
    """In a session of one's own nobody reads along unless it was asked for."""
    phrase = Phrase(id="p-1", speaker=BEN, span=Span(16_000, 32_000))
    asked = TranscriptionRequest(phrase=phrase, urgency=Urgency.FINAL, samples=np.zeros(16_000, np.int16))
    assert after(asked, spoken(phrase, "I see.")) == BEGINNING
