"""The queue of phrases that wait to be decoded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attune.errors import SequenceError
from attune.events import Phrase, Transcript, TranscriptFailed, TranscriptionRequest, Urgency
from attune.timebase import Span
from attune.transcribing.backpressure import DecodeQueue, QueueSettings, QueueStatistics


def request(name: str, urgency: Urgency = Urgency.SPECULATIVE, *, ms: int = 1_000) -> TranscriptionRequest:
    phrase = Phrase(id=name, speaker="A", span=Span(0, ms * 16))
    return TranscriptionRequest(phrase=phrase, urgency=urgency, samples=np.zeros(ms * 16, np.int16))


def final(name: str, *, ms: int = 1_000) -> TranscriptionRequest:
    return request(name, Urgency.FINAL, ms=ms)


def answer(name: str) -> Transcript:
    return Transcript(phrase_id=name, words=(), model="none")


def taken(queue: DecodeQueue) -> list[str]:
    """Return the ids of all that waits, in the order in which it is taken."""
    ids = []
    while (following := queue.take()) is not None:
        ids.append(following.phrase.id)
    return ids


def test_finals_are_taken_before_speculations_each_in_order():
    """What is known to be finished comes first."""
    queue = DecodeQueue()
    for following in (request("s1"), final("f1"), request("s2"), final("f2")):
        queue.put(following)
    assert taken(queue) == ["f1", "f2", "s1", "s2"]


def test_promoted_speculation_is_taken_like_a_final():
    """Promotion while waiting moves a phrase before the other speculations."""
    queue = DecodeQueue()
    queue.put(request("s1"))
    queue.put(request("s2"))
    assert queue.promote("s2") is None
    assert taken(queue) == ["s2", "s1"]


def test_answer_of_a_final_is_handed_on():
    """A final's answer is wanted the moment it comes, also when it is a failure."""
    queue = DecodeQueue()
    queue.put(final("f1"))
    queue.put(final("f2"))
    taken(queue)
    failure = TranscriptFailed(phrase_id="f2", why="the decoder stopped")
    assert queue.complete(answer("f1")) == answer("f1")
    assert queue.complete(failure) == failure


def test_answer_of_a_speculation_waits_for_its_promotion():
    """A speculation's answer is kept, and handed on when the phrase is finished."""
    queue = DecodeQueue()
    queue.put(request("s1"))
    taken(queue)
    assert queue.complete(answer("s1")) is None
    assert queue.promote("s1") == answer("s1")


def test_promotion_while_decoding_makes_the_answer_final():
    """A phrase that is promoted while it is decoded is answered as soon as that is done."""
    queue = DecodeQueue()
    queue.put(request("s1"))
    taken(queue)
    assert queue.promote("s1") is None
    assert queue.complete(answer("s1")) == answer("s1")


def test_discarded_phrase_is_never_taken():
    """A speculation that speech overtook while it waited costs no decoding."""
    queue = DecodeQueue()
    queue.put(request("s1"))
    queue.discard("s1")
    assert queue.take() is None


@pytest.mark.parametrize("moment", ["while decoding", "when answered"])
def test_answer_of_a_discarded_phrase_is_ignored(moment: str):
    """An answer that comes, or came, for words that speech overtook goes nowhere."""
    queue = DecodeQueue()
    queue.put(request("s1"))
    taken(queue)
    if moment == "while decoding":
        queue.discard("s1")
        assert queue.complete(answer("s1")) is None
    else:
        queue.complete(answer("s1"))
        queue.discard("s1")
    with pytest.raises(SequenceError):
        queue.promote("s1")


def test_phrase_requested_again_while_its_discarded_decode_runs_is_not_decoded_twice():
    """The same phrase wanted again takes the answer that is being made."""
    queue = DecodeQueue()
    queue.put(request("p"))
    taken(queue)
    queue.discard("p")
    queue.put(final("p"))
    assert queue.take() is None
    assert queue.complete(answer("p")) == answer("p")


def test_full_queue_sets_the_oldest_speculations_aside():
    """When more sound waits than there is room for, old speculations make way and finals stay."""
    queue = DecodeQueue(settings=QueueSettings(room_ms=3_000))
    for following in (request("s1"), final("f1"), request("s2"), request("s3")):
        queue.put(following)
    assert queue.statistics == QueueStatistics(
        waiting=3, waiting_samples=48_000, decoding=0, answered=0, discarded=0, set_aside=1
    )
    assert queue.statistics.waiting_seconds == 3.0
    assert taken(queue) == ["f1", "s2", "s3"]


def test_phrase_that_was_set_aside_comes_back_as_final_with_its_sound():
    """Promotion brings back what had no room; nothing that was said is lost."""
    queue = DecodeQueue(settings=QueueSettings(room_ms=1_000))
    queue.put(request("s1", ms=900))
    queue.put(final("f1", ms=900))
    assert queue.promote("s1") is None
    assert queue.take().phrase.id == "f1"
    assert len(queue.take().samples) == 14_400


def test_phrase_that_was_set_aside_is_forgotten_when_discarded():
    """What had no room and is overtaken never comes back."""
    queue = DecodeQueue(settings=QueueSettings(room_ms=1_000))
    queue.put(request("s1"))
    queue.put(request("s2"))
    queue.discard("s1")
    assert taken(queue) == ["s2"]


def test_finals_beyond_the_room_are_kept():
    """A slow decoder falls behind; it does not lose words."""
    queue = DecodeQueue(settings=QueueSettings(room_ms=1_000))
    for k in range(50):
        queue.put(final(f"f{k}"))
    assert queue.statistics.waiting_seconds == 50.0
    assert taken(queue) == [f"f{k}" for k in range(50)]


def test_speculation_longer_than_the_room_is_set_aside_at_once():
    """A speculation that never fits waits for its promotion."""
    queue = DecodeQueue(settings=QueueSettings(room_ms=1_000))
    queue.put(request("s1", ms=1_001))
    assert queue.take() is None
    queue.promote("s1")
    assert queue.take().phrase.id == "s1"


def test_statistics_count_what_happened():
    """Discarded, answered and decoding phrases are counted."""
    queue = DecodeQueue()
    for name in ("s1", "s2", "s3"):
        queue.put(request(name))
    queue.take()
    queue.discard("s1")
    queue.take()
    queue.promote("s2")
    queue.complete(answer("s2"))
    assert queue.statistics == QueueStatistics(
        waiting=1, waiting_samples=16_000, decoding=1, answered=1, discarded=1, set_aside=0
    )


@pytest.mark.parametrize("act", ["promote", "discard"])
def test_phrase_that_nobody_requested_raises(act: str):
    """Promoting or discarding an unknown phrase is the caller's defect."""
    with pytest.raises(SequenceError, match="p-A-0-1"):
        getattr(DecodeQueue(), act)("p-A-0-1")


def test_phrase_requested_twice_raises():
    """Two requests of one phrase would be decoded twice."""
    queue = DecodeQueue()
    queue.put(request("s1"))
    with pytest.raises(SequenceError, match="twice"):
        queue.put(request("s1"))


def test_answer_that_nobody_waits_for_raises():
    """An answer for a phrase that was not taken is the worker's defect."""
    queue = DecodeQueue()
    queue.put(request("s1"))
    with pytest.raises(SequenceError, match="s1"):
        queue.complete(answer("s1"))


@settings(deadline=None)
@given(
    acts=st.lists(st.tuples(st.sampled_from(["put", "final", "promote", "discard", "take", "done"]), st.integers(0, 9)))
)
def test_every_final_is_answered_exactly_once(acts: list[tuple[str, int]]):
    """Whatever happens in whatever order, each phrase that is finished is answered once, and no other."""
    queue = DecodeQueue(settings=QueueSettings(room_ms=2_000))
    open_: list[str] = []
    decoding: list[str] = []
    wanted: list[str] = []
    answered: list[str] = []

    def finish(name: str) -> None:
        decoding.remove(name)
        if (got := queue.complete(answer(name))) is not None:
            answered.append(got.phrase_id)

    for number, (act, which) in enumerate(acts):
        name = open_[which % len(open_)] if open_ else None
        match act:
            case "put":
                queue.put(request(f"s{number}"))
                open_.append(f"s{number}")
            case "final":
                queue.put(final(f"f{number}"))
                wanted.append(f"f{number}")
            case "promote" if name:
                open_.remove(name)
                wanted.append(name)
                if (got := queue.promote(name)) is not None:
                    answered.append(got.phrase_id)
            case "discard" if name:
                open_.remove(name)
                queue.discard(name)
            case "take":
                if (following := queue.take()) is not None:
                    decoding.append(following.phrase.id)
            case "done" if decoding:
                finish(decoding[which % len(decoding)])
    decoding += taken(queue)
    for name in list(decoding):
        finish(name)
    assert sorted(answered) == sorted(wanted)
