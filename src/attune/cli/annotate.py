"""``attune annotate``: JSON lines in, the same lines with the listening acts that their text holds out."""

from __future__ import annotations

import json
import os
import sys
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import click

from attune.conversation.acts.finding import ActFinder, ActFinding
from attune.conversation.acts.stems import StemActs
from attune.conversation.utterance import Utterance
from attune.errors import TranscriptError

CONTEXT_UTTERANCES = 8
"""How much of a conversation is context for its next line.

Source: chosen; the finder looks at the partner's last two, which backchannels may follow.
"""

OPEN_CONVERSATIONS = 1000
"""Of how many conversations the context is kept; the one that was silent longest is forgotten first. Source: chosen."""


@click.command()
@click.pass_context
def command(context: click.Context) -> None:
    """Find listening acts in text.

    Reads lines like {"conversation": "id", "speaker": "A", "text": "…"} from standard input, those of a conversation
    in order, and writes each with "acts", at once. A line that is no such object comes back with "error".
    """
    refused = 0
    try:
        for answer, problem in annotated(sys.stdin.buffer, finder=StemActs()):
            _write(answer)
            refused += problem is not None
    except BrokenPipeError:
        # Whoever read the lines has what it wanted; nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    context.exit(1 if refused else 0)


def annotated(lines: Iterable[bytes], *, finder: ActFinder) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield each line's answer as it can be given, and what was wrong with the line, if anything.

    Parameters
    ----------
    lines
        UTF-8, one JSON object each.
    finder
        What finds the acts.
    """
    conversations: OrderedDict[str, deque[Utterance]] = OrderedDict()
    for number, line in enumerate(lines, start=1):
        try:
            asked = _asked(line, number=number)
        except TranscriptError as error:
            yield {"error": str(error)}, str(error)
            continue
        before = conversations.setdefault(asked.conversation, deque(maxlen=CONTEXT_UTTERANCES))
        conversations.move_to_end(asked.conversation)
        if len(conversations) > OPEN_CONVERSATIONS:
            conversations.popitem(last=False)
        acts = finder.find(asked.utterance, before=tuple(before))
        before.append(asked.utterance)
        yield {**asked.line, "acts": [_act(finding) for finding in acts]}, None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    line: dict[str, Any]
    conversation: str
    utterance: Utterance


def _asked(line: bytes, *, number: int) -> _Asked:
    """Return what a line asks.

    Raises
    ------
    TranscriptError
        If it is not UTF-8, no JSON object, or lacks one of the three texts.
    """
    try:
        document = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TranscriptError(f"line {number} is not UTF-8 (byte {error.start + 1}); save the text as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise TranscriptError(f"line {number} is not JSON: {error}; write one object a line") from error
    if not isinstance(document, dict):
        raise TranscriptError(f"line {number} is {_named(document)}, not an object with conversation, speaker and text")
    for key in ("conversation", "speaker", "text"):
        if key not in document:
            raise TranscriptError(f'line {number} has no "{key}"; it needs conversation, speaker and text')
        if not isinstance(document[key], str):
            raise TranscriptError(f'line {number}: "{key}" is {_named(document[key])}; write it as text in quotes')
    if not document["speaker"]:
        raise TranscriptError(f'line {number}: "speaker" is empty; say who spoke')
    return _Asked(
        line=document,
        conversation=document["conversation"],
        utterance=Utterance(speaker=document["speaker"], text=document["text"]),
    )


def _named(value: object) -> str:
    """Return a JSON value as a message names it."""
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a text"


def _act(finding: ActFinding) -> dict[str, Any]:
    """Return a finding as documents carry it."""
    subkind = {} if finding.subkind is None else {"subkind": finding.subkind}
    return {
        "kind": finding.kind.value,
        **subkind,
        "evidence": finding.evidence,
        "confidence": finding.confidence,
        "source": finding.source,
    }


def _write(answer: dict[str, Any]) -> None:
    """Write one line of UTF-8, at once; text that UTF-8 cannot hold stays escaped, as JSON allows."""
    line = json.dumps(answer, ensure_ascii=False)
    try:
        encoded = line.encode("utf-8")
    except UnicodeEncodeError:
        encoded = json.dumps(answer).encode("ascii")
    sys.stdout.buffer.write(encoded + b"\n")
    sys.stdout.buffer.flush()
