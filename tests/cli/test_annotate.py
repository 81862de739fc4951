"""Tests of attune.cli.annotate."""

from __future__ import annotations

import io
import json
import subprocess
import sys

from click.testing import CliRunner

from attune.cli.annotate import OPEN_CONVERSATIONS, annotated, command
from attune.conversation.acts.stems import StemActs

STORY = b'{"conversation": "1", "speaker": "A", "text": "I am exhausted.", "mark": 7}\n'
REFLECTION = b'{"conversation": "1", "speaker": "B", "text": "So you are exhausted."}\n'


def test_lines_come_back_with_their_acts() -> None:
    """Each object comes back whole, with the acts that its text holds."""
    result = CliRunner().invoke(command, input=STORY + REFLECTION)

    story, reflection = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 0
    assert story == {
        "conversation": "1",
        "speaker": "A",
        "text": "I am exhausted.",
        "mark": 7,
        "acts": [
            {
                "kind": "feeling_named",
                "evidence": "I am exhausted",
                "confidence": 0.8,
                "source": "stems/en 1: i_am",
            }
        ],
    }
    assert [(act["kind"], act["subkind"]) for act in reflection["acts"]] == [("reflection", "feeling")]


def test_conversations_do_not_mix() -> None:
    """What was said in one conversation is no context in another."""
    other = REFLECTION.replace(b'"1"', b'"2"')

    result = CliRunner().invoke(command, input=STORY + other)

    assert json.loads(result.stdout.splitlines()[1])["acts"] == []


def test_lines_that_are_no_such_object_come_back_with_an_error() -> None:
    """Every line is answered, each fault with what, which and the remedy; the status says that there were some."""
    lines = [
        b"\xff\xfe{}\n",
        b"not json\n",
        b"[1]\n",
        b'{"conversation": "1", "speaker": "A"}\n',
        b'{"conversation": "1", "speaker": "A", "text": null}\n',
        b'{"conversation": "1", "speaker": "", "text": "hi"}\n',
        b"\n",
        STORY,
    ]

    result = CliRunner().invoke(command, input=b"".join(lines))

    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [answer.get("error") for answer in answers[:6]] == [
        "line 1 is not UTF-8 (byte 1); save the text as UTF-8",
        "line 2 is not JSON: Expecting value: line 1 column 1 (char 0); write one object a line",
        "line 3 is a list, not an object with conversation, speaker and text",
        'line 4 has no "text"; it needs conversation, speaker and text',
        'line 5: "text" is null; write it as text in quotes',
        'line 6: "speaker" is empty; say who spoke',
    ]
    assert answers[6]["error"].startswith("line 7 is not JSON")
    assert answers[7]["acts"]


def test_text_that_utf_8_cannot_hold_stays_escaped() -> None:
    """Half a surrogate pair is JSON all the same."""
    result = CliRunner().invoke(command, input=b'{"conversation": "1", "speaker": "A", "text": "\\ud800 hello"}\n')

    assert result.exit_code == 0
    assert json.loads(result.stdout)["text"] == "\ud800 hello"


def test_no_lines_give_no_lines() -> None:
    """Empty input is no failure."""
    result = CliRunner().invoke(command, input=b"")

    assert (result.exit_code, result.stdout) == (0, "")


def test_oldest_conversation_is_forgotten_first() -> None:
    """Context is bounded: after many other conversations the first has none."""
    others = [
        json.dumps({"conversation": f"c{i}", "speaker": "A", "text": "hi"}).encode() for i in range(OPEN_CONVERSATIONS)
    ]

    answers = [answer for answer, _ in annotated([STORY, REFLECTION, *others, REFLECTION], finder=StemActs())]

    assert [act["kind"] for act in answers[1]["acts"]] == ["reflection"]
    assert answers[-1]["acts"] == []


def test_answers_come_line_by_line_and_a_closed_reader_is_no_failure() -> None:
    """A line is answered before the next is read; a reader that leaves is not complained about."""
    program = [sys.executable, "-c", "from attune.cli.annotate import command; command()"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(STORY)
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["mark"] == 7
        running.stdout.close()
        running.stdin.write(REFLECTION)
        running.stdin.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


def test_lines_are_read_lazily() -> None:
    """Nothing is read ahead: the answer to a line needs only the lines up to it."""
    stream = io.BytesIO(STORY + REFLECTION)

    next(annotated(stream, finder=StemActs()))

    assert stream.tell() == len(STORY)
