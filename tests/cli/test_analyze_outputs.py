"""Where results go: never over an input, never two in one place, and whole on standard output."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from attune.cli.analyze import command
from attune.cli.outputs import STANDARD_OUTPUT, Outputs, input_names

TALK = {
    "schema": "attune.conversation/1",
    "speakers": ["Zoë", "Ben"],
    "utterances": [
        {"speaker": "Zoë", "start": 0.2, "end": 4.9, "text": "I am so tired of the noise at the café"},
        {"speaker": "Ben", "start": 5.4, "end": 8.0, "text": "It sounds like you feel tired. Is that right?"},
    ],
}


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Return a small timed transcript."""
    path = tmp_path / "talk.json"
    path.write_text(json.dumps(TALK), "utf-8")
    return path


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    """Return a runner with a home of its own."""
    return CliRunner(env={"ATTUNE_HOME": str(tmp_path / "home"), "COLUMNS": "80"})


def refusal(outputs: Outputs, *inputs: Path) -> str:
    """Return why outputs are refused."""
    with pytest.raises(click.UsageError) as caught:
        outputs.check(inputs)
    return caught.value.message


def test_output_over_its_input_is_refused_and_the_input_stays(runner: CliRunner, talk: Path) -> None:
    """A recording that was made once is not replaced by its own analysis."""
    before = talk.read_bytes()
    result = runner.invoke(command, [str(talk), "--json", str(talk), "--no-keep"])
    assert result.exit_code == 2
    assert f"--json {talk} would be written over an input; name another file" in result.stderr
    assert talk.read_bytes() == before


def test_output_over_another_input_is_refused_before_anything_is_written(runner: CliRunner, talk: Path) -> None:
    """With several inputs the outputs are named by them, and can meet one of them."""
    other = talk.with_name("other.json")
    other.write_bytes(talk.read_bytes())
    result = runner.invoke(command, [str(other), str(talk), "--json", str(talk.parent), "--no-keep"])
    assert result.exit_code == 2
    assert other.read_bytes() == talk.read_bytes()


def test_output_that_leads_to_an_input_through_a_link_is_refused(talk: Path) -> None:
    """Another spelling is the same file."""
    link = talk.with_name("link.rttm")
    os.symlink(talk, link)
    assert "--rttm" in refusal(Outputs(rttm=link), talk)
    assert "--rttm" in refusal(Outputs(rttm=talk.parent / ".." / talk.parent.name / talk.name), talk)


def test_two_outputs_in_one_place_are_refused(talk: Path) -> None:
    """Neither in a file nor on standard output would they be told apart."""
    out = talk.with_name("out.txt")
    assert refusal(Outputs(json=out, rttm=out), talk).startswith("--rttm")
    assert refusal(Outputs(json=STANDARD_OUTPUT, textgrid=STANDARD_OUTPUT), talk).startswith("--textgrid")


def test_tables_on_standard_output_are_refused(talk: Path) -> None:
    """A folder called - is not what was meant."""
    assert refusal(Outputs(csv=STANDARD_OUTPUT), talk).startswith("--csv names a folder")


def test_outputs_beside_the_input_are_taken(talk: Path) -> None:
    """Files that do not exist yet, and a folder of tables, are no trouble."""
    beside = talk.with_name("new.json")
    Outputs(json=beside, rttm=STANDARD_OUTPUT, csv=talk.parent).check([talk, talk.with_name("missing.wav")])


def test_document_on_standard_output_is_utf_8_whatever_the_terminal_has(tmp_path: Path, talk: Path) -> None:
    """No letter of a name or a word is lost on the way to another program."""
    runner = CliRunner(env={"ATTUNE_HOME": str(tmp_path / "home")}, charset="ascii")
    result = runner.invoke(command, [str(talk), "--json", "-", "--no-keep"])
    document = json.loads(result.stdout_bytes.decode("utf-8"))
    assert document["speakers"] == ["Zoë", "Ben"]
    assert document["turns"][0]["text"].endswith("café")


def test_input_given_twice_is_one_input() -> None:
    """It keeps the name that it has alone."""
    assert input_names((Path("talk.wav"), Path("./talk.wav"))) == {Path("talk.wav"): "talk"}


def test_inputs_whose_names_differ_in_capitals_alone_are_numbered() -> None:
    """Some file systems would write both to one file."""
    names = input_names((Path("Talk.wav"), Path("talk.mp3"), Path("talk-2.wav")))
    assert list(names.values()) == ["Talk", "talk-2", "talk-2-2"]
