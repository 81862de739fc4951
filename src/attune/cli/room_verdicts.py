"""What the doctor says of a room and its microphone: one line for the sound, and one for each use."""

from __future__ import annotations

from collections.abc import Iterator

from attune.cli.checks import Check, Verdict
from attune.cli.enrolment_checks import QUIETEST_DBFS
from attune.cli.room_check import Pair, RoomSound
from attune.cli.sound_check import CLIPPED_SHARE

LEAST_VOICED_S = 1.0
"""Seconds of speech under which a room is not judged. Source: chosen; a short sentence."""

ALONE_DB = 10.0
"""Speech of one person should lie so far above the room.

Source: chosen; on composed conversations in pink noise .08 of the speech is missed at 10 dB, and .03 at 23 dB.
"""

TWO_GOOD_DB, TWO_LEAST_DB = 20.0, 12.0
"""Two voices before one microphone should lie so far above the room, and have to at least.

Source: chosen; measured on six composed conversations in pink noise, nobody enrolled: .94 of the speech is given to
the right person alone without noise and at 23 dB as it is measured here, .91 at 18, .89 at 15, .87 at 12 and at 10,
where .05 go to the other person in place of .03. Their signal-to-noise ratio reads 3 dB higher here, because the room
is the quietest tenth of the time.
"""

HOW_TO_HEAR_MORE = "come closer to the microphone, or find a quieter place"

PAIRS = {
    Pair.ALIKE: (Verdict.NOTE, "both channels carry the same sound, so they count as one"),
    Pair.EACH: (Verdict.NOTE, "a microphone each, it seems: attune listen --channels A,B"),
    Pair.STEREO: (Verdict.NOTE, "a stereo microphone: from where people sit it is surer who speaks"),
    Pair.APART: (
        Verdict.NOTE,
        "two microphones that hear a voice about alike: put each close to one person, or use one of them",
    ),
    Pair.FIRST_ALONE: (Verdict.WARNING, "the second channel hears nothing: check its plug and its level"),
    Pair.SECOND_ALONE: (Verdict.WARNING, "the first channel hears nothing: check its plug and its level"),
}


def too_little_heard(seconds: float) -> Check:
    """Return the line for a microphone that delivers nothing."""
    text = f"nothing came in {seconds:g} s; unplug the microphone, plug it in again, or choose another"
    return Check(subject="listening", verdict=Verdict.MISSING, text=text)


def verdicts(sound: RoomSound, *, channels: int, lost_seconds: float) -> tuple[Check, ...]:
    """Return the lines for a microphone of so many channels: how it sounds, and what it is good enough for."""
    lines = [_levels(sound, lost_seconds=lost_seconds)]
    if sound.quality.voiced_s >= LEAST_VOICED_S and not sound.quality.is_digital_silence:
        lines += [*_kind(sound), _alone(sound), _two(sound), _each(sound, channels=channels)]
    return tuple(lines)


def _levels(sound: RoomSound, *, lost_seconds: float) -> Check:
    quality = sound.quality
    if quality.is_digital_silence:
        text = "not a bit moved: unmute the microphone, and let this program use it (privacy settings of the system)"
        return Check(subject="listening", verdict=Verdict.WARNING, text=text)
    if quality.voiced_s < LEAST_VOICED_S:
        text = (
            f"room {quality.room_dbfs:.0f} dBFS, but too little speech to judge it by ({quality.voiced_s:.1f} s): "
            "try again, and talk while it listens"
        )
        return Check(subject="listening", verdict=Verdict.WARNING, text=text)
    text = (
        f"speech {quality.speech_dbfs:.0f} dBFS, room {quality.room_dbfs:.0f} dBFS, "
        f"{sound.above_room_db:.0f} dB between them"
    )
    if quality.clipped_share >= CLIPPED_SHARE:
        text = f"{text}; {quality.clipped_share:.1%} of it is clipped: lower the input level"
    elif quality.speech_dbfs < QUIETEST_DBFS:
        text = f"{text}; that is quiet: come closer to the microphone, or raise the input level"
    elif lost_seconds:
        text = f"{text}; {lost_seconds:.1f} s were lost: close other programs, or choose another microphone"
    else:
        return Check(subject="listening", verdict=Verdict.OK, text=f"{text}, nothing clipped")
    return Check(subject="listening", verdict=Verdict.WARNING, text=text)


def _kind(sound: RoomSound) -> Iterator[Check]:
    """Yield what kind of microphone it is, where that is worth a line."""
    if sound.is_narrow:
        text = (
            "like a telephone, with nothing above 4 kHz (headsets without a wire do so): "
            "a microphone with a wire hears voices better"
        )
        yield Check(subject="bandwidth", verdict=Verdict.WARNING, text=text)
    if sound.pair is not None:
        verdict, text = PAIRS[sound.pair]
        yield Check(subject="two channels", verdict=verdict, text=text)


def _alone(sound: RoomSound) -> Check:
    if sound.above_room_db >= ALONE_DB:
        return Check(subject="one person", verdict=Verdict.OK, text="good enough for drills and for practising alone")
    text = f"speech is {_above(sound)} ({ALONE_DB:g} or more is good), so pauses are less exact: {HOW_TO_HEAR_MORE}"
    return Check(subject="one person", verdict=Verdict.WARNING, text=text)


def _two(sound: RoomSound) -> Check:
    if sound.above_room_db >= TWO_GOOD_DB:
        text = "good enough for two people before one microphone"
        return Check(subject="two people", verdict=Verdict.OK, text=text)
    if sound.above_room_db >= TWO_LEAST_DB:
        text = (
            f"usable with one microphone: speech is {_above(sound)} ({TWO_GOOD_DB:g} or more is good), "
            f"so more of it stays unknown or is missed: {HOW_TO_HEAR_MORE}"
        )
    else:
        text = (
            f"speech is {_above(sound)}, too little for one microphone ({TWO_LEAST_DB:g} or more is needed): "
            f"{HOW_TO_HEAR_MORE}, or use a microphone each"
        )
    return Check(subject="two people", verdict=Verdict.WARNING, text=text)


def _each(sound: RoomSound, *, channels: int) -> Check:
    if sound.pair is not Pair.EACH:
        why = "this microphone has one channel" if channels == 1 else "its channels are not a microphone each"
        text = f"not as it is: {why}; a headset or clip-on each on an interface with two channels is surest"
        return Check(subject="a channel each", verdict=Verdict.NOTE, text=text)
    if sound.above_room_db >= ALONE_DB:
        text = "good enough, and the surest: attune listen --channels A,B"
        return Check(subject="a channel each", verdict=Verdict.OK, text=text)
    text = f"speech is {_above(sound)} ({ALONE_DB:g} or more is good): bring each microphone closer to its person"
    return Check(subject="a channel each", verdict=Verdict.WARNING, text=text)


def _above(sound: RoomSound) -> str:
    return f"{sound.above_room_db:.0f} dB above the room"
