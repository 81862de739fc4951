"""The JSON schemas of the documents that other programs rely on; they ship with the package."""

from __future__ import annotations

import json
from enum import StrEnum
from importlib import resources
from typing import Any


class Schema(StrEnum):
    """The documents that have a schema."""

    SESSION = "session-1"
    CONVERSATION = "conversation-1"
    ANNOTATION = "annotation-1"


def load_schema(schema: Schema) -> dict[str, Any]:
    """Return a schema (JSON Schema 2020-12) as a dictionary."""
    text = resources.files(__name__).joinpath(f"{schema.value}.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
