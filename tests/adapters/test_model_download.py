"""Downloading models, from a hub on this machine."""

import hashlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from attune.adapters.model_download import Progress, download
from attune.adapters.models import Thoroughness, check, installed
from attune.errors import ModelError, SettingsError
from tiny_hub import FILES, WEIGHTS, Hub, tiny_hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Run a hub."""
    with tiny_hub() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where models lie; the folder is not there yet."""
    return tmp_path / "data" / "models"


def fetch(hub: Hub, folder: Path, name: str = "tiny") -> list[Progress]:
    """Download a model and return what was told on the way."""
    told: list[Progress] = []
    download(name, folder=folder, progress=told.append, hub=hub.address)
    return told


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


# --- what works --------------------------------------------------------------------------------------------


def test_model_is_downloaded_whole(hub: Hub, folder: Path):
    """Every file arrives, a manifest says what they are, and nothing else is left."""
    told = fetch(hub, folder)
    assert installed(folder) == ("tiny",)
    found = contents(folder / "tiny")
    manifest = json.loads(found.pop("manifest.json"))
    assert found == FILES
    assert manifest["schema"] == "attune.model/1"
    assert manifest["files"]["model.bin"] == {"size": 1_024_000, "sha256": hashlib.sha256(WEIGHTS).hexdigest()}
    check(folder / "tiny", name="tiny", thoroughness=Thoroughness.CONTENTS)
    assert [path.name for path in folder.iterdir()] == ["tiny"]
    assert told[-1] == Progress(file="model.bin", done=1_024_000, total=1_024_000)


def test_files_that_only_some_models_have_come_too(hub: Hub, folder: Path):
    """A model with a JSON vocabulary and a preprocessor gets those."""
    del hub.files["vocabulary.txt"]
    hub.files |= {"vocabulary.json": b"[]\n", "preprocessor_config.json": b"{}\n"}
    fetch(hub, folder)
    assert sorted(contents(folder / "tiny")) == [
        "config.json",
        "manifest.json",
        "model.bin",
        "preprocessor_config.json",
        "tokenizer.json",
        "vocabulary.json",
    ]


def test_model_that_is_here_is_not_asked_for_again(hub: Hub, folder: Path):
    """A second download of a whole model touches no network."""
    fetch(hub, folder)
    hub.asked.clear()
    assert fetch(hub, folder) == []
    assert hub.asked == []


# --- going on ----------------------------------------------------------------------------------------------


def test_broken_download_goes_on_where_it_stopped(hub: Hub, folder: Path):
    """What came is kept, the model is not there yet, and the next download asks for the rest of one file alone."""
    hub.break_off_at = 400_000
    with pytest.raises(ModelError, match=r"broke off at 0\.4 MB of model\.bin .*go on .* models download tiny$"):
        fetch(hub, folder)
    assert installed(folder) == ()
    hub.break_off_at = None
    hub.asked.clear()
    told = fetch(hub, folder)
    assert [asked for asked in hub.asked if asked[0] in FILES] == [("model.bin", "bytes=400000-")]
    assert told[0] == Progress(file="model.bin", done=400_000, total=1_024_000)
    check(folder / "tiny", name="tiny", thoroughness=Thoroughness.CONTENTS)


def test_interruption_by_the_user_keeps_what_came(hub: Hub, folder: Path):
    """Ctrl-C in the middle leaves the part; the download goes on later."""

    def interrupted(progress: Progress) -> None:
        if progress.file == "model.bin" and progress.done > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download("tiny", folder=folder, progress=interrupted, hub=hub.address)
    kept = (folder / "tiny.part" / "model.bin.part").stat().st_size
    assert 0 < kept < len(WEIGHTS)
    fetch(hub, folder)
    assert hub.asked[-1] == ("model.bin", f"bytes={kept}-")
    assert (folder / "tiny" / "model.bin").read_bytes() == WEIGHTS


def test_hub_that_knows_no_ranges_sends_everything_again(hub: Hub, folder: Path):
    """A part is begun anew when the hub answers with the whole file."""
    hub.break_off_at = 400_000
    with pytest.raises(ModelError):
        fetch(hub, folder)
    hub.break_off_at, hub.knows_ranges = None, False
    fetch(hub, folder)
    assert (folder / "tiny" / "model.bin").read_bytes() == WEIGHTS


def test_part_that_is_complete_already_is_taken(hub: Hub, folder: Path):
    """When the last byte came and nothing after it, the hub has no more to send and the part is checked."""
    (folder / "tiny.part").mkdir(parents=True)
    (folder / "tiny.part" / "model.bin.part").write_bytes(WEIGHTS)
    fetch(hub, folder)
    assert (folder / "tiny" / "model.bin").read_bytes() == WEIGHTS


def test_part_of_something_else_is_removed(hub: Hub, folder: Path):
    """A part longer than the file, or of another file, fails its check and is not tried again."""
    (folder / "tiny.part").mkdir(parents=True)
    (folder / "tiny.part" / "model.bin.part").write_bytes(WEIGHTS + b"more")
    with pytest.raises(ModelError, match=r"model\.bin of tiny came damaged"):
        fetch(hub, folder)
    fetch(hub, folder)
    assert installed(folder) == ("tiny",)


def test_incomplete_model_is_completed(hub: Hub, folder: Path):
    """Of a model that lost a file only that file is fetched."""
    fetch(hub, folder)
    (folder / "tiny" / "tokenizer.json").unlink()
    hub.asked.clear()
    fetch(hub, folder)
    assert [asked for asked in hub.asked if asked[0] in FILES] == [("tokenizer.json", None)]
    assert installed(folder) == ("tiny",)


def test_file_that_changed_on_disk_is_fetched_again(hub: Hub, folder: Path):
    """What no longer fits the manifest is replaced."""
    fetch(hub, folder)
    (folder / "tiny" / "model.bin").write_bytes(b"short")
    fetch(hub, folder)
    assert (folder / "tiny" / "model.bin").read_bytes() == WEIGHTS


# --- what goes wrong ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["model.bin", "config.json"])
def test_file_that_fails_its_checksum_is_removed(hub: Hub, folder: Path, file: str):
    """A changed byte shows, by SHA-256 for the weights and by git's SHA-1 for small files, and is not kept."""
    hub.damaged = frozenset({file})
    with pytest.raises(ModelError, match=rf"^{file} of tiny came damaged: .*attune models download tiny$"):
        fetch(hub, folder)
    assert not (folder / "tiny").exists()
    assert not (folder / "tiny.part" / f"{file}.part").exists()
    hub.damaged = frozenset()
    fetch(hub, folder)
    assert installed(folder) == ("tiny",)


@pytest.mark.parametrize("file", ["config.json", "model.bin"])
def test_file_that_the_hub_does_not_have_is_one_line(hub: Hub, folder: Path, file: str):
    """404 for a file that every model needs says which, and where it was looked for."""
    del hub.files[file]
    with pytest.raises(
        ModelError, match=rf"^http://127.*has no {file} of tiny \(looked in Systran/faster-whisper-tiny\)"
    ):
        fetch(hub, folder)


def test_model_without_a_vocabulary_is_one_line(hub: Hub, folder: Path):
    """Neither of the two vocabularies: the model cannot be used."""
    del hub.files["vocabulary.txt"]
    with pytest.raises(ModelError, match=r"has no vocabulary\.json of tiny"):
        fetch(hub, folder)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_refusal_of_the_hub_is_one_line(hub: Hub, folder: Path, status: int):
    """Any other answer is told with its number."""
    hub.status["config.json"] = status
    with pytest.raises(ModelError, match=rf"answered {status} when asked for config\.json of tiny; try again later"):
        fetch(hub, folder)


def test_hub_that_cannot_be_reached_is_one_line(folder: Path):
    """Nobody listens at the address: one line, with the address and how to go on."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(ModelError, match=rf"from {address} \(.*refused.*\); to go on from there: ") as caught:
            download("tiny", folder=folder, progress=print, hub=address)
    assert "\n" not in str(caught.value)


def test_full_disk_is_one_line(hub: Hub, folder: Path):
    """When there is no room the message says how much is needed and where."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    (folder / "tiny.part").mkdir(parents=True)
    (folder / "tiny.part" / "model.bin.part").symlink_to("/dev/full")
    with pytest.raises(
        ModelError, match=r"^the disk is full: tiny needs 78 MB in .*models; make room, then go on with"
    ):
        fetch(hub, folder)


def test_folder_that_cannot_be_written_is_one_line(hub: Hub, tmp_path: Path):
    """A file where the folder should be is told as such."""
    (tmp_path / "models").write_text("not a folder")
    with pytest.raises(ModelError, match=r"^tiny cannot be written to .*models \(.*\); choose another folder"):
        fetch(hub, tmp_path / "models")


def test_unknown_name_is_refused_before_anything_is_asked(hub: Hub, folder: Path):
    """Only models of the catalogue are fetched."""
    with pytest.raises(SettingsError, match="no speech model called 'huge'"):
        fetch(hub, folder, "huge")
    assert hub.asked == []
    assert not folder.exists()


@pytest.mark.parametrize("address", ["file:///etc", "ftp://hub", "hub"])
def test_address_that_is_no_web_address_is_refused(folder: Path, address: str):
    """Only the web is asked."""
    with pytest.raises(SettingsError, match="begins with https://"):
        download("tiny", folder=folder, progress=print, hub=address)
