"""Adapts the sentence encoder to what is said here: writes bot/data/understanding/encoder.safetensors.

    python scripts/adapt_encoder.py WEIGHTS TOKENIZER [--epochs 5] [--from adapted] [--rate 1e-4] [--newest d-]
        [--teacher adapted] [--seed 0] [--to file]

Run by a developer when many lines were added, not by `make`: it needs torch (any build), safetensors, scipy, scikit-learn and
PyYAML in an environment of its own, and takes an hour an epoch on one core (114,000 lines with the joined ones). WEIGHTS and
TOKENIZER are the model.safetensors and tokenizer.json of the package in scripts/encoder.txt. Adding a question does not
need it: what `make train` learns sits on top.

All six layers learn, together with a label attention (``bot/dialogue/attention.py``), to tell every option that is said from
(question asked, words); lines are joined now and then, so that several answers in one breath are known too. The words' own vectors
stay as they were published. What is kept is the running mean of what was learned on the way: it is steadier than the last step; and
the mean of several such runs, each from the one before, is steadier still (scripts/mean_encoder.py). A sixth of the written lines,
by the digest of their id, is never used: how sure to be is learned from those.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
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

BATCH, POOL, RATE, HEAD_RATE, DROP, MIXED, WARM_UP, LONGEST = 32, 8, 1e-4, 40.0, 0.1, 0.5, 60, 96
# What is kept is the mean of about so many last steps; it is saved so often on the way.
MEAN_OF, SAVED_EVERY = 500, 500
# How often a line of those that are named newest is met, for once that another is.
NEWEST = 3.0
# An example's own question is known; what it says to others is not.
UNKNOWN = 0.1
# How much the teacher's opinion counts beside a line's labels: writers differ in what they think is implied.
TAUGHT = 0.4
# How strongly a label looks, and what it asks for, before anything was learned: along the mean of what says it.
LOOK, FIND, NOTHING = 8.0, 6.0, -6.0


class Bert:
    """The encoder as torch runs it."""

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        self.tensors = tensors
        self.learning = {name: tensor.requires_grad_() for name, tensor in tensors.items() if "encoder.layer." in name}

    def norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(x, (WIDTH,), self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"], 1e-12)

    def linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(x, self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"])

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        places = self.tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = functional.embedding(ids, self.tensors["embeddings.word_embeddings.weight"])
        return self.norm(x + places + self.tensors["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")

    def layers(self, x: torch.Tensor, mask: torch.Tensor, drop: float = 0.0) -> torch.Tensor:
        count, length, _ = x.shape
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
        return x


class Head:
    """The label attention, learning. The same sum as ``bot.dialogue.attention.Attention.said``."""

    def __init__(self, towards: torch.Tensor) -> None:
        self.look = (towards * LOOK).clone().requires_grad_()
        self.found = (towards * FIND).clone().requires_grad_()
        self.whole = (towards * FIND).clone().requires_grad_()
        self.bias = torch.full((len(towards),), NOTHING).requires_grad_()

    def go_on(self, begun: dict[str, torch.Tensor], before: dict[Label, int], names: list[Label]) -> None:
        """Begin from what was learned before, where a label was there already."""
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


class Batches:
    """Lines as pieces of words, padded to one length."""

    def __init__(self, bert: Bert, ids: list[list[int]]) -> None:
        self._bert = bert
        self.ids = ids

    def of(self, chosen: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """What goes into the first layer, and which of it is there."""
        padded = torch.zeros(len(chosen), max(len(self.ids[number]) for number in chosen), dtype=torch.long)
        mask = torch.zeros(padded.shape)
        for row, number in enumerate(chosen):
            padded[row, : len(self.ids[number])] = torch.tensor(self.ids[number])
            mask[row, : len(self.ids[number])] = 1
        with torch.no_grad():
            return self._bert.embed(padded), mask


class Mean:
    """The running mean of what is learned."""

    def __init__(self, learning: list[torch.Tensor]) -> None:
        self._learning = learning
        self._mean = [tensor.detach().clone() for tensor in learning]
        self._steps = 0

    def step(self) -> None:
        """Take in what it is now."""
        self._steps += 1
        with torch.no_grad():
            torch._foreach_lerp_(self._mean, [tensor.detach() for tensor in self._learning], 1 / min(self._steps, MEAN_OF))

    def save(self, names: list[str], labels: list[Label], path: Path) -> None:
        """Write it as half floats."""
        kept = {name: tensor.half().contiguous() for name, tensor in zip(names, self._mean, strict=True)}
        save_file(kept, path, metadata={LABELS: json.dumps(labels)})


def to_learn(written: list[Line], interview: object, seed: int) -> list[Line]:
    """Examples, phrases of commands, written lines, and some of those joined."""
    return [
        *example_lines(interview),
        *command_lines(load_commands()),
        *written,
        *joined(written, int(MIXED * len(written)), seed),
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


def towards(bert: Bert, batches: Batches, wanted: torch.Tensor) -> torch.Tensor:
    """For each label the direction of what says it, away from what everything is like: where its attention begins."""
    found = torch.zeros(wanted.shape[1], WIDTH)
    order = sorted(range(len(batches.ids)), key=lambda number: len(batches.ids[number]))
    with torch.no_grad():
        for start in range(0, len(order), 2 * BATCH):
            chosen = order[start : start + 2 * BATCH]
            x, mask = batches.of(chosen)
            found += wanted[chosen].T @ mean_of(bert.layers(x, mask), mask)
        mean = functional.normalize(found.sum(0), dim=-1)
        return functional.normalize(functional.normalize(found, dim=-1) - 0.9 * mean, dim=-1)


def labels_in(path: Path) -> dict[Label, int]:
    """The labels that were learned before, and where each stands."""
    with safe_open(path, framework="pt") as file:
        return {(question, option): row for row, (question, option) in enumerate(json.loads(file.metadata().get(LABELS, "[]")))}


def tensors_of(weights: Path, adapted: Path | None) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """The encoder's tensors, the adapted ones in place of the published; and all that was adapted, with its label attention."""
    tensors = {name: value for name, value in load_file(weights).items() if value.is_floating_point() and "pooler" not in name}
    begun = {name: value.float() for name, value in load_file(adapted).items()} if adapted else {}
    return tensors | {name: value for name, value in begun.items() if name not in PARTS}, begun


class Teacher:
    """What adapted layers think of lines: how likely each label is said."""

    def __init__(self, weights: Path, adapted: Path, names: list[Label]) -> None:
        tensors, begun = tensors_of(weights, adapted)
        self._bert, self._head = Bert(tensors), Head(torch.zeros(len(names), WIDTH))
        known = labels_in(adapted)
        self._head.go_on(begun, known, names)
        self._counts = torch.tensor([TAUGHT if name in known else 0.0 for name in names])

    def __call__(self, x: torch.Tensor, mask: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        """What lines are labelled with, and what is thought of them, together."""
        with torch.no_grad():
            return torch.lerp(right, self._head(self._bert.layers(x, mask), mask).sigmoid(), self._counts)


def met(lines: list[Line], newest: str) -> np.ndarray:
    """How often each line is met: its share of all."""
    often = np.array([NEWEST if newest and line.id.startswith(newest) else 1.0 for line in lines])
    return often / often.sum()


def main() -> None:
    """Adapt and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--epochs", type=float, default=5)
    parser.add_argument("--from", dest="start", type=Path, help="adapted layers to go on from")
    parser.add_argument("--rate", type=float, default=RATE, help="how fast at first; it falls to nothing")
    parser.add_argument("--newest", default="", metavar="PREFIX", help="lines whose id begins so are met more often")
    parser.add_argument("--teacher", type=Path, help="adapted layers whose opinion of each line counts beside its labels")
    parser.add_argument("--seed", type=int, default=0, help="another order, and other lines joined")
    parser.add_argument("--to", type=Path, default=ROOT / ADAPTED, help="written now and then on the way, too")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    chance = np.random.RandomState(args.seed)
    pieces = WordPiece(json.loads(args.tokenizer.read_text(encoding="utf-8"))["model"]["vocab"])
    tensors, begun = tensors_of(args.weights, args.start)
    bert = Bert(tensors)

    interview = load_interview()
    lines = to_learn([line for path in training_files() for line in read_lines(path) if not unseen(line.id)], interview, args.seed)
    names, wanted, counts = wanted_of(lines, Catalogue.of(interview))
    spoken = [pieces.pair(question_words(line.open), read(line.text).spoken or line.text)[:LONGEST] for line in lines]
    batches = Batches(bert, spoken)
    before = labels_in(args.start) if args.start else {}
    head = Head(towards(bert, batches, wanted) if set(names) - set(before) else torch.zeros(len(names), WIDTH))
    if before:
        head.go_on(begun, before, names)
    teacher = Teacher(args.weights, args.teacher, names) if args.teacher else None
    print(f"{len(lines)} lines, {len(names)} labels", flush=True)

    groups = [
        {"params": list(bert.learning.values()), "weight_decay": 0.01},
        {"params": head.learning(), "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=args.rate, fused=True)
    learning = [*bert.learning.values(), *head.learning()]
    mean, parts = Mean(learning), [*bert.learning, *PARTS]
    often = met(lines, args.newest)
    total = int(args.epochs * len(lines) / BATCH)
    step, began, recent = 0, time.monotonic(), 0.0
    while step < total:
        # Lines of like length together: little is padded.
        pool = sorted(chance.choice(len(lines), POOL * BATCH, p=often), key=lambda number: len(spoken[number]))
        for start in chance.permutation(POOL) * BATCH:
            step += 1
            rate = args.rate * min(1.0, step / WARM_UP) * max(0.02, 1 - step / total)
            for group, times in zip(optimiser.param_groups, (1.0, HEAD_RATE), strict=True):
                group["lr"] = rate * times
            chosen = pool[start : start + BATCH]
            x, mask = batches.of(chosen)
            right = wanted[chosen]
            if teacher:
                right = teacher(x, mask, right)
            losses = functional.binary_cross_entropy_with_logits(head(bert.layers(x, mask, DROP), mask), right, reduction="none")
            loss = (losses * counts[chosen]).sum() / len(chosen)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, 5.0)
            optimiser.step()
            mean.step()
            recent += loss.item()
            if step % 100 == 0:
                print(f"step {step} of {total}, loss {recent / 100:.3f}, {time.monotonic() - began:.0f} s", flush=True)
                recent = 0.0
            if step % SAVED_EVERY == 0:
                mean.save(parts, names, args.to)
    mean.save(parts, names, args.to)


if __name__ == "__main__":
    main()
