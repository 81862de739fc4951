"""The catalogue of speech models, and what is on this machine."""

from pathlib import Path

import pytest

from attune.adapters.models import (
    CATALOGUE,
    FileRecord,
    Languages,
    Thoroughness,
    best_installed,
    check,
    digest_of,
    installed,
    located,
    model_named,
    read_manifest,
    write_manifest,
)
from attune.errors import ModelError, ModelMissing, SettingsError


def put(folder: Path, *names: str) -> None:
    """Put models by hand into a folder, without a manifest."""
    for name in names:
        (folder / name).mkdir(parents=True)
        for file in ("config.json", "tokenizer.json", "vocabulary.txt", "model.bin"):
            (folder / name / file).write_bytes(b"content")


def record(path: Path, name: str = "tiny") -> None:
    """Write the manifest of a model as it is now."""
    files = {
        file: FileRecord(size=(path / file).stat().st_size, sha256=digest_of(path / file))
        for file in ("config.json", "model.bin")
    }
    write_manifest(path, model=model_named(name), files=files)


def test_catalogue_names_what_faster_whisper_names():
    """Every model comes from the repository that faster-whisper itself would use."""
    from faster_whisper.utils import _MODELS

    assert {name: model.repository for name, model in CATALOGUE.items()}.items() <= _MODELS.items()


def test_catalogue_tells_english_models_by_name():
    """What knows English alone is marked so: the .en models and the large distilled ones."""
    english = {name for name, model in CATALOGUE.items() if model.languages is Languages.ENGLISH}
    assert english == {name for name in CATALOGUE if name.endswith(".en") or name.startswith("distil-large")}


def test_larger_weights_need_more_memory():
    """The two figures of a model fit together."""
    by_disk = sorted(CATALOGUE.values(), key=lambda model: (model.disk_mb, model.memory_mb))
    assert all(model.memory_mb > model.disk_mb for model in by_disk)
    assert model_named("tiny").memory_mb < model_named("small").memory_mb < model_named("large-v3").memory_mb


@pytest.mark.parametrize(("name", "expected"), [("large", "large-v3"), ("large-v3-turbo", "turbo"), ("small", "small")])
def test_known_names_find_their_model(name: str, expected: str):
    """The other names of faster-whisper are understood."""
    assert model_named(name).name == expected


def test_unknown_name_lists_the_known_ones():
    """A typing error is answered with what there is."""
    with pytest.raises(SettingsError, match=r"no speech model called 'smal'; the models are tiny, .*large-v3$"):
        model_named("smal")


def test_nothing_is_installed_in_a_folder_that_is_not_there(tmp_path: Path):
    """On a new machine there is no model, and that is no error."""
    assert installed(tmp_path / "models") == ()
    assert best_installed(tmp_path / "models") is None


def test_installed_models_are_listed_by_accuracy(tmp_path: Path):
    """Whole models count, in the catalogue's order; half-fetched ones and other folders do not."""
    put(tmp_path, "small", "tiny", "base.part", "holiday")
    put(tmp_path, "medium")
    (tmp_path / "medium" / "model.bin").unlink()
    assert installed(tmp_path) == ("tiny", "small")


def test_best_model_is_the_most_accurate_that_knows_the_language(tmp_path: Path):
    """An English model is best for English and nothing for German."""
    put(tmp_path, "tiny", "small.en", "base")
    assert best_installed(tmp_path) == "small.en"
    assert best_installed(tmp_path, language="de") == "base"


def test_english_models_alone_are_none_for_another_language(tmp_path: Path):
    """No model is chosen that would have to guess."""
    put(tmp_path, "base.en")
    assert best_installed(tmp_path, language="fr") is None


def test_model_is_located(tmp_path: Path):
    """An installed model's folder is told, also by another name of it."""
    put(tmp_path, "turbo")
    assert located("large-v3-turbo", folder=tmp_path) == tmp_path / "turbo"


def test_missing_model_says_how_to_get_it(tmp_path: Path):
    """One line with the command."""
    with pytest.raises(ModelMissing, match=r"^the speech model small is not on this machine; .*models download small$"):
        located("small", folder=tmp_path)


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "model.bin"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_incomplete_model_names_the_file(tmp_path: Path, file: str, how: str):
    """Which file is missing or empty is said."""
    put(tmp_path, "tiny")
    (tmp_path / "tiny" / file).unlink()
    if how == "empty":
        (tmp_path / "tiny" / file).touch()
    with pytest.raises(ModelError, match=rf"tiny is incomplete: .*{file} is missing or empty"):
        check(tmp_path / "tiny", name="tiny")


def test_model_without_a_vocabulary_is_incomplete(tmp_path: Path):
    """One of the two vocabularies is needed, either will do."""
    put(tmp_path, "tiny")
    (tmp_path / "tiny" / "vocabulary.txt").rename(tmp_path / "tiny" / "vocabulary.json")
    check(tmp_path / "tiny", name="tiny")
    (tmp_path / "tiny" / "vocabulary.json").unlink()
    with pytest.raises(ModelError, match=r"has no vocabulary\.json or vocabulary\.txt"):
        check(tmp_path / "tiny", name="tiny")


def test_file_of_another_size_than_recorded_is_damage(tmp_path: Path):
    """A cut file shows in its size, at once."""
    put(tmp_path, "tiny")
    record(tmp_path / "tiny")
    (tmp_path / "tiny" / "model.bin").write_bytes(b"cont")
    with pytest.raises(ModelError, match=r"tiny is damaged: .*model\.bin has 4 bytes, not 7"):
        check(tmp_path / "tiny", name="tiny")


def test_changed_content_shows_when_contents_are_checked(tmp_path: Path):
    """A file of the right size and the wrong content is found by its checksum, when that is asked for."""
    put(tmp_path, "tiny")
    record(tmp_path / "tiny")
    check(tmp_path / "tiny", name="tiny", thoroughness=Thoroughness.CONTENTS)
    (tmp_path / "tiny" / "model.bin").write_bytes(b"CONTENT")
    check(tmp_path / "tiny", name="tiny")
    with pytest.raises(ModelError, match=r"model\.bin fails its checksum"):
        check(tmp_path / "tiny", name="tiny", thoroughness=Thoroughness.CONTENTS)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": {"model.bin": {"size": "x"}}}', '{"files": []}'])
def test_unreadable_manifest_is_one_line(tmp_path: Path, text: str):
    """A manifest that says nothing usable is named, with the remedy."""
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ModelError, match=r"manifest\.json cannot be read .*remove it and download the model again"):
        read_manifest(tmp_path)
