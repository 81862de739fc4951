"""Session documents of the bundled dialogues are, byte for byte, those that were blessed (``scripts/bless``)."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from attune.schemas import Schema, load_schema
from golden_documents import FOLDER, golden_path, golden_text
from heard_fixtures import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_document_is_the_blessed_one(name: str) -> None:
    """What is heard has not changed; if it was meant to, run scripts/bless and read the difference."""
    assert golden_text(name) == golden_path(name).read_text("utf-8")


def test_every_dialogue_has_a_document_and_every_document_a_dialogue() -> None:
    """Nothing is left over from a dialogue that is gone."""
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_blessed_document_follows_its_schema(name: str) -> None:
    """No blessing can bless a document that other programs cannot read."""
    document = json.loads(golden_path(name).read_text("utf-8"))
    Draft202012Validator(load_schema(Schema.SESSION)).validate(document)
    assert document["source"] == f"{name}.stereo.flac"
