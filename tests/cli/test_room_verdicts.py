"""What the doctor says of a room: good enough or not, for what, and what to do."""

from __future__ import annotations

import pytest

from attune.cli.checks import Verdict
from attune.cli.enrolment_checks import Quality
from attune.cli.room_check import Pair, RoomSound
from attune.cli.room_verdicts import ALONE_DB, TWO_GOOD_DB, TWO_LEAST_DB, verdicts


def room(above_db: float, *, pair: Pair | None = None, is_narrow: bool = False) -> RoomSound:
    """Return eight seconds of speech so far above the room."""
    quality = Quality(voiced_s=8.0, speech_dbfs=-24.0, room_dbfs=-24.0 - above_db, clipped_share=0.0)
    return RoomSound(quality=quality, is_narrow=is_narrow, pair=pair)


def said(sound: RoomSound, *, channels: int = 1) -> dict[str, tuple[Verdict, str]]:
    """Return the lines of a room by what they are about."""
    return {c.subject: (c.verdict, c.text) for c in verdicts(sound, channels=channels, lost_seconds=0.0)}


def test_thresholds_stand_in_their_order() -> None:
    """Two voices need more than one."""
    assert ALONE_DB < TWO_LEAST_DB < TWO_GOOD_DB


@pytest.mark.parametrize(
    ("above_db", "alone", "two"),
    [
        (TWO_GOOD_DB, Verdict.OK, Verdict.OK),
        (TWO_GOOD_DB - 0.1, Verdict.OK, Verdict.WARNING),
        (TWO_LEAST_DB - 0.1, Verdict.OK, Verdict.WARNING),
        (ALONE_DB - 0.1, Verdict.WARNING, Verdict.WARNING),
    ],
)
def test_louder_room_is_good_enough_for_less(above_db: float, alone: Verdict, two: Verdict) -> None:
    """First two voices suffer, then one."""
    lines = said(room(above_db))
    assert (lines["one person"][0], lines["two people"][0]) == (alone, two)


def test_warnings_name_the_value_and_what_to_do() -> None:
    """Usable and not usable are told apart."""
    usable = said(room(TWO_LEAST_DB + 1))["two people"][1]
    assert usable.startswith(f"usable with one microphone: speech is {TWO_LEAST_DB + 1:.0f} dB above the room")
    assert usable.endswith("come closer to the microphone, or find a quieter place")
    poor = said(room(2.0))
    assert "speech is 2 dB above the room, too little for one microphone" in poor["two people"][1]
    assert poor["two people"][1].endswith("or use a microphone each")
    assert "so pauses are less exact" in poor["one person"][1]


@pytest.mark.parametrize(
    ("pair", "channels", "verdict", "words"),
    [
        (None, 1, Verdict.NOTE, "not as it is: this microphone has one channel; a headset or clip-on each"),
        (Pair.STEREO, 2, Verdict.NOTE, "not as it is: its channels are not a microphone each"),
        (Pair.ALIKE, 2, Verdict.NOTE, "not as it is: its channels are not a microphone each"),
        (Pair.EACH, 2, Verdict.OK, "good enough, and the surest: attune listen --channels A,B"),
    ],
)
def test_channel_each_needs_two_that_differ(pair: Pair | None, channels: int, verdict: Verdict, words: str) -> None:
    """That it is not so is no fault."""
    found = said(room(30.0, pair=pair), channels=channels)["a channel each"]
    assert found[0] is verdict
    assert found[1].startswith(words)


def test_microphones_of_ones_own_may_be_too_far_away() -> None:
    """A channel each needs as much above the room as one person does."""
    verdict, text = said(room(ALONE_DB - 1, pair=Pair.EACH), channels=2)["a channel each"]
    assert verdict is Verdict.WARNING
    assert text.endswith("bring each microphone closer to its person")


@pytest.mark.parametrize("pair", list(Pair))
def test_every_kind_of_pair_has_its_line(pair: Pair) -> None:
    """A dead channel alone is a fault."""
    verdict, _ = said(room(30.0, pair=pair), channels=2)["two channels"]
    assert verdict is (Verdict.WARNING if pair in (Pair.FIRST_ALONE, Pair.SECOND_ALONE) else Verdict.NOTE)


def test_telephone_is_told_and_anything_else_is_not() -> None:
    """With what makes most microphones sound so."""
    verdict, text = said(room(30.0, is_narrow=True))["bandwidth"]
    assert verdict is Verdict.WARNING
    assert text.startswith("like a telephone, with nothing above 4 kHz")
    assert "bandwidth" not in said(room(30.0))
