"""The session documents of the bundled dialogues, from two channels and timing alone, as they were last blessed."""

from __future__ import annotations

from pathlib import Path

from attune.sessions.document import document_text, session_document
from heard_fixtures import stereo_record

FOLDER = Path(__file__).parent / "golden"


def golden_path(name: str) -> Path:
    """Return where the blessed document of a dialogue lies."""
    return FOLDER / f"{name}.json"


def golden_text(name: str) -> str:
    """Return the document that a dialogue has now, as it is written to a file."""
    return document_text(session_document(stereo_record(name)))
