"""Whisper as a transcriber, on a model of random weights: shapes, times and errors, not words."""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from attune.adapters.whisper import WhisperSegment, WhisperTranscriber
from attune.errors import ModelError, ModelMissing, SequenceError, SettingsError
from attune.events import Phrase, Transcript, Word
from attune.timebase import Span
from attune.transcribing.guard import guarded_words
from attune.transcribing.protocol import Transcriber
from tiny_whisper import make_tiny_whisper


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a complete tiny model."""
    return make_tiny_whisper(tmp_path_factory.mktemp("models") / "tiny")


def everything(segments: tuple[WhisperSegment, ...]) -> tuple[Word, ...]:
    """Let every word pass."""
    return tuple(word for segment in segments for word in segment.words)


def whisper(folder: Path, **given: object) -> WhisperTranscriber:
    return WhisperTranscriber(folder=folder, name="tiny", **{"guard": everything, "threads": 1, **given})


def phrase(start: int, stop: int) -> Phrase:
    return Phrase(id="p-A", speaker="A", span=Span(start, stop))


def noise(n: int, *, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(-3_000, 3_000, n, np.int16)


def said(transcriber: Transcriber, start: int = 160_000, stop: int = 208_000, *, seed: int = 3) -> Transcript:
    return transcriber.transcribe(phrase(start, stop), noise(stop - start, seed=seed))


def decoded(*words: tuple[float, float, str]) -> SimpleNamespace:
    return SimpleNamespace(
        text="".join(text for _, _, text in words),
        words=[SimpleNamespace(start=a, end=b, word=text, probability=np.float64(0.5)) for a, b, text in words],
        no_speech_prob=0.1,
        avg_logprob=-0.3,
        compression_ratio=1.2,
    )


class StandIn:
    """Stands in for faster-whisper's class: says what it is told, a segment for each window of so many frames."""

    windows: tuple[tuple[int, SimpleNamespace], ...] = ()
    made: tuple[object, ...] = ()
    asked: dict[str, object]
    supported_languages = ("en",)

    def __init__(self, *args: object, **options: object) -> None:
        type(self).made += ((args, options),)

    def encode(self, features: np.ndarray) -> None:
        assert features.shape == (80, 3_000)

    def transcribe(self, audio: np.ndarray, **options: object) -> tuple[object, None]:
        type(self).asked = {"audio": audio, **options}
        return self._segments(), None

    def _segments(self) -> Iterator[SimpleNamespace]:
        for frames, segment in self.windows:
            features = np.zeros((80, 3_000), np.float32)
            features[:, :frames] = -0.5
            self.encode(features)
            yield segment


def stand_in(monkeypatch: pytest.MonkeyPatch, *windows: tuple[int, SimpleNamespace]) -> type[StandIn]:
    """Put a class that says these windows in the place of faster-whisper's."""
    made = type("Scripted", (StandIn,), {"windows": windows})
    monkeypatch.setattr("faster_whisper.WhisperModel", made)
    return made


# --- the real model ----------------------------------------------------------------------------------------


def test_words_lie_inside_the_phrase_and_never_go_back(folder: Path):
    """Whatever a model says, its words have absolute times within the phrase, in order, without overlap."""
    transcriber = whisper(folder)
    for seed in range(4):
        words = said(transcriber, seed=seed).words
        assert words, "a model of random weights says something"
        assert all(160_000 <= word.span.start <= word.span.stop <= 208_000 for word in words)
        assert all(a.span.stop <= b.span.start for a, b in itertools.pairwise(words))
        assert all(word.text == word.text.strip() != "" and 0 <= word.probability <= 1 for word in words)


def test_same_sound_gives_the_same_transcript(folder: Path):
    """Two transcribers of one model, and one asked twice, agree to the last bit."""
    one = whisper(folder)
    assert said(one) == said(one) == said(whisper(folder))
    assert said(one).phrase_id == "p-A"
    assert said(one).model == "tiny"


def test_guard_sees_how_the_model_felt_and_has_the_last_word(folder: Path):
    """The guard gets the figures that it decides on, and what it drops is not in the transcript."""
    seen: list[WhisperSegment] = []

    def nothing(segments: tuple[WhisperSegment, ...]) -> tuple[Word, ...]:
        seen.extend(segments)
        return ()

    assert said(whisper(folder, guard=nothing)).words == ()
    assert seen[0].average_log_probability < 0
    assert 0 <= seen[0].no_speech_probability <= 1
    assert seen[0].compression_ratio > 0


def test_guard_of_the_house_drops_the_stammer_of_random_weights(folder: Path):
    """The real guard and the real decoder fit together: text that only repeats itself is not kept."""
    assert said(whisper(folder, guard=guarded_words)).words == ()


def test_phrase_of_the_greatest_length_is_decoded(folder: Path):
    """25 s and its padding fit into one call."""
    words = said(whisper(folder), 0, 25 * 16_000 + 4_800).words
    assert all(word.span.stop <= 404_800 for word in words)


@pytest.mark.parametrize("samples", [0, 1, 160, 5_599, 5_600])
def test_phrase_of_next_to_nothing_is_answered(folder: Path, samples: int):
    """A phrase too short for a word is answered all the same."""
    assert said(whisper(folder), 100, 100 + samples).phrase_id == "p-A"


def test_nothing_touches_the_network(folder: Path):
    """Loading and decoding work in a process in which every socket raises."""
    program = f"""
import socket, sys
def refuse(*_, **__):
    raise AssertionError("somebody opened a socket")
class Refused(socket.socket):
    __init__ = refuse
socket.socket, socket.create_connection, socket.getaddrinfo = Refused, refuse, refuse
from pathlib import Path
import numpy as np
from attune.adapters.whisper import WhisperTranscriber
from attune.events import Phrase
from attune.timebase import Span
transcriber = WhisperTranscriber(folder=Path({str(folder)!r}), name="tiny", guard=lambda segments: segments[0].words)
phrase = Phrase(id="p", speaker="A", span=Span(0, 48_000))
print(len(transcriber.transcribe(phrase, np.random.default_rng(3).integers(-3_000, 3_000, 48_000, np.int16)).words))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


def test_constructor_reads_nothing(tmp_path: Path):
    """A transcriber can be made before anybody knows whether its model is there."""
    assert whisper(tmp_path / "nowhere").name == "tiny"


# --- what is asked of the model, and what becomes of its answer --------------------------------------------


def test_model_is_asked_for_the_same_words_every_time(monkeypatch: pytest.MonkeyPatch, folder: Path):
    """Temperature 0, no earlier text, word times, no filter of its own, and a bound on the number of tokens."""
    model = stand_in(monkeypatch)
    transcriber = whisper(folder)
    transcriber.transcribe(phrase(0, 32_000), np.full(32_000, -32_768, np.int16))
    asked = transcriber._model.asked
    audio = asked.pop("audio")
    assert (audio.dtype, float(audio.min()), float(audio.max())) == (np.float32, -1.0, -1.0)
    assert asked == {
        "language": "en",
        "beam_size": 5,
        "temperature": 0.0,
        "condition_on_previous_text": False,
        "word_timestamps": True,
        "vad_filter": False,
        "no_speech_threshold": None,
        "log_prob_threshold": None,
        "compression_ratio_threshold": None,
        "max_new_tokens": 82,
    }
    assert issubclass(type(transcriber._model), model)


def test_model_is_read_once_from_its_folder_with_fixed_threads(monkeypatch: pytest.MonkeyPatch, folder: Path):
    """The folder is handed over, never a name that a hub would be asked for."""
    stand_in(monkeypatch)
    transcriber = whisper(folder, threads=3)
    transcriber.load()
    transcriber.load()
    options = {
        "device": "cpu",
        "compute_type": "int8",
        "cpu_threads": 3,
        "num_workers": 1,
        "local_files_only": True,
    }
    assert transcriber._model.made == (((str(folder),), options),)


def test_times_become_absolute_samples(monkeypatch: pytest.MonkeyPatch, folder: Path):
    """Seconds within the phrase become samples of the session, and spaces around words go."""
    stand_in(monkeypatch, (300, decoded((0.5, 0.75, " I"), (0.75, 1.0, " see."))))
    assert said(whisper(folder)).words == (
        Word(span=Span(168_000, 172_000), text="I", probability=0.5),
        Word(span=Span(172_000, 176_000), text="see.", probability=0.5),
    )


def test_times_outside_or_backwards_are_set_right(monkeypatch: pytest.MonkeyPatch, folder: Path):
    """A word before the one before it, behind the phrase, or without text does not upset the order."""
    words = decoded((0.0, 1.0, " so"), (0.5, 0.75, " then"), (0.8, 0.9, " "), (2.9, 9.0, " what"))
    stand_in(monkeypatch, (300, words))
    assert [(word.text, word.span) for word in said(whisper(folder)).words] == [
        ("so", Span(160_000, 176_000)),
        ("then", Span(176_000, 176_000)),
        ("what", Span(206_400, 208_000)),
    ]


def test_short_rest_behind_the_last_word_is_not_decoded(monkeypatch: pytest.MonkeyPatch, folder: Path):
    """What is left of a phrase is decoded from 350 ms on; what came before a shorter rest is kept."""
    windows = ((300, decoded((0.1, 2.6, " so"))), (35, decoded((2.7, 2.9, " then"))), (34, decoded((2.9, 3, " you"))))
    stand_in(monkeypatch, *windows)
    assert [word.text for word in said(whisper(folder)).words] == ["so", "then"]


# --- what can go wrong -------------------------------------------------------------------------------------


def test_missing_model_says_how_to_get_it(tmp_path: Path):
    """One line: which model, and the command."""
    with pytest.raises(ModelMissing, match=r"tiny is not on this machine; get it with: attune models download tiny$"):
        whisper(tmp_path / "tiny").load()


@pytest.mark.parametrize("file", ["model.bin", "config.json", "tokenizer.json"])
def test_incomplete_model_says_which_file_is_missing(tmp_path: Path, file: str):
    """Without its tokenizer faster-whisper would ask the network; so what is missing is said before."""
    made = make_tiny_whisper(tmp_path / "tiny")
    (made / file).unlink()
    with pytest.raises(ModelError, match=rf"tiny is incomplete: .*{file} is missing or empty; .*download tiny$"):
        whisper(made).load()


@pytest.mark.parametrize("file", ["model.bin", "tokenizer.json"])
def test_damaged_model_is_one_line(tmp_path: Path, file: str):
    """A file of rubbish is the model's fault, told with its folder and the remedy."""
    made = make_tiny_whisper(tmp_path / "tiny")
    (made / file).write_bytes(b"\x00rubbish\n\n")
    with pytest.raises(ModelError, match=r"is damaged \(.*\); remove that folder and get it again") as caught:
        whisper(made).load()
    assert "\n" not in str(caught.value)


def test_language_that_the_model_does_not_know_raises(folder: Path):
    """An English model is never quietly used for another language."""
    with pytest.raises(SettingsError, match="tiny knows English alone"):
        whisper(folder, language="de").load()


def test_sound_of_another_length_raises(folder: Path):
    """Sound and phrase belong together."""
    with pytest.raises(SequenceError, match="p-A is 100 samples long"):
        whisper(folder).transcribe(phrase(0, 100), noise(99))


def test_decoder_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch, folder: Path):
    """A failure while decoding names the model and the phrase."""

    class Failing(StandIn):
        def transcribe(self, audio: np.ndarray, **options: object) -> tuple[object, None]:
            raise RuntimeError("out of\nmemory")

    monkeypatch.setattr("faster_whisper.WhisperModel", Failing)
    with pytest.raises(ModelError, match=r"^the speech model tiny failed on p-A \(out of memory\)$"):
        said(whisper(folder))
