"""The schemas that ship accept what Attune writes, refuse what it never writes, and know the same kinds."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from attune.events import (
    ActKind,
    AgreedBy,
    DeliveryKind,
    Flavour,
    Health,
    SessionConsent,
    SessionRecord,
    TransferKind,
)
from attune.schemas import Schema, load_schema
from attune.sessions.document import session_document

CONVERSATION = {
    "schema": "attune.conversation/1",
    "speakers": ["A", "B"],
    "utterances": [
        {"speaker": "A", "start": 0.216, "end": 5.914, "words": [{"start": 0.216, "end": 0.356, "text": "yeah"}]},
        {"speaker": "B", "start": 6, "end": 7.5, "text": "go on"},
        {"speaker": "A", "start": 8, "end": 9},
    ],
}
ASKED = {"conversation": "c1", "speaker": "A", "text": "tell me more"}
ANSWERED = {
    **ASKED,
    "acts": [{"kind": "encourager", "evidence": "tell me more", "confidence": 0.9, "source": "stems/en"}],
}


def validator(schema: Schema) -> Draft202012Validator:
    """Return a validator for one of the schemas."""
    return Draft202012Validator(load_schema(schema))


@pytest.mark.parametrize("schema", list(Schema))
def test_schema_is_valid_itself(schema: Schema) -> None:
    """Every schema keeps the rules of JSON Schema 2020-12."""
    loaded = load_schema(schema)
    Draft202012Validator.check_schema(loaded)
    assert loaded["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_enums_are_those_of_the_program() -> None:
    """A kind that is added to the program is added to the schemas."""
    session = load_schema(Schema.SESSION)["$defs"]
    assert session["transfer_kind"]["enum"] == [kind.value for kind in TransferKind]
    assert session["act_kind"]["enum"] == [kind.value for kind in ActKind]
    assert session["flavour"]["enum"] == [*(flavour.value for flavour in Flavour), None]
    assert session["delivery"]["enum"] == [kind.value for kind in DeliveryKind]
    assert session["consent"]["properties"]["by"]["enum"] == [by.value for by in AgreedBy]
    assert load_schema(Schema.ANNOTATION)["$defs"]["act_kind"] == session["act_kind"]


def test_session_that_attune_writes_is_accepted(evening: SessionRecord) -> None:
    """The full example, and one in which nothing was heard."""
    empty = replace(
        evening,
        speakers=(),
        segments=(),
        turns=(),
        transfers=(),
        acts=(),
        arousal=(),
        measures={},
        feedback=(),
        health=Health(attributed=None, unobserved=0.0, lost=0.0, transcriber="none", warnings=()),
    )
    validator(Schema.SESSION).validate(session_document(evening))
    validator(Schema.SESSION).validate(session_document(empty))
    consent = SessionConsent(by=AgreedBy.KEY, people=("Anna", "Ben"), at="2026-11-23T18:29:01+01:00")
    validator(Schema.SESSION).validate(session_document(replace(evening, consent=consent)))


def _without_health(document: dict[str, Any]) -> None:
    del document["health"]


def _with_another_number(document: dict[str, Any]) -> None:
    document["schema"] = "attune.session/2"


def _with_a_kind_of_its_own(document: dict[str, Any]) -> None:
    document["acts"][0]["kind"] = "sarcasm"


def _with_a_key_of_its_own(document: dict[str, Any]) -> None:
    document["segments"][0]["mood"] = "fine"


def _with_a_doubtful_confidence(document: dict[str, Any]) -> None:
    document["transfers"][0]["confidence"] = 1.2


def _with_words_of_an_unknown_voice(document: dict[str, Any]) -> None:
    document["turns"][0]["speaker"] = "unknown"


def _with_a_measure_without_n(document: dict[str, Any]) -> None:
    del document["measures"]["Anna"]["talk_share"]["n"]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (_without_health, "'health' is a required property"),
        (_with_another_number, "'attune.session/1' was expected"),
        (_with_a_kind_of_its_own, "'sarcasm' is not one of"),
        (_with_a_key_of_its_own, "'mood' was unexpected"),
        (_with_a_doubtful_confidence, "1.2 is greater than the maximum of 1"),
        (_with_words_of_an_unknown_voice, "is not of type 'null'"),
        (_with_a_measure_without_n, "'n' is a required property"),
    ],
)
def test_session_that_breaks_the_contract_is_refused(
    evening: SessionRecord, spoil: Callable[[dict[str, Any]], None], complaint: str
) -> None:
    """One fault each; the schema names it and nothing else."""
    document = copy.deepcopy(session_document(evening))
    spoil(document)
    errors = list(validator(Schema.SESSION).iter_errors(document))
    assert len(errors) == 1
    assert complaint in errors[0].message


def test_conversation_with_words_text_or_times_alone_is_accepted() -> None:
    """The three forms of an utterance."""
    validator(Schema.CONVERSATION).validate(CONVERSATION)


@pytest.mark.parametrize("speakers", [[], ["A", "A"], list("ABCDEFGHI")])
def test_conversation_of_nobody_of_twins_or_of_nine_is_refused(speakers: list[str]) -> None:
    """One to eight people with names of their own."""
    assert not validator(Schema.CONVERSATION).is_valid({**CONVERSATION, "speakers": speakers})


@pytest.mark.parametrize("line", [ASKED, {**ASKED, "id": 7}, ANSWERED, {"error": "line 3 is no JSON object"}])
def test_annotation_line_is_accepted_before_and_after(line: dict[str, Any]) -> None:
    """A question, a question with keys of the user's own, an answer, a refusal."""
    validator(Schema.ANNOTATION).validate(line)


@pytest.mark.parametrize(
    "line",
    [
        {"conversation": "c1", "text": "who spoke?"},
        {**ANSWERED, "acts": [{"kind": "encourager"}]},
        {**ANSWERED, "error": "both at once"},
        ["no object"],
    ],
)
def test_annotation_line_that_is_neither_is_refused(line: Any) -> None:
    """No speaker, an act without evidence, acts together with an error, no object."""
    assert not validator(Schema.ANNOTATION).is_valid(line)
