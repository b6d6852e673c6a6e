"""Adapts the sentence encoder to what is said here: writes bot/data/understanding/encoder.safetensors.

    python scripts/adapt_encoder.py WEIGHTS TOKENIZER [--epochs 5] [--from adapted.safetensors] [--to file]

Run by a developer when many lines were added, not by `make`: it needs torch (any build), safetensors, scipy, scikit-learn and
PyYAML in an environment of its own, and takes a quarter of an hour an epoch on two cores (47,000 lines). WEIGHTS and TOKENIZER are
the model.safetensors and tokenizer.json of the package in scripts/encoder.txt. Adding a question or an option does not need it:
what `make train` learns sits on top.

Layers 3 to 5 learn, together with a label attention (``bot/dialogue/attention.py``), to tell every option that is said from
(question asked, words); lines are joined now and then, so that several answers in one breath are known too. The lower layers stay
as they were published, so what they make of each line is worked out once. A sixth of the written lines, by the digest of their id,
is never used: how sure to be is learned from those.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch.nn import functional

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.dialogue.attention import LABELS, PARTS  # noqa: E402
from bot.dialogue.candidates import Catalogue  # noqa: E402
from bot.dialogue.encoder import HEADS, LAYERS, WIDTH, question_words  # noqa: E402
from bot.dialogue.encoder_files import ADAPTED, unseen  # noqa: E402
from bot.dialogue.lines import Line, command_lines, example_lines, joined, read_lines, training_files  # noqa: E402
from bot.dialogue.scoring import KIND, Label, labels_of  # noqa: E402
from bot.dialogue.wordpiece import WordPiece  # noqa: E402
from bot.dialogue.words import read  # noqa: E402
from bot.interview.loading import load_interview  # noqa: E402
from bot.language.wording import load_commands  # noqa: E402

FIRST = 3  # the first layer that learns
BATCH, POOL, RATE, HEAD_RATE, DROP, MIXED, WARM_UP, LONGEST = 32, 8, 2e-4, 40.0, 0.1, 0.5, 60, 96
# An example's own question is known; what it says to others is not.
UNKNOWN = 0.1
# How strongly a label looks, and what it asks for, before anything was learned: along the mean of what says it.
LOOK, FIND, NOTHING = 8.0, 6.0, -6.0


class Bert:
    """The encoder as torch runs it."""

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        self.tensors = tensors
        self.learning = {
            name: tensor.requires_grad_()
            for name, tensor in tensors.items()
            if any(f"layer.{number}." in name for number in range(FIRST, LAYERS))
        }

    def norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(x, (WIDTH,), self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"], 1e-12)

    def linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(x, self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"])

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        places = self.tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = functional.embedding(ids, self.tensors["embeddings.word_embeddings.weight"])
        return self.norm(x + places + self.tensors["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")

    def layers(self, x: torch.Tensor, mask: torch.Tensor, first: int, end: int, drop: float = 0.0) -> torch.Tensor:
        count, length, _ = x.shape
        seen = mask[:, None, None, :] > 0
        for number in range(first, end):
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
        return x


class Head:
    """The label attention, learning. The same sum as ``bot.dialogue.attention.Attention.said``."""

    def __init__(self, towards: torch.Tensor) -> None:
        self.look = (towards * LOOK).clone().requires_grad_()
        self.found = (towards * FIND).clone().requires_grad_()
        self.whole = (towards * FIND).clone().requires_grad_()
        self.bias = torch.full((len(towards),), NOTHING).requires_grad_()

    def go_on(self, begun: dict[str, torch.Tensor], path: Path, names: list[Label]) -> None:
        """Begin from what was learned before, where a label was there already."""
        with safe_open(path, framework="pt") as file:
            before = {(question, option): row for row, (question, option) in enumerate(json.loads(file.metadata()[LABELS]))}
        pairs = [(row, before[name]) for row, name in enumerate(names) if name in before]
        with torch.no_grad():
            for tensor, part in zip(self.learning(), PARTS, strict=True):
                tensor[[row for row, _ in pairs]] = begun[part][[row for _, row in pairs]]

    def learning(self) -> list[torch.Tensor]:
        return [self.look, self.found, self.whole, self.bias]

    def __call__(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        pieces = functional.normalize(x, dim=-1)
        looks = (pieces @ self.look.T).masked_fill(mask[:, :, None] == 0, -1e4).softmax(1)
        return ((pieces @ self.found.T) * looks).sum(1) + mean_of(x, mask) @ self.whole.T + self.bias


def mean_of(x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The vector of words, of length 1."""
    return functional.normalize((x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True), dim=-1)


class Lower:
    """What the layers that do not learn make of each line, worked out once."""

    def __init__(self, bert: Bert, ids: list[list[int]]) -> None:
        self.order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
        self.kept = [torch.zeros(0)] * len(ids)
        with torch.no_grad():
            for start in range(0, len(ids), 2 * BATCH):
                chosen = self.order[start : start + 2 * BATCH]
                padded = torch.zeros(len(chosen), max(len(ids[number]) for number in chosen), dtype=torch.long)
                mask = torch.zeros(padded.shape)
                for row, number in enumerate(chosen):
                    padded[row, : len(ids[number])] = torch.tensor(ids[number])
                    mask[row, : len(ids[number])] = 1
                found = bert.layers(bert.embed(padded), mask, 0, FIRST).half()
                for row, number in enumerate(chosen):
                    self.kept[number] = found[row, : len(ids[number])].clone()

    def batch(self, chosen: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        length = max(len(self.kept[number]) for number in chosen)
        x, mask = torch.zeros(len(chosen), length, WIDTH), torch.zeros(len(chosen), length)
        for row, number in enumerate(chosen):
            x[row, : len(self.kept[number])] = self.kept[number].float()
            mask[row, : len(self.kept[number])] = 1
        return x, mask


def to_learn(written: list[Line], interview: object) -> list[Line]:
    """Examples, phrases of commands, written lines, and some of those joined."""
    return [
        *example_lines(interview),
        *command_lines(load_commands()),
        *written,
        *joined(written, int(MIXED * len(written))),
    ]


def wanted_of(lines: list[Line], catalogue: Catalogue) -> tuple[list[Label], torch.Tensor, torch.Tensor]:
    """All labels; which of them each line has; how much each counts: what an example says to others is hardly known."""
    names: list[Label] = sorted(
        {label for line in lines for label in labels_of(line, frozenset())}
        | {(question, option) for question, options in catalogue.options.items() for option in options}
    )
    column = {name: number for number, name in enumerate(names)}
    kinds = [number for number, name in enumerate(names) if name[0] == KIND]
    wanted, counts = torch.zeros(len(lines), len(names)), torch.ones(len(lines), len(names))
    for row, line in enumerate(lines):
        wanted[row, [column[label] for label in labels_of(line, frozenset())]] = 1
        if not line.whole:
            counts[row] = UNKNOWN
            counts[row, [column[line.open, option] for option in catalogue.options[line.open]] if line.open else kinds] = 1
    return names, wanted, counts


def towards(bert: Bert, lower: Lower, wanted: torch.Tensor) -> torch.Tensor:
    """For each label the direction of what says it, away from what everything is like: where its attention begins."""
    found = torch.zeros(wanted.shape[1], WIDTH)
    with torch.no_grad():
        for start in range(0, len(lower.order), 2 * BATCH):
            chosen = lower.order[start : start + 2 * BATCH]
            x, mask = lower.batch(chosen)
            found += wanted[chosen].T @ mean_of(bert.layers(x, mask, FIRST, LAYERS), mask)
        mean = functional.normalize(found.sum(0), dim=-1)
        return functional.normalize(functional.normalize(found, dim=-1) - 0.9 * mean, dim=-1)


def main() -> None:
    """Adapt and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--epochs", type=float, default=5)
    parser.add_argument("--from", dest="start", type=Path, help="adapted layers to go on from")
    parser.add_argument("--to", type=Path, default=ROOT / ADAPTED)
    args = parser.parse_args()
    torch.manual_seed(0)
    chance = np.random.RandomState(0)
    pieces = WordPiece(json.loads(args.tokenizer.read_text(encoding="utf-8"))["model"]["vocab"])
    tensors = {name: value for name, value in load_file(args.weights).items() if value.is_floating_point() and "pooler" not in name}
    if args.start:
        begun = {name: value.float() for name, value in load_file(args.start).items()}
        tensors.update({name: value for name, value in begun.items() if name not in PARTS})
    bert = Bert(tensors)

    interview = load_interview()
    lines = to_learn([line for path in training_files() for line in read_lines(path) if not unseen(line.id)], interview)
    names, wanted, counts = wanted_of(lines, Catalogue.of(interview))
    lower = Lower(bert, [pieces.pair(question_words(line.open), read(line.text).spoken or line.text)[:LONGEST] for line in lines])
    head = Head(towards(bert, lower, wanted))
    if args.start and set(PARTS) <= set(begun):
        head.go_on(begun, args.start, names)
    print(f"{len(lines)} lines, {len(names)} labels", flush=True)

    groups = [
        {"params": list(bert.learning.values()), "weight_decay": 0.01},
        {"params": head.learning(), "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=RATE)
    total = int(args.epochs * len(lines) / BATCH)
    step, began, recent = 0, time.monotonic(), 0.0
    while step < total:
        # Lines of like length together: little is padded.
        pool = sorted(chance.choice(len(lines), POOL * BATCH), key=lambda number: len(lower.kept[number]))
        for start in chance.permutation(POOL) * BATCH:
            step += 1
            rate = RATE * min(1.0, step / WARM_UP) * max(0.02, 1 - step / total)
            for group, times in zip(optimiser.param_groups, (1.0, HEAD_RATE), strict=True):
                group["lr"] = rate * times
            chosen = pool[start : start + BATCH]
            x, mask = lower.batch(chosen)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                x = bert.layers(x, mask, FIRST, LAYERS, DROP)
            losses = functional.binary_cross_entropy_with_logits(head(x.float(), mask), wanted[chosen], reduction="none")
            loss = (losses * counts[chosen]).sum() / len(chosen)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*bert.learning.values(), *head.learning()], 5.0)
            optimiser.step()
            recent += loss.item()
            if step % 100 == 0:
                print(f"step {step} of {total}, loss {recent / 100:.3f}, {time.monotonic() - began:.0f} s", flush=True)
                recent = 0.0
    learned = {**bert.learning, **dict(zip(PARTS, head.learning(), strict=True))}
    kept = {name: tensor.detach().half().contiguous() for name, tensor in learned.items()}
    save_file(kept, args.to, metadata={LABELS: json.dumps(names)})


if __name__ == "__main__":
    main()
