"""Recordings: any file a user has, streamed, exact in time; broken ones in one line."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from attune.adapters.recording import open_recording
from attune.errors import RecordingError

CLICK_AT = 0.5
"""Seconds at which `clicking` clicks."""


def clicking(rate: int, *, channels: int = 1, seconds: float = 1.0) -> NDArray[np.int16]:
    """Return silence with one click."""
    samples = np.zeros((round(rate * seconds), channels), np.int16)
    samples[round(CLICK_AT * rate) : round(CLICK_AT * rate) + rate // 2000] = 20000
    return samples


def sound_of(path: Path, *, block_frames: int = 4800) -> NDArray[np.int16]:
    """Return all samples, after checking that the blocks join from 0."""
    position, blocks = 0, []
    with open_recording(path, block_frames=block_frames) as recording:
        for block in recording:
            assert block.start == position
            assert block.samples.shape[1] == recording.channels
            position += len(block.samples)
            blocks.append(block.samples)
    return np.concatenate(blocks)


def truncation_of(path: Path) -> tuple[int, str | None]:
    """Return how many samples there are, and what is said about the rest."""
    with open_recording(path) as recording:
        return sum(len(block.samples) for block in recording), recording.truncated


def failure_of(path: Path) -> str:
    """Return the one line that says why a file cannot be used."""
    with pytest.raises(RecordingError) as failure, open_recording(path) as recording:
        list(recording)
    assert "\n" not in str(failure.value)
    return str(failure.value)


def encode(path: Path, samples: NDArray[np.int16], *, rate: int, codec: str, skip: int = 0) -> Path:
    """Write a container with PyAV; `skip` samples are left out of the second half, with a jump of the time stamps."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.layout = "mono" if samples.shape[1] == 1 else "stereo"
        step = 960
        for start in range(0, len(samples), step):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[start : start + step]).reshape(1, -1), format="s16", layout=stream.layout
            )
            frame.sample_rate = rate
            frame.pts = start + (skip if start >= len(samples) // 2 else 0)
            frame.time_base = Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def cut(path: Path, *, keep: float) -> Path:
    """Return the same file without its end."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def wav_header(*, rate: int = 16000, channels: int = 1, size: int = 0, name: bytes = b"data") -> bytes:
    """Return 44 bytes that begin a 16-bit WAV file."""
    chunk = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVE" + chunk + name + struct.pack("<I", size)


# --- every format, rate and depth ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "subtype"),
    [
        ("a.wav", "PCM_16"),
        ("a.wav", "PCM_24"),
        ("a.wav", "PCM_32"),
        ("a.wav", "FLOAT"),
        ("a.wav", "DOUBLE"),
        ("a.wav", "PCM_U8"),
        ("a.aiff", "PCM_16"),
        ("a.flac", "PCM_16"),
        ("a.flac", "PCM_24"),
        ("a.ogg", "VORBIS"),
        ("a.opus", "OPUS"),
        ("a.mp3", "MPEG_LAYER_III"),
    ],
)
def test_sound_file_keeps_its_length_and_its_click(tmp_path: Path, name: str, subtype: str) -> None:
    """48,000 frames of 48 kHz are 16,000 samples, and a click stays where it was."""
    path = tmp_path / name
    format_ = {"opus": "OGG", "aiff": "AIFF"}.get(path.suffix[1:])
    soundfile.write(path, clicking(48000), 48000, subtype=subtype, format=format_)
    samples = sound_of(path)
    assert samples.shape == (16000, 1)
    assert abs(int(np.abs(samples[:, 0].astype(int)).argmax()) - 8004) <= 8


@pytest.mark.parametrize(
    ("name", "codec", "length"),
    [("a.m4a", "aac", 16000), ("a.mp4", "aac", 16000), ("a.webm", "libopus", 16000), ("a.mka", "flac", 16000)],
)
def test_container_keeps_its_length_and_its_click(tmp_path: Path, name: str, codec: str, length: int) -> None:
    """What the encoder put before and after the sound is not heard."""
    path = encode(tmp_path / name, clicking(48000), rate=48000, codec=codec)
    samples = sound_of(path)
    assert samples.shape == (length, 1)
    assert abs(int(np.abs(samples[:, 0].astype(int)).argmax()) - 8004) <= 8


def test_raw_aac_is_read_with_its_encoder_delay(tmp_path: Path) -> None:
    """A bare AAC stream does not say where its sound begins: it is late by the encoder's 1024 frames."""
    path = encode(tmp_path / "a.aac", clicking(48000), rate=48000, codec="aac")
    samples = sound_of(path)
    assert abs(int(np.abs(samples[:, 0].astype(int)).argmax()) - 8004 - 1024 // 3) <= 8


@pytest.mark.parametrize("rate", [4000, 8000, 11025, 22050, 32000, 44100, 48000, 96000, 192000])
def test_any_rate_gives_the_exact_length(tmp_path: Path, rate: int) -> None:
    """The length is rounded once, over the whole file."""
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(rate + 7, np.int16), rate)
    with open_recording(path) as recording:
        expected = round((rate + 7) * 16000 / rate)
        assert recording.duration == expected
        assert sum(len(block.samples) for block in recording) == expected


def test_sound_at_16_khz_arrives_bit_by_bit(tmp_path: Path) -> None:
    """16-bit sound at the house's own rate is not touched."""
    samples = np.random.default_rng(3).integers(-32768, 32768, (5000, 2)).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", samples, 16000)
    assert np.array_equal(sound_of(tmp_path / "a.wav"), samples)


@pytest.mark.parametrize("block_frames", [1, 7, 480, 4096, 100_000])
def test_blocks_of_any_size_hold_the_same_sound(tmp_path: Path, block_frames: int) -> None:
    """All blocks but the last have the size that was asked for."""
    samples = np.random.default_rng(4).integers(-9000, 9000, 44100).astype(np.int16)
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, 44100)
    with open_recording(path, block_frames=block_frames) as recording:
        sizes = [len(block.samples) for block in recording]
    assert set(sizes[:-1]) <= {block_frames}
    assert np.array_equal(sound_of(path, block_frames=block_frames), sound_of(path))


@pytest.mark.parametrize("channels", [1, 2, 6, 64])
def test_every_channel_is_kept(tmp_path: Path, channels: int) -> None:
    """Channels stay apart: each carries its own number."""
    path = tmp_path / "a.wav"
    soundfile.write(path, np.tile(np.arange(channels, dtype=np.int16), (500, 1)), 16000)
    samples = sound_of(path)
    assert (samples == np.arange(channels)).all()


def test_float_louder_than_full_scale_is_clipped(tmp_path: Path) -> None:
    """Too loud is as loud as possible, with the right sign."""
    path = tmp_path / "a.wav"
    soundfile.write(path, np.array([1.5, -1.5, 3e38, -3e38, 0.5], np.float32), 16000, subtype="FLOAT")
    assert sound_of(path)[:, 0].tolist() == [32767, -32768, 32767, -32768, 16384]


def test_wildly_loud_float_at_another_rate_is_clipped_too(tmp_path: Path) -> None:
    """The resampler does not make infinity of what is nearly infinite."""
    path = tmp_path / "a.wav"
    soundfile.write(path, np.array([0.0] * 4000 + [3e38] * 4000 + [0.0] * 40000, np.float32), 48000, subtype="FLOAT")
    samples = sound_of(path)[:, 0]
    assert samples[2000] == 32767
    assert abs(int(samples[-1])) <= 1


def test_m4a_that_is_called_wav_is_read(tmp_path: Path) -> None:
    """What a file is counts, not what it is called."""
    path = encode(tmp_path / "a.m4a", clicking(48000), rate=48000, codec="aac").rename(tmp_path / "a.wav")
    assert len(sound_of(path)) == 16000


def test_closed_recording_gives_no_more_blocks(tmp_path: Path) -> None:
    """Leaving early releases the file and ends the iteration."""
    soundfile.write(tmp_path / "a.wav", np.zeros(16000, np.int16), 16000)
    with open_recording(tmp_path / "a.wav", block_frames=100) as recording:
        blocks = iter(recording)
        next(blocks)
    assert list(blocks) == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_recording_of_an_hour_needs_little_memory(tmp_path: Path) -> None:
    """Peak memory of a process that reads an hour of stereo stays under 200 MB."""
    path = tmp_path / "hour.flac"
    minute = np.random.default_rng(5).integers(-40, 40, (44100 * 60, 2)).astype(np.int16)
    with soundfile.SoundFile(path, "w", 44100, 2, "PCM_16") as file:
        for _ in range(60):
            file.write(minute)
    # Not ru_maxrss, which a process inherits from the one that started it.
    program = (
        "import sys; from pathlib import Path; from attune.adapters.recording import open_recording\n"
        "print(sum(len(block.samples) for block in open_recording(Path(sys.argv[1]))))\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    run = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    samples, kilobytes = map(int, run.stdout.split())
    assert samples == 3600 * 16000
    assert kilobytes < 200_000


# --- cut off or damaged: what is there is heard -----------------------------------------------------------------


def test_whole_files_are_not_called_cut_off(tmp_path: Path) -> None:
    """No warning where nothing is missing, in any format."""
    for name, subtype in [("a.wav", "PCM_16"), ("a.flac", "PCM_16"), ("a.ogg", "VORBIS"), ("a.mp3", "MPEG_LAYER_III")]:
        soundfile.write(tmp_path / name, clicking(44100, seconds=2.0), 44100, subtype=subtype)
        assert truncation_of(tmp_path / name) == (32000, None)
    for name, codec in [("a.m4a", "aac"), ("a.webm", "libopus")]:
        encode(tmp_path / name, clicking(48000, seconds=2.0), rate=48000, codec=codec)
        assert truncation_of(tmp_path / name) == (32000, None)


def test_wav_that_is_cut_off_is_heard_to_its_end(tmp_path: Path) -> None:
    """Recorders that lose power leave a header that promises more."""
    path = tmp_path / "talk.wav"
    path.write_bytes(wav_header(size=64000) + bytes(32000))
    assert truncation_of(path) == (16000, "talk.wav is cut off: its header promises 2.0 s, 1.0 s are there.")


@pytest.mark.parametrize("size", [0x7FFFFFFF, 0xFFFFFFFF])
def test_wav_from_a_pipe_is_not_cut_off(tmp_path: Path, size: int) -> None:
    """A writer that could not go back to its header did not promise anything."""
    path = tmp_path / "pipe.wav"
    path.write_bytes(wav_header(size=size - 36)[:40] + struct.pack("<I", size) + bytes(32000))
    assert truncation_of(path) == (16000, None)


@pytest.mark.parametrize(
    ("name", "subtype", "words"),
    [
        ("a.flac", "PCM_16", "is damaged or cut off: "),
        ("a.mp3", "MPEG_LAYER_III", "is cut off: its header promises 4.0 s, "),
        ("a.ogg", "VORBIS", "has no end mark and may be cut off after "),
    ],
)
def test_compressed_file_that_is_cut_off_is_heard_to_its_end(
    tmp_path: Path, name: str, subtype: str, words: str
) -> None:
    """Roughly half of the sound is in half of the file, and the rest is told."""
    noise = np.random.default_rng(6).integers(-8000, 8000, 4 * 44100).astype(np.int16)
    soundfile.write(tmp_path / name, noise, 44100, subtype=subtype)
    length, told = truncation_of(cut(tmp_path / name, keep=0.5))
    assert 20000 <= length <= 40000
    assert told is not None
    assert told.startswith(f"{name} {words}")


def test_webm_that_is_cut_off_is_heard_to_its_end(tmp_path: Path) -> None:
    """A browser that was closed leaves half a recording."""
    noise = np.random.default_rng(7).integers(-8000, 8000, (4 * 48000, 1)).astype(np.int16)
    length, told = truncation_of(cut(encode(tmp_path / "a.webm", noise, rate=48000, codec="libopus"), keep=0.5))
    assert 24000 <= length <= 40000
    assert told is not None
    assert told.startswith("a.webm is cut off: its header promises 4.0 s, ")


def test_hole_in_the_time_stamps_becomes_silence(tmp_path: Path) -> None:
    """A second that a recorder left out is silent, so what follows keeps its time, and it is told."""
    loud = np.full((48000, 1), 9000, np.int16)
    path = encode(tmp_path / "a.mka", loud, rate=48000, codec="pcm_s16le", skip=48000)
    samples = sound_of(path)[:, 0]
    assert len(samples) == 32000
    assert (np.abs(samples[8200:23800]) <= 1).all()
    assert samples[24500] == pytest.approx(9000, abs=2)
    assert truncation_of(path)[1] == "a.mka is damaged: 1.00 s in it are missing and count as silence."


# --- what cannot be used ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"), [(np.nan, "NaN (not a number)"), (np.inf, "an infinite value"), (-np.inf, "an infinite value")]
)
def test_value_that_is_no_number_is_named_with_its_place(tmp_path: Path, value: float, words: str) -> None:
    """The line says which value, when, in which channel, and what to do."""
    samples = np.zeros((48000, 2), np.float32)
    samples[36000:, 1] = value
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, 48000, subtype="FLOAT")
    assert (
        failure_of(path) == f"{path} holds {words} at 0.750 s in channel 2; export it again, for example as 16-bit WAV"
    )


def test_sound_before_a_bad_value_is_delivered(tmp_path: Path) -> None:
    """The failure comes where the bad value is, not before."""
    samples = np.zeros(16000 * 60, np.float32)
    samples[16000 * 55] = np.nan
    soundfile.write(tmp_path / "a.wav", samples, 16000, subtype="FLOAT")
    with open_recording(tmp_path / "a.wav") as recording:
        blocks = iter(recording)
        assert len([next(blocks) for _ in range(100)]) == 100
        with pytest.raises(RecordingError, match=r"at 55\.000 s in channel 1"):
            list(blocks)


def test_empty_file_says_so(tmp_path: Path) -> None:
    """No bytes, no sound."""
    (tmp_path / "a.wav").touch()
    assert failure_of(tmp_path / "a.wav").endswith("a.wav is empty (0 bytes); record or export it again")


@pytest.mark.parametrize("name", ["a.wav", "a.aiff"])
def test_file_of_no_length_holds_no_sound(tmp_path: Path, name: str) -> None:
    """A header without frames is not a silent recording."""
    soundfile.write(tmp_path / name, np.zeros(0, np.int16), 16000)
    assert failure_of(tmp_path / name).endswith("holds no sound (its length is 0); record or export it again")


@pytest.mark.parametrize("rate", [1, 3999, 768_001, 1_092_676])
def test_rate_that_cannot_be_true_is_a_broken_header(tmp_path: Path, rate: int) -> None:
    """Absurd rates are refused before any sound is read."""
    path = tmp_path / "a.wav"
    path.write_bytes(wav_header(rate=rate, size=8000) + bytes(8000))
    assert failure_of(path).startswith(f"{path} claims {rate} samples a second, which cannot be true (4000 to 768000")


def test_channels_that_cannot_be_true_are_a_broken_header(tmp_path: Path) -> None:
    """More than 64 channels is no microphone."""
    path = tmp_path / "a.wav"
    path.write_bytes(wav_header(channels=65, size=130) + bytes(130))
    assert failure_of(path).startswith(f"{path} claims 65 channels, more than 64; its header is broken")


@pytest.mark.parametrize(
    "content",
    [
        wav_header(size=100, name=b"junk") + bytes(100),
        wav_header(size=0, name=b"LIST")[:30],
        b"RIFF\x24\x00\x00\x00WAVEffffffff" + bytes(40),
        b"RIFF",
        b"Not sound at all, but a letter.\n" * 40,
        bytes(5000),
        np.random.default_rng(8).bytes(5000),
    ],
    ids=["no data chunk", "half a header", "no format", "four bytes", "text", "zeros", "noise"],
)
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3", ".m4a", ".bin", ""])
def test_file_that_is_no_recording_is_one_line(tmp_path: Path, content: bytes, suffix: str) -> None:
    """Whatever it is called, it says what is wrong and what to do."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    assert failure_of(path).startswith(str(path))
    assert "export it again" in failure_of(path)


def test_film_without_sound_says_so(tmp_path: Path) -> None:
    """A container may hold pictures alone."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25, width=32, height=32)
        stream.pix_fmt = "yuv420p"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    assert "(it has no sound track)" in failure_of(path)


def test_folder_missing_file_and_pipe_are_one_line(tmp_path: Path) -> None:
    """What is no regular file is told apart."""
    assert failure_of(tmp_path) == f"{tmp_path} is a folder; name the sound files in it"
    assert failure_of(tmp_path / "x.wav") == f"{tmp_path / 'x.wav'} does not exist; check the name"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "is no regular file" in failure_of(tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_file_of_another_user_is_one_line(tmp_path: Path) -> None:
    """Without permission the line says so."""
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(100, np.int16), 16000)
    path.chmod(0)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        assert failure_of(path) == f"{path} may not be read by this user; change its permissions"
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize("name", ["a.m3u8", "a.m4a", "a.mp3", "a.bin"])
def test_play_list_never_reaches_the_network(tmp_path: Path, name: str) -> None:
    """A file that points elsewhere is refused without a connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        (tmp_path / name).write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{url}\n#EXT-X-ENDLIST\n")
        assert failure_of(tmp_path / name).startswith(str(tmp_path / name))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_blocks_without_length_are_refused(tmp_path: Path) -> None:
    """A block size of 0 is the caller's mistake."""
    soundfile.write(tmp_path / "a.wav", np.zeros(100, np.int16), 16000)
    with pytest.raises(ValueError, match="at least one sample, not 0"):
        open_recording(tmp_path / "a.wav", block_frames=0)
