"""Words as vectors, and what they say: all-MiniLM-L6-v2, its upper layers adapted to what is said here, run by CTranslate2.

``scripts/encoder`` makes it ready in one folder (``.tools/encoder``, or BCST2_ENCODER). Without the folder everything else works,
with lower quality. The adapted layers (``bot/data/understanding/encoder.safetensors``) are made by ``scripts/adapt_encoder.py``.
"""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, FrozenSet, List, Optional, Protocol, Sequence, Text, Tuple

import numpy as np

from bot.dialogue.attention import LABELS, PARTS, Label, read_attention, write_attention
from bot.dialogue.encoder_files import NONE, STAMP, folder, present
from bot.dialogue.wordpiece import WordPiece

WIDTH = 384
LAYERS, HEADS = 6, 12
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Small batches of like length run quickest; with many texts every core takes some.
_BATCH = 16
_WORKERS = min(4, os.cpu_count() or 1)


# From which of a line's clauses to before which.
Place = Tuple[int, int]


class Vectors(Protocol):
    """Whatever gives parts of lines, said to an open question, a vector of length 1, and how strongly they say each label."""

    @property
    def labels(self) -> Tuple[Label, ...]:
        """What it knows to be said: (question, option), or a kind."""

    @property
    def words(self) -> FrozenSet[Text]:
        """The words that it knows whole: a dictionary."""

    def encode(
        self, lines: Sequence[Sequence[Text]], places: Sequence[Sequence[Place]], opens: Sequence[Optional[Text]]
    ) -> List[np.ndarray]:
        """For each line, given as its clauses and said to the open question of that id, a row for each of its places.

        float32, (places, ``WIDTH`` + labels), vectors before logits.
        """


class Encoder:
    """Reads a line once, and gives any part of it a vector in the light of the whole, and how strongly it says each label."""

    def __init__(self, place: Path) -> None:
        import ctranslate2  # only where there is an encoder

        vocabulary = json.loads((place / "vocabulary.json").read_text(encoding="utf-8"))
        self._attention = read_attention(place)
        self._pieces = WordPiece({piece: number for number, piece in enumerate(vocabulary)})
        self._model: Any = ctranslate2.Encoder(str(place), device="cpu", intra_threads=1, inter_threads=_WORKERS)

    @property
    def labels(self) -> Tuple[Label, ...]:
        """What it knows to be said."""
        return self._attention.labels

    @property
    def words(self) -> FrozenSet[Text]:
        """The words that it knows whole."""
        return frozenset(piece for piece in self._pieces.vocabulary if piece.isalpha())

    def encode(
        self, lines: Sequence[Sequence[Text]], places: Sequence[Sequence[Place]], opens: Sequence[Optional[Text]]
    ) -> List[np.ndarray]:
        """For each line, given as its clauses and said to the open question of that id, a row for each of its places.

        float32, (places, ``WIDTH`` + labels), vectors before logits.
        """
        result = [np.zeros((len(wanted), WIDTH + len(self.labels)), dtype=np.float32) for wanted in places]
        read = [self._pieces.parts(question_words(asked), line) for asked, line in zip(opens, lines, strict=True)]
        order = sorted(range(len(lines)), key=lambda number: len(read[number][0]))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]

        def run(chosen: List[int]) -> None:
            hidden = np.array(self._model.forward_batch([read[number][0] for number in chosen]).last_hidden_state)
            for row, number in enumerate(chosen):
                ids, edges = read[number]
                self._fill(result[number], hidden[row, : len(ids)], edges, places[number])

        if len(batches) <= _WORKERS:
            for batch in batches:
                run(batch)
        else:
            with ThreadPoolExecutor(_WORKERS) as pool:
                list(pool.map(run, batches))
        return result

    def _fill(self, rows: np.ndarray, hidden: np.ndarray, edges: Sequence[int], places: Sequence[Place]) -> None:
        """The rows of one line. A part of it has its own pieces, and those of the question in its vector."""
        asked = hidden[: edges[0]]
        parts = []
        for row, (first, end) in zip(rows, places, strict=True):
            own = slice(edges[first], edges[end])
            if (first, end) == (0, len(edges) - 1) or own.start >= own.stop:
                own = slice(0, len(hidden))
                row[:WIDTH] = _unit(hidden.mean(axis=0))
            else:
                row[:WIDTH] = _unit(np.concatenate([asked, hidden[own]]).mean(axis=0))
            parts.append(own)
        rows[:, WIDTH:] = self._attention.said(_unit(hidden), parts, rows[:, :WIDTH])


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def question_words(question: Optional[Text]) -> Text:
    """What stands for a question before the words said to it: its id tells what it is about."""
    return question.replace("_", " ") if question else "none"


@lru_cache(maxsize=1)
def load_encoder() -> Optional[Encoder]:
    """The encoder, or None if it has not been set up here."""
    if present() == NONE:
        return None
    try:
        return Encoder(folder())
    except (ImportError, OSError, RuntimeError, ValueError):
        return None


def build(weights: Path, tokenizer: Path, adapted: Path, place: Path) -> None:
    """Write the folder that ``Encoder`` reads, from the published weights and the adapted layers, in eight bits.

    Raises:
        ValueError: the weights are not the ones that are expected, or no label attention stands beside the adapted layers.
    """
    import ctranslate2
    from ctranslate2.specs import common_spec, transformer_spec
    from safetensors import safe_open
    from safetensors.numpy import load

    data = weights.read_bytes()
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise ValueError(f"{weights.name} is not the file that is expected (its hash differs)")
    tensors = {name.replace("bert.", ""): value.astype(np.float32) for name, value in load(data).items() if value.dtype.kind == "f"}
    del data
    upper = adapted.read_bytes()
    tensors.update({name: value.astype(np.float32) for name, value in load(upper).items()})
    with safe_open(adapted, framework="np") as file:
        labels = json.loads((file.metadata() or {}).get(LABELS, "[]"))
    if not set(PARTS) <= set(tensors) or len(labels) != len(tensors[PARTS[-1]]):
        raise ValueError(f"{adapted.name} has no label attention; scripts/adapt_encoder.py writes it")
    encoder = transformer_spec.TransformerEncoderSpec(
        LAYERS,
        HEADS,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    encoder.scale_embeddings = False

    def put(target: Any, *names: Text) -> None:
        target.weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
        target.bias = np.concatenate([tensors[f"{name}.bias"] for name in names])

    def norm(target: Any, name: Text) -> None:
        target.gamma, target.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]

    encoder.embeddings[0].weight = tensors["embeddings.word_embeddings.weight"]
    encoder.embeddings[1].weight = tensors["embeddings.token_type_embeddings.weight"]
    encoder.position_encodings.encodings = tensors["embeddings.position_embeddings.weight"]
    norm(encoder.layernorm_embedding, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        base = f"encoder.layer.{number}"
        own = f"{base}.attention.self"
        put(layer.self_attention.linear[0], f"{own}.query", f"{own}.key", f"{own}.value")
        put(layer.self_attention.linear[1], f"{base}.attention.output.dense")
        norm(layer.self_attention.layer_norm, f"{base}.attention.output.LayerNorm")
        put(layer.ffn.linear_0, f"{base}.intermediate.dense")
        put(layer.ffn.linear_1, f"{base}.output.dense")
        norm(layer.ffn.layer_norm, f"{base}.output.LayerNorm")
    vocabulary = _vocabulary(tokenizer)
    spec.register_vocabulary(vocabulary)
    spec.config.unk_token = "[UNK]"
    spec.config.layer_norm_epsilon = 1e-12
    spec.validate()
    spec.optimize(quantization="int8")
    place.mkdir(parents=True, exist_ok=True)
    spec.save(str(place))
    write_attention(tensors, labels, place)
    (place / "vocabulary.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    stamp = {"sha256": hashlib.sha256(WEIGHTS_SHA256.encode() + upper).hexdigest(), "ctranslate2": ctranslate2.__version__}
    (place / STAMP).write_text(json.dumps(stamp), encoding="utf-8")


def _vocabulary(tokenizer: Path) -> List[Text]:
    pieces = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    return sorted(pieces, key=lambda piece: int(pieces[piece]))
