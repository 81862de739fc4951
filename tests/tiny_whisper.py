"""Makes a Whisper model of a few thousand random weights, so that real loading and decoding code runs in tests.

It says nothing sensible; tests expect shapes, times and errors of it, never words.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
from ctranslate2.specs import common_spec
from ctranslate2.specs.whisper_spec import WhisperSpec
from tokenizers.models import BPE

MELS = 80
POSITIONS = 1_500
LONGEST_TEXT = 448
WIDTH = 16
HEADS = 2
LAYERS = 1
SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
TIMESTAMPS = tuple(f"<|{k * 0.02:.2f}|>" for k in range(1_501))


def make_tiny_whisper(folder: Path, *, seed: int = 7) -> Path:
    """Write a complete English-only model into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    vocabulary = [*alphabet, *SPECIAL, *TIMESTAMPS]
    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)
    _fill(spec, size=len(vocabulary), random=np.random.default_rng(seed))
    spec.register_vocabulary(vocabulary)
    special = len(alphabet)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [special + SPECIAL.index("<|en|>")]
    spec.config.alignment_heads = [[LAYERS - 1, 0]]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    _tokenizer(alphabet).save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": MELS}), encoding="utf-8")
    return folder


def _tokenizer(alphabet: list[str]) -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer(BPE(vocab={token: k for k, token in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.add_tokens([tokenizers.AddedToken(token, normalized=False) for token in TIMESTAMPS])
    return tokenizer


def _fill(spec: WhisperSpec, *, size: int, random: np.random.Generator) -> None:
    def matrix(*shape: int) -> Any:
        return random.normal(0, 0.3, shape).astype(np.float32)

    def linear(layer: Any, *, to: int, of: int) -> None:
        layer.weight, layer.bias = matrix(to, of), np.zeros(to, np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def attention(layer: Any, *, joined: tuple[int, ...]) -> None:
        norm(layer.layer_norm)
        for projection, parts in zip(layer.linear, (*joined, 1), strict=True):
            linear(projection, to=parts * WIDTH, of=WIDTH)

    def feed_forward(layer: Any) -> None:
        norm(layer.layer_norm)
        linear(layer.linear_0, to=4 * WIDTH, of=WIDTH)
        linear(layer.linear_1, to=WIDTH, of=4 * WIDTH)

    encoder, decoder = spec.encoder, spec.decoder
    for convolution, of in ((encoder.conv1, MELS), (encoder.conv2, WIDTH)):
        convolution.weight, convolution.bias = matrix(WIDTH, of, 3), np.zeros(WIDTH, np.float32)
    encoder.position_encodings.encodings = matrix(POSITIONS, WIDTH)
    norm(encoder.layer_norm)
    for layer in encoder.layer:
        attention(layer.self_attention, joined=(3,))
        feed_forward(layer.ffn)
    decoder.embeddings.weight = matrix(size, WIDTH)
    decoder.position_encodings.encodings = matrix(LONGEST_TEXT, WIDTH)
    norm(decoder.layer_norm)
    decoder.projection.weight = decoder.embeddings.weight
    for layer in decoder.layer:
        attention(layer.self_attention, joined=(3,))
        attention(layer.attention, joined=(1, 2))
        feed_forward(layer.ffn)
    assert isinstance(decoder.embeddings, common_spec.EmbeddingsSpec)
