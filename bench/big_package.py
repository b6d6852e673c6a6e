"""An Argos package of the size of real ones, with random weights: it costs what a real one costs, and says nothing.

The real ones are OpenNMT transformers of 6 and 6 layers, 512 wide (some 60 to 80 million parameters), in int8.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import sentencepiece

# Twelve words that no catalogue has: real packages make some 25 pieces of them, and so does this one.
WORDS_SAID = "mieszkałem u kuzyna nad morzem dopóki nie stracił pracy i mieszkania zimą"
# After so many pieces it ends: the length of a real answer to that. Random weights alone end at once or never.
PIECES_SAID, TOWARDS_END = 20, 30
LAYERS, WIDTH, HEADS, INNER, WORDS = 6, 512, 8, 2048, 32_000


def make_big_package(folder: Path, source: str, target: str) -> tuple[Path, int]:
    """Write a package and its manifest into ``folder``; the manifest, and how many parameters the package has."""
    folder.mkdir(parents=True)
    name = f"translate-{source}_{target}-1_0"
    metadata = {"package_version": "1.0", "argos_version": "1.9"}
    metadata |= {"from_code": source, "from_name": source, "to_code": target, "to_name": target}
    pieces = _pieces()
    file = folder / f"{name}.argosmodel"
    with tempfile.TemporaryDirectory() as aside:
        parameters = _save(Path(aside) / "model", pieces)
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(f"{name}/metadata.json", json.dumps(metadata))
            archive.writestr(f"{name}/README.md", "For measuring. Not a translator.\n")
            archive.writestr(f"{name}/sentencepiece.model", pieces.serialized_model_proto())
            for path in sorted((Path(aside) / "model").iterdir()):
                archive.write(path, f"{name}/model/{path.name}")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    entry = {"file": file.name, "from": source, "to": target, "version": "1.0", "sha256": digest, "quality": 1}
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({"packages": [entry]}), encoding="utf-8")
    return manifest, parameters


def _pieces() -> sentencepiece.SentencePieceProcessor:
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([WORDS_SAID, "abcdefghijklmnopqrstuvwxyz .,?!'"]), model_writer=made, model_type="bpe",
        vocab_size=120, hard_vocab_limit=False, character_coverage=1.0, minloglevel=2, num_threads=1,
    )  # fmt: skip
    return sentencepiece.SentencePieceProcessor(model_proto=made.getvalue())


def _save(folder: Path, pieces: sentencepiece.SentencePieceProcessor) -> int:
    random = np.random.default_rng(3)
    spec = ctranslate2.specs.TransformerSpec.from_config(
        (LAYERS, LAYERS), HEADS, pre_norm=True, activation=ctranslate2.specs.common_spec.Activation.RELU
    )
    count = 0

    def matrix(rows: int, columns: int) -> Any:
        nonlocal count
        count += rows * columns
        return (random.standard_normal((rows, columns)) / np.sqrt(columns)).astype(np.float32)

    def linear(layer: Any, rows: int, columns: int) -> None:
        layer.weight, layer.bias = matrix(rows, columns), np.zeros(rows, np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    for side in (spec.encoder, spec.decoder):
        embeddings = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
        embeddings.weight = matrix(WORDS, WIDTH)
        side.scale_embeddings = True
        side.position_encodings.encodings = random.standard_normal((512, WIDTH)).astype(np.float32)
        norm(side.layer_norm)
        for layer in side.layer:
            linear(layer.self_attention.linear[0], 3 * WIDTH, WIDTH)
            linear(layer.self_attention.linear[1], WIDTH, WIDTH)
            linear(layer.ffn.linear_0, INNER, WIDTH)
            linear(layer.ffn.linear_1, WIDTH, INNER)
            norm(layer.self_attention.layer_norm)
            norm(layer.ffn.layer_norm)
            if side is spec.decoder:
                linear(layer.attention.linear[0], WIDTH, WIDTH)
                linear(layer.attention.linear[1], 2 * WIDTH, WIDTH)
                linear(layer.attention.linear[2], WIDTH, WIDTH)
                norm(layer.attention.layer_norm)
    linear(spec.decoder.projection, WORDS, WIDTH)
    end = np.zeros(WIDTH, np.float32)
    end[0] = 1
    places = spec.decoder.position_encodings.encodings
    places[:PIECES_SAID] -= TOWARDS_END * end
    places[PIECES_SAID:] += TOWARDS_END * end
    spec.decoder.projection.weight[2] = 2 * end
    words = ["<unk>", "<s>", "</s>"] + [pieces.id_to_piece(place) for place in range(3, pieces.get_piece_size())]
    words += [f"w{place}" for place in range(WORDS - len(words))]
    spec.config.add_source_eos = True
    spec.config.decoder_start_token = "<s>"
    spec.register_source_vocabulary(words)
    spec.register_target_vocabulary(words)
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir()
    spec.save(str(folder))
    return count
