"""What `attune analyze` says of inputs that it cannot use, or cannot use whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from attune.cli import analyze
from attune.cli.analyze import command
from attune.cli.program import program

TRANSCRIPT = {
    "schema": "attune.conversation/1",
    "speakers": ["Ana", "Ben"],
    "utterances": [{"speaker": "Ana", "start": 0.2, "end": 4.9, "text": "I am so tired of the noise"}],
}


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    """Return a runner with a home of its own."""
    return CliRunner(env={"ATTUNE_HOME": str(tmp_path / "home"), "COLUMNS": "80"})


def warnings_of(runner: CliRunner, path: Path, *options: str) -> list[str]:
    """Return what the document of a sound file warns of."""
    arguments = [str(path), "--transcriber", "none", "--no-keep", "--json", "-", *options]
    result = runner.invoke(command, arguments, catch_exceptions=False)
    return list(json.loads(result.stdout)["health"]["warnings"])


def test_channels_that_nobody_was_given_are_told(runner: CliRunner, tmp_path: Path) -> None:
    """A third person on a third channel is not silently missing."""
    path = tmp_path / "three.wav"
    soundfile.write(path, np.zeros((1600, 3), np.int16), 16000)
    assert (
        "three.wav has 3 channels, and the first 2 were heard. If more people speak, name them in the order of the "
        "channels: --channels A,B,C" in warnings_of(runner, path)
    )
    assert not [said for said in warnings_of(runner, path, "--channels", "A,B,C") if "channels, and" in said]
    assert not [said for said in warnings_of(runner, path, "--people", "1") if "channels, and" in said]
    assert (
        "three.wav has 3 channels, and the first 2 were heard as one stereo microphone. If people have a channel each, "
        "name them in the order of the channels: --channels A,B" in warnings_of(runner, path, "--speakers", "2")
    )


def test_name_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name from another system, with bytes that are no text, is told with its remedy."""
    with pytest.raises(SystemExit) as ended:
        program(["analyze", "evening\udcff.wav", "--transcriber", "none", "--no-keep"])
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said == "attune: the name 'evening\\udcff.wav' cannot be read as utf-8; rename the file, and try again\n"


def test_options_for_sound_are_told_to_do_nothing_for_a_transcript(runner: CliRunner, tmp_path: Path) -> None:
    """Names that were given are not silently passed over."""
    path = tmp_path / "talk.json"
    path.write_text(json.dumps(TRANSCRIPT), "utf-8")
    result = runner.invoke(command, [str(path), "--channels", "X,Y", "--no-keep"])
    assert result.exit_code == 0
    assert result.stderr == (
        "talk.json: a timed transcript names its people itself; options that tell people apart are for sound.\n"
    )
    known = runner.invoke(command, [str(path), "--voices", "X,Y", "--no-keep"])
    assert known.stderr == result.stderr
    assert runner.invoke(command, [str(path), "--no-keep"]).stderr == ""


def test_input_that_is_closed_to_the_user_does_not_stop_the_rest(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a file can be read is found out when its turn comes, not before all of them."""
    path = tmp_path / "talk.json"
    path.write_text(json.dumps(TRANSCRIPT), "utf-8")
    monkeypatch.setattr(os, "access", lambda *asked, **how: False)
    arguments = [str(tmp_path), str(path), "--transcriber", "none", "--no-keep"]
    result = runner.invoke(command, arguments, standalone_mode=False)
    assert result.return_value == 1
    assert "Ana and Ben" in result.stdout


def test_interrupted_analysis_says_that_nothing_is_kept(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends with 130 and names the file that was not finished; no other is begun."""

    def interrupted(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(analyze, "open_recording", interrupted)
    result = runner.invoke(
        command, [str(tmp_path / "long.wav"), "next.wav", "--transcriber", "none"], standalone_mode=False
    )
    assert result.return_value == 130
    assert result.stderr == "Stopped before the end of long.wav; nothing of it is kept.\n"
