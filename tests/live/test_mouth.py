"""The coach's voice: sounds only in silence, stops at once, and says what became of each sentence."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from silent_stage import CountingLoudspeaker, InstantVoice, Sentence, eventually

from attune.errors import PlaybackError, VoiceError
from attune.events import Delivery, DeliveryKind, Feedback, VoiceActivity, Voicing
from attune.live.mouth import ECHO_TAIL, PREPARED_WITHIN, Mouth, Voice


def feedback(name: str = "praise-1", *, delivery: DeliveryKind = DeliveryKind.SPOKEN) -> Feedback:
    """Return something to say."""
    return Feedback(id=name, at=0, text=f"text of {name}", because=(), delivery=delivery)


def activity(speaker: str, voicing: Voicing) -> VoiceActivity:
    """Return the beginning or the end of a voice."""
    return VoiceActivity(speaker=speaker, voicing=voicing, at=0, known_at=0)


class Scene:
    """A mouth with its voice, and what it told the user."""

    def __init__(self, *, voice: InstantVoice | None = None, speaker: CountingLoudspeaker | None = None) -> None:
        self.voice = voice or InstantVoice()
        self.speaker = speaker or CountingLoudspeaker()
        self.told: list[str] = []
        self.mouth = Mouth(Voice(synthesis=self.voice, loudspeaker=self.speaker), tell=self.told.append)

    def say(self, said: Feedback, *, now: int = 0) -> list[Delivery]:
        """Have something said, and return what became of it once its sound is made."""
        self.mouth.observe(said)
        found: list[Delivery] = []
        assert eventually(lambda: bool(found.extend(self.mouth.advance(now)) or found or self.speaker.playing))
        return found


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Return a mouth with a voice that works."""
    scene = Scene()
    yield scene
    scene.mouth.close()


def test_feedback_is_played_and_delivered_when_its_sound_has_ended(scene: Scene) -> None:
    """Spoken, once it has been heard to its end."""
    assert not scene.mouth.busy
    assert scene.say(feedback()) == []
    assert scene.voice.texts == ["text of praise-1"]
    assert scene.mouth.busy
    assert scene.mouth.advance(8_000) == []
    scene.speaker.pass_time(24_000)
    assert scene.mouth.advance(24_000) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SPOKEN)]
    assert not scene.mouth.busy
    assert scene.mouth.advance(30_000) == []


def test_room_is_not_listened_to_until_the_echo_has_gone(scene: Scene) -> None:
    """From the first sound to 0.6 s after the last."""
    assert not scene.mouth.sounding(0)
    scene.say(feedback())
    assert scene.mouth.sounding(10**9)
    scene.speaker.pass_time(24_000)
    scene.mouth.advance(24_000)
    assert ECHO_TAIL == 9_600
    assert scene.mouth.sounding(24_000 + 9_599)
    assert not scene.mouth.sounding(24_000 + 9_600)


def test_feedback_made_while_somebody_speaks_is_shown_and_never_played(scene: Scene) -> None:
    """A person began while the sentence was being made: the coach never interrupts."""
    scene.mouth.observe(activity("B", Voicing.STARTED))
    assert scene.say(feedback()) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    assert scene.speaker.played == []
    assert not scene.mouth.sounding(0)


def test_feedback_that_speech_overtook_is_shown_even_when_it_is_quiet_again(scene: Scene) -> None:
    """Somebody spoke after the coach had decided: the moment has passed."""
    scene.mouth.observe(feedback())
    scene.mouth.observe(activity("B", Voicing.STARTED))
    scene.mouth.observe(activity("B", Voicing.STOPPED))
    found: list[Delivery] = []
    assert eventually(lambda: bool(found.extend(scene.mouth.advance(0)) or found))
    assert found == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    assert scene.speaker.played == []


def test_sound_that_ends_much_too_early_was_not_spoken(scene: Scene) -> None:
    """A loudspeaker that gave up after a tenth of the sentence."""
    scene.say(feedback())
    scene.speaker.pass_time(24_000)
    assert scene.mouth.advance(2_400) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]


def test_sound_that_never_ends_is_given_up(scene: Scene) -> None:
    """A stuck loudspeaker must not keep the room from being heard: three seconds late it is silenced."""
    scene.say(feedback())
    assert scene.mouth.advance(24_000 + 48_000 - 1) == []
    assert scene.mouth.advance(24_000 + 48_000) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    assert not scene.speaker.playing
    assert not scene.mouth.sounding(24_000 + 48_000 + ECHO_TAIL)


def test_feedback_after_the_voice_has_stopped_is_played(scene: Scene) -> None:
    """The control of the test before."""
    scene.mouth.observe(activity("B", Voicing.STARTED))
    scene.mouth.observe(activity("B", Voicing.STOPPED))
    scene.say(feedback())
    assert len(scene.speaker.played) == 1


def test_hush_silences_at_once_and_the_feedback_counts_as_shown(scene: Scene) -> None:
    """And the echo of what was heard is still waited for."""
    scene.say(feedback())
    scene.mouth.hush()
    assert not scene.speaker.playing
    assert scene.mouth.advance(5_000) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    assert scene.mouth.sounding(5_000 + 9_599)
    assert not scene.mouth.sounding(5_000 + 9_600)


def test_hush_before_the_first_sound_keeps_it_from_being_played(scene: Scene) -> None:
    """A key pressed while the sentence is being made."""
    scene.mouth.observe(feedback())
    scene.mouth.hush()
    assert scene.mouth.advance(0) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    assert scene.speaker.played == []


def test_hush_does_not_silence_the_next_feedback(scene: Scene) -> None:
    """It is about this sentence, not about the coach."""
    scene.mouth.hush()
    scene.say(feedback("praise-2"))
    assert scene.speaker.playing


@pytest.mark.parametrize("delivery", [DeliveryKind.SHOWN, DeliveryKind.WITHHELD])
def test_feedback_that_is_not_to_be_spoken_is_left_alone(scene: Scene, delivery: DeliveryKind) -> None:
    """The mouth has nothing to do with it."""
    scene.mouth.observe(feedback(delivery=delivery))
    assert not scene.mouth.busy
    assert scene.mouth.advance(0) == []


def test_without_a_voice_feedback_is_shown() -> None:
    """No loudspeaker, no voice: nothing is told either, the caller knows."""
    told: list[str] = []
    mouth = Mouth(None, tell=told.append)
    mouth.observe(feedback())
    assert mouth.advance(0) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    assert told == []


def test_voice_that_fails_is_told_of_once_and_everything_is_shown() -> None:
    """One line, with the reason; the second sentence is not even tried."""
    scene = Scene(voice=InstantVoice(error=VoiceError("no voice; install espeak-ng")))
    assert scene.say(feedback()) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    scene.mouth.observe(feedback("praise-2"))
    assert scene.mouth.advance(1) == [Delivery(feedback_id="praise-2", how=DeliveryKind.SHOWN)]
    assert scene.told == ["The coach cannot be heard, so its words are shown: no voice; install espeak-ng"]
    scene.mouth.close()


def test_loudspeaker_that_fails_is_told_of_and_the_room_is_listened_to() -> None:
    """Nothing was heard, so nothing has to be waited for."""
    scene = Scene(speaker=CountingLoudspeaker(error=PlaybackError("no loudspeaker; plug one in")))
    assert scene.say(feedback()) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    assert scene.told == ["The coach cannot be heard, so its words are shown: no loudspeaker; plug one in"]
    assert not scene.mouth.sounding(0)
    scene.mouth.close()


def test_session_that_ends_silences_the_coach(scene: Scene) -> None:
    """What was being said was shown; what was not begun, too; what was over, is over."""
    scene.say(feedback())
    assert scene.mouth.finish() == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    assert not scene.speaker.playing
    assert scene.mouth.finish() == []


def test_closing_ends_the_voice(scene: Scene) -> None:
    """Its process is ended, too."""
    scene.mouth.close()
    assert scene.voice.closed == 1


def test_synthesis_that_breaks_in_an_unexpected_way_is_shown_and_told() -> None:
    """A full disk under the synthesis leaves no coach that is forever about to speak."""

    class Broken(InstantVoice):
        def speak_to_samples(self, text: str) -> Sentence:
            raise OSError("no space left on device")

    scene = Scene(voice=Broken())
    assert scene.say(feedback()) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    assert scene.told == [
        "The coach cannot be heard, so its words are shown: the voice failed (OSError: no space left on device)"
    ]
    assert not scene.mouth.busy
    scene.mouth.close()


def test_synthesis_that_never_answers_is_given_up() -> None:
    """Twenty seconds of sound after it was asked."""
    waiting = threading.Event()

    class Silent(InstantVoice):
        def speak_to_samples(self, text: str) -> Sentence:
            waiting.wait(10)
            raise VoiceError("closed")

        def close(self) -> None:
            waiting.set()

    scene = Scene(voice=Silent())
    scene.mouth.observe(feedback())
    assert scene.mouth.advance(PREPARED_WITHIN - 1) == []
    assert scene.mouth.advance(PREPARED_WITHIN) == [Delivery(feedback_id="praise-1", how=DeliveryKind.SHOWN)]
    assert scene.told == ["The coach cannot be heard, so its words are shown: the voice did not answer in time"]
    scene.mouth.close()
