"""Adapts the upper layers of the sentence encoder to what is said here: writes bot/data/understanding/encoder.safetensors.

    python scripts/adapt_encoder.py WEIGHTS TOKENIZER [--epochs 12] [--from adapted.safetensors]

Run by a developer when many lines were added, not by `make`: it needs torch (any build), safetensors, scipy, scikit-learn and
PyYAML in an environment of its own, and takes about an hour on one core. WEIGHTS and TOKENIZER are the model.safetensors and
tokenizer.json of the package in scripts/encoder.txt. Adding a question or an option does not need it: what `make train` learns
sits on top.

Layers 3 to 5 learn, with a throw-away linear head, to tell every option that is said from (question asked, words); two lines are
joined now and then, so that several answers in one breath are known too. A sixth of the written lines, by the digest of their id,
is never used: how sure to be is learned from those.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.dialogue.candidates import Catalogue  # noqa: E402
from bot.dialogue.encoder import HEADS, LAYERS, WIDTH, question_words  # noqa: E402
from bot.dialogue.encoder_files import ADAPTED, unseen  # noqa: E402
from bot.dialogue.lines import Line, example_lines, joined, read_lines, training_files  # noqa: E402
from bot.dialogue.scoring import Label, labels_of  # noqa: E402
from bot.dialogue.wordpiece import WordPiece  # noqa: E402
from bot.dialogue.words import read  # noqa: E402
from bot.interview.loading import load_interview  # noqa: E402

LEARNING = (3, 4, 5)
BATCH, POOL, RATE, HEAD_RATE, DROP, MIXED, WARM_UP = 32, 8, 2.5e-4, 40.0, 0.1, 0.2, 60
# An example's own question is known; what it says to others is not.
UNKNOWN = 0.1


class Bert:
    """The encoder as torch runs it."""

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        self.tensors = tensors
        for name, tensor in tensors.items():
            tensor.requires_grad_(any(f"layer.{number}." in name for number in LEARNING))

    def learning(self) -> dict[str, torch.Tensor]:
        return {name: tensor for name, tensor in self.tensors.items() if tensor.requires_grad}

    def norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(x, (WIDTH,), self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"], 1e-12)

    def linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(x, self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"])

    def encode(self, ids: torch.Tensor, mask: torch.Tensor, drop: float = 0.0) -> torch.Tensor:
        """Vectors of length 1 for padded ids."""
        count, length = ids.shape
        x = functional.embedding(ids, self.tensors["embeddings.word_embeddings.weight"])
        x = (
            x
            + self.tensors["embeddings.position_embeddings.weight"][:length]
            + self.tensors["embeddings.token_type_embeddings.weight"][0]
        )
        x = functional.dropout(self.norm(x, "embeddings.LayerNorm"), drop, drop > 0)
        seen = mask[:, None, None, :] > 0
        for number in range(LAYERS):
            base = f"encoder.layer.{number}"
            parts = [
                self.linear(x, f"{base}.attention.self.{part}").view(count, length, HEADS, -1).transpose(1, 2)
                for part in ("query", "key", "value")
            ]
            heads = functional.scaled_dot_product_attention(*parts, attn_mask=seen, dropout_p=drop)
            heads = self.linear(heads.transpose(1, 2).reshape(count, length, WIDTH), f"{base}.attention.output.dense")
            x = self.norm(x + functional.dropout(heads, drop, drop > 0), f"{base}.attention.output.LayerNorm")
            inner = self.linear(functional.gelu(self.linear(x, f"{base}.intermediate.dense")), f"{base}.output.dense")
            x = self.norm(x + functional.dropout(inner, drop, drop > 0), f"{base}.output.LayerNorm")
        mean = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return functional.normalize(mean, dim=-1)


def padded(batch: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids of one length, and where they are."""
    ids = torch.zeros(len(batch), max(map(len, batch)), dtype=torch.long)
    mask = torch.zeros(ids.shape)
    for row, found in enumerate(batch):
        ids[row, : len(found)] = torch.tensor(found)
        mask[row, : len(found)] = 1
    return ids, mask


def main() -> None:
    """Adapt and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--epochs", type=float, default=12)
    parser.add_argument("--from", dest="start", type=Path, help="adapted layers to go on from")
    args = parser.parse_args()
    torch.manual_seed(0)
    chance = np.random.RandomState(0)
    pieces = WordPiece(json.loads(args.tokenizer.read_text(encoding="utf-8"))["model"]["vocab"])
    tensors = {name: value for name, value in load_file(args.weights).items() if value.is_floating_point() and "pooler" not in name}
    if args.start:
        tensors.update({name: value.float() for name, value in load_file(args.start).items()})
    bert = Bert(tensors)

    interview = load_interview()
    catalogue = Catalogue.of(interview)
    written = [line for path in training_files() for line in read_lines(path) if not unseen(line.id)]
    lines: list[Line] = [*example_lines(interview), *written, *joined(written, int(MIXED * len(written)))]
    names: list[Label] = sorted(
        {label for line in lines for label in labels_of(line, frozenset())}
        | {(q, o) for q, options in catalogue.options.items() for o in options}
    )
    column = {name: number for number, name in enumerate(names)}
    ids = [pieces.pair(question_words(line.open), read(line.text).text or line.text) for line in lines]
    wanted = torch.zeros(len(lines), len(names))
    counts = torch.ones(len(lines), len(names))
    for row, line in enumerate(lines):
        for label in labels_of(line, frozenset()):
            wanted[row, column[label]] = 1
        if not line.whole:
            counts[row] = UNKNOWN
            counts[row, [column[line.open or "", option] for option in catalogue.options[line.open or ""]]] = 1

    head = (torch.randn(len(names), WIDTH) * 0.5).requires_grad_()
    bias = torch.full((len(names),), -6.0).requires_grad_()
    learning = bert.learning()
    groups = [{"params": list(learning.values()), "weight_decay": 0.01}, {"params": [head, bias], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=RATE)
    total = int(args.epochs * len(lines) / BATCH)
    step = 0
    while step < total:
        pool = sorted(chance.choice(len(lines), POOL * BATCH), key=lambda number: len(ids[number]))
        for start in chance.permutation(POOL) * BATCH:
            step += 1
            rate = RATE * min(1.0, step / WARM_UP) * max(0.02, 1 - step / total)
            for group, times in zip(optimiser.param_groups, (1.0, HEAD_RATE), strict=True):
                group["lr"] = rate * times
            chosen = pool[start : start + BATCH]
            found = bert.encode(*padded([ids[number] for number in chosen]), drop=DROP) @ head.T + bias
            losses = functional.binary_cross_entropy_with_logits(found, wanted[chosen], reduction="none")
            loss = (losses * counts[chosen]).sum() / len(chosen)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*learning.values(), head], 5.0)
            optimiser.step()
            if step % 100 == 0:
                print(f"step {step} of {total}, loss {loss.item():.3f}", flush=True)
    save_file({name: tensor.detach().half().contiguous() for name, tensor in learning.items()}, ROOT / ADAPTED)


if __name__ == "__main__":
    main()
