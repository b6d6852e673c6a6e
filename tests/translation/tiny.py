"""A real, tiny Argos package for a few dozen phrases: a test fixture, not a translator.

The transformer is random and frozen; only its last layer is fitted, by ridge regression on the phrases, so that it says just them.
Unknown words end at once, unless the package is made ``endless``: then they go round in circles, as real models sometimes do.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import ctranslate2
import numpy as np
import numpy.typing as npt
import sentencepiece

Array = npt.NDArray[np.float32]
WIDTH, HEADS, INNER, LONGEST = 192, 4, 256, 128
FIRST, LAST, UNKNOWN = "<s>", "</s>", "<unk>"


def make_package(
    file: Path, source: str, target: str, phrases: Sequence[tuple[str, str]], endless: bool = False, width: int = WIDTH
) -> Path:
    """Write ``file`` (.argosmodel), which translates exactly these phrases; the same in, the same file content out."""
    pieces = _pieces([text for pair in phrases for text in pair])
    model = _Model(pieces, WIDTH)
    model.fit(phrases, endless)
    folder = f"translate-{source}_{target}-0_1"
    metadata = {"package_version": "0.1", "argos_version": "1.9"}
    metadata |= {"from_code": source, "from_name": source, "to_code": target, "to_name": target}
    with tempfile.TemporaryDirectory() as aside:
        model.save(Path(aside) / "model")
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(f"{folder}/metadata.json", json.dumps(metadata))
            archive.writestr(f"{folder}/README.md", "A test fixture, not a translator.\n")
            archive.writestr(f"{folder}/sentencepiece.model", pieces.serialized_model_proto())
            for path in sorted((Path(aside) / "model").iterdir()):
                archive.write(path, f"{folder}/model/{path.name}")
    return file


def _pieces(texts: Sequence[str]) -> sentencepiece.SentencePieceProcessor:
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*texts, "abcdefghijklmnopqrstuvwxyz .,?!'"]), model_writer=made, model_type="bpe",
        vocab_size=220, hard_vocab_limit=False, character_coverage=1.0, minloglevel=2, num_threads=1,
    )  # fmt: skip
    return sentencepiece.SentencePieceProcessor(model_proto=made.getvalue())


class _Model:
    def __init__(self, pieces: sentencepiece.SentencePieceProcessor, width: int) -> None:
        self.pieces = pieces
        self.words = [UNKNOWN, FIRST, LAST] + [pieces.id_to_piece(n) for n in range(pieces.get_piece_size()) if n > 2]
        self.number = {word: place for place, word in enumerate(self.words)}
        self.width = width
        random = np.random.default_rng(7)

        def matrix(rows: int, columns: int, size: float = 1.0) -> Array:
            return (random.standard_normal((rows, columns)) * size / np.sqrt(columns)).astype(np.float32)

        self.embedding = random.standard_normal((len(self.words), width)).astype(np.float32) / np.float32(np.sqrt(width))
        self.places = _places(width)
        self.weights = {
            name: matrix(*shape, size)
            for name, shape, size in (
                ("encoder_self_in", (3 * width, width), 2.0), ("encoder_self_out", (width, width), 1.5),
                ("encoder_inner", (INNER, width), 1.5), ("encoder_outer", (width, INNER), 1.5),
                ("decoder_self_in", (3 * width, width), 2.0), ("decoder_self_out", (width, width), 1.5),
                ("decoder_cross_q", (width, width), 2.0), ("decoder_cross_kv", (2 * width, width), 2.0),
                ("decoder_cross_out", (width, width), 2.5), ("decoder_inner", (4 * INNER, width), 2.0),
                ("decoder_outer", (width, 4 * INNER), 2.0),
            )
        }  # fmt: skip
        self.last = np.zeros((len(self.words), width), np.float32)
        self.last_bias = np.zeros(len(self.words), np.float32)

    def _ids(self, text: str) -> list[int]:
        return [self.number.get(piece, 0) for piece in self.pieces.encode(text, out_type=str)]

    def states(self, source: list[int], said: list[int]) -> Array:
        """The decoder's states after each token of ``said``: the arithmetic of CTranslate2's pre-norm transformer."""
        w, root = self.weights, np.float32(np.sqrt(self.width))
        x = self.embedding[source] * root + self.places[: len(source)]
        n = _norm(x)
        q, k, v = np.split(n @ w["encoder_self_in"].T, 3, axis=-1)
        x = x + _attend(q, k, v) @ w["encoder_self_out"].T
        x = x + np.maximum(_norm(x) @ w["encoder_inner"].T, 0) @ w["encoder_outer"].T
        memory = _norm(x)
        y = self.embedding[said] * root + self.places[: len(said)]
        q, k, v = np.split(_norm(y) @ w["decoder_self_in"].T, 3, axis=-1)
        y = y + _attend(q, k, v, causal=True) @ w["decoder_self_out"].T
        k, v = np.split(memory @ w["decoder_cross_kv"].T, 2, axis=-1)
        y = y + _attend(_norm(y) @ w["decoder_cross_q"].T, k, v) @ w["decoder_cross_out"].T
        y = y + np.maximum(_norm(y) @ w["decoder_inner"].T, 0) @ w["decoder_outer"].T
        return _norm(y)

    def fit(self, phrases: Sequence[tuple[str, str]], endless: bool) -> None:
        """Set the last layer so that each phrase is said, and what is no phrase ends at once."""
        random = np.random.default_rng(11)
        states, wanted, weights = [], [], []
        often = [place for _, said in phrases for place in self._ids(said)]
        for text, said in phrases:
            source, target = [*self._ids(text), 2], self._ids(said)
            states.append(self.states(source, [1, *target]))
            wanted += [*target, 2]
            weights += [50.0] * (len(target) + 1)
            # A beam that took a wrong turn must not end before the right one does: four that have ended stop the search.
            for _ in range(8):
                turned = [place if random.random() < 0.5 else int(random.choice(often)) for place in target]
                states.append(self.states(source, [1, *turned]))
                wanted += [*target, 2]
                weights += [0.3] * (len(target) + 1)
        if not endless:
            for _ in range(400):
                strange = [*random.integers(3, len(self.words), random.integers(1, 12)).tolist(), 2]
                begun = [1, *random.integers(3, len(self.words), random.integers(0, 6)).tolist()]
                states.append(self.states(strange, begun))
                wanted += [2] * len(begun)
                weights += [0.02] * len(begun)
        x = np.concatenate(states).astype(np.float64)
        x = np.hstack([x, np.ones((len(x), 1))])
        y = -np.ones((len(x), len(self.words)))
        y[np.arange(len(x)), wanted] = 1
        scaled = x * np.array(weights)[:, None]
        solved = np.linalg.solve(x.T @ scaled + 1e-4 * np.eye(x.shape[1]), scaled.T @ y).T * 40
        self.last, self.last_bias = solved[:, :-1].astype(np.float32), solved[:, -1].astype(np.float32)
        if endless:
            self.last_bias[2] -= 200

    def save(self, folder: Path) -> None:
        """Write the model as CTranslate2 reads it."""
        spec = ctranslate2.specs.TransformerSpec.from_config(
            (1, 1), HEADS, pre_norm=True, activation=ctranslate2.specs.common_spec.Activation.RELU
        )
        w = self.weights
        for side in (spec.encoder, spec.decoder):
            embeddings = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
            embeddings.weight = self.embedding
            side.scale_embeddings = True
            side.position_encodings.encodings = self.places
            _keep(side.layer_norm)
        layer = spec.encoder.layer[0]
        _linear(layer.self_attention.linear[0], w["encoder_self_in"])
        _linear(layer.self_attention.linear[1], w["encoder_self_out"])
        _linear(layer.ffn.linear_0, w["encoder_inner"])
        _linear(layer.ffn.linear_1, w["encoder_outer"])
        for norm in (layer.self_attention.layer_norm, layer.ffn.layer_norm):
            _keep(norm)
        layer = spec.decoder.layer[0]
        _linear(layer.self_attention.linear[0], w["decoder_self_in"])
        _linear(layer.self_attention.linear[1], w["decoder_self_out"])
        _linear(layer.attention.linear[0], w["decoder_cross_q"])
        _linear(layer.attention.linear[1], w["decoder_cross_kv"])
        _linear(layer.attention.linear[2], w["decoder_cross_out"])
        _linear(layer.ffn.linear_0, w["decoder_inner"])
        _linear(layer.ffn.linear_1, w["decoder_outer"])
        for norm in (layer.self_attention.layer_norm, layer.attention.layer_norm, layer.ffn.layer_norm):
            _keep(norm)
        spec.decoder.projection.weight, spec.decoder.projection.bias = self.last, self.last_bias
        spec.config.add_source_eos = True
        spec.config.decoder_start_token = FIRST
        spec.register_source_vocabulary(self.words)
        spec.register_target_vocabulary(self.words)
        spec.validate()
        folder.mkdir(parents=True, exist_ok=True)
        spec.save(str(folder))


def _places(width: int) -> Array:
    angles = np.arange(512)[:, None] / 10000 ** (2 * (np.arange(width) // 2) / width)
    return np.where(np.arange(width) % 2, np.cos(angles), np.sin(angles)).astype(np.float32)


def _norm(x: Array) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    return np.asarray(centred / np.sqrt(centred.var(-1, keepdims=True) + 1e-5), np.float32)


def _attend(q: Array, k: Array, v: Array, causal: bool = False) -> Array:
    def heads(x: Array) -> Array:
        return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)

    q, k, v = heads(q), heads(k), heads(v)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.tril(np.ones(scores.shape[1:], bool)), scores, -1e9)
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = (scores / scores.sum(-1, keepdims=True)) @ v
    return np.asarray(mixed.transpose(1, 0, 2).reshape(mixed.shape[1], -1), np.float32)


def _linear(spec: ctranslate2.specs.common_spec.LinearSpec, weight: Array) -> None:
    spec.weight, spec.bias = weight, np.zeros(len(weight), np.float32)


def _keep(norm: ctranslate2.specs.common_spec.LayerNormSpec) -> None:
    norm.gamma, norm.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)
