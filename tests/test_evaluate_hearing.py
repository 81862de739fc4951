"""`scripts/evaluate_hearing`: what a scorer prints becomes the table, and nothing else does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

SCORER = """
import json, sys
from pathlib import Path
folder, variant, enrolled = Path(sys.argv[1]), sys.argv[3], "--enrol" in sys.argv
names = sorted(path.stem for path in folder.glob("dyad??.json"))
for name in names:
    truth = json.loads((folder / f"{name}.json").read_text())
    sound = (folder / f"{truth['name']}.{variant}.flac").read_text()
    print(f"{name} attribution 0.900 DER 0.1 of {sound}")
    if sound == "broken":
        print(f"{name}: exit 1: it cannot be heard")
print(f"MEAN n={len(names)} {variant}{' enrolled' if enrolled else ''}: attribution 0.947 (other 0.028 unknown 0.019 "
      "nobody 0.006) DER 0.119 overlap P 0.77 R 0.44 FTO P 0.94 R 0.86 median 36 p90 770 ms interrupt P 0.82 R 0.47 "
      "backchannel P 1.00 R 0.09 realtime x16")
sys.exit(any("broken" in path.read_text() for path in folder.glob("*.flac")))
"""
"""Does as the scorer does; the sound of its conversations is their name."""

FIRST = (
    "seed 1 MEAN n=14 mono: attribution 0.940 (other 0.030 unknown 0.020 nobody 0.010) DER 0.120 overlap P 0.80 R 0.40 "
    "FTO P 0.90 R 0.80 median 20 p90 500 ms interrupt P 0.90 R 0.50 backchannel P 1.00 R 0.20 realtime x16\n"
)
SECOND = (
    "MEAN n=7 mono: attribution 0.910 (other 0.060 unknown 0.020 nobody 0.010) DER 0.150 overlap P 0.50 R 0.10 "
    "FTO P 0.60 R 0.50 median 50 p90 800 ms interrupt P 0.60 R 0.20 backchannel P 0.00 R 0.00 realtime x16\n"
)


def evaluate(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    command = [sys.executable, ROOT / "scripts" / "evaluate_hearing", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rows_in(table: Path) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    rows: list[dict[str, Any]] = json.loads(table.read_text("utf-8"))["rows"]
    return rows


def conversations(folder: Path, *, sounds: list[str]) -> Path:
    """Make a folder of conversations with a sound of every kind."""
    folder.mkdir()
    for k, sound in enumerate(sounds):
        (folder / f"dyad{k:02d}.json").write_text(json.dumps({"name": f"dyad{k:02d}"}))
        for variant in ("mono", "noisy", "room", "stereo", "array"):
            (folder / f"dyad{k:02d}.{variant}.flac").write_text(sound)
    return folder


def scorer(folder: Path) -> Path:
    """Make the scorer."""
    path = folder / "score.py"
    path.write_text(SCORER)
    return path


def test_rows_printed_earlier_are_put_together_by_their_conversations(tmp_path: Path) -> None:
    """Fourteen and seven; where nothing was found the precision counts as nought."""
    (tmp_path / "1.txt").write_text(f"dyad00 attribution 1.000 DER 0.172\n{FIRST}skipped for too little: dyad01\n")
    (tmp_path / "2.txt").write_text(SECOND)
    table = tmp_path / "accuracy.json"
    run = evaluate("--from-rows", tmp_path / "1.txt", tmp_path / "2.txt", "--table", table)
    assert run.returncode == 0, run.stderr
    (row,) = rows_in(table)
    measured = row.pop("measured")
    assert row == {
        "mode": "one_microphone",
        "condition": "clean",
        "conversations": 21,
        "attribution": {"right": 0.93, "other": 0.04, "unknown": 0.02, "nobody": 0.01},
        "der": 0.13,
        "overlap": {"precision": 0.7, "recall": 0.3},
        "floor_changes": {"precision": 0.8, "recall": 0.7, "median_ms": 30.0, "p90_ms": 600.0},
        "interruptions": {"precision": 0.8, "recall": 0.4},
        "backchannels": {"precision": 0.667, "recall": 0.133},
    }
    assert measured["command"] == "scripts/evaluate_hearing --from-rows"
    assert measured["attune"].startswith("0.1.0")


def test_row_takes_the_place_of_the_one_before_and_the_others_stay(tmp_path: Path) -> None:
    """The order is that of the modes, whatever was measured last."""
    table = tmp_path / "accuracy.json"
    (tmp_path / "1.txt").write_text(FIRST + FIRST.replace("mono:", "noisy enrolled:"))
    (tmp_path / "2.txt").write_text(SECOND)
    for name in ("1.txt", "2.txt"):
        assert evaluate("--from-rows", tmp_path / name, "--table", table).returncode == 0
    assert [(row["mode"], row["condition"], row["conversations"]) for row in rows_in(table)] == [
        ("one_microphone", "clean", 7),
        ("one_microphone_enrolled", "noisy", 14),
    ]


def test_every_mode_is_scored_over_all_folders_together(tmp_path: Path) -> None:
    """Conversations of one name in two folders are two; the table names no path of this machine."""
    first = conversations(tmp_path / "first", sounds=["a", "b"])
    second = conversations(tmp_path / "second", sounds=["c"])
    table = tmp_path / "accuracy.json"
    run = evaluate("--scorer", scorer(tmp_path), "--dyads", first, "--dyads", second, "--table", table)
    assert run.returncode == 0, run.stderr
    assert [line.split()[-1] for line in run.stdout.splitlines() if line.startswith("dyad")] == ["a", "b", "c"] * 8
    rows = rows_in(table)
    assert [(row["mode"], row["condition"]) for row in rows] == [
        ("one_microphone", "clean"),
        ("one_microphone", "noisy"),
        ("one_microphone", "room"),
        ("one_microphone_enrolled", "clean"),
        ("one_microphone_enrolled", "noisy"),
        ("one_microphone_enrolled", "room"),
        ("stereo_microphone", "room"),
        ("channel_each", "clean"),
    ]
    assert {row["conversations"] for row in rows} == {3}
    assert rows[0]["measured"]["command"] == ("scripts/evaluate_hearing --scorer score.py --dyads first --dyads second")
    assert str(tmp_path) not in table.read_text("utf-8")


def test_one_mode_and_few_conversations_can_be_asked_for(tmp_path: Path) -> None:
    """Of each folder the first; the table says that they were few."""
    first = conversations(tmp_path / "first", sounds=["a", "b"])
    table = tmp_path / "accuracy.json"
    run = evaluate(
        *("--scorer", scorer(tmp_path), "--dyads", first, "--only", 1, "--mode", "stereo_microphone", "--table", table)
    )
    assert run.returncode == 0, run.stderr
    (row,) = rows_in(table)
    assert (row["mode"], row["conversations"]) == ("stereo_microphone", 1)
    assert row["measured"]["command"].endswith("--dyads first --only 1")


def test_conversation_that_fails_leaves_the_table_alone(tmp_path: Path) -> None:
    """A mean over those that worked would flatter."""
    folder = conversations(tmp_path / "first", sounds=["a", "broken"])
    table = tmp_path / "accuracy.json"
    run = evaluate("--scorer", scorer(tmp_path), "--dyads", folder, "--table", table)
    assert run.returncode == 1
    assert "nothing is written" in run.stderr
    (tmp_path / "1.txt").write_text(f"dyad03: exit 1: []\n{FIRST}")
    run = evaluate("--from-rows", tmp_path / "1.txt", "--table", table)
    assert (run.returncode, table.exists()) == (1, False)
    assert run.stderr == "evaluate_hearing: a conversation failed in 1.txt; nothing is written\n"


def test_text_without_a_row_leaves_the_table_alone(tmp_path: Path) -> None:
    """A run that was broken off has no mean."""
    (tmp_path / "1.txt").write_text("dyad00 attribution 1.000 DER 0.172\n")
    table = tmp_path / "accuracy.json"
    run = evaluate("--from-rows", tmp_path / "1.txt", "--table", table)
    assert (run.returncode, run.stderr, table.exists()) == (1, "evaluate_hearing: no MEAN row in 1.txt\n", False)


def test_nothing_to_measure_is_wrong_use(tmp_path: Path) -> None:
    """A scorer and conversations, or what it printed."""
    assert evaluate("--scorer", scorer(tmp_path)).returncode == 2
