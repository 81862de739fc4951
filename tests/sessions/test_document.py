"""The session document says exactly what the contract says."""

import json
from dataclasses import replace

import pytest

from attune.events import UNKNOWN, ActKind, AgreedBy, SessionConsent, SessionRecord, TransferKind
from attune.sessions.document import document_text, session_document
from evening_session import ANNA, BEN, act, segment, transfer, turn


def test_session_has_the_keys_of_the_contract_in_their_order(evening: SessionRecord) -> None:
    """Readers of the raw file find the parts in the order of the published example."""
    assert list(session_document(evening)) == [
        "schema",
        "source",
        "duration",
        "speakers",
        "segments",
        "turns",
        "transfers",
        "acts",
        "arousal",
        "measures",
        "feedback",
        "health",
    ]


def test_agreement_comes_last_where_there_is_one(evening: SessionRecord) -> None:
    """Sessions of one person and of recordings have none."""
    consent = SessionConsent(by=AgreedBy.KEY, people=("Anna", "Ben"), at="2026-11-23T18:29:01+01:00")
    document = session_document(replace(evening, consent=consent))
    assert list(document)[-1] == "consent"
    assert document["consent"] == {"by": "key", "people": ["Anna", "Ben"], "at": "2026-11-23T18:29:01+01:00"}


def test_parts_read_as_published(evening: SessionRecord) -> None:
    """One entry of each part, literally."""
    document = session_document(evening)
    assert document["schema"] == "attune.session/1"
    assert document["duration"] == 61.2
    assert document["segments"][0] == {"speaker": "Anna", "start": 1.02, "end": 3.4, "confidence": 0.97}
    assert document["turns"][1] == {
        "id": "t-Ben-64320",
        "speaker": "Ben",
        "start": 4.02,
        "end": 6.1,
        "text": "it sounds like you feel tired",
    }
    assert document["transfers"][1] == {
        "id": "f-Anna-88000",
        "kind": "interruption",
        "from": "Ben",
        "to": "Anna",
        "at": 5.5,
        "offset": -0.6,
        "confidence": 0.55,
        "flavour": "unsure",
    }
    assert document["acts"][0] == {
        "id": "a-reflection-Ben-64320",
        "kind": "reflection",
        "subkind": "feeling",
        "speaker": "Ben",
        "start": 4.02,
        "end": 6.1,
        "evidence": "it sounds like you feel tired",
        "confidence": 0.88,
        "source": "stems/en",
    }
    assert document["arousal"] == [
        {"speaker": "Anna", "start": 0.0, "end": 20.0, "pitch_z": 0.123, "level_z": 0.3, "rate_z": None}
    ]
    assert document["feedback"] == [
        {
            "at": 30.0,
            "text": "Ben, you said back what you heard: “it sounds like you feel tired”. That helps.",
            "because": ["a-reflection-Ben-64320"],
            "delivery": "spoken",
        }
    ]
    assert document["health"] == {
        "attributed": 0.98,
        "unobserved": 0.02,
        "lost": 0.0,
        "transcriber": "fixture",
        "warnings": ["The microphones hear each other; overlaps are less sure."],
    }


def test_measures_carry_n_and_how_observed_and_iqr_only_for_medians(evening: SessionRecord) -> None:
    """People come in the order of the session, `both` last."""
    measures = session_document(evening)["measures"]
    assert list(measures) == ["Anna", "Ben", "both"]
    assert measures["Ben"]["pause_before_response_s"] == {
        "value": 0.62,
        "n": 1,
        "observed": "two channels",
        "iqr": [0.2, 0.62],
    }
    assert measures["Anna"]["pause_before_response_s"] == {"value": None, "n": 0, "observed": "no answer was heard"}
    assert measures["both"]["overlap_share"] == {"value": 0.01, "n": 3, "observed": "two channels"}


def test_parts_out_of_order_come_out_sorted_by_start_then_id(evening: SessionRecord) -> None:
    """The order in which things became known leaves no trace."""
    jumbled = replace(
        evening,
        segments=tuple(reversed(evening.segments)),
        turns=tuple(reversed(evening.turns)),
        transfers=tuple(reversed(evening.transfers)),
        acts=tuple(reversed(evening.acts)),
    )
    assert session_document(jumbled) == session_document(evening)


def test_acts_at_one_start_are_sorted_by_id(evening: SessionRecord) -> None:
    """Two acts of one clause have a fixed order."""
    together = (
        act(ActKind.OPEN_QUESTION, BEN, 4.0, 5.0, "tell me more"),
        act(ActKind.ENCOURAGER, BEN, 4.0, 5.0, "tell me more"),
    )
    kinds = [found["kind"] for found in session_document(replace(evening, acts=together))["acts"]]
    assert kinds == ["encourager", "open_question"]


def test_times_are_rounded_to_the_millisecond_and_never_negative_zero(evening: SessionRecord) -> None:
    """One sample is 62.5 microseconds: it rounds away, and leaves no minus sign."""
    record = replace(
        evening,
        segments=(segment(ANNA, 1.00004, 1.23456),),
        transfers=(replace(transfer(TransferKind.SMOOTH_SWITCH, BEN, at=4.0, offset=0.0), offset=-1),),
    )
    document = session_document(record)
    assert (document["segments"][0]["start"], document["segments"][0]["end"]) == (1.0, 1.235)
    assert repr(document["transfers"][0]["offset"]) == "0.0"


def test_unknown_voice_keeps_its_times_and_loses_its_words(evening: SessionRecord) -> None:
    """A visitor's words are never written, whatever reached the record."""
    record = replace(
        evening,
        turns=(turn(UNKNOWN, 1.0, 2.0, "the visitor's secret"),),
        acts=(act(ActKind.NEED, UNKNOWN, 1.0, 2.0, "the visitor's secret"),),
    )
    document = session_document(record)
    assert document["turns"][0] == {"id": "t-unknown-16000", "speaker": UNKNOWN, "start": 1.0, "end": 2.0, "text": None}
    assert document["acts"] == []
    assert "secret" not in document_text(document)


def test_file_name_that_is_no_text_is_made_readable(evening: SessionRecord) -> None:
    """A name with stray bytes can be kept and written."""
    document = session_document(replace(evening, source="caf\udce9.wav"))
    assert document["source"] == "caf?.wav"


def test_document_text_is_plain_json_with_its_letters_as_they_are() -> None:
    """Accents stay readable in the file, which ends in a newline."""
    assert document_text({"source": "café"}) == '{\n  "source": "café"\n}\n'


def test_document_text_of_a_figure_that_is_no_number_is_refused() -> None:
    """JSON has no NaN; writing one would make a file that nobody can read."""
    with pytest.raises(ValueError, match="Out of range"):
        document_text({"value": float("nan")})


def test_session_read_back_is_the_same(evening: SessionRecord) -> None:
    """Nothing in the document is lost by writing it."""
    document = session_document(evening)
    assert json.loads(document_text(document)) == document
