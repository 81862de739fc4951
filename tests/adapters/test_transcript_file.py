"""Tests of attune.cli.transcript_file."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import pytest

from attune.cli.transcript_file import TRANSCRIPT_SUFFIXES, read_transcript
from attune.errors import TranscriptError

STM = "talk 1 Zoë 0 1 hello\n"
GRID = '"ooTextFile" "TextGrid" 0 1 <exists> 1 "IntervalTier" "Zoë" 0 1 1 0 1 "hello"'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.stm", STM.encode()),
        ("a.STM", codecs.BOM_UTF8 + STM.encode()),
        ("a.TextGrid", GRID.encode()),
        ("a.TextGrid", codecs.BOM_UTF16_BE + GRID.encode("utf-16-be")),
        ("a.TextGrid", codecs.BOM_UTF16_LE + GRID.encode("utf-16-le")),
        ("a.rttm", "SPEAKER a 1 0 1 <NA> <NA> Zoë <NA> <NA>".encode()),
        ("a.vtt", "WEBVTT\r\n\r\n00:00.000 --> 00:01.000\r\n<v Zoë>hello".encode()),
        (
            "a.json",
            '{"schema": "attune.conversation/1", "speakers": ["Zoë"], "utterances": '
            '[{"speaker": "Zoë", "start": 0, "end": 1}]}'.encode(),
        ),
    ],
)
def test_suffix_says_the_format_and_the_first_bytes_the_encoding(tmp_path: Path, name: str, content: bytes) -> None:
    """Every format is read by its suffix, in UTF-8 or with a byte order mark."""
    path = tmp_path / name
    path.write_bytes(content)

    transcript = read_transcript(path)

    assert transcript.speakers == ("Zoë",)
    assert transcript.duration == 16000


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        (
            "a.txt",
            b"hello",
            "a.txt is no timed transcript by its suffix; these are read: .json, .rttm, .stm, .textgrid, .vtt",
        ),
        ("a.stm", b" \n", "a.stm is empty"),
        ("a.stm", b"talk 1 Zo\xeb 0 1", "a.stm is not UTF-8 (byte 10); save it as UTF-8"),
        ("a.stm", codecs.BOM_UTF16_LE + b"\x00", "a.stm is not UTF-16, as it begins (byte 3); save it as UTF-8"),
    ],
)
def test_file_that_is_no_transcript_is_refused(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    """One line says what is wrong and what to do."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(TranscriptError, match=re.escape(problem)):
        read_transcript(path)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing file and a folder are told as such."""
    with pytest.raises(TranscriptError, match=r"does not exist; check the name"):
        read_transcript(tmp_path / "none.stm")
    (tmp_path / "folder.stm").mkdir()
    with pytest.raises(TranscriptError, match=r"cannot be read: "):
        read_transcript(tmp_path / "folder.stm")


def test_suffixes_are_listed_in_lower_case() -> None:
    """Commands tell transcripts from sound by these."""
    assert {".json", ".rttm", ".stm", ".textgrid", ".vtt"} == TRANSCRIPT_SUFFIXES
